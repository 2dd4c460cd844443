/* What a codec is: the seam between the shell, which knows Windows, and the codecs, which do not.
 *
 * A codec turns blocks of bytes into 16-bit samples, or back. It holds no global state, allocates
 * nothing, asks the machine nothing and cannot fail: any bytes decode to some samples. Samples of
 * several channels are interleaved. */
#ifndef OMNIACM_CODEC_H
#define OMNIACM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dsp;

enum {
    EXTRA_ROOM = 64, /* bytes that `complete` may write to wave_format.extra */
    OWN_ROOM = 1032  /* bytes of layout.own: MS ADPCM's 256 pairs of coefficients */
};

/* WAVEFORMATEX with its extra bytes, which are little-endian and the caller's memory. */
struct wave_format {
    uint16_t tag, channels;
    uint32_t sample_rate, byte_rate;
    uint16_t block_align, bits_per_sample, extra_size;
    uint8_t *extra;
};

/* A line of the format chooser. sample_rate 0 ends a list. bit_rate is 0 where rate and channels
 * determine it, and where the codec is to choose. */
struct mode {
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t bit_rate;
};

/* A stretch of sound in both of its forms. A frame is one sample of each channel. */
struct span {
    uint32_t bytes, frames;
};

/* A format, understood once. Nothing in it belongs to the caller. */
struct layout {
    uint32_t sample_rate;
    uint16_t channels;
    uint8_t dialect;      /* of the tag that the format came under */
    uint8_t bits;         /* of a code, where the codec has several widths */
    bool self_delimiting; /* the decoder takes every byte and keeps an incomplete unit */
    struct span block;    /* the unit of work; the nominal one where sizes vary */
    uint32_t least_bytes; /* the fewest that make block.frames; parse's 0: block.bytes */
    uint32_t lookahead;   /* frames that the encoder withholds until END */
    _Alignas(8) uint8_t own[OWN_ROOM]; /* the codec's */
};

/* What follows the data of an offer.
 * WHOLE  More will come: only whole blocks are taken.
 * PART   Perhaps nothing: a decoder also takes an incomplete last block, and makes the frames that
 *        it covers. An encoder of a bit stream keeps the samples of an incomplete unit.
 * END    Nothing: what is in the state is flushed too.
 * A self-delimiting decoder takes every byte under all three. An encoder of fixed blocks leaves an
 * incomplete block, which is then offered again, padded with silence. */
enum ending { WHOLE, PART, END };

struct offer {
    size_t in, out; /* bytes, and samples of all channels together */
    enum ending ending;
};

struct progress {
    size_t used, made; /* in the units of the offer; never more than offered */
};

/* Deviations from what codecs do by default, as a set of bits. */
enum quirk {
    /* G.726, decoding: the first code is in the most, or the least, significant bits of a byte.
     * By default the first bytes are examined to find out. */
    QUIRK_MSB_FIRST = 1,
    QUIRK_LSB_FIRST = 2,
    /* OKI and Dialogic ADPCM: the first code of a byte is its low nibble, not its high one. */
    QUIRK_LOW_NIBBLE_FIRST = 4,
    /* G.723.1, encoding: discontinuous transmission (Annex A). Silence makes short frames where
     * the format has room for frames of several sizes; by default it is coded as speech. */
    QUIRK_DTX = 8,
    /* TrueSpeech, decoding: the first two subframes' predictors are blended in FFmpeg's order,
     * nearer to the new predictor first; for comparison. */
    QUIRK_REVERSED_INTERPOLATION = 16
};

struct options {
    uint8_t quality;       /* of encoders: 0 fast, 1 standard, 2 best */
    uint8_t quirks;        /* a set of enum quirk */
    const struct dsp *dsp; /* the kernels; never null */
};

/* A wFormatTag. `dialect` says what is special about its formats, in the codec's own numbers. */
struct tag {
    uint16_t tag;
    uint8_t dialect;
    const char *owner;
};

/* The two directions. `init` makes a fresh state, or resets one, in memory aligned for any type;
 * the layout and the kernels outlive the state. `run` does as many whole blocks as fit. If it
 * neither uses nor makes anything, no more can be done; but a decoder may make without using, and
 * an encoder use without making. */
struct codec_decoder {
    size_t state_size;
    void (*init)(void *state, const struct layout *, const struct options *);
    struct progress (*run)(void *state, const uint8_t *src, int16_t *pcm, struct offer);

    /* The frames that the first bytes of a block cover, at most block.frames; and, if there are
     * any, their decoding. Both are null where an incomplete block makes nothing, and where the
     * decoder is self-delimiting. */
    uint32_t (*covered)(const struct layout *, uint32_t bytes);
    void (*run_truncated)(void *state, const uint8_t *src, struct span, int16_t *pcm);
};

struct codec_encoder {
    size_t state_size;
    void (*init)(void *state, const struct layout *, const struct options *);
    struct progress (*run)(void *state, const int16_t *pcm, uint8_t *dst, struct offer);
};

struct codec {
    const char *name; /* ASCII; Windows' own name for a tag that Windows knows */
    const struct mode *modes;

    /* Tag 0 ends them. Formats of the first are enumerated; those of the others are read, and
     * written on request. */
    const struct tag *tags;

    /* Reads a format into a layout that has its rate, its channels (neither is 0) and its dialect
     * already, and zeros. False where the format is not one of the codec's. Lenient: what other
     * fields determine is not compared. Called by codec_parse alone. */
    bool (*parse)(const struct wave_format *, struct layout *);

    /* Fills every field but the tag as Windows' own codec wrote it, for any mode that `parse` would
     * take; from another mode it makes a format that `parse` refuses. Called by codec_complete
     * alone. */
    void (*complete)(struct wave_format *, const struct mode *, uint8_t dialect);

    const struct codec_decoder *decoder; /* null: no such direction */
    const struct codec_encoder *encoder;
};

/* Every codec, in the order of enumeration and of suggestion; a null pointer ends it. */
extern const struct codec *const codecs[];

/* The codec of a tag, or a null pointer. */
const struct codec *codec_find(uint16_t tag);

/* Every tag, codec by codec; 0 from the last on. */
uint16_t codec_tag(size_t index);

/* Whether a format is one of the codec's, and what it says. */
bool codec_parse(const struct codec *, const struct wave_format *, struct layout *);

/* Completes a format that has one of the codec's tags, and extra bytes of EXTRA_ROOM. */
void codec_complete(const struct codec *, struct wave_format *, const struct mode *);

/* The whole blocks that an offer has room for on both sides. */
static inline size_t whole_blocks(size_t bytes, size_t samples, const struct span *block,
                                  unsigned channels)
{
    size_t by_bytes = bytes / block->bytes;
    size_t by_samples = samples / ((size_t)block->frames * channels);

    return by_bytes < by_samples ? by_bytes : by_samples;
}

#endif
