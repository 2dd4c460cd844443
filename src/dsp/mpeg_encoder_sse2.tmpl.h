/* MPEG audio's encoder where products of signed 32-bit values are missing: the transforms are plain
 * C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "dsp_c.h"
#include "mpeg_encoder_lanes.tmpl.h"

static void mpeg_analyze(const int16_t *pcm, mpeg_slot *slots, unsigned count)
{
    struct window_taps taps;

    split_window(&taps);
    for (unsigned t = 0; t < count; t++) {
        window_all(&taps, pcm + 32 * t, slots[t]);
        mpeg_dct3_c(slots[t]);
    }
}

static void mpeg_transform(const mpeg_slot *slots, unsigned block_type,
                           int32_t lines[MPEG_ENCODER_LINES])
{
    dsp_mpeg_encoder_c.transform(slots, block_type, lines);
}

static void mpeg_quantize_bands(const mpeg_slot *slots, const struct mpeg_steps *steps,
                                mpeg_slot *codes)
{
    dsp_mpeg_encoder_c.quantize_bands(slots, steps, codes);
}

static const struct dsp_mpeg_encoder mpeg_encoder_kernels = { mpeg_analyze, mpeg_transform,
                                                              mpeg_quantize, mpeg_measure,
                                                              mpeg_quantize_bands };
