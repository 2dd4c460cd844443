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

/* x less a 256th of it: x * 255 >> 8. */
static INLINED int faded(int x) { return x - ((x + 255) >> 8); }

/* The effects of a code on the quantized difference and on the scale. */
struct effects {
    int16_t levels[16], moves[16];
};

static void list_effects(struct effects *effects, unsigned bits)
{
    for (unsigned code = 0; code < 16; code++) {
        unsigned magnitude = (code & 7) >> (4 - bits);
        int level = nms_levels[bits - 2][magnitude];

        effects->levels[code] = (int16_t)(code & 8 ? -level : level);
        effects->moves[code] = nms_moves[bits - 2][magnitude];
    }
}

static INLINED void adapt_scale(struct nms *state, const struct effects *effects)
{
    int move = effects->moves[state->code];

    state->log_scale = clamp((state->log_scale * 248 >> 8) + move, LOG_MIN, LOG_MAX);
    state->scale = antilog(state->log_scale);
}

/* 0 or 256. Here 0 counts as positive. */
static INLINED int sign_of(int dq) { return dq >> 31 & 256; }

/* A zero fades and grows by 128 if the signs of two differences agree; else it shrinks by 128.
 * Since 128 * 256 is 2^15, both are one difference. */
static INLINED int adapted(int b, int sign, int other)
{
    return b - ((b + 255 - (1 << 15)) >> 8) - (sign ^ other);
}

static INLINED void adapt_zeros(struct nms *state)
{
#pragma GCC unroll 6
    for (int i = 0; i < NMS_ZEROS; i++)
        state->b[i] = adapted(state->b[i], sign_of(state->dq[0]), sign_of(state->dq[i + 1]));
}

/* The masks are -1 if the last sum's sign is the opposite of the one before, or of that before it.
 * By the bounds above, |sez + dq| < 36500, so that the products fit 32 bits. */
static INLINED void adapt_poles(struct nms *state)
{
    int pull = clamp(state->a[0] >> 5, -256, 256), most;
    int turned = (state->p[0] * state->p[1]) >> 31, before = (state->p[0] * state->p[2]) >> 31;

    state->a[0] = faded(state->a[0]) + negate_if(turned, 192);
    state->a[1] = (state->a[1] * 254 >> 8) + negate_if(~turned, pull) + negate_if(before, 128);
    state->a[1] = seldom_clamped(state->a[1], -12288, 12288);
    most = 15360 - state->a[1];
    state->a[0] = seldom_clamped(state->a[0], -most, most);
}

static INLINED void estimate(struct nms *state, int zeros)
{
    state->sez = zeros >> 14;
    state->se = (state->a[0] * state->sr[0] + state->a[1] * state->sr[1] + zeros) >> 14;
}

/* The shift rounds down, as in the 16-bit NMSVCE.DLL. */
static INLINED int difference(const struct nms *state, const struct effects *effects)
{
    return effects->levels[state->code] * state->scale >> 12;
}

static INLINED void reconstruct(struct nms *state, int dq)
{
    state->p[2] = state->p[1];
    state->p[1] = state->p[0];
    state->sr[1] = state->sr[0];
    state->p[0] = state->sez + dq;
    state->sr[0] = clamp(state->se + dq, -SR_MAX, SR_MAX);
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
    struct effects effects;

    list_effects(&effects, state.bits);
    for (unsigned i = 0; i < NMS_FRAME; i++) {
        int zeros = 0;

        adapt_scale(&state, &effects);
        adapt_zeros(&state);
        adapt_poles(&state);
#pragma GCC unroll 6
        for (int k = 0; k < NMS_ZEROS; k++)
            zeros += state.dq[k] * state.b[k];
        estimate(&state, zeros);
        state.code = quantize(&state, pcm[i] * SAMPLE_MAX / PCM_MAX - state.se - (i % 2 ? 0 : 2));
#pragma GCC unroll 6
        for (int k = NMS_ZEROS; k > 0; k--)
            state.dq[k] = state.dq[k - 1];
        state.dq[0] = difference(&state, &effects);
        reconstruct(&state, state.dq[0]);
        groups[i / 4] = (uint16_t)((unsigned)groups[i / 4] << 4 | state.code);
    }
    *stored = state;
}

/* The differences of a frame, behind those of the last one, the newest last; and their signs. */
enum { LANES = 8 };
struct differences {
    int16_t dq[LANES + NMS_FRAME], signs[1 + LANES + NMS_FRAME];
};

static void decode_differences(struct nms *state, const uint16_t groups[NMS_GROUPS],
                               struct differences *to, size_t n)
{
    struct effects effects;
    struct nms next = *state;

    list_effects(&effects, state->bits);
    to->dq[0] = 0;
    for (size_t i = 0; i <= NMS_ZEROS; i++)
        to->dq[LANES - 1 - i] = (int16_t)state->dq[i];
    for (size_t i = 0; i < n; i++) {
        adapt_scale(&next, &effects);
        next.code = (unsigned)groups[i / 4] >> (12 - 4 * (i % 4)) & 15;
        to->dq[LANES + i] = (int16_t)difference(&next, &effects);
    }
    to->signs[0] = 0;
    for (size_t i = 0; i < LANES + n; i++)
        to->signs[1 + i] = (int16_t)(to->dq[i] >> 15 & 256);
    *state = next;
    for (size_t i = 0; i <= NMS_ZEROS; i++)
        state->dq[i] = to->dq[LANES + n - 1 - i];
}

/* Adapts the zeros, and computes their sum for each sample. Compilers can vectorize this: as zeros
 * are between -2^15 and 32640, everything has 16 bits, if the rounding up of the fading is done in
 * two steps. The last lane is the first zero; the first two lanes are not used. */
static void filter_zeros(struct nms *state, const struct differences *from, int *sums, size_t n)
{
    static const int16_t used[LANES] = { 0, 0, -1, -1, -1, -1, -1, -1 };
    int16_t b[LANES] = { 0 };

    for (int k = 0; k < NMS_ZEROS; k++)
        b[LANES - 1 - k] = (int16_t)state->b[k];
    for (size_t i = 0; i < n; i++) {
        const int16_t *dq = from->dq + i, *signs = from->signs + i;
        int16_t sign = from->signs[i + LANES];
        int sum = 0;

        for (int k = 0; k < LANES; k++) {
            int16_t half = (int16_t)((b[k] >> 1) + (b[k] & 1));
            int16_t fall = (int16_t)((half + 127 - (1 << 14)) >> 7);

            b[k] = (int16_t)((b[k] - fall - (sign ^ signs[k])) & used[k]);
        }
        for (int k = 0; k < LANES; k++)
            sum += dq[k] * b[k];
        sums[i] = sum;
    }
    for (int k = 0; k < NMS_ZEROS; k++)
        state->b[k] = b[LANES - 1 - k];
}

/* The codes alone determine the differences, and these the zeros. Only the poles need the estimates
 * of the samples before. In loops of their own, the dependency chains of scale and zeros are 7 and
 * 4 cycles per sample. That of the poles, in the last loop, is 18, because each pole's limit
 * depends on the other pole; that of the samples, 11, runs beside it. */
void nms_decode(struct nms *stored, const uint16_t groups[NMS_GROUPS], int16_t *pcm, size_t n)
{
    struct differences differences;
    int sums[NMS_FRAME];
    struct nms state;

    decode_differences(stored, groups, &differences, n);
    filter_zeros(stored, &differences, sums, n);
    state = *stored;
    for (size_t i = 0; i < n; i++) {
        adapt_poles(&state);
        estimate(&state, sums[i]);
        reconstruct(&state, differences.dq[LANES + i]);
        pcm[i] =
            (int16_t)(clamp(wrap16(state.sr[0]), -SAMPLE_MAX, SAMPLE_MAX) * PCM_MAX / SAMPLE_MAX);
    }
    *stored = state;
}
