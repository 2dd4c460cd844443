/* The pitch postfilter (clause 3.6), the formant postfilter (3.8) and the gain scaling unit (3.9). */
#include <string.h>
#include "plain.h"
#include "tables.h"

enum { FORGETTING_Q15 = 0x2000, TILT_Q15 = -0x4000, ADAPTING_Q15 = 0x0800, UNITY_Q12 = 0x1000 };

/* Of a subframe, normalised to magnitudes up to 4096: 60 products of 2^24, doubled, are below 2^31. */
static int32_t correlation(const int16_t *a, const int16_t *b)
{
    return 2 * plain_dot(a, b, SUBFRAME);
}

/* --- Pitch --- */

struct comb {
    int lag;                        /* < 0: backward */
    int16_t gain_q15, scale_q15;
};

/* The lag within 3 of the decoded one for which the subframe at `now` best resembles its past (direction -1) or its
 * future (1), as far as that is in the frame; 0 for none. */
static int best_lag(const int16_t *now, int lag, int direction, int room)
{
    int32_t best = 0;
    int found = 0;

    lag = lag > HISTORY - 3 ? HISTORY - 3 : lag;
    for (int i = lag - 3; i <= lag + 3; i++) {
        int32_t sum = direction < 0 || i <= room ? correlation(now, now + direction * i) : 0;

        if (sum > best) {
            best = sum;
            found = direction * i;
        }
    }
    return found;
}

/* The gain for correlation c of a subframe of energy t with one of energy e; none where the prediction gains less than
 * 1.25 dB. */
static struct comb comb_of(enum rate rate, int lag, int16_t t, int16_t c, int16_t e)
{
    static const int16_t weights_q15[] = { [RATE_63] = 0x1800, [RATE_53] = 0x2000 };
    struct comb comb = { lag, 0, INT16_MAX };
    int32_t half = L_deposit_h(t) >> 1, sum;
    int16_t total;

    if (L_mult(c, c) <= L_mult(t, e) >> 2)
        return comb;
    comb.gain_q15 = c >= e ? weights_q15[rate] : mult(div_s(c, e), weights_q15[rate]);
    sum = L_mac(half, c, comb.gain_q15);
    sum = L_add(sum, L_mult(e, mult(comb.gain_q15, comb.gain_q15)) >> 1);
    total = round_q15(sum);
    comb.scale_q15 = g7231_sqrt(L_deposit_h(half >= L_deposit_h(total) ? INT16_MAX : div_l(half, total)));
    comb.gain_q15 = mult(comb.gain_q15, comb.scale_q15);
    return comb;
}

static struct comb find_comb(enum rate rate, const int16_t *now, int lag, int room)
{
    int lags[2] = { best_lag(now, lag, -1, room), best_lag(now, lag, 1, room) };
    int32_t wide[5] = { 0 }, peak = 0;
    int16_t s[5];                   /* the energy; then a correlation and an energy each, back and forth */
    int shift, pick;

    if (lags[0] == 0 && lags[1] == 0)
        return (struct comb){ 0, 0, INT16_MAX };
    wide[0] = correlation(now, now);
    for (int k = 0; k < 2; k++)
        if (lags[k] != 0) {
            wide[1 + 2 * k] = correlation(now, now + lags[k]);
            wide[2 + 2 * k] = correlation(now + lags[k], now + lags[k]);
        }
    for (int i = 0; i < 5; i++)
        peak = wide[i] > peak ? wide[i] : peak;
    shift = norm_l(peak);
    for (int i = 0; i < 5; i++)
        s[i] = extract_h(L_shl(wide[i], shift));
    pick = lags[1] == 0 ? 0 : lags[0] == 0 ? 1 : L_mult(mult_r(s[1], s[1]), s[4]) <= L_mult(mult_r(s[3], s[3]), s[2]);
    return comb_of(rate, lags[pick], s[0], s[1 + 2 * pick], s[2 + 2 * pick]);
}

void g7231_pitch_postfilter(const struct parameters *in, const int16_t normal[HISTORY + FRAME],
                            const int16_t excitation[HISTORY + FRAME], int16_t out[FRAME])
{
    for (int k = 0; k < SUBFRAMES; k++) {
        int at = HISTORY + k * SUBFRAME;
        struct comb comb = find_comb(in->rate, normal + at, in->lags[k / 2], FRAME - (k + 1) * SUBFRAME);
        const int16_t *now = excitation + at;

        for (int i = 0; i < SUBFRAME; i++)             /* a scale of up to 1 and a gain of up to 1/4: 32 bits hold the sum */
            *out++ = saturate((now[i] * comb.scale_q15 + now[comb.lag + i] * comb.gain_q15 + 0x4000) >> 15);
    }
}

/* --- Formants --- */

static bool magnitude_is_below(int32_t x, int bits)
{
    return (uint32_t)x + ((uint32_t)1 << bits) < (uint32_t)2 << bits;
}

/* Twice the sum of squares, shifted as the gain scaling unit wants it, and the tilt of the spectrum, which the filter
 * counters by half of what it has been lately. */
static int32_t measure(struct postfilter *state, const int16_t *s)
{
    int16_t normal[SUBFRAME], first = 0;
    int32_t energy, cross;
    int shift;

    memcpy(normal, s, sizeof normal);
    shift = g7231_normalise(normal, SUBFRAME);
    energy = correlation(normal, normal);
    cross = 2 * plain_dot(normal + 1, normal, SUBFRAME - 1);
    if (extract_h(energy) != 0) {
        first = div_l(L_abs(cross >> 1), extract_h(energy));
        first = cross < 0 ? negate(first) : first;
    }
    state->tilt_q15 = round_q15(L_mac(L_msu(L_deposit_h(state->tilt_q15), state->tilt_q15, FORGETTING_Q15), first, FORGETTING_Q15));
    return L_shr(energy, 2 * shift + 4);
}

static void formants(struct postfilter *state, const int16_t lpc_q13[ORDER], const int16_t *s, int16_t out[SUBFRAME])
{
    int16_t zeros[ORDER], poles[ORDER], y[ORDER + SUBFRAME], *now = y + ORDER;
    int32_t sums[SUBFRAME];
    int16_t tilt = (int16_t)(mult(state->tilt_q15, TILT_Q15) & ~3);

    for (int j = 0; j < ORDER; j++) {
        zeros[j] = mult_r(lpc_q13[j], g7231_postfilter_zeros_q15[j]);
        poles[j] = mult_r(lpc_q13[j], g7231_postfilter_poles_q15[j]);
    }
    memcpy(y, state->poles, sizeof state->poles);
    for (int i = 0; i < SUBFRAME; i++)
        sums[i] = L_deposit_h(s[i]) >> 2;
    g7231_zeros(sums, zeros, s);
    g7231_poles(sums, poles, now);
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t product = now[i - 1] * tilt;            /* of a tilt within 1/2 */

        if (magnitude_is_below(sums[i], 28) && magnitude_is_below(product, 28))
            out[i] = saturate((4 * sums[i] + 2 * product + 0x8000) >> 16);
        else
            out[i] = round_q15(L_mac(L_shl(sums[i], 2), now[i - 1], tilt));
    }
    memcpy(state->poles, y + SUBFRAME, sizeof state->poles);
}

/* --- Gain --- */

static int16_t gain_towards(int32_t wanted, const int16_t s[SUBFRAME])
{
    int16_t quarter[SUBFRAME];
    int32_t energy;
    int up, wanted_up, down;

    for (int i = 0; i < SUBFRAME; i++)
        quarter[i] = (int16_t)(s[i] >> 2);
    energy = L_energy(energy_of(quarter, SUBFRAME));
    if (energy == 0 || wanted == 0)
        return UNITY_Q12;
    up = norm_l(energy), wanted_up = norm_l(wanted);
    down = 6 - (up - wanted_up + 1);
    return g7231_sqrt(L_deposit_h(div_l(L_shl(wanted, wanted_up) >> 1, extract_h(L_shl(energy, up)))) >> (down < 0 ? 0 : down));
}

/* Gains are not negative: G 2^16 - G 2^12 + W 2^12 is below 2^31 - 2^15, and nothing saturates before the end. */
static void scale(struct postfilter *state, int16_t wanted_q12, int16_t s[SUBFRAME])
{
    int32_t gain = state->gain_q12;

    for (int i = 0; i < SUBFRAME; i++) {
        gain = (gain * (0x10000 - 2 * ADAPTING_Q15) + wanted_q12 * (2 * ADAPTING_Q15) + 0x8000) >> 16;
        s[i] = saturate((s[i] * (gain + (gain >> 4) < INT16_MAX ? gain + (gain >> 4) : INT16_MAX) + 0x400) >> 11);
    }
    state->gain_q12 = (int16_t)gain;
}

void g7231_postfilter(struct postfilter *state, const int16_t lpc_q13[ORDER], const int16_t *s, int16_t out[SUBFRAME])
{
    int32_t energy = measure(state, s);

    formants(state, lpc_q13, s, out);
    scale(state, gain_towards(energy, out), out);
}
