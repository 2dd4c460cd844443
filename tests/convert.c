/* Conversions of PCM and of codecs' formats to other rates, widths and channels, beside the same in
 * separate steps. */
#include "support.h"
#include "convert.h"

enum { FRAMES = 9000 };

struct format {
    struct wave_format fields;
    uint8_t extra[EXTRA_ROOM];
};

static struct wave_format pcm(uint16_t tag, unsigned channels, uint32_t rate, unsigned bits)
{
    return (struct wave_format){ .tag = tag,
                                 .channels = (uint16_t)channels,
                                 .sample_rate = rate,
                                 .block_align = (uint16_t)(channels * bits / 8),
                                 .bits_per_sample = (uint16_t)bits };
}

static void complete(struct format *format, uint16_t tag, struct mode mode)
{
    format->fields = (struct wave_format){ .tag = tag, .extra = format->extra };
    codec_complete(codec_find(tag), &format->fields, &mode);
}

static struct options options(unsigned quality)
{
    return (struct options){ .quality = (uint8_t)quality, .dsp = dsp_set(best_set()) };
}

static struct converter *start(const struct conversion *plan, unsigned quality)
{
    struct options chosen = options(quality);

    return converter_start(malloc(converter_bytes(plan)), plan, &chosen);
}

static struct conversion plan_of(const struct wave_format *from, const struct wave_format *to,
                                 unsigned quality)
{
    struct conversion plan;

    assert_true(conversion_plan(&plan, from, to));
    conversion_set_quality(&plan, quality);
    return plan;
}

/* One call with copies of the exact sizes, so that a sanitizer detects accesses beyond them. */
static struct progress call(struct converter *converter, const uint8_t *in, uint8_t *out,
                            struct offer offer)
{
    uint8_t *src = malloc(offer.in + 1), *dst = malloc(offer.out + 1);
    struct progress done;

    memcpy(src, in, offer.in);
    done = converter_run(converter, src, dst, offer);
    assert_true(done.used <= offer.in && done.made <= offer.out);
    memcpy(out, dst, done.made);
    free(src);
    free(dst);
    return done;
}

/* Converts everything in one call with END, for which the promised size suffices. */
static struct bytes whole(const struct wave_format *from, const struct wave_format *to,
                          unsigned quality, struct bytes in)
{
    struct conversion plan = plan_of(from, to, quality);
    struct converter *converter = start(&plan, quality);
    struct bytes out;
    struct progress done;
    uint32_t room;

    assert_true(conversion_size_from_source(&plan, (uint32_t)in.size, &room));
    out.data = malloc(room + 1u);
    done = converter_run(converter, in.data, out.data, (struct offer){ in.size, room, END });
    assert_int_equal(done.used, in.size);
    out.size = done.made;
    done = converter_run(converter, in.data, out.data + out.size, (struct offer){ 0, 64, END });
    assert_int_equal(done.made, 0);
    free(converter);
    return out;
}

static struct bytes samples(unsigned channels, uint32_t seed)
{
    struct sound sound = generated(FRAMES * channels, seed);

    return (struct bytes){ (uint8_t *)sound.samples, sound.count * 2 };
}

/* Routes: each format, and where one is a codec's, the tag and the mode. */
static const struct route {
    uint16_t from_tag, from_channels, from_bits, to_tag, to_channels, to_bits;
    uint32_t from_rate, to_rate;
} routes[] = {
    { TAG_PCM, 2, 16, TAG_PCM, 2, 16, 44100, 48000 },
    { TAG_PCM, 1, 8, TAG_PCM, 6, 24, 8000, 44100 },
    { TAG_PCM, 6, 16, TAG_IEEE_FLOAT, 2, 32, 48000, 22050 },
    { TAG_IEEE_FLOAT, 2, 64, TAG_PCM, 1, 16, 44100, 8000 },
    { TAG_PCM, 2, 24, TAG_PCM, 2, 16, 44100, 44100 },
    { TAG_PCM, 6, 16, TAG_PCM, 2, 32, 48000, 48000 },
    { 0x31, 1, 0, TAG_IEEE_FLOAT, 2, 32, 8000, 44100 },
    { TAG_IEEE_FLOAT, 2, 32, 0x31, 1, 0, 44100, 8000 },
    { 0x11, 2, 4, TAG_PCM, 1, 16, 44100, 16000 },
    { TAG_PCM, 1, 16, 0x02, 2, 4, 16000, 44100 },
    { 0x07, 1, 8, TAG_PCM, 1, 16, 8000, 11025 },
    { TAG_PCM, 1, 8, 0x06, 1, 8, 22050, 8000 },
    { TAG_PCM, 2, 16, 0x42, 1, 0, 48000, 8000 },
    { 0x42, 1, 0, TAG_PCM, 2, 16, 8000, 48000 },
};
enum { ROUTES = sizeof routes / sizeof *routes };

static void set_format(struct format *format, uint16_t tag, struct mode mode, unsigned bits)
{
    if (tag == TAG_PCM || tag == TAG_IEEE_FLOAT)
        format->fields = pcm(tag, mode.channels, mode.sample_rate, bits);
    else
        complete(format, tag, mode);
}

/* The formats of a route, and material in the first. */
static struct bytes open_route(const struct route *route, struct format *from, struct format *to)
{
    struct wave_format raw = pcm(TAG_PCM, route->from_channels, route->from_rate, 16);
    struct bytes sound = samples(route->from_channels, 3), in;

    set_format(from, route->from_tag, (struct mode){ route->from_rate, route->from_channels, 0 },
               route->from_bits);
    set_format(to, route->to_tag, (struct mode){ route->to_rate, route->to_channels, 0 },
               route->to_bits);
    in = whole(&raw, &from->fields, 0, sound);
    free(sound.data);
    return in;
}

/* A change of the rate between 16-bit samples, after and before conversions without it. */
static void one_step_equals_several(void **unused)
{
    (void)unused;
    for (int i = 0; i < ROUTES; i++)
        for (unsigned quality = 0; quality < 3; quality++) {
            const struct route *route = &routes[i];
            unsigned fewer = route->from_channels < route->to_channels ? route->from_channels
                                                                       : route->to_channels;
            struct wave_format before = pcm(TAG_PCM, fewer, route->from_rate, 16),
                               after = pcm(TAG_PCM, fewer, route->to_rate, 16);
            struct format from, to;
            struct bytes in = open_route(route, &from, &to), out, first, second, third;

            if (route->from_rate == route->to_rate)
                continue;
            out = whole(&from.fields, &to.fields, quality, in);
            first = whole(&from.fields, &before, quality, in);
            second = whole(&before, &after, quality, first);
            third = whole(&after, &to.fields, quality, second);
            assert_int_equal(out.size, third.size);
            assert_memory_equal(out.data, third.data, out.size);
            free(in.data);
            free(out.data);
            free(first.data);
            free(second.data);
            free(third.data);
        }
}

/* Random pieces, with the promised room, or with any, make the same as one call. What is left over
 * of an encoder's source waits for the next call, so pieces need not be whole blocks. */
static void check_pieces(const struct format *from, const struct format *to, struct bytes in,
                         bool small, uint32_t *seed)
{
    struct conversion plan = plan_of(&from->fields, &to->fields, 1);
    struct converter *converter = start(&plan, 1);
    struct bytes expected = whole(&from->fields, &to->fields, 1, in);
    uint8_t *out = malloc(expected.size + 1);
    size_t used = 0, made = 0, unit = plan.decodes ? from->fields.block_align : plan.src_frame,
           least = plan.encodes ? 4096 : to->fields.block_align;
    int idle = 0;

    while (made < expected.size && idle < 200) {
        size_t n = (1 + draw(seed) % 2000) * unit;
        struct offer offer = { n < in.size - used ? n : in.size - used, 0, WHOLE };
        struct progress done;
        uint32_t room;

        offer.ending = used + offer.in == in.size         ? END
                       : draw(seed) % 2 && plan.resamples ? PART
                                                          : WHOLE;
        assert_true(conversion_size_from_source(&plan, (uint32_t)offer.in, &room));
        offer.out = small ? least + draw(seed) % 3000 : room + 4096u;
        offer.out = offer.out < expected.size - made ? offer.out : expected.size - made;
        done = call(converter, in.data + used, out + made, offer);
        assert_true(small || offer.out < room || done.used == offer.in);
        used += done.used;
        made += done.made;
        idle = done.used == 0 && done.made == 0 ? idle + 1 : 0;
    }
    assert_int_equal(made, expected.size);
    assert_memory_equal(out, expected.data, expected.size);
    free(converter);
    free(expected.data);
    free(out);
}

static void pieces_equal_the_whole(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int i = 0; i < ROUTES; i++) {
        struct format from, to;
        struct bytes in = open_route(&routes[i], &from, &to);

        check_pieces(&from, &to, in, false, &seed);
        if (routes[i].to_tag == TAG_PCM || routes[i].to_tag == TAG_IEEE_FLOAT)
            check_pieces(&from, &to, in, true, &seed);
        free(in.data);
    }
}

/* NAudio's order: a destination of the size that is asked for each buffer, and no end. Then all of
 * the source must be used. */
static void all_source_is_used(void **unused)
{
    uint32_t seed = 7;

    (void)unused;
    for (int i = 0; i < ROUTES; i++) {
        struct format from, to;
        struct bytes in = open_route(&routes[i], &from, &to);
        struct conversion plan = plan_of(&from.fields, &to.fields, 1);
        struct converter *converter = start(&plan, 1);

        for (size_t used = 0; used < in.size;) {
            size_t n = (1 + draw(&seed) % 500) * from.fields.block_align;
            uint8_t *out;
            uint32_t room;

            n = n < in.size - used ? n : in.size - used;
            assert_true(conversion_size_from_source(&plan, (uint32_t)n, &room));
            out = malloc(room + 1u);
            assert_int_equal(
                call(converter, in.data + used, out, (struct offer){ n, room, PART }).used, n);
            used += n;
            free(out);
        }
        free(converter);
        free(in.data);
    }
}

/* The source that DESTINATION tells fits into the destination. */
static void destinations_suffice(void **unused)
{
    uint32_t seed = 9;

    (void)unused;
    for (int i = 0; i < ROUTES * 20; i++) {
        struct format from, to;
        struct bytes in = open_route(&routes[i % ROUTES], &from, &to);
        struct conversion plan = plan_of(&from.fields, &to.fields, 1);
        struct converter *converter = start(&plan, 1);
        uint32_t dst = draw(&seed) % 60000, src;
        uint8_t *out = malloc(dst + 1u);

        assert_true(conversion_size_from_destination(&plan, dst, &src));
        if (src <= in.size)
            assert_int_equal(call(converter, in.data, out, (struct offer){ src, dst, WHOLE }).used,
                             src);
        free(out);
        free(converter);
        free(in.data);
    }
}

static void reset_forgets_everything(void **unused)
{
    (void)unused;
    for (int i = 0; i < ROUTES; i++) {
        struct format from, to;
        struct bytes in = open_route(&routes[i], &from, &to),
                     expected = whole(&from.fields, &to.fields, 1, in);
        struct conversion plan = plan_of(&from.fields, &to.fields, 1);
        struct converter *converter = start(&plan, 1);
        uint8_t *out = malloc(expected.size + 1);

        converter_run(converter, in.data, out, (struct offer){ in.size / 2, expected.size, PART });
        converter_reset(converter);
        assert_int_equal(
            converter_run(converter, in.data, out, (struct offer){ in.size, expected.size, END })
                .made,
            expected.size);
        assert_memory_equal(out, expected.data, expected.size);
        free(converter);
        free(in.data);
        free(expected.data);
        free(out);
    }
}

static void impossible_conversions_are_refused(void **unused)
{
    struct wave_format mono = pcm(TAG_PCM, 1, 8000, 16), fast = pcm(TAG_PCM, 1, 1100000, 16),
                       many = pcm(TAG_PCM, 9, 16000, 16), odd = pcm(TAG_PCM, 1, 16000, 16);
    struct format gsm, law;
    struct conversion plan;

    (void)unused;
    complete(&gsm, 0x31, (struct mode){ 8000, 1, 0 });
    complete(&law, 0x07, (struct mode){ 8000, 1, 0 });
    odd.block_align = 3;
    assert_false(conversion_plan(&plan, &gsm.fields, &law.fields));
    assert_false(conversion_plan(&plan, &mono, &fast));
    assert_false(conversion_plan(&plan, &mono, &many));
    assert_false(conversion_plan(&plan, &mono, &odd));
    assert_false(conversion_plan(&plan, &odd, &gsm.fields));
    assert_true(conversion_plan(&plan, &mono, &gsm.fields));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_step_equals_several),
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(all_source_is_used),
        cmocka_unit_test(destinations_suffice),
        cmocka_unit_test(reset_forgets_everything),
        cmocka_unit_test(impossible_conversions_are_refused),
    };

    return cmocka_run_group_tests_name("convert", tests, 0, 0);
}
