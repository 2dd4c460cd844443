/* Shared helpers for the tests of block ADPCM: streams from several encoders, and their decoding by
 * other programs ("peers"). */
#ifndef OMNIACM_TESTS_CODECS_ADPCM_SUPPORT_H
#define OMNIACM_TESTS_CODECS_ADPCM_SUPPORT_H

#include "support.h"
#include "bits.h"
#include "stream.h"
#ifdef HAVE_SNDFILE
#include <sndfile.h>
#else /* formats named in tests that are skipped without libsndfile */
enum {
    SF_FORMAT_RAW,
    SF_FORMAT_WAV,
    SF_FORMAT_VOX_ADPCM,
    SF_FORMAT_NMS_ADPCM_16,
    SF_FORMAT_NMS_ADPCM_24,
    SF_FORMAT_NMS_ADPCM_32
};
#endif

/* A parsed WAV file. */
struct coded {
    struct bytes file, data;
    struct wave_format format;
};

static inline struct coded coded_open(struct bytes file)
{
    struct coded coded = { .file = file };

    coded.data = wav_open(file, &coded.format);
    return coded;
}

static inline struct coded coded_make(const struct codec *codec, const struct wave_format *format,
                                      struct bytes data)
{
    struct layout layout;

    assert_true(parses(codec, format, &layout));
    return coded_open(wav_make(format, data.data, data.size,
                               (uint32_t)(data.size / layout.block.bytes * layout.block.frames)));
}

/* Null options stand for the defaults. */
static inline struct coded coded_with(const struct codec *codec, const struct options *options,
                                      struct mode mode, struct sound sound)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);
    struct bytes data = encode_all(codec, &format, options, sound);
    struct coded coded = coded_make(codec, &format, data);

    free(data.data);
    return coded;
}

static inline struct coded coded_by_us(const struct codec *codec, struct mode mode,
                                       struct sound sound)
{
    return coded_with(codec, 0, mode, sound);
}

/* Encodes with the given encoder of ffmpeg, in blocks of the same size as Windows'. */
static inline struct coded coded_by_ffmpeg(const struct codec *codec, const char *encoder,
                                           struct mode mode, struct sound sound)
{
    char line[256];
    uint8_t extra[EXTRA_ROOM];

    snprintf(line, sizeof line,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i pipe:0 -c:a %s -block_size %u -f wav -",
             mode.sample_rate, mode.channels, encoder, format_of(codec, mode, extra).block_align);
    return coded_open(peer_run(line, sound.samples, sound.count * 2));
}

static inline struct coded coded_by_sox(const char *encoder, struct mode mode, struct sound sound)
{
    char line[256];

    snprintf(line, sizeof line, "sox -V1 -D -t s16 -r %u -c %u - -t wav -e %s -", mode.sample_rate,
             mode.channels, encoder);
    return coded_open(peer_run(line, sound.samples, sound.count * 2));
}

/* Drops an incomplete last block, which each peer treats differently. */
static inline struct coded coded_whole(const struct codec *codec, struct coded coded)
{
    struct coded whole;

    coded.data.size -= coded.data.size % coded.format.block_align;
    whole = coded_make(codec, &coded.format, coded.data);
    free(coded.file.data);
    return whole;
}

static inline struct sound decoded_by_us(const struct codec *codec, const struct coded *coded)
{
    return decode_all(codec, &coded->format, 0, coded->data);
}

static inline struct sound decoded_by_ffmpeg(const struct codec *codec, const struct coded *coded)
{
    struct bytes pcm =
        peer_run("ffmpeg -v error -i pipe:0 -f s16le -", coded->file.data, coded->file.size);

    (void)codec;
    return (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
}

static inline struct sound decoded_by_sox(const struct codec *codec, const struct coded *coded)
{
    struct bytes pcm = peer_run("sox -V1 -t wav - -t s16 -", coded->file.data, coded->file.size);

    (void)codec;
    return (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
}

#ifdef HAVE_SNDFILE
struct memory_file {
    struct bytes bytes;
    sf_count_t at;
};

static inline sf_count_t memory_size(void *user)
{
    return (sf_count_t)((struct memory_file *)user)->bytes.size;
}

static inline sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
    struct memory_file *file = user;

    return file->at = offset + (whence == SEEK_CUR   ? file->at
                                : whence == SEEK_END ? memory_size(user)
                                                     : 0);
}

static inline sf_count_t memory_read(void *to, sf_count_t count, void *user)
{
    struct memory_file *file = user;
    sf_count_t left = memory_size(user) - file->at, n = count < left ? count : left;

    memcpy(to, file->bytes.data + file->at, (size_t)n);
    file->at += n;
    return n;
}

static inline sf_count_t memory_write(const void *from, sf_count_t count, void *user)
{
    struct memory_file *file = user;
    size_t end = (size_t)(file->at + count);

    if (end > file->bytes.size) {
        file->bytes.data = realloc(file->bytes.data, end);
        file->bytes.size = end;
    }
    memcpy(file->bytes.data + file->at, from, (size_t)count);
    file->at += count;
    return count;
}

static inline sf_count_t memory_tell(void *user) { return ((struct memory_file *)user)->at; }
#endif

static inline struct sound decoded_by_sndfile(const struct codec *codec, const struct coded *coded)
{
#ifdef HAVE_SNDFILE
    struct memory_file file = { coded->file, 0 };
    SF_VIRTUAL_IO io = { memory_size, memory_seek, memory_read, 0, memory_tell };
    SF_INFO info = { 0 };
    SNDFILE *sndfile = sf_open_virtual(&io, SFM_READ, &info, &file);
    struct sound sound = { 0 };

    (void)codec;
    assert_non_null(sndfile);
    sound.samples = calloc((size_t)(info.frames * info.channels) + 1, sizeof(int16_t));
    sound.count = (size_t)(sf_readf_short(sndfile, sound.samples, info.frames) * info.channels);
    sf_close(sndfile);
    return sound;
#else
    (void)codec;
    (void)coded;
    print_message("libsndfile is not installed\n");
    skip();
    return (struct sound){ 0 };
#endif
}

/* Writes a file with libsndfile, 8 kHz mono, with a SF_FORMAT_ type and encoding. The caller frees
 * it. */
static inline struct bytes written_by_sndfile(int format, struct sound sound)
{
#ifdef HAVE_SNDFILE
    struct memory_file file = { { 0, 0 }, 0 };
    SF_VIRTUAL_IO io = { memory_size, memory_seek, memory_read, memory_write, memory_tell };
    SF_INFO info = { .channels = 1, .samplerate = 8000, .format = format };
    SNDFILE *sndfile = sf_open_virtual(&io, SFM_WRITE, &info, &file);

    assert_non_null(sndfile);
    sf_write_short(sndfile, sound.samples, (sf_count_t)sound.count);
    sf_close(sndfile);
    return file.bytes;
#else
    (void)format, (void)sound;
    print_message("libsndfile is not installed\n");
    skip();
    return (struct bytes){ 0 };
#endif
}

typedef struct sound decoder_of_peer(const struct codec *, const struct coded *);

/* Checks that our decoding equals a peer's. Frees the stream, and returns the number of samples. */
static inline size_t check_equal(const struct codec *codec, struct coded coded,
                                 decoder_of_peer *peer, const char *what)
{
    struct sound ours = decoded_by_us(codec, &coded), theirs = peer(codec, &coded);
    size_t n = ours.count;

    if (theirs.count != n)
        fail_msg("%s: %zu samples, not %zu", what, n, theirs.count);
    for (size_t i = 0; i < n; i++)
        if (ours.samples[i] != theirs.samples[i])
            fail_msg("%s: sample %zu of %zu is %d, not %d", what, i, n, ours.samples[i],
                     theirs.samples[i]);
    free(ours.samples);
    free(theirs.samples);
    free(coded.file.data);
    return n;
}

/* A codec that ffmpeg and sox can encode, under their names. */
struct adpcm_peers {
    const struct codec *codec;
    const char *ffmpeg, *sox;
    struct coded (*at_random)(struct mode); /* noise with valid headers */
};

static inline struct coded peers_ffmpeg(const struct adpcm_peers *peers, struct mode mode,
                                        struct sound sound)
{
    return coded_whole(peers->codec, coded_by_ffmpeg(peers->codec, peers->ffmpeg, mode, sound));
}

static inline struct coded peers_sox(const struct adpcm_peers *peers, struct mode mode,
                                     struct sound sound)
{
    return coded_whole(peers->codec, coded_by_sox(peers->sox, mode, sound));
}

/* Checks noise and streams from our encoder and, with `of_peers`, from ffmpeg's and sox's. */
static inline void check_streams(const struct adpcm_peers *peers, decoder_of_peer *peer,
                                 const char *name, bool of_peers)
{
    const struct codec *codec = peers->codec;
    struct sound sound = generated(100000, 3);
    size_t n = 0;

    for (uint16_t channels = 1; channels <= 2; channels++)
        for (uint32_t rate = 8000; rate <= 44100; rate += 36100) {
            struct mode mode = { rate, channels, 0 };

            n += check_equal(codec, peers->at_random(mode), peer, "random codes");
            n += check_equal(codec, coded_by_us(codec, mode, sound), peer, "our encoder");
            if (!of_peers)
                continue;
            n += check_equal(codec, peers_ffmpeg(peers, mode, sound), peer, "ffmpeg's encoder");
            n += check_equal(codec, peers_sox(peers, mode, sound), peer, "sox's encoder");
        }
    print_message("%zu samples equal %s\n", n, name);
    free(sound.samples);
}

/* Returns the SNR of a stream with the given decoder, and frees the stream. */
static inline double quality(const struct codec *codec, struct coded coded,
                             decoder_of_peer *decoder, struct sound sound)
{
    struct sound back = decoder(codec, &coded);
    double decibels;

    assert_true(back.count >= sound.count);
    decibels = snr(sound.samples, back.samples, sound.count);
    free(back.samples);
    free(coded.file.data);
    return decibels;
}

/* Decodes every prefix of a block. The result is the start of the block's samples, only as many as
 * the prefix covers, and none if more input is to come. If the samples do not fit the destination,
 * as many as fit are returned. */
static inline void check_prefixes(const struct codec *codec, const struct wave_format *format,
                                  const uint8_t *src,
                                  uint32_t (*covered)(const struct wave_format *, size_t bytes))
{
    struct layout layout;
    int16_t *whole, *part;
    size_t room;

    assert_true(parses(codec, format, &layout));
    room = (size_t)layout.block.frames * format->channels;
    whole = malloc(room * sizeof(int16_t));
    part = malloc(room * sizeof(int16_t));
    assert_int_equal(
        decode_once(codec, format, src, whole, (struct offer){ layout.block.bytes, room, WHOLE })
            .made,
        room);
    for (size_t bytes = 0; bytes < layout.block.bytes; bytes++) {
        uint32_t samples = covered(format, bytes);
        size_t expected = (size_t)(samples < layout.block.frames ? samples : layout.block.frames) *
                          format->channels;
        struct progress partial =
            decode_once(codec, format, src, part, (struct offer){ bytes, room, WHOLE });
        struct progress all = decode_once(codec, format, src, part,
                                          (struct offer){ bytes, room, bytes % 2 ? PART : END });

        assert_true(partial.used == 0 && partial.made == 0);
        assert_int_equal(all.used, bytes);
        assert_int_equal(all.made, expected);
        assert_memory_equal(part, whole, expected * sizeof(int16_t));
        if (expected != 0) {
            size_t fitting = expected - format->channels;

            partial =
                decode_once(codec, format, src, part, (struct offer){ bytes, expected - 1, END });
            assert_true(fitting ? partial.used != 0 : partial.used == 0);
            assert_int_equal(partial.made, fitting);
            assert_memory_equal(part, whole, fitting * sizeof(int16_t));
        }
    }
    free(whole);
    free(part);
}

/* Checks that encoding block by block and at once give the same bytes, and that their SNR is above
 * `floor` dB, which is low because most of the sound is noise and full-scale square waves. */
static inline void check_round_trip(const struct codec *codec, const struct wave_format *format,
                                    double floor)
{
    struct layout layout;
    struct sound sound, back;
    struct bytes at_once;
    struct options options = DEFAULT_OPTIONS;
    void *state = malloc(codec->encoder->state_size);
    size_t frame;
    double decibels;

    assert_true(parses(codec, format, &layout));
    frame = (size_t)layout.block.frames * format->channels;
    sound = generated(frame * (1 + 24000 / frame), 7);
    for (options.quality = 0; options.quality <= 1; options.quality++) {
        at_once = encode_all(codec, format, &options, sound);
        encoder_init(codec, state, format, &options);
        for (size_t i = 0; i < sound.count / frame; i++) {
            uint8_t *dst = malloc(layout.block.bytes);
            struct offer offer = { frame, layout.block.bytes, WHOLE };
            struct progress done =
                codec->encoder->run(state, sound.samples + i * frame, dst, offer);

            assert_true(done.used == frame && done.made == layout.block.bytes);
            assert_memory_equal(dst, at_once.data + i * layout.block.bytes, layout.block.bytes);
            free(dst);
        }
        back = decode_all(codec, format, 0, at_once);
        assert_int_equal(back.count, sound.count);
        decibels = snr(sound.samples, back.samples, sound.count);
        if (options.quality != 0 && decibels < floor)
            fail_msg("%u channels, blocks of %u: %.2f dB", format->channels, layout.block.bytes,
                     decibels);
        free(back.samples);
        free(at_once.data);
    }
    free(sound.samples);
    free(state);
}

static inline void check_silence(const struct codec *codec, struct mode mode)
{
    struct sound silence = { calloc(5000, sizeof(int16_t)), 5000 };
    struct coded coded = coded_by_us(codec, mode, silence);
    struct sound back = decoded_by_us(codec, &coded);

    assert_true(back.count >= silence.count);
    assert_memory_equal(back.samples, silence.samples, silence.count * sizeof(int16_t));
    free(silence.samples);
    free(back.samples);
    free(coded.file.data);
}

/* The maximum size of a stream, including samples of 8 blocks, in either direction. */
enum { STREAM_MAX = 72 * 1024 };

static inline void check_stream_is_small(const struct wave_format *format)
{
    uint16_t frame = (uint16_t)(2 * format->channels);
    struct wave_format pcm = { TAG_PCM, format->channels, format->sample_rate, 0, frame, 16, 0, 0 };
    struct plan plan;

    assert_true(stream_plan(&plan, format, &pcm) && stream_bytes(&plan) <= STREAM_MAX);
    assert_true(stream_plan(&plan, &pcm, format) && stream_bytes(&plan) <= STREAM_MAX);
}

/* The format fields that Windows wrote. */
struct windows_format {
    struct mode mode;
    uint16_t block_align, samples;
    uint32_t byte_rate;
};

static inline void check_complete(const struct codec *codec, const struct windows_format *expected,
                                  uint16_t extra_size)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, expected->mode, extra);
    struct layout layout;

    assert_int_equal(format.tag, codec->tags->tag);
    assert_int_equal(format.channels, expected->mode.channels);
    assert_int_equal(format.sample_rate, expected->mode.sample_rate);
    assert_int_equal(format.block_align, expected->block_align);
    assert_int_equal(format.byte_rate, expected->byte_rate);
    assert_int_equal(format.bits_per_sample, 4);
    assert_int_equal(format.extra_size, extra_size);
    assert_int_equal(load16_le(extra), expected->samples);
    assert_true(parses(codec, &format, &layout));
    assert_true(layout.block.bytes == expected->block_align &&
                layout.least_bytes == layout.block.bytes &&
                layout.block.frames == expected->samples);
    check_stream_is_small(&format);
}

#endif
