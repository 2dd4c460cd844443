/* The stages of AC-3, and the data that they exchange: ATSC A/52:2012.
 *
 * A frame holds six blocks of 256 samples. A block is an MDCT of 256 coefficients, or two of 128
 * that are interleaved. Coefficients have exponents, which later blocks of a frame may reuse, and
 * mantissas, whose widths follow from the exponents by a model of masking. Above a frequency,
 * channels may share the coefficients of a coupling channel. */
#ifndef OMNIACM_AC3_H
#define OMNIACM_AC3_H

#include <stdbool.h>
#include <stdint.h>
#include "bit_reader.h"
#include "dsp.h"

enum {
    AC3_FULL = 5, /* the most channels of full bandwidth, which come first */
    AC3_LFE = AC3_FULL,
    AC3_OUTPUTS, /* the most channels that are heard */
    AC3_COUPLING = AC3_OUTPUTS,
    AC3_CHANNELS,
    AC3_BLOCKS = 6,
    AC3_BLOCK = 256,
    AC3_FRAME = AC3_BLOCKS * AC3_BLOCK,
    AC3_HEADER_BYTES = 7,  /* as far as the channel mode */
    AC3_LEAST_BYTES = 128, /* of a frame */
    AC3_MOST_BYTES = 3840,
    AC3_RATES = 19,    /* kinds of bit rates */
    AC3_BANDS = 50,    /* of the model of masking */
    AC3_SUBBANDS = 18, /* of the coupling channel, 12 coefficients each */
    AC3_REMATRIX_BANDS = 4,
    AC3_EXPONENT_MOST = 24,
    AC3_X_Q = 27, /* of coefficients: a gain of 8 and a sum of two stay below 16 */
    AC3_MANTISSA_Q = 30,
    AC3_COORDINATE_Q = 26,
    AC3_PCM_Q = 11, /* of samples before they are rounded */
    AC3_GAIN_Q = 30
};

/* --- header.c: synchronization and bit stream information, 5.3.1 and 5.3.2 --- */

struct ac3_header {
    uint16_t bytes;   /* of the frame */
    uint8_t rate;     /* fscod: 48, 44.1 or 32 kHz */
    uint8_t halvings; /* of the sample rate, 0 to 2 (bsid 9 and 10) */
    uint8_t mode;     /* acmod, 0 to 7 */
    uint8_t full;     /* channels of full bandwidth */
    bool lfe;
    uint8_t center, surround; /* mix levels, steps of 1.5 dB from +3 dB down; 7 is none */
};

/* The bytes of a frame, for fscod and frmsizecod. */
unsigned ac3_frame_bytes(unsigned rate, unsigned code);

/* Reads the first AC3_HEADER_BYTES; false if they do not begin a frame. */
bool ac3_read_start(const uint8_t bytes[AC3_HEADER_BYTES], struct ac3_header *);

/* Reads the rest of the header; `in` begins with the frame, and is left at its first block. */
void ac3_read_header(struct bit_reader *in, struct ac3_header *);

/* The bytes of the first 5/8 of a frame, which have a checksum of their own. */
unsigned ac3_first_part(unsigned bytes);

/* 6.1.7: checksums are remainders of a division by x^16 + x^15 + x^2 + 1. A bit of 0 turns one into
 * the next. */
enum { AC3_POLYNOMIAL = 0x8005 };

static inline unsigned ac3_next_checksum(unsigned sum)
{
    return (sum << 1 ^ (sum & 0x8000 ? AC3_POLYNOMIAL : 0)) & 0xFFFF;
}

/* Whether the first part has a correct checksum. */
bool ac3_checksum_fits(const uint8_t *frame, unsigned bytes);

/* --- allocation.c: the widths of mantissas, 7.2 --- */

/* The parameters of all channels. */
struct ac3_model {
    int slow_decay, fast_decay, slow_gain, knee, floor;
    int coarse_snr;           /* csnroffst */
    int fast_leak, slow_leak; /* of the coupling channel */
    uint8_t rate, halvings;
};

/* Reads sdcycod, fdcycod, sgaincod, dbpbcod and floorcod, as they follow each other in a block. */
enum { AC3_MODEL_BITS = 11 };
void ac3_set_model(struct ac3_model *, unsigned codes);

struct ac3_channel {
    bool known;                   /* it has had exponents in this frame */
    bool changed;                 /* the widths have to be computed */
    bool delta;                   /* delta bit allocation is in use */
    uint16_t start, end;          /* the range of its coefficients */
    uint8_t fine_snr, fast_gain;  /* fsnroffst, fgaincod */
    uint8_t exponents[AC3_BLOCK]; /* 0 to 24 */
    uint8_t widths[AC3_BLOCK];    /* bap, 0 to 15 */
    int8_t deltas[AC3_BANDS];     /* units of 6 dB */
};

/* The bands of a channel. Units of 6/128 dB; 3072 is full scale. */
struct ac3_bands {
    unsigned first, end;
    int16_t power[AC3_BANDS], mask[AC3_BANDS];
};

enum { AC3_LEVELS = 4 /* of the table of widths, for an exponent */ };

/* The offset of the masks for csnroffst and fsnroffst. */
static inline int ac3_snr(int coarse, int fine) { return ((coarse - 15) * 16 + fine) * 4; }

void ac3_find_masks(const struct ac3_model *, const struct ac3_channel *, bool lfe,
                    struct ac3_bands *);

/* The index into the table of widths for exponent 0; it may be out of range. */
int ac3_level(const struct ac3_model *, const struct ac3_bands *, unsigned band, int snr);

/* Computes channel->widths. */
void ac3_set_widths(const struct ac3_model *, const struct ac3_bands *, struct ac3_channel *);

/* --- block.c: all of a block but its mantissas, 5.3.3 and 7.1 --- */

struct ac3_coupling {
    bool in_use, phase_flags;
    bool coupled[AC3_FULL];
    uint8_t bands, band_of[AC3_SUBBANDS];
    uint8_t subbands;
    bool inverted[AC3_SUBBANDS];                 /* of the second channel, by band */
    int32_t coordinates[AC3_FULL][AC3_SUBBANDS]; /* gains by band, Q26 */
};

/* The state of a frame, which later blocks may reuse in part. */
struct ac3_frame {
    struct ac3_header header;
    struct ac3_model model;
    struct ac3_coupling coupling;
    struct ac3_channel channels[AC3_CHANNELS];
    bool rematrixed[AC3_REMATRIX_BANDS];
    bool short_blocks[AC3_OUTPUTS], dithered[AC3_FULL];
    bool begun; /* the first block has been read */
};

/* False if the block is damaged, or lacks what the first block of a frame must have. */
bool ac3_read_block(struct bit_reader *, struct ac3_frame *);

/* --- mantissas.c: coefficients, 7.3 to 7.5 --- */

/* Reads the coefficients, Q27. `noise` is the state of the generator of dither. */
void ac3_read_coefficients(struct bit_reader *, const struct ac3_frame *, uint16_t *noise,
                           int32_t x[AC3_OUTPUTS][AC3_BLOCK]);

/* --- mix.c: from the channels of the stream to those of the format, 7.8 --- */

struct ac3_mix {
    int32_t gain[AC3_OUTPUTS][AC3_OUTPUTS]; /* to an output, from a channel of the stream, Q30 */
};

/* The outputs are the speakers of a mask of channels.h, at most AC3_OUTPUTS. */
void ac3_plan_mix(const struct ac3_header *, uint32_t mask, struct ac3_mix *);

/* Finds the channel mode that has exactly the speakers of a mask, and the places of its channels
 * among them; LFE is at AC3_LFE. False if there is none. */
bool ac3_find_mode(uint32_t mask, struct ac3_header *, uint8_t source[AC3_OUTPUTS]);

/* --- decoder.c --- */

struct ac3_decoder {
    const struct dsp_mdct *dsp;
    unsigned outputs;
    uint32_t mask; /* of their speakers */
    uint16_t noise;
    struct ac3_frame frame;
    int32_t last[AC3_OUTPUTS][AC3_BLOCK / 2]; /* of the last block: what the next one overlaps */
};

/* Reads the header of a frame; false if there is none. `in` then ends with the frame. */
bool ac3_begin(struct ac3_frame *, struct bit_reader *in);

void ac3_reset(struct ac3_decoder *, uint32_t mask, const struct dsp_mdct *);

/* Decodes a frame of header.bytes bytes, which ac3_read_start accepts. Damaged blocks are silent.
 */
void ac3_decode(struct ac3_decoder *, const uint8_t *bytes, int16_t *pcm);

#endif
