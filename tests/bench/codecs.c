/* Every codec through the core, with each SIMD set that this processor has, beside its peers: rounds of each in turn, the
 * medians in million samples a second, and the ratio to the best peer. Pinned to a core: tests/bench/run.
 * bench.codecs [TAG [QUALITY]] takes one codec alone. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include "peers.h"

enum { ROUNDS = 21, SECONDS = 3, PIECE = 65536, SETS = 3 };      /* PIECE: bytes of PCM or code offered at once */

static const char *const sets[SETS] = { "portable", "SSE2", "AVX2" };

static void we_decode(const struct task *task)
{
    static int16_t pcm[16 * PIECE];
    void *state = malloc(task->codec->decoder.state_size);
    struct progress step = { 1, 0 };

    task->codec->decoder.start(state, &task->format, &task->settings);
    for (size_t at = 0; at < task->code.size && (step.used || step.made); at += step.used) {
        size_t left = task->code.size - at, n = left < PIECE ? left : PIECE;

        step = task->codec->decoder.run(state, task->code.data + at, pcm, (struct offer){ n, 16 * PIECE, left <= PIECE ? END : WHOLE });
    }
    bench_sink = pcm[0];
    free(state);
}

static void we_encode(const struct task *task)
{
    static uint8_t code[PIECE];
    void *state = malloc(task->codec->encoder.state_size);
    struct progress step = { 1, 0 };

    task->codec->encoder.start(state, &task->format, &task->settings);
    for (size_t at = 0; step.used != 0 || step.made != 0; at += step.used) {
        size_t left = task->sound.count - at, n = left < PIECE / 2 ? left : PIECE / 2;

        step = task->codec->encoder.run(state, task->sound.samples + at, code, (struct offer){ n, PIECE, WHOLE });
    }
    bench_sink = code[0];
    free(state);
}

static double timed(const struct task *task)
{
    struct timespec from, to;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    task->run(task);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Interleaved rounds of up to SETS + PEERS_MOST tasks, as speeds. */
static void measure(const struct task *tasks, size_t n, double *speeds)
{
    static double seconds[SETS + PEERS_MOST][ROUNDS];

    double spent = 0;
    int rounds = 0;

    for (; rounds < ROUNDS && spent < SECONDS; rounds++)
        for (size_t i = 0; i < n; i++)
            spent += seconds[i][rounds] = timed(&tasks[i]);
    for (size_t i = 0; i < n; i++) {
        qsort(seconds[i], (size_t)rounds, sizeof(double), ascending);
        speeds[i] = (double)tasks[i].sound.count / seconds[i][rounds / 2] / 1e6;
    }
}

static void line(const char *what, const struct task *all, size_t own, size_t n, const double *speeds)
{
    size_t best = own;

    for (size_t i = own; i < n; i++)
        best = speeds[i] > speeds[best] ? i : best;
    printf("%-36s", what);
    for (size_t i = 0; i < own; i++)
        printf(" %s %7.1f", all[i].name, speeds[i]);
    if (own < n)
        printf("  %s %7.1f  ratio %.2f", all[best].name, speeds[best], speeds[own - 1] / speeds[best]);
    printf("\n");
    fflush(stdout);
}

static void each_way(const struct task *common, const char *sound, bool decoding)
{
    struct task all[SETS + PEERS_MOST], peers[PEERS_MOST];
    size_t own = best_set() + 1u, n = own + peers_of(common->codec->tag, decoding, peers);
    double speeds[SETS + PEERS_MOST];
    char what[96];

    for (size_t i = 0; i < n; i++) {
        all[i] = *common;
        all[i].name = i < own ? sets[i] : peers[i - own].name;
        all[i].run = i < own ? decoding ? we_decode : we_encode : peers[i - own].run;
        all[i].id = i < own ? 0 : peers[i - own].id;
        all[i].settings.simd = (uint8_t)i;
    }
    measure(all, n, speeds);
    snprintf(what, sizeof what, "%s, %s, %s", common->codec->name, sound, decoding ? "decode" : "encode");
    line(what, all, own, n, speeds);
}

static void compare(const struct codec *codec, struct mode mode, struct sound sound, const char *name, unsigned quality)
{
    struct task common = { .codec = codec, .sound = sound, .settings = { .quality = (uint8_t)quality } };
    uint8_t extra[EXTRA_ROOM];
    struct block block;

    common.format = format_of(codec, mode, extra);
    if (!codec->accepts(&common.format, &block) || !codec->encoder.run)
        return;
    common.code = encode_all(codec, &common.format, 0, sound);
    common.file = wav_make(&common.format, common.code.data, common.code.size, (uint32_t)(sound.count / mode.channels));
    for (unsigned c = 0; c < mode.channels; c++) {
        common.planes[c] = malloc(sound.count * sizeof(int16_t));
        for (size_t i = 0; i < sound.count / mode.channels; i++)
            common.planes[c][i] = sound.samples[i * mode.channels + c];
    }
    each_way(&common, name, false);
    if (codec->decoder.run)
        each_way(&common, name, true);
    free(common.code.data), free(common.file.data), free(common.planes[0]), free(common.planes[1]);
}

static unsigned only_tag, only_quality;

/* The first mode of each kind of sound. */
static void all_codecs(void **unused)
{
    struct sound voice = speech(), tune = music();

    (void)unused;
    peers_missing();
    printf("million samples a second; the ratio is ours with the best set over the best peer; quality %u\n", only_quality);
    for (size_t i = 0; codecs[i]; i++) {
        if (only_tag && codecs[i]->tag != only_tag)
            continue;
        for (const struct mode *mode = codecs[i]->modes; mode->sample_rate; mode++)
            if (mode->sample_rate <= 16000 && mode->channels == 1) {
                compare(codecs[i], *mode, voice, "speech", only_quality);
                break;
            }
        for (const struct mode *mode = codecs[i]->modes; mode->sample_rate; mode++)
            if (mode->sample_rate == 44100 && mode->channels == 2) {
                compare(codecs[i], *mode, tune, "music", only_quality);
                break;
            }
    }
    free(voice.samples), free(tune.samples);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_codecs) };

    only_tag = argc > 1 ? (unsigned)strtoul(argv[1], 0, 0) : 0;
    only_quality = argc > 2 ? (unsigned)strtoul(argv[2], 0, 0) : 0;
    return cmocka_run_group_tests_name("bench", tests, 0, 0);
}
