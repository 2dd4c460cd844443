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

    state->log_scale =
        seldom_clamped(state->log_scale - ((state->log_scale + 31) >> 5) + move, LOG_MIN, LOG_MAX);
    state->scale = antilog(state->log_scale);
}

/* 0 or 256. Here 0 counts as positive. */
static INLINED int sign_of(int x) { return x >> 31 & 256; }

/* A zero fades and grows by 128 if the signs of two differences agree; else it shrinks by 128.
 * Since 128 * 256 is 2^15, both are one difference. */
static INLINED int adapted(int b, int sign) { return b - ((b + 255 - (1 << 15)) >> 8) - sign; }

/* The masks are -1 if the last sum's sign is the opposite of the one before, or of that before it.
 * By the bounds above, |sez + dq| < 36500, so that the products fit 32 bits. */
static INLINED void adapt_poles(struct nms *state)
{
    int pull = clamp(state->a[0] >> 5, -256, 256);
    int turned = (state->p[0] * state->p[1]) >> 31, before = (state->p[0] * state->p[2]) >> 31;

    state->a[0] = faded(state->a[0]) + 192 + (turned & -384);
    state->a[1] += 128 + (before & -256) - (pull ^ turned) + turned - ((state->a[1] + 127) >> 7);
    state->a[1] = seldom_limited(state->a[1], 12288);
    state->a[0] = seldom_limited(state->a[0], 15360 - state->a[1]);
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

/* Returns the sample with 14 bits. Without its limits, which are seldom reached, it is the sum. */
static INLINED int reconstruct(struct nms *state, int dq)
{
    int sr = state->se + dq, sample = sr;

    if (__builtin_expect(sr != seldom_limited(sr, SAMPLE_MAX), 0)) {
        sr = clamp(sr, -SR_MAX, SR_MAX);
        sample = clamp(wrap16(sr), -SAMPLE_MAX, SAMPLE_MAX);
    }
    state->p[2] = state->p[1];
    state->p[1] = state->p[0];
    state->sr[1] = state->sr[0];
    state->p[0] = state->sez + dq;
    state->sr[0] = sr;
    return sample;
}

/* The number of thresholds that a distance reaches. Tests each one: an early exit would be
 * mispredicted. Two sums, so that their chain is half as long. */
static INLINED unsigned reached(const int16_t *thresholds, int scale, int distance, unsigned count)
{
    unsigned below[2] = { 0, 0 };

#pragma GCC unroll 7
    for (unsigned i = 0; i < count; i++)
        below[i % 2] += (unsigned)(distance - thresholds[i] * scale) >> 31;
    return count - (below[0] + below[1]);
}

/* |se| < 2^17 by the bounds above, so that the distance, in Q13, fits 32 bits. */
static INLINED unsigned quantize(const struct nms *state, int difference)
{
    const int16_t *thresholds = nms_thresholds[state->bits - 2];
    int distance = (difference < 0 ? -difference : difference) * 8192, scale = state->scale;
    unsigned sign = difference < 0 ? 8 : 0;

    if (state->bits == 4)
        return reached(thresholds, scale, distance, 7) | sign;
    if (state->bits == 3)
        return reached(thresholds, scale, distance, 3) << 1 | sign;
    return reached(thresholds, scale, distance, 1) << 2 | sign;
}

/* The differences of a frame, behind those of the last one, the newest last. */
enum { LANES = 8, PAST = LANES + 2 };
struct differences {
    int16_t dq[PAST + NMS_FRAME];
};

static void open_differences(struct differences *to, const struct nms *state)
{
    for (size_t i = 0; i < PAST - 1 - NMS_ZEROS; i++)
        to->dq[i] = 0;
    for (size_t i = 0; i <= NMS_ZEROS; i++)
        to->dq[PAST - 1 - i] = (int16_t)state->dq[i];
}

static void close_differences(const struct differences *from, struct nms *state, size_t n)
{
    for (size_t i = 0; i <= NMS_ZEROS; i++)
        state->dq[i] = from->dq[PAST + n - 1 - i];
}

/* The zeros in lanes, the first of them in the last lane. Compilers can vectorize what follows: as
 * zeros are between -2^15 and 32640, everything has 16 bits, if the rounding up of the fading is
 * done in two steps. */
static void load_zeros(int16_t b[LANES], const struct nms *state)
{
    b[0] = b[1] = 0;
    for (int k = 0; k < NMS_ZEROS; k++)
        b[LANES - 1 - k] = (int16_t)state->b[k];
}

static void store_zeros(const int16_t b[LANES], struct nms *state)
{
    for (int k = 0; k < NMS_ZEROS; k++)
        state->b[k] = b[LANES - 1 - k];
}

/* `dq` are the differences before the ones that the lanes multiply. */
static INLINED void adapt_zeros(int16_t b[LANES], int newest, const int16_t *dq)
{
    for (int k = 0; k < LANES; k++) {
        int16_t rounding = (int16_t)((b[k] & 1) + 127 - (1 << 14));
        int16_t fall = (int16_t)((int16_t)((b[k] >> 1) + rounding) >> 7);
        int16_t change = (int16_t)((int16_t)((int16_t)newest ^ dq[k]) >> 15 & 256);

        b[k] = (int16_t)((int16_t)(b[k] - change) - fall);
    }
}

static INLINED int sum_zeros(const int16_t b[LANES], const int16_t *dq, const int16_t used[LANES])
{
    int sum = 0;

    for (int k = 0; k < LANES; k++)
        sum += (int16_t)(dq[k] & used[k]) * b[k];
    return sum;
}

/* Works on a copy of the state, which stays in registers: in memory, values that are stored in
 * parts and loaded as a whole would stall. For the same reason, the first zero is apart from the
 * others: its difference has just been stored. From one code to the next, the longest dependency
 * chains have about 40 cycles: through the scale (21) and the thresholds (11), and through the
 * difference (10), the poles (11), the estimate (9) and the thresholds. Every other difference is
 * lowered by 2, as in NMS' own coders. */
void nms_encode(struct nms *stored, const int16_t pcm[NMS_FRAME], uint16_t groups[NMS_GROUPS])
{
    static const int16_t used[LANES] = { 0, 0, 0, -1, -1, -1, -1, -1 };
    struct nms state = *stored;
    struct differences past;
    struct effects effects;
    int16_t b[LANES];

    list_effects(&effects, state.bits);
    open_differences(&past, &state);
    load_zeros(b, &state);
    memmove(b + 1, b, (LANES - 1) * sizeof *b);
    for (unsigned i = 0; i < NMS_FRAME; i++) {
        adapt_scale(&state, &effects);
        adapt_zeros(b, state.dq[0], past.dq + i);
        state.b[0] = adapted(state.b[0], sign_of(state.dq[0] ^ state.dq[1]));
        adapt_poles(&state);
        estimate(&state, sum_zeros(b, past.dq + 1 + i, used) + state.b[0] * state.dq[0]);
        state.code = quantize(&state, pcm[i] * SAMPLE_MAX / PCM_MAX - state.se - (i % 2 ? 0 : 2));
        state.dq[1] = state.dq[0];
        state.dq[0] = difference(&state, &effects);
        past.dq[PAST + i] = (int16_t)state.dq[0];
        reconstruct(&state, state.dq[0]);
        groups[i / 4] = (uint16_t)((unsigned)groups[i / 4] << 4 | state.code);
    }
    memmove(b, b + 1, (LANES - 1) * sizeof *b);
    b[LANES - 1] = (int16_t)state.b[0];
    store_zeros(b, &state);
    close_differences(&past, &state, NMS_FRAME);
    *stored = state;
}

static void decode_differences(struct nms *state, const uint16_t groups[NMS_GROUPS],
                               struct differences *to, size_t n)
{
    struct effects effects;
    struct nms next = *state;

    list_effects(&effects, state->bits);
    open_differences(to, state);
    for (size_t i = 0; i < n; i += 4) {
        unsigned group = groups[i / 4];

#pragma GCC unroll 4
        for (unsigned k = 0; k < 4; k++) {
            adapt_scale(&next, &effects);
            next.code = group >> (12 - 4 * k) & 15;
            to->dq[PAST + i + k] = (int16_t)difference(&next, &effects);
        }
    }
    *state = next;
    close_differences(to, state, n);
}

/* sample * PCM_MAX / SAMPLE_MAX, with the fraction beyond 4 in Q32. As it is rounded up by less
 * than 2^-32, the result is exact. */
static INLINED int to_pcm(int sample)
{
    const int64_t fraction = ((int64_t)(PCM_MAX - 4 * SAMPLE_MAX) << 32) / SAMPLE_MAX + 1;

    return 4 * sample + (int)(sample * fraction >> 32) - (sample >> 31);
}

/* The codes alone determine the differences, and these the zeros. Only the poles need the estimates
 * of the samples before. In a loop of its own, the dependency chain of the scale is 4 cycles per
 * sample. The chains of the second loop are side by side: those of the zeros (6), the poles (4) and
 * the samples (8), as long as the limits are predicted. In two loops, whose chains follow each
 * other, they take 1.3 times as long. */
void nms_decode(struct nms *stored, const uint16_t groups[NMS_GROUPS], int16_t *pcm, size_t n)
{
    static const int16_t used[LANES] = { 0, 0, -1, -1, -1, -1, -1, -1 };
    struct differences past;
    int16_t b[LANES];
    struct nms state;

    decode_differences(stored, groups, &past, n);
    state = *stored;
    load_zeros(b, &state);
    for (size_t i = 0; i < n; i++) {
        adapt_zeros(b, past.dq[PAST - 1 + i], past.dq + 1 + i);
        adapt_poles(&state);
        estimate(&state, sum_zeros(b, past.dq + 2 + i, used));
        pcm[i] = (int16_t)to_pcm(reconstruct(&state, past.dq[PAST + i]));
    }
    store_zeros(b, &state);
    *stored = state;
}
