/* The tables of ITU-T G.722; tables.c says which block of clause 6.2 each one belongs to. */
#ifndef OMNIACM_G722_TABLES_H
#define OMNIACM_G722_TABLES_H

#include <stdint.h>

/* The 29 decision levels of the low band, padded to a multiple of the vector length. */
enum { G722_LEVELS = 32 };

extern const uint16_t g722_levels[G722_LEVELS];
extern const uint8_t g722_low_codes[2][G722_LEVELS + 1];
extern const int16_t g722_inverse_6[64], g722_inverse_5[32], g722_inverse_4[16], g722_inverse_2[4];
extern const int16_t g722_low_steps[16], g722_high_steps[4];
extern const int16_t g722_antilog[32];
extern const int16_t g722_filter[24], g722_mirror[24];

#endif
