/* IMA ADPCM with 4-bit codes: encoding each sample with the nearest code.
 *
 * Parameter: VECTOR_BYTES. Include after ima.tmpl.h. */

/* The index of the smallest step that is not below the mean difference between the first samples of
 * a block. */
OUTLINED vec16 ima_middle(const struct gather16 *lanes, uint32_t samples)
{
    enum { LOOK = 24 };
    vec16 r[8], last = set16(0), mean, index = set16(0), step, unused;
    vec32 even = set32(0), odd = set32(0);
    uint32_t n = samples < LOOK ? samples : LOOK;
    int32_t part = n > 1 ? 1024 / (int32_t)(n - 1) : 0;

    for (uint32_t at = 0; at < n; at += 8) {
        gather16_samples(r, lanes, at, samples);
        for (int i = 0; i < 8; i++) {
            vec16 difference = i == 0 && at == 0 ? set16(0) : absdiff16(r[i], last);

            even += even16(difference);
            odd += odd16(difference);
            last = r[i];
        }
    }
    /* At most 65535 * 1024. */
    mean = join16(even * part >> 10, odd * part >> 10 << 16);
    for (uint16_t bit = 64; bit; bit >>= 1) {
        vec16 below = min16(index + (uint16_t)(bit - 1), set16(IMA_LAST_INDEX));

        ima_steps_of(below, below, &step, &unused);
        index += set16(bit) & (vec16)(subs16(mean, step) != 0);
    }
    return min16(index, set16(IMA_LAST_INDEX));
}

KERNEL vec16 ima_nearest(struct ima *state, vec16 sample)
{
    vec16 step, unused, under = subs16(sample, state->sample), over = subs16(state->sample, sample),
                        distance = under | over;
    vec16 negative = (vec16)(over != 0), by_four, by_two, by_one, magnitude, change;

    ima_steps_of(state->index, state->index, &step, &unused);
    /* A negative difference wraps around to more than any distance. */
    by_four = min16(distance, distance - step);
    by_two = min16(by_four, by_four - (step >> 1));
    by_one = min16(by_two, by_two - (step >> 2));
    magnitude = 7 + ((vec16)(by_four == distance) & (uint16_t)-4) +
                ((vec16)(by_two == by_four) & (uint16_t)-2) + (vec16)(by_one == by_two);
    change = distance - by_one + (step >> 3);
    state->sample = subs16(adds16(state->sample, change & ~negative), change & negative);
    state->index = ima_next_index(state->index, magnitude);
    return magnitude | (negative & 8);
}

/* The sum of the errors that a start index causes in the first samples of a block, saturated. */
KERNEL vec16 ima_trial(const vec16 *r, int n, vec16 first, vec16 index)
{
    struct ima state = { first, index };
    vec16 cost = set16(0);

    for (int i = 0; i < n; i++) {
        ima_nearest(&state, r[i]);
        cost = adds16(cost, absdiff16(r[i], state.sample));
    }
    return cost;
}

/* The index of the mean difference, or a nearby one that does better on trial. */
OUTLINED vec16 ima_start_index(const struct gather16 *lanes, uint32_t samples, vec16 first,
                               vec16 middle)
{
    enum { REACH = 6, STRIDE = 2 };
    vec16 r[16], best = middle, least_cost = set16(UINT16_MAX);

    if (samples < 2)
        return middle;
    gather16_samples(r, lanes, 1, samples);
    if (samples > 9)
        gather16_samples(r + 8, lanes, 9, samples);
    for (uint16_t move = 0; move <= 2 * REACH; move += STRIDE) {
        vec16 index = min16(subs16(middle + move, set16(REACH)), set16(IMA_LAST_INDEX));
        vec16 cost = ima_trial(r, samples > 9 ? 16 : 8, first, index),
              better = (vec16)(subs16(least_cost, cost) != 0);

        best = blend16(better, index, best);
        least_cost = min16(cost, least_cost);
    }
    return best;
}

KERNEL vec16 ima_first_samples(const struct gather16 *lanes)
{
    vec16 r[8];

    gather16_load_each(r, lanes, 0, 1);
    return r[0] ^ 0x8000;
}

static void ima_greedy(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    size_t chains = blocks->count * blocks->channels;

    if (chains == 1) {
        ima_greedy_c(blocks, pcm, dst);
        return;
    }
    for (size_t first = 0; first < chains; first += LANES16) {
        struct gather16 group =
            gather16_at(blocks, first, ima_pcm_side(blocks, pcm), ima_code_side(blocks, dst));
        struct ima state = { ima_first_samples(&group), ima_middle(&group, blocks->samples) };
        vec16 r[8];

        state.index = ima_start_index(&group, blocks->samples, state.sample, state.index);
        ima_store_headers(&group, state.index);
        for (uint32_t at = 1; at < blocks->samples; at += 8) {
            uint32_t left = blocks->samples - at;
            vec16 codes[2] = { set16(0), set16(0) };

            gather16_samples(r, &group, at, blocks->samples);
#pragma GCC unroll 1
            for (int i = 0; i < 8; i += 4)
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++)
                    codes[i / 4] |= ima_nearest(&state, r[i + j]) << 4 * j;
            if (left < 8) {
                codes[0] &= set16((uint16_t)(left < 4 ? (1 << 4 * left) - 1 : UINT16_MAX));
                codes[1] &= set16((uint16_t)(left > 4 ? (1 << 4 * (left - 4)) - 1 : 0));
            }
            ima_store_codes(&group, at / 8, left < 8 ? (left + 1) / 2 : 4, codes[0], codes[1]);
        }
    }
}
