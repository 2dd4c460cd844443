/* The allocation of Layer II: each bit goes where it makes the audible noise least. The noise of a
 * subband is audible in proportion to the barks that it covers, and to its ratio to the thresholds
 * of Layer III's model. */
#include "dsp.h"
#include "fixed.h"
#include "layer2_allocation.h"

enum {
    AHEAD = 3,     /* codes that are compared with the present one */
    SILENT = -4096 /* less than the weight of any subband that is heard */
};

const int32_t l2_thirds[3] = { 1073741824, 1352829926, 1704458901 };

void l2_allocation_init(struct l2_encoder *encoder)
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    int32_t rate = (int32_t)mpeg_sample_rate(&encoder->base.header);

    for (int i = 0; i < L2_QUANTIZERS; i++)
        encoder->levels_q8[i] = 2 * mpeg_log2(mpeg_quantizers[i].levels);
    for (int b = 0; b < MPEG_LONG_BANDS; b++) {
        int32_t low = mpeg_bark(start[b] * rate / (2 * MPEG_GRANULE));
        int32_t high = mpeg_bark(start[b + 1] * rate / (2 * MPEG_GRANULE));

        encoder->density[b] =
            mpeg_log2((uint64_t)max_i32(high - low, 1)) - mpeg_log2(start[b + 1] - start[b]);
    }
}

const struct mpeg_quantizer *l2_quantizer(const struct l2_encoder *encoder, unsigned subband,
                                          unsigned code)
{
    const struct mpeg_allocation *allocation =
        &mpeg_allocations[encoder->table->allocation[subband]];

    return &mpeg_quantizers[allocation->quantizers[code]];
}

/* The level of the sum of two energies. */
static int32_t level_of_sum(int32_t a, int32_t b)
{
    int32_t most = max_i32(a, b), least = min_i32(a, b);

    return most + mpeg_log2(65536 + mpeg_exp2(least - most + 16 * 256)) - 16 * 256;
}

/* How audible noise is in each subband: the barks of each scale-factor band in it, over the mean
 * threshold of the two granules. Of its level, only nine tenths count: to follow it entirely would
 * leave too few bits for loud bands. */
static void find_weights(struct l2_encoder *encoder, unsigned c)
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    struct l2_band *bands = encoder->band[c];

    for (unsigned k = 0; k < MPEG_SUBBANDS; k++)
        bands[k].weight = SILENT * 256;
    for (unsigned b = 0; b < MPEG_LONG_BANDS; b++) {
        int32_t line =
            level_of_sum(encoder->levels[0][c].threshold[b], encoder->levels[1][c].threshold[b]) -
            mpeg_log2(start[b + 1] - start[b]);

        for (unsigned k = start[b] / 18; k <= (start[b + 1] - 1u) / 18; k++) {
            int32_t from = max_i32(start[b], 18 * (int32_t)k);
            int32_t to = min_i32(start[b + 1], 18 * (int32_t)k + 18);
            int32_t weight = mpeg_log2((uint64_t)(to - from)) + encoder->density[b];

            bands[k].weight = level_of_sum(bands[k].weight, weight - line * 29 / 32);
        }
    }
}

static void find_thresholds(struct l2_encoder *encoder)
{
    struct mpeg_encoder *base = &encoder->base;

    for (unsigned g = 0; g < 2; g++) {
        for (unsigned c = 0; c < base->channels; c++)
            base->dsp->transform(base->slots[c] + MPEG_GRANULE_SLOTS * g, MPEG_LONG, encoder->x[c]);
        mpeg_find_levels(&base->masking, (const int32_t(*)[MPEG_GRANULE])encoder->x, false,
                         encoder->levels[g]);
    }
    for (unsigned c = 0; c < base->channels; c++)
        find_weights(encoder, c);
}

/* The level of the noise of a quantizer with one level: that of n levels is 1/n^2 of it. */
static int32_t unit_noise(const struct l2_band *band)
{
    uint64_t sum = 0;

    for (int i = 0; i < 3; i++) {
        int32_t third = l2_thirds[2 - (band->scale[i] + 2) % 3];
        int64_t scale = third >> (band->scale[i] + 2) / 3; /* Q30, of twice full scale */

        sum += (uint64_t)(scale * scale);
    }
    return mpeg_log2(sum) - 2 * 256 * (30 - L2_FULL_SCALE - 1) + 2 * 256; /* 12 samples, a third */
}

static int32_t energy_of(const mpeg_slot *slots, unsigned band)
{
    uint64_t sum = 0;

    for (unsigned t = 0; t < 36; t++)
        sum += (uint64_t)((int64_t)slots[t][band] * slots[t][band]);
    return mpeg_log2(sum);
}

static uint32_t bits_of(const struct l2_encoder *encoder, const struct l2_band *band,
                        unsigned subband, unsigned code)
{
    const struct mpeg_quantizer *quantizer = l2_quantizer(encoder, subband, code);

    if (code == 0)
        return 0;
    return (quantizer->grouped ? 12u : 36u) * quantizer->bits + 2 + band->scale_bits;
}

static int32_t noise_of(const struct l2_encoder *encoder, const struct l2_band *band,
                        unsigned subband, unsigned code)
{
    const struct mpeg_allocation *allocation =
        &mpeg_allocations[encoder->table->allocation[subband]];

    return band->unit - encoder->levels_q8[allocation->quantizers[code]];
}

/* Finds the better allocation that saves the most noise for its bits, of which there are `bits`.
 * Returns how much that is, as a level, or INT32_MIN if there is none. The bits count by their
 * power of 3/4: a large step now saves small ones later. */
static int32_t find_next(const struct l2_encoder *encoder, struct l2_band *band, unsigned subband,
                         uint32_t bits)
{
    unsigned codes = 1u << mpeg_allocations[encoder->table->allocation[subband]].bits;
    unsigned most = band->code + (unsigned)AHEAD < codes ? band->code + (unsigned)AHEAD : codes - 1;
    uint32_t present = bits_of(encoder, band, subband, band->code);
    int32_t best = INT32_MIN;

    for (unsigned code = band->code + 1u; code <= most; code++) {
        uint32_t need = bits_of(encoder, band, subband, code) - present;
        int32_t change = noise_of(encoder, band, subband, code) - band->noise, gain;

        if (need > bits || change >= 0)
            continue;
        gain = mpeg_log2(65536 - mpeg_exp2(change + 16 * 256)) - mpeg_log2(need) * 3 / 4 +
               band->noise + band->weight;
        if (gain > best) {
            band->next = (uint8_t)code;
            band->need = need;
            best = gain;
        }
    }
    return best;
}

static void start_band(struct l2_encoder *encoder, unsigned c, unsigned subband)
{
    struct l2_band *band = &encoder->band[c][subband];
    const mpeg_slot *slots = (const mpeg_slot *)encoder->base.slots[c] + MPEG_GRANULE_SLOTS;

    band->code = 0;
    band->unit = unit_noise(band);
    band->noise = energy_of(slots, subband);
}

void l2_allocate(struct l2_encoder *encoder, uint32_t bits)
{
    unsigned channels = encoder->base.channels, count = channels * encoder->table->subbands;
    int32_t gain[2 * MPEG_SUBBANDS] = { INT32_MIN };

    find_thresholds(encoder);
    for (unsigned i = 0; i < count; i++) {
        start_band(encoder, i % channels, i / channels);
        gain[i] =
            find_next(encoder, &encoder->band[i % channels][i / channels], i / channels, bits);
    }
    for (;;) {
        struct l2_band *band;
        unsigned best = 0;

        for (unsigned i = 1; i < count; i++)
            best = gain[i] > gain[best] ? i : best;
        if (gain[best] == INT32_MIN)
            return;
        band = &encoder->band[best % channels][best / channels];
        if (band->need <= bits) {
            bits -= band->need;
            band->code = band->next;
            band->noise = noise_of(encoder, band, best / channels, band->code);
        }
        gain[best] = find_next(encoder, band, best / channels, bits);
    }
}
