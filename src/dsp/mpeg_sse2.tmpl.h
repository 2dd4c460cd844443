/* MPEG audio's kernels where products of signed 32-bit values are missing: the window in lanes, and
 * the rest in plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "dsp_c.h"
#include "fixed.h"
#include "mpeg_window.tmpl.h"

static void mpeg_synthesize(struct mpeg_filter *filters, const mpeg_subbands *bands,
                            unsigned channels, unsigned slots, int16_t *pcm)
{
    mpeg_samples rows;

    for (unsigned ch = 0; ch < channels; ch++) {
        mpeg_matrix_c(bands[ch], &filters[ch], slots);
        window_channel(&filters[ch], slots, rows);
        mpeg_shift_c(&filters[ch], slots);
        for (size_t t = 0; t < slots; t++)
            for (size_t j = 0; j < MPEG_BANDS; j++)
                pcm[(t * MPEG_BANDS + j) * channels + ch] = saturate(rows[j][t]);
    }
}

static const struct dsp_mpeg mpeg_kernels = { mpeg_scale_c, mpeg_hybrid_c, mpeg_synthesize };
