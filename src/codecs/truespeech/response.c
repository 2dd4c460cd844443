/* The response of the chain to an impulse. */
#include <string.h>
#include "search.h"

enum { IMPULSE_BITS = 11, ENERGY_BITS = 30 };

/* The impulse leaves room for a response 16 times as high. */
static void impulse(const struct synthesis_filter *filter, int16_t out[SUBFRAME])
{
    struct synthesis rest = { 0 };
    int16_t e[SUBFRAME] = { 1 << IMPULSE_BITS };

    truespeech_synthesize(&rest, filter, e, out);
}

/* phi[i][j] = sum of h[n - i] h[n - j], from the end of each diagonal. */
static void products(struct response *response)
{
    const int16_t *h = response->h;

    for (int lag = 0; lag < SUBFRAME; lag++) {
        int32_t sum = 0;

        for (int n = 0; n < SUBFRAME - lag; n++) {
            int i = slot_of(SUBFRAME - 1 - lag - n), j = slot_of(SUBFRAME - 1 - n);

            sum += h[n] * h[n + lag];
            response->phi[i][j] = response->phi[j][i] = sum >> PHI_SHIFT;
        }
    }
    for (int i = 0; i < WIDE; i++)
        for (int pad = HALF; pad < WIDE; pad += pad == SLOT_HALF - 1 ? HALF + 1 : 1)
            response->phi[i][pad] = 0;
}

void truespeech_response(const struct synthesis_filter *filter, struct response *response)
{
    int16_t out[SUBFRAME];
    int64_t sum;
    int up = 0;

    impulse(filter, out);
    sum = energy_exact(out, SUBFRAME) + SUBFRAME;
    while (up < 8 && sum << 2 * (up + 1) < (int64_t)1 << ENERGY_BITS)
        up++;
    while (up > -4 && (up < 0 ? sum >> -2 * up : sum << 2 * up) >= (int64_t)1 << ENERGY_BITS)
        up--;
    memset(response->h, 0, sizeof response->h);
    memset(response->backwards, 0, sizeof response->backwards);
    for (int i = 0; i < SUBFRAME; i++)
        response->h[i] = response->backwards[WIDE - 1 - i] =
            (int16_t)(up < 0 ? out[i] >> -up : out[i] * (1 << up));
    response->scale = IMPULSE_BITS + up;
    products(response);
}

void truespeech_convolve(const struct response *response, const int16_t p[SUBFRAME],
                         int16_t y[SUBFRAME])
{
    int16_t padded[2 * WIDE] = { 0 };
    int shift = length_shift(energy_exact(p, SUBFRAME)), down = response->scale - shift;

    for (int i = 0; i < SUBFRAME; i++)
        padded[WIDE + i] = (int16_t)(p[i] >> shift);
    for (int i = 0; i < SUBFRAME; i++)
        y[i] = saturate(
            (dot_exact(response->backwards, padded + i + 1, WIDE) + (1 << (down - 1))) >> down);
}

void truespeech_correlate(const struct response *response, const int16_t t[SUBFRAME],
                          int32_t d[SUBFRAME], int *shift)
{
    int16_t padded[2 * WIDE] = { 0 };

    *shift = length_shift(energy_exact(t, SUBFRAME));
    for (int i = 0; i < SUBFRAME; i++)
        padded[i] = (int16_t)(t[i] >> *shift);
    for (int i = 0; i < SUBFRAME; i++)
        d[i] = dot_exact(response->h, padded + i, WIDE);
}
