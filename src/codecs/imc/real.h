/* Positive numbers of any size: amplitudes span six decades, and the energies that spread between
 * bands twenty-five. They have 32 significant bits; results are truncated. */
#ifndef OMNIACM_IMC_REAL_H
#define OMNIACM_IMC_REAL_H

#include <stdbool.h>
#include <stdint.h>

enum { REAL_LOG_Q = 24 };

/* m 2^e, with m >= 2^31, or 0. */
struct real {
    uint32_t m;
    int32_t e;
};

extern const struct real real_zero, real_one;

struct real real_from(uint64_t m, int32_t e); /* m 2^e */

/* A product below 2^-149 is 0, as in 32-bit floating point, which the format's decoders use. */
struct real real_times(struct real, struct real);
struct real real_plus(struct real, struct real);
bool real_above(struct real a, struct real b); /* a > b */

/* log2 of a number above 0, in Q24, and 2^x of a number in Q24. */
int32_t real_log2(struct real);
struct real real_exp2(int64_t x);

#endif
