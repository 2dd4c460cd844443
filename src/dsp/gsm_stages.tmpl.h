/* The stages of GSM 06.10 other than the lattices and the lag search; and the table of all kernels.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h, gsm_lag.tmpl.h and gsm_lattice.tmpl.h. */

static void gsm_emphasize(int16_t last, int16_t s[GSM_FRAME])
{
    __m128i before = newest(last), factor = _mm_set1_epi16(-GSM_EMPHASIS_Q15);

    for (int i = 0; i < GSM_FRAME; i += GSM_VECTOR) {
        __m128i now = load128(s + i);

        store128(s + i, _mm_adds_epi16(now, product(delayed_by_one(before, now), factor)));
        before = now;
    }
}

/* Samples have 11 bits, and a lane adds 20 pairs of products: its sum stays within 2^28. */
KERNEL void gsm_correlate(const int16_t *s, int32_t sums[GSM_ORDER + 1])
{
    __m128i sum[GSM_ORDER + 1];

    for (int lag = 0; lag <= GSM_ORDER; lag++)
        sum[lag] = _mm_setzero_si128();
    for (int i = 0; i < GSM_FRAME; i += GSM_VECTOR) {
        __m128i now = load128(s + i);

#pragma GCC unroll 9
        for (int lag = 0; lag <= GSM_ORDER; lag++)
            sum[lag] = _mm_add_epi32(sum[lag], _mm_madd_epi16(now, load128(s + i - lag)));
    }
    for (int lag = 0; lag <= GSM_ORDER; lag++)
        sums[lag] = sum_of(sum[lag]) * 2;
}

static void gsm_autocorrelate(int16_t s[GSM_FRAME], int32_t sums[GSM_ORDER + 1])
{
    int16_t padded[GSM_ORDER + GSM_FRAME], peak = peak_of_vectors(s, GSM_FRAME / GSM_VECTOR);
    int shift = peak == 0 ? 0 : 4 - norm_s(peak);

    store128(padded, _mm_setzero_si128());
    if (shift <= 0) {
        memcpy(padded + GSM_ORDER, s, GSM_FRAME * sizeof *s);
        gsm_correlate(padded + GSM_ORDER, sums);
        return;
    }
    for (int i = 0; i < GSM_FRAME; i += GSM_VECTOR) {
        __m128i scaled = product(load128(s + i), _mm_set1_epi16((int16_t)(0x8000 >> shift)));

        store128(padded + GSM_ORDER + i, scaled);
        store128(s + i, _mm_sll_epi16(scaled, _mm_cvtsi32_si128(shift)));
    }
    gsm_correlate(padded + GSM_ORDER, sums);
}

static void gsm_subtract(const int16_t *past, int16_t gain_q15, int16_t d[GSM_SUBFRAME])
{
    __m128i gain = _mm_set1_epi16(gain_q15);

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR)
        store128(d + k, _mm_subs_epi16(load128(d + k), product(load128(past + k), gain)));
}

static void gsm_add(const int16_t *past, int16_t gain_q15, const int16_t e[GSM_SUBFRAME],
                    int16_t now[GSM_SUBFRAME])
{
    __m128i gain = _mm_set1_epi16(gain_q15);

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR)
        store128(now + k, _mm_adds_epi16(load128(e + k), product(load128(past + k), gain)));
}

KERNEL void add_taps(__m128i *low, __m128i *high, __m128i a, __m128i b, int16_t of_a, int16_t of_b)
{
    __m128i taps = _mm_set1_epi32((int32_t)((uint16_t)of_a | (uint32_t)(uint16_t)of_b << 16));

    *low = _mm_add_epi32(*low, _mm_madd_epi16(_mm_unpacklo_epi16(a, b), taps));
    *high = _mm_add_epi32(*high, _mm_madd_epi16(_mm_unpackhi_epi16(a, b), taps));
}

/* The samples outside a subframe are zeros. Each product takes two taps. The two taps that are 0
 * are left out, and the single one that remains is paired with the rounding constant. The
 * magnitudes of the taps add up to 24798, so that any sum stays below 2^30. */
static void gsm_weigh(const int16_t e[GSM_SUBFRAME], int16_t x[GSM_SUBFRAME])
{
    enum { REACH = GSM_WEIGHTS - 1, HALF = 0x1000 };
    const int16_t *h = gsm_weighting_q13;
    int16_t padded[GSM_VECTOR + GSM_SUBFRAME + GSM_VECTOR];

    store128(padded, _mm_setzero_si128());
    memcpy(padded + GSM_VECTOR, e, GSM_SUBFRAME * sizeof *e);
    store128(padded + GSM_VECTOR + GSM_SUBFRAME, _mm_setzero_si128());
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR) {
        const int16_t *p = padded + GSM_VECTOR - REACH + k;
        __m128i low = _mm_setzero_si128(), high = low;

        add_taps(&low, &high, load128(p), load128(p + 1), h[0], h[1]);
        add_taps(&low, &high, load128(p + 3), load128(p + 4), h[3], h[4]);
        add_taps(&low, &high, load128(p + 5), load128(p + 6), h[5], h[4]);
        add_taps(&low, &high, load128(p + 7), load128(p + 9), h[3], h[1]);
        add_taps(&low, &high, load128(p + 10), _mm_set1_epi16(1), h[0], HALF);
        store128(x + k, _mm_packs_epi32(_mm_srai_epi32(low, 13), _mm_srai_epi32(high, 13)));
    }
}

static const struct dsp_gsm gsm_kernels = {
    .emphasize = gsm_emphasize,
    .autocorrelate = gsm_autocorrelate,
    .interpolate = gsm_interpolate,
    .analyze = gsm_analyze,
    .search = gsm_search,
    .subtract = gsm_subtract,
    .weigh = gsm_weigh,
    .add = gsm_add,
    .synthesize = gsm_synthesize,
};
