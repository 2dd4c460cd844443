/* From bytes to samples. */
#include <string.h>
#include "dsp.h"
#include "layer12.h"
#include "mpeg.h"

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct mpeg_decoder *state = memory;
    struct mpeg_header format;

    memset(state, 0, sizeof *state);
    memcpy(&format, layout->own, sizeof format);
    state->dsp = options->dsp->mpeg;
    state->channels = layout->channels;
    state->nominal = layout->block.frames;
    mpeg_sync_start(&state->sync, &format);
}

static unsigned decode_bands(struct mpeg_decoder *state, const struct mpeg_frame *frame)
{
    const struct mpeg_header *header = &frame->header;

    if (frame->gap || header->layer != 3)
        layer3_interrupt(&state->layer3);
    if (header->layer == 1)
        layer1_decode(header, frame->bytes, frame->size, state->bands);
    else if (header->layer == 2)
        layer2_decode(state->dsp, header, frame->bytes, frame->size, state->bands);
    else
        layer3_decode(&state->layer3, state->dsp, header, frame->bytes, frame->size, state->bands);
    return mpeg_frame_samples(header) / MPEG_BANDS;
}

/* Two channels become their mean, and one becomes two, from the last sample on. */
static void convert_channels(int16_t *pcm, unsigned frames, unsigned from)
{
    if (from == 2)
        for (size_t i = 0; i < frames; i++)
            pcm[i] = (int16_t)((pcm[2 * i] + pcm[2 * i + 1] + 1) >> 1);
    else
        for (size_t i = frames; i-- > 0;)
            pcm[2 * i] = pcm[2 * i + 1] = pcm[i];
}

/* Decodes a frame to `pcm`, or to the state if it does not fit; returns the samples. */
static size_t decode_frame(struct mpeg_decoder *state, const struct mpeg_frame *frame, int16_t *pcm,
                           size_t room)
{
    unsigned slots = decode_bands(state, frame), channels = mpeg_channels(&frame->header);
    size_t samples = (size_t)slots * MPEG_BANDS * state->channels;
    bool fits = samples <= room && channels == state->channels;
    int16_t *to = fits ? pcm : state->pcm;

    state->dsp->synthesize(state->filters, (const mpeg_subbands *)state->bands, channels, slots,
                           to);
    if (fits)
        return samples;
    if (channels != state->channels)
        convert_channels(to, slots * MPEG_BANDS, channels);
    state->given = 0;
    state->ready = (unsigned)samples;
    return 0;
}

static size_t give(struct mpeg_decoder *state, int16_t *pcm, size_t room)
{
    size_t n = state->ready - state->given < room ? state->ready - state->given : room;

    memcpy(pcm, state->pcm + state->given, n * sizeof *pcm);
    state->given += (unsigned)n;
    return n;
}

/* Feeds what leads to the next frame. If there is no room for it, its last bytes are not used, but
 * an incomplete frame is. */
static size_t feed(struct mpeg_decoder *state, const uint8_t *src, size_t left, size_t room)
{
    unsigned frames;
    size_t need = mpeg_sync_need(&state->sync, &frames), least = state->nominal;

    if (frames != 0 && frames < least)
        least = frames;
    if (room < least * state->channels && left >= need && (frames != 0 || !state->sync.locked))
        return 0;
    return mpeg_sync_feed(&state->sync, src, left < need ? left : need);
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct mpeg_decoder *state = memory;
    struct progress done = { 0, 0 };
    struct mpeg_frame frame;

    if (offer.out == 0)
        return done;
    for (;;) {
        size_t left = offer.in - done.used, fed;

        done.made += give(state, pcm + done.made, offer.out - done.made);
        if (state->given < state->ready)
            return done;
        if (mpeg_sync_next(&state->sync, offer.ending == END && left == 0, &frame)) {
            done.made += decode_frame(state, &frame, pcm + done.made, offer.out - done.made);
            continue;
        }
        fed = feed(state, src + done.used, left, offer.out - done.made);
        if (fed == 0)
            return done;
        done.used += fed;
    }
}

const struct codec_decoder mpeg_decoder = { sizeof(struct mpeg_decoder), init, decode, 0, 0 };
