/* The response of the synthesis filter and the postfilter to an impulse. */
#include <string.h>
#include "search.h"

enum { IMPULSE_BITS = 11, ENERGY_BITS = 30 };

/* The impulse leaves headroom for a response 16 times as high. */
static void impulse(const struct truespeech_synthesis_filter *filter,
                    int16_t out[TRUESPEECH_SUBFRAME])
{
    struct truespeech_synthesis rest = { 0 };
    int16_t e[TRUESPEECH_SUBFRAME] = { 1 << IMPULSE_BITS };

    truespeech_synthesize(&rest, filter, e, out);
}

/* phi[i][j] = sum of h[n - i] h[n - j], diagonal by diagonal, each from its end. */
static void products(struct truespeech_response *response)
{
    const int16_t *h = response->h;

    for (int lag = 0; lag < TRUESPEECH_SUBFRAME; lag++) {
        int32_t sum = 0;

        for (int n = 0; n < TRUESPEECH_SUBFRAME - lag; n++) {
            int i = truespeech_slot(TRUESPEECH_SUBFRAME - 1 - lag - n),
                j = truespeech_slot(TRUESPEECH_SUBFRAME - 1 - n);

            sum += h[n] * h[n + lag];
            response->phi[i][j] = response->phi[j][i] = sum >> TRUESPEECH_PHI_SHIFT;
        }
    }
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        for (int pad = TRUESPEECH_HALF; pad < TRUESPEECH_WIDE;
             pad += pad == TRUESPEECH_SLOT_HALF - 1 ? TRUESPEECH_HALF + 1 : 1)
            response->phi[i][pad] = 0;
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        response->diagonal[i] = TRUESPEECH_TAKEN;
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        response->diagonal[truespeech_slot(i)] =
            response->phi[truespeech_slot(i)][truespeech_slot(i)];
}

void truespeech_response(const struct dsp *dsp, const struct truespeech_synthesis_filter *filter,
                         struct truespeech_response *response)
{
    int16_t out[TRUESPEECH_SUBFRAME];
    int64_t sum;
    int up = 0;

    response->dsp = dsp;
    impulse(filter, out);
    sum = energy_exact(out, TRUESPEECH_SUBFRAME) + TRUESPEECH_SUBFRAME;
    while (up < 8 && sum << 2 * (up + 1) < (int64_t)1 << ENERGY_BITS)
        up++;
    while (up > -4 && (up < 0 ? sum >> -2 * up : sum << 2 * up) >= (int64_t)1 << ENERGY_BITS)
        up--;
    memset(response->h, 0, sizeof response->h);
    memset(response->backwards, 0, sizeof response->backwards);
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        response->h[i] = response->backwards[TRUESPEECH_WIDE - 1 - i] =
            (int16_t)(up < 0 ? out[i] >> -up : out[i] * (1 << up));
    response->scale = IMPULSE_BITS + up;
    products(response);
}

void truespeech_convolve(const struct truespeech_response *response,
                         const int16_t p[TRUESPEECH_SUBFRAME], int16_t y[TRUESPEECH_SUBFRAME])
{
    const struct dsp_celp *celp = response->dsp->celp;
    int16_t padded[2 * TRUESPEECH_WIDE] = { 0 };
    int32_t sums[TRUESPEECH_SUBFRAME];
    int shift = truespeech_length_shift(celp->energy(p, TRUESPEECH_SUBFRAME)),
        down = response->scale - shift;

    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        padded[TRUESPEECH_WIDE + i] = (int16_t)(p[i] >> shift);
    celp->correlate(response->backwards, padded + 1, TRUESPEECH_WIDE, sums, TRUESPEECH_SUBFRAME);
    celp->narrow(sums, 1 << (down - 1), down, y, TRUESPEECH_SUBFRAME);
}

void truespeech_correlate(const struct truespeech_response *response,
                          const int16_t t[TRUESPEECH_SUBFRAME], int32_t d[TRUESPEECH_SUBFRAME],
                          int *shift)
{
    const struct dsp_celp *celp = response->dsp->celp;
    int16_t padded[2 * TRUESPEECH_WIDE] = { 0 };

    *shift = truespeech_length_shift(celp->energy(t, TRUESPEECH_SUBFRAME));
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        padded[i] = (int16_t)(t[i] >> *shift);
    celp->correlate(response->h, padded, TRUESPEECH_WIDE, d, TRUESPEECH_SUBFRAME);
}
