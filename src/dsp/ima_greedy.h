/* IMA ADPCM of 4 bits: encoding each sample by the nearest code. */
#include "ima.h"

/* The index whose step is nearest above the mean difference of a block's first samples. */
APART words ima_middle(const struct chains *chains, uint32_t samples)
{
    enum { LOOK = 24 };
    words r[8], last = every(0), mean, index = every(0), step, unused;
    pairs even = every_pair(0), odd = every_pair(0);
    uint32_t n = samples < LOOK ? samples : LOOK;
    int32_t part = n > 1 ? 1024 / (int32_t)(n - 1) : 0;

    for (uint32_t at = 0; at < n; at += 8) {
        load_samples(r, chains, at, samples);
        for (int i = 0; i < 8; i++) {
            words difference = i == 0 && at == 0 ? every(0) : distance_of(r[i], last);

            even += even_of(difference), odd += odd_of(difference);
            last = r[i];
        }
    }
    /* At most 65535 * 1024. */
    mean = joined(even * part >> 10, odd * part >> 10 << 16);
    for (uint16_t bit = 64; bit; bit >>= 1) {
        words below = least(index + (uint16_t)(bit - 1), every(IMA_LAST_INDEX));

        ima_steps_of(below, below, &step, &unused);
        index += every(bit) & (words)(less(mean, step) != 0);
    }
    return least(index, every(IMA_LAST_INDEX));
}

KERNEL words ima_nearest(struct ima *chain, words sample)
{
    words step, unused, under = less(sample, chain->sample), over = less(chain->sample, sample), distance = under | over;
    words negative = (words)(over != 0), by_four, by_two, by_one, magnitude, change;

    ima_steps_of(chain->index, chain->index, &step, &unused);
    /* A difference below 0 comes out above any distance. */
    by_four = least(distance, distance - step);
    by_two = least(by_four, by_four - (step >> 1));
    by_one = least(by_two, by_two - (step >> 2));
    magnitude = 7 + ((words)(by_four == distance) & (uint16_t)-4) + ((words)(by_two == by_four) & (uint16_t)-2) + (words)(by_one == by_two);
    change = distance - by_one + (step >> 3);
    chain->sample = less(more(chain->sample, change & ~negative), change & negative);
    chain->index = ima_next_index(chain->index, magnitude);
    return magnitude | (negative & 8);
}

/* The sum of errors that a start index would make in a block's first samples, held at 65535. */
KERNEL words ima_trial(const words *r, int n, words first, words index)
{
    struct ima chain = { first, index };
    words cost = every(0);

    for (int i = 0; i < n; i++) {
        ima_nearest(&chain, r[i]);
        cost = more(cost, distance_of(r[i], chain.sample));
    }
    return cost;
}

/* The step that is the mean difference, or a neighbour that does better on trial. */
APART words ima_start_index(const struct chains *chains, uint32_t samples, words first, words middle)
{
    enum { REACH = 6, STRIDE = 2 };
    words r[16], best = middle, least_cost = every(UINT16_MAX);

    if (samples < 2)
        return middle;
    load_samples(r, chains, 1, samples);
    if (samples > 9)
        load_samples(r + 8, chains, 9, samples);
    for (uint16_t move = 0; move <= 2 * REACH; move += STRIDE) {
        words index = least(less(middle + move, every(REACH)), every(IMA_LAST_INDEX));
        words cost = ima_trial(r, samples > 9 ? 16 : 8, first, index), better = (words)(less(least_cost, cost) != 0);

        best = pick(better, index, best);
        least_cost = least(cost, least_cost);
    }
    return best;
}

KERNEL words ima_first_samples(const struct chains *chains)
{
    words r[8];

    load_few_samples(r, chains, 0, 1);
    return r[0] ^ 0x8000;
}

void IMA_SET(greedy)(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    size_t chains = blocks->count * blocks->channels, block_bytes = 2 * (size_t)blocks->samples * blocks->channels;

    for (size_t first = 0; first < chains; first += WORDS) {
        struct chains group = chains_at(blocks, first, pcm, block_bytes, 2, dst, blocks->bytes, IMA_HEADER);
        struct ima chain = { ima_first_samples(&group), ima_middle(&group, blocks->samples) };
        words r[8];

        chain.index = ima_start_index(&group, blocks->samples, chain.sample, chain.index);
        ima_put_headers(&group, chain.index);
        for (uint32_t at = 1; at < blocks->samples; at += 8) {
            uint32_t left = blocks->samples - at;
            words codes[2] = { every(0), every(0) };

            load_samples(r, &group, at, blocks->samples);
#pragma GCC unroll 1
            for (int i = 0; i < 8; i += 4)
#pragma GCC unroll 4
                for (int j = 0; j < 4; j++)
                    codes[i / 4] |= ima_nearest(&chain, r[i + j]) << 4 * j;
            if (left < 8) {
                codes[0] &= every((uint16_t)(left < 4 ? (1 << 4 * left) - 1 : UINT16_MAX));
                codes[1] &= every((uint16_t)(left > 4 ? (1 << 4 * (left - 4)) - 1 : 0));
            }
            ima_put_codes(&group, at / 8, left < 8 ? (left + 1) / 2 : 4, codes[0], codes[1]);
        }
    }
}
