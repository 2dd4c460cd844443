/* The kernels of MPEG audio's encoders in plain C. The filter bank is that of 11172-3, C.1.3. */
#include <string.h>
#include "compiler.h"
#include "dsp_c.h"
#include "fixed.h"
#include "mpeg_encoder_tables.h"

/* a c / 2^q, rounded down. */
static inline int32_t scaled(int32_t a, int32_t c, int q) { return (int32_t)((int64_t)a * c >> q); }

/* The 64 sums of the window, of which one is the sum of two cosines' arguments:
 *
 *     S[k] = sum of y[m] cos((2k + 1) m pi / 64), 0 <= m < 32,
 *
 * since cos is even, and odd around 32. A sum of 8 products is exact, and rounded to 9 bits less.
 */
static void window_slot(const int16_t *pcm, int32_t y[32])
{
    const int16_t *newest = pcm + MPEG_ENCODER_WINDOW - 1;
    int32_t z[64];

    for (int i = 0; i < 64; i++) {
        int64_t sum = 0;

#pragma GCC unroll 8
        for (int j = 0; j < 8; j++)
            sum += (int64_t)mpeg_window[i + 64 * j] * newest[-i - 64 * j];
        z[i] = (int32_t)((sum + 256) >> 9);
    }
    y[0] = z[16];
    for (int m = 1; m <= 16; m++)
        y[m] = z[16 + m] + z[16 - m];
    for (int m = 17; m < 32; m++)
        y[m] = z[16 + m] - z[80 - m];
}

/* The two halves of a stage of B. G. Lee's DCT-III of n values, for all of them side by side:
 * before the stages of half the size, neighbors among the odd values are added; after them, the odd
 * part is divided by 2 cos, and the halves are combined. The secants of n values follow 32 - n
 * others. */
static INLINED void split_dct(const int32_t y[32], int n, int32_t halves[32])
{
#pragma GCC unroll 16
    for (int at = 0; at < 32; at += n)
#pragma GCC unroll 16
        for (int i = 0; i < n / 2; i++) {
            const int32_t *odd = y + at + 2 * i + 1;

            halves[at + i] = y[at + 2 * i];
            halves[at + n / 2 + i] = i > 0 ? odd[0] + odd[-2] : odd[0];
        }
}

static INLINED void join_dct(const int32_t halves[32], int n, int q, int32_t y[32])
{
#pragma GCC unroll 16
    for (int at = 0; at < 32; at += n)
        for (int k = 0; k < n / 2; k++) {
            int32_t even = halves[at + k];
            int32_t odd = scaled(halves[at + n / 2 + k], mpeg_dct32_secants[32 - n + k], q);

            y[at + k] = even + odd;
            y[at + n - 1 - k] = even - odd;
        }
}

void mpeg_dct3_c(int32_t y[32])
{
    int32_t x[32];

    split_dct(y, 32, x);
    split_dct(x, 16, y);
    split_dct(y, 8, x);
    split_dct(x, 4, y);
    join_dct(y, 2, 31, x);
    join_dct(x, 4, 30, y);
    join_dct(y, 8, 29, x);
    join_dct(x, 16, 28, y);
    join_dct(y, 32, 27, x);
    memcpy(y, x, sizeof x);
}

static void analyze(const int16_t *pcm, mpeg_slot *slots, unsigned count)
{
    for (unsigned t = 0; t < count; t++) {
        window_slot(pcm + MPEG_ENCODER_BANDS * t, slots[t]);
        mpeg_dct3_c(slots[t]);
    }
}

/* The DCT-II of 9 values: the symmetric part gives the even coefficients, the antisymmetric one the
 * odd ones. */
static void dct9(const int32_t b[9], int32_t y[9])
{
    int32_t e0 = b[0] + b[8], e1 = b[1] + b[7], e2 = b[2] + b[6], e3 = b[3] + b[5];
    int32_t o0 = b[0] - b[8], o1 = b[1] - b[7], o2 = b[2] - b[6], o3 = b[3] - b[5];
    int32_t x = e0 - e2, z = e2 - e3, base = (e1 >> 1) - b[4], h = scaled(o1, MPEG_C30, 31);
    int32_t j2 = scaled(x, MPEG_C20, 31) + scaled(z, MPEG_C40, 31);
    int32_t j4 = scaled(x, MPEG_C40, 31) - scaled(z, MPEG_C80, 31);
    int32_t j1, j5;

    y[0] = e0 + e1 + e2 + e3 + b[4];
    y[6] = ((e0 + e2 + e3) >> 1) - e1 - b[4];
    y[2] = j2 + base;
    y[4] = j4 - base;
    y[8] = j2 - j4 - base;
    x = o0 + o2;
    z = o3 - o2;
    j1 = scaled(x, MPEG_C10, 31) + scaled(z, MPEG_C70, 31);
    j5 = scaled(x, MPEG_C50, 31) + scaled(z, MPEG_C10, 31);
    y[3] = scaled(o0 - o2 - o3, MPEG_C30, 31);
    y[1] = j1 + h;
    y[5] = j5 - h;
    y[7] = j1 - j5 - h;
}

/* The DCT-IV of 18 values: 2 cos makes each pair of neighbors a coefficient of the DCT-II, of which
 * the even ones are a DCT-II of 9 values, and the odd ones a DCT-IV, taken apart likewise. */
static void dct18(const int32_t v[18], int32_t x[18])
{
    int32_t a[18], b[9], d[9], even[9], odd[9];

#pragma GCC unroll 18
    for (int n = 0; n < 18; n++)
        a[n] = scaled(v[n], mpeg_mdct_twiddles[n], 30);
#pragma GCC unroll 9
    for (int n = 0; n < 9; n++) {
        b[n] = a[n] + a[17 - n];
        d[n] = scaled(a[n] - a[17 - n], mpeg_mdct_twiddles9[n], 30);
    }
    dct9(b, even);
    dct9(d, odd);
    odd[0] >>= 1;
    x[0] = even[0] >> 1;
    x[1] = odd[0] - x[0];
#pragma GCC unroll 8
    for (int j = 1; j < 9; j++) {
        odd[j] -= odd[j - 1];
        x[2 * j] = even[j] - x[2 * j - 1];
        x[2 * j + 1] = odd[j] - x[2 * j];
    }
}

/* The folded window: values of the two halves that the cosines repeat. */
static void transform_long(const int32_t s[36], const int32_t *window, int32_t x[18])
{
    int32_t v[18];

#pragma GCC unroll 9
    for (int n = 0; n < 9; n++) {
        v[n] = -scaled(s[26 - n], window[26 - n], 32) - scaled(s[27 + n], window[27 + n], 32);
        v[9 + n] = scaled(s[n], window[n], 32) - scaled(s[17 - n], window[17 - n], 32);
    }
    dct18(v, x);
    for (int k = 0; k < 18; k++)
        x[k] >>= 1;
}

static void transform_short(const int32_t s[36], const int32_t *window, int32_t x[18])
{
    for (int w = 0; w < 3; w++) {
        const int32_t *in = s + 6 + 6 * w;
        int32_t v[6];

        for (int n = 0; n < 3; n++) {
            v[n] = -scaled(in[8 - n], window[8 - n], 32) - scaled(in[9 + n], window[9 + n], 32);
            v[3 + n] = scaled(in[n], window[n], 32) - scaled(in[5 - n], window[5 - n], 32);
        }
        for (int k = 0; k < 6; k++) {
            int64_t sum = 0;

            for (int n = 0; n < 6; n++)
                sum += (int64_t)v[n] * mpeg_mdct_short[k][n];
            x[6 * w + k] = (int32_t)(sum >> 32);
        }
    }
}

/* Removes the alias between neighboring subbands: the inverse of the decoder's rotations. */
static void antialias(int32_t *x)
{
    for (int edge = 18; edge < MPEG_ENCODER_LINES; edge += 18)
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            int32_t up = x[edge - 1 - i], down = x[edge + i];
            int32_t cs = mpeg_antialias[i][0], ca = mpeg_antialias[i][1];

            x[edge - 1 - i] = scaled(up, cs, 31) + scaled(down, ca, 31);
            x[edge + i] = scaled(down, cs, 31) - scaled(up, ca, 31);
        }
}

/* The odd slots of odd subbands are negated, as the decoder does (2.4.3.4.10.4). */
static void transform(const mpeg_slot *slots, unsigned block_type, int32_t x[MPEG_ENCODER_LINES])
{
    for (int band = 0; band < MPEG_ENCODER_BANDS; band++) {
        int32_t s[36];

        for (int t = 0; t < 36; t++)
            s[t] = t & band & 1 ? -slots[t][band] : slots[t][band];
        if (block_type == MPEG_SHORT)
            transform_short(s, mpeg_mdct_windows[MPEG_SHORT], x + 18 * band);
        else
            transform_long(s, mpeg_mdct_windows[block_type], x + 18 * band);
    }
    if (block_type != MPEG_SHORT)
        antialias(x);
}

static void quantize(const uint32_t *powers, uint32_t factor, uint16_t *q, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        q[i] = (uint16_t)mpeg_quantized(powers[i], factor);
}

static void measure(const mpeg_slot *slots, int32_t peaks[MPEG_ENCODER_BANDS],
                    uint64_t energies[MPEG_ENCODER_BANDS])
{
    for (int b = 0; b < MPEG_ENCODER_BANDS; b++)
        peaks[b] = 0;
    for (int t = 0; t < MPEG_THIRD; t++)
        for (int b = 0; b < MPEG_ENCODER_BANDS; b++) {
            int64_t x = slots[t][b];

            peaks[b] = max_i32(peaks[b], (int32_t)(x < 0 ? -x : x));
            energies[b] += (uint64_t)(x * x);
        }
}

static void quantize_bands(const mpeg_slot *slots, const struct mpeg_steps *steps, mpeg_slot *codes)
{
    for (int t = 0; t < MPEG_THIRD; t++)
        for (int b = 0; b < MPEG_ENCODER_BANDS; b++) {
            int32_t x = scaled(slots[t][b], steps->inverse[b], 30), levels = steps->levels[b];

            x = (int32_t)((uint32_t)x << steps->shift[b]);
            x = (scaled(x, levels, 28) + levels) >> 1;
            codes[t][b] = max_i32(min_i32(x, levels - 1), 0);
        }
}

const struct dsp_mpeg_encoder dsp_mpeg_encoder_c = { analyze, transform, quantize, measure,
                                                     quantize_bands };
