/* The tables of the encoders' filter bank. */
#ifndef OMNIACM_MPEG_ENCODER_TABLES_H
#define OMNIACM_MPEG_ENCODER_TABLES_H

#include <stdint.h>

/* The window D of table B.3, in 65536ths, which are exact; the analysis window is D / 32. It is
 * defined with the tables of the codec. */
extern const int32_t mpeg_window[512];

/* 1 / (2 cos(pi (2k + 1) / 2n)) for n = 32, 16, 8, 4, 2 and k < n/2, in Q27 to Q31. */
extern const int32_t mpeg_dct32_secants[31];

/* The windows of block types 0 to 3 (2.4.3.4.10.3), Q32 / 18 for the long ones, which have 36
 * values, and Q32 / 6 for the short one, which has 12. */
extern const int32_t mpeg_mdct_windows[4][36];

extern const int32_t mpeg_mdct_twiddles[18]; /* 2 cos(pi (2n + 1) / 72), Q30 */
extern const int32_t mpeg_mdct_twiddles9[9]; /* 2 cos(pi (2n + 1) / 36), Q30 */
extern const int32_t mpeg_mdct_short[6][6];  /* cos(pi (2n + 1) (2k + 1) / 24), Q31 */

/* cs and ca of table B.9, Q31. */
extern const int32_t mpeg_antialias[8][2];

/* Cosines of multiples of 10 degrees, Q31. */
enum {
    MPEG_C10 = 2114858546,
    MPEG_C20 = 2017974537,
    MPEG_C30 = 1859775393,
    MPEG_C40 = 1645067915,
    MPEG_C50 = 1380375881,
    MPEG_C70 = 734482665,
    MPEG_C80 = 372906622
};

#endif
