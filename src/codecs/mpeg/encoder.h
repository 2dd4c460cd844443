/* The common part of the encoders of Layers II and III: samples go in and frames come out, in any
 * pieces. */
#ifndef OMNIACM_MPEG_ENCODER_H
#define OMNIACM_MPEG_ENCODER_H

#include "codec.h"
#include "dsp_mpeg_encoder.h"
#include "format.h"
#include "frame.h"
#include "masking.h"
#include "tables.h"

/* The filter banks of encoder and decoder delay the sound by 481 samples, the MDCT of Layer III by
 * 576: 1057, of which the decoder has 529. The rest of the delay of the encoder of Layer III is
 * look-ahead, for block switching. */
enum {
    L2_DELAY = 481,
    L3_DELAY = 864,
    L3_DECODER_DELAY = 529,
    L3_LOOK_AHEAD = L3_DELAY + L3_DECODER_DELAY - 1057,
    MPEG_SLOT_HISTORY = MPEG_WINDOW - MPEG_SUBBANDS, /* samples before the first slot of a frame */
    MPEG_PCM = MPEG_SLOT_HISTORY + L3_LOOK_AHEAD + 2 * MPEG_GRANULE,
    MPEG_GRANULE_SLOTS = 18,
    MPEG_WAITING = 8, /* frames that wait for their main data, at most */
    /* Bytes of those and of the next one. At most 511 bytes of main data are free in those that
     * wait, which are one frame, or several short ones of together less than the longest frame.
     * Where a block has several frames, there are at most 16 of at most 216 bytes. */
    MPEG_PENDING = 2 * MPEG_FRAME_MOST
};

/* Frames of one length, of the length that the bit rate requires on average, or all with padding.
 */
enum mpeg_padding { MPEG_UNPADDED, MPEG_PADDED_EXACTLY, MPEG_PADDED };

/* layout.own: the stream that a format describes, and how an encoder writes it. */
struct mpeg_own {
    struct mpeg_header header;  /* without a bit rate */
    struct mpeg_header encoded; /* with the nearest bit rate of the table */
    enum mpeg_padding padding;
    uint8_t period; /* mpeg_period(): the frames of a block */
};

/* Frames that are not complete, from the first byte of the first one. */
struct mpeg_pending {
    uint8_t bytes[MPEG_PENDING];
    uint16_t length[MPEG_WAITING + 2 * MPEG_LONGEST_PERIOD];
    uint32_t frames;
    uint32_t filled;   /* the first byte of main data that is not written */
    uint32_t boundary; /* the end of its frame */
    uint32_t end;      /* of all frames */
    uint32_t free;     /* bytes of main data from `filled` to `end` */
};

struct mpeg_encoder {
    void (*encode)(struct mpeg_encoder *); /* a frame: the samples of `pcm` */
    const struct dsp_mpeg_encoder *dsp;
    struct mpeg_header header;
    uint8_t quality, channels;
    enum mpeg_padding padding;
    uint8_t bit_rate_index, period, in_period; /* the lower bit rate; mpeg_own; frames since then */
    uint32_t padding_rest;                     /* what the frames lack, in parts of a byte */
    uint32_t block_bytes;                      /* mpeg_block_bytes() */
    uint32_t overhead;                         /* bytes of a frame before its main data */
    uint32_t delay;                            /* of encoder and decoder */
    uint32_t look_ahead, frame;                /* samples of a channel */
    uint32_t filled, drained; /* samples of a frame that are there; silent ones at the end */
    int16_t pcm[2][MPEG_PCM];
    mpeg_slot slots[2][3 * MPEG_GRANULE_SLOTS]; /* from the granule before the frame on */
    struct mpeg_masking masking;
    struct mpeg_pending pending;
};

/* The most bytes of a block. */
uint32_t mpeg_block_bytes(const struct mpeg_own *);

/* Initializes all of it but `encode`, `overhead`, the delay and the look-ahead. */
void mpeg_encoder_init(struct mpeg_encoder *, const struct mpeg_own *, const struct options *);

/* The bytes of the next frame; sets its bit rate and padding. */
uint32_t mpeg_next_frame(struct mpeg_encoder *);

/* Splits the samples of a frame into subbands. */
void mpeg_analyze(struct mpeg_encoder *);

/* Bytes of main data that may be free before a frame of Layer III. */
uint32_t mpeg_reservoir(const struct mpeg_header *);

/* Samples by which an encoder of Layer II or III may be ahead of its frames at the end: the delay
 * of encoder and decoder, and the frames that wait. */
uint32_t mpeg_encoder_delay(const struct mpeg_header *);

struct progress mpeg_encode(void *encoder, const int16_t *pcm, uint8_t *dst, struct offer);

#endif
