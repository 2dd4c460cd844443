#include <string.h>
#include "band.h"

void g722_start(struct g722 *state)
{
    memset(state, 0, sizeof *state);
    state->low.det = 32;
    state->high.det = 8;
}

/* A negative difference's magnitude is its one's complement. */
static inline unsigned encode_low(struct band *band, int32_t x)
{
    int32_t e = saturate(x - band->s), sign = e >> 31;
    uint16_t magnitude = (uint16_t)(e ^ sign), det = (uint16_t)band->det;
    int16_t reached = 0;
    unsigned code;

    for (int i = 0; i < LEVELS; i++)
        reached = (int16_t)(reached + (magnitude >= (uint16_t)(g722_levels[i] * (uint32_t)det >> 16)));
    code = g722_low_codes[-sign][reached];
    adapt_low(band, code >> 2);
    return code;
}

static inline unsigned encode_high(struct band *band, int32_t x)
{
    int32_t e = saturate(x - band->s), sign = e >> 31, far = (e ^ sign) >= 564 * band->det >> 12;
    unsigned code = (unsigned)((sign ? 1 : 3) - far);

    adapt_high(band, code);
    return code;
}

static inline int32_t decode_low(struct band *band, unsigned code, int mode)
{
    int32_t level = mode == 1 ? g722_inverse_6[code] : mode == 2 ? g722_inverse_5[code] : g722_inverse_4[code];
    int32_t r = saturate(band->s + (band->det * level >> 15));

    adapt_low(band, code >> (3 - mode));
    return limit(r);
}

unsigned g722_encode_low(struct band *band, int32_t x) { return encode_low(band, x); }
unsigned g722_encode_high(struct band *band, int32_t x) { return encode_high(band, x); }
int32_t g722_decode_low(struct band *band, unsigned code, int mode) { return decode_low(band, code, mode); }
int32_t g722_decode_high(struct band *band, unsigned code) { return limit(adapt_high(band, code)); }

/* 5.2.1. The coefficients' magnitudes add up to 12964: 30 bits hold any sum. */
void g722_split(const int16_t *x, int32_t *low, int32_t *high, size_t n)
{
    for (size_t i = 0; i < n; i++, x += 2) {
        int32_t even = 0, odd = 0;

        for (int k = 0; k < TAPS; k += 2) {
            even += x[k] * g722_filter[k];
            odd += x[k + 1] * g722_filter[k + 1];
        }
        low[i] = limit((odd + even) >> 14);
        high[i] = limit((odd - even) >> 14);
    }
}

/* 5.2.2; x has the sum of the bands, then their difference. */
void g722_join(const int16_t *x, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++, x += 2, pcm += 2) {
        int32_t even = 0, odd = 0;

        for (int k = 0; k < TAPS; k += 2) {
            even += x[k] * g722_filter[k];
            odd += x[k + 1] * g722_filter[k + 1];
        }
        pcm[0] = saturate(odd >> 11);
        pcm[1] = saturate(even >> 11);
    }
}

enum { CHUNK = 64, PAST = TAPS - 2 };

void g722_encode_octets(struct g722 *state, const int16_t *pcm, uint8_t *octets, size_t n, int mode)
{
    struct band low = state->low, high = state->high;
    int16_t x[PAST + 2 * CHUNK];
    int32_t xl[CHUNK], xh[CHUNK];
    unsigned unused = (1u << (mode - 1)) - 1;

    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, pcm += 2 * chunk, octets += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        memcpy(x + PAST, pcm, 2 * chunk * sizeof *x);
        g722_split(x, xl, xh, chunk);
        memmove(x, x + 2 * chunk, PAST * sizeof *x);
        for (size_t i = 0; i < chunk; i++) {
            unsigned code = encode_low(&low, xl[i]);

            octets[i] = (uint8_t)((code | encode_high(&high, xh[i]) << 6) & ~unused);
        }
    }
    memcpy(state->past, x, sizeof state->past);
    state->low = low, state->high = high;
}

void g722_decode_octets(struct g722 *state, const uint8_t *octets, int16_t *pcm, size_t n, int mode)
{
    struct band low = state->low, high = state->high;
    int16_t x[PAST + 2 * CHUNK];

    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, octets += chunk, pcm += 2 * chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        for (size_t i = 0; i < chunk; i++) {
            int32_t rl = decode_low(&low, (octets[i] & 63u) >> (mode - 1), mode);
            int32_t rh = limit(adapt_high(&high, octets[i] >> 6));

            x[PAST + 2 * i] = (int16_t)saturate(rl + rh);
            x[PAST + 2 * i + 1] = (int16_t)saturate(rl - rh);
        }
        g722_join(x, pcm, chunk);
        memmove(x, x + 2 * chunk, PAST * sizeof *x);
    }
    memcpy(state->past, x, sizeof state->past);
    state->low = low, state->high = high;
}
