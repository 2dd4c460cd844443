/* The tables of the formats. */
#ifndef OMNIACM_IMC_TABLES_H
#define OMNIACM_IMC_TABLES_H

#include "imc.h"

/* Coefficients from edges[i] to edges[i + 1], exclusive, are band i. */
extern const uint16_t imc_edges[IMC_BANDS + 1];

/* Prefix codes of the levels. A code consists of the lengths in the order of the codes' values, the
 * first of which is 0, and of their symbols. */
enum { IMC_SYMBOLS = 18, IMC_ESCAPE = 17, IMC_BOOKS = 4 };
struct imc_prefix_code {
    uint8_t size;
    uint8_t lengths[IMC_SYMBOLS], symbols[IMC_SYMBOLS];
};
extern const struct imc_prefix_code imc_codes[IMC_BOOKS][4];
extern const uint8_t imc_selection[IMC_BOOKS][IMC_BANDS]; /* the code of each band */

/* 10^(i/4) as the format rounds it, and powers of ten from 10^-4. */
extern const struct real imc_quarter_decades[4];
extern const struct real imc_decades[9];

/* Magnitudes in Q28, for lengths of 1 to 3 bits from 0, 1 and 3, by [skipping][FIVE], and for
 * lengths of 4 to 6 from 0, 8 and 24, by [FIVE]. */
extern const uint32_t imc_few_levels[2][2][7];
extern const uint32_t imc_many_levels[2][56];

/* Added to ratios, Q24: [band is empty][band is 12 dB below the highest][flag]. */
extern const int32_t imc_adjustments[2][2][2];

/* The masking of Intel Music Coder; decay in Q32 and Q34. */
extern const int8_t imc_masking_end[IMC_BANDS], imc_masking_start[IMC_BANDS];
extern const uint32_t imc_masking_up[IMC_BANDS - 1], imc_masking_down[IMC_BANDS - 1];

extern const uint32_t imc_roots[14];        /* sqrt(i), Q30 */
extern const int32_t imc_window[IMC_FRAME]; /* sin(pi/512 (i + 1/2)), Q30 */

#endif
