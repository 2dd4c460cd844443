/* The driver interface: the numbers of its messages, and both layouts of its structures on x64. */
#include "host.h"

static void messages_have_the_right_numbers(void **unused)
{
    (void)unused;
    assert_int_equal(ACMDM_DRIVER_NOTIFY, 0x6001);
    assert_int_equal(ACMDM_DRIVER_DETAILS, 0x600A);
    assert_int_equal(ACMDM_DRIVER_ABOUT, 0x600B);
    assert_int_equal(ACMDM_HARDWARE_WAVE_CAPS_INPUT, 0x6014);
    assert_int_equal(ACMDM_HARDWARE_WAVE_CAPS_OUTPUT, 0x6015);
    assert_int_equal(ACMDM_FORMATTAG_DETAILS, 0x6019);
    assert_int_equal(ACMDM_FORMAT_DETAILS, 0x601A);
    assert_int_equal(ACMDM_FORMAT_SUGGEST, 0x601B);
    assert_int_equal(ACMDM_FILTERTAG_DETAILS, 0x6032);
    assert_int_equal(ACMDM_FILTER_DETAILS, 0x6033);
    assert_int_equal(ACMDM_STREAM_OPEN, 0x604C);
    assert_int_equal(ACMDM_STREAM_CLOSE, 0x604D);
    assert_int_equal(ACMDM_STREAM_SIZE, 0x604E);
    assert_int_equal(ACMDM_STREAM_CONVERT, 0x604F);
    assert_int_equal(ACMDM_STREAM_RESET, 0x6050);
    assert_int_equal(ACMDM_STREAM_PREPARE, 0x6051);
    assert_int_equal(ACMDM_STREAM_UNPREPARE, 0x6052);
    assert_int_equal(ACMDM_STREAM_UPDATE, 0x6053);
}

#define assert_at(type, member, offset) assert_int_equal(offsetof(type, member), offset)

static void instances_are_laid_out_as_in_windows(void **unused)
{
    (void)unused;
    assert_int_equal(sizeof(ACMDRVSTREAMINSTANCE_PACKED), 68);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, pwfxSrc, 4);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, pwfxDst, 12);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, pwfltr, 20);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, dwCallback, 28);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, dwInstance, 36);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, fdwOpen, 44);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, fdwDriver, 48);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, dwDriver, 52);
    assert_at(ACMDRVSTREAMINSTANCE_PACKED, has, 60);
    assert_int_equal(sizeof(ACMDRVFORMATSUGGEST_PACKED), 32);
    assert_at(ACMDRVFORMATSUGGEST_PACKED, fdwSuggest, 4);
    assert_at(ACMDRVFORMATSUGGEST_PACKED, pwfxSrc, 8);
    assert_at(ACMDRVFORMATSUGGEST_PACKED, cbwfxSrc, 16);
    assert_at(ACMDRVFORMATSUGGEST_PACKED, pwfxDst, 20);
    assert_at(ACMDRVFORMATSUGGEST_PACKED, cbwfxDst, 28);
}

static void instances_are_laid_out_as_in_wine(void **unused)
{
    (void)unused;
    assert_int_equal(sizeof(ACMDRVSTREAMINSTANCE), 72);
    assert_at(ACMDRVSTREAMINSTANCE, pwfxSrc, 8);
    assert_at(ACMDRVSTREAMINSTANCE, pwfxDst, 16);
    assert_at(ACMDRVSTREAMINSTANCE, pwfltr, 24);
    assert_at(ACMDRVSTREAMINSTANCE, dwCallback, 32);
    assert_at(ACMDRVSTREAMINSTANCE, dwInstance, 40);
    assert_at(ACMDRVSTREAMINSTANCE, fdwOpen, 48);
    assert_at(ACMDRVSTREAMINSTANCE, fdwDriver, 52);
    assert_at(ACMDRVSTREAMINSTANCE, dwDriver, 56);
    assert_at(ACMDRVSTREAMINSTANCE, has, 64);
    assert_int_equal(sizeof(ACMDRVFORMATSUGGEST), 40);
    assert_at(ACMDRVFORMATSUGGEST, fdwSuggest, 4);
    assert_at(ACMDRVFORMATSUGGEST, pwfxSrc, 8);
    assert_at(ACMDRVFORMATSUGGEST, cbwfxSrc, 16);
    assert_at(ACMDRVFORMATSUGGEST, pwfxDst, 24);
    assert_at(ACMDRVFORMATSUGGEST, cbwfxDst, 32);
}

static void other_structures_are_laid_out_alike(void **unused)
{
    (void)unused;
    assert_int_equal(sizeof(ACMDRVSTREAMSIZE), 16);
    assert_int_equal(sizeof(ACMDRVOPENDESCW), 44);
    assert_at(ACMDRVOPENDESCW, dwError, 20);
    assert_at(ACMDRVOPENDESCW, pszSectionName, 24);
    assert_int_equal(sizeof(ACMDRVSTREAMHEADER), 124);
    assert_at(ACMDRVSTREAMHEADER, pbSrc, 16);
    assert_at(ACMDRVSTREAMHEADER, cbSrcLength, 24);
    assert_at(ACMDRVSTREAMHEADER, cbSrcLengthUsed, 28);
    assert_at(ACMDRVSTREAMHEADER, pbDst, 40);
    assert_at(ACMDRVSTREAMHEADER, cbDstLength, 48);
    assert_at(ACMDRVSTREAMHEADER, cbDstLengthUsed, 52);
    assert_at(ACMDRVSTREAMHEADER, fdwConvert, 64);
    assert_at(ACMDRVSTREAMHEADER, padshNext, 68);
    assert_at(ACMDRVSTREAMHEADER, cbPreparedDstLength, 120);
    assert_int_equal(sizeof(ACMSTREAMHEADER), 124);
    assert_int_equal(sizeof(ACMDRIVERDETAILSW), 1804);
    assert_int_equal(sizeof(ACMFORMATTAGDETAILSW), 120);
    assert_int_equal(sizeof(ACMFORMATDETAILSW), 284);
}

/* Members that are not read keep the garbage of `to`. */
static void an_instance_is_read_in_both_layouts(void **unused)
{
    (void)unused;
    for (enum abi abi = WINDOWS; abi <= WINE; abi++) {
        const struct instance_layout *at = &instance_layouts[abi];
        void *from =
            instance_make(abi, (void *)0x1122334455667788, (void *)0x99AABBCCDDEEFF00, 0x12345678);
        ACMDRVSTREAMINSTANCE to;

        put64(from, at->filter, 0x0F1E2D3C4B5A6978);
        put64(from, at->driver, 0x8796A5B4C3D2E1F0);
        put64(from, at->has, 0x1357);
        assert_true(instance_read((LPARAM)from, &to));
        assert_true((uintptr_t)to.pwfxSrc == 0x1122334455667788 &&
                    (uintptr_t)to.pwfxDst == 0x99AABBCCDDEEFF00);
        assert_true((uintptr_t)to.pwfltr == 0x0F1E2D3C4B5A6978 && to.fdwOpen == 0x12345678);
        assert_true(to.dwCallback == CALLBACK_ADDRESS && to.dwInstance == CALLBACK_USER);
        assert_true(to.dwDriver == 0x8796A5B4C3D2E1F0 && to.has == (HANDLE)0x1357);
    }
}

static void a_suggestion_is_read_in_both_layouts(void **unused)
{
    (void)unused;
    for (enum abi abi = WINDOWS; abi <= WINE; abi++) {
        const struct suggestion_layout *at = &suggestion_layouts[abi];
        void *from = lend(at->size);
        ACMDRVFORMATSUGGEST to;

        put32(from, 0, at->size);
        put32(from, at->flags, 0x12345678);
        put64(from, at->src, 0x1122334455667788);
        put32(from, at->src_size, 0x9ABC);
        put64(from, at->dst, 0x99AABBCCDDEEFF00);
        put32(from, at->dst_size, 0xDEF0);
        assert_true(suggest_read((LPARAM)from, &to));
        assert_true(to.fdwSuggest == 0x12345678 && to.cbwfxSrc == 0x9ABC && to.cbwfxDst == 0xDEF0);
        assert_true((uintptr_t)to.pwfxSrc == 0x1122334455667788 &&
                    (uintptr_t)to.pwfxDst == 0x99AABBCCDDEEFF00);
    }
}

/* The memory has the stated size, or the largest one if more is stated. */
static void short_structures_are_refused(void **unused)
{
    ACMDRVSTREAMINSTANCE instance;
    ACMDRVFORMATSUGGEST suggestion;

    (void)unused;
    assert_false(instance_read(0, &instance));
    assert_false(suggest_read(0, &suggestion));
    for (DWORD size = 0; size <= 100; size++) {
        void *memory = lend(size < 4 ? 4 : size < 72 ? size : 72);

        put32(memory, 0, size);
        assert_int_equal(instance_read((LPARAM)memory, &instance), size >= 68);
        assert_int_equal(suggest_read((LPARAM)memory, &suggestion), size >= 32);
    }
}

static void only_dwDriver_is_written(void **unused)
{
    (void)unused;
    for (enum abi abi = WINDOWS; abi <= WINE; abi++) {
        const struct instance_layout *at = &instance_layouts[abi];
        uint8_t *memory = lend(at->size);

        put32(memory, 0, at->size);
        instance_set_driver((LPARAM)memory, 0x1122334455667788);
        assert_true(instance_driver(memory) == 0x1122334455667788);
        assert_int_equal(get32(memory, 0), at->size);
        assert_true(is_untouched(memory + 4, at->driver - 4));
        assert_true(is_untouched(memory + at->driver + 8, at->size - at->driver - 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_have_the_right_numbers),     TEST(instances_are_laid_out_as_in_windows),
        TEST(instances_are_laid_out_as_in_wine),   TEST(other_structures_are_laid_out_alike),
        TEST(an_instance_is_read_in_both_layouts), TEST(a_suggestion_is_read_in_both_layouts),
        TEST(short_structures_are_refused),        TEST(only_dwDriver_is_written),
    };

    return cmocka_run_group_tests_name("acm.msacmdrv", tests, 0, 0);
}
