/* The sample rate converter as a stream: pieces of any length, exact ratios, the end, several
 * channels, and rates that nobody has. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include "resample_support.h"

static const uint32_t ratios[][2] = { { 44100, 48000 }, { 8000, 44100 },  { 44100, 16000 },
                                      { 17896, 44100 }, { 44100, 44056 }, { 96000, 1000 },
                                      { 1000, 96000 },  { 8000, 8000 } };
enum { RATIOS = sizeof ratios / sizeof *ratios };

/* One call, with copies of the exact sizes, so that a sanitizer detects accesses beyond them. */
static struct progress call(struct resampler *resampler, unsigned channels, const int16_t *in,
                            int16_t *out, struct offer offer)
{
    int16_t *src = malloc(offer.in * channels * sizeof *src + 1),
            *dst = malloc(offer.out * channels * sizeof *dst + 1);
    struct progress done;

    memcpy(src, in, offer.in * channels * sizeof *src);
    done = resample_run(resampler, src, dst, offer);
    assert_true(done.used <= offer.in && done.made <= offer.out);
    memcpy(out, dst, done.made * channels * sizeof *dst);
    free(src);
    free(dst);
    return done;
}

/* Pieces up to `most` frames, with room of up to `room` frames, or as much as is promised to
 * suffice if that is 0. */
static void check_pieces(const struct resample_plan *plan, struct sound in, size_t most,
                         size_t room, uint32_t *seed)
{
    unsigned channels = plan->channels;
    struct sound expected = whole(plan, in, 0);
    struct resampler *resampler = start(plan, draw(seed) % (best_set() + 1u));
    int16_t *out = malloc(expected.count * sizeof *out + 1);
    size_t frames = in.count / channels, total = expected.count / channels, used = 0, made = 0;

    while (made < total) {
        size_t n = draw(seed) % (most + 1);
        struct offer offer = { n < frames - used ? n : frames - used, 0, PART };
        struct progress done;

        offer.ending = used + offer.in == frames ? END : draw(seed) % 2 ? WHOLE : PART;
        offer.out =
            room ? draw(seed) % (room + 1) : (size_t)resample_frames(plan, (uint32_t)offer.in);
        if (!room && offer.ending == END)
            offer.out = total - made;
        offer.out = offer.out < total - made ? offer.out : total - made;
        done =
            call(resampler, channels, in.samples + used * channels, out + made * channels, offer);
        assert_true(room || done.used == offer.in);
        used += done.used;
        made += done.made;
        /* After `used` frames, as many outputs as begin before that. */
        assert_true(made <= resample_frames(plan, (uint32_t)used) || used == frames);
    }
    assert_int_equal(used, frames);
    assert_memory_equal(out, expected.samples, expected.count * sizeof *out);
    assert_int_equal(resample_run(resampler, in.samples, out, (struct offer){ 0, 1, END }).made, 0);
    free(resampler);
    free(expected.samples);
    free(out);
}

static void pieces_equal_the_whole(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (int i = 0; i < RATIOS; i++)
        for (unsigned quality = 0; quality < 3; quality++)
            for (int kind = 0; kind < 4; kind++) {
                unsigned channels = 1 + draw(&seed) % RESAMPLE_CHANNELS_MAX;
                size_t frames = ratios[i][1] / ratios[i][0] > 9 ? 60 : 5000;
                struct sound in = generated(frames * channels, draw(&seed));
                struct resample_plan plan;

                assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], channels, quality));
                check_pieces(&plan, in, kind % 2 ? 3000 : 40,
                             kind < 2    ? 0
                             : kind == 2 ? 9
                                         : 2000,
                             &seed);
                free(in.samples);
            }
}

static void every_set_and_channel_has_the_same_samples(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int i = 0; i < RATIOS; i++)
        for (unsigned channels = 1; channels <= RESAMPLE_CHANNELS_MAX; channels++) {
            struct sound in = generated(1500 * channels, draw(&seed)), out;
            struct resample_plan plan, mono;

            assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], channels, 1));
            assert_true(resample_plan(&mono, ratios[i][0], ratios[i][1], 1, 1));
            out = whole(&plan, in, best_set());
            for (unsigned c = 0; c < channels; c++) {
                int16_t samples[1500];
                struct sound one = { samples, 1500 }, alone;

                for (size_t k = 0; k < one.count; k++)
                    samples[k] = in.samples[k * channels + c];
                alone = whole(&mono, one, c % (best_set() + 1u));
                for (size_t k = 0; k < alone.count; k++)
                    assert_int_equal(alone.samples[k], out.samples[k * channels + c]);
                free(alone.samples);
            }
            free(in.samples);
            free(out.samples);
        }
}

/* After `down` input frames there are `up` output frames more and the position is the same again,
 * so a sound that repeats itself after so many frames is converted to one that repeats itself: the
 * samples of the second period come again after any number of periods. */
static void the_ratio_is_exact_forever(void **unused)
{
    enum { PERIODS = 40 };
    uint32_t seed = 9;

    (void)unused;
    for (int i = 0; i < RATIOS; i++) {
        struct resample_plan plan;
        size_t period, times, made = 0;
        struct resampler *resampler;
        struct sound in;
        int16_t *out;

        assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], 1, 1));
        times = (plan.taps + plan.down - 1) / plan.down; /* a period is longer than the filter */
        period = times * plan.down;
        in = generated(period, draw(&seed));
        out = malloc(PERIODS * times * plan.up * sizeof *out);
        resampler = start(&plan, best_set());
        for (int k = 0; k < PERIODS; k++)
            for (size_t at = 0; at < period;) {
                size_t n = 1 + draw(&seed) % 2000;
                struct progress done;

                n = n < period - at ? n : period - at;
                done = resample_run(
                    resampler, in.samples + at, out + made,
                    (struct offer){ n, (size_t)resample_frames(&plan, (uint32_t)n), PART });
                assert_int_equal(done.used, n);
                at += n;
                made += done.made;
            }
        assert_int_equal(made, PERIODS * times * plan.up);
        for (size_t k = 2 * times * plan.up; k < made; k++)
            assert_int_equal(out[k], out[k - times * plan.up]);
        free(resampler);
        free(in.samples);
        free(out);
    }
}

/* The bounds of one call, computed in 128 bits, and that of a whole sound. */
static void sizes_are_exact(void **unused)
{
    uint32_t seed = 11;

    (void)unused;
    for (int i = 0; i < 100000; i++) {
        uint32_t from = 1 + draw(&seed) % (i % 2 ? 200000u : RESAMPLE_RATE_MAX),
                 to = 1 + draw(&seed) % (i % 3 ? 200000u : RESAMPLE_RATE_MAX),
                 frames = draw(&seed) >> draw(&seed) % 32;
        struct resample_plan plan;
        unsigned __int128 exact;

        if (!resample_plan(&plan, from, to, 1, 1))
            continue;
        exact = ((unsigned __int128)frames * to + from - 1) / from;
        assert_true(resample_frames(&plan, frames) == (uint64_t)exact);
        exact = (unsigned __int128)frames * from / to;
        assert_true(resample_frames_for(&plan, frames) == (uint64_t)exact);
        if (exact <= UINT32_MAX)
            assert_true(resample_frames(&plan, (uint32_t)exact) <= frames);
        if (exact < UINT32_MAX)
            assert_true(resample_frames(&plan, (uint32_t)exact + 1) > frames);
    }
}

/* The output ends with the last frame of the sound: a click in that frame comes `delay` output
 * frames later, before the last output of the doubled rate. */
static void the_end_is_complete(void **unused)
{
    static const int peaks[] = { 18000, 18600, 19200 }; /* times the filter's cutoff frequency */

    (void)unused;
    for (unsigned quality = 0; quality < 3; quality++) {
        struct resample_plan plan;
        int16_t samples[1000] = { [999] = 20000 };
        struct sound in = { samples, 1000 }, out;
        size_t peak;

        assert_true(resample_plan(&plan, 8000, 16000, 1, quality));
        assert_int_equal(resample_delay(&plan), 32u << quality);
        peak = 2 * 999 + (size_t)resample_delay(&plan);
        out = whole(&plan, in, best_set());
        assert_int_equal(out.count, peak + 2);
        assert_int_equal(out.samples[peak], peaks[quality]);
        assert_int_equal(out.samples[peak + 1], out.samples[peak - 1]);
        for (size_t i = 0; i < 2 * 999; i++)
            assert_int_equal(out.samples[i], 0);
        free(out.samples);
    }
}

static void reset_forgets_everything(void **unused)
{
    (void)unused;
    for (int i = 0; i < RATIOS; i++) {
        struct sound in = generated(300, 17), expected;
        struct resample_plan plan;
        struct resampler *resampler;
        size_t room;
        int16_t *out;

        assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], 1, 0));
        expected = whole(&plan, in, 0);
        room = expected.count;
        out = malloc(room * sizeof *out);
        resampler = start(&plan, best_set());
        resample_run(resampler, in.samples, out, (struct offer){ 211, room / 2, PART });
        resample_reset(resampler);
        assert_int_equal(
            resample_run(resampler, in.samples, out, (struct offer){ 300, room, END }).made, room);
        assert_memory_equal(out, expected.samples, room * sizeof *out);
        free(resampler);
        free(in.samples);
        free(expected.samples);
        free(out);
    }
}

/* Rates from 0 to 4 GHz: each pair is refused, or converts sound within the promised memory. */
static void odd_rates_are_safe(void **unused)
{
    static const uint32_t rates[] = { 0,          1,        2,        7,           100,
                                      127,        128,      1000,     7999,        8000,
                                      44100,      48000,    192000,   384000,      5644800,
                                      16777213,   16777215, 16777216, 2147483648u, 4000000000u,
                                      4294967295u };
    enum { RATES = sizeof rates / sizeof *rates };
    struct sound in = generated(4000 * RESAMPLE_CHANNELS_MAX, 19);
    int16_t *out = malloc(4000 * RESAMPLE_CHANNELS_MAX * sizeof *out);
    int taken = 0, refused = 0;

    (void)unused;
    for (int i = 0; i < RATES * RATES; i++) {
        uint32_t from = rates[i / RATES], to = rates[i % RATES];
        unsigned channels = 1 + (unsigned)i % RESAMPLE_CHANNELS_MAX, quality = (unsigned)i % 3;
        bool possible =
            from && to && from < 1 << 24 && to < 1 << 24 && from / to < 128 && to / from < 128;
        struct resample_plan plan;
        struct resampler *resampler;

        assert_int_equal(resample_plan(&plan, from, to, channels, quality), possible);
        if (!possible) {
            refused++;
            continue;
        }
        taken++;
        assert_true(resample_bytes(&plan) <= 520 * 1024 + channels * (size_t)(34 * 1024));
        resampler = start(&plan, (unsigned)i % (best_set() + 1u));
        for (int k = 0; k < 3; k++)
            call(resampler, channels, in.samples, out, (struct offer){ 4000, 4000, END });
        free(resampler);
    }
    assert_true(taken > 50 && refused > 50);
    free(in.samples);
    free(out);
}

static void other_arguments_are_refused(void **unused)
{
    struct resample_plan plan;

    (void)unused;
    assert_false(resample_plan(&plan, 8000, 16000, 0, 1));
    assert_false(resample_plan(&plan, 8000, 16000, 9, 1));
    assert_false(resample_plan(&plan, 8000, 16000, 1, 3));
    assert_true(resample_plan(&plan, 8000, 16000, 8, 2));
}

/* The fastest of many, since other programs run, too. */
static void starting_is_fast(void **unused)
{
    (void)unused;
    for (int i = 0; i < RATIOS; i++) {
        struct resample_plan plan;
        double best = 1;
        void *memory;

        assert_true(resample_plan(&plan, ratios[i][0], ratios[i][1], 2, 2));
        memory = malloc(resample_bytes(&plan));
        for (int k = 0; k < 200; k++) {
            struct timespec from, to;
            double seconds;

            clock_gettime(CLOCK_MONOTONIC, &from);
            resample_start(memory, &plan, dsp_set(0));
            clock_gettime(CLOCK_MONOTONIC, &to);
            seconds =
                (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
            best = seconds < best ? seconds : best;
        }
        print_message("# %u to %u Hz at quality 2: starts in %.1f us, %zu bytes\n", ratios[i][0],
                      ratios[i][1], best * 1e6, resample_bytes(&plan));
        assert_true(best < 50e-6);
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(every_set_and_channel_has_the_same_samples),
        cmocka_unit_test(the_ratio_is_exact_forever),
        cmocka_unit_test(sizes_are_exact),
        cmocka_unit_test(the_end_is_complete),
        cmocka_unit_test(reset_forgets_everything),
        cmocka_unit_test(odd_rates_are_safe),
        cmocka_unit_test(other_arguments_are_refused),
        cmocka_unit_test(starting_is_fast),
    };

    return cmocka_run_group_tests_name("resample_pieces", tests, 0, 0);
}
