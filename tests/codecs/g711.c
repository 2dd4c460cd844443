/* G.711 against the ITU's tool, on every possible input. */
#include "support.h"
#include "bits.h"

extern const struct codec g711_alaw, g711_ulaw;

static const struct wave_format mono = { .channels = 1, .sample_rate = 8000 };

/* The ITU's sweep has one value per 16-bit word, with codes in the low byte. */
static void check_sweep(const struct codec *codec, const char *codes, const char *linear)
{
    struct bytes source = vector_read("g711/sweep.src"), code = vector_read(codes),
                 back = vector_read(linear);
    size_t n = source.size / 2;
    struct bytes encoded =
        encode_all(codec, &mono, 0, (struct sound){ (int16_t *)(void *)source.data, n });
    struct sound decoded = decode_all(codec, &mono, 0, encoded);

    assert_true(n >= 65536);
    assert_int_equal(encoded.size, n);
    for (size_t i = 0; i < n; i++)
        if (encoded.data[i] != code.data[2 * i])
            fail_msg("%d encodes to %02X, not %02X", (int16_t)load16_le(source.data + 2 * i),
                     encoded.data[i], code.data[2 * i]);
    assert_memory_equal(decoded.samples, back.data, back.size);
    free(source.data);
    free(code.data);
    free(back.data);
    free(encoded.data);
    free(decoded.samples);
}

static void alaw_equals_the_itus_sweep(void **unused)
{
    (void)unused;
    check_sweep(&g711_alaw, "g711/sweep-r.a", "g711/sweep-r.rea");
}

static void ulaw_equals_the_itus_sweep(void **unused)
{
    (void)unused;
    check_sweep(&g711_ulaw, "g711/sweep-r.u", "g711/sweep-r.reu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alaw_equals_the_itus_sweep),
        cmocka_unit_test(ulaw_equals_the_itus_sweep),
    };

    return cmocka_run_group_tests_name("g711", tests, 0, 0);
}
