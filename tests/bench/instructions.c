/* Converts a short sound with every codec in both directions, with the portable kernels. Run by
 * tests/bench/instructions in callgrind, which counts the instructions of each call of `measured`.
 * Prints a line for each, in turn: the tag, the direction, the samples and the codec's name. */
#include <stdio.h>
#include <stdlib.h>
#include "codec.h"
#include "dsp.h"
#include "golden.h"
#include "tags.h"

enum { ROOM = 1 << 20 }; /* samples or bytes of any result */

/* golden_sound() at a sixth of the rate lasts 0.2 s at the rate itself. */
enum { SHORTER = 6 };

/* With a known bit order, G.726's decoder does not detect it in such a short sound. */
static const struct options options = { .quality = 1,
                                        .quirks = QUIRK_MSB_FIRST,
                                        .dsp = &dsp_portable };

struct row {
    const struct codec *codec;
    struct layout layout;
    bool decoding;
    void *state;
    int16_t *pcm;
    uint8_t *code;
    size_t samples, bytes;
};

/* The initialization does not count. */
__attribute__((noinline)) size_t measured(const struct row *);
size_t measured(const struct row *row)
{
    size_t all = row->decoding ? row->bytes : row->samples, used = 0, made = 0;
    struct progress step;

    do {
        struct offer offer = { all - used, ROOM - made, END };

        step = row->decoding
                   ? row->codec->decoder->run(row->state, row->code + used, row->pcm + made, offer)
                   : row->codec->encoder->run(row->state, row->pcm + used, row->code + made, offer);
        used += step.used;
        made += step.made;
    } while (step.used != 0 || step.made != 0);
    return made;
}

static void report(const struct row *row, size_t samples)
{
    printf("%04x %s %zu %s\n", (unsigned)row->codec->tags->tag, row->decoding ? "decode" : "encode",
           samples, row->codec->name);
}

/* Makes noise of at least a block. */
static size_t noise(const struct row *row)
{
    size_t bytes = 0;

    do {
        golden_noise(row->codec->tags->tag, row->code + bytes);
        bytes += GOLDEN_NOISE_BYTES;
    } while (bytes < row->layout.block.bytes);
    return bytes;
}

/* A decoder gets the encoder's result, or noise if there is no encoder. */
static void measure(struct row *row)
{
    row->decoding = false;
    row->bytes = noise(row);
    if (row->codec->encoder) {
        row->codec->encoder->init(row->state, &row->layout, &options);
        row->bytes = measured(row);
        report(row, row->samples);
    }
    row->decoding = true;
    row->codec->decoder->init(row->state, &row->layout, &options);
    report(row, measured(row));
}

int main(void)
{
    uint8_t extra[EXTRA_ROOM];
    struct row row = { .state = malloc(ROOM),
                       .pcm = malloc(ROOM * sizeof(int16_t)),
                       .code = malloc(ROOM) };

    for (size_t i = 0; codecs[i]; i++) {
        struct mode mode = codecs[i]->modes[0];
        struct wave_format format = { .tag = codecs[i]->tags->tag, .extra = extra };
        uint32_t rate = mode.sample_rate / SHORTER;

        row.codec = codecs[i];
        codec_complete(row.codec, &format, &mode);
        if (!codec_parse(row.codec, &format, &row.layout))
            return 1;
        golden_sound(rate, mode.channels, row.pcm);
        row.samples = golden_frames(rate) * mode.channels;
        measure(&row);
    }
    return 0;
}
