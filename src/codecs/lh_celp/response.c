/* The response of the synthesis filter and the band-pass to an impulse. */
#include "search.h"
#include "tables.h"

enum { Q = 20 };

static int64_t limited(int64_t x)
{
    return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x;
}

/* In 64 bits, so that no sum wraps. A response beyond 2^11, of a filter that is nearly unstable, is
 * limited. */
static void impulse(const int16_t a_q10[LH_CELP_ORDER], int size, int64_t out[LH_CELP_SUBFRAME])
{
    int64_t s[LH_CELP_ORDER + LH_CELP_SUBFRAME] = { 0 }, y[4 + LH_CELP_SUBFRAME] = { 0 };

    s[LH_CELP_ORDER] = 1 << Q;
    for (int i = 0; i < size; i++) {
        int64_t *now = s + LH_CELP_ORDER + i, *behind = y + 4 + i, sum = 0;

        for (int k = 1; k <= LH_CELP_ORDER; k++)
            sum -= a_q10[k - 1] * now[-k];
        *now = limited(*now + (sum >> 10));
        sum = 0;
        for (int k = 0; k <= 4; k++)
            sum += (lh_celp_zeros_q28[k] >> 14) * now[-k];
        for (int k = 1; k <= 4; k++)
            sum -= lh_celp_poles_q14[k - 1] * behind[-k];
        out[i] = *behind = limited(sum >> 14);
    }
}

/* The first sample is 2.3 (the first zero of the band-pass), hence the highest scale; the limit of
 * the response gives the lowest one. */
void lh_celp_response(const struct dsp_celp *dsp, const int16_t a_q10[LH_CELP_ORDER], int size,
                      struct lh_celp_response *response)
{
    int64_t y[LH_CELP_SUBFRAME], energy = 0;
    int shift;

    memset(response, 0, sizeof *response);
    impulse(a_q10, size, y);
    for (int i = 0; i < size; i++)
        energy += (y[i] >> 8) * (y[i] >> 8) + 1;
    shift = 8 + lh_celp_length_shift(energy, LH_CELP_LENGTH_BITS);
    response->dsp = dsp;
    response->size = size;
    response->scale = Q - shift;
    for (int i = 0; i < size; i++)
        response->h[i] = response->backwards[LH_CELP_WIDE - 1 - i] =
            (int16_t)((y[i] + (1 << (shift - 1))) >> shift);
}

/* The lengths of the excitation, below 2^16, and of the response bound the sums by 2^30. */
void lh_celp_convolve(const struct lh_celp_response *response, const int16_t *e,
                      int16_t y[LH_CELP_SUBFRAME])
{
    int16_t padded[2 * LH_CELP_WIDE] = { 0 };
    int32_t sums[LH_CELP_WIDE];
    int shift = lh_celp_length_shift(energy_exact(e, response->size), 16),
        down = response->scale - shift;

    for (int i = 0; i < response->size; i++)
        padded[LH_CELP_WIDE + i] = (int16_t)(e[i] >> shift);
    response->dsp->correlate(response->backwards, padded + 1, LH_CELP_WIDE, sums, response->size);
    for (int i = 0; i < response->size; i++)
        y[i] = down <= 0 ? saturate(L_shl(sums[i], -down))
                         : saturate((sums[i] + (1 << (down - 1))) >> down);
}
