/* Scale factors: bands in which the noise would be heard get finer steps, and the others coarser
 * ones in exchange, as long as that lowers the sum of the noises in units of their thresholds. */
#include <string.h>
#include "factors.h"
#include "fixed.h"
#include "masking.h"
#include "quantizer.h"

enum {
    AUDIBLE = 425 /* 5 dB: the thresholds are lower for the division of the bits */
};

/* MPEG-1 has two lengths of scale factors, for the lower 11 and the upper 10 bands, in 16 pairs;
 * LSF has four. */
static void choose_lengths(const struct l3_encoder *encoder, struct l3_part *part)
{
    static const uint8_t counts[4] = { 11, 10, 0, 0 };
    bool lsf = mpeg_is_lsf(&encoder->base.header);
    uint8_t need[4] = { 0 };
    unsigned least = UINT8_MAX;

    memcpy(part->group, lsf ? mpeg_lsf_counts[0][0] : counts, sizeof counts);
    for (unsigned group = 0, b = 0; group < 4; group++)
        for (unsigned i = 0; i < part->group[group]; i++, b++)
            while (part->factor[b] >> need[group])
                need[group]++;
    if (lsf)
        part->compress = (uint16_t)((need[0] * 5 + need[1]) * 16 + need[2] * 4 + need[3]);
    for (unsigned i = 0; i < 16 && !lsf; i++) {
        unsigned low = mpeg_slen[i][0], high = mpeg_slen[i][1], sum = 11 * low + 10 * high;

        if (low >= need[0] && high >= need[1] && sum < least) {
            least = sum;
            part->compress = (uint16_t)i;
        }
    }
    memcpy(part->lengths, lsf ? need : mpeg_slen[part->compress], lsf ? 4 : 2);
    part->factor_bits = 0;
    for (unsigned group = 0; group < 4; group++)
        part->factor_bits += (uint8_t)(part->group[group] * part->lengths[group]);
}

static unsigned most_factor(unsigned band) { return band < 11 ? 15 : 7; }

/* q^(4/3), Q16, of up to 17; that of a greater value is 16 times that of q / 8. */
static const uint32_t cubes[18] = { 0,       65536,   165140,  283558,  416128,  560325,
                                    714521,  877561,  1048576, 1226883, 1411930, 1603258,
                                    1800480, 2003262, 2211315, 2424385, 2642246, 2864696 };

static uint64_t inverse(unsigned q)
{
    unsigned scale = 0, i, part;

    while (q >> 3 * scale > 16)
        scale++;
    i = q >> 3 * scale;
    part = q - (i << 3 * scale);
    return ((uint64_t)cubes[i] << 4 * scale) +
           ((uint64_t)((cubes[i + 1] - cubes[i]) * part) << scale);
}

/* The level of the noise in a band with a step, in quarters of log2. */
static int32_t band_noise(const int32_t *x, const uint16_t *q, unsigned count, int step)
{
    static const uint32_t quarters[4] = { 65536, 77936, 92682, 110218 }; /* 2^(i/4), Q16 */
    int shift = 32 - (step >> 2);
    uint64_t sum = 0;

    for (unsigned k = 0; k < count; k++) {
        int64_t v = x[k] < 0 ? -(int64_t)x[k] : x[k];

        v -= (int64_t)(inverse(q[k]) * quarters[step & 3] >> shift);
        v >>= 3;
        sum += (uint64_t)(v * v);
    }
    return log2_near(sum) + 6 * 256;
}

/* How far the noise is above what is heard, by band; returns the sum of the ratios. */
static uint32_t find_excess(const struct l3_encoder *encoder, const struct l3_part *part,
                            const int32_t *x, const struct mpeg_levels *levels,
                            int32_t excess[MPEG_LONG_BANDS])
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    uint32_t sum = 0;

    for (unsigned b = 0; b < MPEG_LONG_BANDS && start[b] < encoder->cutoff; b++) {
        int step = part->gain - L3_GAIN - (b < MPEG_LONG_BANDS - 1 ? 2 * part->factor[b] : 0);
        int32_t audible = levels->threshold[b] + AUDIBLE, noise = levels->energy[b];

        if (noise > audible)
            noise = band_noise(x + start[b], part->q + start[b],
                               (unsigned)(start[b + 1] - start[b]), step);
        excess[b] = noise - audible;
        sum += mpeg_exp2(excess[b] + 8 * 256);
    }
    return sum;
}

/* Makes the steps finer where the noise is heard. Returns false if that is not possible. */
static bool raise(const struct l3_encoder *encoder, struct l3_part *part,
                  const int32_t excess[MPEG_LONG_BANDS])
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    bool raised = false;

    for (unsigned b = 0; b < MPEG_LONG_BANDS - 1 && start[b] < encoder->cutoff; b++)
        if (excess[b] > 0 && part->factor[b] < most_factor(b)) {
            part->factor[b]++;
            raised = true;
        }
    return raised;
}

static void quantize_again(struct l3_encoder *encoder, struct l3_part *part, const int32_t *x,
                           uint32_t bits)
{
    uint8_t finer[MPEG_BANDS_MOST] = { 0 };

    for (unsigned b = 0; b < MPEG_LONG_BANDS - 1; b++)
        finer[b] = (uint8_t)(2 * part->factor[b]);
    choose_lengths(encoder, part);
    l3_find_powers(x, encoder->powers);
    l3_scale_powers(encoder, &encoder->base.masking.bands[0], finer);
    bits -= part->factor_bits < bits ? part->factor_bits : bits;
    l3_fit(encoder, part, bits, part->gain - L3_GAIN);
}

void l3_shape(struct l3_encoder *encoder, struct l3_part *part, const int32_t x[MPEG_GRANULE],
              const struct mpeg_levels *levels, uint32_t bits)
{
    static const uint8_t tries[] = { 0, 4, 12 };
    int32_t excess[MPEG_LONG_BANDS];
    struct l3_part *attempt = &encoder->attempt;
    uint32_t least, sum;

    if (part->block_type == MPEG_SHORT)
        return;
    memset(part->factor, 0, sizeof part->factor);
    least = find_excess(encoder, part, x, levels, excess);
    *attempt = *part;
    for (int i = 0; i < tries[encoder->base.quality] && raise(encoder, attempt, excess); i++) {
        quantize_again(encoder, attempt, x, bits);
        sum = find_excess(encoder, attempt, x, levels, excess);
        if (sum < least) {
            least = sum;
            *part = *attempt;
        }
    }
}
