/* G.723.1, dual rate speech: 240 samples become a frame of 24 bytes at 6.3 kbit/s, or 20 at 5.3, or
 * 4 or 1 where silence is compressed; two bits tell which. Microsoft's driver, and Vivo's, put
 * every frame in a cell of one size; others write them one behind the other. */
#include <string.h>
#include "bits.h"
#include "framing.h"

/* Files of a tag are in cells of 24 bytes, whatever else their headers say; or they may be in
 * cells, as the header says; or of the latter sort, and at 5.3 kbit/s where it does not say. */
enum dialect { CELLS, FRAMES, FRAMES_53 };

static const struct tag tags[] = { { 0x42, CELLS, "Microsoft" },
                                   { 0x43, CELLS, "Intel" },
                                   { 0xA3, FRAMES, "Racal" },
                                   { 0x111, CELLS, "Vivo" },
                                   { 0xA100, FRAMES, "Comverse" },
                                   { 0xA120, FRAMES, "Vocord" },
                                   { 0x14E3, FRAMES_53, "Cisco" },
                                   { 0x14E4, FRAMES, "Cisco" },
                                   { 0x14E5, FRAMES_53, "Cisco, Annex A" },
                                   { 0x14E6, FRAMES, "Cisco, Annex A" },
                                   { 0 } };

enum { BYTES_63 = 24, BYTES_53 = 20, CONFIG_63 = 2, CONFIG_53 = 3, EXTRA_BYTES = 10 };

static const struct mode modes[] = { { 8000, 1, 6300 }, { 8000, 1, 5300 }, { 0 } };

/* What a format says of its frames. */
struct frame_format {
    enum g7231_rate rate; /* to write */
    struct g7231_framing framing;
};

static struct frame_format frame_format_of(const struct wave_format *format, uint8_t dialect)
{
    bool config_53 = format->extra_size >= 2 && load16_le(format->extra) == CONFIG_53;
    bool by_24 = format->block_align != 0 && format->block_align % BYTES_63 == 0;
    bool by_20 = format->block_align != 0 && format->block_align % BYTES_53 == 0;

    if (by_20 && (!by_24 || config_53))
        return (struct frame_format){ G7231_RATE_53, { BYTES_53, false } };
    if (by_24 || dialect == CELLS)
        return (struct frame_format){ config_53 ? G7231_RATE_53 : G7231_RATE_63,
                                      { BYTES_63, false } };
    return (struct frame_format){ config_53 || dialect == FRAMES_53 ? G7231_RATE_53 : G7231_RATE_63,
                                  { 0, true } };
}

/* The fewest bytes of a format of cells are those of a frame of speech, should the frames be
 * without cells after all: silence without them is decoded as well, but then a host that has made
 * room for all of it once must ask twice. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    struct frame_format *own = (struct frame_format *)(void *)layout->own;
    uint32_t cell;

    *own = frame_format_of(format, layout->dialect);
    cell = own->framing.cell;
    layout->block = (struct span){ cell ? cell : G7231_FRAME_BYTES, G7231_FRAME };
    layout->least_bytes = cell ? BYTES_53 : 1;
    layout->self_delimiting = true;
    return layout->channels == 1 && layout->sample_rate == 8000;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    bool slow = mode->bit_rate == 0 ? dialect == FRAMES_53 : mode->bit_rate < 5800;

    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = slow ? 666 : 800;
    format->block_align = slow ? BYTES_53 : BYTES_63;
    format->bits_per_sample = 0;
    format->extra_size = EXTRA_BYTES;
    store16_le(format->extra, slow ? CONFIG_53 : CONFIG_63);
    store32_le(format->extra + 2, 0xF7329ACE);
    store32_le(format->extra + 6, 0xACDEAEA2);
}

static void init_decoder(void *state, const struct layout *layout, const struct options *options)
{
    const struct frame_format *own = (const struct frame_format *)(const void *)layout->own;
    struct g7231_reader *reader = state;

    memset(reader, 0, sizeof *reader);
    g7231_decoder_start(&reader->decoder, options->dsp->celp);
    reader->framing = own->framing;
}

static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct progress done = { 0, 0 }, step;

    do {
        step = g7231_read_frame(
            state, src + done.used, pcm + done.made,
            (struct offer){ offer.in - done.used, offer.out - done.made, offer.ending });
        done.used += step.used;
        done.made += step.made;
    } while (step.made != 0);
    return done;
}

struct writer {
    struct g7231_encoder encoder;
    struct frame_format own;
};

static void init_encoder(void *state, const struct layout *layout, const struct options *options)
{
    struct writer *writer = state;

    memset(writer, 0, sizeof *writer);
    g7231_encoder_start(&writer->encoder, options->dsp->celp);
    memcpy(&writer->own, layout->own, sizeof writer->own);
    writer->encoder.dtx = options->quirks & QUIRK_DTX && writer->own.framing.cell == 0;
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct writer *writer = state;
    size_t cell = writer->own.framing.cell, most = cell ? cell : G7231_FRAME_BYTES;
    struct progress done = { 0, 0 };
    struct g7231_parameters parameters;
    uint8_t frame[G7231_FRAME_BYTES];

    while (offer.in - done.used >= G7231_FRAME && offer.out - done.made >= most) {
        size_t bytes;

        g7231_encode_frame(&writer->encoder, pcm + done.used, writer->own.rate, &parameters);
        bytes = g7231_pack(&parameters, frame);
        bytes = cell ? cell : bytes;
        memcpy(dst + done.made, frame, bytes);
        done.used += G7231_FRAME;
        done.made += bytes;
    }
    return done;
}

static const struct codec_decoder decoder = { sizeof(struct g7231_reader), init_decoder, decode, 0,
                                              0 };
static const struct codec_encoder encoder = { sizeof(struct writer), init_encoder, encode };

const struct codec g7231 = {
    .name = "Microsoft G.723.1",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
