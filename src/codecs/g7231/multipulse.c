/* The high rate's search, MP-MLQ: clause 2.15. */
#include <string.h>
#include "tables.h"

enum { STEPS = 2, SHORT_LAG = SUBFRAME - 2 };

/* What a search works on: the impulse response, repeated with the lag or not, its correlations and those of the target. */
struct workings {
    const int16_t *target;
    int16_t h_q13[SUBFRAME];
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
    int16_t half[SUBFRAME];
    int shift = 0;

    work->target = target;
    work->train = lag < SHORT_LAG;
    if (work->train)
        g7231_train(h_q13, lag, work->h_q13);
    else
        memcpy(work->h_q13, h_q13, sizeof work->h_q13);
    for (int i = 0; i < SUBFRAME; i++)
        half[i] = (int16_t)(work->h_q13[i] >> 1);
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t sum = g7231_dot(0, half + i, half, SUBFRAME - i);

        shift = i == 0 ? norm_l(sum) : shift;
        work->own[i] = round_q15(L_shl(sum, shift));
    }
    for (int i = 0; i < SUBFRAME; i++)
        work->cross[i] = L_shl(g7231_dot(0, target + i, work->h_q13, SUBFRAME - i), shift - 4);
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

static int32_t gain_of(const struct workings *work, int pulses, const struct choice *choice)
{
    int16_t e[SUBFRAME] = { 0 };
    int32_t gain = 0;

    for (int j = 0; j < pulses; j++)
        e[choice->at[j]] = choice->pulse[j];
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t sum = 0;
        int16_t y;

        for (int j = 0; j <= i; j++)
            sum = L_mac(sum, e[j], work->h_q13[i - j]);
        y = extract_h(L_shl(sum, 2));
        gain = L_sub(L_mac(gain, work->target[i], y), L_mult(y, y) >> 1);
    }
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
