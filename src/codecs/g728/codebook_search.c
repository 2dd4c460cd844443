/* The codebook search: blocks 12 to 18. */
#include "tables.h"

/* Block 12: the synthesis filter and the weighting filter in series. */
void g728_impulse_response(const struct g728_synthesizer *synthesizer,
                           const struct g728_weighting *weighting, int16_t h_q13[G728_VECTOR])
{
    int16_t synthesized[G728_VECTOR] = { 1 << 13 };

    h_q13[0] = 1 << 13;
    for (int i = 1; i < G728_VECTOR; i++) {
        int64_t sum = 0, weighted = 0;

        for (int j = 0; j < i; j++) {
            sum -= synthesizer->a_q14[j] * synthesized[i - 1 - j];
            weighted += weighting->zeros_q14[j] * synthesized[i - 1 - j];
            weighted -= weighting->poles_q14[j] * h_q13[i - 1 - j];
        }
        synthesized[i] = saturate((int32_t)(sum >> 14));
        h_q13[i] = saturate((int32_t)((weighted + sum) >> 14));
    }
}

/* Blocks 14 and 15. Filtered samples and energies saturate. The magnitudes of a shape add up to at
 * most 47018, so that the sums do not exceed 47018 2^15 < 2^31. */
void g728_shape_energies(const int16_t h_q13[G728_VECTOR], int16_t energies_q5[G728_SHAPES])
{
    for (int shape = 0; shape < G728_SHAPES; shape++) {
        const int16_t *y_q11 = g728_shapes_q11[shape];
        int64_t energy_q20 = 0;

        for (int i = 0; i < G728_VECTOR; i++) {
            int32_t sum_q24 = 0, filtered_q10;

            for (int j = 0; j <= i; j++)
                sum_q24 += y_q11[j] * h_q13[i - j];
            filtered_q10 = saturate(sum_q24 >> 14);
            energy_q20 += filtered_q10 * filtered_q10;
        }
        energies_q5[shape] = saturate(L_saturate(energy_q20) >> 15);
    }
}

/* Block 13: the target filtered backward in time, in Q7. */
static void correlate_target(const struct g728_vector *target, const int16_t h_q13[G728_VECTOR],
                             int16_t p_q7[G728_VECTOR])
{
    for (int i = 0; i < G728_VECTOR; i++) {
        int64_t sum = 0;

        for (int j = i; j < G728_VECTOR; j++)
            sum += h_q13[j - i] * target->x[j];
        p_q7[i] = saturate(L_shr(L_saturate(sum), 13 + target->q - 7));
    }
}

/* Blocks 17 and 18: minimizes g^2 E - 2 g P over all shapes and gains, with the energy E and the
 * correlation P of a shape. The best gain for a shape is the one nearest to P / E; the bounds
 * between the gains are halfway. P and the products of bounds and energies are in Q18.
 *
 * Nothing overflows: |P| <= 47018 2^15 and E < 2^15. */
g728_index g728_search(const struct g728_vector *target, const int16_t h_q13[G728_VECTOR],
                       const int16_t energies_q5[G728_SHAPES])
{
    static const int16_t bounds_q13[] = { 5808, 10164, 17787 };
    static const int16_t squares_q11[] = { 545, 1668, 5107, 15640 };
    int32_t least = INT32_MAX;
    int16_t p_q7[G728_VECTOR];
    g728_index best = 0;

    correlate_target(target, h_q13, p_q7);
    for (int shape = 0; shape < G728_SHAPES; shape++) {
        int32_t energy = energies_q5[shape], correlation = 0, distortion;
        bool negative;
        int gain = 0;

        for (int i = 0; i < G728_VECTOR; i++)
            correlation += p_q7[i] * g728_shapes_q11[shape][i];
        negative = correlation <= 0;
        correlation = negative ? -correlation : correlation;
        for (int i = 0; i < 3; i++)
            gain += correlation > bounds_q13[i] * energy;
        correlation = min_i32(correlation >> 14, INT16_MAX);
        distortion = squares_q11[gain] * energy - g728_gains_q13[gain] * correlation;
        if (distortion < least) {
            least = distortion;
            best = (g728_index)(shape * G728_GAINS + 4 * negative + gain);
        }
    }
    return best;
}
