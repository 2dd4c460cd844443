/* The tables of the format. */
#ifndef OMNIACM_TRUESPEECH_TABLES_H
#define OMNIACM_TRUESPEECH_TABLES_H

#include "truespeech.h"

/* The number of bits of each reflection coefficient, and its values in ascending order, Q15. */
extern const uint8_t truespeech_reflection_bits[TRUESPEECH_ORDER];
extern const int16_t *const truespeech_reflections[TRUESPEECH_ORDER];

/* Q14, at lag + 1 and at lag. */
extern const int16_t truespeech_taps[TRUESPEECH_TAPS][2];

/* g, 3g, -g, -3g, where g = 2^((2 i + 4) / 3), truncated. */
extern const int16_t truespeech_levels[TRUESPEECH_GAINS][TRUESPEECH_LEVELS];

/* Powers 1 to 8, Q15. */
extern const int16_t truespeech_decay_994[TRUESPEECH_ORDER]; /* .994 */
extern const int16_t truespeech_decay_550[TRUESPEECH_ORDER]; /* .55 */
extern const int16_t truespeech_decay_750[TRUESPEECH_ORDER]; /* .75 */

#endif
