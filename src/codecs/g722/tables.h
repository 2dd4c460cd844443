#ifndef OMNIACM_G722_TABLES_H
#define OMNIACM_G722_TABLES_H

#include <stdint.h>

enum { LEVELS = 32 };

extern const uint16_t g722_levels[LEVELS];
extern const uint8_t g722_low_codes[2][LEVELS + 1];
extern const int16_t g722_inverse_6[64], g722_inverse_5[32], g722_inverse_4[16], g722_inverse_2[4];
extern const int16_t g722_low_moves[16], g722_high_moves[4];
extern const int16_t g722_antilog[32];
extern const int16_t g722_filter[24], g722_mirror[24];

#endif
