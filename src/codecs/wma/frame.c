/* From blocks to samples. */
#include <string.h>
#include "fixed.h"
#include "wma.h"

static unsigned length_of(const struct wma_decoder *state, unsigned size)
{
    return 1u << (state->setup.frame_bits - size);
}

/* Reads a block size; false if it is out of range. */
static bool read_size(struct wma_decoder *state, struct bit_reader *in, unsigned *size)
{
    unsigned bits = 32u - (unsigned)__builtin_clz(state->setup.sizes - 1);

    *size = bits_read(in, bits);
    return *size < state->setup.sizes;
}

static bool read_sizes(struct wma_decoder *state, struct bit_reader *in)
{
    unsigned previous = state->current, current = state->next, next = 0;
    bool valid = true;

    if (state->setup.sizes > 1) {
        if (state->reset)
            valid = read_size(state, in, &previous) && read_size(state, in, &current);
        valid = valid && read_size(state, in, &next);
    }
    if (!valid)
        return false;
    state->reset = false;
    state->previous = previous;
    state->current = current;
    state->next = next;
    return true;
}

static unsigned min_u(unsigned a, unsigned b) { return a < b ? a : b; }

/* Adds an inverse MDCT, whose first half rises as the last block falls, and whose second half
 * falls as the next one rises: with the shorter one's window in the middle of the longer one. */
static void add_block(struct wma_decoder *state, const int32_t *y, unsigned n, int32_t *out)
{
    unsigned rise = min_u(length_of(state, state->previous), n),
             fall = min_u(length_of(state, state->next), n);
    unsigned before = (n - rise) / 2, after = (n - fall) / 2;

    for (unsigned i = 0; i < rise; i++) {
        int64_t product = (int64_t)y[before + i] * state->windows[rise + i] + (1 << 29);

        out[before + i] = L_add(out[before + i], (int32_t)(product >> 30));
    }
    for (unsigned i = before + rise; i < n + after; i++)
        out[i] = y[i];
    for (unsigned i = 0; i < fall; i++) {
        int64_t product = (int64_t)y[n + after + i] * state->windows[2 * fall - 1 - i] + (1 << 29);

        out[n + after + i] = (int32_t)(product >> 30);
    }
    memset(out + n + after + fall, 0, after * sizeof *out);
}

static int32_t negated(int32_t x) { return x == INT32_MIN ? INT32_MAX : -x; }

/* The inverse MDCT, with the opposite sign. */
static void expand(const int32_t *z, unsigned n, int32_t *y)
{
    for (unsigned i = 0; i < n / 2; i++) {
        y[i] = negated(z[n / 2 + i]);
        y[n - 1 - i] = z[n / 2 + i];
        y[n + i] = z[n / 2 - 1 - i];
        y[2 * n - 1 - i] = z[n / 2 - 1 - i];
    }
}

/* If only the middle is coded, both channels are the same. */
static void add_channels(struct wma_decoder *state, const struct wma_block *block, unsigned at)
{
    int32_t y[2 * WMA_FRAME] = { 0 };
    unsigned n = block->length;

    for (unsigned i = 0; i < state->setup.format.channels; i++) {
        int32_t *out = state->out[i] + length_of(state, 0) / 2 + at - n / 2;

        if (block->coded[i]) {
            state->dsp->dct4(state->x[i], state->x[i], n, WMA_X_Q - WMA_PCM_Q);
            expand(state->x[i], n, y);
        } else if (!block->mid_side || i == 0) {
            memset(y, 0, 2 * n * sizeof *y);
        }
        add_block(state, y, n, out);
    }
}

static void write_frame(struct wma_decoder *state, int16_t *pcm)
{
    unsigned channels = state->setup.format.channels, n = length_of(state, 0);

    for (unsigned i = 0; i < channels; i++) {
        int32_t *out = state->out[i];

        for (unsigned j = 0; j < n; j++) {
            int64_t sample = ((int64_t)out[j] + (1 << (WMA_PCM_Q - 1))) >> WMA_PCM_Q;

            pcm[j * channels + i] = saturate((int32_t)sample);
        }
        memcpy(out, out + n, n * sizeof *out);
        memset(out + n, 0, n * sizeof *out);
    }
}

bool wma_decode_frame(struct wma_decoder *state, struct bit_reader *in, int16_t *pcm)
{
    unsigned n = length_of(state, 0), at = 0;
    bool valid = true;

    while (at < n && valid) {
        struct wma_block block = { 0 };

        valid = read_sizes(state, in);
        block.size = state->current;
        block.length = length_of(state, block.size);
        valid = valid && at + block.length <= n && wma_read_block(state, in, &block);
        if (valid)
            add_channels(state, &block, at);
        at += block.length;
    }
    write_frame(state, pcm);
    return valid;
}

void wma_lose_frame(struct wma_decoder *state, int16_t *pcm) { write_frame(state, pcm); }
