/* The effect of a code, by the index of the step. */
#ifndef OMNIACM_OKI_ADPCM_TABLES_H
#define OMNIACM_OKI_ADPCM_TABLES_H

#include <stdint.h>

enum { OKI_STEPS = 49, OKI_CODES = 16, OKI_BIAS = 1 << 15 };

struct oki_effect {
    uint16_t change;    /* of the sample, in eighths of 12 bits, plus OKI_BIAS */
    uint16_t next;      /* OKI_STRIDE times the next index */
    int32_t reciprocal; /* of the next step, negative, as below */
};
enum { OKI_STRIDE = OKI_CODES * sizeof(struct oki_effect), OKI_RISES = OKI_CODES / 2 };

/* The effects at index i are those from element OKI_CODES * i on: from the largest fall of the
 * sample to the smallest, and from the smallest rise, at OKI_RISES, to the largest.
 *
 * A reciprocal is -2^32 divided by a quarter of the step in units of 16-bit samples (4 * step),
 * rounded down, or less by 1 if that is an integer. For 0 <= n < 2^16, -n * this >> 32 is the
 * exact quotient q, because n * 4 * 1552 < 2^32; n * this >> 32, for n > 0, is -1 - q. */
extern const struct oki_effect oki_effects[OKI_STEPS * OKI_CODES];

/* The effect of two codes in turn on the index of the step: the sum of their moves, then a clamp.
 * The element of a pair is its byte, the first code in the high nibble. */
struct oki_moves {
    int8_t sum;
    uint8_t least, most;
    uint8_t places; /* of the effects of both codes, as nibbles in the same order */
};
enum { OKI_PAIRS = 256 };
extern const struct oki_moves oki_moves[OKI_PAIRS];

#endif
