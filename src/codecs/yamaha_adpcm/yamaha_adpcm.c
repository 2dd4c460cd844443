/* Yamaha's ADPCM, 4 bits a sample, in the two forms that files have it in.
 *
 * Yamaha's own ACM driver (1.0.0.0, 2005, by Rockbox' account) wrote blocks of a thirtieth of a second: each channel's
 * sample and step (2 bytes each) before the first code, then r / 60 bytes of codes a channel; that we write. ffmpeg and
 * games write codes alone, from sample 0 and the least step. The size of a block tells which it is. The first of a byte's
 * codes, the left one in stereo, is the low nibble's. */
#include "adpcm.h"
#include "adpcm_step.h"

enum { TAG_YAMAHA = 0x20, HEADER = 4, STEP_LEAST = 127, STEP_MOST = 24576 };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

/* What one channel knows between two codes. */
struct chain {
    int sample, step;
};

struct state {
    struct block block;
    uint16_t channels;
    bool headers;
    struct chain chains[2];
};

/* The codes of a block with headers, in bytes of each channel; 0 where the rate has no such block. */
static uint32_t code_bytes(uint32_t sample_rate, uint16_t channels)
{
    uint32_t bytes = sample_rate / 60;

    return bytes <= UINT16_MAX / 2 - HEADER && channels != 0 ? bytes : 0;
}

static bool has_headers(const struct wave_format *format)
{
    uint32_t bytes = code_bytes(format->sample_rate, format->channels);

    return bytes != 0 && format->block_align == (bytes + HEADER) * format->channels;
}

static bool accepts(const struct wave_format *format, struct block *block)
{
    if (!adpcm_stream_accepts(format, block))
        return false;
    if (has_headers(format)) {
        block->bytes = block->least = format->block_align;
        block->samples = 2 * code_bytes(format->sample_rate, format->channels);
    }
    return true;
}

static void complete(struct wave_format *format, const struct mode *mode)
{
    uint32_t bytes = code_bytes(mode->sample_rate, mode->channels);

    adpcm_stream_complete(format, mode);
    if (bytes == 0 || mode->channels > 2)
        return;
    format->block_align = (uint16_t)((bytes + HEADER) * mode->channels);
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * format->block_align / (2 * bytes));
}

static void start(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct state *state = memory;

    (void)settings;
    *state = (struct state){ .channels = format->channels, .headers = has_headers(format),
                             .chains = { { 0, STEP_LEAST }, { 0, STEP_LEAST } } };
    accepts(format, &state->block);
}

static inline struct chain after(struct chain chain, unsigned code)
{
    int sample = adpcm_held(chain.sample + adpcm_change(chain.step, code));

    return (struct chain){ sample, adpcm_next_step(chain.step, code, STEP_LEAST, STEP_MOST) };
}

/* A chain is serial, and others beside it take hardly longer: the channels of stereo, or a second mono block. */

static void decode_mono(struct chain *chain, const uint8_t *src, int16_t *pcm, size_t n)
{
    struct chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        now = after(now, src[i] & 15u);
        pcm[2 * i] = (int16_t)now.sample;
        now = after(now, src[i] >> 4);
        pcm[2 * i + 1] = (int16_t)now.sample;
    }
    *chain = now;
}

static void decode_stereo(struct chain chains[2], const uint8_t *src, int16_t *pcm, size_t n)
{
    struct chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        left = after(left, src[i] & 15u);
        right = after(right, src[i] >> 4);
        pcm[2 * i] = (int16_t)left.sample;
        pcm[2 * i + 1] = (int16_t)right.sample;
    }
    chains[0] = left;
    chains[1] = right;
}

static void decode_codes(struct state *state, const uint8_t *src, int16_t *pcm, size_t n)
{
    if (state->channels == 1)
        decode_mono(state->chains, src, pcm, n);
    else
        decode_stereo(state->chains, src, pcm, n);
}

static struct chain read_header(const uint8_t *src)
{
    int step = load16_le(src + 2);

    return (struct chain){ (int16_t)load16_le(src), step < STEP_LEAST ? STEP_LEAST : step > STEP_MOST ? STEP_MOST : step };
}

static void decode_two_mono(const struct state *state, const uint8_t *src, int16_t *pcm)
{
    const uint8_t *later = src + state->block.bytes;
    int16_t *later_pcm = pcm + state->block.samples;
    struct chain first = read_header(src), second = read_header(later);

    for (size_t i = 0, at = HEADER; at < state->block.bytes; i++, at++) {
        first = after(first, src[at] & 15u);
        second = after(second, later[at] & 15u);
        pcm[2 * i] = (int16_t)first.sample;
        later_pcm[2 * i] = (int16_t)second.sample;
        first = after(first, src[at] >> 4);
        second = after(second, later[at] >> 4);
        pcm[2 * i + 1] = (int16_t)first.sample;
        later_pcm[2 * i + 1] = (int16_t)second.sample;
    }
}

/* A block with headers, or the first bytes of one. */
static struct progress decode_block(struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t headers = (size_t)HEADER * state->channels, bytes = offer.in < state->block.bytes ? offer.in : state->block.bytes;
    size_t codes = bytes < headers ? 0 : bytes - headers;

    if ((bytes < state->block.bytes && offer.ending == WHOLE) || 2 * codes > offer.out)
        return (struct progress){ 0, 0 };
    if (codes != 0) {
        for (unsigned channel = 0; channel < state->channels; channel++)
            state->chains[channel] = read_header(src + HEADER * channel);
        decode_codes(state, src + headers, pcm, codes);
    }
    return (struct progress){ bytes, 2 * codes };
}

static struct progress decode_blocks(struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t whole = state->channels == 1 ? whole_blocks(offer.in, offer.out, &state->block, 1) & ~(size_t)1 : 0;
    struct progress done = { whole * state->block.bytes, whole * state->block.samples }, step;

    for (size_t i = 0; i < whole; i += 2)
        decode_two_mono(state, src + i * state->block.bytes, pcm + i * state->block.samples);
    do {
        step = decode_block(state, src + done.used, pcm + done.made,
                            (struct offer){ offer.in - done.used, offer.out - done.made, offer.ending });
        done.used += step.used;
        done.made += step.made;
    } while (step.used != 0);
    return done;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t n;

    if (state->headers)
        return decode_blocks(state, src, pcm, offer);
    n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    decode_codes(state, src, pcm, n);
    return (struct progress){ n, 2 * n };
}

static inline unsigned encode_sample(struct chain *chain, int16_t sample)
{
    struct adpcm_choice choice = adpcm_nearest(sample - chain->sample, chain->step);

    chain->sample = adpcm_held(chain->sample + choice.change);
    chain->step = adpcm_next_step(chain->step, (unsigned)choice.magnitude, STEP_LEAST, STEP_MOST);
    return adpcm_code(choice);
}

static void encode_mono(struct chain *chain, const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&now, pcm[2 * i]), high = encode_sample(&now, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    *chain = now;
}

static void encode_stereo(struct chain chains[2], const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&left, pcm[2 * i]), high = encode_sample(&right, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    chains[0] = left;
    chains[1] = right;
}

static void encode_codes(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    if (state->channels == 1)
        encode_mono(state->chains, pcm, dst, n);
    else
        encode_stereo(state->chains, pcm, dst, n);
}

/* The sample before a block is ours to choose: one from which code 0 leads to the first sample. */
static struct chain before(int16_t sample, int step)
{
    int held = step < STEP_LEAST ? STEP_LEAST : step > STEP_MOST ? STEP_MOST : step;

    return (struct chain){ adpcm_held(sample - adpcm_change(held, 0)), held };
}

/* The mean change between samples. */
static int mean_change(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    int sum = 0;

    for (uint32_t i = 1; i < samples; i++) {
        int change = pcm[(size_t)i * channels] - pcm[(size_t)(i - 1) * channels];

        sum += change < 0 ? -change : change;
    }
    return sum / (int)samples;
}

/* What a block starts from, told from its first samples alone: of some steps near the mean change the one that makes the
 * least squared error there. All are tried beside each other. */
static struct chain start_of(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { LOOK = 16, TRIALS = 3 };
    uint32_t n = samples < LOOK ? samples : LOOK;
    int step = mean_change(pcm, n, channels), best = 0;
    struct chain chains[TRIALS];
    uint64_t errors[TRIALS] = { 0 };

    for (int i = 0; i < TRIALS; i++)
        chains[i] = before(pcm[0], step << i);
    for (uint32_t at = 0; at < n; at++)
        for (int i = 0; i < TRIALS; i++) {
            int64_t miss;

            encode_sample(&chains[i], pcm[(size_t)at * channels]);
            miss = pcm[(size_t)at * channels] - chains[i].sample;
            errors[i] += (uint64_t)(miss * miss);
        }
    for (int i = 1; i < TRIALS; i++)
        best = errors[i] < errors[best] ? i : best;
    return before(pcm[0], step << best);
}

static struct chain write_header(const int16_t *pcm, uint32_t samples, unsigned channels, uint8_t *dst)
{
    struct chain chain = start_of(pcm, samples, channels);

    store16_le(dst, (uint16_t)chain.sample);
    store16_le(dst + 2, (uint16_t)chain.step);
    return chain;
}

static void encode_block(struct state *state, const int16_t *pcm, uint8_t *dst)
{
    size_t headers = (size_t)HEADER * state->channels;

    for (unsigned channel = 0; channel < state->channels; channel++)
        state->chains[channel] = write_header(pcm + channel, state->block.samples, state->channels, dst + HEADER * channel);
    encode_codes(state, pcm, dst + headers, state->block.bytes - headers);
}

static void encode_two_mono(const struct state *state, const int16_t *pcm, uint8_t *dst)
{
    const int16_t *later_pcm = pcm + state->block.samples;
    uint8_t *later = dst + state->block.bytes;
    struct chain first = write_header(pcm, state->block.samples, 1, dst);
    struct chain second = write_header(later_pcm, state->block.samples, 1, later);

    for (size_t i = 0, at = HEADER; at < state->block.bytes; i++, at++) {
        unsigned low = encode_sample(&first, pcm[2 * i]), later_low = encode_sample(&second, later_pcm[2 * i]);

        dst[at] = (uint8_t)(encode_sample(&first, pcm[2 * i + 1]) << 4 | low);
        later[at] = (uint8_t)(encode_sample(&second, later_pcm[2 * i + 1]) << 4 | later_low);
    }
}

static void encode_blocks(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    size_t samples = (size_t)state->block.samples * state->channels, i = 0;

    if (state->channels == 1)
        for (; i + 2 <= n; i += 2)
            encode_two_mono(state, pcm + i * samples, dst + i * state->block.bytes);
    for (; i < n; i++)
        encode_block(state, pcm + i * samples, dst + i * state->block.bytes);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);

    if (state->headers)
        encode_blocks(state, pcm, dst, n);
    else
        encode_codes(state, pcm, dst, n);
    return (struct progress){ n * state->block.samples * state->channels, n * state->block.bytes };
}

const struct codec yamaha_adpcm = {
    .tag = TAG_YAMAHA, .name = "Yamaha ADPCM", .modes = modes, .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct state), start, decode },
    .encoder = { sizeof(struct state), start, encode },
};
