/* Line spectral frequencies from their codes: 3.2.4, 4.1.1, 4.4.1, B.4.2.1. */
#include <string.h>
#include "tables.h"

void g729_lsf_init(struct g729_lsf_memory *memory)
{
    for (int k = 0; k < 4; k++)
        memcpy(memory->past_q13[k], g729_initial_lsf_q13, sizeof g729_initial_lsf_q13);
}

/* Moves neighbors apart to at least the gap, each by half of what is missing. */
void g729_lsf_spread(int16_t *lsf_q13, int n, int16_t gap_q13)
{
    for (int i = 1; i < n; i++) {
        int16_t half = shr(add(sub(lsf_q13[i - 1], lsf_q13[i]), gap_q13), 1);

        if (half > 0) {
            lsf_q13[i - 1] = sub(lsf_q13[i - 1], half);
            lsf_q13[i] = add(lsf_q13[i], half);
        }
    }
}

static void store_sum(struct g729_lsf_memory *memory, const int16_t sum_q13[G729_ORDER])
{
    memmove(memory->past_q13[1], memory->past_q13[0], 3 * sizeof memory->past_q13[0]);
    memcpy(memory->past_q13[0], sum_q13, sizeof memory->past_q13[0]);
}

/* Sorts the frequencies and enforces their range and minimum distance. */
static void stabilize(int16_t lsf_q13[G729_ORDER])
{
    for (int i = 1; i < G729_ORDER; i++)
        if (lsf_q13[i] < lsf_q13[i - 1]) {
            int16_t lower = lsf_q13[i];

            lsf_q13[i] = lsf_q13[i - 1];
            lsf_q13[i - 1] = lower;
        }
    lsf_q13[0] = (int16_t)max_i32(lsf_q13[0], G729_LSF_MIN_Q13);
    for (int i = 1; i < G729_ORDER; i++)
        if (lsf_q13[i] - lsf_q13[i - 1] < G729_LSF_DISTANCE_MIN_Q13)
            lsf_q13[i] = add(lsf_q13[i - 1], G729_LSF_DISTANCE_MIN_Q13);
    lsf_q13[G729_ORDER - 1] = (int16_t)min_i32(lsf_q13[G729_ORDER - 1], G729_LSF_MAX_Q13);
}

/* (20), and the update of the memory. The factors of a column add up to at most 2^15, so nothing
 * saturates. */
void g729_lsf_compose(const struct g729_predictor *predictor, struct g729_lsf_memory *memory,
                      const int16_t sum_q13[G729_ORDER], int16_t lsf_q13[G729_ORDER])
{
    for (int i = 0; i < G729_ORDER; i++) {
        int32_t sum = sum_q13[i] * predictor->current_q15[i];

        for (int k = 0; k < 4; k++)
            sum += memory->past_q13[k][i] * predictor->past_q15[k][i];
        lsf_q13[i] = (int16_t)(sum >> 15);
    }
    store_sum(memory, sum_q13);
    stabilize(lsf_q13);
}

/* (23): (20) solved for the codebook sum. */
void g729_lsf_extract(const struct g729_predictor *predictor, const struct g729_lsf_memory *memory,
                      const int16_t lsf_q13[G729_ORDER], int16_t sum_q13[G729_ORDER])
{
    for (int i = 0; i < G729_ORDER; i++) {
        int32_t rest = L_deposit_h(lsf_q13[i]);

        for (int k = 0; k < 4; k++)
            rest = L_msu(rest, memory->past_q13[k][i], predictor->past_q15[k][i]);
        sum_q13[i] = extract_h(L_shl(L_mult(extract_h(rest), predictor->inverse_q12[i]), 3));
    }
}

/* (19) */
void g729_lsf_sum(const struct g729_lsf_codes *codes, int16_t sum_q13[G729_ORDER])
{
    for (int i = 0; i < G729_ORDER; i++)
        sum_q13[i] = (int16_t)(g729_lsf_stage1_q13[codes->stage1][i] +
                               g729_lsf_stage2_q13[codes->stage2[i >= G729_ORDER / 2]][i]);
}

void g729_lsf_reconstruct(const struct g729_lsf_codes *codes, struct g729_lsf_memory *memory,
                          int16_t lsf_q13[G729_ORDER])
{
    int16_t sum_q13[G729_ORDER];

    g729_lsf_sum(codes, sum_q13);
    g729_lsf_spread(sum_q13, G729_ORDER, G729_LSF_GAP1_Q13);
    g729_lsf_spread(sum_q13, G729_ORDER, G729_LSF_GAP2_Q13);
    g729_lsf_compose(&g729_predictors[codes->predictor], memory, sum_q13, lsf_q13);
}

void g729_lsp_decode(struct g729_lsf_decoder *decoder, const struct g729_lsf_codes *codes,
                     int16_t lsp_q15[G729_ORDER])
{
    g729_lsf_reconstruct(codes, &decoder->memory, decoder->last_q13);
    decoder->predictor = codes->predictor;
    g729_lsf_to_lsp(decoder->last_q13, lsp_q15);
}

/* Repeats the frequencies of the previous frame, and stores the codebook sum that would have
 * produced them. */
void g729_lsp_conceal(struct g729_lsf_decoder *decoder, int16_t lsp_q15[G729_ORDER])
{
    int16_t sum_q13[G729_ORDER];

    g729_lsf_extract(&g729_predictors[decoder->predictor], &decoder->memory, decoder->last_q13,
                     sum_q13);
    store_sum(&decoder->memory, sum_q13);
    g729_lsf_to_lsp(decoder->last_q13, lsp_q15);
}

void g729_sid_sum(unsigned stage1, unsigned stage2, int16_t sum_q13[G729_ORDER])
{
    const int16_t *first = g729_lsf_stage1_q13[g729_sid_stage1[stage1]];

    for (int i = 0; i < G729_ORDER; i++)
        sum_q13[i] =
            (int16_t)(first[i] +
                      g729_lsf_stage2_q13[g729_sid_stage2[i >= G729_ORDER / 2][stage2]][i]);
}

void g729_sid_lsp_decode(struct g729_lsf_memory *memory, const struct g729_sid *sid,
                         int16_t lsp_q15[G729_ORDER])
{
    int16_t sum_q13[G729_ORDER], lsf_q13[G729_ORDER];

    g729_sid_sum(sid->stage1, sid->stage2, sum_q13);
    g729_lsf_spread(sum_q13, G729_ORDER, G729_LSF_GAP1_Q13);
    g729_lsf_compose(&g729_noise_predictors[sid->predictor], memory, sum_q13, lsf_q13);
    g729_lsf_to_lsp(lsf_q13, lsp_q15);
}
