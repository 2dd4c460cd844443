/* MPEG audio's kernels: constants against their formulas, the transforms against the sums of the
 * standard in long double, and every instruction set against the portable one, on any input. */
#include <math.h>
#include "support.h"
#include "codecs/mpeg/tables.h"
#include "dsp/mpeg_tables.h"

static const long double PI = 3.14159265358979323846264338327950288L;

/* --- Constants --- */

static void check_constant(int32_t mine, unsigned shift, long double value)
{
    assert_int_equal(mine, lroundl(ldexpl(value, 32 - (int)shift)));
}

static void check_cosine(int32_t mine, unsigned shift, int degrees)
{
    check_constant(mine, shift, cosl(PI * degrees / 180));
}

static void constants(void **unused)
{
    static const long double aliases[8] = { -0.6L,   -0.535L, -0.33L,   -0.185L,
                                            -0.095L, -0.041L, -0.0142L, -0.0037L };
    unsigned at = 0;

    (void)unused;
    check_cosine(MPEG_COS10, 10);
    check_cosine(MPEG_COS20, 20);
    check_cosine(MPEG_COS30, 30);
    check_cosine(MPEG_COS40, 40);
    check_cosine(MPEG_COS50, 50);
    check_cosine(MPEG_COS70, 70);
    check_cosine(MPEG_COS80, 80);
    for (unsigned n = 32; n > 1; n /= 2)
        for (unsigned i = 0; i < n / 2; i++, at++)
            check_constant(mpeg_lee[at], mpeg_lee_shift[at],
                           1 / (2 * cosl(PI / (2 * n) * (2 * i + 1))));
    for (int i = 0; i < 8; i++) {
        long double c = aliases[i], root = sqrtl(1 + c * c);

        check_constant(mpeg_alias_cs[i], 1, 1 / root);
        check_constant(mpeg_alias_ca[i], 1, c / root);
    }
    for (int i = 0; i < 9; i++)
        check_constant(mpeg_ninth[i], mpeg_ninth_shift[i], 1 / (2 * cosl(PI / 36 * (2 * i + 1))));
    for (int i = 0; i < 3; i++)
        check_constant(mpeg_third[i], mpeg_third_shift[i], 1 / (2 * cosl(PI / 12 * (2 * i + 1))));
}

/* 11172-3, 2.4.3.4.10.3. */
static long double window_of(unsigned type, int i)
{
    long double slow = sinl(PI / 36 * (i + 0.5L)), fast = sinl(PI / 12 * (i % 6 + 0.5L));

    if (type == 3)
        return i < 6 ? 0 : i < 12 ? fast : i < 18 ? 1 : slow;
    if (type == 1)
        return i < 18 ? slow : i < 24 ? 1 : i < 30 ? sinl(PI / 12 * (i - 18 + 0.5L)) : 0;
    return slow;
}

/* The taps as the window: ten pairs, of which the last two are quarters of those before. */
static void taps(void **unused)
{
    (void)unused;
    for (int j = 0; j <= 16; j++)
        for (int i = 0; i < 8; i++) {
            int32_t tap[2][2];

            for (int which = 0; which < 2; which++) {
                const int32_t *pairs = mpeg_taps[j][which];
                int quarter = i == 3 ? 8 : i == 4 ? 9 : -1;

                tap[which][0] = (int16_t)pairs[i] + (quarter < 0 ? 0 : (int16_t)pairs[quarter] * 4);
                tap[which][1] = (pairs[i] >> 16) + (quarter < 0 ? 0 : (pairs[quarter] >> 16) * 4);
            }
            assert_int_equal(tap[0][0], j < 16 ? mpeg_window[64 * i + j] : 0);
            assert_int_equal(tap[0][1], -mpeg_window[64 * i + 32 + j]);
            assert_int_equal(tap[1][0], j < 16 ? -mpeg_window[64 * i + 32 - j] : 0);
            assert_int_equal(tap[1][1], j > 0 ? -mpeg_window[64 * i + 64 - j] : 0);
        }
}

/* The factors of complex products. */
static void turns(void **unused)
{
    (void)unused;
    for (int j = 1; j < 16; j++)
        for (int i = 0; i < 8; i++) {
            int32_t u = mpeg_window[64 * i + j], v = mpeg_window[480 - 64 * i + j];

            assert_int_equal(mpeg_turns[j - 1][i][0], u);
            assert_int_equal(mpeg_turns[j - 1][i][1], u + v);
            assert_int_equal(mpeg_turns[j - 1][i][2], v - u);
        }
}

/* --- Accuracy --- */

static int32_t signed_draw(uint32_t *seed, int bits) { return (int32_t)draw(seed) >> (32 - bits); }

/* One band of one granule by the standard's sums, without overlap. */
static void expected_band(const int32_t x[18], unsigned type, long double f[36])
{
    for (int i = 0; i < 36; i++)
        f[i] = 0;
    if (type != MPEG_SHORT_TYPE) {
        for (int i = 0; i < 36; i++)
            for (int k = 0; k < 18; k++)
                f[i] += window_of(type, i) * x[k] * cosl(PI / 72 * (2 * i + 19) * (2 * k + 1));
        return;
    }
    for (int window = 0; window < 3; window++)
        for (int i = 0; i < 12; i++)
            for (int k = 0; k < 6; k++)
                f[6 + 6 * window + i] += sinl(PI / 12 * (i + 0.5L)) * x[3 * k + window] *
                                         cosl(PI / 24 * (2 * i + 7) * (2 * k + 1));
}

/* Within some units of 2^-26, of full-scale lines of Q26. */
static void the_inverse_mdct_is_accurate(void **unused)
{
    uint32_t seed = 1;
    double worst = 0;

    (void)unused;
    for (int round = 0; round < 400; round++) {
        struct mpeg_block block = { (uint8_t)(round % 4), 0, 32 };
        int32_t x[MPEG_LINES] = { 0 };
        struct mpeg_overlap overlap = { .bands = 0 };
        mpeg_subbands out;
        unsigned band = draw(&seed) % 32;
        int32_t in[18];
        long double f[36];

        for (int k = 0; k < 18; k++)
            in[k] = x[band * 18 + (unsigned)k] = signed_draw(&seed, 27);
        if (block.type != MPEG_SHORT_TYPE) /* the middle lines have no aliases */
            for (int k = 0; k < 18; k++)
                if (k < 8 || k >= 10)
                    in[k] = x[band * 18 + (unsigned)k] = 0;
        expected_band(in, block.type, f);
        dsp_mpeg_c.hybrid(x, &block, &overlap, out, 0);
        for (int i = 0; i < 36; i++) {
            int32_t mine = i < 18 ? out[band][i] : overlap.x[i - 18][band];
            double error;

            if (band % 2 && i % 18 % 2)
                mine = -mine;
            error = fabs((double)(mine - f[i]));
            worst = error > worst ? error : worst;
        }
    }
    print_message("inverse MDCT: error %.2f\n", worst);
    assert_true(worst < 40);
}

/* The whole filter bank: 2.4.3.2, figure A.2, in long double, for full-scale subband samples. */
static void the_synthesis_is_accurate(void **unused)
{
    static long double v[1024], window[MPEG_WINDOW];
    static struct mpeg_filter filter;
    uint32_t seed = 2;
    double sum = 0;

    (void)unused;
    for (int round = 0; round < 20; round++) {
        mpeg_subbands bands;
        int16_t pcm[MPEG_SLOTS * 32];

        for (int k = 0; k < 32; k++)
            for (int t = 0; t < MPEG_ROW; t++)
                bands[k][t] = signed_draw(&seed, 22);
        dsp_mpeg_c.synthesize(&filter, &bands, 1, MPEG_SLOTS, pcm);
        for (int t = 0; t < MPEG_SLOTS; t++) {
            memmove(v + 64, v, 960 * sizeof *v);
            for (int i = 0; i < 64; i++) {
                v[i] = 0;
                for (int k = 0; k < 32; k++)
                    v[i] += cosl(PI / 64 * (16 + i) * (2 * k + 1)) * bands[k][t];
            }
            for (int i = 0; i < 8; i++)
                for (int j = 0; j < 32; j++) {
                    window[i * 64 + j] = v[i * 128 + j] * mpeg_window[i * 64 + j];
                    window[i * 64 + 32 + j] = v[i * 128 + 96 + j] * mpeg_window[i * 64 + 32 + j];
                }
            for (int j = 0; j < 32; j++) {
                long double exact = 0;
                double error;

                for (int i = 0; i < 16; i++)
                    exact += window[32 * i + j];
                error = (double)(pcm[t * 32 + j] - exact / (65536.0L * 2048));
                assert_true(fabs(error) < 0.52);
                sum += error * error;
            }
        }
    }
    sum = sqrt(sum / (20 * MPEG_SLOTS * 32));
    print_message("synthesis: RMS error %.5f; perfect rounding has %.5f\n", sum, sqrt(1 / 12.));
    assert_true(sum < 0.29);
}

/* --- Sets --- */

static void fill(int32_t *x, size_t n, uint32_t *seed)
{
    int bits = 1 + (int)(draw(seed) % 32);

    for (size_t i = 0; i < n; i++)
        x[i] = draw(seed) % 16 == 0 ? (int32_t)draw(seed) : signed_draw(seed, bits);
}

static void scale_of(const struct dsp_mpeg *set, uint32_t seed)
{
    int32_t q[MPEG_LINES + 8], x[MPEG_LINES + 8], expected[MPEG_LINES + 8];
    struct mpeg_gain gains[MPEG_GAINS];
    unsigned count = 0, end = 0, last = 2 + draw(&seed) % 288 * 2;

    fill(q, MPEG_LINES + 8, &seed);
    while (end < last) {
        end += 2 + draw(&seed) % 20 * 2;
        end = end < last && count < MPEG_GAINS - 1 ? end : last;
        gains[count++] = (struct mpeg_gain){ 1 << 30 | (int32_t)(draw(&seed) >> 2),
                                             (int16_t)(draw(&seed) % 63) - 31, (uint16_t)end };
    }
    set->scale(q, x, gains, count);
    dsp_mpeg_c.scale(q, expected, gains, count);
    assert_memory_equal(x, expected, last * sizeof *x);
}

/* Lines that are not read have any values, and so do the rows that are made. */
static void hybrid_of(const struct dsp_mpeg *set, uint32_t seed)
{
    static int32_t x[MPEG_LINES], y[MPEG_LINES];
    static struct mpeg_overlap overlap, expected_overlap;
    static mpeg_subbands out, expected;
    struct mpeg_block block = { (uint8_t)(draw(&seed) % 4), (uint8_t)(draw(&seed) % 3 * 2),
                                (uint8_t)(draw(&seed) % 33) };
    unsigned slot = draw(&seed) % 2 * 18, end = mpeg_lines_read(block.bands);

    fill(x, MPEG_LINES, &seed);
    memset(x + block.bands * 18, 0, (end - block.bands * 18u) * sizeof *x);
    memcpy(y, x, sizeof y);
    overlap.bands = draw(&seed) % 33;
    for (int i = 0; i < 18; i++) {
        fill(overlap.x[i], MPEG_BANDS, &seed);
        memset(overlap.x[i] + overlap.bands, 0, (MPEG_BANDS - overlap.bands) * sizeof **overlap.x);
    }
    fill(out[0], MPEG_BANDS * MPEG_ROW, &seed);
    fill(expected[0], MPEG_BANDS * MPEG_ROW, &seed);
    expected_overlap = overlap;
    set->hybrid(x, &block, &overlap, out, slot);
    dsp_mpeg_c.hybrid(y, &block, &expected_overlap, expected, slot);
    assert_memory_equal(&overlap, &expected_overlap, sizeof overlap);
    for (int band = 0; band < MPEG_BANDS; band++)
        assert_memory_equal(out[band] + slot, expected[band] + slot, 18 * sizeof **out);
}

/* Several calls with the same state; guards behind the samples. */
static void synthesis_of(const struct dsp_mpeg *set, uint32_t seed)
{
    static struct mpeg_filter filters[2], others[2];
    static mpeg_subbands bands[2];
    static const unsigned slots[4] = { 12, 18, 36, 36 };
    unsigned channels = 1 + draw(&seed) % 2;

    memset(filters, 0, sizeof filters);
    memset(others, 0, sizeof others);
    for (int round = 0; round < 3; round++) {
        unsigned n = slots[draw(&seed) % 4];
        size_t samples = (size_t)n * 32 * channels;
        int16_t *pcm = malloc(samples * sizeof *pcm), *expected = malloc(samples * sizeof *pcm);

        fill(bands[0][0], 32 * MPEG_ROW, &seed);
        fill(bands[1][0], 32 * MPEG_ROW, &seed);
        set->synthesize(filters, (const mpeg_subbands *)bands, channels, n, pcm);
        dsp_mpeg_c.synthesize(others, (const mpeg_subbands *)bands, channels, n, expected);
        assert_memory_equal(pcm, expected, samples * sizeof *pcm);
        free(pcm);
        free(expected);
    }
}

static void all_sets_agree(void **unused)
{
    (void)unused;
    for (uint8_t set = 1; set <= best_set(); set++)
        for (uint32_t seed = 1; seed < 1000; seed++) {
            scale_of(dsp_set(set)->mpeg, seed);
            hybrid_of(dsp_set(set)->mpeg, seed);
            synthesis_of(dsp_set(set)->mpeg, seed);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants),
        cmocka_unit_test(taps),
        cmocka_unit_test(turns),
        cmocka_unit_test(the_inverse_mdct_is_accurate),
        cmocka_unit_test(the_synthesis_is_accurate),
        cmocka_unit_test(all_sets_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
