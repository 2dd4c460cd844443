/* Files with unusual headers, and what the program does with them: the right audio, remarks, what
 * `info` says; and other drivers, which are not trusted. */
#include "program_support.h"
#include "cli/trust.h"

/* --- Files as they are found --- */

static uint8_t ima_extra[EXTRA_ROOM];

/* An IMA file of 256-byte blocks whose data the caller frees. */
static struct bytes ima_code(struct wave_format *format)
{
    *format = format_of(codec_find(0x11), (struct mode){ 8000, 1, 0 }, ima_extra);
    return encode_all(codec_find(0x11), format, 0, (struct sound){ samples_of(1), FRAMES });
}

/* Converts a file with these fields, of which each is wrong in turn. */
static void redundant_fields_determine_each_other(void **unused)
{
    static const struct {
        uint16_t block_align, bits, extra_size, samples;
        uint32_t byte_rate;
        const char *wrong;
    } headers[] = {
        { 256, 4, 2, 505, 4055, "" },
        { 0, 4, 2, 505, 4055, "bytes per block" },
        { 1, 4, 2, 505, 4055, "bytes per block" },
        { 1024, 4, 2, 505, 4055, "bytes per block" },
        { 256, 4, 2, 2, 4055, "extra bytes" },
        { 256, 4, 2, 1017, 4055, "extra bytes" },
        { 256, 16, 0, 0, 16000, "bytes/second, bits, extra bytes" },
        { 256, 0, 2, 505, 4055, "bits" },
        { 256, 4, 2, 505, 0, "bytes/second" },
    };
    struct wave_format format;
    struct bytes code = ima_code(&format), data;

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct wave_format odd = format;

        odd.block_align = headers[i].block_align;
        odd.bits_per_sample = headers[i].bits;
        odd.extra_size = headers[i].extra_size;
        odd.byte_rate = headers[i].byte_rate;
        store16_le(ima_extra, headers[i].samples);
        check_info(&odd, code, FRAMES, headers[i].wrong, "1.125 s");
        assert_int_equal(run("convert it.wav out.wav --overwrite"), 0);
        data = get_wav("out.wav", &odd);
        assert_int_equal(data.size, 2 * FRAMES);
    }
    free(code.data);
}

static void pcm_is_read_by_its_bits(void **unused)
{
    static const uint16_t blocks[] = { 4, 1, 32, 0, 3, 64 };

    (void)unused;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        struct wave_format format = pcm(8000, 2);
        struct bytes data = { (uint8_t *)samples_of(2), 4 * FRAMES };

        format.block_align = blocks[i];
        check_info(&format, data, FRAMES, i ? "bytes per block" : "", "1.125 s");
        assert_int_equal(run("convert it.wav out.wav --overwrite --to alaw"), 0);
        check_result("out.wav", 6, 16000, 1);
        assert_int_equal(load32_le(disk_get("out.wav").data + 46), FRAMES); /* fact */
    }
}

/* Writes a file of u-law with these bytes after the fmt chunk. */
static void put_chunks(const char *path, uint32_t riff_size, const void *chunks, size_t size)
{
    uint8_t file[600] = "RIFF....WAVEfmt \x10\0\0\0\7\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08";

    store32_le(file + 4, riff_size);
    memcpy(file + 36, chunks, size);
    disk_put(path, file, 36 + size);
}

static void check_chunks(uint32_t riff_size, const void *chunks, size_t size, size_t samples,
                         const char *remark)
{
    struct wave_format format;

    put_chunks("it.wav", riff_size, chunks, size);
    assert_int_equal(run("convert it.wav out.wav --overwrite"), 0);
    assert_int_equal(get_wav("out.wav", &format).size, 2 * samples);
    if (!strstr(err, remark) || (!remark[0] && err[0]))
        fail_msg("no '%s' in: %s", remark, err);
    assert_int_equal(run("info it.wav"), 0);
    assert_string_equal(wrong_fields(), "");
    assert_true(strstr(err, remark) || samples == 0);
}

/* The audio data is read where it is, and anything unusual is remarked on. */
static void no_audio_data_is_lost_in_silence(void **unused)
{
    (void)unused;
    check_chunks(48, "data\4\0\0\0\1\xfe\3\xff", 12, 4, "");
    check_chunks(48, "data\0\0\0\0\1\xfe\3\xff", 12, 4, "does not give the size");
    check_chunks(0, "data\0\0\0\0\1\xfe\3\xff", 12, 4, "does not give the size");
    check_chunks(0x7FFFF024, "data\0\xf0\xff\x7f\1\xfe\3\xff", 12, 4, "as a stream");
    check_chunks(56, "data\0\0\0\0data\4\0\0\0\1\xfe\3\xff", 20, 4, "empty data chunk");
    check_chunks(60,
                 "data\4\0\0\0\1\xfe\3\xff"
                 "data\4\0\0\0\1\xfe\3\xff",
                 24, 4, "the other 4 bytes");
    check_chunks(44, "data\0\0\0\0", 8, 0, "no audio data");
    check_chunks(56, "fact\0\0\0\0data\4\0\0\0\1\xfe\3\xff", 20, 4, "");
}

static void lengths_are_those_of_convert(void **unused)
{
    struct wave_format format;
    struct bytes code = ima_code(&format), gsm;
    uint8_t extra[EXTRA_ROOM];
    size_t large = (2u << 20) + 233;
    uint8_t *many = calloc(large, 1);

    (void)unused;
    code.size = 256 + 233;
    check_info(&format, code, 1010, "samples (fact)", "964"); /* a truncated last block */
    check_info(&format, code, 964, "", "0.120 s");
    check_info(&format, (struct bytes){ many, large }, (2u << 20) / 256 * 505 + 459, "", "517.1");
    gsm = gsm_code(&format, extra);
    check_info(&format, (struct bytes){ gsm.data, 66 }, 320, "", "0.040 s"); /* a pad byte */
    free(many);
    free(code.data);
    free(gsm.data);
}

/* A GUID that is no tag's. */
static void shows_unknown_subformats(void **unused)
{
    uint8_t extra[22] = { 8, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    struct wave_format format = { 0xFFFE, 1, 8000, 8000, 1, 8, 22, extra };

    (void)unused;
    put_wav("it.wav", &format, extra, 22, 22);
    check_failure("convert it.wav out.wav", "04030201-0605-0807-090A-0B0C0D0E0F10", "sub-format");
    assert_int_equal(run("info it.wav"), 1);
    assert_true(strstr(out, "04030201-0605-0807-090A-0B0C0D0E0F10"));
    assert_string_equal(wrong_fields(), "");
}

/* A refusal names the field that is at fault, and what is supported. */
static void names_the_field_at_fault(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format, bad;
    struct bytes code = gsm_code(&format, extra);

    (void)unused;
    bad = format;
    bad.channels = 2;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "with 2 channels (supported: mono only)", "GSM 6.10");
    assert_int_equal(run("info it.wav"), 1);
    assert_string_equal(wrong_fields(), "channels");
    bad = format;
    bad.block_align = 33;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "blocks of 33 bytes (supported: 65", ".gsm");
    assert_int_equal(run("info it.wav"), 1);
    assert_string_equal(wrong_fields(), "bytes per block");
    bad = format_of(codec_find(0x11), (struct mode){ 8000, 1, 0 }, extra);
    bad.bits_per_sample = 2;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "with 2 bits (supported: 3 or 4)", "IMA ADPCM");
    assert_int_equal(run("info it.wav"), 1);
    assert_string_equal(wrong_fields(), "bits");
    bad = format_of(codec_find(0x22), (struct mode){ 8000, 1, 0 }, extra);
    bad.channels = 2;
    bad.sample_rate = 16000;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "16000 Hz (supported: 8000 Hz)", "2 channels");
    bad = format_of(codec_find(2), (struct mode){ 8000, 1, 0 }, extra);
    bad.channels = 3;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "with 3 channels (supported: mono and stereo)",
                  "ADPCM");
    bad = format_of(codec_find(0x270), (struct mode){ 44100, 2, 132300 }, extra);
    bad.channels = 9;
    put_wav("it.wav", &bad, code.data, code.size, FRAMES);
    check_failure("convert it.wav out.wav", "with 9 channels (supported: mono and stereo)",
                  "ATRAC3");
    free(code.data);
}

/* --- Other drivers are not trusted --- */

/* An IMA file, as in.wav, for a system on which only the other driver has its tag. */
static struct wave_format ima_for_other_driver(int fault)
{
    struct wave_format format;
    struct bytes code = ima_code(&format);

    drivers_made[0] = (struct driver_made){ L"OmniACM", L"OmniACM", 0x31, true, false, SOUND };
    drivers_made[1] = (struct driver_made){ L"Other", L"Other", 0x11, true, false, fault };
    drivers_count = 2;
    put_wav("in.wav", &format, code.data, code.size, FRAMES);
    free(code.data);
    return format;
}

static void other_drivers_run_in_a_process_of_their_own(void **unused)
{
    (void)unused;
    ima_for_other_driver(SOUND);
    assert_int_equal(run("convert in.wav out.wav"), 0);
    assert_true(says("by Other"));
    assert_int_equal(disk_get("out.wav").size, 44 + 2 * FRAMES);
    assert_int_equal(children, 1);
    assert_int_equal(run("info in.wav"), 0);
    assert_true(says("accepted by") && says("Other") && says("1.125 s"));
    assert_int_equal(children, 2);
    put_pcm("pcm.wav", 8000, 1);
    assert_int_equal(run("convert pcm.wav gsm.wav --to gsm"), 0); /* ours is trusted */
    assert_int_equal(run("info pcm.wav"), 0);
    assert_int_equal(run("info gsm.wav"), 0);
    assert_int_equal(children, 2);
    assert_int_equal(run("convert pcm.wav ima.wav --to ima@32 --driver Other"), 0);
    check_result("ima.wav", 0x11, 0, 1);
    assert_int_equal(children, 3);
}

static void a_crash_costs_one_file(void **unused)
{
    static const int faults[] = { CRASHES_OPENING, CRASHES_CONVERTING };

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        struct bytes file;

        disk_fresh();
        ima_for_other_driver(faults[i]);
        file = disk_get("in.wav");
        disk_put("in\\b.wav", file.data, file.size);
        put_pcm("in\\a.wav", 8000, 1);
        put_pcm("in\\c.wav", 8000, 1);
        assert_int_equal(run("convert in out --to pcm"), 1);
        assert_true(says("b.wav: the driver crashed (division by zero): Other"));
        assert_int_equal(disk_files(), 4); /* no partial file */
        if (run("convert in\\a.wav in\\c.wav out --to gsm") != 0)
            fail_msg("%s", err);
        check_result("out\\c.wav", 0x31, 1625, 1);
        assert_int_equal(run("info in.wav"), 1); /* it decodes the file, too */
        assert_true(says("driver crashed") && says("Other"));
    }
}

static void a_header_that_contradicts_itself_reaches_no_other_driver(void **unused)
{
    struct wave_format format = ima_for_other_driver(CRASHES_OPENING), bad;
    struct bytes data = { (uint8_t *)samples_of(1), 2560 };

    (void)unused;
    bad = format;
    bad.block_align = 0;
    bad.extra_size = 0;
    put_wav("none.wav", &bad, data.data, data.size, FRAMES);
    check_failure("convert none.wav out.wav", "blocks of 0 bytes", "Other");
    bad.block_align = 2;
    put_wav("two.wav", &bad, data.data, data.size, FRAMES);
    check_failure("convert two.wav out.wav", "samples in blocks of 2 bytes", "Other");
    bad = format;
    bad.tag = 0x31;
    bad.block_align = 5; /* not refused by its block alone, but 13 times as many bytes per second */
    drivers_made[0].tag = 0x11;
    drivers_made[1].tag = 0x31;
    store16_le(ima_extra, 320);
    put_wav("rate.wav", &bad, data.data, data.size, FRAMES);
    check_failure("convert rate.wav out.wav", "320 samples in blocks of 5 bytes", "Other");
    assert_int_equal(children, 0);
    assert_int_equal(run("info none.wav two.wav rate.wav"), 1);
    assert_true(says("not asked") && !says("accepted by"));
    assert_int_equal(children, 0);
}

/* A block of 256 bytes that is filled by the samples of its header, and one sample too many. */
static void samples_may_fill_a_block(void **unused)
{
    static const struct {
        WORD tag, most;
    } formats[] = { { WAVE_FORMAT_IMA_ADPCM, 505 }, { WAVE_FORMAT_ADPCM, 500 } };

    (void)unused;
    for (size_t i = 0; i < 2; i++)
        for (WORD bits = 0; bits <= 4; bits += 4) {
            struct {
                WAVEFORMATEX wfx;
                WORD samples;
            } header = { { formats[i].tag, 1, 8000, 4096, 256, bits, 2 }, formats[i].most };

            assert_null(trust_fault(&header.wfx));
            header.samples++;
            assert_non_null(trust_fault(&header.wfx));
        }
}

static void the_length_of_its_result_is_checked(void **unused)
{
    (void)unused;
    ima_for_other_driver(TALKATIVE);
    check_failure("convert in.wav out.wav", "Other made 112", "discarded");
    assert_int_equal(children, 1);
    assert_int_equal(disk_files(), 1);
}

/* 900 samples of GSM are three blocks of 320 if silence follows. */
static void an_incomplete_block_is_padded_with_silence(void **unused)
{
    enum { SAMPLES = 900, BLOCKS = 3, BLOCK = 320, CODE = 65 };
    const struct wave_format format = pcm(8000, 1);
    struct bytes whole, padded;
    int16_t *samples = calloc(BLOCKS * BLOCK, sizeof *samples);

    (void)unused;
    memcpy(samples, samples_of(1), SAMPLES * sizeof *samples);
    drivers_made[0] = (struct driver_made){ L"Other", L"Other", 0x31, true, false, WHOLE_BLOCKS };
    put_wav("whole.wav", &format, samples, BLOCKS * BLOCK * sizeof *samples, BLOCKS * BLOCK);
    put_wav("part.wav", &format, samples, SAMPLES * sizeof *samples, SAMPLES);
    free(samples);
    assert_int_equal(run("convert whole.wav whole.gsm.wav --to gsm"), 0);
    assert_int_equal(run("convert part.wav part.gsm.wav --to gsm"), 0);
    whole = disk_get("whole.gsm.wav");
    padded = disk_get("part.gsm.wav");
    assert_true(whole.size > BLOCKS * CODE && whole.size == padded.size);
    assert_memory_equal(whole.data + whole.size - BLOCKS * CODE - 1,
                        padded.data + padded.size - BLOCKS * CODE - 1, BLOCKS * CODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(redundant_fields_determine_each_other),
        PROGRAM_TEST(pcm_is_read_by_its_bits),
        PROGRAM_TEST(no_audio_data_is_lost_in_silence),
        PROGRAM_TEST(lengths_are_those_of_convert),
        PROGRAM_TEST(shows_unknown_subformats),
        PROGRAM_TEST(names_the_field_at_fault),
        PROGRAM_TEST(other_drivers_run_in_a_process_of_their_own),
        PROGRAM_TEST(a_crash_costs_one_file),
        PROGRAM_TEST(a_header_that_contradicts_itself_reaches_no_other_driver),
        PROGRAM_TEST(samples_may_fill_a_block),
        PROGRAM_TEST(the_length_of_its_result_is_checked),
        PROGRAM_TEST(an_incomplete_block_is_padded_with_silence),
    };

    return cmocka_run_group_tests_name("program_files", tests, 0, 0);
}
