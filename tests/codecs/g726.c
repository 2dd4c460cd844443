/* The G.726 coder against the sequences of the ITU, which are A-law and u-law, and spandsp. */
#include "support.h"
#include "bits.h"
#include "fixed.h"
#include "codecs/g726/coder.c" /* for the decoder's samples before LIMO */
#include "codecs/g726/scale.h"
#include "codecs/g726/predictor.h"
#ifdef HAVE_SPANDSP
#include <spandsp/telephony.h>
#include <spandsp/g726.h>
#endif

/* The reconstructed sample of 16 bits, plus SE and Y, which the synchronous coding adjustment
 * needs.
 */
struct reconstructed {
    int32_t sr, se, y;
};

static struct reconstructed reconstructed(struct g726_coder *s, unsigned code)
{
    struct reconstructed out = { 0, 0, s->y };
    struct estimates e;
    struct g726_window window;

    open_window(&window, s);
    e = estimate(s, &window, G726_WINDOW);
    out.se = e.se;
    out.sr = adapt(s, code, e, &window, G726_WINDOW);
    close_window(&window, s, 1);
    return out;
}

/* --- The adjacent G.711 coder, by this driver's codec --- */

struct law {
    bool is_a;
    int16_t linear[256];
};

static struct law law_of(bool is_a)
{
    struct law law = { .is_a = is_a };
    struct wave_format format = { .channels = 1, .sample_rate = 8000, .block_align = 1 };
    struct sound all;
    uint8_t codes[256];

    for (int i = 0; i < 256; i++)
        codes[i] = (uint8_t)i;
    all = decode_all(codec_find(is_a ? 6 : 7), &format, 0, (struct bytes){ codes, 256 });
    memcpy(law.linear, all.samples, sizeof law.linear);
    free(all.samples);
    return law;
}

/* COMPRESS: A-law has one bit less. In u-law, COMPRESS uses the magnitude of a negative sample,
 * where the ITU's G.711 tool uses its one's complement. */
static uint8_t compress(const struct law *law, int32_t sr)
{
    struct wave_format format = { .channels = 1, .sample_rate = 8000, .block_align = 1 };
    int16_t sample = saturate(law->is_a ? (sr >> 1) * 8 : sr < 0 ? sr * 4 - 1 : sr * 4);
    struct bytes code =
        encode_all(codec_find(law->is_a ? 6 : 7), &format, 0, (struct sound){ &sample, 1 });
    uint8_t byte = code.data[0];

    free(code.data);
    return byte;
}

/* Returns the code of the next level up or down. The two zeros of u-law count as one level, and
 * A-law has no zero. The outermost code is its own neighbor. */
static uint8_t neighbor(const struct law *law, uint8_t code, bool up)
{
    int mask = law->is_a ? 0x55 : 0x7F, magnitude = (code ^ mask) & 0x7F, positive = code & 0x80;

    if (!positive == !up)
        magnitude += magnitude < 127;
    else if (magnitude > 0)
        magnitude--;
    else
        positive ^= 0x80, magnitude = !law->is_a;
    return (uint8_t)(positive | (magnitude ^ mask));
}

/* EXPAND to SYNC (4.2.8): returns the A-law or u-law code that encodes to the same G.726 code. */
static uint8_t adjusted(const struct law *law, const struct g726_rate *rate, struct reconstructed r,
                        unsigned code)
{
    uint8_t sp = compress(law, r.sr);
    unsigned again = g726_quantize(rate, wrap16((law->linear[sp] >> 2) - r.se), r.y),
             sign = 1u << (rate->bits - 1);

    return again == code ? sp : neighbor(law, sp, (again ^ sign) < (code ^ sign));
}

/* --- The vectorized FMULT --- */

/* Covers every exponent and mantissa of FLOATA and a wide selection of coefficients. */
static void fmult_in_lanes_is_fmult(void **unused)
{
    static struct g726_window window;
    size_t compared = 0;

    (void)unused;
    for (int exponent = 0; exponent < 16; exponent++)
        for (int mantissa = 32; mantissa < 64; mantissa++)
            for (int sign = -1; sign <= 0; sign++) {
                struct g726_float x = { (int16_t)sign, (uint8_t)mantissa, (uint8_t)exponent };

                for (int i = 0; i < G726_PAST; i++) {
                    window.doubled[i] = (uint16_t)(mantissa << 1 << exponent >> 6);
                    window.power[i] = (uint16_t)(1 << exponent);
                    window.sign[i] = (int16_t)sign;
                }
                if (exponent < 5 && (mantissa << exponent & 31) != 0)
                    continue; /* FLOATA yields integers only */
                for (int32_t b = -32768; b<32768; b += b> - 64 && b < 64 ? 1 : 61, compared++) {
                    int16_t lanes[G726_LANES] = { (int16_t)b, 0, 0, 0, (int16_t)b, 77, 77, 77 };

                    assert_int_equal(g726_estimate_later_zeros(lanes, &window, 0),
                                     2 * g726_fmult(b, x) + 3 * g726_fmult(0, x));
                }
            }
    print_message("%zu products\n", compared);
}

/* --- The ITU's sequences --- */

enum { RATES = 4 };

static const unsigned rates[RATES] = { 2, 3, 4, 5 };

static void check_encoder_of(const struct dsp *dsp, const char *input, const char *codes, bool is_a,
                             unsigned bits)
{
    struct bytes in = vector_read(input), cod = vector_read(codes);
    struct law law = law_of(is_a);
    struct g726_coder state;

    assert_true(in.size > 0 && in.size == cod.size);
    g726_start(&state, bits);
    for (size_t i = 0; i < in.size; i += 2) {
        int16_t pcm = law.linear[in.data[i]];
        uint8_t code;

        dsp->g726_encode(&state, &pcm, &code, 1, 1);
        if (code != load16_le(cod.data + i))
            fail_msg("%s: code %zu is %u, not %u", codes, i / 2, code, load16_le(cod.data + i));
    }
    print_message("%s: %zu codes\n", codes, in.size / 2);
    free(in.data);
    free(cod.data);
}

static void check_encoder(const char *input, const char *codes, bool is_a, unsigned bits)
{
    for (unsigned set = 0; set <= best_set(); set++)
        check_encoder_of(dsp_set(set), input, codes, is_a, bits);
}

static void check_decoder(const char *codes, const char *output, bool is_a, unsigned bits)
{
    struct bytes cod = vector_read(codes), out = vector_read(output);
    struct law law = law_of(is_a);
    struct g726_coder state;

    assert_true(out.size > 0 && out.size == cod.size);
    g726_start(&state, bits);
    for (size_t i = 0; i < out.size; i += 2) {
        unsigned code = load16_le(cod.data + i);
        uint8_t sample = adjusted(&law, g726_rate_for(bits), reconstructed(&state, code), code);

        if (sample != load16_le(out.data + i))
            fail_msg("%s: sample %zu is %02x, not %02x", output, i / 2, sample,
                     load16_le(out.data + i));
    }
    print_message("%s: %zu samples\n", output, out.size / 2);
    free(cod.data);
    free(out.data);
}

/* `set` is n for the normal sequences and v for the overload sequences. */
static void check_sequences(char set, unsigned bits)
{
    for (int is_a = 0; is_a < 2; is_a++) {
        char law = is_a ? 'a' : 'm', input[40], codes[40], same[40], cross[40];

        snprintf(input, sizeof input, "g726/%s.%c", set == 'n' ? "nrm" : "ovr", law);
        snprintf(codes, sizeof codes, "g726/r%c%uf%c.i", set, bits * 8, law);
        snprintf(same, sizeof same, "g726/r%c%uf%c.o", set, bits * 8, law);
        snprintf(cross, sizeof cross, "g726/r%c%uf%c.o", set, bits * 8, is_a ? 'x' : 'c');
        check_encoder(input, codes, is_a, bits);
        check_decoder(codes, same, is_a, bits);
        check_decoder(codes, cross, !is_a, bits);
    }
}

static void the_itus_normal_sequences_at_16k(void **unused)
{
    (void)unused;
    check_sequences('n', 2);
}
static void the_itus_normal_sequences_at_24k(void **unused)
{
    (void)unused;
    check_sequences('n', 3);
}
static void the_itus_normal_sequences_at_32k(void **unused)
{
    (void)unused;
    check_sequences('n', 4);
}
static void the_itus_normal_sequences_at_40k(void **unused)
{
    (void)unused;
    check_sequences('n', 5);
}
static void the_itus_overload_sequences_at_16k(void **unused)
{
    (void)unused;
    check_sequences('v', 2);
}
static void the_itus_overload_sequences_at_32k(void **unused)
{
    (void)unused;
    check_sequences('v', 4);
}

/* --- spandsp with linear samples --- */

#ifdef HAVE_SPANDSP
static g726_state_t *peer_start(unsigned bits)
{
    g726_state_t *peer = g726_init(0, (int)bits * 8000, G726_ENCODING_LINEAR, G726_PACKING_NONE);

    assert_non_null(peer);
    return peer;
}

static void peer_encode(unsigned bits, struct sound sound, uint8_t *codes)
{
    g726_state_t *peer = peer_start(bits);

    assert_int_equal(g726_encode(peer, codes, sound.samples, (int)sound.count), sound.count);
    g726_free(peer);
}

static void peer_decode(unsigned bits, const uint8_t *codes, size_t n, int16_t *pcm)
{
    g726_state_t *peer = peer_start(bits);

    assert_int_equal(g726_decode(peer, pcm, codes, (int)n), n);
    g726_free(peer);
}
#else
static void peer_encode(unsigned bits, struct sound sound, uint8_t *codes)
{
    (void)bits;
    (void)sound;
    (void)codes;
    print_message("spandsp is not installed\n");
    skip();
}

static void peer_decode(unsigned bits, const uint8_t *codes, size_t n, int16_t *pcm)
{
    (void)bits;
    (void)codes;
    (void)n;
    (void)pcm;
    print_message("spandsp is not installed\n");
    skip();
}
#endif

/* spandsp has no LIMO: a sample beyond 14 bits wraps there and is limited here. Returns the number
 * of such samples. */
static size_t check_decoding(unsigned bits, const uint8_t *codes, size_t n)
{
    int16_t *theirs = malloc(2 * n), *ours = malloc(2 * n);
    struct g726_coder state, other;
    size_t wrapped = 0;

    g726_start(&state, bits);
    g726_start(&other, bits);
    peer_decode(bits, codes, n, theirs);
    g726_decode_c(&state, codes, ours, n, 1);
    for (size_t i = 0; i < n; i++) {
        int32_t sr = reconstructed(&other, codes[i]).sr;

        assert_int_equal(theirs[i], wrap16(sr * 4));
        assert_int_equal(ours[i], saturate(sr * 4) & ~3);
        wrapped += sr < -8192 || sr > 8191;
    }
    assert_memory_equal(&state, &other, sizeof state);
    free(theirs);
    free(ours);
    return wrapped;
}

static void check_both_directions(struct sound sound)
{
    uint8_t *theirs = malloc(sound.count), *ours = malloc(sound.count);

    for (int i = 0; i < RATES; i++) {
        struct g726_coder state;

        g726_start(&state, rates[i]);
        peer_encode(rates[i], sound, theirs);
        g726_encode_c(&state, sound.samples, ours, sound.count, 1);
        assert_memory_equal(ours, theirs, sound.count);
        check_decoding(rates[i], theirs, sound.count);
    }
    free(theirs);
    free(ours);
}

static void speech_goes_both_directions_as_in_spandsp(void **unused)
{
    struct sound sound = speech();

    (void)unused;
    check_both_directions(sound);
    free(sound.samples);
}

static void music_goes_both_directions_as_in_spandsp(void **unused)
{
    struct sound sound = music();

    (void)unused;
    sound.count /= 8;
    check_both_directions(sound);
    free(sound.samples);
}

static void generated_sound_goes_both_directions_as_in_spandsp(void **unused)
{
    (void)unused;
    for (uint32_t seed = 1; seed < 20; seed++) {
        struct sound sound = generated(30000, seed);

        check_both_directions(sound);
        free(sound.samples);
    }
}

static void random_codes_decode_as_in_spandsp(void **unused)
{
    static uint8_t codes[100000];
    uint32_t seed = 726;

    (void)unused;
    for (int i = 0; i < RATES; i++) {
        for (size_t n = 0; n < sizeof codes; n++)
            codes[n] = (uint8_t)(draw(&seed) >> (32 - rates[i]));
        assert_in_range(check_decoding(rates[i], codes, sizeof codes), 0, sizeof codes / 2);
    }
}

/* Repeats pairs of codes, which drives coefficients and scale factors to their limits and beyond.
 */
static void patterns_decode_as_in_spandsp(void **unused)
{
    static uint8_t codes[6000];

    (void)unused;
    for (int i = 0; i < RATES; i++)
        for (unsigned pattern = 0; pattern < 1u << 2 * rates[i]; pattern += 1 + pattern % 7) {
            for (size_t n = 0; n < sizeof codes; n++)
                codes[n] = (uint8_t)(pattern >> (n / (1 + pattern % 7) % 2 ? rates[i] : 0) &
                                     ((1u << rates[i]) - 1));
            check_decoding(rates[i], codes, sizeof codes);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fmult_in_lanes_is_fmult),
        cmocka_unit_test(the_itus_normal_sequences_at_16k),
        cmocka_unit_test(the_itus_normal_sequences_at_24k),
        cmocka_unit_test(the_itus_normal_sequences_at_32k),
        cmocka_unit_test(the_itus_normal_sequences_at_40k),
        cmocka_unit_test(the_itus_overload_sequences_at_16k),
        cmocka_unit_test(the_itus_overload_sequences_at_32k),
        cmocka_unit_test(speech_goes_both_directions_as_in_spandsp),
        cmocka_unit_test(music_goes_both_directions_as_in_spandsp),
        cmocka_unit_test(generated_sound_goes_both_directions_as_in_spandsp),
        cmocka_unit_test(random_codes_decode_as_in_spandsp),
        cmocka_unit_test(patterns_decode_as_in_spandsp),
    };

    return cmocka_run_group_tests_name("g726", tests, 0, 0);
}
