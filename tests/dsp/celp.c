/* The kernels of the speech coders: every instruction set gives the same bits as the portable
 * one, on samples of all levels and at the limits, at every length and offset, and writes
 * nothing else. */
#include "support.h"
#include "dsp.h"
#include "fixed.h"

enum { ROUNDS = 4000, LENGTH_MAX = 280, GUARD = 0x5A5A };

static int16_t noise(uint32_t *seed, int bits)
{
    return (int16_t)((int32_t)draw(seed) >> (32 - bits));
}

/* Fills samples with noise of a random level, or with the limits alone. */
static void fill(int16_t *s, int n, uint32_t *seed)
{
    int bits = (int)(draw(seed) % 18);

    for (int i = 0; i < n; i++)
        s[i] = (int16_t)(bits == 0    ? 0
                         : bits == 17 ? (draw(seed) & 1 ? INT16_MAX : INT16_MIN)
                                      : noise(seed, bits));
}

/* A copy of the exact size, so that a sanitizer detects accesses beyond it. */
static void *exactly(const void *from, size_t size) { return memcpy(malloc(size), from, size); }

struct round {
    uint32_t seed;
    const struct dsp_celp *mine, *reference;
};

static void zeros_are_the_same(struct round *round)
{
    int pairs = 1 + (int)(draw(&round->seed) % 6), n = 16 + (int)(draw(&round->seed) % 60);
    size_t past = (size_t)(2 * pairs - 1);
    int16_t x[LENGTH_MAX], a[12], *copy, *taps;
    int32_t *sums = malloc((size_t)n * sizeof *sums), expected[LENGTH_MAX];

    fill(x, LENGTH_MAX, &round->seed);
    fill(a, 12, &round->seed);
    copy = exactly(x, (past + (size_t)n) * sizeof *x);
    taps = exactly(a, (size_t)pairs * 2 * sizeof *a);
    round->reference->zeros(x + past, a, pairs, expected, n);
    round->mine->zeros(copy + past, taps, pairs, sums, n);
    assert_memory_equal(sums, expected, (size_t)n * sizeof *sums);
    for (int i = 0; i < n; i++) {
        uint32_t sum = 0;

        for (int j = 0; j < 2 * pairs; j++)
            sum += (uint32_t)(a[j] * x[(int)past + i - j]);
        assert_int_equal((uint32_t)expected[i], sum);
    }
    free(copy);
    free(taps);
    free(sums);
}

/* Compares up to the first sample that does not fit, if there is one, which both sets report. */
static void poles_are_the_same(struct round *round)
{
    int n = 16 + 4 * (int)(draw(&round->seed) % 13), shift = 11 + (int)(draw(&round->seed) % 4),
        loud = 2 + (int)(draw(&round->seed) % 29);
    int16_t a[CELP_ORDER], y[LENGTH_MAX], *copy;
    int32_t in[CELP_SUBFRAME], out[CELP_SUBFRAME], mine[CELP_SUBFRAME], peak, expected = 0;
    bool fits = true;

    fill(y, CELP_ORDER, &round->seed);
    fill(a, CELP_ORDER, &round->seed);
    for (int i = 0; i < n; i++)
        in[i] = (int32_t)draw(&round->seed) >> (31 - loud);
    copy = exactly(y, ((size_t)n + CELP_ORDER) * sizeof *y);
    peak = round->mine->poles(in, a, shift, copy + CELP_ORDER, mine, n);
    assert_int_equal(peak >= INT16_MAX,
                     round->reference->poles(in, a, shift, y + CELP_ORDER, out, n) >= INT16_MAX);
    for (int i = 0; i < CELP_ORDER; i++)
        expected = abs(y[i]) > expected ? abs(y[i]) : expected;
    for (int i = 0; i < n && fits; i++) {
        uint32_t sum = (uint32_t)in[i];
        int32_t now;

        for (int j = 0; j < CELP_ORDER; j++)
            sum += (uint32_t)(a[j] * y[CELP_ORDER + i - 1 - j]);
        now = (int32_t)(sum + (1u << (shift - 1))) >> shift;
        fits = now < INT16_MAX && now > -INT16_MAX;
        assert_true(!fits || (now == copy[CELP_ORDER + i] && now == y[CELP_ORDER + i]));
        assert_true(!fits || ((int32_t)sum == mine[i] && (int32_t)sum == out[i]));
        expected = fits && abs(now) > expected ? abs(now) : expected;
    }
    assert_true(fits && expected < INT16_MAX ? peak == expected : peak >= INT16_MAX);
    free(copy);
}

/* Each of two filters side by side gives what it gives alone, up to the first sample that does not
 * fit. */
static void two_poles_are_the_same(struct round *round)
{
    int n = 16 + 4 * (int)(draw(&round->seed) % 13), shift = 11 + (int)(draw(&round->seed) % 4);
    int32_t in[2][CELP_SUBFRAME], out[2][CELP_SUBFRAME], expected[2][CELP_SUBFRAME];
    int16_t a[2][CELP_ORDER], y[2][CELP_ORDER + CELP_SUBFRAME], *copy[2];
    struct celp_filter pair[2];

    for (int i = 0; i < 2; i++) {
        int loud = 2 + (int)(draw(&round->seed) % 20);

        fill(y[i], CELP_ORDER, &round->seed);
        for (int j = 0; j < CELP_ORDER; j++)
            a[i][j] = noise(&round->seed, shift - 1);
        for (int j = 0; j < n; j++)
            in[i][j] = (int32_t)draw(&round->seed) >> (31 - loud);
        copy[i] = exactly(y[i], ((size_t)n + CELP_ORDER) * sizeof **y);
        pair[i] = (struct celp_filter){ in[i], a[i], copy[i] + CELP_ORDER, out[i], 0 };
    }
    round->mine->two_poles(pair, shift, n);
    for (int i = 0; i < 2; i++) {
        int32_t peak = round->mine->poles(in[i], a[i], shift, y[i] + CELP_ORDER, expected[i], n);

        assert_int_equal(pair[i].peak >= INT16_MAX, peak >= INT16_MAX);
        assert_true(peak >= INT16_MAX || pair[i].peak == peak);
        assert_memory_equal(copy[i], y[i], CELP_ORDER * sizeof **y);
        for (int j = 0, magnitude = 0; j < n && magnitude < INT16_MAX; j++) {
            magnitude = abs(y[i][CELP_ORDER + j]);
            assert_int_equal(out[i][j], expected[i][j]);
            assert_int_equal(copy[i][CELP_ORDER + j], y[i][CELP_ORDER + j]);
        }
        free(copy[i]);
    }
}

static void sums_are_the_same(struct round *round)
{
    int n = 16 + (int)(draw(&round->seed) % 120), count = (int)(draw(&round->seed) % 13);
    int16_t a[LENGTH_MAX], b[LENGTH_MAX], *x, *y;
    int32_t sums[16], expected[16];

    fill(a, LENGTH_MAX, &round->seed);
    fill(b, LENGTH_MAX, &round->seed);
    x = exactly(a, (size_t)n * sizeof *a);
    y = exactly(b, (size_t)(n + (count ? count - 1 : 0)) * sizeof *b);
    assert_int_equal(round->mine->dot(x, y, n), round->reference->dot(a, b, n));
    assert_true(round->mine->energy(x, n) == round->reference->energy(a, n));
    assert_int_equal(round->mine->peak(x, n), round->reference->peak(a, n));
    memset(sums, GUARD & 0xFF, sizeof sums);
    memset(expected, GUARD & 0xFF, sizeof expected);
    round->mine->correlate(x, y, n, sums, count);
    round->reference->correlate(a, b, n, expected, count);
    assert_memory_equal(sums, expected, sizeof sums);
    free(x);
    free(y);
}

/* The sums stay within 32 bits, as the kernels require. */
static void gains_are_the_same(struct round *round)
{
    int n = 16 + (int)(draw(&round->seed) % 120), shift = (int)(draw(&round->seed) % 16);
    int32_t bias = (int32_t)(draw(&round->seed) % 0x10000), in[LENGTH_MAX], *sums;
    int16_t a[LENGTH_MAX], b[LENGTH_MAX], gains[LENGTH_MAX], expected[LENGTH_MAX], out[LENGTH_MAX],
        *x, *y, *g;
    int16_t gain_a = noise(&round->seed, 15), gain_b = noise(&round->seed, 15);
    size_t size = (size_t)n * sizeof *a;

    fill(a, LENGTH_MAX, &round->seed);
    fill(b, LENGTH_MAX, &round->seed);
    fill(gains, LENGTH_MAX, &round->seed);
    for (int i = 0; i < n; i++) {
        in[i] = (int32_t)draw(&round->seed) >> (1 + draw(&round->seed) % 20);
        gains[i] = (int16_t)(gains[i] == INT16_MIN ? 0 : gains[i]);
    }
    x = exactly(a, size);
    y = exactly(b, size);
    g = exactly(gains, size);
    sums = exactly(in, 2 * size);
    for (int i = n; i < LENGTH_MAX; i++)
        out[i] = expected[i] = GUARD;
    round->reference->narrow(in, bias, shift, expected, n);
    round->mine->narrow(sums, bias, shift, out, n);
    assert_memory_equal(out, expected, sizeof out);
    round->reference->mix(a, gain_a, b, gain_b, bias, shift, expected, n);
    round->mine->mix(x, gain_a, y, gain_b, bias, shift, out, n);
    assert_memory_equal(out, expected, sizeof out);
    round->mine->mix(x, gain_a, y, gain_b, bias, shift, y, n);
    assert_memory_equal(y, expected, size);
    round->reference->scale(a, gains, bias, shift, expected, n);
    round->mine->scale(x, g, bias, shift, out, n);
    assert_memory_equal(out, expected, sizeof out);
    round->mine->scale(x, g, bias, shift, x, n);
    assert_memory_equal(x, expected, size);
    free(x);
    free(y);
    free(g);
    free(sums);
}

static void accumulated_are_the_same(struct round *round)
{
    int n = 16 + (int)(draw(&round->seed) % 60);
    int16_t a[LENGTH_MAX], b[LENGTH_MAX], expected[LENGTH_MAX], out[LENGTH_MAX], gain, *x, *y;

    fill(a, LENGTH_MAX, &round->seed);
    fill(b, LENGTH_MAX, &round->seed);
    fill(&gain, 1, &round->seed);
    for (int i = 0; i < LENGTH_MAX; i++)
        b[i] = (int16_t)(gain == INT16_MIN && b[i] == INT16_MIN ? 0 : b[i]);
    x = exactly(a, (size_t)n * sizeof *a);
    y = exactly(b, (size_t)n * sizeof *b);
    for (int i = 0; i < LENGTH_MAX; i++)
        out[i] = expected[i] = GUARD;
    for (int i = 0; i < n; i++)
        expected[i] = saturate(a[i] + ((b[i] * gain + 0x4000) >> 15));
    round->mine->accumulate(x, y, gain, out, n);
    assert_memory_equal(out, expected, sizeof out);
    free(x);
    free(y);
}

/* Pulses by the definition: each at the first of the largest magnitudes that remain. */
static void expected_pulses(const int16_t *own, int32_t rest[CELP_PLACES],
                            struct celp_pulses *pulses)
{
    for (int j = 0; j < pulses->count; j++) {
        int32_t largest = -1;

        for (int i = 0; i < CELP_PLACES - 2 && j > 0; i++) {
            bool taken = false;

            for (int k = 0; k < j; k++)
                taken |= pulses->places[k] == i;
            if (!taken && abs(rest[i]) > largest) {
                largest = abs(rest[i]);
                pulses->places[j] = (int16_t)i;
            }
        }
        pulses->values[j] = (int16_t)(rest[pulses->places[j]] < 0 ? -pulses->gain : pulses->gain);
        for (int i = 0; i < CELP_PLACES; i++)
            rest[i] -= 2 * pulses->values[j] * own[i - pulses->places[j]];
    }
}

/* Small numbers make ties. */
static void pulses_are_the_same(struct round *round)
{
    int bits = 1 + (int)(draw(&round->seed) % 16), loud = (int)(draw(&round->seed) % 28);
    struct celp_pulses pulses = { .count = 1 + (int)(draw(&round->seed) % CELP_PULSES),
                                  .gain = (int16_t)(1 + draw(&round->seed) % 2500),
                                  .places = { (int16_t)(draw(&round->seed) % 30) } },
                       expected = pulses;
    int32_t rest[CELP_PLACES], *copy;
    int16_t own[61], *x;

    for (int i = 0; i < 61; i++)
        own[i] = noise(&round->seed, bits);
    for (int i = 0; i < CELP_PLACES; i++)
        rest[i] = (int32_t)draw(&round->seed) >> (31 - loud);
    copy = exactly(rest, sizeof rest);
    x = exactly(own, sizeof own);
    round->mine->place_pulses(x + 29, copy, &pulses);
    expected_pulses(own + 29, rest, &expected);
    for (int j = 0; j < pulses.count; j++) {
        assert_int_equal(pulses.places[j], expected.places[j]);
        assert_int_equal(pulses.values[j], expected.values[j]);
    }
    free(copy);
    free(x);
}

static void responses_are_the_same(struct round *round)
{
    int count = 1 + (int)(draw(&round->seed) % CELP_PULSES), at[CELP_PULSES], past = 0;
    int16_t h[2 * CELP_SUBFRAME], values[CELP_PULSES], y[CELP_SUBFRAME], *copy;

    fill(h, 2 * CELP_SUBFRAME, &round->seed);
    for (int j = 0; j < count; j++) {
        at[j] = (int)(draw(&round->seed) % 60);
        values[j] = noise(&round->seed, 13);
        past = at[j] > past ? at[j] : past;
    }
    copy = exactly(h, (size_t)(past + CELP_SUBFRAME) * sizeof *h);
    round->mine->respond(copy + past, at, values, count, y);
    for (int i = 0; i < CELP_SUBFRAME; i++) {
        int32_t sum = 0;

        for (int j = 0; j < count; j++)
            sum += values[j] * h[past + i - at[j]];
        assert_int_equal(y[i], saturate(sum >> 13));
    }
    free(copy);
}

/* Rows of few different numbers have equal products. */
static void rows_are_the_same(struct round *round)
{
    int count = (int)(draw(&round->seed) % 12), bits = 1 + (int)(draw(&round->seed) % 13),
        first = 0;
    int16_t c[CELP_TERMS], (*rows)[CELP_TERMS] = malloc((size_t)(count + 1) * sizeof *rows);
    int32_t least = noise(&round->seed, 16) * (1 << (bits / 2)), sum;

    for (int i = 0; i < CELP_TERMS; i++)
        c[i] = noise(&round->seed, bits);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < CELP_TERMS; j++)
            rows[i][j] = noise(&round->seed, bits);
    for (; first < count; first++) {
        sum = 0;
        for (int j = 0; j < CELP_TERMS; j++)
            sum += c[j] * rows[first][j];
        if (sum > least)
            break;
    }
    assert_int_equal(round->mine->first_above(c, (const int16_t(*)[CELP_TERMS])rows, count, least),
                     first);
    free(rows);
}

static void codes_are_the_same(struct round *round)
{
    int count = 8 * (1 + (int)(draw(&round->seed) % 4)), bits = 2 + (int)(draw(&round->seed) % 12);
    int16_t codes[32][4], target[4], weights[4], (*copy)[4];
    int32_t best = 0;
    int expected = 0;

    for (int j = 0; j < 4; j++) {
        target[j] = noise(&round->seed, bits + 1);
        weights[j] = (int16_t)(draw(&round->seed) & INT16_MAX);
    }
    for (int i = 0; i < count; i++) {
        int32_t gain = 0;

        for (int j = 0; j < 4; j++) {
            codes[i][j] = noise(&round->seed, bits);
            gain += (target[j] - codes[i][j]) * mult_r(weights[j], codes[i][j]);
        }
        if (gain > best) {
            best = gain;
            expected = i;
        }
    }
    copy = exactly(codes, (size_t)count * sizeof *codes);
    assert_int_equal(round->mine->best_code((const int16_t(*)[4])copy, count, target, weights),
                     expected);
    free(copy);
}

/* Few different numbers make ties. A weight of 0 allows any difference. */
static void nearest_are_the_same(struct round *round)
{
    int count = 4 * (1 + (int)(draw(&round->seed) % 8)), bits = 1 + (int)(draw(&round->seed) % 13),
        expected = 0;
    bool weighted = draw(&round->seed) & 1;
    int16_t target[CELP_ORDER], weights[CELP_ORDER], (*rows)[CELP_ORDER];
    int32_t min = 1 << 30;

    rows = malloc((size_t)count * sizeof *rows);
    for (int j = 0; j < CELP_ORDER; j++) {
        weights[j] = (int16_t)(draw(&round->seed) % 3 ? draw(&round->seed) & INT16_MAX : 0);
        target[j] = noise(&round->seed, weighted && weights[j] == 0 ? 16 : bits);
    }
    for (int i = 0; i < count; i++) {
        int64_t sum = 0;

        for (int j = 0; j < CELP_ORDER; j++) {
            int32_t error = target[j] - (rows[i][j] = noise(&round->seed, bits));

            sum += (weighted ? weights[j] * (int64_t)error >> 15 : error) * error;
        }
        if (sum < min) {
            min = (int32_t)sum;
            expected = i;
        }
    }
    assert_int_equal(round->mine->nearest((const int16_t(*)[CELP_ORDER])rows, count, target,
                                          weighted ? weights : 0),
                     expected);
    free(rows);
}

static int place_of(int position)
{
    return position % CELP_TRACKS * CELP_TRACK + position / CELP_TRACKS;
}

/* The standard's way: sums from the definition, then the signs. */
static void phi_is_the_same(struct round *round)
{
    int16_t h[CELP_POSITIONS], signs[CELP_POSITIONS],
        (*phi)[CELP_POSITIONS] = malloc(CELP_POSITIONS * sizeof *phi);
    int bits = 1 + (int)(draw(&round->seed) % 13);

    for (int i = 0; i < CELP_POSITIONS; i++) {
        h[i] = noise(&round->seed, bits);
        signs[i] = (int16_t) - (int)(draw(&round->seed) & 1);
    }
    round->mine->fill_phi(h, signs, phi);
    for (int i = 0; i < CELP_POSITIONS; i++)
        for (int j = 0; j < i; j++) {
            int p = place_of(i), q = place_of(j);
            int32_t sum = 0;

            for (int n = 0; n < CELP_POSITIONS - i; n++)
                sum += h[n] * h[n + i - j];
            if ((i - j) % CELP_TRACKS == 0)
                continue;
            sum >>= 15;
            sum = signs[p] != signs[q] ? -sum : sum - (sum > 0);
            assert_int_equal(phi[p][q], sum);
            assert_int_equal(phi[q][p], sum);
        }
    free(phi);
}

/* Few different numbers make ties, and energies may be negative. */
static void pairs_are_the_same(struct round *round)
{
    int bits = 1 + (int)(draw(&round->seed) % 14), least = (int)(draw(&round->seed) % 3);
    int16_t d[CELP_TRACK], phi[CELP_TRACK][CELP_TRACK];
    struct celp_pair best = { -1, 1, 0, 0 }, expected = best;
    struct celp_pairs in = { .rows = 2 + 2 * (int)(draw(&round->seed) % (CELP_TRACK / 2)),
                             .shift = draw(&round->seed) & 1 ? 13 : 15,
                             .d = d };

    for (int i = 0; i < CELP_TRACK; i++) {
        in.sums[i] = (int16_t)(noise(&round->seed, bits + 2) & INT16_MAX);
        d[i] = (int16_t)(noise(&round->seed, bits + 1) & INT16_MAX);
        in.energies[i] = noise(&round->seed, bits + 1) * (1 << 14) + (least << (13 + bits));
        in.halves[i] = noise(&round->seed, bits) * (1 << 15);
        in.phi[i] = phi[i];
        for (int j = 0; j < CELP_TRACK; j++)
            phi[i][j] = noise(&round->seed, bits);
    }
    for (int p = 0; p < in.rows; p++)
        for (int q = 0; q < CELP_TRACK; q++) {
            int32_t sum = saturate(in.sums[p] + d[q]), square = sum * sum >> 15;
            int32_t energy = (in.energies[p] + phi[p][q] * (1 << in.shift) + in.halves[q]) >> 16;

            if (expected.energy * square > expected.square * energy)
                expected = (struct celp_pair){ square, energy, p, q };
        }
    round->mine->best_pair(&in, &best);
    assert_int_equal(best.p, expected.p);
    assert_int_equal(best.q, expected.q);
    assert_int_equal(best.square, expected.square);
    assert_int_equal(best.energy, expected.energy);
}

static void each_round(void (*test)(struct round *))
{
    struct round round = { .seed = 6, .reference = dsp_set(0)->celp };

    for (unsigned simd = 0; simd <= best_set(); simd++) {
        round.mine = dsp_set(simd)->celp;
        for (int i = 0; i < ROUNDS; i++)
            test(&round);
    }
}

static void zeros(void **unused) { (void)unused, each_round(zeros_are_the_same); }
static void poles(void **unused) { (void)unused, each_round(poles_are_the_same); }
static void two_poles(void **unused) { (void)unused, each_round(two_poles_are_the_same); }
static void sums(void **unused) { (void)unused, each_round(sums_are_the_same); }
static void gains(void **unused) { (void)unused, each_round(gains_are_the_same); }
static void accumulated(void **unused) { (void)unused, each_round(accumulated_are_the_same); }
static void pulses(void **unused) { (void)unused, each_round(pulses_are_the_same); }
static void responses(void **unused) { (void)unused, each_round(responses_are_the_same); }
static void rows(void **unused) { (void)unused, each_round(rows_are_the_same); }
static void phi(void **unused) { (void)unused, each_round(phi_is_the_same); }
static void nearest(void **unused) { (void)unused, each_round(nearest_are_the_same); }
static void pairs(void **unused) { (void)unused, each_round(pairs_are_the_same); }
static void codes(void **unused) { (void)unused, each_round(codes_are_the_same); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros),   cmocka_unit_test(poles),     cmocka_unit_test(two_poles),
        cmocka_unit_test(sums),    cmocka_unit_test(gains),     cmocka_unit_test(accumulated),
        cmocka_unit_test(pulses),  cmocka_unit_test(responses), cmocka_unit_test(rows),
        cmocka_unit_test(codes),   cmocka_unit_test(phi),       cmocka_unit_test(pairs),
        cmocka_unit_test(nearest),
    };

    return cmocka_run_group_tests_name("speech kernels", tests, 0, 0);
}
