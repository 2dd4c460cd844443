#include <string.h>
#include "fixed.h"
#include "nms.h"
#include "tables.h"

enum { LOG_LEAST = 2171, LOG_MOST = 20480 };
enum { SAMPLE_MOST = 8159, PCM_MOST = 32767 };

/* Reconstructed samples are held where the estimate fits 32 bits. What bounds it: |dq| <= 11194 * 1024 >> 12 < 2799 and
 * |b| <= 2^15, so that the zeros give less than 551e6; |a[0]| <= 27648, |a[1]| <= 12288, whose sum times this is less than
 * 2^31 - 551e6. Sound stays within 2^13 and never meets the limit. */
enum { SR_MOST = 39900 };

void nms_start(struct nms *state, unsigned bits)
{
    memset(state, 0, sizeof *state);
    state->bits = bits;
}

/* 2^((log - 20480) / 2048) * 1024, between the tabled powers along a straight line. */
static int antilog(int log)
{
    int line = 4096 + ((log & 63) * 5739 >> 12);        /* Q12, up to 2^(1/32) */

    return line * nms_powers[log >> 6 & 31] >> (26 - (log >> 11));
}

static int limited(int x, int least, int most)
{
    return x < least ? least : x > most ? most : x;
}

static bool opposite(int x, int y)
{
    return (x < 0 && y > 0) || (x > 0 && y < 0);
}

static void adapt_scale(struct nms *state)
{
    int move = nms_moves[state->bits - 2][(state->code & 7) >> (4 - state->bits)];

    state->log_scale = limited((state->log_scale * 248 >> 8) + move, LOG_LEAST, LOG_MOST);
    state->scale = antilog(state->log_scale);
}

/* Here 0 counts as positive. */
static void adapt_zeros(struct nms *state)
{
    for (int i = 0; i < ZEROS; i++)
        state->b[i] = (state->b[i] * 255 >> 8) + ((state->dq[0] < 0) == (state->dq[i + 1] < 0) ? 128 : -128);
}

static void adapt_poles(struct nms *state)
{
    int pull = limited(state->a[0] >> 5, -256, 256), most;
    bool turned = opposite(state->p[0], state->p[1]);

    state->a[0] = (state->a[0] * 255 >> 8) + (turned ? -192 : 192);
    state->a[1] = (state->a[1] * 254 >> 8) + (turned ? pull : -pull) + (opposite(state->p[0], state->p[2]) ? -128 : 128);
    state->a[1] = limited(state->a[1], -12288, 12288);
    most = 15360 - state->a[1];
    state->a[0] = limited(state->a[0], -most, most);
}

static void estimate(struct nms *state)
{
    int zeros = 0;

    for (int i = 0; i < ZEROS; i++)
        zeros += state->dq[i] * state->b[i];
    state->sez = zeros >> 14;
    state->se = (state->a[0] * state->sr[0] + state->a[1] * state->sr[1] + zeros) >> 14;
}

/* The last sample makes everything ready for the next one; so the first is met by a state that has moved once. */
static void advance(struct nms *state)
{
    adapt_scale(state);
    adapt_zeros(state);
    adapt_poles(state);
    estimate(state);
}

/* The shift floors, as in the 16-bit NMSVCE.DLL. */
static void reconstruct(struct nms *state, unsigned code)
{
    int level = nms_levels[state->bits - 2][(code & 7) >> (4 - state->bits)] * state->scale;

    memmove(state->dq + 1, state->dq, ZEROS * sizeof *state->dq);
    memmove(state->p + 1, state->p, 2 * sizeof *state->p);
    state->sr[1] = state->sr[0];
    state->dq[0] = (code & 8 ? -level : level) >> 12;
    state->p[0] = state->sez + state->dq[0];
    state->sr[0] = limited(state->se + state->dq[0], -SR_MOST, SR_MOST);
    state->code = code;
}

/* |se| < 2^17 by the bounds above, so that the distance, Q13, fits 32 bits. */
static unsigned quantise(const struct nms *state, int difference)
{
    const int16_t *decisions = nms_decisions[state->bits - 2];
    int distance = (difference < 0 ? -difference : difference) * 8192, last = (1 << (state->bits - 1)) - 1, n = 0;

    while (n < last && distance >= decisions[n] * state->scale)
        n++;
    return (unsigned)n << (4 - state->bits) | (difference < 0 ? 8 : 0);
}

/* Every other difference is lowered by 2, as NMS' own coders do. */
unsigned nms_encode(struct nms *state, int16_t sample, unsigned odd)
{
    unsigned code;

    advance(state);
    code = quantise(state, sample * SAMPLE_MOST / PCM_MOST - state->se - (odd ? 0 : 2));
    reconstruct(state, code);
    return code;
}

int16_t nms_decode(struct nms *state, unsigned code)
{
    advance(state);
    reconstruct(state, code);
    return (int16_t)(limited(wrap16(state->sr[0]), -SAMPLE_MOST, SAMPLE_MOST) * PCM_MOST / SAMPLE_MOST);
}
