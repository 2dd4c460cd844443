/* Windows Media Audio encoding: noise and its ratio to the mask beside ffmpeg's encoder, decoding
 * by ffmpeg, sounds and packets at the limits, and the formulas of the tables. */
#include <math.h>
#include "support.h"
#include "fixed.h"
#include "hard_sounds.h"
#include "nmr.h"
#include "stream.h"
#include "codecs/wma/encoder.h"

extern const struct codec wma1, wma2;

static const struct codec *const versions[2] = { &wma1, &wma2 };

static size_t frame_of(const struct wave_format *format)
{
    return (size_t)1 << wma_frame_bits(format->tag == 0x160 ? 1 : 2, format->sample_rate);
}

static unsigned options_of(const struct wave_format *format)
{
    return format->extra[format->tag == 0x160 ? 2 : 4];
}

/* --- Quality --- */

struct figures {
    double snr, nmr;
};

/* A decoder's output is a frame late. */
static struct figures figures_of(struct sound sound, struct sound decoded,
                                 const struct wave_format *format)
{
    size_t frame = frame_of(format) * format->channels, n = sound.count - 4 * frame;

    assert_true(decoded.count >= n + 2 * frame);
    return (struct figures){ snr(sound.samples + frame, decoded.samples + 2 * frame, n),
                             nmr(sound.samples + frame, decoded.samples + 2 * frame,
                                 n / format->channels, format->channels, format->sample_rate) };
}

static struct figures ours(const struct codec *codec, const struct wave_format *format,
                           uint8_t quality, struct sound sound)
{
    struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };
    struct bytes blocks = encode_all(codec, format, &options, sound);
    struct sound decoded = decode_all(codec, format, 0, blocks);
    struct figures figures = figures_of(sound, decoded, format);

    free(blocks.data);
    free(decoded.samples);
    return figures;
}

/* Its blocks have the bytes of the bit rate, rounded down. */
static struct figures theirs(const struct codec *codec, const struct wave_format *format,
                             struct sound sound)
{
    struct wave_format format_of_file;
    struct bytes file, blocks;
    struct sound decoded;
    struct figures figures;
    char command[160];

    snprintf(command, sizeof command,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i - -c:a wmav%u -b:a %u -f wav -",
             format->sample_rate, format->channels, codec == &wma1 ? 1 : 2, 8 * format->byte_rate);
    file = peer_run(command, sound.samples, sound.count * sizeof(int16_t));
    blocks = wav_open(file, &format_of_file);
    assert_in_range(format_of_file.block_align, format->block_align - 1, format->block_align);
    decoded = decode_all(codec, &format_of_file, 0, blocks);
    figures = figures_of(sound, decoded, format);
    free(file.data);
    free(decoded.samples);
    return figures;
}

static void compare(const struct codec *codec, struct mode mode, struct sound sound)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);
    struct figures peer = theirs(codec, &format, sound), before = { -99, 99 };

    for (uint8_t quality = 0; quality < 3; quality++) {
        struct figures own = ours(codec, &format, quality, sound);

        print_message("# 0x%X, %u Hz, %u kbit/s, quality %u: SNR %.2f dB, NMR %.2f dB; "
                      "ffmpeg %.2f and %.2f dB\n",
                      format.tag, format.sample_rate, format.byte_rate / 125, quality, own.snr,
                      own.nmr, peer.snr, peer.nmr);
        assert_true(own.snr > peer.snr - 1);
        assert_true(own.nmr < peer.nmr - 1.7);
        assert_true(own.snr > before.snr && own.nmr < before.nmr);
        before = own;
    }
}

/* ffmpeg refuses the bit rates of the other formats. */
static void noise_is_lower_than_with_ffmpeg(void **unused)
{
    static const struct mode modes[] = { { 44100, 2, 64080 }, { 22050, 2, 32040 } };
    struct sound sounds[2] = { music(), fast_music() };

    (void)unused;
    for (int i = 0; i < 2; i++)
        for (int version = 0; version < 2; version++)
            for (int which = 0; which < 2; which++)
                compare(versions[version], modes[i], sounds[which]);
    free(sounds[0].samples);
    free(sounds[1].samples);
}

/* --- Streams --- */

/* Every frame is valid and ends within its packet. */
static void check_frames(const struct codec *codec, const struct wave_format *format,
                         struct bytes blocks)
{
    struct wma_format parsed = { codec == &wma1 ? 1 : 2, format->channels,  options_of(format),
                                 format->sample_rate,    format->byte_rate, format->block_align };
    struct wma_decoder *state = malloc(sizeof *state);
    int16_t *pcm = malloc(2 * WMA_FRAME * sizeof *pcm);

    wma_init(state, &parsed, dsp_set(0)->mdct);
    assert_int_equal(blocks.size % format->block_align, 0);
    for (size_t at = 0; at < blocks.size; at += format->block_align) {
        struct bit_reader in = { blocks.data + at, format->block_align * 8u, 0 };

        assert_true(wma_decode_frame(state, &in, pcm));
        assert_true(in.at <= in.size);
    }
    free(pcm);
    free(state);
}

/* FFmpeg guesses the layout of channels, its WAV reader makes packets of 4096 bytes, and FFmpeg 7
 * warns of a duration from the bit rate; it must not have any other warning. */
static void check_warnings(struct bytes wav)
{
    struct bytes said = peer_run("ffmpeg -v warning -i - -f null - 2>&1", wav.data, wav.size);
    char *text = calloc(1, said.size + 1);

    memcpy(text, said.data, said.size);
    for (char *line = strtok(text, "\n"); line; line = strtok(0, "\n"))
        if (!strstr(line, "Guessed Channel Layout") && !strstr(line, "Multiple frames") &&
            !strstr(line, "Estimating duration from bitrate"))
            fail_msg("%s", line);
    free(text);
    free(said.data);
}

/* FFmpeg's LSP curves have the precision of 32-bit floating point, from which close cosines are
 * subtracted: loud samples differ by one more in 8192. */
static void check_close(const int16_t *own, const int16_t *other, size_t count)
{
    size_t differ = 0;

    for (size_t i = 0; i < count; i++) {
        if (abs(own[i] - other[i]) > 1 + (abs(other[i]) + 8191) / 8192)
            fail_msg("sample %zu is %d, not %d", i, own[i], other[i]);
        differ += own[i] != other[i];
    }
    assert_true(differ * 8 <= count);
}

/* FFmpeg omits the first two frames, and adds one behind the last. */
static void check_with_ffmpeg(const struct codec *codec, struct mode mode)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);
    size_t frame = frame_of(&format) * format.channels;
    struct sound sound = generated(40 * frame, mode.sample_rate + mode.channels);
    struct bytes blocks = encode_all(codec, &format, 0, sound);
    struct bytes wav = wav_make(&format, blocks.data, blocks.size, 0);
    struct bytes other = peer_run("ffmpeg -v fatal -i - -f s16le -", wav.data, wav.size);
    struct sound decoded = decode_all(codec, &format, 0, blocks);

    check_warnings(wav);
    assert_int_equal(other.size, (decoded.count - frame) * sizeof(int16_t));
    check_close(decoded.samples + 2 * frame, (const int16_t *)(const void *)other.data,
                decoded.count - 2 * frame);
    check_frames(codec, &format, blocks);
    free(sound.samples);
    free(decoded.samples);
    free(blocks.data);
    free(wav.data);
    free(other.data);
}

static void ffmpeg_decodes_every_format(void **unused)
{
    (void)unused;
    for (int version = 0; version < 2; version++)
        for (const struct mode *mode = versions[version]->modes; mode->sample_rate; mode++)
            check_with_ffmpeg(versions[version], *mode);
}

/* Noise fills every packet to the last bits. */
static void packets_are_full(void **unused)
{
    (void)unused;
    for (const struct mode *mode = wma2.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&wma2, *mode, extra);
        size_t frame = frame_of(&format) * format.channels;
        struct sound sound = { malloc(20 * frame * sizeof(int16_t)), 20 * frame };
        uint32_t seed = 3;
        struct bytes blocks;
        size_t empty = 0;

        for (size_t i = 0; i < sound.count; i++)
            sound.samples[i] = (int16_t)(draw(&seed) >> 17);
        blocks = encode_all(&wma2, &format, 0, sound);
        for (size_t at = 0; at < blocks.size; at += format.block_align)
            for (size_t i = format.block_align; i > 0 && blocks.data[at + i - 1] == 0; i--)
                empty++;
        print_message("# %u Hz, %u channels, %u bit/s: %.2f %% are empty\n", mode->sample_rate,
                      mode->channels, mode->bit_rate, 100. * (double)empty / (double)blocks.size);
        assert_true(empty * 20 < blocks.size);
        free(blocks.data);
        free(sound.samples);
    }
}

static void check_hard_sound(const char *name, const int16_t *x, size_t count)
{
    (void)name;
    for (int version = 0; version < 2; version++)
        for (const struct mode *mode = versions[version]->modes; mode->sample_rate; mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(versions[version], *mode, extra);
            struct bytes blocks = encode_all(versions[version], &format, 0,
                                             (struct sound){ (int16_t *)(uintptr_t)x, count });

            check_frames(versions[version], &format, blocks);
            free(blocks.data);
        }
}

static void hard_sounds(void **unused)
{
    (void)unused;
    each_hard_sound(check_hard_sound);
}

/* A full-scale tone in the middle of the spectrum comes back at its level: the largest levels have
 * codes. */
static void loud_tones_come_back(void **unused)
{
    (void)unused;
    for (const struct mode *mode = wma2.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&wma2, *mode, extra);
        size_t frame = frame_of(&format) * format.channels;
        struct sound sound = { malloc(10 * frame * sizeof(int16_t)), 10 * frame }, decoded;
        struct bytes blocks;

        for (size_t i = 0; i < sound.count; i++)
            sound.samples[i] =
                (int16_t)lround(32767 * sin(0.3 * (double)(i / format.channels) + 1));
        blocks = encode_all(&wma2, &format, 0, sound);
        decoded = decode_all(&wma2, &format, 0, blocks);
        assert_int_equal(decoded.count, sound.count + frame);
        assert_true(
            snr(sound.samples + frame, decoded.samples + 2 * frame, sound.count - 2 * frame) > 30);
        free(blocks.data);
        free(decoded.samples);
        free(sound.samples);
    }
}

/* Every packet from 4 bytes on, and large ones, with both kinds of curves. */
static void packets_of_any_size(void **unused)
{
    struct sound sound = generated(6 * 2 * WMA_FRAME, 8);

    (void)unused;
    for (unsigned i = 4; i < 120; i += i < 60 ? 1 : 7)
        for (unsigned kind = 0; kind < 8; kind++) {
            uint8_t extra[10] = { 0 };
            unsigned channels = 1 + kind % 2, version = 1 + kind / 2 % 2,
                     size = i < 100 ? i : WMA_PACKET;
            struct wave_format format = { .tag = (uint16_t)(version == 1 ? 0x160 : 0x161),
                                          .channels = (uint16_t)channels,
                                          .sample_rate = i % 2 ? 44100 : 8000,
                                          .block_align = (uint16_t)size,
                                          .bits_per_sample = 16,
                                          .extra_size = (uint16_t)(version == 1 ? 4 : 10),
                                          .extra = extra };
            struct bytes blocks;

            format.byte_rate = (uint32_t)(size * format.sample_rate / frame_of(&format));
            format.byte_rate = format.byte_rate < 80000 ? format.byte_rate : 80000;
            extra[version == 1 ? 2 : 4] = (uint8_t)(kind / 4);
            blocks = encode_all(versions[version - 1], &format, 0, sound);
            check_frames(versions[version - 1], &format, blocks);
            free(blocks.data);
        }
    free(sound.samples);
}

static void every_set_makes_the_same_bytes(void **unused)
{
    struct sound sound = generated(12 * 2 * WMA_FRAME, 9);

    (void)unused;
    for (const struct mode *mode = wma2.modes; mode->sample_rate; mode++)
        for (uint8_t quality = 0; quality < 3; quality++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(&wma2, *mode, extra);

            check_encoder_in_sets(&wma2, &format, quality, sound);
        }
    free(sound.samples);
}

/* Formats of ASF files are read, and not written. */
static void other_formats_are_refused(void **unused)
{
    uint8_t extra[10] = { 0 };
    struct wave_format format = { .tag = 0x161,
                                  .channels = 2,
                                  .sample_rate = 44100,
                                  .byte_rate = 8010,
                                  .block_align = 372,
                                  .bits_per_sample = 16,
                                  .extra_size = 10,
                                  .extra = extra };
    struct wave_format pcm = { 1, 2, 44100, 176400, 4, 16, 0, 0 };
    struct plan plan;

    (void)unused;
    for (uint8_t options = 0; options < 32; options++) {
        bool single = !(options & (WMA_RESERVOIR | WMA_VARIABLE)) || options == 0xD;

        extra[4] = options;
        assert_true(stream_plan(&plan, &format, &pcm));
        assert_int_equal(stream_plan(&plan, &pcm, &format), single);
    }
}

/* --- Tables --- */

static void logarithms(void **unused)
{
    double worst = 0;

    (void)unused;
    for (uint64_t x = 1; x < 1ull << 60; x += 1 + x / 97)
        worst = fmax(worst, fabs(log2_near(x) - 256 * log2((double)x)));
    print_message("# the greatest error of a logarithm is %.2f / 256\n", worst);
    assert_true(worst < 5);
}

/* Symbols and pairs agree with the decoder's. */
static void codebooks(void **unused)
{
    (void)unused;
    for (int i = 0; i < 6; i++) {
        const struct wma_prefix_code *code = &wma_coefficient_codes[i];
        struct wma_codebook *book = malloc(sizeof *book);
        struct wma_book *reader = malloc(sizeof *reader);
        struct wma_pair *pairs = malloc(WMA_CODES * sizeof *pairs);

        wma_fill_codebook(book, code);
        wma_open_book(reader, code);
        wma_open_pairs(pairs, code);
        for (unsigned symbol = 0; symbol < code->size; symbol++) {
            uint8_t bytes[4] = { 0 };
            struct bit_writer out = { bytes, 32, 0 };
            struct bit_reader in = { bytes, 32, 0 };

            wma_write_code(&out, book, symbol);
            assert_int_equal(wma_read_code(&in, reader), symbol);
            assert_int_equal(in.at, out.at);
            if (symbol >= WMA_FIRST_PAIR)
                assert_int_equal(wma_symbol_of(book, pairs[symbol].level, pairs[symbol].run),
                                 symbol);
        }
        assert_int_equal(wma_symbol_of(book, 1, 3000), WMA_ESCAPE);
        assert_int_equal(wma_symbol_of(book, book->levels + 1, 0), WMA_ESCAPE);
        free(pairs);
        free(reader);
        free(book);
    }
}

/* The curve of fitted LSPs has the shape of the target, which a curve of the codec has. */
static void fitted_lsps(void **unused)
{
    struct wma_lsp_logs *logs = malloc(sizeof *logs);
    struct wma_format format = { 2, 1, 0, 8000, 1000, 64 };
    int32_t *ratio = malloc(WMA_FRAME * sizeof *ratio);
    struct wma_setup setup;
    uint32_t seed = 4;
    double worst = 0;

    (void)unused;
    wma_set_up(&setup, &format);
    wma_open_lsp(logs);
    for (int round = 0; round < 20; round++) {
        int target[WMA_POINTS];
        uint8_t lsp[WMA_LSP];
        double square = 0, mean = 0;

        for (unsigned i = 0; i < WMA_LSP; i++)
            lsp[i] = (uint8_t)(draw(&seed) % (1u << wma_lsp_bits(i)));
        wma_lsp_curve(&setup, 0, lsp, ratio);
        for (int i = 0; i < WMA_POINTS; i++)
            target[i] = (int)lround(256 * log2(ratio[i * 16 + 8]));
        memset(lsp, 4, sizeof lsp);
        wma_fit_lsp(dsp_set(0)->spectrum, logs, target, &(struct wma_effort){ .quality = 2 }, lsp);
        wma_lsp_curve(&setup, 0, lsp, ratio);
        for (int i = 0; i < WMA_POINTS; i++)
            mean += log2(ratio[i * 16 + 8]) - target[i] / 256.;
        for (int i = 0; i < WMA_POINTS; i++)
            square += pow(log2(ratio[i * 16 + 8]) - target[i] / 256. - mean / WMA_POINTS, 2);
        worst = fmax(worst, sqrt(square / WMA_POINTS));
    }
    print_message("# the worst deviation of a curve is %.2f octaves\n", worst);
    assert_true(worst < 0.35);
    free(ratio);
    free(logs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_lower_than_with_ffmpeg),
        cmocka_unit_test(ffmpeg_decodes_every_format),
        cmocka_unit_test(packets_are_full),
        cmocka_unit_test(hard_sounds),
        cmocka_unit_test(loud_tones_come_back),
        cmocka_unit_test(packets_of_any_size),
        cmocka_unit_test(every_set_makes_the_same_bytes),
        cmocka_unit_test(other_formats_are_refused),
        cmocka_unit_test(logarithms),
        cmocka_unit_test(codebooks),
        cmocka_unit_test(fitted_lsps),
    };

    return cmocka_run_group_tests_name("Windows Media Audio encoder", tests, 0, 0);
}
