/* ADPCM with a multiplied step, as in Yamaha's chips (ADPCM-B of the YM2608 and Y8950 manuals) and
 * in Creative's drivers. A 4-bit code is a sign above a magnitude m. The sample changes by (2m + 1)
 * / 8 steps, truncated, and the step is multiplied by a factor that depends on m. Steps are below
 * 2^16 and samples are 16 bits wide, so that no product here reaches 2^26.
 *
 * Signs are unpredictable, so that the code below never branches on one. */
#ifndef OMNIACM_ADPCM_STEP_H
#define OMNIACM_ADPCM_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Weights in eighths of a step. The bias makes >> round toward zero. */
static const int adpcm_weights[16] = {
    1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15
};
static const int adpcm_biases[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7 };

static const int adpcm_growth[16] = { /* Q8 */
                                      230, 230, 230, 230, 307, 409, 512, 614,
                                      230, 230, 230, 230, 307, 409, 512, 614
};

static inline int adpcm_change(int step, size_t code)
{
    return (step * adpcm_weights[code] + adpcm_biases[code]) >> 3;
}

/* The upper limit is rarely reached. The lower one is compared with the product, in parallel with
 * the shift, by the sign of a difference: some processors take one cycle to select by it, but two
 * to select by a comparison. */
static inline int adpcm_next_step(int step, size_t code, int low, int high)
{
    uint32_t next = (uint32_t)(step * adpcm_growth[code]);

    if (__builtin_expect(next > (uint32_t)high << 8, 0))
        return high;
    return (int32_t)(next - ((uint32_t)low << 8)) < 0 ? low : (int)(next >> 8);
}

/* Saturates to 16 bits. Saturation is rare, so that one branch costs less than two clamps in the
 * dependency chain of every sample. */
static inline int adpcm_saturate(int sample)
{
    if ((unsigned)(sample - INT16_MIN) > UINT16_MAX)
        return sample < 0 ? INT16_MIN : INT16_MAX;
    return sample;
}

/* A code with its parts, so that an encoder need not look them up. */
struct adpcm_choice {
    int magnitude, sign; /* 0 to 7; 0 or -1 */
    int change;
};

/* The code whose change is nearest to a difference. A division of 4 |d| = m step + rest yields both
 * m and m step. */
static inline struct adpcm_choice adpcm_nearest(int difference, int step)
{
    int sign = difference >> 31, quarters = (difference < 0 ? -difference : difference) * 4;
    bool largest = quarters >= 7 * step;
    int magnitude = (int)((unsigned)quarters / (unsigned)step),
        rest = (int)((unsigned)quarters % (unsigned)step);
    int eighths = 2 * (quarters - rest) + step, change = (largest ? 15 * step : eighths) >> 3;

    return (struct adpcm_choice){ largest ? 7 : magnitude, sign,
                                  difference < 0 ? -change : change };
}

static inline unsigned adpcm_code(struct adpcm_choice choice)
{
    return (unsigned)(choice.magnitude | (choice.sign & 8));
}

#endif
