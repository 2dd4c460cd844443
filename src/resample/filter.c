#include "filter.h"
#include "filter_table.h"

static const filter_piece *const tables[] = { cubics_32, cubics_64, cubics_128 };

unsigned filter_length(unsigned quality) { return 32u << quality; }

/* c0 + c1 f + ..., Q30, with f in Q30. */
static int32_t cubic(const int32_t c[4], int32_t f)
{
    int32_t sum = c[3];

    for (int i = 2; i >= 0; i--)
        sum = (int32_t)((int64_t)sum * f >> 30) + c[i];
    return sum;
}

void filter_row(const struct filter *filter, uint32_t phase, int16_t *row)
{
    const filter_piece *pieces = tables[filter->quality];
    int64_t step = (int64_t)filter->step, end = filter_length(filter->quality) / 2 * FILTER_PIECES;
    int64_t at =
        -(int64_t)(filter->taps / 2 - 1) * step - (int64_t)(filter->step * phase / filter->phases);
    int64_t gain = step / (FILTER_PIECES * 4); /* Q30: a longer filter has smaller coefficients */

    for (uint32_t i = 0; i < filter->taps; i++, at += step) {
        uint64_t distance = (uint64_t)(at < 0 ? -at : at);
        int64_t piece = (int64_t)(distance >> 32), h = 0;

        if (piece < end)
            h = cubic(pieces[piece], (int32_t)((uint32_t)distance >> 2));
        h = (h * gain + (INT64_C(1) << 37)) >> 38;
        row[i] = (int16_t)((h + 128) >> 8);
        row[filter->taps + i] = (int16_t)(h - row[i] * 256);
    }
}
