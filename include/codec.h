/* The interface between the codecs and the shell. Only the shell knows Windows.
 *
 * A codec converts blocks of bytes to 16-bit samples, or back. It has no global state, does not
 * allocate memory or query the machine, and cannot fail: any bytes decode to some samples. Samples
 * of several channels are interleaved. */
#ifndef OMNIACM_CODEC_H
#define OMNIACM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dsp;

enum {
    CHANNELS_MOST = 8, /* of a format; the parsers see no other */
    EXTRA_ROOM = 64,   /* the most bytes that `complete` writes to wave_format.extra */
    OWN_ROOM = 1032    /* bytes of layout.own: MS ADPCM needs room for 256 pairs of coefficients */
};

/* WAVEFORMATEX. The extra bytes are little-endian, and are in the caller's memory. The mask is
 * dwChannelMask of WAVE_FORMAT_EXTENSIBLE, as the header states it, or 0. */
struct wave_format {
    uint16_t tag, channels;
    uint32_t sample_rate, byte_rate;
    uint16_t block_align, bits_per_sample, extra_size;
    uint8_t *extra;
    uint32_t channel_mask;
};

/* A line of the format chooser. A list ends with sample_rate 0. bit_rate is 0 if rate and channels
 * determine it, or if the codec may choose. */
struct mode {
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t bit_rate;
};

/* A length of sound, coded and decoded. A frame is one sample of each channel. */
struct span {
    uint32_t bytes, frames;
};

/* A parsed format. It does not refer to the caller's memory. */
struct layout {
    uint32_t sample_rate;
    uint16_t channels;
    uint8_t dialect;       /* of the format's tag */
    uint8_t bits;          /* per code, if the codec has several widths */
    bool self_delimiting;  /* the decoder uses every byte and buffers an incomplete unit */
    bool read_only;        /* the codec does not encode the format, even if it has an encoder */
    bool mixes;            /* the decoder also makes fewer channels, as described below */
    uint32_t channel_mask; /* the speakers of the channels, in their order, as in channels.h */
    struct span block;     /* the unit of work; the nominal one if block sizes vary */
    uint32_t least_bytes; /* of a block that makes block.frames; `parse` may leave 0: block.bytes */
    uint32_t delay;       /* frames by which the encoder delays the sound: END gives the rest */
    _Alignas(8) uint8_t own[OWN_ROOM]; /* private to the codec */
};

/* Samples are in the order of the speakers' bits in layout.channel_mask, which has a bit for each
 * channel: those of the header if they are as many, else the usual ones for the number of channels.
 * `parse` may set the mask to what the codec defines.
 *
 * A decoder whose streams carry levels for mixing sets layout.mixes. If the caller wants fewer
 * channels than `parse` returned, stream.c then replaces layout.channels and layout.channel_mask by
 * those that the caller wants, which are usually the two front speakers or the center, and `init`
 * and `run` make them. Other decoders make all channels, and stream.c mixes them. */

/* Whether more data follows an offer. A self-delimiting decoder uses every byte in all three cases.
 * An encoder of fixed blocks does not use an incomplete block; stream.c offers it again, padded
 * with silence. */
enum ending {
    /* More data follows: only whole blocks are used. */
    WHOLE,
    /* This may be the last call. A decoder also decodes the complete frames of a truncated block.
     * An encoder of a bit stream buffers the samples of an incomplete unit. */
    PART,
    /* No more data follows: buffered data is flushed. */
    END
};

struct offer {
    size_t in, out; /* bytes, and samples of all channels together */
    enum ending ending;
};

struct progress {
    size_t used, made; /* in the units of the offer, and never more than offered */
};

/* A set of deviations from the codecs' default behavior. */
enum quirk {
    /* G.726 decoder: the first code is in the most or the least significant bits of a byte. By
     * default the decoder detects the order from the first bytes. */
    QUIRK_MSB_FIRST = 1,
    QUIRK_LSB_FIRST = 2,
    /* OKI and Dialogic ADPCM: the low nibble of a byte comes first, instead of the high one. */
    QUIRK_LOW_NIBBLE_FIRST = 4,
    /* G.723.1 encoder: discontinuous transmission (Annex A). Silence is coded in short frames if
     * the format has room for frames of several sizes; by default it is coded as speech. */
    QUIRK_DTX = 8,
    /* TrueSpeech decoder: the predictors of the first two subframes are interpolated in FFmpeg's
     * order, the one nearer to the new predictor first. For comparison. */
    QUIRK_REVERSED_INTERPOLATION = 16,
    /* G.728 and G.723.1 decoders: no postfilter. For comparison. */
    QUIRK_NO_POSTFILTER = 32
};

struct options {
    uint8_t quality;       /* encoders: 0 fast, 1 standard, 2 best */
    uint8_t quirks;        /* a set of enum quirk */
    const struct dsp *dsp; /* the kernels, never null */
};

enum { TAG_NAME_ROOM = 48 }; /* characters of ACMFORMATTAGDETAILS.szFormatTag, terminated */

/* A wFormatTag. `dialect` distinguishes the tags of a codec, which defines its values.
 *
 * The name is the one in format choosers: ASCII, shorter than TAG_NAME_ROOM, and unlike that of any
 * other tag or driver. Wine's chooser identifies a tag by its name; if two tags or two drivers have
 * the same one, lines cannot be chosen. Therefore a tag that a driver of Wine names like Windows
 * does is called "IMA ADPCM (OmniACM)" here. */
struct tag {
    uint16_t tag;
    uint8_t dialect;
    const char *name;
};

/* The two directions. `init` initializes or resets a state, in memory aligned for any type; the
 * layout and the kernels outlive the state. `run` converts as many whole blocks as fit. When it
 * neither uses nor makes anything, it can do no more. A decoder may make samples without using
 * bytes, and an encoder may use samples without making bytes. */
struct codec_decoder {
    size_t state_size;
    void (*init)(void *state, const struct layout *, const struct options *);
    struct progress (*run)(void *state, const uint8_t *src, int16_t *pcm, struct offer);

    /* `covered` returns how many frames the first bytes of a block contain, at most block.frames;
     * `run_truncated` decodes them. Both are null if a truncated block cannot be decoded or if the
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
    const char *name; /* ASCII; Windows' name if Windows knows the format */
    const struct mode *modes;

    /* The list ends with tag 0. Only formats of the first tag are enumerated; those of the others
     * are decoded, and encoded on request. */
    const struct tag *tags;

    /* Parses a format. The layout is zero except for the rate and the channels, which are not 0,
     * and the dialect. False if the codec does not support the format. Redundant fields are
     * ignored, since many files have wrong ones. Only codec_parse calls this. */
    bool (*parse)(const struct wave_format *, struct layout *);

    /* Fills in every field but the tag, with the values that Windows' codec writes. `parse` accepts
     * the format if the codec supports the mode, and rejects it otherwise. Only codec_complete
     * calls this. */
    void (*complete)(struct wave_format *, const struct mode *, uint8_t dialect);

    const struct codec_decoder *decoder; /* null if the codec cannot decode */
    const struct codec_encoder *encoder; /* null if it cannot encode */
};

/* All codecs, in the order of enumeration and suggestion. The list ends with a null pointer. */
extern const struct codec *const codecs[];

/* The codec of a tag, or null. */
const struct codec *codec_find(uint16_t tag);

/* One of the codec's tags, or null. */
const struct tag *codec_find_tag(const struct codec *, uint16_t tag);

/* The tags of all codecs, by index; 0 beyond the last. */
uint16_t codec_tag(size_t index);

/* Parses a format; false if the codec does not support it. */
bool codec_parse(const struct codec *, const struct wave_format *, struct layout *);

/* Completes a format that has one of the codec's tags and EXTRA_ROOM extra bytes of memory. */
void codec_complete(const struct codec *, struct wave_format *, const struct mode *);

/* The number of whole blocks that fit into both sides of an offer. */
static inline size_t whole_blocks(size_t bytes, size_t samples, const struct span *block,
                                  unsigned channels)
{
    size_t by_bytes = bytes / block->bytes;
    size_t by_samples = samples / ((size_t)block->frames * channels);

    return by_bytes < by_samples ? by_bytes : by_samples;
}

#endif
