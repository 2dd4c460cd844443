/* G.728 against the ITU's sequences for its fixed-point form (Annex G), its tables against their
 * formulas, and its block floating point against long division. */
#include <math.h>
#include "support.h"
#include "bits.h"
#include "codecs/g728/tables.h"

extern const struct codec g728;

static struct wave_format blocks_of(uint16_t block_align)
{
    return (struct wave_format){ .channels = 1, .sample_rate = 8000, .block_align = block_align };
}

/* --- Formats --- */

static void formats_and_tags(void **unused)
{
    static const uint16_t aliases[] = { 0xA113, 0xA11D, 0xA122, 0x14EB, 0xCD02 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&g728, g728.modes[0], extra);

    (void)unused;
    assert_true(format.tag == 0x41 && format.channels == 1 && format.sample_rate == 8000);
    assert_true(format.byte_rate == 2000 && format.block_align == 5 &&
                format.bits_per_sample == 0 && format.extra_size == 0);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        assert_ptr_equal(codec_find(aliases[i]), &g728);
}

static void block_sizes_that_are_accepted(void **unused)
{
    struct layout layout;
    struct wave_format format;

    (void)unused;
    for (uint16_t bytes = 0; bytes < 400; bytes++) {
        bool accepted = bytes <= 2 || bytes % 5 == 0;

        format = blocks_of(bytes);
        format.byte_rate = 12345;
        format.bits_per_sample = bytes % 17;
        assert_int_equal(parses(&g728, &format, &layout), accepted);
        if (accepted)
            assert_true(layout.block.bytes == 5 && layout.block.frames == 20 &&
                        layout.least_bytes == 5 && layout.delay == 0);
    }
    format = blocks_of(5);
    format.channels = 2;
    assert_false(parses(&g728, &format, &layout));
    format = blocks_of(5);
    format.sample_rate = 16000;
    assert_false(parses(&g728, &format, &layout));
}

/* --- Packing --- */

/* The drawing of RFC 3551, 4.5.5: shape and gain of four vectors, from the top bit down. */
static void indices_are_packed_from_the_top_bit(void **unused)
{
    static const g728_index indices[] = { 0x155 << 1, 0x003, 0x3F8, 0x201 };
    static const uint8_t expected[] = { 0xAA, 0x80, 0x3F, 0xE2, 0x01 };
    uint8_t frame[G728_FRAME_BYTES];

    (void)unused;
    g728_pack(indices, frame);
    assert_memory_equal(frame, expected, sizeof frame);
    for (unsigned index = 0; index < 1024; index++)
        for (int place = 0; place < G728_CYCLE; place++)
            for (unsigned others = 0; others < 1024; others += 1023) {
                g728_index in[G728_CYCLE], out[G728_CYCLE];

                for (int i = 0; i < G728_CYCLE; i++)
                    in[i] = (g728_index)(i == place ? index : others);
                g728_pack(in, frame);
                g728_unpack(frame, G728_CYCLE, out);
                assert_memory_equal(in, out, sizeof in);
                assert_true(g728_shape_of(out[place]) == index / 8 &&
                            g728_gain_of(out[place]) == index % 8);
            }
}

/* Words of 16 bits to blocks. */
static struct bytes packed(struct bytes words)
{
    struct bytes out = { malloc(words.size), words.size / 8 * G728_FRAME_BYTES };

    assert_true(words.size % 8 == 0);
    for (size_t i = 0; i < words.size / 8; i++)
        g728_pack((const g728_index *)(const void *)words.data + 4 * i,
                  out.data + i * G728_FRAME_BYTES);
    return out;
}

/* --- Vectors --- */

static void check_decoder(const char *codes, const char *output, uint8_t quirks)
{
    struct wave_format format = blocks_of(5);
    struct bytes words = vector_read(codes), expected = vector_read(output);
    struct bytes code = packed(words);

    for (uint8_t simd = 0; simd <= best_set(); simd++) {
        struct options options = { .quality = 1, .quirks = quirks, .dsp = dsp_set(simd) };
        struct sound sound = decode_all(&g728, &format, &options, code);

        assert_int_equal(sound.count * sizeof *sound.samples, expected.size);
        assert_memory_equal(sound.samples, expected.data, expected.size);
        print_message("%s, set %u: %zu samples\n", output, simd, sound.count);
        free(sound.samples);
    }
    free(words.data);
    free(code.data);
    free(expected.data);
}

static void check_encoder(const char *input, const char *codes)
{
    struct wave_format format = blocks_of(5);
    struct bytes in = vector_read(input), words = vector_read(codes);
    struct bytes expected = packed(words);
    struct sound sound = { (int16_t *)(void *)in.data, in.size / 2 };

    for (uint8_t simd = 0; simd <= best_set(); simd++) {
        struct options options = { .quality = 1, .dsp = dsp_set(simd) };
        struct bytes code = encode_all(&g728, &format, &options, sound);

        assert_int_equal(code.size, expected.size);
        assert_memory_equal(code.data, expected.data, expected.size);
        print_message("%s, set %u: %zu bytes\n", codes, simd, code.size);
        free(code.data);
    }
    free(in.data);
    free(words.data);
    free(expected.data);
}

static const char *file(const char *start, const char *number, const char *end)
{
    static char names[2][64];
    static int turn;

    turn = !turn;
    snprintf(names[turn], sizeof names[turn], "g728/%s%s%s", start, number, end);
    return names[turn];
}

static void sequence_is_decoded(void **number)
{
    check_decoder(file("cw", *number, ".bin"), file("outa", *number, "g.bin"), QUIRK_NO_POSTFILTER);
}

static void sequence_is_decoded_and_postfiltered(void **number)
{
    check_decoder(file("cw", *number, ".bin"), file("outb", *number, "g.bin"), 0);
}

static void sequence_is_encoded(void **number)
{
    check_encoder(file("in", *number, ".bin"), file("incw", *number, "g.bin"));
}

/* --- Decoding anything --- */

static struct bytes noise(size_t size, uint32_t seed)
{
    struct bytes out = { malloc(size), size };

    for (size_t i = 0; i < size; i++)
        out.data[i] = (uint8_t)(draw(&seed) >> 24);
    return out;
}

/* One index over and over, then another: the gain rises to its limit and the correlations of the
 * pitch search saturate. */
static struct bytes drones(size_t size, uint32_t seed)
{
    struct bytes out = { malloc(size), size };

    for (size_t i = 0; i < size / G728_FRAME_BYTES; i++) {
        g728_index indices[G728_CYCLE];

        if (i % 64 == 0)
            draw(&seed);
        for (int k = 0; k < G728_CYCLE; k++)
            indices[k] = (g728_index)(seed >> (k % 2 ? 10 : 20) & 1023);
        g728_pack(indices, out.data + i * G728_FRAME_BYTES);
    }
    return out;
}

static void check_sets(struct bytes code, uint8_t quirks)
{
    struct wave_format format = blocks_of(5);
    struct options options = { .quality = 1, .quirks = quirks, .dsp = dsp_set(0) };
    struct sound reference = decode_all(&g728, &format, &options, code);

    assert_int_equal(reference.count, code.size / 5 * 20);
    for (uint8_t simd = 1; simd <= best_set(); simd++) {
        struct sound sound;

        options.dsp = dsp_set(simd);
        sound = decode_all(&g728, &format, &options, code);
        assert_int_equal(sound.count, reference.count);
        assert_memory_equal(sound.samples, reference.samples, sound.count * sizeof(int16_t));
        free(sound.samples);
    }
    free(reference.samples);
}

static void all_sets_decode_anything_alike(void **unused)
{
    struct bytes (*const kinds[])(size_t, uint32_t) = { noise, drones };
    uint32_t seeds = all_cases() ? 100 : 2;

    (void)unused;
    for (int kind = 0; kind < 2; kind++)
        for (uint32_t seed = 1; seed <= seeds; seed++) {
            struct bytes code = kinds[kind](2000, seed);

            check_sets(code, 0);
            check_sets(code, QUIRK_NO_POSTFILTER);
            free(code.data);
        }
}

/* A last block of n bytes has as many vectors as indices of 10 bits. */
static void a_truncated_block_has_its_whole_vectors(void **unused)
{
    static const size_t samples[] = { 0, 0, 5, 10, 15 };
    struct wave_format format = blocks_of(5);
    struct bytes code = noise(60, 3);
    struct sound all = decode_all(&g728, &format, 0, code);

    (void)unused;
    for (size_t bytes = 0; bytes < code.size; bytes++) {
        struct bytes first = { malloc(bytes + 1), bytes };
        struct sound sound;

        memcpy(first.data, code.data, bytes);
        sound = decode_all(&g728, &format, 0, first);
        assert_int_equal(sound.count, bytes / 5 * 20 + samples[bytes % 5]);
        assert_memory_equal(sound.samples, all.samples, sound.count * sizeof(int16_t));
        free(sound.samples);
        free(first.data);
    }
    free(all.samples);
    free(code.data);
}

/* --- Encoding anything --- */

/* Block 17 takes the lower of two gains at the bound between them. With a response of one sample
 * and a target of one sample, a shape correlates in proportion to its first sample. */
static void the_bound_between_gains_belongs_to_the_lower_one(void **unused)
{
    static const int16_t bounds_q13[] = { 5808, 10164, 17787 };
    static const int16_t h_q13[G728_VECTOR] = { 1 << 13 };
    int16_t energies[G728_SHAPES];

    (void)unused;
    for (int shape = 0; shape < G728_SHAPES; shape++)
        energies[shape] = (int16_t)abs(g728_shapes_q11[shape][0]);
    for (int16_t gain = 0; gain < 3; gain++) {
        struct g728_vector target = { { bounds_q13[gain] }, 7 };

        assert_int_equal(g728_gain_of(g728_search(&target, h_q13, energies)) % 4, gain);
        target.x[0]++;
        assert_int_equal(g728_gain_of(g728_search(&target, h_q13, energies)) % 4, gain + 1);
    }
}

static void assert_in_step(struct sound sound)
{
    struct g728_encoder *encoder = malloc(sizeof *encoder);
    struct g728_decoder *decoder = malloc(sizeof *decoder);
    int16_t pcm[G728_VECTOR];

    g728_encoder_init(encoder, dsp_set(best_set())->celp);
    g728_decoder_init(decoder, dsp_set(0)->celp, true);
    for (size_t at = 0; at + G728_VECTOR <= sound.count; at += G728_VECTOR) {
        g728_decode(decoder, g728_encode(encoder, sound.samples + at), pcm);
        assert_memory_equal(encoder->synthesizer.past, decoder->synthesizer.past,
                            sizeof decoder->synthesizer.past);
        assert_memory_equal(encoder->synthesizer.a_q14, decoder->synthesizer.a_q14,
                            sizeof decoder->synthesizer.a_q14);
    }
    free(encoder);
    free(decoder);
}

/* Both adapt to the same past: after every vector, the encoder has the decoder's filter and
 * output. */
static void the_decoder_stays_in_step_with_the_encoder(void **unused)
{
    (void)unused;
    for (uint32_t seed = 1; seed <= (all_cases() ? 30 : 2); seed++) {
        struct sound sound = generated(10000, seed);

        assert_in_step(sound);
        free(sound.samples);
    }
}

static int peak_of_samples(const int16_t *samples, size_t n)
{
    int peak = 0;

    for (size_t i = 0; i < n; i++)
        peak = abs(samples[i]) > peak ? abs(samples[i]) : peak;
    return peak;
}

enum { SECOND = 8000, SILENCE = 20 };

static struct sound there_and_back(struct sound sound, uint8_t quirks)
{
    struct wave_format format = blocks_of(5);
    struct options options = { .quality = 1, .quirks = quirks, .dsp = dsp_set(best_set()) };
    struct bytes code = encode_all(&g728, &format, &options, sound);
    struct sound back = decode_all(&g728, &format, &options, code);

    assert_int_equal(code.size, (sound.count + 19) / 20 * 5);
    assert_int_equal(back.count, (sound.count + 19) / 20 * 20);
    free(code.data);
    return back;
}

/* A second of something loud or quiet, then a second of silence. The first must not become louder,
 * and the second half of the silence must be silent. */
static void check_recovery(const char *what, int16_t (*sample)(int, uint32_t *))
{
    struct sound sound = { calloc(2 * SECOND, sizeof(int16_t)), 2 * SECOND };
    uint32_t seed = 6;

    for (int i = 0; i < SECOND; i++)
        sound.samples[i] = sample(i, &seed);
    for (int quirks = 0; quirks <= QUIRK_NO_POSTFILTER; quirks += QUIRK_NO_POSTFILTER) {
        struct sound back = there_and_back(sound, (uint8_t)quirks);
        int in = peak_of_samples(sound.samples, SECOND),
            out = peak_of_samples(back.samples, SECOND),
            rest = peak_of_samples(back.samples + 3 * SECOND / 2, SECOND / 2);

        print_message("%s: peak %d becomes %d, then %d\n", what, in, out, rest);
        assert_true(out <= in + in / 4 + SILENCE);
        assert_true(rest <= SILENCE);
        free(back.samples);
    }
    free(sound.samples);
}

static int16_t silence(int i, uint32_t *seed)
{
    (void)i;
    (void)seed;
    return 0;
}

static int16_t click(int i, uint32_t *seed)
{
    (void)seed;
    return i % 401 == 0 ? 32767 : 0;
}

static int16_t square(int i, uint32_t *seed)
{
    (void)seed;
    return i / 20 % 2 ? 32767 : -32768;
}

static int16_t direct_current(int i, uint32_t *seed)
{
    (void)i;
    (void)seed;
    return 32767;
}

static int16_t highest_tone(int i, uint32_t *seed)
{
    (void)seed;
    return i % 2 ? 32767 : -32768;
}

static int16_t loudest_noise(int i, uint32_t *seed)
{
    (void)i;
    return draw(seed) >> 31 ? 32767 : -32768;
}

static void extremes_do_not_blow_up(void **unused)
{
    (void)unused;
    check_recovery("silence", silence);
    check_recovery("clicks", click);
    check_recovery("a square wave", square);
    check_recovery("direct current", direct_current);
    check_recovery("4 kHz", highest_tone);
    check_recovery("noise", loudest_noise);
}

/* Without the postfilter, which costs SNR and improves the sound, the codec has no delay. */
static void speech_has_its_snr(void **unused)
{
    struct sound sound = speech(), plain, filtered;

    (void)unused;
    sound.count = all_cases() ? sound.count : 6 * SECOND;
    plain = there_and_back(sound, QUIRK_NO_POSTFILTER);
    filtered = there_and_back(sound, 0);
    print_message("%.2f dB, %.2f dB with the postfilter\n",
                  snr(sound.samples, plain.samples, sound.count),
                  snr(sound.samples, filtered.samples, sound.count));
    assert_true(snr(sound.samples, plain.samples, sound.count) > 21);
    assert_true(snr(sound.samples, filtered.samples, sound.count) > 16.5);
    free(plain.samples);
    free(filtered.samples);
    free(sound.samples);
}

/* --- Tables --- */

static void assert_near(double made, double expected, double within, const char *what, int i)
{
    if (fabs(made - expected) > within)
        fail_msg("%s %d is %g, not %g", what, i, made, expected);
}

/* Solves c / tan(c (n + 1)) = log(alpha), which makes the slope continuous, for c (n + 1) in
 * (pi / 2, pi), where the left side falls. */
static double frequency(int n, double alpha)
{
    double low = 1.5708 / (n + 1), high = 3.1415 / (n + 1);

    for (int i = 0; i < 60; i++) {
        double c = (low + high) / 2;

        if (c / tan(c * (n + 1)) > log(alpha))
            low = c;
        else
            high = c;
    }
    return low;
}

static void check_window(const int16_t *window, int length, int n, double alpha)
{
    double c = frequency(n, alpha), squares = 0;

    for (int i = 0; i < length; i++) {
        double weight = i < n ? sin(c * (i + 1)) : sin(c * (n + 1)) * pow(alpha, i - n);

        assert_near(window[i], 32768 * weight, 1.5, "window", i);
        squares += i < n ? weight * weight : 0;
    }
    assert_true(squares < 20); /* hybrid_window.c's bound */
}

static void windows_follow_their_formula(void **unused)
{
    (void)unused;
    check_window(g728_lpc_window_q15, G728_LPC_WINDOW, 35, pow(0.75, 1.0 / 40));
    check_window(g728_gain_window_q15, G728_GAIN_WINDOW, 20, pow(0.75, 1.0 / 8));
    check_window(g728_weighting_window_q15, G728_WEIGHTING_WINDOW, 30, pow(0.5, 1.0 / 40));
}

static void check_powers(const int16_t *powers, int n, double gamma)
{
    for (int i = 0; i < n; i++)
        assert_near(powers[i], 16384 * pow(gamma, i + 1), 0.6, "power", i + 1);
}

static void powers_follow_their_formula(void **unused)
{
    (void)unused;
    check_powers(g728_lpc_powers_q14, G728_ORDER, 253 / 256.0);
    check_powers(g728_gain_powers_q14, G728_SHORT_ORDER, 29 / 32.0);
    check_powers(g728_weighting_zeros_q14, G728_SHORT_ORDER, 0.9);
    check_powers(g728_weighting_poles_q14, G728_SHORT_ORDER, 0.6);
    check_powers(g728_postfilter_zeros_q14, G728_SHORT_ORDER, 0.65);
    check_powers(g728_postfilter_poles_q14, G728_SHORT_ORDER, 0.75);
}

static void codebooks_agree_with_their_levels(void **unused)
{
    (void)unused;
    for (int i = 0; i < G728_GAINS; i++) {
        double gain = 33 / 64.0 * pow(1.75, i % 4);

        assert_near(g728_gains_q13[i], (i < 4 ? 8192 : -8192) * gain, 0.5, "gain", i);
        assert_near(g728_gain_logs_q11[i], 2048 * 20 * log10(gain), 1, "level of gain", i);
    }
    for (int i = 0; i < G728_SHAPES; i++) {
        double squares = 0;

        for (int k = 0; k < G728_VECTOR; k++)
            squares += pow(g728_shapes_q11[i][k] / 2048.0, 2);
        assert_near(g728_shape_logs_q11[i], 2048 * 10 * log10(squares / G728_VECTOR), 2,
                    "level of shape", i);
    }
}

/* --- Arithmetic --- */

/* Annex G's long division: 15 bits, each 1 only if the remainder exceeds the divisor, and rounding
 * by a 16th. */
static struct g728_scalar long_division(struct g728_scalar a, struct g728_scalar b)
{
    int32_t rest = a.x, quotient = 0;
    struct g728_scalar out = { 0, (int16_t)(a.q - b.q + 14) };

    if (rest < b.x) {
        rest *= 2;
        out.q++;
    }
    for (int i = 0; i < 15; i++, rest *= 2) {
        quotient *= 2;
        if (rest > b.x) {
            quotient++;
            rest -= b.x;
        }
    }
    out.x = (int16_t)(quotient + (rest > b.x));
    return out;
}

static void division_equals_long_division(void **unused)
{
    uint32_t seed = 4;

    (void)unused;
    for (int i = 0; i < 30000; i++) {
        struct g728_scalar a = { (int16_t)(16384 + (draw(&seed) >> 18)), 3 }, made, expected;
        struct g728_scalar b = { (int16_t)(16384 + (draw(&seed) >> 18)), 7 };

        if (i % 16 == 0)
            a.x = (int16_t)(i % 32 ? 0 : b.x);
        made = g728_divide(a, b);
        expected = long_division(a, b);
        assert_true(made.x == expected.x && made.q == expected.q);
    }
}

static void vectors_are_normalized(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int i = 0; i < 10000; i++) {
        struct g728_vector vector = { { 0 }, 4 }, was;
        int bits = 14 + i % 3, shift, low = 0, high = 0;

        for (int k = 0; k < G728_VECTOR; k++)
            vector.x[k] = (int16_t)((int32_t)draw(&seed) >> (16 + i % 16));
        if (i % 17 == 0)
            memset(vector.x, 0, sizeof vector.x);
        was = vector;
        g728_normalize(&vector, bits);
        shift = vector.q - was.q;
        for (int k = 0; k < G728_VECTOR; k++) {
            assert_int_equal(vector.x[k], (int)floor(ldexp(was.x[k], shift)));
            low = vector.x[k] < low ? vector.x[k] : low;
            high = vector.x[k] > high ? vector.x[k] : high;
        }
        assert_true(low >= -(1 << (bits - 1)) && high < 1 << (bits - 1));
        if (low == 0 && high == 0)
            assert_int_equal(shift, bits - 1);
        else
            assert_true(low < -(1 << (bits - 2)) || high >= 1 << (bits - 2));
    }
}

#define VECTOR(test, number) \
    { \
#test " " number, test, 0, 0, number \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_and_tags),
        cmocka_unit_test(block_sizes_that_are_accepted),
        cmocka_unit_test(indices_are_packed_from_the_top_bit),
        VECTOR(sequence_is_decoded, "1"),
        VECTOR(sequence_is_decoded, "2"),
        VECTOR(sequence_is_decoded, "3"),
        VECTOR(sequence_is_decoded, "4"),
        VECTOR(sequence_is_decoded, "6"),
        VECTOR(sequence_is_decoded_and_postfiltered, "4"),
        VECTOR(sequence_is_encoded, "1"),
        VECTOR(sequence_is_encoded, "2"),
        VECTOR(sequence_is_encoded, "3"),
        VECTOR(sequence_is_encoded, "4"),
        VECTOR(sequence_is_encoded, "6"),
        cmocka_unit_test(all_sets_decode_anything_alike),
        cmocka_unit_test(a_truncated_block_has_its_whole_vectors),
        cmocka_unit_test(the_bound_between_gains_belongs_to_the_lower_one),
        cmocka_unit_test(the_decoder_stays_in_step_with_the_encoder),
        cmocka_unit_test(extremes_do_not_blow_up),
        cmocka_unit_test(speech_has_its_snr),
        cmocka_unit_test(windows_follow_their_formula),
        cmocka_unit_test(powers_follow_their_formula),
        cmocka_unit_test(codebooks_agree_with_their_levels),
        cmocka_unit_test(division_equals_long_division),
        cmocka_unit_test(vectors_are_normalized),
    };

    return cmocka_run_group_tests_name("g728", tests, 0, 0);
}
