/* The quantization of line spectral frequencies: 3.2.4. */
#include <string.h>
#include "tables.h"
#include "mac.h"

enum { LOW_EDGE_Q13 = 1029, HIGH_EDGE_Q13 = 23677, ONE_Q13 = 8192 }; /* pi 0.04, pi 0.92 */

/* (22): the closer the neighbors of a frequency, the larger its weight. The weights are normalized.
 */
void g729_lsf_weights(const int16_t lsf_q13[G729_ORDER], int16_t weights[G729_ORDER])
{
    int16_t max = 0;
    int shift;

    for (int i = 0; i < G729_ORDER; i++) {
        int16_t above = i == G729_ORDER - 1 ? HIGH_EDGE_Q13 : lsf_q13[i + 1],
                below = i == 0 ? LOW_EDGE_Q13 : lsf_q13[i - 1];
        int16_t excess = i == 0                ? sub(above, LOW_EDGE_Q13 + ONE_Q13)
                         : i == G729_ORDER - 1 ? sub(HIGH_EDGE_Q13 - ONE_Q13, below)
                                               : sub(sub(above, below), ONE_Q13);
        int16_t square = extract_h(L_shl(L_mult(excess, excess), 2));

        weights[i] = excess > 0 ? 2048 : add(extract_h(L_shl(L_mult(square, 10 << 11), 2)), 2048);
    }
    for (int i = 4; i <= 5; i++)
        weights[i] = extract_h(L_shl(L_mult(weights[i], 19661), 1)); /* 1.2 */
    for (int i = 0; i < G729_ORDER; i++)
        max = (int16_t)max_i32(weights[i], max);
    shift = norm_s(max);
    for (int i = 0; i < G729_ORDER; i++)
        weights[i] = shl(weights[i], shift);
}

/* The standard's sums of squares saturate at 2^31. No entry at half of that or more is ever the
 * nearest. */
enum { DISTANCE_MAX = 1 << 30 };

/* Errors up to this magnitude keep a sum of ten squares within 31 bits. */
enum { EXACT_ERROR_MAX = 14000 };

static int64_t stage1_distance(const int16_t target_q13[G729_ORDER],
                               const int16_t entry_q13[G729_ORDER])
{
    int64_t sum = 0;

    for (int i = 0; i < G729_ORDER; i++) {
        int32_t error = sub(target_q13[i], entry_q13[i]);

        sum += error * error;
    }
    return sum;
}

/* Returns true if no error to a codebook entry exceeds EXACT_ERROR_MAX. All entries lie between
 * these bounds. */
static bool is_near(const int16_t target_q13[G729_ORDER])
{
    static const int16_t lowest_q13[G729_ORDER] = { 679,  1411,  2395,  3322,  5640,
                                                    7297, 10597, 12161, 16047, 17514 };
    static const int16_t highest_q13[G729_ORDER] = { 4499,  6604,  9596,  11742, 14413,
                                                     16080, 18330, 19856, 21830, 23533 };
    bool near = true;

    for (int i = 0; i < G729_ORDER; i++)
        near &= target_q13[i] >= highest_q13[i] - EXACT_ERROR_MAX &&
                target_q13[i] <= lowest_q13[i] + EXACT_ERROR_MAX;
    return near;
}

/* The first stage, by unweighted distance. */
static uint8_t search_stage1(const struct dsp_celp *dsp, const int16_t target_q13[G729_ORDER])
{
    int64_t min = DISTANCE_MAX;
    uint8_t best = 0;

    if (is_near(target_q13))
        return (uint8_t)dsp->nearest(g729_lsf_stage1_q13, G729_LSF_STAGE1, target_q13, 0);
    for (int code = 0; code < G729_LSF_STAGE1; code++) {
        int64_t distance = stage1_distance(target_q13, g729_lsf_stage1_q13[code]);

        if (distance < min) {
            min = distance;
            best = (uint8_t)code;
        }
    }
    return best;
}

/* A weighted squared error. Weights are not negative. */
static inline int32_t square(int32_t error, int16_t weight)
{
    return (weight * error >> 15) * error;
}

static int64_t stage2_distance(const int16_t residue_q13[5], const int16_t weights[5],
                               const int16_t entry_q13[5])
{
    int64_t sum = 0;

    for (int i = 0; i < 5; i++)
        sum += square(sub(residue_q13[i], entry_q13[i]), weights[i]);
    return sum;
}

/* The half of the second stage that begins at `from`, by weighted distance. No entry exceeds 2400,
 * so small residues keep a sum of five within 31 bits. */
static uint8_t search_stage2(const struct dsp_celp *dsp, const int16_t residue_q13[G729_ORDER],
                             const int16_t weights[G729_ORDER], int from)
{
    int16_t half[G729_ORDER] = { 0 };
    int64_t min = DISTANCE_MAX;
    uint8_t best = 0;

    memcpy(half + from, weights + from, 5 * sizeof *half);
    if (peak_of(residue_q13 + from, 5) <= EXACT_ERROR_MAX)
        return (uint8_t)dsp->nearest(g729_lsf_stage2_q13, G729_LSF_STAGE2, residue_q13, half);
    for (int code = 0; code < G729_LSF_STAGE2; code++) {
        int64_t distance =
            stage2_distance(residue_q13 + from, weights + from, g729_lsf_stage2_q13[code] + from);

        if (distance < min) {
            min = distance;
            best = (uint8_t)code;
        }
    }
    return best;
}

/* (21), from the reconstructed codebook sum. */
static int32_t total_distance(const struct g729_predictor *predictor,
                              const int16_t weights[G729_ORDER], const int16_t sum_q13[G729_ORDER],
                              const int16_t target_q13[G729_ORDER])
{
    int32_t total = 0;

    for (int i = 0; i < G729_ORDER; i++) {
        int16_t error = mult(sub(sum_q13[i], target_q13[i]), predictor->current_q15[i]);

        total = L_mac(total, extract_h(L_shl(L_mult(weights[i], error), 4)), error);
    }
    return total;
}

/* Selects the codes for one predictor, and returns their distance. */
static int32_t quantize_with(const struct dsp_celp *dsp, uint8_t predictor,
                             const struct g729_lsf_memory *memory,
                             const int16_t lsf_q13[G729_ORDER], const int16_t weights[G729_ORDER],
                             struct g729_lsf_codes *codes)
{
    int16_t target_q13[G729_ORDER], residue_q13[G729_ORDER], sum_q13[G729_ORDER];

    g729_lsf_extract(&g729_predictors[predictor], memory, lsf_q13, target_q13);
    codes->predictor = predictor;
    codes->stage1 = search_stage1(dsp, target_q13);
    for (int i = 0; i < G729_ORDER; i++)
        residue_q13[i] = sub(target_q13[i], g729_lsf_stage1_q13[codes->stage1][i]);
    codes->stage2[0] = search_stage2(dsp, residue_q13, weights, 0);
    codes->stage2[1] = search_stage2(dsp, residue_q13, weights, G729_ORDER / 2);
    g729_lsf_sum(codes, sum_q13);
    g729_lsf_spread(sum_q13, G729_ORDER / 2, G729_LSF_GAP1_Q13);
    g729_lsf_spread(sum_q13 + G729_ORDER / 2 - 1, G729_ORDER / 2 + 1, G729_LSF_GAP1_Q13);
    g729_lsf_spread(sum_q13, G729_ORDER, G729_LSF_GAP2_Q13);
    return total_distance(&g729_predictors[predictor], weights, sum_q13, target_q13);
}

void g729_lsp_quantize(const struct dsp_celp *dsp, struct g729_lsf_memory *memory,
                       const int16_t lsp_q15[G729_ORDER], struct g729_lsf_codes *codes,
                       int16_t quantized_q15[G729_ORDER])
{
    int16_t lsf_q13[G729_ORDER], weights[G729_ORDER];
    struct g729_lsf_codes other;

    g729_lsp_to_lsf(lsp_q15, lsf_q13);
    g729_lsf_weights(lsf_q13, weights);
    if (quantize_with(dsp, 1, memory, lsf_q13, weights, &other) <
        quantize_with(dsp, 0, memory, lsf_q13, weights, codes))
        *codes = other;
    g729_lsf_reconstruct(codes, memory, lsf_q13);
    g729_lsf_to_lsp(lsf_q13, quantized_q15);
}
