/* Block switching: a sharp rise of the level makes short blocks, so that the quantization noise
 * does not spread before it. */
#include "blocks.h"

enum {
    PARTS = 6, /* of a granule */
    PART_SAMPLES = MPEG_GRANULE / PARTS,
    /* The first sample of a granule's parts. The short blocks of the next granule begin 48 samples
     * before this one, seen in the middle of the filter bank's window, and end 720 after its
     * beginning; those of granules in a row overlap. */
    FIRST = MPEG_SLOT_HISTORY + 100,
    RISE = 5,
    QUIET = 16 * 16 * PART_SAMPLES /* what is below is not heard */
};

static uint32_t part_energy(const int16_t *pcm)
{
    uint64_t sum = 0;

    for (int i = 0; i < PART_SAMPLES; i++) {
        int32_t d = pcm[i] - pcm[i - 1];

        sum += (uint64_t)((int64_t)d * d);
    }
    return (uint32_t)(sum >> 8);
}

bool l3_has_attack(struct l3_encoder *encoder, unsigned granule)
{
    bool found = false;

    for (unsigned c = 0; c < encoder->base.channels; c++) {
        const int16_t *pcm = encoder->base.pcm[c] + FIRST + MPEG_GRANULE * granule;
        uint32_t *last = encoder->loudness[c];

        for (int i = 0; i < PARTS; i++) {
            uint32_t energy = part_energy(pcm + PART_SAMPLES * i);
            uint32_t before = last[0] > last[1] ? last[0] : last[1];

            found = found || (energy > QUIET / 256 && energy / RISE > before);
            last[1] = last[0];
            last[0] = energy;
        }
    }
    return found;
}
