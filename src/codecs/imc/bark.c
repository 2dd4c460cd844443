/* Masking between bands. Intel Music Coder has a table; Indeo audio derives the same from the
 * sample rate and the Bark scale, in which bands mask each other within half a Bark, and then by 10
 * dB a Bark upward and 27 dB downward. */
#include <string.h>
#include "tables.h"

enum { BARK_Q = 32, GRID = 512, HERTZ = 1024 };

/* atan(2^-k), Q32 */
static const uint64_t rotations[32] = {
    3373259426, 1991351318, 1052175346, 534100635, 268086748, 134174063, 67103403, 33553749,
    16777131,   8388597,    4194303,    2097152,   1048576,   524288,    262144,   131072,
    65536,      32768,      16384,      8192,      4096,      2048,      1024,     512,
    256,        128,        64,         32,        16,        8,         4,        2,
};

/* atan(y / x) in Q32, for x > 0 and y >= 0: CORDIC, which rotates the vector onto the x axis. */
static int64_t arctangent(uint64_t y, uint64_t x)
{
    int up = __builtin_clzll(x | y) - 3;
    int64_t a = (int64_t)(x << up), b = (int64_t)(y << up), angle = 0;

    for (int k = 0; k < 32; k++) {
        int64_t da = b >> k, db = a >> k;
        bool below = b < 0;

        a += below ? -da : da;
        b -= below ? -db : db;
        angle += below ? -(int64_t)rotations[k] : (int64_t)rotations[k];
    }
    return angle;
}

/* 3.5 atan((f/7500)^2) + 13 atan(.00076 f) for a frequency in units of 1/1024 Hz, Q32. */
static int64_t bark_of(uint64_t f)
{
    const uint64_t corner = 7500 * HERTZ;

    return 7 * arctangent(f * f, corner * corner) / 2 + 13 * arctangent(f * 76, 100000 * HERTZ);
}

/* 10^-(tenths/10 barks) */
static struct real decay(int64_t barks, int tenths)
{
    const int64_t log2_10 = 55732705; /* Q24 */

    return real_exp2(-((barks >> 4) * tenths / 10 * log2_10 >> (BARK_Q - 4)));
}

/* Whether the half Bark above band `i` reaches the middle of band `j`. FFmpeg looks for its end in
 * steps of half a hertz; so does this, at the last step before that middle. */
static bool reaches_up(const uint64_t middle[IMC_BANDS], int i, int j)
{
    uint64_t steps = (middle[j] - middle[i]) / GRID, f = middle[i] + steps * GRID;

    return bark_of(f) <= bark_of(middle[i]) + ((int64_t)1 << (BARK_Q - 1));
}

/* Whether the half Bark below band `i` ends before the middle of band `j`. */
static bool ends_above(const uint64_t middle[IMC_BANDS], int i, int j)
{
    uint64_t steps = (middle[i] - middle[j]) / GRID, f = middle[i] - steps * GRID;

    return bark_of(f) <= bark_of(middle[i]) - ((int64_t)1 << (BARK_Q - 1));
}

void imc_masking_of_rate(struct imc_masking *masking, uint32_t sample_rate)
{
    uint64_t middle[IMC_BANDS];

    for (int i = 0; i < IMC_BANDS; i++)
        middle[i] = (uint64_t)(imc_edges[i] + imc_edges[i + 1] - 1) * sample_rate;
    for (int i = 0; i < IMC_BANDS; i++) {
        int end = i + 1, start = 0;

        while (end < IMC_BANDS && reaches_up(middle, i, end))
            end++;
        while (start < i && ends_above(middle, i, start))
            start++;
        masking->end[i] = (int8_t)end;
        masking->start[i] = (int8_t)(start - 1);
    }
    for (int i = 0; i < IMC_BANDS - 1; i++) {
        int64_t barks = bark_of(middle[i + 1]) - bark_of(middle[i]);

        masking->up[i] = decay(barks, 10);
        masking->down[i] = decay(barks, 27);
    }
}

void imc_masking_fixed(struct imc_masking *masking)
{
    memcpy(masking->end, imc_masking_end, sizeof masking->end);
    memcpy(masking->start, imc_masking_start, sizeof masking->start);
    for (int i = 0; i < IMC_BANDS - 1; i++) {
        masking->up[i] = real_from(imc_masking_up[i], -32);
        masking->down[i] = real_from(imc_masking_down[i], -34);
    }
}
