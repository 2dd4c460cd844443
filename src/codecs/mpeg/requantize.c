/* Requantization: 2.4.3.4. */
#include "layer3.h"

enum { UNIT_GAIN = 210 };

/* i^(4/3) for i of 64 to 130, Q21. */
static const int32_t powers[67] = {
    536870912,  548084749,  559356243,  570684809,  582069879,  593510896,  605007320,  616558620,
    628164281,  639823797,  651536677,  663302438,  675120609,  686990728,  698912347,  710885022,
    722908323,  734981827,  747105119,  759277794,  771499455,  783769712,  796088183,  808454493,
    820868276,  833329170,  845836823,  858390888,  870991023,  883636894,  896328173,  909064537,
    921845669,  934671258,  947540998,  960454587,  973411731,  986412137,  999455521,  1012541600,
    1025670099, 1038840743, 1052053267, 1065307405, 1078602898, 1091939491, 1105316931, 1118734971,
    1132193366, 1145691876, 1159230264, 1172808296, 1186425743, 1200082376, 1213777973, 1227512314,
    1241285180, 1255096358, 1268945636, 1282832806, 1296757661, 1310720000, 1324719622, 1338756329,
    1352829926, 1366940222, 1381087026,
};

/* 2^(i/4), Q30, and 2^(i/3), Q30. */
static const int32_t quarters[4] = { 1073741824, 1276901417, 1518500250, 1805811301 };
static const int32_t thirds[3] = { 1073741824, 1352829926, 1704458901 };

/* A factor of 2^(exponent/4) that turns Q25 into Q26. */
static struct mpeg_gain gain_of(int exponent, unsigned end)
{
    int shift = -(exponent >> 2) - 3;

    if (shift > 31)
        return (struct mpeg_gain){ 0, 0, (uint16_t)end };
    return (struct mpeg_gain){ quarters[exponent & 3], (int16_t)shift, (uint16_t)end };
}

/* 2^(4/3 (bits - 7)) for values of 5 to 14 bits, as an exponent and the mantissa's index in thirds.
 */
static const struct {
    int8_t exponent;
    uint8_t third;
} octaves[10] = {
    { -3, 1 }, { -2, 2 }, { 0, 0 }, { 1, 1 }, { 2, 2 },
    { 4, 0 },  { 5, 1 },  { 6, 2 }, { 8, 0 }, { 9, 1 },
};

/* value^(4/3) / 2^exponent, Q20: interpolated by differences, with an error below 2^-23 of it. */
static int32_t power_of(unsigned value, int *exponent)
{
    unsigned bits = 32u - (unsigned)__builtin_clz(value), rest;
    const int32_t *power;
    int32_t first, second, sum;

    value <<= 14 - bits; /* below 2^14 */
    power = powers + ((value >> 7) - 64);
    rest = value & 127;
    first = power[1] - power[0];
    second = power[2] - power[1] - first;
    /* The differences have 24 and 16 bits. */
    sum = power[0] + (first * (int32_t)rest >> 7) - (second * (int32_t)(rest * (128 - rest)) >> 15);
    *exponent = octaves[bits - 5].exponent;
    return (int32_t)((int64_t)sum * thirds[octaves[bits - 5].third] >> 31);
}

/* A value that has no power in the list of the Huffman decoder. */
static int32_t scaled(int value, int quarter_exponent)
{
    int exponent, shift;
    int64_t x = power_of((unsigned)(value < 0 ? -value : value), &exponent);
    int32_t result;

    x *= quarters[quarter_exponent & 3]; /* Q50, below 2^61 */
    shift = 24 - exponent - (quarter_exponent >> 2);
    if (shift > 61)
        return 0;
    if (shift > 32) /* the usual case needs no long shifts */
        result = ((int32_t)(x >> 32) + (int32_t)(1u << (shift - 33))) >> (shift - 32);
    else if (shift > 24)
        result = (int32_t)((x + ((int64_t)1 << (shift - 1))) >> shift);
    else
        result = (int32_t)((uint64_t)(x >> 24) << (24 - shift < 63 ? 24 - shift : 63));
    return value < 0 ? (int32_t)(0 - (uint32_t)result) : result;
}

/* Of a run, in quarters of a power of two. */
static int exponent_of(const struct layer3_granule *granule, const struct layer3_runs *runs,
                       const struct layer3_scales *scales, enum layer3_stereo kind, unsigned run)
{
    int factor = scales->factors[run], exponent = granule->global_gain - UNIT_GAIN;

    if (run >= runs->first_short)
        exponent -= 8 * granule->subblock_gain[(run - runs->first_short) % 3];
    else if (granule->preflag)
        factor += mpeg_pretab[run];
    if (kind == LAYER3_MID_SIDE)
        exponent -= 2;
    return exponent - (granule->coarse ? 4 : 2) * factor;
}

void layer3_requantize(const struct dsp_mpeg *dsp, const struct layer3_granule *granule,
                       const struct layer3_runs *runs, const struct layer3_scales *scales,
                       const uint8_t kinds[LAYER3_RUNS], const struct layer3_lines *lines,
                       int32_t *x)
{
    struct mpeg_gain gains[LAYER3_RUNS];
    unsigned count = 0, run = 0;
    int exponent = exponent_of(granule, runs, scales, kinds[0], 0);

    do {
        gains[count] =
            gain_of(exponent_of(granule, runs, scales, kinds[count], count), runs->ends[count]);
    } while (runs->ends[count++] < lines->count);
    gains[count - 1].end = (uint16_t)lines->count;
    dsp->scale(lines->q, x, gains, count);
    for (unsigned i = 0; i < lines->large_count; i++) {
        const struct layer3_large *large = &lines->large[i];

        if (large->line >= runs->ends[run]) {
            while (large->line >= runs->ends[run])
                run++;
            exponent = exponent_of(granule, runs, scales, kinds[run], run);
        }
        x[large->line] = scaled(large->value, exponent);
    }
}
