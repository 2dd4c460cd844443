/* The short-term filters: 4.2.10 and 4.3.4. */
#include <string.h>
#include "gsm610.h"

/* It is seldom: a branch costs less here than a choice. */
static inline int16_t seldom_saturated(int x)
{
    if (__builtin_expect(x != (int16_t)x, 0))
        return x < 0 ? INT16_MIN : INT16_MAX;
    return (int16_t)x;
}

/* 4.2.10 */
static void analysis_lattice(int16_t delayed[ORDER], const int16_t reflection[ORDER], int16_t *s, int n)
{
    for (int k = 0; k < n; k++) {
        int16_t forward = s[k], backward = s[k];

        for (int i = 0; i < ORDER; i++) {
            int16_t before = delayed[i];

            delayed[i] = backward;
            backward = seldom_saturated(before + times(reflection[i], forward));
            forward = seldom_saturated(forward + times(reflection[i], before));
        }
        s[k] = forward;
    }
}

/* 4.3.4 */
static void synthesis_lattice(int16_t delayed[ORDER], const int16_t reflection[ORDER], int16_t *s, int n)
{
    for (int k = 0; k < n; k++) {
        int16_t forward = seldom_saturated(s[k] - times(reflection[ORDER - 1], delayed[ORDER - 1]));

        for (int i = ORDER - 2; i >= 0; i--) {
            forward = seldom_saturated(forward - times(reflection[i], delayed[i]));
            delayed[i + 1] = seldom_saturated(delayed[i] + times(reflection[i], forward));
        }
        s[k] = delayed[0] = forward;
    }
}

void gsm610_analyse(int16_t delayed[ORDER], const int16_t reflection[GSM_SECTIONS][ORDER], int16_t s[FRAME])
{
    for (int i = 0; i < GSM_SECTIONS; i++)
        analysis_lattice(delayed, reflection[i], s + gsm_sections[i], gsm_sections[i + 1] - gsm_sections[i]);
}

void gsm610_synthesise(int16_t delayed[ORDER], int16_t *emphasis, const int16_t reflection[GSM_SECTIONS][ORDER], int16_t s[FRAME])
{
    for (int i = 0; i < GSM_SECTIONS; i++)
        synthesis_lattice(delayed, reflection[i], s + gsm_sections[i], gsm_sections[i + 1] - gsm_sections[i]);
    gsm610_postprocess(emphasis, s);
}

/* The sections' coefficients, by the ratios of the frame before and of this. */
static void next_coefficients(const struct gsm_kernels *kernels, struct short_term *state, const uint8_t codes[ORDER],
                              int16_t reflection[GSM_SECTIONS][ORDER])
{
    int16_t lars_q14[ORDER];

    gsm610_lar_decode(codes, lars_q14);
    kernels->interpolate(state->lars_q14, lars_q14, reflection);
    memcpy(state->lars_q14, lars_q14, sizeof lars_q14);
}

void gsm610_short_term_analysis(const struct gsm_kernels *kernels, struct short_term *state, const uint8_t codes[ORDER],
                                int16_t s[FRAME])
{
    int16_t reflection[GSM_SECTIONS][ORDER];

    next_coefficients(kernels, state, codes, reflection);
    kernels->analyse(state->delayed, reflection, s);
}

void gsm610_short_term_synthesis(const struct gsm_kernels *kernels, struct short_term *state, int16_t *emphasis,
                                 const uint8_t codes[ORDER], int16_t s[FRAME])
{
    int16_t reflection[GSM_SECTIONS][ORDER];

    next_coefficients(kernels, state, codes, reflection);
    kernels->synthesise(state->delayed, emphasis, reflection, s);
}
