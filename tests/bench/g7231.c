/* G.723.1 against ffmpeg's libavcodec, in one process, turn by turn: how much less time ours takes for the same bits. */
#include <time.h>
#include <libavcodec/avcodec.h>
#include "support.h"
#include "codecs/g7231/g7231.h"

enum { ROUNDS = 15 };

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static AVCodecContext *open_peer(bool encoding)
{
    const AVCodec *codec = encoding ? avcodec_find_encoder(AV_CODEC_ID_G723_1) : avcodec_find_decoder(AV_CODEC_ID_G723_1);
    AVCodecContext *context = avcodec_alloc_context3(codec);

    context->sample_rate = 8000;
    context->bit_rate = 6300;
    context->sample_fmt = AV_SAMPLE_FMT_S16;
    context->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    if (avcodec_open2(context, codec, 0) < 0)
        exit(1);
    return context;
}

static void peer_encodes(struct sound sound, uint8_t *out)
{
    AVCodecContext *context = open_peer(true);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();

    frame->nb_samples = FRAME;
    frame->format = AV_SAMPLE_FMT_S16;
    frame->sample_rate = 8000;
    frame->ch_layout = context->ch_layout;
    av_frame_get_buffer(frame, 0);
    for (size_t i = 0; i < sound.count / FRAME; i++) {
        av_frame_make_writable(frame);
        memcpy(frame->data[0], sound.samples + i * FRAME, FRAME * 2);
        avcodec_send_frame(context, frame);
        while (avcodec_receive_packet(context, packet) == 0) {
            memcpy(out, packet->data, FRAME_BYTES);
            out += FRAME_BYTES;
            av_packet_unref(packet);
        }
    }
    av_frame_free(&frame), av_packet_free(&packet), avcodec_free_context(&context);
}

static void peer_decodes(const uint8_t *bytes, size_t frames, int16_t *out)
{
    AVCodecContext *context = open_peer(false);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();

    for (size_t i = 0; i < frames; i++) {
        av_new_packet(packet, FRAME_BYTES);
        memcpy(packet->data, bytes + i * FRAME_BYTES, FRAME_BYTES);
        avcodec_send_packet(context, packet);
        av_packet_unref(packet);
        while (avcodec_receive_frame(context, frame) == 0) {
            memcpy(out, frame->data[0], FRAME * 2);
            out += FRAME;
        }
    }
    av_frame_free(&frame), av_packet_free(&packet), avcodec_free_context(&context);
}

static void we_encode(struct sound sound, uint8_t *out)
{
    struct encoder encoder;
    struct parameters parameters;

    g7231_encoder_start(&encoder);
    encoder.dsp = dsp_set(best_set())->speech;
    for (size_t i = 0; i < sound.count / FRAME; i++) {
        g7231_encode_frame(&encoder, sound.samples + i * FRAME, RATE_63, &parameters);
        g7231_pack(&parameters, out + i * FRAME_BYTES);
    }
}

static void we_decode(const uint8_t *bytes, size_t frames, int16_t *out)
{
    struct decoder decoder;
    struct parameters parameters;

    g7231_decoder_start(&decoder);
    decoder.dsp = dsp_set(best_set())->speech;
    for (size_t i = 0; i < frames; i++)
        g7231_decode_frame(&decoder, g7231_unpack(bytes + i * FRAME_BYTES, &parameters) ? &parameters : 0, out + i * FRAME);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void report(const char *what, double *ratios, size_t same, size_t frames, double ours)
{
    qsort(ratios, ROUNDS, sizeof *ratios, by_value);
    printf("g7231 %s: %.2f times ffmpeg's speed (%.2f to %.2f), %.0f times real time; %zu of %zu frames the same\n", what,
           ratios[ROUNDS / 2], ratios[1], ratios[ROUNDS - 2], (double)frames * 0.03 / ours, same, frames);
}

int main(void)
{
    struct sound sound = speech();
    size_t frames = sound.count / FRAME, same_code = 0, same_sound = 0;
    uint8_t *ours = malloc(frames * FRAME_BYTES), *theirs = malloc(frames * FRAME_BYTES);
    int16_t *our_sound = malloc(frames * FRAME * 2), *their_sound = malloc(frames * FRAME * 2);
    double encoding[ROUNDS], decoding[ROUNDS], t[5] = { 0 };

    for (int i = 0; i < ROUNDS; i++) {
        t[0] = seconds(), peer_encodes(sound, theirs);
        t[1] = seconds(), we_encode(sound, ours);
        t[2] = seconds(), peer_decodes(ours, frames, their_sound);
        t[3] = seconds(), we_decode(ours, frames, our_sound);
        t[4] = seconds();
        encoding[i] = (t[1] - t[0]) / (t[2] - t[1]);
        decoding[i] = (t[3] - t[2]) / (t[4] - t[3]);
    }
    for (size_t i = 0; i < frames; i++) {
        same_code += memcmp(ours + i * FRAME_BYTES, theirs + i * FRAME_BYTES, FRAME_BYTES) == 0;
        same_sound += memcmp(our_sound + i * FRAME, their_sound + i * FRAME, FRAME * 2) == 0;
    }
    report("encoding", encoding, same_code, frames, t[2] - t[1]);
    report("decoding", decoding, same_sound, frames, t[4] - t[3]);
    return 0;
}
