#include <string.h>
#include "compiler.h"
#include "fixed.h"
#include "nms.h"
#include "tables.h"

enum { LOG_MIN = 2171, LOG_MAX = 20480 };
enum { SAMPLE_MAX = 8159, PCM_MAX = 32767 };

/* Reconstructed samples are clamped so that the estimate fits 32 bits. The bounds: |dq| <= 11194 *
 * 1024 >> 12 < 2799 and |b| <= 2^15, so that the zeros sum to less than 551e6; |a[0]| <= 27648 and
 * |a[1]| <= 12288, whose sum times SR_MAX is less than 2^31 - 551e6. Sound stays within 2^13
 * and never reaches the limit. */
enum { SR_MAX = 39900 };

void nms_start(struct nms *state, unsigned bits)
{
    memset(state, 0, sizeof *state);
    state->bits = bits;
}

/* 2^((log - 20480) / 2048) * 1024, interpolated linearly between tabulated powers. */
static INLINED int antilog(int log)
{
    int line = 4096 + ((log & 63) * 5739 >> 12); /* Q12, up to 2^(1/32) */

    return line * nms_powers[log >> 6 & 31] >> (26 - (log >> 11));
}

/* -1, 0 or 1. -1 and 1 differ in all bits but the lowest, which the next function relies on. */
static INLINED int sign_of(int x) { return (x > 0) - (x < 0); }

static INLINED bool opposite(int sign, int other) { return (sign ^ other) == -2; }

/* x less a 256th of it: x * 255 >> 8. */
static INLINED int faded(int x) { return x - ((x + 255) >> 8); }

static INLINED void adapt_scale(struct nms *state)
{
    int move = nms_moves[state->bits - 2][(state->code & 7) >> (4 - state->bits)];

    state->log_scale = clamp((state->log_scale * 248 >> 8) + move, LOG_MIN, LOG_MAX);
    state->scale = antilog(state->log_scale);
}

/* Adapts the zeros by the signs of the differences; here 0 counts as positive. */
static INLINED void adapt_zeros(struct nms *state)
{
#pragma GCC unroll 6
    for (int i = 0; i < NMS_ZEROS; i++)
        state->b[i] = faded(state->b[i]) + 128 - ((state->dq[0] ^ state->dq[i + 1]) >> 31 & 256);
}

static INLINED void adapt_poles(struct nms *state)
{
    int pull = clamp(state->a[0] >> 5, -256, 256), most;
    bool turned = opposite(state->p[0], state->p[1]);

    state->a[0] = faded(state->a[0]) + negate_if(-turned, 192);
    state->a[1] = (state->a[1] * 254 >> 8) + negate_if(-!turned, pull) +
                  negate_if(-opposite(state->p[0], state->p[2]), 128);
    state->a[1] = clamp(state->a[1], -12288, 12288);
    most = 15360 - state->a[1];
    state->a[0] = clamp(state->a[0], -most, most);
}

static INLINED void estimate(struct nms *state)
{
    int zeros = 0;

#pragma GCC unroll 6
    for (int i = 0; i < NMS_ZEROS; i++)
        zeros += state->dq[i] * state->b[i];
    state->sez = zeros >> 14;
    state->se = (state->a[0] * state->sr[0] + state->a[1] * state->sr[1] + zeros) >> 14;
}

/* Adapts the predictor before each sample, including the first one. */
static INLINED void advance(struct nms *state)
{
    adapt_scale(state);
    adapt_zeros(state);
    adapt_poles(state);
    estimate(state);
}

/* The shift rounds down, as in the 16-bit NMSVCE.DLL. */
static INLINED void reconstruct(struct nms *state, unsigned code)
{
    int level = nms_levels[state->bits - 2][(code & 7) >> (4 - state->bits)] * state->scale;

#pragma GCC unroll 6
    for (int i = NMS_ZEROS; i > 0; i--)
        state->dq[i] = state->dq[i - 1];
    state->p[2] = state->p[1];
    state->p[1] = state->p[0];
    state->sr[1] = state->sr[0];
    state->dq[0] = negate_if(-(int)(code >> 3 & 1), level) >> 12;
    state->p[0] = sign_of(state->sez + state->dq[0]);
    state->sr[0] = clamp(state->se + state->dq[0], -SR_MAX, SR_MAX);
    state->code = code;
}

/* |se| < 2^17 by the bounds above, so that the distance, in Q13, fits 32 bits. */
static INLINED unsigned quantize(const struct nms *state, int difference)
{
    const int16_t *thresholds = nms_thresholds[state->bits - 2];
    int distance = (difference < 0 ? -difference : difference) * 8192,
        last = (1 << (state->bits - 1)) - 1, n = 0;

    /* Tests every threshold: an early exit would be mispredicted. */
    for (int i = 0; i < last; i++)
        n += distance >= thresholds[i] * state->scale;
    return (unsigned)n << (4 - state->bits) | (difference < 0 ? 8 : 0);
}

/* Works on a copy of the state, which stays in registers: in memory, values that are stored in
 * parts and loaded as a whole would stall. Every other difference is lowered by 2, as in NMS' own
 * coders. */
void nms_encode(struct nms *stored, const int16_t pcm[NMS_FRAME], uint16_t groups[NMS_GROUPS])
{
    struct nms state = *stored;

    for (unsigned i = 0; i < NMS_FRAME; i++) {
        unsigned code;

        advance(&state);
        code = quantize(&state, pcm[i] * SAMPLE_MAX / PCM_MAX - state.se - (i % 2 ? 0 : 2));
        reconstruct(&state, code);
        groups[i / 4] = (uint16_t)((unsigned)groups[i / 4] << 4 | code);
    }
    *stored = state;
}

void nms_decode(struct nms *stored, const uint16_t groups[NMS_GROUPS], int16_t *pcm, size_t n)
{
    struct nms state = *stored;

    for (size_t i = 0; i < n; i++) {
        advance(&state);
        reconstruct(&state, (unsigned)groups[i / 4] >> (12 - 4 * (i % 4)) & 15);
        pcm[i] =
            (int16_t)(clamp(wrap16(state.sr[0]), -SAMPLE_MAX, SAMPLE_MAX) * PCM_MAX / SAMPLE_MAX);
    }
    *stored = state;
}
