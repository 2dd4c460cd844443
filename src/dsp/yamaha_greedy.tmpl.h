/* Yamaha ADPCM in blocks: encoding each sample by the nearest code.
 *
 * Parameter: VECTOR_BYTES. After yamaha.tmpl.h. */

/* 4 |difference| = m step + rest: three bits of m from comparisons, the change (2m + 1) / 8 steps;
 * steps grow by 230 for m below 4, else by 307, 409, 512 and 614. */
KERNEL vec32 yamaha_nearest(struct yamaha_chain *chain, vec32 sample)
{
    vec32 step = chain->step, difference = sample - chain->sample, negative = difference >> 31;
    vec32 left = abs32(difference) << 2, four, two, one, sum;

    four = ~(left < step << 2);
    left -= four & step << 2;
    two = ~(left < step << 1);
    left -= two & step << 1;
    one = ~(left < step);
    sum = ((four & step << 2) + (two & step << 1) + (one & step)) * 2 + step;
    chain->sample =
        clamp32(chain->sample + ((sum >> 3 ^ negative) - negative), INT16_MIN, INT16_MAX);
    chain->step = yamaha_next_step(step, 230 + (four & (307 - 230 + (two & 205) + (one & 102))));
    return (negative & 8) | (four & 4) | (two & 2) | (one & 1);
}

/* The sample before a block is ours to choose: one from which code 0 leads to the first sample. */
KERNEL struct yamaha_chain yamaha_before(const struct gather32 *chains, vec32 step)
{
    int32_t first[LANES32];
    struct yamaha_chain chain;

    for (unsigned l = 0; l < LANES32; l++)
        first[l] = chains->from[l][0];
    memcpy(&chain.sample, first, sizeof first);
    chain.step = clamp32(step, YAMAHA_STEP_LEAST, YAMAHA_STEP_MOST);
    chain.sample = max32(chain.sample - (chain.step >> 3), set32(INT16_MIN));
    return chain;
}

enum { YAMAHA_LOOK = 16 };

/* The mean change between a block's first samples. */
KERNEL vec32 yamaha_mean_change(const struct gather32 *chains)
{
    uint32_t n = chains->samples < YAMAHA_LOOK ? chains->samples : YAMAHA_LOOK;
    int32_t mean[LANES32];
    vec32 means;

    for (unsigned l = 0; l < LANES32; l++) {
        int32_t sum = 0;

        for (uint32_t i = 1; i < n; i++) {
            int32_t change = chains->from[l][(size_t)i * chains->channels] -
                             chains->from[l][(size_t)(i - 1) * chains->channels];

            sum += change < 0 ? -change : change;
        }
        mean[l] = sum / (int32_t)n;
    }
    memcpy(&means, mean, sizeof mean);
    return means;
}

/* What a start would cost over a block's first samples: squared errors, each at most 8191. */
KERNEL vec32 yamaha_trial(const struct gather32 *chains, struct yamaha_chain chain)
{
    uint32_t n = chains->samples < YAMAHA_LOOK ? chains->samples : YAMAHA_LOOK;
    vec32 cost = set32(0), samples[8];

    for (uint32_t at = 0; at < n; at += 8) {
        gather32_samples(chains, at, samples);
        for (int t = 0; t < 8; t++) {
            vec32 error;

            yamaha_nearest(&chain, samples[t]);
            error = min32(abs32(samples[t] - chain.sample), set32(8191));
            cost += madd16(error, error);
        }
    }
    return cost;
}

/* Of some steps near the mean change the one that makes the least squared error at first: at most
 * 16 errors of 2^26. */
KERNEL struct yamaha_chain yamaha_choose_start(const struct gather32 *chains)
{
    enum { TRIALS = 3 };
    vec32 mean = yamaha_mean_change(chains), least = set32(INT32_MAX), best = mean;

    for (int i = 0; i < TRIALS; i++) {
        vec32 cost = yamaha_trial(chains, yamaha_before(chains, mean << i));

        best = blend32(cost < least, mean << i, best);
        least = min32(cost, least);
    }
    return yamaha_before(chains, best);
}

KERNEL void yamaha_put_headers(const struct gather32 *chains, const struct yamaha_chain *chain)
{
    for (unsigned l = 0; l < LANES32; l++) {
        uint8_t *header = chains->to[l] + YAMAHA_HEADER * chains->channel[l];

        store16_le(header, (uint16_t)chain->sample[l]);
        store16_le(header + 2, (uint16_t)chain->step[l]);
    }
}

KERNEL void yamaha_put_codes(const struct gather32 *chains, uint32_t at, uint32_t n, vec32 codes)
{
    scatter32_codes(chains, (struct code_order){ YAMAHA_HEADER, false }, at, n, codes);
}

KERNEL void yamaha_greedy_group(const struct gather32 *chains)
{
    struct yamaha_chain chain = yamaha_choose_start(chains);
    vec32 samples[8];

    yamaha_put_headers(chains, &chain);
    for (uint32_t at = 0; at < chains->samples; at += 8) {
        uint32_t left = chains->samples - at;
        vec32 codes = set32(0);

        gather32_samples(chains, at, samples);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
            codes |= yamaha_nearest(&chain, samples[t]) << 4 * t;
        yamaha_put_codes(chains, at, left < 8 ? left : 8, codes);
    }
}

static void yamaha_greedy(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i += LANES32) {
        struct gather32 chains = gather32_at(blocks, i, pcm, dst);

        yamaha_greedy_group(&chains);
    }
}
