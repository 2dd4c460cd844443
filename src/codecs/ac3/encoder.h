/* The stages of AC-3's encoder. */
#ifndef OMNIACM_AC3_ENCODER_H
#define OMNIACM_AC3_ENCODER_H

#include "bit_writer.h"
#include "tables.h"

enum {
    AC3_SNR_MOST = 1023, /* of csnroffst and fsnroffst together */
    /* The parameters of masking, for which the noise is the least below that of FFmpeg's encoder:
     * sdcycod 2, fdcycod 1, sgaincod 1, dbpbcod 3, floorcod 7, and fgaincod. */
    AC3_MODEL_CODES = 2 << 9 | 1 << 7 | 1 << 5 | 3 << 3 | 7,
    AC3_FAST_GAIN = 3
};

/* Widths of mantissas that are coded in groups, by their levels. */
enum { WIDTH_3 = 1, WIDTH_5 = 2, WIDTH_11 = 4 };

enum ac3_strategy { AC3_REUSE, AC3_D15, AC3_D25, AC3_D45 };

/* The parameters of a stream. */
struct ac3_target {
    struct ac3_header header;    /* bytes: of the shorter frames */
    uint8_t code;                /* frmsizecod of these */
    uint8_t source[AC3_OUTPUTS]; /* the place of each channel in a frame of PCM */
    uint32_t byte_rate;          /* 0: all frames are short */
};

struct ac3_encoder {
    const struct dsp_mdct *dsp;
    struct ac3_target target;
    unsigned count;                /* of channels */
    uint8_t channels[AC3_OUTPUTS]; /* in the order of the stream */
    uint16_t end[AC3_OUTPUTS];     /* of the coefficients */
    uint64_t costs[64];            /* rate.c */
    uint16_t checksums[256];       /* of bytes */
    uint32_t credit; /* bytes that are left for longer frames, times the sample rate */
    int snr;         /* of the last frame, 0 to AC3_SNR_MOST */
    struct ac3_model model;

    int16_t last[AC3_OUTPUTS][AC3_BLOCK]; /* the end of the last frame */
    uint32_t activity[AC3_OUTPUTS];       /* analysis.c */

    /* Of the frame. */
    uint8_t code; /* frmsizecod */
    unsigned bytes;
    bool short_blocks[AC3_BLOCKS];
    bool rematrixed[AC3_REMATRIX_BANDS];
    int32_t x[AC3_OUTPUTS][AC3_BLOCKS][AC3_BLOCK]; /* Q27, from -1 to 1 */
    uint8_t exponents[AC3_OUTPUTS][AC3_BLOCKS][AC3_BLOCK];
    uint8_t strategies[AC3_OUTPUTS][AC3_BLOCKS];
    struct ac3_channel sets[AC3_OUTPUTS][AC3_BLOCKS]; /* of exponents, by the block that has them */
    struct ac3_bands bands[AC3_OUTPUTS][AC3_BLOCKS];
};

/* --- analysis.c: coefficients and their exponents, 8.2.2 to 8.2.7 --- */

void ac3_analyze(struct ac3_encoder *, const int16_t *pcm);

/* --- exponents.c: which blocks share exponents, and in which resolution, 8.2.8 --- */

/* `price` is how many bits of mantissas, in 256ths, an exponent of a coefficient may save if it is
 * greater by 1. At 0, channels have one set of few exponents. */
void ac3_choose_exponents(struct ac3_encoder *, int price);

/* --- rate.c: the finest quantization that fits the frame, 8.2.12 --- */

void ac3_init_costs(struct ac3_encoder *);

/* `side` is the bits of everything but mantissas: of the header, and of each block. */
void ac3_fit(struct ac3_encoder *, const unsigned side[1 + AC3_BLOCKS]);

/* --- frame.c --- */

void ac3_init_checksums(struct ac3_encoder *);

/* Counts the bits of everything but mantissas. */
void ac3_count_side(const struct ac3_encoder *, unsigned side[1 + AC3_BLOCKS]);

/* Writes a frame to zeroed bytes. */
void ac3_write_frame(const struct ac3_encoder *, uint8_t *bytes);

/* --- encoder.c --- */

void ac3_init_encoder(struct ac3_encoder *, const struct ac3_target *, const struct dsp_mdct *);

/* Encodes AC3_FRAME samples of each channel; returns the bytes of the frame. */
unsigned ac3_encode(struct ac3_encoder *, const int16_t *pcm, uint8_t *bytes);

#endif
