/* 64 streams of all codecs on 8 threads, each of which feeds its eight streams in turn, give the
 * same output as each stream alone. The preset `threads` runs this under ThreadSanitizer. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include "support.h"
#include "ac3_header.h"
#include "fixed.h"
#include "mpeg_frames.h"
#include "stream.h"

enum { STREAMS = 64, THREADS = 8, EACH = STREAMS / THREADS, SAMPLES = 4001, PIECE = 3000 };

struct job {
    struct wave_format format, pcm;
    uint8_t extra[EXTRA_ROOM];
    struct plan plan;
    struct bytes src, alone, together;
    struct stream *stream;
    size_t used;
};

static struct job jobs[STREAMS];

static struct bytes decodable(const struct codec *codec, const struct wave_format *format,
                              struct sound sound)
{
    struct layout layout;
    size_t size = 999;

    if (is_mpeg(format->tag)) /* random bytes make no frames */
        return mpeg_frames_of(format, size, 1);
    if (codec->encoder)
        return encode_all(codec, format, 0, sound);
    assert_true(parses(codec, format, &layout));
    if (layout.block.bytes > size)
        size = min_size(2 * layout.block.bytes, sound.count * 2);
    if (format->tag == 0x2000)
        put_ac3_header(format, (uint8_t *)sound.samples);
    return (struct bytes){ (uint8_t *)sound.samples, size };
}

/* Takes the codecs in turn, and decodes in every other round or if there is no encoder. */
static void make_job(struct job *job, size_t number, size_t codec_count)
{
    const struct codec *codec = codecs[number % codec_count];
    bool decoding = !codec->encoder || number / codec_count % 2;
    struct sound sound = generated((size_t)SAMPLES * codec->modes->channels, (uint32_t)number + 1);

    job->format = format_of(codec, *codec->modes, job->extra);
    job->pcm = (struct wave_format){ TAG_PCM,
                                     job->format.channels,
                                     job->format.sample_rate,
                                     0,
                                     (uint16_t)(2 * job->format.channels),
                                     16,
                                     0,
                                     0 };
    job->src = (struct bytes){ (uint8_t *)sound.samples, sound.count * 2 };
    if (decoding)
        job->src = decodable(codec, &job->format, sound);
    assert_true(stream_plan(&job->plan, decoding ? &job->format : &job->pcm,
                            decoding ? &job->pcm : &job->format));
}

static void begin(struct job *job)
{
    struct options options = DEFAULT_OPTIONS;

    /* Detection of G.726's bit order depends on the length of the first piece. */
    options.quirks = QUIRK_MSB_FIRST;
    job->stream = stream_start(malloc(stream_bytes(&job->plan)), &job->plan, &options);
    job->used = 0;
}

/* The bytes of a piece, which is at least a block. */
static size_t piece_of(const struct plan *plan)
{
    const struct span *block = &plan->layout.block;

    return (size_t)max_i32(
        PIECE,
        (int32_t)(plan->decoding ? block->bytes : 2 * block->frames * plan->layout.channels));
}

/* Converts one more piece, and returns false if there is none. */
static bool feed(struct job *job, struct bytes *out)
{
    size_t left = job->src.size - job->used, piece = piece_of(&job->plan),
           in = min_size(left, piece);
    uint32_t room;
    struct progress step;

    assert_true(stream_size_from_source(&job->plan, (uint32_t)piece, &room));
    room += job->plan.layout.block.bytes + 2 * job->plan.layout.block.frames * job->format.channels;
    out->data = realloc(out->data, out->size + room);
    step = stream_convert(job->stream, job->src.data + job->used, out->data + out->size,
                          (struct offer){ in, room, in == left ? END : WHOLE });
    job->used += step.used;
    out->size += step.made;
    return step.used || step.made;
}

static void *feed_eight(void *first)
{
    struct job *own = first;
    bool busy = true;

    while (busy) {
        busy = false;
        for (int i = 0; i < EACH; i++)
            busy |= feed(&own[i], &own[i].together);
    }
    return 0;
}

static void streams_are_independent(void **unused)
{
    pthread_t threads[THREADS];
    size_t codec_count = 0;

    (void)unused;
    while (codecs[codec_count])
        codec_count++;
    for (size_t i = 0; i < STREAMS; i++) {
        make_job(&jobs[i], i, codec_count);
        begin(&jobs[i]);
        while (feed(&jobs[i], &jobs[i].alone))
            ;
        assert_true(jobs[i].used == jobs[i].src.size && jobs[i].alone.size != 0);
        free(jobs[i].stream);
    }
    for (size_t i = 0; i < STREAMS; i++)
        begin(&jobs[i]);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], 0, feed_eight, &jobs[i * EACH]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], 0), 0);
    for (size_t i = 0; i < STREAMS; i++) {
        assert_int_equal(jobs[i].alone.size, jobs[i].together.size);
        assert_memory_equal(jobs[i].alone.data, jobs[i].together.data, jobs[i].alone.size);
        free(jobs[i].stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(streams_are_independent) };

    return cmocka_run_group_tests_name("threads", tests, 0, 0);
}
