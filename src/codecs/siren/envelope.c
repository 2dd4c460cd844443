/* The powers of the regions. */
#include "encoder.h"
#include "fixed.h"

/* The bits of the other regions and of the way must be left, at the least. */
bool siren_read_powers(struct bit_reader *in, const struct siren_format *format,
                       int8_t power[SIREN_REGIONS])
{
    power[0] = (int8_t)(format->lowest + (int)bits_read(in, 5));
    for (int i = 1; i < SIREN_REGIONS; i++) {
        int at = 0;

        do {
            if (bits_left(in) < 4u + SIREN_REGIONS - (unsigned)i)
                return false;
            at = siren_power_trees[i - 1][at][bits_read(in, 1)];
        } while (at > 0);
        power[i] =
            (int8_t)clamp(power[i - 1] + SIREN_STEP_MIN - at, SIREN_POWER_MIN, SIREN_POWER_MAX);
    }
    return true;
}

/* 2 log2 of the root mean square of a region, rounded. */
static int power_of(const int32_t y[SIREN_REGION], const struct siren_format *format)
{
    uint64_t energy = 0, top;
    int up;

    for (int i = 0; i < SIREN_REGION; i++)
        energy += (uint64_t)((int64_t)y[i] * y[i]);
    if (energy == 0)
        return SIREN_POWER_MIN;
    up = __builtin_clzll(energy);
    top = (energy << up) >> 32;
    return 63 - __builtin_clzll(top * format->energy) + 32 - up - 2 * SIREN_MLT_Q - 24;
}

/* The differences between regions are limited; louder regions count more. */
unsigned siren_find_powers(const struct siren_encoder *state, const int32_t y[SIREN_FRAME],
                           int8_t power[SIREN_REGIONS])
{
    const struct siren_format *format = state->format;
    const int step_max = SIREN_STEP_MIN + SIREN_STEPS - 1;
    int p[SIREN_REGIONS], loudest = min_i32(format->lowest + 31, SIREN_POWER_LOUDEST);
    unsigned bits = 5;

    for (int i = 0; i < SIREN_REGIONS; i++)
        p[i] = power_of(y + i * SIREN_REGION, format);
    for (int i = SIREN_REGIONS - 2; i >= 0; i--)
        p[i] = max_i32(p[i], p[i + 1] - step_max);
    p[0] = clamp(p[0], format->lowest, loudest);
    power[0] = (int8_t)p[0];
    for (int i = 1; i < SIREN_REGIONS; i++) {
        p[i] = clamp(p[i], p[i - 1] + SIREN_STEP_MIN, p[i - 1] + step_max);
        p[i] = clamp(p[i], SIREN_POWER_MIN, SIREN_POWER_LOUDEST);
        power[i] = (int8_t)p[i];
        bits += state->codes.powers[i - 1][p[i] - p[i - 1] - SIREN_STEP_MIN].length;
    }
    return bits;
}

void siren_write_powers(const struct siren_encoder *state, struct bit_writer *out,
                        const int8_t power[SIREN_REGIONS])
{
    bits_write(out, (uint32_t)(power[0] - state->format->lowest), 5);
    for (int i = 1; i < SIREN_REGIONS; i++) {
        int step = power[i] - power[i - 1] - SIREN_STEP_MIN;

        bits_write(out, state->codes.powers[i - 1][step].bits,
                   state->codes.powers[i - 1][step].length);
    }
}
