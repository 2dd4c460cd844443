#include "stream.h"

enum { SCRATCH_BLOCKS = 8, SCRATCH_LEAST = 4096 };      /* blocks side by side in SIMD lanes; samples */

struct stream {
    struct plan plan;
    struct settings settings;
    void *state;
    int16_t *scratch;               /* samples on their way to or from a width that is not 16 bits */
    size_t scratch_samples;         /* whole blocks, and at least SCRATCH_BLOCKS of them */
};

static size_t aligned(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

static size_t state_bytes(const struct plan *plan)
{
    return aligned(plan->decoding ? plan->codec->decoder.state_size : plan->codec->encoder.state_size);
}

static size_t scratch_samples(const struct plan *plan)
{
    size_t block = (size_t)plan->block.samples * plan->format.channels;
    size_t blocks = (SCRATCH_LEAST + block - 1) / block;

    return block * (blocks > SCRATCH_BLOCKS ? blocks : SCRATCH_BLOCKS);
}

/* Bytes of one frame of PCM: a sample of every channel. */
static uint32_t frame_bytes(const struct plan *plan)
{
    return pcm_bytes(plan->pcm) * plan->format.channels;
}

bool stream_plan(struct plan *plan, const struct wave_format *from, const struct wave_format *to)
{
    enum pcm from_pcm = pcm_of(from), to_pcm = pcm_of(to);

    plan->decoding = from_pcm == PCM_NONE;
    plan->pcm = plan->decoding ? to_pcm : from_pcm;
    plan->format = plan->decoding ? *from : *to;
    plan->codec = codec_find(plan->format.tag);
    return plan->pcm != PCM_NONE && plan->codec && from->channels == to->channels && from->sample_rate == to->sample_rate &&
           (plan->decoding ? plan->codec->decoder.run != 0 : plan->codec->encoder.run != 0) &&
           plan->codec->accepts(&plan->format, &plan->block);
}

/* 32 x 32 bits, and a quotient that fits in 32: 64 bits hold every product. */
static bool scale(uint32_t units, uint64_t size, uint32_t *bytes)
{
    uint64_t product = units * size;

    *bytes = (uint32_t)product;
    return size <= UINT32_MAX && product <= UINT32_MAX;
}

static uint32_t divide_up(uint32_t a, uint32_t b)
{
    return a / b + (a % b != 0);
}

/* An encoder that looks ahead gives at END also the blocks that it had kept back: there is always to be room for them. */
bool stream_size_from_source(const struct plan *plan, uint32_t src, uint32_t *dst)
{
    uint64_t pcm_block = (uint64_t)plan->block.samples * frame_bytes(plan);
    uint32_t held = src ? plan->codec->encoder.held : 0;

    if (plan->decoding)
        return scale(divide_up(src, plan->block.least), pcm_block, dst);
    return scale(divide_up(divide_up(src, frame_bytes(plan)), plan->block.samples) + held, plan->block.bytes, dst);
}

bool stream_size_from_destination(const struct plan *plan, uint32_t dst, uint32_t *src)
{
    uint64_t pcm_block = (uint64_t)plan->block.samples * frame_bytes(plan);
    uint32_t blocks = dst / plan->block.bytes, held = plan->codec->encoder.held;

    if (plan->decoding)
        return scale((uint32_t)(dst / pcm_block), plan->block.bytes, src);
    return scale(blocks > held ? blocks - held : 0, pcm_block, src);
}

size_t stream_bytes(const struct plan *plan)
{
    return aligned(sizeof(struct stream)) + state_bytes(plan) + sizeof(int16_t) * scratch_samples(plan);
}

struct stream *stream_start(void *memory, const struct plan *plan, const struct settings *settings)
{
    struct stream *stream = memory;

    stream->plan = *plan;
    stream->settings = *settings;
    stream->state = (uint8_t *)memory + aligned(sizeof(struct stream));
    stream->scratch = (int16_t *)(void *)((uint8_t *)stream->state + state_bytes(plan));
    stream->scratch_samples = scratch_samples(plan);
    stream_reset(stream);
    return stream;
}

void stream_reset(struct stream *stream)
{
    const struct codec *codec = stream->plan.codec;

    (stream->plan.decoding ? codec->decoder.start : codec->encoder.start)(stream->state, &stream->plan.format, &stream->settings);
}

/* Whether samples at `p` are int16_t as they stand; every machine that we build for is little-endian. */
static bool is_native(const struct stream *stream, const void *p)
{
    return stream->plan.pcm == PCM_S16 && (uintptr_t)p % sizeof(int16_t) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static struct progress decode(struct stream *stream, const uint8_t *src, uint8_t *dst, struct offer offer)
{
    unsigned width = pcm_bytes(stream->plan.pcm);
    size_t room = offer.out / frame_bytes(&stream->plan) * stream->plan.format.channels;
    bool native = is_native(stream, dst);
    struct progress done = { 0, 0 }, step;

    do {
        uint8_t *to = dst + done.made * width;
        size_t out = native ? room - done.made : least(room - done.made, stream->scratch_samples);

        step = stream->plan.codec->decoder.run(stream->state, src + done.used, native ? (int16_t *)(void *)to : stream->scratch,
                                               (struct offer){ offer.in - done.used, out, offer.ending });
        if (!native)
            pcm_from_s16(stream->plan.pcm, stream->scratch, to, step.made);
        done.used += step.used;
        done.made += step.made;
    } while (step.used != 0 || step.made != 0);
    done.made *= width;
    return done;
}

/* An incomplete last block, made whole with silence; `n` samples of it are real. */
static struct progress encode_padded(struct stream *stream, const int16_t *pcm, size_t n, uint8_t *dst, struct offer offer)
{
    struct progress step;

    for (size_t i = 0; i < offer.in; i++)
        stream->scratch[i] = i < n ? pcm[i] : 0;
    step = stream->plan.codec->encoder.run(stream->state, stream->scratch, dst, offer);
    step.used = least(step.used, n);
    return step;
}

static struct progress encode(struct stream *stream, const uint8_t *src, uint8_t *dst, struct offer offer)
{
    unsigned width = pcm_bytes(stream->plan.pcm);
    size_t frame = frame_bytes(&stream->plan), block = (size_t)stream->plan.block.samples * stream->plan.format.channels;
    size_t samples = offer.in / frame * stream->plan.format.channels;
    bool native = is_native(stream, src);
    struct progress done = { 0, 0 }, step;

    do {
        const uint8_t *from = src + done.used * width;
        size_t left = samples - done.used, n = native ? left : least(left, stream->scratch_samples);
        const int16_t *pcm = native ? (const int16_t *)(const void *)from : stream->scratch;
        struct offer next = { n, offer.out - done.made, n < left ? WHOLE : offer.ending };

        if (!native)
            pcm_to_s16(stream->plan.pcm, from, stream->scratch, n);
        step = stream->plan.codec->encoder.run(stream->state, pcm, dst + done.made, next);
        if (step.used == 0 && step.made == 0 && next.ending != WHOLE && n != 0 && n < block) {
            next.in = block;
            step = encode_padded(stream, pcm, n, dst + done.made, next);
        }
        done.used += step.used;
        done.made += step.made;
    } while (step.used != 0 || step.made != 0);
    done.used *= width;
    /* Less than one sample of each channel can never become more: it is dropped, or the caller would offer it for ever. */
    if (offer.ending != WHOLE && offer.in < frame)
        done.used = offer.in;
    return done;
}

struct progress stream_convert(struct stream *stream, const uint8_t *src, uint8_t *dst, struct offer offer)
{
    /* No bytes may have no address; a codec need not know. */
    src = src ? src : (const uint8_t *)stream->scratch;
    dst = dst ? dst : (uint8_t *)stream->scratch;
    return (stream->plan.decoding ? decode : encode)(stream, src, dst, offer);
}

bool stream_lacks_room(const struct stream *stream, struct offer offer)
{
    const struct plan *plan = &stream->plan;
    uint64_t block = plan->decoding ? plan->block.bytes : (uint64_t)plan->block.samples * frame_bytes(plan);

    return offer.in >= (offer.ending == WHOLE ? block : 1);
}
