#include <string.h>
#include "mix.h"
#include "bits.h"
#include "fixed.h"
#include "ieee754.h"

/* Samples are in Q47 between two widths. That holds 8 times full scale, and every bit of 32-bit
 * integers and of doubles down to 2^-47; the lower ones do not change how integers round. */
enum { CHUNK_FRAMES = 32, CHUNK = CHUNK_FRAMES * CHANNELS_MOST };
#define MOST_Q47 (INT64_C(8) << 47)

static void load(enum pcm pcm, const uint8_t *src, int64_t *x, size_t n)
{
    unsigned bytes = pcm_bytes(pcm);

    for (size_t i = 0; i < n; i++, src += bytes)
        switch (pcm) {
        case PCM_U8:
            x[i] = (int64_t)(src[0] - 128) * (INT64_C(1) << 40);
            break;
        case PCM_S16:
            x[i] = (int64_t)wrap16(load16_le(src)) * (INT64_C(1) << 32);
            break;
        case PCM_S24:
            x[i] = ((int64_t)wrap16(load16_le(src + 1)) * 256 + src[0]) * (INT64_C(1) << 24);
            break;
        case PCM_S32:
            x[i] = (int64_t)(int32_t)load32_le(src) * (INT64_C(1) << 16);
            break;
        case PCM_F32:
            x[i] = q47_of_double(double_of_float(load32_le(src)), MOST_Q47);
            break;
        case PCM_F64:
            x[i] = q47_of_double(load64_le(src), MOST_Q47);
            break;
        case PCM_NONE:
            x[i] = 0;
            break;
        }
}

/* The nearest integer of so many bits, ties upward. */
static uint32_t narrow(int64_t q47, unsigned bits)
{
    int64_t most = INT64_C(1) << (bits - 1), x = (q47 + (INT64_C(1) << (47 - bits))) >> (48 - bits);

    return (uint32_t)(x >= most ? most - 1 : x < -most ? -most : x);
}

static void store(enum pcm pcm, const int64_t *x, uint8_t *dst, size_t n)
{
    unsigned bytes = pcm_bytes(pcm);
    uint32_t sample;

    for (size_t i = 0; i < n; i++, dst += bytes)
        switch (pcm) {
        case PCM_U8:
            dst[0] = (uint8_t)(narrow(x[i], 8) + 128);
            break;
        case PCM_S16:
            store16_le(dst, (uint16_t)narrow(x[i], 16));
            break;
        case PCM_S24:
            sample = narrow(x[i], 24);
            dst[0] = (uint8_t)sample;
            store16_le(dst + 1, (uint16_t)(sample >> 8));
            break;
        case PCM_S32:
            store32_le(dst, narrow(x[i], 32));
            break;
        case PCM_F32:
            store32_le(dst, float_of_double(double_of_q47(x[i])));
            break;
        case PCM_F64:
            store64_le(dst, double_of_q47(x[i]));
            break;
        case PCM_NONE:
            break;
        }
}

void pcm_convert(enum pcm from, enum pcm to, const uint8_t *src, uint8_t *dst, size_t samples)
{
    int64_t x[CHUNK];

    if (from == to) {
        memcpy(dst, src, samples * pcm_bytes(from));
    } else if (from == PCM_F32 && to == PCM_F64) {
        for (size_t i = 0; i < samples; i++)
            store64_le(dst + 8 * i, double_of_float(load32_le(src + 4 * i)));
    } else if (from == PCM_F64 && to == PCM_F32) {
        for (size_t i = 0; i < samples; i++)
            store32_le(dst + 4 * i, float_of_double(load64_le(src + 8 * i)));
    } else {
        for (size_t n; samples != 0; samples -= n) {
            n = min_size(samples, CHUNK);
            load(from, src, x, n);
            store(to, x, dst, n);
            src += n * pcm_bytes(from);
            dst += n * pcm_bytes(to);
        }
    }
}

void mix_init(struct mix *mix, struct pcm_shape from, struct pcm_shape to)
{
    mix->from = from;
    mix->to = to;
    channel_gains(&mix->gains, from.channels, to.channels);
}

/* Copies the channels of the result from those of the source, whose width they have. */
static void gather(const struct mix *mix, const uint8_t *src, uint8_t *dst, size_t frames)
{
    unsigned bytes = pcm_bytes(mix->from.pcm), count = mix->from.channels.count, source;
    int silence = mix->from.pcm == PCM_U8 ? 128 : 0;

    for (size_t i = 0; i < frames; i++, src += (size_t)count * bytes)
        for (unsigned result = 0; result < mix->to.channels.count; result++, dst += bytes) {
            for (source = 0; source < count && mix->gains.q24[result][source] == 0;)
                source++;
            if (source < count)
                memcpy(dst, src + (size_t)source * bytes, bytes);
            else
                memset(dst, silence, bytes);
        }
}

/* The gains of a result are at most 1 together, so a sum in Q59 is at most 2^62. */
static void sum(const struct mix *mix, const int64_t *x, int64_t *y, size_t frames)
{
    unsigned count = mix->from.channels.count;

    for (size_t i = 0; i < frames; i++, x += count)
        for (unsigned result = 0; result < mix->to.channels.count; result++) {
            int64_t q59 = 0;

            for (unsigned source = 0; source < count; source++)
                q59 += (x[source] >> 12) * mix->gains.q24[result][source];
            *y++ = q59 >> 12;
        }
}

/* Converts at most CHUNK_FRAMES to another number of channels. */
static void mix_chunk(const struct mix *mix, const uint8_t *src, uint8_t *dst, size_t frames)
{
    unsigned from = mix->from.channels.count, to = mix->to.channels.count;
    uint8_t copies[CHUNK * 8];
    int64_t x[CHUNK] = { 0 }, y[CHUNK];

    if (mix->gains.copies) {
        gather(mix, src, copies, frames);
        pcm_convert(mix->from.pcm, mix->to.pcm, copies, dst, frames * to);
    } else {
        load(mix->from.pcm, src, x, frames * from);
        sum(mix, x, y, frames);
        store(mix->to.pcm, y, dst, frames * to);
    }
}

void mix_convert(const struct mix *mix, const uint8_t *src, uint8_t *dst, size_t frames)
{
    unsigned from = mix->from.channels.count, to = mix->to.channels.count;

    if (from == to) {
        pcm_convert(mix->from.pcm, mix->to.pcm, src, dst, frames * from);
        return;
    }
    for (size_t n; frames != 0; frames -= n) {
        n = min_size(frames, CHUNK_FRAMES);
        mix_chunk(mix, src, dst, n);
        src += n * from * pcm_bytes(mix->from.pcm);
        dst += n * to * pcm_bytes(mix->to.pcm);
    }
}

struct progress mix_run(const struct mix *mix, const uint8_t *src, uint8_t *dst, struct offer offer)
{
    size_t from = (size_t)mix->from.channels.count * pcm_bytes(mix->from.pcm);
    size_t to = (size_t)mix->to.channels.count * pcm_bytes(mix->to.pcm);
    size_t frames = min_size(offer.in / from, offer.out / to);
    bool drops = offer.in < from && offer.ending != WHOLE;

    mix_convert(mix, src, dst, frames);
    return (struct progress){ drops ? offer.in : frames * from, frames * to };
}
