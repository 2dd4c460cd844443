#include <string.h>
#include "fixed.h"
#include "stream.h"
#include "tags.h"

/* At least as many blocks as the kernels have lanes, and at least so many samples. */
enum { SCRATCH_BLOCKS = 8, SCRATCH_SAMPLES = 4096, OWED_BLOCKS = 2 };

/* If a decoder's destination is smaller than a block, the block is decoded into scratch, the
 * destination is filled, and the other samples are pending for the next calls. Windows' MS ADPCM
 * codec loses them. A host that sizes buffers with ACMDM_STREAM_SIZE never sees this.
 *
 * Wine's DirectShow wrapper discards the output of a call that has used nothing, and has no call
 * for the end of the stream: it calls until its source is used up. Therefore, while samples are
 * pending, the bytes that made them count as used one by one, in the calls that return these
 * samples; the last ones count when none is pending. A call that finds these `owed` bytes at the
 * start of its source skips them. With WHOLE, which promises to use whole blocks, none are owed.
 * Wine's msacm32 prepares no header for a part of a block of MS ADPCM, so that what is left to use
 * must not be less than a block. */
struct stream {
    struct plan plan;
    struct options options;
    void *state;
    int16_t *scratch;           /* samples to be converted to or from other widths */
    size_t scratch_samples;     /* whole blocks */
    size_t pending_at, pending; /* samples in scratch that did not fit into the destination */
    uint8_t *owed_bytes;        /* room for OWED_BLOCKS blocks */
    size_t owed;
};

static size_t aligned(size_t bytes) { return (bytes + 15) & ~(size_t)15; }

static size_t state_bytes(const struct plan *plan)
{
    return aligned(plan->decoding ? plan->codec->decoder->state_size
                                  : plan->codec->encoder->state_size);
}

/* Samples per block, of all channels. */
static size_t block_samples(const struct plan *plan)
{
    return (size_t)plan->layout.block.frames * plan->layout.channels;
}

static size_t scratch_samples(const struct plan *plan)
{
    size_t block = block_samples(plan);
    size_t blocks = (SCRATCH_SAMPLES + block - 1) / block;

    return block * (blocks > SCRATCH_BLOCKS ? blocks : SCRATCH_BLOCKS);
}

/* Bytes per frame of PCM. */
static uint32_t frame_bytes(const struct plan *plan)
{
    const struct pcm_shape *pcm = plan->decoding ? &plan->mix.to : &plan->mix.from;

    return pcm_bytes(pcm->pcm) * pcm->channels.count;
}

bool stream_plan(struct plan *plan, const struct wave_format *from, const struct wave_format *to)
{
    bool decoding = pcm_of(to) != PCM_NONE;
    const struct wave_format *coded = decoding ? from : to, *pcm = decoding ? to : from;
    struct layout *layout = &plan->layout;
    struct pcm_shape own = { PCM_S16, { 0, 0 } }, other = { pcm_of(pcm), { 0, 0 } };

    plan->decoding = decoding;
    plan->tag = coded->tag;
    plan->codec = codec_find(coded->tag);
    if (other.pcm == PCM_NONE || from->sample_rate != to->sample_rate || !plan->codec ||
        !codec_parse(plan->codec, coded, layout) ||
        !(decoding ? plan->codec->decoder != 0 : plan->codec->encoder && !layout->read_only))
        return false;
    other.channels = (struct channels){ pcm->channels, channel_mask(pcm) };
    if (decoding && layout->mixes && other.channels.count < layout->channels) {
        layout->channels = other.channels.count;
        layout->channel_mask = other.channels.mask;
    }
    own.channels = (struct channels){ layout->channels, layout->channel_mask };
    mix_init(&plan->mix, decoding ? own : other, decoding ? other : own);
    return true;
}

/* False if the product exceeds 32 bits. */
static bool scale(uint64_t units, uint64_t size, uint32_t *bytes)
{
    *bytes = (uint32_t)(units * size);
    return units <= UINT32_MAX && size <= UINT32_MAX && units * size <= UINT32_MAX;
}

static uint64_t divide_up(uint64_t a, uint32_t b) { return a / b + (a % b != 0); }

/* Of a stream of frames, at most a quarter over nominal, and 32. END adds the delayed sound. */
bool stream_size_from_source(const struct plan *plan, uint32_t src, uint32_t *dst)
{
    const struct layout *layout = &plan->layout;
    uint64_t pcm_block = (uint64_t)layout->block.frames * frame_bytes(plan);
    uint64_t frames = divide_up(src, plan->decoding ? layout->least_bytes : frame_bytes(plan));
    uint64_t most = divide_up(5ull * src, 4 * layout->block.bytes) + 32;

    if (plan->decoding)
        return scale(most < frames && layout->self_delimiting ? most : frames, pcm_block, dst);
    frames += frames ? layout->delay : 0;
    return scale(divide_up(frames, layout->block.frames), layout->block.bytes, dst);
}

bool stream_size_from_destination(const struct plan *plan, uint32_t dst, uint32_t *src)
{
    const struct layout *layout = &plan->layout;
    uint64_t pcm_block = (uint64_t)layout->block.frames * frame_bytes(plan);
    uint64_t frames = (uint64_t)(dst / layout->block.bytes) * layout->block.frames;

    if (plan->decoding)
        return scale(dst / pcm_block, layout->block.bytes, src);
    return scale(frames, frame_bytes(plan), src);
}

static size_t owed_room(const struct plan *plan)
{
    return plan->decoding ? OWED_BLOCKS * (size_t)plan->layout.block.bytes : 0;
}

size_t stream_bytes(const struct plan *plan)
{
    return aligned(sizeof(struct stream)) + state_bytes(plan) +
           sizeof(int16_t) * scratch_samples(plan) + owed_room(plan);
}

struct stream *stream_start(void *memory, const struct plan *plan, const struct options *options)
{
    struct stream *stream = memory;

    stream->plan = *plan;
    stream->options = *options;
    stream->state = (uint8_t *)memory + aligned(sizeof(struct stream));
    stream->scratch = (int16_t *)(void *)((uint8_t *)stream->state + state_bytes(plan));
    stream->scratch_samples = scratch_samples(plan);
    stream->owed_bytes = (uint8_t *)(stream->scratch + stream->scratch_samples);
    stream_reset(stream);
    return stream;
}

void stream_reset(struct stream *stream)
{
    const struct codec *codec = stream->plan.codec;

    (stream->plan.decoding ? codec->decoder->init : codec->encoder->init)(
        stream->state, &stream->plan.layout, &stream->options);
    stream->pending_at = stream->pending = stream->owed = 0;
}

/* True if samples at `p` can be accessed as int16_t. All supported machines are little-endian. */
static bool is_native(const struct stream *stream, const void *p)
{
    const struct mix *mix = &stream->plan.mix;

    return mix->from.pcm == mix->to.pcm && mix->from.channels.count == mix->to.channels.count &&
           (uintptr_t)p % sizeof(int16_t) == 0;
}

/* The rest of a decoder's offer, and the progress so far. */
struct call {
    const uint8_t *src;
    uint8_t *dst;
    size_t in, room; /* bytes, and samples of all channels */
    enum ending ending;
    bool decoded;         /* the decoder has made progress in this call */
    struct progress done; /* both in bytes */
};

static void use(struct call *call, size_t bytes)
{
    call->src += bytes;
    call->in -= bytes;
    call->done.used += bytes;
}

/* Appends as many samples as fit to the destination, unless they were decoded into it. */
static size_t put(const struct stream *stream, struct call *call, const int16_t *pcm,
                  size_t samples)
{
    size_t n = min_size(samples, call->room), frames = n / stream->plan.layout.channels;
    size_t bytes = frames * frame_bytes(&stream->plan);

    if (pcm != (const void *)call->dst)
        mix_convert(&stream->plan.mix, (const uint8_t *)pcm, call->dst, frames);
    call->dst += bytes;
    call->room -= n;
    call->done.made += bytes;
    return n;
}

/* Writes samples to the destination. Those that do not fit are in scratch and become pending. */
static void give(struct stream *stream, struct call *call, const int16_t *pcm, size_t samples)
{
    stream->pending_at = put(stream, call, pcm, samples);
    stream->pending = samples - stream->pending_at;
}

static void give_pending(struct stream *stream, struct call *call)
{
    size_t n = put(stream, call, stream->scratch + stream->pending_at, stream->pending);

    stream->pending_at += n;
    stream->pending -= n;
}

/* Runs the decoder once on the rest of the source. */
static struct progress run(struct stream *stream, struct call *call, int16_t *pcm, size_t samples)
{
    struct offer offer = { call->in, samples, call->ending };
    struct progress step = stream->plan.codec->decoder->run(stream->state, call->src, pcm, offer);

    call->decoded = call->decoded || step.used != 0 || step.made != 0;
    use(call, step.used);
    return step;
}

/* Decodes as many blocks as fit, directly into the destination if it is native. */
static void decode_blocks(struct stream *stream, struct call *call)
{
    bool native = is_native(stream, call->dst);
    struct progress step;

    do {
        int16_t *pcm = native ? (int16_t *)(void *)call->dst : stream->scratch;
        size_t out = native ? call->room : min_size(call->room, stream->scratch_samples);

        step = run(stream, call, pcm, out);
        put(stream, call, pcm, step.made);
    } while (step.used != 0 || step.made != 0);
}

/* Decodes a block for which the destination is too small. */
static void decode_one(struct stream *stream, struct call *call)
{
    struct progress step = run(stream, call, stream->scratch, block_samples(&stream->plan));

    give(stream, call, stream->scratch, step.made);
}

/* Decodes a block behind the pending samples. If scratch is full, the oldest of them are lost. */
static void decode_ahead(struct stream *stream, struct call *call)
{
    size_t block = block_samples(&stream->plan);
    size_t n = min_size(stream->pending, stream->scratch_samples - block);
    int16_t *oldest = stream->scratch + stream->pending_at + stream->pending - n;

    memmove(stream->scratch, oldest, n * sizeof *oldest);
    stream->pending_at = 0;
    stream->pending = n + run(stream, call, stream->scratch + n, block).made;
}

/* Decodes the frames of a truncated block at the end of the source. */
static void decode_truncated(struct stream *stream, struct call *call)
{
    const struct codec_decoder *decoder = stream->plan.codec->decoder;
    const struct layout *layout = &stream->plan.layout;
    struct span part = { (uint32_t)call->in, 0 };
    int16_t *pcm = stream->scratch;
    size_t samples;

    if (call->in == 0 || call->in >= layout->block.bytes)
        return;
    if (decoder->covered)
        part.frames = decoder->covered(layout, part.bytes);
    samples = (size_t)part.frames * layout->channels;
    if (samples > call->room && (call->decoded || call->room == 0))
        return;
    if (samples <= call->room && is_native(stream, call->dst))
        pcm = (int16_t *)(void *)call->dst;
    if (samples != 0)
        decoder->run_truncated(stream->state, call->src, part, pcm);
    use(call, call->in);
    give(stream, call, pcm, samples);
}

/* Skips the bytes that earlier calls have decoded without counting them as used, unless there is no
 * room at all. A host that ignores cbSrcLengthUsed has other bytes here. */
static void skip_owed(struct stream *stream, struct call *call)
{
    size_t n = call->room != 0 ? min_size(call->in, stream->owed) : 0;

    if (memcmp(call->src, stream->owed_bytes, n) != 0) {
        stream->owed = 0;
        return;
    }
    use(call, n);
    stream->owed -= n;
    memmove(stream->owed_bytes, stream->owed_bytes + n, stream->owed);
}

/* Counts only the first of the used bytes, so that the host offers the others again. */
static void owe(struct stream *stream, struct call *call)
{
    size_t n = min_size(call->done.used - 1, owed_room(&stream->plan) - stream->owed);

    if (stream->plan.tag == TAG_MS_ADPCM && call->in + n < stream->plan.layout.block.bytes)
        return;
    memmove(stream->owed_bytes + n, stream->owed_bytes, stream->owed);
    memcpy(stream->owed_bytes, call->src - n, n);
    stream->owed += n;
    call->done.used -= n;
}

static struct progress decode(struct stream *stream, const uint8_t *src, uint8_t *dst,
                              struct offer offer)
{
    const struct layout *layout = &stream->plan.layout;
    size_t room = offer.out / frame_bytes(&stream->plan) * layout->channels;
    struct call call = { src, dst, offer.in, room, offer.ending, false, { 0, 0 } };

    skip_owed(stream, &call);
    if (stream->pending != 0)
        give_pending(stream, &call);
    if (stream->pending == 0)
        decode_blocks(stream, &call);
    if (call.room != 0 && !call.decoded)
        decode_one(stream, &call);
    if (stream->pending == 0 && call.ending != WHOLE && !layout->self_delimiting)
        decode_truncated(stream, &call);
    if (call.ending == WHOLE)
        return call.done;
    if (call.done.made != 0 && call.done.used == 0 && stream->plan.tag == TAG_MS_ADPCM &&
        call.in >= layout->block.bytes)
        decode_ahead(stream, &call);
    if (stream->pending != 0 && call.done.used != 0)
        owe(stream, &call);
    return call.done;
}

/* Encodes the last `n` samples, padded with silence to a block. */
static struct progress encode_padded(struct stream *stream, const int16_t *pcm, size_t n,
                                     uint8_t *dst, struct offer offer)
{
    struct progress step;

    for (size_t i = 0; i < offer.in; i++)
        stream->scratch[i] = i < n ? pcm[i] : 0;
    step = stream->plan.codec->encoder->run(stream->state, stream->scratch, dst, offer);
    step.used = min_size(step.used, n);
    return step;
}

static struct progress encode(struct stream *stream, const uint8_t *src, uint8_t *dst,
                              struct offer offer)
{
    size_t frame = frame_bytes(&stream->plan), block = block_samples(&stream->plan);
    size_t channels = stream->plan.layout.channels, samples = offer.in / frame * channels;
    bool native = is_native(stream, src);
    struct progress done = { 0, 0 }, step;

    do {
        const uint8_t *from = src + done.used / channels * frame;
        size_t left = samples - done.used;
        size_t n = native ? left : min_size(left, stream->scratch_samples);
        const int16_t *pcm = native ? (const int16_t *)(const void *)from : stream->scratch;
        struct offer next = { n, offer.out - done.made, n < left ? WHOLE : offer.ending };

        if (!native)
            mix_convert(&stream->plan.mix, from, (uint8_t *)stream->scratch, n / channels);
        step = stream->plan.codec->encoder->run(stream->state, pcm, dst + done.made, next);
        if (step.used == 0 && step.made == 0 && next.ending != WHOLE && n != 0 && n < block) {
            next.in = block;
            step = encode_padded(stream, pcm, n, dst + done.made, next);
        }
        done.used += step.used;
        done.made += step.made;
    } while (step.used != 0 || step.made != 0);
    done.used = done.used / channels * frame;
    /* An incomplete frame at the end is dropped; otherwise the caller would offer it forever. */
    if (offer.ending != WHOLE && offer.in < frame)
        done.used = offer.in;
    return done;
}

struct progress stream_convert(struct stream *stream, const uint8_t *src, uint8_t *dst,
                               struct offer offer)
{
    /* A null pointer is valid for a length of 0, but not for codecs. */
    src = src ? src : (const uint8_t *)stream->scratch;
    dst = dst ? dst : (uint8_t *)stream->scratch;
    return (stream->plan.decoding ? decode : encode)(stream, src, dst, offer);
}

bool stream_lacks_room(const struct stream *stream, struct offer offer)
{
    const struct plan *plan = &stream->plan;
    uint64_t block = (uint64_t)plan->layout.block.frames * frame_bytes(plan);

    if (!plan->decoding)
        return offer.in >= (offer.ending == WHOLE ? block : 1);
    block = plan->layout.self_delimiting ? 1 : plan->layout.block.bytes;
    return offer.out < frame_bytes(plan) &&
           (stream->pending != 0 || offer.in >= (offer.ending == WHOLE ? block : 1));
}
