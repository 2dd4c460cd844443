/* The order of G.726's codes in their bytes, which the decoder detects: how often it is right, by
 * kind of sound, rate, first buffer and encoder. */
#include "support.h"
#include "codecs/g726/g726.h"
#ifdef HAVE_SPANDSP
#include <spandsp/telephony.h>
#include <spandsp/g726.h>
#endif

extern const struct codec g726;

enum { PIECE = 20000, SIZES = 7, SMALLEST = 64 };

static const struct options detected = { .quirks = 0 }, msb = { .quirks = QUIRK_MSB_FIRST },
                            lsb = { .quirks = QUIRK_LSB_FIRST };

static struct wave_format format_with(unsigned bits)
{
    return (struct wave_format){ .tag = 0x64,
                                 .channels = 1,
                                 .sample_rate = 8000,
                                 .byte_rate = 1000 * bits,
                                 .block_align = (uint16_t)(bits % 2 ? bits : 1),
                                 .bits_per_sample = (uint16_t)bits };
}

/* The same codes in the other order. */
static struct bytes lsb_first(struct bytes code, unsigned bits)
{
    size_t n = code.size / bits * 8;
    struct bytes out = { calloc(1, code.size + 1), n * bits / 8 };
    uint8_t *codes = malloc(n + 1);

    g726_unpack(code.data, n, bits, G726_MSB_FIRST, codes);
    for (size_t i = 0; i < n * bits; i++)
        out.data[i / 8] = (uint8_t)(out.data[i / 8] | (codes[i / bits] >> i % bits & 1) << i % 8);
    free(codes);
    return out;
}

/* --- Sounds --- */

static int16_t noise(uint32_t *seed, int32_t peak)
{
    return (int16_t)((int32_t)(draw(seed) % (2 * (uint32_t)peak + 1)) - peak);
}

/* Two tones of a resonator each, 50 ms on and 50 ms off. */
static void dtmf(int16_t *out, uint32_t seed)
{
    static const int32_t rows[] = { 27980, 26956, 25701, 24219 }, /* 2 cos(w), Q14 */
        columns[] = { 19073, 16325, 13085, 9315 };
    int64_t x[2][2] = { { 0 } };

    for (size_t i = 0; i < PIECE; i++) {
        uint32_t key = (uint32_t)(i / 800) + seed;
        int32_t k[2] = { rows[key / 4 % 4], columns[key % 4] };

        if (i % 800 == 0)
            x[0][0] = x[1][0] = 3000 << 8, x[0][1] = x[1][1] = 0;
        for (int tone = 0; tone < 2; tone++) {
            int64_t next = (x[tone][0] * k[tone] >> 14) - x[tone][1];

            x[tone][1] = x[tone][0];
            x[tone][0] = next;
        }
        out[i] = i % 800 < 400 ? (int16_t)((x[0][0] + x[1][0]) >> 8) : 0;
    }
}

enum kind { SPEECH, MUSIC, NOISE, FULL_NOISE, CLICKS, RANDOM_CLICKS, SILENCE, DTMF, KINDS };
static const char *const names[] = { "speech", "music",         "noise",   "full-scale noise",
                                     "clicks", "random clicks", "silence", "DTMF" };

static void synthesize(enum kind kind, uint32_t trial, int16_t *out)
{
    uint32_t seed = 1000 * trial + 17;

    if (kind == DTMF)
        dtmf(out, trial);
    for (size_t i = 0; i < PIECE && kind != DTMF; i++) {
        out[i] = 0;
        if (kind == NOISE)
            out[i] = (int16_t)((noise(&seed, 4000) + noise(&seed, 4000) + noise(&seed, 4000)) / 2);
        if (kind == FULL_NOISE)
            out[i] = noise(&seed, INT16_MAX);
        if (kind == CLICKS && (i + trial) % 400 == 0)
            out[i] = 25000;
        if (kind == RANDOM_CLICKS && draw(&seed) % 200 == 0)
            out[i] = noise(&seed, 30000);
    }
}

/* Copies a piece of a recording that begins at another place in every trial. Synthesizes the
 * other kinds. */
static void piece_of(enum kind kind, struct sound recording, uint32_t trial, int16_t *out)
{
    uint32_t seed = trial + 1;

    if (recording.samples)
        memcpy(out, recording.samples + draw(&seed) % (recording.count - PIECE), PIECE * 2);
    else
        synthesize(kind, trial, out);
}

/* --- Streams --- */

/* Decodes in buffers of `size` bytes. */
static void decode_in_buffers(struct bytes code, unsigned bits, size_t size, int16_t *out)
{
    struct wave_format format = format_with(bits);
    void *state = malloc(g726.decoder->state_size);
    size_t made = 0;

    decoder_init(&g726, state, &format, &detected);
    for (size_t at = 0; at < code.size;) {
        size_t n = size < code.size - at ? size : code.size - at;
        struct progress step = g726.decoder->run(state, code.data + at, out + made,
                                                 (struct offer){ n, PIECE + 8 - made, PART });

        assert_true(step.used != 0 && step.made <= PIECE + 8 - made);
        at += step.used;
        made += step.made;
    }
    assert_in_range(made, code.size * 8 / bits - 8, code.size * 8 / bits);
    free(state);
}

static double distance(const int16_t *a, const int16_t *b, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum;
}

/* The codes of a piece, and what they decode to in each order. */
struct stream {
    struct bytes code;
    struct sound as_msb, as_lsb;
    unsigned bits;
};

static struct stream stream_of(struct bytes code, unsigned bits)
{
    struct wave_format format = format_with(bits);

    return (struct stream){ code, decode_all(&g726, &format, &msb, code),
                            decode_all(&g726, &format, &lsb, code), bits };
}

static void stream_free(struct stream stream)
{
    free(stream.as_msb.samples);
    free(stream.as_lsb.samples);
}

/* MSB first is right only if every sample is; LSB first, which may be found later, if the last
 * quarter is nearer to the right one. */
static bool is_right(struct stream stream, size_t size, enum g726_order order)
{
    static int16_t out[PIECE + 8];
    size_t n = stream.code.size * 8 / stream.bits - 8, from = n / 4 * 3;

    decode_in_buffers(stream.code, stream.bits, size, out);
    if (order == G726_MSB_FIRST)
        return memcmp(out, stream.as_msb.samples, n * 2) == 0;
    return distance(out + from, stream.as_lsb.samples + from, n - from) <=
           distance(out + from, stream.as_msb.samples + from, n - from);
}

struct rate {
    unsigned right[2], all; /* MSB first, LSB first */
};

static void count(struct rate *rate, struct stream first, struct stream last, size_t size)
{
    rate->right[0] += is_right(first, size, G726_MSB_FIRST);
    rate->right[1] += is_right(last, size, G726_LSB_FIRST);
    rate->all++;
}

static double percent(unsigned part, unsigned all) { return 100.0 * part / all; }

static void check_kind(enum kind kind, struct sound recording)
{
    uint32_t trials = all_cases() ? 200 : kind == SPEECH || kind == MUSIC ? 10 : 4;
    static int16_t pcm[PIECE];

    for (unsigned bits = 2; bits <= 5; bits++) {
        struct wave_format format = format_with(bits);
        struct rate total = { { 0 }, 0 }, rates[SIZES] = { { { 0 }, 0 } };

        for (uint32_t trial = 0; trial < trials; trial++) {
            struct stream first, last;

            piece_of(kind, recording, trial, pcm);
            first = stream_of(encode_all(&g726, &format, 0, (struct sound){ pcm, PIECE }), bits);
            last = stream_of(lsb_first(first.code, bits), bits);
            for (int i = 0; i < SIZES; i++)
                count(&rates[i], first, last, (size_t)SMALLEST << i);
            free(first.code.data);
            free(last.code.data);
            stream_free(first);
            stream_free(last);
        }
        print_message("%s, %u kbit/s, right in %% of both orders by bytes:", names[kind], 8 * bits);
        for (int i = 0; i < SIZES; i++) {
            print_message(" %d: %.1f %.1f;", SMALLEST << i,
                          percent(rates[i].right[0], rates[i].all),
                          percent(rates[i].right[1], rates[i].all));
            total.all += rates[i].all;
            total.right[0] += rates[i].right[0];
            total.right[1] += rates[i].right[1];
        }
        print_message("\n");
        assert_true(percent(total.right[0], total.all) >= 99);
        if (recording.samples || kind == DTMF || kind == SILENCE)
            assert_true(percent(total.right[1], total.all) >= 98);
    }
}

static void speech_is_read_in_both_orders(void **unused)
{
    struct sound sound = speech();

    (void)unused;
    check_kind(SPEECH, sound);
    free(sound.samples);
}

static void music_is_read_in_both_orders(void **unused)
{
    struct sound stereo = music();
    struct bytes mono = peer_run("sox -t s16 -r 44100 -c 2 - -t s16 -r 8000 -c 1 - 2>/dev/null",
                                 stereo.samples, stereo.count * 2);

    (void)unused;
    check_kind(MUSIC, (struct sound){ (int16_t *)(void *)mono.data, mono.size / 2 });
    free(mono.data);
    free(stereo.samples);
}

static void the_default_stands_for_other_sounds(void **unused)
{
    (void)unused;
    for (enum kind kind = NOISE; kind < KINDS; kind++)
        check_kind(kind, (struct sound){ 0, 0 });
}

/* spandsp packs the first code into the highest bits ("left") or into the lowest. */
static void spandsps_streams_are_read(void **unused)
{
#ifdef HAVE_SPANDSP
    struct sound sound = speech();
    static uint8_t packed[2][PIECE];
    static int16_t pcm[PIECE];

    (void)unused;
    for (unsigned bits = 2; bits <= 5; bits++) {
        struct rate rate = { { 0 }, 0 };

        for (uint32_t trial = 0; trial < (all_cases() ? 100 : 10); trial++) {
            struct stream streams[2];

            piece_of(SPEECH, sound, trial, pcm);
            for (int right = 0; right < 2; right++) {
                g726_state_t *state = g726_init(0, (int)bits * 8000, G726_ENCODING_LINEAR,
                                                right ? G726_PACKING_RIGHT : G726_PACKING_LEFT);
                int size = g726_encode(state, packed[right], pcm, PIECE);

                streams[right] = stream_of((struct bytes){ packed[right], (size_t)size }, bits);
                g726_free(state);
            }
            count(&rate, streams[0], streams[1], (size_t)SMALLEST << trial % SIZES);
            stream_free(streams[0]);
            stream_free(streams[1]);
        }
        print_message("%u kbit/s: %u and %u of %u\n", 8 * bits, rate.right[0], rate.right[1],
                      rate.all);
        assert_true(percent(rate.right[0], rate.all) >= 99);
        assert_true(percent(rate.right[1], rate.all) >= 98);
    }
    free(sound.samples);
#else
    (void)unused;
    print_message("spandsp is not installed\n");
    skip();
#endif
}

/* Digital silence is the same in both orders, and does not count as evidence; what follows it does.
 * Input that does not fit the destination is offered again, and counts once. */
static void silence_leaves_the_order_open(void **unused)
{
    struct sound sound = speech();
    struct bytes code, last;
    static int16_t out[PIECE + 8];

    (void)unused;
    memset(sound.samples, 0, 8000 * sizeof *sound.samples);
    for (unsigned bits = 2; bits <= 5; bits++) {
        struct wave_format format = format_with(bits);
        struct sound expected;

        code = encode_all(&g726, &format, 0, (struct sound){ sound.samples, PIECE });
        last = lsb_first(code, bits);
        expected = decode_all(&g726, &format, &lsb, last);
        decode_in_buffers(last, bits, 8000 * bits / 8, out);
        assert_memory_equal(out, expected.samples, expected.count * 2);
        free(expected.samples);
        free(code.data);
        free(last.data);
    }
    free(sound.samples);
}

static void an_option_overrides_the_detection(void **unused)
{
    struct sound sound = speech(), automatic, fixed;
    struct wave_format format = format_with(4);
    struct bytes first = encode_all(&g726, &format, 0, (struct sound){ sound.samples, PIECE }),
                 last = lsb_first(first, 4);

    (void)unused;
    automatic = decode_all(&g726, &format, &detected, last);
    fixed = decode_all(&g726, &format, &lsb, last);
    assert_memory_equal(automatic.samples, fixed.samples, fixed.count * 2);
    free(fixed.samples);
    fixed = decode_all(&g726, &format, &msb, last);
    assert_memory_not_equal(automatic.samples, fixed.samples, fixed.count * 2);
    free(fixed.samples);
    free(automatic.samples);
    free(first.data);
    free(last.data);
    free(sound.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_is_read_in_both_orders),
        cmocka_unit_test(music_is_read_in_both_orders),
        cmocka_unit_test(the_default_stands_for_other_sounds),
        cmocka_unit_test(spandsps_streams_are_read),
        cmocka_unit_test(silence_leaves_the_order_open),
        cmocka_unit_test(an_option_overrides_the_detection),
    };

    return cmocka_run_group_tests_name("g726 order", tests, 0, 0);
}
