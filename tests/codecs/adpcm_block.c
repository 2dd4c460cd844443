/* The rule by which the redundant fields of IMA and Microsoft ADPCM are read: of block size,
 * samples per block and byte rate, two that agree outvote the third. */
#include "support.h"
#include "adpcm_block.h"

struct header {
    uint16_t tag, channels, bits, block_align, samples;
    uint32_t byte_rate; /* at 8000 Hz */
    uint16_t bytes;     /* of a block, as it is read; 0 if the header is refused */
    uint32_t frames;
};

static void check(const struct header *header)
{
    uint8_t extra[2];
    struct wave_format format = { header->tag,         header->channels, 8000, header->byte_rate,
                                  header->block_align, header->bits,     2,    extra };
    struct layout layout = { 0 };

    store16_le(extra, header->samples);
    if (!parses(codec_find(header->tag), &format, &layout))
        layout.block = (struct span){ 0, 0 };
    if (layout.block.bytes != header->bytes || layout.block.frames != header->frames)
        fail_msg(
            "0x%02X, blocks of %u bytes and %u samples, %u bytes per second: read as %u and %u",
            header->tag, header->block_align, header->samples, header->byte_rate,
            layout.block.bytes, layout.block.frames);
}

static void blocks_of_no_bytes_follow_from_their_samples(void **unused)
{
    static const struct header headers[] = {
        { 0x11, 1, 4, 0, 505, 4055, 256, 505 }, { 0x11, 1, 4, 0, 505, 0, 256, 505 },
        { 0x11, 1, 4, 1, 505, 4055, 256, 505 }, { 0x11, 1, 4, 4, 505, 4055, 256, 505 },
        { 0x11, 2, 4, 0, 505, 8110, 512, 505 }, { 0x11, 2, 4, 8, 1017, 8055, 1024, 1017 },
        { 0x11, 1, 3, 0, 673, 3043, 256, 673 }, { 0x11, 6, 4, 0, 65, 26584, 216, 65 },
        { 0x11, 1, 4, 0, 504, 4055, 256, 504 }, { 0x11, 1, 16, 0, 505, 16000, 256, 505 },
        { 2, 1, 4, 0, 500, 4096, 256, 500 },    { 2, 1, 4, 6, 500, 4096, 256, 500 },
        { 2, 2, 4, 0, 500, 8192, 512, 500 },    { 2, 2, 4, 13, 1012, 8095, 1024, 1012 },
        { 2, 1, 16, 1, 500, 16000, 256, 500 },  { 2, 1, 4, 0, 499, 4096, 256, 499 },
        { 0x11, 1, 4, 0, 0, 4055, 0, 0 },       { 0x11, 1, 4, 1, 1, 4055, 0, 0 },
        { 2, 1, 4, 0, 1, 4096, 0, 0 },          { 0x11, 2, 4, 0, 65535, 4055, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check(&headers[i]);
}

static void absurd_samples_are_ignored_and_short_blocks_are_not(void **unused)
{
    static const struct header headers[] = {
        { 0x11, 1, 4, 256, 2, 4055, 256, 505 },    { 0x11, 1, 4, 256, 4, 0, 256, 505 },
        { 0x11, 1, 4, 256, 252, 4055, 256, 505 },  { 0x11, 1, 4, 256, 506, 4055, 256, 505 },
        { 0x11, 1, 4, 256, 9999, 0, 256, 505 },    { 2, 1, 4, 256, 3, 4096, 256, 500 },
        { 2, 2, 4, 512, 16, 8192, 512, 500 },      { 0x11, 1, 4, 256, 496, 4055, 256, 496 },
        { 2, 1, 4, 256, 496, 4129, 256, 496 },     { 0x11, 1, 4, 36, 64, 4500, 36, 64 },
        { 0x11, 1, 4, 256, 253, 4055, 256, 253 },  { 2, 1, 4, 256, 250, 4096, 256, 250 },
        { 0x11, 1, 4, 256, 101, 20277, 256, 101 }, /* the byte rate confirms a third of a block */
        { 2, 1, 4, 256, 100, 20480, 256, 100 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check(&headers[i]);
}

static void the_byte_rate_decides_between_block_and_samples(void **unused)
{
    static const struct header headers[] = {
        { 0x11, 1, 4, 1024, 505, 4055, 256, 505 }, /* the size is wrong */
        { 0x11, 1, 4, 8, 505, 4056, 256, 505 },      { 2, 1, 4, 64, 500, 4096, 256, 500 },
        { 0x11, 1, 4, 1024, 505, 4013, 1024, 2041 }, /* the samples are wrong */
        { 0x11, 1, 4, 512, 505, 4027, 512, 1017 },   { 2, 1, 4, 1024, 500, 4024, 1024, 2036 },
        { 0x11, 1, 4, 1024, 505, 7, 1024, 2041 },    { 0x11, 1, 4, 8, 505, 16000, 8, 9 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        check(&headers[i]);
}

static void sizes_and_samples_are_inverse(void **unused)
{
    (void)unused;
    for (unsigned channels = 1; channels <= 3; channels++)
        for (uint32_t frames = 2; frames < 3000; frames++) {
            for (unsigned bits = 3; bits <= 4; bits++) {
                uint64_t bytes = ima_block_bytes(frames, channels, bits);

                assert_true(ima_block_frames((size_t)bytes, channels, bits) >= frames &&
                            ima_block_frames((size_t)bytes - 4 * channels, channels, bits) <
                                frames);
            }
            assert_true(ms_block_frames((size_t)ms_block_bytes(frames, channels, 4), channels, 4) >=
                        frames);
            assert_true(frames == 2 ||
                        ms_block_frames((size_t)ms_block_bytes(frames, channels, 4) - 1, channels,
                                        4) < frames);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_no_bytes_follow_from_their_samples),
        cmocka_unit_test(absurd_samples_are_ignored_and_short_blocks_are_not),
        cmocka_unit_test(the_byte_rate_decides_between_block_and_samples),
        cmocka_unit_test(sizes_and_samples_are_inverse),
    };

    return cmocka_run_group_tests_name("adpcm_block", tests, 0, 0);
}
