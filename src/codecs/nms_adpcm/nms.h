/* The parts of NMS VBXADPCM. Nobody published it; the arithmetic is what libsndfile's nms_adpcm.c
 * (1.2.0) found in Natural MicroSystems' NMSVCE.DLL, and its names are ITU-T G.726's (12/90), of
 * which it is a simplified form: no detector of tones, and the scale of the quantiser stays a
 * logarithm.
 *
 * Codes are 4 bits: the sign over a magnitude of 0 to 7; at 3 and 2 bits a sample the lowest 1 or 2
 * are 0. Samples here have 14 bits, +-8159. */
#ifndef OMNIACM_NMS_ADPCM_NMS_H
#define OMNIACM_NMS_ADPCM_NMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME = 160, ROWS = FRAME / 4, ZEROS = 6, POLES = 2 };

/* What both ends know before a sample. */
struct nms {
    unsigned bits;          /* 2, 3 or 4 */
    unsigned code;          /* the last one */
    int log_scale;          /* y of G.726, 2048 an octave */
    int scale;              /* its antilogarithm, 2 to 1024 */
    int a[POLES], b[ZEROS]; /* Q14 */
    int dq[ZEROS + 1];      /* quantised differences, the newest first */
    int p[3];               /* signs of dq with the zeros' part of the estimate */
    int sr[POLES];          /* reconstructed samples */
    int sez, se;            /* estimates: by the zeros, and by all */
};

void nms_start(struct nms *, unsigned bits);

/* 16-bit samples and codes of a frame, or `n` of its first samples. */
void nms_encode(struct nms *, const int16_t pcm[FRAME], uint16_t rows[ROWS]);
void nms_decode(struct nms *, const uint16_t rows[ROWS], int16_t *pcm, size_t n);

/* Four codes are a row: a word of nibbles, the first in the highest. A frame's 40 rows take 20, 30
 * or 40 words. */
void nms_unpack(const uint8_t *src, unsigned bits, uint16_t rows[ROWS]);
void nms_pack(const uint16_t rows[ROWS], unsigned bits, uint8_t *dst);

#endif
