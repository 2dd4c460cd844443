/* FFmpeg's decoder, an independent implementation. It blends predictors in the opposite order. */
#ifndef OMNIACM_TESTS_TRUESPEECH_PEER_H
#define OMNIACM_TESTS_TRUESPEECH_PEER_H

#include "support.h"
#include "codecs/truespeech/tables.h"

extern const struct codec truespeech;

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = 8000,
                                         .block_align = TRUESPEECH_FRAME_BYTES };

static struct sound peer_decode(struct bytes frames)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&truespeech, truespeech.modes[0], extra);
    struct bytes wav =
        wav_make(&format, frames.data, frames.size,
                 (uint32_t)(frames.size / TRUESPEECH_FRAME_BYTES * TRUESPEECH_FRAME));
    struct bytes out = peer_run("ffmpeg -v error -i - -f s16le -", wav.data, wav.size);

    free(wav.data);
    return (struct sound){ (int16_t *)(void *)out.data, out.size / 2 };
}

#endif
