/* The decoding of a block. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

void imc_reset(struct imc_decoder *state)
{
    memset(state->channel, 0, sizeof state->channel);
    for (int i = 0; i < IMC_CHANNELS; i++)
        state->channel[i].reset = true;
}

/* Which bands have coefficients, and which of them may skip some. */
static void read_bands(struct imc_block *block)
{
    bool raw = (block->code & IMC_RAW) != 0;

    for (int i = 0; i < IMC_BANDS; i++) {
        bool empty = !raw && block->levels[i] == IMC_EMPTY;

        block->width[i] = (uint8_t)(empty ? 0 : imc_edges[i + 1] - imc_edges[i]);
    }
    for (int i = 0; i < IMC_BANDS - 1; i++)
        block->skipping[i] = !raw && block->width[i] > 0 && bits_read(&block->in, 1) != 0;
}

/* The lengths of the first four bands, if they are fixed; returns the sum of the bits that the
 * allocation may not use. The first band has its bits even if it is empty. */
static int reserve(struct imc_block *block, bool indeo)
{
    int reserved = indeo ? (block->width[IMC_BANDS - 1] != 0) : 0;

    if (indeo && !(block->code & IMC_FIVE))
        reserved += 16;
    for (int i = 0; i < 4 && block->code & IMC_FIVE; i++) {
        block->bits[i] = i == 0 || block->width[i] > 0 ? 5 : 0;
        for (int j = imc_edges[i]; j < imc_edges[i + 1]; j++) {
            block->lengths[j] = block->bits[i];
            reserved += block->bits[i];
        }
    }
    return reserved;
}

bool imc_read(struct imc_decoder *state, struct imc_channel *channel,
              const uint8_t bytes[IMC_BLOCK_BYTES], struct imc_block *block)
{
    memset(block, 0, sizeof *block);
    for (int i = 0; i < IMC_BLOCK_BYTES; i++)
        block->bytes[i] = bytes[i ^ 1];
    block->in = (struct bit_reader){ block->bytes, IMC_BLOCK_BITS, 0 };
    if (bits_read(&block->in, 9) & 0x18)
        return false;
    block->code = bits_read(&block->in, 3);
    block->flag = bits_read(&block->in, 1) != 0;
    if (channel->reset || block->code & IMC_ABSOLUTE)
        for (int i = 0; i < IMC_BANDS; i++)
            channel->amplitude[i] = real_one;
    channel->reset = false;
    if (!imc_levels(block, channel))
        return false;
    read_bands(block);
    memcpy(block->amplitude, channel->amplitude, sizeof block->amplitude);
    if (!imc_allocate(block, channel, &state->masking, reserve(block, state->indeo)))
        return false;
    if (!(block->code & IMC_RAW))
        imc_skip(block);
    return true;
}

/* A damaged block is silent, so that the last one fades; the next one does not refer to it. Returns
 * samples in Q10. */
static void decode_channel(struct imc_decoder *state, struct imc_channel *channel,
                           const uint8_t *src, int32_t out[IMC_FRAME])
{
    struct imc_block block;
    int32_t x[IMC_FRAME] = { 0 };
    int fraction = IMC_PCM_Q;

    channel->reset = !imc_read(state, channel, src, &block) || channel->reset;
    if (!channel->reset)
        fraction = imc_coefficients(&block, x);

    /* Samples are 2 sqrt(2) times the transform, and x has sqrt(2). */
    state->dsp->dct4(x, x, IMC_FRAME, fraction - IMC_PCM_Q - 1);
    state->dsp->overlap(x, channel->last, imc_window, out, IMC_FRAME);
    memcpy(channel->last, x, sizeof channel->last);
}

static int16_t sample_of(int64_t x)
{
    const int half = 1 << (IMC_PCM_Q - 1);

    return saturate(L_saturate((x + half) >> IMC_PCM_Q));
}

/* Two channels are half the sum and half the difference of left and right. */
void imc_decode(struct imc_decoder *state, const uint8_t *src, int16_t *pcm)
{
    int32_t out[IMC_CHANNELS][IMC_FRAME] = { { 0 } };

    for (unsigned i = 0; i < state->channels; i++)
        decode_channel(state, &state->channel[i], src + i * IMC_BLOCK_BYTES, out[i]);
    for (int i = 0; i < IMC_FRAME; i++) {
        if (state->channels == 1) {
            pcm[i] = sample_of(out[0][i]);
            continue;
        }
        pcm[2 * i] = sample_of((int64_t)out[0][i] + out[1][i]);
        pcm[2 * i + 1] = sample_of((int64_t)out[0][i] - out[1][i]);
    }
}
