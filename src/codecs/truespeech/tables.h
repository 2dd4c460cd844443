/* The figures of the format. */
#ifndef OMNIACM_TRUESPEECH_TABLES_H
#define OMNIACM_TRUESPEECH_TABLES_H

#include "truespeech.h"

/* The bits of each reflection coefficient's code, and its values, Q15, rising. */
extern const uint8_t truespeech_reflection_bits[ORDER];
extern const int16_t *const truespeech_reflections[ORDER];

extern const int16_t truespeech_taps[TAPS][2]; /* Q14, at lag + 1 and at lag */
extern const int16_t
    truespeech_levels[GAINS][LEVELS]; /* g, 3g, -g, -3g with g = 2^((2 i + 4) / 3), truncated */

/* [n][i] = C(29 - i, n): how many ways to place n pulses behind position i of 30. */
extern const int16_t truespeech_ways[PULSES_RIGHT + 1][HALF];

/* Powers 1 to 8, Q15. */
extern const int16_t truespeech_decay_994[ORDER]; /* .994 */
extern const int16_t truespeech_decay_550[ORDER]; /* .55 */
extern const int16_t truespeech_decay_750[ORDER]; /* .75 */

#endif
