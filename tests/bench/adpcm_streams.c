/* OKI, Dialogic, NMS, Yamaha, Creative and Xbox ADPCM beside libsndfile and libavcodec: rounds of each in turn, and medians.
 * Run it pinned to a core: taskset -c 1 build/bench/tests/bench/bench.adpcm_streams */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <libavcodec/avcodec.h>
#include <sndfile.h>
#include "support.h"

enum { ROUNDS = 31 };

/* One direction of one codec, ours or a peer's. */
struct task {
    const char *name;
    void (*run)(const struct task *);
    const struct codec *codec;
    struct wave_format format;
    struct settings settings;
    enum AVCodecID id;
    int packet;                     /* libavcodec's: bytes of a packet */
    int file;                       /* libsndfile's: the format */
    uint8_t extra[EXTRA_ROOM];
    struct sound sound;
    struct bytes code;
};

static volatile int sink;

/* In pieces as a player's, so that memory's speed is nobody's. */
enum { PIECE = 32768 };

static void we_decode(const struct task *task)
{
    static int16_t pcm[4 * PIECE];
    void *state = malloc(task->codec->decoder.state_size);

    task->codec->decoder.start(state, &task->format, &task->settings);
    for (size_t at = 0; at < task->code.size;) {
        size_t left = task->code.size - at, n = left < PIECE ? left : PIECE;

        struct offer offer = { n, 4 * PIECE, left <= PIECE ? END : WHOLE };

        at += task->codec->decoder.run(state, task->code.data + at, pcm, offer).used;
    }
    sink = pcm[0];
    free(state);
}

static void we_encode(const struct task *task)
{
    static uint8_t code[PIECE];
    void *state = malloc(task->codec->encoder.state_size);
    struct progress step = { 1, 0 };

    task->codec->encoder.start(state, &task->format, &task->settings);
    for (size_t at = 0; step.used != 0; at += step.used) {
        size_t left = task->sound.count - at, n = left < PIECE ? left : PIECE;

        step = task->codec->encoder.run(state, task->sound.samples + at, code, (struct offer){ n, PIECE, WHOLE });
    }
    sink = code[0];
    free(state);
}

/* A file in memory. */
struct memory_file {
    struct bytes bytes;
    sf_count_t at;
};

static sf_count_t memory_size(void *user)
{
    return (sf_count_t)((struct memory_file *)user)->bytes.size;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
    struct memory_file *file = user;

    return file->at = offset + (whence == SEEK_CUR ? file->at : whence == SEEK_END ? memory_size(user) : 0);
}

static sf_count_t memory_read(void *to, sf_count_t count, void *user)
{
    struct memory_file *file = user;
    sf_count_t left = memory_size(user) - file->at, n = count < left ? count : left;

    memcpy(to, file->bytes.data + file->at, (size_t)n);
    file->at += n;
    return n;
}

static sf_count_t memory_write(const void *from, sf_count_t count, void *user)
{
    struct memory_file *file = user;

    memcpy(file->bytes.data + file->at, from, (size_t)count);
    file->at += count;
    return count;
}

static sf_count_t memory_tell(void *user)
{
    return ((struct memory_file *)user)->at;
}

static SNDFILE *open_sndfile(const struct task *task, struct memory_file *file, int mode)
{
    static SF_VIRTUAL_IO io = { memory_size, memory_seek, memory_read, memory_write, memory_tell };
    SF_INFO info = { .channels = 1, .samplerate = 8000, .format = task->file };

    if (mode == SFM_READ && (task->file & SF_FORMAT_TYPEMASK) != SF_FORMAT_RAW)
        info.format = 0;

    return sf_open_virtual(&io, mode, &info, file);
}

static void sndfile_decodes(const struct task *task)
{
    static int16_t pcm[2 * PIECE];
    struct memory_file file = { task->code, 0 };
    SNDFILE *vox = open_sndfile(task, &file, SFM_READ);

    while (sf_read_short(vox, pcm, 2 * PIECE) > 0)
        sink = pcm[0];
    sf_close(vox);
}

static void sndfile_encodes(const struct task *task)
{
    struct memory_file file = { { malloc(task->sound.count), 0 }, 0 };
    SNDFILE *vox = open_sndfile(task, &file, SFM_WRITE);

    sf_write_short(vox, task->sound.samples, (sf_count_t)task->sound.count);
    sf_close(vox);
    sink = file.bytes.data[file.at - 1];
    free(file.bytes.data);
}

static AVCodecContext *open_libav(const struct task *task, const AVCodec *codec)
{
    AVCodecContext *context = avcodec_alloc_context3(codec);

    context->sample_rate = (int)task->format.sample_rate;
    av_channel_layout_default(&context->ch_layout, task->format.channels);
    context->sample_fmt = AV_SAMPLE_FMT_S16;
    context->block_align = task->packet;
    context->bits_per_coded_sample = 4;
    if (avcodec_open2(context, codec, 0) < 0)
        exit(1);
    return context;
}

static void libav_decodes(const struct task *task)
{
    AVCodecContext *context = open_libav(task, avcodec_find_decoder(task->id));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();

    for (size_t i = 0, most = (size_t)task->packet; i < task->code.size; i += most) {
        packet->data = task->code.data + i;
        packet->size = (int)(task->code.size - i < most ? task->code.size - i : most);
        avcodec_send_packet(context, packet);
        avcodec_receive_frame(context, frame);
        sink = frame->data[0][0];
    }
    packet->data = 0;
    av_packet_free(&packet), av_frame_free(&frame), avcodec_free_context(&context);
}

static void libav_encodes(const struct task *task)
{
    AVCodecContext *context = open_libav(task, avcodec_find_encoder(task->id));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    size_t samples = (size_t)context->frame_size * task->format.channels;

    frame->format = AV_SAMPLE_FMT_S16;
    frame->nb_samples = context->frame_size;
    av_channel_layout_copy(&frame->ch_layout, &context->ch_layout);
    for (size_t i = 0; i + samples <= task->sound.count; i += samples) {
        frame->data[0] = (uint8_t *)(task->sound.samples + i);
        frame->linesize[0] = (int)samples * 2;
        avcodec_send_frame(context, frame);
        avcodec_receive_packet(context, packet);
        sink = packet->data[0];
        av_packet_unref(packet);
    }
    frame->data[0] = 0;
    av_packet_free(&packet), av_frame_free(&frame), avcodec_free_context(&context);
}

/* Of the processor, which others may share. */
static double timed(const struct task *task)
{
    struct timespec from, to;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    task->run(task);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof(double), ascending);
    return values[ROUNDS / 2];
}

/* Million samples a second in the median round, and the median of the rounds' ratios. */
static void compare(const char *what, struct task ours, struct task theirs)
{
    double samples = (double)ours.sound.count / 1e6, we[ROUNDS], they[ROUNDS], ratios[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        we[i] = timed(&ours);
        they[i] = timed(&theirs);
        ratios[i] = they[i] / we[i];
    }
    printf("%-34s %7.1f   %s %7.1f   ratio %.2f\n", what, samples / median(we), theirs.name, samples / median(they),
           median(ratios));
}

extern const struct codec oki_adpcm, dialogic_adpcm, nms_adpcm, yamaha_adpcm, creative_adpcm, xbox_adpcm;

static unsigned best_set(void)
{
    const char *set = getenv("SIMD");

    return set ? (unsigned)atoi(set) : __builtin_cpu_supports("avx2") ? 2 : 1;
}

/* The stream is our encoder's. A null peer cannot do it. */
static void each_way(const char *name, const struct codec *codec, struct mode mode, uint8_t quality, struct sound sound,
                     struct task decoder, struct task encoder)
{
    struct task ours = { .codec = codec, .sound = sound, .settings = { quality, .simd = (uint8_t)best_set() } };
    char what[64];

    ours.format = format_of(codec, mode, ours.extra);
    if (mode.bit_rate == 1)
        ours.format.block_align = 1024;         /* Yamaha's without headers, as the peer's */
    ours.code = encode_all(codec, &ours.format, &ours.settings, sound);
    decoder.sound = encoder.sound = sound;
    decoder.code = (decoder.file & SF_FORMAT_TYPEMASK) == SF_FORMAT_WAV
                       ? wav_make(&ours.format, ours.code.data, ours.code.size, (uint32_t)sound.count)
                       : ours.code;
    decoder.format = encoder.format = ours.format;
    ours.run = we_encode;
    snprintf(what, sizeof what, "%s, encoding", name);
    if (encoder.run)
        compare(what, ours, encoder);
    ours.run = we_decode;
    snprintf(what, sizeof what, "%s, decoding", name);
    if (decoder.run)
        compare(what, ours, decoder);
    if (decoder.code.data != ours.code.data)
        free(decoder.code.data);
    free(ours.code.data);
}

static void measure(void **unused)
{
    const struct task none = { 0 };
    const int vox = SF_FORMAT_RAW | SF_FORMAT_VOX_ADPCM, nms = SF_FORMAT_WAV | SF_FORMAT_NMS_ADPCM_32;
    const struct task vox_in = { .name = "libsndfile", .run = sndfile_decodes, .file = vox },
                      vox_out = { .name = "libsndfile", .run = sndfile_encodes, .file = vox };
    const struct task nms_in = { .name = "libsndfile", .run = sndfile_decodes, .file = nms },
                      nms_out = { .name = "libsndfile", .run = sndfile_encodes, .file = nms };
    const struct task yamaha_in = { .name = "libavcodec", .run = libav_decodes, .id = AV_CODEC_ID_ADPCM_YAMAHA, .packet = 1024 };
    const struct task yamaha_out = { .name = "libavcodec", .run = libav_encodes, .id = AV_CODEC_ID_ADPCM_YAMAHA, .packet = 1024 };
    const struct task oki = { .name = "libavcodec", .run = libav_decodes, .id = AV_CODEC_ID_ADPCM_IMA_OKI, .packet = 1024 };
    const struct task creative = { .name = "libavcodec", .run = libav_decodes, .id = AV_CODEC_ID_ADPCM_CT, .packet = 1024 };
    const struct task xbox = { .name = "libavcodec", .run = libav_decodes, .id = AV_CODEC_ID_ADPCM_IMA_WAV, .packet = 72 };
    struct sound voice = speech(), tune = music();

    (void)unused;
    each_way("Dialogic, speech", &dialogic_adpcm, (struct mode){ 8000, 1, 0 }, 0, voice, vox_in, vox_out);
    each_way("OKI, speech", &oki_adpcm, (struct mode){ 8000, 1, 0 }, 0, voice, oki, none);
    each_way("OKI, stereo music", &oki_adpcm, (struct mode){ 44100, 2, 0 }, 0, tune, oki, none);
    each_way("NMS 32k, speech", &nms_adpcm, (struct mode){ 8000, 1, 32000 }, 0, voice, nms_in, nms_out);
    each_way("Creative, stereo music", &creative_adpcm, (struct mode){ 44100, 2, 0 }, 0, tune, creative, none);
    each_way("Xbox, stereo music", &xbox_adpcm, (struct mode){ 44100, 2, 0 }, 0, tune, xbox, none);
    each_way("Yamaha, speech", &yamaha_adpcm, (struct mode){ 8000, 1, 0 }, 0, voice, yamaha_in, yamaha_out);
    each_way("Yamaha, stereo music", &yamaha_adpcm, (struct mode){ 44100, 2, 0 }, 0, tune, yamaha_in, yamaha_out);
    each_way("Yamaha, speech, searched", &yamaha_adpcm, (struct mode){ 8000, 1, 0 }, 1, voice, none, yamaha_out);
    each_way("Yamaha, stereo music, searched", &yamaha_adpcm, (struct mode){ 44100, 2, 0 }, 1, tune, none, yamaha_out);
    each_way("headerless, speech", &yamaha_adpcm, (struct mode){ 8000, 1, 1 }, 0, voice, yamaha_in, yamaha_out);
    each_way("headerless, stereo music", &yamaha_adpcm, (struct mode){ 44100, 2, 1 }, 0, tune, yamaha_in, yamaha_out);
    free(voice.samples), free(tune.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(measure) };

    return cmocka_run_group_tests_name("bench", tests, 0, 0);
}
