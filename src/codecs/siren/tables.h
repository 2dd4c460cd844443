/* The tables of the format. */
#ifndef OMNIACM_SIREN_TABLES_H
#define OMNIACM_SIREN_TABLES_H

#include "siren.h"

/* Prefix codes, as trees: a node has two elements, for the next bit 0 and 1. In the trees of
 * powers, a positive element is the next node; others are -(step - SIREN_STEP_MIN). */
extern const int8_t siren_power_trees[SIREN_REGIONS - 1][SIREN_STEPS - 1][2];

/* In the trees of vectors, an even element is the index of the next node; an odd one is twice the
 * vector, in which the first magnitude is in the lowest bits, plus 1. Some vectors have no code. */
extern const uint16_t *const siren_vector_trees[SIREN_CODED];
extern const uint16_t siren_tree_sizes[SIREN_CODED];

/* By category: the bits of a magnitude in a vector, the magnitudes of a vector, and the vectors of
 * a region. */
extern const uint8_t siren_magnitude_bits[SIREN_CODED], siren_dimension[SIREN_CODED],
    siren_vectors[SIREN_CODED];

/* The bits that a region is expected to need. */
extern const uint8_t siren_expected_bits[SIREN_CODED + 1];

/* Magnitudes in Q27, relative to the root mean square of the region. */
enum { SIREN_LEVELS = 14 };
extern const uint32_t siren_levels[SIREN_CODED][SIREN_LEVELS];

/* Q27: the level of noise in place of zeros, by the number of other coefficients in a region of
 * category 5 or 6; the last one is for all larger numbers. */
enum { SIREN_NOISE_5 = 5, SIREN_NOISE_6 = 4 };
extern const uint32_t siren_noise_5[SIREN_NOISE_5], siren_noise_6[SIREN_NOISE_6];

extern const int32_t siren_window[SIREN_FRAME]; /* sin(pi/640 (i + 1/2)), Q30 */

#endif
