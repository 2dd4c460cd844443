/* The Yamaha encoders of blocks: every instruction set and a simple reference write the same bytes,
 * and each quality reaches its SNR with a decoder that follows the chips' manual. */
#include "adpcm_support.h"
#include "fixed.h"

extern const struct codec yamaha_adpcm;

enum { SLOTS = 6, SAMPLES_MAX = 8000 };

static const int growths[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

struct channel {
    int sample, step;
};

static struct channel advanced(struct channel state, int code)
{
    int change = state.step * (2 * (code & 7) + 1) / 8;

    state.sample = clamp(state.sample + (code & 8 ? -change : change), INT16_MIN, INT16_MAX);
    state.step = clamp(state.step * growths[code & 7] / 256, 127, 24576);
    return state;
}

static struct channel header_of(const uint8_t *block, unsigned channel)
{
    return (struct channel){ (int16_t)load16_le(block + 4 * channel),
                             load16_le(block + 4 * channel + 2) };
}

static int code_of(const uint8_t *block, unsigned channels, unsigned channel, uint32_t i)
{
    size_t nibble = (size_t)i * channels + channel;
    int byte = block[4 * channels + nibble / 2];

    return nibble % 2 ? byte >> 4 : byte & 15;
}

struct format {
    struct wave_format wave;
    struct layout layout;
    uint8_t extra[EXTRA_ROOM];
};

static void format_make(struct format *format, uint32_t rate, uint16_t channels)
{
    format->wave =
        format_of(&yamaha_adpcm, (struct mode){ rate, channels, UINT32_MAX }, format->extra);
    assert_true(parses(&yamaha_adpcm, &format->wave, &format->layout) &&
                format->layout.block.frames > 1);
}

static struct bytes encoded(const struct format *format, unsigned quality, unsigned simd,
                            struct sound sound)
{
    struct options options = { .quality = (uint8_t)quality, .dsp = dsp_set(simd) };

    return encode_all(&yamaha_adpcm, &format->wave, &options, sound);
}

static void every_set_writes_the_same_bytes(void **unused)
{
    static const uint32_t rates[] = { 60, 120, 660, 8000, 44100, 200000 };
    size_t bytes = 0;

    (void)unused;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++)
        for (uint16_t channels = 1; channels <= 2; channels++)
            for (size_t blocks = 1; blocks < 12; blocks += 5)
                for (unsigned quality = 0; quality <= 2; quality++) {
                    struct format format;
                    struct sound sound;
                    struct bytes portable, other;

                    format_make(&format, rates[r], channels);
                    if (quality == 2 && blocks * format.layout.block.frames > 8000)
                        continue;
                    sound = generated(blocks * format.layout.block.frames * channels,
                                      rates[r] + (uint32_t)blocks);
                    portable = encoded(&format, quality, 0, sound);
                    for (unsigned simd = 1; simd <= best_set(); simd++) {
                        other = encoded(&format, quality, simd, sound);
                        assert_int_equal(other.size, portable.size);
                        assert_memory_equal(other.data, portable.data, portable.size);
                        free(other.data);
                    }
                    bytes += portable.size;
                    free(portable.data);
                    free(sound.samples);
                }
    print_message("%zu bytes, sets up to %u\n", bytes, best_set());
}

/* Checks that no other code leads nearer to a sample. */
static void fast_codes_are_the_nearest(void **unused)
{
    struct sound sound = generated(120000, 7);

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        struct format format;
        struct bytes bytes;

        format_make(&format, 11025, channels);
        bytes = encoded(&format, 0, best_set(), sound);
        for (size_t b = 0; (b + 1) * format.layout.block.frames * channels <= sound.count; b++)
            for (unsigned channel = 0; channel < channels; channel++) {
                const uint8_t *block = bytes.data + b * format.layout.block.bytes;
                struct channel state = header_of(block, channel);

                for (uint32_t i = 0; i < format.layout.block.frames; i++) {
                    int sample =
                        sound.samples[(b * format.layout.block.frames + i) * channels + channel];
                    int code = code_of(block, channels, channel, i);
                    struct channel next = advanced(state, code);

                    /* Changes are truncated. A code that saturates may be nearer. */
                    for (int c = 0; c < 16; c++) {
                        int other = advanced(state, c).sample;

                        if (other != INT16_MIN && other != INT16_MAX &&
                            abs(sample - next.sample) > abs(sample - other) + 1)
                            fail_msg("block %zu, sample %u: code %d, not %d", b, i, code, c);
                    }
                    state = next;
                }
            }
        free(bytes.data);
    }
    free(sound.samples);
}

/* A second implementation of the standard search, of one channel of one block, one survivor at a
 * time. */
struct survivor {
    uint32_t cost;
    struct channel state;
    uint8_t codes[SAMPLES_MAX];
};

/* The nearest of 4 and 6, or of the others. */
static int nearest_of(int distance, int step, bool others)
{
    int eighths = 8 * distance;

    if (!others)
        return eighths >= 11 * step ? 6 : 4;
    if (eighths >= 9 * step)
        return eighths >= 13 * step ? 7 : 5;
    return eighths / step < 6 ? eighths / step / 2 : 3;
}

static struct survivor extended(const struct survivor *from, int sample, bool others, uint32_t at)
{
    int difference = sample - from->state.sample, distance = abs(difference);
    int magnitude = nearest_of(distance, from->state.step, others),
        code = difference < 0 ? magnitude | 8 : magnitude;
    int miss = distance - from->state.step * (2 * magnitude + 1) / 8,
        counted = miss > 27648 ? 27648 : miss;
    int low = (int16_t)(uint16_t)(counted & 0xFFFF),
        high = counted < 0 ? -1 : 0; /* the square as a sum of products of halves */
    struct survivor next = *from;

    next.cost += (uint32_t)(low * low + high * high);
    next.state = advanced(from->state, code);
    next.codes[at] = (uint8_t)code;
    return next;
}

static struct survivor searched(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    static const int starts[SLOTS] = { 30, 48, 77, 123, 197, 315 };
    static struct survivor now[SLOTS], next[SLOTS];
    int sum = 0, first[SLOTS], best = 0, n = samples < 16 ? (int)samples : 16;
    struct channel starts_of[SLOTS];

    for (int i = 1; i < n; i++)
        sum += abs(pcm[(size_t)i * channels] - pcm[(size_t)(i - 1) * channels]);
    for (int s = 0; s < SLOTS; s++) {
        int mean = sum / n,
            step = clamp((mean > INT16_MAX ? INT16_MAX : mean) * starts[s] / 64, 127, 24576);

        now[s].cost = 0;
        now[s].state = (struct channel){ clamp(pcm[0] - step / 8, INT16_MIN, INT16_MAX), step };
        starts_of[s] = now[s].state;
        first[s] = s;
    }
    for (uint32_t t = 0; t < samples; t++) {
        int origins[SLOTS];
        uint32_t least = UINT32_MAX;

        for (int s = 0; s < SLOTS; s++) {
            struct survivor staying = extended(&now[s], pcm[(size_t)t * channels], false, t);
            struct survivor leaving =
                extended(&now[(s + 1) % SLOTS], pcm[(size_t)t * channels], true, t);

            origins[s] = first[leaving.cost < staying.cost ? (s + 1) % SLOTS : s];
            next[s] = leaving.cost < staying.cost ? leaving : staying;
            least = next[s].cost < least ? next[s].cost : least;
        }
        for (int s = 0; s < SLOTS; s++) {
            now[s] = next[s];
            if (t % 4 == 3)
                now[s].cost = now[s].cost - least < 1 << 29 ? now[s].cost - least : 1 << 29;
        }
        memcpy(first, origins, sizeof first);
    }
    for (int s = 1; s < SLOTS; s++)
        best = now[s].cost < now[best].cost ? s : best;
    now[best].state = starts_of[first[best]];
    return now[best];
}

static void standard_search_equals_its_reference(void **unused)
{
    struct sound sound = generated(40000, 11);
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        struct format format;
        struct bytes bytes;

        format_make(&format, 9000, channels);
        bytes = encoded(&format, 1, best_set(), sound);
        for (size_t b = 0; (b + 1) * format.layout.block.frames * channels <= sound.count; b++)
            for (unsigned channel = 0; channel < channels; channel++) {
                const uint8_t *block = bytes.data + b * format.layout.block.bytes;
                struct survivor expected =
                    searched(sound.samples + b * format.layout.block.frames * channels + channel,
                             format.layout.block.frames, channels);

                assert_int_equal(header_of(block, channel).sample, expected.state.sample);
                assert_int_equal(header_of(block, channel).step, expected.state.step);
                for (uint32_t i = 0; i < format.layout.block.frames; i++, n++)
                    assert_int_equal(code_of(block, channels, channel, i), expected.codes[i]);
            }
        free(bytes.data);
    }
    print_message("%zu codes equal the reference's\n", n);
    free(sound.samples);
}

static double quality_of(uint32_t rate, uint16_t channels, unsigned quality, struct sound sound)
{
    struct format format;
    struct bytes bytes;
    int16_t *pcm = malloc(sound.count * 2);
    double db;

    format_make(&format, rate, channels);
    bytes = encoded(&format, quality, best_set(), sound);
    for (size_t b = 0; b * format.layout.block.frames * channels < sound.count; b++)
        for (unsigned channel = 0; channel < channels; channel++) {
            const uint8_t *block = bytes.data + b * format.layout.block.bytes;
            struct channel state = header_of(block, channel);

            for (uint32_t i = 0; i < format.layout.block.frames; i++) {
                size_t at = (b * format.layout.block.frames + i) * channels + channel;

                state = advanced(state, code_of(block, channels, channel, i));
                if (at < sound.count)
                    pcm[at] = (int16_t)state.sample;
            }
        }
    db = snr(sound.samples, pcm, sound.count);
    free(bytes.data);
    free(pcm);
    return db;
}

static double ffmpegs(uint32_t rate, uint16_t channels, const char *options, struct sound sound)
{
    char line[256];
    struct coded coded;
    struct bytes decoded;
    double db;

    snprintf(line, sizeof line,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i pipe:0 -c:a adpcm_yamaha %s -f wav -", rate,
             channels, options);
    coded = coded_open(peer_run(line, sound.samples, sound.count * 2));
    snprintf(line, sizeof line, "ffmpeg -v error -i pipe:0 -f s16le -");
    decoded = peer_run(line, coded.file.data, coded.file.size);
    assert_true(decoded.size >= sound.count * 2);
    db = snr(sound.samples, (const int16_t *)(const void *)decoded.data, sound.count);
    free(coded.file.data);
    free(decoded.data);
    return db;
}

/* `margins` are those over ffmpeg's default encoder for qualities 0 and 1, and over its `-trellis
 * 8` for quality 2. */
static void check_qualities(const char *what, uint32_t rate, uint16_t channels, struct sound sound,
                            struct sound part, const double margins[3])
{
    double nearest = ffmpegs(rate, channels, "", sound),
           trellis = ffmpegs(rate, channels, "-trellis 8", part);
    double fast = quality_of(rate, channels, 0, sound),
           standard = quality_of(rate, channels, 1, sound);
    double best = quality_of(rate, channels, 2, part);

    print_message(
        "%s: fast %.2f, standard %.2f dB, ffmpeg %.2f; best %.2f, ffmpeg -trellis 8 %.2f\n", what,
        fast, standard, nearest, best, trellis);
    assert_true(fast >= nearest + margins[0] && standard >= nearest + margins[1] &&
                best >= trellis + margins[2]);
}

static void qualities_of_speech(void **unused)
{
    struct sound sound = speech();

    (void)unused;
    check_qualities("speech", 8000, 1, sound, sound, (const double[]){ 0, 2, 1.5 });
    free(sound.samples);
}

static void qualities_of_music(void **unused)
{
    struct sound sound = music(), part = { sound.samples, 3 * 88200 };

    (void)unused;
    check_qualities("music", 44100, 2, sound, part, (const double[]){ 0, 0.7, -0.15 });
    free(sound.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_writes_the_same_bytes),
        cmocka_unit_test(fast_codes_are_the_nearest),
        cmocka_unit_test(standard_search_equals_its_reference),
        cmocka_unit_test(qualities_of_speech),
        cmocka_unit_test(qualities_of_music),
    };

    return cmocka_run_group_tests_name("yamaha_search", tests, 0, 0);
}
