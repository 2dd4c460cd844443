/* ITU-T G.722 (09/2012): audio at 16 kHz in two subbands, each sampled at 8 kHz and coded by ADPCM.
 * An octet holds two bits of the high band above six bits of the low band and decodes to two
 * samples. In modes 2 and 3 (56 and 48 kbit/s) its lowest bit or two bits carry no audio. The names
 * are those of clause 6.2: s is a signal estimate, d a quantized difference, r a reconstructed
 * signal, p a partially reconstructed signal, nb the logarithm of the step size and det the step
 * size. */
#ifndef OMNIACM_G722_H
#define OMNIACM_G722_H

#include <stddef.h>
#include <stdint.h>

enum { G722_ORDER = 6, G722_TAPS = 24, G722_LANES = 8, G722_PAST = G722_LANES + 1 };

struct g722_band {
    int32_t s, sz;         /* estimates from all coefficients and from the zeros, 16 bits */
    int32_t nb, det;       /* log2 in Q11; 15 bits */
    int32_t a1, a2;        /* Q14 */
    int32_t r1;            /* the last reconstructed sample, doubled and saturated */
    int32_t p1, p2;        /* signs of p: 0 or -1 */
    int32_t b1;            /* Q14: the first coefficient of the zeros */
    int16_t b[G722_LANES]; /* Q14: the other five, then three unused lanes */
    int16_t d[G722_PAST];  /* past differences, doubled, newest first */
    int32_t sum;           /* sum of the magnitudes in d[0] to d[5] */
};

struct g722_coder {
    struct g722_band low, high;
    int16_t past[G722_TAPS - 2]; /* history of the QMF, oldest first */
};

void g722_start(struct g722_coder *);

/* The quadrature mirror filters. x has G722_TAPS - 2 past samples, then n pairs of new ones. */
void g722_split(const int16_t *x, int16_t *low, int16_t *high, size_t n);
void g722_join(const int16_t *x, int16_t *pcm, size_t n);

#endif
