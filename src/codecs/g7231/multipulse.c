/* The high rate's search, MP-MLQ: clause 2.15. */
#include <string.h>
#include "g7231.h"
#include "tables.h"

enum { STEPS = 2, ROOM = 64, PLACES = 32 };

/* What a search works on: the impulse response, repeated with the lag or not, its correlations and
 * those of the target. */
struct workspace {
    int16_t target[G7231_SUBFRAME + ROOM]; /* zeros behind */
    int16_t h_q13[ROOM];                   /* likewise */
    int64_t energy;                        /* the target's */
    int32_t peak;                          /* the response's */
    int16_t own[2 * PLACES];  /* the response's autocorrelation, normalised: at 2 d samples in
                                 [PLACES + d] */
    int32_t cross[2][PLACES]; /* with the target, on the same scale: places of each grid */
    int train;
};

struct choice {
    int32_t gain; /* 2 target . y - y . y */
    int16_t grid, amplitude, train;
    int16_t place[G7231_PULSES], pulse[G7231_PULSES]; /* at 2 place + grid */
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
        work->peak = g7231_magnitude(work->h_q13[i]) > work->peak ? g7231_magnitude(work->h_q13[i])
                                                                  : work->peak;
    }
    energy = energy_exact(work->h_q13, G7231_SUBFRAME);
    energy_half = energy_exact(half, G7231_SUBFRAME);
    shift = norm_l(L_energy(0, energy_half));
    for (int i = 0; i < G7231_SUBFRAME; i += 2)
        work->own[PLACES + i / 2] = work->own[PLACES - i / 2] =
            round_q15(L_shl(dot_by_energy(half + i, energy_half, half, energy_half, ROOM), shift));
    for (int i = 0; i < G7231_SUBFRAME; i++)
        work->cross[i % 2][i / 2] = L_shl(
            dot_by_energy(work->target + i, work->energy, work->h_q13, energy, ROOM), shift - 4);
}

/* The place of a grid where one pulse alone would do most, the last of equals; what it would do;
 * and the gain that it would like. */
static int best_place(const struct workspace *work, int grid, int32_t *peak, int *gain)
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
        int32_t error = L_abs(L_sub(L_mult(g7231_fixed_gains[i], work->own[PLACES]), *peak));

        if (error < nearest) {
            nearest = error;
            *gain = i;
        }
    }
    return place;
}

/* What a pulse leaves, and its magnitudes; saturated where it may have to be: a pulse takes away
 * 2^16 times its gain at most. */
static void take_away(const int16_t *own, int16_t pulse, bool plain, int32_t left[PLACES],
                      int32_t magnitudes[PLACES])
{
    for (int i = 0; i < PLACES && plain; i++) {
        left[i] -= 2 * (pulse * own[i]);
        magnitudes[i] = left[i] < 0 ? -left[i] : left[i];
    }
    for (int i = 0; i < PLACES && !plain; i++) {
        left[i] = L_msu(left[i], pulse, own[i]);
        magnitudes[i] = L_abs(left[i]);
    }
}

static int first_of_greatest(const int32_t x[PLACES])
{
    int32_t most = x[0];
    int i = 0;

    for (int k = 0; k < PLACES; k++)
        most = x[k] > most ? x[k] : most;
    while (x[i] != most)
        i++;
    return i;
}

/* The pulses one by one, each where most is left: at the first of equals. */
static void place(const struct workspace *work, int pulses, int32_t peak, struct choice *choice)
{
    int16_t gain = g7231_fixed_gains[choice->amplitude];
    bool plain = peak + (int64_t)pulses * gain * 65536 <= INT32_MAX;
    int32_t left[PLACES], magnitudes[PLACES],
        taken[PLACES] = { [G7231_GRID] = -1, -1 }; /* never the greatest */

    memcpy(left, work->cross[choice->grid], sizeof left);
    for (int j = 0;; j++) {
        int at = choice->place[j];

        taken[at] = -1;
        choice->pulse[j] = (int16_t)(left[at] >= 0 ? gain : -gain);
        if (j == pulses - 1)
            break;
        take_away(work->own + PLACES - at, choice->pulse[j], plain, left, magnitudes);
        for (int i = 0; i < PLACES; i++)
            magnitudes[i] |= taken[i];
        choice->place[j + 1] = (int16_t)first_of_greatest(magnitudes);
    }
}

/* What the pulses become: response by response where its peak shows that the sums of L_mac do not
 * saturate. */
static void filter(const struct workspace *work, int pulses, const struct choice *choice,
                   int16_t y[ROOM])
{
    int gain = g7231_fixed_gains[choice->amplitude];
    int32_t sums[G7231_SUBFRAME + ROOM] = { 0 };
    int16_t e[G7231_SUBFRAME] = { 0 };

    if ((int64_t)2 * pulses * gain * work->peak <= INT32_MAX) {
        for (int j = 0; j < pulses; j++)
            add_scaled(sums + 2 * choice->place[j] + choice->grid, work->h_q13, choice->pulse[j],
                       ROOM);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            y[i] = extract_q13(2 * sums[i]);
        return;
    }
    for (int j = 0; j < pulses; j++)
        e[2 * choice->place[j] + choice->grid] = choice->pulse[j];
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        for (int j = 0; j <= i; j++)
            sums[i] = L_mac(sums[i], e[j], work->h_q13[i - j]);
        y[i] = extract_q13(sums[i]);
    }
}

/* 2 target . y - y . y, term by term; its partial sums are within energy(target) + 2 energy(y), as
 * 2 sqrt(a b) <= a + b. */
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

/* Both grids with four gains each. `best` has no amplitude yet if its first pulse has none. */
static void search(const struct workspace *work, int pulses, struct choice *best)
{
    for (int grid = 0; grid < 2; grid++) {
        struct choice choice = { .grid = (int16_t)grid, .train = (int16_t)work->train };
        int32_t peak;
        int gain;

        choice.place[0] = (int16_t)best_place(work, grid, &peak, &gain);
        for (int i = gain - STEPS; i < gain + STEPS; i++) {
            choice.amplitude = (int16_t)i;
            place(work, pulses, peak, &choice);
            choice.gain = gain_of(work, pulses, &choice);
            if (choice.gain > best->gain || best->pulse[0] == 0)
                *best = choice;
        }
    }
}

/* Places and signs as numbers: see unrank in fixed.c. */
static void rank(const int16_t e[G7231_SUBFRAME], int pulses, const struct choice *choice,
                 struct g7231_subframe *out)
{
    out->signs = 0;
    out->positions = 0;
    for (int i = 0, j = G7231_PULSES - pulses; i < G7231_GRID && j < G7231_PULSES; i++) {
        int16_t pulse = e[2 * i + choice->grid];

        if (pulse == 0)
            out->positions += g7231_combinations[j + 1][i];
        else {
            out->signs = (int16_t)(out->signs << 1 | (pulse < 0));
            j++;
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
        single[2 * best.place[j] + best.grid] = best.pulse[j];
    rank(single, pulses, &best, out);
    out->amplitude = best.amplitude;
    out->grid = best.grid;
    out->train = best.train;
    g7231_train(single, best.train ? pair_lag : G7231_SUBFRAME, e);
}
