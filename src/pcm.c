#include "pcm.h"
#include "bits.h"
#include "fixed.h"

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

/* IEEE 754 single precision. A value below 1 is m x 2^(e-150) with m < 2^24, which in units of
 * 1/32768 is m shifted right by 135 - e, at least 9. A shift by 26 or more gives 0 even after
 * rounding. */
static int16_t from_float(uint32_t bits)
{
    int32_t exponent = (int32_t)(bits >> 23 & 0xFF), m = (int32_t)(bits & 0x7FFFFF) | 0x800000;
    int32_t places = exponent < 109 ? 26 : 135 - exponent;

    if (exponent == 0xFF && (bits & 0x7FFFFF) != 0)
        return 0;
    if (exponent >= 127)
        return bits >> 31 ? INT16_MIN : INT16_MAX;
    return saturate(((bits >> 31 ? -m : m) + (1 << (places - 1))) >> places);
}

/* IEEE 754 double precision, likewise: m x 2^(e-1075) with m < 2^53 is shifted right by 1060 - e,
 * at least 38, and a shift by 55 or more gives 0. */
static int16_t from_double(uint64_t bits)
{
    int32_t exponent = (int32_t)(bits >> 52 & 0x7FF);
    int64_t fraction = (int64_t)(bits & ((UINT64_C(1) << 52) - 1)), m = fraction | INT64_C(1) << 52;
    int32_t places = exponent < 1005 ? 55 : 1060 - exponent;

    if (exponent == 0x7FF && fraction != 0)
        return 0;
    if (exponent >= 1023)
        return bits >> 63 ? INT16_MIN : INT16_MAX;
    return saturate((int32_t)(((bits >> 63 ? -m : m) + (INT64_C(1) << (places - 1))) >> places));
}

static uint32_t to_float(int16_t sample)
{
    uint32_t magnitude = (uint32_t)(sample < 0 ? -sample : sample);
    uint32_t top = magnitude ? 31u - (uint32_t)__builtin_clz(magnitude) : 0;

    if (magnitude == 0)
        return 0;
    return (sample < 0 ? 0x80000000u : 0) | (127 - 15 + top) << 23 |
           (magnitude << (23 - top) & 0x7FFFFF);
}

/* Moves the fields of a single-precision number, which is 0 or normal, to their positions in a
 * double-precision one. */
static uint64_t to_double(int16_t sample)
{
    uint64_t bits = to_float(sample);

    if (bits == 0)
        return 0;
    return (bits >> 31) << 63 | ((bits >> 23 & 0xFF) + 1023 - 127) << 52 | (bits & 0x7FFFFF) << 29;
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
