/* The reference of the filter banks. */
#include "dsp_c.h"
#include "fixed.h"

static uint32_t dot(const int16_t *x, const int16_t *h, unsigned n)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (uint32_t)(x[i] * h[i]);
    return sum;
}

void fir_c(const int16_t *x, const int16_t *rows, unsigned taps, const struct fir_place *place,
           size_t n, int32_t *sums)
{
    for (size_t i = 0; i < n; i++, place++) {
        const int16_t *from = x + place->at, *row = rows + place->row;
        uint32_t sum = 0;

        for (unsigned t = 0; t < taps; t += FIR_SECTION) {
            unsigned part = taps - t < FIR_SECTION ? taps - t : FIR_SECTION;

            sum += dot(from + t, row + t, part);
            sum += (uint32_t)((int32_t)dot(from + t, row + taps + t, part) >> 8);
        }
        sums[i] = (int32_t)sum;
    }
}
