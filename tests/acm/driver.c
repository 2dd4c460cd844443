/* DriverProc: the messages of an installable driver in the orders in which hosts send them, and
 * messages that the driver does not handle. */
#include "host.h"

enum { DESCRIPTION_SIZE = 44, AUDIO = 0x63647561, VIDEO = 0x63646976 };

static const UINT answered[] = { DRV_LOAD,    DRV_ENABLE, DRV_OPEN,      DRV_CLOSE,
                                 DRV_DISABLE, DRV_FREE,   DRV_CONFIGURE, DRV_QUERYCONFIGURE,
                                 DRV_INSTALL, DRV_REMOVE };
static const UINT acm_answered[] = { 0x6001, 0x600A, 0x600B, 0x6019, 0x601A, 0x601B,
                                     0x604C, 0x604D, 0x604E, 0x604F, 0x6050 };

static bool is_among(UINT message, const UINT *list, size_t count)
{
    while (count && list[count - 1] != message)
        count--;
    return count != 0;
}

/* The first `size` bytes of an ACMDRVOPENDESCW. */
static uint8_t *description_make(DWORD size, DWORD type)
{
    uint8_t whole[DESCRIPTION_SIZE] = { 0 };

    put32(whole, 0, size);
    put32(whole, 4, type);
    put32(whole, 12, 0x04000565);
    size = size < 4 ? 4 : size;
    return lend_copy(whole, size < sizeof whole ? size : sizeof whole);
}

static LRESULT open_driver(const void *description)
{
    return DriverProc(0, (HDRVR)0x10, DRV_OPEN, 0, (LPARAM)description);
}

static LRESULT close_driver(LRESULT id)
{
    return DriverProc((DWORD_PTR)id, (HDRVR)0x10, DRV_CLOSE, 0, 0);
}

/* A host sends messages with the id that it got from DRV_OPEN. */
static void assert_at_work(DWORD_PTR id)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };

    assert_int_equal(DriverProc(id, (HDRVR)0x10, ACMDM_DRIVER_DETAILS, (LPARAM)&details, 0),
                     MMSYSERR_NOERROR);
    assert_true(details.cFormatTags > 0);
}

static void it_opens_and_closes_in_windows_order(void **unused)
{
    LRESULT id;

    (void)unused;
    assert_int_equal(DriverProc(0, 0, DRV_LOAD, 0, 0), 1);
    assert_int_equal(DriverProc(0, 0, DRV_ENABLE, 0, 0), 1);
    id = open_driver(description_make(DESCRIPTION_SIZE, AUDIO));
    assert_true(id != 0);
    assert_at_work((DWORD_PTR)id);
    assert_int_equal(close_driver(id), 1);
    assert_int_equal(DriverProc(0, 0, DRV_DISABLE, 0, 0), 1);
    assert_int_equal(DriverProc(0, 0, DRV_FREE, 0, 0), 1);
}

static void it_is_not_loaded_without_sse2(void **unused)
{
    (void)unused;
    processor_features = 0;
    assert_int_equal(DriverProc(0, 0, DRV_LOAD, 0, 0), 0);
}

/* A session without a description is opened first and closed last. DRV_DISABLE and DRV_FREE carry
 * the id of the closed session. */
static void it_opens_and_closes_in_wines_order(void **unused)
{
    LRESULT session, id;

    (void)unused;
    assert_int_equal(DriverProc(0, 0, DRV_LOAD, 0, 0), 1);
    assert_int_equal(DriverProc(0, 0, DRV_ENABLE, 0, 0), 1);
    session = open_driver(0);
    assert_true(session != 0);
    id = open_driver(description_make(48, AUDIO));
    assert_true(id != 0);
    assert_at_work((DWORD_PTR)id);
    assert_int_equal(close_driver(id), 1);
    assert_int_equal(close_driver(session), 1);
    assert_int_equal(DriverProc((DWORD_PTR)session, 0, DRV_DISABLE, 0, 0), 1);
    assert_int_equal(DriverProc((DWORD_PTR)session, 0, DRV_FREE, 0, 0), 1);
}

static void instances_are_independent(void **unused)
{
    LRESULT first = open_driver(description_make(DESCRIPTION_SIZE, AUDIO)), second;

    (void)unused;
    second = open_driver(description_make(DESCRIPTION_SIZE, AUDIO));
    assert_true(first && second);
    assert_int_equal(close_driver(first), 1);
    assert_at_work((DWORD_PTR)second);
    assert_int_equal(close_driver(second), 1);
    assert_int_equal(heap.made, 0);
}

/* Wine truncates the id of a local driver to 32 bits, so a message may come with any id. */
static void any_id_is_accepted(void **unused)
{
    (void)unused;
    assert_at_work(0);
    assert_at_work(0xFFFFFFFF);
    assert_at_work(UINTPTR_MAX);
}

static void open_refuses_what_is_not_audio(void **unused)
{
    uint8_t *description = description_make(DESCRIPTION_SIZE, VIDEO),
            *before = lend_copy(description, DESCRIPTION_SIZE);

    (void)unused;
    assert_int_equal(open_driver(description), 0);
    assert_int_equal(get32(description, 20), MMSYSERR_NOTSUPPORTED);
    put32(description, 20, 0);
    assert_memory_equal(description, before, DESCRIPTION_SIZE);
}

static void open_reads_no_more_than_the_description_has(void **unused)
{
    (void)unused;
    for (DWORD size = 0; size <= DESCRIPTION_SIZE; size++) {
        assert_true(open_driver(description_make(size, AUDIO)) != 0);
        if (size >= 8)
            assert_int_equal(open_driver(description_make(size, VIDEO)), 0);
        else
            open_driver(description_make(size, VIDEO));
    }
}

/* The functions of a dialog cannot be loaded here, so it is canceled. -1 asks if there is one. */
static void a_dialog_that_cannot_be_shown_is_canceled(void **unused)
{
    DWORD info[6] = { sizeof info };
    long loaded = libraries_loaded;

    (void)unused;
    assert_int_equal(DriverProc(1, 0, DRV_QUERYCONFIGURE, 0, 0), 1);
    assert_int_equal(DriverProc(1, 0, DRV_CONFIGURE, -1, (LPARAM)info), DRVCNF_OK);
    assert_int_equal(DriverProc(1, 0, DRV_CONFIGURE, 0x1234, (LPARAM)info), DRVCNF_CANCEL);
    assert_int_equal(DriverProc(1, 0, DRV_CONFIGURE, 0, 0), DRVCNF_CANCEL);
    assert_int_equal(libraries_loaded, loaded);
    assert_int_equal(DriverProc(1, 0, DRV_INSTALL, 0, (LPARAM)info), DRVCNF_OK);
    assert_int_equal(DriverProc(1, 0, DRV_REMOVE, 0, 0), DRVCNF_OK);
}

static void assert_passed_on(UINT message)
{
    LRESULT result;

    mock_fresh();
    result = DriverProc(0x11, (HDRVR)0x22, message, 0x33, 0x44);
    if (result != DEFAULT_ANSWER || passed_count != 1)
        fail_msg("message 0x%X is not passed to DefDriverProc", message);
    assert_true(passed.id == 0x11 && passed.driver == (HDRVR)0x22 && passed.message == message);
    assert_true(passed.first == 0x33 && passed.second == 0x44);
}

static void unknown_messages_go_to_DefDriverProc(void **unused)
{
    (void)unused;
    for (UINT message = 0; message < 0x4000; message++)
        if (!is_among(message, answered, sizeof answered / sizeof *answered))
            assert_passed_on(message);
    for (UINT message = 0x7000; message < 0x11000; message++)
        assert_passed_on(message);
    assert_passed_on(0xFFFFFFFF);
}

/* 0 would mean success. */
static void unknown_acm_messages_are_not_supported(void **unused)
{
    (void)unused;
    for (UINT message = 0x4000; message < 0x7000; message++)
        if (!is_among(message, acm_answered, sizeof acm_answered / sizeof *acm_answered))
            if (ask(message, 0, 0) != MMSYSERR_NOTSUPPORTED ||
                ask(message, (void *)-1, -1) != MMSYSERR_NOTSUPPORTED)
                fail_msg("message 0x%X is answered", message);
    assert_int_equal(passed_count, 0);
}

static void messages_for_other_kinds_of_drivers_are_not_supported(void **unused)
{
    static const UINT messages[] = { 0x6014, 0x6015, 0x6032, 0x6033, 0x6051, 0x6052, 0x6053 };

    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        uint8_t *first = lend(300), *second = lend(300);

        assert_int_equal(ask(messages[i], first, (LPARAM)second), MMSYSERR_NOTSUPPORTED);
        assert_true(is_untouched(first, 300) && is_untouched(second, 300));
    }
}

/* msacm32 shows its own about box if the driver does not support the message. */
static void an_about_box_that_cannot_be_shown_is_not_supported(void **unused)
{
    (void)unused;
    assert_int_equal(ask(ACMDM_DRIVER_ABOUT, (void *)-1, 0), MMSYSERR_NOERROR);
    assert_int_equal(ask(ACMDM_DRIVER_ABOUT, (void *)0x1234, 0), MMSYSERR_NOTSUPPORTED);
    assert_int_equal(ask(ACMDM_DRIVER_ABOUT, 0, 0), MMSYSERR_NOTSUPPORTED);
}

/* hicon is written only if the caller's structure includes it. */
static void the_details_have_an_icon(void **unused)
{
    (void)unused;
    for (int lent = 0; lent < 2; lent++) {
        ACMDRIVERDETAILSW details = { .cbStruct = sizeof details },
                          part = { .cbStruct = offsetof(ACMDRIVERDETAILSW, hicon) };

        icon_lent = lent ? (HICON)(void *)&details : 0;
        part.hicon = (HICON)(void *)&part;
        assert_int_equal(ask(ACMDM_DRIVER_DETAILS, &details, 0), MMSYSERR_NOERROR);
        assert_ptr_equal(details.hicon, icon_lent);
        assert_int_equal(ask(ACMDM_DRIVER_DETAILS, &part, 0), MMSYSERR_NOERROR);
        assert_ptr_equal(part.hicon, &part);
    }
}

static void notifications_are_accepted(void **unused)
{
    (void)unused;
    assert_int_equal(ask(ACMDM_DRIVER_NOTIFY, 0, 0), MMSYSERR_NOERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_opens_and_closes_in_windows_order),
        TEST(it_is_not_loaded_without_sse2),
        TEST(it_opens_and_closes_in_wines_order),
        TEST(instances_are_independent),
        TEST(any_id_is_accepted),
        TEST(open_refuses_what_is_not_audio),
        TEST(open_reads_no_more_than_the_description_has),
        TEST(a_dialog_that_cannot_be_shown_is_canceled),
        TEST(unknown_messages_go_to_DefDriverProc),
        TEST(unknown_acm_messages_are_not_supported),
        TEST(messages_for_other_kinds_of_drivers_are_not_supported),
        TEST(an_about_box_that_cannot_be_shown_is_not_supported),
        TEST(the_details_have_an_icon),
        TEST(notifications_are_accepted),
    };

    return cmocka_run_group_tests_name("acm.driver", tests, 0, 0);
}
