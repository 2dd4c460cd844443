/* The high rate's search, MP-MLQ: clause 2.15. */
#include <string.h>
#include "plain.h"
#include "tables.h"

enum { STEPS = 2, SHORT_LAG = SUBFRAME - 2, ROOM = 64 };

/* What a search works on: the impulse response, repeated with the lag or not, its correlations and those of the target. */
struct workings {
    int16_t target[SUBFRAME + ROOM];            /* zeros behind */
    int16_t h_q13[ROOM];                        /* likewise */
    int64_t energy;                             /* the target's */
    int32_t peak;                               /* the response's */
    int16_t own[SUBFRAME];          /* the response's autocorrelation, normalised */
    int32_t cross[SUBFRAME];        /* with the target, on the same scale */
    int train;
};

struct choice {
    int32_t gain;                   /* 2 target . y - y . y */
    int16_t grid, amplitude, train;
    int16_t at[PULSES], pulse[PULSES];
};

static void prepare(struct workings *work, const int16_t target[SUBFRAME], const int16_t h_q13[SUBFRAME], int lag)
{
    int16_t half[SUBFRAME + ROOM] = { 0 };
    int64_t energy, energy_half = 0;
    int shift = 0;

    memset(work, 0, sizeof *work);
    memcpy(work->target, target, SUBFRAME * sizeof *target);
    work->energy = energy_of(target, SUBFRAME);
    work->train = lag < SHORT_LAG;
    if (work->train)
        g7231_train(h_q13, lag, work->h_q13);
    else
        memcpy(work->h_q13, h_q13, SUBFRAME * sizeof *h_q13);
    for (int i = 0; i < SUBFRAME; i++) {
        half[i] = (int16_t)(work->h_q13[i] >> 1);
        work->peak = magnitude(work->h_q13[i]) > work->peak ? magnitude(work->h_q13[i]) : work->peak;
    }
    energy = energy_of(work->h_q13, SUBFRAME);
    energy_half = energy_of(half, SUBFRAME);
    shift = norm_l(L_energy(energy_half));
    for (int i = 0; i < SUBFRAME; i++) {
        work->own[i] = round_q15(L_shl(L_dot(half + i, energy_half, half, energy_half, ROOM), shift));
        work->cross[i] = L_shl(L_dot(work->target + i, work->energy, work->h_q13, energy, ROOM), shift - 4);
    }
}

/* The place of a grid where one pulse alone would do most, the last of equals; and the gain that it would like. */
static int best_place(const struct workings *work, int grid, int *gain)
{
    int32_t peak = 0, nearest = 0x40000000;
    int at = grid;

    for (int i = grid; i < SUBFRAME; i += 2)
        if (L_abs(work->cross[i]) >= peak) {
            peak = L_abs(work->cross[i]);
            at = i;
        }
    *gain = FIXED_GAINS - STEPS;
    for (int i = FIXED_GAINS - STEPS; i >= STEPS; i--) {
        int32_t error = L_abs(L_sub(L_mult(g7231_fixed_gains[i], work->own[0]), peak));

        if (error < nearest) {
            nearest = error;
            *gain = i;
        }
    }
    return at;
}

/* The pulses one by one, each where most is left. */
static void place(const struct workings *work, int pulses, struct choice *choice)
{
    int16_t gain = g7231_fixed_gains[choice->amplitude];
    int32_t left[SUBFRAME];
    bool taken[SUBFRAME] = { false };

    memcpy(left, work->cross, sizeof left);
    for (int j = 0;; j++) {
        int at = choice->at[j];
        int32_t peak = -1;

        taken[at] = true;
        choice->pulse[j] = (int16_t)(left[at] >= 0 ? gain : -gain);
        if (j == pulses - 1)
            break;
        for (int i = choice->grid; i < SUBFRAME; i += 2) {
            if (taken[i])
                continue;
            left[i] = L_msu(left[i], choice->pulse[j], work->own[i > at ? i - at : at - i]);
            if (L_abs(left[i]) > peak) {
                peak = L_abs(left[i]);
                choice->at[j + 1] = (int16_t)i;
            }
        }
    }
}

/* What the pulses become. All have one magnitude, so the response may be added up first where its peak shows that the sums
 * of L_mac do not saturate. */
static void filter(const struct workings *work, int pulses, const struct choice *choice, int16_t y[ROOM])
{
    int gain = g7231_fixed_gains[choice->amplitude];
    int32_t sums[SUBFRAME + ROOM] = { 0 };
    int16_t e[SUBFRAME] = { 0 };

    if ((int64_t)2 * pulses * gain * work->peak <= INT32_MAX) {
        for (int j = 0; j < pulses; j++) {
            int32_t *from = sums + choice->at[j];
            int16_t sign = choice->pulse[j] < 0 ? -1 : 1;

            for (int i = 0; i < ROOM; i++)
                from[i] += sign * work->h_q13[i];
        }
        for (int i = 0; i < SUBFRAME; i++)
            y[i] = extract_h(L_shl(2 * gain * sums[i], 2));
        return;
    }
    for (int j = 0; j < pulses; j++)
        e[choice->at[j]] = choice->pulse[j];
    for (int i = 0; i < SUBFRAME; i++) {
        for (int j = 0; j <= i; j++)
            sums[i] = L_mac(sums[i], e[j], work->h_q13[i - j]);
        y[i] = extract_h(L_shl(sums[i], 2));
    }
}

/* 2 target . y - y . y, term by term; its partial sums are within energy(target) + 2 energy(y), as 2 sqrt(a b) <= a + b. */
static int32_t gain_of(const struct workings *work, int pulses, const struct choice *choice)
{
    int16_t y[ROOM] = { 0 };
    int64_t energy;
    int32_t gain = 0;

    filter(work, pulses, choice, y);
    energy = energy_of(y, SUBFRAME);
    if (work->energy + 2 * energy <= INT32_MAX)
        return 2 * plain_dot(work->target, y, ROOM) - (int32_t)energy;
    for (int i = 0; i < SUBFRAME; i++)
        gain = L_sub(L_mac(gain, work->target[i], y[i]), L_mult(y[i], y[i]) >> 1);
    return gain;
}

/* Both grids with four gains each. `best` has no amplitude yet if its first pulse has none. */
static void search(const struct workings *work, int pulses, struct choice *best)
{
    for (int grid = 0; grid < 2; grid++) {
        struct choice choice = { .grid = (int16_t)grid, .train = (int16_t)work->train };
        int gain;

        choice.at[0] = (int16_t)best_place(work, grid, &gain);
        for (int i = gain - STEPS; i < gain + STEPS; i++) {
            choice.amplitude = (int16_t)i;
            place(work, pulses, &choice);
            choice.gain = gain_of(work, pulses, &choice);
            if (choice.gain > best->gain || best->pulse[0] == 0)
                *best = choice;
        }
    }
}

/* Places and signs as numbers: see unrank in fixed.c. */
static void rank(const int16_t e[SUBFRAME], int pulses, const struct choice *choice, struct subframe *out)
{
    out->signs = 0;
    out->places = 0;
    for (int i = 0, j = PULSES - pulses; i < GRID && j < PULSES; i++) {
        int16_t pulse = e[2 * i + choice->grid];

        if (pulse == 0)
            out->places += g7231_combinations[j][i];
        else {
            out->signs = (int16_t)(out->signs << 1 | (pulse < 0));
            j++;
        }
    }
}

void g7231_multipulse(const int16_t target[SUBFRAME], const int16_t h_q13[SUBFRAME], int16_t pair_lag, int pulses,
                      struct subframe *out, int16_t e[SUBFRAME])
{
    struct workings work;
    struct choice best = { .gain = -0x40000000 };
    int16_t single[SUBFRAME] = { 0 };

    prepare(&work, target, h_q13, SUBFRAME);
    search(&work, pulses, &best);
    if (pair_lag < SHORT_LAG) {
        prepare(&work, target, h_q13, pair_lag);
        search(&work, pulses, &best);
    }
    for (int j = 0; j < pulses; j++)
        single[best.at[j]] = best.pulse[j];
    rank(single, pulses, &best, out);
    out->amplitude = best.amplitude;
    out->grid = best.grid;
    out->train = best.train;
    g7231_train(single, best.train ? pair_lag : SUBFRAME, e);
}
