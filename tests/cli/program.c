/* Tests of the program: options, input files, the choice of driver and format, messages, and what
 * `info` reports. */
#include "program_support.h"
#include "cli/golden.h"

enum { GSM_BLOCK = 320 };

/* --- Options --- */

static void wrong_usage_exits_with_2(void **unused)
{
    static const char *const lines[] = { "",
                                         "frobnicate",
                                         "convert",
                                         "convert one.wav",
                                         "convert a b --frob",
                                         "convert a b --to",
                                         "convert a b --overwrite=1",
                                         "convert --out",
                                         "convert --out x",
                                         "convert a b --quality good",
                                         "convert a b --to gsm@fast",
                                         "convert a b --to gsm@",
                                         "convert a b --to gsm@0",
                                         "convert a b --to gsm@-1",
                                         "convert a b --bitrate 13k --to gsm",
                                         "convert a b --raw",
                                         "convert a b --raw gsm",
                                         "convert a b --raw ,8000",
                                         "convert a b --raw gsm,0",
                                         "convert a b --raw gsm,8k",
                                         "convert a b --raw gsm,8000,",
                                         "convert a b --raw gsm,8000,0",
                                         "convert a b --raw gsm,8000,1,1",
                                         "convert a b --raw g726@,8000",
                                         "convert a b --too gsm",
                                         "convert a b --t gsm",
                                         "bench",
                                         "info",
                                         "selftest again",
                                         "list all",
                                         "info --driver",
                                         "-to gsm" };

    (void)unused;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (run(lines[i]) != 2)
            fail_msg("'%s' is accepted", lines[i]);
        assert_string_equal(out, "");
        assert_true(err[0] != 0);
    }
    assert_int_equal(disk_files(), 0);
}

static void help_succeeds(void **unused)
{
    (void)unused;
    assert_int_equal(run("--help"), 0);
    assert_true(strstr(out, "omniacm convert IN.wav OUT.wav") && !err[0]);
    assert_int_equal(run("--version"), 0);
    assert_true(strstr(out, "omniacm ") && !err[0]);
}

/* A value follows its option or "="; options may be anywhere before "--". */
static void options_have_two_forms(void **unused)
{
    static const char *const lines[] = {
        "convert in.wav out.wav --to gsm",    "convert in.wav out.wav --to=gsm",
        "convert --to gsm in.wav out.wav",    "convert in.wav --to gsm out.wav",
        "convert --to gsm -- in.wav out.wav", "convert in.wav --overwrite out.wav --to gsm"
    };

    (void)unused;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        disk_fresh();
        put_pcm("in.wav", 8000, 1);
        assert_int_equal(run(lines[i]), 0);
        check_result("out.wav", 0x31, 1625, 1);
    }
    put_pcm("--to", 8000, 1);
    assert_int_equal(run("convert --to alaw -- --to out2.wav"), 0);
    check_result("out2.wav", 6, 8000, 1);
}

/* --- Formats --- */

static void finds_formats_by_name_tag_and_part(void **unused)
{
    static const struct {
        const char *word;
        uint16_t tag;
    } words[] = { { "alaw", 6 },      { "A-Law", 6 },  { "ulaw", 7 },      { "mulaw", 7 },
                  { "mu-law", 7 },    { "ima", 0x11 }, { "IMA", 0x11 },    { "dvi", 0x11 },
                  { "msadpcm", 2 },   { "adpcm", 2 },  { "gsm", 0x31 },    { "gsm610", 0x31 },
                  { "0x31", 0x31 },   { "49", 0x31 },  { "0x0031", 0x31 }, { "truesp", 0x22 },
                  { "Yamaha", 0x20 }, { "vox", 0x17 }, { "6.10", 0x31 } };

    (void)unused;
    put_pcm("in.wav", 8000, 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char line[80];

        snprintf(line, sizeof line, "convert in.wav out.wav --overwrite --to %s", words[i].word);
        if (run(line) != 0)
            fail_msg("'%s': %s", words[i].word, err);
        check_result("out.wav", words[i].tag, 0, 1);
    }
}

static void rejects_unknown_formats(void **unused)
{
    (void)unused;
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("convert in.wav out.wav --to nonsense"), 1);
    assert_true(says("nonsense"));
    assert_int_equal(run("convert in.wav out.wav --to 0x10000"), 1);
    assert_false(says("unregistered")); /* too large to be a tag */
    assert_int_equal(run("convert in.wav out.wav --to 0x"), 1);
    /* Part of several names: the message gives two of them. */
    assert_int_equal(run("convert in.wav out.wav --to ADPC"), 1);
    assert_true(says("ADPC") && says("(0x"));
    assert_int_equal(run("convert in.wav out.wav"), 1); /* PCM without --to */
    assert_true(says("--to"));
    assert_int_equal(disk_files(), 1);
}

static void uses_the_nearest_bit_rate(void **unused)
{
    static const struct {
        const char *rate;
        uint32_t byte_rate;
    } rates[] = { { "@32.8", 4100 },
                  { "@24.8", 3100 },
                  { "@16.8", 2100 },
                  { "@64.8", 8100 },
                  { "@25", 3100 },
                  { "@27", 3100 },
                  { " --bitrate 16", 2100 },
                  { "@99 --bitrate 16.8", 2100 },
                  { "@36", 4100 } };

    (void)unused;
    put_pcm("in.wav", 8000, 1);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        char line[80];

        snprintf(line, sizeof line, "convert in.wav out.wav --overwrite --to 0x38%s",
                 rates[i].rate);
        if (run(line) != 0)
            fail_msg("'%s': %s", rates[i].rate, err);
        check_result("out.wav", 0x38, rates[i].byte_rate, 1);
    }
    /* More than a tenth away: the message lists the available rates. */
    assert_int_equal(run("convert in.wav none.wav --to 0x38@45"), 1);
    assert_true(says("32.8") && says("24.8") && says("16.8") && says("64.8"));
    assert_int_equal(run("convert in.wav none.wav --to gsm@64"), 1);
    assert_true(says("13.0"));
    assert_int_equal(disk_files(), 2);
}

static void sets_the_quality_for_this_run(void **unused)
{
    static const char *const words[] = { "fast", "STANDARD", "best" };

    (void)unused;
    put_pcm("in.wav", 8000, 1);
    for (uint8_t quality = 0; quality < 3; quality++) {
        char line[80];

        environment = "quality=1,simd=0"; /* --quality takes precedence */
        snprintf(line, sizeof line, "convert in.wav out.wav --overwrite --to ima --quality %s",
                 words[quality]);
        assert_int_equal(run(line), 0);
        check_result("out.wav", 0x11, 0, quality);
        assert_non_null(strstr(environment, "simd=0"));
    }
}

/* The result is 16-bit PCM, with the number of samples in the fact chunk. */
static void decodes_to_pcm_by_default(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = gsm_code(&format, extra), data;
    struct sound back = decode_all(codec_find(0x31), &format, 0, code);

    (void)unused;
    put_wav("gsm.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(run("convert gsm.wav back.wav"), 0);
    data = get_wav("back.wav", &format);
    assert_int_equal(format.tag, TAG_PCM);
    assert_int_equal(format.bits_per_sample, 16);
    assert_int_equal(data.size, FRAMES * 2);
    assert_memory_equal(data.data, back.samples, data.size);
    assert_int_equal(run("convert gsm.wav ima.wav --to ima"), 1); /* from codec to codec */
    assert_null(disk_get("ima.wav").data);
    free(code.data);
    free(back.samples);
}

/* --- Input files --- */

static void converts_files_patterns_and_folders(void **unused)
{
    (void)unused;
    put_pcm("in\\a.wav", 8000, 1);
    put_pcm("in\\B.WAV", 8000, 1);
    put_pcm("in\\deep\\er\\c.wav", 8000, 1);
    put_pcm("in\\linked\\d.wav", 8000, 1);
    disk_link("in\\linked");
    disk_put("in\\notes.txt", "none", 4);
    assert_int_equal(run("convert in out --to alaw"), 0);
    check_result("out\\a.wav", 6, 8000, 1);
    check_result("out/B.WAV", 6, 8000, 1);
    check_result("out\\deep\\er\\c.wav", 6, 8000, 1);
    assert_int_equal(disk_files(), 5 + 3); /* not the text, nor the folder behind the link */
    assert_int_equal(run("convert in/*.wav patterns --to alaw"), 0);
    check_result("patterns\\a.wav", 6, 8000, 1);
    check_result("patterns\\B.WAV", 6, 8000, 1);
    assert_int_equal(disk_files(), 5 + 3 + 2); /* without subfolders */
    assert_int_equal(run("convert in\\?.wav in\\deep\\er\\c.wav --out one/more --to alaw"), 0);
    check_result("one\\more\\a.wav", 6, 8000, 1);
    check_result("one\\more\\c.wav", 6, 8000, 1);
    assert_int_equal(disk_files(), 5 + 3 + 2 + 3);
}

static void two_arguments_are_files_or_a_folder(void **unused)
{
    (void)unused;
    put_pcm("in.wav", 8000, 1);
    disk_folder("results");
    assert_int_equal(run("convert in.wav results --to alaw"), 0);
    check_result("results\\in.wav", 6, 8000, 1);
    assert_int_equal(run("convert in.wav other --to alaw"), 0);
    check_result("other", 6, 8000, 1);
    assert_int_equal(run("convert in.wav C:\\work\\results\\two.wav --to alaw"), 0);
    check_result("results/two.wav", 6, 8000, 1);
    assert_int_equal(run("convert in.wav missing\\out.wav --to alaw"), 1);
    assert_int_equal(disk_files(), 4);
}

static void reports_missing_files(void **unused)
{
    (void)unused;
    disk_folder("empty");
    assert_int_equal(run("convert none.wav out.wav --to alaw"), 1);
    assert_true(says("none.wav"));
    assert_int_equal(run("convert *.wav out --to alaw"), 1);
    assert_true(says("*.wav"));
    assert_int_equal(run("convert empty out --to alaw"), 1);
    assert_int_equal(disk_files(), 0);
}

/* A bad file is an error, but the others are converted. */
static void a_bad_file_does_not_stop_the_others(void **unused)
{
    (void)unused;
    put_pcm("in\\a.wav", 8000, 1);
    disk_put("in\\b.wav", "RIFX", 4);
    put_pcm("in\\c.wav", 8000, 1);
    assert_int_equal(run("convert in out --to alaw"), 1);
    check_result("out\\a.wav", 6, 8000, 1);
    check_result("out\\c.wav", 6, 8000, 1);
    assert_true(says("b.wav") && says("2 of 3"));
    assert_int_equal(disk_files(), 5);
}

static void does_not_overwrite_unless_asked(void **unused)
{
    (void)unused;
    put_pcm("in.wav", 8000, 1);
    disk_put("out.wav", "here", 4);
    assert_int_equal(run("convert in.wav out.wav --to alaw"), 1);
    assert_true(says("--overwrite"));
    assert_memory_equal(disk_get("out.wav").data, "here", 4);
    assert_int_equal(run("convert in.wav out.wav --to alaw --overwrite"), 0);
    check_result("out.wav", 6, 8000, 1);
    assert_int_equal(run("convert in.wav in.wav --to alaw --overwrite"), 1);
    assert_int_equal(run("convert in.wav C:/work/IN.WAV --to alaw --overwrite"), 1);
    assert_int_equal(disk_get("in.wav").size, 44 + 2 + 12 + FRAMES * 2);
}

static void a_full_disk_leaves_nothing_behind(void **unused)
{
    (void)unused;
    put_pcm("in.wav", 8000, 1);
    for (size_t room = 0; room < 9000; room += 800) {
        disk_room = room;
        assert_int_equal(run("convert in.wav out.wav --to alaw"), 1);
        assert_int_equal(disk_files(), 1);
    }
    disk_room = 9200;
    assert_int_equal(run("convert in.wav out.wav --to alaw"), 0);
    assert_int_equal(disk_files(), 2);
}

static void accepts_long_paths(void **unused)
{
    char path[400] = "deep", line[900];

    (void)unused;
    while (strlen(path) < 300)
        strcat(path, "\\abcdefghijklmnopqrst");
    put_pcm("in.wav", 8000, 1);
    disk_folder(path);
    snprintf(line, sizeof line, "convert in.wav %s\\out.wav --to alaw", path);
    if (run(line) != 0)
        fail_msg("%s", err);
    strcat(path, "\\out.wav");
    check_result(path, 6, 8000, 1);
    assert_int_equal(disk_files(), 2);
}

/* --- Drivers --- */

static void add_driver(struct driver_made driver) { drivers_made[drivers_count++] = driver; }

static void prefers_our_driver(void **unused)
{
    (void)unused;
    drivers_made[0] = (struct driver_made){ L"Other IMA", L"IMA ADPCM of somebody else",
                                            0x11,         true,
                                            false,        SOUND };
    drivers_made[1] = (struct driver_made){ L"OmniACM", L"OmniACM", 0, true, false, SOUND };
    drivers_count = 2;
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("convert in.wav out.wav --to ima"), 0);
    assert_true(says("by OmniACM"));
    assert_int_equal(run("convert in.wav out.wav --to ima --overwrite --driver other"), 0);
    assert_true(says("by Other IMA"));
    assert_int_equal(run("convert in.wav none.wav --to gsm --driver Other"), 1);
    assert_int_equal(run("list --driver somebody"), 0);
    assert_true(says("0x0011") && !says("0x0031") && !says("classic WAV codecs"));
    assert_true(says("   8000 Hz  mono         4 bits     32.4 kbit/s  block   256"));
    assert_int_equal(disk_files(), 2);
}

static void rejects_ambiguous_driver_names(void **unused)
{
    (void)unused;
    add_driver((struct driver_made){ L"Omni", L"another", 0x31, true, false, SOUND });
    add_driver((struct driver_made){ L"Closed", L"a driver that cannot be opened", 0x31, false,
                                     false, SOUND });
    assert_int_equal(run("list --driver nobody"), 1);
    assert_true(says("nobody"));
    assert_int_equal(run("list --driver mni"), 1); /* part of two names */
    assert_true(says("OmniACM") && says("another"));
    assert_int_equal(run("list --driver OMNI"), 0); /* one whole name */
    assert_true(says("another") && !says("classic WAV codecs"));
    assert_int_equal(run("list --driver Closed"), 0);
    assert_int_equal(run("selftest --driver Closed"), 1);
    assert_true(strstr(err, "Closed") && !out[0]);
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("convert in.wav out.wav --to gsm --driver closed"), 1);
    assert_int_equal(disk_files(), 1);
}

static void uses_other_drivers_without_ours(void **unused)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };
    char version[64];

    (void)unused;
    drivers_made[0] = (struct driver_made){ L"Other", L"Other", 0x31, true, false, SOUND };
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("selftest"), 1);
    assert_true(says("OmniACM"));
    assert_int_equal(run("convert in.wav out.wav --to gsm"), 0);
    assert_true(says("by Other"));
    assert_int_equal(run("convert in.wav none.wav --to truespeech"), 1);
    assert_true(says("0x0022") && says("OmniACM"));
    disk_put("omniacm.acm", "MZ", 2); /* next to the program, but not a library */
    assert_int_equal(run("list"), 0);
    ask(ACMDM_DRIVER_DETAILS, &details, 0);
    snprintf(version, sizeof version, "Other: Other %u.%u\n", (unsigned)details.vdwDriver >> 24,
             (unsigned)details.vdwDriver >> 16 & 255);
    assert_true(says("omniacm.acm") && says(version));
}

/* Six channels become WAVE_FORMAT_EXTENSIBLE with their speakers, and the opposite. */
static void converts_six_channels(void **unused)
{
    enum { LENGTH = 2000, MASK_AT = 40 };
    uint8_t extra[EXTRA_ROOM], *patched;
    struct wave_format law = format_of(codec_find(6), (struct mode){ 48000, 6, 0 }, extra), format;
    const uint8_t *code = (const uint8_t *)samples_of(2);
    struct bytes file, data;

    (void)unused;
    put_wav("six.wav", &law, code, (size_t)6 * LENGTH, LENGTH);
    assert_int_equal(run("convert six.wav out.wav"), 0);
    assert_true(says("6 channels") && says("16 bits"));
    file = disk_get("out.wav");
    assert_int_equal(load16_le(file.data + 20), TAG_EXTENSIBLE);
    assert_int_equal(load16_le(file.data + 22), 6);
    assert_int_equal(load32_le(file.data + MASK_AT), 0x3F);
    assert_int_equal(run("info out.wav"), 0);
    assert_true(says("0x3F FL FR FC LFE BL BR") && strcmp(wrong_fields(), "") == 0);
    assert_int_equal(run("convert out.wav back.wav --to alaw"), 0);
    data = get_wav("back.wav", &format);
    assert_true(format.tag == 6 && format.channels == 6 && data.size == (size_t)6 * LENGTH);
    assert_memory_equal(data.data, code, data.size);
    assert_int_equal(run("convert out.wav ima.wav --to ima"), 0);
    get_wav("ima.wav", &format);
    assert_true(format.tag == 0x11 && format.channels == 6);
    assert_int_equal(run("convert ima.wav again.wav"), 0);
    assert_true(says("6 channels"));
    patched = malloc(file.size);
    memcpy(patched, file.data, file.size);
    store32_le(patched + MASK_AT, 3);
    disk_put("few.wav", patched, file.size);
    assert_int_equal(run("info few.wav"), 0);
    assert_string_equal(wrong_fields(), "speakers");
    assert_true(says("should be 0x3F"));
    free(patched);
}

/* --- Messages: each gives the reason --- */

static void explains_rejected_sources(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format, bad;
    struct bytes code = gsm_code(&format, extra);

    (void)unused;
    bad = format;
    bad.tag = 0x71;
    put_wav("sbc.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert sbc.wav out.wav", "0x0071", "Lernout");
    bad.tag = 0x1234;
    put_wav("unknown.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert unknown.wav out.wav", "0x1234", "unknown.wav");
    bad = format;
    bad.channels = 0;
    put_wav("none.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert none.wav out.wav", "OmniACM", "0 channels");
    bad.channels = 6;
    put_wav("six.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert six.wav out.wav", "OmniACM", "6 channels");
    bad = format;
    bad.sample_rate = 0;
    put_wav("still.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert still.wav out.wav", "OmniACM", "0 Hz");
    disk_put("text.wav", "no WAV file", 11);
    check_failure("convert text.wav out.wav", "text.wav", "RIFF");
    disk_put("empty.wav", "", 0);
    check_failure("convert empty.wav out.wav", "empty.wav", "empty");
    free(code.data);
}

static void explains_rejected_targets(void **unused)
{
    struct wave_format format = pcm(8000, 6);

    (void)unused;
    put_pcm("rate.wav", 12345, 1);
    check_failure("convert rate.wav out.wav --to truespeech", "12345 Hz mono", "8000 Hz mono");
    put_pcm("stereo.wav", 8000, 2);
    check_failure("convert stereo.wav out.wav --to 0x38", "8000 Hz stereo", "8000 Hz mono");
    /* Four bit rates share this mode, which is listed once. */
    assert_null(strstr(strstr(err, "8000 Hz mono") + 1, "8000 Hz mono"));
    check_failure("convert stereo.wav out.wav --to gsm", "8000 Hz stereo", "44100 Hz mono");
    put_pcm("in.wav", 8000, 1);
    check_failure("convert in.wav out.wav --to 0x71", "0x0071", "Lernout");
    put_wav("six.wav", &format, samples_of(2), 12 * 1000, 1000);
    check_failure("convert six.wav out.wav --to gsm", "6 channels", "mono and stereo");
    drivers_made[0].decodes_only = true;
    check_failure("convert in.wav out.wav --to gsm", "OmniACM", "decode");
}

/* --- info --- */

static void accepts_correct_headers(void **unused)
{
    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate; mode++) {
            static uint8_t zeros[UINT16_MAX];
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra);
            struct bytes block = { zeros, 0 };
            struct sound decoded;
            struct layout layout;
            char rate[40];

            assert_true(parses(*codec, &format, &layout));
            block.size = layout.block.bytes;
            decoded = decode_all(*codec, &format, 0, block);
            snprintf(rate, sizeof rate, "%u", format.sample_rate);
            check_info(&format, block, (uint32_t)(decoded.count / format.channels), "", rate);
            free(decoded.samples);
        }
}

static void finds_each_wrong_field(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format, bad;
    struct bytes code = gsm_code(&format, extra);
    uint32_t blocks = (uint32_t)code.size / 65;

    (void)unused;
    bad = format;
    bad.byte_rate = 99999;
    check_info(&bad, code, FRAMES, "bytes/second", "1625");
    bad = format;
    bad.bits_per_sample = 16;
    check_info(&bad, code, FRAMES, "bits", "16");
    store16_le(extra, 99);
    check_info(&format, code, FRAMES, "extra bytes", " 40 01");
    store16_le(extra, GSM_BLOCK);
    check_info(&format, code, blocks * GSM_BLOCK + 1, "samples (fact)", "9280");
    check_info(&format, code, (blocks - 2) * GSM_BLOCK, "samples (fact)", "9280");
    /* Part of the last block. */
    check_info(&format, code, (blocks - 1) * GSM_BLOCK + 1, "", "8961");
    bad = format;
    bad.block_align = 0;
    check_info(&bad, code, FRAMES, "bytes per block", "65");
    free(code.data);
}

/* Any block size that the driver accepts is correct, and determines the byte rate. */
static void derives_the_byte_rate_from_the_block(void **unused)
{
    uint8_t extra[EXTRA_ROOM], zeros[1024] = { 0 };
    struct wave_format format = format_of(codec_find(0x11), (struct mode){ 8000, 1, 0 }, extra);
    struct bytes code = { zeros, 1024 };

    (void)unused;
    format.block_align = 512;
    store16_le(extra, 1017);
    format.byte_rate = 4027; /* 8000 * 512 / 1017, rounded down */
    check_info(&format, code, 2034, "", "4027");
    format.byte_rate = 4028;
    check_info(&format, code, 2034, "", "4028");
    format.byte_rate = 4055;
    check_info(&format, code, 2034, "bytes/second", "4027");
    format.byte_rate = 4027;
    store16_le(extra, 505); /* the block and the byte rate outvote the samples per block */
    check_info(&format, code, 2034, "extra bytes", " F9 03");
    store16_le(extra, 1001); /* a short block is a block */
    format.byte_rate = 4091;
    check_info(&format, code, 2002, "", "4091");
}

static void compares_lengths(void **unused)
{
    struct wave_format format = pcm(8000, 1);
    struct bytes file = wav_make(&format, samples_of(1), FRAMES * 2, FRAMES);

    (void)unused;
    disk_put("pcm.wav", file.data, file.size);
    assert_int_equal(run("info pcm.wav"), 0);
    assert_string_equal(wrong_fields(), "");
    assert_true(says("1.125 s"));
    disk_put("cut.wav", file.data, file.size - 1000);
    assert_int_equal(run("info cut.wav"), 0);
    assert_string_equal(wrong_fields(), "samples (fact), data bytes");
    assert_true(says("17002") && says("8501"));
    disk_put("odd.wav", file.data, file.size - 1001); /* ends within a sample */
    assert_int_equal(run("convert odd.wav out.wav --to alaw"), 0);
    assert_int_equal(disk_get("out.wav").size, 58 + 8500);
    assert_true(says("1001"));     /* missing bytes */
    store32_le(file.data + 28, 1); /* byte rate */
    disk_put("pcm.wav", file.data, file.size);
    assert_int_equal(run("info pcm.wav"), 0);
    assert_string_equal(wrong_fields(), "bytes/second");
    free(file.data);
}

static void info_fails_for_rejected_files(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = gsm_code(&format, extra);

    (void)unused;
    add_driver((struct driver_made){ L"Other", L"Other", 0x31, true, false, SOUND });
    put_wav("gsm.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(run("info gsm.wav"), 0);
    assert_true(says("accepted by") && says("OmniACM") && says("Other") && !says("rejected"));
    format.channels = 2;
    put_wav("two.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(run("info two.wav gsm.wav"), 1); /* continues with the next file */
    assert_true(says("rejected by") && says("accepted by") && says("gsm.wav"));
    format.tag = 0x1234;
    put_wav("unknown.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(run("info unknown.wav"), 1);
    assert_true(says("0x1234") && !says("accepted by"));
    free(code.data);
}

/* --- bench, selftest --- */

static void measures_formats(void **unused)
{
    unsigned lines = 0;

    (void)unused;
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("bench in.wav --only gsm --no-header --keep results"), 0);
    for (const char *p = out; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 1);
    assert_true(says("GSM 6.10"));
    assert_int_equal(disk_files(), 3);
    check_result("results\\in-gsm.wav", 0x31, 1625, 1);
    put_pcm("fast.wav", 96000, 2);
    assert_int_equal(run("bench fast.wav"), 0); /* no format accepts it, which is not an error */
    assert_true(strstr(err, "fast.wav") && !strstr(out, "fast.wav"));
}

/* The signal-to-noise ratio is that at the codec's delay, which is 2048 samples for WMA. */
static void bench_finds_every_delay(void **unused)
{
    static int16_t samples[2 * FRAMES];
    struct wave_format format = pcm(44100, 2);
    uint32_t seed = 4;
    unsigned lines = 0;
    int32_t x = 0;

    (void)unused;
    for (int i = 0; i < 2 * FRAMES; i++) {
        x += ((int16_t)(draw(&seed) >> 16) - x) / 64;
        samples[i] = (int16_t)(4 * x);
    }
    put_wav("low.wav", &format, samples, sizeof samples, FRAMES);
    assert_int_equal(run("bench low.wav --no-header"), 0);
    for (const char *ratio = strstr(out, ":1 "); ratio; ratio = strstr(ratio + 1, ":1 ")) {
        lines++;
        if (atof(ratio + 3) < 10)
            fail_msg("a codec's delay is not found: %s", out);
    }
    assert_true(lines > 20);
}

/* Floating-point samples beyond full scale are clipped. */
static void bench_clips_samples(void **unused)
{
    enum { COUNT = 800 };
    static const float levels[] = { -1.5f, -32769 / 32768.0f, -32768.6f / 32768, -1, 1, 1.5f };
    struct wave_format format = { 3, 1, 8000, 32000, 4, 32, 0, 0 }, made;
    float samples[COUNT];
    struct bytes code;

    (void)unused;
    for (int i = 0; i < COUNT; i++)
        samples[i] = levels[i % 6];
    put_wav("loud.wav", &format, samples, sizeof samples, COUNT);
    assert_int_equal(run("bench loud.wav --only alaw --keep results"), 0);
    code = get_wav("results\\loud-alaw.wav", &made);
    assert_int_equal(code.size, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(code.data[i], i % 6 < 4 ? 0x2A : 0xAA);
}

static void the_selftest_passes(void **unused)
{
    char count[40];

    (void)unused;
    if (!all_cases()) {
        print_message(
            "cli.golden compares the codecs with the same table; set OMNIACM_FULL=1 to run this\n");
        skip();
    }
    snprintf(count, sizeof count, "%zu passed, 0 failed", golden_count);
    environment = "quality=2,dtx=1,nibbleorder=1"; /* must not matter */
    assert_int_equal(run("selftest"), 0);
    assert_true(says(count));
}

static void the_selftest_names_what_a_driver_lacks(void **unused)
{
    (void)unused;
    add_driver((struct driver_made){ L"Other", L"Other", 0x31, true, false, SOUND });
    assert_int_equal(run("selftest --driver Other"), 1);
    assert_true(says("failed: 0x0011") && says("expected, but the driver does not offer it"));
    assert_false(says("failed: 0x0031"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(wrong_usage_exits_with_2),
        PROGRAM_TEST(help_succeeds),
        PROGRAM_TEST(options_have_two_forms),
        PROGRAM_TEST(finds_formats_by_name_tag_and_part),
        PROGRAM_TEST(rejects_unknown_formats),
        PROGRAM_TEST(uses_the_nearest_bit_rate),
        PROGRAM_TEST(sets_the_quality_for_this_run),
        PROGRAM_TEST(decodes_to_pcm_by_default),
        PROGRAM_TEST(converts_files_patterns_and_folders),
        PROGRAM_TEST(two_arguments_are_files_or_a_folder),
        PROGRAM_TEST(reports_missing_files),
        PROGRAM_TEST(a_bad_file_does_not_stop_the_others),
        PROGRAM_TEST(does_not_overwrite_unless_asked),
        PROGRAM_TEST(a_full_disk_leaves_nothing_behind),
        PROGRAM_TEST(accepts_long_paths),
        PROGRAM_TEST(prefers_our_driver),
        PROGRAM_TEST(rejects_ambiguous_driver_names),
        PROGRAM_TEST(uses_other_drivers_without_ours),
        PROGRAM_TEST(converts_six_channels),
        PROGRAM_TEST(explains_rejected_sources),
        PROGRAM_TEST(explains_rejected_targets),
        PROGRAM_TEST(accepts_correct_headers),
        PROGRAM_TEST(finds_each_wrong_field),
        PROGRAM_TEST(derives_the_byte_rate_from_the_block),
        PROGRAM_TEST(compares_lengths),
        PROGRAM_TEST(info_fails_for_rejected_files),
        PROGRAM_TEST(measures_formats),
        PROGRAM_TEST(bench_finds_every_delay),
        PROGRAM_TEST(bench_clips_samples),
        PROGRAM_TEST(the_selftest_passes),
        PROGRAM_TEST(the_selftest_names_what_a_driver_lacks),
    };

    return cmocka_run_group_tests_name("program", tests, 0, 0);
}
