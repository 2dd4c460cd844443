/* ITU-T G.726 (12/90), with the uniform PCM interface of Annex A (11/94): each 14-bit sample
 * becomes a code of 2, 3, 4 or 5 bits. The 14 bits are the upper ones of a 16-bit sample. Variables
 * have the names of clause 4.2, and the numbers in their comments are their fractional bits. */
#ifndef OMNIACM_G726_H
#define OMNIACM_G726_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

enum { G726_POLES = 2, G726_LANES = 8, G726_PAST = G726_LANES + 1 };

/* The floating-point format of FLOATA and FLOATB: mantissa * 2^(exponent - 6), with a mantissa of 6
 * bits and an exponent of 4. Zero is 32 * 2^-6. The sign is 0 or -1. */
struct g726_float {
    int32_t sign, mantissa, exponent;
};

/* Past differences in the same format, newest first, in a form that suits vectors: twice the value
 * without its sign, 2^exponent, and the sign. */
struct g726_past {
    uint16_t doubled[G726_PAST], power[G726_PAST];
    int16_t sign[G726_PAST];
};

/* All decision levels of QUAN are between these. */
enum { G726_LOG_MIN = -128, G726_LOG_MAX = 575, G726_LOGS = G726_LOG_MAX - G726_LOG_MIN + 1 };

/* The logarithm that stands for 0 in DQLN. */
enum { G726_LOG_ZERO = -2048 };

/* The tables of one bit rate, indexed by the code including its sign bit. */
struct g726_rate {
    int16_t inverse[32]; /* DQLN (RECONST), log2 in Q7; the sign of a code is its top bit */
    int16_t scale[32];   /* WI, Q4 (FUNCTW) */
    uint8_t speed[32];   /* FI (FUNCTF) */
    const uint8_t (*codes)[G726_LOGS]; /* by the sign and the clamped log2 in Q7 (QUAN) */
    uint8_t bits, leak;                /* bits per code; the coefficients B leak by 2^-leak (UPB) */
};

/* Returns the tables for codes of 2 to 5 bits. */
const struct g726_rate *g726_rate_for(unsigned bits);

/* With ^, compilers omit what 31 - would need. */
static inline int32_t g726_log2(uint32_t x) { return __builtin_clz(x) ^ 31; }

/* The state of an encoder or a decoder, which process a code in the same way. */
struct g726_coder {
    const struct g726_rate *rate;
    int32_t yl;                /* 15: slow scale factor */
    int32_t yu, y;             /* 9: fast scale factor, limited by LIMB, and the mixed one */
    int32_t ap, dms, dml;      /* 8, 9, 11: speed control, and the averages of F[I] */
    int32_t a[G726_POLES];     /* 14 */
    int16_t b0, b[G726_LANES]; /* 14: the first of B, the other five, and three unused lanes */
    struct g726_float dq;      /* the last quantized difference */
    struct g726_float sr[G726_POLES]; /* reconstructed samples, newest first */
    struct g726_past past;            /* past values of dq */
    int32_t pk[G726_POLES];           /* signs of dq + sez, 0 or -1 */
    int32_t td;                       /* tone detector: 1 if a narrow-band signal is present */
};

void g726_start(struct g726_coder *, unsigned bits);

/* Codes are packed from the start of a byte, the first of them in its highest or in its lowest
 * bits. g726_pack writes the most significant bits first and sets unused bits of the last byte to
 * 0. */
enum g726_order { G726_ORDER_DETECTED, G726_MSB_FIRST, G726_LSB_FIRST };
void g726_pack(const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst);
void g726_unpack(const uint8_t *src, size_t n, unsigned bits, enum g726_order, uint8_t *codes);

/* True if `size` bytes, a multiple of the bits per code or, at 2 and 4 bits, any number, contain
 * the same codes in both orders. */
bool g726_reads_alike(const uint8_t *src, size_t size, unsigned bits);

/* Detects the order of the codes in `size` bytes, the first of which starts a code. The result is
 * G726_MSB_FIRST without clear evidence, which fewer bytes than the minimum seldom contain; the
 * maximum is sufficient for speech and music. */
enum { G726_ORDER_MIN_BYTES = 256, G726_ORDER_MAX_BYTES = 4096 };
enum g726_order g726_detect_order(const uint8_t *src, size_t size, unsigned bits,
                                  unsigned channels);

#endif
