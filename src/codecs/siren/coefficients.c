/* The coefficients of the regions. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

int32_t siren_scaled(int64_t level, int power, const struct siren_format *format)
{
    int shift = 57 - format->fraction - (power >> 1);

    return L_saturate((level * format->gain[power & 1] + ((int64_t)1 << (shift - 1))) >> shift);
}

/* Reads the indices of the levels, with their signs; false if the bits end. */
static bool read_region(struct bit_reader *in, unsigned category, int8_t index[SIREN_REGION])
{
    unsigned bits = siren_magnitude_bits[category];
    int at = 0;

    for (int i = 0; i < siren_vectors[category]; i++) {
        unsigned vector = 0;

        do {
            if (bits_left(in) == 0)
                return false;
            vector = siren_vector_trees[category][vector + bits_read(in, 1)];
        } while (vector % 2 == 0);
        vector >>= 1;
        for (int j = 0; j < siren_dimension[category]; j++) {
            int magnitude = (int)(vector & ((1u << bits) - 1));

            if (magnitude != 0 && bits_left(in) == 0)
                return false;
            index[at++] = (int8_t)(magnitude == 0 || bits_read(in, 1) ? magnitude : -magnitude);
            vector >>= bits;
        }
    }
    return true;
}

/* MSN's decoder counts the larger levels of category 5 four times. */
static uint32_t noise_level(unsigned category, const int8_t index[SIREN_REGION], bool msn)
{
    int count = 0;

    if (category < 5)
        return 0;
    for (int i = 0; i < SIREN_REGION; i++)
        count += index[i] == 0 ? 0 : msn && category == 5 && index[i] * index[i] == 4 ? 4 : 1;
    return category == 5 ? siren_noise_5[min_i32(count, SIREN_NOISE_5 - 1)]
                         : siren_noise_6[min_i32(count, SIREN_NOISE_6 - 1)];
}

/* The sum of the oldest word and the newest one. */
static unsigned next_word(struct siren_noise *noise)
{
    uint16_t *w = noise->words, sum = (uint16_t)(w[0] + w[3]);

    sum = (uint16_t)(sum + (sum >> 15));
    w[0] = w[1];
    w[1] = w[2];
    w[2] = w[3];
    w[3] = sum;
    return sum;
}

/* Two words have the signs of even and of odd coefficients. */
static void fill(struct siren_noise *noise, const int8_t index[SIREN_REGION], int32_t level,
                 int32_t x[SIREN_REGION])
{
    unsigned signs[2];

    signs[0] = next_word(noise);
    signs[1] = next_word(noise);
    for (int i = 0; i < SIREN_REGION; i++)
        if (index[i] == 0)
            x[i] = signs[i % 2] >> i / 2 & 1 ? level : -level;
}

/* Once the bits end, regions are noise. */
void siren_read_coefficients(struct bit_reader *in, const struct siren_format *format,
                             struct siren_frame *frame, struct siren_noise *noise,
                             int32_t x[SIREN_FRAME])
{
    bool ended = false;

    memset(x, 0, SIREN_FRAME * sizeof *x);
    for (int i = 0; i < SIREN_REGIONS; i++) {
        int32_t *to = x + i * SIREN_REGION;
        unsigned category = ended ? SIREN_NOISE : frame->category[i];
        int8_t index[SIREN_REGION] = { 0 };
        uint32_t level = siren_noise_5[0];

        if (category < SIREN_NOISE && !read_region(in, category, index)) {
            memset(index, 0, sizeof index);
            ended = true;
            category = SIREN_NOISE;
        }
        frame->category[i] = (uint8_t)category;
        for (int j = 0; j < SIREN_REGION && category < SIREN_NOISE; j++) {
            int64_t magnitude = siren_levels[category][index[j] < 0 ? -index[j] : index[j]];

            to[j] = siren_scaled(index[j] < 0 ? -magnitude : magnitude, frame->power[i], format);
        }
        if (category < SIREN_NOISE)
            level = noise_level(category, index, format->checksum_bits != 0);
        if (category >= 5)
            fill(noise, index, siren_scaled(level, frame->power[i], format), to);
    }
}
