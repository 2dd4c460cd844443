/* The constants of MPEG audio's filter banks. A constant c with shift s stands for c 2^(s - 32);
 * the shifts have lists of their own, since all kernels are unrolled over them. */
#ifndef OMNIACM_DSP_MPEG_TABLES_H
#define OMNIACM_DSP_MPEG_TABLES_H

#include <stdint.h>

/* cos of 10 to 80 degrees, with the shift. */
#define MPEG_COS10 2114858546, 1
#define MPEG_COS20 2017974537, 1
#define MPEG_COS30 1859775393, 1
#define MPEG_COS40 1645067915, 1
#define MPEG_COS50 1380375881, 1
#define MPEG_COS70 1468965330, 0
#define MPEG_COS80 745813244, 0

/* mpeg_lee: the DCT of 32 values by B. G. Lee's recursion: 1 / (2 cos(pi/2n (2i + 1))), i < n/2,
 * for n = 32, 16, 8, 4 and 2. mpeg_alias_cs, _ca: 11172-3, table B.9, with shift 1. mpeg_ninth,
 * mpeg_third: 1 / (2 cos(pi/4n (2i + 1))), n = 9 and 3: from a DCT-III of n values to a DCT-IV.
 * mpeg_long_window: by block type (short: 0) and the parity of the band, for each of the 36 values
 *     of an inverse MDCT, the window, times the sign that its symmetry and the frequency inversion
 *     have there, times 1 / (2 cos(pi/72 (2i + 1))), where i is the value of the DCT-IV behind it.
 * mpeg_short_window: the same for the 12 values of a short block.
 * mpeg_turns: by phase j, from 1 on, and tap: u, u + v and v - u, for u = mpeg_window[64 i + j] and
 *     v = mpeg_window[480 - 64 i + j]; as wide as a register, for products with memory. */
#include "mpeg_table.h"

/* The values of the DCT-IV behind those of the inverse MDCT. */
static const uint8_t mpeg_long_source[36] = { 9,  10, 11, 12, 13, 14, 15, 16, 17, 17, 16, 15,
                                              14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,
                                              2,  1,  0,  0,  1,  2,  3,  4,  5,  6,  7,  8 };
static const uint8_t mpeg_short_source[12] = { 3, 4, 5, 5, 4, 3, 2, 1, 0, 0, 1, 2 };

#endif
