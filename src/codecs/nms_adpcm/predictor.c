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

    return line * nms_powers[(unsigned)log >> 6 & 31] >> (26 - (log >> 11));
}

/* x less a 256th of it: x * 255 >> 8. */
static INLINED int faded(int x) { return x - ((x + 255) >> 8); }

/* The effects of a code on the quantized difference and on the scale. */
struct effects {
    int levels[16], moves[16];
};

static void list_effects(struct effects *effects, unsigned bits)
{
    for (unsigned code = 0; code < 8; code++) {
        unsigned magnitude = code >> (4 - bits);

        effects->levels[code] = nms_levels[bits - 2][magnitude];
        effects->levels[code | 8] = -effects->levels[code];
        effects->moves[code] = effects->moves[code | 8] = nms_moves[bits - 2][magnitude];
    }
}

static INLINED void adapt_scale(struct nms *state, const struct effects *effects)
{
    int move = effects->moves[state->code];

    state->log_scale =
        seldom_clamped(state->log_scale - ((state->log_scale + 31) >> 5) + move, LOG_MIN, LOG_MAX);
    state->scale = antilog(state->log_scale);
}

/* A zero fades and grows by 128 if the signs of two differences agree, where 0 counts as positive;
 * else it shrinks by 128, and `sign` is 256 instead of 0. Since 128 * 256 is 2^15, both are one
 * difference. */
static INLINED int adapted(int b, int sign) { return b - ((b + 255 - (1 << 15)) >> 8) - sign; }

static INLINED void limit_poles(struct nms *state)
{
    state->a[1] = seldom_limited(state->a[1], 12288);
    state->a[0] = seldom_limited(state->a[0], 15360 - state->a[1]);
}

/* The masks are -1 if the last sum's sign is the opposite of the one before, or of that before it.
 * By the bounds above, |sez + dq| < 36500, so that the products fit 32 bits. */
static INLINED void adapt_poles(struct nms *state)
{
    int pull = clamp(state->a[0] >> 5, -256, 256);
    int turned = (state->p[0] * state->p[1]) >> 31, before = (state->p[0] * state->p[2]) >> 31;

    state->a[0] = faded(state->a[0]) + 192 + (turned & -384);
    state->a[1] += 128 + (before & -256) - (pull ^ turned) + turned - ((state->a[1] + 127) >> 7);
    limit_poles(state);
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

/* The number of thresholds that a distance reaches, of 1, 3 or 7. Tests each one: an early exit
 * would be mispredicted. The others are counted by carries, in two sums, whose chains are half as
 * long; their number is at most `count`, whose bits are all set, and inverting them subtracts it.
 */
static INLINED unsigned reached(const int16_t *thresholds, int scale, int distance, unsigned count)
{
    int below[2] = { 0, 0 };

#pragma GCC unroll 7
    for (unsigned i = 0; i < count; i++)
        below[i % 2] += (unsigned)distance < (unsigned)(thresholds[i] * scale);
    return (unsigned)(below[0] + below[1]) ^ count;
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

/* adapt_zeros and sum_zeros in one, for the newest difference's sign, 0 or 256. The sum is that for
 * 0, so that it does not wait for the sign. */
static INLINED int sum_zeros_ahead(int16_t b[LANES], int sign, const int16_t *dq)
{
    static const int16_t used[LANES] = { 0, 0, 0, -1, -1, -1, -1, -1 };
    int16_t signs[LANES];
    int sum = 0;

    for (int k = 0; k < LANES; k++) {
        int16_t rounding = (int16_t)((b[k] & 1) + 127 - (1 << 14));
        int16_t fall = (int16_t)((int16_t)((b[k] >> 1) + rounding) >> 7);

        signs[k] = (int16_t)(dq[k] >> 15 & 256);
        b[k] = (int16_t)(b[k] - fall);
    }
    for (int k = 0; k < LANES; k++)
        sum += (int16_t)(dq[k + 1] & used[k]) * (int16_t)(b[k] - signs[k]);
    for (int k = 0; k < LANES; k++)
        b[k] = (int16_t)(b[k] - (int16_t)(signs[k] ^ (int16_t)sign));
    return sum;
}

/* adapt_poles and estimate in one: returns the sum of both filters. The products are those for sums
 * of equal signs, and what other signs change in them, so that no product waits for the signs.
 * Above the limits, which are seldom reached, the sum may wrap. */
static INLINED int sum_filters(struct nms *state, int zeros)
{
    int pull = clamp(state->a[0] >> 5, -256, 256), sr0 = state->sr[0], sr1 = state->sr[1];
    int turned = (state->p[0] * state->p[1]) >> 31, before = (state->p[0] * state->p[2]) >> 31;
    int a0 = faded(state->a[0]) + 192, a1 = state->a[1] + 128 - pull - ((state->a[1] + 127) >> 7);
    int change = pull * sr1 * 2 - 384 * sr0, most;
    unsigned sum = (unsigned)(a0 * sr0) + (unsigned)(a1 * sr1);

    state->a[0] = a0 + (turned & -384);
    state->a[1] = a1 + (turned & pull * 2) + (before & -256);
    sum += (unsigned)((turned & change) - (before & sr1 * 256)) + (unsigned)zeros;
    most = 15360 - state->a[1];
    if (__builtin_expect(state->a[1] != seldom_limited(state->a[1], 12288), 0) ||
        __builtin_expect(((most + state->a[0]) | (most - state->a[0])) < 0, 0)) {
        limit_poles(state);
        return state->a[0] * sr0 + state->a[1] * sr1 + zeros;
    }
    return (int)sum;
}

/* pcm * SAMPLE_MAX / PCM_MAX, truncated: a quotient by 2^15 - 1 is one by 2^15 of the dividend and
 * a 2^15th of it. Compilers can vectorize this. */
static INLINED int from_pcm(int pcm)
{
    int product = pcm * SAMPLE_MAX;

    return (product + (product >> 15) + 1 + (product >> 31 & 32766)) >> 15;
}

/* Of a frame: its samples and codes. A turn is a difference, negative if the one before it is; 256
 * times the last five turns are taken from the sum of the zeros if the newest difference is
 * negative. Behind them are those of the frame. */
struct history {
    int16_t samples[NMS_FRAME];
    int turns[NMS_ZEROS - 1 + NMS_FRAME];
    uint8_t codes[NMS_FRAME];
};

/* Every other sample is lowered by 2, as in NMS' own coders. */
static void open_history(struct history *history, const struct nms *state,
                         const int16_t pcm[NMS_FRAME])
{
    static const int16_t lowered[LANES] = { 2, 0, 2, 0, 2, 0, 2, 0 };

    for (unsigned i = 0; i < NMS_FRAME; i += LANES)
        for (unsigned k = 0; k < LANES; k++)
            history->samples[i + k] = (int16_t)(from_pcm(pcm[i + k]) - lowered[k]);
    for (int k = 1; k < NMS_ZEROS; k++)
        history->turns[NMS_ZEROS - 1 - k] = negate_if(state->dq[k + 1] >> 31, state->dq[k]);
}

/* Works on a copy of the state, which stays in registers: in memory, values that are stored in
 * parts and loaded as a whole would stall. For the same reason, the first zero is apart from the
 * others: its difference has just been stored. All else that does not depend on the newest
 * difference is computed ahead. From one code to the next, the longest dependency chains then have
 * about 30 cycles: through the difference (9), the sum of the filters (9) and the thresholds (12),
 * and through the scale (18) and the thresholds. The 225 instructions limit it as much. */
void nms_encode(struct nms *stored, const int16_t pcm[NMS_FRAME], uint16_t groups[NMS_GROUPS])
{
    struct nms state = *stored;
    struct differences past;
    struct history history;
    struct effects effects;
    int16_t b[LANES];
    int turn = 0, last = state.dq[1] >> 31;

    list_effects(&effects, state.bits);
    open_differences(&past, &state);
    open_history(&history, &state, pcm);
    load_zeros(b, &state);
    memmove(b + 1, b, (LANES - 1) * sizeof *b);
    for (int k = 0; k < NMS_ZEROS - 1; k++)
        turn += history.turns[k];
    for (unsigned i = 0; i < NMS_FRAME; i++) {
        int dq = state.dq[0], sign = dq >> 31, zeros;

        adapt_scale(&state, &effects);
        zeros = sum_zeros_ahead(b, sign & 256, past.dq + i) - (turn * 256 & sign);
        history.turns[i + NMS_ZEROS - 1] = negate_if(last, dq);
        turn += history.turns[i + NMS_ZEROS - 1] - history.turns[i];
        state.b[0] = adapted(state.b[0], (sign ^ last) & 256);
        last = sign;
        zeros += state.b[0] * dq;
        state.se = sum_filters(&state, zeros) >> 14;
        state.sez = zeros >> 14;
        state.code = quantize(&state, history.samples[i] - state.se);
        state.dq[0] = difference(&state, &effects);
        past.dq[PAST + i] = (int16_t)state.dq[0];
        reconstruct(&state, state.dq[0]);
        history.codes[i] = (uint8_t)state.code;
    }
    for (unsigned i = 0; i < NMS_FRAME; i += 4)
        groups[i / 4] = (uint16_t)(history.codes[i] << 12 | history.codes[i + 1] << 8 |
                                   history.codes[i + 2] << 4 | history.codes[i + 3]);
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
