/* TrueSpeech-compatible decoding beside libavcodec's, in turn, and the medians; then each quality of the encoder.
 * Run it pinned to a core: taskset -c 1 build/bench/tests/bench/bench.truespeech */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <libavcodec/avcodec.h>
#include "support.h"

extern const struct codec truespeech;

enum { ROUNDS = 41, FRAME_BYTES = 32, FRAME = 240 };

static const struct wave_format mono = { .channels = 1, .sample_rate = 8000, .block_align = FRAME_BYTES };

/* Processor time: another process on the same core does not count. */
static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return values[n / 2];
}

static double we_decode(struct bytes code, struct sound out)
{
    struct settings settings = { .quality = 1, .simd = (uint8_t)best_set() };
    void *state = malloc(truespeech.decoder.state_size);
    double start = now();

    truespeech.decoder.start(state, &mono, &settings);
    truespeech.decoder.run(state, code.data, out.samples, (struct offer){ code.size, out.count, WHOLE });
    start = now() - start;
    free(state);
    return start;
}

/* All frames in one packet, which libavcodec's decoder takes in one call. */
static double libavcodec_decodes(struct bytes code, struct sound out)
{
    AVCodecContext *context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_TRUESPEECH));
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    double start;

    context->sample_rate = 8000;
    context->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    if (avcodec_open2(context, 0, 0) < 0 || av_new_packet(packet, (int)code.size) < 0)
        abort();
    memcpy(packet->data, code.data, code.size);
    start = now();
    if (avcodec_send_packet(context, packet) < 0 || avcodec_receive_frame(context, frame) < 0)
        abort();
    start = now() - start;
    memcpy(out.samples, frame->data[0], out.count * sizeof *out.samples);
    avcodec_free_context(&context), av_packet_free(&packet), av_frame_free(&frame);
    return start;
}

static void decoding(void)
{
    struct wave_format format;
    struct bytes file = sample_read("truespeech-a6.wav"), code = wav_open(file, &format);
    struct sound out = { malloc(code.size / FRAME_BYTES * FRAME * 2), code.size / FRAME_BYTES * FRAME };
    double ours[ROUNDS], theirs[ROUNDS], us, them;

    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = we_decode(code, out);
        theirs[i] = libavcodec_decodes(code, out);
    }
    us = median(ours, ROUNDS), them = median(theirs, ROUNDS);
    printf("decode: %.1f, libavcodec %.1f million samples a second: %.2f times\n", 1e-6 * (double)out.count / us, 1e-6 * (double)out.count / them, them / us);
    free(file.data), free(out.samples);
}

static void encoding(uint8_t quality)
{
    struct settings settings = { .quality = quality, .simd = (uint8_t)best_set() };
    struct sound sound = speech(), back;
    struct bytes code;
    double seconds[5];
    size_t rounds = quality == 2 ? 1 : 5;

    for (size_t i = 0; i < rounds; i++) {
        seconds[i] = now();
        code = encode_all(&truespeech, &mono, &settings, sound);
        seconds[i] = now() - seconds[i];
    }
    back = decode_all(&truespeech, &mono, 0, code);
    printf("encode, quality %d: %.2f dB at %.1f times real time\n", quality, snr(sound.samples, back.samples, sound.count),
           (double)sound.count / 8000 / median(seconds, rounds));
    free(sound.samples), free(back.samples), free(code.data);
}

int main(void)
{
    decoding();
    for (uint8_t quality = 0; truespeech.encoder.run && quality < 3; quality++)
        encoding(quality);
    return 0;
}
