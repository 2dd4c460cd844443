/* Voice activity detection: B.3. Energies and their differences are in dB / 10, Q11; spectral
 * distortion is in Q15 / 4; zero crossings are a fraction, Q15. */
#include <string.h>
#include "tables.h"
#include "oper_32b.h"

enum { ENERGY_MIN = 3072, STARTUP_FRAMES = 32, STEADY_FRAMES = 128 }; /* 15 dB */
enum { MARGIN = 614, FLAT_DISTORTION = 83 };                          /* 3 dB; 0.0025 */

void g729_vad_init(struct g729_vad *vad)
{
    memset(vad, 0, sizeof *vad);
    vad->may_extend = true;
    vad->min_energy = INT16_MAX;
    vad->last_active = vad->second_last_active = true;
}

/* B.3.1: the features that classify a frame. */
struct features {
    int16_t energy, low_energy, distortion, crossings;
};

/* The level of an energy of 240 samples, x 2^exponent; 4875 is log10(240) in Q11. */
static int16_t level(int32_t x, int exponent)
{
    int32_t db = L_mac(Mpy_32_16(Log2(x), 9864), 9864, (int16_t)(exponent - 2));

    return sub(extract_h(L_shl(db, 11)), 4875);
}

static struct features measure(const struct g729_vad *vad, const struct g729_autocorrelation *r,
                               const int16_t lsf_q15[G729_ORDER], const int16_t s[G729_WINDOW])
{
    struct features out = { .energy = level(r->r[0], r->exponent) };
    int32_t low = 0, distortion = 0;

    for (int i = 1; i <= G729_VAD_ORDER; i++)
        low = L_mac(low, extract_h(r->r[i]), g729_low_band_q15[i]);
    out.low_energy =
        level(L_mac(L_shl(low, 1), extract_h(r->r[0]), g729_low_band_q15[0]), r->exponent);
    for (int i = 0; i < G729_ORDER; i++) {
        int16_t distance = sub(lsf_q15[i], vad->mean_lsf_q15[i]);

        distortion = L_mac(distortion, distance, distance);
    }
    out.distortion = extract_h(distortion);
    for (int i = 121; i <= 200; i++) /* the frame's 80 samples, without the look-ahead */
        if (mult(s[i - 1], s[i]) < 0)
            out.crossings = add(out.crossings, 410); /* 1 / 80 */
    return out;
}

/* B.3.2: tracks the minimum energy of the last 128 frames, in sixteen groups of eight, and of the
 * frames since. */
static void track_minimum(struct g729_vad *vad, int16_t energy)
{
    int frame = vad->frame, in_group = frame & 7;
    bool starting = frame <= STEADY_FRAMES;

    if (!starting && in_group == 1) {
        vad->min_energy = vad->window_min;
        vad->group_min = INT16_MAX;
    }
    vad->min_energy = (int16_t)min_i32(energy, vad->min_energy);
    vad->group_min = (int16_t)min_i32(energy, vad->group_min);
    if (in_group != 0)
        return;
    if (starting) {
        vad->group_minima[frame / 8 - 1] = vad->min_energy;
        vad->min_energy = INT16_MAX;
    } else {
        memmove(vad->group_minima, vad->group_minima + 1, 15 * sizeof *vad->group_minima);
        vad->group_minima[15] = vad->group_min;
    }
    vad->window_min = vad->group_minima[0];
    for (int i = 1; i < 16; i++)
        vad->window_min = (int16_t)min_i32(vad->group_minima[i], vad->window_min);
}

static int16_t smooth(int16_t mean, int16_t keep_q15, int16_t current, int16_t take_q15)
{
    return extract_h(L_mac(L_mult(keep_q15, mean), take_q15, current));
}

/* The first 32 frames: adds 1/32 of the features of each loud frame to the means. */
static bool accumulate_startup(struct g729_vad *vad, const struct features *current,
                               const int16_t lsf_q15[G729_ORDER])
{
    if (current->energy < ENERGY_MIN) {
        vad->quiet_frames++;
        return false;
    }
    vad->mean_full = extract_h(L_mac(L_deposit_h(vad->mean_full), current->energy, 1024));
    vad->mean_crossings =
        extract_h(L_mac(L_deposit_h(vad->mean_crossings), current->crossings, 1024));
    for (int i = 0; i < G729_ORDER; i++)
        vad->mean_lsf_q15[i] =
            extract_h(L_mac(L_deposit_h(vad->mean_lsf_q15[i]), lsf_q15[i], 1024));
    return true;
}

/* Now that the number of loud frames is known, corrects the means, and derives those of the
 * energies. */
static void finish_startup(struct g729_vad *vad)
{
    struct g729_startup_scale scale = g729_startup_scales[vad->quiet_frames];

    vad->mean_full = extract_h(L_shl(L_mult(vad->mean_full, scale.factor_q15), scale.shift));
    vad->mean_crossings =
        extract_h(L_shl(L_mult(vad->mean_crossings, scale.factor_q15), scale.shift));
    for (int i = 0; i < G729_ORDER; i++)
        vad->mean_lsf_q15[i] =
            extract_h(L_shl(L_mult(vad->mean_lsf_q15[i], scale.factor_q15), scale.shift));
    vad->mean_energy = sub(vad->mean_full, 2048); /* 10 dB, 12 dB */
    vad->mean_low_energy = sub(vad->mean_full, 2458);
}

/* The differences of a frame's features from the background. */
enum difference { FULL, LOW, CROSSINGS, DISTORTION, NONE };

/* B.3.5, Table B.1: half-planes in the space of differences. A frame is active if (factor x +
 * constant) 2^-shift + y 2^y_shift is above, or below, 0 for any of them. */
static const struct plane {
    enum difference x;
    int16_t factor;
    int32_t constant;
    int8_t shift;
    enum difference y;
    int8_t y_shift;
    bool above;
} planes[] = {
    { CROSSINGS, -14680, -28521 * 16384, 8, DISTORTION, 16, true },
    { CROSSINGS, 19065, -19446 * 16384, 7, DISTORTION, 16, true },
    { CROSSINGS, 20480, 16384 * 16384, 2, FULL, 16, false },
    { CROSSINGS, -16384, 19660 * 16384, 2, FULL, 16, false },
    { FULL, 32767, 30802 * 2048, 0, NONE, 0, false },
    { DISTORTION, -28160, 19988 * 128, 0, FULL, 10, false },
    { DISTORTION, 32767, -30199 * 64, 0, NONE, 0, true },
    { CROSSINGS, -20480, 22938 * 16384, 2, FULL, 16, false },
    { CROSSINGS, 23831, 31576 * 8192, 2, FULL, 16, false },
    { FULL, 32767, 17367 * 4096, 0, NONE, 0, false },
    { DISTORTION, -22400, 25395 * 64, 0, LOW, 9, false },
    { FULL, -30427, -29959 * 512, 0, LOW, 16, true },
    { FULL, -23406, 28087 * 1024, 0, LOW, 16, false },
    { FULL, 24576, 29491 * 2048, 0, LOW, 15, false },
};

static bool is_voice(const int16_t differences[NONE + 1])
{
    for (size_t i = 0; i < sizeof planes / sizeof *planes; i++) {
        const struct plane *plane = &planes[i];
        int32_t side =
            L_add(L_mult(differences[plane->x], plane->factor), plane->constant) >> plane->shift;

        side = L_add(side, differences[plane->y] * (1 << plane->y_shift));
        if (plane->above ? side > 0 : side < 0)
            return true;
    }
    return false;
}

/* B.3.6: smooths the initial decision by the preceding ones. `hangover` is set if activity is
 * extended. */
static bool smooth_decision(struct g729_vad *vad, bool active, int16_t energy,
                            int16_t energy_difference, bool *hangover)
{
    *hangover = false;
    if (vad->last_active && !active && energy_difference < -410 && energy > ENERGY_MIN)
        active = *hangover = true;
    if (!vad->may_extend)
        vad->may_extend = true;
    else if (vad->second_last_active && vad->last_active && !active &&
             abs_s(sub(vad->last_energy, energy)) <= MARGIN) {
        active = *hangover = true;
        vad->may_extend = ++vad->extensions <= 4;
        if (!vad->may_extend)
            vad->extensions = 0;
    }
    if (!active && vad->silent_frames < 11) /* larger counts are not distinguished */
        vad->silent_frames++;
    if (active && vad->silent_frames > 10 && sub(energy, vad->last_energy) <= MARGIN) {
        active = false;
        vad->silent_frames = 0;
    }
    if (active)
        vad->silent_frames = 0;
    return active;
}

/* B.3.7: updates the background means, more slowly with each update. The factors, in Q15, are those
 * of energies, crossings and spectrum. */
static void update(struct g729_vad *vad, const struct features *current,
                   const int16_t lsf_q15[G729_ORDER])
{
    static const struct {
        int16_t keep, take, keep_crossings, take_crossings, keep_lsf, take_lsf;
    } steps[] = {
        { 24576, 8192, 26214, 6554, 19661, 13017 }, { 31130, 1638, 30147, 2621, 21299, 11469 },
        { 31785, 983, 30802, 1966, 22938, 9830 },   { 32440, 328, 31457, 1311, 24576, 8192 },
        { 32604, 164, 32440, 328, 24576, 8192 },    { 32604, 164, 32702, 66, 24576, 8192 },
    };
    int step;

    if (vad->updates < 60)
        vad->updates++;
    step = vad->updates < 20 ? 0 : vad->updates / 10 - 1;
    vad->mean_energy =
        smooth(vad->mean_energy, steps[step].keep, current->energy, steps[step].take);
    vad->mean_low_energy =
        smooth(vad->mean_low_energy, steps[step].keep, current->low_energy, steps[step].take);
    vad->mean_crossings = smooth(vad->mean_crossings, steps[step].keep_crossings,
                                 current->crossings, steps[step].take_crossings);
    for (int i = 0; i < G729_ORDER; i++)
        vad->mean_lsf_q15[i] =
            smooth(vad->mean_lsf_q15[i], steps[step].keep_lsf, lsf_q15[i], steps[step].take_lsf);
}

/* The decision from frame 32 on. */
static bool decide(struct g729_vad *vad, const struct features *current,
                   const int16_t lsf_q15[G729_ORDER], int16_t reflection2_q15)
{
    int16_t differences[NONE + 1] = { sub(vad->mean_energy, current->energy),
                                      sub(vad->mean_low_energy, current->low_energy),
                                      sub(vad->mean_crossings, current->crossings),
                                      current->distortion, 0 };
    bool steady = vad->frame > STEADY_FRAMES, flat = current->distortion < FLAT_DISTORTION,
         hangover;
    bool active = smooth_decision(vad, current->energy >= ENERGY_MIN && is_voice(differences),
                                  current->energy, differences[FULL], &hangover);

    if (sub(current->energy, MARGIN) < vad->mean_energy && steady && !hangover &&
        reflection2_q15 < 19661)
        active = false;
    if (sub(current->energy, MARGIN) < vad->mean_energy && reflection2_q15 < 24576 && flat)
        update(vad, current, lsf_q15);
    if (steady && ((vad->mean_energy < vad->min_energy && flat) ||
                   sub(vad->mean_energy, vad->min_energy) > 2048)) {
        vad->mean_energy = vad->min_energy;
        vad->updates = 0;
    }
    return active;
}

bool g729_vad(struct g729_vad *vad, const struct g729_autocorrelation *r,
              const struct g729_prediction *prediction, const int16_t lsf_q15[G729_ORDER],
              const int16_t s[G729_WINDOW])
{
    struct features current = measure(vad, r, lsf_q15, s);
    bool active = false;

    vad->frame = vad->frame == 32767 ? 256 : vad->frame + 1;
    track_minimum(vad, current.energy);
    if (vad->frame <= STARTUP_FRAMES)
        active = accumulate_startup(vad, &current, lsf_q15);
    if (vad->frame == STARTUP_FRAMES)
        finish_startup(vad);
    if (vad->frame >= STARTUP_FRAMES)
        active = decide(vad, &current, lsf_q15, prediction->reflection2_q15);
    vad->last_energy = current.energy;
    vad->second_last_active = vad->last_active;
    vad->last_active = active;
    return active;
}

/* LSFs in the unit of B.3, where 2^15 is pi. lsp.c interpolates differently. */
void g729_lsp_to_normalized_lsf(const int16_t lsp_q15[G729_ORDER], int16_t lsf_q15[G729_ORDER])
{
    int index = 63;

    for (int i = G729_ORDER - 1; i >= 0; i--) {
        while (index > 0 && g729_cosine_q15[index] < lsp_q15[i])
            index--;
        lsf_q15[i] =
            add(round_q15(L_shl(
                    L_mult(sub(lsp_q15[i], g729_cosine_q15[index]), g729_arc_slope_q11[index]), 3)),
                (int16_t)(index << 8));
    }
}
