/* The search for both gains: 3.9.2. */
#include "tables.h"
#include "oper_32b.h"
#include "mac.h"

enum { CANDIDATES1 = 4, CANDIDATES2 = 8, GAINS1 = 8, GAINS2 = 16 };
enum { TAMED_Q9 = 481, TAMED_Q14 = 16383 }; /* 0.94, 0.9999: upper bounds of a tamed pitch gain */

static struct g729_scaled normalize(int32_t sum, int exponent)
{
    int shift = norm_l(sum);

    return (struct g729_scaled){ round_q15(L_shl(sum, shift)), shift + exponent };
}

/* The product with y, whose energy is given. */
static int32_t product(const struct dsp_celp *dsp, const int16_t x[G729_SUBFRAME],
                       const int16_t y[G729_SUBFRAME], int64_t energy)
{
    return mac_is_exact(dsp->energy(x, G729_SUBFRAME), energy)
               ? L_add(2 * dsp->dot(x, y, G729_SUBFRAME), 1)
               : L_dot(1, x, y, G729_SUBFRAME);
}

void g729_gain_products(const struct dsp_celp *dsp, const struct g729_pitch_products *pitch,
                        const int16_t target[G729_SUBFRAME], const int16_t y1[G729_SUBFRAME],
                        const int16_t y2_q12[G729_SUBFRAME], struct g729_gain_products *out)
{
    int16_t y2_q9[G729_SUBFRAME];
    int64_t energy;

    for (int i = 0; i < G729_SUBFRAME; i++)
        y2_q9[i] = (int16_t)(y2_q12[i] >> 3);
    out->y1_y1 = (struct g729_scaled){ pitch->energy.mantissa, pitch->energy.exponent - 15 };
    out->x_y1 =
        (struct g729_scaled){ negate(pitch->product.mantissa), pitch->product.exponent - 16 };
    energy = dsp->energy(y2_q9, G729_SUBFRAME);
    out->y2_y2 = normalize(L_energy(1, energy), 3);
    out->x_y2 = normalize(product(dsp, target, y2_q9, energy), -7);
    out->x_y2.mantissa = negate(out->x_y2.mantissa);
    out->y1_y2 = normalize(product(dsp, y1, y2_q9, energy), -7);
}

/* a b - c d, normalized to 16 bits, from both products and the sums of their exponents. Each
 * product is first shifted right by `headroom`. */
static struct g729_scaled difference(struct g729_scaled ab, int32_t product_ab,
                                     struct g729_scaled cd, int32_t product_cd, int headroom)
{
    int by = ab.exponent - cd.exponent, shift;
    int32_t rest = by > 0 ? L_sub(L_shr(product_ab, by + headroom), L_shr(product_cd, headroom))
                          : L_sub(L_shr(product_ab, headroom), L_shr(product_cd, headroom - by));

    shift = norm_l(rest);
    return (struct g729_scaled){ extract_h(L_shl(rest, shift)),
                                 (by > 0 ? cd.exponent : ab.exponent) - headroom + shift - 16 };
}

static struct g729_scaled difference_of(struct g729_scaled a, struct g729_scaled b,
                                        struct g729_scaled c, struct g729_scaled d)
{
    return difference(
        (struct g729_scaled){ 0, a.exponent + b.exponent }, L_mult(a.mantissa, b.mantissa),
        (struct g729_scaled){ 0, c.exponent + d.exponent + 1 }, L_mult(c.mantissa, d.mantissa), 1);
}

/* The optimal unquantized gains, pitch in Q9 and code in Q2. The standard's C code aborts if the
 * determinant is not positive; here it is clamped. */
struct best_gains {
    int16_t pitch_q9, code_q2;
};

static struct best_gains solve(const struct g729_gain_products *c)
{
    struct g729_scaled first = { 0, c->y1_y1.exponent + c->y2_y2.exponent - 1 },
                       second = { 0, 2 * c->y1_y2.exponent + 1 };
    struct g729_scaled determinant =
        difference(first, L_mult(c->y1_y1.mantissa, c->y2_y2.mantissa), second,
                   L_mult(c->y1_y2.mantissa, c->y1_y2.mantissa), 0);
    struct g729_scaled pitch = difference_of(c->y2_y2, c->x_y1, c->x_y2, c->y1_y2);
    struct g729_scaled code = difference_of(c->y1_y1, c->x_y2, c->x_y1, c->y1_y2);
    int16_t inverse =
        negate(div_s(0x4000, determinant.mantissa < 0x4000 ? 0x4000 : determinant.mantissa));
    int exponent = 29 - determinant.exponent;

    return (struct best_gains){
        extract_h(L_shr(L_mult(pitch.mantissa, inverse), pitch.exponent + exponent - 24)),
        extract_h(L_shr(L_mult(code.mantissa, inverse), code.exponent + exponent - 17)),
    };
}

/* Returns the first index of a codebook's candidates: the number of thresholds that the optimal
 * gains exceed along the codebook's principal axis. Q formats are those of the standard's C code.
 */
static int count_exceeded(int32_t along, const int16_t *thresholds, int count, int16_t predicted,
                          int shift)
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

struct gain_indices {
    int first, second;
};

static struct gain_indices preselect(struct best_gains best, int16_t predicted_q4)
{
    enum { A = 31881, B = 31548, A1 = 1731217536, B1 = 1822990272, INVERSE = -17103 };
    int32_t pitch = L_mult(A, best.pitch_q9);
    int16_t x = extract_h(L_add(pitch, B1 >> 15)),
            y = mult(extract_h(L_sub(pitch, A1 >> 10)), predicted_q4);
    int32_t along1 = L_sub(L_mult(y, B), L_mult(A, best.code_q2) >> 3);
    int32_t along2 = L_sub(best.code_q2 * 128, L_mult(x, predicted_q4));

    along1 = L_mult(extract_h(L_shl(along1, 2)), INVERSE);
    along2 = L_mult(extract_h(L_shl(along2, 2)), INVERSE);
    return (struct gain_indices){
        count_exceeded(along1, g729_gain_thresholds1_q14, GAINS1 - CANDIDATES1, predicted_q4, 3),
        count_exceeded(along2, g729_gain_thresholds2_q15, GAINS2 - CANDIDATES2, predicted_q4, 5)
    };
}

/* The coefficients of (63) in double precision, with a common exponent. */
static void align(const struct g729_gain_products *c, int exponent, int32_t out[5])
{
    const struct g729_scaled terms[5] = {
        { c->y1_y1.mantissa, c->y1_y1.exponent + 13 },
        { c->x_y1.mantissa, c->x_y1.exponent + 14 },
        { c->y2_y2.mantissa, c->y2_y2.exponent + 2 * exponent - 21 },
        { c->x_y2.mantissa, c->x_y2.exponent + exponent - 3 },
        { c->y1_y2.mantissa, c->y1_y2.exponent + exponent - 4 },
    };
    int min = terms[0].exponent;

    for (int i = 1; i < 5; i++)
        min = min_i32(terms[i].exponent, min);
    for (int i = 0; i < 5; i++)
        out[i] = as_dpf(L_shr(L_deposit_h(terms[i].mantissa), terms[i].exponent - min));
}

/* The factors are not negative, and the sums of two gains at most 22215. */
static int16_t product_q15(int16_t a, int16_t b) { return (int16_t)(a * b >> 15); }

static int32_t weighted_error(const int32_t c[5], int16_t pitch, int16_t code)
{
    int32_t sum = L_add(Mpy_32_16(c[0], product_q15(pitch, pitch)), Mpy_32_16(c[1], pitch));

    sum = L_add(L_add(sum, Mpy_32_16(c[2], product_q15(code, code))), Mpy_32_16(c[3], code));
    return L_add(sum, Mpy_32_16(c[4], product_q15(code, pitch)));
}

static struct gain_indices search_pairs(const int32_t c[5], int16_t predicted,
                                        struct gain_indices from, bool tame)
{
    struct gain_indices best = from;
    int32_t min = INT32_MAX;

    for (int i = from.first; i < from.first + CANDIDATES1; i++)
        for (int j = from.second; j < from.second + CANDIDATES2; j++) {
            int16_t pitch_q14 = (int16_t)(g729_gains1[i].pitch_q14 + g729_gains2[j].pitch_q14);
            int16_t factor_q12 =
                (int16_t)((g729_gains1[i].code_q13 + g729_gains2[j].code_q13) >> 1);
            int32_t error;

            if (tame && pitch_q14 >= TAMED_Q14)
                continue;
            error = weighted_error(c, pitch_q14, product_q15(predicted, factor_q12));
            if (error < min) {
                min = error;
                best = (struct gain_indices){ i, j };
            }
        }
    return best;
}

struct g729_gains g729_gain_quantize(const struct dsp_celp *dsp, struct g729_gain_memory *memory,
                                     const struct g729_gain_products *products,
                                     const int16_t code_q13[G729_SUBFRAME], bool tame,
                                     uint8_t codes[2])
{
    struct g729_scaled predicted = g729_gain_predict(dsp, memory, code_q13);
    struct best_gains best = solve(products);
    int16_t predicted_q4 = extract_h(L_shl(predicted.mantissa, 20 - predicted.exponent));
    struct gain_indices indices;
    int32_t aligned[5];

    if (tame)
        best.pitch_q9 = (int16_t)min_i32(best.pitch_q9, TAMED_Q9);
    indices = preselect(best, predicted_q4);
    align(products, predicted.exponent, aligned);
    indices = search_pairs(aligned, predicted.mantissa, indices, tame);
    codes[0] = g729_gain_code1[indices.first];
    codes[1] = g729_gain_code2[indices.second];
    return g729_gain_reconstruct(memory, predicted, (unsigned)indices.first,
                                 (unsigned)indices.second);
}
