/* The decoding of a frame of Layer III. */
#include "layer3.h"
#include <string.h>

void layer3_interrupt(struct layer3_decoder *state) { state->reservoir = 0; }

/* The lines of each window of a short block in turn, three windows side by side. */
static void interleave_windows(const struct layer3_runs *runs, int32_t *x)
{
    int32_t in[MPEG_LINES];
    unsigned from = runs->first_short ? runs->ends[runs->first_short - 1] : 0;

    memcpy(in, x, sizeof in);
    for (unsigned run = runs->first_short; run < runs->count; run += 3) {
        unsigned width = runs->ends[run] - from;

        for (unsigned i = 0; i < width; i++)
            for (unsigned window = 0; window < 3; window++)
                x[from + 3 * i + window] = in[from + window * width + i];
        from = runs->ends[run + 2];
    }
}

/* A granule before the filter bank. */
struct stage {
    const struct mpeg_header *header;
    const struct layer3_granule *granules; /* of both channels */
    struct layer3_runs runs[2];
    unsigned lines[2]; /* that are not 0 */
};

static void silence(struct layer3_decoder *state, unsigned ch)
{
    state->lines[ch].count = state->lines[ch].large_count = 0;
    memset(state->lines[ch].q, 0, 8 * sizeof *state->lines[ch].q);
    memset(&state->scales[ch], 0, sizeof state->scales[ch]);
}

/* Reads scale factors and lines of a channel. `at` is where its bits begin: before the main data if
 * the bytes of an earlier frame are missing. */
static void read_channel(struct layer3_decoder *state, const struct stage *stage, unsigned ch,
                         unsigned shared, int32_t at, int32_t end)
{
    const struct layer3_granule *granule = &stage->granules[ch];
    bool intensity = ch == 1 && stage->header->mode == MPEG_JOINT &&
                     (stage->header->mode_extension & MPEG_INTENSITY) != 0;
    struct layer3_bits in = { state->main_data, (uint32_t)at, 0 };

    if (at < 0 || at >= end || granule->damaged) {
        silence(state, ch);
        return;
    }
    in.end = (uint32_t)(at + granule->bits < end ? at + granule->bits : end);
    layer3_read_scales(&in, stage->header, granule, shared, intensity, &state->scales[ch]);
    layer3_read_lines(&in, granule, &state->lines[ch]);
}

static bool same_runs(const struct stage *stage)
{
    return stage->runs[0].count == stage->runs[1].count &&
           stage->runs[0].first_short == stage->runs[1].first_short;
}

/* Zeros behind the lines that were read, as far as the channel's filter bank reads: everywhere in
 * short blocks, whose lines change places. */
static void append_zeros(const struct stage *stage, struct layer3_decoder *state, unsigned ch)
{
    bool is_short = stage->granules[ch].block_type == MPEG_SHORT_TYPE;
    unsigned end = is_short ? MPEG_LINES : mpeg_lines_read((stage->lines[ch] + 17) / 18);
    unsigned count = state->lines[ch].count;

    memset(state->x[ch] + count, 0, (end - count) * sizeof **state->x);
}

/* Requantizes and joins the channels. */
static void make_lines(struct layer3_decoder *state, const struct dsp_mpeg *dsp,
                       struct stage *stage)
{
    unsigned channels = mpeg_channels(stage->header);
    bool joint =
        stage->header->mode == MPEG_JOINT && stage->header->mode_extension != 0 && same_runs(stage);
    unsigned first = state->lines[0].count, second = state->lines[1].count;
    unsigned most = first > second ? first : second;
    uint8_t kinds[LAYER3_RUNS] = { 0 };

    if (joint)
        layer3_plan_stereo(stage->header, &stage->runs[1], &state->scales[1], &state->lines[1],
                           kinds);
    for (unsigned ch = 0; ch < channels; ch++) {
        stage->lines[ch] = joint ? most : state->lines[ch].count;
        layer3_requantize(dsp, &stage->granules[ch], &stage->runs[ch], &state->scales[ch], kinds,
                          &state->lines[ch], state->x[ch]);
        append_zeros(stage, state, ch);
    }
    if (joint)
        layer3_join(stage->header, &stage->granules[1], &stage->runs[1], &state->scales[1], kinds,
                    stage->lines[0], state->x[0], state->x[1]);
}

/* The lowest bands of a mixed block, which are long. */
static unsigned long_bands(const struct layer3_granule *granule, unsigned rate)
{
    return !granule->mixed ? 0 : rate == 8 ? 4 : 2;
}

static void filter(struct layer3_decoder *state, const struct dsp_mpeg *dsp, struct stage *stage,
                   unsigned ch, unsigned slot, mpeg_subbands *bands)
{
    const struct layer3_granule *granule = &stage->granules[ch];
    const struct layer3_runs *runs = &stage->runs[ch];
    struct mpeg_block block = { granule->block_type, 0, 0 };
    unsigned lines = stage->lines[ch], run = 0;

    block.long_bands = (uint8_t)long_bands(granule, mpeg_rate(stage->header));
    if (granule->block_type == MPEG_SHORT_TYPE && lines != 0) {
        interleave_windows(runs, state->x[ch]);
        while (runs->ends[run] < lines)
            run++;
        if (run >= runs->first_short)
            run += 2 - (run - runs->first_short) % 3;
        lines = runs->ends[run];
    }
    block.bands = (uint8_t)((lines + 17) / 18);
    dsp->hybrid(state->x[ch], &block, &state->overlap[ch], bands[ch], slot);
}

/* Appends the main data of a frame to the reservoir; returns how many bytes there are. */
static unsigned append(struct layer3_decoder *state, const uint8_t *src, unsigned bytes)
{
    memcpy(state->main_data + state->reservoir, src, bytes);
    memset(state->main_data + state->reservoir + bytes, 0, LAYER3_PAST);
    return state->reservoir + bytes;
}

static void save_reservoir(struct layer3_decoder *state, unsigned bytes)
{
    state->reservoir = bytes < LAYER3_RESERVOIR ? bytes : LAYER3_RESERVOIR;
    memmove(state->main_data, state->main_data + bytes - state->reservoir, state->reservoir);
}

void layer3_decode(struct layer3_decoder *state, const struct dsp_mpeg *dsp,
                   const struct mpeg_header *header, const uint8_t *frame, unsigned bytes,
                   mpeg_subbands *bands)
{
    unsigned start = MPEG_HEADER_BYTES + (header->crc ? MPEG_CRC_BYTES : 0);
    unsigned channels = mpeg_channels(header), side_bytes = mpeg_side_bytes(header), total;
    struct layer3_side side = { 0 };
    int32_t at, end;

    if (bytes >= start + side_bytes) {
        layer3_read_side(header, frame + start, &side);
        start += side_bytes;
    } else {
        start = bytes;
    }
    at = ((int32_t)state->reservoir - (int32_t)side.main_data_begin) * 8;
    total = append(state, frame + start, bytes - start);
    end = (int32_t)total * 8;
    for (unsigned i = 0; i < (mpeg_is_lsf(header) ? 1u : 2u); i++) {
        struct stage stage = { .header = header, .granules = side.granules[i] };

        for (unsigned ch = 0; ch < channels; ch++) {
            const struct layer3_granule *granule = &side.granules[i][ch];

            layer3_list_runs(mpeg_rate(header), granule, &stage.runs[ch]);
            read_channel(state, &stage, ch, i ? side.shared[ch] : 0, at, end);
            at += granule->bits;
        }
        make_lines(state, dsp, &stage);
        for (unsigned ch = 0; ch < channels; ch++)
            filter(state, dsp, &stage, ch, 18 * i, bands);
    }
    save_reservoir(state, total);
}
