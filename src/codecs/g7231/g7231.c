/* G.723.1, dual rate speech: 240 samples become a frame of 24 bytes at 6.3 kbit/s, or 20 at 5.3, or 4 or 1 where silence is
 * compressed; two bits tell which. Microsoft's driver, and Vivo's, put every frame in a cell of one size; others write them
 * one behind the other. */
#include <string.h>
#include "bits.h"
#include "framing.h"

enum { TAG_MSG723 = 0x42, TAG_INTEL = 0x43, TAG_VIVO = 0x111 };
enum { TAG_CISCO_53 = 0x14E3, TAG_CISCO_53_ANNEX_A = 0x14E5 };

/* Intel's; Racal's recorders; Vivo's; Comverse's and Vocord's recorders; Cisco's gateways, 5.3, 6.3, and both with Annex A. */
static const uint16_t aliases[] = { TAG_INTEL, 0xA3, TAG_VIVO, 0xA100, 0xA120, TAG_CISCO_53, 0x14E4, TAG_CISCO_53_ANNEX_A, 0x14E6, 0 };

enum { BYTES_63 = 24, BYTES_53 = 20, CONFIG_63 = 2, CONFIG_53 = 3, EXTRA_BYTES = 10 };

static const struct mode modes[] = { { 8000, 1, 6300 }, { 8000, 1, 5300 }, { 0 } };

/* What a format tells of its frames. */
struct layout {
    enum rate rate;                 /* to write */
    struct framing framing;
};

/* Tags whose files are in cells of 24 bytes, whatever else their headers say. */
static bool has_cells(uint16_t tag)
{
    return tag == TAG_MSG723 || tag == TAG_INTEL || tag == TAG_VIVO;
}

static bool is_slow(uint16_t tag)
{
    return tag == TAG_CISCO_53 || tag == TAG_CISCO_53_ANNEX_A;
}

static struct layout layout_of(const struct wave_format *format)
{
    bool config_53 = format->extra_size >= 2 && load16_le(format->extra) == CONFIG_53;
    bool by_24 = format->block_align != 0 && format->block_align % BYTES_63 == 0;
    bool by_20 = format->block_align != 0 && format->block_align % BYTES_53 == 0;

    if (by_20 && (!by_24 || config_53))
        return (struct layout){ RATE_53, { BYTES_53, false } };
    if (by_24 || has_cells(format->tag))
        return (struct layout){ config_53 ? RATE_53 : RATE_63, { BYTES_63, false } };
    return (struct layout){ config_53 || is_slow(format->tag) ? RATE_53 : RATE_63, { 0, true } };
}

/* `least` in a format of cells is for frames of speech, should they be without cells after all: silence without them is
 * decoded as well, but then a host that has made room for all of it once must ask twice. */
static struct block block_of(const struct layout *layout)
{
    uint32_t cell = layout->framing.cell;

    return cell ? (struct block){ cell, FRAME, BYTES_53 } : (struct block){ FRAME_BYTES, FRAME, 1 };
}

static bool accepts(const struct wave_format *format, struct block *out)
{
    struct layout layout = layout_of(format);

    *out = block_of(&layout);
    return format->channels == 1 && format->sample_rate == 8000;
}

static void complete(struct wave_format *format, const struct mode *mode)
{
    bool slow = mode->bit_rate == 0 ? is_slow(format->tag) : mode->bit_rate < 5800;

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

static void start_decoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct reader *reader = state;

    memset(reader, 0, sizeof *reader);
    g7231_decoder_start(&reader->decoder);
    reader->decoder.dsp = dsp_set(settings->simd)->celp;
    reader->decoder.plain = settings->postfilter;
    reader->framing = layout_of(format).framing;
}

static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct progress done = { 0, 0 }, step;

    do {
        step = framing_decode(state, src + done.used, pcm + done.made, (struct offer){ offer.in - done.used, offer.out - done.made, offer.ending });
        done.used += step.used;
        done.made += step.made;
    } while (step.made != 0);
    return done;
}

struct writer {
    struct encoder encoder;
    struct layout layout;
};

static void start_encoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct writer *writer = state;

    memset(writer, 0, sizeof *writer);
    g7231_encoder_start(&writer->encoder);
    writer->layout = layout_of(format);
    writer->encoder.dsp = dsp_set(settings->simd)->celp;
    writer->encoder.plain = settings->highpass;
    writer->encoder.dtx = settings->dtx && writer->layout.framing.cell == 0;
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct writer *writer = state;
    size_t cell = writer->layout.framing.cell, most = cell ? cell : FRAME_BYTES;
    struct progress done = { 0, 0 };
    struct parameters parameters;
    uint8_t frame[FRAME_BYTES];

    while (offer.in - done.used >= FRAME && offer.out - done.made >= most) {
        size_t bytes;

        g7231_encode_frame(&writer->encoder, pcm + done.used, writer->layout.rate, &parameters);
        bytes = g7231_pack(&parameters, frame);
        bytes = cell ? cell : bytes;
        memcpy(dst + done.made, frame, bytes);
        done.used += FRAME;
        done.made += bytes;
    }
    return done;
}

const struct codec g7231 = {
    .tag = TAG_MSG723, .aliases = aliases, .name = "Microsoft G.723.1", .modes = modes,
    .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct reader), start_decoder, decode },
    .encoder = { sizeof(struct writer), start_encoder, encode },
};
