/* G.723.1, dual rate speech: a frame of 240 samples takes 24 bytes at 6.3 kbit/s, 20 at 5.3, and 4
 * or 1 where silence is compressed; two bits of it distinguish these. The drivers of Microsoft and
 * Vivo pad every frame to a cell of one size; other writers do not pad. */
#include <string.h>
#include "bits.h"
#include "parser.h"

/* Files of a tag are in cells, of 24 bytes if the header does not give a size (CELLS); in cells
 * only if the header says so (FRAMES); or the same, at 5.3 kbit/s if the header does not give the
 * rate (FRAMES_53). */
enum dialect { CELLS, FRAMES, FRAMES_53 };

static const struct tag tags[] = { { 0x42, CELLS, "Microsoft G.723.1" },
                                   { 0x43, CELLS, "Intel G.723.1" },
                                   { 0xA3, FRAMES, "Racal G.723.1" },
                                   { 0x111, CELLS, "Vivo G.723.1" },
                                   { 0xA100, FRAMES, "Comverse G.723.1" },
                                   { 0xA120, FRAMES, "Vocord G.723.1" },
                                   { 0x14E3, FRAMES_53, "Cisco G.723.1, 5.3 kbit/s" },
                                   { 0x14E4, FRAMES, "Cisco G.723.1, 6.3 kbit/s" },
                                   { 0x14E5, FRAMES_53, "Cisco G.723.1A, 5.3 kbit/s" },
                                   { 0x14E6, FRAMES, "Cisco G.723.1A, 6.3 kbit/s" },
                                   { 0 } };

enum { BYTES_63 = 24, BYTES_53 = 20, CONFIG_63 = 2, CONFIG_53 = 3, EXTRA_BYTES = 10 };

static const struct mode modes[] = { { 8000, 1, 6300 }, { 8000, 1, 5300 }, { 0 } };

/* The properties of the frames of a format. */
struct frame_format {
    enum g7231_rate rate; /* for the encoder */
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

/* A format that does not give the size of its cells may have unpadded frames: the fewest bytes are
 * then those of a frame of speech. Unpadded silence is decoded as well, and unpadded frames in a
 * format whose block is a cell, but a host that allocates its buffer once by this size has to call
 * twice. The size of cells is exact, since AVIFile takes it for the length of a stream. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    struct frame_format *own = (struct frame_format *)(void *)layout->own;
    uint32_t cell;

    *own = frame_format_of(format, layout->dialect);
    cell = own->framing.cell;
    layout->block = (struct span){ cell ? cell : G7231_FRAME_BYTES, G7231_FRAME };
    layout->least_bytes = cell ? BYTES_53 : 1;
    if (cell && format->block_align != 0 && format->block_align % cell == 0)
        layout->least_bytes = cell;
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
    reader->decoder.no_postfilter = (options->quirks & QUIRK_NO_POSTFILTER) != 0;
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
