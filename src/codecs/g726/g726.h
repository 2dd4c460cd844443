/* ITU-T G.726 (12/90), with the uniform PCM of Annex A (11/94): 14-bit samples to and from codes of
 * 2, 3, 4 or 5 bits, a code a sample. 16-bit samples carry their 14 bits on top. Variables have the
 * names of clause 4.2; the number that stands with one below is that of its fraction's bits. */
#ifndef OMNIACM_G726_H
#define OMNIACM_G726_H

#include <stddef.h>
#include <stdint.h>

enum { POLES = 2, LANES = 8, PAST = LANES + 1 };

/* A number as FLOATA and FLOATB leave it: mantissa x 2^(exponent - 6), of 6 and 4 bits; zero is 32
 * x 2^-6. The sign is 0 or -1. */
struct floating {
    int16_t sign;
    uint8_t mantissa, exponent;
};

/* The same of past differences, the last one first, as vectors can take it: twice the mantissa's
 * value, 2^exponent, and the sign. */
struct past {
    uint16_t doubled[PAST], power[PAST];
    int16_t sign[PAST];
};

/* What depends on the bit rate. Tables are indexed by the code, sign included. */
struct rate {
    int16_t inverse[32]; /* DQLN of RECONST, Q7 of log2; the sign of a code is its top bit */
    int16_t scale[32];   /* WI, Q4 (FUNCTW) */
    uint8_t speed[32];   /* FI (FUNCTF) */
    int16_t levels[16]; /* decision levels of QUAN for |I| = 1, 2 ..., Q7 of log2, then INT16_MAX */
    uint8_t bits, leak; /* of a code; B leaks by 2^-leak (UPB) */
};

/* The rate of `bits` a code, 2 to 5. */
const struct rate *g726_rate(unsigned bits);

/* The state of an encoder, or of a decoder: the same, from the code on. */
struct adpcm {
    const struct rate *rate;
    int32_t yl;                    /* slow scale factor, 15 */
    int32_t yu, y;                 /* fast and mixed scale factors, 9; yu as LIMB left it */
    int32_t ap, dms, dml;          /* speed control, 8; averages of F[I], 9 and 11 */
    int32_t a[POLES];              /* 14 */
    int16_t b0, b[LANES];          /* 14: the first, and those after it; three lanes are idle */
    struct floating dq, sr[POLES]; /* the last ones; sr[0] the later */
    struct past past;              /* of dq */
    int32_t pk[POLES];             /* signs of dq + sez: 0 or -1 */
    int32_t td;                    /* a tone was found */
};

void g726_start(struct adpcm *, unsigned bits);

/* `n` samples of one channel; a sample or a code of every channel stands `stride` further on. */
void g726_encode_samples(struct adpcm *, const int16_t *pcm, uint8_t *codes, size_t n,
                         size_t stride);
void g726_decode_samples(struct adpcm *, const uint8_t *codes, int16_t *pcm, size_t n,
                         size_t stride);

/* Codes in bytes, from the start of one: the first in the highest or in the lowest bits. A last
 * byte's spare bits are 0. */
enum order { TOLD_FROM_BYTES, MSB_FIRST, LSB_FIRST };
void g726_pack(const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst);
void g726_unpack(const uint8_t *src, size_t n, unsigned bits, enum order, uint8_t *codes);

/* The order of the codes in `size` bytes, which begin with one. */
enum { ORDER_LEAST = 512, ORDER_MOST = 4096 };
enum order g726_order(const uint8_t *src, size_t size, unsigned bits, unsigned channels);

#endif
