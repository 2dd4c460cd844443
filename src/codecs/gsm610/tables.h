/* The tables of GSM 06.10 (version 3.2.0), clause 4.4. */
#ifndef OMNIACM_GSM610_TABLES_H
#define OMNIACM_GSM610_TABLES_H

#include "gsm610.h"

/* Tables 4.1 and 4.2: a code is A times the ratio plus B. A is 20, 20, 20, 20, 13.637, 15, 8.334,
 * 8.824 and B is 0, 0, 4, -5, 0.184, -3.5, -0.666, -2.235. All are rounded, but 1 / A not always to
 * nearest. */
struct gsm610_lar_quantizer {
    int16_t a_q10, b_q9, inverse_a_q18;
    int8_t min, max; /* MIC, MAC */
};
extern const struct gsm610_lar_quantizer gsm610_lar_quantizers[GSM610_ORDER];

/* Tables 4.3a and 4.3b, Q15: the levels 0.1, 0.35, 0.65, 1 and the thresholds 0.2, 0.5, 0.8 between
 * them. */
extern const int16_t gsm610_gain_thresholds_q15[3]; /* DLB */
extern const int16_t gsm610_gain_levels_q15[4];     /* QLB */

/* Tables 4.5 and 4.6: FAC[i] = 2048 (9 + i) - 1, NRFAC[i] = 2^29 / FAC[i], truncated. */
extern const int16_t gsm610_inverse_mantissas[8]; /* NRFAC */
extern const int16_t gsm610_mantissas_q15[8];     /* FAC */

#endif
