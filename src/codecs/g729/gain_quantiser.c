/* The choice of both gains: 3.9.2. */
#include "tables.h"
#include "double_precision.h"
#include "mac.h"

enum { CANDIDATES1 = 4, CANDIDATES2 = 8, PLACES1 = 8, PLACES2 = 16 };
enum { TAME_Q9 = 481, TAME_Q14 = 16383 }; /* 0.94, 0.9999: gains of a tamed subframe stay below */

static struct scaled product(const struct dsp_celp *dsp, const int16_t x[SUBFRAME],
                             const int16_t y[SUBFRAME], int exponent)
{
    int32_t sum = mac_is_exact(dsp->energy(x, SUBFRAME), dsp->energy(y, SUBFRAME))
                      ? L_add(2 * dsp->dot(x, y, SUBFRAME), 1)
                      : L_dot(1, x, y, SUBFRAME);
    int shift = norm_l(sum);

    return (struct scaled){ round_q15(L_shl(sum, shift)), shift + exponent };
}

void g729_gain_products(const struct dsp_celp *dsp, const struct pitch_products *pitch,
                        const int16_t target[SUBFRAME], const int16_t y1[SUBFRAME],
                        const int16_t y2_q12[SUBFRAME], struct gain_products *out)
{
    int16_t y2_q9[SUBFRAME];

    for (int i = 0; i < SUBFRAME; i++)
        y2_q9[i] = (int16_t)(y2_q12[i] >> 3);
    out->y1_y1 = (struct scaled){ pitch->energy.mantissa, pitch->energy.exponent - 15 };
    out->x_y1 = (struct scaled){ negate(pitch->product.mantissa), pitch->product.exponent - 16 };
    out->y2_y2 = product(dsp, y2_q9, y2_q9, 3);
    out->x_y2 = product(dsp, target, y2_q9, -7);
    out->x_y2.mantissa = negate(out->x_y2.mantissa);
    out->y1_y2 = product(dsp, y1, y2_q9, -7);
}

/* a b - c d, its first 16 bits; `halves`: both products halved beforehand. The exponents are those
 * of the products. */
static struct scaled difference(struct scaled ab, int32_t product_ab, struct scaled cd,
                                int32_t product_cd, int halves)
{
    int by = ab.exponent - cd.exponent, shift;
    int32_t rest = by > 0 ? L_sub(L_shr(product_ab, by + halves), L_shr(product_cd, halves))
                          : L_sub(L_shr(product_ab, halves), L_shr(product_cd, halves - by));

    shift = norm_l(rest);
    return (struct scaled){ extract_h(L_shl(rest, shift)),
                            (by > 0 ? cd.exponent : ab.exponent) - halves + shift - 16 };
}

static struct scaled difference_of(struct scaled a, struct scaled b, struct scaled c,
                                   struct scaled d)
{
    return difference((struct scaled){ 0, a.exponent + b.exponent }, L_mult(a.mantissa, b.mantissa),
                      (struct scaled){ 0, c.exponent + d.exponent + 1 },
                      L_mult(c.mantissa, d.mantissa), 1);
}

/* The gains that would be best, pitch in Q9 and code in Q2. Without a determinant above 0 the
 * standard's C breaks off. */
struct best_gains {
    int16_t pitch_q9, code_q2;
};

static struct best_gains solve(const struct gain_products *c)
{
    struct scaled first = { 0, c->y1_y1.exponent + c->y2_y2.exponent - 1 },
                  second = { 0, 2 * c->y1_y2.exponent + 1 };
    struct scaled determinant = difference(first, L_mult(c->y1_y1.mantissa, c->y2_y2.mantissa),
                                           second, L_mult(c->y1_y2.mantissa, c->y1_y2.mantissa), 0);
    struct scaled pitch = difference_of(c->y2_y2, c->x_y1, c->x_y2, c->y1_y2);
    struct scaled code = difference_of(c->y1_y1, c->x_y2, c->x_y1, c->y1_y2);
    int16_t inverse =
        negate(div_s(0x4000, determinant.mantissa < 0x4000 ? 0x4000 : determinant.mantissa));
    int exponent = 29 - determinant.exponent;

    return (struct best_gains){
        extract_h(L_shr(L_mult(pitch.mantissa, inverse), pitch.exponent + exponent - 24)),
        extract_h(L_shr(L_mult(code.mantissa, inverse), code.exponent + exponent - 17)),
    };
}

/* The first places of the candidates of each codebook: those thresholds are passed that a plane
 * through the best gains, along the codebooks' principal axes, lies beyond. Q formats are those of
 * the standard's C. */
static int pass(int32_t along, const int16_t *thresholds, int count, int16_t predicted, int shift)
{
    int n = 0;

    while (n < count) {
        int32_t beyond = L_sub(along, L_mult(thresholds[n], predicted) >> shift);

        if (predicted > 0 ? beyond <= 0 : beyond >= 0)
            break;
        n++;
    }
    return n;
}

struct places {
    int first, second;
};

static struct places preselect(struct best_gains best, int16_t predicted_q4)
{
    enum { A = 31881, B = 31548, A1 = 1731217536, B1 = 1822990272, INVERSE = -17103 };
    int32_t pitch = L_mult(A, best.pitch_q9);
    int16_t x = extract_h(L_add(pitch, B1 >> 15)),
            y = mult(extract_h(L_sub(pitch, A1 >> 10)), predicted_q4);
    int32_t along1 = L_sub(L_mult(y, B), L_mult(A, best.code_q2) >> 3);
    int32_t along2 = L_sub(best.code_q2 * 128, L_mult(x, predicted_q4));

    along1 = L_mult(extract_h(L_shl(along1, 2)), INVERSE);
    along2 = L_mult(extract_h(L_shl(along2, 2)), INVERSE);
    return (struct places){
        pass(along1, g729_gain_thresholds1_q14, PLACES1 - CANDIDATES1, predicted_q4, 3),
        pass(along2, g729_gain_thresholds2_q15, PLACES2 - CANDIDATES2, predicted_q4, 5)
    };
}

/* (63) in five numbers of 31 bits with one exponent. */
static void align(const struct gain_products *c, int exponent, int32_t out[5])
{
    const struct scaled terms[5] = {
        { c->y1_y1.mantissa, c->y1_y1.exponent + 13 },
        { c->x_y1.mantissa, c->x_y1.exponent + 14 },
        { c->y2_y2.mantissa, c->y2_y2.exponent + 2 * exponent - 21 },
        { c->x_y2.mantissa, c->x_y2.exponent + exponent - 3 },
        { c->y1_y2.mantissa, c->y1_y2.exponent + exponent - 4 },
    };
    int least = terms[0].exponent;

    for (int i = 1; i < 5; i++)
        least = terms[i].exponent < least ? terms[i].exponent : least;
    for (int i = 0; i < 5; i++)
        out[i] = in_parts(L_shr(L_deposit_h(terms[i].mantissa), terms[i].exponent - least));
}

static int32_t error(const int32_t c[5], int16_t pitch, int16_t code)
{
    int32_t sum = L_add(Mpy_32_16(c[0], mult(pitch, pitch)), Mpy_32_16(c[1], pitch));

    sum = L_add(L_add(sum, Mpy_32_16(c[2], mult(code, code))), Mpy_32_16(c[3], code));
    return L_add(sum, Mpy_32_16(c[4], mult(code, pitch)));
}

static struct places nearest(const int32_t c[5], int16_t predicted, struct places from, bool tame)
{
    struct places best = from;
    int32_t least = INT32_MAX;

    for (int i = from.first; i < from.first + CANDIDATES1; i++)
        for (int j = from.second; j < from.second + CANDIDATES2; j++) {
            int16_t pitch_q14 = add(g729_gains1[i].pitch_q14, g729_gains2[j].pitch_q14);
            int16_t factor_q12 =
                (int16_t)((g729_gains1[i].code_q13 + g729_gains2[j].code_q13) >> 1);
            int32_t now;

            if (tame && pitch_q14 >= TAME_Q14)
                continue;
            now = error(c, pitch_q14, mult(predicted, factor_q12));
            if (now < least) {
                least = now;
                best = (struct places){ i, j };
            }
        }
    return best;
}

struct gains g729_gain_quantise(struct gain_memory *memory, const struct gain_products *products,
                                const int16_t code_q13[SUBFRAME], bool tame, uint8_t codes[2])
{
    struct predicted_gain predicted = g729_gain_predict(memory, code_q13);
    struct best_gains best = solve(products);
    int16_t predicted_q4 = extract_h(L_shl(predicted.mantissa, 20 - predicted.exponent));
    struct places places;
    int32_t aligned[5];

    if (tame && best.pitch_q9 > TAME_Q9)
        best.pitch_q9 = TAME_Q9;
    places = preselect(best, predicted_q4);
    align(products, predicted.exponent, aligned);
    places = nearest(aligned, predicted.mantissa, places, tame);
    codes[0] = g729_gain_code1[places.first];
    codes[1] = g729_gain_code2[places.second];
    return g729_gain_reconstruct(memory, predicted, (unsigned)places.first,
                                 (unsigned)places.second);
}
