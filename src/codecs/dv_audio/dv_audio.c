/* The audio of DV video, as Ulead's editors wrote it into AVI files: IEC 61834-2, with the header
 * of Ulead's ACM driver as FFmpeg reads it. A block is the audio DIF blocks of one video frame, 80
 * bytes each, in 10 (NTSC) or 12 (PAL) sequences of 9:
 *
 *     ID  AAUX pack  audio
 *     3   5          72     bytes
 *
 * With 16 bits, a channel is one half of the DIF blocks, and a sample two bytes, the high one
 * first. With 12 bits, both channels are in the first half: the high bytes of a left and a right
 * sample, and a byte with the low nibbles of both. Consecutive samples are in different DIF blocks,
 * so that a damaged one costs no more than every 45th (NTSC) or 54th (PAL) sample.
 *
 * The AAUX source pack states the samples per channel, of which NTSC has 1600 or 1602 at 48 kHz and
 * PAL 1920. */
#include "codec.h"

enum {
    DIF_BYTES = 80,
    DIF_HEADER = 8,
    DIFS_MAX = 54,    /* of a channel */
    SOURCE_PACK = 243 /* the position of the AAUX source pack, in the fourth DIF block */
};

/* A television system, which is the dialect of its tag. */
struct system {
    uint16_t bytes, difs;      /* DIF blocks of a channel */
    uint16_t least_samples[3]; /* of a frame at 48, 44.1 and 32 kHz */
    uint32_t frames, seconds;  /* so many in so many seconds */
};

static const struct system systems[] = {
    { 7200, 45, { 1580, 1452, 1053 }, 30000, 1001 },
    { 8640, 54, { 1896, 1742, 1264 }, 25, 1 },
};

static const struct tag tags[] = { { 0x215, 0, "Ulead DV audio, NTSC" },
                                   { 0x216, 1, "Ulead DV audio, PAL" },
                                   { 0 } };

static const struct mode modes[] = { { 44100, 2, 0 }, { 48000, 2, 0 }, { 0 } };

struct state {
    const struct system *system;
    struct span block;
    uint32_t sample_rate;
    uint8_t bits;
    uint16_t positions[DIFS_MAX]; /* of the first sample of each DIF block, in the order of time */
};

/* The bytes of a sample in its DIF block. */
static unsigned stride_of(unsigned bits) { return bits == 12 ? 3 : 2; }

/* The size of a block tells the system; files with an unknown size have the tag's. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    const struct system *system = &systems[layout->dialect];
    unsigned bits = format->bits_per_sample ? format->bits_per_sample : 16;

    for (uint8_t i = 0; i < 2; i++)
        if (format->block_align == systems[i].bytes) {
            layout->dialect = i;
            system = &systems[i];
        }
    layout->bits = (uint8_t)bits;
    layout->block =
        (struct span){ system->bytes, system->difs * ((DIF_BYTES - DIF_HEADER) / stride_of(bits)) };
    return layout->channels == 2 && (bits == 12 || bits == 16) &&
           (format->block_align <= 1 || format->block_align == system->bytes);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    const struct system *system = &systems[dialect];

    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = system->bytes;
    format->byte_rate = system->bytes * (dialect == 0 ? 30u : 25u);
    format->bits_per_sample = 16;
    format->extra_size = 0;
}

/* Consecutive samples take every 21st DIF block in turns of three, and a turn starts 9 after the
 * one before. */
static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;
    const struct system *system = &systems[layout->dialect];

    (void)options;
    *state = (struct state){ .system = system,
                             .block = layout->block,
                             .sample_rate = layout->sample_rate,
                             .bits = layout->bits };
    for (unsigned i = 0; i < system->difs; i++) {
        unsigned turn = i / 3, third = i / (system->difs / 3u);

        state->positions[i] =
            (uint16_t)(DIF_BYTES * ((21 * (i % 3) + 9 * turn + third) % system->difs) + DIF_HEADER);
    }
}

/* The samples per channel of a frame: as the source pack states, or as many as the rate demands if
 * there is none. A frame has no room for the largest numbers that a pack can state. */
static uint32_t samples_of(const struct state *state, const uint8_t *block)
{
    const struct system *system = state->system;
    const uint8_t *pack = block + SOURCE_PACK;
    unsigned rate = pack[4] >> 3 & 7;
    uint64_t samples;

    if (pack[0] == 0x50 && rate < 3)
        samples = system->least_samples[rate] + (pack[1] & 0x3F);
    else
        samples = (uint64_t)state->sample_rate * system->seconds / system->frames;
    return samples < state->block.frames ? (uint32_t)samples : state->block.frames;
}

/* The most negative code, of 12 or of 16 bits, marks a sample that could not be read. */
enum { ERROR12 = 0x800, ERROR16 = 0x8000 };

/* 12 bits are companded: a magnitude has eight segments of 256, and each but the first two doubles
 * the weight of a code. */
static int16_t expand(unsigned code)
{
    int value = (int)(code ^ 0x800) - 0x800, magnitude = value < 0 ? -value - 1 : value;
    int segment = magnitude >> 8, shift = segment < 2 ? 0 : segment - 1;

    if (code == ERROR12)
        return 0;
    magnitude = (magnitude - 256 * shift) << shift;
    if (value < 0)
        magnitude = -magnitude - 1;
    return (int16_t)magnitude;
}

static int16_t from_bytes(const uint8_t *bytes)
{
    unsigned sample = (unsigned)bytes[0] << 8 | bytes[1];

    return (int16_t)(sample == ERROR16 ? 0 : sample);
}

static void decode_block(const struct state *state, const uint8_t *block, int16_t *pcm,
                         uint32_t samples)
{
    unsigned difs = state->system->difs, stride = stride_of(state->bits);
    size_t half = state->block.bytes / 2;

    for (uint32_t i = 0; i < samples; i++, pcm += 2) {
        const uint8_t *at = block + state->positions[i % difs] + i / difs * stride;

        if (state->bits == 12) {
            pcm[0] = expand((unsigned)at[0] << 4 | at[2] >> 4);
            pcm[1] = expand((unsigned)at[1] << 4 | (at[2] & 15));
        } else {
            pcm[0] = from_bytes(at);
            pcm[1] = from_bytes(at + half);
        }
    }
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct state *state = memory;
    struct progress done = { 0, 0 };

    while (whole_blocks(offer.in - done.used, offer.out - done.made, &state->block, 2) != 0) {
        uint32_t samples = samples_of(state, src + done.used);

        decode_block(state, src + done.used, pcm + done.made, samples);
        done.used += state->block.bytes;
        done.made += 2 * (size_t)samples;
    }
    return done;
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, 0, 0 };

const struct codec dv_audio = {
    .name = "Ulead DV audio",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
