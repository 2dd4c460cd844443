/* Times the sample rate converter beside soxr at its qualities HQ and VHQ, in turn, and prints the
 * median speeds in million output samples per second of processor time. The time includes opening,
 * which computes soxr's filters, but not ours. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include "support.h"
#include "resample.h"
#ifdef HAVE_SOXR
#include <soxr.h>
#endif

enum { SECONDS = 20, PIECE = 4096, ROUNDS = 5, OPENINGS = 500 };

struct task {
    const char *name;
    unsigned quality;
    size_t (*run)(const struct task *); /* returns the frames that it made */
    uint32_t from, to;
    unsigned channels;
    const int16_t *src;
    int16_t *dst; /* of one piece */
    size_t frames, room;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static size_t piece_at(const struct task *task, size_t at)
{
    return task->frames - at < PIECE ? task->frames - at : PIECE;
}

static size_t we_convert(const struct task *task)
{
    struct resample_plan plan;
    struct resampler *resampler;
    size_t made = 0;

    assert_true(resample_plan(&plan, task->from, task->to, task->channels, task->quality));
    resampler = resample_start(malloc(resample_bytes(&plan)), &plan, dsp_set(best_set()));
    for (size_t at = 0; at < task->frames; at += PIECE) {
        size_t n = piece_at(task, at);
        struct offer offer = { n, task->room, at + n == task->frames ? END : WHOLE };

        made += resample_run(resampler, task->src + at * task->channels, task->dst, offer).made;
    }
    free(resampler);
    return made;
}

#ifdef HAVE_SOXR
static size_t soxr_converts(const struct task *task)
{
    soxr_io_spec_t io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
    soxr_quality_spec_t quality = soxr_quality_spec(task->quality, 0);
    soxr_t soxr = soxr_create(task->from, task->to, task->channels, 0, &io, &quality, 0);
    size_t made = 0, n;

    for (size_t at = 0; at < task->frames; at += PIECE) {
        soxr_process(soxr, task->src + at * task->channels, piece_at(task, at), 0, task->dst,
                     task->room, &n);
        made += n;
    }
    do {
        soxr_process(soxr, 0, 0, 0, task->dst, task->room, &n);
        made += n;
    } while (n != 0);
    soxr_delete(soxr);
    return made;
}
#endif

static const struct task tasks[] = {
    { .name = "quality 0", .quality = 0, .run = we_convert },
    { .name = "quality 1", .quality = 1, .run = we_convert },
    { .name = "quality 2", .quality = 2, .run = we_convert },
#ifdef HAVE_SOXR
    { .name = "soxr HQ", .quality = SOXR_HQ, .run = soxr_converts },
    { .name = "soxr VHQ", .quality = SOXR_VHQ, .run = soxr_converts },
#endif
};
enum { COUNT = sizeof tasks / sizeof *tasks, TASKS = 5 };

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void measure(uint32_t from, uint32_t to, unsigned channels)
{
    size_t frames = (size_t)from * SECONDS, room = (size_t)PIECE * (to / from + 1) + to;
    struct sound sound = generated(frames * channels, 1);
    int16_t *dst = malloc(room * channels * sizeof *dst);
    double speeds[COUNT][ROUNDS];

    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < COUNT; i++) {
            struct task task = tasks[i];
            double start = now();

            task.from = from;
            task.to = to;
            task.channels = channels;
            task.src = sound.samples;
            task.dst = dst;
            task.frames = frames;
            task.room = room;
            speeds[i][round] = (double)(task.run(&task) * channels) / (now() - start) / 1e6;
        }
    printf("%6u %6u %8u", from, to, channels);
    for (int i = 0; i < COUNT; i++) {
        qsort(speeds[i], ROUNDS, sizeof(double), ascending);
        printf(" %10.1f", speeds[i][ROUNDS / 2]);
    }
    if (COUNT == TASKS)
        printf(" %16.2f", speeds[1][ROUNDS / 2] / speeds[COUNT - 1][ROUNDS / 2]);
    printf("\n");
    free(sound.samples);
    free(dst);
}

static const uint32_t ratios[][2] = {
    { 44100, 48000 }, { 48000, 44100 }, { 8000, 44100 }, { 44100, 16000 }, { 17896, 44100 }
};
enum { RATIOS = sizeof ratios / sizeof *ratios };

/* The longest of the mean times of opening, in microseconds. */
static double opening(unsigned quality, unsigned channels)
{
    double most = 0;

    for (int i = 0; i < RATIOS; i++) {
        double start = now(), time;

        for (int k = 0; k < OPENINGS; k++) {
            struct resample_plan plan;
            void *memory;

            assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], channels, quality));
            memory = malloc(resample_bytes(&plan));
            resample_start(memory, &plan, dsp_set(best_set()));
            free(memory);
        }
        time = (now() - start) / OPENINGS * 1e6;
        most = time > most ? time : most;
    }
    return most;
}

int main(void)
{

    printf("%6s %6s %s", "from", "to", "channels");
    for (int i = 0; i < COUNT; i++)
        printf(" %10s", tasks[i].name);
    printf("%s\n", COUNT == TASKS ? "  quality 1 / VHQ" : "");
    if (COUNT != TASKS)
        printf("# without soxr: libsoxr-dev is missing\n");
    for (unsigned channels = 1; channels <= 2; channels++)
        for (int i = 0; i < RATIOS; i++)
            measure(ratios[i][0], ratios[i][1], channels);
    for (unsigned quality = 0; quality < 3; quality++)
        printf("opening at quality %u: at most %.1f us, with 8 channels %.1f us\n", quality,
               opening(quality, 1), opening(quality, 8));
    return 0;
}
