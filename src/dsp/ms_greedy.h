/* Microsoft ADPCM, each sample by the nearest code; and what comes before the codes of a block, which the search shares. */
#include "ms_chain.h"

enum { MS_START_MOST = 16383 };

struct ms_start {
    lanes predictor, weights, delta, first;     /* the header's samples, a pair */
};

/* Eight samples from `at` on; the last is repeated where there are fewer. */
KERNEL void ms_load(const struct chains *chains, uint32_t at, lanes samples[8])
{
#if LANES == 8
    size_t stride = (size_t)chains->samples * chains->channels;

    if (chains->channels <= 2 && chains->samples - at >= 8 &&
        chains->from[LANES - 1] - chains->from[0] == (ptrdiff_t)(stride * (LANES / chains->channels) - stride + chains->channels - 1)) {
        if (chains->channels == 1)
            load_samples(samples, chains->from[0] + at, stride, 1);
        else
            load_samples(samples, chains->from[0] + (size_t)at * 2, stride, 2);
        return;
    }
#endif
    chains_load(chains, at, samples);
}

/* Of eight samples, the energy of what weights leave: of magnitudes up to 8191, 2^29. */
KERNEL lanes ms_energy(const lanes samples[8], lanes pair, lanes weights)
{
    lanes sum = all(0);

#pragma GCC unroll 8
    for (int t = 0; t < 8; t++) {
        lanes left = at_most(magnitude_of(samples[t] - (both_products(pair, weights) >> 8)), all(8191));

        sum += both_products(left, left);
        pair = ms_pair(samples[t], pair);
    }
    return sum;
}

/* Of eight samples, whose pair before stands in `pair`, the residual that weights leave. */
KERNEL lanes ms_residual(const lanes samples[8], lanes pair, lanes weights)
{
    lanes sum = all(0);

#pragma GCC unroll 8
    for (int t = 0; t < 8; t++) {
        lanes left = magnitude_of(samples[t] - (both_products(pair, weights) >> 8));

        sum += at_most(left, all(MS_START_MOST));
        pair = ms_pair(samples[t], pair);
    }
    return sum;
}

KERNEL lanes ms_last_pair(const lanes samples[8])
{
    return ms_pair(samples[7], samples[6]);
}

/* The predictor that leaves least of a block, summed in magnitudes: of at most 2^17 samples, which fits. */
KERNEL struct ms_start ms_begin(const struct chains *chains, const struct ms_predictor *predictors, unsigned count)
{
    enum { LOOK = 16 };
    lanes high[UINT8_MAX + 1], low[UINT8_MAX + 1], samples[8], least = all(INT32_MAX), least_low = all(0), pair, sum = all(0);
    struct ms_start start = { all(0), all(0), all(0), all(0) };

    for (unsigned l = 0; l < LANES; l++)
        start.first[l] = (int32_t)((uint16_t)chains->from[l][chains->channels] | (uint32_t)(uint16_t)chains->from[l][0] << 16);
    for (unsigned i = 0; i < count; i++)
        high[i] = low[i] = all(0);
    pair = start.first;
    for (uint32_t at = 2; at < chains->samples; at += 8) {
        ms_load(chains, at, samples);
        for (unsigned i = 0; i < count; i++) {
            low[i] += ms_energy(samples, pair, all(predictors[i].weights));
            high[i] += low[i] >> 12;
            low[i] &= 4095;
        }
        pair = ms_last_pair(samples);
    }
    for (unsigned i = 0; i < count; i++) {
        lanes better = (high[i] < least) | ((high[i] == least) & (low[i] < least_low));

        start.predictor = blend(better, all(predictors[i].number), start.predictor);
        start.weights = blend(better, all(predictors[i].weights), start.weights);
        least = blend(better, high[i], least);
        least_low = blend(better, low[i], least_low);
    }
    pair = start.first;
    for (uint32_t at = 2; at < chains->samples && at < 2 + LOOK; at += 8) {
        ms_load(chains, at, samples);
        sum += ms_residual(samples, pair, start.weights);
        pair = ms_last_pair(samples);
    }
    start.delta = at_least(sum * 3 >> 6, all(MS_LEAST_DELTA));
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

/* Four codes, the first highest, in the low halves of bytes. */
KERNEL uint32_t ms_spread(uint32_t codes)
{
    codes = (codes | codes << 8) & 0x00FF00FF;
    return (codes | codes << 4) & 0x0F0F0F0F;
}

KERNEL void ms_put_bytes(uint8_t *to, uint32_t n, uint32_t dword)
{
    if (n >= 4)
        store32_le(to, load32_le(to) | __builtin_bswap32(dword));
    else
        for (uint32_t i = 0; i < n; i++)
            to[i] |= (uint8_t)(dword >> (24 - 8 * i));
}

/* `n` codes of up to eight, the first highest, into zeros. */
KERNEL void ms_put_codes(const struct chains *chains, uint32_t at, uint32_t n, lanes codes)
{
    uint32_t copy[LANES];

    memcpy(copy, &codes, sizeof copy);
    for (unsigned l = 0; l < LANES; l++) {
        uint8_t *to = chains->to[l] + MS_HEADER * chains->channels + (size_t)at * chains->channels / 2;
        unsigned up = chains->channel[l] == 0 ? 4 : 0;

        if (chains->channels == 1)
            ms_put_bytes(to, (n + 1) / 2, copy[l]);
        else {
            ms_put_bytes(to, n, ms_spread(copy[l] >> 16) << up);
            if (n > 4)
                ms_put_bytes(to + 4, n - 4, ms_spread(copy[l] & 0xFFFF) << up);
        }
    }
}

/* The code nearest to a residual, halves away from zero. */
KERNEL lanes ms_nearest(lanes residual, lanes delta)
{
    lanes negative = residual >> 31, twice = magnitude_of(residual) * 2, two = delta * 2, four = delta * 4;
    lanes a = twice >= delta, b = twice >= delta + two, c = twice >= delta + four, d = twice >= delta + two + four;
    lanes from = delta + four + four, e = twice >= from, f = twice >= from + two, g = twice >= from + four;
    lanes h = (twice >= from + two + four) & negative;

    return (((-(((a + b) + (c + d)) + ((e + f) + (g + h)))) ^ negative) - negative);
}

KERNEL void ms_greedy_group(const struct chains *chains, const struct ms_start *start)
{
    uint32_t n = chains->samples - 2;
    lanes samples[8], pair = start->first, delta = start->delta;

    for (uint32_t at = 0; at < n; at += 8) {
        uint32_t left = n - at < 8 ? n - at : 8;
        lanes codes = all(0);

        ms_load(chains, at + 2, samples);
#pragma GCC unroll 8
        for (int t = 0; t < 8; t++) {
            lanes predicted = ms_predict(pair, start->weights), code = ms_nearest(samples[t] - predicted, delta);

            pair = ms_pair(within(predicted + code * delta, INT16_MIN, INT16_MAX), pair);
            delta = ms_delta_after(delta, code);
            codes = (lanes)((ulanes)codes << 4) | (code & 15);
        }
        if (left < 8)
            codes &= all((int32_t)(UINT32_MAX << (32 - 4 * left)));
        ms_put_codes(chains, at, left, codes);
    }
}
