/* ADPCM whose step is multiplied, as in Yamaha's chips (ADPCM-B of the YM2608 and Y8950 manuals)
 * and in Creative's drivers: a code of 4 bits is a sign over a magnitude m, the sample changes by
 * (2m + 1) / 8 steps, truncated, and the step grows by a factor of m's. Steps are below 2^16,
 * samples 16 bits wide: no product here reaches 2^26.
 *
 * A sign is as good as random, so nothing branches on it. */
#ifndef OMNIACM_ADPCM_STEP_H
#define OMNIACM_ADPCM_STEP_H

#include <stdbool.h>
#include <stdint.h>

/* Eighths of a step, and what makes a shift truncate. */
static const int adpcm_weights[16] = {
    1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15
};
static const int adpcm_biases[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7 };

static const int adpcm_growth[16] = { /* Q8 */
                                      230, 230, 230, 230, 307, 409, 512, 614,
                                      230, 230, 230, 230, 307, 409, 512, 614
};

static inline int adpcm_change(int step, unsigned code)
{
    return (step * adpcm_weights[code] + adpcm_biases[code]) >> 3;
}

/* The limits are compared with the product, beside the shift. The upper one is rarely met. */
static inline int adpcm_next_step(int step, unsigned code, int least, int most)
{
    int next = step * adpcm_growth[code];

    if (next > most << 8)
        return most;
    return next < least << 8 ? least : next >> 8;
}

/* Saturation to 16 bits is rare: a branch costs less than two limits in every sample's way. */
static inline int adpcm_held(int sample)
{
    if ((unsigned)(sample - INT16_MIN) > UINT16_MAX)
        return sample < 0 ? INT16_MIN : INT16_MAX;
    return sample;
}

/* What an encoder knows of a code, without a table in the way. */
struct adpcm_choice {
    int magnitude, sign; /* 0 to 7; 0 or -1 */
    int change;
};

/* The code whose change is nearest to a difference: 4 |d| = m step + rest, which gives m and m step
 * at once. */
static inline struct adpcm_choice adpcm_nearest(int difference, int step)
{
    int sign = difference >> 31, quarters = (difference < 0 ? -difference : difference) * 4;
    bool most = quarters >= 7 * step;
    int magnitude = (int)((unsigned)quarters / (unsigned)step),
        rest = (int)((unsigned)quarters % (unsigned)step);
    int eighths = 2 * (quarters - rest) + step, change = (most ? 15 * step : eighths) >> 3;

    return (struct adpcm_choice){ most ? 7 : magnitude, sign, difference < 0 ? -change : change };
}

static inline unsigned adpcm_code(struct adpcm_choice choice)
{
    return (unsigned)(choice.magnitude | (choice.sign & 8));
}

#endif
