/* The tables of the format. */
#ifndef OMNIACM_ATRAC3_TABLES_H
#define OMNIACM_ATRAC3_TABLES_H

#include "atrac3.h"

enum { ATRAC3_SUBBANDS = 32, ATRAC3_BOOKS = 7, ATRAC3_CODE_BITS = 8 };

/* Coefficients from edges[i] to edges[i + 1], exclusive, are subband i. */
extern const uint16_t atrac3_edges[ATRAC3_SUBBANDS + 1];

/* A quantizer has the values -most to most, in steps of the scale factor / (most + 1/2). Its
 * prefix code is canonical: counts[i] codes of i + 1 bits, in the order of their values. The first
 * is 0 and the following pairs are 1, -1, 2, -2 and so on, except that the pair of `most` has the
 * place `place`. The codes of the first quantizer are pairs of values, in atrac3_pairs. */
struct atrac3_book {
    uint8_t most, place, width; /* bits of a value without prefix code */
    uint8_t counts[ATRAC3_CODE_BITS];
};
extern const struct atrac3_book atrac3_books[ATRAC3_BOOKS];
extern const int8_t atrac3_pairs[9][2];

extern const int32_t atrac3_thirds[3];  /* 2^(i/3), Q30 */
extern const int32_t atrac3_eighths[8]; /* 2^(-i/8), Q30 */

/* i/7 and sqrt(2 - (i/7)^2), the weights of a pair of channels, Q30. */
extern const int32_t atrac3_weights[8][2];

/* The even taps of the quadrature mirror filter, Q30; the odd ones are the same in reverse. */
extern const int32_t atrac3_taps[ATRAC3_TAPS];

/* e[i] / (e[i]^2 + e[255 - i]^2) with e[i] = (1 + sin(pi ((i + 1/2) / 256 - 1/2))) / 2, Q30. */
extern const int32_t atrac3_window[ATRAC3_BAND];

#endif
