/* The spectrum of background noise, in SID frames: B.4.2.1. */
#include <string.h>
#include "tables.h"

enum {
    LOWEST_Q13 = 40,
    HIGHEST_Q13 = 25681,
    APART_Q13 = 321,
    STAGE1_CODES = 32,
    STAGE2_CODES = 16,
    KEPT = 4
};

/* Frequencies farther apart than a quantised spectrum needs them. */
static void stretch(int16_t lsf_q13[ORDER])
{
    if (lsf_q13[0] < LOWEST_Q13)
        lsf_q13[0] = LOWEST_Q13;
    for (int i = 1; i < ORDER; i++)
        if (sub(lsf_q13[i], lsf_q13[i - 1]) < 2 * APART_Q13)
            lsf_q13[i] = add(lsf_q13[i - 1], 2 * APART_Q13);
    if (lsf_q13[ORDER - 1] > HIGHEST_Q13)
        lsf_q13[ORDER - 1] = HIGHEST_Q13;
    if (lsf_q13[ORDER - 1] < lsf_q13[ORDER - 2])
        lsf_q13[ORDER - 2] = sub(lsf_q13[ORDER - 1], APART_Q13);
}

/* A choice of predictor and first code, and what it leaves to the second stage. */
struct candidate {
    uint8_t predictor, stage1;
    int16_t rest_q13[ORDER];
};

/* The place of the least number, which then is out of the way. */
static int take_least(int16_t *errors, int count)
{
    int best = 0;
    int16_t least = INT16_MAX;

    for (int i = 0; i < count; i++)
        if (errors[i] < least) {
            least = errors[i];
            best = i;
        }
    errors[best] = INT16_MAX;
    return best;
}

/* The four best of both predictors. Errors are weighted with the predictors' gains, squared: Q15 of
 * 0.26, 0.51. */
static void search_stage1(int16_t wanted_q13[2][ORDER], struct candidate kept[KEPT])
{
    static const int16_t factors_q15[2] = { 8644, 16572 };
    int16_t errors[2 * STAGE1_CODES];

    for (int at = 0; at < 2 * STAGE1_CODES; at++) {
        const int16_t *entry = g729_lsf_stage1_q13[g729_sid_stage1[at % STAGE1_CODES]];
        int32_t sum = 0;

        for (int i = 0; i < ORDER; i++) {
            int16_t error = sub(wanted_q13[at / STAGE1_CODES][i], entry[i]);

            sum = L_mac(sum, error, error);
        }
        errors[at] = mult(extract_h(sum), factors_q15[at / STAGE1_CODES]);
    }
    for (int k = 0; k < KEPT; k++) {
        int at = take_least(errors, 2 * STAGE1_CODES), predictor = at / STAGE1_CODES,
            code = at % STAGE1_CODES;

        kept[k].predictor = (uint8_t)predictor;
        kept[k].stage1 = (uint8_t)code;
        for (int i = 0; i < ORDER; i++)
            kept[k].rest_q13[i] =
                sub(wanted_q13[predictor][i], g729_lsf_stage1_q13[g729_sid_stage1[code]][i]);
    }
}

static int16_t error_of(const struct candidate *candidate, int stage2, const int16_t weights[ORDER])
{
    int32_t sum = 0;

    for (int i = 0; i < ORDER; i++) {
        int16_t gain_q15 = g729_noise_predictors[candidate->predictor].now_q15[i];
        int16_t weight = mult(extract_h(L_shl(L_mult(gain_q15, gain_q15), 2)), weights[i]);
        int16_t error = sub(candidate->rest_q13[i],
                            g729_lsf_stage2_q13[g729_sid_stage2[i >= ORDER / 2][stage2]][i]);

        sum = L_mac(sum, extract_h(L_shl(L_mult(weight, error), 3)), error);
    }
    return extract_h(sum);
}

void g729_sid_lsp_quantise(struct lsf_memory *memory, const int16_t lsp_q15[ORDER], struct sid *out,
                           int16_t quantised_q15[ORDER])
{
    int16_t lsf_q13[ORDER], weights[ORDER], wanted_q13[2][ORDER], errors[KEPT * STAGE2_CODES];
    struct candidate kept[KEPT];
    int best;

    g729_lsp_to_lsf(lsp_q15, lsf_q13);
    stretch(lsf_q13);
    g729_lsf_weights(lsf_q13, weights);
    for (int p = 0; p < 2; p++)
        g729_lsf_extract(&g729_noise_predictors[p], memory, lsf_q13, wanted_q13[p]);
    search_stage1(wanted_q13, kept);
    for (int at = 0; at < KEPT * STAGE2_CODES; at++)
        errors[at] = error_of(&kept[at / STAGE2_CODES], at % STAGE2_CODES, weights);
    best = take_least(errors, KEPT * STAGE2_CODES);
    out->predictor = kept[best / STAGE2_CODES].predictor;
    out->stage1 = kept[best / STAGE2_CODES].stage1;
    out->stage2 = (uint8_t)(best % STAGE2_CODES);
    g729_sid_lsp_decode(memory, out, quantised_q15);
}
