/* ITU-T G.722 (09/2012): 16 kHz sound in two bands of 8 kHz, each ADPCM; an octet, two bits of the
 * high band over six of the low one, makes two samples. In modes 2 and 3 (56 and 48 kbit/s) its
 * lowest bit or two carry no sound. Names are those of clause 6.2: s signal estimates, d quantized
 * differences, r reconstructed signals, p partially reconstructed ones, nb the logarithm and det
 * the size of the step. */
#ifndef OMNIACM_G722_H
#define OMNIACM_G722_H

#include <stddef.h>
#include <stdint.h>

enum { ORDER = 6, TAPS = 24, LANES = 8, PAST = LANES + 1 };

struct band {
    int32_t s, sz;    /* estimates by all coefficients, and by the zeros: 16 bits */
    int32_t nb, det;  /* Q11 of log2, 15 bits */
    int32_t a1, a2;   /* Q14 */
    int32_t r1;       /* the last reconstructed signal, doubled and saturated */
    int32_t p1, p2;   /* signs: 0 or -1 */
    int32_t b1;       /* Q14: the first coefficient of the zeros; */
    int16_t b[LANES]; /* those after it, and three idle lanes */
    int16_t d[PAST];  /* doubled, the last one first */
    int32_t sum;      /* of the magnitudes in d */
};

struct g722 {
    struct band low, high;
    int16_t past[TAPS - 2]; /* of the filter, oldest first */
};

void g722_start(struct g722 *);

/* Octets, of two samples each. mode is 1, 2 or 3. */
void g722_encode_octets(struct g722 *, const int16_t *pcm, uint8_t *octets, size_t n, int mode);
void g722_decode_octets(struct g722 *, const uint8_t *octets, int16_t *pcm, size_t n, int mode);

/* The filters, on n pairs of samples behind TAPS - 2 past ones. */
void g722_split(const int16_t *x, int16_t *low, int16_t *high, size_t n);
void g722_join(const int16_t *x, int16_t *pcm, size_t n);

#endif
