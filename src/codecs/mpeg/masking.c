/* Masking: the thresholds below which noise in a scale-factor band is not heard. Energies are
 * logarithms, so a factor is a sum, and the strongest of several maskers stands for their sum. */
#include "fixed.h"
#include "masking.h"

enum {
    BARKS = 25,
    DECIBEL_Q4 = 1361, /* 256 log2(10) / 10, Q4 */
    BELOW_MASKER = 14, /* dB: the noise that is masked */
    LOUDNESS = 140,    /* dB of full scale: files are played loud, and then quiet parts are heard */
    UP_SLOPE = 12,     /* dB per bark: how a masker's effect falls toward higher frequencies */
    DOWN_SLOPE = 25,
    FULL_SCALE = 50 /* log2 of the energy of the lines of a sine */
};

static int32_t decibels(int32_t x) { return x * DECIBEL_Q4 / 16; }

/* The edges of the critical bands in Hz, by E. Zwicker (1961), and the threshold in quiet there, in
 * dB, by E. Terhardt (1979). */
static const uint16_t bark_edges[BARKS + 1] = { 20,   100,  200,   300,   400,  510,  630,
                                                770,  920,  1080,  1270,  1480, 1720, 2000,
                                                2320, 2700, 3150,  3700,  4400, 5300, 6400,
                                                7700, 9500, 12000, 15500, 20000 };
static const int8_t quiet_decibels[BARKS + 1] = { 83, 23, 13, 10, 8,  6,  5, 4, 4, 3, 2,  2,  1,
                                                  0,  -2, -4, -5, -4, -2, 1, 2, 4, 9, 21, 58, 120 };

/* In 256ths of a bark. */
int32_t mpeg_bark(int32_t hz)
{
    int z = 0, part;

    while (z < BARKS - 1 && hz >= bark_edges[z + 1])
        z++;
    part = 256 * max_i32(hz - bark_edges[z], 0) / (bark_edges[z + 1] - bark_edges[z]);
    return 256 * z + min_i32(part, 256);
}

static void init_bands(struct mpeg_bands *bands, const uint16_t *edges, unsigned lines,
                       uint32_t rate)
{
    unsigned windows = bands->windows;

    bands->start[0] = 0;
    for (unsigned b = 0; b < bands->count; b++) {
        unsigned band = b / windows, width = edges[band + 1] - edges[band];
        int32_t bark = mpeg_bark((int32_t)((edges[band] + edges[band + 1]) * rate / (4 * lines)));
        int z = min_i32(bark >> 8, BARKS - 1), part = (bark - 256 * z) >> 5;

        bands->start[b + 1] = (uint16_t)(bands->start[b] + width);
        bands->bark_q3[b] = (uint8_t)(bark >> 5);
        bands->quiet[b] =
            (int16_t)(FULL_SCALE * 256 - decibels(LOUDNESS) + log2_near(width) +
                      decibels(quiet_decibels[z] * (8 - part) + quiet_decibels[z + 1] * part) / 8);
    }
}

void mpeg_masking_init(struct mpeg_masking *masking, const struct mpeg_header *header)
{
    unsigned rate = mpeg_rate(header);
    uint32_t hz = mpeg_sample_rate(header);

    masking->channels = (uint8_t)mpeg_channels(header);
    masking->bands[0] = (struct mpeg_bands){ .count = MPEG_LONG_BANDS, .windows = 1 };
    masking->bands[1] = (struct mpeg_bands){ .count = 3 * MPEG_SHORT_BANDS, .windows = 3 };
    init_bands(&masking->bands[0], mpeg_long_bands[rate], MPEG_GRANULE, hz);
    init_bands(&masking->bands[1], mpeg_short_bands[rate], MPEG_GRANULE / 3, hz);
}

static void find_energy(const int32_t *x, const struct mpeg_bands *bands, struct mpeg_levels *out)
{
    for (unsigned b = 0; b < bands->count; b++) {
        uint64_t sum = 0;

        for (unsigned k = bands->start[b]; k < bands->start[b + 1]; k++) {
            int64_t v = x[k] >> 3;

            sum += (uint64_t)(v * v);
        }
        out->energy[b] = log2_near(sum) + 6 * 256;
    }
}

/* The mask: the level of the strongest masker at each band, less what noise must stay below it. */
static void find_threshold(const struct mpeg_bands *bands, struct mpeg_levels *levels)
{
    int32_t *t = levels->threshold;
    int n = bands->count, step = bands->windows;

    for (int b = 0; b < n; b++) {
        t[b] = levels->energy[b];
        if (b >= step) {
            int distance = bands->bark_q3[b] - bands->bark_q3[b - step];

            t[b] = max_i32(t[b], t[b - step] - decibels(UP_SLOPE * distance) / 8);
        }
    }
    for (int b = n - 1 - step; b >= 0; b--) {
        int distance = bands->bark_q3[b + step] - bands->bark_q3[b];

        t[b] = max_i32(t[b], t[b + step] - decibels(DOWN_SLOPE * distance) / 8);
    }
    for (int b = 0; b < n; b++)
        t[b] = max_i32(t[b] - decibels(BELOW_MASKER), bands->quiet[b]);
}

static void find_entropy(const struct mpeg_bands *bands, struct mpeg_levels *levels)
{
    uint32_t sum = 0;

    for (unsigned b = 0; b < bands->count; b++) {
        int32_t over = levels->energy[b] - levels->threshold[b];

        if (over > 0)
            sum += (uint32_t)over * (uint32_t)(bands->start[b + 1] - bands->start[b]);
    }
    levels->entropy = sum >> 9;
}

void mpeg_mid_side(int32_t a[MPEG_GRANULE], int32_t b[MPEG_GRANULE])
{
    enum { HALF_ROOT = 1518500250 }; /* Q31 */

    for (int i = 0; i < MPEG_GRANULE; i++) {
        int64_t sum = (int64_t)a[i] + b[i], difference = (int64_t)a[i] - b[i];

        a[i] = (int32_t)(sum * HALF_ROOT >> 31);
        b[i] = (int32_t)(difference * HALF_ROOT >> 31);
    }
}

static void find_mid_side_energy(const int32_t *l, const int32_t *r, const struct mpeg_bands *bands,
                                 struct mpeg_levels *mid, struct mpeg_levels *side)
{
    for (unsigned b = 0; b < bands->count; b++) {
        uint64_t m = 0, s = 0;

        for (unsigned k = bands->start[b]; k < bands->start[b + 1]; k++) {
            int64_t sum = (l[k] >> 4) + (r[k] >> 4), difference = (l[k] >> 4) - (r[k] >> 4);

            m += (uint64_t)(sum * sum);
            s += (uint64_t)(difference * difference);
        }
        mid->energy[b] = log2_near(m) + 7 * 256;
        side->energy[b] = log2_near(s) + 7 * 256;
    }
}

/* A threshold does not rise faster than by 3 dB per granule: noise before a sound is heard. */
static void limit_rise(int32_t last[MPEG_BANDS_MOST], const struct mpeg_bands *bands,
                       struct mpeg_levels *levels)
{
    for (unsigned b = 0; b < bands->count; b++) {
        int32_t threshold = levels->threshold[b];

        if (bands->windows == 1 && last[MPEG_BANDS_MOST - 1] == 0)
            levels->threshold[b] = max_i32(min_i32(threshold, last[b] + 256), bands->quiet[b]);
        last[b] = threshold;
    }
    last[MPEG_BANDS_MOST - 1] = bands->windows != 1;
}

void mpeg_find_levels(struct mpeg_masking *masking, const int32_t (*x)[MPEG_GRANULE], bool is_short,
                      struct mpeg_levels levels[2])
{
    const struct mpeg_bands *bands = &masking->bands[is_short];

    for (unsigned c = 0; c < masking->channels; c++) {
        find_energy(x[c], bands, &levels[c]);
        find_threshold(bands, &levels[c]);
        if (masking->limits_rise)
            limit_rise(masking->last[c], bands, &levels[c]);
        find_entropy(bands, &levels[c]);
    }
}

/* Noise in the middle and side channels comes from both speakers: their threshold is the lower one
 * of left and right. */
void mpeg_add_mid_side(const struct mpeg_masking *masking, const int32_t (*x)[MPEG_GRANULE],
                       bool is_short, struct mpeg_levels levels[4])
{
    const struct mpeg_bands *bands = &masking->bands[is_short];

    find_mid_side_energy(x[0], x[1], bands, &levels[2], &levels[3]);
    for (unsigned b = 0; b < bands->count; b++) {
        int32_t least = min_i32(levels[0].threshold[b], levels[1].threshold[b]);

        levels[2].threshold[b] = levels[3].threshold[b] = least;
    }
    find_entropy(bands, &levels[2]);
    find_entropy(bands, &levels[3]);
}
