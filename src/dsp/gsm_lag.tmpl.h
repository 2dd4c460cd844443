/* The lag search of GSM 06.10: one lag per lane, two samples per product.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h. */

/* The number of groups of LANES32 lags that one loop handles: the largest that leaves a register
 * each for samples and products, and wastes few lanes. */
#ifdef __x86_64__
enum { LAG_GROUPS = LANES32 == 8 ? 11 : 7 };
#else
enum { LAG_GROUPS = LANES32 == 8 ? 6 : 5 };
#endif
/* The last groups extend beyond GSM_LAG_MAX. */
enum {
    LAG_STEP = LAG_GROUPS * LANES32,
    LAG_ROUNDS = (GSM_LAG_MAX - GSM_LAG_MIN + LAG_STEP) / LAG_STEP
};
enum { LAG_END = GSM_LAG_MIN + LAG_ROUNDS * LAG_STEP };

/* Pairs of the past samples i and i + 1, from `now` - LAG_END to `now`, with zeros before `now` -
 * GSM_LAG_MAX. The last pair is meaningless and unused. */
KERNEL void lag_pairs(const int16_t *now, int16_t pairs[LAG_END][2])
{
    memset(pairs, 0, (LAG_END - GSM_LAG_MAX) * sizeof *pairs);
#pragma GCC unroll 5
    for (int i = LAG_END - GSM_LAG_MAX; i < LAG_END; i += GSM_VECTOR) {
        __m128i here = load128(now - LAG_END + i), next = load128(now - LAG_END + i + 1);

        store128(pairs[i], _mm_unpacklo_epi16(here, next));
        store128(pairs[i + 4], _mm_unpackhi_epi16(here, next));
    }
}

/* Within the vector of a group, lags descend; the first group begins with lag + LANES32 - 1. */
KERNEL void lag_sums(const int32_t d[GSM_SUBFRAME / 2], const int16_t pairs[LAG_END][2], int lag,
                     vec32 sums[LAG_GROUPS])
{
    const int16_t(*first)[2] = pairs + LAG_END - (lag + LANES32 - 1);
    vec32 past;

    for (int g = 0; g < LAG_GROUPS; g++)
        sums[g] = set32(0);
    for (int k = 0; k < GSM_SUBFRAME / 2; k++)
#pragma GCC unroll 11
        for (int g = 0; g < LAG_GROUPS; g++) {
            memcpy(&past, first[2 * k - g * LANES32], sizeof past);
            sums[g] += madd16(set32(d[k]), past);
        }
}

/* The greatest sum, and the smallest lag that has it. */
KERNEL void lag_best(vec32 sums, vec32 lags, int32_t *sum, uint8_t *lag)
{
    int32_t most = 0, least = GSM_LAG_MAX;

    for (int l = 0; l < LANES32; l++)
        most = sums[l] > most ? sums[l] : most;
    lags = blend32(sums == set32(most), lags, set32(GSM_LAG_MAX));
    for (int l = 0; l < LANES32; l++)
        least = lags[l] < least ? lags[l] : least;
    *sum = most;
    *lag = (uint8_t)least;
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

static struct gsm_match gsm_search(const int16_t d[GSM_SUBFRAME], const int16_t *now)
{
    int16_t pairs[LAG_END][2], scaled[GSM_SUBFRAME],
        peak = peak_of_vectors(d, GSM_SUBFRAME / GSM_VECTOR);
    int scale = peak == 0 || norm_s(peak) > 6 ? 0 : 6 - norm_s(peak);
    int32_t d_pairs[GSM_SUBFRAME / 2];
    vec32 best = set32(0), best_lag = set32(GSM_LAG_MIN), place, sums[LAG_GROUPS], lags, better;
    struct gsm_match match;

#pragma GCC unroll 5
    for (int k = 0; k < GSM_SUBFRAME; k += GSM_VECTOR)
        store128(scaled + k, _mm_sra_epi16(load128(d + k), _mm_cvtsi32_si128(scale)));
    memcpy(d_pairs, scaled, sizeof d_pairs);
    lag_pairs(now, pairs);
    for (int l = 0; l < LANES32; l++)
        place[l] = l;
    for (int lag = GSM_LAG_MIN; lag < LAG_END; lag += LAG_STEP) {
        lag_sums(d_pairs, (const int16_t(*)[2])pairs, lag, sums);
#pragma GCC unroll 11
        for (int g = 0; g < LAG_GROUPS; g++) {
            lags = set32(lag + (g + 1) * LANES32 - 1) - place;
            better = (sums[g] > best) & (lags <= GSM_LAG_MAX);
            best = blend32(better, sums[g], best);
            best_lag = blend32(better, lags, best_lag);
        }
    }
    lag_best(best, best_lag, &match.sum, &match.lag);
    match.sum = match.sum * 2 >> (6 - scale);
    match.power = power_of(now - match.lag);
    return match;
}
