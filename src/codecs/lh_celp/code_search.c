/* The search of the fixed codebook: every code, then every gain of the best ones.
 *
 * A code whose response has the product c with the target and the energy e lowers the energy of the
 * target by up to c^2 / e. */
#include <stdbool.h>
#include "search.h"
#include "tables.h"

/* The length of the target is below 2^13, and that of the response to an enhanced pulse below
 * 2^14.7: the products with the target stay below 2^27.7, and those of nine pulses below 2^31. The
 * products of responses, in units of 2^PHI_SHIFT, stay below 2^23.4, and the energies of nine
 * pulses below 2^30. */
enum { TARGET_BITS = 13, PHI_SHIFT = 6, BEST = 3 };

/* No pulse in a subframe of 53 samples, and in one of 54 only at its end. */
enum { QUIETEST = LH_CELP_TRAINS - 1 };

struct code {
    int32_t c, e;
    uint8_t number;
};
struct search {
    int size, shift;             /* right shift of the target */
    int16_t h[LH_CELP_WIDE];     /* the response to an enhanced pulse */
    int32_t d[LH_CELP_SUBFRAME]; /* the product of the target with the response to a pulse at i */
    struct code best[BEST + 1];  /* the last one is QUIETEST */

    /* By distance, the product of the responses to pulses at i and at i + distance. Only distances
     * that codes have are valid. */
    int32_t phi[LH_CELP_SUBFRAME][LH_CELP_SUBFRAME];
};

static void set_target(struct search *s, const struct dsp_celp *dsp,
                       const int16_t t[LH_CELP_SUBFRAME])
{
    enum { UP = 6 }; /* of a quiet target, before the shift */
    int16_t padded[2 * LH_CELP_WIDE] = { 0 };
    int64_t energy = energy_exact(t, s->size) << 2 * UP;

    s->shift = lh_celp_length_shift(energy, TARGET_BITS) - UP;
    for (int i = 0; i < s->size; i++)
        padded[i] = (int16_t)(s->shift < 0 ? t[i] * (1 << -s->shift) : t[i] >> s->shift);
    dsp->correlate(s->h, padded, LH_CELP_WIDE, s->d, s->size);
}

static void set_response(struct search *s, const struct lh_celp_response *response, int lag,
                         int16_t enhancement_q13)
{
    memcpy(s->h, response->h, sizeof s->h);
    for (int i = lag; i < s->size; i++)
        s->h[i] = (int16_t)(s->h[i] + ((s->h[i - lag] * enhancement_q13 + 0x1000) >> 13));
}

/* The products at one distance, from the end of the subframe. */
static void multiply_pulses(struct search *s, int distance)
{
    const int16_t *h = s->h;
    int32_t sum = 0, *phi = s->phi[distance] + s->size - 1 - distance;

    for (int n = 0; n < s->size - distance; n++) {
        sum += h[n] * h[n + distance];
        phi[-n] = sum >> PHI_SHIFT;
    }
}

static void multiply_trains(struct search *s, int spacing)
{
    for (int distance = spacing; distance < s->size; distance += spacing)
        multiply_pulses(s, distance);
}

/* Reduced, so that the products of the squares and the energies fit 64 bits. */
enum { ENERGY_SHIFT = 6, ENERGY_MIN = 1 << ENERGY_SHIFT };
static uint64_t square(int32_t c)
{
    uint64_t reduced = (uint32_t)(c < 0 ? -c : c) >> 11;

    return reduced * reduced;
}

/* Compares c^2 / e, multiplied by both e. */
static inline bool is_better(const struct code *a, const struct code *b)
{
    return square(a->c) * ((uint32_t)b->e >> ENERGY_SHIFT) >
           square(b->c) * ((uint32_t)a->e >> ENERGY_SHIFT);
}

static inline void consider(struct search *s, int number, int32_t c, int32_t e)
{
    struct code code = { c, max_i32(e, ENERGY_MIN), (uint8_t)number };
    int at = BEST - 1;

    if (__builtin_expect(!is_better(&code, &s->best[at]), 1))
        return;
    for (; at > 0 && is_better(&code, &s->best[at - 1]); at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = code;
}

static struct code quietest(const struct search *s)
{
    if (s->size <= QUIETEST)
        return (struct code){ 0, 0, QUIETEST };
    return (struct code){ s->d[QUIETEST], s->phi[0][QUIETEST], QUIETEST };
}

/* A train is a pulse, and the train that begins at its second pulse. */
static void search_trains(struct search *s, int first, int count, int spacing)
{
    int32_t c[LH_CELP_SUBFRAME], e[LH_CELP_SUBFRAME];

    for (int at = s->size - 1; at >= 0; at--) {
        c[at] = s->d[at];
        e[at] = s->phi[0][at];
        for (int distance = spacing; at + distance < s->size; distance += spacing)
            e[at] += 2 * s->phi[distance][at];
        if (at + spacing < s->size) {
            c[at] += c[at + spacing];
            e[at] += e[at + spacing];
        }
    }
    for (int at = 0; at < min_i32(count, s->size); at++)
        consider(s, first + at, c[at], e[at]);
}

/* Pulses at fixed positions: what changes when the sign of one changes. */
enum { PULSES = 8 };
struct signs {
    int32_t c, e;
    int32_t d[PULSES];           /* twice the product of a positive pulse with the target */
    int32_t cross[PULSES];       /* four times that with the other pulses */
    int32_t phi[PULSES][PULSES]; /* eight times that of positive pulses; the diagonal is 0 */
};

/* All pulses are positive. */
static void start_signs(const struct search *s, int count, int from, int spacing,
                        struct signs *signs)
{
    memset(signs, 0, sizeof *signs);
    for (int i = 0; i < count; i++) {
        int at = from + i * spacing;

        signs->c += s->d[at];
        signs->e += s->phi[0][at];
        signs->d[i] = 2 * s->d[at];
        for (int j = 0; j < i; j++) {
            int32_t phi = s->phi[(i - j) * spacing][from + j * spacing];

            signs->phi[i][j] = signs->phi[j][i] = 8 * phi;
            signs->cross[i] += 4 * phi;
            signs->cross[j] += 4 * phi;
            signs->e += 2 * phi;
        }
    }
}

/* Negates a pulse; `mask` is -1 if it becomes negative, 0 if positive. */
static void negate_pulse(struct signs *signs, int pulse, int32_t mask)
{
    const int32_t *phi = signs->phi[pulse];

    signs->c += negate_if(mask, signs->d[pulse]);
    signs->e += negate_if(mask, signs->cross[pulse]);
    for (int j = 0; j < PULSES; j++)
        signs->cross[j] += negate_if(mask, phi[j]);
}

/* All signs but the first in the order of a Gray code, in which one changes at a time. */
static void search_signs(struct search *s, int first, int count, int from, int spacing)
{
    unsigned all = (1u << (count - 1)) - 1, code = all;
    struct signs signs;

    start_signs(s, count, from, spacing, &signs);
    consider(s, first + (int)code, signs.c, signs.e);
    for (unsigned n = 1; n <= all; n++) {
        int bit = __builtin_ctz(n);

        code ^= 1u << bit;
        negate_pulse(&signs, count - 1 - bit, (int32_t)(code >> bit & 1) - 1);
        consider(s, first + (int)code, signs.c, signs.e);
    }
}

/* The best gain of a code; returns by how much they lower the energy of the target. |c| < 2^31, a
 * doubled gain < 2^12.4, the scale is at most 12 and the shift of the target at most 5. */
static int64_t quantize(const struct code *code, int scale, int shift, uint8_t *gain)
{
    int64_t best = INT64_MIN, c = code->c < 0 ? -(int64_t)code->c : code->c;
    int64_t e = (int64_t)code->e << PHI_SHIFT;
    int up = scale + shift;

    for (int i = 0; i < LH_CELP_FIXED_GAINS / 2; i++) {
        int64_t g = lh_celp_fixed_gains[i], twice = 2 * g * c,
                score = ((up < 0 ? twice >> -up : twice << up) - g * g * e) >> 2 * scale;

        if (score > best) {
            best = score;
            *gain = (uint8_t)(code->c < 0 ? i + LH_CELP_FIXED_GAINS / 2 : i);
        }
    }
    return best;
}

static int64_t best_code(const struct search *s, int scale, struct lh_celp_subframe *out)
{
    int64_t best = INT64_MIN;

    for (int i = 0; i <= BEST; i++) {
        uint8_t gain = 0;
        int64_t score = quantize(&s->best[i], scale, s->shift, &gain);

        if (score > best) {
            best = score;
            out->code = s->best[i].number;
            out->fixed_gain = gain;
        }
    }
    return best;
}

int64_t lh_celp_code_search(const struct lh_celp_response *response,
                            const int16_t t[LH_CELP_SUBFRAME], int lag, int16_t enhancement_q13,
                            struct lh_celp_subframe *out)
{
    struct search s;
    int other = lh_celp_second_spacing(lag, response->size);

    s.size = response->size;
    set_response(&s, response, lag, enhancement_q13);
    set_target(&s, response->dsp, t);
    multiply_pulses(&s, 0);
    multiply_trains(&s, LH_CELP_SEVENS_SPACING);
    multiply_trains(&s, LH_CELP_EIGHTS_SPACING);
    multiply_trains(&s, lag);
    multiply_trains(&s, other);
    for (int i = 0; i < BEST; i++)
        s.best[i] = (struct code){ 0, ENERGY_MIN, QUIETEST };
    s.best[BEST] = quietest(&s);
    search_trains(&s, 0, s.size, lag);
    search_trains(&s, LH_CELP_TRAINS, LH_CELP_SEVENS - LH_CELP_TRAINS, other);
    search_signs(&s, LH_CELP_SEVENS, 7, LH_CELP_SEVENS_FIRST, LH_CELP_SEVENS_SPACING);
    search_signs(&s, LH_CELP_EIGHTS, 8, 0, LH_CELP_EIGHTS_SPACING);
    return best_code(&s, response->scale, out);
}
