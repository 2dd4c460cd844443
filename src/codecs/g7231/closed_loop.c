/* The search of the pitch predictor's lag and taps (clause 2.14), and taming: where the error that
 * a decoder may have could grow, the taps that would let it are not searched. */
#include <string.h>
#include "g7231.h"
#include "tables.h"

enum { LAGS_MOST = 4, ROOM = 64, LONG_LAG = SUBFRAME - 2, LAG_MOST = HISTORY - 5 };
enum {
    ERROR_START = 4,
    ERROR_MOST = 0x40000000,
    TAMED_85 = 51,
    TAMED_170 = 93,
    THIRTIETH_Q15 = 1092
};

/* --- Taming --- */

void g7231_taming_start(struct taming *state)
{
    for (int i = 0; i < TAMING_BLOCKS; i++)
        state->error[i] = ERROR_START;
}

static int32_t grown(int32_t error, int16_t gain_q13)
{
    return L_add(ERROR_START, L_shl(L_mls(error, gain_q13), 2));
}

static int32_t greater(int32_t a, int32_t b) { return a > b ? a : b; }

/* The error of the subframe's halves from that of the halves which its lag reaches. */
void g7231_tame(struct taming *state, enum rate rate, int16_t pair_lag, const struct subframe *sub)
{
    int lag = pair_lag - 1 + sub->lag_offset, at = mult((int16_t)lag, THIRTIETH_Q15);
    int16_t gain = rate == RATE_63 && pair_lag < LONG_LAG ? g7231_worst_85_q13[sub->taps]
                                                          : g7231_worst_170_q13[sub->taps];
    int32_t error[TAMING_BLOCKS], first, second;

    for (int i = 0; i < TAMING_BLOCKS; i++)
        error[i] = grown(state->error[i], gain);
    if (lag <= SUBFRAME / 2)
        first = second = error[0];
    else if (lag == 30 * (at + 1)) {
        first = error[at - 1];
        second = error[at];
    } else if (at == 1)
        first = second = greater(error[0], error[1]);
    else {
        first = greater(error[at - 2], error[at - 1]);
        second = greater(error[at - 1], error[at]);
    }
    memmove(state->error + 2, state->error, (TAMING_BLOCKS - 2) * sizeof *state->error);
    state->error[0] = first;
    state->error[1] = second;
}

/* How many vectors of each code book may be searched for lags from `low` to `high`. */
static void bounds(const struct taming *state, uint16_t sine, int low, int high, int most[2])
{
    int from = low - SUBFRAME + 1 - TAPS / 2, room = 0;
    int32_t worst = -1;

    from = mult((int16_t)(from <= 0 ? 1 : from), THIRTIETH_Q15);
    for (int i = mult((int16_t)(high + TAPS / 2), THIRTIETH_Q15); i >= from; i--)
        worst = greater(worst, state->error[i]);
    if (worst <= ERROR_MOST && !(sine & SINE))
        room = (ERROR_MOST - worst) >> 23;
    most[0] = TAMED_85 + 4 * room < GAINS_85 ? TAMED_85 + 4 * room : GAINS_85;
    most[1] = TAMED_170 + 8 * room < GAINS_170 ? TAMED_170 + 8 * room : GAINS_170;
}

/* --- Search --- */

/* The impulse response, backwards, with zeros around: [ROOM - 1 - i] is that of i samples later. */
struct response {
    int16_t h_q13[ROOM], backwards[2 * ROOM];
    int64_t energy;
};

static void prepare(const int16_t h_q13[SUBFRAME], struct response *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->h_q13, h_q13, SUBFRAME * sizeof *h_q13);
    for (int i = 0; i < SUBFRAME; i++)
        out->backwards[ROOM - 1 - i] = h_q13[i];
    out->energy = energy_exact(h_q13, SUBFRAME);
}

/* What the response makes of e is added to `sums` by L_mac, or taken away by L_msu; they are up to
 * 2^30 in magnitude. */
static void convolve(const int16_t e[SUBFRAME], const struct response *response, bool away,
                     int32_t sums[SUBFRAME])
{
    int16_t padded[ROOM] = { 0 };

    memcpy(padded, e, SUBFRAME * sizeof *e);
    if (mac_is_exact(4 * energy_exact(e, SUBFRAME),
                     response->energy)) { /* what is added is within 2^30 */
        for (int i = 0; i < SUBFRAME; i++) {
            int32_t sum = 2 * dot_exact(padded, response->backwards + ROOM - 1 - i, ROOM);

            sums[i] += away ? -sum : sum;
        }
        return;
    }
    for (int i = 0; i < SUBFRAME; i++)
        for (int j = 0; j <= i; j++)
            sums[i] = (away ? L_msu : L_mac)(sums[i], e[j], response->h_q13[i - j]);
}

/* The past at one lag, as each tap sees it, through the response: the last tap by convolution, each
 * other from the one behind it. */
static void filter_past(const int16_t past[SUBFRAME + TAPS - 1], const struct response *response,
                        int16_t out[TAPS][ROOM])
{
    int32_t sums[SUBFRAME] = { 0 };

    convolve(past + TAPS - 1, response, false, sums);
    for (int i = 0; i < SUBFRAME; i++)
        out[TAPS - 1][i] = round_q15(sums[i]);
    for (int k = TAPS - 2; k >= 0; k--) {
        out[k][0] = mult_r(past[k], 0x2000);
        for (int i = 1; i < SUBFRAME; i++)
            out[k][i] =
                round_q15(L_mac(L_deposit_h(out[k + 1][i - 1]), past[k], response->h_q13[i]));
    }
    for (int k = 0; k < TAPS; k++)
        memset(out[k] + SUBFRAME, 0, (ROOM - SUBFRAME) * sizeof **out);
}

/* The sum of products halved, doubled n times in the end. */
static int32_t half_dot(const int16_t a[ROOM], int64_t energy_a, const int16_t b[ROOM],
                        int64_t energy_b, int n)
{
    int32_t sum = 0;

    if (mac_is_exact(energy_a, energy_b))
        return L_shl(dot_exact(a, b, ROOM), n);
    for (int i = 0; i < SUBFRAME; i++)
        sum = L_add(sum, L_mult(a[i], b[i]) >> 1);
    return L_shl(sum, n);
}

/* What the terms of a code book's vectors are multiplied by: the target's correlation with each
 * tap, each tap's energy, and twice the correlations between taps. */
static void correlate(const int16_t target[ROOM], int64_t energy, int16_t y[TAPS][ROOM],
                      int32_t out[TERMS])
{
    int64_t energies[TAPS];

    memset(out, 0, TERMS * sizeof *out);
    for (int i = 0; i < TAPS; i++) {
        energies[i] = energy_exact(y[i], SUBFRAME);
        *out++ = half_dot(target, energy, y[i], energies[i], 1);
    }
    for (int i = 0; i < TAPS; i++)
        *out++ = L_energy(0, energies[i]);
    for (int i = 1; i < TAPS; i++)
        for (int j = 0; j < i; j++)
            *out++ = half_dot(y[i], energies[i], y[j], energies[j], 2);
}

static void normalise(int lags, int32_t wide[LAGS_MOST][TERMS], int16_t out[LAGS_MOST][TERMS])
{
    int32_t peak = 0;
    int shift;

    for (int k = 0; k < lags; k++)
        for (int i = 0; i < TERMS; i++)
            peak = greater(peak, L_abs(wide[k][i]));
    shift = norm_l(peak);
    for (int k = 0; k < lags; k++)
        for (int i = 0; i < TERMS; i++)
            out[k][i] = round_q15(L_shl(wide[k][i], shift));
}

static int32_t gain_of(const int16_t c[TERMS], const int16_t terms[TERMS])
{
    int32_t sum = 0;

    for (int i = 0; i < GAIN_TERMS; i++)
        sum = L_add(sum, L_mult(c[i], terms[i]) >> 1);
    return sum;
}

/* Whether no sum of the code books saturates upwards: only the first five terms and the last ten
 * can be positive, for energies are not negative and their factors not positive; of no vector do
 * the former come to more than 36775, or the latter to 32758. */
static bool rises_plainly(const int16_t c[TERMS])
{
    int taps = 0, pairs = 0;

    for (int i = 0; i < TAPS; i++)
        taps = magnitude(c[i]) > taps ? magnitude(c[i]) : taps;
    for (int i = 2 * TAPS; i < GAIN_TERMS; i++)
        pairs = magnitude(c[i]) > pairs ? magnitude(c[i]) : pairs;
    return (int64_t)36775 * taps + 32758 * pairs <= INT32_MAX;
}

/* The first vector of the greatest gain, if that is beyond `best`. Gains are looked at as plain
 * sums before they are worked out. If a sum would saturate downwards its gain is negative (from
 * -2^31 on, ten terms bring back less than 2^31) and does not count, whatever the plain sum wraps
 * to; else, if none rises too far, the plain sum is the gain. So no vector is passed over. */
static int best_vector(const int16_t c[TERMS], const int16_t (*book)[TERMS], int most,
                       int32_t *best)
{
    bool plain = rises_plainly(c);
    int index = -1;

    for (int i = 0; i < most; i++) {
        int32_t gain;

        if (plain && dot_exact(c, book[i], TERMS) <= *best)
            continue;
        gain = gain_of(c, book[i]);
        if (gain > *best) {
            *best = gain;
            index = i;
        }
    }
    return index;
}

static void search(enum rate rate, int odd, int pair_lag, int lags, const int most[2],
                   int16_t c[LAGS_MOST][TERMS], struct subframe *sub)
{
    int32_t best = 0;

    sub->lag_offset = 1;
    sub->taps = 0;
    for (int k = 0; k < lags; k++) {
        bool small = rate == RATE_63 && (odd ? pair_lag : pair_lag - 1 + k) < LONG_LAG;
        int index =
            best_vector(c[k], small ? g7231_gains_85 : g7231_gains_170, most[!small], &best);

        if (index >= 0) {
            sub->lag_offset = (int16_t)k;
            sub->taps = (int16_t)index;
        }
    }
}

/* Even subframes search three lags around the open loop's and settle the pair's; odd ones search
 * four around that. */
void g7231_closed_loop(const struct dsp_celp *dsp, const int16_t *now,
                       const int16_t h_q13[SUBFRAME], const struct taming *taming, uint16_t sine,
                       struct parameters *out, int subframe, int16_t target[SUBFRAME])
{
    struct subframe *sub = &out->subframes[subframe];
    struct response response;
    int16_t past[SUBFRAME + TAPS - 1], y[TAPS][ROOM], c[LAGS_MOST][TERMS], own[SUBFRAME],
        padded[ROOM] = { 0 };
    int32_t wide[LAGS_MOST][TERMS], sums[SUBFRAME];
    int odd = subframe % 2, lags = 3 + odd, lag = out->lags[subframe / 2], most[2];
    int64_t energy = energy_exact(target, SUBFRAME);

    if (!odd)
        lag = lag == LAG_MIN ? LAG_MIN + 1 : lag > LAG_MOST ? LAG_MOST : lag;
    prepare(h_q13, &response);
    memcpy(padded, target, SUBFRAME * sizeof *target);
    for (int k = 0; k < lags; k++) {
        g7231_past(now, lag - 1 + k, past);
        filter_past(past, &response, y);
        correlate(padded, energy, y, wide[k]);
    }
    normalise(lags, wide, c);
    bounds(taming, sine, lag - 1, lag - 2 + lags, most);
    search(out->rate, odd, lag, lags, most, c, sub);
    if (!odd) {
        lag += sub->lag_offset - 1;
        sub->lag_offset = 1;
    }
    out->lags[subframe / 2] = (int16_t)lag;
    g7231_adaptive(dsp, now, out->rate, (int16_t)lag, sub, own);
    for (int i = 0; i < SUBFRAME; i++)
        sums[i] = L_deposit_h(target[i]) >> 1;
    convolve(own, &response, true, sums);
    for (int i = 0; i < SUBFRAME; i++)
        target[i] = round_q15(L_shl(sums[i], 1));
}
