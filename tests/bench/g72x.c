/* G.726 and G.722 beside libavcodec: rounds of each in turn, and medians.
 * Run it pinned to a core: taskset -c 1 build/bench/tests/bench/bench.g72x */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <libavcodec/avcodec.h>
#include "support.h"

enum { ROUNDS = 31, PIECE = 3960 };     /* bytes: whole codes of every rate */

struct subject {
    const char *name;
    enum AVCodecID id;
    struct wave_format format;
    struct sound sound;
    struct bytes code;
};

static volatile int sink;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void we_encode(const struct subject *subject)
{
    struct bytes code = encode_all(codec_find(subject->format.tag), &subject->format, 0, subject->sound);

    sink = code.data[0];
    free(code.data);
}

static void we_decode(const struct subject *subject)
{
    struct sound sound = decode_all(codec_find(subject->format.tag), &subject->format, 0, subject->code);

    sink = sound.samples[0];
    free(sound.samples);
}

static AVCodecContext *peer_open(const struct subject *subject, const AVCodec *codec)
{
    AVCodecContext *context = avcodec_alloc_context3(codec);

    context->sample_rate = (int)subject->format.sample_rate;
    context->sample_fmt = AV_SAMPLE_FMT_S16;
    context->bits_per_coded_sample = subject->format.bits_per_sample;
    context->bit_rate = subject->format.bits_per_sample * context->sample_rate;
    av_channel_layout_default(&context->ch_layout, 1);
    assert_int_equal(avcodec_open2(context, codec, 0), 0);
    return context;
}

static void peer_encode(const struct subject *subject)
{
    AVCodecContext *context = peer_open(subject, avcodec_find_encoder(subject->id));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    size_t size = (size_t)context->frame_size;

    frame->nb_samples = context->frame_size;
    frame->format = AV_SAMPLE_FMT_S16;
    frame->sample_rate = context->sample_rate;
    av_channel_layout_default(&frame->ch_layout, 1);
    for (size_t at = 0; at + size <= subject->sound.count; at += size) {
        frame->data[0] = (uint8_t *)(subject->sound.samples + at);
        frame->extended_data = frame->data;
        frame->linesize[0] = (int)(2 * size);
        avcodec_send_frame(context, frame);
        while (avcodec_receive_packet(context, packet) == 0) {
            sink = packet->data[0];
            av_packet_unref(packet);
        }
    }
    avcodec_free_context(&context);
    av_frame_free(&frame);
    av_packet_free(&packet);
}

static void peer_decode(const struct subject *subject)
{
    AVCodecContext *context = peer_open(subject, avcodec_find_decoder(subject->id));
    AVFrame *frame = av_frame_alloc();

    for (size_t at = 0; at < subject->code.size; at += PIECE) {
        size_t left = subject->code.size - at, n = left < PIECE ? left : PIECE;
        AVPacket *packet = av_packet_alloc();

        av_new_packet(packet, (int)n);
        memcpy(packet->data, subject->code.data + at, n);
        avcodec_send_packet(context, packet);
        while (avcodec_receive_frame(context, frame) == 0)
            sink = frame->data[0][0];
        av_packet_free(&packet);
    }
    avcodec_free_context(&context);
    av_frame_free(&frame);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double timed(void (*run)(const struct subject *), const struct subject *subject)
{
    double start = now();

    run(subject);
    return (now() - start) / (double)subject->sound.count * 1e9;
}

static void compare(const struct subject *subject, const char *way, void (*ours)(const struct subject *), void (*peers)(const struct subject *))
{
    double we[ROUNDS], they[ROUNDS], ratio[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        we[i] = timed(ours, subject);
        they[i] = timed(peers, subject);
        ratio[i] = they[i] / we[i];
    }
    qsort(we, ROUNDS, sizeof *we, by_size), qsort(they, ROUNDS, sizeof *they, by_size), qsort(ratio, ROUNDS, sizeof *ratio, by_size);
    printf("%-10s %s %6.1f ns a sample, libavcodec %6.1f, ratio %.2f\n", subject->name, way, we[ROUNDS / 2], they[ROUNDS / 2], ratio[ROUNDS / 2]);
}

int main(void)
{
    struct subject subjects[] = {
        { .name = "G.726 16k", .id = AV_CODEC_ID_ADPCM_G726, .format = { .tag = 0x45, .sample_rate = 8000, .bits_per_sample = 2 } },
        { .name = "G.726 24k", .id = AV_CODEC_ID_ADPCM_G726, .format = { .tag = 0x45, .sample_rate = 8000, .bits_per_sample = 3 } },
        { .name = "G.726 32k", .id = AV_CODEC_ID_ADPCM_G726, .format = { .tag = 0x45, .sample_rate = 8000, .bits_per_sample = 4 } },
        { .name = "G.726 40k", .id = AV_CODEC_ID_ADPCM_G726, .format = { .tag = 0x45, .sample_rate = 8000, .bits_per_sample = 5 } },
        { .name = "G.722", .id = AV_CODEC_ID_ADPCM_G722, .format = { .tag = 0x65, .sample_rate = 16000, .bits_per_sample = 4 } },
    };
    struct sound narrow = speech();
    struct bytes wide = peer_run("sox -t s16 -r 8000 -c 1 - -t s16 -r 16000 - 2>/dev/null", narrow.samples, narrow.count * 2);

    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        struct subject *subject = &subjects[i];

        subject->format.channels = 1;
        subject->sound = subject->format.sample_rate == 8000 ? narrow : (struct sound){ (int16_t *)(void *)wide.data, wide.size / 2 };
        subject->code = encode_all(codec_find(subject->format.tag), &subject->format, 0, subject->sound);
        compare(subject, "encode", we_encode, peer_encode);
        compare(subject, "decode", we_decode, peer_decode);
    }
    return 0;
}
