/* The figures of the format. */
#ifndef OMNIACM_TRUESPEECH_TABLES_H
#define OMNIACM_TRUESPEECH_TABLES_H

#include "truespeech.h"

/* The bits of each reflection coefficient's code, and its values, Q15, rising. */
extern const uint8_t truespeech_reflection_bits[TRUESPEECH_ORDER];
extern const int16_t *const truespeech_reflections[TRUESPEECH_ORDER];

extern const int16_t truespeech_taps[TRUESPEECH_TAPS][2]; /* Q14, at lag + 1 and at lag */
extern const int16_t
    truespeech_levels[TRUESPEECH_GAINS]
                     [TRUESPEECH_LEVELS]; /* g, 3g, -g, -3g with g = 2^((2 i + 4) / 3), truncated */

/* [n][i] = C(29 - i, n): how many ways to place n pulses behind position i of 30. */
extern const int16_t truespeech_ways[TRUESPEECH_PULSES_RIGHT + 1][TRUESPEECH_HALF];

/* Powers 1 to 8, Q15. */
extern const int16_t truespeech_decay_994[TRUESPEECH_ORDER]; /* .994 */
extern const int16_t truespeech_decay_550[TRUESPEECH_ORDER]; /* .55 */
extern const int16_t truespeech_decay_750[TRUESPEECH_ORDER]; /* .75 */

#endif
