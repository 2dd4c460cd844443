#include "pcm.h"

enum pcm pcm_of(const struct wave_format *format)
{
    enum pcm pcm = PCM_NONE;

    if (format->channels - 1u >= CHANNELS_MOST || format->sample_rate == 0)
        return PCM_NONE;
    if (format->tag == TAG_PCM && format->bits_per_sample >= 8 && format->bits_per_sample <= 32 &&
        format->bits_per_sample % 8 == 0)
        pcm = (enum pcm)(PCM_U8 + format->bits_per_sample / 8 - 1);
    else if (format->tag == TAG_IEEE_FLOAT && format->bits_per_sample == 32)
        pcm = PCM_F32;
    else if (format->tag == TAG_IEEE_FLOAT && format->bits_per_sample == 64)
        pcm = PCM_F64;
    return format->block_align == pcm_bytes(pcm) * format->channels ? pcm : PCM_NONE;
}

unsigned pcm_bytes(enum pcm pcm)
{
    static const uint8_t bytes[] = {
        [PCM_U8] = 1, [PCM_S16] = 2, [PCM_S24] = 3, [PCM_S32] = 4, [PCM_F32] = 4, [PCM_F64] = 8
    };

    return bytes[pcm];
}
