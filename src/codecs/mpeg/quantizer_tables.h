/* The tables of the quantizer of Layer III. */
#ifndef OMNIACM_MPEG_QUANTIZER_TABLES_H
#define OMNIACM_MPEG_QUANTIZER_TABLES_H

#include <stdint.h>

extern const uint32_t mpeg_power_mantissas[129]; /* (1 + i / 128)^(3/4), Q30 */
extern const uint32_t mpeg_power_exponents[28];  /* 2^(3e/4), Q11 */
extern const uint32_t mpeg_step_powers[16];      /* 2^(-3r/16), Q31 */

#endif
