/* The short-term filters: 4.2.10 and 4.3.4. */
#include <string.h>
#include "gsm610.h"

typedef void lattice(int16_t delayed[ORDER], const int16_t reflection[ORDER], int16_t *s, int n);

/* mult_r without its one case of saturation: |r| <= 32767. */
static inline int16_t times(int16_t r, int16_t x)
{
    return (int16_t)((r * x + 0x4000) >> 15);
}

/* 4.2.10 */
static void analysis_lattice(int16_t delayed[ORDER], const int16_t reflection[ORDER], int16_t *s, int n)
{
    for (int k = 0; k < n; k++) {
        int16_t forward = s[k], backward = s[k];

        for (int i = 0; i < ORDER; i++) {
            int16_t before = delayed[i];

            delayed[i] = backward;
            backward = add(before, times(reflection[i], forward));
            forward = add(forward, times(reflection[i], before));
        }
        s[k] = forward;
    }
}

/* 4.3.4 */
static void synthesis_lattice(int16_t delayed[ORDER], const int16_t reflection[ORDER], int16_t *s, int n)
{
    for (int k = 0; k < n; k++) {
        int16_t forward = sub(s[k], times(reflection[ORDER - 1], delayed[ORDER - 1]));

        for (int i = ORDER - 2; i >= 0; i--) {
            forward = sub(forward, times(reflection[i], delayed[i]));
            delayed[i + 1] = add(delayed[i], times(reflection[i], forward));
        }
        s[k] = delayed[0] = forward;
    }
}

static void filter(struct short_term *state, const uint8_t codes[ORDER], int16_t s[FRAME], lattice *pass)
{
    static const uint8_t starts[] = { 0, 13, 27, 40, FRAME };
    int16_t lars_q14[ORDER], reflection[ORDER];

    gsm610_lar_decode(codes, lars_q14);
    for (unsigned section = 0; section < 4; section++) {
        gsm610_lar_interpolate(state->lars_q14, lars_q14, section, reflection);
        pass(state->delayed, reflection, s + starts[section], starts[section + 1] - starts[section]);
    }
    memcpy(state->lars_q14, lars_q14, sizeof lars_q14);
}

void gsm610_short_term_analysis(struct short_term *state, const uint8_t codes[ORDER], int16_t s[FRAME])
{
    filter(state, codes, s, analysis_lattice);
}

void gsm610_short_term_synthesis(struct short_term *state, const uint8_t codes[ORDER], int16_t s[FRAME])
{
    filter(state, codes, s, synthesis_lattice);
}
