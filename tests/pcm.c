/* PCM conversion to and from 16 bits against the rule in floating point: to nearest, ties up,
 * saturating, full scale 32768. tests/mix.c tests the other widths, and channels. */
#include <math.h>
#include "support.h"
#include "mix.h"
#include "bits.h"

static int16_t nearest(double value)
{
    double rounded = floor(value + 0.5);

    return (int16_t)fmax(-32768, fmin(32767, rounded));
}

static int16_t narrowed(enum pcm pcm, uint32_t bits)
{
    uint8_t bytes[4];
    int16_t sample;

    store32_le(bytes, bits);
    pcm_convert(pcm, PCM_S16, bytes, (uint8_t *)&sample, 1);
    return sample;
}

static void every_width_preserves_16_bits(void **unused)
{
    (void)unused;
    for (enum pcm pcm = PCM_S16; pcm <= PCM_F64; pcm++)
        for (int32_t value = INT16_MIN; value <= INT16_MAX; value++) {
            int16_t sample = (int16_t)value, back;
            uint8_t bytes[8];

            pcm_convert(PCM_S16, pcm, (const uint8_t *)&sample, bytes, 1);
            pcm_convert(pcm, PCM_S16, bytes, (uint8_t *)&back, 1);
            assert_int_equal(back, value);
        }
}

static void eight_bits_round(void **unused)
{
    (void)unused;
    for (int32_t value = INT16_MIN; value <= INT16_MAX; value++) {
        int16_t sample = (int16_t)value;
        uint8_t byte;
        double expected = floor(value / 256. + 0.5);

        pcm_convert(PCM_S16, PCM_U8, (const uint8_t *)&sample, &byte, 1);
        assert_int_equal(byte, (expected > 127 ? 127 : expected) + 128);
        assert_int_equal(narrowed(PCM_U8, (uint32_t)(value & 0xFF)), ((value & 0xFF) - 128) * 256);
    }
}

static void wide_integers_round(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (int i = 0; i < 1000000; i++) {
        uint32_t bits = i % 4 ? draw(&seed) : draw(&seed) << 13 ^ 0x7FFFF000u;

        assert_int_equal(narrowed(PCM_S32, bits), nearest((int32_t)bits / 65536.));
        assert_int_equal(narrowed(PCM_S24, bits >> 8),
                         nearest((int32_t)(bits & 0xFFFFFF00u) / 65536.));
    }
}

static void floats_round(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (uint32_t i = 0; i < 4000000; i++) {
        /* Any sign and exponent, one in three around full scale; random mantissas and ties. */
        uint32_t bits =
            i % 3 ? draw(&seed) : (108 + draw(&seed) % 21) << 23 | (draw(&seed) & 0x807FFFFF);
        float value;

        bits = i % 7 ? bits : bits & 0xFFFFF800u;
        memcpy(&value, &bits, sizeof value);
        assert_int_equal(narrowed(PCM_F32, bits), isnan(value) ? 0 : nearest(value * 32768.));
    }
}

static void floats_are_exact(void **unused)
{
    (void)unused;
    for (int32_t value = INT16_MIN; value <= INT16_MAX; value++) {
        int16_t sample = (int16_t)value;
        float expected = (float)value / 32768, made;
        uint8_t bytes[4];

        pcm_convert(PCM_S16, PCM_F32, (const uint8_t *)&sample, bytes, 1);
        memcpy(&made, bytes, sizeof made);
        assert_memory_equal(&made, &expected, sizeof made);
    }
}

static void doubles_round(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (uint32_t i = 0; i < 4000000; i++) {
        /* As for floats; ties have few bits in the mantissa. */
        uint64_t bits = (uint64_t)draw(&seed) << 32 | draw(&seed);
        uint8_t bytes[8];
        int16_t sample;
        double value;

        if (i % 3 == 0)
            bits = (bits & 0x800FFFFFFFFFFFFF) | (uint64_t)(1002 + draw(&seed) % 23) << 52;
        bits = i % 7 ? bits : bits & 0xFFFFFF0000000000;
        bits = i % 35 ? bits : bits & 0xFFFF000000000000;
        memcpy(&value, &bits, sizeof value);
        store64_le(bytes, bits);
        pcm_convert(PCM_F64, PCM_S16, bytes, (uint8_t *)&sample, 1);
        assert_int_equal(sample, isnan(value) ? 0 : nearest(value * 32768));
    }
}

static void doubles_are_exact(void **unused)
{
    (void)unused;
    for (int32_t value = INT16_MIN; value <= INT16_MAX; value++) {
        int16_t sample = (int16_t)value;
        double expected = value / 32768., made;
        uint8_t bytes[8];

        pcm_convert(PCM_S16, PCM_F64, (const uint8_t *)&sample, bytes, 1);
        memcpy(&made, bytes, sizeof made);
        assert_memory_equal(&made, &expected, sizeof made);
    }
}

static void only_supported_widths_are_pcm(void **unused)
{
    const struct {
        uint16_t tag, bits, channels, align;
        enum pcm pcm;
    } cases[] = {
        { TAG_PCM, 8, 1, 1, PCM_U8 },
        { TAG_PCM, 16, 2, 4, PCM_S16 },
        { TAG_PCM, 24, 1, 3, PCM_S24 },
        { TAG_PCM, 32, 2, 8, PCM_S32 },
        { TAG_PCM, 12, 1, 2, PCM_NONE },
        { TAG_PCM, 16, 1, 4, PCM_NONE },
        { TAG_PCM, 0, 1, 0, PCM_NONE },
        { TAG_PCM, 64, 1, 8, PCM_NONE },
        { TAG_IEEE_FLOAT, 32, 2, 8, PCM_F32 },
        { TAG_PCM, 16, 0, 0, PCM_NONE },
        { TAG_IEEE_FLOAT, 64, 1, 8, PCM_F64 },
        { TAG_IEEE_FLOAT, 64, 2, 8, PCM_NONE },
        { TAG_IEEE_FLOAT, 16, 1, 2, PCM_NONE },
        { 6, 8, 1, 1, PCM_NONE },
        { TAG_PCM, 16, 40000, 14464, PCM_NONE },
        { TAG_PCM, 16, 6, 12, PCM_S16 },
        { TAG_IEEE_FLOAT, 64, 8, 64, PCM_F64 },
        { TAG_PCM, 8, 9, 9, PCM_NONE },
        { TAG_PCM, 16, 65535, 65534, PCM_NONE },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wave_format format = { .tag = cases[i].tag,
                                      .channels = cases[i].channels,
                                      .sample_rate = 8000,
                                      .bits_per_sample = cases[i].bits,
                                      .block_align = cases[i].align };

        assert_int_equal(pcm_of(&format), cases[i].pcm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_width_preserves_16_bits),
        cmocka_unit_test(eight_bits_round),
        cmocka_unit_test(wide_integers_round),
        cmocka_unit_test(floats_round),
        cmocka_unit_test(floats_are_exact),
        cmocka_unit_test(doubles_round),
        cmocka_unit_test(doubles_are_exact),
        cmocka_unit_test(only_supported_widths_are_pcm),
    };

    return cmocka_run_group_tests_name("pcm", tests, 0, 0);
}
