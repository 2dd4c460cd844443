/* The tables of G.729 (06/2012), main body, Annexes A and B, as in its fixed-point C code. */
#ifndef OMNIACM_G729_TABLES_H
#define OMNIACM_G729_TABLES_H

#include "g729.h"

enum { G729_GRID_STEPS = 50, G729_LSF_STAGE1 = 128, G729_LSF_STAGE2 = 32 };

/* 3.2.1, (3): 0.54 - 0.46 cos(2 pi n / 399) for n < 200, then cos(2 pi (n - 200) / 159). */
extern const int16_t g729_window_q15[G729_WINDOW];

/* 3.2.1, (6) and (7): exp(-(2 pi 60 k / 8000)^2 / 2) / 1.0001, k = 1 to 12. */
extern const int32_t g729_lag_window_q31[G729_VAD_ORDER];

/* cos(pi i / 64), and two tables to interpolate in it: 2^19 times its differences, and, for the
 * inverse function, 2^20 divided by its differences in Q15 (the first one counted from 2^15). */
extern const int16_t g729_cosine_q15[65];
extern const int16_t g729_cosine_slope_q19[64];
extern const int16_t g729_arc_slope_q11[64];

/* 3.2.3: the points where F1 and F2 are evaluated: cos(pi i / 50), with the ends slightly inside 1
 * and -1. */
extern const int16_t g729_grid_q15[G729_GRID_STEPS + 1];

/* 3.2.4: the LSF codebooks: L1, and L2 and L3 in one (five elements each). */
extern const int16_t g729_lsf_stage1_q13[G729_LSF_STAGE1][G729_ORDER];
extern const int16_t g729_lsf_stage2_q13[G729_LSF_STAGE2][G729_ORDER];

/* 3.2.4, (19), (20): a moving-average predictor from the last four codebook sums. The factor of the
 * current one is 1 minus the sum of the others. */
struct g729_predictor {
    int16_t past_q15[4][G729_ORDER];
    int16_t current_q15[G729_ORDER];
    int16_t inverse_q12[G729_ORDER];
};
extern const struct g729_predictor g729_predictors[2];
/* B.4.2.1: the second one mixes 0.6 and 0.4 of the two above. */
extern const struct g729_predictor g729_noise_predictors[2];
extern const int16_t g729_initial_lsf_q13[G729_ORDER]; /* pi (i + 1) / 11 */
extern const int16_t g729_initial_lsp_q15[G729_ORDER];

/* 3.9.1, (69): 0.68, 0.58, 0.34, 0.19. */
extern const int16_t g729_gain_prediction_q13[4];

/* 3.9.2: GA and GB, whose entries are added, in ascending order of the value that preselects them;
 * the code sent for each index and the index of each code; the thresholds between the sets of
 * candidates. */
struct g729_gain_pair {
    int16_t pitch_q14, code_q13; /* code: correction factor of the predicted gain */
};
extern const struct g729_gain_pair g729_gains1[8];
extern const struct g729_gain_pair g729_gains2[16];
extern const uint8_t g729_gain_code1[8], g729_gain_code2[16], g729_gain_index1[8],
    g729_gain_index2[16];
extern const int16_t g729_gain_thresholds1_q14[4], g729_gain_thresholds2_q15[8];

/* B.4.2: the entries of the LSF codebooks that SID frames use, and their gains as sample values in
 * Q3: 10^(dB / 20) of -12 dB, then from -4 dB in steps of 4 dB, above 16 dB in steps of 2 dB. */
extern const uint8_t g729_sid_stage1[32];
extern const uint8_t g729_sid_stage2[2][16];
extern const int16_t g729_sid_gains_q3[32];

/* B.3.1.3: the autocorrelation of a 1 kHz low-pass filter. */
extern const int16_t g729_low_band_q15[G729_VAD_ORDER + 1];

/* B.3.2: 32 / (32 - n), as a factor in Q15 and a shift. */
struct g729_startup_scale {
    int16_t factor_q15;
    uint8_t shift;
};
extern const struct g729_startup_scale g729_startup_scales[33];

#endif
