/* Linear prediction: 3.2.1, 3.2.2. */
#include <string.h>
#include "tables.h"
#include "oper_32b.h"
#include "mac.h"

/* 3.2.1. If the energy is below 2^31, so are all other sums, by the Cauchy-Schwarz inequality. If
 * it is not, the signal is scaled down. */
void g729_autocorrelation(const struct dsp_celp *dsp, const int16_t s[G729_WINDOW], int order,
                          struct g729_autocorrelation *out)
{
    int16_t windowed[G729_WINDOW + G729_VAD_ORDER] = { 0 };
    int shift;
    int32_t energy, sums[G729_VAD_ORDER + 1];

    for (int i = 0; i < G729_WINDOW; i++)
        windowed[i] = (int16_t)((s[i] * g729_window_q15[i] + 0x4000) >> 15);
    out->exponent = 1;
    for (; dsp->energy(windowed, G729_WINDOW) >= 1 << 30;
         out->exponent = (int16_t)(out->exponent + 4))
        for (int i = 0; i < G729_WINDOW; i++)
            windowed[i] = (int16_t)(windowed[i] >> 2);
    dsp->correlate(windowed, windowed, G729_WINDOW, sums, order + 1);
    energy = 2 * sums[0] + 1;
    shift = norm_l(energy);
    out->exponent = (int16_t)(out->exponent - shift);
    out->r[0] = as_dpf(L_shl(energy, shift));
    for (int i = 1; i <= order; i++)
        out->r[i] = as_dpf(L_shl(2 * sums[i], shift));
}

/* (6), (7) */
void g729_lag_window(int order, struct g729_autocorrelation *autocorrelation)
{
    for (int i = 1; i <= order; i++)
        autocorrelation->r[i] = as_dpf(Mpy_32(autocorrelation->r[i], g729_lag_window_q31[i - 1]));
}

/* The state of the recursion: the residual energy as Q31 mantissa and exponent, and the filter in
 * Q27. */
struct recursion {
    int32_t error;
    int exponent;
    int32_t a_q27[G729_ORDER + 1];
};

/* The residual energy shrinks by 1 - k^2. */
static void update_error(struct recursion *recursion, int32_t k_q31)
{
    int32_t error = Mpy_32(recursion->error, L_sub(INT32_MAX, L_abs(Mpy_32(k_q31, k_q31))));
    int shift = norm_l(error);

    recursion->error = as_dpf(L_shl(error, shift));
    recursion->exponent += shift;
}

/* The reflection coefficient of stage i. */
static int32_t reflection(const struct recursion *recursion, const int32_t *r, int i)
{
    int32_t sum = 0, k_q31;

    for (int j = 1; j < i; j++)
        sum = L_add(sum, Mpy_32(r[j], recursion->a_q27[i - j]));
    sum = L_add(L_shl(sum, 4), r[i]);
    k_q31 = Div_32(L_abs(sum), recursion->error);
    return L_shl(sum > 0 ? L_negate(k_q31) : k_q31, recursion->exponent);
}

static void extend_filter(struct recursion *recursion, int32_t k_q31, int i)
{
    int32_t before[G729_ORDER + 1];

    memcpy(before, recursion->a_q27, sizeof before);
    for (int j = 1; j < i; j++)
        recursion->a_q27[j] = as_dpf(L_add(Mpy_32(k_q31, before[i - j]), before[j]));
    recursion->a_q27[i] = as_dpf(k_q31 >> 4);
    update_error(recursion, k_q31);
}

/* 3.2.2. If a reflection coefficient comes too close to 1, the last stable filter is returned. The
 * standard does not test the first one; the recursion also ends if no residual energy remains. */
bool g729_levinson(struct g729_predictor_memory *last, const int32_t r[G729_ORDER + 1],
                   struct g729_prediction *out)
{
    struct recursion recursion = { r[0], 0, { 0 } };
    int16_t reflections_q15[2] = { 0 };

    for (int i = 1; i <= G729_ORDER; i++) {
        int32_t k_q31 = reflection(&recursion, r, i);

        if (i <= 2)
            reflections_q15[i - 1] = extract_h(k_q31);
        if (i > 1 && abs_s(extract_h(k_q31)) > 32750)
            recursion.error = 0;
        else
            extend_filter(&recursion, k_q31, i);
        if (recursion.error <= 0) {
            memcpy(out->a_q12, last->a_q12, sizeof out->a_q12);
            out->reflection2_q15 = last->reflection2_q15;
            return false;
        }
    }
    out->a_q12[0] = 1 << 12;
    for (int i = 1; i <= G729_ORDER; i++)
        out->a_q12[i] = round_q15(L_shl(recursion.a_q27[i], 1));
    out->reflection2_q15 = reflections_q15[1];
    out->error = shr(extract_h(recursion.error), recursion.exponent);
    memcpy(last->a_q12, out->a_q12, sizeof out->a_q12);
    last->reflection2_q15 = out->reflection2_q15;
    return true;
}
