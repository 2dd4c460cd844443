/* Coefficients and their exponents: A/52, 8.2.2 to 8.2.7. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { HALF = AC3_BLOCK / 2, X_BITS = AC3_X_Q, ATTACK_PARTS = 8, ATTACK = 6 };

/* Whether the second half of a block's window begins to be loud: 8.2.2. */
static bool is_attack(uint32_t *activity, const int16_t *last, const int16_t *now)
{
    enum { LENGTH = AC3_BLOCK / ATTACK_PARTS };
    int32_t before[2] = { last[AC3_BLOCK - 2], last[AC3_BLOCK - 1] };
    uint32_t level = *activity;
    bool attack = false;

    for (unsigned part = 0; part < ATTACK_PARTS; part++) {
        uint32_t sum = 0;

        for (unsigned i = part * LENGTH; i < (part + 1) * LENGTH; i++) {
            int32_t difference = now[i] - 2 * before[1] + before[0];

            sum += (uint32_t)(difference < 0 ? -difference : difference);
            before[0] = before[1];
            before[1] = now[i];
        }
        if (sum > ATTACK * level && sum > 100 * LENGTH)
            attack = true;
        level = sum > level ? sum : level - (level - sum) / 4;
    }
    *activity = level;
    return attack;
}

/* The decoder's transform_short in reverse. */
static void transform_short(const struct dsp_mdct *dsp, const int32_t *z, int32_t *x)
{
    int32_t first[HALF], second[HALF];

    dsp->dct4(z + HALF, first, HALF, 7);
    dsp->dct4(z, second, HALF, 7);
    for (unsigned i = 0; i < HALF; i++) {
        x[2 * i] = first[i];
        x[2 * i + 1] = second[i];
    }
}

/* The norm of what is folded is at most 2^31.5, and no sum of the DCT-IV exceeds it by more than
 * the root of n/2: so x is at most 2^27, for any n. */
static void transform(struct ac3_encoder *state, unsigned channel, unsigned block,
                      const int16_t *last, const int16_t *now)
{
    int32_t *x = state->x[channel][block], z[AC3_BLOCK];
    const int32_t most = (1 << X_BITS) - 1;

    state->dsp->fold(last, now, ac3_window, z, AC3_BLOCK);
    if (state->short_blocks[block] && channel != AC3_LFE)
        transform_short(state->dsp, z, x);
    else
        state->dsp->dct4(z, x, AC3_BLOCK, 8);
    for (unsigned i = 0; i < AC3_BLOCK; i++)
        x[i] = clamp(-x[i], -most, most);
}

/* If one channel has an attack, all have short blocks, because FFmpeg's decoder loses half a block
 * of some channels when their lengths first differ. */
static void analyze_block(struct ac3_encoder *state, unsigned block, const int16_t *pcm)
{
    int16_t now[AC3_OUTPUTS][AC3_BLOCK];
    bool attack = false;

    for (unsigned i = 0; i < state->count; i++) {
        unsigned channel = state->channels[i];
        const int16_t *from = pcm + state->target.source[channel];

        for (unsigned j = 0; j < AC3_BLOCK; j++)
            now[channel][j] = from[(size_t)j * state->count];
        if (channel != AC3_LFE &&
            is_attack(&state->activity[channel], state->last[channel], now[channel]))
            attack = true;
    }
    state->short_blocks[block] = attack;
    for (unsigned i = 0; i < state->count; i++) {
        unsigned channel = state->channels[i];

        transform(state, channel, block, state->last[channel], now[channel]);
        memcpy(state->last[channel], now[channel], sizeof now[channel]);
    }
}

static uint64_t magnitude(int32_t x) { return (uint64_t)(x < 0 ? -x : x); }

/* 7.5.3: the sum and the difference of a band are coded if one of them is less than both channels
 * are. */
static void rematrix(struct ac3_encoder *state)
{
    for (unsigned band = 0; band < AC3_REMATRIX_BANDS; band++) {
        unsigned start = ac3_rematrix_starts[band], end = ac3_rematrix_starts[band + 1];
        uint64_t sums[4] = { 0 };

        for (unsigned block = 0; block < AC3_BLOCKS; block++)
            for (unsigned i = start; i < end; i++) {
                int32_t left = state->x[0][block][i], right = state->x[1][block][i];

                sums[0] += magnitude(left);
                sums[1] += magnitude(right);
                sums[2] += magnitude((left + right) >> 1);
                sums[3] += magnitude((left - right) >> 1);
            }
        state->rematrixed[band] =
            (sums[2] < sums[3] ? sums[2] : sums[3]) < (sums[0] < sums[1] ? sums[0] : sums[1]);
        for (unsigned block = 0; block < AC3_BLOCKS && state->rematrixed[band]; block++)
            for (unsigned i = start; i < end; i++) {
                int32_t left = state->x[0][block][i], right = state->x[1][block][i];

                state->x[0][block][i] = (left + right) >> 1;
                state->x[1][block][i] = (left - right) >> 1;
            }
    }
}

/* The shift that brings a coefficient to 1/2 or more, at most 24. */
static void find_exponents(const int32_t *x, unsigned n, uint8_t *exponents)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t size =
            (uint32_t)(x[i] < 0 ? -x[i] : x[i]) | 1u << (X_BITS - 1 - AC3_EXPONENT_MOST);

        exponents[i] = (uint8_t)(__builtin_clz(size) - (32 - X_BITS));
    }
}

void ac3_analyze(struct ac3_encoder *state, const int16_t *pcm)
{
    for (unsigned block = 0; block < AC3_BLOCKS; block++)
        analyze_block(state, block, pcm + (size_t)block * AC3_BLOCK * state->count);
    if (state->target.header.mode == 2)
        rematrix(state);
    for (unsigned i = 0; i < state->count; i++)
        for (unsigned block = 0; block < AC3_BLOCKS; block++) {
            unsigned channel = state->channels[i];

            find_exponents(state->x[channel][block], state->end[channel],
                           state->exponents[channel][block]);
        }
}
