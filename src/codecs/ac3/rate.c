/* The finest quantization that fits a frame: A/52, 8.2.12. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

/* A sum of costs has the bits of mantissas, and the numbers of those of 3, 5 and 11 levels, which
 * are coded in groups. Each has 16 bits, which is enough for the six channels of a block. */
enum { AT_3 = 16, AT_5 = 32, AT_11 = 48, END_BITS = 18 /* behind the last block */ };

static uint64_t cost_of(unsigned width)
{
    switch (width) {
    case WIDTH_3:
        return 1ull << AT_3;
    case WIDTH_5:
        return 1ull << AT_5;
    case WIDTH_11:
        return 1ull << AT_11;
    default:
        return ac3_uniform_bits[width];
    }
}

void ac3_init_costs(struct ac3_encoder *state)
{
    for (unsigned i = 0; i < 64; i++)
        state->costs[i] = cost_of(ac3_width_of[i]);
}

static unsigned bits_of(uint64_t costs)
{
    return (unsigned)(costs & 0xFFFF) + 5 * ((unsigned)((costs >> AT_3 & 0xFFFF) + 2) / 3) +
           7 * ((unsigned)((costs >> AT_5 & 0xFFFF) + 2) / 3) +
           7 * ((unsigned)((costs >> AT_11) + 1) / 2);
}

/* Of a block's mantissas with a set of exponents. */
static uint64_t costs_of(const struct ac3_encoder *state, const struct ac3_channel *set,
                         const struct ac3_bands *bands, int snr)
{
    uint64_t costs = 0;
    unsigned i = 0;

    for (unsigned band = bands->first; band < bands->end; band++) {
        int level = ac3_level(&state->model, bands, band, (snr - 240) * 4);
        unsigned end = ac3_band_starts[band + 1];

        for (end = end < set->end ? end : set->end; i < end; i++)
            costs += state->costs[clamp(level - AC3_LEVELS * set->exponents[i], 0, 63)];
    }
    return costs;
}

struct search {
    const struct ac3_encoder *state;
    const unsigned *side;
    int snr[AC3_OUTPUTS];     /* of the channels, in the order of the stream */
    int counted[AC3_OUTPUTS]; /* the offset for which `costs` are known, or 0 */
    uint64_t costs[AC3_OUTPUTS][AC3_BLOCKS];
    int left; /* bits, or less than 0 */
};

static void count_channel(struct search *search, unsigned i)
{
    const struct ac3_encoder *state = search->state;
    unsigned channel = state->channels[i];
    uint64_t costs = 0;

    if (search->counted[i] == search->snr[i])
        return;
    search->counted[i] = search->snr[i];
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        if (state->strategies[channel][block] != AC3_REUSE)
            costs = costs_of(state, &state->sets[channel][block], &state->bands[channel][block],
                             search->snr[i]);
        search->costs[i][block] = costs;
    }
}

/* Counts the bits. The first two blocks have to end in the first 5/8 of the frame: 5.4.4. */
static bool fits(struct search *search)
{
    const struct ac3_encoder *state = search->state;
    int room = (int)state->bytes * 8 - END_BITS, bits = (int)search->side[0];
    int first_part = 8 * (int)ac3_first_part(state->bytes);

    for (unsigned i = 0; i < state->count; i++)
        count_channel(search, i);
    search->left = room;
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        uint64_t sum = 0;

        for (unsigned i = 0; i < state->count; i++)
            sum += search->costs[i][block];
        bits += (int)(search->side[1 + block] + bits_of(sum));
        if (block == 1)
            search->left = first_part - bits;
    }
    search->left = min_i32(search->left, room - bits);
    return search->left >= 0;
}

/* The greatest offset for all channels that fits, or 0, at which there are no mantissas. An offset
 * of 32 is a bit of each mantissa that is coded. */
static int find_snr(struct search *search)
{
    const struct ac3_encoder *state = search->state;
    int low = 0, high = AC3_SNR_MOST + 1, snr = state->snr, coefficients = 1;

    for (unsigned i = 0; i < state->count; i++)
        coefficients += AC3_BLOCKS * state->end[state->channels[i]];
    for (unsigned tries = 0; high - low > 1; tries++) {
        int step;

        snr = tries < 4 ? clamp(snr, low + 1, high - 1) : (low + high) / 2;
        for (unsigned i = 0; i < state->count; i++)
            search->snr[i] = snr;
        if (fits(search))
            low = snr;
        else
            high = snr;
        step = search->left * 64 / coefficients;
        snr += snr == low ? max_i32(step, 1) : min_i32(step, -1);
    }
    return low;
}

/* Spends the bits that are left on some of the channels. */
static void refine(struct search *search, int snr)
{
    const struct ac3_encoder *state = search->state;

    for (unsigned i = 0; i < state->count; i++)
        search->snr[i] = snr;
    for (unsigned i = 0; i < state->count && snr > 0 && snr % 16 < 15; i++) {
        search->snr[i]++;
        if (!fits(search))
            search->snr[i]--;
    }
}

static void find_masks(struct ac3_encoder *state, unsigned channel)
{
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        struct ac3_channel *set = &state->sets[channel][block];

        set->fast_gain = AC3_FAST_GAIN;
        if (state->strategies[channel][block] != AC3_REUSE)
            ac3_find_masks(&state->model, set, channel == AC3_LFE, &state->bands[channel][block]);
    }
}

static void set_widths(struct ac3_encoder *state, unsigned channel, int fine)
{
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        struct ac3_channel *set = &state->sets[channel][block];

        set->fine_snr = (uint8_t)fine;
        if (state->snr == 0)
            memset(set->widths, 0, sizeof set->widths);
        else if (state->strategies[channel][block] != AC3_REUSE)
            ac3_set_widths(&state->model, &state->bands[channel][block], set);
    }
}

void ac3_fit(struct ac3_encoder *state, const unsigned side[1 + AC3_BLOCKS])
{
    struct search search = { .state = state, .side = side };

    for (unsigned i = 0; i < state->count; i++)
        find_masks(state, state->channels[i]);
    state->snr = find_snr(&search);
    refine(&search, state->snr);
    state->model.coarse_snr = state->snr / 16;
    for (unsigned i = 0; i < state->count; i++)
        set_widths(state, state->channels[i], search.snr[i] - state->snr / 16 * 16);
}
