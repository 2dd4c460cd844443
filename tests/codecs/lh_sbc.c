/* L&H SBC decoding: a real file beside the original sound, and the tables. */
#include <math.h>
#include "support.h"
#include "codecs/lh_sbc/lh_sbc.h"

extern const struct codec lh_sbc;

static const struct wave_format mono = { .channels = 1, .sample_rate = 8000, .block_align = 37 };

enum { FRAMES = 864, DELAY = 98 };

/* --- A real file --- */

/* The frames fill the data exactly, and are as many as the sound requires. */
static void the_frames_of_a_real_file_fill_it(void **unused)
{
    struct bytes file = vector_read("wiki-one-clip/8ksbc12.wav");
    struct wave_format format;
    struct bytes data = wav_open(file, &format);
    size_t at = 0, count = 0;

    (void)unused;
    while (at < data.size) {
        assert_true(__builtin_popcount(data.data[at]) <= LH_SBC_ACTIVE_MAX);
        at += (size_t)lh_sbc_frame_bytes(data.data[at]);
        count++;
    }
    assert_int_equal(at, data.size);
    assert_int_equal(count, FRAMES);
    free(file.data);
}

static void a_real_file_resembles_its_original(void **unused)
{
    struct bytes file = vector_read("wiki-one-clip/8ksbc12.wav"),
                 other = vector_read("wiki-one-clip/8k16bitpcm.wav");
    struct wave_format format, pcm;
    struct bytes data = wav_open(file, &format), original = wav_open(other, &pcm);
    struct sound sound = decode_all(&lh_sbc, &format, 0, data);
    size_t count = original.size / 2 - DELAY;
    double db;

    (void)unused;
    assert_int_equal(sound.count, FRAMES * LH_SBC_FRAME);
    db = snr((const int16_t *)(void *)original.data, sound.samples + DELAY, count);
    print_message("SNR %.2f dB, behind %d samples\n", db, DELAY);
    assert_true(db > 14);
    free(file.data);
    free(other.data);
    free(sound.samples);
}

/* --- Frames --- */

static void frames_have_their_lengths(void **unused)
{
    static const int bytes[] = { 1, 9, 16, 21, 26, 32, 37, 1, 1 };

    (void)unused;
    for (unsigned active = 0; active < 256; active++)
        assert_int_equal(lh_sbc_frame_bytes((uint8_t)active), bytes[__builtin_popcount(active)]);
}

/* Band 5 has the greater scale, and comes first. */
static void the_greatest_scale_comes_first(void **unused)
{
    uint8_t frame[LH_SBC_FRAME_BYTES_MAX] = { 0x24 };
    int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES];
    uint32_t number = 0;

    (void)unused;
    frame[1] = 7 << 3 | 20 >> 2; /* scales 7 and 20, 5 bits each */
    frame[2] = (uint8_t)(20 << 6);
    for (int i = 0; i < 8; i++)
        number = number * 9 + (i < 4 ? (uint32_t)i : 4);
    for (int bit = 0; bit < 26; bit++) /* from bit 10 on */
        if (number >> (25 - bit) & 1)
            frame[1 + (10 + bit) / 8] |= (uint8_t)(0x80 >> (10 + bit) % 8);
    lh_sbc_read_frame(frame, bands);
    for (int i = 0; i < 8; i++)
        assert_int_equal(bands[5][i], (i < 4 ? i - 4 : 0) * 2 * lh_sbc_scale(20) * 64 / 9);
    for (int i = 0; i < LH_SBC_SAMPLES; i++) {
        assert_int_equal(bands[2][i], -4 * 2 * lh_sbc_scale(7) * 64 / 9);
        assert_int_equal(bands[0][i], 0);
    }
}

/* In pieces of any size, with and without room, the output is the same. */
static void random_bytes_decode_in_pieces(void **unused)
{
    enum { COUNT = 100000 };
    struct bytes bytes = { malloc(COUNT), COUNT };
    void *state = malloc(lh_sbc.decoder->state_size);
    struct sound whole;
    size_t used = 0, made = 0;
    uint32_t seed = 72;

    (void)unused;
    for (size_t i = 0; i < COUNT; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 13);
    whole = decode_all(&lh_sbc, &mono, 0, bytes);
    decoder_init(&lh_sbc, state, &mono, 0);
    while (used < COUNT) {
        int16_t pcm[2 * LH_SBC_FRAME];
        size_t in = draw(&seed) % 60, out = draw(&seed) % (2 * LH_SBC_FRAME + 1);
        struct offer offer = { in < COUNT - used ? in : COUNT - used, out, PART };
        struct progress step = lh_sbc.decoder->run(state, bytes.data + used, pcm, offer);

        assert_true(step.used <= offer.in && step.made <= out);
        assert_memory_equal(pcm, whole.samples + made, step.made * sizeof *pcm);
        used += step.used;
        made += step.made;
    }
    assert_int_equal(made, whole.count);
    free(state);
    free(bytes.data);
    free(whole.samples);
}

/* --- Filters and tables --- */

/* A sine wave in the middle of a band becomes one of the frequency of that middle. */
static void bands_are_in_ascending_order(void **unused)
{
    (void)unused;
    for (int band = 0; band < LH_SBC_BANDS; band++) {
        struct lh_sbc_synthesis state = { 0 };
        int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES];
        int16_t pcm[8 * LH_SBC_FRAME];
        double in_band = 0, all = 0;

        for (int frame = 0; frame < 8; frame++) {
            memset(bands, 0, sizeof bands);
            for (int i = 0; i < LH_SBC_SAMPLES; i++)
                bands[band][i] =
                    (int32_t)lround(64 * 8000 * cos(acos(-1) / 2 * (frame * LH_SBC_SAMPLES + i)));
            lh_sbc_synthesize(&state, bands, pcm + frame * LH_SBC_FRAME);
        }
        for (int bin = 0; bin <= 256; bin++) { /* of 15.6 Hz */
            double re = 0, im = 0;

            for (int i = 0; i < 512; i++) {
                re += pcm[512 + i] * cos(acos(-1) * bin * i / 256);
                im += pcm[512 + i] * sin(acos(-1) * bin * i / 256);
            }
            all += re * re + im * im;
            in_band += bin >= 32 * band && bin <= 32 * band + 32 ? re * re + im * im : 0;
        }
        assert_true(in_band > 0.8 * all); /* the bands beside 2 kHz have images */
    }
}

static void tables_follow_their_formulas(void **unused)
{
    static const double half[] = { 0.4773469,  0.1067987,    -0.09530234,  -0.01611869,
                                   0.03596853, -0.001920936, -0.009972252, 0.002898163 };

    (void)unused;
    for (unsigned code = 3; code < LH_SBC_SCALES; code++)
        assert_int_equal(lh_sbc_scale(code), lround(245 * pow(10, 0.07 * code)));
    for (int i = 0; i < LH_SBC_TAPS / 2; i++) {
        assert_int_equal(lh_sbc_taps_q16[LH_SBC_TAPS / 2 + i], lround(65536 * half[i]));
        assert_int_equal(lh_sbc_taps_q16[LH_SBC_TAPS / 2 - 1 - i], lround(65536 * half[i]));
    }
}

/* --- Format --- */

static void the_header_is_as_windows_wrote_it(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format ours = format_of(&lh_sbc, lh_sbc.modes[0], extra), real;
    struct bytes file = vector_read("wiki-one-clip/8ksbc12.wav");

    (void)unused;
    wav_open(file, &real);
    assert_same_header(&real, &ours);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frames_of_a_real_file_fill_it),
        cmocka_unit_test(a_real_file_resembles_its_original),
        cmocka_unit_test(frames_have_their_lengths),
        cmocka_unit_test(the_greatest_scale_comes_first),
        cmocka_unit_test(random_bytes_decode_in_pieces),
        cmocka_unit_test(bands_are_in_ascending_order),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(the_header_is_as_windows_wrote_it),
    };

    return cmocka_run_group_tests_name("lh_sbc", tests, 0, 0);
}
