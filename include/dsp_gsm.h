/* Kernels of GSM 06.10 (version 3.2.0), by its clauses. Log-area ratios are in Q14. Reflection
 * coefficients and gains are in Q15 and above -32768. Other input is unrestricted unless a bound is
 * given. */
#ifndef OMNIACM_DSP_GSM_H
#define OMNIACM_DSP_GSM_H

#include <stdint.h>

enum {
    GSM_FRAME = 160,
    GSM_SUBFRAME = 40,
    GSM_ORDER = 8,
    GSM_LAG_MIN = 40,
    GSM_LAG_MAX = 120,
    GSM_PULSES = 13,
    GSM_PULSES_WIDE = 16, /* padded to vectors */
    GSM_WEIGHTS = 6
};

/* The sections of a frame, each with its own coefficients: 4.2.9.1. */
enum { GSM_SECTIONS = 4 };
static const uint8_t gsm_sections[GSM_SECTIONS + 1] = { 0, 13, 27, 40, GSM_FRAME };

/* The coefficient 0.86 of 4.2.3 and 4.3.5. */
enum { GSM_EMPHASIS_Q15 = 28180 };

/* The segments of 4.2.6 and 4.2.9.2: 0.675 and 0.95 of a reflection coefficient (Q15), 0.675 and
 * 1.225 of a ratio (Q14), and the offset 6.375 (Q12). */
enum {
    GSM_R1_Q15 = 22118,
    GSM_R2_Q15 = 31130,
    GSM_LAR1_Q14 = 11059,
    GSM_LAR2_Q14 = 20070,
    GSM_OFFSET_Q12 = 26112
};

/* Table 4.4: H[0] to H[5] of the weighting filter, which is symmetric. */
static const int16_t gsm_weighting_q13[GSM_WEIGHTS] = { -134, -374, 0, 2054, 5741, 8192 };

struct gsm_match {
    int32_t sum, power; /* L_max, L_power */
    uint8_t lag;
};

/* The pulses of a subframe, every third sample from `grid` on, and their greatest magnitude (that
 * of -32768 is 32767). Zeros follow the pulses. */
struct gsm_pulses {
    int16_t values[GSM_PULSES_WIDE], peak;
    uint8_t grid;
};

/* The decoded peak. A code stands for (2 code - 7) / 8 of mantissa / 2^shift. */
struct gsm_peak {
    int16_t mantissa_q15;
    uint8_t shift; /* 0 to 10 */
};

struct dsp_gsm {
    /* `last` is the sample before the first. */
    void (*emphasize)(int16_t last, int16_t s[GSM_FRAME]); /* 4.2.3 */
    /* Scaling discards low bits of `s` too, as the standard does. */
    void (*autocorrelate)(int16_t s[GSM_FRAME], int32_t sums[GSM_ORDER + 1]); /* 4.2.4 */
    /* |sums[i]| <= sums[0]. A coefficient that would exceed 1 is zero, and so are the next ones. */
    void (*reflect)(const int32_t sums[GSM_ORDER + 1], int16_t reflection[GSM_ORDER]); /* 4.2.5 */
    void (*interpolate)(const int16_t before[GSM_ORDER], const int16_t now[GSM_ORDER],
                        int16_t reflection[GSM_SECTIONS][GSM_ORDER]); /* 4.2.9 */
    void (*analyze)(int16_t delayed[GSM_ORDER], const int16_t reflection[GSM_SECTIONS][GSM_ORDER],
                    int16_t s[GSM_FRAME]); /* 4.2.10 */
    /* Searches the last GSM_LAG_MAX samples before `now`; the samples from `now` on may be read.
     * Between equal sums, the smallest lag wins; GSM_LAG_MIN if no sum is positive. */
    struct gsm_match (*search)(const int16_t d[GSM_SUBFRAME], const int16_t *now); /* 4.2.11 */
    /* Subtracts the prediction, `past` times a gain, from `d`. */
    void (*subtract)(const int16_t *past, int16_t gain_q15, int16_t d[GSM_SUBFRAME]); /* 4.2.12 */
    void (*select)(const int16_t e[GSM_SUBFRAME], struct gsm_pulses *); /* 4.2.13, 4.2.14 */
    /* pulses * 2^shift / the mantissa, in 3 bits. `inverse` is that of the mantissa, 2^29 / it. No
     * pulse times 2^shift exceeds 16 bits. */
    void (*quantize)(const struct gsm_pulses *, int shift, int16_t inverse,
                     uint8_t codes[GSM_PULSES]); /* 4.2.15 */
    /* now = the prediction, and the pulses at grid + 3 i. Codes are below 8, grids below 4. `past`
     * ends before `now`. */
    void (*excite)(struct gsm_peak, const uint8_t codes[GSM_PULSES], unsigned grid,
                   const int16_t *past, int16_t gain_q15,
                   int16_t *now); /* 4.2.16 to 4.2.18, 4.3.2 */
    void (*synthesize)(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                       const int16_t reflection[GSM_SECTIONS][GSM_ORDER],
                       int16_t s[GSM_FRAME]); /* 4.3.4 to 4.3.7 */
};

#endif
