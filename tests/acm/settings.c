/* The settings from the registry and from the environment, which takes precedence, and disabled
 * tags. */
#include "host.h"
#include "settings.h"
#include "codec.h"

static int fresh(void **unused)
{
    (void)unused;
    mock_fresh();
    return 0;
}

static struct settings read(void)
{
    struct settings settings;

    memset(&settings, 0xA5, sizeof settings);
    settings_read(&settings);
    return settings;
}

static void assert_standard(const struct settings *settings)
{
    struct settings standard = DEFAULT_SETTINGS;

    assert_memory_equal(settings, &standard, offsetof(struct settings, disabled));
    assert_int_equal(*settings->disabled, 0);
}

static void without_settings_the_defaults_apply(void **unused)
{
    struct settings settings = read();

    (void)unused;
    assert_standard(&settings);
    assert_int_equal(settings.quality, 1);
    for (size_t i = 0; codec_tag(i); i++)
        assert_false(tag_is_disabled(codec_tag(i)));
}

static void the_registry_is_read(void **unused)
{
    const struct registered values[] = { { "Quality", REG_DWORD, 2, 0 },
                                         { "BitOrder", REG_DWORD, 1, 0 },
                                         { "NibbleOrder", REG_DWORD, 1, 0 },
                                         { "Dtx", REG_DWORD, 1, 0 } };

    (void)unused;
    for (int kernel = 0; kernel < 2; kernel++) {
        struct settings settings;

        memcpy(registered, values, sizeof values);
        kernel_has_registry = kernel;
        settings = read();
        assert_int_equal(settings.quality, 2);
        assert_int_equal(settings.bit_order, 1);
        assert_int_equal(settings.nibble_order, 1);
        assert_int_equal(settings.dtx, 1);
        assert_int_equal(settings.interpolation, 0);
        assert_int_equal(settings.postfilter, 1);
    }
}

/* Reading the settings opens the key only once, and closes it. */
static void the_registry_is_read_at_most_once(void **unused)
{
    (void)unused;
    read();
    assert_int_equal(registry_reads, 1);
    registered[0] = (struct registered){ "Quality", REG_DWORD, 2, 0 };
    assert_int_equal(read().quality, 2);
    assert_int_equal(registry_reads, 2);
    environment = "quality=1,bitorder=0,nibbleorder=0,dtx=0,converter=1,disabled=";
    assert_int_equal(read().quality, 1);
    assert_false(tag_is_disabled(7));
    assert_int_equal(registry_reads, 2);
    assert_int_equal(keys_open, 0);
}

/* Streams of each kind that need the settings, and suggestions in both directions. */
static const struct message {
    WAVEFORMATEX from, to;
    BOOL suggests;
} messages[] = {
    { { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 }, { 1, 1, 8000, 16000, 2, 16, 0 }, FALSE },
    { { 1, 1, 8000, 16000, 2, 16, 0 }, { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 }, FALSE },
    { { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 }, { 1, 1, 44100, 88200, 2, 16, 0 }, FALSE },
    { { 1, 1, 8000, 16000, 2, 16, 0 }, { 1, 1, 44100, 132300, 3, 24, 0 }, FALSE },
    { { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 }, { 0 }, TRUE },
    { { 1, 1, 8000, 16000, 2, 16, 0 }, { 0 }, TRUE },
};

/* Sends a message; returns the attempts to open the key. Values may be read only if it exists. */
static unsigned openings_of(struct message message, DWORD flags, unsigned queries)
{
    ACMDRVSTREAMINSTANCE instance = { .cbStruct = sizeof instance,
                                      .pwfxSrc = &message.from,
                                      .pwfxDst = &message.to,
                                      .fdwOpen = flags };
    ACMDRVFORMATSUGGEST suggestion = { sizeof suggestion,   0,           &message.from,
                                       sizeof message.from, &message.to, sizeof message.to };

    registry_reads = registry_queries = 0;
    if (message.suggests) {
        assert_int_equal(acm_format_suggest((LPARAM)&suggestion), 0);
    } else {
        assert_int_equal(acm_stream_open((LPARAM)&instance), 0);
        assert_int_equal(acm_stream_close((LPARAM)&instance), 0);
    }
    assert_int_equal(registry_queries, queries);
    assert_int_equal(keys_open, 0);
    return registry_reads;
}

/* Without a key, one attempt to open it is all; else each value is read once from the open key. */
static void a_message_opens_the_key_once(void **unused)
{
    enum { VALUES = 6 };

    (void)unused;
    for (size_t i = 0; i < 2 * sizeof messages / sizeof *messages; i++) {
        DWORD flags = i % 2 ? ACM_STREAMOPENF_QUERY : 0;

        mock_fresh();
        assert_int_equal(openings_of(messages[i / 2], flags, 0), 1);
        registered[0] = (struct registered){ "Converter", REG_DWORD, 1, 0 };
        assert_int_equal(openings_of(messages[i / 2], flags, VALUES), 1);
        environment = "disabled=0x31,quality=2";
        assert_int_equal(openings_of(messages[i / 2], flags, VALUES - 2), 1);
        environment = "quality=1,bitorder=0,nibbleorder=0,dtx=0,converter=1,disabled=";
        assert_int_equal(openings_of(messages[i / 2], flags, 0), 0);
    }
}

/* The list may be incomplete in the registry's answer if it is too long. */
static void a_long_list_disables_nothing(void **unused)
{
    static char list[2 * TEXT_ROOM];

    (void)unused;
    for (size_t i = 0; i < TEXT_ROOM + 100; i++)
        list[i] = "0x31"[i % 5];
    registered[0] = (struct registered){ "Disabled", REG_MULTI_SZ, 0, list };
    assert_false(tag_is_disabled(0x31));
    list[100 * 5] = 0;
    assert_true(tag_is_disabled(0x31));
}

static void the_environment_comes_first(void **unused)
{
    struct settings settings;

    (void)unused;
    registered[0] = (struct registered){ "Quality", REG_DWORD, 2, 0 };
    registered[1] = (struct registered){ "BitOrder", REG_DWORD, 2, 0 };
    environment = "dtx=1,quality=0,interpolation=1,nibbleorder=0x1,postfilter=0";
    settings = read();
    assert_int_equal(settings.quality, 0);
    assert_int_equal(settings.bit_order, 2);
    assert_int_equal(settings.dtx, 1);
    assert_int_equal(settings.nibble_order, 1);
    assert_int_equal(settings.interpolation, 1);
    assert_int_equal(settings.postfilter, 0);
}

static void the_best_set_of_kernels_is_chosen(void **unused)
{
    static const uint64_t sse2 = 1ull << 10, avx2 = 1ull << 40;

    (void)unused;
    processor_features = sse2;
    assert_int_equal(read().simd, 1);
    environment = "simd=2";
    assert_int_equal(read().simd, 1);
    processor_features = sse2 | avx2;
    assert_int_equal(read().simd, 2);
    environment = "simd=0";
    assert_int_equal(read().simd, 0);
    environment = "quality=2";
    assert_int_equal(read().simd, 2);
}

static void invalid_settings_are_ignored(void **unused)
{
    static const char *const texts[] = {
        "quality=3",  "quality=99999999999", "quality",     "=2",
        ",,,",        "Quality=2",           "qualityx=2",  "xquality=2",
        "bitorder=3", "nibbleorder=2",       "dtx=2",       "converter=3",
        "simd=3",     "interpolation=2",     "postfilter=2"
    };
    char large[2000];
    struct settings settings;

    (void)unused;
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        environment = texts[i];
        settings = read();
        assert_standard(&settings);
    }
    environment = large;
    settings = read();
    assert_standard(&settings);
    environment = 0;
    registered[0] = (struct registered){ "Quality", REG_DWORD, 77, 0 };
    registered[1] = (struct registered){ "Dtx", REG_MULTI_SZ, 0, "1\0" };
    settings = read();
    assert_standard(&settings);
}

static void tags_are_disabled(void **unused)
{
    (void)unused;
    registered[0] = (struct registered){ "Disabled", REG_MULTI_SZ, 0,
                                         "0x31\0"
                                         "6\0" };
    assert_true(tag_is_disabled(0x31));
    assert_true(tag_is_disabled(0x1500)); /* aliases are disabled with their codec */
    assert_true(tag_is_disabled(6));
    assert_false(tag_is_disabled(7));
    assert_false(tag_is_disabled(0x11));
    environment = "quality=2,disabled=7 0x11,dtx=1";
    assert_true(tag_is_disabled(7));
    assert_true(tag_is_disabled(0x11));
    assert_false(tag_is_disabled(0x31));
    environment = "disabled=";
    assert_false(tag_is_disabled(6));
    environment = 0;
    registered[0].strings = "\0";
    assert_false(tag_is_disabled(6));
}

/* The messages that an application sends. */
static void a_disabled_tag_is_still_listed_but_has_no_formats(void **unused)
{
    ACMFORMATTAGDETAILSW before = { .cbStruct = sizeof before, .dwFormatTag = 6 }, after = before;
    WAVEFORMATEX law = { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 },
                 pcm = { WAVE_FORMAT_PCM, 1, 8000, 16000, 2, 16, 0 };
    BYTE room[64];
    ACMFORMATDETAILSW format = { .cbStruct = sizeof format,
                                 .dwFormatTag = 6,
                                 .pwfx = (WAVEFORMATEX *)room,
                                 .cbwfx = sizeof room };
    ACMDRVSTREAMINSTANCE instance = { .cbStruct = sizeof instance,
                                      .pwfxSrc = &law,
                                      .pwfxDst = &pcm };
    ACMDRVFORMATSUGGEST suggestion = { sizeof suggestion,    0,          &law, sizeof law,
                                       (WAVEFORMATEX *)room, sizeof room };

    (void)unused;
    assert_int_equal(acm_format_tag_details(&before, ACM_FORMATTAGDETAILSF_FORMATTAG), 0);
    environment = "disabled=6";
    assert_int_equal(acm_format_tag_details(&after, ACM_FORMATTAGDETAILSF_FORMATTAG), 0);
    assert_int_equal(after.dwFormatTagIndex, before.dwFormatTagIndex);
    assert_true(before.cStandardFormats != 0 && after.cStandardFormats == 0);
    assert_int_equal(acm_format_details(&format, ACM_FORMATDETAILSF_INDEX), ACMERR_NOTPOSSIBLE);
    format.pwfx = &law;
    format.cbwfx = sizeof law;
    assert_int_equal(acm_format_details(&format, ACM_FORMATDETAILSF_FORMAT), ACMERR_NOTPOSSIBLE);
    assert_int_equal(acm_format_suggest((LPARAM)&suggestion), ACMERR_NOTPOSSIBLE);
    assert_int_equal(acm_stream_open((LPARAM)&instance), ACMERR_NOTPOSSIBLE);
    /* Another codec is suggested instead. */
    suggestion.pwfxSrc = &pcm;
    assert_int_equal(acm_format_suggest((LPARAM)&suggestion), 0);
    assert_int_equal(((WAVEFORMATEX *)room)->wFormatTag, WAVE_FORMAT_MULAW);
    environment = 0;
    assert_int_equal(acm_stream_open((LPARAM)&instance), 0);
    assert_int_equal(acm_stream_close((LPARAM)&instance), 0);
}

/* A stream reads the settings that the dialog writes. Default settings remove all values. */
static void written_settings_are_read(void **unused)
{
    const uint16_t off[] = { 7, 0x31, 0xFEDC, 0 }, none[] = { 0 };
    struct settings wanted = DEFAULT_SETTINGS, found, standard = DEFAULT_SETTINGS;
    long loaded = libraries_loaded;

    (void)unused;
    wanted.quality = 2;
    wanted.bit_order = wanted.nibble_order = wanted.dtx = 1;
    assert_true(settings_write(&wanted, off));
    environment = "quality=0,disabled=6";
    settings_read_stored(&found);
    assert_memory_equal(&found, &wanted, offsetof(struct settings, disabled));
    assert_true(settings_disable(&found, 7) && settings_disable(&found, 0x31) &&
                settings_disable(&found, 0xFEDC));
    assert_false(settings_disable(&found, 6));
    assert_true(tag_is_disabled(6) && !tag_is_disabled(7));
    environment = 0;
    found = read();
    assert_memory_equal(&found, &wanted, offsetof(struct settings, disabled));
    assert_true(tag_is_disabled(7) && tag_is_disabled(0x1500) && !tag_is_disabled(6));
    assert_true(settings_write(&standard, none));
    assert_null(registered[0].value);
    assert_int_equal(libraries_loaded, loaded);
}

static void a_failed_write_is_reported(void **unused)
{
    const uint16_t off[] = { 7, 0 };
    struct settings standard = DEFAULT_SETTINGS;

    (void)unused;
    registry_is_closed = TRUE;
    assert_false(settings_write(&standard, off));
    assert_false(tag_is_disabled(7));
}

/* Each request fails in turn. */
static void a_partly_failed_write_leaks_nothing(void **unused)
{
    const uint16_t off[] = { 7, 0x31, 0 };
    const struct settings chosen = { .quality = 2, .nibble_order = 1 };
    long loaded = libraries_loaded;

    (void)unused;
    for (unsigned n = 0, last = 0; n <= last; n++) {
        mock_fresh();
        request_failing = n;
        assert_int_equal(settings_write(&chosen, off), n == 0);
        assert_true(libraries_loaded == loaded && keys_open == 0);
        last = requests > last ? requests : last;
        assert_true(last > 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_settings_the_defaults_apply, fresh),
        cmocka_unit_test_setup(the_registry_is_read, fresh),
        cmocka_unit_test_setup(the_registry_is_read_at_most_once, fresh),
        cmocka_unit_test_setup(a_message_opens_the_key_once, fresh),
        cmocka_unit_test_setup(a_long_list_disables_nothing, fresh),
        cmocka_unit_test_setup(the_environment_comes_first, fresh),
        cmocka_unit_test_setup(the_best_set_of_kernels_is_chosen, fresh),
        cmocka_unit_test_setup(invalid_settings_are_ignored, fresh),
        cmocka_unit_test_setup(tags_are_disabled, fresh),
        cmocka_unit_test_setup(a_disabled_tag_is_still_listed_but_has_no_formats, fresh),
        cmocka_unit_test_setup(written_settings_are_read, fresh),
        cmocka_unit_test_setup(a_failed_write_is_reported, fresh),
        cmocka_unit_test_setup(a_partly_failed_write_leaks_nothing, fresh),
    };

    return cmocka_run_group_tests_name("acm/settings", tests, 0, 0);
}
