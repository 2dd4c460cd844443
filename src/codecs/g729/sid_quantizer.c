/* The spectrum of background noise, in SID frames: B.4.2.1. */
#include <string.h>
#include "tables.h"

enum { STAGE1_CODES = 32, STAGE2_CODES = 16, SURVIVORS = 4 };

/* Enforces twice the minimum distance of quantized frequencies. */
static void widen(int16_t lsf_q13[G729_ORDER])
{
    lsf_q13[0] = (int16_t)max_i32(lsf_q13[0], G729_LSF_MIN_Q13);
    for (int i = 1; i < G729_ORDER; i++)
        if (sub(lsf_q13[i], lsf_q13[i - 1]) < 2 * G729_LSF_DISTANCE_MIN_Q13)
            lsf_q13[i] = add(lsf_q13[i - 1], 2 * G729_LSF_DISTANCE_MIN_Q13);
    lsf_q13[G729_ORDER - 1] = (int16_t)min_i32(lsf_q13[G729_ORDER - 1], G729_LSF_MAX_Q13);
    if (lsf_q13[G729_ORDER - 1] < lsf_q13[G729_ORDER - 2])
        lsf_q13[G729_ORDER - 2] = sub(lsf_q13[G729_ORDER - 1], G729_LSF_DISTANCE_MIN_Q13);
}

/* A choice of predictor and first-stage code, and the residue that the second stage quantizes. */
struct candidate {
    uint8_t predictor, stage1;
    int16_t residue_q13[G729_ORDER];
};

/* Returns the index of the smallest error and removes it from the search. */
static int take_minimum(int16_t *errors, int count)
{
    int best = 0;
    int16_t min = INT16_MAX;

    for (int i = 0; i < count; i++)
        if (errors[i] < min) {
            min = errors[i];
            best = i;
        }
    errors[best] = INT16_MAX;
    return best;
}

/* The first-stage search keeps the best four of both predictors. Errors are weighted by the squared
 * predictor gains, 0.26 and 0.51 in Q15. */
static void search_stage1(int16_t target_q13[2][G729_ORDER], struct candidate survivors[SURVIVORS])
{
    static const int16_t factors_q15[2] = { 8644, 16572 };
    int16_t errors[2 * STAGE1_CODES];

    for (int at = 0; at < 2 * STAGE1_CODES; at++) {
        const int16_t *entry = g729_lsf_stage1_q13[g729_sid_stage1[at % STAGE1_CODES]];
        int32_t sum = 0;

        for (int i = 0; i < G729_ORDER; i++) {
            int16_t error = sub(target_q13[at / STAGE1_CODES][i], entry[i]);

            sum = L_mac(sum, error, error);
        }
        errors[at] = mult(extract_h(sum), factors_q15[at / STAGE1_CODES]);
    }
    for (int k = 0; k < SURVIVORS; k++) {
        int at = take_minimum(errors, 2 * STAGE1_CODES), predictor = at / STAGE1_CODES,
            code = at % STAGE1_CODES;

        survivors[k].predictor = (uint8_t)predictor;
        survivors[k].stage1 = (uint8_t)code;
        for (int i = 0; i < G729_ORDER; i++)
            survivors[k].residue_q13[i] =
                sub(target_q13[predictor][i], g729_lsf_stage1_q13[g729_sid_stage1[code]][i]);
    }
}

static int16_t error_of(const struct candidate *candidate, int stage2,
                        const int16_t weights[G729_ORDER])
{
    int32_t sum = 0;

    for (int i = 0; i < G729_ORDER; i++) {
        int16_t gain_q15 = g729_noise_predictors[candidate->predictor].current_q15[i];
        int16_t weight = mult(extract_h(L_shl(L_mult(gain_q15, gain_q15), 2)), weights[i]);
        int16_t error = sub(candidate->residue_q13[i],
                            g729_lsf_stage2_q13[g729_sid_stage2[i >= G729_ORDER / 2][stage2]][i]);

        sum = L_mac(sum, extract_h(L_shl(L_mult(weight, error), 3)), error);
    }
    return extract_h(sum);
}

void g729_sid_lsp_quantize(struct g729_lsf_memory *memory, const int16_t lsp_q15[G729_ORDER],
                           struct g729_sid *out, int16_t quantized_q15[G729_ORDER])
{
    int16_t lsf_q13[G729_ORDER], weights[G729_ORDER], target_q13[2][G729_ORDER],
        errors[SURVIVORS * STAGE2_CODES];
    struct candidate survivors[SURVIVORS];
    int best;

    g729_lsp_to_lsf(lsp_q15, lsf_q13);
    widen(lsf_q13);
    g729_lsf_weights(lsf_q13, weights);
    for (int p = 0; p < 2; p++)
        g729_lsf_extract(&g729_noise_predictors[p], memory, lsf_q13, target_q13[p]);
    search_stage1(target_q13, survivors);
    for (int at = 0; at < SURVIVORS * STAGE2_CODES; at++)
        errors[at] = error_of(&survivors[at / STAGE2_CODES], at % STAGE2_CODES, weights);
    best = take_minimum(errors, SURVIVORS * STAGE2_CODES);
    out->predictor = survivors[best / STAGE2_CODES].predictor;
    out->stage1 = survivors[best / STAGE2_CODES].stage1;
    out->stage2 = (uint8_t)(best % STAGE2_CODES);
    g729_sid_lsp_decode(memory, out, quantized_q15);
}
