/* What a codec is: the seam between the shell, which knows Windows, and the codecs, which do not.
 *
 * A codec turns blocks of bytes into 16-bit samples, or back. It holds no global state, allocates nothing, asks the
 * machine nothing and cannot fail: any bytes decode to some samples. Samples of several channels are interleaved. */
#ifndef OMNIACM_CODEC_H
#define OMNIACM_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXTRA_ROOM = 64 };           /* bytes that `complete` may write to wave_format.extra */

/* WAVEFORMATEX, with its extra bytes (little-endian, the caller's memory, alive as long as any state started with it). */
struct wave_format {
    uint16_t tag, channels;
    uint32_t sample_rate, byte_rate;
    uint16_t block_align, bits_per_sample, extra_size;
    uint8_t *extra;
};

/* A line of the format chooser. sample_rate 0 ends a list. bit_rate is 0 where rate and channels settle it, and where
 * the codec is to choose. */
struct mode {
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t bit_rate;
};

/* The unit of work. */
struct block {
    uint32_t bytes, samples;        /* samples of each channel */
    uint32_t least;                 /* fewest bytes that can make `samples`: = bytes, but for frames of several sizes */
};

/* What follows the data of an offer.
 * WHOLE  more will come: whole blocks only are taken.
 * PART   perhaps nothing: a decoder of fixed blocks also decodes what an incomplete last block covers; a codec of
 *        self-delimiting frames or of a bit stream keeps the incomplete unit in its state, used, and nothing made.
 * END    nothing: what is kept is flushed too.
 * An encoder of fixed blocks simply leaves an incomplete block: it is offered again, padded with silence. */
enum ending { WHOLE, PART, END };

struct offer {
    size_t in, out;                 /* bytes, and samples of all channels together */
    enum ending ending;
};

struct progress {
    size_t used, made;              /* in the units of the offer's in and out; never more than offered */
};

struct settings {
    uint8_t quality;                /* of encoders: 0 fast, 1 standard, 2 best */
    uint8_t bit_order;              /* of codes that straddle bytes, when reading: 0 told from the bytes, 1 MSB first, 2 LSB first */
    uint8_t nibble_order;           /* OKI, Dialogic: 0 high nibble first, 1 low first */
    uint8_t dtx;                    /* 1: silence may be sent as silence frames */
    uint8_t simd;                   /* 0 portable, 1 SSE2, 2 AVX2: the best set that may run */
    uint8_t highpass;               /* 1: without the standard's input filter, for conformance tests */
    uint8_t postfilter;             /* 1: without the standard's postfilter, for conformance tests */
    uint8_t interpolation;          /* 1: TrueSpeech's filters are blended in the other order, for comparison */
};
#define DEFAULT_SETTINGS ((struct settings){ .quality = 1 })

struct codec {
    uint16_t tag;                   /* wFormatTag */
    const uint16_t *aliases;        /* other tags that mean the same, 0 at the end; null where there are none. They are read,
                                       and written on request, but their formats are not listed */
    const char *name;               /* ASCII; for a tag that Windows knows, Windows' own name for it */
    const struct mode *modes;

    /* Fills every field but the tag as Windows' own codec wrote it, for any mode that `accepts` would take; a mode that it
     * would not take gives a format that it refuses. The tag is there already; extra has EXTRA_ROOM bytes. */
    void (*complete)(struct wave_format *, const struct mode *);

    /* Whether the format is one of ours, and with what block. Lenient: what other fields settle is not compared. */
    bool (*accepts)(const struct wave_format *, struct block *);

    /* `start` makes a fresh state, aligned for any type, for a format that `accepts` took. `run` does as many whole
     * blocks as fit, then what the ending asks; neither using nor making anything tells that nothing more can be done.
     * A direction that does not exist has a null run. */
    struct {
        size_t state_size;
        void (*start)(void *state, const struct wave_format *, const struct settings *);
        struct progress (*run)(void *state, const uint8_t *src, int16_t *pcm, struct offer);
    } decoder;
    struct {
        size_t state_size;
        void (*start)(void *state, const struct wave_format *, const struct settings *);
        struct progress (*run)(void *state, const int16_t *pcm, uint8_t *dst, struct offer);
        uint32_t held;              /* blocks that run keeps back until END with nothing left; sizes count them in */
    } encoder;
};

/* Every codec, in the order of enumeration and of suggestion; a null pointer ends it. */
extern const struct codec *const codecs[];

/* The codec of a tag or of an alias, or a null pointer. */
const struct codec *codec_find(uint16_t tag);

/* Every tag, row by row, aliases after their row's own; 0 from the last on. */
uint16_t codec_tag(size_t index);

/* The whole blocks that an offer to a decoder, or to an encoder, has room for on both sides. */
static inline size_t whole_blocks(size_t bytes, size_t samples, const struct block *block, unsigned channels)
{
    size_t by_bytes = bytes / block->bytes, by_samples = samples / ((size_t)block->samples * channels);

    return by_bytes < by_samples ? by_bytes : by_samples;
}

#endif
