/* NMS VBXADPCM. It was never published; the arithmetic is what libsndfile's nms_adpcm.c (1.2.0)
 * recovered from Natural MicroSystems' NMSVCE.DLL. The names are those of ITU-T G.726 (12/90), of
 * which it is a simplified form: there is no tone detector, and the scale factor of the quantizer
 * stays logarithmic.
 *
 * Codes have 4 bits, a sign above a magnitude of 0 to 7; with 3 or 2 bits per sample, the lowest 1
 * or 2 are 0. Samples have 14 bits, +-8159. */
#ifndef OMNIACM_NMS_ADPCM_NMS_H
#define OMNIACM_NMS_ADPCM_NMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NMS_FRAME = 160, NMS_GROUPS = NMS_FRAME / 4, NMS_ZEROS = 6, NMS_POLES = 2 };

/* The state that encoder and decoder share. */
struct nms {
    unsigned bits;                  /* 2, 3 or 4 */
    unsigned code;                  /* of the previous sample */
    int log_scale;                  /* y of G.726, 2048 per octave */
    int scale;                      /* its antilogarithm, 2 to 1024 */
    int a[NMS_POLES], b[NMS_ZEROS]; /* Q14 */
    int dq[NMS_ZEROS + 1];          /* quantized differences, the newest first */
    int p[3];                       /* sums of dq and sez, the newest first */
    int sr[NMS_POLES];              /* reconstructed samples, the newest first */
    int sez, se;                    /* estimates: of the zeros alone, and of both filters */
};

void nms_start(struct nms *, unsigned bits);

/* Convert between the 16-bit samples and the codes of a frame, of which nms_decode may be asked for
 * the first n, a multiple of 4. */
void nms_encode(struct nms *, const int16_t pcm[NMS_FRAME], uint16_t groups[NMS_GROUPS]);
void nms_decode(struct nms *, const uint16_t groups[NMS_GROUPS], int16_t *pcm, size_t n);

/* Codes are grouped by four in a 16-bit word, the first one in the highest nibble. The 40 groups of
 * a frame are packed into 20, 30 or 40 words. */
void nms_unpack(const uint8_t *src, unsigned bits, uint16_t groups[NMS_GROUPS]);
void nms_pack(const uint16_t groups[NMS_GROUPS], unsigned bits, uint8_t *dst);

#endif
