/* GSM 06.10's lag search: a lag a lane, two samples a product. */
#include "gsm_rows.h"
#include "lanes.h"

/* As many groups of LANES lags go together as leave a register each for samples and products; 81 lags make 2 or 3 rounds. */
enum { LAG_GROUPS = LANES == 8 ? 6 : 7, LAG_PAST = GSM_LAG_MAX - GSM_LAG_MIN + GSM_SUBFRAME };

/* Past samples i and i + 1 together, from the oldest on. The last pair means nothing, and is not asked for. */
KERNEL void lag_pairs(const int16_t *past, int16_t pairs[LAG_PAST][2])
{
    for (int i = 0; i < LAG_PAST; i += GSM_ROW) {
        __m128i here = row_at(past + i), next = row_at(past + i + 1);

        put_row(pairs[i], _mm_unpacklo_epi16(here, next));
        put_row(pairs[i + 4], _mm_unpackhi_epi16(here, next));
    }
}

/* The lags of a group's lanes fall from oldest[g]. */
KERNEL void lag_sums(const int32_t d[GSM_SUBFRAME / 2], const int16_t pairs[LAG_PAST][2], const int oldest[LAG_GROUPS],
                     lanes sums[LAG_GROUPS])
{
    lanes past;

    for (int g = 0; g < LAG_GROUPS; g++)
        sums[g] = all(0);
    for (int k = 0; k < GSM_SUBFRAME / 2; k++)
#pragma GCC unroll 7
        for (int g = 0; g < LAG_GROUPS; g++) {
            memcpy(&past, pairs[GSM_LAG_MAX - oldest[g] + 2 * k], sizeof past);
            sums[g] += both_products(all(d[k]), past);
        }
}

/* Samples within 2^12 after the shift. */
KERNEL int32_t power_of(const int16_t *past)
{
    __m128i power = _mm_setzero_si128();

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_ROW) {
        __m128i x = _mm_srai_epi16(row_at(past + k), 3);

        power = _mm_add_epi32(power, _mm_madd_epi16(x, x));
    }
    return sum_of(power) * 2;
}

static struct gsm_match gsm_search(const int16_t d[GSM_SUBFRAME], const int16_t *now)
{
    int16_t pairs[LAG_PAST][2], peak = row_peak(d, GSM_SUBFRAME / GSM_ROW);
    int scale = peak == 0 || norm_s(peak) > 6 ? 0 : 6 - norm_s(peak), oldest[LAG_GROUPS];
    int32_t scaled[GSM_SUBFRAME / 2], most = 0;
    lanes best = all(0), best_lag = all(GSM_LAG_MIN), step, sums[LAG_GROUPS], better;
    struct gsm_match match = { .lag = GSM_LAG_MIN };

    for (int k = 0; k < GSM_SUBFRAME; k += GSM_ROW)
        put_row((int16_t *)scaled + k, _mm_sra_epi16(row_at(d + k), _mm_cvtsi32_si128(scale)));
    lag_pairs(now - GSM_LAG_MAX, pairs);
    for (int l = 0; l < LANES; l++)
        step[l] = l;
    for (int lag = GSM_LAG_MIN; lag <= GSM_LAG_MAX; lag += LAG_GROUPS * LANES) {
        for (int g = 0; g < LAG_GROUPS; g++) {
            int last = lag + (g + 1) * LANES - 1;

            oldest[g] = last > GSM_LAG_MAX ? GSM_LAG_MAX : last;
        }
        lag_sums(scaled, pairs, oldest, sums);
        for (int g = 0; g < LAG_GROUPS; g++) {
            better = sums[g] > best;
            best = blend(better, sums[g], best);
            best_lag = blend(better, all(oldest[g]) - step, best_lag);
        }
    }
    for (int l = 0; l < LANES; l++)
        if (best[l] > most || (best[l] == most && best_lag[l] < match.lag)) {
            most = best[l];
            match.lag = (uint8_t)best_lag[l];
        }
    match.sum = most * 2 >> (6 - scale);
    match.power = power_of(now - match.lag);
    return match;
}
