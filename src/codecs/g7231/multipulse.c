/* The search of the high rate, MP-MLQ: clause 2.15. */
#include <string.h>
#include "tables.h"

enum { STEPS = 2, ROOM = CELP_SUBFRAME };

/* The data of a search: the impulse response, perhaps repeated with the lag, its autocorrelation,
 * and its correlation with the target. */
struct workspace {
    const struct dsp_celp *dsp;
    int16_t target[G7231_SUBFRAME + ROOM]; /* zeros follow */
    int16_t padded_q13[2 * ROOM];          /* the response from [ROOM] on, between zeros */
    int64_t energy;                        /* of the target */
    int32_t peak;                          /* of the response */
    /* The autocorrelation of the response, normalized: of lag 2 d in [CELP_PLACES + d]. */
    int16_t own[2 * CELP_PLACES];
    int32_t cross[2][CELP_PLACES]; /* with the target, on the same scale: positions of each grid */
    int train;
};

struct choice {
    int32_t gain; /* 2 target . y - y . y */
    int16_t grid, amplitude, train;
    struct celp_pulses pulses; /* at samples 2 places + grid */
};

static void prepare(struct workspace *work, const struct g7231_pulse_search *in, bool train)
{
    int16_t half[G7231_SUBFRAME + ROOM] = { 0 }, *h_q13;
    int32_t sums[G7231_SUBFRAME];
    int64_t energy, energy_half;
    bool exact;
    int shift;

    memset(work, 0, sizeof *work);
    h_q13 = work->padded_q13 + ROOM;
    work->dsp = in->dsp;
    memcpy(work->target, in->target, G7231_SUBFRAME * sizeof *in->target);
    work->energy = in->dsp->energy(work->target, ROOM);
    work->train = train;
    if (train)
        g7231_train(in->h_q13, in->pair_lag, h_q13);
    else
        memcpy(h_q13, in->h_q13, G7231_SUBFRAME * sizeof *h_q13);
    work->peak = in->dsp->peak(h_q13, G7231_SUBFRAME);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        half[i] = (int16_t)(h_q13[i] >> 1);
    energy = in->dsp->energy(h_q13, ROOM);
    energy_half = in->dsp->energy(half, ROOM);
    shift = norm_l(L_energy(0, energy_half));
    exact = mac_is_exact(energy_half, energy_half);
    for (int i = 0; i < G7231_SUBFRAME; i += 2) {
        int32_t sum =
            exact ? 2 * in->dsp->dot(half + i, half, ROOM) : L_dot(0, half + i, half, ROOM);

        work->own[CELP_PLACES + i / 2] = work->own[CELP_PLACES - i / 2] =
            round_q15(L_shl(sum, shift));
    }
    exact = mac_is_exact(work->energy, energy);
    in->dsp->correlate(h_q13, work->target, ROOM, sums, G7231_SUBFRAME);
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        int32_t sum = exact ? 2 * sums[i] : L_dot(0, work->target + i, h_q13, ROOM);

        work->cross[i % 2][i / 2] = L_shl(sum, shift - 4);
    }
}

/* Returns the position of a grid at which a single pulse contributes most, the last one of equals;
 * also its correlation, and the gain that suits it best. */
static int best_position(const struct workspace *work, int grid, int32_t *peak, int *gain)
{
    int32_t nearest = 0x40000000;
    int place = 0;

    *peak = 0;
    for (int i = 0; i < G7231_GRID; i++)
        if (L_abs(work->cross[grid][i]) >= *peak) {
            *peak = L_abs(work->cross[grid][i]);
            place = i;
        }
    *gain = G7231_FIXED_GAINS - STEPS;
    for (int i = G7231_FIXED_GAINS - STEPS; i >= STEPS; i--) {
        int32_t error = L_abs(L_sub(L_mult(g7231_fixed_gains[i], work->own[CELP_PLACES]), *peak));

        if (error < nearest) {
            nearest = error;
            *gain = i;
        }
    }
    return place;
}

/* Takes a pulse away, and returns the first place of the largest rest that is not taken. */
static int next_place(const int16_t *own, int16_t pulse, uint32_t taken, int32_t left[CELP_PLACES])
{
    int32_t largest = -1;
    int place = 0;

    for (int i = 0; i < CELP_PLACES; i++)
        left[i] = L_msu(left[i], pulse, own[i]);
    for (int i = 0; i < G7231_GRID; i++)
        if (!(taken >> i & 1) && L_abs(left[i]) > largest) {
            largest = L_abs(left[i]);
            place = i;
        }
    return place;
}

/* The same as the kernel, with the standard's saturation. */
static void place_saturating(const struct workspace *work, const int32_t rest[CELP_PLACES],
                             struct celp_pulses *pulses)
{
    int32_t left[CELP_PLACES];
    uint32_t taken = 0;

    memcpy(left, rest, sizeof left);
    for (int j = 0; j < pulses->count; j++) {
        int at = pulses->places[j];

        taken |= 1u << at;
        pulses->values[j] = (int16_t)(left[at] >= 0 ? pulses->gain : -pulses->gain);
        if (j + 1 < pulses->count)
            pulses->places[j + 1] =
                (int16_t)next_place(work->own + CELP_PLACES - at, pulses->values[j], taken, left);
    }
}

/* Places the pulses one by one, each at the largest rest. A pulse takes at most 2^16 times its
 * amplitude away. */
static void place_pulses(const struct workspace *work, int32_t peak, struct choice *choice)
{
    struct celp_pulses *pulses = &choice->pulses;
    const int32_t *rest = work->cross[choice->grid];

    pulses->gain = g7231_fixed_gains[choice->amplitude];
    if (peak + (int64_t)pulses->count * pulses->gain * 65536 <= INT32_MAX)
        work->dsp->place_pulses(work->own + CELP_PLACES, rest, pulses);
    else
        place_saturating(work, rest, pulses);
}

/* Filters the pulses, by the kernel if the peak of the response shows that the sums of L_mac do not
 * saturate. */
static void filter(const struct workspace *work, const struct choice *choice, int16_t y[ROOM])
{
    const struct celp_pulses *pulses = &choice->pulses;
    const int16_t *h_q13 = work->padded_q13 + ROOM;
    int16_t e[G7231_SUBFRAME] = { 0 };
    int at[CELP_PULSES];

    for (int j = 0; j < pulses->count; j++) {
        at[j] = 2 * pulses->places[j] + choice->grid;
        e[at[j]] = pulses->values[j];
    }
    if ((int64_t)2 * pulses->count * pulses->gain * work->peak <= INT32_MAX) {
        work->dsp->respond(h_q13, at, pulses->values, pulses->count, y);
        return;
    }
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        int32_t sum = 0;

        for (int j = 0; j <= i; j++)
            sum = L_mac(sum, e[j], h_q13[i - j]);
        y[i] = extract_q13(sum);
    }
}

/* 2 target . y - y . y. The partial sums are within energy(target) + 2 energy(y), because 2 sqrt(a
 * b) <= a + b. */
static int32_t gain_of(const struct workspace *work, const struct choice *choice)
{
    int16_t y[ROOM] = { 0 };
    int64_t energy;
    int32_t gain = 0;

    filter(work, choice, y);
    memset(y + G7231_SUBFRAME, 0, (ROOM - G7231_SUBFRAME) * sizeof *y);
    energy = work->dsp->energy(y, ROOM);
    if (work->energy + 2 * energy <= INT32_MAX)
        return 2 * work->dsp->dot(work->target, y, ROOM) - (int32_t)energy;
    for (int i = 0; i < G7231_SUBFRAME; i++)
        gain = L_sub(L_mac(gain, work->target[i], y[i]), L_mult(y[i], y[i]) >> 1);
    return gain;
}

/* Tries both grids with four gains each. `best` is empty while its first pulse is 0. */
static void search(const struct workspace *work, struct choice *best)
{
    for (int grid = 0; grid < 2; grid++) {
        struct choice choice = { .grid = (int16_t)grid,
                                 .train = (int16_t)work->train,
                                 .pulses.count = best->pulses.count };
        int32_t peak;
        int gain;

        choice.pulses.places[0] = (int16_t)best_position(work, grid, &peak, &gain);
        for (int i = gain - STEPS; i < gain + STEPS; i++) {
            choice.amplitude = (int16_t)i;
            place_pulses(work, peak, &choice);
            choice.gain = gain_of(work, &choice);
            if (choice.gain > best->gain || best->pulses.values[0] == 0)
                *best = choice;
        }
    }
}

void g7231_multipulse(const struct g7231_pulse_search *in, int pulses, struct g7231_subframe *out,
                      int16_t e[G7231_SUBFRAME])
{
    struct workspace work;
    struct choice best = { .gain = -0x40000000, .pulses.count = pulses };
    int16_t single[G7231_SUBFRAME] = { 0 };

    prepare(&work, in, false);
    search(&work, &best);
    if (in->pair_lag < G7231_SHORT_LAG) {
        prepare(&work, in, true);
        search(&work, &best);
    }
    for (int j = 0; j < pulses; j++)
        single[2 * best.pulses.places[j] + best.grid] = best.pulses.values[j];
    g7231_rank(single, best.grid, pulses, out);
    out->amplitude = best.amplitude;
    out->grid = best.grid;
    out->train = best.train;
    g7231_train(single, best.train ? in->pair_lag : G7231_SUBFRAME, e);
}
