#include <string.h>
#include "convert.h"
#include "fixed.h"

enum {
    CHUNK_FRAMES = 4096, /* before the change of the rate, per step: many of a codec's blocks */
    AFTER_FRAMES = 1024  /* behind it, but at least one of an encoder's blocks */
};

struct converter {
    struct conversion plan;
    struct stream *stream; /* null if there is no codec */
    struct resampler *resampler;
    int16_t *before; /* CHUNK_FRAMES, empty between two calls */
    int16_t *after;  /* room_after() frames */
    size_t waiting;  /* frames in `after`, for the rest of an encoder's block */
};

static bool has_codec(const struct conversion *plan) { return plan->decodes || plan->encodes; }

/* --- Plans --- */

static struct pcm_shape shape_of(const struct wave_format *pcm)
{
    return (struct pcm_shape){ pcm_of(pcm), { pcm->channels, channel_mask(pcm) } };
}

/* The channels of PCM, or those that a codec codes. False if no codec has the format. */
static bool find_channels(struct channels *channels, const struct wave_format *format)
{
    const struct codec *codec = codec_find(format->tag);
    struct layout layout;

    if (pcm_of(format) != PCM_NONE)
        *channels = shape_of(format).channels;
    else if (codec && codec_parse(codec, format, &layout))
        *channels = (struct channels){ layout.channels, layout.channel_mask };
    else
        return false;
    return true;
}

static struct wave_format samples_of(const struct channels *channels, uint32_t rate)
{
    return (struct wave_format){ .tag = TAG_PCM,
                                 .channels = channels->count,
                                 .channel_mask = channels->mask,
                                 .sample_rate = rate,
                                 .bits_per_sample = 16,
                                 .block_align = (uint16_t)(channels->count * 2) };
}

static bool plan_rate(struct conversion *plan, const struct wave_format *from,
                      const struct wave_format *to)
{
    struct channels in, out, fewer;
    struct wave_format before, after;

    if (!find_channels(&in, from) || !find_channels(&out, to))
        return false;
    fewer = out.count < in.count ? out : in;
    before = samples_of(&fewer, from->sample_rate);
    after = samples_of(&fewer, to->sample_rate);
    if (!plan->decodes)
        mix_init(&plan->before, shape_of(from), shape_of(&before));
    if (!plan->encodes)
        mix_init(&plan->after, shape_of(&after), shape_of(to));
    return resample_plan(&plan->rate, from->sample_rate, to->sample_rate, fewer.count, 2) &&
           (!plan->decodes || stream_plan(&plan->stream, from, &before)) &&
           (!plan->encodes || stream_plan(&plan->stream, &after, to));
}

bool conversion_plan(struct conversion *plan, const struct wave_format *from,
                     const struct wave_format *to)
{
    plan->decodes = pcm_of(from) == PCM_NONE;
    plan->encodes = pcm_of(to) == PCM_NONE;
    plan->resamples = from->sample_rate != to->sample_rate;
    plan->tag = plan->encodes ? to->tag : from->tag;
    plan->src_frame = plan->decodes ? 1 : from->block_align;
    plan->dst_frame = plan->encodes ? 1 : to->block_align;
    if (plan->decodes && plan->encodes)
        return false;
    if (plan->resamples)
        return plan_rate(plan, from, to);
    if (has_codec(plan))
        return stream_plan(&plan->stream, from, to);
    mix_init(&plan->before, shape_of(from), shape_of(to));
    return true;
}

void conversion_set_quality(struct conversion *plan, unsigned quality)
{
    const struct resample_plan rate = plan->rate;

    if (plan->resamples)
        resample_plan(&plan->rate, rate.down, rate.up, rate.channels, quality);
}

/* --- Sizes --- */

/* Bytes per frame of the 16-bit samples whose rate is changed. */
static uint32_t frame_bytes(const struct conversion *plan) { return plan->rate.channels * 2u; }

/* False if the product exceeds 32 bits. */
static bool scale(uint64_t units, uint32_t size, uint32_t *bytes)
{
    *bytes = (uint32_t)(units * size);
    return units <= UINT32_MAX && units * size <= UINT32_MAX;
}

/* The sound that the change of the rate delays comes with END, and the frames that wait for a block
 * come with any call. */
bool conversion_size_from_source(const struct conversion *plan, uint32_t src, uint32_t *dst)
{
    uint64_t frames = src / plan->src_frame + (src % plan->src_frame != 0);
    uint32_t bytes;

    if (!plan->resamples)
        return has_codec(plan) ? stream_size_from_source(&plan->stream, src, dst)
                               : scale(frames, plan->dst_frame, dst);
    if (plan->decodes) {
        if (!stream_size_from_source(&plan->stream, src, &bytes))
            return false;
        frames = bytes / frame_bytes(plan);
    }
    if (frames != 0)
        frames = resample_frames(&plan->rate, (uint32_t)frames) + resample_delay(&plan->rate);
    if (!plan->encodes)
        return scale(frames, plan->dst_frame, dst);
    frames += frames != 0 ? plan->stream.layout.block.frames - 1 : 0;
    return scale(frames, frame_bytes(plan), &bytes) &&
           stream_size_from_source(&plan->stream, bytes, dst);
}

bool conversion_size_from_destination(const struct conversion *plan, uint32_t dst, uint32_t *src)
{
    uint64_t frames = dst / plan->dst_frame;
    uint32_t bytes;

    if (!plan->resamples)
        return has_codec(plan) ? stream_size_from_destination(&plan->stream, dst, src)
                               : scale(frames, plan->src_frame, src);
    if (plan->encodes) {
        if (!stream_size_from_destination(&plan->stream, dst, &bytes))
            return false;
        frames = bytes / frame_bytes(plan);
    }
    frames = resample_frames_for(&plan->rate, (uint32_t)frames);
    if (!plan->decodes)
        return scale(frames, plan->src_frame, src);
    return scale(frames, frame_bytes(plan), &bytes) &&
           stream_size_from_destination(&plan->stream, bytes, src);
}

/* --- Memory --- */

static size_t aligned(size_t bytes) { return (bytes + 31) & ~(size_t)31; }

/* The room of `after`, in frames: whole blocks if they are encoded. */
static size_t room_after(const struct conversion *plan)
{
    size_t block = plan->encodes ? plan->stream.layout.block.frames : 1;

    return block * ((AFTER_FRAMES - 1) / block + 1);
}

static size_t before_bytes(const struct conversion *plan)
{
    return aligned((size_t)CHUNK_FRAMES * frame_bytes(plan));
}

size_t converter_bytes(const struct conversion *plan)
{
    size_t bytes = aligned(sizeof(struct converter));

    if (has_codec(plan))
        bytes += aligned(stream_bytes(&plan->stream));
    if (plan->resamples)
        bytes += aligned(resample_bytes(&plan->rate)) + before_bytes(plan) +
                 room_after(plan) * frame_bytes(plan);
    return bytes;
}

struct converter *converter_start(void *memory, const struct conversion *plan,
                                  const struct options *options)
{
    struct converter *converter = memory;
    uint8_t *at = (uint8_t *)memory + aligned(sizeof *converter);

    *converter = (struct converter){ .plan = *plan };
    if (has_codec(plan)) {
        converter->stream = stream_start(at, &plan->stream, options);
        at += aligned(stream_bytes(&plan->stream));
    }
    if (plan->resamples) {
        converter->resampler = resample_start(at, &plan->rate, options->dsp);
        at += aligned(resample_bytes(&plan->rate));
        converter->before = (int16_t *)(void *)at;
        converter->after = (int16_t *)(void *)(at + before_bytes(plan));
    }
    return converter;
}

void converter_reset(struct converter *converter)
{
    if (converter->stream)
        stream_reset(converter->stream);
    if (converter->resampler)
        resample_reset(converter->resampler);
    converter->waiting = 0;
}

/* --- Conversion --- */

/* The rest of an offer, and the progress so far. */
struct call {
    const uint8_t *src;
    uint8_t *dst;
    struct offer left;
    struct progress done;
};

static void advance(struct call *call, size_t used, size_t made)
{
    call->src += used;
    call->left.in -= used;
    call->done.used += used;
    call->dst += made;
    call->left.out -= made;
    call->done.made += made;
}

/* The frames that the change of the rate may make: what the destination has room for, or what the
 * encoder needs for so many blocks, and at least for one. */
static size_t room_for(const struct converter *converter, const struct call *call)
{
    const struct conversion *plan = &converter->plan;
    const struct span *block = &plan->stream.layout.block;
    size_t frames = call->left.out / plan->dst_frame, blocks;

    if (plan->encodes) {
        blocks = call->left.out / block->bytes;
        frames = (blocks != 0 ? blocks : 1) * block->frames;
    }
    frames = min_size(frames, room_after(plan));
    return frames > converter->waiting ? frames - converter->waiting : 0;
}

/* Decodes or mixes at most `n` frames for the change of the rate. Returns how many. */
static size_t fill(struct converter *converter, struct call *call, size_t n)
{
    const struct conversion *plan = &converter->plan;
    uint8_t *before = (uint8_t *)converter->before;
    struct offer offer = { call->left.in, n * frame_bytes(plan), call->left.ending };
    struct progress step;

    if (plan->decodes) {
        step = stream_convert(converter->stream, call->src, before, offer);
        advance(call, step.used, 0);
        return step.made / frame_bytes(plan);
    }
    n = min_size(n, call->left.in / plan->src_frame);
    mix_convert(&plan->before, call->src, before, n);
    advance(call, n * plan->src_frame, 0);
    return n;
}

/* Encodes or mixes what the change of the rate has made. Returns whether that made anything. */
static bool drain(struct converter *converter, struct call *call, enum ending ending)
{
    const struct conversion *plan = &converter->plan;
    size_t frames = converter->waiting;
    const uint8_t *after = (const uint8_t *)converter->after;
    struct offer offer = { frames * frame_bytes(plan), call->left.out, ending };
    struct progress step = { 0, frames * plan->dst_frame };

    if (plan->encodes) {
        step = stream_convert(converter->stream, after, call->dst, offer);
        frames = step.used / frame_bytes(plan);
    } else {
        mix_convert(&plan->after, after, call->dst, frames);
    }
    advance(call, 0, step.made);
    converter->waiting -= frames;
    memmove(converter->after, after + frames * frame_bytes(plan),
            converter->waiting * frame_bytes(plan));
    return step.made != 0 || frames != 0;
}

/* Only what the rest of the destination needs is taken from the source, so that nothing is left
 * between the steps but what an encoder lacks for a block. With END, the change of the rate ends
 * when the source has ended, and the encoder when nothing comes from there. */
static void convert_rate(struct converter *converter, struct call *call)
{
    const struct conversion *plan = &converter->plan;
    size_t used, room, wanted, n;
    struct progress step;
    bool last, drained;

    do {
        used = call->done.used;
        room = room_for(converter, call);
        wanted = min_size(resample_usable(converter->resampler, room), CHUNK_FRAMES);
        n = wanted != 0 ? fill(converter, call, wanted) : 0;
        last = call->left.ending == END && wanted != 0 && n == 0 && call->done.used == used;
        step = resample_run(converter->resampler, converter->before,
                            converter->after + converter->waiting * plan->rate.channels,
                            (struct offer){ n, room, last ? END : WHOLE });
        converter->waiting += step.made;
        last = last && step.made == 0 && room != 0;
        drained = drain(converter, call, last ? END : WHOLE);
    } while (drained || step.made != 0 || n != 0 || call->done.used != used);
}

/* An incomplete frame at the end is dropped; otherwise the caller would offer it forever. */
static void drop_incomplete(const struct conversion *plan, struct call *call)
{
    if (!plan->decodes && call->left.ending != WHOLE && call->left.in < plan->src_frame)
        advance(call, call->left.in, 0);
}

struct progress converter_run(struct converter *converter, const uint8_t *src, uint8_t *dst,
                              struct offer offer)
{
    /* A null pointer is valid for a length of 0, but not for the steps. */
    uint8_t none[1] = { 0 };
    struct call call = { src ? src : none, dst ? dst : none, offer, { 0, 0 } };

    if (converter->resampler) {
        convert_rate(converter, &call);
        drop_incomplete(&converter->plan, &call);
        return call.done;
    }
    if (converter->stream)
        return stream_convert(converter->stream, src, dst, offer);
    return mix_run(&converter->plan.before, call.src, call.dst, offer);
}

bool converter_lacks_room(const struct converter *converter, struct offer offer)
{
    const struct conversion *plan = &converter->plan;

    if (has_codec(plan) && !plan->resamples)
        return stream_lacks_room(converter->stream, offer);
    if (plan->decodes)
        return offer.out < plan->dst_frame &&
               stream_lacks_room(converter->stream, (struct offer){ offer.in, 0, offer.ending });
    return offer.in >= plan->src_frame || (offer.ending == END && converter->waiting != 0);
}
