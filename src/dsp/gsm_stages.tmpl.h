/* The stages of GSM 06.10 other than the lattices and the lag search; and the table of all kernels.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h, gsm_lag.tmpl.h and gsm_lattice.tmpl.h. */

static void gsm_emphasize(int16_t last, int16_t s[GSM_FRAME])
{
    __m128i before = newest(last), factor = _mm_set1_epi16(-GSM_EMPHASIS_Q15);

    for (int i = 0; i < GSM_FRAME; i += GSM_VECTOR) {
        __m128i now = load128(s + i);

        store128(s + i, _mm_adds_epi16(now, product(SAMPLES_FROM(7, before, now), factor)));
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

/* 4.2.5. Lanes behind the last coefficient have numbers that nothing uses. */
static void gsm_reflect(const int32_t sums[GSM_ORDER + 1], int16_t reflection[GSM_ORDER])
{
    __m128i shift = _mm_cvtsi32_si128(norm_l(sums[0])), p, k;
    int16_t energy = extract_h(L_shl(sums[0], norm_l(sums[0])));

    p = _mm_packs_epi32(_mm_srai_epi32(_mm_sll_epi32(load128(sums + 1), shift), 16),
                        _mm_srai_epi32(_mm_sll_epi32(load128(sums + 5), shift), 16));
    k = p;
    store128(reflection, _mm_setzero_si128());
    for (int n = 0; n < GSM_ORDER; n++) {
        int16_t first = (int16_t)_mm_cvtsi128_si32(p), magnitude = abs_s(first), r;
        __m128i next = _mm_srli_si128(p, 2), factor;

        if (energy < magnitude || energy == 0)
            return;
        r = div_s(magnitude, energy);
        r = (int16_t)(first > 0 ? -r : r);
        reflection[n] = r;
        factor = _mm_set1_epi16(r);
        energy = add(energy, mult_r(first, r));
        p = _mm_adds_epi16(next, product(k, factor));
        k = _mm_adds_epi16(k, product(next, factor));
    }
}

/* A register of the set: one vector, or two. */
#if VECTOR_BYTES == 32
#define WIDE_SAMPLES_FROM(n, first, second) _mm256_alignr_epi8(second, first, 2 * (n))
#else
#define WIDE_SAMPLES_FROM SAMPLES_FROM
#endif

KERNEL void add_taps(simd *low, simd *high, simd a, simd b, int16_t of_a, int16_t of_b)
{
    simd taps = SIMD(set1_epi32)((int32_t)((uint16_t)of_a | (uint32_t)(uint16_t)of_b << 16));

    *low = SIMD(add_epi32)(*low, SIMD(madd_epi16)(SIMD(unpacklo_epi16)(a, b), taps));
    *high = SIMD(add_epi32)(*high, SIMD(madd_epi16)(SIMD(unpackhi_epi16)(a, b), taps));
}

enum { SUBFRAME_VECTORS = GSM_SUBFRAME / GSM_VECTOR };

/* 4.2.13: filters the samples `now`. Each product takes two taps. The two taps that are 0 are left
 * out, and the single one that remains is paired with the rounding constant. The magnitudes of the
 * taps add up to 24798, so that any sum stays below 2^30. */
KERNEL simd weighed(simd before, simd now, simd after)
{
    enum { HALF = 0x1000 };
    const int16_t *h = gsm_weighting_q13;
    simd low = SIMD(set1_epi32)(0), high = low;

    add_taps(&low, &high, WIDE_SAMPLES_FROM(3, before, now), WIDE_SAMPLES_FROM(4, before, now),
             h[0], h[1]);
    add_taps(&low, &high, WIDE_SAMPLES_FROM(6, before, now), WIDE_SAMPLES_FROM(7, before, now),
             h[3], h[4]);
    add_taps(&low, &high, now, WIDE_SAMPLES_FROM(1, now, after), h[5], h[4]);
    add_taps(&low, &high, WIDE_SAMPLES_FROM(2, now, after), WIDE_SAMPLES_FROM(4, now, after), h[3],
             h[1]);
    add_taps(&low, &high, WIDE_SAMPLES_FROM(5, now, after), SIMD(set1_epi16)(1), h[0], HALF);
    return SIMD(packs_epi32)(SIMD(srai_epi32)(low, 13), SIMD(srai_epi32)(high, 13));
}

KERNEL int32_t energy_in(__m128i x, int lane_is_last)
{
    int32_t sample = (int16_t)(lane_is_last ? _mm_extract_epi16(x, 7) : _mm_extract_epi16(x, 0));

    return (sample >> 2) * (sample >> 2);
}

/* 4.2.14: the grid with the most energy, the first of equal ones. The last grid is the first
 * without its first sample and with one more at the end. A sum of 14 squares of values within 2^13
 * stays below 2^30. */
KERNEL uint8_t best_grid(const __m128i x[SUBFRAME_VECTORS])
{
    static const int16_t thirds[3][GSM_VECTOR] = { { -1, 0, 0, -1, 0, 0, -1, 0 },
                                                   { 0, -1, 0, 0, -1, 0, 0, -1 },
                                                   { 0, 0, -1, 0, 0, -1, 0, 0 } };
    __m128i sums[3] = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };
    int32_t energies[4], most;
    uint8_t best = 0;

#pragma GCC unroll 5
    for (int k = 0; k < SUBFRAME_VECTORS; k++) {
        __m128i scaled = _mm_srai_epi16(x[k], 2);

#pragma GCC unroll 3
        for (int grid = 0; grid < 3; grid++) {
            __m128i picked = _mm_and_si128(scaled, load128(thirds[(grid + k) % 3]));

            sums[grid] = _mm_add_epi32(sums[grid], _mm_madd_epi16(picked, scaled));
        }
    }
    energies[0] = sum_of(sums[0]) - energy_in(x[SUBFRAME_VECTORS - 1], 1);
    energies[1] = sum_of(sums[1]);
    energies[2] = sum_of(sums[2]);
    energies[3] = energies[0] - energy_in(x[0], 0) + energy_in(x[SUBFRAME_VECTORS - 1], 1);
    most = energies[0];
#pragma GCC unroll 3
    for (uint8_t grid = 1; grid < 4; grid++) {
        best = energies[grid] > most ? grid : best;
        most = max_i32(most, energies[grid]);
    }
    return best;
}

#if VECTOR_BYTES == 32
/* Byte shuffles collect every third sample: 6 i + 2 grid is the offset of a pulse. Offsets outside
 * a vector become at least 128 by saturation, which selects zeros. */
KERNEL void take_grid(const __m128i x[SUBFRAME_VECTORS], struct gsm_pulses *out)
{
    const __m128i first = _mm_setr_epi8(0, 1, 6, 7, 12, 13, 18, 19, 24, 25, 30, 31, 36, 37, 42, 43),
                  second = _mm_setr_epi8(0, 1, 6, 7, 12, 13, 18, 19, 24, 25, -128, -128, -128, -128,
                                         -128, -128);
    __m128i grid = _mm_set1_epi8((char)(2 * out->grid)), values[2];

#define TAKEN(k, offsets, start) \
    _mm_shuffle_epi8(x[k], _mm_adds_epu8(_mm_add_epi8(_mm_add_epi8(offsets, grid), \
                                                      _mm_set1_epi8((char)((start)-16 * (k)))), \
                                         _mm_set1_epi8(0x70)))
    values[0] = _mm_or_si128(_mm_or_si128(TAKEN(0, first, 0), TAKEN(1, first, 0)),
                             _mm_or_si128(TAKEN(2, first, 0), TAKEN(3, first, 0)));
    values[1] = _mm_or_si128(TAKEN(3, second, 48), TAKEN(4, second, 48));
#undef TAKEN
    store128(out->values, values[0]);
    store128(out->values + GSM_VECTOR, values[1]);
}
#else
KERNEL void take_grid(const __m128i x[SUBFRAME_VECTORS], struct gsm_pulses *out)
{
    int16_t samples[GSM_SUBFRAME];

    memcpy(samples, x, sizeof samples);
    memset(out->values, 0, sizeof out->values);
    for (int i = 0; i < GSM_PULSES; i++)
        out->values[i] = samples[out->grid + 3 * i];
}
#endif

/* Filters two vectors at a time; the last one has zeros behind it. */
#if VECTOR_BYTES == 32
KERNEL void weigh(const int16_t e[GSM_SUBFRAME], __m128i x[SUBFRAME_VECTORS])
{
    __m128i zero = _mm_setzero_si128();
    simd before = _mm256_set_m128i(load128(e), zero), now, after, filtered;

#pragma GCC unroll 3
    for (int k = 0; k < SUBFRAME_VECTORS; k += 2) {
        bool last = k + 1 == SUBFRAME_VECTORS;
        const int16_t *from = e + GSM_VECTOR * k;

        now = _mm256_set_m128i(last ? zero : load128(from + GSM_VECTOR), load128(from));
        after = last ? _mm256_setzero_si256()
                     : _mm256_set_m128i(load128(from + 2 * GSM_VECTOR), load128(from + GSM_VECTOR));
        filtered = weighed(before, now, after);
        x[k] = _mm256_castsi256_si128(filtered);
        if (!last)
            x[k + 1] = _mm256_extracti128_si256(filtered, 1);
        before = after;
    }
}
#else
KERNEL void weigh(const int16_t e[GSM_SUBFRAME], __m128i x[SUBFRAME_VECTORS])
{
    __m128i before = _mm_setzero_si128(), now = load128(e), after;

#pragma GCC unroll 5
    for (int k = 0; k < SUBFRAME_VECTORS; k++) {
        after = k + 1 < SUBFRAME_VECTORS ? load128(e + GSM_VECTOR * (k + 1)) : _mm_setzero_si128();
        x[k] = weighed(before, now, after);
        before = now;
        now = after;
    }
}
#endif

static void gsm_select(const int16_t e[GSM_SUBFRAME], struct gsm_pulses *out)
{
    __m128i x[SUBFRAME_VECTORS];

    weigh(e, x);
    out->grid = best_grid(x);
    take_grid(x, out);
    out->peak = peak_of_vectors(out->values, GSM_PULSES_WIDE / GSM_VECTOR);
}

KERNEL __m128i quantized(const int16_t *values, int shift, int16_t inverse)
{
    __m128i scaled = _mm_sll_epi16(load128(values), _mm_cvtsi32_si128(shift));

    return _mm_srai_epi16(_mm_mulhi_epi16(scaled, _mm_set1_epi16(inverse)), 15 + 12 - 16);
}

static void gsm_quantize(const struct gsm_pulses *pulses, int shift, int16_t inverse,
                         uint8_t codes[GSM_PULSES])
{
    __m128i levels = _mm_packs_epi16(quantized(pulses->values, shift, inverse),
                                     quantized(pulses->values + GSM_VECTOR, shift, inverse));
    uint8_t all[GSM_PULSES_WIDE];

    store128(all, _mm_add_epi8(levels, _mm_set1_epi8(4)));
    memcpy(codes + GSM_PULSES - 8, all + GSM_PULSES - 8, 8);
    memcpy(codes, all, 8); /* last, because the pulses are read with these 8 first */
}

KERNEL __m128i levels_of(struct gsm_peak peak)
{
    const __m128i factors = _mm_setr_epi16(-7 * 4096, -5 * 4096, -3 * 4096, -1 * 4096, 1 * 4096,
                                           3 * 4096, 5 * 4096, 7 * 4096);
    __m128i half = _mm_set1_epi16((int16_t)(1 << peak.shift >> 1));
    __m128i levels = product(factors, _mm_set1_epi16(peak.mantissa_q15));

    return _mm_sra_epi16(_mm_add_epi16(levels, half), _mm_cvtsi32_si128(peak.shift));
}

#if VECTOR_BYTES == 32
/* Byte shuffles place the pulses: twice the number of the pulse, in both bytes, selects its code,
 * and that the level. Where there is no pulse, number 13 selects a zero. */
KERNEL void place_pulses(__m128i levels, const uint8_t codes[GSM_PULSES], unsigned grid,
                         __m128i e[SUBFRAME_VECTORS])
{
    enum { NONE = 0x0D0D };
#define PULSE(i) (i) * 0x101, NONE, NONE
    static const int16_t places[3 + GSM_SUBFRAME] = {
        NONE,     NONE,     NONE,     PULSE(0), PULSE(1),  PULSE(2),  PULSE(3),  PULSE(4), PULSE(5),
        PULSE(6), PULSE(7), PULSE(8), PULSE(9), PULSE(10), PULSE(11), PULSE(12), NONE
    };
#undef PULSE
    __m128i pulses = _mm_loadl_epi64((const __m128i_u *)codes);
    int32_t late;

    memcpy(&late, codes + 8, sizeof late);
    pulses = _mm_insert_epi8(_mm_insert_epi32(pulses, late, 2), codes[12], 12);
    pulses =
        _mm_or_si128(_mm_add_epi8(pulses, pulses), _mm_setr_epi32(0, 0, 0, (int32_t)0x80808000));
#pragma GCC unroll 5
    for (int k = 0; k < SUBFRAME_VECTORS; k++) {
        __m128i bytes = _mm_shuffle_epi8(pulses, load128(places + 3 - grid + GSM_VECTOR * k));

        e[k] = _mm_shuffle_epi8(levels, _mm_or_si128(bytes, _mm_set1_epi16(0x100)));
    }
}
#else
KERNEL void place_pulses(__m128i levels, const uint8_t codes[GSM_PULSES], unsigned grid,
                         __m128i e[SUBFRAME_VECTORS])
{
    int16_t placed[GSM_SUBFRAME] = { 0 }, by_code[8];

    store128(by_code, levels);
    for (unsigned i = 0; i < GSM_PULSES; i++)
        placed[grid + 3 * i] = by_code[codes[i]];
    memcpy(e, placed, sizeof placed);
}
#endif

static void gsm_excite(struct gsm_peak peak, const uint8_t codes[GSM_PULSES], unsigned grid,
                       const int16_t *past, int16_t gain_q15, int16_t *now)
{
    __m128i gain = _mm_set1_epi16(gain_q15), e[SUBFRAME_VECTORS];

    place_pulses(levels_of(peak), codes, grid, e);
#pragma GCC unroll 5
    for (int k = 0; k < SUBFRAME_VECTORS; k++) {
        __m128i prediction = product(load128(past + GSM_VECTOR * k), gain);

        store128(now + GSM_VECTOR * k, _mm_adds_epi16(e[k], prediction));
    }
}

static const struct dsp_gsm gsm_kernels = {
    .emphasize = gsm_emphasize,
    .autocorrelate = gsm_autocorrelate,
    .reflect = gsm_reflect,
    .interpolate = gsm_interpolate,
    .analyze = gsm_analyze,
    .search = gsm_search,
    .subtract = gsm_subtract,
    .select = gsm_select,
    .quantize = gsm_quantize,
    .excite = gsm_excite,
    .synthesize = gsm_synthesize,
};
