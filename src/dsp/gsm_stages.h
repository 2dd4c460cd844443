/* GSM 06.10's stages that are not lattices, nor the lag search. */
#include "gsm_rows.h"

static void gsm_emphasise(int16_t last, int16_t s[GSM_FRAME])
{
    __m128i before = newest(last), factor = _mm_set1_epi16(-GSM_EMPHASIS_Q15);

    for (int i = 0; i < GSM_FRAME; i += GSM_ROW) {
        __m128i now = row_at(s + i);

        put_row(s + i, _mm_adds_epi16(now, product(delayed_by_one(before, now), factor)));
        before = now;
    }
}

/* The sums of pairs of products of 11-bit numbers, 20 in a lane, stay within 2^28. */
KERNEL void gsm_correlate(const int16_t *s, int32_t sums[GSM_ORDER + 1])
{
    __m128i sum[GSM_ORDER + 1];

    for (int lag = 0; lag <= GSM_ORDER; lag++)
        sum[lag] = _mm_setzero_si128();
    for (int i = 0; i < GSM_FRAME; i += GSM_ROW) {
        __m128i now = row_at(s + i);

#pragma GCC unroll 9
        for (int lag = 0; lag <= GSM_ORDER; lag++)
            sum[lag] = _mm_add_epi32(sum[lag], _mm_madd_epi16(now, row_at(s + i - lag)));
    }
    for (int lag = 0; lag <= GSM_ORDER; lag++)
        sums[lag] = sum_of(sum[lag]) * 2;
}

static void gsm_autocorrelate(int16_t s[GSM_FRAME], int32_t sums[GSM_ORDER + 1])
{
    int16_t padded[GSM_ORDER + GSM_FRAME], peak = row_peak(s, GSM_FRAME / GSM_ROW);
    int shift = peak == 0 ? 0 : 4 - norm_s(peak);

    put_row(padded, _mm_setzero_si128());
    if (shift <= 0) {
        memcpy(padded + GSM_ORDER, s, GSM_FRAME * sizeof *s);
        gsm_correlate(padded + GSM_ORDER, sums);
        return;
    }
    for (int i = 0; i < GSM_FRAME; i += GSM_ROW) {
        __m128i scaled = product(row_at(s + i), _mm_set1_epi16((int16_t)(0x8000 >> shift)));

        put_row(padded + GSM_ORDER + i, scaled);
        put_row(s + i, _mm_sll_epi16(scaled, _mm_cvtsi32_si128(shift)));
    }
    gsm_correlate(padded + GSM_ORDER, sums);
}

static void gsm_subtract(const int16_t *past, int16_t gain_q15, int16_t d[GSM_SUBFRAME])
{
    __m128i gain = _mm_set1_epi16(gain_q15);

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_ROW)
        put_row(d + k, _mm_subs_epi16(row_at(d + k), product(row_at(past + k), gain)));
}

static void gsm_add(const int16_t *past, int16_t gain_q15, const int16_t e[GSM_SUBFRAME], int16_t now[GSM_SUBFRAME])
{
    __m128i gain = _mm_set1_epi16(gain_q15);

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_ROW)
        put_row(now + k, _mm_adds_epi16(row_at(e + k), product(row_at(past + k), gain)));
}

KERNEL void add_taps(__m128i *low, __m128i *high, __m128i a, __m128i b, int16_t of_a, int16_t of_b)
{
    __m128i taps = _mm_set1_epi32((int32_t)((uint16_t)of_a | (uint32_t)(uint16_t)of_b << 16));

    *low = _mm_add_epi32(*low, _mm_madd_epi16(_mm_unpacklo_epi16(a, b), taps));
    *high = _mm_add_epi32(*high, _mm_madd_epi16(_mm_unpackhi_epi16(a, b), taps));
}

/* The samples before and after a subframe are zeros. Two taps a product; two taps are 0 and left out, and the one that stands
 * alone goes with a half for rounding. The others' magnitudes add up to 24798: with any input the sum stays below 2^30. */
static void gsm_weigh(const int16_t e[GSM_SUBFRAME], int16_t x[GSM_SUBFRAME])
{
    enum { REACH = GSM_WEIGHTS - 1, HALF = 0x1000 };
    const int16_t *h = gsm_weighting_q13;
    int16_t padded[GSM_ROW + GSM_SUBFRAME + GSM_ROW];

    put_row(padded, _mm_setzero_si128());
    memcpy(padded + GSM_ROW, e, GSM_SUBFRAME * sizeof *e);
    put_row(padded + GSM_ROW + GSM_SUBFRAME, _mm_setzero_si128());
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_ROW) {
        const int16_t *p = padded + GSM_ROW - REACH + k;
        __m128i low = _mm_setzero_si128(), high = low;

        add_taps(&low, &high, row_at(p), row_at(p + 1), h[0], h[1]);
        add_taps(&low, &high, row_at(p + 3), row_at(p + 4), h[3], h[4]);
        add_taps(&low, &high, row_at(p + 5), row_at(p + 6), h[5], h[4]);
        add_taps(&low, &high, row_at(p + 7), row_at(p + 9), h[3], h[1]);
        add_taps(&low, &high, row_at(p + 10), _mm_set1_epi16(1), h[0], HALF);
        put_row(x + k, _mm_packs_epi32(_mm_srai_epi32(low, 13), _mm_srai_epi32(high, 13)));
    }
}
