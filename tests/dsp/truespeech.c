/* The kernels of TrueSpeech's encoder: every instruction set gives the same bits as the portable
 * one, also at the limits of the values, and the portable one what its definition says. */
#include "support.h"
#include "dsp.h"
#include "fixed.h"

enum { ROUNDS = 3000, DIAGONAL_MAX = 1 << 27 };

struct round {
    uint32_t seed;
    const struct dsp_truespeech *mine, *reference;
};

/* A number of a random size, below 2^bits in magnitude. */
static int32_t number(uint32_t *seed, unsigned bits)
{
    int32_t x = (int32_t)(draw(seed) >> (32 - bits) >> draw(seed) % bits);

    return draw(seed) & 1 ? -x : x;
}

static int32_t magnitude(int32_t x) { return x < 0 ? -x : x; }

static void best_slots_are_the_same(struct round *round)
{
    int32_t d[TRUESPEECH_SLOT_HALF], diagonal[TRUESPEECH_SLOT_HALF], found, most = INT32_MIN;
    unsigned bits = 1 + draw(&round->seed) % 27;

    for (int i = 0; i < TRUESPEECH_SLOT_HALF; i++) {
        d[i] = number(&round->seed, bits);
        diagonal[i] = draw(&round->seed) % 8 ? magnitude(number(&round->seed, 20)) : DIAGONAL_MAX;
    }
    found = round->mine->best_slot(d, diagonal);
    assert_int_equal(found, round->reference->best_slot(d, diagonal));
    for (int i = 0; i < TRUESPEECH_SLOT_HALF; i++) {
        int32_t size = magnitude(d[i]);

        most = max_i32(most, max_i32(2 * size - diagonal[i], 6 * size - 9 * diagonal[i]));
    }
    assert_int_equal(found >> TRUESPEECH_SLOT_BITS, most >> TRUESPEECH_SLOT_BITS);
}

static void pulses_take_the_same(struct round *round)
{
    static const int amplitudes[] = { -3, -1, 1, 3 };
    int32_t d[TRUESPEECH_WIDE], phi[TRUESPEECH_WIDE], mine[TRUESPEECH_WIDE];
    int amplitude = amplitudes[draw(&round->seed) % 4];

    for (int i = 0; i < TRUESPEECH_WIDE; i++) {
        d[i] = mine[i] = number(&round->seed, 27);
        phi[i] = number(&round->seed, 20);
    }
    round->mine->take_pulse(mine, phi, amplitude);
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        assert_int_equal(mine[i], d[i] - amplitude * phi[i]);
    round->reference->take_pulse(d, phi, amplitude);
    assert_memory_equal(mine, d, sizeof d);
}

static void pulses_start_the_same(struct round *round)
{
    int32_t d[TRUESPEECH_WIDE], mine[TRUESPEECH_WIDE], diagonal[TRUESPEECH_WIDE];
    int16_t correlation[TRUESPEECH_WIDE];
    int shift = (int)(draw(&round->seed) % 48) - 20, up = shift < 0 ? -shift : 0;
    struct truespeech_start task = {
        correlation,           diagonal, (int16_t)(8192 + draw(&round->seed) % 8193),
        shift > 0 ? shift : 0, up,       (1 << 25) >> up
    };
    bool is_low = false;

    for (int i = 0; i < TRUESPEECH_WIDE; i++) {
        correlation[i] = (int16_t)number(&round->seed, 15);
        diagonal[i] = draw(&round->seed) % 8 ? magnitude(number(&round->seed, 20)) : DIAGONAL_MAX;
    }
    if (draw(&round->seed) % 8 == 0)
        correlation[draw(&round->seed) % TRUESPEECH_WIDE] = INT16_MIN;
    assert_int_equal(round->mine->start_pulses(&task, mine),
                     round->reference->start_pulses(&task, d));
    assert_memory_equal(mine, d, sizeof d);
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        is_low = is_low || magnitude(d[i]) > 9 * diagonal[i];
    assert_int_equal(round->reference->start_pulses(&task, d), is_low);
}

/* The response has a length below 2^15; at the limit, it is all in one sample. */
static void scans_are_the_same(struct round *round)
{
    static struct truespeech_products mine[TRUESPEECH_HISTORY + 1], rows[TRUESPEECH_HISTORY + 1];
    int16_t h[TRUESPEECH_WIDE] = { 0 }, history[TRUESPEECH_HISTORY],
            target[TRUESPEECH_WIDE] = { 0 };
    struct truespeech_scan task = { h,
                                    history + TRUESPEECH_HISTORY,
                                    target,
                                    (int)(draw(&round->seed) % 6),
                                    (int)(draw(&round->seed) % 24),
                                    { TRUESPEECH_LAG_MIN, TRUESPEECH_LAG_MAX } };
    bool extreme = draw(&round->seed) % 8 == 0;

    for (int i = 0; i < TRUESPEECH_HISTORY; i++)
        history[i] = (int16_t)(extreme ? (draw(&round->seed) & 1 ? 1023 : -1023) * (1 << task.fit)
                                       : number(&round->seed, 10) * (1 << task.fit));
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        target[i] = (int16_t)number(&round->seed, 11);
        h[i] = (int16_t)(extreme ? 0 : number(&round->seed, 12));
    }
    if (extreme)
        h[draw(&round->seed) % TRUESPEECH_SUBFRAME] = INT16_MAX;
    if (draw(&round->seed) & 1) {
        task.lags.lowest = TRUESPEECH_LAG_MIN + (int)(draw(&round->seed) % 120);
        task.lags.highest = task.lags.lowest + (int)(draw(&round->seed) % 8);
    }
    memset(mine, 0, sizeof mine);
    memset(rows, 0, sizeof rows);
    round->mine->scan(&task, mine);
    round->reference->scan(&task, rows);
    for (int lag = 0; lag <= TRUESPEECH_HISTORY; lag++) {
        assert_int_equal(mine[lag].target, rows[lag].target);
        assert_int_equal(mine[lag].energy, rows[lag].energy);
        if (lag != task.lags.lowest)
            assert_int_equal(mine[lag].below, rows[lag].below);
    }
}

static void sets_are_the_same(void **unused)
{
    (void)unused;
    for (unsigned set = 0; set <= best_set(); set++) {
        struct round round = { set + 1, dsp_set(set)->truespeech, dsp_portable.truespeech };

        for (int i = 0; i < ROUNDS; i++) {
            best_slots_are_the_same(&round);
            pulses_take_the_same(&round);
            pulses_start_the_same(&round);
            scans_are_the_same(&round);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sets_are_the_same) };

    return cmocka_run_group_tests_name("dsp.truespeech", tests, 0, 0);
}
