/* From coefficients to samples. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

enum { EXTRA_Q = 3 }; /* more fraction bits, until two blocks are added */

static int64_t rounded(int64_t x, int shift) { return (x + ((int64_t)1 << (shift - 1))) >> shift; }

/* The gain, times 8 and as a negative power of two from 2^4 on, up to a location, and how it
 * changes in each of the next eight samples. */
struct slope {
    unsigned end;
    int gain, change;
};

static struct slope slope_of(const struct atrac3_gain *gain, int point)
{
    int level = gain->level[point], next = point + 1 < gain->points ? gain->level[point + 1] : 4;

    return (struct slope){ gain->location[point] * 8u, 8 * level, next - level };
}

static int32_t amplified(int32_t x, int gain)
{
    return L_saturate(rounded((int64_t)x * atrac3_eighths[gain % 8], 30 - 4 + gain / 8));
}

static void control_gain(const struct atrac3_gain *gain, int32_t out[ATRAC3_BAND])
{
    unsigned i = 0;

    for (int point = 0; point < gain->points; point++) {
        struct slope slope = slope_of(gain, point);

        for (; i < slope.end; i++)
            out[i] = amplified(out[i], slope.gain);
        for (; i < slope.end + 8; i++, slope.gain += slope.change)
            out[i] = amplified(out[i], slope.gain);
    }
}

/* The second half of the last inverse MDCT plus the first half of this one. A gain control that
 * starts at another gain than 1 applies to the whole of its block, and so to this half, which has
 * to have the last block's scale. The transform has the opposite sign. */
static void overlap(const int32_t *z, const int32_t *last, int start, int32_t out[ATRAC3_BAND])
{
    const int half = ATRAC3_BAND / 2, n = ATRAC3_BAND;

    for (int i = 0; i < half; i++) {
        int64_t now = z[half + i], before = last[half - 1 - i];
        int64_t rise = atrac3_window[i], fall = atrac3_window[n - 1 - i];
        int64_t first = rounded(-now * rise, 30 - EXTRA_Q),
                second = rounded(now * fall, 30 - EXTRA_Q);

        first = rounded(first * 32, start + 1) + rounded(before * fall, 30 - EXTRA_Q);
        second = rounded(second * 32, start + 1) + rounded(before * rise, 30 - EXTRA_Q);
        out[i] = L_saturate(rounded(first, EXTRA_Q));
        out[n - 1 - i] = L_saturate(rounded(second, EXTRA_Q));
    }
}

/* The filters mirror every other band. */
static void reverse(int32_t x[ATRAC3_BAND])
{
    for (int i = 0; i < ATRAC3_BAND / 2; i++) {
        int32_t swap = x[i];

        x[i] = x[ATRAC3_BAND - 1 - i];
        x[ATRAC3_BAND - 1 - i] = swap;
    }
}

void atrac3_bands(const struct dsp_mdct *dsp, struct atrac3_channel *channel,
                  struct atrac3_unit *unit, int32_t bands[ATRAC3_BANDS][ATRAC3_BAND])
{
    for (int i = 0; i < ATRAC3_BANDS; i++) {
        int32_t *z = unit->x + i * ATRAC3_BAND;
        const struct atrac3_gain *next = &unit->gain[i];

        if (i * ATRAC3_BAND < max_i32(unit->spectrum, unit->tonal)) {
            if (i % 2 == 1)
                reverse(z);
            dsp->dct4(z, z, ATRAC3_BAND, 0);
        }
        overlap(z, channel->last[i], next->points > 0 ? next->level[0] : 4, bands[i]);
        control_gain(&channel->gain[i], bands[i]);
        memcpy(channel->last[i], z, sizeof channel->last[i]);
        channel->gain[i] = *next;
    }
}

/* The sum of the taps' magnitudes is below 2, and values have 32 bits. */
static int32_t filtered(const int64_t *x, const int64_t taps[ATRAC3_TAPS])
{
    int64_t sum = 1 << 29;

    for (int i = 0; i < ATRAC3_TAPS; i++)
        sum += x[i] * taps[i];
    return L_saturate(sum >> 30);
}

enum { HISTORY = ATRAC3_TAPS - 1 };

/* Two bands of n samples become one of 2n. Everything has 64 bits, so that products need no
 * conversion: they are most of the decoder's work. */
static void join(struct atrac3_filter *filter, const int32_t *low, const int32_t *high, int n,
                 int32_t *out)
{
    int64_t sum[HISTORY + ATRAC3_FRAME / 2], difference[HISTORY + ATRAC3_FRAME / 2];
    int64_t forward[ATRAC3_TAPS], backward[ATRAC3_TAPS];

    for (int i = 0; i < ATRAC3_TAPS; i++)
        forward[i] = backward[HISTORY - i] = atrac3_taps[i];
    for (int i = 0; i < HISTORY; i++) {
        sum[i] = filter->sum[i];
        difference[i] = filter->difference[i];
    }
    for (int i = 0; i < n; i++) {
        sum[HISTORY + i] = L_add(low[i], high[i]);
        difference[HISTORY + i] = L_sub(low[i], high[i]);
    }
    for (int i = 0; i < n; i++) {
        out[2 * i] = filtered(difference + i, backward);
        out[2 * i + 1] = filtered(sum + i, forward);
    }
    for (int i = 0; i < HISTORY; i++) {
        filter->sum[i] = (int32_t)sum[n + i];
        filter->difference[i] = (int32_t)difference[n + i];
    }
}

void atrac3_join(struct atrac3_channel *channel, int32_t bands[ATRAC3_BANDS][ATRAC3_BAND],
                 int32_t out[ATRAC3_FRAME])
{
    int32_t low[ATRAC3_FRAME / 2], high[ATRAC3_FRAME / 2];

    join(&channel->low, bands[0], bands[1], ATRAC3_BAND, low);
    join(&channel->high, bands[3], bands[2], ATRAC3_BAND, high);
    join(&channel->full, low, high, ATRAC3_FRAME / 2, out);
}
