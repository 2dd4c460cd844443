/* The bits of a frame, from the highest bit of each byte down: a scale of 5 bits for each active
 * band, in the order of the bands; then the samples of each, in the order of the scales, the
 * greatest first. Of the first two bands, eight samples at a time are a number of 26 bits with
 * eight digits to the base 9; of the others, one of 19 bits to the base 5. The highest digit is the
 * earliest sample. */
#include <string.h>
#include "lh_sbc.h"

enum { SCALE_BITS = 5, GROUP = 8, FINE_LEVELS = 9, FINE_BITS = 26, LEVELS = 5, BITS = 19 };

static int active_bands(uint8_t active)
{
    int count = __builtin_popcount(active);

    return count > LH_SBC_ACTIVE_MAX ? 0 : count; /* no encoder makes more */
}

int lh_sbc_frame_bytes(uint8_t active)
{
    int count = active_bands(active), fine = min_i32(count, LH_SBC_FINE);
    int bits =
        count * SCALE_BITS + LH_SBC_SAMPLES / GROUP * (fine * FINE_BITS + (count - fine) * BITS);

    return 1 + (bits + 7) / 8;
}

/* Steps of 1.4 dB from the third scale on: 245 * 10^(0.07 code). The first two are lower. The scale
 * 0 was never seen. */
int32_t lh_sbc_scale(unsigned code)
{
    static const uint16_t scales[LH_SBC_SCALES] = {
        0,    115,  231,   397,   467,   548,   644,   757,   890,   1045,  1228,
        1443, 1695, 1991,  2340,  2749,  3230,  3795,  4458,  5238,  6154,  7230,
        8495, 9981, 11726, 13777, 16187, 19018, 22344, 26252, 30844, 36238,
    };

    return scales[code % LH_SBC_SCALES];
}

static uint32_t take(const uint8_t **bytes, int *at, int bits)
{
    uint32_t value = 0;

    for (; bits > 0; bits--) {
        value = value << 1 | (**bytes >> (7 - *at) & 1);
        *at += 1;
        *bytes += *at / 8;
        *at %= 8;
    }
    return value;
}

struct band {
    int number, scale;
};

/* The active bands with their scales, the greatest scale first, then the lowest band. */
static int read_scales(const uint8_t **bytes, int *at, struct band order[LH_SBC_ACTIVE_MAX])
{
    uint8_t active = *(*bytes)++;
    int count = 0;

    if (active_bands(active) == 0)
        return 0;
    for (int number = 0; number < LH_SBC_BANDS; number++) {
        struct band band = { number, 0 };
        int place = count;

        if (!(active >> number & 1))
            continue;
        band.scale = (int)take(bytes, at, SCALE_BITS);
        for (; place > 0 && order[place - 1].scale < band.scale; place--)
            order[place] = order[place - 1];
        order[place] = band;
        count++;
    }
    return count;
}

/* The samples are in the middle of their levels. A number beyond the last one has a digit that is
 * too high. */
static void read_group(uint32_t number, int levels, int32_t scale, int32_t samples[GROUP])
{
    for (int i = GROUP - 1; i >= 0; i--) {
        uint32_t digit = i > 0 ? number % (uint32_t)levels : number;
        int level = min_i32((int32_t)digit, levels - 1) - levels / 2;

        samples[i] = level * 2 * scale * 64 / levels;
        number /= (uint32_t)levels;
    }
}

void lh_sbc_read_frame(const uint8_t *bytes, int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES])
{
    struct band order[LH_SBC_ACTIVE_MAX];
    int at = 0, count = read_scales(&bytes, &at, order);

    memset(bands, 0, LH_SBC_BANDS * sizeof *bands);
    for (int i = 0; i < count; i++) {
        int levels = i < LH_SBC_FINE ? FINE_LEVELS : LEVELS;
        int bits = i < LH_SBC_FINE ? FINE_BITS : BITS;

        for (int n = 0; n < LH_SBC_SAMPLES; n += GROUP)
            read_group(take(&bytes, &at, bits), levels, lh_sbc_scale((unsigned)order[i].scale),
                       bands[order[i].number] + n);
    }
}
