/* What a code does, by the index of the step before it. */
#ifndef OMNIACM_OKI_ADPCM_TABLES_H
#define OMNIACM_OKI_ADPCM_TABLES_H

#include <stdint.h>

enum { STEPS = 49, CODES = 16 };

struct effect {
    int16_t change; /* of the sample, 12 bits */
    int16_t next;   /* CODES times the index after it */
};

/* The effect of a code c at index i: element CODES * i + c. */
extern const struct effect oki_effects[STEPS * CODES];

/* 2^32 over a quarter of the step, in units of 16-bit samples (4 * step), rounded up: n * this >>
 * 32 is the exact quotient of n < 2^16, as n * 4 * 1552 < 2^32. */
extern const uint32_t oki_reciprocals[STEPS];

#endif
