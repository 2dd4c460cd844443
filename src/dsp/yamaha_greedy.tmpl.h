/* Yamaha ADPCM in blocks: encoding each sample with the nearest code.
 *
 * Parameter: VECTOR_BYTES. Include after yamaha.tmpl.h. */

/* 4 |difference| = m step + rest. Comparisons yield the three bits of m. The change is (2m + 1) / 8
 * steps; the step grows by 230 for m below 4, then by 307, 409, 512 and 614. */
KERNEL vec32 yamaha_nearest(struct yamaha_state *state, vec32 sample)
{
    vec32 step = state->step, difference = sample - state->sample, negative = difference >> 31;
    vec32 left = abs32(difference) << 2, four, two, one, sum;

    four = ~(left < step << 2);
    left -= four & step << 2;
    two = ~(left < step << 1);
    left -= two & step << 1;
    one = ~(left < step);
    sum = ((four & step << 2) + (two & step << 1) + (one & step)) * 2 + step;
    state->sample =
        clamp32(state->sample + ((sum >> 3 ^ negative) - negative), INT16_MIN, INT16_MAX);
    state->step = yamaha_next_step(step, 230 + (four & (307 - 230 + (two & 205) + (one & 102))));
    return (negative & 8) | (four & 4) | (two & 2) | (one & 1);
}

/* The encoder is free to choose the sample before a block: here, the one from which code 0 leads to
 * the first sample. */
KERNEL struct yamaha_state yamaha_before(const struct gather32 *lanes, vec32 step)
{
    int32_t first[LANES32];
    struct yamaha_state state;

    for (unsigned l = 0; l < LANES32; l++)
        first[l] = lanes->from[l][0];
    memcpy(&state.sample, first, sizeof first);
    state.step = clamp32(step, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
    state.sample = max32(state.sample - (state.step >> 3), set32(INT16_MIN));
    return state;
}

enum { YAMAHA_LOOK = 16 };

/* The mean change between the first samples of a block. */
KERNEL vec32 yamaha_mean_change(const struct gather32 *lanes)
{
    uint32_t n = lanes->samples < YAMAHA_LOOK ? lanes->samples : YAMAHA_LOOK;
    int32_t mean[LANES32];
    vec32 means;

    for (unsigned l = 0; l < LANES32; l++) {
        int32_t sum = 0;

        for (uint32_t i = 1; i < n; i++) {
            int32_t change = lanes->from[l][(size_t)i * lanes->channels] -
                             lanes->from[l][(size_t)(i - 1) * lanes->channels];

            sum += change < 0 ? -change : change;
        }
        mean[l] = sum / (int32_t)n;
    }
    memcpy(&means, mean, sizeof mean);
    return means;
}

/* The cost of a start over the first samples of a block: squared errors, each error limited to
 * 8191. */
KERNEL vec32 yamaha_trial(const struct gather32 *lanes, struct yamaha_state state)
{
    uint32_t n = lanes->samples < YAMAHA_LOOK ? lanes->samples : YAMAHA_LOOK;
    vec32 cost = set32(0), samples[8];

    for (uint32_t at = 0; at < n; at += 8) {
        gather32_samples(lanes, at, samples);
        for (int t = 0; t < 8; t++) {
            vec32 error;

            yamaha_nearest(&state, samples[t]);
            error = min32(abs32(samples[t] - state.sample), set32(8191));
            cost += madd16(error, error);
        }
    }
    return cost;
}

/* Chooses the start, of three multiples of the mean change, with the least squared error in the
 * first samples: the sum of at most 16 squares, each below 2^26. */
KERNEL struct yamaha_state yamaha_choose_start(const struct gather32 *lanes)
{
    enum { TRIALS = 3 };
    vec32 mean = yamaha_mean_change(lanes), least = set32(INT32_MAX), best = mean;

    for (int i = 0; i < TRIALS; i++) {
        vec32 cost = yamaha_trial(lanes, yamaha_before(lanes, mean << i));

        best = blend32(cost < least, mean << i, best);
        least = min32(cost, least);
    }
    return yamaha_before(lanes, best);
}

KERNEL void yamaha_store_headers(const struct gather32 *lanes, const struct yamaha_state *state)
{
    for (unsigned l = 0; l < LANES32; l++) {
        uint8_t *header = lanes->to[l] + YAMAHA_HEADER * lanes->channel[l];

        store16_le(header, (uint16_t)state->sample[l]);
        store16_le(header + 2, (uint16_t)state->step[l]);
    }
}

KERNEL void yamaha_store_codes(const struct gather32 *lanes, uint32_t at, uint32_t n, vec32 codes)
{
    scatter32_codes(lanes, (struct code_order){ YAMAHA_HEADER, false }, at, n, codes);
}

KERNEL void yamaha_greedy_group(const struct gather32 *lanes)
{
    struct yamaha_state state = yamaha_choose_start(lanes);
    vec32 samples[8];

    yamaha_store_headers(lanes, &state);
    for (uint32_t at = 0; at < lanes->samples; at += 8) {
        uint32_t left = lanes->samples - at;
        vec32 codes = set32(0);

        gather32_samples(lanes, at, samples);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++)
            codes |= yamaha_nearest(&state, samples[t]) << 4 * t;
        yamaha_store_codes(lanes, at, left < 8 ? left : 8, codes);
    }
}

static void yamaha_greedy(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i += LANES32) {
        struct gather32 lanes = gather32_at(blocks, i, pcm, dst);

        yamaha_greedy_group(&lanes);
    }
}
