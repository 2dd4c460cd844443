/* Intel Music Coder and its successor, Indeo audio, the sound of Indeo 4 and 5 videos. A block of
 * 64 bytes holds 256 samples of a channel; Indeo audio may have two, the sum and the difference of
 * left and right. */
#include "codec.h"
#include "imc.h"

enum { MUSIC, INDEO, RATE_MOST = 96000 };

static const struct tag music_tags[] = { { 0x401, MUSIC, "Intel Music Coder" }, { 0 } };
static const struct tag indeo_tags[] = { { 0x402, INDEO, "Indeo audio software" }, { 0 } };

static const struct mode music_modes[] = {
    { 8000, 1, 0 }, { 11025, 1, 0 }, { 22050, 1, 0 }, { 44100, 1, 0 }, { 0 }
};
static const struct mode indeo_modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                           { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                           { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };

/* Headers end before the number of extra bytes, or give 1 for the block. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned bytes = IMC_BLOCK_BYTES * layout->channels;

    layout->block = (struct span){ bytes, IMC_FRAME };
    return layout->channels <= (layout->dialect == INDEO ? IMC_CHANNELS : 1) &&
           layout->sample_rate <= RATE_MOST &&
           (format->block_align <= 1 || format->block_align % bytes == 0);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)(IMC_BLOCK_BYTES * mode->channels);
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * format->block_align / IMC_FRAME);
    format->bits_per_sample = 16;
    format->extra_size = 0;
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct imc_decoder *state = memory;

    state->dsp = options->dsp->mdct;
    state->channels = layout->channels;
    state->indeo = layout->dialect == INDEO;
    if (state->indeo)
        imc_masking_of_rate(&state->masking, layout->sample_rate);
    else
        imc_masking_fixed(&state->masking);
    imc_reset(state);
}

/* A truncated block has no output: bits of one coefficient depend on all of the block. */
static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct imc_decoder *state = memory;
    struct span block = { IMC_BLOCK_BYTES * state->channels, IMC_FRAME };
    size_t blocks = whole_blocks(offer.in, offer.out, &block, state->channels);

    for (size_t i = 0; i < blocks; i++)
        imc_decode(state, src + i * block.bytes, pcm + i * IMC_FRAME * state->channels);
    return (struct progress){ blocks * block.bytes, blocks * IMC_FRAME * state->channels };
}

static const struct codec_decoder decoder = { sizeof(struct imc_decoder), init, decode, 0, 0 };

const struct codec intel_music = {
    .name = "Intel Music Coder",
    .tags = music_tags,
    .modes = music_modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};

const struct codec indeo_audio = {
    .name = "Indeo audio software",
    .tags = indeo_tags,
    .modes = indeo_modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
