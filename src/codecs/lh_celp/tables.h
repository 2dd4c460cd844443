/* The tables of the format. */
#ifndef OMNIACM_LH_CELP_TABLES_H
#define OMNIACM_LH_CELP_TABLES_H

#include "lh_celp.h"

extern const uint8_t lh_celp_lsf_bits[LH_CELP_ORDER];

/* The frequencies with even numbers, in ascending order, in units of pi / 32768. */
extern const int16_t *const lh_celp_lsf_even[LH_CELP_ORDER / 2];

/* Where a frequency with an odd number is between its neighbors, Q16: `from_below` first, then
 * `from_above`, which has two entries less. */
extern const struct lh_celp_ratios {
    uint8_t count; /* of from_below */
    const int16_t *from_below, *from_above;
} lh_celp_lsf_odd[LH_CELP_ORDER / 2];

/* The frequencies before the first frame: evenly spaced. */
extern const int16_t lh_celp_lsf_start[LH_CELP_ORDER];

/* acos(1 - i / 1024) and acos(1 - i / 128), in units of pi / 32768, truncated. */
enum { LH_CELP_ACOS_FINE = 17, LH_CELP_ACOS = 129 };
extern const int16_t lh_celp_acos_fine[LH_CELP_ACOS_FINE];
extern const int16_t lh_celp_acos[LH_CELP_ACOS];

extern const int16_t lh_celp_adaptive_gains[10]; /* Q13 */
extern const int16_t lh_celp_fixed_gains[16];

/* The band-pass: 5 coefficients of its input, Q28, and those of its last 4 outputs, to be
 * subtracted, Q14. */
extern const int32_t lh_celp_zeros_q28[5];
extern const int16_t lh_celp_poles_q14[4];

#endif
