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
    int16_t now[WMA_FRAME];

    for (unsigned c = 0; c < channels; c++) {
        int16_t *last = state->last + c * n;

        for (unsigned i = 0; i < n; i++)
            now[i] = pcm[i * channels + c];
        state->dsp->fold(last, now, state->window, state->x[c], n);
        state->dsp->dct4(state->x[c], state->x[c], n, (int)bits + MDCT_FOLD_Q - WMA_SCALE_BITS);
        memcpy(last, now, n * sizeof *now);
    }
    for (unsigned i = 0; i < n / 8 * 8 && channels == 2; i++) {
        int32_t left = state->x[0][i], right = state->x[1][i];

        state->x[2][i] = (left + right) >> 1;
        state->x[3][i] = (left - right) >> 1;
    }
}

/* The sum of magnitudes, in sixteenths: less than 2^31, because the norm is below 2^29. */
static uint32_t sum_of(const int32_t *x, unsigned n)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < n / 8 * 8; i++)
        sum += (uint32_t)(x[i] < 0 ? -x[i] : x[i]) >> 4;
    return sum;
}

/* The middle and the side have half the power of the channels if these are independent. */
void wma_choose_parts(struct wma_encoder *state)
{
    unsigned channels = state->setup.format.channels, n = state->count;
    const int32_t(*x)[WMA_FRAME] = state->x;
    uint64_t sums[2 * WMA_CHANNELS] = { 0 };

    for (unsigned c = 0; c < 2 * channels; c++)
        sums[c] = c < channels || channels == 2 ? sum_of(x[c] + state->setup.start, n) : 0;
    state->mid_side = channels == 2 && (sums[2] + sums[3]) * 1414 < (sums[0] + sums[1]) * 1000;
    for (unsigned c = 0; c < channels; c++) {
        struct wma_channel *channel = &state->channels[c];

        channel->x = x[state->mid_side ? c + 2 : c] + state->setup.start;
        channel->codebook = &state->books[c == 1 && state->mid_side];
        channel->coded = sums[state->mid_side ? c + 2 : c] > 0;
    }
}
