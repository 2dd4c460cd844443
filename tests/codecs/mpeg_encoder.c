/* The encoders of MPEG audio: every bit rate is valid for mpg123 and ffmpeg, frames follow each
 * other from byte 0, the delay is exact, and the noise is less audible than that of other encoders,
 * as noise-to-mask ratio on music that fluidsynth plays. */
#include <complex.h>
#include <math.h>
#include "support.h"
#include "bits.h"
#include "codecs/mpeg/frame.h"
#include "codecs/mpeg/quantizer.h"

extern const struct codec mpeg_layer3, mpeg_layer2;

enum { LAYER3_LATENCY = 1393, LAYER2_LATENCY = 481, FFT = 2048, HOP = 2048, BARKS = 96 };

static struct bytes encode(const struct codec *codec, const struct mode *mode, uint8_t quality,
                           struct sound sound)
{
    struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, *mode, extra);

    return encode_all(codec, &format, &options, sound);
}

static struct sound decode(const struct codec *codec, const struct mode *mode, struct bytes code)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, *mode, extra);

    return decode_all(codec, &format, 0, code);
}

/* 18 and 20 kbit/s are three frames, or one, of 16 kbit/s and then one of 24. */
static uint32_t bit_rate_of(const struct mode *mode, unsigned frame)
{
    unsigned period = mode->bit_rate == 18000 ? 4 : mode->bit_rate == 20000 ? 2 : 1;

    if (period == 1)
        return mode->bit_rate;
    return frame % period == period - 1 ? 24000 : 16000;
}

/* Bytes that Layer III's main data can be ahead of its frame, and what the frames left. */
static void check_frames(const struct mode *mode, unsigned layer, struct bytes code)
{
    size_t at = 0;
    uint32_t reservoir = 0;
    unsigned frame = 0;

    while (at < code.size) {
        struct mpeg_header header;

        assert_true(code.size - at >= 4 && mpeg_parse_header(code.data + at, &header));
        assert_int_equal(header.layer, layer);
        assert_int_equal(mpeg_sample_rate(&header), mode->sample_rate);
        assert_int_equal(mpeg_bit_rate(&header), bit_rate_of(mode, frame++));
        assert_int_equal(mpeg_channels(&header), mode->channels);
        if (layer == 3) {
            uint32_t begin = code.data[at + 4];

            begin = mpeg_is_lsf(&header) ? begin : begin << 1 | code.data[at + 5] >> 7;
            assert_true(begin <= reservoir && !header.padding);
            reservoir += mpeg_frame_bytes(&header) - 4 - mpeg_side_bytes(&header);
        }
        at += mpeg_frame_bytes(&header);
    }
    assert_int_equal(at, code.size);
}

static void check_silent_peer(const char *command, struct bytes code)
{
    struct bytes words = peer_run(command, code.data, code.size);

    if (words.size)
        print_message("%s: %.*s\n", command, (int)words.size, (const char *)words.data);
    assert_int_equal(words.size, 0);
    free(words.data);
}

/* mpg123 decodes the stream without a warning, to the samples of our decoder. */
static void check_mpg123(const struct codec *codec, const struct mode *mode, struct bytes code)
{
    struct sound ours = decode(codec, mode, code);
    struct bytes theirs = peer_run("mpg123 -q -e f32 -s - 2>&1", code.data, code.size);
    int16_t *pcm = malloc(ours.count * sizeof *pcm);

    assert_int_equal(theirs.size, sizeof(float) * ours.count);
    for (size_t i = 0; i < ours.count; i++) {
        float x;

        memcpy(&x, theirs.data + i * sizeof x, sizeof x);
        pcm[i] = (int16_t)lrint(fmax(-32768, fmin(32767, 32768. * (double)x)));
    }
    check_near(codec->name, ours.samples, pcm, ours.count);
    free(pcm);
    free(ours.samples);
    free(theirs.data);
}

static void check_mode(const struct codec *codec, unsigned layer, const struct mode *mode)
{
    struct sound sound = generated(mode->channels * mode->sample_rate / 2, 3);

    for (uint8_t quality = 0; quality < 3; quality++) {
        struct bytes code = encode(codec, mode, quality, sound);

        check_frames(mode, layer, code);
        if (quality == (layer == 3 ? mode->bit_rate / 8000 % 3 : 1)) {
            check_mpg123(codec, mode, code);
            check_silent_peer("ffmpeg -v error -err_detect explode -xerror -i - -f null - 2>&1",
                              code);
        }
        free(code.data);
    }
    free(sound.samples);
}

/* The formats of Windows XP's codec: bit rates in kbit/s, and nBlockSize. */
static const struct listed {
    uint16_t rate;
    uint8_t channels, kbits, frames; /* in a block */
    uint16_t block;
} listed[] = {
    { 22050, 2, 56, 1, 182 }, { 22050, 2, 48, 1, 156 }, { 22050, 2, 40, 1, 130 },
    { 16000, 2, 56, 1, 252 }, { 16000, 2, 48, 1, 216 }, { 16000, 2, 40, 1, 180 },
    { 16000, 2, 32, 1, 144 }, { 12000, 2, 32, 1, 192 }, { 12000, 2, 24, 1, 144 },
    { 12000, 2, 20, 2, 240 }, { 12000, 2, 18, 4, 432 }, { 11025, 2, 32, 1, 208 },
    { 11025, 2, 24, 1, 156 }, { 11025, 2, 20, 2, 260 }, { 11025, 2, 18, 4, 468 },
    { 8000, 2, 32, 1, 288 },  { 8000, 2, 24, 1, 216 },  { 8000, 2, 20, 2, 360 },
    { 8000, 2, 18, 4, 648 },  { 22050, 1, 32, 1, 104 }, { 22050, 1, 24, 1, 78 },
    { 16000, 1, 32, 1, 144 }, { 16000, 1, 24, 1, 108 }, { 16000, 1, 20, 2, 180 },
    { 16000, 1, 18, 4, 324 }, { 16000, 1, 16, 1, 72 },  { 12000, 1, 20, 2, 240 },
    { 12000, 1, 18, 4, 432 }, { 12000, 1, 16, 1, 96 },  { 12000, 1, 8, 1, 48 },
    { 11025, 1, 20, 2, 260 }, { 11025, 1, 18, 4, 468 }, { 11025, 1, 16, 1, 104 },
    { 11025, 1, 8, 1, 52 },   { 8000, 1, 16, 1, 144 },  { 8000, 1, 8, 1, 72 },
};

static const struct mode *mode_of(const struct listed *of)
{
    const struct mode *mode = mpeg_layer3.modes;

    while (mode->sample_rate && (mode->sample_rate != of->rate || mode->channels != of->channels ||
                                 mode->bit_rate != 1000u * of->kbits))
        mode++;
    return mode;
}

static void the_formats_of_windows_are_listed(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
        const struct mode *mode = mode_of(&listed[i]);
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format;

        assert_int_equal(mode->sample_rate, listed[i].rate);
        format = format_of(&mpeg_layer3, *mode, extra);
        assert_int_equal(format.byte_rate, 125 * listed[i].kbits);
        assert_int_equal(format.block_align, 1);
        assert_int_equal(format.extra_size, 12);
        assert_int_equal(load16_le(extra), 1);
        assert_int_equal(load32_le(extra + 2), 2);
        assert_int_equal(load16_le(extra + 6), listed[i].block);
        assert_int_equal(load16_le(extra + 8), listed[i].frames);
        assert_int_equal(load16_le(extra + 10), 1393);
    }
}

/* Every fifth mode, or all of them. */
static void check_modes(const struct codec *codec, unsigned layer)
{
    unsigned step = all_cases() ? 1 : 5, i = 0;

    for (const struct mode *mode = codec->modes; mode->sample_rate; mode++)
        if (i++ % step == 0)
            check_mode(codec, layer, mode);
}

static void peers_decode_the_modes(void **unused)
{
    (void)unused;
    check_modes(&mpeg_layer3, 3);
    check_modes(&mpeg_layer2, 2);
}

/* A click of noise comes out exactly the latency later, and the end is complete. */
static void check_latency(const struct codec *codec, const struct mode *mode, size_t latency)
{
    size_t count = 3 * mode->sample_rate / 2, best = 0;
    struct sound sound = { malloc(count * sizeof(int16_t)), count }, back;
    struct bytes code;
    double most = -1e9;

    for (size_t i = 0; i < count; i++)
        sound.samples[i] = (int16_t)(9000 * sin((double)i * (double)i * 2e-5));
    code = encode(codec, mode, 1, sound);
    back = decode(codec, mode, code);
    assert_true(back.count >= count + latency);
    for (size_t delay = latency - 20; delay <= latency + 20; delay++) {
        double sum = 0;

        for (size_t i = 0; i < count && i + delay < back.count; i++)
            sum += (double)sound.samples[i] * back.samples[i + delay];
        best = sum > most ? delay : best;
        most = sum > most ? sum : most;
    }
    assert_int_equal(best, latency);
    free(sound.samples);
    free(code.data);
    free(back.samples);
}

static void the_latency_is_exact(void **unused)
{
    (void)unused;
    check_latency(&mpeg_layer3, &(struct mode){ 44100, 1, 128000 }, LAYER3_LATENCY);
    check_latency(&mpeg_layer3, &(struct mode){ 22050, 1, 64000 }, LAYER3_LATENCY);
    check_latency(&mpeg_layer2, &(struct mode){ 48000, 1, 128000 }, LAYER2_LATENCY);
}

/* fdwFlags of MPEGLAYER3WAVEFORMAT: 0 pads as the bit rate requires, 1 pads all frames. */
static void padding_follows_the_format(void **unused)
{
    struct mode mode = { 44100, 2, 128000 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&mpeg_layer3, mode, extra);
    struct sound sound = generated(2 * 44100, 5);

    (void)unused;
    for (uint8_t flags = 0; flags < 3; flags++) {
        struct options options = { .quality = 0 };
        struct bytes code;
        size_t frames = 0, padded = 0;

        store32_le(extra + 2, flags);
        code = encode_all(&mpeg_layer3, &format, &options, sound);
        for (size_t at = 0; at < code.size; frames++) {
            struct mpeg_header header;

            assert_true(mpeg_parse_header(code.data + at, &header));
            padded += header.padding;
            at += mpeg_frame_bytes(&header);
        }
        /* 417.96 bytes */
        assert_int_equal(padded, flags == 2   ? 0
                                 : flags == 1 ? frames
                                              : frames * 128 * 144000 / 44100 - frames * 417);
        free(code.data);
    }
    free(sound.samples);
}

/* --- The noise-to-mask ratio --- */

static double complex roots[FFT];

static void init_roots(void)
{
    for (int i = 0; i < FFT; i++)
        roots[i] = cexp(-2 * I * acos(-1) * i / FFT);
}

static void fft(double complex *x, size_t n)
{
    double complex even[FFT / 2], odd[FFT / 2];

    if (n == 1)
        return;
    for (size_t i = 0; i < n / 2; i++) {
        even[i] = x[2 * i];
        odd[i] = x[2 * i + 1];
    }
    fft(even, n / 2);
    fft(odd, n / 2);
    for (size_t i = 0; i < n / 2; i++) {
        double complex turned = odd[i] * roots[i * (FFT / n)];

        x[i] = even[i] + turned;
        x[i + n / 2] = even[i] - turned;
    }
}

/* Quarters of a bark, by E. Terhardt's formula. */
static int band_of(double hz)
{
    double bark = 13 * atan(.00076 * hz) + 3.5 * atan(hz / 7500 * hz / 7500);

    return (int)(4 * bark);
}

/* The energies of two signals at once: one is the real part. */
static void spectra(const double *a, const double *b, double ea[BARKS], double eb[BARKS])
{
    static double complex x[FFT];

    for (int i = 0; i < FFT; i++)
        x[i] = (a[i] + I * b[i]) * (.5 - .5 * creal(roots[i]));
    fft(x, FFT);
    for (int i = 0; i < BARKS; i++)
        ea[i] = eb[i] = 1e-3;
    for (int i = 1; i < FFT / 2; i++) {
        double complex mirror = conj(x[FFT - i]), one = x[i] + mirror, two = x[i] - mirror;
        int band = band_of(i * 44100. / FFT);

        if (band < BARKS) {
            ea[band] += creal(one * conj(one)) / 4;
            eb[band] += creal(two * conj(two)) / 4;
        }
    }
}

/* As in ITU-R BS.1387: the mask is the spread energy less 3 dB, from 12 bark on a quarter of the
 * bark number. Maskers reach up by 10 and down by 27 dB per bark. */
static double frame_nmr(const double *sound, const double *noise)
{
    double e[BARKS], n[BARKS], sum = 0;

    spectra(sound, noise, e, n);
    for (int b = 1; b < BARKS; b++)
        e[b] = fmax(e[b], e[b - 1] * pow(10, -.25));
    for (int b = BARKS - 2; b >= 0; b--)
        e[b] = fmax(e[b], e[b + 1] * pow(10, -.675));
    for (int b = 0; b < BARKS; b++)
        sum += n[b] / (e[b] * pow(10, -fmax(3, b / 16.) / 10) + 1e4);
    return sum / BARKS;
}

/* In dB, for the gain and the delay at which the two agree best. */
static double nmr(struct sound sound, struct sound back, size_t delay)
{
    static double a[FFT], noise[FFT];
    double cross = 0, energy = 0, sum = 0, frames = 0;
    size_t count = sound.count / 2;

    init_roots();
    assert_true(back.count / 2 + FFT >= count);
    for (size_t i = 0; i < sound.count && i + 2 * delay < back.count; i++) {
        cross += (double)sound.samples[i] * back.samples[i + 2 * delay];
        energy += (double)sound.samples[i] * sound.samples[i];
    }
    for (size_t at = HOP; at + FFT <= count && at + delay + FFT <= back.count / 2; at += HOP)
        for (size_t c = 0; c < 2; c++, frames++) {
            for (size_t i = 0; i < FFT; i++) {
                a[i] = sound.samples[2 * (at + i) + c];
                noise[i] = back.samples[2 * (at + i + delay) + c] * energy / cross - a[i];
            }
            sum += frame_nmr(a, noise);
        }
    return 10 * log10(sum / frames);
}

/* The delay, by the correlation of a second. */
static size_t delay_of(struct sound sound, struct sound back)
{
    size_t best = 0;
    double most = -1;

    for (size_t delay = 0; delay < 2000; delay++) {
        double sum = 0;

        for (size_t i = 100000; i < 140000 && i + 2 * delay < back.count; i += 2)
            sum += (double)sound.samples[i] * back.samples[i + 2 * delay];
        best = sum > most ? delay : best;
        most = sum > most ? sum : most;
    }
    return best;
}

/* 6 s of music in stereo, from OpenTTD's scores. */
static struct sound played(const char *name)
{
    char command[512];
    struct bytes raw;

    snprintf(command, sizeof command,
             "fluidsynth -ni -g 0.6 -q -T raw -O s16 -E little -r 44100 -F build/%s.raw "
             "/usr/share/sounds/sf2/TimGM6mb.sf2 "
             "/usr/share/games/openttd/baseset/openmsx/%s.mid >/dev/null 2>&1; "
             "tail -c +3528001 build/%s.raw | head -c 1058400; rm -f build/%s.raw",
             name, name, name, name);
    raw = peer_run(command, "", 0);
    if (raw.size < 1058400) {
        print_message("timgm6mb-soundfont or openttd-openmsx is not installed\n");
        skip();
    }
    return (struct sound){ (int16_t *)(void *)raw.data, raw.size / 2 };
}

static double nmr_of_peer(const char *command, struct sound sound)
{
    struct wave_format format = { .tag = 1,
                                  .channels = 2,
                                  .sample_rate = 44100,
                                  .byte_rate = 176400,
                                  .block_align = 4,
                                  .bits_per_sample = 16 };
    struct bytes wav = wav_make(&format, sound.samples, sound.count * 2, 0), code, pcm;
    struct sound back;
    double db;

    code = peer_run(command, wav.data, wav.size);
    pcm = peer_run("ffmpeg -v fatal -i - -f s16le -", code.data, code.size);
    back = (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
    db = nmr(sound, back, delay_of(sound, back));
    free(wav.data);
    free(code.data);
    free(pcm.data);
    return db;
}

static double our_nmr(const struct codec *codec, uint32_t bit_rate, uint8_t quality,
                      struct sound sound)
{
    struct mode mode = { 44100, 2, bit_rate };
    struct bytes code = encode(codec, &mode, quality, sound);
    struct sound back = decode(codec, &mode, code);
    double db = nmr(sound, back, codec == &mpeg_layer3 ? LAYER3_LATENCY : LAYER2_LATENCY);

    free(code.data);
    free(back.samples);
    return db;
}

/* At least 3.5 dB better than shine, and no more than 1 dB worse than lame -q7. */
static void layer3_is_as_good_as_lame(void **unused)
{
    static const char *const pieces[] = { "harp_harmony", "city_blues_redfarn" };

    (void)unused;
    for (size_t i = 0; i < (all_cases() ? 2 : 1); i++) {
        struct sound sound = played(pieces[i]);

        for (unsigned rate = 96; rate <= 192; rate += rate / 3 > 40 ? 64 : 32) {
            char lame[128], shine[128];
            double ours[2], theirs[2];

            snprintf(lame, sizeof lame, "lame --quiet -t -q 7 --resample 44.1 -b %u - -", rate);
            snprintf(shine, sizeof shine, "shineenc -q -b %u - -", rate);
            for (uint8_t quality = 0; quality < 2; quality++)
                ours[quality] = our_nmr(&mpeg_layer3, rate * 1000, quality, sound);
            theirs[0] = nmr_of_peer(lame, sound);
            theirs[1] = nmr_of_peer(shine, sound);
            print_message("# %s, %u kbit/s: NMR %.1f, %.1f dB; lame -q7 %.1f, shine %.1f\n",
                          pieces[i], rate, ours[0], ours[1], theirs[0], theirs[1]);
            for (int quality = 0; quality < 2; quality++)
                assert_true(ours[quality] < theirs[0] + 1 && ours[quality] < theirs[1] - 3.5);
        }
        free(sound.samples);
    }
}

/* Better than ffmpeg, and no more than 0.2 dB worse than twolame. */
static void layer2_is_as_good_as_twolame(void **unused)
{
    struct sound sound = played("harp_harmony");

    (void)unused;
    for (unsigned rate = 128; rate <= 256; rate += 64) {
        char ffmpeg[128], twolame[128];
        double ours = our_nmr(&mpeg_layer2, rate * 1000, 1, sound), theirs[2];

        snprintf(ffmpeg, sizeof ffmpeg, "ffmpeg -v error -i - -c:a mp2 -b:a %uk -f mp2 -", rate);
        snprintf(twolame, sizeof twolame, "twolame --quiet -b %u /dev/stdin -", rate);
        theirs[0] = nmr_of_peer(ffmpeg, sound);
        theirs[1] = nmr_of_peer(twolame, sound);
        print_message("# Layer II, %u kbit/s: NMR %.1f dB; ffmpeg %.1f, twolame %.1f\n", rate, ours,
                      theirs[0], theirs[1]);
        assert_true(ours < theirs[0] && ours < theirs[1] + .2);
    }
    free(sound.samples);
}

/* With enough bits, the step is the finest one at which the largest value fits 13 bits behind 15,
 * the most that a table of Huffman codes can express. */
static void the_finest_step_uses_the_whole_range(void **unused)
{
    const struct mode mode = { 44100, 1, 320000 };
    struct l3_encoder *encoder = malloc(mpeg_layer3.encoder->state_size);
    struct l3_part *part = &encoder->attempt;
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&mpeg_layer3, mode, extra);
    uint16_t largest = 0;

    (void)unused;
    encoder_init(&mpeg_layer3, encoder, &format, 0);
    memset(encoder->powers, 0, sizeof encoder->powers);
    encoder->cutoff = 2;
    part->block_type = 0;
    for (uint32_t power = 1u << 29; power < 1u << 30; power += 1u << 14) {
        encoder->powers[0] = power;
        l3_fit(encoder, part, UINT16_MAX, 0);
        assert_in_range(part->q[0], 7000, 8191 + 15);
        largest = part->q[0] > largest ? part->q[0] : largest;
    }
    assert_int_equal(largest, 8191 + 15);
    free(encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formats_of_windows_are_listed),
        cmocka_unit_test(peers_decode_the_modes),
        cmocka_unit_test(the_latency_is_exact),
        cmocka_unit_test(padding_follows_the_format),
        cmocka_unit_test(layer3_is_as_good_as_lame),
        cmocka_unit_test(layer2_is_as_good_as_twolame),
        cmocka_unit_test(the_finest_step_uses_the_whole_range),
    };

    return cmocka_run_group_tests_name("MPEG encoders", tests, 0, 0);
}
