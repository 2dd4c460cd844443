/* The choice of codes for line spectral frequencies: 3.2.4. */
#include <string.h>
#include "tables.h"

enum { FIRST_Q13 = 1029, LAST_Q13 = 23677, ONE_Q13 = 8192 };            /* pi 0.04, pi 0.92 */

/* (22): the nearer its neighbours, the heavier. Normalised. */
void g729_lsf_weights(const int16_t lsf_q13[ORDER], int16_t weights[ORDER])
{
    int16_t most = 0;
    int shift;

    for (int i = 0; i < ORDER; i++) {
        int16_t above = i == ORDER - 1 ? LAST_Q13 : lsf_q13[i + 1], below = i == 0 ? FIRST_Q13 : lsf_q13[i - 1];
        int16_t lack = i == 0 ? sub(above, FIRST_Q13 + ONE_Q13)
                     : i == ORDER - 1 ? sub(LAST_Q13 - ONE_Q13, below) : sub(sub(above, below), ONE_Q13);
        int16_t square = extract_h(L_shl(L_mult(lack, lack), 2));

        weights[i] = lack > 0 ? 2048 : add(extract_h(L_shl(L_mult(square, 10 << 11), 2)), 2048);
    }
    for (int i = 4; i <= 5; i++)
        weights[i] = extract_h(L_shl(L_mult(weights[i], 19661), 1));    /* 1.2 */
    for (int i = 0; i < ORDER; i++)
        most = weights[i] > most ? weights[i] : most;
    shift = norm_s(most);
    for (int i = 0; i < ORDER; i++)
        weights[i] = shl(weights[i], shift);
}

/* The standard's sums of squares saturate at 2^31: none at or above half of that is ever nearest. */
enum { FARTHEST = 1 << 30 };

/* The first stage by plain distance. */
static uint8_t nearest1(const int16_t wanted_q13[ORDER])
{
    int64_t least = FARTHEST;
    uint8_t best = 0;

    for (int code = 0; code < STAGE1; code++) {
        int64_t distance = 0;

        for (int i = 0; i < ORDER; i++) {
            int32_t error = sub(wanted_q13[i], g729_lsf_stage1_q13[code][i]);

            distance += error * error;
        }
        if (distance < least) {
            least = distance;
            best = (uint8_t)code;
        }
    }
    return best;
}

/* Half of the second stage, five numbers from `from` on, by weighted distance. */
static uint8_t nearest2(const int16_t rest_q13[ORDER], const int16_t weights[ORDER], int from)
{
    int64_t least = FARTHEST;
    uint8_t best = 0;

    for (int code = 0; code < STAGE2; code++) {
        int64_t distance = 0;

        for (int i = from; i < from + ORDER / 2; i++) {
            int16_t error = sub(rest_q13[i], g729_lsf_stage2_q13[code][i]);

            distance += mult(weights[i], error) * error;
        }
        if (distance < least) {
            least = distance;
            best = (uint8_t)code;
        }
    }
    return best;
}

/* (21), of what the codes reconstruct. */
static int32_t distance(const struct predictor *predictor, const int16_t weights[ORDER], const int16_t sum_q13[ORDER],
                        const int16_t wanted_q13[ORDER])
{
    int32_t total = 0;

    for (int i = 0; i < ORDER; i++) {
        int16_t error = mult(sub(sum_q13[i], wanted_q13[i]), predictor->now_q15[i]);

        total = L_mac(total, extract_h(L_shl(L_mult(weights[i], error), 4)), error);
    }
    return total;
}

/* The codes with one predictor, and how far off they are. */
static int32_t choose(uint8_t predictor, const struct lsf_memory *memory, const int16_t lsf_q13[ORDER], const int16_t weights[ORDER],
                      struct lsf_codes *codes)
{
    int16_t wanted_q13[ORDER], rest_q13[ORDER], sum_q13[ORDER];

    g729_lsf_extract(&g729_predictors[predictor], memory, lsf_q13, wanted_q13);
    codes->predictor = predictor;
    codes->stage1 = nearest1(wanted_q13);
    for (int i = 0; i < ORDER; i++)
        rest_q13[i] = sub(wanted_q13[i], g729_lsf_stage1_q13[codes->stage1][i]);
    codes->stage2[0] = nearest2(rest_q13, weights, 0);
    codes->stage2[1] = nearest2(rest_q13, weights, ORDER / 2);
    g729_lsf_sum(codes, sum_q13);
    g729_lsf_spread(sum_q13, ORDER / 2, LSF_GAP1_Q13);
    g729_lsf_spread(sum_q13 + ORDER / 2 - 1, ORDER / 2 + 1, LSF_GAP1_Q13);
    g729_lsf_spread(sum_q13, ORDER, LSF_GAP2_Q13);
    return distance(&g729_predictors[predictor], weights, sum_q13, wanted_q13);
}

void g729_lsp_quantise(struct lsf_memory *memory, const int16_t lsp_q15[ORDER], struct lsf_codes *codes, int16_t quantised_q15[ORDER])
{
    int16_t lsf_q13[ORDER], weights[ORDER];
    struct lsf_codes other;

    g729_lsp_to_lsf(lsp_q15, lsf_q13);
    g729_lsf_weights(lsf_q13, weights);
    if (choose(1, memory, lsf_q13, weights, &other) < choose(0, memory, lsf_q13, weights, codes))
        *codes = other;
    g729_lsf_reconstruct(codes, memory, lsf_q13);
    g729_lsf_to_lsp(lsf_q13, quantised_q15);
}
