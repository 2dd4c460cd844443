/* The correction of redundant fields of a WAV header. */
#include "support.h"
#include "bits.h"
#include "cli/header.h"
#include "cli/wav.h"

struct fields {
    uint16_t tag, channels, block_align, bits, extra_size, samples;
    uint32_t byte_rate;
};

/* At 8000 Hz. */
static void check(const struct fields *from, const struct fields *to)
{
    uint8_t p[WAV_FORMAT_ROOM] = { 0 };
    size_t size = WAV_FORMAT_SIZE + (size_t)from->extra_size;

    store16_le(p, from->tag);
    store16_le(p + 2, from->channels);
    store32_le(p + 4, 8000);
    store32_le(p + 8, from->byte_rate);
    store16_le(p + 12, from->block_align);
    store16_le(p + 14, from->bits);
    store16_le(p + 16, from->extra_size);
    store16_le(p + 18, from->samples);
    header_correct(p, &size);
    if (load16_le(p) != to->tag || load16_le(p + 2) != to->channels || load32_le(p + 4) != 8000 ||
        load32_le(p + 8) != to->byte_rate || load16_le(p + 12) != to->block_align ||
        load16_le(p + 14) != to->bits || load16_le(p + 16) != to->extra_size ||
        size != WAV_FORMAT_SIZE + (size_t)to->extra_size || load16_le(p + 18) != to->samples)
        fail_msg("tag %u, %u channels, blocks of %u, %u bits, %u bytes per second: %u, %u, %u",
                 from->tag, from->channels, from->block_align, from->bits, from->byte_rate,
                 load16_le(p + 12), load16_le(p + 14), load32_le(p + 8));
}

static void check_all(const struct fields (*pairs)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&pairs[i][0], &pairs[i][1]);
}

/* tag, channels, block, bits, extra size, samples, byte rate */
static void bits_determine_the_block_of_pcm(void **unused)
{
    static const struct fields pairs[][2] = {
        { { 1, 2, 32, 16, 0, 0, 256000 }, { 1, 2, 4, 16, 0, 0, 32000 } },
        { { 1, 1, 1, 16, 0, 0, 8000 }, { 1, 1, 2, 16, 0, 0, 16000 } },
        { { 1, 1, 8, 8, 0, 0, 64000 }, { 1, 1, 1, 8, 0, 0, 8000 } },
        { { 1, 1, 2, 8, 0, 0, 8000 }, { 1, 1, 1, 8, 0, 0, 8000 } },
        { { 1, 2, 3, 24, 0, 0, 24000 }, { 1, 2, 6, 24, 0, 0, 48000 } },
        { { 1, 2, 0, 24, 0, 0, 0 }, { 1, 2, 6, 24, 0, 0, 48000 } },
        { { 1, 2, 2, 24, 0, 0, 7 }, { 1, 2, 6, 24, 0, 0, 48000 } },
        { { 1, 2, 8, 24, 0, 0, 64000 }, { 1, 2, 8, 24, 0, 0, 64000 } }, /* confirmed */
        { { 1, 2, 8, 24, 0, 0, 48000 }, { 1, 2, 6, 24, 0, 0, 48000 } },
        { { 1, 1, 4, 20, 0, 0, 32000 }, { 1, 1, 4, 20, 0, 0, 32000 } },
        { { 1, 1, 3, 20, 0, 0, 1 }, { 1, 1, 3, 20, 0, 0, 24000 } },
        { { 1, 2, 4, 0, 0, 0, 32000 }, { 1, 2, 4, 16, 0, 0, 32000 } },
        { { 3, 1, 8, 64, 0, 0, 64000 }, { 3, 1, 8, 64, 0, 0, 64000 } },
        { { 3, 2, 64, 32, 0, 0, 1 }, { 3, 2, 8, 32, 0, 0, 64000 } },
        { { 1, 0, 4, 16, 0, 0, 5 }, { 1, 0, 4, 16, 0, 0, 5 } },
    };

    (void)unused;
    check_all(pairs, sizeof pairs / sizeof *pairs);
}

static void blocks_of_codecs_are_consistent(void **unused)
{
    static const struct fields pairs[][2] = {
        { { 7, 2, 0, 16, 0, 0, 32000 }, { 7, 2, 2, 8, 0, 0, 16000 } },
        { { 6, 1, 1, 8, 0, 0, 8000 }, { 6, 1, 1, 8, 0, 0, 8000 } },
        { { 0x11, 1, 0, 4, 2, 505, 4055 }, { 0x11, 1, 256, 4, 2, 505, 4055 } },
        { { 0x11, 1, 256, 16, 0, 0, 16000 }, { 0x11, 1, 256, 4, 2, 505, 4055 } },
        { { 0x11, 1, 1024, 16, 0, 0, 16000 }, { 0x11, 1, 1024, 4, 2, 2041, 4013 } },
        { { 0x11, 1, 256, 4, 2, 2, 4055 }, { 0x11, 1, 256, 4, 2, 505, 4055 } },
        { { 0x11, 1, 256, 4, 2, 505, 4056 }, { 0x11, 1, 256, 4, 2, 505, 4056 } }, /* rounded up */
        { { 0x11, 1, 256, 2, 2, 1009, 2000 }, { 0x11, 1, 256, 2, 2, 1009, 2000 } },
        { { 0x11, 1, 256, 8, 2, 505, 4055 }, { 0x11, 1, 256, 8, 2, 505, 4055 } },
        { { 0x11, 1, 0, 4, 0, 0, 4055 }, { 0x11, 1, 0, 4, 0, 0, 4055 } },
        { { 2, 1, 0, 4, 32, 500, 4096 }, { 2, 1, 256, 4, 32, 500, 4096 } },
        { { 2, 1, 256, 16, 0, 0, 16000 }, { 2, 1, 256, 4, 0, 0, 4096 } },
        { { 2, 1, 256, 4, 32, 3, 4096 }, { 2, 1, 256, 4, 32, 500, 4096 } },
        { { 0x31, 1, 0, 0, 0, 0, 0 }, { 0x31, 1, 65, 0, 2, 320, 1625 } },
        { { 0x31, 1, 33, 0, 2, 160, 1650 }, { 0x31, 1, 33, 0, 2, 160, 1650 } },
        { { 0x31, 2, 0, 0, 2, 320, 1625 }, { 0x31, 2, 0, 0, 2, 320, 1625 } },
        { { 0x55, 1, 1, 0, 2, 1, 2500 }, { 0x55, 1, 1, 0, 2, 1, 2500 } },
    };

    (void)unused;
    check_all(pairs, sizeof pairs / sizeof *pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_determine_the_block_of_pcm),
        cmocka_unit_test(blocks_of_codecs_are_consistent),
    };

    return cmocka_run_group_tests_name("header", tests, 0, 0);
}
