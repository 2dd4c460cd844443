#include "pcm.h"
#include "bits.h"
#include "fixed.h"
#include "ieee754.h"

enum pcm pcm_of(const struct wave_format *format)
{
    enum pcm pcm = PCM_NONE;

    if (format->channels == 0 || format->sample_rate == 0)
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

void pcm_to_s16(enum pcm pcm, const uint8_t *src, int16_t *dst, size_t n)
{
    for (size_t i = 0; i < n; i++, src += pcm_bytes(pcm))
        switch (pcm) {
        case PCM_U8:
            dst[i] = (int16_t)((src[0] - 128) * 256);
            break;
        case PCM_S16:
            dst[i] = wrap16(load16_le(src));
            break;
        case PCM_S24:
            dst[i] = saturate((wrap16(load16_le(src + 1)) * 256 + src[0] + 128) >> 8);
            break;
        case PCM_S32:
            dst[i] = round_q15((int32_t)load32_le(src));
            break;
        case PCM_F32:
            dst[i] = from_float(load32_le(src));
            break;
        case PCM_F64:
            dst[i] = from_double(load64_le(src));
            break;
        case PCM_NONE:
            break;
        }
}

void pcm_from_s16(enum pcm pcm, const int16_t *src, uint8_t *dst, size_t n)
{
    for (size_t i = 0; i < n; i++, dst += pcm_bytes(pcm)) {
        uint16_t sample = (uint16_t)src[i];

        switch (pcm) {
        case PCM_U8:
            dst[0] = (uint8_t)((saturate(src[i] + 128) >> 8) + 128);
            break;
        case PCM_S16:
            store16_le(dst, sample);
            break;
        case PCM_S24:
            dst[0] = 0;
            store16_le(dst + 1, sample);
            break;
        case PCM_S32:
            store32_le(dst, (uint32_t)sample << 16);
            break;
        case PCM_F32:
            store32_le(dst, to_float(src[i]));
            break;
        case PCM_F64:
            store64_le(dst, to_double(src[i]));
            break;
        case PCM_NONE:
            break;
        }
    }
}
