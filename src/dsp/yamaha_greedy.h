/* Blocks of Yamaha ADPCM, encoded side by side, each sample by the nearest code. */
#include "chains.h"
#include "yamaha.h"

/* 4 |difference| = m step + rest: three bits of m from comparisons, the change (2m + 1) / 8 steps; steps grow by 230 for m below
 * 4, else by 307, 409, 512 and 614. */
KERNEL lanes yamaha_nearest(struct yamaha_chain *chain, lanes sample)
{
    lanes step = chain->step, difference = sample - chain->sample, negative = difference >> 31;
    lanes left = magnitude_of(difference) << 2, four, two, one, sum;

    four = ~(left < step << 2);
    left -= four & step << 2;
    two = ~(left < step << 1);
    left -= two & step << 1;
    one = ~(left < step);
    sum = ((four & step << 2) + (two & step << 1) + (one & step)) * 2 + step;
    chain->sample = within(chain->sample + ((sum >> 3 ^ negative) - negative), INT16_MIN, INT16_MAX);
    chain->step = yamaha_next_step(step, 230 + (four & (307 - 230 + (two & 205) + (one & 102))));
    return (negative & 8) | (four & 4) | (two & 2) | (one & 1);
}

/* The sample before a block is ours to choose: one from which code 0 leads to the first sample. */
KERNEL struct yamaha_chain yamaha_before(const struct chains *chains, lanes step)
{
    int32_t first[LANES];
    struct yamaha_chain chain;

    for (unsigned l = 0; l < LANES; l++)
        first[l] = chains->from[l][0];
    memcpy(&chain.sample, first, sizeof first);
    chain.step = within(step, YAMAHA_STEP_LEAST, YAMAHA_STEP_MOST);
    chain.sample = at_least(chain.sample - (chain.step >> 3), all(INT16_MIN));
    return chain;
}

enum { YAMAHA_LOOK = 16 };

/* The mean change between a block's first samples. */
KERNEL lanes yamaha_mean_change(const struct chains *chains)
{
    uint32_t n = chains->samples < YAMAHA_LOOK ? chains->samples : YAMAHA_LOOK;
    int32_t mean[LANES];
    lanes means;

    for (unsigned l = 0; l < LANES; l++) {
        int32_t sum = 0;

        for (uint32_t i = 1; i < n; i++) {
            int32_t change = chains->from[l][(size_t)i * chains->channels] - chains->from[l][(size_t)(i - 1) * chains->channels];

            sum += change < 0 ? -change : change;
        }
        mean[l] = sum / (int32_t)n;
    }
    memcpy(&means, mean, sizeof mean);
    return means;
}

/* What a start would cost over a block's first samples: errors, each held at 8191, squared. */
KERNEL lanes yamaha_trial(const struct chains *chains, struct yamaha_chain chain)
{
    uint32_t n = chains->samples < YAMAHA_LOOK ? chains->samples : YAMAHA_LOOK;
    lanes cost = all(0), samples[8];

    for (uint32_t at = 0; at < n; at += 8) {
        chains_load(chains, at, samples);
        for (int t = 0; t < 8; t++) {
            lanes error;

            yamaha_nearest(&chain, samples[t]);
            error = at_most(magnitude_of(samples[t] - chain.sample), all(8191));
            cost += both_products(error, error);
        }
    }
    return cost;
}

/* Of some steps near the mean change the one that makes the least squared error at first: at most 16 errors of 2^26. */
KERNEL struct yamaha_chain yamaha_choose_start(const struct chains *chains)
{
    enum { TRIALS = 3 };
    lanes mean = yamaha_mean_change(chains), least = all(INT32_MAX), best = mean;

    for (int i = 0; i < TRIALS; i++) {
        lanes cost = yamaha_trial(chains, yamaha_before(chains, mean << i));

        best = blend(cost < least, mean << i, best);
        least = at_most(cost, least);
    }
    return yamaha_before(chains, best);
}

KERNEL void yamaha_put_headers(const struct chains *chains, const struct yamaha_chain *chain)
{
    for (unsigned l = 0; l < LANES; l++) {
        uint8_t *header = chains->to[l] + YAMAHA_HEADER * chains->channel[l];

        store16_le(header, (uint16_t)chain->sample[l]);
        store16_le(header + 2, (uint16_t)chain->step[l]);
    }
}

KERNEL void yamaha_put_codes(const struct chains *chains, uint32_t at, uint32_t n, lanes codes)
{
    chains_put_codes(chains, YAMAHA_HEADER, at, n, codes, false);
}

KERNEL void yamaha_greedy_group(const struct chains *chains)
{
    struct yamaha_chain chain = yamaha_choose_start(chains);
    lanes samples[8];

    yamaha_put_headers(chains, &chain);
    for (uint32_t at = 0; at < chains->samples; at += 8) {
        uint32_t left = chains->samples - at;
        lanes codes = all(0);

        chains_load(chains, at, samples);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
            codes |= yamaha_nearest(&chain, samples[t]) << 4 * t;
        yamaha_put_codes(chains, at, left < 8 ? left : 8, codes);
    }
}

static void yamaha_greedy(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i += LANES) {
        struct chains chains = chains_at(blocks, i, pcm, dst);

        yamaha_greedy_group(&chains);
    }
}
