/* The search for the lag and the taps of the pitch predictor (clause 2.14), and taming: where the
 * error that a decoder may have could grow, the taps that would amplify it are excluded. */
#include <string.h>
#include "tables.h"

enum { LAGS_MAX = 4, ROOM = 64, LAG_MAX = G7231_HISTORY - 5 };
enum {
    ERROR_START = 4,
    ERROR_MAX = 0x40000000,
    TAMED_85 = 51,
    TAMED_170 = 93,
    THIRTIETH_Q15 = 1092
};

/* --- Taming --- */

void g7231_taming_start(struct g7231_taming *state)
{
    for (int i = 0; i < G7231_TAMING_BLOCKS; i++)
        state->error[i] = ERROR_START;
}

static int32_t grown(int32_t error, int16_t gain_q13)
{
    return L_add(ERROR_START, L_shl(L_mls(error, gain_q13), 2));
}

/* The errors of the two halves of the subframe, from those of the halves that its lag reaches. */
void g7231_tame(struct g7231_taming *state, enum g7231_rate rate, int16_t pair_lag,
                const struct g7231_subframe *sub)
{
    int lag = pair_lag - 1 + sub->lag_offset, at = mult((int16_t)lag, THIRTIETH_Q15);
    int16_t gain = rate == G7231_RATE_63 && pair_lag < G7231_SHORT_LAG
                       ? g7231_worst_85_q13[sub->taps]
                       : g7231_worst_170_q13[sub->taps];
    int32_t error[G7231_TAMING_BLOCKS], first, second;

    for (int i = 0; i < G7231_TAMING_BLOCKS; i++)
        error[i] = grown(state->error[i], gain);
    if (lag <= G7231_SUBFRAME / 2)
        first = second = error[0];
    else if (lag == 30 * (at + 1)) {
        first = error[at - 1];
        second = error[at];
    } else if (at == 1)
        first = second = max_i32(error[0], error[1]);
    else {
        first = max_i32(error[at - 2], error[at - 1]);
        second = max_i32(error[at - 1], error[at]);
    }
    memmove(state->error + 2, state->error, (G7231_TAMING_BLOCKS - 2) * sizeof *state->error);
    state->error[0] = first;
    state->error[1] = second;
}

/* The number of vectors of each code book to search for lags from `low` to `high`. */
static void bounds(const struct g7231_taming *state, uint16_t sine, int low, int high,
                   int counts[2])
{
    int from = low - G7231_SUBFRAME + 1 - G7231_TAPS / 2, room = 0;
    int32_t worst = -1;

    from = mult((int16_t)max_i32(from, 1), THIRTIETH_Q15);
    for (int i = mult((int16_t)(high + G7231_TAPS / 2), THIRTIETH_Q15); i >= from; i--)
        worst = max_i32(worst, state->error[i]);
    if (worst <= ERROR_MAX && !(sine & G7231_SINE))
        room = (ERROR_MAX - worst) >> 23;
    counts[0] = min_i32(TAMED_85 + 4 * room, G7231_GAINS_85);
    counts[1] = min_i32(TAMED_170 + 8 * room, G7231_GAINS_170);
}

/* --- Search --- */

/* The impulse response, and the same reversed, with zeros around it: [ROOM - 1 - i] is the sample
 * at i. */
struct response {
    const struct dsp_celp *dsp;
    int16_t h_q13[ROOM], backwards[2 * ROOM];
    int64_t energy;
    int32_t peak;
};

static void prepare(const struct dsp_celp *dsp, const int16_t h_q13[G7231_SUBFRAME],
                    struct response *out)
{
    memset(out, 0, sizeof *out);
    out->dsp = dsp;
    memcpy(out->h_q13, h_q13, G7231_SUBFRAME * sizeof *h_q13);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        out->backwards[ROOM - 1 - i] = h_q13[i];
    out->energy = dsp->energy(h_q13, G7231_SUBFRAME);
    out->peak = dsp->peak(h_q13, G7231_SUBFRAME);
}

/* Filters e, and adds it to `sums` by L_mac or subtracts it by L_msu. The sums are up to 2^30 in
 * magnitude. */
static void convolve(const int16_t e[G7231_SUBFRAME], const struct response *response, bool away,
                     int32_t sums[G7231_SUBFRAME])
{
    const struct dsp_celp *dsp = response->dsp;
    int16_t padded[ROOM] = { 0 };
    int32_t falling[G7231_SUBFRAME];

    memcpy(padded, e, G7231_SUBFRAME * sizeof *e);
    if (mac_is_exact(4 * dsp->energy(e, G7231_SUBFRAME),
                     response->energy)) { /* the change is within 2^30 */
        dsp->correlate(padded, response->backwards + ROOM - G7231_SUBFRAME, ROOM, falling,
                       G7231_SUBFRAME);
        for (int i = 0; i < G7231_SUBFRAME; i++) {
            int32_t sum = 2 * falling[G7231_SUBFRAME - 1 - i];

            sums[i] += away ? -sum : sum;
        }
        return;
    }
    for (int i = 0; i < G7231_SUBFRAME; i++)
        for (int j = 0; j <= i; j++)
            sums[i] = (away ? L_msu : L_mac)(sums[i], e[j], response->h_q13[i - j]);
}

/* Filters the past at one lag, once for each tap: the last tap by convolution, each other from the
 * next one. */
static void filter_past(const int16_t past[G7231_SUBFRAME + G7231_TAPS - 1],
                        const struct response *response, int16_t out[G7231_TAPS][ROOM])
{
    const struct dsp_celp *dsp = response->dsp;
    int32_t sums[G7231_SUBFRAME] = { 0 };

    convolve(past + G7231_TAPS - 1, response, false, sums);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        out[G7231_TAPS - 1][i] = round_q15(sums[i]);
    for (int k = G7231_TAPS - 2; k >= 0; k--) {
        out[k][0] = mult_r(past[k], 0x2000);
        if (response->peak <= INT16_MAX)
            dsp->accumulate(out[k + 1], response->h_q13 + 1, past[k], out[k] + 1,
                            G7231_SUBFRAME - 1);
        for (int i = 1; i < G7231_SUBFRAME && response->peak > INT16_MAX; i++)
            out[k][i] =
                round_q15(L_mac(L_deposit_h(out[k + 1][i - 1]), past[k], response->h_q13[i]));
    }
    for (int k = 0; k < G7231_TAPS; k++)
        memset(out[k] + G7231_SUBFRAME, 0, (ROOM - G7231_SUBFRAME) * sizeof **out);
}

/* A vector of zeros behind a subframe, with its energy. */
struct filtered {
    const int16_t *x;
    int64_t energy;
};

/* The sum of halved products, doubled n times at the end. */
static int32_t half_dot(const struct dsp_celp *dsp, struct filtered a, struct filtered b, int n)
{
    int32_t sum = 0;

    if (mac_is_exact(a.energy, b.energy))
        return L_shl(dsp->dot(a.x, b.x, ROOM), n);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sum = L_add(sum, L_mult(a.x[i], b.x[i]) >> 1);
    return L_shl(sum, n);
}

/* The factors for the terms of a code vector: the correlation of the target with each tap, the
 * energy of each tap, and twice the correlations between taps. */
static void correlate(const struct dsp_celp *dsp, struct filtered target,
                      int16_t y[G7231_TAPS][ROOM], int32_t out[G7231_TERMS])
{
    struct filtered taps[G7231_TAPS];

    memset(out, 0, G7231_TERMS * sizeof *out);
    for (int i = 0; i < G7231_TAPS; i++) {
        taps[i] = (struct filtered){ y[i], dsp->energy(y[i], ROOM) };
        *out++ = half_dot(dsp, target, taps[i], 1);
    }
    for (int i = 0; i < G7231_TAPS; i++)
        *out++ = L_energy(0, taps[i].energy);
    for (int i = 1; i < G7231_TAPS; i++)
        for (int j = 0; j < i; j++)
            *out++ = half_dot(dsp, taps[i], taps[j], 2);
}

static void normalize_terms(int lags, int32_t wide[LAGS_MAX][G7231_TERMS],
                            int16_t out[LAGS_MAX][G7231_TERMS])
{
    int32_t peak = 0;
    int shift;

    for (int k = 0; k < lags; k++)
        for (int i = 0; i < G7231_TERMS; i++)
            peak = max_i32(peak, L_abs(wide[k][i]));
    shift = norm_l(peak);
    for (int k = 0; k < lags; k++)
        for (int i = 0; i < G7231_TERMS; i++)
            out[k][i] = round_q15((int32_t)((uint32_t)wide[k][i] << shift));
}

static int32_t gain_of(const int16_t c[G7231_TERMS], const int16_t terms[G7231_TERMS])
{
    int32_t sum = 0;

    for (int i = 0; i < G7231_GAIN_TERMS; i++)
        sum = L_add(sum, L_mult(c[i], terms[i]) >> 1);
    return sum;
}

/* True if no sum over a code book can saturate upward. Only the first five terms and the last ten
 * can be positive, because energies are not negative and their factors not positive. The magnitudes
 * of the former add up to at most 36775, and of the latter to at most 32758. */
static bool is_bounded_above(const int16_t c[G7231_TERMS])
{
    int taps = 0, pairs = 0;

    for (int i = 0; i < G7231_TAPS; i++)
        taps = max_i32(taps, g7231_magnitude(c[i]));
    for (int i = 2 * G7231_TAPS; i < G7231_GAIN_TERMS; i++)
        pairs = max_i32(pairs, g7231_magnitude(c[i]));
    return (int64_t)36775 * taps + 32758 * pairs <= INT32_MAX;
}

/* The first vector of the largest gain, if that exceeds `best`. A cheap wrapping sum screens out
 * vectors before the saturating one is computed. If the saturating sum reaches the lower limit, the
 * gain is negative (ten terms add less than 2^31 to -2^31) and the vector does not count, whatever
 * the wrapping sum is. Otherwise, if no sum can saturate upward, the two sums are equal. So no
 * vector is missed. */
static int best_vector(const struct dsp_celp *dsp, const int16_t c[G7231_TERMS],
                       const int16_t (*book)[G7231_TERMS], int count, int32_t *best)
{
    bool bounded = is_bounded_above(c);
    int index = -1;

    for (int i = 0; i < count; i++) {
        int32_t gain;

        if (bounded)
            i += dsp->first_above(c, book + i, count - i, *best);
        if (i == count)
            break;
        gain = gain_of(c, book[i]);
        if (gain > *best) {
            *best = gain;
            index = i;
        }
    }
    return index;
}

/* Finds the lag and the taps with the largest gain; `lag` is the middle one of three, or the second
 * of four. */
static void search(const struct g7231_encoder *state, int lag, int16_t c[LAGS_MAX][G7231_TERMS],
                   struct g7231_parameters *out, int subframe)
{
    struct g7231_subframe *sub = &out->subframes[subframe];
    int odd = subframe % 2, counts[2];
    int32_t best = 0;

    bounds(&state->taming, state->sine, lag - 1, lag + 1 + odd, counts);
    sub->lag_offset = 1;
    sub->taps = 0;
    for (int k = 0; k < 3 + odd; k++) {
        bool small = out->rate == G7231_RATE_63 && (odd ? lag : lag - 1 + k) < G7231_SHORT_LAG;
        int index = best_vector(state->dsp, c[k], small ? g7231_gains_85 : g7231_gains_170,
                                counts[!small], &best);

        if (index >= 0) {
            sub->lag_offset = (int16_t)k;
            sub->taps = (int16_t)index;
        }
    }
}

/* Even subframes search three lags around the open-loop one and set the lag of the pair; odd ones
 * search four around that. */
void g7231_closed_loop(const struct g7231_encoder *state, const int16_t *now,
                       const int16_t h_q13[G7231_SUBFRAME], struct g7231_parameters *out,
                       int subframe, int16_t target[G7231_SUBFRAME])
{
    struct g7231_subframe *sub = &out->subframes[subframe];
    struct response response;
    int16_t past[G7231_SUBFRAME + G7231_TAPS - 1], y[G7231_TAPS][ROOM], c[LAGS_MAX][G7231_TERMS],
        own[G7231_SUBFRAME], padded[ROOM] = { 0 };
    int32_t wide[LAGS_MAX][G7231_TERMS], sums[G7231_SUBFRAME];
    int odd = subframe % 2, lags = 3 + odd, lag = out->lags[subframe / 2];
    struct filtered aim = { padded, state->dsp->energy(target, G7231_SUBFRAME) };

    if (!odd)
        lag = clamp(lag, G7231_LAG_MIN + 1, LAG_MAX);
    prepare(state->dsp, h_q13, &response);
    memcpy(padded, target, G7231_SUBFRAME * sizeof *target);
    for (int k = 0; k < lags; k++) {
        g7231_past(now, lag - 1 + k, past);
        filter_past(past, &response, y);
        correlate(state->dsp, aim, y, wide[k]);
    }
    normalize_terms(lags, wide, c);
    search(state, lag, c, out, subframe);
    if (!odd) {
        lag += sub->lag_offset - 1;
        sub->lag_offset = 1;
    }
    out->lags[subframe / 2] = (int16_t)lag;
    g7231_adaptive(state->dsp, now, out->rate, (int16_t)lag, sub, own);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = L_deposit_h(target[i]) >> 1;
    convolve(own, &response, true, sums);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        target[i] = round_q15(L_shl(sums[i], 1));
}
