/* The synthesis filter and the band-pass behind it. */
#include <string.h>
#include "tables.h"

/* Ten products; the sum wraps at 32 bits, and the sample at 16. The input is negated twice in 16
 * bits, which makes -32768 positive. */
static void poles(const int16_t a_q10[LH_CELP_ORDER], const int16_t *e, int size, int16_t *s)
{
    for (int i = 0; i < size; i++) {
        uint32_t sum = (uint32_t)(-wrap16(-e[i]) * 1024);

        for (int k = LH_CELP_ORDER; k > 0; k--)
            sum -= (uint32_t)(a_q10[k - 1] * s[i - k]);
        s[i] = wrap16((int32_t)(sum + 0x200) >> 10);
    }
}

/* The coefficients of the input add up to less than 10 * 2^28 in magnitude, those of the output to
 * less than 3 * 2^14: the sum fits 64 bits. The output wraps at 32 bits. */
static int32_t band_pass(const int16_t *s, const int32_t *y_q14)
{
    const int32_t *b = lh_celp_zeros_q28;
    const int16_t *a = lh_celp_poles_q14;
    int64_t sum = 0x2000;

    for (int k = 0; k <= 4; k++)
        sum += (int64_t)b[k] * s[-k];
    for (int k = 1; k <= 4; k++)
        sum -= (int64_t)a[k - 1] * y_q14[-k];
    return (int32_t)(uint32_t)(sum >> 14);
}

void lh_celp_synthesize(struct lh_celp_synthesis *state, const int16_t a_q10[LH_CELP_ORDER],
                        const int16_t *e, int size, int32_t y_q14[LH_CELP_SUBFRAME])
{
    int16_t s[LH_CELP_ORDER + LH_CELP_SUBFRAME];
    int32_t y[4 + LH_CELP_SUBFRAME];

    memcpy(s, state->s, sizeof state->s);
    memcpy(y, state->y_q14, sizeof state->y_q14);
    poles(a_q10, e, size, s + LH_CELP_ORDER);
    for (int i = 0; i < size; i++)
        y[4 + i] = band_pass(s + LH_CELP_ORDER + i, y + 4 + i);
    memcpy(y_q14, y + 4, (size_t)size * sizeof *y);
    memcpy(state->s, s + size, sizeof state->s);
    memcpy(state->y_q14, y + size, sizeof state->y_q14);
}
