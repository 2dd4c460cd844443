/* Changes of the sample rate through DriverProc: PCM of every kind to every other, every codec's
 * formats to and from PCM of another rate, beside the same in steps; and the quality of the sound.
 */
#include "host.h"
#include "resample_support.h"

enum { BLOCKALIGN = 4, START = 0x10, FLUSH = 0x20 };

static const uint32_t rates[][2] = { { 44100, 48000 }, { 8000, 44100 },  { 44100, 16000 },
                                     { 17896, 44100 }, { 48000, 11025 }, { 96000, 8000 },
                                     { 1000, 44101 } };
enum { RATES = sizeof rates / sizeof *rates };

static const char *const qualities[] = { "converter=2,quality=0", "converter=2,quality=1",
                                         "converter=2,quality=2" };

/* ---- PCM to PCM */

/* A conversion of PCM; `in` and `out` are bytes per frame. */
struct pair {
    const struct shape *from, *to;
    WORD channels[2];
    const uint32_t *rate;
    unsigned quality;
    DWORD in, out;
    struct route route;
};

/* Every two shapes, with every two numbers of channels among them. */
static bool pair_next(struct pair *pair, size_t number)
{
    enum { EACH = 2 };
    size_t shape = number / EACH, count = number * 29 % 64;

    release();
    if (shape >= (size_t)SHAPES * SHAPES)
        return false;
    *pair = (struct pair){ .from = &shapes[shape / SHAPES],
                           .to = &shapes[shape % SHAPES],
                           .channels = { (WORD)(1 + count / 8), (WORD)(1 + count % 8) },
                           .rate = rates[number % RATES],
                           .quality = (unsigned)(number % 3),
                           .route = { .abi = number % 2 ? WINE : WINDOWS } };
    environment = qualities[pair->quality];
    pair->in = pair->channels[0] * pair->from->bits / 8u;
    pair->out = pair->channels[1] * pair->to->bits / 8u;
    pair->route.src = pcm_make(pair->from, pair->rate[0], pair->channels[0]);
    pair->route.dst = pcm_make(pair->to, pair->rate[1], pair->channels[1]);
    snprintf(pair->route.name, sizeof pair->route.name, "%s, %u at %u Hz, to %s, %u at %u Hz",
             pair->from->name, pair->channels[0], (unsigned)pair->rate[0], pair->to->name,
             pair->channels[1], (unsigned)pair->rate[1]);
    return true;
}

#define EACH_PAIR(pair) \
    struct pair pair; \
    for (size_t number_ = 0; pair_next(&pair, number_); number_++)

static struct resample_plan plan_of(const uint32_t rate[2], unsigned channels, unsigned quality)
{
    struct resample_plan plan;

    assert_true(resample_plan(&plan, rate[0], rate[1], channels, quality));
    return plan;
}

static unsigned fewer(const WORD channels[2])
{
    return channels[0] < channels[1] ? channels[0] : channels[1];
}

/* To 16 bits in the fewer channels, to the other rate, and to the result, by mix.h and resample.h,
 * which have tests of their own. */
static struct bytes in_steps(const struct pair *pair, struct bytes src)
{
    WORD middle = (WORD)fewer(pair->channels);
    struct resample_plan plan = plan_of(pair->rate, middle, pair->quality);
    struct pcm_shape wide =
        core_shape(pair->channels[1] < pair->channels[0] ? pair->to : pair->from, middle);
    size_t frames = src.size / pair->in;
    struct sound before = { lend(frames * middle * 2), frames * middle }, after;
    struct bytes result;
    struct mix mix;

    wide.pcm = PCM_S16;
    mix_init(&mix, core_shape(pair->from, pair->channels[0]), wide);
    mix_convert(&mix, src.data, (uint8_t *)before.samples, frames);
    after = whole(&plan, before, 0);
    frames = after.count / middle;
    result = (struct bytes){ lend(frames * pair->out), frames * pair->out };
    mix_init(&mix, wide, core_shape(pair->to, pair->channels[1]));
    mix_convert(&mix, (const uint8_t *)after.samples, result.data, frames);
    free(after.samples);
    return result;
}

/* The room that was said suffices for the end, too; the source that was said for the destination
 * fits into it. */
static void pcm_becomes_pcm_of_another_rate(void **unused)
{
    enum { FRAMES = 240 };
    uint32_t seed = 3;

    (void)unused;
    EACH_PAIR(pair)
    {
        struct bytes src = { lend_random(FRAMES * pair.in, &seed), FRAMES * pair.in };
        struct resample_plan best = plan_of(pair.rate, fewer(pair.channels), 2);
        void *instance = stream_opened(&pair.route, 0);
        DWORD room = (DWORD)(resample_frames(&best, FRAMES) + resample_delay(&best)) * pair.out;

        check(pair.route, heap.live == 1);
        check(pair.route, size_from_source(instance, FRAMES * pair.in) == room);
        check(pair.route, size_from_source(instance, 0) == 0);
        check(pair.route, size_from_destination(instance, room) / pair.in ==
                              resample_frames_for(&best, room / pair.out));
        check_equal(&pair.route, converted(instance, src, FLUSH), in_steps(&pair, src));
        check_equal(&pair.route, converted(instance, src, START | FLUSH), in_steps(&pair, src));
        stream_closed(instance);
    }
}

/* ---- Pieces */

/* Converts in random pieces of whole units, and checks that all of the source is used whenever the
 * destination has the size that was said for it, as NAudio requires. With `small`, the destination
 * has room for few frames or blocks, and the next calls return the rest. */
static void check_pieces(const struct route *route, struct bytes src, DWORD unit, DWORD least,
                         bool small)
{
    void *instance = stream_opened(route, 0);
    struct bytes want = converted(instance, src, FLUSH);
    uint8_t *dst = lend(want.size + 1);
    size_t used = 0, made = 0;
    uint32_t seed = 7;
    DWORD flags = START | BLOCKALIGN;

    for (int idle = 0; made < want.size && idle < 500;) {
        DWORD left = (DWORD)(src.size - used), n = (1 + draw(&seed) % 9) * unit, room;
        struct conversion one;

        n = n < left ? n : left;
        room = size_from_source(instance, n ? n : unit);
        room = small ? least + draw(&seed) % (4 * least) : room;
        room = room < want.size - made ? room : (DWORD)(want.size - made);
        flags = n == left ? (flags & START) | FLUSH : flags;
        one = convert(instance, lend_copy(src.data + used, n), n, dst + made, room, flags);
        check(*route, one.result == MMSYSERR_NOERROR);
        check(*route, small || made + room == want.size || one.used == n);
        flags = BLOCKALIGN;
        used += one.used;
        made += one.made;
        idle = one.used == 0 && one.made == 0 ? idle + 1 : 0;
    }
    check_equal(route, (struct bytes){ dst, made }, want);
    stream_closed(instance);
}

static void pieces_of_pcm_equal_the_whole(void **unused)
{
    enum { FRAMES = 60 };
    uint32_t seed = 5;

    (void)unused;
    EACH_PAIR(pair)
    {
        struct bytes src = { lend_random(FRAMES * pair.in, &seed), FRAMES * pair.in };

        check_pieces(&pair.route, src, pair.in, pair.out, number_ % 2 != 0);
    }
}

/* Of an incomplete frame, nothing is made; it does not stay. A destination without room for a frame
 * is refused when no more can be taken in. */
static void incomplete_frames_are_dropped(void **unused)
{
    (void)unused;
    EACH_PAIR(pair)
    {
        void *instance = stream_opened(&pair.route, 0);
        DWORD size = 4000 * pair.in;
        uint8_t *src = lend(size), *dst = lend(pair.out - 1);
        struct conversion one = { 0 };

        if (pair.in > 1) {
            one = convert(instance, src, pair.in - 1, dst, 0, BLOCKALIGN);
            check(pair.route, one.result == 0 && one.used == 0 && one.made == 0);
            one = convert(instance, src, pair.in - 1, dst, 0, 0);
            check(pair.route, one.result == 0 && one.used == pair.in - 1 && one.made == 0);
        }
        one = convert(instance, src, size, dst, pair.out - 1, BLOCKALIGN);
        check(pair.route, one.used < size && one.made == 0);
        check(pair.route, (one.used == 0) == (one.result == ACMERR_NOTPOSSIBLE));
        one = convert(instance, src, size, dst, pair.out - 1, BLOCKALIGN);
        check(pair.route, one.result == ACMERR_NOTPOSSIBLE && one.used == 0 && one.made == 0);
        stream_closed(instance);
    }
}

/* ---- Codecs */

/* Float in stereo, at 44.1 kHz if the codec does not have that rate. */
static WAVEFORMATEX *other_pcm(const struct route *route)
{
    return pcm_make(&shapes[4], route->mode.sample_rate == 44100 ? 48000 : 44100, 2);
}

static struct bytes through(const struct route *route, WAVEFORMATEX *src, WAVEFORMATEX *dst,
                            struct bytes data)
{
    struct route step = *route;
    struct bytes result;
    void *instance;

    step.src = src;
    step.dst = dst;
    instance = stream_opened(&step, 0);
    result = converted(instance, data, FLUSH);
    stream_closed(instance);
    return result;
}

/* Noise in stereo. */
static struct bytes loud_floats(void)
{
    enum { FRAMES = 3000 };
    uint32_t seed = 9;
    int16_t *samples = lend_random(FRAMES * 2 * sizeof *samples, &seed);

    return (struct bytes){ widened(&shapes[4], samples, FRAMES * 2), FRAMES * 8 };
}

/* Only the first mode of each codec is tried, unless OMNIACM_FULL is set. */
static bool is_skipped(const struct route *route)
{
    const struct mode *first = route->codec->modes, *mode = &route->mode;

    return !all_cases() && (mode->sample_rate != first->sample_rate ||
                            mode->channels != first->channels || mode->bit_rate != first->bit_rate);
}

#define EACH_CODEC(route) \
    EACH_CONVERSION(route) \
    if (!is_skipped(&route))

/* Each codec, in one stream and in two, the PCM between them being 16 bits at the codec's rate in
 * the fewer channels. */
static void one_stream_equals_two(void **unused)
{
    (void)unused;
    environment = "converter=2";
    EACH_CODEC(route)
    {
        WORD channels = route.mode.channels < 2 ? route.mode.channels : 2;
        WAVEFORMATEX *pcm = other_pcm(&route),
                     *middle = pcm_make(&shapes[SHAPE_S16], route.mode.sample_rate, channels);
        struct bytes src = material(&route, 3, 0, 11), want, found;

        if (!route.decoding)
            src = loud_floats();
        want = route.decoding
                   ? through(&route, middle, pcm, through(&route, route.src, middle, src))
                   : through(&route, middle, route.dst, through(&route, pcm, middle, src));
        found = route.decoding ? through(&route, route.src, pcm, src)
                               : through(&route, pcm, route.dst, src);
        check_equal(&route, found, want);
    }
    environment = 0;
}

static void pieces_of_codes_equal_the_whole(void **unused)
{
    (void)unused;
    EACH_CODEC(route)
    {
        WAVEFORMATEX *pcm = other_pcm(&route);
        struct bytes src = material(&route, 5, 0, 13);
        DWORD unit = route.src_block;

        if (!route.decoding) {
            src = loud_floats();
            unit = 8;
        }
        route.src = route.decoding ? route.src : pcm;
        route.dst = route.decoding ? pcm : route.dst;
        check_pieces(&route, src, unit, route.decoding ? 8 : route.dst_block, false);
        if (route.decoding)
            check_pieces(&route, src, unit, 8, true);
    }
}

/* A source of the size that is given for a destination always fits into it: all of it is used. */
static void sources_fit_their_destinations(void **unused)
{
    (void)unused;
    EACH_CODEC(route)
    {
        WAVEFORMATEX *pcm = other_pcm(&route);
        DWORD room, size;
        struct conversion one;
        void *instance;

        route.src = route.decoding ? route.src : pcm;
        route.dst = route.decoding ? pcm : route.dst;
        instance = stream_opened(&route, 0);
        room =
            route.decoding ? size_from_source(instance, 4 * route.src_block) : 4 * route.dst_block;
        size = size_from_destination(instance, room);
        check(route, size != 0);
        one = convert(instance, lend(size), size, lend(room), room, BLOCKALIGN);
        check(route, one.result == MMSYSERR_NOERROR);
        /* Frames that need a header are searched for in the garbage. */
        check(route, one.used == size || route.layout.self_delimiting);
        stream_closed(instance);
    }
}

static void a_reset_stream_is_a_new_one(void **unused)
{
    (void)unused;
    EACH_CODEC(route)
    {
        WAVEFORMATEX *pcm = other_pcm(&route);
        struct bytes src = route.decoding ? material(&route, 4, 0, 15) : loud_floats(), want;
        DWORD unit = route.decoding ? route.src_block : 8;
        void *instance;

        route.src = route.decoding ? route.src : pcm;
        route.dst = route.decoding ? pcm : route.dst;
        want = through(&route, (WAVEFORMATEX *)route.src, (WAVEFORMATEX *)route.dst, src);
        instance = stream_opened(&route, 0);
        converted(instance, (struct bytes){ src.data, src.size / 2 / unit * unit }, BLOCKALIGN);
        check_equal(&route, converted(instance, src, START | FLUSH), want);
        stream_closed(instance);
    }
}

/* ---- Sound */

/* A wave, in 16 bits or in float, through the driver, and its SNR. */
static double snr_through(const struct shape *shape, const uint32_t rate[2], unsigned quality,
                          const struct wave *wave)
{
    struct route route = { .abi = WINDOWS, .name = "a wave" };
    struct resample_plan plan = plan_of(rate, 1, quality);
    struct sound in = wave_sampled(wave, rate[0]);
    uint8_t *src = widened(shape, in.samples, in.count);
    struct bytes out;
    void *instance;
    double dB;

    environment = qualities[quality];
    route.src = pcm_make(shape, rate[0], 1);
    route.dst = pcm_make(&shapes[SHAPE_S16], rate[1], 1);
    instance = stream_opened(&route, 0);
    out = converted(instance, (struct bytes){ src, in.count * shape->bits / 8 }, FLUSH);
    stream_closed(instance);
    dB = snr_of(wave, (struct sound){ (int16_t *)(void *)out.data, out.size / 2 }, rate[1],
                resample_delay(&plan));
    free(in.samples);
    release();
    return dB;
}

static void tones_and_sweeps_are_exact_to_16_bits(void **unused)
{
    (void)unused;
    for (int i = 0; i < 4; i++)
        for (unsigned quality = 1; quality < 3; quality++) {
            uint32_t lower = rates[i][0] < rates[i][1] ? rates[i][0] : rates[i][1];
            const struct wave waves[] = { { 997, 0, 0.25L },
                                          { 0.25L * lower / 2, 0, 0.25L },
                                          { 0.45L * lower / 2, 0, 0.25L },
                                          { 0.75L * lower / 2, 0, 0.25L },
                                          { 20, 0.8L * lower / 2 / 0.25L, 0.25L } };

            for (size_t k = 0; k < sizeof waves / sizeof *waves; k++) {
                const struct shape *shape = &shapes[k % 2 ? 4 : SHAPE_S16];
                double dB = snr_through(shape, rates[i], quality, &waves[k]);

                print_message("# %u to %u Hz, quality %u, %s, %s: SNR %.1f dB\n",
                              (unsigned)rates[i][0], (unsigned)rates[i][1], quality, shape->name,
                              waves[k].sweep != 0 ? "sweep" : "tone", dB);
                assert_true(dB >= 90);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pcm_becomes_pcm_of_another_rate), TEST(pieces_of_pcm_equal_the_whole),
        TEST(incomplete_frames_are_dropped),   TEST(one_stream_equals_two),
        TEST(pieces_of_codes_equal_the_whole), TEST(sources_fit_their_destinations),
        TEST(a_reset_stream_is_a_new_one),     TEST(tones_and_sweeps_are_exact_to_16_bits),
    };

    return cmocka_run_group_tests_name("acm.rates", tests, 0, 0);
}
