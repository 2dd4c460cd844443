/* The peers, each called as its users call it: libsndfile on files in memory, libavcodec packet by packet, libgsm and
 * spandsp frame by frame. A codec that is added needs one line in `peers`. */
#include "peers.h"
#ifdef HAVE_AVCODEC
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#endif
#ifdef HAVE_SNDFILE
#include <sndfile.h>
#endif
#ifdef HAVE_GSM
#include <gsm.h>
#endif
#ifdef HAVE_SPANDSP
#include <spandsp.h>
#endif

volatile int bench_sink;

enum { PIECE = 32768 };

#ifdef HAVE_SNDFILE
struct memory_file {
    struct bytes bytes;
    sf_count_t at, room;
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

    if (count > file->room - file->at)
        return 0;
    memcpy(file->bytes.data + file->at, from, (size_t)count);
    file->at += count;
    file->bytes.size = file->bytes.size > (size_t)file->at ? file->bytes.size : (size_t)file->at;
    return count;
}

static sf_count_t memory_tell(void *user)
{
    return ((struct memory_file *)user)->at;
}

static SF_VIRTUAL_IO memory_io = { memory_size, memory_seek, memory_read, memory_write, memory_tell };

static void sndfile_decodes(const struct task *task)
{
    static int16_t pcm[PIECE];
    struct memory_file file = { task->file, 0, 0 };
    SF_INFO info = { 0 };
    SNDFILE *sndfile = sf_open_virtual(&memory_io, SFM_READ, &info, &file);

    while (sf_read_short(sndfile, pcm, PIECE) > 0)
        bench_sink = pcm[0];
    sf_close(sndfile);
}

static void sndfile_encodes(const struct task *task)
{
    sf_count_t room = (sf_count_t)task->sound.count * 2 + 65536;
    struct memory_file file = { { malloc((size_t)room), 0 }, 0, room };
    SF_INFO info = { .channels = task->format.channels, .samplerate = (int)task->format.sample_rate,
                     .format = SF_FORMAT_WAV | task->id };
    SNDFILE *sndfile = sf_open_virtual(&memory_io, SFM_WRITE, &info, &file);

    for (size_t at = 0; at < task->sound.count; at += PIECE)
        sf_write_short(sndfile, task->sound.samples + at,
                       (sf_count_t)(task->sound.count - at < PIECE ? task->sound.count - at : PIECE));
    sf_close(sndfile);
    bench_sink = file.bytes.data[100];
    free(file.bytes.data);
}
#endif

#ifdef HAVE_AVCODEC
static AVCodecContext *open_libav(const struct task *task, const AVCodec *codec)
{
    AVCodecContext *context = avcodec_alloc_context3(codec);

    context->sample_rate = (int)task->format.sample_rate;
    av_channel_layout_default(&context->ch_layout, task->format.channels);
    context->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : AV_SAMPLE_FMT_S16;
    context->block_align = task->format.block_align;
    context->bits_per_coded_sample = task->format.bits_per_sample;
    if (context->priv_data && task->format.block_align >= 32)
        av_opt_set_int(context->priv_data, "block_size", task->format.block_align, 0);
    if (avcodec_open2(context, codec, 0) < 0)
        exit(1);
    return context;
}

static void libav_decodes(const struct task *task)
{
    AVCodecContext *context = open_libav(task, avcodec_find_decoder((enum AVCodecID)task->id));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    size_t piece = task->format.block_align < 32 ? 4096 : task->format.block_align;

    for (size_t i = 0; i < task->code.size; i += piece) {
        packet->data = task->code.data + i;
        packet->size = (int)(task->code.size - i < piece ? task->code.size - i : piece);
        if (avcodec_send_packet(context, packet) < 0)
            exit(1);
        while (avcodec_receive_frame(context, frame) >= 0)
            bench_sink = frame->data[0][0];
    }
    packet->data = 0;
    av_packet_free(&packet), av_frame_free(&frame), avcodec_free_context(&context);
}

static void libav_encodes(const struct task *task)
{
    AVCodecContext *context = open_libav(task, avcodec_find_encoder((enum AVCodecID)task->id));
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    unsigned channels = task->format.channels;
    size_t each = context->frame_size ? (size_t)context->frame_size : 4096, n = task->sound.count / channels;
    bool planar = av_sample_fmt_is_planar(context->sample_fmt);

    frame->format = context->sample_fmt;
    frame->nb_samples = (int)each;
    frame->sample_rate = context->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &context->ch_layout);
    for (size_t i = 0; i + each <= n; i += each) {
        frame->data[0] = (uint8_t *)(planar ? task->planes[0] + i : task->sound.samples + i * channels);
        frame->data[1] = (uint8_t *)(planar && channels > 1 ? task->planes[1] + i : 0);
        frame->linesize[0] = (int)(each * (planar ? 1 : channels) * 2);
        frame->extended_data = frame->data;
        if (avcodec_send_frame(context, frame) < 0)
            exit(1);
        while (avcodec_receive_packet(context, packet) >= 0) {
            bench_sink = packet->data[0];
            av_packet_unref(packet);
        }
    }
    frame->data[0] = frame->data[1] = 0;
    av_packet_free(&packet), av_frame_free(&frame), avcodec_free_context(&context);
}
#endif

#ifdef HAVE_GSM
static void libgsm_decodes(const struct task *task)
{
    gsm state = gsm_create();
    int yes = 1;
    int16_t pcm[160];

    gsm_option(state, GSM_OPT_WAV49, &yes);
    for (size_t i = 0; i + 65 <= task->code.size; i += 65) {
        gsm_decode(state, task->code.data + i, pcm);
        gsm_decode(state, task->code.data + i + 33, pcm);
        bench_sink = pcm[0];
    }
    gsm_destroy(state);
}

static void libgsm_encodes(const struct task *task)
{
    gsm state = gsm_create();
    int yes = 1;
    uint8_t code[65];

    gsm_option(state, GSM_OPT_WAV49, &yes);
    for (size_t i = 0; i + 320 <= task->sound.count; i += 320) {
        gsm_encode(state, task->sound.samples + i, code);
        gsm_encode(state, task->sound.samples + i + 160, code + 32);
        bench_sink = code[0];
    }
    gsm_destroy(state);
}
#endif

#ifdef HAVE_SPANDSP
static void spandsp_decodes_gsm(const struct task *task)
{
    static int16_t pcm[320 * 8];
    gsm0610_state_t *state = gsm0610_init(0, GSM0610_PACKING_WAV49);

    for (size_t i = 0; i + 65 <= task->code.size; i += 65)
        bench_sink = gsm0610_decode(state, pcm, task->code.data + i, 65);
    gsm0610_free(state);
}

static void spandsp_encodes_gsm(const struct task *task)
{
    static uint8_t code[65 * 8];
    gsm0610_state_t *state = gsm0610_init(0, GSM0610_PACKING_WAV49);

    for (size_t i = 0; i + 320 <= task->sound.count; i += 320)
        bench_sink = gsm0610_encode(state, code, task->sound.samples + i, 320);
    gsm0610_free(state);
}
#endif

static const struct peer {
    uint16_t tag;
    const char *name;
    void (*encode)(const struct task *), (*decode)(const struct task *);
    int id;
} peers[] = {
#ifdef HAVE_SNDFILE
    { 0x06, "libsndfile", sndfile_encodes, sndfile_decodes, SF_FORMAT_ALAW },
    { 0x07, "libsndfile", sndfile_encodes, sndfile_decodes, SF_FORMAT_ULAW },
    { 0x11, "libsndfile", sndfile_encodes, sndfile_decodes, SF_FORMAT_IMA_ADPCM },
    { 0x02, "libsndfile", sndfile_encodes, sndfile_decodes, SF_FORMAT_MS_ADPCM },
    { 0x31, "libsndfile", sndfile_encodes, sndfile_decodes, SF_FORMAT_GSM610 },
#endif
#ifdef HAVE_AVCODEC
    { 0x06, "libavcodec", libav_encodes, libav_decodes, AV_CODEC_ID_PCM_ALAW },
    { 0x07, "libavcodec", libav_encodes, libav_decodes, AV_CODEC_ID_PCM_MULAW },
    { 0x11, "libavcodec", libav_encodes, libav_decodes, AV_CODEC_ID_ADPCM_IMA_WAV },
    { 0x02, "libavcodec", libav_encodes, libav_decodes, AV_CODEC_ID_ADPCM_MS },
    { 0x31, "libavcodec", 0, libav_decodes, AV_CODEC_ID_GSM_MS },
#endif
#ifdef HAVE_GSM
    { 0x31, "libgsm", libgsm_encodes, libgsm_decodes, 0 },
#endif
#ifdef HAVE_SPANDSP
    { 0x31, "spandsp", spandsp_encodes_gsm, spandsp_decodes_gsm, 0 },
#endif
    { 0, 0, 0, 0, 0 }
};

size_t peers_of(uint16_t tag, bool decoding, struct task found[PEERS_MOST])
{
    size_t n = 0;

    for (const struct peer *peer = peers; peer->name && n < PEERS_MOST; peer++)
        if (peer->tag == tag && (decoding ? peer->decode : peer->encode))
            found[n++] = (struct task){ .name = peer->name, .run = decoding ? peer->decode : peer->encode, .id = peer->id };
    return n;
}

void peers_missing(void)
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
}
