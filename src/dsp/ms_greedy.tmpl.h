/* Microsoft ADPCM: encoding each sample by the nearest code; and the choice of a block's predictor
 * and first delta, which the search shares.
 *
 * Parameter: VECTOR_BYTES. After ms.tmpl.h. */

/* Groups that are coded in step: as many as there are registers for. */
enum { MS_GROUPS = LANES32 == 8 ? 2 : 1 };

/* What a block begins with: its predictor's number and weights, its delta, and its first samples, a
 * pair. */
struct ms_start {
    vec32 predictor, weights, delta, first;
};

/* Rounded down, which is near enough where nothing is coded yet. */
KERNEL vec32 ms_residual(vec32 sample, vec32 pair, vec32 weights)
{
    return abs32(sample - (madd16(pair, weights) >> 8));
}

/* What weights leave of the last six of eight samples, in fourth powers: it is the highest
 * residuals that cost most. Small ones count by their magnitude. In quarters, at most 8191, six of
 * them sum to less than 2^31 - 2^28. */
KERNEL vec32 ms_peaks(const vec32 samples[8], vec32 weights)
{
    vec32 sum = set32(0);

#pragma GCC unroll 8
    for (int t = 2; t < 8; t++) {
        vec32 left = min32(
            srl32(ms_residual(samples[t], pair16(samples[t - 1], samples[t - 2]), weights), 2),
            set32(8191));
        vec32 square = srl32(madd16(left, left), 12);

        sum += madd16(square, square) + left;
    }
    return sum;
}

/* The predictor whose peaks are least, by eight samples of every `stride`. The sums are of two
 * parts, the lower of 16 bits. */
KERNEL void ms_choose(struct ms_start *start, const struct gather32 *chains,
                      const struct ms_predictor *predictors, unsigned count, uint32_t stride)
{
    vec32 high[UINT8_MAX + 1], low[UINT8_MAX + 1], samples[8], least = set32(INT32_MAX),
                                                               least_low = set32(0);

    for (unsigned i = 0; i < count; i++)
        high[i] = low[i] = set32(0);
    for (uint32_t at = 0; at < chains->samples; at += stride) {
        gather32_samples(chains, at, samples);
        for (unsigned i = 0; i < count; i++) {
            low[i] += ms_peaks(samples, set32(predictors[i].weights));
            high[i] += low[i] >> 16;
            low[i] &= UINT16_MAX;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        vec32 better = (high[i] < least) | ((high[i] == least) & (low[i] < least_low));

        start->predictor = blend32(better, set32(predictors[i].number), start->predictor);
        start->weights = blend32(better, set32(predictors[i].weights), start->weights);
        least = blend32(better, high[i], least);
        least_low = blend32(better, low[i], least_low);
    }
}

/* Three quarters of the mean residual of a block's first samples: the best of what was tried on
 * speech, and as good as any on music. */
KERNEL vec32 ms_first_delta(const struct ms_start *start, const struct gather32 *chains)
{
    enum { LOOK = 16 };
    vec32 samples[8], pair = start->first, sum = set32(0);

    for (uint32_t at = 2; at < chains->samples && at < 2 + LOOK; at += 8) {
        gather32_samples(chains, at, samples);
        for (int t = 0; t < 8; t++) {
            sum += min32(ms_residual(samples[t], pair, start->weights), set32(INT16_MAX));
            pair = pair16(samples[t], pair);
        }
    }
    return max32(sum / LOOK * 3 / 4, set32(MS_LEAST_DELTA));
}

APART struct ms_start ms_start_of(const struct gather32 *chains,
                                  const struct ms_predictor *predictors, unsigned count,
                                  uint32_t stride)
{
    struct ms_start start = { set32(0), set32(0), set32(0), set32(0) };
    vec32 newer, older;

    for (unsigned l = 0; l < LANES32; l++) {
        newer[l] = chains->from[l][chains->channels];
        older[l] = chains->from[l][0];
    }
    start.first = pair16(newer, older);
    ms_choose(&start, chains, predictors, count, stride);
    start.delta = ms_first_delta(&start, chains);
    return start;
}

KERNEL void ms_put_headers(const struct gather32 *chains, const struct ms_start *start)
{
    for (unsigned l = 0; l < LANES32; l++) {
        uint8_t *header = chains->to[l] + chains->channels + 2 * chains->channel[l];

        chains->to[l][chains->channel[l]] = (uint8_t)start->predictor[l];
        store16_le(header, (uint16_t)start->delta[l]);
        store16_le(header + 2 * chains->channels, (uint16_t)start->first[l]);
        store16_le(header + 4 * chains->channels, (uint16_t)((uint32_t)start->first[l] >> 16));
    }
}

/* Signs and magnitudes of eight codes in two's complement. */
KERNEL vec32 ms_codes_of(vec32 codes)
{
    uvec32 sign = (uvec32)codes & 0x88888888, ones = sign >> 3,
           flipped = (uvec32)codes ^ (sign - ones);

    return (vec32)(((flipped & 0x77777777) + ones) ^ (flipped & sign));
}

KERNEL void ms_put_codes(const struct gather32 *chains, uint32_t at, uint32_t n, vec32 codes)
{
    scatter32_codes(chains, (struct code_order){ MS_HEADER, true }, at, n, ms_codes_of(codes));
}

/* The magnitude, up to 7, nearest to a residual's. */
KERNEL vec32 ms_nearest(vec32 residual, vec32 delta)
{
    vec32 left = abs32(residual) * 2 + delta, two = delta * 2, four = delta * 4, eight = delta * 8;
    vec32 a = eight > left, b, c;

    left -= eight & ~a;
    b = four > left;
    left -= four & ~b;
    c = two > left;
    return 7 + c + (b + b) + (a << 2);
}

/* What a chain knows between two codes, and its eight last ones. */
struct ms_greedy {
    vec32 pair, delta, weights, codes;
};

KERNEL void ms_greedy_step(struct ms_greedy *chain, vec32 sample)
{
    vec32 predicted = ms_predict(chain->pair, chain->weights), residual = sample - predicted,
          negative = residual >> 31;
    vec32 magnitude = ms_nearest(residual, chain->delta), change = chain->delta * magnitude;

    chain->pair = pair16(
        clamp32(predicted + ((change ^ negative) - negative), INT16_MIN, INT16_MAX), chain->pair);
    chain->delta = clamp32(chain->delta * lookup8(step_growths, magnitude) >> 8, MS_LEAST_DELTA,
                           MS_MOST_DELTA);
    chain->codes = srl32(chain->codes, 4) | (vec32)((uvec32)(magnitude | (negative & 8)) << 28);
}

/* Groups in step: one does not wait for the other's samples. */
KERNEL void ms_greedy_groups(const struct gather32 *chains, const struct ms_start *starts,
                             unsigned groups)
{
    uint32_t n = chains->samples - 2;
    struct ms_greedy greedy[MS_GROUPS];
    vec32 samples[MS_GROUPS][8];

#pragma GCC unroll 2
    for (unsigned g = 0; g < groups; g++)
        greedy[g] =
            (struct ms_greedy){ starts[g].first, starts[g].delta, starts[g].weights, set32(0) };
    for (uint32_t at = 0; at < n; at += 8) {
        uint32_t left = n - at < 8 ? n - at : 8;

#pragma GCC unroll 2
        for (unsigned g = 0; g < groups; g++)
            gather32_samples(&chains[g], at + 2, samples[g]);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
#pragma GCC unroll 2
            for (unsigned g = 0; g < groups; g++)
                ms_greedy_step(&greedy[g], samples[g][t]);
#pragma GCC unroll 2
        for (unsigned g = 0; g < groups; g++) {
            if (left < 8)
                greedy[g].codes &= set32((int32_t)(UINT32_MAX >> (32 - 4 * left)));
            ms_put_codes(&chains[g], at, left, greedy[g].codes);
        }
    }
#pragma GCC unroll 2
    for (unsigned g = 0; g < groups; g++)
        ms_put_headers(&chains[g], &starts[g]);
}
