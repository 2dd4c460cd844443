/* The ITU-T G.722 coder: the filter bank of clause 5.2 and the loops over octets. */
#include <string.h>
#include "band.h"
#include "dsp_c.h"

void g722_start(struct g722_coder *state)
{
    memset(state, 0, sizeof *state);
    state->low.det = 32;
    state->high.det = 8;
}

/* The magnitude of a negative difference is its one's complement. */
static INLINED unsigned encode_low(struct g722_band *band, int32_t x, int16_t *past)
{
    int32_t e = seldom_saturated(x - band->s), sign = e >> 31;
    uint16_t magnitude = (uint16_t)(e ^ sign), det = (uint16_t)band->det;
    int16_t reached = 0;
    unsigned code;

    for (int i = 0; i < G722_LEVELS; i++)
        reached =
            (int16_t)(reached + (magnitude >= (uint16_t)(g722_levels[i] * (uint32_t)det >> 16)));
    code = g722_low_codes[-sign][reached];
    g722_adapt_low(band, code >> 2, past);
    return code;
}

static INLINED unsigned encode_high(struct g722_band *band, int32_t x, int16_t *past)
{
    unsigned code = g722_high_code(seldom_saturated(x - band->s), band->det);

    g722_adapt_high(band, code, past);
    return code;
}

static INLINED int32_t decode_low(struct g722_band *band, unsigned code, int mode, int16_t *past)
{
    int32_t level = mode == 1   ? g722_inverse_6[code]
                    : mode == 2 ? g722_inverse_5[code]
                                : g722_inverse_4[code];
    int32_t r = seldom_saturated(band->s + (band->det * level >> 15));

    g722_adapt_low(band, code >> (3 - mode), past);
    return g722_limit(r);
}

/* 5.2.1. The magnitudes of the coefficients add up to 12964, so that every sum fits 30 bits. */
void g722_split(const int16_t *x, int16_t *low, int16_t *high, size_t n)
{
    for (size_t i = 0; i < n; i++, x += 2) {
        int32_t sum = 0, difference = 0;

        for (int k = 0; k < G722_TAPS; k++)
            sum += x[k] * g722_filter[k];
        for (int k = 0; k < G722_TAPS; k++)
            difference += x[k] * g722_mirror[k];
        low[i] = (int16_t)g722_limit(sum >> 14);
        high[i] = (int16_t)g722_limit(difference >> 14);
    }
}

/* 5.2.2. x alternates between the sum and the difference of the two bands. The sum of the two
 * filters' outputs is then twice the convolution with the odd coefficients, and their difference is
 * twice the one with the even coefficients. */
void g722_join(const int16_t *x, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++, x += 2, pcm += 2) {
        int32_t sum = 0, difference = 0;

        for (int k = 0; k < G722_TAPS; k++)
            sum += x[k] * g722_filter[k];
        for (int k = 0; k < G722_TAPS; k++)
            difference += x[k] * g722_mirror[k];
        pcm[0] = saturate((sum + difference) >> 12);
        pcm[1] = saturate((sum - difference) >> 12);
    }
}

enum { CHUNK = 64, HISTORY = G722_TAPS - 2 };

/* The differences of a band while a chunk is converted. Each new one is stored below the previous
 * ones, so that none has to be moved. */
struct window {
    int16_t d[CHUNK + G722_PAST];
};

static void open_window(struct window *window, const struct g722_band *band)
{
    /* cppcheck-suppress ctuuninitvar; the elements below these are written before they are read. */
    memcpy(window->d + CHUNK, band->d, sizeof band->d);
}

static void close_window(struct window *window, struct g722_band *band, size_t n)
{
    memcpy(band->d, window->d + CHUNK - n, sizeof band->d);
}

void g722_encode_c(struct g722_coder *state, const int16_t *pcm, uint8_t *octets, size_t n,
                   int mode)
{
    struct g722_band low = state->low, high = state->high;
    struct window low_window, high_window;
    int16_t x[HISTORY + 2 * CHUNK], xl[CHUNK], xh[CHUNK];
    unsigned unused = (1u << (mode - 1)) - 1;

    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, pcm += 2 * chunk, octets += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        memcpy(x + HISTORY, pcm, 2 * chunk * sizeof *x);
        g722_split(x, xl, xh, chunk);
        memmove(x, x + 2 * chunk, HISTORY * sizeof *x);
        open_window(&low_window, &low);
        open_window(&high_window, &high);
        for (size_t i = 0; i < chunk; i++) {
            unsigned low_code = encode_low(&low, xl[i], low_window.d + CHUNK - i);
            unsigned high_code = encode_high(&high, xh[i], high_window.d + CHUNK - i);

            octets[i] = (uint8_t)((low_code | high_code << 6) & ~unused);
        }
        close_window(&low_window, &low, chunk);
        close_window(&high_window, &high, chunk);
    }
    memcpy(state->past, x, sizeof state->past);
    state->low = low;
    state->high = high;
}

void g722_decode_c(struct g722_coder *state, const uint8_t *octets, int16_t *pcm, size_t n,
                   int mode)
{
    struct g722_band low = state->low, high = state->high;
    struct window low_window, high_window;
    int16_t x[HISTORY + 2 * CHUNK];

    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, octets += chunk, pcm += 2 * chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        open_window(&low_window, &low);
        open_window(&high_window, &high);
        for (size_t i = 0; i < chunk; i++) {
            int32_t rl =
                decode_low(&low, (octets[i] & 63u) >> (mode - 1), mode, low_window.d + CHUNK - i);
            int32_t rh =
                g722_limit(g722_adapt_high(&high, octets[i] >> 6, high_window.d + CHUNK - i));

            x[HISTORY + 2 * i] = (int16_t)(rl + rh);
            x[HISTORY + 2 * i + 1] = (int16_t)(rl - rh);
        }
        close_window(&low_window, &low, chunk);
        close_window(&high_window, &high, chunk);
        g722_join(x, pcm, chunk);
        memmove(x, x + 2 * chunk, HISTORY * sizeof *x);
    }
    memcpy(state->past, x, sizeof state->past);
    state->low = low;
    state->high = high;
}
