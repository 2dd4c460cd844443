/* Detection of the order of the codes in their bytes. The statistics of the codes are sufficient;
 * nothing has to be decoded.
 *
 * In the wrong order, codes of 3 and 5 bits are split across their borders and become random.
 * Random codes increase the scale factor, so that the wrong order has the larger mean of FUNCTW.
 * Codes of 2 and 4 bits remain intact and only trade places within a byte. In the right order, the
 * correlation of two differences, in units of the scale factor, depends on their distance but not
 * on their position in a byte: the right order is the one whose autocorrelation varies less with
 * the position. Odd lags discriminate well, even lags hardly at all. */
#include "g726.h"
#include "scale.h"

/* UNIT is the y of a scale factor of 2^6: differences come out in units of 2^-6 of the scale
 * factor. */
enum { WINDOW = 256, MAX_LAG = 9, MAX_POSITIONS = 4, UNIT = 6 * 128 * 4 };

/* Returns the sum of FUNCTW, which is how much the codes increase the scale factor. */
static int32_t scale_growth(const uint8_t *codes, size_t n, const struct g726_rate *rate)
{
    int32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += rate->scale[codes[i]];
    return sum;
}

/* Returns how much the autocorrelation of a window, normalized to 2^12, varies with the position in
 * a byte: the sum of the squared deviations. A difference is at most 2^10 in units of 2^-6, so that
 * the energy of a window fits 28 bits. */
static int64_t unevenness(const int32_t *d, int positions)
{
    int64_t energy = 1, sum = 0;

    for (int i = 0; i < WINDOW; i++)
        energy += d[i] * d[i];
    for (int lag = 1; lag <= MAX_LAG; lag += 2) {
        int64_t products[MAX_POSITIONS] = { 0 }, sum_of_products = 0;

        for (int i = 0; i < WINDOW; i++)
            products[i % positions] += d[i] * d[i + lag];
        for (int i = 0; i < positions; i++)
            sum_of_products += products[i];
        for (int i = 0; i < positions; i++) {
            int64_t deviation = (products[i] - sum_of_products / positions) * 4096 / energy;

            sum += deviation * deviation;
        }
    }
    return sum;
}

/* Returns a measure that is smaller for the more likely order. */
static int64_t unlikeliness(const uint8_t *src, size_t size, unsigned bits, enum g726_order order)
{
    const struct g726_rate *rate = g726_rate_for(bits);
    size_t count = size * 8 / bits;
    int64_t sum = 0;

    for (size_t at = 0; at + WINDOW + MAX_LAG <= count; at += WINDOW) {
        uint8_t codes[WINDOW + MAX_LAG];
        int32_t d[WINDOW + MAX_LAG], exponent;

        g726_unpack(src + at * bits / 8, WINDOW + MAX_LAG, bits, order, codes);
        for (int i = 0; i < WINDOW + MAX_LAG; i++) {
            d[i] = g726_dequantize(rate, codes[i], UNIT, &exponent);
            d[i] = codes[i] >> (bits - 1) ? -d[i] : d[i];
        }
        sum += bits % 2 ? scale_growth(codes, WINDOW, rate) : unevenness(d, 8 / (int)bits);
    }
    return sum;
}

/* In stereo, codes of 4 bits in the wrong order merely swap the channels, which cannot be detected.
 */
enum g726_order g726_detect_order(const uint8_t *src, size_t size, unsigned bits, unsigned channels)
{
    if (bits * channels >= 8 && bits % 2 == 0)
        return G726_MSB_FIRST;
    return unlikeliness(src, size, bits, G726_LSB_FIRST) <
                   unlikeliness(src, size, bits, G726_MSB_FIRST)
               ? G726_LSB_FIRST
               : G726_MSB_FIRST;
}
