/* Microsoft ADPCM: encoding each sample with the nearest code; and the choice of a block's
 * predictor and first delta, which the search shares.
 *
 * Parameter: VECTOR_BYTES. Include after ms.tmpl.h. */

/* Groups that are encoded in one loop: as many as the registers can hold. */
enum { MS_GROUPS = LANES32 == 8 ? 2 : 1 };

/* The start of a block: the number and the weights of its predictor, its delta, and its first
 * samples as a pair. */
struct ms_start {
    vec32 predictor, weights, delta, first;
};

/* The prediction is rounded down, which is accurate enough as long as nothing is coded. */
KERNEL vec32 ms_residual(vec32 sample, vec32 pair, vec32 weights)
{
    return abs32(sample - (madd16(pair, weights) >> 8));
}

/* Rates a predictor by the last six of eight samples: the sum of the fourth powers of the
 * residuals, because large ones are the most expensive, plus their magnitudes, which dominate for
 * small ones. In quarters, at most 8191, six of them sum to less than 2^31 - 2^28. */
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

/* Chooses the predictor with the lowest peaks, from eight samples of every `stride`. The sums have
 * two parts, the lower one of 16 bits. */
KERNEL void ms_choose(struct ms_start *start, const struct gather32 *lanes,
                      const struct ms_predictor *predictors, unsigned count, uint32_t stride)
{
    vec32 high[UINT8_MAX + 1], low[UINT8_MAX + 1], samples[8], least = set32(INT32_MAX),
                                                               least_low = set32(0);

    for (unsigned i = 0; i < count; i++)
        high[i] = low[i] = set32(0);
    for (uint32_t at = 0; at < lanes->samples; at += stride) {
        gather32_samples(lanes, at, samples);
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

/* Three quarters of the mean residual of a block's first samples: the best of the tested values on
 * speech, and no worse than the others on music. */
KERNEL vec32 ms_first_delta(const struct ms_start *start, const struct gather32 *lanes)
{
    enum { LOOK = 16 };
    vec32 samples[8], pair = start->first, sum = set32(0);

    for (uint32_t at = 2; at < lanes->samples && at < 2 + LOOK; at += 8) {
        gather32_samples(lanes, at, samples);
        for (int t = 0; t < 8; t++) {
            sum += min32(ms_residual(samples[t], pair, start->weights), set32(INT16_MAX));
            pair = pair16(samples[t], pair);
        }
    }
    return max32(sum / LOOK * 3 / 4, set32(MS_DELTA_MIN));
}

OUTLINED struct ms_start ms_start_of(const struct gather32 *lanes,
                                     const struct ms_predictor *predictors, unsigned count,
                                     uint32_t stride)
{
    struct ms_start start = { set32(0), set32(0), set32(0), set32(0) };
    vec32 newer, older;

    for (unsigned l = 0; l < LANES32; l++) {
        newer[l] = lanes->from[l][lanes->channels];
        older[l] = lanes->from[l][0];
    }
    start.first = pair16(newer, older);
    ms_choose(&start, lanes, predictors, count, stride);
    start.delta = ms_first_delta(&start, lanes);
    return start;
}

KERNEL void ms_store_headers(const struct gather32 *lanes, const struct ms_start *start)
{
    for (unsigned l = 0; l < LANES32; l++) {
        uint8_t *header = lanes->to[l] + lanes->channels + 2 * lanes->channel[l];

        lanes->to[l][lanes->channel[l]] = (uint8_t)start->predictor[l];
        store16_le(header, (uint16_t)start->delta[l]);
        store16_le(header + 2 * lanes->channels, (uint16_t)start->first[l]);
        store16_le(header + 4 * lanes->channels, (uint16_t)((uint32_t)start->first[l] >> 16));
    }
}

/* Converts eight codes from signs and magnitudes to two's complement. */
KERNEL vec32 ms_codes_of(vec32 codes)
{
    uvec32 sign = (uvec32)codes & 0x88888888, ones = sign >> 3,
           flipped = (uvec32)codes ^ (sign - ones);

    return (vec32)(((flipped & 0x77777777) + ones) ^ (flipped & sign));
}

KERNEL void ms_store_codes(const struct gather32 *lanes, uint32_t at, uint32_t n, vec32 codes)
{
    scatter32_codes(lanes, (struct code_order){ MS_HEADER, true }, at, n, ms_codes_of(codes));
}

/* The magnitude, at most 7, that is nearest to a residual's. */
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

/* The state of a chain, and its last eight codes. */
struct ms_greedy {
    vec32 pair, delta, weights, codes;
};

KERNEL void ms_greedy_step(struct ms_greedy *state, vec32 sample)
{
    vec32 predicted = ms_predict(state->pair, state->weights), residual = sample - predicted,
          negative = residual >> 31;
    vec32 magnitude = ms_nearest(residual, state->delta), change = state->delta * magnitude;

    state->pair = pair16(
        clamp32(predicted + ((change ^ negative) - negative), INT16_MIN, INT16_MAX), state->pair);
    state->delta =
        clamp32(state->delta * lookup8(step_growths, magnitude) >> 8, MS_DELTA_MIN, MS_DELTA_MAX);
    state->codes = srl32(state->codes, 4) | (vec32)((uvec32)(magnitude | (negative & 8)) << 28);
}

/* Encodes groups in one loop, so that none waits for the samples of another. */
KERNEL void ms_greedy_groups(const struct gather32 *lanes, const struct ms_start *starts,
                             unsigned groups)
{
    uint32_t n = lanes->samples - 2;
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
            gather32_samples(&lanes[g], at + 2, samples[g]);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
#pragma GCC unroll 2
            for (unsigned g = 0; g < groups; g++)
                ms_greedy_step(&greedy[g], samples[g][t]);
#pragma GCC unroll 2
        for (unsigned g = 0; g < groups; g++) {
            if (left < 8)
                greedy[g].codes &= set32((int32_t)(UINT32_MAX >> (32 - 4 * left)));
            ms_store_codes(&lanes[g], at, left, greedy[g].codes);
        }
    }
#pragma GCC unroll 2
    for (unsigned g = 0; g < groups; g++)
        ms_store_headers(&lanes[g], &starts[g]);
}
