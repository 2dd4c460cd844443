/* Comfort noise, for the encoder and the decoder: A.4. */
#include <string.h>
#include "tables.h"

enum { PAIR_PULSES = 11, ELEVENTH_Q15 = 2979, AMPLITUDE_MAX = 5000 };
enum { NOISE_LAG = 123, NOISE_TAPS = 50 };

/* The gain index counts 16 steps of 2, 16 of 4 and 32 of 8, from these gains on. */
static const int16_t bases[] = { 0, 32, 96 };

void g7231_noise_start(struct g7231_noise *noise)
{
    memset(noise, 0, sizeof *noise);
    memcpy(noise->lsp, g7231_lsp_mean, sizeof noise->lsp);
    noise->seed = G7231_NOISE_SEED;
}

static int16_t gain_of(int segment, int step)
{
    return (int16_t)(bases[segment] + step * (2 << segment));
}

int16_t g7231_noise_gain(int16_t index)
{
    int segment = min_i32(index >> 4, 2);

    return shl(gain_of(segment, index - segment * 16), 5);
}

/* The index of the gain whose doubled square is nearest, by bisection within a segment and a
 * comparison with the neighbor. */
int16_t g7231_noise_index(int32_t twice_energy)
{
    int segment = (twice_energy >= 2048) + (twice_energy >= 18432);
    int bits = segment == 2 ? 4 : 3, step = 1 << bits, other;
    int32_t excess, shortage;

    if (twice_energy >= 231233)
        return 63;
    for (int k = step >> 1; bits > 0; bits--, k >>= 1)
        step += twice_energy >= 2 * gain_of(segment, step) * gain_of(segment, step) ? k : -k;
    excess = L_sub(2 * gain_of(segment, step) * gain_of(segment, step), twice_energy);
    other = excess <= 0 ? step + 1 : step - 1;
    shortage = L_sub(twice_energy, 2 * gain_of(segment, other) * gain_of(segment, other));
    if (excess <= 0 ? excess <= shortage : excess >= shortage)
        step = other;
    return (int16_t)(segment * 16 + step);
}

void g7231_noise_approach(struct g7231_noise *noise, bool first)
{
    noise->gain =
        first ? noise->target_gain
              : extract_h(L_add(L_mult(noise->gain, 0x7000), L_mult(noise->target_gain, 0x1000)));
}

static int16_t draw(int16_t *seed, int16_t choices)
{
    return mult(g7231_random(seed) & 0x7FFF, choices);
}

/* The positions of the 11 pulses of a pair of subframes, and their signs, 0.5 or -0.5 in Q15. */
struct pulses {
    int16_t at[PAIR_PULSES], sign[PAIR_PULSES];
};

static void draw_pulses(int16_t *seed, struct pulses pulses[G7231_PAIRS])
{
    int grids[G7231_SUBFRAMES];
    int16_t free_places[G7231_GRID];

    for (int k = 0; k < G7231_PAIRS; k++) {
        int bits = draw(seed, 1 << (PAIR_PULSES + 2));

        grids[2 * k] = bits & 1;
        grids[2 * k + 1] = G7231_SUBFRAME + (bits >> 1 & 1);
        for (int i = 0; i < PAIR_PULSES; i++)
            pulses[k].sign[i] = bits >> (2 + i) & 1 ? 0x4000 : -0x4000;
    }
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int16_t *at = pulses[k / 2].at + (k % 2 ? g7231_pulses[k - 1] : 0);

        for (int i = 0; i < G7231_GRID; i++)
            free_places[i] = (int16_t)i;
        for (int i = 0; i < g7231_pulses[k]; i++) {
            int16_t choices = (int16_t)(G7231_GRID - i), j = draw(seed, choices);

            at[i] = (int16_t)(2 * free_places[j] + grids[k]);
            free_places[j] = free_places[choices - 1];
        }
    }
}

/* The amplitude of the pulses that brings the energy of the pair to the square of the gain: the
 * smaller root of a quadratic equation. Everything is shifted so that the energy fits 32 bits. */
static int16_t amplitude(const int16_t e[G7231_PAIR], const struct pulses *pulses, int16_t gain)
{
    int16_t peak = 0, scaled[G7231_PAIR], inner, delta, x;
    int32_t energy = 0, cross = 0, wanted, c;
    int shift;

    for (int i = 0; i < G7231_PAIR; i++)
        peak = (int16_t)max_i32(peak, abs_s(e[i]));
    shift = peak == 0 ? 0 : 4 - norm_s(peak);
    shift = max_i32(shift, -2);
    for (int i = 0; i < G7231_PAIR; i++)
        scaled[i] = shr(e[i], shift);
    energy = L_dot(0, scaled, scaled, G7231_PAIR);
    for (int i = 0; i < PAIR_PULSES; i++)
        cross = L_mac(cross, scaled[pulses->at[i]], pulses->sign[i]);
    inner = mult_r(extract_h(L_shl(cross, 1)), ELEVENTH_Q15);
    wanted = L_shr(L_mult(extract_l(L_mult(gain, G7231_SUBFRAME) >> 6), gain), 2 * shift + 4);
    c = L_negate(L_msu(L_mls(L_sub(energy, wanted), ELEVENTH_Q15), inner, inner));
    x = negate(inner);
    if (c > 0) {
        delta = g7231_sqrt(c);
        x = sub(delta, inner);
        if (abs_s(add(inner, delta)) < abs_s(x))
            x = negate(add(inner, delta));
    }
    x = shl(x, shift + 1);
    return (int16_t)clamp(x, -2 * AMPLITUDE_MAX, 2 * AMPLITUDE_MAX);
}

void g7231_noise(const struct dsp_celp *dsp, struct g7231_noise *noise, enum g7231_rate rate,
                 int16_t excitation[G7231_HISTORY + G7231_FRAME], struct g7231_parameters *out)
{
    static const int16_t offsets[G7231_SUBFRAMES] = { 1, 0, 1, 3 };
    struct pulses pulses[G7231_PAIRS];

    out->lags[0] = (int16_t)(NOISE_LAG + draw(&noise->seed, 21));
    out->lags[1] = (int16_t)(NOISE_LAG + draw(&noise->seed, 19));
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        out->subframes[k].taps = (int16_t)(1 + draw(&noise->seed, NOISE_TAPS));
        out->subframes[k].lag_offset = offsets[k];
    }
    draw_pulses(&noise->seed, pulses);
    for (int k = 0; k < G7231_PAIRS; k++) {
        int16_t *now = excitation + G7231_HISTORY + k * G7231_PAIR, gain;

        /* Lags are at least 122: the second subframe does not depend on the first. */
        for (int i = 0; i < 2; i++)
            g7231_adaptive(dsp, now + i * G7231_SUBFRAME, rate, out->lags[k],
                           &out->subframes[2 * k + i], now + i * G7231_SUBFRAME);
        gain = amplitude(now, &pulses[k], noise->gain);
        for (int i = 0; i < PAIR_PULSES; i++)
            now[pulses[k].at[i]] = add(now[pulses[k].at[i]], mult(gain, pulses[k].sign[i]));
    }
}
