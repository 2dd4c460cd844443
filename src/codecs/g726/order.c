/* Detection of the order of the codes in their bytes. The statistics of the codes are sufficient;
 * nothing has to be decoded. The order of the encoder, MSB first, is the default: the other one is
 * detected only if it is so much more likely that chance explains it in less than 1 % of the
 * streams.
 *
 * In the wrong order, codes of 3 and 5 bits are split across their borders and become random: the
 * right order is the one with the lower entropy. Codes of 2 and 4 bits remain intact and only trade
 * places within a byte. In the right order, the correlation of two differences, in units of the
 * scale factor, depends on their distance but not on their position in a byte: the right order is
 * the one whose autocorrelation varies less with the position. Odd lags discriminate well, even
 * lags hardly at all. White noise has no such correlation, and looks alike in both orders. */
#include <string.h>
#include "fixed.h"
#include "g726.h"
#include "scale.h"

/* UNIT is the y of a scale factor of 2^6: differences come out in units of 2^-6 of the scale
 * factor. ENTROPY_MARGIN is a factor of 2^16 in the likelihood. */
enum {
    WINDOW = 512,
    LEAST_WINDOW = 256,
    MAX_LAG = 17,
    MAX_POSITIONS = 4,
    UNIT = 6 * 128 * 4,
    ENTROPY_MARGIN = 16 << 8,
    MARGIN_2 = 8,
    MARGIN_4 = 25
};

/* Returns log2(x) in Q8, rounded down. */
static int32_t log2_q8(uint32_t x)
{
    int32_t whole = g726_log2(x), log = whole << 8;
    uint64_t mantissa = (uint64_t)x << 16 >> whole; /* Q16, in [1, 2) */

    for (int bit = 7; bit >= 0; bit--) {
        mantissa = mantissa * mantissa >> 16;
        if (mantissa >> 17) {
            mantissa >>= 1;
            log |= 1 << bit;
        }
    }
    return log;
}

/* Returns how many bits, in Q8, the codes save in an ideal code compared with one for codes that
 * are all different: the negative entropy, except for a constant. */
static int32_t regularity(const uint8_t *src, size_t n, unsigned bits, enum g726_order order)
{
    uint32_t counts[32] = { 0 };
    int32_t sum = 0;

    for (size_t at = 0; at < n; at += 8) {
        uint8_t codes[8];
        size_t group = n - at < 8 ? n - at : 8;

        g726_unpack(src + at * bits / 8, group, bits, order, codes);
        for (size_t i = 0; i < group; i++)
            counts[codes[i]]++;
    }
    for (size_t i = 0; i < 1u << bits; i++)
        if (counts[i] != 0)
            sum += (int32_t)counts[i] * log2_q8(counts[i]);
    return sum;
}

/* The differences of a window, and those that follow it, in units of 2^-6 of the scale factor. */
struct differences {
    int32_t d[WINDOW + MAX_LAG];
    int n; /* at most WINDOW, and whole bytes */
};

/* A difference is at most 2^10, so that the energy of a window fits 30 bits. */
static int64_t energy_of(const struct differences *of)
{
    int32_t energy = 1;

    for (int i = 0; i < of->n; i++)
        energy += of->d[i] * of->d[i];
    return energy;
}

/* Returns how much the autocorrelation of differences varies with the position in a byte: the sum
 * of the squared deviations, normalized to 2^24 times n / WINDOW, so that its mean is the same in
 * white noise for every n. */
static int64_t unevenness(const struct differences *of, int positions)
{
    int64_t energy = energy_of(of), sum = 0;

    for (int lag = 1; lag <= MAX_LAG; lag += 2) {
        int32_t products[MAX_POSITIONS] = { 0 };
        int64_t sum_of_products = 0;

        for (int i = 0; i < of->n; i += positions)
            for (int k = 0; k < positions; k++)
                products[k] += of->d[i + k] * of->d[i + k + lag];
        for (int k = 0; k < positions; k++)
            sum_of_products += products[k];
        for (int k = 0; k < positions; k++) {
            int64_t deviation = (products[k] - sum_of_products / positions) * 4096 / energy;

            sum += deviation * deviation;
        }
    }
    return sum * of->n / WINDOW;
}

/* About twice the unevenness that independent differences would have. */
static int64_t noise(const struct differences *of)
{
    int64_t energy = energy_of(of), unit = (energy * energy >> 24) + 1, sum = 0;

    for (int lag = 1; lag <= MAX_LAG; lag += 2) {
        int64_t squares = 0;

        for (int i = 0; i < of->n; i++) {
            int64_t product = of->d[i] * of->d[i + lag];

            squares += product * product;
        }
        sum += squares / unit;
    }
    return sum * of->n / WINDOW;
}

/* The differences of a window of at most `count` codes. */
static struct differences window_of(const uint8_t *src, size_t count, unsigned bits,
                                    enum g726_order order)
{
    const struct g726_rate *rate = g726_rate_for(bits);
    uint8_t codes[WINDOW + MAX_LAG];
    size_t n = min_size(count, WINDOW + MAX_LAG);
    struct differences made = { { 0 }, (int)min_size(n, WINDOW) };
    int32_t exponent;

    g726_unpack(src, n, bits, order, codes);
    for (size_t i = 0; i < n; i++)
        made.d[i] =
            negate_if(-(codes[i] >> (bits - 1)), g726_dequantize(rate, codes[i], UNIT, &exponent));
    return made;
}

/* In noise, the difference of two sums has a standard deviation that grows with the square root of
 * the number of windows. It takes as long as the difference itself, and seldom matters. */
static bool is_less_uneven(const uint8_t *src, size_t count, unsigned bits)
{
    int64_t gain = 0, variance = 0;

    for (size_t at = 0; at + LEAST_WINDOW <= count; at += WINDOW) {
        const uint8_t *window = src + at * bits / 8;
        struct differences msb = window_of(window, count - at, bits, G726_MSB_FIRST),
                           lsb = window_of(window, count - at, bits, G726_LSB_FIRST);

        gain += unevenness(&msb, 8 / (int)bits) - unevenness(&lsb, 8 / (int)bits);
    }
    if (gain <= 0)
        return false;
    for (size_t at = 0; at + LEAST_WINDOW <= count; at += WINDOW) {
        const uint8_t *window = src + at * bits / 8;
        struct differences msb = window_of(window, count - at, bits, G726_MSB_FIRST),
                           lsb = window_of(window, count - at, bits, G726_LSB_FIRST);
        int64_t mean = (noise(&msb) + noise(&lsb)) / 2;

        variance += mean * mean;
    }
    return gain * gain > variance / 16 * (bits == 2 ? MARGIN_2 : MARGIN_4);
}

bool g726_reads_alike(const uint8_t *src, size_t size, unsigned bits)
{
    for (size_t at = 0; at < size; at += bits) {
        uint8_t msb[8], lsb[8];
        size_t n = (size - at < bits ? size - at : bits) * 8 / bits;

        g726_unpack(src + at, n, bits, G726_MSB_FIRST, msb);
        g726_unpack(src + at, n, bits, G726_LSB_FIRST, lsb);
        if (memcmp(msb, lsb, n) != 0)
            return false;
    }
    return true;
}

/* In stereo, codes of 4 bits in the wrong order merely swap the channels, which cannot be detected.
 */
enum g726_order g726_detect_order(const uint8_t *src, size_t size, unsigned bits, unsigned channels)
{
    size_t count = size * 8 / bits;
    bool lsb_first;

    if (bits * channels >= 8 && bits % 2 == 0)
        return G726_MSB_FIRST;
    if (bits % 2 == 0)
        lsb_first = is_less_uneven(src, count, bits);
    else
        lsb_first = regularity(src, count, bits, G726_LSB_FIRST) -
                        regularity(src, count, bits, G726_MSB_FIRST) >
                    ENTROPY_MARGIN;
    return lsb_first ? G726_LSB_FIRST : G726_MSB_FIRST;
}
