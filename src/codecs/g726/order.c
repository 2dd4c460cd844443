/* The order of codes in bytes, told from the bytes. Nothing is decoded: the codes themselves betray
 * a wrong order.
 *
 * Codes of 3 and 5 bits fall apart in it and become random, and random codes drive the scale factor
 * up: FUNCTW's mean is the larger one. Codes of 2 and 4 bits stay whole and only change places
 * within a byte. But what two differences, each in units of the scale factor, have in common
 * depends on how far they are apart and not on where in a byte they stand: so the right order is
 * the one in which their autocorrelation differs less between the places. Odd distances tell, even
 * ones hardly. */
#include "g726.h"
#include "scale.h"

enum { WINDOW = 256, FARTHEST = 9, PLACES = 4, UNIT = 6 * 128 * 4 };

static int32_t drive(const uint8_t *codes, size_t n, const struct rate *rate)
{
    int32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += rate->scale[codes[i]];
    return sum;
}

/* How much the autocorrelation of a window, of 1 in 2^12, varies with the place, squared. A
 * difference is at most 2^10 units of 2^-6: 28 bits hold a window's energy. */
static int64_t unevenness(const int32_t *d, int places)
{
    int64_t energy = 1, sum = 0;

    for (int i = 0; i < WINDOW; i++)
        energy += d[i] * d[i];
    for (int lag = 1; lag <= FARTHEST; lag += 2) {
        int64_t common[PLACES] = { 0 }, mean = 0;

        for (int i = 0; i < WINDOW; i++)
            common[i % places] += d[i] * d[i + lag];
        for (int i = 0; i < places; i++)
            mean += common[i];
        for (int i = 0; i < places; i++) {
            int64_t off = (common[i] - mean / places) * 4096 / energy;

            sum += off * off;
        }
    }
    return sum;
}

/* The more, the less likely is the order. */
static int64_t unlikeliness(const uint8_t *src, size_t size, unsigned bits, enum order order)
{
    const struct rate *rate = g726_rate(bits);
    size_t count = size * 8 / bits;
    int64_t sum = 0;

    for (size_t at = 0; at + WINDOW + FARTHEST <= count; at += WINDOW) {
        uint8_t codes[WINDOW + FARTHEST];
        int32_t d[WINDOW + FARTHEST], exponent;

        g726_unpack(src + at * bits / 8, WINDOW + FARTHEST, bits, order, codes);
        for (int i = 0; i < WINDOW + FARTHEST; i++) {
            d[i] = dequantize(rate, codes[i], UNIT, &exponent);
            d[i] = codes[i] >> (bits - 1) ? -d[i] : d[i];
        }
        sum += bits % 2 ? drive(codes, WINDOW, rate) : unevenness(d, 8 / (int)bits);
    }
    return sum;
}

/* Two channels' codes of 4 bits change places with each other, which leaves no trace. */
enum order g726_order(const uint8_t *src, size_t size, unsigned bits, unsigned channels)
{
    if (bits * channels >= 8 && bits % 2 == 0)
        return MSB_FIRST;
    return unlikeliness(src, size, bits, LSB_FIRST) < unlikeliness(src, size, bits, MSB_FIRST)
               ? LSB_FIRST
               : MSB_FIRST;
}
