/* PCM of every width and number of channels into every other: widths against the rule in floating
 * point, mixing against the gains of ITU-R BS.775 and against ffmpeg. */
#include <math.h>
#include "support.h"
#include "bits.h"
#include "mix.h"

enum { FRAMES = 1000 };

static bool is_float(enum pcm pcm) { return pcm == PCM_F32 || pcm == PCM_F64; }

/* The value of a sample, full scale 1. */
static double value_of(enum pcm pcm, const uint8_t *p)
{
    float single;
    double value;

    switch (pcm) {
    case PCM_U8:
        return (p[0] - 128) / 128.;
    case PCM_S16:
        return (int16_t)load16_le(p) / 32768.;
    case PCM_S24:
        return ((int16_t)load16_le(p + 1) * 256 + p[0]) / 8388608.;
    case PCM_S32:
        return (int32_t)load32_le(p) / 2147483648.;
    case PCM_F32:
        memcpy(&single, p, sizeof single);
        return single;
    default:
        memcpy(&value, p, sizeof value);
        return value;
    }
}

/* The nearest integer of a width, ties upward. */
static double integer_of(enum pcm pcm, long double value)
{
    long double most = ldexpl(1, (int)(8 * pcm_bytes(pcm)) - 1);
    long double rounded = floorl(value * most + 0.5L);

    return (double)(fminl(fmaxl(rounded, -most), most - 1) / most);
}

/* Random bits, which as floating point are often near full scale, and often ties of a width. In 64
 * bits, they are sometimes near the largest or the smallest number of 32 bits. */
static void fill(enum pcm pcm, uint8_t *p, size_t samples, uint32_t *seed)
{
    for (size_t i = 0; i < samples; i++, p += pcm_bytes(pcm)) {
        uint64_t bits = (uint64_t)draw(seed) << 32 | draw(seed);
        unsigned kind = draw(seed) % 8;

        if (pcm == PCM_F32 && kind < 5)
            bits = (bits & 0x807FFFFF) | (uint64_t)(90 + draw(seed) % 40) << 23;
        if (pcm == PCM_F64 && kind < 5)
            bits = (bits & 0x800FFFFFFFFFFFFF) | (uint64_t)(980 + draw(seed) % 46) << 52;
        if (pcm == PCM_F64 && kind == 5)
            bits = (bits & 0x800FFFFFFFFFFFFF) | (uint64_t)(1145 + draw(seed) % 10) << 52;
        if (pcm == PCM_F64 && kind == 6)
            bits = (bits & 0x800FFFFFFFFFFFFF) | (uint64_t)(870 + draw(seed) % 30) << 52;
        if (kind < 3)
            bits &= ~(uint64_t)0 << draw(seed) % (8 * pcm_bytes(pcm));
        for (unsigned byte = 0; byte < pcm_bytes(pcm); byte++)
            p[byte] = (uint8_t)(bits >> 8 * byte);
    }
}

static void check_width(enum pcm from, enum pcm to, const uint8_t *src, const uint8_t *dst)
{
    double value = value_of(from, src), made = value_of(to, dst);

    if (!is_float(to))
        assert_true(made == (isnan(value) ? 0 : integer_of(to, value)));
    else if (isnan(value))
        assert_true(isnan(made));
    else
        assert_true(made == (to == PCM_F32 ? (double)(float)value : value) &&
                    signbit(made) == signbit(value));
}

static void every_width_becomes_every_other(void **unused)
{
    enum { SAMPLES = 200000 };
    uint8_t *src = malloc(SAMPLES * 8), *dst = malloc(SAMPLES * 8);
    uint32_t seed = 1;

    (void)unused;
    for (enum pcm from = PCM_U8; from <= PCM_F64; from++)
        for (enum pcm to = PCM_U8; to <= PCM_F64; to++) {
            fill(from, src, SAMPLES, &seed);
            pcm_convert(from, to, src, dst, SAMPLES);
            for (size_t i = 0; i < SAMPLES; i++)
                check_width(from, to, src + i * pcm_bytes(from), dst + i * pcm_bytes(to));
        }
    free(src);
    free(dst);
}

static struct pcm_shape shape_of(enum pcm pcm, uint16_t channels, uint32_t mask)
{
    struct wave_format format = { .channels = channels, .channel_mask = mask };

    return (struct pcm_shape){ pcm, { channels, channel_mask(&format) } };
}

/* One channel of every frame. */
static const uint8_t *sample_at(struct pcm_shape shape, const uint8_t *pcm, size_t frame,
                                unsigned channel)
{
    return pcm + (frame * shape.channels.count + channel) * pcm_bytes(shape.pcm);
}

/* Converts random sound, in buffers of exactly its size. The caller frees both. */
static void convert(struct pcm_shape from, struct pcm_shape to, uint8_t **src, uint8_t **dst,
                    uint32_t *seed)
{
    struct mix mix;

    *src = malloc((size_t)FRAMES * from.channels.count * pcm_bytes(from.pcm));
    *dst = malloc((size_t)FRAMES * to.channels.count * pcm_bytes(to.pcm));
    fill(from.pcm, *src, (size_t)FRAMES * from.channels.count, seed);
    mix_init(&mix, from, to);
    mix_convert(&mix, *src, *dst, FRAMES);
}

/* One channel into two and into the center of six; stereo into the front of six, the others being
 * silent; and as many channels, whatever the masks. */
static void channels_that_are_not_mixed_are_exact(void **unused)
{
    static const struct {
        uint16_t from, to;
        uint32_t mask;
        int8_t of[CHANNELS_MOST];
    } cases[] = {
        { 1, 2, 0, { 0, 0 } },
        { 1, 3, 0, { -1, -1, 0 } },
        { 1, 4, 0, { 0, 0, -1, -1 } },
        { 1, 6, 0, { -1, -1, 0, -1, -1, -1 } },
        { 2, 3, 0, { 0, 1, -1 } },
        { 2, 6, 0, { 0, 1, -1, -1, -1, -1 } },
        { 4, 6, 0, { 0, 1, -1, -1, 2, 3 } },
        { 6, 8, 0, { 0, 1, 2, 3, 4, 5, -1, -1 } },
        { 6, 6, 0x60F, { 0, 1, 2, 3, 4, 5 } },
        { 8, 8, 0xFF, { 0, 1, 2, 3, 4, 5, 6, 7 } },
    };
    uint32_t seed = 2;

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (enum pcm pcm = PCM_U8; pcm <= PCM_F64; pcm++)
            for (enum pcm other = PCM_U8; other <= PCM_F64; other++) {
                static const uint8_t zero[8], middle[] = { 128 };
                const uint8_t *silence = pcm == PCM_U8 ? middle : zero;
                struct pcm_shape from = shape_of(pcm, cases[i].from, cases[i].mask);
                struct pcm_shape to = shape_of(other, cases[i].to, 0);
                uint8_t *src, *dst;

                convert(from, to, &src, &dst, &seed);
                for (size_t k = 0; k < (size_t)FRAMES * cases[i].to; k++) {
                    size_t frame = k / cases[i].to;
                    int source = cases[i].of[k % cases[i].to];

                    check_width(pcm, other,
                                source < 0 ? silence
                                           : sample_at(from, src, frame, (unsigned)source),
                                dst + k * pcm_bytes(other));
                }
                free(src);
                free(dst);
            }
}

static void one_channel_is_the_mean_of_two(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (enum pcm pcm = PCM_U8; pcm <= PCM_F64; pcm++)
        for (enum pcm other = PCM_U8; other <= PCM_S32; other++) {
            struct pcm_shape from = shape_of(pcm, 2, 0), to = shape_of(other, 1, 0);
            uint8_t *src, *dst;

            convert(from, to, &src, &dst, &seed);
            for (size_t frame = 0; frame < FRAMES && !is_float(pcm); frame++) {
                long double left = value_of(pcm, sample_at(from, src, frame, 0)),
                            right = value_of(pcm, sample_at(from, src, frame, 1));

                assert_true(value_of(other, sample_at(to, dst, frame, 0)) ==
                            integer_of(other, (left + right) / 2));
            }
            free(src);
            free(dst);
        }
}

/* Floating point below 1 has the resolution of 2^-35 that mix.h states. */
static void mixed_floating_point_is_precise(void **unused)
{
    struct pcm_shape from = shape_of(PCM_F64, 2, 0), to = shape_of(PCM_F64, 1, 0);
    double src[2 * FRAMES], dst[FRAMES];
    struct mix mix;
    uint32_t seed = 4;

    (void)unused;
    for (size_t i = 0; i < 2 * FRAMES; i++)
        src[i] = (int32_t)draw(&seed) / 2147483648. * pow(2, -(double)(i / 2 % 20));
    mix_init(&mix, from, to);
    mix_convert(&mix, (const uint8_t *)src, (uint8_t *)dst, FRAMES);
    for (size_t i = 0; i < FRAMES; i++)
        assert_true(fabs(dst[i] - (src[2 * i] + src[2 * i + 1]) / 2) <= ldexp(1, -35));
}

/* Annex 4, table 2 of BS.775-3, divided by the sum of the gains. */
static void five_channels_become_stereo_and_mono(void **unused)
{
    const double d = sqrt(0.5);
    const double tables[][5] = {
        { 1, 0, d, d, 0 }, /* left, right, center, left and right surround */
        { 0, 1, d, 0, d },
        { d, d, 1, 0.5, 0.5 },
    };
    uint32_t seed = 5;

    (void)unused;
    for (unsigned count = 1; count <= 2; count++) {
        struct pcm_shape from = shape_of(PCM_S24, 5, 0), to = shape_of(PCM_S32, (uint16_t)count, 0);
        uint8_t *src, *dst;

        convert(from, to, &src, &dst, &seed);
        for (size_t frame = 0; frame < FRAMES; frame++)
            for (unsigned k = 0; k < count; k++) {
                const double *table = tables[count == 1 ? 2 : k];
                double sum = 0, gains = 0;

                for (unsigned i = 0; i < 5; i++) {
                    sum += table[i] * value_of(PCM_S24, sample_at(from, src, frame, i));
                    gains += table[i];
                }
                assert_true(fabs(value_of(PCM_S32, sample_at(to, dst, frame, k)) - sum / gains) <
                            ldexp(1, -22));
            }
        free(src);
        free(dst);
    }
}

/* For any two masks. Otherwise mixed channels could saturate. */
static void no_sum_of_gains_exceeds_1(void **unused)
{
    uint32_t seed = 6;

    (void)unused;
    for (int trial = 0; trial < 20000; trial++) {
        struct wave_format a = { .channels = (uint16_t)(1 + draw(&seed) % 8),
                                 .channel_mask = draw(&seed) & (trial % 2 ? 0x3FFFF : 0x63F) },
                           b = { .channels = (uint16_t)(1 + draw(&seed) % 8),
                                 .channel_mask = draw(&seed) & draw(&seed) };
        struct channels from = { a.channels, channel_mask(&a) };
        struct channels to = { b.channels, channel_mask(&b) };
        struct gains gains;

        assert_int_equal(__builtin_popcount(from.mask), from.count);
        channel_gains(&gains, from, to);
        for (unsigned k = 0; k < CHANNELS_MOST; k++) {
            int64_t sum = 0;

            for (unsigned i = 0; i < CHANNELS_MOST; i++) {
                assert_true(gains.q24[k][i] >= 0 && gains.q24[k][i] <= GAIN_ONE);
                assert_true(gains.q24[k][i] == 0 || (k < to.count && i < from.count));
                sum += gains.q24[k][i];
            }
            assert_true(sum <= GAIN_ONE);
        }
    }
}

/* Every speaker but the low frequency is heard in stereo and in mono. */
static void no_speaker_is_lost_in_stereo(void **unused)
{
    (void)unused;
    for (uint16_t count = 1; count <= 2; count++)
        for (unsigned bit = 0; bit < 18; bit++) {
            uint32_t rest = bit < 3 ? 7u : 3u | 1u << bit;
            struct wave_format three = { .channels = 3, .channel_mask = rest };
            struct channels from = { 3, channel_mask(&three) };
            struct channels to = shape_of(PCM_S16, count, 0).channels;
            unsigned index = (unsigned)__builtin_popcount(rest & ((1u << bit) - 1));
            struct gains gains;

            assert_int_equal(from.mask, rest);
            channel_gains(&gains, from, to);
            assert_int_equal(gains.q24[0][index] + gains.q24[1][index] != 0,
                             1u << bit != LOW_FREQUENCY);
        }
}

/* A mask with too few bits is replaced, and one with too many loses the highest. */
static void masks_that_do_not_fit_are_corrected(void **unused)
{
    static const struct {
        uint16_t channels;
        uint32_t stated, used;
    } cases[] = {
        { 1, 0, 0x4 },
        { 1, 0x1, 0x4 },
        { 2, 0, 0x3 },
        { 2, 0x30, 0x3 },
        { 3, 0, 0x7 },
        { 3, 0xB, 0xB },
        { 4, 0, 0x33 },
        { 4, 0x107, 0x107 },
        { 4, 0x3, 0x33 },
        { 5, 0, 0x37 },
        { 5, 0x607, 0x607 },
        { 6, 0, 0x3F },
        { 6, 0x60F, 0x60F },
        { 6, 0x63F, 0x3F },
        { 6, 0x3, 0x3F },
        { 7, 0, 0x70F },
        { 7, 0x13F, 0x13F },
        { 8, 0, 0x63F },
        { 8, 0xFF, 0xFF },
        { 6, ~UINT32_C(0), 0x3F },
        { 8, ~UINT32_C(0), 0xFF },
        { 3, 0x80000001, 0x7 },
        { 3, 0x80000003, 0x80000003 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wave_format format = { .channels = cases[i].channels,
                                      .channel_mask = cases[i].stated };

        assert_int_equal(channel_mask(&format), cases[i].used);
    }
}

/* ffmpeg mixes in floating point, with the same gains, except for the back center in mono: there it
 * has 6 dB less than in front, although the mean of its own stereo has 3 dB less. */
static void stereo_and_mono_equal_ffmpegs(void **unused)
{
    static const struct {
        const char *name;
        uint16_t channels;
        uint32_t mask;
    } layouts[] = {
        { "3.0", 3, 0x7 },          { "2.1", 3, 0xB },   { "3.0(back)", 3, 0x103 },
        { "quad", 4, 0x33 },        { "4.0", 4, 0x107 }, { "3.1", 4, 0xF },
        { "quad(side)", 4, 0x603 }, { "5.0", 5, 0x37 },  { "5.0(side)", 5, 0x607 },
        { "4.1", 5, 0x10F },        { "5.1", 6, 0x3F },  { "5.1(side)", 6, 0x60F },
        { "hexagonal", 6, 0x137 },  { "6.1", 7, 0x70F }, { "6.1(back)", 7, 0x13F },
        { "7.0", 7, 0x637 },        { "7.1", 8, 0x63F }, { "7.1(wide)", 8, 0xFF },
    };
    uint32_t seed = 7;

    (void)unused;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (uint16_t count = 1; count <= 2; count++) {
            struct pcm_shape from = shape_of(PCM_S16, layouts[i].channels, layouts[i].mask);
            struct pcm_shape to = shape_of(PCM_S32, count, 0);
            char command[256];
            struct bytes theirs;
            uint8_t *src, *dst;

            if (count == 1 && layouts[i].mask & BACK_CENTER)
                continue;
            convert(from, to, &src, &dst, &seed);
            snprintf(command, sizeof command,
                     "ffmpeg -v error -f s16le -ar 8000 -ac %u -channel_layout '%s' -i - "
                     "-f s32le -ac %u -",
                     layouts[i].channels, layouts[i].name, count);
            theirs = peer_run(command, src, 2u * FRAMES * layouts[i].channels);
            assert_int_equal(theirs.size, 4u * FRAMES * count);
            for (size_t k = 0; k < (size_t)FRAMES * count; k++) {
                double difference =
                    value_of(PCM_S32, dst + 4 * k) - value_of(PCM_S32, theirs.data + 4 * k);

                if (fabs(difference) > ldexp(1, -20))
                    fail_msg("%s to %u: sample %zu differs by %g", layouts[i].name, count, k,
                             difference);
            }
            free(theirs.data);
            free(src);
            free(dst);
        }
}

/* Pieces of any length, at any address, equal the whole. */
static void pieces_equal_the_whole(void **unused)
{
    uint32_t seed = 8;

    (void)unused;
    for (int trial = 0; trial < 300; trial++) {
        struct pcm_shape from = shape_of((enum pcm)(1 + draw(&seed) % 6),
                                         (uint16_t)(1 + draw(&seed) % 8), draw(&seed) & 0x7FF);
        struct pcm_shape to = shape_of((enum pcm)(1 + draw(&seed) % 6),
                                       (uint16_t)(1 + draw(&seed) % 8), draw(&seed) & 0x7FF);
        size_t in = from.channels.count * pcm_bytes(from.pcm),
               out = to.channels.count * pcm_bytes(to.pcm);
        uint8_t *src, *dst, *pieces = malloc(FRAMES * out + 1);
        struct mix mix;

        convert(from, to, &src, &dst, &seed);
        mix_init(&mix, from, to);
        for (size_t at = 0, n; at < FRAMES; at += n) {
            n = draw(&seed) % 100;
            n = n < FRAMES - at ? n : FRAMES - at;
            mix_convert(&mix, src + at * in, pieces + 1 + at * out, n);
        }
        assert_memory_equal(pieces + 1, dst, FRAMES * out);
        free(pieces);
        free(src);
        free(dst);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_becomes_every_other),
        cmocka_unit_test(channels_that_are_not_mixed_are_exact),
        cmocka_unit_test(one_channel_is_the_mean_of_two),
        cmocka_unit_test(mixed_floating_point_is_precise),
        cmocka_unit_test(five_channels_become_stereo_and_mono),
        cmocka_unit_test(no_sum_of_gains_exceeds_1),
        cmocka_unit_test(no_speaker_is_lost_in_stereo),
        cmocka_unit_test(masks_that_do_not_fit_are_corrected),
        cmocka_unit_test(stereo_and_mono_equal_ffmpegs),
        cmocka_unit_test(pieces_equal_the_whole),
    };

    return cmocka_run_group_tests_name("mix", tests, 0, 0);
}
