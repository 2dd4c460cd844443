/* The table of formats in README.md agrees with the codecs. OMNIACM_WRITE=1 rewrites it. */
#include "support.h"

static const char *const begin = "<!-- formats: made by tests/readme.c -->\n",
                         *const end = "<!-- /formats -->\n";

static char *put_rates(char *to, const struct mode *modes)
{
    uint32_t last = 0;

    for (const struct mode *mode = modes; mode->sample_rate; mode++) {
        if (mode->sample_rate != last)
            to += sprintf(to, last ? ", %g" : "%g", mode->sample_rate / 1000.);
        last = mode->sample_rate;
    }
    return to;
}

static bool has_channels(const struct mode *modes, unsigned channels)
{
    while (modes->sample_rate && modes->channels != channels)
        modes++;
    return modes->sample_rate != 0;
}

static const char *channels_of(const struct mode *modes)
{
    if (has_channels(modes, 6))
        return "1, 2, 6";
    if (!has_channels(modes, 2))
        return "1";
    return has_channels(modes, 1) ? "1, 2" : "2";
}

static void bit_rates(const struct codec *codec, double *low, double *high)
{
    uint8_t extra[EXTRA_ROOM];

    *low = 1e9;
    *high = 0;
    for (const struct mode *mode = codec->modes; mode->sample_rate; mode++) {
        double rate = format_of(codec, *mode, extra).byte_rate * 8 / 1000.;

        *low = rate < *low ? rate : *low;
        *high = rate > *high ? rate : *high;
    }
}

static char *put_codec(char *to, const struct codec *codec)
{
    double low, high;
    const char *separator = "";

    bit_rates(codec, &low, &high);
    to += sprintf(to, "| 0x%02X | %s | ", codec->tags->tag, codec->name);
    to = put_rates(to, codec->modes);
    to += sprintf(to, high - low > 0.05 ? " | %s | %.1f to %.1f | " : " | %s | %.1f | ",
                  channels_of(codec->modes), low, high);
    to += sprintf(to, "%s | ", codec->encoder ? "read, write" : "read");
    for (const struct tag *tag = codec->tags + 1; tag->tag; tag++, separator = ", ")
        to += sprintf(to, "%s0x%02X", separator, tag->tag);
    return to + sprintf(to, " |\n");
}

static char *table(void)
{
    char *text = malloc(65536), *to = text;

    to += sprintf(to,
                  "%s\n| tag | format | kHz | channels | kbit/s | | also under "
                  "|\n|---|---|---|---|---|---|---|\n",
                  begin);
    for (const struct codec *const *codec = codecs; *codec; codec++)
        to = put_codec(to, *codec);
    sprintf(to, "\n%s", end);
    return text;
}

static void the_table_of_formats_is_current(void **unused)
{
    struct bytes readme = file_read("README.md");
    char *text = realloc(readme.data, readme.size + 1), *expected = table(), *from, *to;

    (void)unused;
    text[readme.size] = 0;
    from = strstr(text, begin);
    to = strstr(text, end);
    assert_true(from && to && from < to);
    to += strlen(end);
    if (getenv("OMNIACM_WRITE")) {
        FILE *file = fopen("README.md", "wb");

        assert_non_null(file);
        fprintf(file, "%.*s%s%s", (int)(from - text), text, expected, to);
        fclose(file);
        return;
    }
    if ((size_t)(to - from) != strlen(expected) || memcmp(from, expected, strlen(expected)) != 0)
        fail_msg("the table of formats in README.md is out of date; run OMNIACM_WRITE=1 "
                 "build/host/tests/test.readme to update it");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_table_of_formats_is_current) };

    return cmocka_run_group_tests_name("readme", tests, 0, 0);
}
