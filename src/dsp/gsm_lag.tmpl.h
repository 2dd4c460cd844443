/* The lag search of GSM 06.10: one lag per lane, two samples per product.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h. */

/* All lags but the longest, in groups of LANES32 each. A round has as many groups, and as many
 * pairs of `d`, as there are registers for. A product of group g with pair k reads the same past
 * samples as one of group g + 1 with pair k + LAG_STRIDE. */
enum {
    LAG_GROUPS = 5,
    LAG_STRIDE = LANES32 / 2,
#ifdef __x86_64__
    LAG_TERMS = 5,
#else
    LAG_TERMS = 1,
#endif
    LAG_STEP = LAG_GROUPS * LANES32,
    D_PAIRS = GSM_SUBFRAME / 2
};

/* Pairs of the past samples i and i + 1, from `now` - GSM_LAG_MAX to `now`. The last pair is
 * meaningless and unused. */
KERNEL void lag_pairs(const int16_t *now, int16_t pairs[GSM_LAG_MAX][2])
{
    __m128i here = load128(now - GSM_LAG_MAX), after, next;

#pragma GCC unroll 5
    for (int i = 0; i < GSM_LAG_MAX; i += GSM_VECTOR) {
        after = load128(now - GSM_LAG_MAX + i + GSM_VECTOR);
        next = SAMPLES_FROM(1, here, after);
        store128(pairs[i], _mm_unpacklo_epi16(here, next));
        store128(pairs[i + 4], _mm_unpackhi_epi16(here, next));
        here = after;
    }
}

/* The sums of the lags from `lag` on. Within the vector of a group, lags descend. */
KERNEL void lag_sums(const int32_t d[D_PAIRS], const int16_t pairs[GSM_LAG_MAX][2], int lag,
                     vec32 sums[LAG_GROUPS])
{
    const int16_t(*first)[2] = pairs + GSM_LAG_MAX - (lag + LANES32 - 1);
    vec32 terms[LAG_TERMS], past;

    for (int g = 0; g < LAG_GROUPS; g++)
        sums[g] = set32(0);
    for (int start = 0; start < D_PAIRS; start += LAG_STRIDE * LAG_TERMS)
        for (int k = start; k < start + LAG_STRIDE; k++) {
            for (int i = 0; i < LAG_TERMS; i++)
                terms[i] = set32(d[k + LAG_STRIDE * i]);
#pragma GCC unroll 9
            for (int at = 1 - LAG_GROUPS; at < LAG_TERMS; at++) {
                memcpy(&past, first[2 * k + at * LANES32], sizeof past);
#pragma GCC unroll 5
                for (int g = 0; g < LAG_GROUPS; g++)
                    if (at + g >= 0 && at + g < LAG_TERMS)
                        sums[g] += madd16(terms[at + g], past);
            }
        }
}

/* The greatest and the least lane, in all lanes. */
#if VECTOR_BYTES == 32
#define OTHER_HALF(x) ((vec32)_mm256_permute2x128_si256((simd)(x), (simd)(x), 1))
#else
#define OTHER_HALF(x) (x)
#endif
#define SHUFFLED(x, order) ((vec32)SIMD(shuffle_epi32)((simd)(x), order))
KERNEL vec32 greatest32(vec32 x)
{
    x = max32(x, OTHER_HALF(x));
    x = max32(x, SHUFFLED(x, 0x4E));
    return max32(x, SHUFFLED(x, 0xB1));
}

KERNEL vec32 least32(vec32 x)
{
    x = min32(x, OTHER_HALF(x));
    x = min32(x, SHUFFLED(x, 0x4E));
    return min32(x, SHUFFLED(x, 0xB1));
}
#undef OTHER_HALF
#undef SHUFFLED

/* The greatest sum, and the smallest lag that has it. */
KERNEL void lag_best(vec32 sums, vec32 lags, int32_t *sum, uint8_t *lag)
{
    vec32 most = greatest32(sums);

    *sum = most[0];
    *lag = (uint8_t)least32(blend32(sums == most, lags, set32(GSM_LAG_MAX)))[0];
}

/* Samples are within 2^12 after the shift. */
KERNEL int32_t power_of(const int16_t *past)
{
    __m128i power = _mm_setzero_si128();

#pragma GCC unroll 5
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR) {
        __m128i x = _mm_srai_epi16(load128(past + k), 3);

        power = _mm_add_epi32(power, _mm_madd_epi16(x, x));
    }
    return sum_of(power) * 2;
}

KERNEL int32_t lag_sum(const int16_t d[GSM_SUBFRAME], const int16_t *past)
{
    __m128i sum = _mm_setzero_si128();

#pragma GCC unroll 5
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR)
        sum = _mm_add_epi32(sum, _mm_madd_epi16(load128(d + k), load128(past + k)));
    return sum_of(sum);
}

static struct gsm_match gsm_search(const int16_t d[GSM_SUBFRAME], const int16_t *now)
{
    int16_t pairs[GSM_LAG_MAX][2], scaled[GSM_SUBFRAME],
        peak = peak_of_vectors(d, GSM_SUBFRAME / GSM_VECTOR);
    int scale = peak == 0 || norm_s(peak) > 6 ? 0 : 6 - norm_s(peak);
    int32_t d_pairs[D_PAIRS], longest;
    vec32 best = set32(0), best_lag = set32(GSM_LAG_MIN), place, sums[LAG_GROUPS], better;
    struct gsm_match match;

#pragma GCC unroll 5
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR)
        store128(scaled + k, _mm_sra_epi16(load128(d + k), _mm_cvtsi32_si128(scale)));
    memcpy(d_pairs, scaled, sizeof d_pairs);
    lag_pairs(now, pairs);
    for (int l = 0; l < LANES32; l++)
        place[l] = l;
    for (int lag = GSM_LAG_MIN; lag < GSM_LAG_MAX; lag += LAG_STEP) {
        lag_sums(d_pairs, (const int16_t(*)[2])pairs, lag, sums);
#pragma GCC unroll 5
        for (int g = 0; g < LAG_GROUPS; g++) {
            better = sums[g] > best;
            best = blend32(better, sums[g], best);
            best_lag = blend32(better, set32(lag + (g + 1) * LANES32 - 1) - place, best_lag);
        }
    }
    lag_best(best, best_lag, &match.sum, &match.lag);
    longest = lag_sum(scaled, now - GSM_LAG_MAX);
    if (longest > match.sum) {
        match.sum = longest;
        match.lag = GSM_LAG_MAX;
    }
    match.sum = match.sum * 2 >> (6 - scale);
    match.power = power_of(now - match.lag);
    return match;
}
