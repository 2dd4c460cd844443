/* The tables of G.728 in the fixed-point form of Annex G. */
#ifndef OMNIACM_G728_TABLES_H
#define OMNIACM_G728_TABLES_H

#include "g728.h"

/* Hybrid windows, the weight of the newest sample first: sin(c (n + 1)) for n < N, then
 * b alpha^(n - N), where b and c make the window and its slope continuous at n = N. N and alpha are
 * 35 and (3/4)^(1/40), 20 and (3/4)^(1/8), 30 and (1/2)^(1/40). */
extern const int16_t g728_lpc_window_q15[G728_LPC_WINDOW];
extern const int16_t g728_gain_window_q15[G728_GAIN_WINDOW];
extern const int16_t g728_weighting_window_q15[G728_WEIGHTING_WINDOW];

/* gamma^1, gamma^2, ... for gamma = 253/256 (synthesis filter), 29/32 (log-gain predictor), 0.9 and
 * 0.6 (weighting filter), 0.65 and 0.75 (short-term postfilter). */
extern const int16_t g728_lpc_powers_q14[G728_ORDER];
extern const int16_t g728_gain_powers_q14[G728_SHORT_ORDER];
extern const int16_t g728_weighting_zeros_q14[G728_SHORT_ORDER];
extern const int16_t g728_weighting_poles_q14[G728_SHORT_ORDER];
extern const int16_t g728_postfilter_zeros_q14[G728_SHORT_ORDER];
extern const int16_t g728_postfilter_poles_q14[G728_SHORT_ORDER];

/* The shape codebook, and the root mean square of each of its vectors in dB. */
extern const int16_t g728_shapes_q11[G728_SHAPES][G728_VECTOR];
extern const int16_t g728_shape_logs_q11[G728_SHAPES];

/* The gain codebook, (33 / 64) (7 / 4)^i and the same negated, and its magnitudes in dB. */
extern const int16_t g728_gains_q13[G728_GAINS];
extern const int16_t g728_gain_logs_q11[G728_GAINS];

#endif
