/* The effect of a code, by the index of the step. */
#ifndef OMNIACM_OKI_ADPCM_TABLES_H
#define OMNIACM_OKI_ADPCM_TABLES_H

#include <stdint.h>

enum { OKI_STEPS = 49, OKI_CODES = 16 };

struct oki_effect {
    int16_t change;      /* of the sample, in 12 bits */
    int16_t next;        /* OKI_CODES times the next index */
    uint32_t reciprocal; /* of the next step, as below */
};

/* The effect of code c at index i is element OKI_CODES * i + c.
 *
 * A reciprocal is 2^32 divided by a quarter of the step in units of 16-bit samples (4 * step),
 * rounded up: n * this >> 32 is the exact quotient for n < 2^16, because n * 4 * 1552 < 2^32. */
extern const struct oki_effect oki_effects[OKI_STEPS * OKI_CODES];

/* The effect of two codes in turn on OKI_CODES times the index of the step: the sum of their moves,
 * then a clamp. That of codes with magnitudes m and n is element OKI_CODES * m + n. */
struct oki_moves {
    int16_t sum, least, most, unused; /* 8 bytes, by which processors can scale an index */
};
enum { OKI_PAIRS = 0x78, OKI_MAGNITUDES = 0x77 /* of two codes in a byte */ };
extern const struct oki_moves oki_moves[OKI_PAIRS];

#endif
