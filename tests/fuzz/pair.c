/* Encodes synthesized sound with any codec that has both directions, in any of its modes and in
 * pieces of any size, decodes the result, and compares it with the sound: its length, and the
 * signal-to-noise ratio, which must reach the floor in pair_table.h. */
#include <math.h>
#include "support.h"
#include "channels.h"
#include "mode.h"
#include "stream.h"

enum { FRAMES_LEAST = 1500, FRAMES_MOST = 5500, PIECES = 4, NEAREST = 32 };

/* The kind of sound that the input chooses: a tone; a tone that rises or falls; bursts of noise;
 * pulses through a resonance, as in speech. Frequencies are at most a fifth of the sampling rate,
 * and peaks are from 2000 to 16000. All channels have the same sound, at levels of their own, but
 * that of low frequencies, which is silent. */
enum kind { TONE, CHIRP, NOISE, PULSES, KINDS };

/* The least SNR in dB of each kind of sound, of a codec's modes that have so many bits per sample
 * or more, up to the next entry; and the frames by which the decoded sound is late, if they are not
 * layout.delay. No standard states them: they are 3 to 5 dB below the worst of 180,000 random
 * sounds. Where one is below 0, a silent result would pass. That of L&H CELP's pulses and tones is
 * low because its synthesis wraps around for some loud sounds of low frequency. */
static const struct floor {
    const char *name;
    double bits;
    size_t late;
    double db[KINDS];
} floors[] = {
#include "pair_table.h"
};

enum { FLOORS = sizeof floors / sizeof *floors };

/* libFuzzer counts this section as coverage, so that it looks for sounds that come nearer to a
 * floor. */
__attribute__((
    section("__libfuzzer_extra_counters"))) static uint8_t nearness[FLOORS][KINDS][NEAREST];

struct pair {
    const struct codec *codec;
    const struct floor *floor;
    struct plan encoder, decoder;
    struct options options;
    enum kind kind;
    size_t frames, pieces[PIECES];
};

static double bits_per_sample(const struct wave_format *format)
{
    return 8.0 * format->byte_rate / format->sample_rate / format->channels;
}

static const struct floor *floor_of(const struct codec *codec, const struct wave_format *format)
{
    const struct floor *found = 0;

    for (const struct floor *floor = floors; floor < floors + FLOORS; floor++)
        if (strcmp(floor->name, codec->name) == 0 && floor->bits <= bits_per_sample(format))
            found = floor;
    return found;
}

static const struct codec *codec_take(struct input *input)
{
    size_t count = 0, chosen;

    for (const struct codec *const *codec = codecs; *codec; codec++)
        count += (*codec)->encoder && (*codec)->decoder;
    MUST(count != 0);
    chosen = take(input, 1) % count;
    for (const struct codec *const *codec = codecs;; codec++)
        if ((*codec)->encoder && (*codec)->decoder && chosen-- == 0)
            return *codec;
}

static void pair_take(struct input *input, struct pair *pair)
{
    static uint8_t extra[EXTRA_ROOM];
    const struct codec *codec = codec_take(input);
    struct wave_format coded = { .tag = codec->tags->tag, .extra = extra }, pcm = { TAG_PCM };

    memset(extra, 0, sizeof extra);
    mode_take(input, codec, &coded);
    pcm.channels = coded.channels;
    pcm.sample_rate = coded.sample_rate;
    pcm.block_align = (uint16_t)(2 * pcm.channels);
    pcm.bits_per_sample = 16;
    pair->codec = codec;
    pair->floor = floor_of(codec, &coded);
    /* The highest quality is left out because it is slow. The bit order is given, since the first
     * piece may be too short to detect it. */
    pair->options = (struct options){ (uint8_t)(take(input, 1) % 2), QUIRK_MSB_FIRST, dsp_set(0) };
    pair->kind = (enum kind)(take(input, 1) % KINDS);
    pair->frames = FRAMES_LEAST + take(input, 2) % (FRAMES_MOST - FRAMES_LEAST);
    for (int i = 0; i < PIECES; i++)
        pair->pieces[i] = 1 + take(input, 2) % 4000;
    MUST(stream_plan(&pair->encoder, &pcm, &coded) && stream_plan(&pair->decoder, &coded, &pcm));
}

/* From 0 to 1. */
static double take_fraction(struct input *input) { return take(input, 2) / 65535.0; }

/* A frequency as a phase per sample, from 1/100 to 1/5 of the sampling rate. */
static double take_phase(struct input *input)
{
    return 2 * 3.14159265358979 * 0.01 * pow(20, take_fraction(input));
}

/* Fills x with values around -1 to 1. */
static void make_tone(struct input *input, double *x, size_t frames, bool chirp)
{
    double from = take_phase(input), to = chirp ? take_phase(input) : from, phase = 0;

    for (size_t i = 0; i < frames; i++) {
        x[i] = sin(phase);
        phase += from + (to - from) * (double)i / (double)frames;
    }
}

/* Bursts and pauses of equal length, of noise with its energy at low frequencies. */
static void make_noise(struct input *input, double *x, size_t frames)
{
    size_t length = 100 + take(input, 2) % 3000;
    double smooth = 0.9 * take_fraction(input), y = 0;
    uint32_t seed = take(input, 4);

    for (size_t i = 0; i < frames; i++) {
        y = smooth * y + (1 - smooth) * ((draw(&seed) >> 8) / 8388608.0 - 1);
        x[i] = i / length % 2 ? 0 : y;
    }
}

/* A pulse of 12 samples every 20 to 150, through a resonance. */
static void make_pulses(struct input *input, double *x, size_t frames)
{
    size_t period = 20 + take(input, 1) % 131;
    double c = 2 * cos(take_phase(input)), r = 0.8 + 0.18 * take_fraction(input), y = 0, z = 0;

    for (size_t i = 0; i < frames; i++) {
        size_t at = i % period;

        x[i] = c * r * y - r * r * z + (at < 12 ? sin(3.14159265358979 * (double)at / 12) : 0);
        z = y;
        y = x[i];
    }
}

static bool is_low(const struct layout *layout, unsigned channel)
{
    uint32_t before = layout->channel_mask & (LOW_FREQUENCY - 1);

    return (layout->channel_mask & LOW_FREQUENCY) &&
           channel == (unsigned)__builtin_popcount(before);
}

/* Returns interleaved samples of the pair's kind of sound. */
static int16_t *make_sound(struct input *input, const struct pair *pair)
{
    unsigned channels = pair->encoder.layout.channels;
    int16_t *samples = malloc(pair->frames * channels * sizeof *samples);
    double *x = malloc(pair->frames * sizeof *x), peak = 1e-9;

    if (pair->kind == NOISE)
        make_noise(input, x, pair->frames);
    else if (pair->kind == PULSES)
        make_pulses(input, x, pair->frames);
    else
        make_tone(input, x, pair->frames, pair->kind == CHIRP);
    for (size_t i = 0; i < pair->frames; i++)
        peak = fmax(peak, fabs(x[i]));
    for (unsigned channel = 0; channel < channels; channel++) {
        double scale = 2000 * pow(8, take_fraction(input)) / peak;

        if (is_low(&pair->encoder.layout, channel))
            scale = 0;
        for (size_t i = 0; i < pair->frames; i++)
            samples[i * channels + channel] = (int16_t)lrint(x[i] * scale);
    }
    free(x);
    return samples;
}

/* Converts everything, and returns the number of bytes made. In turn, each of the pieces is added
 * to what earlier calls left unused. */
static size_t convert(const struct pair *pair, const struct plan *plan, const uint8_t *src,
                      size_t size, uint8_t **dst)
{
    struct stream *stream = stream_start(malloc(stream_bytes(plan)), plan, &pair->options);
    size_t used = 0, made = 0, end = 0;
    struct progress step = { 0, 0 };
    uint32_t room;

    MUST(stream_size_from_source(plan, (uint32_t)size, &room));
    *dst = malloc(room);
    for (unsigned i = 0; end < size || step.used || step.made; i++) {
        end += pair->pieces[i % PIECES];
        end = end < size ? end : size;
        step = stream_convert(stream, src + used, *dst + made,
                              (struct offer){ end - used, room - made, end < size ? WHOLE : END });
        MUST(step.used <= end - used && step.made <= room - made);
        used += step.used;
        made += step.made;
    }
    MUST(used == size);
    free(stream);
    return made;
}

/* There are as many blocks as the sound needs, and those for what the encoder delays, unless that
 * is silent. */
static void check_lengths(const struct pair *pair, size_t code, size_t decoded)
{
    const struct layout *layout = &pair->encoder.layout;
    size_t block = layout->block.frames, blocks = code / layout->block.bytes;
    size_t least = (pair->frames + block - 1) / block;
    size_t most = (pair->frames + layout->delay + block - 1) / block;

    if (layout->self_delimiting) {
        MUST(code <= most * layout->block.bytes && decoded >= pair->frames);
        return;
    }
    MUST(code == blocks * layout->block.bytes && blocks >= least && blocks <= most);
    MUST(decoded == blocks * block);
}

/* The SNR of the decoded sound, which continues with silence behind its end. */
static double snr_of(const struct pair *pair, const int16_t *sound, const int16_t *decoded,
                     size_t count)
{
    size_t channels = pair->encoder.layout.channels, samples = pair->frames * channels;
    size_t late = channels * (pair->floor->late ? pair->floor->late : pair->encoder.layout.delay);
    int16_t *aligned = calloc(samples, sizeof *aligned);
    double db;

    if (count > late)
        memcpy(aligned, decoded + late,
               (count - late < samples ? count - late : samples) * sizeof *aligned);
    db = snr(sound, aligned, samples);
    free(aligned);
    return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct pair pair;
    uint8_t *code, *decoded;
    int16_t *sound;
    size_t code_bytes, bytes, frame;
    double above;

    pair_take(&input, &pair);
    MUST(pair.floor);
    frame = 2u * pair.encoder.layout.channels;
    sound = make_sound(&input, &pair);
    code_bytes = convert(&pair, &pair.encoder, (uint8_t *)sound, pair.frames * frame, &code);
    bytes = convert(&pair, &pair.decoder, code, code_bytes, &decoded);
    check_lengths(&pair, code_bytes, bytes / frame);
    above = snr_of(&pair, sound, (int16_t *)(void *)decoded, bytes / 2) - pair.floor->db[pair.kind];
    MUST(above >= 0);
    nearness[pair.floor - floors][pair.kind][above < (double)NEAREST ? (int)above : NEAREST - 1] =
        1;
    free(sound);
    free(code);
    free(decoded);
    return 0;
}
