/* The kernels of MPEG audio's encoders: ISO/IEC 11172-3 (1993), C.1.3 and C.1.5.3.3. Sums wrap;
 * with samples of 16 bits, they do not get there. */
#ifndef OMNIACM_DSP_MPEG_ENCODER_H
#define OMNIACM_DSP_MPEG_ENCODER_H

#include <stdint.h>

enum {
    MPEG_ENCODER_BANDS = 32,
    MPEG_ENCODER_LINES = 576,
    MPEG_ENCODER_WINDOW = 512,
    MPEG_THIRD = 12, /* slots of a frame of Layer II that have one scale factor */
    MPEG_QUANTIZER_Q = 12,
    MPEG_ROUNDING = 1660 /* 0.4054 in that Q, which halves 0 and 1 after the power of 4/3 */
};

enum mpeg_block_type { MPEG_LONG, MPEG_START, MPEG_SHORT, MPEG_STOP };

typedef int32_t mpeg_slot[MPEG_ENCODER_BANDS];

/* How the values of a third of a frame are quantized, by subband: the scale factor is 2^(28 -
 * shift) 2^30 / inverse, and not below any value. Subbands without levels have no codes. */
struct mpeg_steps {
    int32_t inverse[MPEG_ENCODER_BANDS], shift[MPEG_ENCODER_BANDS], levels[MPEG_ENCODER_BANDS];
};

struct dsp_mpeg_encoder {
    /* The filter bank: slot t is made of pcm[32 t] to pcm[32 t + 511]. Full scale is 2^27. `count`
     * is at least 8. */
    void (*analyze)(const int16_t *pcm, mpeg_slot *slots, unsigned count);

    /* The MDCT of the 36 slots of two granules, with the window of a block type, and the alias
     * reduction of long blocks. Full scale is 2^25. The lines of a band are in sequence; those of
     * short blocks are 6 of each window. */
    void (*transform)(const mpeg_slot *slots, unsigned block_type,
                      int32_t lines[MPEG_ENCODER_LINES]);

    /* q[i] = powers[i] factor / 2^44 + 0.4054, rounded down, which is below 2^16. n is a multiple
     * of 16. */
    void (*quantize)(const uint32_t *powers, uint32_t factor, uint16_t *q, unsigned n);

    /* Layer II, for MPEG_THIRD slots. `measure` finds the largest magnitude in each subband, and
     * adds the squares to the energies. `quantize_bands` makes the codes, which are
     * floor((x / scale factor + 1) levels / 2), but less than the levels. Values are within
     * 2^28. */
    void (*measure)(const mpeg_slot *slots, int32_t peaks[MPEG_ENCODER_BANDS],
                    uint64_t energies[MPEG_ENCODER_BANDS]);
    void (*quantize_bands)(const mpeg_slot *slots, const struct mpeg_steps *, mpeg_slot *codes);
};

static inline uint32_t mpeg_quantized(uint32_t power, uint32_t factor)
{
    uint32_t value = (uint32_t)((uint64_t)power * factor >> 32);

    return (value + MPEG_ROUNDING) >> MPEG_QUANTIZER_Q;
}

extern const struct dsp_mpeg_encoder dsp_mpeg_encoder_c;

#endif
