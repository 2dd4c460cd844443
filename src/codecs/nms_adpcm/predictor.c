#include <string.h>
#include "compiler.h"
#include "fixed.h"
#include "nms.h"
#include "tables.h"

enum { LOG_LEAST = 2171, LOG_MOST = 20480 };
enum { SAMPLE_MOST = 8159, PCM_MOST = 32767 };

/* Reconstructed samples are held where the estimate fits 32 bits. What bounds it: |dq| <= 11194 *
 * 1024 >> 12 < 2799 and |b| <= 2^15, so that the zeros give less than 551e6; |a[0]| <= 27648,
 * |a[1]| <= 12288, whose sum times this is less than 2^31 - 551e6. Sound stays within 2^13 and
 * never meets the limit. */
enum { SR_MOST = 39900 };

void nms_start(struct nms *state, unsigned bits)
{
    memset(state, 0, sizeof *state);
    state->bits = bits;
}

/* 2^((log - 20480) / 2048) * 1024, between the tabled powers along a straight line. */
static INLINED int antilog(int log)
{
    int line = 4096 + ((log & 63) * 5739 >> 12); /* Q12, up to 2^(1/32) */

    return line * nms_powers[log >> 6 & 31] >> (26 - (log >> 11));
}

static INLINED int limited(int x, int least, int most)
{
    return x < least ? least : x > most ? most : x;
}

/* -1, 0 or 1; of two, -1 and 1 differ in all bits but the lowest. */
static INLINED int sign_of(int x) { return (x > 0) - (x < 0); }

static INLINED bool opposite(int sign, int other) { return (sign ^ other) == -2; }

/* Without a branch, which nothing could foretell. */
static INLINED int negated_if(bool negative, int x) { return (x ^ -(int)negative) + negative; }

/* Less a 256th: x * 255 >> 8. */
static INLINED int faded(int x) { return x - ((x + 255) >> 8); }

static INLINED void adapt_scale(struct nms *state)
{
    int move = nms_moves[state->bits - 2][(state->code & 7) >> (4 - state->bits)];

    state->log_scale = limited((state->log_scale * 248 >> 8) + move, LOG_LEAST, LOG_MOST);
    state->scale = antilog(state->log_scale);
}

/* Here 0 counts as positive. */
static INLINED void adapt_zeros(struct nms *state)
{
#pragma GCC unroll 6
    for (int i = 0; i < ZEROS; i++)
        state->b[i] = faded(state->b[i]) + 128 - ((state->dq[0] ^ state->dq[i + 1]) >> 31 & 256);
}

static INLINED void adapt_poles(struct nms *state)
{
    int pull = limited(state->a[0] >> 5, -256, 256), most;
    bool turned = opposite(state->p[0], state->p[1]);

    state->a[0] = faded(state->a[0]) + negated_if(turned, 192);
    state->a[1] = (state->a[1] * 254 >> 8) + negated_if(!turned, pull) +
                  negated_if(opposite(state->p[0], state->p[2]), 128);
    state->a[1] = limited(state->a[1], -12288, 12288);
    most = 15360 - state->a[1];
    state->a[0] = limited(state->a[0], -most, most);
}

static INLINED void estimate(struct nms *state)
{
    int zeros = 0;

#pragma GCC unroll 6
    for (int i = 0; i < ZEROS; i++)
        zeros += state->dq[i] * state->b[i];
    state->sez = zeros >> 14;
    state->se = (state->a[0] * state->sr[0] + state->a[1] * state->sr[1] + zeros) >> 14;
}

/* The last sample makes everything ready for the next one; so the first is met by a state that has
 * moved once. */
static INLINED void advance(struct nms *state)
{
    adapt_scale(state);
    adapt_zeros(state);
    adapt_poles(state);
    estimate(state);
}

/* The shift floors, as in the 16-bit NMSVCE.DLL. */
static INLINED void reconstruct(struct nms *state, unsigned code)
{
    int level = nms_levels[state->bits - 2][(code & 7) >> (4 - state->bits)] * state->scale;

#pragma GCC unroll 6
    for (int i = ZEROS; i > 0; i--)
        state->dq[i] = state->dq[i - 1];
    state->p[2] = state->p[1];
    state->p[1] = state->p[0];
    state->sr[1] = state->sr[0];
    state->dq[0] = negated_if(code >> 3 & 1, level) >> 12;
    state->p[0] = sign_of(state->sez + state->dq[0]);
    state->sr[0] = limited(state->se + state->dq[0], -SR_MOST, SR_MOST);
    state->code = code;
}

/* |se| < 2^17 by the bounds above, so that the distance, Q13, fits 32 bits. */
static INLINED unsigned quantise(const struct nms *state, int difference)
{
    const int16_t *decisions = nms_decisions[state->bits - 2];
    int distance = (difference < 0 ? -difference : difference) * 8192,
        last = (1 << (state->bits - 1)) - 1, n = 0;

    /* All are asked: where the first refusal comes nothing could foretell. */
    for (int i = 0; i < last; i++)
        n += distance >= decisions[i] * state->scale;
    return (unsigned)n << (4 - state->bits) | (difference < 0 ? 8 : 0);
}

/* The state is a copy, which stays in registers: in memory, what is stored in parts and loaded at
 * once would be waited for. Every other difference is lowered by 2, as NMS' own coders do. */
void nms_encode(struct nms *kept, const int16_t pcm[FRAME], uint16_t rows[ROWS])
{
    struct nms state = *kept;

    for (unsigned i = 0; i < FRAME; i++) {
        unsigned code;

        advance(&state);
        code = quantise(&state, pcm[i] * SAMPLE_MOST / PCM_MOST - state.se - (i % 2 ? 0 : 2));
        reconstruct(&state, code);
        rows[i / 4] = (uint16_t)((unsigned)rows[i / 4] << 4 | code);
    }
    *kept = state;
}

void nms_decode(struct nms *kept, const uint16_t rows[ROWS], int16_t *pcm, size_t n)
{
    struct nms state = *kept;

    for (size_t i = 0; i < n; i++) {
        advance(&state);
        reconstruct(&state, (unsigned)rows[i / 4] >> (12 - 4 * (i % 4)) & 15);
        pcm[i] = (int16_t)(limited(wrap16(state.sr[0]), -SAMPLE_MOST, SAMPLE_MOST) * PCM_MOST /
                           SAMPLE_MOST);
    }
    *kept = state;
}
