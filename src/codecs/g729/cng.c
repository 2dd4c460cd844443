/* Comfort noise: the excitation of frames that are not transmitted, the same in the encoder and the
 * decoder: B.4.4. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"
#include "mac.h"

enum {
    PULSE_MAX = 5000,
    GAUSSIAN_SHARE_Q15 = 19043, /* sqrt(40) / 4 - 1 */
    PULSES_SHARE_Q15 = 24576    /* 1 - (1/2)^2 */
};

int16_t g729_random(uint16_t *seed)
{
    *seed = (uint16_t)(*seed * 31821u + 13849u);
    return wrap16(*seed);
}

int16_t g729_noise_gain(int16_t previous, int16_t sid)
{
    return add(mult_r(previous, 28672), mult_r(sid, 4096));
}

/* The random parameters of a subframe: lag, adaptive codebook gain and four pulses. */
struct draw {
    struct celp_lag lag;
    int16_t pitch_q14;
    int positions[4];
    bool positive[4];
};

static void draw(uint16_t *seed, struct draw *out)
{
    unsigned bits = (uint16_t)g729_random(seed), third = bits & 3;

    out->lag = (struct celp_lag){ (int16_t)((bits >> 2 & 63) + 40),
                                  (int16_t)(third == 3 ? 0 : (int)third - 1) };
    out->positions[0] = (int)(bits >> 8 & 7) * 5;
    out->positive[0] = bits >> 11 & 1;
    out->positions[1] = (int)(bits >> 12 & 7) * 5 + 1;
    out->positive[1] = bits >> 15 & 1;
    bits = (uint16_t)g729_random(seed);
    out->positions[2] = (int)(bits & 7) * 5 + 2;
    out->positive[2] = bits >> 3 & 1;
    out->positions[3] = (int)(bits >> 5 & 7) * 5 + 3 + (int)(bits >> 4 & 1);
    out->positive[3] = bits >> 8 & 1;
    out->pitch_q14 = g729_random(seed) & 0x1FFF;
}

/* The sum of twelve uniform random numbers is nearly Gaussian. */
static int16_t gaussian_sample(uint16_t *seed)
{
    int32_t sum = 0;

    for (int i = 0; i < 12; i++)
        sum += g729_random(seed);
    return (int16_t)(sum >> 7);
}

/* Gaussian noise with half the RMS value of the whole excitation. */
static void gaussian_noise(int16_t gain_q3, uint16_t *seed, int16_t noise[G729_SUBFRAME])
{
    int32_t scale;
    int16_t factor;
    int shift;

    for (int i = 0; i < G729_SUBFRAME; i++)
        noise[i] = gaussian_sample(seed);
    scale = Mpy_32_16(Inv_sqrt(L_energy(0, energy_exact(noise, G729_SUBFRAME)) >> 1),
                      add(gain_q3, mult_r(gain_q3, GAUSSIAN_SHARE_Q15)));
    shift = norm_l(scale);
    factor = extract_h(L_shl(scale, shift));
    for (int i = 0; i < G729_SUBFRAME; i++)
        noise[i] = shr_r(mult_r(noise[i], factor), shift - 14);
}

static int16_t pulse_sum(const struct draw *drawn, const int16_t *x, int shift)
{
    int16_t sum = 0;

    for (int i = 0; i < 4; i++) {
        int16_t at = shr(x[drawn->positions[i]], shift);

        sum = drawn->positive[i] ? add(sum, at) : sub(sum, at);
    }
    return sum;
}

/* sqrt(x / 2) for x >= 0. The standard's search stops above the lowest bit, which stays 0. */
static int16_t half_root(int32_t x) { return (int16_t)(isqrt((uint32_t)x >> 1) & ~1u); }

/* 40 gain^2, in Q2. */
static int32_t target_energy(int16_t gain_q3)
{
    return L_mult(gain_q3, extract_l(L_mult(gain_q3, G729_SUBFRAME) >> 6));
}

/* The height of the four pulses solves a quadratic equation, so that the subframe has the target
 * energy; the root of smaller magnitude is taken. `linear` is half the linear coefficient and
 * `discriminant` twice the value under the square root, both scaled down by `shift` bits. */
static int16_t pulse_height(int16_t linear, int32_t discriminant, int shift)
{
    int16_t root = half_root(discriminant), height = sub(root, linear),
            other = negate(add(linear, root));

    height = shr_r(abs_s(other) < abs_s(height) ? other : height, 2 - shift);
    return (int16_t)clamp(height, -PULSE_MAX, PULSE_MAX);
}

/* Mixes the adaptive and Gaussian parts in place. Returns the right shift that leaves at most 13
 * bits of the peak. */
static int mix(int16_t pitch_q14, const int16_t noise[G729_SUBFRAME], int16_t exc[G729_SUBFRAME])
{
    int16_t peak = 0;

    for (int i = 0; i < G729_SUBFRAME; i++) {
        exc[i] = add(mult_r(exc[i], shl(pitch_q14, 1)), noise[i]);
        peak = (int16_t)max_i32(abs_s(exc[i]), peak);
    }
    return peak == 0 || norm_s(peak) >= 3 ? 0 : 3 - norm_s(peak);
}

/* If the mixture already exceeds the target energy, the pulses are added to the Gaussian part
 * alone. Its energy is below the target, so the equation always has real roots. */
static int16_t height_on_noise(int16_t gain_q3, const struct draw *drawn,
                               const int16_t noise[G729_SUBFRAME])
{
    int any = 0, shift;
    int16_t linear;

    for (int i = 0; i < 4; i++)
        any |= abs_s(noise[drawn->positions[i]]);
    shift = any & 0x4000 ? 2 : 1;
    linear = pulse_sum(drawn, noise, shift);
    return pulse_height(
        linear,
        L_mac(L_shr(Mpy_32_16(target_energy(gain_q3), PULSES_SHARE_Q15), 2 * shift - 1), linear,
              linear),
        shift);
}

static struct g729_noise_pitch excite(const struct dsp_celp *dsp, int16_t gain_q3, uint16_t *seed,
                                      int16_t *exc)
{
    struct draw drawn;
    int16_t noise[G729_SUBFRAME], scaled[G729_SUBFRAME], linear, height;
    int32_t discriminant;
    int shift;

    draw(seed, &drawn);
    gaussian_noise(gain_q3, seed, noise);
    g729_adaptive_codebook(dsp, exc, drawn.lag);
    shift = mix(drawn.pitch_q14, noise, exc);
    for (int i = 0; i < G729_SUBFRAME; i++)
        scaled[i] = (int16_t)(exc[i] >> shift);
    linear = (int16_t)(pulse_sum(&drawn, scaled, 0) >> 1);
    discriminant = L_sub(L_shr(target_energy(gain_q3), 1 + 2 * shift),
                         L_energy(0, energy_exact(scaled, G729_SUBFRAME)));
    discriminant = L_mac(discriminant, linear, linear);
    if (discriminant < 0) {
        memcpy(exc, noise, sizeof noise);
        drawn.pitch_q14 = 0;
        height = height_on_noise(gain_q3, &drawn, noise);
    } else {
        height = pulse_height(linear, discriminant, shift + 1);
    }
    for (int i = 0; i < 4; i++) {
        int16_t *at = &exc[drawn.positions[i]];

        *at = drawn.positive[i] ? add(*at, height) : sub(*at, height);
    }
    return (struct g729_noise_pitch){ drawn.lag.whole, drawn.pitch_q14 };
}

void g729_noise_excitation(const struct dsp_celp *dsp, int16_t gain_q3, uint16_t *seed,
                           int16_t exc[G729_FRAME], struct g729_noise_pitch pitch[G729_SUBFRAMES])
{
    for (int i = 0; i < G729_SUBFRAMES; i++)
        if (gain_q3 == 0) {
            memset(exc + i * G729_SUBFRAME, 0, G729_SUBFRAME * sizeof *exc);
            pitch[i] = (struct g729_noise_pitch){ G729_SUBFRAME + 1, 0 };
        } else {
            pitch[i] = excite(dsp, gain_q3, seed, exc + i * G729_SUBFRAME);
        }
}
