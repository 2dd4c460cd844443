/* The tables of G.723.1 (05/2006), from its ANSI C source, release 5.2; names in brackets are
 * those of the source. */
#ifndef OMNIACM_G7231_TABLES_H
#define OMNIACM_G7231_TABLES_H

#include "g7231.h"

enum {
    G7231_COSINES = 512,
    G7231_LSP_CODES = 256,
    G7231_GAINS_85 = 85,
    G7231_GAINS_170 = 170,
    G7231_GAIN_TERMS = 20,
    G7231_TERMS = 24 /* padded */
};

/* 2.4: a Hamming window, 0.54 - 0.46 cos(2 pi i / 179), and the lag window (a binomial one, with a
 * bandwidth of some 20 Hz). [HammingWindowTable, BinomialWindowTable] */
extern const int16_t g7231_window_q15[G7231_WINDOW];
extern const int16_t g7231_lag_window_q15[G7231_ORDER];

/* Powers 1 to 10: of 0.994 (2.5), of 0.9 and 0.5 (2.8), of 0.65 and 0.75 (3.8).
 * [BandExpTable, PerFiltZeroTable, PerFiltPoleTable, PostFiltZeroTable, PostFiltPoleTable] */
extern const int16_t g7231_expansion_q15[G7231_ORDER];
extern const int16_t g7231_weighting_zeros_q15[G7231_ORDER], g7231_weighting_poles_q15[G7231_ORDER];
extern const int16_t g7231_postfilter_zeros_q15[G7231_ORDER],
    g7231_postfilter_poles_q15[G7231_ORDER];

/* cos(2 pi i / 512). [CosineTable] */
extern const int16_t g7231_cosine_q14[G7231_COSINES];

/* 2.5: the long-term mean of the frequencies, and three code books for the difference from it,
 * the first two of three numbers and a zero.
 * [LspDcTable, Band0Tb8 to Band2Tb8] */
extern const int16_t g7231_lsp_mean[G7231_ORDER];
extern const int16_t g7231_lsp_band0[G7231_LSP_CODES][4], g7231_lsp_band1[G7231_LSP_CODES][4],
    g7231_lsp_band2[G7231_LSP_CODES][4];

/* 2.14: five taps b in Q14, then -b b for each, then -b b' for each pair (1,0), (2,0), (2,1),
 * (3,0), ..., in Q14 too. The products are of taps with finer resolution: they differ from those of
 * the given taps by up to 2. Zeros follow. [AcbkGainTable085, AcbkGainTable170] */
extern const int16_t g7231_gains_85[G7231_GAINS_85][G7231_TERMS],
    g7231_gains_170[G7231_GAINS_170][G7231_TERMS];

/* The single tap that bounds the gain of a vector, for taming. [tabgain85, tabgain170] */
extern const int16_t g7231_worst_85_q13[G7231_GAINS_85], g7231_worst_170_q13[G7231_GAINS_170];

/* 2.16: the single tap that stands for a vector within a subframe at the low rate, and the offset
 * that it adds to the lag; 60, beyond the subframe, if there is none. [epsi170, gain170] */
extern const int8_t g7231_single_lag_170[G7231_GAINS_170];
extern const int16_t g7231_single_gain_170_q15[G7231_GAINS_170];

/* 2.15: 24 amplitudes in steps of 3.2 dB. [FcbkGainTable] */
extern const int16_t g7231_fixed_gains[G7231_FIXED_GAINS];

#endif
