/* The search of the high rate, MP-MLQ: clause 2.15. */
#include <string.h>
#include "tables.h"

enum { STEPS = 2, ROOM = 64, POSITIONS = 32 };

/* The data of a search: the impulse response, perhaps repeated with the lag, its autocorrelation,
 * and its correlation with the target. */
struct workspace {
    int16_t target[G7231_SUBFRAME + ROOM]; /* zeros follow */
    int16_t h_q13[ROOM];                   /* the same */
    int64_t energy;                        /* of the target */
    int32_t peak;                          /* of the response */
    int16_t own[2 * POSITIONS];  /* the autocorrelation of the response, normalized; at lag 2 d in
                                 [POSITIONS + d] */
    int32_t cross[2][POSITIONS]; /* with the target, on the same scale: positions of each grid */
    int train;
};

struct choice {
    int32_t gain; /* 2 target . y - y . y */
    int16_t grid, amplitude, train;
    int16_t position[G7231_PULSES], pulse[G7231_PULSES]; /* at 2 position + grid */
};

static void prepare(struct workspace *work, const int16_t target[G7231_SUBFRAME],
                    const int16_t h_q13[G7231_SUBFRAME], int lag)
{
    int16_t half[G7231_SUBFRAME + ROOM] = { 0 };
    int64_t energy, energy_half = 0;
    int shift = 0;

    memset(work, 0, sizeof *work);
    memcpy(work->target, target, G7231_SUBFRAME * sizeof *target);
    work->energy = energy_exact(target, G7231_SUBFRAME);
    work->train = lag < G7231_SHORT_LAG;
    if (work->train)
        g7231_train(h_q13, lag, work->h_q13);
    else
        memcpy(work->h_q13, h_q13, G7231_SUBFRAME * sizeof *h_q13);
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        half[i] = (int16_t)(work->h_q13[i] >> 1);
        work->peak = max_i32(work->peak, g7231_magnitude(work->h_q13[i]));
    }
    energy = energy_exact(work->h_q13, G7231_SUBFRAME);
    energy_half = energy_exact(half, G7231_SUBFRAME);
    shift = norm_l(L_energy(0, energy_half));
    for (int i = 0; i < G7231_SUBFRAME; i += 2)
        work->own[POSITIONS + i / 2] = work->own[POSITIONS - i / 2] =
            round_q15(L_shl(g7231_dot(half + i, energy_half, half, energy_half, ROOM), shift));
    for (int i = 0; i < G7231_SUBFRAME; i++)
        work->cross[i % 2][i / 2] =
            L_shl(g7231_dot(work->target + i, work->energy, work->h_q13, energy, ROOM), shift - 4);
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
        int32_t error = L_abs(L_sub(L_mult(g7231_fixed_gains[i], work->own[POSITIONS]), *peak));

        if (error < nearest) {
            nearest = error;
            *gain = i;
        }
    }
    return place;
}

/* Subtracts the contribution of a pulse, which is at most 2^16 times its gain, and computes the
 * magnitudes of the rest. Saturates unless it is known to be exact. */
static void subtract(const int16_t *own, int16_t pulse, bool exact, int32_t left[POSITIONS],
                     int32_t magnitudes[POSITIONS])
{
    for (int i = 0; i < POSITIONS && exact; i++) {
        left[i] -= 2 * (pulse * own[i]);
        magnitudes[i] = left[i] < 0 ? -left[i] : left[i];
    }
    for (int i = 0; i < POSITIONS && !exact; i++) {
        left[i] = L_msu(left[i], pulse, own[i]);
        magnitudes[i] = L_abs(left[i]);
    }
}

static int index_of_maximum(const int32_t x[POSITIONS])
{
    int32_t maximum = x[0];
    int i = 0;

    for (int k = 0; k < POSITIONS; k++)
        maximum = max_i32(maximum, x[k]);
    while (x[i] != maximum)
        i++;
    return i;
}

/* Places the pulses one by one, each at the largest rest, the first one of equals. */
static void place_pulses(const struct workspace *work, int pulses, int32_t peak,
                         struct choice *choice)
{
    int16_t gain = g7231_fixed_gains[choice->amplitude];
    bool exact = peak + (int64_t)pulses * gain * 65536 <= INT32_MAX;
    int32_t left[POSITIONS], magnitudes[POSITIONS],
        taken[POSITIONS] = { [G7231_GRID] = -1, -1 }; /* never the largest */

    memcpy(left, work->cross[choice->grid], sizeof left);
    for (int j = 0;; j++) {
        int at = choice->position[j];

        taken[at] = -1;
        choice->pulse[j] = (int16_t)(left[at] >= 0 ? gain : -gain);
        if (j == pulses - 1)
            break;
        subtract(work->own + POSITIONS - at, choice->pulse[j], exact, left, magnitudes);
        for (int i = 0; i < POSITIONS; i++)
            magnitudes[i] |= taken[i];
        choice->position[j + 1] = (int16_t)index_of_maximum(magnitudes);
    }
}

/* Filters the pulses: response by response if the peak of the response shows that the sums of L_mac
 * do not saturate. */
static void filter(const struct workspace *work, int pulses, const struct choice *choice,
                   int16_t y[ROOM])
{
    int gain = g7231_fixed_gains[choice->amplitude];
    int32_t sums[G7231_SUBFRAME + ROOM] = { 0 };
    int16_t e[G7231_SUBFRAME] = { 0 };

    if ((int64_t)2 * pulses * gain * work->peak <= INT32_MAX) {
        for (int j = 0; j < pulses; j++)
            add_scaled(sums + 2 * choice->position[j] + choice->grid, work->h_q13, choice->pulse[j],
                       ROOM);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            y[i] = extract_q13(2 * sums[i]);
        return;
    }
    for (int j = 0; j < pulses; j++)
        e[2 * choice->position[j] + choice->grid] = choice->pulse[j];
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        for (int j = 0; j <= i; j++)
            sums[i] = L_mac(sums[i], e[j], work->h_q13[i - j]);
        y[i] = extract_q13(sums[i]);
    }
}

/* 2 target . y - y . y. The partial sums are within energy(target) + 2 energy(y), because 2 sqrt(a
 * b) <= a + b. */
static int32_t gain_of(const struct workspace *work, int pulses, const struct choice *choice)
{
    int16_t y[ROOM] = { 0 };
    int64_t energy;
    int32_t gain = 0;

    filter(work, pulses, choice, y);
    energy = energy_exact(y, G7231_SUBFRAME);
    if (work->energy + 2 * energy <= INT32_MAX)
        return 2 * dot_exact(work->target, y, ROOM) - (int32_t)energy;
    for (int i = 0; i < G7231_SUBFRAME; i++)
        gain = L_sub(L_mac(gain, work->target[i], y[i]), L_mult(y[i], y[i]) >> 1);
    return gain;
}

/* Tries both grids with four gains each. `best` is empty while its first pulse is 0. */
static void search(const struct workspace *work, int pulses, struct choice *best)
{
    for (int grid = 0; grid < 2; grid++) {
        struct choice choice = { .grid = (int16_t)grid, .train = (int16_t)work->train };
        int32_t peak;
        int gain;

        choice.position[0] = (int16_t)best_position(work, grid, &peak, &gain);
        for (int i = gain - STEPS; i < gain + STEPS; i++) {
            choice.amplitude = (int16_t)i;
            place_pulses(work, pulses, peak, &choice);
            choice.gain = gain_of(work, pulses, &choice);
            if (choice.gain > best->gain || best->pulse[0] == 0)
                *best = choice;
        }
    }
}

void g7231_multipulse(const int16_t target[G7231_SUBFRAME], const int16_t h_q13[G7231_SUBFRAME],
                      int16_t pair_lag, int pulses, struct g7231_subframe *out,
                      int16_t e[G7231_SUBFRAME])
{
    struct workspace work;
    struct choice best = { .gain = -0x40000000 };
    int16_t single[G7231_SUBFRAME] = { 0 };

    prepare(&work, target, h_q13, G7231_SUBFRAME);
    search(&work, pulses, &best);
    if (pair_lag < G7231_SHORT_LAG) {
        prepare(&work, target, h_q13, pair_lag);
        search(&work, pulses, &best);
    }
    for (int j = 0; j < pulses; j++)
        single[2 * best.position[j] + best.grid] = best.pulse[j];
    g7231_rank(single, best.grid, pulses, out);
    out->amplitude = best.amplitude;
    out->grid = best.grid;
    out->train = best.train;
    g7231_train(single, best.train ? pair_lag : G7231_SUBFRAME, e);
}
