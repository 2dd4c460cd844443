/* The encoding of a frame. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

/* The MDCT of two frames: the decoder's windows and signs, transposed. It has 5/4 of the decoder's
 * scale, because 160 is not a power of two. */
static void transform(const struct siren_encoder *state, const int16_t *a, const int16_t *b,
                      int32_t y[SIREN_FRAME])
{
    enum { HALF = SIREN_FRAME / 2, SHIFT = 30 - SIREN_MLT_Q };
    const int64_t half = 1 << (SHIFT - 1);

    for (int i = 0; i < HALF; i++) {
        int64_t rise = siren_window[i], fall = siren_window[SIREN_FRAME - 1 - i];
        int64_t first = rise * a[i] - fall * a[SIREN_FRAME - 1 - i];
        int64_t second = -fall * b[i] - rise * b[SIREN_FRAME - 1 - i];

        y[HALF + i] = (int32_t)((first + half) >> SHIFT);
        y[HALF - 1 - i] = (int32_t)((second + half) >> SHIFT);
    }
    state->dsp->dct4(y, y, SIREN_FRAME, 7);
    for (int i = 1; i < SIREN_FRAME; i += 2)
        y[i] = -y[i];
}

int32_t siren_relative(int32_t y, int power, const struct siren_format *format)
{
    int shift = SIREN_MLT_Q + 24 - SIREN_LEVEL_Q + (power >> 1);
    int64_t product = y * (int64_t)format->inverse[power & 1];
    const int64_t most = 8 << SIREN_LEVEL_Q;

    product = (product + ((int64_t)1 << (shift - 1))) >> shift;
    return (int32_t)(product > most ? most : product < -most ? -most : product);
}

enum { PRICE_MOST = 1 << 14 };

/* A frame in one of its ways. */
struct attempt {
    struct siren_frame frame;
    struct siren_region regions[SIREN_REGIONS];
    unsigned way;
    bool fits;
};

static unsigned quantize(const struct siren_encoder *state, const int32_t *y, unsigned price, int i,
                         struct attempt *out)
{
    siren_quantize(state, y + i * SIREN_REGION, out->frame.power[i], out->frame.category[i], price,
                   &out->regions[i]);
    return out->regions[i].bits;
}

/* The finest way that fits; if none does, the coarsest. */
static void find_way(const struct siren_encoder *state, const int32_t *y, unsigned room,
                     unsigned price, struct attempt *out)
{
    uint8_t next[SIREN_WAYS - 1];
    unsigned sum = 0;

    siren_categorize(&out->frame, (int)room, next);
    for (int i = 0; i < SIREN_REGIONS; i++)
        sum += quantize(state, y, price, i, out);
    for (out->way = 0; out->way < SIREN_WAYS - 1 && sum > room; out->way++) {
        int i = next[out->way];

        sum -= out->regions[i].bits;
        out->frame.category[i]++;
        sum += quantize(state, y, price, i, out);
    }
    out->fits = sum <= room;
}

/* The sum of squares in units of the loudest power of all, with 14 bits. */
static int64_t error_of(const struct attempt *attempt)
{
    int64_t sum = 0;

    for (int i = 0; i < SIREN_REGIONS; i++)
        sum += (attempt->regions[i].error << 24) >> (SIREN_POWER_MAX - attempt->frame.power[i]);
    return sum;
}

/* Higher prices of bits often make room for a finer way. */
static const uint8_t prices[] = { 0, 2, 4, 6, 9 };
static const uint8_t attempts[] = { 1, 3, sizeof prices };

/* If nothing fits, bits become dearer until it does. */
static void find_best(const struct siren_encoder *state, const int32_t *y, unsigned room,
                      struct attempt *best)
{
    struct attempt attempt;

    for (int i = 0; i < attempts[state->quality]; i++) {
        attempt.frame = best->frame;
        find_way(state, y, room, prices[i], &attempt);
        if (i == 0 || (attempt.fits && (!best->fits || error_of(&attempt) < error_of(best))))
            *best = attempt;
    }
    for (unsigned price = 16; price <= PRICE_MOST && !best->fits; price *= 2)
        find_way(state, y, room, price, best);
}

/* A frame that does not fit at any price would end within a region, which the decoder replaces by
 * noise, as it does the ones above. */
void siren_encode(const struct siren_encoder *state, const int16_t pcm[SIREN_FRAME],
                  const int16_t next[SIREN_FRAME], uint8_t bytes[SIREN_BYTES])
{
    const struct siren_format *format = state->format;
    struct bit_writer out = { bytes, SIREN_BITS - format->checksum_bits, 0 };
    struct attempt best = { 0 };
    int32_t y[SIREN_FRAME];
    unsigned used;

    memset(bytes, 0, SIREN_BYTES);
    transform(state, pcm, next, y);
    used = format->header_bits + siren_find_powers(state, y, best.frame.power) + 4;
    find_best(state, y, out.size - used, &best);
    bits_write(&out, 1, format->header_bits);
    siren_write_powers(state, &out, best.frame.power);
    bits_write(&out, best.way, 4);
    for (int i = 0; i < SIREN_REGIONS; i++)
        siren_write_region(&state->codes, &out, best.frame.category[i], &best.regions[i]);
    while (out.at < out.size)
        bits_write(&out, 1, 1);
    if (format->checksum_bits)
        bytes[SIREN_BYTES - 1] |= (uint8_t)siren_checksum(bytes);
}
