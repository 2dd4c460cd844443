#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <unistd.h>
#include "support.h"
#include "bits.h"
#include "stream.h"

/* A skipped test does not free the files that it has read. The tests of the driver count its
 * allocations themselves. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

uint8_t best_set(void)
{
#if defined __x86_64__ || defined __i386__
    if (__builtin_cpu_supports("avx2"))
        return 2;
    return __builtin_cpu_supports("sse2") ? 1 : 0;
#else
    return 0;
#endif
}

bool all_cases(void)
{
    const char *full = getenv("OMNIACM_FULL");

    return full && strcmp(full, "1") == 0;
}

static char **selected_tags;

void select_tags(int count, char **args) { selected_tags = count > 1 ? args + 1 : 0; }

bool tag_is_selected(uint16_t tag)
{
    for (char **arg = selected_tags; arg && *arg; arg++)
        if (strtoul(*arg, 0, 0) == tag)
            return true;
    return !selected_tags;
}

bool codec_is_selected(const struct codec *codec)
{
    bool found = false;

    for (const struct tag *at = codec->tags; at->tag; at++)
        found = found || tag_is_selected(at->tag);
    return found;
}

bool mode_is_selected(const struct codec *codec, const struct mode *mode)
{
    enum { MANY = 40, STEP = 9 };
    size_t count = 0;

    while (codec->modes[count].sample_rate)
        count++;
    return count <= MANY || all_cases() || (mode - codec->modes) % STEP == 0;
}

uint32_t draw(uint32_t *seed)
{
    /* Marsaglia's xorshift, which would never leave 0. */
    *seed = *seed ? *seed : 1;
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static struct bytes stream_read(FILE *file)
{
    struct bytes all = { malloc(1), 0 };
    size_t room = 1;

    for (size_t n = 1; n != 0; all.size += n) {
        if (room - all.size < 65536)
            all.data = realloc(all.data, room = room * 2 + 65536);
        n = fread(all.data + all.size, 1, room - all.size, file);
    }
    return all;
}

struct bytes file_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct bytes all;

    if (!file) {
        print_message("%s is missing\n", path);
        skip();
    }
    all = stream_read(file);
    fclose(file);
    return all;
}

static struct bytes shared_read(const char *variable, const char *folder, const char *name)
{
    char path[1024];
    const char *root = getenv(variable);

    snprintf(path, sizeof path, "%s/%s", root ? root : folder, name);
    return file_read(path);
}

struct bytes vector_read(const char *name)
{
    return shared_read("OMNIACM_VECTORS", "../shared/vectors", name);
}

struct bytes sample_read(const char *name)
{
    return shared_read("OMNIACM_SAMPLES", "../shared/samples", name);
}

struct bytes peer_run(const char *command, const void *input, size_t size)
{
    char line[2048], name[] = "build/peer-XXXXXX";
    int input_file = mkstemp(name), status;
    FILE *pipe;
    struct bytes output;

    snprintf(line, sizeof line, "command -v %.*s >/dev/null", (int)strcspn(command, " "), command);
    if (system(line) != 0) {
        print_message("%.*s is not installed\n", (int)strcspn(command, " "), command);
        unlink(name);
        skip();
    }
    assert_true(input_file >= 0);
    assert_int_equal(write(input_file, input, size), size);
    close(input_file);
    snprintf(line, sizeof line, "%s <%s", command, name);
    pipe = popen(line, "r");
    assert_non_null(pipe);
    output = stream_read(pipe);
    status = pclose(pipe);
    unlink(name);
    assert_int_equal(status, 0);
    return output;
}

static struct sound sound_of(const char *command, size_t count)
{
    struct bytes bytes = peer_run(command, "", 0);

    if (bytes.size < count * 2) {
        print_message("Debian's packages of Asterisk sounds are not installed\n");
        free(bytes.data);
        skip();
    }
    return (struct sound){ (int16_t *)(void *)bytes.data, count };
}

struct sound speech(void)
{
    return sound_of("sox $(ls /usr/share/asterisk/sounds/en_US_f_Allison/*.wav | LC_ALL=C sort | "
                    "head -40) -t s16 - 2>/dev/null || true",
                    240000);
}

struct sound music(void)
{
    return sound_of("sox -R -M $(ls /usr/share/asterisk/moh/*.wav | LC_ALL=C sort | head -2) -t "
                    "s16 -r 44100 - trim 0 20 2>/dev/null || true",
                    2 * 882000);
}

struct sound generated(size_t count, uint32_t seed)
{
    struct sound sound = { malloc(count * sizeof(int16_t) + 1), count };
    int32_t x = 0, y = 20000; /* an integer resonator, whose tone is the same everywhere */

    for (size_t i = 0; i < count; i++) {
        uint32_t noise = draw(&seed);

        x += y / 16;
        y -= x / 16;
        switch (i / 1999 % 6) {
        case 0:
            sound.samples[i] = (int16_t)(x / 2 + (int32_t)(noise % 1024) - 512);
            break;
        case 1:
            sound.samples[i] = (int16_t)(noise >> 16);
            break;
        case 2:
            sound.samples[i] = 0;
            break;
        case 3:
            sound.samples[i] = i / 50 % 2 ? INT16_MIN : INT16_MAX;
            break;
        case 4:
            sound.samples[i] = (int16_t)(i % 400 == 0 ? INT16_MAX : (int32_t)(noise % 8) - 4);
            break;
        default:
            sound.samples[i] = (int16_t)(x / 16);
            break;
        }
    }
    return sound;
}

bool parses(const struct codec *codec, const struct wave_format *format, struct layout *layout)
{
    struct wave_format tagged = *format;

    tagged.tag = tagged.tag ? tagged.tag : codec->tags->tag;
    return codec_parse(codec, &tagged, layout);
}

void codec_init(const struct codec *codec,
                void (*init)(void *, const struct layout *, const struct options *), void *state,
                const struct wave_format *format, const struct options *options,
                struct layout *layout)
{
    struct options full = options ? *options : DEFAULT_OPTIONS;

    full.dsp = full.dsp ? full.dsp : dsp_set(0);
    assert_true(parses(codec, format, layout));
    init(state, layout, &full);
}

struct bytes encode_all(const struct codec *codec, const struct wave_format *format,
                        const struct options *options, struct sound sound)
{
    struct layout layout;
    size_t frame, used = 0, room;
    struct bytes out = { 0, 0 };
    void *state = malloc(codec->encoder->state_size);
    int16_t *padded;
    struct progress step;

    assert_true(parses(codec, format, &layout));
    frame = (size_t)layout.block.frames * format->channels;
    padded = calloc(sound.count + frame, sizeof(int16_t));
    memcpy(padded, sound.samples, sound.count * sizeof(int16_t));
    room = (sound.count / frame + 8) * layout.block.bytes;
    out.data = malloc(room);
    encoder_init(codec, state, format, options);
    do {
        step = codec->encoder->run(state, padded + used, out.data + out.size,
                                   (struct offer){ sound.count - used, room - out.size, END });
        if (step.used == 0 && step.made == 0 && used < sound.count && sound.count - used < frame) {
            step = codec->encoder->run(state, padded + used, out.data + out.size,
                                       (struct offer){ frame, room - out.size, END });
            sound.count = step.used ? used + step.used : sound.count;
        }
        used += step.used;
        out.size += step.made;
    } while (step.used != 0 || step.made != 0);
    free(padded);
    free(state);
    return out;
}

struct sound decode_all(const struct codec *codec, const struct wave_format *format,
                        const struct options *options, struct bytes bytes)
{
    struct layout layout;
    size_t used = 0, room;
    struct sound out = { 0, 0 };
    void *state = malloc(codec->decoder->state_size);
    struct progress step;

    assert_true(parses(codec, format, &layout));
    room = (bytes.size / layout.least_bytes + 8) * layout.block.frames * format->channels;
    out.samples = malloc(room * sizeof(int16_t));
    decoder_init(codec, state, format, options);
    do {
        step = codec->decoder->run(state, bytes.data + used, out.samples + out.count,
                                   (struct offer){ bytes.size - used, room - out.count, END });
        used += step.used;
        out.count += step.made;
    } while (step.used != 0 || step.made != 0);
    if (codec->decoder->covered && !layout.self_delimiting && used < bytes.size) {
        struct span part = { (uint32_t)(bytes.size - used), 0 };

        part.frames = codec->decoder->covered(&layout, part.bytes);
        if (part.frames != 0)
            codec->decoder->run_truncated(state, bytes.data + used, part, out.samples + out.count);
        out.count += (size_t)part.frames * format->channels;
    }
    free(state);
    return out;
}

struct progress decode_once(const struct codec *codec, const struct wave_format *format,
                            const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct wave_format from = *format,
                       to = { TAG_PCM, format->channels, format->sample_rate, 0, 0, 16, 0, 0 };
    uint8_t *in = malloc(offer.in + !offer.in);
    uint8_t *out = malloc((offer.out + !offer.out) * sizeof(int16_t));
    struct stream *stream;
    struct progress done;
    struct plan plan;

    from.tag = from.tag ? from.tag : codec->tags->tag;
    to.block_align = (uint16_t)(2 * to.channels);
    assert_true(stream_plan(&plan, &from, &to));
    assert_ptr_equal(plan.codec, codec);
    stream = stream_start(malloc(stream_bytes(&plan)), &plan, &DEFAULT_OPTIONS);
    memcpy(in, src, offer.in);
    done = stream_convert(stream, in, out,
                          (struct offer){ offer.in, offer.out * sizeof(int16_t), offer.ending });
    assert_true(done.used <= offer.in && done.made <= offer.out * sizeof(int16_t));
    memcpy(pcm, out, done.made);
    done.made /= sizeof(int16_t);
    free(in);
    free(out);
    free(stream);
    return done;
}

struct wave_format format_of(const struct codec *codec, struct mode mode, uint8_t extra[EXTRA_ROOM])
{
    struct wave_format format = { .tag = codec->tags->tag, .extra = extra };

    codec_complete(codec, &format, &mode);
    return format;
}

void assert_same_header(const struct wave_format *a, const struct wave_format *b)
{
    assert_int_equal(a->tag, b->tag);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->sample_rate, b->sample_rate);
    assert_int_equal(a->byte_rate, b->byte_rate);
    assert_int_equal(a->block_align, b->block_align);
    assert_int_equal(a->bits_per_sample, b->bits_per_sample);
    assert_int_equal(a->extra_size, b->extra_size);
}

struct bytes wav_open(struct bytes file, struct wave_format *format)
{
    struct bytes data = { 0, 0 };

    assert_true(file.size > 12 && memcmp(file.data, "RIFF", 4) == 0);
    *format = (struct wave_format){ 0 };
    for (size_t at = 12; at + 8 <= file.size && !data.data;) {
        uint8_t *chunk = file.data + at;
        size_t size = load32_le(chunk + 4), left = file.size - at - 8;

        size = size < left ? size : left;
        if (memcmp(chunk, "fmt ", 4) == 0 && size >= 16)
            *format = (struct wave_format){ load16_le(chunk + 8),
                                            load16_le(chunk + 10),
                                            load32_le(chunk + 12),
                                            load32_le(chunk + 16),
                                            load16_le(chunk + 20),
                                            load16_le(chunk + 22),
                                            size >= 18 ? (uint16_t)(size - 18) : 0,
                                            chunk + 26 };
        else if (memcmp(chunk, "data", 4) == 0)
            data = (struct bytes){ chunk + 8, size };
        at += 8 + size + size % 2;
    }
    assert_non_null(data.data);
    return data;
}

struct bytes wav_make(const struct wave_format *format, const void *data, size_t size,
                      uint32_t samples)
{
    size_t fmt = 18u + format->extra_size, at = 20 + fmt + fmt % 2;
    struct bytes file = { calloc(1, at + 20 + size + 1), at + 20 + size + size % 2 };
    uint8_t *p = file.data;

    memcpy(p, "RIFF", 4);
    store32_le(p + 4, (uint32_t)file.size - 8);
    memcpy(p + 8, "WAVEfmt ", 8);
    store32_le(p + 16, (uint32_t)fmt);
    store16_le(p + 20, format->tag);
    store16_le(p + 22, format->channels);
    store32_le(p + 24, format->sample_rate);
    store32_le(p + 28, format->byte_rate);
    store16_le(p + 32, format->block_align);
    store16_le(p + 34, format->bits_per_sample);
    store16_le(p + 36, format->extra_size);
    memcpy(p + 38, format->extra ? format->extra : (const uint8_t *)"", format->extra_size);
    memcpy(p + at, "fact\4\0\0", 8);
    store32_le(p + at + 8, samples);
    memcpy(p + at + 12, "data", 4);
    store32_le(p + at + 16, (uint32_t)size);
    memcpy(p + at + 20, data, size);
    return file;
}

void check_encoder_in_sets(const struct codec *codec, const struct wave_format *format,
                           uint8_t quality, struct sound sound)
{
    struct options options = { .quality = quality, .dsp = dsp_set(0) };
    struct bytes expected = encode_all(codec, format, &options, sound);

    for (unsigned simd = 1; simd <= best_set(); simd++) {
        struct bytes code;

        options.dsp = dsp_set(simd);
        code = encode_all(codec, format, &options, sound);
        assert_int_equal(code.size, expected.size);
        assert_memory_equal(code.data, expected.data, expected.size);
        free(code.data);
    }
    free(expected.data);
}

void check_near(const char *name, const int16_t *ours, const int16_t *theirs, size_t count)
{
    size_t differ = 0;

    for (size_t i = 0; i < count; i++) {
        if (abs(ours[i] - theirs[i]) > 1)
            fail_msg("%s: sample %zu is %d, not %d", name, i, ours[i], theirs[i]);
        differ += ours[i] != theirs[i];
    }
    print_message("# %s: %.2f %% of %zu samples differ, by 1\n", name,
                  count ? 100.0 * (double)differ / (double)count : 0, count);
    assert_true(differ * 50 <= count);
}

double snr(const int16_t *a, const int16_t *b, size_t n)
{
    double signal = 0, noise = 1e-9;

    for (size_t i = 0; i < n; i++) {
        signal += (double)a[i] * a[i];
        noise += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    }
    return 10 * log10(signal / noise);
}
