/* Requantization: 2.4.3.4. */
#include <string.h>
#include "layer3.h"

enum { UNIT_GAIN = 210, NORMAL_BITS = 6 };

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

/* value^(4/3) / 2^exponent, Q20: interpolated by differences, with an error below 2^-23 of it. */
static int32_t power_of(unsigned value, int *exponent)
{
    unsigned bits = 32u - (unsigned)__builtin_clz(value), at, rest;
    int32_t scale = (int32_t)bits - NORMAL_BITS - 1, first, second;
    int64_t power;

    value <<= 14 - bits; /* below 2^14 */
    at = value >> 7;
    rest = value & 127;
    first = powers[at - 64 + 1] - powers[at - 64];
    second = powers[at - 64 + 2] - powers[at - 64 + 1] - first;
    power = powers[at - 64] + (((int64_t)first * rest) >> 7) -
            (((int64_t)second * rest * (128 - rest)) >> 15);
    scale = 4 * scale;
    *exponent = (scale + 300) / 3 - 100;
    power = power * thirds[scale - 3 * *exponent] >> 30;
    return (int32_t)(power >> 1);
}

/* A value that has no power in the list of the Huffman decoder. */
static int32_t scaled(int value, int quarter_exponent)
{
    int exponent, shift;
    int64_t x = power_of((unsigned)(value < 0 ? -value : value), &exponent);

    x = x * quarters[quarter_exponent & 3] >> 24; /* Q26 */
    shift = exponent + (quarter_exponent >> 2);
    if (shift < -40)
        return 0;
    x = shift < 0 ? (x + ((int64_t)1 << (-shift - 1))) >> -shift
                  : (int64_t)((uint64_t)x << (shift < 63 ? shift : 63));
    return (int32_t)(value < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

/* In quarters of a power of two. */
static int exponent_of(const struct layer3_granule *granule, const struct layer3_runs *runs,
                       const struct layer3_scales *scales, unsigned run)
{
    int factor = scales->factors[run], exponent = granule->global_gain - UNIT_GAIN;

    if (run >= runs->first_short)
        exponent -= 8 * granule->subblock_gain[(run - runs->first_short) % 3];
    else if (granule->preflag)
        factor += mpeg_pretab[run];
    return exponent - (granule->coarse ? 4 : 2) * factor;
}

void layer3_requantize(const struct dsp_mpeg *dsp, const struct layer3_granule *granule,
                       const struct layer3_runs *runs, const struct layer3_scales *scales,
                       const uint8_t kinds[LAYER3_RUNS], const struct layer3_lines *lines,
                       int32_t *x)
{
    struct mpeg_gain gains[LAYER3_RUNS];
    int exponents[LAYER3_RUNS] = { 0 };
    unsigned count = 0;

    do {
        exponents[count] = exponent_of(granule, runs, scales, count);
        if (kinds[count] == LAYER3_MID_SIDE)
            exponents[count] -= 2;
        gains[count] = gain_of(exponents[count], runs->ends[count]);
    } while (runs->ends[count++] < lines->count);
    gains[count - 1].end = (uint16_t)lines->count;
    dsp->scale(lines->q, x, gains, count);
    memset(x + lines->count, 0, (MPEG_LINES - lines->count) * sizeof *x);
    for (unsigned i = 0, run = 0; i < lines->large_count; i++) {
        while (lines->large[i].line >= runs->ends[run])
            run++;
        x[lines->large[i].line] = scaled(lines->large[i].value, exponents[run]);
    }
}
