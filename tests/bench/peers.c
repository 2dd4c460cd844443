/* The other peers, called as their users call them: libsndfile on files in memory, the rest frame
 * by frame. A codec that is added needs one line in `peers`. */
#define _GNU_SOURCE /* memmem */
#include "task.h"
#ifdef HAVE_SNDFILE
#include <sndfile.h>
#endif
#ifdef HAVE_GSM
#include <gsm.h>
#endif
#ifdef HAVE_SPANDSP
#include <spandsp.h>
#endif
#ifdef HAVE_BCG729
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
#endif
#ifdef HAVE_SOX
#include <sox.h>
#endif
#ifdef HAVE_MPG123
#include <mpg123.h>
#endif
#ifdef HAVE_SHINE
#include <shine/layer3.h>
#endif

enum { CHUNK = 32768 };

#if defined HAVE_SNDFILE || defined HAVE_SPANDSP || defined HAVE_SOX || defined HAVE_MPG123
/* As in fixed.h, which cannot be included here, because spandsp also defines saturate. */
static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }
#endif

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

    if (whence == SEEK_CUR)
        offset += file->at;
    else if (whence == SEEK_END)
        offset += memory_size(user);
    file->at = offset;
    return offset;
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
    if (file->bytes.size < (size_t)file->at)
        file->bytes.size = (size_t)file->at;
    return count;
}

static sf_count_t memory_tell(void *user) { return ((struct memory_file *)user)->at; }

static SF_VIRTUAL_IO memory_io = { memory_size, memory_seek, memory_read, memory_write,
                                   memory_tell };

/* A WAV file, or the code alone for codecs that libsndfile only supports in raw files. */
static SNDFILE *sndfile_open(const struct task *task, struct memory_file *file, int mode)
{
    SF_INFO info = { .channels = task->format.channels,
                     .samplerate = (int)task->format.sample_rate,
                     .format = task->id };

    if ((task->id & SF_FORMAT_TYPEMASK) == 0)
        info.format |= SF_FORMAT_WAV;
    return sf_open_virtual(&memory_io, mode, &info, file);
}

static void sndfile_decodes(const struct task *task)
{
    static int16_t pcm[CHUNK];
    struct memory_file file = { (task->id & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW ? task->code
                                                                                 : task->file,
                                0, 0 };
    SNDFILE *sndfile = sndfile_open(task, &file, SFM_READ);

    for (sf_count_t n; (n = sf_read_short(sndfile, pcm, CHUNK)) > 0;)
        task_output(task, pcm, (size_t)n * sizeof *pcm);
    sf_close(sndfile);
}

static void sndfile_encodes(const struct task *task)
{
    sf_count_t room = (sf_count_t)task->sound.count * 2 + 65536;
    struct memory_file file = { { malloc((size_t)room), 0 }, 0, room };
    SNDFILE *sndfile = sndfile_open(task, &file, SFM_WRITE);

    for (size_t at = 0; at < task->sound.count; at += CHUNK)
        sf_write_short(sndfile, task->sound.samples + at,
                       (sf_count_t)min_size(task->sound.count - at, CHUNK));
    sf_close(sndfile);
    task_output(task, file.bytes.data, file.bytes.size);
    free(file.bytes.data);
}
#endif

#ifdef HAVE_GSM
static gsm libgsm_open(void)
{
    gsm state = gsm_create();
    int yes = 1;

    gsm_option(state, GSM_OPT_WAV49, &yes);
    return state;
}

static void libgsm_decodes(const struct task *task)
{
    gsm state = libgsm_open();
    int16_t pcm[320];

    for (size_t i = 0; i + 65 <= task->code.size; i += 65) {
        gsm_decode(state, task->code.data + i, pcm);
        gsm_decode(state, task->code.data + i + 33, pcm + 160);
        task_output(task, pcm, sizeof pcm);
    }
    gsm_destroy(state);
}

static void libgsm_encodes(const struct task *task)
{
    gsm state = libgsm_open();
    uint8_t code[65];

    for (size_t i = 0; i + 320 <= task->sound.count; i += 320) {
        gsm_encode(state, task->sound.samples + i, code);
        gsm_encode(state, task->sound.samples + i + 160, code + 32);
        task_output(task, code, sizeof code);
    }
    gsm_destroy(state);
}
#endif

#ifdef HAVE_SPANDSP
/* Its codecs have the same calls, with types of their own. */
#define SPANDSP(name, type, open, close, run, from, count, chunk, to) \
    static void name(const struct task *task) \
    { \
        static to out[8 * CHUNK]; \
        type *state = open; \
\
        for (size_t i = 0; i < count; i += chunk) \
            task_output( \
                task, out, \
                sizeof *out *(size_t)run(state, out, from + i, (int)min_size(count - i, chunk))); \
        close(state); \
    }
#define DECODER(codec, type, open, close) \
    SPANDSP(spandsp_decodes_##codec, type, open, close, codec##_decode, task->code.data, \
            task->code.size, 3900, int16_t)
#define ENCODER(codec, type, open, close) \
    SPANDSP(spandsp_encodes_##codec, type, open, close, codec##_encode, task->sound.samples, \
            task->sound.count, 4160, uint8_t)
#define G726_OPEN g726_init(0, 8000 * task->format.bits_per_sample, G726_ENCODING_LINEAR, task->id)

DECODER(gsm0610, gsm0610_state_t, gsm0610_init(0, GSM0610_PACKING_WAV49), gsm0610_free)
ENCODER(gsm0610, gsm0610_state_t, gsm0610_init(0, GSM0610_PACKING_WAV49), gsm0610_free)
DECODER(oki_adpcm, oki_adpcm_state_t, oki_adpcm_init(0, 32000), oki_adpcm_free)
ENCODER(oki_adpcm, oki_adpcm_state_t, oki_adpcm_init(0, 32000), oki_adpcm_free)
DECODER(g726, g726_state_t, G726_OPEN, g726_free)
ENCODER(g726, g726_state_t, G726_OPEN, g726_free)
DECODER(g722, g722_decode_state_t, g722_decode_init(0, 64000, 0), g722_decode_free)
ENCODER(g722, g722_encode_state_t, g722_encode_init(0, 64000, 0), g722_encode_free)
#endif

#ifdef HAVE_BCG729
static void bcg729_decodes(const struct task *task)
{
    bcg729DecoderChannelContextStruct *state = initBcg729DecoderChannel();
    int16_t pcm[80];

    for (size_t i = 0; i + 10 <= task->code.size; i += 10) {
        bcg729Decoder(state, task->code.data + i, 10, 0, 0, 0, pcm);
        task_output(task, pcm, sizeof pcm);
    }
    closeBcg729DecoderChannel(state);
}

static void bcg729_encodes(const struct task *task)
{
    bcg729EncoderChannelContextStruct *state = initBcg729EncoderChannel(0);
    uint8_t code[10], length;

    for (size_t i = 0; i + 80 <= task->sound.count; i += 80) {
        bcg729Encoder(state, task->sound.samples + i, code, &length);
        task_output(task, code, length);
    }
    closeBcg729EncoderChannel(state);
}
#endif

#ifdef HAVE_MPG123
/* Feeds pieces and takes what there is. */
static void mpg123_decodes(const struct task *task)
{
    static uint8_t pcm[CHUNK];
    mpg123_handle *state = mpg123_new(0, 0);
    size_t n, made;

    assert_non_null(state);
    mpg123_param(state, MPG123_ADD_FLAGS, MPG123_QUIET | MPG123_IGNORE_INFOFRAME, 0);
    mpg123_open_feed(state);
    for (size_t at = 0; at < task->code.size; at += n) {
        int status;

        n = min_size(task->code.size - at, CHUNK);
        status = mpg123_decode(state, task->code.data + at, n, pcm, sizeof pcm, &made);
        task_output(task, pcm, made);
        while (status != MPG123_NEED_MORE && status != MPG123_ERR && status != MPG123_DONE) {
            status = mpg123_decode(state, 0, 0, pcm, sizeof pcm, &made);
            task_output(task, pcm, made);
        }
    }
    mpg123_delete(state);
}
#endif

#ifdef HAVE_SHINE
static void shine_encodes(const struct task *task)
{
    shine_config_t config = { .wave = { task->format.channels == 1 ? PCM_MONO : PCM_STEREO,
                                        (int)task->format.sample_rate } };
    shine_t state;
    size_t channels = task->format.channels, pass;

    shine_set_config_mpeg_defaults(&config.mpeg);
    config.mpeg.bitr = (int)(task->format.byte_rate * 8 / 1000);
    config.mpeg.mode = channels == 1 ? MONO : STEREO;
    state = shine_initialise(&config);
    assert_non_null(state);
    pass = (size_t)shine_samples_per_pass(state) * channels;
    for (size_t at = 0; at + pass <= task->sound.count; at += pass) {
        int written;
        unsigned char *code =
            shine_encode_buffer_interleaved(state, task->sound.samples + at, &written);

        task_output(task, code, (size_t)written);
    }
    shine_close(state);
}
#endif

#ifdef HAVE_SOX
/* Writes a WAV file and outputs the blocks behind its header. sox warns at the end that it cannot
 * seek back in memory. */
static void sox_encodes(const struct task *task)
{
    static bool ready;
    sox_signalinfo_t signal = { task->format.sample_rate, task->format.channels, 16,
                                task->sound.count, 0 };
    sox_encodinginfo_t encoding = {
        (sox_encoding_t)task->id, 4,        0, sox_option_default, sox_option_default,
        sox_option_default,       sox_false
    };
    sox_sample_t *samples = malloc(CHUNK * sizeof *samples);
    sox_format_t *out;
    char *file, *data;
    size_t size;

    ready = ready || sox_init() == SOX_SUCCESS;
    sox_get_globals()->verbosity = 0;
    out = sox_open_memstream_write(&file, &size, &signal, &encoding, "wav", 0);
    assert_non_null(out);
    for (size_t at = 0, n; at < task->sound.count; at += n) {
        n = min_size(task->sound.count - at, CHUNK);
        for (size_t i = 0; i < n; i++)
            samples[i] = task->sound.samples[at + i] * 65536;
        assert_int_equal(sox_write(out, samples, n), n);
    }
    sox_close(out);
    data = memmem(file, size, "data", 4);
    assert_non_null(data);
    task_output(task, data + 8, size - (size_t)(data + 8 - file));
    free(file);
    free(samples);
}
#endif

const struct peer peers[] = {
#ifdef HAVE_SOX
    { 0x02, 0, 0, 2, "sox", sox_encodes, 0, SOX_ENCODING_MS_ADPCM },
#endif
#ifdef HAVE_SNDFILE
#define SNDFILE_BOTH "libsndfile", sndfile_encodes, sndfile_decodes
    { 0x06, 0, 0, 2, SNDFILE_BOTH, SF_FORMAT_ALAW },
    { 0x07, 0, 0, 2, SNDFILE_BOTH, SF_FORMAT_ULAW },
    { 0x11, 0, 0, 2, SNDFILE_BOTH, SF_FORMAT_IMA_ADPCM },
    { 0x02, 0, 0, 2, SNDFILE_BOTH, SF_FORMAT_MS_ADPCM },
    { 0x31, 0, 0, 1, SNDFILE_BOTH, SF_FORMAT_GSM610 },
    { 0x10, 0, 0, 1, SNDFILE_BOTH, SF_FORMAT_RAW | SF_FORMAT_VOX_ADPCM },
    { 0x17, 0, 0, 1, SNDFILE_BOTH, SF_FORMAT_RAW | SF_FORMAT_VOX_ADPCM },
    { 0x38, 2, 0, 1, SNDFILE_BOTH, SF_FORMAT_NMS_ADPCM_16 },
    { 0x38, 3, 0, 1, SNDFILE_BOTH, SF_FORMAT_NMS_ADPCM_24 },
    { 0x38, 4, 0, 1, SNDFILE_BOTH, SF_FORMAT_NMS_ADPCM_32 },
    { 0x40, 0, 0, 1, SNDFILE_BOTH, SF_FORMAT_G721_32 },
#endif
#ifdef HAVE_GSM
    { 0x31, 0, 0, 1, "libgsm", libgsm_encodes, libgsm_decodes, 0 },
#endif
#ifdef HAVE_SPANDSP
#define SPANDSP_BOTH(codec) "spandsp", spandsp_encodes_##codec, spandsp_decodes_##codec
    { 0x31, 0, 0, 1, SPANDSP_BOTH(gsm0610), 0 },
    { 0x10, 0, 0, 1, SPANDSP_BOTH(oki_adpcm), 0 },
    { 0x17, 0, 0, 1, SPANDSP_BOTH(oki_adpcm), 0 },
    { 0x64, 0, 0, 1, SPANDSP_BOTH(g726), G726_PACKING_LEFT },
    { 0x45, 0, 0, 1, SPANDSP_BOTH(g726), G726_PACKING_LEFT },
    { 0x40, 0, 0, 1, SPANDSP_BOTH(g726), G726_PACKING_RIGHT },
    { 0x14, 0, 0, 1, SPANDSP_BOTH(g726), G726_PACKING_RIGHT },
    { 0x65, 0, 0, 1, SPANDSP_BOTH(g722), 0 },
#endif
#ifdef HAVE_BCG729
    { 0x83, 0, 0, 1, "bcg729", bcg729_encodes, bcg729_decodes, 0 },
#endif
#ifdef HAVE_MPG123
    { 0x55, 0, 0, 2, "mpg123", 0, mpg123_decodes, 0 },
    { 0x50, 0, 0, 2, "mpg123", 0, mpg123_decodes, 0 },
#endif
#ifdef HAVE_SHINE
    { 0x55, 0, 0, 2, "shine", shine_encodes, 0, 0 },
#endif
#ifdef HAVE_LAME
    { 0x55, 0, 0, 2, "lame -q7", lame_encodes, 0, 7 },
    { 0x55, 0, 0, 2, "lame -q5", lame_encodes, 0, 5 },
#endif
    { 0 }
};
