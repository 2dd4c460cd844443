/* Files without a header. */
#include "mpeg_frames.h"
#include "program_support.h"

/* Encodes the samples in a format, without a header. */
static struct bytes raw_code(uint16_t tag, struct mode mode, struct wave_format *format,
                             uint8_t extra[EXTRA_ROOM])
{
    const struct codec *codec = codec_find(tag);

    *format = format_of(codec, mode, extra);
    return encode_all(codec, format, 0,
                      (struct sound){ samples_of(mode.channels), FRAMES * mode.channels });
}

static void check_decoded(const char *path, uint16_t tag, const struct wave_format *format,
                          struct bytes code)
{
    struct sound back = decode_all(codec_find(tag), format, 0, code);
    struct wave_format pcm_format;
    struct bytes data = get_wav(path, &pcm_format);

    assert_true(pcm_format.tag == TAG_PCM && pcm_format.sample_rate == format->sample_rate &&
                pcm_format.channels == format->channels);
    assert_int_equal(data.size, back.count * 2);
    assert_memory_equal(data.data, back.samples, data.size);
    free(back.samples);
}

static void an_option_gives_the_format(void **unused)
{
    static const struct {
        const char *raw;
        uint16_t tag;
        struct mode mode;
    } formats[] = {
        { "vox,6000", 0x17, { 6000, 1, 0 } },         { "ulaw,11025,2", 7, { 11025, 2, 0 } },
        { "alaw,8000", 6, { 8000, 1, 0 } },           { "g722,16000", 0x65, { 16000, 1, 0 } },
        { "g729,8000,1", 0x83, { 8000, 1, 0 } },      { "0x45@24,8000", 0x45, { 8000, 1, 24000 } },
        { "g726@40,8000", 0x45, { 8000, 1, 40000 } }, { "gsm,8000", 0x31, { 8000, 1, 0 } },
        { "yamaha,22050,2", 0x20, { 22050, 2, 0 } },  { "ima,8000", 0x11, { 8000, 1, 0 } },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format;
        struct bytes code = raw_code(formats[i].tag, formats[i].mode, &format, extra);
        char line[100];

        disk_put("in.bin", code.data, code.size);
        snprintf(line, sizeof line, "convert in.bin out.wav --overwrite --raw %s", formats[i].raw);
        if (run(line) != 0)
            fail_msg("%s: %s", line, err);
        assert_true(says("in.bin has no header; read it as raw") && says(formats[i].raw));
        check_decoded("out.wav", formats[i].tag, &format, code);
        free(code.data);
    }
}

static void extensions_are_recognized(void **unused)
{
    static const struct {
        const char *name;
        uint16_t tag;
        struct mode mode;
    } files[] = {
        { "a.vox", 0x17, { 8000, 1, 0 } },         { "a.ul", 7, { 8000, 1, 0 } },
        { "a.ULAW", 7, { 8000, 1, 0 } },           { "a.b.al", 6, { 8000, 1, 0 } },
        { "a.g722", 0x65, { 16000, 1, 0 } },       { "a.g729", 0x83, { 8000, 1, 0 } },
        { "a.g726-16", 0x45, { 8000, 1, 16000 } }, { "a.g726-32", 0x45, { 8000, 1, 32000 } },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format;
        struct bytes code = raw_code(files[i].tag, files[i].mode, &format, extra);
        char line[100];

        disk_put(files[i].name, code.data, code.size);
        snprintf(line, sizeof line, "convert %s out.wav --overwrite", files[i].name);
        if (run(line) != 0)
            fail_msg("%s: %s", line, err);
        assert_true(says("by its extension"));
        check_decoded("out.wav", files[i].tag, &format, code);
        snprintf(line, sizeof line, "info %s", files[i].name);
        assert_int_equal(run(line), 0);
        assert_string_equal(wrong_fields(), "");
        assert_true(says("by its extension"));
        free(code.data);
    }
    disk_put("a.sln", samples_of(1), FRAMES * 2);
    assert_int_equal(run("convert a.sln out.wav --overwrite --to gsm"), 0);
    check_result("out.wav", 0x31, 1625, 1);
}

/* .mp3 and .mp2 files have the format of their frames, whose samples are all decoded. */
static void mpeg_audio_is_found_by_its_frames(void **unused)
{
    static const struct {
        const char *name, *layer, *rate;
        uint8_t number;
        enum mpeg_sizes sizes;
    } files[] = {
        { "a.mp3", "MPEG-1, Layer III", "bit rate          128 kbit/s", 3, MPEG_PADDED },
        { "b.MP3", "MPEG-1, Layer III", "bit rate          variable, ", 3, MPEG_VARIABLE },
        { "c.mp2", "MPEG-1, Layer II", "bit rate          160 kbit/s", 2, MPEG_PADDED },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mpeg_header header = { .layer = files[i].number,
                                      .bit_rate_index = 9,
                                      .mode = MPEG_STEREO };
        struct bytes stream = mpeg_frames(header, 50, files[i].sizes, 3), data;
        struct wave_format format;
        char line[100];

        disk_put(files[i].name, stream.data, stream.size);
        snprintf(line, sizeof line, "info %s", files[i].name);
        assert_int_equal(run(line), 0);
        assert_true(says(files[i].layer) && says(files[i].rate));
        assert_true(says("frames            50") && says("1.306 s"));
        assert_string_equal(wrong_fields(), "");
        snprintf(line, sizeof line, "convert %s out.wav --overwrite", files[i].name);
        assert_int_equal(run(line), 0);
        data = get_wav("out.wav", &format);
        assert_int_equal(data.size, 50 * 1152 * 4);
        assert_true(format.sample_rate == 44100 && format.channels == 2);
        free(stream.data);
    }
}

/* An .ac3 file has the format of its first frame, behind other bytes too. The blocks of these
 * frames are damaged, and silent. */
static void ac3_is_found_by_its_frames(void **unused)
{
    enum { FRAME = 1792, FRAMES_OF = 5 };
    static const uint8_t header[8] = { 0x0B, 0x77, 0, 0, 0x1E, 0x40, 0xE1 };
    static uint8_t stream[3 + FRAMES_OF * FRAME];
    struct wave_format format;
    struct bytes data;

    (void)unused;
    for (size_t i = 0; i < FRAMES_OF; i++)
        memcpy(stream + 3 + i * FRAME, header, sizeof header);
    disk_put("a.AC3", stream, sizeof stream);
    assert_int_equal(run("info a.AC3"), 0);
    assert_true(says("AC-3 audio") && says("48000 Hz, 6 channels, 448.0 kbit/s"));
    assert_string_equal(wrong_fields(), "");
    assert_int_equal(run("convert a.AC3 out.wav --overwrite"), 0);
    data = get_wav("out.wav", &format);
    assert_int_equal(data.size, FRAMES_OF * 1536 * 12);
    assert_true(format.sample_rate == 48000 && format.channels == 6);
    memset(stream, 0, sizeof stream);
    disk_put("b.ac3", stream, sizeof stream);
    assert_int_not_equal(run("convert b.ac3 out.wav --overwrite"), 0);
}

static void check_bare(const char *to, const char *name, uint16_t tag, struct mode mode)
{
    uint8_t extra[EXTRA_ROOM];
    char command[128];
    struct wave_format format;
    struct bytes code = raw_code(tag, mode, &format, extra), data;

    put_pcm("in.wav", (int)mode.sample_rate, mode.channels);
    snprintf(command, sizeof command, "convert in.wav %s --overwrite --to %s", name, to);
    assert_int_equal(run(command), 0);
    data = disk_get(name);
    assert_int_equal(data.size, code.size);
    assert_memory_equal(data.data, code.data, code.size);
    snprintf(command, sizeof command, "convert %s out.wav --overwrite", name);
    assert_int_equal(run(command), 0);
    check_decoded("out.wav", tag, &format, code);
    snprintf(command, sizeof command, "convert in.wav out.wav --overwrite --to %s", to);
    assert_int_equal(run(command), 0);
    check_result("out.wav", tag, mode.bit_rate / 8, 1);
    free(code.data);
}

/* AC-3 and MPEG audio are written to .ac3, .mp3 and .mp2 files without a header, and read from them
 * again. Another format has a header even there. */
static void streams_of_frames_are_written_without_a_header(void **unused)
{
    (void)unused;
    check_bare("ac3@192", "out.ac3", 0x2000, (struct mode){ 48000, 2, 192000 });
    check_bare("mp3@128", "out.mp3", 0x55, (struct mode){ 44100, 2, 128000 });
    check_bare("mp2@192", "out.mp2", 0x50, (struct mode){ 48000, 2, 192000 });
    put_pcm("in.wav", 8000, 1);
    assert_int_equal(run("convert in.wav out.ac3 --overwrite --to ulaw"), 0);
    check_result("out.ac3", 7, 8000, 1);
}

/* The block of ffmpeg's headers is not that of the frames, which are counted. */
static void frames_in_wav_files_are_counted(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = raw_code(0x2000, (struct mode){ 48000, 2, 192000 }, &format, extra);

    (void)unused;
    format.block_align = 3840;
    format.bits_per_sample = 16;
    put_wav("in.wav", &format, code.data, code.size, 0);
    assert_int_equal(run("info in.wav"), 0);
    assert_true(says("frames            7") && says("192 kbit/s") && says("0.224 s"));
    assert_false(says("left over"));
    free(code.data);
}

/* A WAV file of 16-bit stereo PCM, or of tag 0x92. */
static void put_bursts(const char *path, uint16_t tag, uint32_t rate, struct bytes pcm_bytes)
{
    struct wave_format format = pcm(rate, 2);

    format.tag = tag;
    put_wav(path, &format, pcm_bytes.data, pcm_bytes.size, (uint32_t)(pcm_bytes.size / 4));
}

/* A stream in the bursts of ffmpeg, behind silence that is not a whole number of frames. */
static struct bytes bursts_of(struct bytes stream, const char *demuxer)
{
    struct bytes bursts, all;
    char command[80];

    snprintf(command, sizeof command, "ffmpeg -v error -f %s -i - -c copy -f spdif -", demuxer);
    bursts = peer_run(command, stream.data, stream.size);
    all = (struct bytes){ calloc(1, bursts.size + 5002), bursts.size + 5002 };
    memcpy(all.data + 5002, bursts.data, bursts.size);
    free(bursts.data);
    return all;
}

/* S/PDIF in PCM is read as what it carries. */
static void bursts_of_ac3_are_decoded(void **unused)
{
    static const struct mode modes[] = { { 48000, 2, 192000 }, { 44100, 1, 96000 } };

    (void)unused;
    for (uint16_t i = 0; i < 2; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format;
        struct bytes code = raw_code(0x2000, modes[i], &format, extra),
                     bursts = bursts_of(code, "ac3");

        put_bursts("in.wav", i == 0 ? TAG_PCM : 0x92, modes[i].sample_rate, bursts);
        assert_int_equal(run("info in.wav"), 0);
        assert_true(says(i == 0 ? "AC-3, 2.0" : "AC-3, 1.0") && says("S/PDIF"));
        assert_true(says("frames            7") && says(i == 0 ? "192 kbit/s" : "96 kbit/s"));
        assert_string_equal(wrong_fields(), "");
        assert_int_equal(run("convert in.wav out.wav --overwrite"), 0);
        assert_true(says("S/PDIF"));
        check_decoded("out.wav", 0x2000, &format, code);
        free(bursts.data);
        free(code.data);
    }
}

/* A burst behind the data is not read. */
static void bursts_end_with_the_data(void **unused)
{
    enum { BURST = 4 * 1536 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format, made = pcm(48000, 2);
    struct bytes code = raw_code(0x2000, (struct mode){ 48000, 2, 192000 }, &format, extra),
                 bursts = bursts_of(code, "ac3"), file;
    size_t data = bursts.size - BURST;
    uint8_t *chunk;

    (void)unused;
    bursts.data = realloc(bursts.data, bursts.size + 8);
    memmove(bursts.data + data + 8, bursts.data + data, BURST);
    file = wav_make(&made, bursts.data, bursts.size + 8, 0);
    chunk = file.data + file.size - BURST - 8;
    store32_le(chunk - data - 4, (uint32_t)data);
    memcpy(chunk, "junk", 4);
    store32_le(chunk + 4, BURST);
    disk_put("in.wav", file.data, file.size);
    assert_int_equal(run("info in.wav"), 0);
    if (!says("frames            6"))
        fail_msg("not six frames: %s", out);
    free(file.data);
    free(bursts.data);
    free(code.data);
}

static void bursts_of_mpeg_audio_are_decoded(void **unused)
{
    struct mpeg_header header = { .layer = 2, .bit_rate_index = 9, .mode = MPEG_STEREO };
    struct bytes stream = mpeg_frames(header, 50, MPEG_PADDED, 3),
                 bursts = bursts_of(stream, "mp3");
    struct wave_format format;

    (void)unused;
    put_bursts("in.wav", TAG_PCM, 44100, bursts);
    assert_int_equal(run("info in.wav"), 0);
    assert_true(says("MPEG-1, Layer II") && says("frames            50") && says("S/PDIF"));
    assert_int_equal(run("convert in.wav out.wav --overwrite"), 0);
    assert_int_equal(get_wav("out.wav", &format).size, 50 * 1152 * 4);
    free(bursts.data);
    free(stream.data);
}

/* Other bursts, and preambles without frames, are PCM. */
static void other_bursts_are_pcm(void **unused)
{
    static uint8_t bytes[20000];

    (void)unused;
    for (int type = 0; type < 32; type++) {
        for (size_t i = 0; i + 4000 <= sizeof bytes; i += 4000)
            memcpy(bytes + i, (uint8_t[]){ 0x72, 0xF8, 0x1F, 0x4E, (uint8_t)type, 0, 0, 16 }, 8);
        put_bursts("in.wav", TAG_PCM, 48000, (struct bytes){ bytes, sizeof bytes });
        assert_int_equal(run("info in.wav"), 0);
        assert_true(says("PCM") && !says("S/PDIF"));
    }
}

/* The widths of the parameters of a GSM 6.10 frame, as GSM 06.10 orders them. */
static const uint8_t widths[76] = { 6, 6, 5, 5, 4, 4, 3, 3, 7, 2, 2, 6, 3, 3, 3, 3, 3, 3, 3,
                                    3, 3, 3, 3, 3, 3, 7, 2, 2, 6, 3, 3, 3, 3, 3, 3, 3, 3, 3,
                                    3, 3, 3, 3, 7, 2, 2, 6, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
                                    3, 3, 7, 2, 2, 6, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 };

/* Takes a block of two frames apart, and writes them with the highest bits first. */
static void unpack(const uint8_t *block, uint8_t frames[66])
{
    unsigned at = 0;

    memset(frames, 0, 66);
    for (unsigned half = 0; half < 2; half++) {
        unsigned long long carry = 0xD;
        unsigned bits = 4, n = 33 * half;

        for (int i = 0; i < 76; i++) {
            unsigned value = 0;

            for (unsigned bit = 0; bit < widths[i]; bit++, at++)
                value |= (block[at / 8] >> at % 8 & 1u) << bit;
            carry = carry << widths[i] | value;
            for (bits += widths[i]; bits >= 8; bits -= 8)
                frames[n++] = (uint8_t)(carry >> (bits - 8));
        }
    }
}

static void frames_of_gsm_are_repacked(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = raw_code(0x31, (struct mode){ 8000, 1, 0 }, &format, extra);
    size_t blocks = code.size / 65;
    uint8_t *frames = malloc(blocks * 66);

    (void)unused;
    for (size_t i = 0; i < blocks; i++)
        unpack(code.data + 65 * i, frames + 66 * i);
    disk_put("in.gsm", frames, blocks * 66);
    assert_int_equal(run("convert in.gsm out.wav"), 0);
    check_decoded("out.wav", 0x31, &format, code);
    disk_put("in.gsm", frames, blocks * 66 - 33 + 5); /* an odd number of frames, and a rest */
    assert_int_equal(run("convert in.gsm out.wav --overwrite"), 0);
    check_decoded("out.wav", 0x31, &format, (struct bytes){ code.data, code.size - 32 });
    free(frames);
    free(code.data);
}

static void results_of_raw_files_end_in_wav(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = raw_code(7, (struct mode){ 8000, 1, 0 }, &format, extra);

    (void)unused;
    disk_put("in\\a.ul", code.data, code.size);
    disk_put("in\\b.xyz", code.data, code.size);
    put_pcm("in\\c.wav", 8000, 1);
    assert_int_equal(run("convert in\\*.ul out"), 0);
    check_decoded("out\\a.wav", 7, &format, code);
    disk_put("same\\a.ul", code.data, code.size);
    disk_put("same\\a.ulaw", code.data, code.size);
    assert_int_equal(run("convert same\\a.* both"), 0);
    check_decoded("both\\a.wav", 7, &format, code);
    check_decoded("both\\a.ulaw.wav", 7, &format, code);
    assert_int_equal(run("convert in --out all --raw ulaw,8000"), 0);
    check_decoded("all\\a.wav", 7, &format, code);
    check_decoded("all\\b.wav", 7, &format, code);
    assert_null(disk_get("all\\c.wav").data);
    free(code.data);
}

/* A file that begins like another kind is not read as raw audio because of its extension. */
static void explains_what_is_not_raw(void **unused)
{
    (void)unused;
    disk_put("a.gsm", "OggS\0\0\0\0\0\0\0\0\0", 13);
    check_failure("convert a.gsm out.wav", "a.gsm", "Ogg");
    disk_put("b.gsm", "", 0);
    check_failure("convert b.gsm out.wav", "b.gsm", "empty");
    disk_put("c.dat", samples_of(1), 1000);
    check_failure("convert c.dat out.wav", "c.dat", "RIFF");
    check_failure("convert c.dat out.wav --raw nonsense,8000", "nonsense", "c.dat");
    assert_int_equal(run("convert c.dat out.wav --raw vox,0"), 2);
    assert_non_null(strstr(err, "'vox,0'; give FORMAT,RATE"));
    assert_int_equal(run("convert c.dat out.wav --raw vox,6000,0"), 2);
    assert_non_null(strstr(err, "'vox,6000,0'; give FORMAT,RATE"));
    check_failure("convert c.dat out.wav --raw truespeech,16000", "raw format truespeech,16000",
                  "c.dat");
    check_failure("convert c.dat out.wav --raw g726@99,8000", "g726@99", "c.dat");
    put_pcm("d.wav", 8000, 1);
    check_failure("convert d.wav out.wav --raw ulaw,8000", "d.wav", "without --raw");
    disk_put("e.ul", "\xFF\xFB\xFF\xFE", 4); /* like MP3, but silence */
    assert_int_equal(run("convert e.ul out.wav"), 0);
    assert_int_equal(disk_get("out.wav").size, 44 + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(an_option_gives_the_format),
        PROGRAM_TEST(extensions_are_recognized),
        PROGRAM_TEST(mpeg_audio_is_found_by_its_frames),
        PROGRAM_TEST(ac3_is_found_by_its_frames),
        PROGRAM_TEST(streams_of_frames_are_written_without_a_header),
        PROGRAM_TEST(frames_in_wav_files_are_counted),
        PROGRAM_TEST(bursts_of_ac3_are_decoded),
        PROGRAM_TEST(bursts_end_with_the_data),
        PROGRAM_TEST(bursts_of_mpeg_audio_are_decoded),
        PROGRAM_TEST(other_bursts_are_pcm),
        PROGRAM_TEST(frames_of_gsm_are_repacked),
        PROGRAM_TEST(results_of_raw_files_end_in_wav),
        PROGRAM_TEST(explains_what_is_not_raw),
    };

    return cmocka_run_group_tests_name("program_raw", tests, 0, 0);
}
