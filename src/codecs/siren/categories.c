/* The categories of the regions, from their powers. */
#include "fixed.h"
#include "tables.h"

static unsigned category_at(int offset, int power)
{
    return (unsigned)clamp((offset - power) >> 1, 0, 7);
}

static int expected_bits(const struct siren_frame *frame, int offset)
{
    int sum = 0;

    for (int i = 0; i < SIREN_REGIONS; i++)
        sum += siren_expected_bits[category_at(offset, frame->power[i])];
    return sum;
}

/* The highest offset, by bisection, with which the regions are expected to need nearly all bits. */
static int find_offset(const struct siren_frame *frame, int bits)
{
    int offset = -32;

    for (int step = 32; step > 0; step /= 2)
        if (expected_bits(frame, offset + step) >= bits - 32)
            offset += step;
    return offset;
}

/* How far a region's power is below its category. */
static int deficit(const struct siren_frame *frame, const uint8_t *category, int offset, int region)
{
    return offset - frame->power[region] - 2 * category[region];
}

/* The region that loses the least in the next category, the last one of equals, or -1. */
static int to_coarsen(const struct siren_frame *frame, const uint8_t *coarse, int offset)
{
    int best = -1, most = -99;

    for (int i = SIREN_REGIONS - 1; i >= 0; i--)
        if (coarse[i] < SIREN_NOISE && deficit(frame, coarse, offset, i) > most) {
            most = deficit(frame, coarse, offset, i);
            best = i;
        }
    return best;
}

/* The region that gains the most in the category before, the first one of equals, or -1. */
static int to_refine(const struct siren_frame *frame, const uint8_t *fine, int offset)
{
    int best = -1, least = 99;

    for (int i = 0; i < SIREN_REGIONS; i++)
        if (fine[i] > 0 && deficit(frame, fine, offset, i) < least) {
            least = deficit(frame, fine, offset, i);
            best = i;
        }
    return best;
}

/* Starts in the middle, and alternately finds finer and coarser ways. */
bool siren_categorize(struct siren_frame *frame, int bits, uint8_t next[SIREN_WAYS - 1])
{
    int offset = find_offset(frame, bits), fine_bits = expected_bits(frame, offset);
    int coarse_bits = fine_bits, first = SIREN_WAYS, end = SIREN_WAYS;
    uint8_t coarse[SIREN_REGIONS], changed[2 * SIREN_WAYS];
    uint8_t *fine = frame->category;

    for (int i = 0; i < SIREN_REGIONS; i++)
        fine[i] = coarse[i] = (uint8_t)category_at(offset, frame->power[i]);
    for (int way = 0; way < SIREN_WAYS - 1; way++) {
        bool coarser = fine_bits + coarse_bits > 2 * bits;
        int region = coarser ? to_coarsen(frame, coarse, offset) : to_refine(frame, fine, offset);
        uint8_t *at = (coarser ? coarse : fine) + region;

        if (region < 0)
            return false;
        if (coarser) {
            coarse_bits += siren_expected_bits[*at + 1] - siren_expected_bits[*at];
            ++*at;
            changed[end++] = (uint8_t)region;
        } else {
            fine_bits += siren_expected_bits[*at - 1] - siren_expected_bits[*at];
            --*at;
            changed[--first] = (uint8_t)region;
        }
    }
    for (int i = 0; i < SIREN_WAYS - 1; i++)
        next[i] = changed[first + i];
    return true;
}
