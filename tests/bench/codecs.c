/* Every codec through the core, beside its peers: rounds of each in turn, and the median
 * nanoseconds of processor time that a sample took, a line each for tests/bench/table. The sounds
 * stay in build/bench/sounds for the program in Wine. bench.codecs [TAG [QUALITY]] takes one codec
 * alone, with every set of kernels; bench.codecs --search every quality of the encoders that
 * search, beside peers' that do. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include "sounds.h"
#include "task.h"

enum {
    ROUNDS = 11,
    TASKS = 12,
    PIECE = 65536,
    SETS = 3
}; /* PIECE: bytes of PCM or code offered at once */
static const double LEAST = 0.0005, MOST = 0.08,
                    ONCE = 0.3; /* seconds: of a measurement, of all rounds of a task, and of one
                                 * that is not repeated */

static unsigned only_tag, quality;
static bool searching;

void task_made(const struct task *task, const void *data, size_t size)
{
    /* So that no compiler finds that nobody looks. */
    static volatile uint8_t sink;

    sink = size ? *(const uint8_t *)data : sink;
    if (!task->kept)
        return;
    task->kept->data = realloc(task->kept->data, task->kept->size + size + 1);
    memcpy(task->kept->data + task->kept->size, data, size);
    task->kept->size += size;
}

static void we_decode(const struct task *task)
{
    static int16_t pcm[16 * PIECE];
    void *state = malloc(task->codec->decoder->state_size);
    struct progress step = { 1, 0 };

    decoder_init(task->codec, state, &task->format, &task->options);
    for (size_t at = 0; step.used != 0 || step.made != 0; at += step.used) {
        size_t left = task->code.size - at, n = left < PIECE ? left : PIECE;

        step = task->codec->decoder->run(state, task->code.data + at, pcm,
                                         (struct offer){ n, 16 * PIECE, n == left ? END : WHOLE });
        task_made(task, pcm, step.made * sizeof *pcm);
    }
    free(state);
}

static void we_encode(const struct task *task)
{
    static uint8_t code[PIECE];
    void *state = malloc(task->codec->encoder->state_size);
    struct progress step = { 1, 0 };

    encoder_init(task->codec, state, &task->format, &task->options);
    for (size_t at = 0; step.used != 0 || step.made != 0; at += step.used) {
        size_t left = task->sound.count - at, n = left < PIECE / 2 ? left : PIECE / 2;

        step = task->codec->encoder->run(state, task->sound.samples + at, code,
                                         (struct offer){ n, PIECE, WHOLE });
        task_made(task, code, step.made);
    }
    free(state);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double timed(const struct task *task)
{
    double start = now(), spent;
    int times = 0;

    do {
        task->run(task);
        spent = now() - start;
        times++;
    } while (spent < LEAST);
    return spent / times;
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Interleaved rounds; the median seconds of each task. */
static void measure(const struct task *tasks, size_t n, double *medians)
{
    static double seconds[TASKS][ROUNDS];
    double spent = 0;
    int rounds = 0;

    for (; rounds < ROUNDS && spent < MOST * (double)n; rounds++)
        for (size_t i = 0; i < n; i++) {
            bool again = rounds == 0 || seconds[i][0] < ONCE;

            seconds[i][rounds] = again ? timed(&tasks[i]) : seconds[i][0];
            spent += seconds[i][0] < ONCE ? seconds[i][rounds] : 0;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(seconds[i], (size_t)rounds, sizeof(double), ascending);
        medians[i] = seconds[i][rounds / 2];
    }
}

/* What an encoder's code sounds like, by the same maker's decoder. */
static double snr_of(struct task task, void (*decode)(const struct task *))
{
    struct bytes code = { 0 }, pcm = { 0 };
    struct sound late;
    double result;

    task.kept = &code;
    task.run(&task);
    task.code = task.file = code;
    task.kept = &pcm;
    decode(&task);
    late = aligned(task.sound, (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 },
                   task.format.channels);
    result = snr(task.sound.samples, late.samples, late.count);
    free(code.data), free(pcm.data);
    return result;
}

/* Those of a list's peers that have the codec; how many tasks there are then. */
static size_t add_peers(const struct task *common, uint32_t bit_rate, bool decoding,
                        const struct peer *peer, struct task *tasks, double *snrs, size_t n)
{
    const struct wave_format *format = &common->format;

    for (; peer->name && n < TASKS; peer++) {
        if (peer->tag != common->codec->tags->tag ||
            (peer->bits && peer->bits != format->bits_per_sample) ||
            (peer->bit_rate && peer->bit_rate != bit_rate) || peer->channels < format->channels ||
            !(decoding ? peer->decode : peer->encode))
            continue;
        tasks[n] = *common;
        tasks[n].name = peer->name;
        tasks[n].run = decoding ? peer->decode : peer->encode;
        tasks[n].id = peer->id;
        snrs[n] = decoding ? 0 : snr_of(tasks[n], peer->decode ? peer->decode : we_decode);
        n++;
    }
    return n;
}

/* Ours, a task for each set, then the peers'. */
static size_t tasks_of(const struct task *common, uint32_t bit_rate, bool decoding,
                       struct task *tasks, double *snrs)
{
    static const char *const sets[SETS] = { "portable", "SSE2", "AVX2" };
    size_t n = 0;

    for (unsigned set = only_tag ? 0 : best_set(); set <= best_set(); set++, n++) {
        tasks[n] = *common;
        tasks[n].name = set == best_set() ? "OmniACM" : sets[set];
        tasks[n].run = decoding ? we_decode : we_encode;
        tasks[n].options.dsp = dsp_set(set);
        snrs[n] = decoding || set < best_set() ? 0 : snr_of(tasks[n], we_decode);
    }
    n = add_peers(common, bit_rate, decoding, peers, tasks, snrs, n);
    return add_peers(common, bit_rate, decoding, libav_peers, tasks, snrs, n);
}

/* Encoders that search: ours of each quality, then the peers', and theirs that search. */
static size_t searches_of(const struct task *common, uint32_t bit_rate, struct task *tasks,
                          double *snrs)
{
    static const char *const qualities[] = { "quality 0", "quality 1", "quality 2" };
    size_t n = 0;

    for (; n < sizeof qualities / sizeof *qualities; n++) {
        tasks[n] = *common;
        tasks[n].name = qualities[n];
        tasks[n].run = we_encode;
        tasks[n].options = (struct options){ .quality = (uint8_t)n, .dsp = dsp_set(best_set()) };
        snrs[n] = snr_of(tasks[n], we_decode);
    }
    n = add_peers(common, bit_rate, false, peers, tasks, snrs, n);
    n = add_peers(common, bit_rate, false, libav_peers, tasks, snrs, n);
    return add_peers(common, bit_rate, false, searching_peers, tasks, snrs, n);
}

static void each_way(const struct task *common, uint32_t bit_rate, bool decoding)
{
    const struct wave_format *format = &common->format;
    struct task tasks[TASKS];
    double snrs[TASKS], medians[TASKS];
    size_t n;

    if (getenv("CALLGRIND")) {
        (decoding ? we_decode : we_encode)(common);
        printf("run\t%s %u %s\t%zu\n", common->codec->name, format->byte_rate * 8,
               decoding ? "decode" : "encode", common->sound.count);
        return;
    }
    n = searching ? searches_of(common, bit_rate, tasks, snrs)
                  : tasks_of(common, bit_rate, decoding, tasks, snrs);
    measure(tasks, n, medians);
    for (size_t i = 0; i < n; i++)
        printf("bench\thost\t0x%X\t%s\t%u\t%u\t%u\t%s\twhole\t%s\t%.5f\t%.2f\n", format->tag,
               common->codec->name, format->sample_rate, format->channels, format->byte_rate * 8,
               decoding ? "decode" : "encode", tasks[i].name,
               medians[i] * 1e9 / (double)common->sound.count, snrs[i]);
    fflush(stdout);
}

static void compare(const struct codec *codec, struct mode mode)
{
    struct sound sound = sound_at(mode.sample_rate, mode.channels);
    struct task common = { .codec = codec,
                           .sound = sound,
                           .options = { .quality = (uint8_t)quality } };
    uint8_t extra[EXTRA_ROOM];

    common.format = format_of(codec, mode, extra);
    common.code = encode_all(codec, &common.format, 0, sound);
    common.file = wav_make(&common.format, common.code.data, common.code.size,
                           (uint32_t)(sound.count / mode.channels));
    for (unsigned c = 0; c < mode.channels; c++) {
        common.planes[c] = malloc(sound.count * sizeof(int16_t));
        for (size_t i = 0; i < sound.count / mode.channels; i++)
            common.planes[c][i] = sound.samples[i * mode.channels + c];
    }
    each_way(&common, mode.bit_rate, false);
    if (!searching)
        each_way(&common, mode.bit_rate, true);
    free(common.code.data), free(common.file.data), free(common.planes[0]), free(common.planes[1]);
}

static void missing(void)
{
#ifndef HAVE_SNDFILE
    printf("# without libsndfile: libsndfile1-dev is missing\n");
#endif
#ifndef HAVE_AVCODEC
    printf("# without libavcodec: libavcodec-dev is missing\n");
#endif
#ifndef HAVE_GSM
    printf("# without libgsm: libgsm1-dev is missing\n");
#endif
#ifndef HAVE_SPANDSP
    printf("# without spandsp: libspandsp-dev is missing\n");
#endif
#ifndef HAVE_SOX
    printf("# without sox: libsox-dev is missing\n");
#endif
#ifndef HAVE_BCG729
    printf("# without bcg729: libbcg729-dev is missing\n");
#endif
}

static bool is_wanted(const struct codec *codec)
{
    bool searches =
        codec->tags->tag == 0x02 || codec->tags->tag == 0x11 || codec->tags->tag == 0x20;

    return (!searching || searches) && (!only_tag || codec->tags->tag == only_tag);
}

/* Of modes with the same bytes a second, G.722's, the first is the whole code's. */
static bool is_first(const struct codec *codec, const struct mode *mode)
{
    uint8_t extra[EXTRA_ROOM];
    uint32_t bytes = format_of(codec, *mode, extra).byte_rate;

    for (const struct mode *other = codec->modes; other < mode; other++)
        if (other->sample_rate == mode->sample_rate && other->channels == mode->channels &&
            format_of(codec, *other, extra).byte_rate == bytes)
            return false;
    return true;
}

static bool is_heard(const struct codec *codec, const struct mode *mode)
{
    bool speech = mode->channels == 1 && mode->sample_rate == speech_rate(codec),
         music = mode->channels == 2 && mode->sample_rate == 44100;

    return (speech || music) && is_first(codec, mode);
}

/* Speech at each bit rate, and music. */
static void all_codecs(void **unused)
{
    (void)unused;
    missing();
    for (size_t i = 0; codecs[i]; i++)
        for (const struct mode *mode = codecs[i]->modes; mode->sample_rate && is_wanted(codecs[i]);
             mode++)
            if (is_heard(codecs[i], mode))
                compare(codecs[i], *mode);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_codecs) };

    searching = argc > 1 && strcmp(argv[1], "--search") == 0;
    only_tag = argc > 1 ? (unsigned)strtoul(argv[1], 0, 0) : 0;
    quality = argc > 2 ? (unsigned)strtoul(argv[2], 0, 0) : 0;
    return cmocka_run_group_tests_name("bench", tests, 0, 0);
}
