/* Joint stereo. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

enum { CHANGE = 8, NEUTRAL_MATRIX = 3, NEUTRAL_WEIGHT = 7 };

/* left = first a + second b, and right = 2a - left. */
struct factors {
    int first, second;
};

static const struct factors matrices[4] = { { 0, 2 }, { 2, 2 }, { 1, 1 }, { 1, 1 } };

void atrac3_stereo_reset(struct atrac3_stereo *stereo)
{
    memset(stereo->matrix, NEUTRAL_MATRIX, sizeof stereo->matrix);
    for (int i = 0; i < 3; i++)
        stereo->weight[i] = (struct atrac3_weight){ false, NEUTRAL_WEIGHT };
}

void atrac3_read_stereo(struct bit_reader *in, struct atrac3_stereo *stereo)
{
    memmove(stereo->matrix[0], stereo->matrix[1], 2 * sizeof stereo->matrix[0]);
    memmove(&stereo->weight[0], &stereo->weight[1], 2 * sizeof stereo->weight[0]);
    stereo->weight[2].swapped = bits_read(in, 1) != 0;
    stereo->weight[2].index = (uint8_t)bits_read(in, 3);
    for (int i = 0; i < ATRAC3_BANDS; i++)
        stereo->matrix[2][i] = (uint8_t)bits_read(in, 2);
}

/* Eighths of the way from one block's to the next one's. */
static int between(int old, int new, int n) { return 8 * old + n * (new - old); }

static void unmix_band(unsigned old, unsigned new, int32_t *a, int32_t *b)
{
    struct factors from = matrices[old], to = matrices[new];

    for (int i = 0; i < ATRAC3_BAND; i++) {
        int n = i < CHANGE ? i : CHANGE;
        int64_t left = (int64_t)a[i] * between(from.first, to.first, n) +
                       (int64_t)b[i] * between(from.second, to.second, n);
        int64_t right = 16 * (int64_t)a[i] - left;

        a[i] = L_saturate((left + 4) >> 3);
        b[i] = L_saturate((right + 4) >> 3);
    }
}

static void weigh(int32_t *x, int32_t old, int32_t new)
{
    for (int i = 0; i < ATRAC3_BAND; i++) {
        int64_t weight = i < CHANGE ? old + (((int64_t) new - old) * i >> 3) : new;

        x[i] = L_saturate((x[i] * weight + (1 << 29)) >> 30);
    }
}

/* The lowest band has no weights. */
void atrac3_unmix(const struct atrac3_stereo *stereo, int32_t a[ATRAC3_BANDS][ATRAC3_BAND],
                  int32_t b[ATRAC3_BANDS][ATRAC3_BAND])
{
    const struct atrac3_weight old = stereo->weight[0], new = stereo->weight[1];

    for (int i = 0; i < ATRAC3_BANDS; i++)
        unmix_band(stereo->matrix[0][i], stereo->matrix[1][i], a[i], b[i]);
    if (old.index == NEUTRAL_WEIGHT && new.index == NEUTRAL_WEIGHT)
        return;
    for (int i = 1; i < ATRAC3_BANDS; i++) {
        weigh(a[i], atrac3_weights[old.index][old.swapped], atrac3_weights[new.index][new.swapped]);
        weigh(b[i], atrac3_weights[old.index][!old.swapped],
              atrac3_weights[new.index][!new.swapped]);
    }
}
