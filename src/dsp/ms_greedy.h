/* Microsoft ADPCM, each sample by the nearest code; and what comes before the codes of a block, which the search shares. */
#include "ms_chain.h"

/* As many as are coded in step, where registers do for two. */
enum { MS_GROUPS = LANES == 8 ? 2 : 1 };

/* What a block begins with: its predictor's number and weights, its delta, and its first samples, a pair. */
struct ms_start {
    lanes predictor, weights, delta, first;
};

/* Rounded down, which is near enough where nothing is coded yet. */
KERNEL lanes ms_residual(lanes sample, lanes pair, lanes weights)
{
    return magnitude_of(sample - (both_products(pair, weights) >> 8));
}

/* What weights leave of the last six of eight samples, in fourth powers: it is the highest residuals that cost most. Small ones
 * count by their magnitude. In quarters, held at 8191, six of them sum to less than 2^31 - 2^28. */
KERNEL lanes ms_peaks(const lanes samples[8], lanes weights)
{
    lanes sum = all(0);

#pragma GCC unroll 8
    for (int t = 2; t < 8; t++) {
        lanes left = at_most(srl(ms_residual(samples[t], two_of(samples[t - 1], samples[t - 2]), weights), 2), all(8191));
        lanes square = srl(both_products(left, left), 12);

        sum += both_products(square, square) + left;
    }
    return sum;
}

/* The predictor whose peaks are least, by eight samples of every `stride`. The sums are of two parts, the lower of 16 bits. */
KERNEL void ms_choose(struct ms_start *start, const struct chains *chains, const struct ms_predictor *predictors, unsigned count,
                      uint32_t stride)
{
    lanes high[UINT8_MAX + 1], low[UINT8_MAX + 1], samples[8], least = all(INT32_MAX), least_low = all(0);

    for (unsigned i = 0; i < count; i++)
        high[i] = low[i] = all(0);
    for (uint32_t at = 0; at < chains->samples; at += stride) {
        chains_load(chains, at, samples);
        for (unsigned i = 0; i < count; i++) {
            low[i] += ms_peaks(samples, all(predictors[i].weights));
            high[i] += low[i] >> 16;
            low[i] &= UINT16_MAX;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        lanes better = (high[i] < least) | ((high[i] == least) & (low[i] < least_low));

        start->predictor = blend(better, all(predictors[i].number), start->predictor);
        start->weights = blend(better, all(predictors[i].weights), start->weights);
        least = blend(better, high[i], least);
        least_low = blend(better, low[i], least_low);
    }
}

/* Three quarters of the mean residual of a block's first samples: the best of what was tried on speech, and as good as any on
 * music. */
KERNEL lanes ms_first_delta(const struct ms_start *start, const struct chains *chains)
{
    enum { LOOK = 16 };
    lanes samples[8], pair = start->first, sum = all(0);

    for (uint32_t at = 2; at < chains->samples && at < 2 + LOOK; at += 8) {
        chains_load(chains, at, samples);
        for (int t = 0; t < 8; t++) {
            sum += at_most(ms_residual(samples[t], pair, start->weights), all(INT16_MAX));
            pair = two_of(samples[t], pair);
        }
    }
    return at_least(sum / LOOK * 3 / 4, all(MS_LEAST_DELTA));
}

APART struct ms_start ms_begin(const struct chains *chains, const struct ms_predictor *predictors, unsigned count, uint32_t stride)
{
    struct ms_start start = { all(0), all(0), all(0), all(0) };
    lanes newer, older;

    for (unsigned l = 0; l < LANES; l++) {
        newer[l] = chains->from[l][chains->channels];
        older[l] = chains->from[l][0];
    }
    start.first = two_of(newer, older);
    ms_choose(&start, chains, predictors, count, stride);
    start.delta = ms_first_delta(&start, chains);
    return start;
}

KERNEL void ms_put_headers(const struct chains *chains, const struct ms_start *start)
{
    for (unsigned l = 0; l < LANES; l++) {
        uint8_t *header = chains->to[l] + chains->channels + 2 * chains->channel[l];

        chains->to[l][chains->channel[l]] = (uint8_t)start->predictor[l];
        store16_le(header, (uint16_t)start->delta[l]);
        store16_le(header + 2 * chains->channels, (uint16_t)start->first[l]);
        store16_le(header + 4 * chains->channels, (uint16_t)((uint32_t)start->first[l] >> 16));
    }
}

/* Signs and magnitudes of eight codes in two's complement. */
KERNEL lanes ms_codes_of(lanes codes)
{
    ulanes sign = (ulanes)codes & 0x88888888, ones = sign >> 3, flipped = (ulanes)codes ^ (sign - ones);

    return (lanes)(((flipped & 0x77777777) + ones) ^ (flipped & sign));
}

KERNEL void ms_put_codes(const struct chains *chains, uint32_t at, uint32_t n, lanes codes)
{
    chains_put_codes(chains, MS_HEADER, at, n, ms_codes_of(codes), true);
}

/* The magnitude, up to 7, nearest to a residual's. */
KERNEL lanes ms_nearest(lanes residual, lanes delta)
{
    lanes left = magnitude_of(residual) * 2 + delta, two = delta * 2, four = delta * 4, eight = delta * 8;
    lanes a = eight > left, b, c;

    left -= eight & ~a;
    b = four > left;
    left -= four & ~b;
    c = two > left;
    return 7 + c + (b + b) + (a << 2);
}

/* What a chain knows between two codes, and its eight last ones. */
struct ms_greedy {
    lanes pair, delta, weights, codes;
};

KERNEL void ms_greedy_step(struct ms_greedy *chain, lanes sample)
{
    lanes predicted = ms_predict(chain->pair, chain->weights), residual = sample - predicted, negative = residual >> 31;
    lanes magnitude = ms_nearest(residual, chain->delta), change = chain->delta * magnitude;

    chain->pair = two_of(within(predicted + ((change ^ negative) - negative), INT16_MIN, INT16_MAX), chain->pair);
    chain->delta = within(chain->delta * choose(growths, magnitude) >> 8, MS_LEAST_DELTA, MS_MOST_DELTA);
    chain->codes = srl(chain->codes, 4) | (lanes)((ulanes)(magnitude | (negative & 8)) << 28);
}

/* Groups in step: one does not wait for the other's samples. */
KERNEL void ms_greedy_groups(const struct chains *chains, const struct ms_start *starts, unsigned groups)
{
    uint32_t n = chains->samples - 2;
    struct ms_greedy greedy[MS_GROUPS];
    lanes samples[MS_GROUPS][8];

#pragma GCC unroll 2
    for (unsigned g = 0; g < groups; g++)
        greedy[g] = (struct ms_greedy){ starts[g].first, starts[g].delta, starts[g].weights, all(0) };
    for (uint32_t at = 0; at < n; at += 8) {
        uint32_t left = n - at < 8 ? n - at : 8;

#pragma GCC unroll 2
        for (unsigned g = 0; g < groups; g++)
            chains_load(&chains[g], at + 2, samples[g]);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
#pragma GCC unroll 2
            for (unsigned g = 0; g < groups; g++)
                ms_greedy_step(&greedy[g], samples[g][t]);
#pragma GCC unroll 2
        for (unsigned g = 0; g < groups; g++) {
            if (left < 8)
                greedy[g].codes &= all((int32_t)(UINT32_MAX >> (32 - 4 * left)));
            ms_put_codes(&chains[g], at, left, greedy[g].codes);
        }
    }
#pragma GCC unroll 2
    for (unsigned g = 0; g < groups; g++)
        ms_put_headers(&chains[g], &starts[g]);
}
