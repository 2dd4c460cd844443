/* The two halves of every filter of order 10: sums of 32 bits, from which the filters of G.723.1 differ only by what goes in,
 * and by what they make of the sums. */
#include <string.h>
#include "plain.h"

static int64_t peak_of_sums(const int32_t sums[SUBFRAME])
{
    int32_t high = 0, low = 0;

    for (int i = 0; i < SUBFRAME; i++) {
        high = sums[i] > high ? sums[i] : high;
        low = sums[i] < low ? sums[i] : low;
    }
    return high > -(int64_t)low ? high : -(int64_t)low;
}

/* Whether ten products, doubled and added to the greatest of the sums, stay within 32 bits. */
static bool fits(int64_t sum, const int16_t a[ORDER], int32_t peak)
{
    return sum + 2 * (int64_t)magnitudes(a, ORDER) * peak <= INT32_MAX;
}

void g7231_zeros(int32_t sums[SUBFRAME], const int16_t a[ORDER], const int16_t *x)
{
    int32_t wide[SUBFRAME] = { 0 };

    if (fits(peak_of_sums(sums), a, peak_of(x - ORDER, ORDER + SUBFRAME))) {        /* so that the products alone do as well */
        for (int j = 0; j < ORDER; j++)
            plain_add(wide, x - 1 - j, a[j], SUBFRAME);
        for (int i = 0; i < SUBFRAME; i++)
            sums[i] -= 2 * wide[i];
        return;
    }
    for (int i = 0; i < SUBFRAME; i++)
        for (int j = 0; j < ORDER; j++)
            sums[i] = L_msu(sums[i], a[j], x[i - 1 - j]);
}

enum { BLOCK = 8, BLOCKS = (SUBFRAME + BLOCK - 1) / BLOCK };

/* The plain sums of a block and its samples, modulo 2^32, from what ten samples before it add to them: written out, as compilers that mind
 * the size leave short loops as they are. */
static void feed_back(const uint32_t a[BLOCK], uint32_t sums[BLOCK], int16_t y[BLOCK])
{
    uint32_t y0, y1, y2, y3, y4, y5, y6, y7;

    y0 = (uint32_t)round_q13((int32_t)sums[0]);
    sums[1] += a[0] * y0;
    y1 = (uint32_t)round_q13((int32_t)sums[1]);
    sums[2] += a[1] * y0 + a[0] * y1;
    y2 = (uint32_t)round_q13((int32_t)sums[2]);
    sums[3] += a[2] * y0 + a[1] * y1 + a[0] * y2;
    y3 = (uint32_t)round_q13((int32_t)sums[3]);
    sums[4] += a[3] * y0 + a[2] * y1 + a[1] * y2 + a[0] * y3;
    y4 = (uint32_t)round_q13((int32_t)sums[4]);
    sums[5] += a[4] * y0 + a[3] * y1 + a[2] * y2 + a[1] * y3 + a[0] * y4;
    y5 = (uint32_t)round_q13((int32_t)sums[5]);
    sums[6] += a[5] * y0 + a[4] * y1 + a[3] * y2 + a[2] * y3 + a[1] * y4 + a[0] * y5;
    y6 = (uint32_t)round_q13((int32_t)sums[6]);
    sums[7] += a[6] * y0 + a[5] * y1 + a[4] * y2 + a[3] * y3 + a[2] * y4 + a[1] * y5 + a[0] * y6;
    y7 = (uint32_t)round_q13((int32_t)sums[7]);
    y[0] = (int16_t)(int32_t)y0, y[1] = (int16_t)(int32_t)y1, y[2] = (int16_t)(int32_t)y2, y[3] = (int16_t)(int32_t)y3;
    y[4] = (int16_t)(int32_t)y4, y[5] = (int16_t)(int32_t)y5, y[6] = (int16_t)(int32_t)y6, y[7] = (int16_t)(int32_t)y7;
}

/* The bound on the plain sums is looked at behind them: the first sample that breaks it is made from samples that do not, so
 * it is right, and is seen. Until then sums may wrap. */
void g7231_poles(int32_t sums[SUBFRAME], const int16_t a[ORDER], int16_t *y)
{
    uint32_t wide[BLOCKS * BLOCK] = { 0 };
    int16_t samples[ORDER + BLOCKS * BLOCK], padded[ORDER + BLOCK] = { 0 };
    uint32_t doubled[BLOCK];

    memcpy(samples, y - ORDER, ORDER * sizeof *y);
    memcpy(padded, a, ORDER * sizeof *a);
    memcpy(wide, sums, SUBFRAME * sizeof *sums);
    for (int i = 0; i < BLOCK; i++)
        doubled[i] = (uint32_t)(2 * a[i]);
    for (int at = 0; at < BLOCKS * BLOCK; at += BLOCK) {
        uint32_t past[BLOCK] = { 0 };

        for (int j = 0; j < ORDER; j++)
            for (int i = 0; i < BLOCK; i++)
                past[i] += (uint32_t)(samples[ORDER + at - 1 - j] * padded[i + j]);
        for (int i = 0; i < BLOCK; i++)
            wide[at + i] += 2 * past[i];
        feed_back(doubled, wide + at, samples + ORDER + at);
    }
    memcpy(y, samples + ORDER, SUBFRAME * sizeof *y);
    if (fits(peak_of_sums(sums), a, peak_of(samples, ORDER + SUBFRAME))) {
        memcpy(sums, wide, SUBFRAME * sizeof *sums);
        return;
    }
    for (int i = 0; i < SUBFRAME; i++) {
        for (int j = 0; j < ORDER; j++)
            sums[i] = L_mac(sums[i], a[j], y[i - 1 - j]);
        y[i] = round_q13(sums[i]);
    }
}
