/* The spectra of a frame. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

/* The coefficients of the format have the opposite sign; they are 2/n times the DCT-IV in version
 * 2, and sqrt(2/n) times in version 1. Here, they are 2^14 / n times the DCT-IV, below 2^29. */
void wma_analyze(struct wma_encoder *state, const int16_t *pcm)
{
    unsigned channels = state->setup.format.channels, bits = state->setup.frame_bits,
             n = 1u << bits;
    int16_t parts[WMA_CHANNELS][WMA_FRAME];

    for (unsigned i = 0; i < n / 8 * 8 && channels == 2; i++) {
        parts[0][i] = pcm[2 * i];
        parts[1][i] = pcm[2 * i + 1];
    }
    for (unsigned c = 0; c < channels; c++) {
        int16_t *last = state->last + c * n;
        const int16_t *now = channels == 2 ? parts[c] : pcm;

        state->dsp->fold(last, now, state->window, state->x[c], n);
        state->dsp->dct4_32(state->x[c], state->x[c], n, (int)bits + MDCT_FOLD_Q - WMA_SCALE_BITS);
        memcpy(last, now, n * sizeof *now);
    }
}

/* The middle and the side have half the power of the channels if these are independent. Sums are
 * less than 2^31, because the norm is below 2^29. */
void wma_choose_parts(struct wma_encoder *state)
{
    unsigned channels = state->setup.format.channels, n = 1u << state->setup.frame_bits;
    int32_t(*x)[WMA_FRAME] = state->x;
    uint32_t sums[2 * WMA_CHANNELS] = { 1 };

    state->mid_side = false;
    if (channels == 2) {
        state->spectrum->mid_side(x[0], x[1], x[2], x[3], n, sums);
        state->mid_side =
            ((uint64_t)sums[2] + sums[3]) * 1414 < ((uint64_t)sums[0] + sums[1]) * 1000;
    }
    for (unsigned c = 0; c < channels; c++) {
        struct wma_channel *channel = &state->channels[c];

        channel->x = x[state->mid_side ? c + 2 : c] + state->setup.start;
        channel->codebook = &state->books[c == 1 && state->mid_side];
        channel->coded = sums[state->mid_side ? c + 2 : c] > 0;
    }
}
