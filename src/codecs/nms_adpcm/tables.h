/* Tables of NMS VBXADPCM, from libsndfile 1.2.0, nms_adpcm.c. Those of magnitudes have a row for 2,
 * 3 and 4 bits, and count the magnitudes that the width has: 2, 4 or 8. */
#ifndef OMNIACM_NMS_ADPCM_TABLES_H
#define OMNIACM_NMS_ADPCM_TABLES_H

#include <stdint.h>

enum { WIDTHS = 3, MAGNITUDES = 8, FRACTIONS = 32 };

/* How the logarithm of the scale moves, 2048 an octave. */
extern const int16_t nms_moves[WIDTHS][MAGNITUDES];

/* The differences that magnitudes stand for, Q12 of the scale. */
extern const int16_t nms_levels[WIDTHS][MAGNITUDES];

/* From what difference on the next magnitude is meant, Q13 of the scale: half way between levels,
 * within 5 units. */
extern const int16_t nms_decisions[WIDTHS][MAGNITUDES - 1];

/* 2^(i / 32), Q14, within 1. */
extern const uint16_t nms_powers[FRACTIONS];

#endif
