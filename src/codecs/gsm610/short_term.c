/* The short-term filters: 4.2.10 and 4.3.4. */
#include <string.h>
#include "gsm610.h"

/* The state and coefficients as int, which lets compilers hold as many as possible in registers. */
struct lattice {
    int delayed[GSM610_ORDER], reflection[GSM610_ORDER];
};

static inline struct lattice load(const int16_t delayed[GSM610_ORDER],
                                  const int16_t reflection[GSM610_ORDER])
{
    struct lattice lattice;

    for (int i = 0; i < GSM610_ORDER; i++) {
        lattice.delayed[i] = delayed[i];
        lattice.reflection[i] = reflection[i];
    }
    return lattice;
}

static inline void save(const struct lattice *lattice, int16_t delayed[GSM610_ORDER])
{
    for (int i = 0; i < GSM610_ORDER; i++)
        delayed[i] = (int16_t)lattice->delayed[i];
}

/* 4.2.10 */
static void analysis_lattice(int16_t delayed[GSM610_ORDER], const int16_t reflection[GSM610_ORDER],
                             int16_t *s, int n)
{
    struct lattice lattice = load(delayed, reflection);

    for (int k = 0; k < n; k++) {
        int forward = s[k], backward = s[k];

#pragma GCC unroll 8
        for (int i = 0; i < GSM610_ORDER; i++) {
            int before = lattice.delayed[i];

            lattice.delayed[i] = backward;
            backward = seldom_saturated(before + gsm610_mult_r(lattice.reflection[i], forward));
            forward = seldom_saturated(forward + gsm610_mult_r(lattice.reflection[i], before));
        }
        s[k] = (int16_t)forward;
    }
    save(&lattice, delayed);
}

/* 4.3.4 */
static void synthesis_lattice(int16_t delayed[GSM610_ORDER], const int16_t reflection[GSM610_ORDER],
                              int16_t *s, int n)
{
    struct lattice lattice = load(delayed, reflection);
    int *v = lattice.delayed, *r = lattice.reflection;

    for (int k = 0; k < n; k++) {
        int forward =
            seldom_saturated(s[k] - gsm610_mult_r(r[GSM610_ORDER - 1], v[GSM610_ORDER - 1]));

#pragma GCC unroll 8
        for (int i = GSM610_ORDER - 2; i >= 0; i--) {
            forward = seldom_saturated(forward - gsm610_mult_r(r[i], v[i]));
            v[i + 1] = seldom_saturated(v[i] + gsm610_mult_r(r[i], forward));
        }
        v[0] = forward;
        s[k] = (int16_t)forward;
    }
    save(&lattice, delayed);
}

void gsm610_analyze(int16_t delayed[GSM610_ORDER],
                    const int16_t reflection[GSM_SECTIONS][GSM610_ORDER], int16_t s[GSM610_FRAME])
{
    for (int i = 0; i < GSM_SECTIONS; i++)
        analysis_lattice(delayed, reflection[i], s + gsm_sections[i],
                         gsm_sections[i + 1] - gsm_sections[i]);
}

void gsm610_synthesize(int16_t delayed[GSM610_ORDER], int16_t *emphasis,
                       const int16_t reflection[GSM_SECTIONS][GSM610_ORDER],
                       int16_t s[GSM610_FRAME])
{
    for (int i = 0; i < GSM_SECTIONS; i++)
        synthesis_lattice(delayed, reflection[i], s + gsm_sections[i],
                          gsm_sections[i + 1] - gsm_sections[i]);
    gsm610_postprocess(emphasis, s);
}

/* Interpolates the coefficients of the sections between the previous frame's ratios and this one's.
 */
static void next_coefficients(const struct dsp_gsm *kernels, struct gsm610_short_term *state,
                              const uint8_t codes[GSM610_ORDER],
                              int16_t reflection[GSM_SECTIONS][GSM610_ORDER])
{
    int16_t lars_q14[GSM610_ORDER];

    gsm610_lar_decode(codes, lars_q14);
    kernels->interpolate(state->lars_q14, lars_q14, reflection);
    memcpy(state->lars_q14, lars_q14, sizeof lars_q14);
}

void gsm610_short_term_analysis(const struct dsp_gsm *kernels, struct gsm610_short_term *state,
                                const uint8_t codes[GSM610_ORDER], int16_t s[GSM610_FRAME])
{
    int16_t reflection[GSM_SECTIONS][GSM610_ORDER];

    next_coefficients(kernels, state, codes, reflection);
    kernels->analyze(state->delayed, reflection, s);
}

void gsm610_short_term_synthesis(const struct dsp_gsm *kernels, struct gsm610_short_term *state,
                                 int16_t *emphasis, const uint8_t codes[GSM610_ORDER],
                                 int16_t s[GSM610_FRAME])
{
    int16_t reflection[GSM_SECTIONS][GSM610_ORDER];

    next_coefficients(kernels, state, codes, reflection);
    kernels->synthesize(state->delayed, emphasis, reflection, s);
}
