/* Filters of the tenth order. Each has two ways to the same bits: plain sums where a bound shows that no step of the standard's
 * saturates, else its steps. Sums are of single products, half of what L_mac gives. */
#include <string.h>
#include "g729.h"
#include "sums.h"

void g729_expand(const int16_t a_q12[ORDER + 1], int16_t gamma, int16_t out_q12[ORDER + 1])
{
    int16_t factor = gamma;

    out_q12[0] = a_q12[0];
    for (int i = 1; i <= ORDER; i++) {
        out_q12[i] = (int16_t)((a_q12[i] * factor + 0x4000) >> 15);
        factor = (int16_t)((factor * gamma + 0x4000) >> 15);
    }
}

/* No sum of the coefficients times numbers of this magnitude, the first times any, reaches 2^30. */
static bool is_safe(const int16_t a_q12[ORDER + 1], int32_t peak)
{
    int32_t sum = 0;

    for (int i = 0; i <= ORDER; i++)
        sum += a_q12[i] < 0 ? -a_q12[i] : a_q12[i];
    return (int64_t)sum * peak < (1 << 30) - (1 << 27) - (1 << 11);
}

/* The bits that numbers take: all are between ~bits and bits. */
static inline uint32_t bits_of(int32_t x) { return (uint32_t)(x ^ x >> 31); }

/* The steps of the standard, for one sample. */
static int16_t residual_step(const int16_t a_q12[ORDER + 1], const int16_t *x)
{
    int32_t sum = L_mult(x[0], a_q12[0]);

    for (int j = 1; j <= ORDER; j++)
        sum = L_mac(sum, a_q12[j], x[-j]);
    return round_q15(L_shl(sum, 3));
}

void g729_residual(const int16_t a_q12[ORDER + 1], const int16_t *x, int16_t y[SUBFRAME])
{
    int32_t sums[SUBFRAME], past = peak_of(x - ORDER, SUBFRAME), now = peak_of(x, SUBFRAME);
    uint32_t bits = 0;

    if (!is_safe(a_q12, past > now ? past : now)) {
        for (int i = 0; i < SUBFRAME; i++)
            y[i] = residual_step(a_q12, x + i);
        return;
    }
    for (int i = 0; i < SUBFRAME; i++)
        sums[i] = a_q12[0] * x[i] + (1 << 11);
    for (int j = 1; j <= ORDER; j++)
        for (int i = 0; i < SUBFRAME; i++)
            sums[i] += a_q12[j] * x[i - j];
    for (int i = 0; i < SUBFRAME; i++)
        bits |= bits_of(sums[i]);
    if (bits < 1u << 27)
        for (int i = 0; i < SUBFRAME; i++)
            y[i] = (int16_t)(sums[i] >> 12);
    else
        for (int i = 0; i < SUBFRAME; i++)
            y[i] = saturate(sums[i] >> 12);
}

/* The steps of the standard, watched. A saturated step is one whose result differs from the same sum in 64 bits. */
static bool synthesize_in_steps(const int16_t a_q12[ORDER + 1], const int16_t *x, int32_t *y, int n)
{
    bool overflow = false;

    for (int i = 0; i < n; i++) {
        int32_t sum = L_mult(x[i], a_q12[0]), scaled;

        for (int j = 1; j <= ORDER; j++) {
            int64_t exact = sum - (int64_t)2 * a_q12[j] * y[i - j];

            sum = L_msu(sum, a_q12[j], (int16_t)y[i - j]);
            overflow |= sum != exact;
        }
        scaled = L_shl(sum, 3);
        overflow |= scaled != (int64_t)sum * 8 || scaled > INT32_MAX - 0x8000;
        y[i] = round_q15(scaled);
    }
    return overflow;
}

/* The sums wrap where they cannot be trusted: then a sample before, or this one, fails the caller's bound. Gives the bits of
 * all y. */
static uint32_t synthesize(const int16_t a_q12[ORDER + 1], const int16_t *x, int32_t *y, int n)
{
    uint32_t bits = 0, a[ORDER + 1];
    int32_t last = y[-1];

    for (int j = 1; j <= ORDER; j++)
        a[j] = (uint32_t)a_q12[j];
    for (int i = -ORDER; i < 0; i++)
        bits |= bits_of(y[i]);
    for (int i = 0; i < n; i++) {
        const uint32_t *p = (const uint32_t *)y + i;
        uint32_t sum = (uint32_t)(a_q12[0] * x[i] + (1 << 11)) - a[10] * p[-10] - a[9] * p[-9] - a[8] * p[-8] - a[7] * p[-7]
                     - a[6] * p[-6] - a[5] * p[-5] - a[4] * p[-4] - a[3] * p[-3] - a[2] * p[-2];

        y[i] = last = (int32_t)(sum - a[1] * (uint32_t)last) >> 12;
        bits |= bits_of(last);
    }
    return bits;
}

/* Whether what `synthesize` made is right: nothing is out of 16 bits or, lest it was cut, at their end, and no sum can wrap. */
static bool is_right(const int16_t a_q12[ORDER + 1], uint32_t bits, const int32_t *y, int n)
{
    int32_t peak = 0;

    if (bits > INT16_MAX)
        return false;
    if (bits < INT16_MAX && is_safe(a_q12, (int32_t)bits + 1))
        return true;
    for (int i = -ORDER; i < n; i++)
        peak = y[i] > peak ? y[i] : -y[i] > peak ? -y[i] : peak;
    return peak < INT16_MAX && is_safe(a_q12, peak);
}

enum { ROOM = 16 };                     /* for the memory; with it, compilers narrow eight numbers at a time */

bool g729_synthesis(const int16_t a_q12[ORDER + 1], const int16_t *x, int16_t *y, int n, int16_t memory[ORDER])
{
    int32_t long_out[ROOM + SUBFRAME] = { 0 }, *out = long_out + ROOM;
    int16_t short_out[ROOM + SUBFRAME];
    bool overflow = false;
    uint32_t bits;

    for (int i = 0; i < ORDER; i++)
        out[i - ORDER] = memory[i];
    bits = synthesize(a_q12, x, out, n);
    if (!is_right(a_q12, bits, out, n))
        overflow = synthesize_in_steps(a_q12, x, out, n);
    for (int i = 0; i < ROOM + SUBFRAME; i++)
        short_out[i] = (int16_t)long_out[i];
    memcpy(y, short_out + ROOM, (size_t)n * sizeof *y);
    memcpy(memory, short_out + ROOM + n - ORDER, ORDER * sizeof *memory);
    return overflow;
}
