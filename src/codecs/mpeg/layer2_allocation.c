/* The allocation of Layer II: each bit goes where it makes the audible noise least. The noise of a
 * subband is audible in proportion to the barks that it covers, and to its ratio to the thresholds
 * of Layer III's model. */
#include "dsp.h"
#include "fixed.h"
#include "layer2_allocation.h"

enum {
    SILENT = -4096, /* less than the weight of any subband that is heard */
    PLAYERS = 2 * MPEG_SUBBANDS,
    NONE = INT32_MIN
};

const int32_t l2_thirds[3] = { 1073741824, 1352829926, 1704458901 };

/* The gain of a step, as in l2_gains, which changes the level of the noise and needs bits. These
 * count by their power of 3/4: a large step now saves small ones later. */
static int32_t gain_of(int32_t change, uint32_t need)
{
    return log2_near(65536 - mpeg_exp2(change + 16 * 256)) - log2_near(need) * 3 / 4;
}

static void init_gains(const struct l2_encoder *encoder, const struct mpeg_allocation *allocation,
                       struct l2_gains *gains)
{
    const uint8_t *quantizers = allocation->quantizers;
    unsigned codes = 1u << allocation->bits;

    for (unsigned code = 1; code < codes; code++) {
        const struct mpeg_quantizer *quantizer = &mpeg_quantizers[quantizers[code]];

        gains->bits[code] = (uint16_t)((quantizer->grouped ? 12 : 36) * quantizer->bits);
    }
    for (unsigned code = 1; code < codes; code++)
        for (unsigned i = 0; i < L2_AHEAD && code + 1 + i < codes; i++)
            gains->gain[code][i] = (int16_t)gain_of(
                encoder->levels_q8[quantizers[code]] - encoder->levels_q8[quantizers[code + 1 + i]],
                gains->bits[code + 1 + i] - gains->bits[code]);
}

void l2_allocation_init(struct l2_encoder *encoder)
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    int32_t rate = (int32_t)mpeg_sample_rate(&encoder->base.header);

    for (int i = 0; i < L2_QUANTIZERS; i++)
        encoder->levels_q8[i] = 2 * log2_near(mpeg_quantizers[i].levels);
    for (unsigned b = 0; b < encoder->table->subbands; b++)
        if (b == 0 || encoder->table->allocation[b] != encoder->table->allocation[b - 1])
            init_gains(encoder, &mpeg_allocations[encoder->table->allocation[b]],
                       &encoder->gains[encoder->table->allocation[b]]);
    for (int b = 0; b < MPEG_LONG_BANDS; b++) {
        int32_t low = mpeg_bark(start[b] * rate / (2 * MPEG_GRANULE));
        int32_t high = mpeg_bark(start[b + 1] * rate / (2 * MPEG_GRANULE));

        encoder->density[b] =
            log2_near((uint64_t)max_i32(high - low, 1)) - log2_near(start[b + 1] - start[b]);
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

    return most + log2_near(65536 + mpeg_exp2(least - most + 16 * 256)) - 16 * 256;
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
            log2_near(start[b + 1] - start[b]);

        for (unsigned k = start[b] / 18; k <= (start[b + 1] - 1u) / 18; k++) {
            int32_t from = max_i32(start[b], 18 * (int32_t)k);
            int32_t to = min_i32(start[b + 1], 18 * (int32_t)k + 18);
            int32_t weight = log2_near((uint64_t)(to - from)) + encoder->density[b];

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
    return log2_near(sum) - 2 * 256 * (30 - L2_FULL_SCALE - 1) + 2 * 256; /* 12 samples, a third */
}

static int32_t noise_of(const struct l2_encoder *encoder, const struct l2_band *band,
                        unsigned subband, unsigned code)
{
    const struct mpeg_allocation *allocation =
        &mpeg_allocations[encoder->table->allocation[subband]];

    return band->unit - encoder->levels_q8[allocation->quantizers[code]];
}

/* Finds the better allocation that saves the most noise for its bits, of which there are `bits`.
 * Returns how much that is, as a level, or NONE. */
static int32_t find_next(const struct l2_encoder *encoder, struct l2_band *band, unsigned subband,
                         uint32_t bits)
{
    const struct l2_gains *gains = &encoder->gains[encoder->table->allocation[subband]];
    unsigned codes = 1u << mpeg_allocations[encoder->table->allocation[subband]].bits;
    int32_t best = NONE;

    for (unsigned i = 0; i < L2_AHEAD && band->code + 1 + i < codes; i++) {
        unsigned code = band->code + 1 + i;
        uint32_t need = gains->bits[code] - gains->bits[band->code];
        int32_t gain;

        if (band->code == 0)
            need += 2u + band->scale_bits;
        if (need > bits)
            continue;
        if (band->code == 0) {
            int32_t change = noise_of(encoder, band, subband, code) - band->noise;

            if (change >= 0)
                continue;
            gain = gain_of(change, need);
        } else {
            gain = gains->gain[band->code][i];
        }
        if (gain > best) {
            band->next = (uint8_t)code;
            band->need = need;
            best = gain;
        }
    }
    return best == NONE ? NONE : best + band->noise + band->weight;
}

/* A tournament: node 1 has the best of all, and each node the better one of the two below it. A
 * gain, which is within 2^24, is followed by the number of its player, the first one highest, so
 * that one comparison finds the better one and knows who it is. */
struct tournament {
    int32_t best[2 * PLAYERS];
    unsigned players; /* a power of two */
};

static void enter(struct tournament *all, unsigned player, int32_t gain)
{
    all->best[all->players + player] =
        gain == NONE ? NONE : gain * PLAYERS + PLAYERS - 1 - (int32_t)player;
}

static unsigned winner_of(const struct tournament *all)
{
    return PLAYERS - 1 - ((uint32_t)all->best[1] & (PLAYERS - 1));
}

static void play(struct tournament *all, unsigned node)
{
    all->best[node] = max_i32(all->best[2 * node], all->best[2 * node + 1]);
}

/* The games of a player whose gain has changed. */
static void play_again(struct tournament *all, unsigned player)
{
    unsigned node = all->players + player;
    int32_t best = all->best[node];

    for (; node > 1; node /= 2) {
        best = max_i32(best, all->best[node ^ 1]);
        all->best[node / 2] = best;
    }
}

static void start_steps(struct l2_encoder *encoder, uint32_t bits, struct tournament *all)
{
    unsigned channels = encoder->base.channels, count = channels * encoder->table->subbands;

    for (unsigned i = count; i < all->players; i++)
        enter(all, i, NONE);
    for (unsigned i = 0; i < count; i++) {
        struct l2_band *band = &encoder->band[i % channels][i / channels];

        band->code = 0;
        band->unit = unit_noise(band);
        band->noise = band->energy;
        enter(all, i, find_next(encoder, band, i / channels, bits));
    }
    for (unsigned node = all->players - 1; node > 0; node--)
        play(all, node);
}

void l2_allocate(struct l2_encoder *encoder, uint32_t bits)
{
    unsigned channels = encoder->base.channels;
    struct tournament all = { .players = channels * MPEG_SUBBANDS };

    find_thresholds(encoder);
    start_steps(encoder, bits, &all);
    while (all.best[1] != NONE) {
        unsigned best = winner_of(&all), subband = best / channels;
        struct l2_band *band = &encoder->band[best % channels][subband];

        if (band->need <= bits) {
            bits -= band->need;
            band->code = band->next;
            band->noise = noise_of(encoder, band, subband, band->code);
        }
        enter(&all, best, find_next(encoder, band, subband, bits));
        play_again(&all, best);
    }
}
