/* Tables of NMS VBXADPCM, from libsndfile 1.2.0, nms_adpcm.c. Tables by magnitude have one line for
 * each of 2, 3 and 4 bits, with the 2, 4 or 8 magnitudes of that width. */
#ifndef OMNIACM_NMS_ADPCM_TABLES_H
#define OMNIACM_NMS_ADPCM_TABLES_H

#include <stdint.h>

enum { NMS_WIDTHS = 3, NMS_MAGNITUDES = 8, NMS_FRACTIONS = 32 };

/* The change of the scale's logarithm, 2048 per octave. */
extern const int16_t nms_moves[NMS_WIDTHS][NMS_MAGNITUDES];

/* The reconstructed differences, in Q12 of the scale. */
extern const int16_t nms_levels[NMS_WIDTHS][NMS_MAGNITUDES];

/* The thresholds from which the next magnitude is chosen, in Q13 of the scale: halfway between
 * levels, within 5 units. */
extern const int16_t nms_thresholds[NMS_WIDTHS][NMS_MAGNITUDES - 1];

/* 2^(i / 32) in Q14, within 1. */
extern const uint16_t nms_powers[NMS_FRACTIONS];

#endif
