/* Ulead DV audio: the blocks that FFmpeg's DV muxer made decode to its input, and random blocks
 * decode as in FFmpeg, except for the codes of errors. */
#include "adpcm_support.h"

extern const struct codec dv_audio;

static void check_vector(const char *name, const char *md5, size_t samples)
{
    struct coded coded = coded_open(vector_read(name));
    struct sound sound = decoded_by_us(&dv_audio, &coded);
    struct bytes sum = peer_run("md5sum", sound.samples, sound.count * 2);

    assert_int_equal(sound.count, samples);
    assert_memory_equal(sum.data, md5, 32);
    free(sum.data);
    free(sound.samples);
    check_equal(&dv_audio, coded, decoded_by_ffmpeg, name);
}

/* The checksums are those of the samples that were put into the blocks. */
static void blocks_made_by_ffmpeg_are_lossless(void **unused)
{
    (void)unused;
    check_vector("dv/dv-ntsc-made.wav", "97fc3006e9fb0d59da3ad405a76d219e", 2 * 9608);
    check_vector("dv/dv-pal-made.wav", "cd40fda5f737f596a5f76a6ed103fcbe", 2 * 9600);
}

/* Random bytes with a source pack that states a number of samples for which a frame has room. */
static struct coded coded_at_random(uint16_t tag, uint16_t bits, unsigned rate)
{
    struct wave_format format = { tag, 2, 48000, 0, tag == 0x215 ? 7200 : 8640, bits, 0, 0 };
    struct bytes data = { malloc(20u * format.block_align), 20u * format.block_align };
    uint32_t seed = tag + bits + rate;
    struct coded coded;

    for (size_t i = 0; i < data.size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    for (size_t at = 0; at < data.size; at += format.block_align) {
        uint8_t *pack = data.data + at + 243;

        pack[0] = 0x50;
        pack[1] = (uint8_t)((pack[1] & 0xC0) | draw(&seed) % 28);
        pack[4] = (uint8_t)((pack[4] & 0xC7) | rate << 3);
    }
    coded = coded_make(&dv_audio, &format, data);
    free(data.data);
    return coded;
}

/* The most negative code is that of an error, for which FFmpeg's DV demuxer also yields 0, but not
 * the decoder of these blocks. */
static size_t check_random(uint16_t tag, uint16_t bits, unsigned rate)
{
    struct coded coded = coded_at_random(tag, bits, rate);
    struct sound ours = decoded_by_us(&dv_audio, &coded),
                 theirs = decoded_by_ffmpeg(&dv_audio, &coded);
    int16_t error = (int16_t)(bits == 12 ? -32705 : INT16_MIN);
    size_t n = ours.count, errors = 0;

    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < n; i++)
        if (theirs.samples[i] == error && ours.samples[i] == 0)
            errors++;
        else if (ours.samples[i] != theirs.samples[i])
            fail_msg("tag 0x%X, %u bits: sample %zu of %zu is %d, not %d", tag, bits, i, n,
                     ours.samples[i], theirs.samples[i]);
    assert_true(errors < 60);
    free(ours.samples);
    free(theirs.samples);
    free(coded.file.data);
    return n;
}

static void random_blocks_equal_ffmpeg(void **unused)
{
    size_t n = 0;

    (void)unused;
    for (uint16_t tag = 0x215; tag <= 0x216; tag++)
        for (unsigned rate = 0; rate < 3; rate++) {
            n += check_random(tag, 16, rate);
            if (rate == 2 && tag == 0x215)
                n += check_random(tag, 12, rate);
        }
    n += check_random(0x216, 12, 2);
    print_message("%zu samples equal ffmpeg\n", n);
}

/* Returns the samples per channel that a block with a given pack decodes to. */
static size_t frames_of(struct wave_format format, uint8_t pack, uint8_t count, uint8_t rate)
{
    uint8_t *block = calloc(format.block_align, 1);
    int16_t *pcm = malloc(4 * 2000);
    struct progress done;

    block[243] = pack;
    block[244] = count;
    block[247] = (uint8_t)(rate << 3);
    done = decode_once(&dv_audio, &format, block, pcm,
                       (struct offer){ format.block_align, 2 * 2000, WHOLE });
    assert_int_equal(done.used, format.block_align);
    free(block);
    free(pcm);
    return done.made / 2;
}

static void the_source_pack_states_the_samples(void **unused)
{
    const struct wave_format ntsc = { 0x215, 2, 48000, 0, 7200, 16, 0, 0 },
                             pal = { 0x216, 2, 32000, 0, 8640, 16, 0, 0 };

    (void)unused;
    assert_int_equal(frames_of(ntsc, 0x50, 20, 0), 1600);
    assert_int_equal(frames_of(ntsc, 0x50, 63, 0), 1620);
    assert_int_equal(frames_of(ntsc, 0x50, 15, 1), 1467);
    assert_int_equal(frames_of(ntsc, 0x50, 14, 2), 1067);
    assert_int_equal(frames_of(pal, 0x50, 24, 0), 1920);
    assert_int_equal(frames_of(pal, 0x50, 63, 0), 1944);
    assert_int_equal(frames_of(pal, 0x50, 22, 1), 1764);
    assert_int_equal(frames_of(pal, 0x50, 16, 2), 1280);
    /* Without one, the rate of the format decides. */
    assert_int_equal(frames_of(ntsc, 0xFF, 20, 0), 1601);
    assert_int_equal(frames_of(pal, 0xFF, 20, 0), 1280);
    assert_int_equal(frames_of(pal, 0x50, 20, 3), 1280);
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t tag, channels, block_align, bits;
        uint32_t bytes, frames; /* 0 if refused */
    } headers[] = {
        { 0x215, 2, 7200, 16, 7200, 1620 }, { 0x216, 2, 8640, 16, 8640, 1944 },
        { 0x215, 2, 8640, 16, 8640, 1944 }, { 0x216, 2, 7200, 12, 7200, 1080 },
        { 0x215, 2, 1, 0, 7200, 1620 },     { 0x216, 2, 0, 12, 8640, 1296 },
        { 0x215, 1, 7200, 16, 0, 0 },       { 0x215, 2, 7200, 8, 0, 0 },
        { 0x216, 2, 4320, 16, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct wave_format format = { headers[i].tag,         headers[i].channels, 48000, 7,
                                      headers[i].block_align, headers[i].bits,     0,     0 };
        struct layout layout = { 0 };
        bool taken = parses(&dv_audio, &format, &layout);

        if (taken != (headers[i].bytes != 0) ||
            (taken &&
             (layout.block.bytes != headers[i].bytes || layout.block.frames != headers[i].frames)))
            fail_msg("header %zu: %u bytes, %u samples", i, layout.block.bytes,
                     layout.block.frames);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_made_by_ffmpeg_are_lossless),
        cmocka_unit_test(random_blocks_equal_ffmpeg),
        cmocka_unit_test(the_source_pack_states_the_samples),
        cmocka_unit_test(headers_are_read_leniently),
    };

    return cmocka_run_group_tests_name("dv_audio", tests, 0, 0);
}
