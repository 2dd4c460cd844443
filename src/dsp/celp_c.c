/* The reference of the speech coders' kernels. */
#include "celp_search.h"
#include "fixed.h"

/* Loops run over pieces of a constant length, which compilers vectorize; the rest is scalar. */
enum { PIECE = 16 };

static void zeros(const int16_t *x, const int16_t *a, int pairs, int32_t *sums, int n)
{
    for (int at = 0; at + PIECE <= n; at += PIECE) {
        uint32_t piece[PIECE] = { 0 };

        for (int j = 0; j < 2 * pairs; j++)
            for (int i = 0; i < PIECE; i++)
                piece[i] += (uint32_t)(a[j] * x[at + i - j]);
        for (int i = 0; i < PIECE; i++)
            sums[at + i] = (int32_t)piece[i];
    }
    for (int i = n / PIECE * PIECE; i < n; i++) {
        uint32_t sum = 0;

        for (int j = 0; j < 2 * pairs; j++)
            sum += (uint32_t)(a[j] * x[i - j]);
        sums[i] = (int32_t)sum;
    }
}

static int32_t peak(const int16_t *a, int n)
{
    int16_t high[8] = { 0 }, low[8] = { 0 };
    int32_t most = 0;

    for (int at = 0; at < n; at += 8) {
        const int16_t *from = a + (at < n - 8 ? at : n - 8); /* the last vector may overlap */

        for (int i = 0; i < 8; i++)
            high[i] = from[i] > high[i] ? from[i] : high[i];
        for (int i = 0; i < 8; i++)
            low[i] = from[i] < low[i] ? from[i] : low[i];
    }
    for (int i = 0; i < 8; i++) {
        most = max_i32(most, high[i]);
        most = max_i32(most, -low[i]);
    }
    return most;
}

/* Written out, so that the newest sample, which is ready last, is added last. */
static int32_t poles(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y,
                     int32_t *out, int n)
{
    uint32_t c[CELP_ORDER], past[CELP_ORDER + CELP_SUBFRAME];
    uint32_t bias = (uint32_t)1 << (shift - 1), last = (uint32_t)y[-1];

    for (int j = 0; j < CELP_ORDER; j++) {
        c[j] = (uint32_t)a[j];
        past[j] = (uint32_t)y[j - CELP_ORDER];
    }
    for (int i = 0; i < n; i++) {
        const uint32_t *p = past + i;
        uint32_t sum = (uint32_t)in[i] + c[9] * p[0] + c[8] * p[1] + c[7] * p[2] + c[6] * p[3] +
                       c[5] * p[4] + c[4] * p[5] + c[3] * p[6] + c[2] * p[7] + c[1] * p[8];

        sum += c[0] * last;
        last = past[CELP_ORDER + i] = (uint32_t)((int32_t)(sum + bias) >> shift);
        y[i] = saturate((int32_t)last);
        out[i] = (int32_t)sum;
    }
    return peak(y - CELP_ORDER, CELP_ORDER + n);
}

static void two_poles(struct celp_filter filters[2], int shift, int n)
{
    for (int i = 0; i < 2; i++)
        filters[i].peak =
            poles(filters[i].in, filters[i].a, shift, filters[i].y, filters[i].out, n);
}

static int32_t dot(const int16_t *a, const int16_t *b, int n)
{
    uint32_t sum = 0;

    for (int at = 0; at + PIECE <= n; at += PIECE)
        for (int i = 0; i < PIECE; i++)
            sum += (uint32_t)(a[at + i] * b[at + i]);
    for (int i = n / PIECE * PIECE; i < n; i++)
        sum += (uint32_t)(a[i] * b[i]);
    return (int32_t)sum;
}

static void correlate(const int16_t *a, const int16_t *b, int n, int32_t *sums, int count)
{
    for (int k = 0; k < count; k++)
        sums[k] = dot(a, b + k, n);
}

/* Sums the 16-bit halves of the squares separately, so that neither sum exceeds 32 bits. */
static int64_t energy(const int16_t *a, int n)
{
    uint32_t high = 0, low = 0;

    for (int at = 0; at + PIECE <= n; at += PIECE)
        for (int i = 0; i < PIECE; i++) {
            uint32_t square = (uint32_t)(a[at + i] * a[at + i]);

            high += square >> 16;
            low += square & 0xFFFF;
        }
    for (int i = n / PIECE * PIECE; i < n; i++) {
        uint32_t square = (uint32_t)(a[i] * a[i]);

        high += square >> 16;
        low += square & 0xFFFF;
    }
    return ((int64_t)high << 16) + low;
}

static void narrow(const int32_t *in, int32_t bias, int shift, int16_t *out, int n)
{
    for (int at = 0; at + PIECE <= n; at += PIECE)
        for (int i = 0; i < PIECE; i++)
            out[at + i] = saturate((in[at + i] + bias) >> shift);
    for (int i = n / PIECE * PIECE; i < n; i++)
        out[i] = saturate((in[i] + bias) >> shift);
}

static void scale(const int16_t *a, const int16_t *gains, int32_t bias, int shift, int16_t *out,
                  int n)
{
    int32_t sums[PIECE];

    for (int at = 0; at + PIECE <= n; at += PIECE) {
        for (int i = 0; i < PIECE; i++)
            sums[i] = a[at + i] * gains[at + i];
        narrow(sums, bias, shift, out + at, PIECE);
    }
    for (int i = n / PIECE * PIECE; i < n; i++)
        out[i] = saturate((a[i] * gains[i] + bias) >> shift);
}

static void mix(const int16_t *a, int16_t gain_a, const int16_t *b, int16_t gain_b, int32_t bias,
                int shift, int16_t *out, int n)
{
    int32_t sums[PIECE];

    for (int at = 0; at + PIECE <= n; at += PIECE) {
        for (int i = 0; i < PIECE; i++)
            sums[i] = a[at + i] * gain_a + b[at + i] * gain_b;
        narrow(sums, bias, shift, out + at, PIECE);
    }
    for (int i = n / PIECE * PIECE; i < n; i++)
        out[i] = saturate((a[i] * gain_a + b[i] * gain_b + bias) >> shift);
}

static void accumulate(const int16_t *a, const int16_t *b, int16_t gain, int16_t *out, int n)
{
    for (int at = 0; at + PIECE <= n; at += PIECE)
        for (int i = 0; i < PIECE; i++)
            out[at + i] = saturate(a[at + i] + ((b[at + i] * gain + 0x4000) >> 15));
    for (int i = n / PIECE * PIECE; i < n; i++)
        out[i] = saturate(a[i] + ((b[i] * gain + 0x4000) >> 15));
}

const struct dsp_celp dsp_celp_c = {
    zeros,
    poles,
    two_poles,
    correlate,
    dot,
    energy,
    peak,
    narrow,
    scale,
    mix,
    accumulate,
    celp_place_pulses_c,
    celp_respond_c,
    celp_first_above_c,
    celp_best_code_c,
    celp_nearest_c,
    celp_fill_phi_c,
    celp_best_pair_c,
};
