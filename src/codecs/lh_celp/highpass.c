/* The high-pass before the search.
 *
 * The band-pass of the decoder has no gain at 0 Hz, and little below 100 Hz. A search that tried to
 * match what is there would drive the output of 1/A beyond 16 bits, where it wraps. The high-pass
 * removes it, without a change of phase, which would cost SNR: twice, the mean of a triangle of 119
 * samples is subtracted. At each frequency its gain is at most 1.9 times that of the band-pass
 * relative to the pass band, so that a sine wave of full scale requires at most 20,000. */
#include "search.h"

enum { BOX = 60, TRIANGLE = 2 * BOX - 1 };

/* The sums of BOX consecutive samples, below 2^22, or of such sums, below 2^28. May work in place.
 */
static void add_boxes(const int32_t *x, int count, int32_t *sums)
{
    int32_t sum = 0;

    for (int i = 0; i < BOX - 1; i++)
        sum += x[i];
    for (int i = BOX - 1; i < count; i++) {
        int32_t oldest = x[i - (BOX - 1)];

        sum += x[i];
        sums[i - (BOX - 1)] = sum;
        sum -= oldest;
    }
}

/* Takes `count` samples, and returns all but the first and the last BOX - 1. */
static void subtract_means(int32_t *x, int count)
{
    int32_t sums[LH_CELP_HIGHPASS_IN];

    add_boxes(x, count, sums);
    add_boxes(sums, count - (BOX - 1), sums);
    for (int i = 0; i < count - (TRIANGLE - 1); i++)
        x[i] = x[i + BOX - 1] - sums[i] / (BOX * BOX);
}

void lh_celp_highpass(const int16_t x[LH_CELP_HIGHPASS_IN], int16_t out[LH_CELP_FRAME])
{
    int32_t y[LH_CELP_HIGHPASS_IN];

    for (int i = 0; i < LH_CELP_HIGHPASS_IN; i++)
        y[i] = x[i];
    subtract_means(y, LH_CELP_HIGHPASS_IN);
    subtract_means(y, LH_CELP_HIGHPASS_IN - (TRIANGLE - 1));
    for (int i = 0; i < LH_CELP_FRAME; i++)
        out[i] = saturate(y[i]);
}
