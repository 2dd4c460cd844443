/* The synthesis filter and the postfilter. */
#include <string.h>
#include "tables.h"

/* The greatest magnitude of samples with which a recursion neither clips a sample nor wraps a sum:
 * its input and what the tilt adds stay below 2^28. */
static int32_t exact_limit(const int16_t c_q12[TRUESPEECH_ORDER])
{
    int32_t sum = 1; /* a divisor */

    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        sum += c_q12[i] < 0 ? -c_q12[i] : c_q12[i];
    return min_i32(TRUESPEECH_SAMPLE_MAX, (INT32_MAX - (1 << 28)) / sum);
}

void truespeech_filter(const struct dsp_celp *dsp, const int16_t a_q12[TRUESPEECH_ORDER],
                       int16_t k_q15, struct truespeech_synthesis_filter *filter)
{
    memset(filter, 0, sizeof *filter);
    filter->dsp = dsp;
    for (int i = 0; i < TRUESPEECH_ORDER; i++) {
        filter->a_q12[i] = a_q12[i];
        filter->zeros_q12[i] = (int16_t)(truespeech_decay_550[i] * a_q12[i] >> 15);
        filter->poles_q12[i] = (int16_t)(truespeech_decay_750[i] * a_q12[i] >> 15);
    }
    filter->tilt = (int16_t)(k_q15 - (k_q15 >> 2));
    filter->a_limit = exact_limit(filter->a_q12);
    filter->poles_limit = exact_limit(filter->poles_q12);
}

/* A single comparison in the usual case. */
static inline int16_t clip(int32_t x)
{
    if ((uint32_t)x + TRUESPEECH_SAMPLE_MAX > 2 * TRUESPEECH_SAMPLE_MAX)
        x = x < 0 ? -TRUESPEECH_SAMPLE_MAX : TRUESPEECH_SAMPLE_MAX;
    return (int16_t)x;
}

static inline int32_t round_q12(uint32_t sum_q12) { return (int32_t)(sum_q12 + 0x800) >> 12; }

/* The prediction of a recursion, unrolled for speed: the latest sample, which arrives last, is
 * added last. Sums wrap at 32 bits, which an unstable predictor at full scale requires. */
static inline uint32_t predict(const int32_t c_q12[TRUESPEECH_ORDER], const int32_t *now)
{
    uint32_t early = (uint32_t)(now[-8] * c_q12[7]) + (uint32_t)(now[-7] * c_q12[6]) +
                     (uint32_t)(now[-6] * c_q12[5]) + (uint32_t)(now[-5] * c_q12[4]);
    uint32_t late = (uint32_t)(now[-4] * c_q12[3]) + (uint32_t)(now[-3] * c_q12[2]) +
                    (uint32_t)(now[-2] * c_q12[1]);

    return early + late + (uint32_t)(now[-1] * c_q12[0]);
}

/* The sum of the products of A(z/.55). The powers of .55 add up to 1.22, so the sum stays below
 * 1.22 * 2^30. */
static inline int32_t zeros(const int16_t rising_q12[TRUESPEECH_ORDER], const int16_t *s)
{
    int32_t sum = 0;

    for (int k = 0; k < TRUESPEECH_ORDER; k++)
        sum += rising_q12[k] * s[k];
    return sum;
}

/* 4096 x, so that the input of a recursion and its prediction are one sum. x has 16 bits, hence at
 * most 2^27. */
static void feed(const int16_t *x, int32_t sums[TRUESPEECH_SUBFRAME])
{
    for (int i = 0; i < TRUESPEECH_SUBFRAME / 8 * 8; i++)
        sums[i] = x[i] * 4096;
    for (int i = TRUESPEECH_SUBFRAME / 8 * 8; i < TRUESPEECH_SUBFRAME; i++)
        sums[i] = x[i] * 4096;
}

enum { PAST = CELP_ORDER, ROOM = 64 }; /* a multiple of 8, for compilers that vectorize */
enum { SPARE = ROOM - TRUESPEECH_SUBFRAME };

/* The input of the postfilter's poles, from the output s of 1/A, which has ROOM samples. */
static void feed_poles(const struct truespeech_synthesis_filter *filter, const int16_t *s,
                       int32_t in[TRUESPEECH_SUBFRAME])
{
    int32_t sums[ROOM];
    int16_t sharp[ROOM];

    memset(sums + TRUESPEECH_SUBFRAME, 0, SPARE * sizeof *sums);
    filter->dsp->zeros(s - 1, filter->zeros_q12, TRUESPEECH_ORDER / 2, sums,
                       TRUESPEECH_SUBFRAME); /* below 1.22 * 2^30, as above */
    for (int i = 0; i < ROOM; i++)
        sharp[i] = wrap16(s[i] + (-sums[i] >> 12));
    feed(sharp, in);
}

/* The output of the postfilter, from the sums of its poles and their output y. */
static void finish(const struct truespeech_synthesis_filter *filter, int32_t sums[ROOM],
                   const int16_t *y, int16_t out[TRUESPEECH_SUBFRAME])
{
    int16_t all[ROOM];

    for (int i = 0; i < ROOM; i++) {
        int32_t tilted = sums[i] + (y[i - 1] * filter->tilt >> 4); /* adds less than 2^27 */

        sums[i] = tilted - (tilted >> 3);
    }
    filter->dsp->narrow(sums, 0x800, 12, all, ROOM);
    for (int i = 0; i < ROOM; i++)
        all[i] = (int16_t)clamp(all[i], -TRUESPEECH_SAMPLE_MAX, TRUESPEECH_SAMPLE_MAX);
    memcpy(out, all, TRUESPEECH_SUBFRAME * sizeof *out);
}

/* Copies the last samples of a recursion behind zeros. */
static int16_t *begin(int16_t *past, const int16_t last[TRUESPEECH_ORDER])
{
    memset(past, 0, (PAST - TRUESPEECH_ORDER) * sizeof *past);
    memcpy(past + PAST - TRUESPEECH_ORDER, last, TRUESPEECH_ORDER * sizeof *past);
    return past + PAST;
}

/* Filters `count` subframes, at most those of a group, stage by stage, until a sample would be
 * clipped on the way or a sum would wrap; returns how many subframes it finished. The poles of the
 * postfilter and 1/A of the next subframe depend on their own past alone, so they run side by side.
 */
static int synthesize_exactly(struct truespeech_synthesis *state,
                              const struct truespeech_synthesis_filter *const *filters,
                              const int16_t (*e)[TRUESPEECH_SUBFRAME], int count, int16_t *out)
{
    int16_t past_s[PAST + TRUESPEECH_GROUP * TRUESPEECH_FRAME + SPARE], *s,
        past_y[PAST + TRUESPEECH_GROUP * TRUESPEECH_FRAME + SPARE], *y;
    const struct dsp_celp *dsp = filters[0]->dsp;
    int32_t in[2][TRUESPEECH_SUBFRAME], sums[2][ROOM];
    struct celp_filter pair[2] = { { .in = in[0], .out = sums[0] },
                                   { .in = in[1], .out = sums[1] } };
    int i = 0;

    s = begin(past_s, state->s);
    y = begin(past_y, state->y);
    memset(sums[0] + TRUESPEECH_SUBFRAME, 0, SPARE * sizeof **sums);
    feed(e[0], in[1]);
    pair[1].peak = dsp->poles(in[1], filters[0]->a_q12, 12, s, sums[1], TRUESPEECH_SUBFRAME);
    for (; i < count; i++, s += TRUESPEECH_SUBFRAME, y += TRUESPEECH_SUBFRAME) {
        const struct truespeech_synthesis_filter *filter = filters[i];

        if (pair[1].peak > filter->a_limit)
            break;
        memset(s + TRUESPEECH_SUBFRAME, 0, SPARE * sizeof *s);
        memset(y + TRUESPEECH_SUBFRAME, 0, SPARE * sizeof *y);
        feed_poles(filter, s, in[0]);
        if (i + 1 < count) {
            feed(e[i + 1], in[1]);
            pair[0].a = filter->poles_q12;
            pair[0].y = y;
            pair[1].a = filters[i + 1]->a_q12;
            pair[1].y = s + TRUESPEECH_SUBFRAME;
            dsp->two_poles(pair, 12, TRUESPEECH_SUBFRAME);
        } else {
            pair[0].peak =
                dsp->poles(in[0], filter->poles_q12, 12, y, sums[0], TRUESPEECH_SUBFRAME);
        }
        if (pair[0].peak > filter->poles_limit)
            break;
        finish(filter, sums[0], y, out + TRUESPEECH_SUBFRAME * i);
    }
    memcpy(state->s, s - TRUESPEECH_ORDER, sizeof state->s);
    memcpy(state->y, y - TRUESPEECH_ORDER, sizeof state->y);
    return i;
}

/* Both recursions in one loop: each depends on its own last sample only, so the processor runs them
 * in parallel. */
static void synthesize_in_steps(struct truespeech_synthesis *state,
                                const struct truespeech_synthesis_filter *filter,
                                const int16_t e[TRUESPEECH_SUBFRAME],
                                int16_t out[TRUESPEECH_SUBFRAME])
{
    int16_t narrow[TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME], rising_q12[TRUESPEECH_ORDER];
    int32_t a_q12[TRUESPEECH_ORDER], poles_q12[TRUESPEECH_ORDER],
        s[TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME], y[TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME];

    for (int k = 0; k < TRUESPEECH_ORDER; k++) {
        a_q12[k] = filter->a_q12[k];
        poles_q12[k] = filter->poles_q12[k];
        rising_q12[k] = filter->zeros_q12[TRUESPEECH_ORDER - 1 - k];
        narrow[k] = state->s[k];
        s[k] = state->s[k];
        y[k] = state->y[k];
    }
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        int32_t *now = s + TRUESPEECH_ORDER + i, *behind = y + TRUESPEECH_ORDER + i, tilted;
        uint32_t sum;

        *now = narrow[TRUESPEECH_ORDER + i] = clip(e[i] + round_q12(predict(a_q12, now)));
        sum = (uint32_t)(wrap16(*now + (-zeros(rising_q12, narrow + i) >> 12)) * 4096) +
              predict(poles_q12, behind);
        *behind = clip(round_q12(sum));
        tilted = (int32_t)(sum + (uint32_t)(behind[-1] * filter->tilt >> 4));
        out[i] = clip(round_q12((uint32_t)(tilted - (tilted >> 3))));
    }
    for (int k = 0; k < TRUESPEECH_ORDER; k++) {
        state->s[k] = narrow[TRUESPEECH_SUBFRAME + k];
        state->y[k] = (int16_t)y[TRUESPEECH_SUBFRAME + k];
    }
}

void truespeech_synthesize_all(struct truespeech_synthesis *state,
                               const struct truespeech_synthesis_filter *const *filters,
                               const int16_t (*e)[TRUESPEECH_SUBFRAME], int count, int16_t *out)
{
    for (int i = 0; i < count; i++) {
        i +=
            synthesize_exactly(state, filters + i, e + i, count - i, out + TRUESPEECH_SUBFRAME * i);
        if (i < count)
            synthesize_in_steps(state, filters[i], e[i], out + TRUESPEECH_SUBFRAME * i);
    }
}

void truespeech_synthesize(struct truespeech_synthesis *state,
                           const struct truespeech_synthesis_filter *filter,
                           const int16_t e[TRUESPEECH_SUBFRAME], int16_t out[TRUESPEECH_SUBFRAME])
{
    truespeech_synthesize_all(state, &filter, (const int16_t(*)[TRUESPEECH_SUBFRAME])e, 1, out);
}
