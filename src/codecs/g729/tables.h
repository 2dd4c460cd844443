/* The tables of G.729 (06/2012), main body, Annex A and Annex B, as in the fixed-point C that is
 * part of it. */
#ifndef OMNIACM_G729_TABLES_H
#define OMNIACM_G729_TABLES_H

#include "g729.h"

enum {
    G729_GRID_STEPS = 50,
    G729_LSF_STAGE1 = 128,
    G729_LSF_STAGE2 = 32,
    G729_HALF_TAPS = 10,
    G729_TAPS = 24
};

/* 3.2.1, (3): 0.54 - 0.46 cos(2 pi n / 399) for n < 200, cos(2 pi (n - 200) / 159) behind. */
extern const int16_t g729_window_q15[G729_WINDOW];

/* 3.2.1, (6) and (7): exp(-(2 pi 60 k / 8000)^2 / 2) / 1.0001, k = 1 to 12. */
extern const int32_t g729_lag_window_q31[G729_VAD_ORDER];

/* cos(pi i / 64), and what interpolates in it both ways: 2^19 times its steps, and 2^20 over its
 * steps in Q15 (that from 1 to the next taken from 2^15). */
extern const int16_t g729_cosine_q15[65];
extern const int16_t g729_cosine_slope_q19[64];
extern const int16_t g729_arc_slope_q11[64];

/* 3.2.3: where F1 and F2 are evaluated: cos(pi i / 50), a little inside 1 and -1. */
extern const int16_t g729_grid_q15[G729_GRID_STEPS + 1];

/* 3.2.4: the codebooks of line spectral frequencies: L1, and L2 with L3 (five numbers each). */
extern const int16_t g729_lsf_stage1_q13[G729_LSF_STAGE1][G729_ORDER];
extern const int16_t g729_lsf_stage2_q13[G729_LSF_STAGE2][G729_ORDER];

/* 3.2.4, (19), (20): a moving average over the four last codebook sums and the one now, whose
 * factor is 1 less the others. */
struct g729_predictor {
    int16_t past_q15[4][G729_ORDER];
    int16_t current_q15[G729_ORDER];
    int16_t inverse_current_q12[G729_ORDER];
};
extern const struct g729_predictor g729_predictors[2];
extern const struct g729_predictor g729_noise_predictors[2]; /* B.4.2.1; past of the second: 0.6 of
                                                           the first, 0.4 of the second above */
extern const int16_t g729_initial_lsf_q13[G729_ORDER];       /* pi (i + 1) / 11 */
extern const int16_t g729_initial_lsp_q15[G729_ORDER];

/* 3.7.1: the filter b30 for lags of a third, a phase each, for the samples from -9 to 10 about the
 * lag; then zeros. */
extern const int16_t g729_interpolation_q15[3][G729_TAPS];

/* 3.9.1, (69): 0.68, 0.58, 0.34, 0.19. */
extern const int16_t g729_gain_prediction_q13[4];

/* 3.9.2: GA and GB, in rising order of what preselects them; the code that is sent of each place,
 * and back; the bounds between the sets of candidates. */
struct g729_gain_pair {
    int16_t pitch_q14, code_q13; /* code: the factor of the predicted gain */
};
extern const struct g729_gain_pair g729_gains1[8];
extern const struct g729_gain_pair
    g729_gains2[16]; /* code_q13 here is Q13 as well: their sum is halved to Q12 */
extern const uint8_t g729_gain_code1[8], g729_gain_code2[16], g729_gain_index1[8],
    g729_gain_index2[16];
extern const int16_t g729_gain_thresholds1_q14[4], g729_gain_thresholds2_q15[8];

/* B.4.2: the parts of the LSF codebooks that SID frames use; the gains of SID frames, in samples,
 * Q3: 10^(dB / 20) of -12 dB, then of -4 dB and every 4 dB, above 16 dB every 2 dB. */
extern const uint8_t g729_sid_stage1[32];
extern const uint8_t g729_sid_stage2[2][16];
extern const int16_t g729_sid_gains_q3[32];

/* B.3.1.3: the autocorrelation of a low-pass of 1 kHz. */
extern const int16_t g729_low_band_q15[G729_VAD_ORDER + 1];

/* B.3.2: 32 / (32 - n), as a factor in Q15 and a shift. */
struct g729_startup_scale {
    int16_t factor_q15;
    uint8_t shift;
};
extern const struct g729_startup_scale g729_startup_scales[33];

#endif
