/* The search of the low rate, ACELP: clause 2.16. Four pulses stand on tracks 0, 2, 4 and 6 modulo
 * 8, all of them a sample later if shifted. Here, a spot is a pair of positions, 0 to 31; spots 30
 * and 31 are beyond the subframe and mean no pulse. */
#include <string.h>
#include "tables.h"

enum { TRACKS = 4, PLACES = 8, SPOTS = TRACKS * PLACES };

struct workspace {
    int16_t h_q12[G7231_SUBFRAME];
    int16_t target[2 * SPOTS]; /* its correlation with the response, 13 bits, times the sign */
    int16_t sign[SPOTS];
    int16_t phi[SPOTS][SPOTS]; /* the autocorrelation of the response, times both signs */
};

/* The correlations of the response: for spots p < q they are sums over the part of the response at
 * q that is within the subframe. */
static void correlate(struct workspace *work)
{
    int16_t h[G7231_SUBFRAME];
    int32_t energy = L_dot(0, work->h_q12, work->h_q12, G7231_SUBFRAME);
    int up = extract_h(energy) > 32000 ? -1 : norm_l(energy) >> 1;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        h[i] = shl(work->h_q12[i], up);
    memset(work->phi, 0, sizeof work->phi);
    for (int apart = 0; apart < G7231_SUBFRAME / 2; apart++) {
        int32_t sum = 0;

        for (int i = 0, q = G7231_SUBFRAME / 2 - 1; q >= apart; i += 2, q--) {
            sum = L_mac(L_mac(sum, h[i], h[i + 2 * apart]), h[i + 1], h[i + 1 + 2 * apart]);
            work->phi[q - apart][q] = work->phi[q][q - apart] = extract_h(sum);
        }
    }
}

static void correlate_target(struct workspace *work, const int16_t target[G7231_SUBFRAME])
{
    int32_t wide[G7231_SUBFRAME], peak = 0;
    int down;

    for (int i = 0; i < G7231_SUBFRAME; i++) {
        wide[i] = L_dot(0, target + i, work->h_q12, G7231_SUBFRAME - i);
        peak = max_i32(peak, L_abs(wide[i]));
    }
    down = 18 - min_i32(norm_l(peak), 16);
    memset(work->target, 0, sizeof work->target);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        work->target[i] = extract_l(wide[i] >> down);
}

/* Gives each spot the sign of the target there, so that the search only has to choose positions. */
static void fix_signs(struct workspace *work)
{
    for (int i = 0; i < SPOTS; i++) {
        work->sign[i] = (int16_t)(add(work->target[2 * i], work->target[2 * i + 1]) >= 0 ? 1 : -1);
        work->target[2 * i] = (int16_t)(work->target[2 * i] * work->sign[i]);
        work->target[2 * i + 1] = (int16_t)(work->target[2 * i + 1] * work->sign[i]);
    }
    for (int i = 0; i < SPOTS; i++)
        for (int j = 0; j < SPOTS; j++)
            work->phi[i][j] = (int16_t)(work->phi[i][j] * work->sign[i] * work->sign[j]);
}

/* Halfway from the mean to the maximum of three pulses; the third may be missing. */
static int16_t threshold(const int16_t *target)
{
    int16_t peaks[3], mean, maximum;
    int32_t sum = 0;

    for (int k = 0; k < 3; k++) {
        peaks[k] = target[2 * k];
        for (int i = 2 * k; i < 2 * SPOTS; i += 2 * TRACKS) {
            peaks[k] = target[i] > peaks[k] ? target[i] : peaks[k];
            sum += 2 * target[i];
        }
    }
    maximum = add(add(peaks[0], peaks[1]), peaks[2]);
    mean = extract_l(sum >> 4);
    return add(mult(sub(maximum, mean), 0x4000), mean);
}

/* The best pulses so far, their squared correlation and energy, and how many more times the last
 * loop may be entered. */
struct best {
    int at[TRACKS], shift;
    int16_t square, energy;
    int left;
};

/* Tries the last pulse. No sum saturates: |target| < 2^13, and the energy is at most 10
 * correlations of 16 bits, times 4. */
static void search_last(const struct workspace *work, const int at[3], int shift, int16_t sum,
                        int32_t energy, struct best *best)
{
    for (int p = 3; p < SPOTS; p += TRACKS) {
        int16_t all = add(sum, work->target[2 * p + shift]), square = mult(all, all), e;

        e = extract_l((energy + 2 * work->phi[p][p] +
                       4 * (work->phi[at[0]][p] + work->phi[at[1]][p] + work->phi[at[2]][p])) >>
                      5);
        if (L_mult(square, best->energy) > L_mult(best->square, e))
            *best = (struct best){ { at[0], at[1], at[2], p }, shift, square, e, best->left };
    }
    best->left--;
}

/* Continues with the last pulse if three pulses exceed the threshold. */
static void search_from(const struct workspace *work, const int at[3], int16_t least,
                        struct best *best)
{
    const int16_t *a = work->target + 2 * at[0], *b = work->target + 2 * at[1],
                  *c = work->target + 2 * at[2];
    int16_t even = add(add(a[0], b[0]), c[0]), odd = add(add(a[1], b[1]), c[1]);
    int16_t sum = odd > even ? odd : even;
    int32_t energy;

    if (sum <= least)
        return;
    energy = 2 * (work->phi[at[0]][at[0]] + work->phi[at[1]][at[1]] + work->phi[at[2]][at[2]]) +
             4 * (work->phi[at[0]][at[1]] + work->phi[at[0]][at[2]] + work->phi[at[1]][at[2]]);
    search_last(work, at, odd > even, sum, energy, best);
}

/* Three nested loops and the last one, which is entered a limited number of times. */
static struct best search(const struct workspace *work, int *budget)
{
    struct best best = { { 0, 1, 2, 3 }, 0, 0, INT16_MAX, 120 + *budget };
    int16_t even = threshold(work->target), odd = threshold(work->target + 1),
            least = odd > even ? odd : even;
    int at[3];

    for (at[0] = 0; at[0] < G7231_SUBFRAME / 2; at[0] += TRACKS)
        for (at[1] = 1; at[1] < G7231_SUBFRAME / 2; at[1] += TRACKS)
            for (at[2] = 2; at[2] < SPOTS && best.left > 0; at[2] += TRACKS)
                search_from(work, at, least, &best);
    *budget = best.left;
    return best;
}

static int16_t quantize_gain(const int16_t target[G7231_SUBFRAME], const int16_t y[G7231_SUBFRAME])
{
    int16_t down[G7231_SUBFRAME], xy, yy, gain, nearest = INT16_MAX;
    int32_t cross, energy;
    int shift, index = 0;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        down[i] = (int16_t)(y[i] >> 3);
    cross = L_dot(0, target, down, G7231_SUBFRAME);
    energy = L_dot(0, down, down, G7231_SUBFRAME);
    shift = norm_l(cross) + 5 - norm_l(energy);
    xy = extract_h(L_shl(cross, norm_l(cross)));
    yy = extract_h(L_shl(energy, norm_l(energy)));
    if (xy <= 0)
        return 0;
    gain = shr(div_s((int16_t)(xy >> 1), yy), shift);
    for (int i = 0; i < G7231_FIXED_GAINS; i++) {
        int16_t error = abs_s(sub(gain, g7231_fixed_gains[i]));

        if (error < nearest || i == 0) {
            nearest = error;
            index = i;
        }
    }
    return (int16_t)index;
}

void g7231_algebraic(const struct g7231_pulse_search *in, int *budget, struct g7231_subframe *out,
                     int16_t e[G7231_SUBFRAME])
{
    struct workspace work;
    struct best best;
    int16_t y[G7231_SUBFRAME] = { 0 };

    for (int i = 0; i < G7231_SUBFRAME; i++)
        work.h_q12[i] = (int16_t)(in->h_q13[i] >> 1);
    g7231_echo(work.h_q12, in->pair_lag, out);
    correlate(&work);
    correlate_target(&work, in->target);
    fix_signs(&work);
    best = search(&work, budget);
    out->positions = out->signs = out->train = 0;
    out->grid = (int16_t)best.shift;
    memset(e, 0, G7231_SUBFRAME * sizeof *e);
    for (int k = 0; k < TRACKS; k++) {
        int at = 2 * best.at[k] + best.shift;

        out->positions |= at / 8 << 3 * k;
        out->signs |= (int16_t)((work.sign[best.at[k]] > 0) << k);
        for (int i = at; i < G7231_SUBFRAME; i++)
            y[i] = work.sign[best.at[k]] > 0 ? add(y[i], work.h_q12[i - at])
                                             : sub(y[i], work.h_q12[i - at]);
        if (at < G7231_SUBFRAME)
            e[at] = work.sign[best.at[k]];
    }
    out->amplitude = quantize_gain(in->target, y);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        e[i] = (int16_t)(e[i] * g7231_fixed_gains[out->amplitude]);
    g7231_echo(e, in->pair_lag, out);
}
