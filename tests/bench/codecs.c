/* Times every codec against its peers. Runs each in turn for several rounds and prints the median
 * processor time per sample in nanoseconds, one line per figure, for tests/bench/table. The sounds
 * are left in build/bench/sounds for the program in Wine.
 *
 * bench.codecs [TAG [QUALITY]]: one codec, with every set of kernels.
 * bench.codecs --search: the encoders that search, at every quality, and their peers. */
#define _POSIX_C_SOURCE 200809L
#include <sys/stat.h>
#include <time.h>
#include "sounds.h"
#include "task.h"

enum { ROUNDS = 11, TASKS = 12, SETS = 3 };
enum { CHUNK = 65536 }; /* bytes of PCM or code per call */

/* In seconds: the shortest measurement, the longest time for all rounds of a task, and the time
 * above which a task is measured once. */
static const double MEASUREMENT_MIN = 0.0005, ROUNDS_MAX = 0.08, REPEATED_MAX = 0.3;

/* Tasks to compare, and the SNR of each. */
struct list {
    struct task tasks[TASKS];
    double snrs[TASKS];
    size_t count;
};

static unsigned only_tag, quality;
static bool searching;

void task_output(const struct task *task, const void *data, size_t size)
{
    /* Keeps compilers from removing work whose result is not used. */
    static volatile uint8_t sink;

    sink = size ? *(const uint8_t *)data : sink;
    if (!task->output)
        return;
    task->output->data = realloc(task->output->data, task->output->size + size + 1);
    memcpy(task->output->data + task->output->size, data, size);
    task->output->size += size;
}

static void we_decode(const struct task *task)
{
    static int16_t pcm[16 * CHUNK];
    void *state = malloc(task->codec->decoder->state_size);
    struct progress step = { 1, 0 };

    decoder_init(task->codec, state, &task->format, &task->options);
    for (size_t at = 0; step.used != 0 || step.made != 0; at += step.used) {
        size_t left = task->code.size - at, n = left < CHUNK ? left : CHUNK;

        step = task->codec->decoder->run(state, task->code.data + at, pcm,
                                         (struct offer){ n, 16 * CHUNK, n == left ? END : WHOLE });
        task_output(task, pcm, step.made * sizeof *pcm);
    }
    free(state);
}

static void we_encode(const struct task *task)
{
    static uint8_t code[CHUNK];
    void *state = malloc(task->codec->encoder->state_size);
    struct progress step = { 1, 0 };

    encoder_init(task->codec, state, &task->format, &task->options);
    for (size_t at = 0; step.used != 0 || step.made != 0; at += step.used) {
        size_t left = task->sound.count - at, n = left < CHUNK / 2 ? left : CHUNK / 2;

        step = task->codec->encoder->run(state, task->sound.samples + at, code,
                                         (struct offer){ n, CHUNK, WHOLE });
        task_output(task, code, step.made);
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
    } while (spent < MEASUREMENT_MIN);
    return spent / times;
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Runs the tasks in turn for several rounds; returns the median time of each in seconds. */
static void measure(const struct task *tasks, size_t n, double *medians)
{
    static double seconds[TASKS][ROUNDS];
    double spent = 0;
    int rounds = 0;

    for (; rounds < ROUNDS && spent < ROUNDS_MAX * (double)n; rounds++)
        for (size_t i = 0; i < n; i++) {
            bool again = rounds == 0 || seconds[i][0] < REPEATED_MAX;

            seconds[i][rounds] = again ? timed(&tasks[i]) : seconds[i][0];
            spent += seconds[i][0] < REPEATED_MAX ? seconds[i][rounds] : 0;
        }
    for (size_t i = 0; i < n; i++) {
        qsort(seconds[i], (size_t)rounds, sizeof(double), ascending);
        medians[i] = seconds[i][rounds / 2];
    }
}

/* The SNR of an encoder, decoded by the same library. */
static double snr_of(struct task task, void (*decode)(const struct task *))
{
    struct bytes code = { 0 }, pcm = { 0 };
    struct sound late;
    double result;

    task.output = &code;
    task.run(&task);
    task.code = task.file = code;
    task.output = &pcm;
    decode(&task);
    late = aligned(task.sound, (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 },
                   task.format.channels);
    result = snr(task.sound.samples, late.samples, late.count);
    free(code.data);
    free(pcm.data);
    return result;
}

/* Adds the peers that support the codec. */
static void add_peers(const struct task *common, uint32_t bit_rate, bool decoding,
                      const struct peer *peer, struct list *list)
{
    const struct wave_format *format = &common->format;

    for (; peer->name && list->count < TASKS; peer++) {
        struct task *task = &list->tasks[list->count];

        if (peer->tag != common->codec->tags->tag ||
            (peer->bits && peer->bits != format->bits_per_sample) ||
            (peer->bit_rate && peer->bit_rate != bit_rate) || peer->channels < format->channels ||
            !(decoding ? peer->decode : peer->encode))
            continue;
        *task = *common;
        task->name = peer->name;
        task->run = decoding ? peer->decode : peer->encode;
        task->id = peer->id;
        list->snrs[list->count++] =
            decoding ? 0 : snr_of(*task, peer->decode ? peer->decode : we_decode);
    }
}

/* Lists our codec, once per set of kernels if it is tested alone, and its peers. */
static void list_peers(const struct task *common, uint32_t bit_rate, bool decoding,
                       struct list *list)
{
    static const char *const sets[SETS] = { "portable", "SSE2", "AVX2" };

    for (unsigned set = only_tag ? 0 : best_set(); set <= best_set(); set++) {
        struct task *task = &list->tasks[list->count];

        *task = *common;
        task->name = set == best_set() ? "OmniACM" : sets[set];
        task->run = decoding ? we_decode : we_encode;
        task->options.dsp = dsp_set(set);
        list->snrs[list->count++] = decoding || set < best_set() ? 0 : snr_of(*task, we_decode);
    }
    add_peers(common, bit_rate, decoding, peers, list);
    add_peers(common, bit_rate, decoding, libav_peers, list);
}

/* Lists our encoder at each quality and its peers, among them those that search. */
static void list_searches(const struct task *common, uint32_t bit_rate, struct list *list)
{
    static const char *const qualities[] = { "quality 0", "quality 1", "quality 2" };

    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++) {
        struct task *task = &list->tasks[list->count];

        *task = *common;
        task->name = qualities[i];
        task->run = we_encode;
        task->options = (struct options){ .quality = (uint8_t)i, .dsp = dsp_set(best_set()) };
        list->snrs[list->count++] = snr_of(*task, we_decode);
    }
    add_peers(common, bit_rate, false, peers, list);
    add_peers(common, bit_rate, false, libav_peers, list);
    add_peers(common, bit_rate, false, searching_peers, list);
}

static void run_direction(const struct task *common, uint32_t bit_rate, bool decoding)
{
    const struct wave_format *format = &common->format;
    struct list list = { .count = 0 };
    double medians[TASKS];

    if (getenv("CALLGRIND")) {
        (decoding ? we_decode : we_encode)(common);
        printf("run\t%s %u %s\t%zu\n", common->codec->name, format->byte_rate * 8,
               decoding ? "decode" : "encode", common->sound.count);
        return;
    }
    if (searching)
        list_searches(common, bit_rate, &list);
    else
        list_peers(common, bit_rate, decoding, &list);
    measure(list.tasks, list.count, medians);
    for (size_t i = 0; i < list.count; i++)
        printf("bench\thost\t0x%X\t%s\t%u\t%u\t%u\t%s\twhole\t%s\t%.5f\t%.2f\n", format->tag,
               common->codec->name, format->sample_rate, format->channels, format->byte_rate * 8,
               decoding ? "decode" : "encode", list.tasks[i].name,
               medians[i] * 1e9 / (double)common->sound.count, list.snrs[i]);
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
    run_direction(&common, mode.bit_rate, false);
    if (!searching)
        run_direction(&common, mode.bit_rate, true);
    free(common.code.data);
    free(common.file.data);
    free(common.planes[0]);
    free(common.planes[1]);
}

/* Real files of the formats that are only decoded. */
static const struct recording {
    uint16_t tag;
    const char *vector;
} recordings[] = {
    { 0x401, "imc/imc-0401.wav" },
    { 0x402, "imc/imc-0401.wav" }, /* the same blocks, with other tables */
    { 0x270, "atrac3/mc_sich_at3_132_small.wav" },
    { 0x72, "wiki-one-clip/8ksbc12.wav" },
    { 0x160, "wma/0160-made-22k.wav" },
    { 0x161, "wma/0161-options1-44k.wav" },
    { 0x130, "acelpnet/0130-8k5.wav" },
    { 0x130, "acelpnet/0130-16k.wav" },
};

/* The program in Wine decodes them too. */
static void leave_recording(size_t index, struct bytes wav)
{
    char path[64];
    FILE *file;

    mkdir("build/bench/sounds", 0777);
    snprintf(path, sizeof path, "build/bench/sounds/recording%zu.wav", index);
    file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(wav.data, 1, wav.size, file);
    fclose(file);
}

static void decode_recording(const struct codec *codec, const struct recording *recording)
{
    struct task common = { .codec = codec };
    struct bytes file = vector_read(recording->vector);

    common.code = wav_open(file, &common.format);
    common.code.size -= common.code.size % common.format.block_align;
    common.format.tag = recording->tag;
    common.file = wav_make(&common.format, common.code.data, common.code.size, 0);
    leave_recording((size_t)(recording - recordings), common.file);
    common.sound = decode_all(codec, &common.format, 0, common.code);
    run_direction(&common, 0, true);
    free(common.sound.samples);
    free(common.file.data);
    free(file.data);
}

/* MPEG audio as its usual encoders write it: its frames depend on the sound more than those of
 * other codecs. */
static const struct stream_of {
    uint16_t tag;
    uint32_t bit_rate;
    const char *command;
} streams[] = {
    { 0x55, 128000, "lame --quiet -b 128 - -" },
    { 0x55, 320000, "lame --quiet -b 320 - -" },
    { 0x50, 192000, "twolame --quiet -r -s 44100 -N 2 -b 192 - -" },
};

static void decode_stream(const struct codec *codec, const struct stream_of *of)
{
    struct task common = { .codec = codec };
    struct wave_format pcm = { .tag = 1,
                               .channels = 2,
                               .sample_rate = 44100,
                               .byte_rate = 176400,
                               .block_align = 4,
                               .bits_per_sample = 16 };
    uint8_t extra[EXTRA_ROOM];
    struct sound sound = sound_at(44100, 2);
    struct bytes wav;

    wav = wav_make(&pcm, sound.samples, sound.count * 2, (uint32_t)(sound.count / 2));
    common.format = format_of(codec, (struct mode){ 44100, 2, of->bit_rate }, extra);
    common.code = common.file = peer_run(of->command, wav.data, wav.size);
    common.sound = decode_all(codec, &common.format, 0, common.code);
    run_direction(&common, of->bit_rate, true);
    free(common.sound.samples);
    free(common.code.data);
    free(wav.data);
}

static void missing(void)
{
#ifndef HAVE_MPG123
    printf("# without mpg123: libmpg123-dev is missing\n");
#endif
#ifndef HAVE_SHINE
    printf("# without shine: libshine-dev is missing\n");
#endif
#ifndef HAVE_LAME
    printf("# without lame: libmp3lame-dev is missing\n");
#endif
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

static bool is_selected(const struct codec *codec)
{
    bool searches =
        codec->tags->tag == 0x02 || codec->tags->tag == 0x11 || codec->tags->tag == 0x20;

    return (!searching || searches) && (!only_tag || codec->tags->tag == only_tag);
}

/* Of several modes with the same byte rate, as G.722 has, only the first is measured, and of the
 * many bit rates of MPEG audio. */
static bool is_first(const struct codec *codec, const struct mode *mode)
{
    bool mpeg = codec->tags->tag == 0x55 || codec->tags->tag == 0x50;
    uint8_t extra[EXTRA_ROOM];
    uint32_t bytes = format_of(codec, *mode, extra).byte_rate;

    for (const struct mode *other = codec->modes; other < mode; other++)
        if (other->sample_rate == mode->sample_rate && other->channels == mode->channels &&
            (mpeg || format_of(codec, *other, extra).byte_rate == bytes))
            return false;
    return true;
}

static bool is_measured(const struct codec *codec, const struct mode *mode)
{
    bool speech = mode->channels == 1 && mode->sample_rate == speech_rate(codec),
         music = mode->channels == 2 && mode->sample_rate == 44100;

    return codec->encoder && (speech || music) && is_first(codec, mode);
}

/* Measures speech at each bit rate, and music; at last the recordings, which may be missing. */
static void all_codecs(void **unused)
{
    (void)unused;
    missing();
    for (size_t i = 0; codecs[i]; i++)
        for (const struct mode *mode = codecs[i]->modes;
             mode->sample_rate && is_selected(codecs[i]); mode++)
            if (is_measured(codecs[i], mode))
                compare(codecs[i], *mode);
    for (size_t i = 0; i < sizeof recordings / sizeof *recordings && !searching; i++) {
        const struct codec *codec = codec_find(recordings[i].tag);

        if (!codec->encoder && is_selected(codec))
            decode_recording(codec, &recordings[i]);
    }
    for (size_t i = 0; i < sizeof streams / sizeof *streams && !searching; i++)
        if (is_selected(codec_find(streams[i].tag)))
            decode_stream(codec_find(streams[i].tag), &streams[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_codecs) };

    searching = argc > 1 && strcmp(argv[1], "--search") == 0;
    only_tag = argc > 1 ? (unsigned)strtoul(argv[1], 0, 0) : 0;
    quality = argc > 2 ? (unsigned)strtoul(argv[2], 0, 0) : 0;
    return cmocka_run_group_tests_name("bench", tests, 0, 0);
}
