/* The synthesis filter bank: Johnston's filter of 16 taps, 16B, in all three stages. */
#include <string.h>
#include "lh_sbc.h"

/* J. D. Johnston, A filter family designed for use in quadrature mirror filter banks, ICASSP 1980:
 * 0.4773469, 0.1067987, -0.09530234, -0.01611869, 0.03596853, -0.001920936, -0.009972252,
 * 0.002898163, from the center on, Q16. */
const int16_t lh_sbc_taps_q16[LH_SBC_TAPS] = { 190,   -654, -126,  2357,  -1056, -6246, 6999, 31283,
                                               31283, 6999, -6246, -1056, 2357,  -126,  -654, 190 };

/* One sample of a node out of eight sums or differences. The magnitudes of the eight taps add up to
 * less than 0.75, so a stage, which doubles, makes a sample of at most 3 times the greatest one:
 * the samples of the bands, below 2^21, become at most 2^26. */
static int32_t filter(const int32_t *x, const int16_t *taps)
{
    int64_t sum = 0;

    for (int i = 0; i < LH_SBC_TAPS / 2; i++)
        sum += (int64_t)x[-i] * taps[2 * i];
    return (int32_t)((sum + (1 << 14)) >> 15);
}

/* Combines two bands of n samples to one of 2 n. */
static void combine(struct lh_sbc_node *node, const int32_t *low, const int32_t *high, int n,
                    int32_t *out)
{
    int32_t sum[LH_SBC_MEMORY + LH_SBC_FRAME / 2], difference[LH_SBC_MEMORY + LH_SBC_FRAME / 2];

    memcpy(sum, node->sum, sizeof node->sum);
    memcpy(difference, node->difference, sizeof node->difference);
    for (int i = 0; i < n; i++) {
        sum[LH_SBC_MEMORY + i] = low[i] + high[i];
        difference[LH_SBC_MEMORY + i] = low[i] - high[i];
    }
    for (int i = 0; i < n; i++) {
        out[2 * i] = filter(difference + LH_SBC_MEMORY + i, lh_sbc_taps_q16);
        out[2 * i + 1] = filter(sum + LH_SBC_MEMORY + i, lh_sbc_taps_q16 + 1);
    }
    memcpy(node->sum, sum + n, sizeof node->sum);
    memcpy(node->difference, difference + n, sizeof node->difference);
}

/* The spectrum of the upper band of a node is mirrored: of the two below it, the first one is the
 * upper one. */
void lh_sbc_synthesize(struct lh_sbc_synthesis *state, int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES],
                       int16_t pcm[LH_SBC_FRAME])
{
    int32_t quarters[4][2 * LH_SBC_SAMPLES], halves[2][4 * LH_SBC_SAMPLES], all[LH_SBC_FRAME];
    struct lh_sbc_node *node = state->nodes;

    for (int i = 0; i < 4; i++)
        combine(node++, bands[2 * i + i % 2], bands[2 * i + 1 - i % 2], LH_SBC_SAMPLES,
                quarters[i]);
    for (int i = 0; i < 2; i++)
        combine(node++, quarters[2 * i + i % 2], quarters[2 * i + 1 - i % 2], 2 * LH_SBC_SAMPLES,
                halves[i]);
    combine(node, halves[0], halves[1], 4 * LH_SBC_SAMPLES, all);
    for (int i = 0; i < LH_SBC_FRAME; i++)
        pcm[i] = saturate((all[i] + 32) >> 6);
}
