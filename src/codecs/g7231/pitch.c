/* The pitch of the weighted signal: the open-loop estimate (clause 2.9) and harmonic noise shaping
 * (2.11). */
#include "g7231.h"

enum {
    OPEN_LAG_MAX = G7231_HISTORY - 3,
    RANGE = 3,
    LAGS = 2 * RANGE + 1,
    SHAPING_Q15 = 0x2800 /* 0.3125 */
};

/* over / under * 2^-exponent, a squared correlation over an energy. */
struct score {
    int16_t exponent, over, under;
};

static struct score score_of(int32_t cross, int32_t energy)
{
    int up = norm_l(cross), down = norm_l(energy);
    int16_t root = round_q15(L_shl(cross, up));
    int32_t square = L_mult(root, root);
    int more = norm_l(square);
    struct score score = { (int16_t)(2 * up + more - down), extract_h(L_shl(square, more)),
                           round_q15(L_shl(energy, down)) };

    if (score.over >= score.under) {
        score.exponent--;
        score.over >>= 1;
    }
    return score;
}

/* True if a lag is better than the best so far; one that is far from it must be better by 1.25 dB.
 */
static bool better(struct score now, struct score best, bool far)
{
    int16_t over = now.exponent + 1 == best.exponent ? best.over >> 1 : best.over;
    int32_t product = L_mult(now.over, best.under);

    if (now.exponent >= best.exponent + 1)
        return false;
    if (now.exponent + 1 < best.exponent)
        return true;
    if (L_msu(product, now.under, over) <= 0)
        return false;
    return !far || L_msu(L_mac(L_negate(product >> 2), now.over, best.under), now.under, over) > 0;
}

int16_t g7231_open_loop(const struct dsp_celp *dsp, const int16_t *now)
{
    struct score best = { 30, 0x4000, INT16_MAX };
    int lag = G7231_LAG_MIN;
    int64_t own = dsp->energy(now, G7231_PAIR),
            exact = dsp->energy(now - G7231_LAG_MIN + 1, G7231_PAIR);
    int32_t energy = L_energy(0, exact), sums[OPEN_LAG_MAX - G7231_LAG_MIN + 1];

    dsp->correlate(now, now - OPEN_LAG_MAX, G7231_PAIR, sums, OPEN_LAG_MAX - G7231_LAG_MIN + 1);
    for (int i = G7231_LAG_MIN; i <= OPEN_LAG_MAX; i++) {
        const int16_t *past = now - i;
        struct score score;
        int32_t cross;

        exact += past[0] * past[0] - past[G7231_PAIR] * past[G7231_PAIR];
        energy = L_mac(L_msu(energy, past[G7231_PAIR], past[G7231_PAIR]), past[0], past[0]);
        cross =
            mac_is_exact(own, exact) ? 2 * sums[OPEN_LAG_MAX - i] : L_dot(0, now, past, G7231_PAIR);
        if (cross <= 0)
            continue;
        score = score_of(cross, energy);
        if (better(score, best, i - lag >= G7231_LAG_MIN)) {
            best = score;
            lag = i;
        }
    }
    return (int16_t)lag;
}

/* The lag within 3 of the open-loop one with the best prediction, and its gain if the prediction
 * reaches 2 dB. */
struct g7231_harmonic g7231_harmonic(const struct dsp_celp *dsp, const int16_t *now, int16_t lag)
{
    int32_t wide[1 + 2 * LAGS], peak = 0;
    int16_t s[1 + 2 * LAGS], over = 1, under = INT16_MAX, cross;
    int shift, best = -1;

    /* Magnitudes are up to 4096: 60 products of 2^24, doubled, are below 2^31. */
    wide[0] = 2 * dsp->dot(now, now, G7231_SUBFRAME);
    for (int i = 0; i < LAGS; i++) {
        const int16_t *past = now - (lag - RANGE + i);

        wide[1 + 2 * i] = 2 * dsp->dot(past, past, G7231_SUBFRAME);
        wide[2 + 2 * i] = 2 * dsp->dot(now, past, G7231_SUBFRAME);
    }
    for (int i = 0; i < 1 + 2 * LAGS; i++)
        peak = max_i32(peak, L_abs(wide[i]));
    shift = norm_l(peak);
    for (int i = 0; i < 1 + 2 * LAGS; i++)
        s[i] = round_q15(L_shl(wide[i], shift));
    for (int i = 0; i < LAGS; i++) {
        int16_t square = mult_r(s[2 + 2 * i], s[2 + 2 * i]);

        if (s[2 + 2 * i] > 0 && L_msu(L_mult(square, under), s[1 + 2 * i], over) > 0) {
            over = square;
            under = s[1 + 2 * i];
            best = i;
        }
    }
    if (best < 0)
        return (struct g7231_harmonic){ lag, 0 };
    lag = (int16_t)(lag - RANGE + best);
    cross = s[2 + 2 * best];
    peak = L_mult(s[0], under);
    if (L_sub(L_add(peak >> 2, peak >> 3), L_mult(cross, cross)) >= 0)
        return (struct g7231_harmonic){ lag, 0 };
    return (struct g7231_harmonic){ lag, cross >= under
                                             ? SHAPING_Q15
                                             : mult_r(div_s(cross, under), SHAPING_Q15) };
}

void g7231_shape(const int16_t *weighted, struct g7231_harmonic harmonic,
                 int16_t out[G7231_SUBFRAME])
{
    for (int i = 0; i < G7231_SUBFRAME; i++)
        out[i] = round_q15(
            L_msu(L_deposit_h(weighted[i]), harmonic.gain_q15, weighted[i - harmonic.lag]));
}
