/* IMA ADPCM of 4 bits, each sample by the nearest code. */
#include "bits.h"
#include "chains.h"

/* The index whose step is nearest above the mean difference of a block's first samples, in every lane. */
KERNEL lanes ima_middle(const struct chains *chains)
{
    enum { LOOK = 25 };
    uint32_t n = chains->samples < LOOK ? chains->samples : LOOK;
    int32_t index[LANES];
    lanes middle;

    for (unsigned l = 0; l < LANES; l++) {
        int32_t sum = 0;

        index[l] = 0;
        for (uint32_t i = 1; i < n; i++) {
            int32_t difference = chains->from[l][(size_t)i * chains->channels] - chains->from[l][(size_t)(i - 1) * chains->channels];

            sum += difference < 0 ? -difference : difference;
        }
        while (index[l] < IMA_LAST_INDEX && ima_steps[index[l]] * (int32_t)(n - 1) < sum)
            index[l]++;
    }
    memcpy(&middle, index, sizeof index);
    return middle;
}

KERNEL void ima_put_headers(const struct chains *chains, lanes index)
{
    for (unsigned l = 0; l < LANES; l++) {
        uint8_t *header = chains->to[l] + 4 * chains->channel[l];

        store16_le(header, (uint16_t)chains->from[l][0]);
        header[2] = (uint8_t)index[l];
        header[3] = 0;
    }
}

struct ima_chain {
    lanes sample, place;            /* 16 times the index */
};

KERNEL lanes ima_change(lanes step, lanes magnitude)
{
    return (step >> 3) + (step & (magnitude << 29 >> 31)) + (step >> 1 & (magnitude << 30 >> 31)) + (step >> 2 & (magnitude << 31 >> 31));
}

/* The weights are truncated, so that the magnitude above the one that they reach can be nearer. */
KERNEL lanes ima_nearest(struct ima_chain *chain, lanes sample)
{
    static const int32_t moves[8] = { -16, -16, -16, -16, 32, 64, 96, 128 };
    lanes step = lookup(ima_steps, srl(chain->place, 4)), difference = sample - chain->sample, negative = difference >> 31;
    lanes distance = magnitude_of(difference), left = distance, four, two, one, magnitude, change, above, nearer;

    four = ~(left < step);
    left -= four & step;
    two = ~(left < step >> 1);
    left -= two & step >> 1;
    one = ~(left < step >> 2);
    magnitude = (four & 4) | (two & 2) | (one & 1);
    change = (step >> 3) + (four & step) + (two & step >> 1) + (one & step >> 2);
    above = ima_change(step, magnitude + 1);
    nearer = (above - distance < distance - change) & (magnitude < 7);
    magnitude -= nearer;
    change = blend(nearer, above, change);
    chain->sample = within(chain->sample + ((change ^ negative) - negative), INT16_MIN, INT16_MAX);
    chain->place = within(chain->place + choose(moves, magnitude), 0, 16 * IMA_LAST_INDEX);
    return magnitude | (negative & 8);
}

/* What a start index would cost over a block's first samples: errors, each held at 8191, squared. */
KERNEL lanes ima_trial(const struct chains *chains, lanes first, lanes place, uint32_t n)
{
    struct ima_chain chain = { first, place };
    lanes cost = all(0), samples[8];

    for (uint32_t i = 0; i < n; i += 8) {
        chains_load(chains, 1 + i, samples);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++) {
            lanes error;

            ima_nearest(&chain, samples[t]);
            error = at_most(magnitude_of(samples[t] - chain.sample), all(8191));
            cost += both_products(error, error);
        }
    }
    return cost;
}

/* The step that is the mean difference, or a neighbour that does better on trial. At most 16 samples of 2^26 are summed. */
KERNEL lanes ima_start_place(const struct chains *chains, lanes first, lanes middle)
{
    enum { LOOK = 16, REACH = 8, STRIDE = 4 };
    uint32_t n = chains->samples - 1 < LOOK ? chains->samples - 1 : LOOK;
    lanes best = middle * 16, least = all(INT32_MAX);

    for (int32_t move = -REACH; n != 0 && move <= REACH; move += STRIDE) {
        lanes place = within(middle + move, 0, IMA_LAST_INDEX) * 16, cost = ima_trial(chains, first, place, n);

        best = blend(cost < least, place, best);
        least = at_most(least, cost);
    }
    return best;
}

KERNEL void ima_put_dwords(const struct chains *chains, uint32_t at, uint32_t bytes, lanes dwords)
{
    int32_t copy[LANES];

    memcpy(copy, &dwords, sizeof copy);
    for (unsigned l = 0; l < LANES; l++)
        memcpy(chains->to[l] + 4 * (chains->channel[l] + (size_t)(1 + at / 8) * chains->channels), &copy[l], bytes);
}

static void ima_greedy(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i += LANES) {
        struct chains chains = chains_at(blocks, i, pcm, dst);
        uint32_t n = chains.samples - 1;
        struct ima_chain chain;
        lanes samples[8];

        for (unsigned l = 0; l < LANES; l++)
            chain.sample[l] = chains.from[l][0];
        chain.place = ima_start_place(&chains, chain.sample, ima_middle(&chains));
        ima_put_headers(&chains, chain.place >> 4);
        for (uint32_t at = 0; at < n; at += 8) {
            uint32_t left = n - at < 8 ? n - at : 8;
            lanes codes = all(0);

            chains_load(&chains, at + 1, samples);
            for (int t = 0; t < 8; t++)
                codes = srl(codes, 4) | ima_nearest(&chain, samples[t]) << 28;
            if (left < 8)
                codes &= (1 << 4 * left) - 1;
            ima_put_dwords(&chains, at, left < 8 ? (left + 1) / 2 : 4, codes);
        }
    }
}
