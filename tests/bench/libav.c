/* libavcodec, called packet by packet and frame by frame as in its own programs. */
#include "task.h"
#ifdef HAVE_AVCODEC
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

enum { PACKET = 4096 }; /* bytes in whole blocks, as its WAV reader delivers */

static AVCodecContext *open_context(const struct task *task, const AVCodec *codec, int trellis)
{
    AVCodecContext *context = avcodec_alloc_context3(codec);
    const struct wave_format *format = &task->format;

    av_log_set_level(AV_LOG_ERROR);
    context->sample_rate = (int)format->sample_rate;
    context->trellis = trellis;
    context->bit_rate = 8 * (int64_t)format->byte_rate;
    if (task->id == AV_CODEC_ID_G723_1)
        context->bit_rate = 6300;
    if (task->id == AV_CODEC_ID_ADPCM_G726 || task->id == AV_CODEC_ID_ADPCM_G726LE)
        context->bit_rate = (int64_t)format->sample_rate * format->bits_per_sample;
    /* Their encoders round the length of a block down, and the rate rounds it up. */
    if (av_codec_is_encoder(codec) &&
        (task->id == AV_CODEC_ID_WMAV1 || task->id == AV_CODEC_ID_WMAV2))
        context->bit_rate += 8;
    av_channel_layout_default(&context->ch_layout, format->channels);
    context->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : AV_SAMPLE_FMT_S16;
    context->block_align = format->block_align;
    context->bits_per_coded_sample = format->bits_per_sample;
    if (format->extra_size) {
        context->extradata = av_mallocz(format->extra_size + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy(context->extradata, format->extra, format->extra_size);
        context->extradata_size = format->extra_size;
    }
    if (context->priv_data && format->block_align >= 32 &&
        (format->block_align & (format->block_align - 1)) == 0)
        av_opt_set_int(context->priv_data, "block_size", format->block_align, 0);
    if (avcodec_open2(context, codec, 0) < 0)
        fail_msg("libavcodec refuses %s", codec->name);
    return context;
}

static void output_frame(const struct task *task, const AVFrame *frame)
{
    size_t n = (size_t)frame->nb_samples;

    if (!task->output || !av_sample_fmt_is_planar((enum AVSampleFormat)frame->format) ||
        task->format.channels == 1) {
        task_output(task, frame->data[0], n * task->format.channels * 2);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (unsigned c = 0; c < task->format.channels; c++)
            task_output(task, frame->data[c] + 2 * i, 2);
}

static void libav_decodes(const struct task *task)
{
    AVCodecContext *context = open_context(task, avcodec_find_decoder((enum AVCodecID)task->id), 0);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    size_t block = task->format.block_align ? task->format.block_align : 1,
           chunk = block < PACKET ? PACKET / block * block : block;

    for (size_t i = 0; i < task->code.size; i += chunk) {
        packet->data = task->code.data + i;
        packet->size = (int)(task->code.size - i < chunk ? task->code.size - i : chunk);
        if (avcodec_send_packet(context, packet) < 0)
            fail_msg("libavcodec cannot decode %s", task->codec->name);
        while (avcodec_receive_frame(context, frame) >= 0)
            output_frame(task, frame);
    }
    packet->data = 0;
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&context);
}

/* The sound for encoders of 32-bit samples, converted before the time is measured, or null. */
static const uint8_t *wide_planes(const struct task *task, const AVCodecContext *context)
{
    static union wide {
        float real;
        int32_t integer;
    } * known;
    static const int16_t *source;
    static size_t count;
    size_t n = task->sound.count / task->format.channels;
    bool real = context->sample_fmt == AV_SAMPLE_FMT_FLTP;

    if (!real && context->sample_fmt != AV_SAMPLE_FMT_S32P)
        return 0;
    if (source == task->planes[0] && count == task->sound.count)
        return (const uint8_t *)known;
    source = task->planes[0];
    count = task->sound.count;
    known = realloc(known, task->sound.count * sizeof *known);
    for (size_t i = 0; i < task->sound.count; i++) {
        int16_t sample = task->planes[i / n][i % n];

        known[i] = real ? (union wide){ .real = (float)sample / 32768 }
                        : (union wide){ .integer = sample * 65536 };
    }
    return (const uint8_t *)known;
}

/* Of two encoders of AC-3, the one in integers is the faster. */
static const AVCodec *encoder_of(const struct task *task)
{
    return task->id == AV_CODEC_ID_AC3 ? avcodec_find_encoder_by_name("ac3_fixed")
                                       : avcodec_find_encoder((enum AVCodecID)task->id);
}

static void libav_encodes_with(const struct task *task, int trellis)
{
    AVCodecContext *context = open_context(task, encoder_of(task), trellis);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    unsigned channels = task->format.channels;
    size_t each = context->frame_size ? (size_t)context->frame_size : PACKET,
           n = task->sound.count / channels;
    bool planar = av_sample_fmt_is_planar(context->sample_fmt);
    const uint8_t *wide = wide_planes(task, context);
    size_t width = wide ? 4 : sizeof(int16_t);

    frame->format = context->sample_fmt;
    frame->nb_samples = (int)each;
    frame->sample_rate = context->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &context->ch_layout);
    for (size_t i = 0; i + each <= n; i += each) {
        frame->data[0] =
            (uint8_t *)(planar ? task->planes[0] + i : task->sound.samples + i * channels);
        frame->data[1] = (uint8_t *)(planar && channels > 1 ? task->planes[1] + i : 0);
        if (wide) {
            frame->data[0] = (uint8_t *)(uintptr_t)(wide + i * width);
            frame->data[1] = channels > 1 ? (uint8_t *)(uintptr_t)(wide + (n + i) * width) : 0;
        }
        frame->linesize[0] = (int)(each * (planar ? 1 : channels) * width);
        frame->extended_data = frame->data;
        if (avcodec_send_frame(context, frame) < 0)
            fail_msg("libavcodec cannot encode %s", task->codec->name);
        while (avcodec_receive_packet(context, packet) >= 0) {
            task_output(task, packet->data, (size_t)packet->size);
            av_packet_unref(packet);
        }
    }
    frame->data[0] = frame->data[1] = 0;
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&context);
}

static void libav_encodes(const struct task *task) { libav_encodes_with(task, 0); }

static void libav_searches(const struct task *task) { libav_encodes_with(task, 8); }
#endif

const struct peer libav_peers[] = {
#ifdef HAVE_AVCODEC
#define BOTH 2, "libavcodec", libav_encodes, libav_decodes
#define DECODER 2, "libavcodec", 0, libav_decodes
#define ENCODER 2, "libavcodec", libav_encodes, 0
#define MONO 1, "libavcodec", libav_encodes, libav_decodes
    { 0x06, 0, 0, BOTH, AV_CODEC_ID_PCM_ALAW },
    { 0x07, 0, 0, BOTH, AV_CODEC_ID_PCM_MULAW },
    { 0x11, 0, 0, BOTH, AV_CODEC_ID_ADPCM_IMA_WAV },
    { 0x02, 0, 0, BOTH, AV_CODEC_ID_ADPCM_MS },
    { 0x31, 0, 0, DECODER, AV_CODEC_ID_GSM_MS },
    { 0x22, 0, 0, DECODER, AV_CODEC_ID_TRUESPEECH },
    { 0x10, 0, 0, DECODER, AV_CODEC_ID_ADPCM_IMA_OKI },
    { 0x17, 0, 0, DECODER, AV_CODEC_ID_ADPCM_IMA_OKI },
    { 0x20, 0, 0, BOTH, AV_CODEC_ID_ADPCM_YAMAHA },
    { 0x200, 0, 0, DECODER, AV_CODEC_ID_ADPCM_CT },
    { 0x69, 0, 0, DECODER, AV_CODEC_ID_ADPCM_IMA_WAV },
    { 0x61, 0, 0, DECODER, AV_CODEC_ID_ADPCM_IMA_DK4 },
    { 0x62, 0, 0, DECODER, AV_CODEC_ID_ADPCM_IMA_DK3 },
    { 0x64, 0, 0, MONO, AV_CODEC_ID_ADPCM_G726 },
    { 0x45, 0, 0, MONO, AV_CODEC_ID_ADPCM_G726 },
    { 0x40, 0, 0, MONO, AV_CODEC_ID_ADPCM_G726LE },
    { 0x14, 0, 0, MONO, AV_CODEC_ID_ADPCM_G726LE },
    { 0x65, 0, 0, MONO, AV_CODEC_ID_ADPCM_G722 },
    { 0x42, 0, 6300, MONO, AV_CODEC_ID_G723_1 },
    { 0x42, 0, 5300, DECODER, AV_CODEC_ID_G723_1 },
    { 0x83, 0, 0, DECODER, AV_CODEC_ID_G729 },
    { 0x28E, 0, 0, DECODER, AV_CODEC_ID_MSNSIREN },
    { 0x160, 0, 32040, BOTH, AV_CODEC_ID_WMAV1 },
    { 0x161, 0, 32040, BOTH, AV_CODEC_ID_WMAV2 },
    { 0x160, 0, 64080, BOTH, AV_CODEC_ID_WMAV1 },
    { 0x161, 0, 64080, BOTH, AV_CODEC_ID_WMAV2 },
    { 0x401, 0, 0, DECODER, AV_CODEC_ID_IMC },
    { 0x402, 0, 0, DECODER, AV_CODEC_ID_IAC },
    { 0x270, 0, 0, DECODER, AV_CODEC_ID_ATRAC3 },
    { 0x50, 0, 0, ENCODER, AV_CODEC_ID_MP2 },
    { 0x2000, 0, 0, ENCODER, AV_CODEC_ID_AC3 },
    { 0x2000, 0, 0, DECODER, AV_CODEC_ID_AC3 },
    { 0x160, 0, 0, DECODER, AV_CODEC_ID_WMAV1 },
    { 0x161, 0, 0, DECODER, AV_CODEC_ID_WMAV2 },
    { 0x130, 0, 0, DECODER, AV_CODEC_ID_SIPR },
#endif
    { 0 }
};

/* Without Microsoft ADPCM: its search fails on speech, with an SNR of -3 dB from its own decoder.
 */
const struct peer searching_peers[] = {
#ifdef HAVE_AVCODEC
#define SEARCH 2, "-trellis 8", libav_searches, libav_decodes
    { 0x11, 0, 0, SEARCH, AV_CODEC_ID_ADPCM_IMA_WAV },
    { 0x20, 0, 0, SEARCH, AV_CODEC_ID_ADPCM_YAMAHA },
#endif
    { 0 }
};
