/* The sample rate converter.
 *
 * Output n is at n down / up input frames, and late by half the filter. Its position is an input
 * frame and a phase, in 1/up frames, which are advanced by whole numbers, so that no error adds up.
 * Each phase has a row of coefficients. If there are too many for the memory, rows are computed for
 * 512 phases per frame of the lower rate, and outputs are interpolated linearly between the two
 * next to their position: that changes a coefficient by less than 2^-19. */
#include <string.h>
#include "dsp.h"
#include "fixed.h"
#include "resample.h"
#include "filter.h"

enum {
    INTAKE = 1024,              /* input frames that are buffered for conversion */
    BATCH = 128,                /* output frames that are converted at a time */
    COEFFICIENTS_MAX = 1 << 17, /* of all rows, unless they are interpolated */
    PHASES_MAX = 1024,          /* likewise */
    PHASES_INTERPOLATED = 512   /* per frame of the lower rate */
};

struct resampler {
    struct resample_plan plan;
    struct filter filter;
    const struct dsp *dsp;
    uint64_t phase_step;  /* interpolated phases per 1/up frame, Q32 */
    uint32_t phase;       /* of the next output, below plan.up */
    uint32_t at;          /* the first input frame of the next output, as an index of `input` */
    uint32_t count;       /* input frames in `input` */
    uint32_t tail;        /* frames of silence that END adds */
    int16_t *rows;        /* see filter_row */
    int16_t *input;       /* for each channel, room_of() samples */
    uint8_t *is_computed; /* for each row */
};

static uint32_t greatest_common_divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Input frames per frame of the lower rate, rounded up. */
static uint32_t stretch(const struct resample_plan *plan)
{
    return plan->down > plan->up ? (plan->down - 1) / plan->up + 1 : 1;
}

static bool is_interpolated(const struct resample_plan *plan) { return plan->phases != plan->up; }

static uint32_t rows_of(const struct resample_plan *plan)
{
    return plan->phases + is_interpolated(plan);
}

/* Samples per channel of the input buffer. */
static uint32_t room_of(const struct resample_plan *plan) { return plan->taps - 1 + INTAKE; }

bool resample_plan(struct resample_plan *plan, uint32_t from, uint32_t to, unsigned channels,
                   unsigned quality)
{
    uint32_t divisor = greatest_common_divisor(from, to);
    uint64_t half;

    if (from == 0 || to == 0 || from > RESAMPLE_RATE_MAX || to > RESAMPLE_RATE_MAX ||
        from / to >= RESAMPLE_RATIO_MAX || to / from >= RESAMPLE_RATIO_MAX || channels == 0 ||
        channels > RESAMPLE_CHANNELS_MAX || quality > 2)
        return false;
    plan->up = to / divisor;
    plan->down = from / divisor;
    plan->channels = (uint16_t)channels;
    plan->quality = (uint8_t)quality;
    half = filter_length(quality) / 2;
    if (plan->down > plan->up)
        half = (half * plan->down + plan->up - 1) / plan->up;
    plan->taps = (uint32_t)(half + 7) / 8 * 16;
    plan->phases = plan->up;
    if (plan->up > PHASES_MAX || (uint64_t)plan->up * plan->taps > COEFFICIENTS_MAX)
        plan->phases = (PHASES_INTERPOLATED - 1) / stretch(plan) + 1;
    return true;
}

/* Outputs 0 to n - 1 begin before input frame `frames` if n is frames up / down, rounded up. In the
 * middle of a sound, there are as many or one fewer. */
uint64_t resample_frames(const struct resample_plan *plan, uint32_t frames)
{
    return ((uint64_t)frames * plan->up + plan->down - 1) / plan->down;
}

uint64_t resample_frames_for(const struct resample_plan *plan, uint32_t frames)
{
    return (uint64_t)frames * plan->down / plan->up;
}

static size_t aligned(size_t bytes) { return (bytes + 31) & ~(size_t)31; }

static size_t row_bytes(const struct resample_plan *plan)
{
    return aligned((size_t)rows_of(plan) * plan->taps * 2 * sizeof(int16_t));
}

static size_t input_bytes(const struct resample_plan *plan)
{
    return aligned((size_t)room_of(plan) * plan->channels * sizeof(int16_t));
}

size_t resample_bytes(const struct resample_plan *plan)
{
    return aligned(sizeof(struct resampler)) + row_bytes(plan) + input_bytes(plan) + rows_of(plan);
}

/* The step of the filter's table per input frame, rounded up, so that what is just beyond the end
 * of the filter is not within it. */
static uint64_t table_step(const struct resample_plan *plan)
{
    uint64_t step = (uint64_t)FILTER_PIECES << 32;

    return plan->down > plan->up ? (step * plan->up + plan->down - 1) / plan->down : step;
}

struct resampler *resample_start(void *memory, const struct resample_plan *plan,
                                 const struct dsp *dsp)
{
    struct resampler *resampler = memory;
    uint8_t *rows = (uint8_t *)memory + aligned(sizeof *resampler);

    *resampler = (struct resampler){
        .plan = *plan,
        .filter = { plan->quality, plan->taps, plan->phases, table_step(plan) },
        .dsp = dsp,
        .phase_step = ((uint64_t)plan->phases << 32) / plan->up,
        .rows = (int16_t *)(void *)rows,
        .input = (int16_t *)(void *)(rows + row_bytes(plan)),
        .is_computed = rows + row_bytes(plan) + input_bytes(plan),
    };
    memset(resampler->is_computed, 0, rows_of(plan));
    resample_reset(resampler);
    return resampler;
}

/* The filter of an output at input frame `at` covers what is before. The first output is later, by
 * what half the filter has more than whole output frames. */
void resample_reset(struct resampler *resampler)
{
    const struct resample_plan *plan = &resampler->plan;
    uint32_t later = (uint32_t)((uint64_t)plan->taps / 2 * plan->up % plan->down);

    for (unsigned c = 0; c < plan->channels; c++)
        memset(resampler->input + (size_t)c * room_of(plan), 0, (plan->taps - 1) * sizeof(int16_t));
    resampler->count = plan->taps - 1;
    resampler->at = later / plan->up;
    resampler->phase = later % plan->up;
    resampler->tail = 0;
}

/* Discards the input frames that no output needs anymore. */
static void discard(struct resampler *resampler)
{
    const struct resample_plan *plan = &resampler->plan;
    size_t n = min_size(resampler->at, resampler->count);

    resampler->at -= (uint32_t)n;
    resampler->count -= (uint32_t)n;
    for (unsigned c = 0; c < plan->channels; c++) {
        int16_t *input = resampler->input + (size_t)c * room_of(plan);

        memmove(input, input + n, resampler->count * sizeof *input);
    }
}

/* The first input frame of the output that is `n` outputs later than the next one. */
static uint64_t later(const struct resampler *resampler, uint64_t n)
{
    const struct resample_plan *plan = &resampler->plan;

    return resampler->at + (resampler->phase + n * plan->down) / plan->up;
}

size_t resample_usable(const struct resampler *resampler, size_t room)
{
    uint64_t n = min_size(room, UINT32_MAX), frame = later(resampler, n), end;

    if (n != 0 && later(resampler, n - 1) == frame)
        frame++;
    end = frame + resampler->plan.taps - 1;
    end -= end > resampler->count ? resampler->count : end;
    return end > SIZE_MAX ? SIZE_MAX : (size_t)end;
}

/* Copies one of the interleaved channels, or silence if src is null. */
static void deinterleave(int16_t *to, const int16_t *src, size_t n, unsigned channels)
{
    if (!src)
        memset(to, 0, n * sizeof *to);
    else if (channels == 1)
        memcpy(to, src, n * sizeof *to);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = src[i * channels];
}

/* Buffers up to `n` input frames, or silence if src is null. Returns how many. */
static size_t take(struct resampler *resampler, const int16_t *src, size_t n, size_t room)
{
    const struct resample_plan *plan = &resampler->plan;

    n = min_size(n, resample_usable(resampler, room));
    if (n == 0)
        return 0;
    discard(resampler);
    n = min_size(n, room_of(plan) - resampler->count);
    for (unsigned c = 0; c < plan->channels; c++)
        deinterleave(resampler->input + (size_t)c * room_of(plan) + resampler->count,
                     src ? src + c : 0, n, plan->channels);
    resampler->count += (uint32_t)n;
    return n;
}

/* The index of a row's first coefficient. */
static uint32_t row_at(struct resampler *resampler, uint32_t phase)
{
    uint32_t at = phase * 2 * resampler->plan.taps;

    if (!resampler->is_computed[phase]) {
        filter_row(&resampler->filter, phase, resampler->rows + at);
        resampler->is_computed[phase] = 1;
    }
    return at;
}

/* The places of a batch of outputs; if the filter is interpolated, two of each, and the weights of
 * the second one in Q16. */
struct batch {
    size_t outputs, places;
    struct fir_place place[2 * BATCH];
    uint16_t weight[BATCH];
};

static void place(struct resampler *resampler, struct batch *batch, size_t output)
{
    struct fir_place *to = batch->place + batch->places;
    uint64_t position;

    to[0].at = resampler->at;
    if (!is_interpolated(&resampler->plan)) {
        to[0].row = row_at(resampler, resampler->phase);
        batch->places++;
        return;
    }
    position = resampler->phase * resampler->phase_step;
    to[0].row = row_at(resampler, (uint32_t)(position >> 32));
    to[1] = (struct fir_place){ to[0].at, row_at(resampler, (uint32_t)(position >> 32) + 1) };
    batch->weight[output] = (uint16_t)(position >> 16);
    batch->places += 2;
}

/* Advances over as many outputs as the input suffices for, at most `room`. */
static void gather(struct resampler *resampler, struct batch *batch, size_t room)
{
    const struct resample_plan *plan = &resampler->plan;
    uint32_t frames = plan->down / plan->up, rest = plan->down % plan->up;
    size_t n = 0;

    room = min_size(room, BATCH);
    batch->places = 0;
    for (; n < room && resampler->at + plan->taps <= resampler->count; n++) {
        place(resampler, batch, n);
        resampler->at += frames;
        resampler->phase += rest;
        if (resampler->phase >= plan->up) {
            resampler->phase -= plan->up;
            resampler->at++;
        }
    }
    batch->outputs = n;
}

/* Computes one channel of a batch. Sums are in Q14 and below 2.8 * 2^29. */
static void compute(struct resampler *resampler, const struct batch *batch, const int16_t *input,
                    int16_t *dst)
{
    unsigned channels = resampler->plan.channels;
    int32_t sums[2 * BATCH];

    resampler->dsp->fir(input, resampler->rows, resampler->plan.taps, batch->place, batch->places,
                        sums);
    for (size_t i = 0; i < batch->outputs; i++) {
        int32_t sum = sums[i];

        if (batch->places != batch->outputs)
            sum = sums[2 * i] +
                  (int32_t)(((int64_t)sums[2 * i + 1] - sums[2 * i]) * batch->weight[i] >> 16);
        dst[i * channels] = saturate((sum + (1 << 13)) >> 14);
    }
}

/* Makes as many outputs as the input and the room allow. */
static size_t make(struct resampler *resampler, int16_t *dst, size_t room)
{
    const struct resample_plan *plan = &resampler->plan;
    struct batch batch;
    size_t made = 0;

    do {
        gather(resampler, &batch, room - made);
        for (unsigned c = 0; c < plan->channels; c++)
            compute(resampler, &batch, resampler->input + (size_t)c * room_of(plan),
                    dst + made * plan->channels + c);
        made += batch.outputs;
    } while (batch.outputs != 0);
    return made;
}

struct progress resample_run(struct resampler *resampler, const int16_t *src, int16_t *dst,
                             struct offer offer)
{
    unsigned channels = resampler->plan.channels;
    struct progress done = { 0, 0 };
    size_t taken, made;

    do {
        size_t room;

        made = make(resampler, dst + done.made * channels, offer.out - done.made);
        done.made += made;
        room = offer.out - done.made;
        taken = take(resampler, src + done.used * channels, offer.in - done.used, room);
        done.used += taken;
        if (taken != 0) {
            resampler->tail = resampler->plan.taps / 2;
        } else if (offer.ending == END && done.used == offer.in) {
            taken = take(resampler, 0, resampler->tail, room);
            resampler->tail -= (uint32_t)taken;
        }
    } while (taken != 0 || made != 0);
    return done;
}
