/* Microsoft ADPCM: New Multimedia Data Types and Data Techniques, revision 3.0 (1994), "Microsoft
 * ADPCM". A block in stereo:
 *
 *     predictor | delta  | newer sample | older sample | codes
 *     L   R     | L   R  | L   R        | L   R        | LR  LR  LR ...
 *     1   1       2   2    2   2          2   2          1   1   1       bytes
 *
 * Codes have 4 bits; the high nibble comes first. The two samples of the header are the first two
 * of the block, the older one first. A predictor is a pair of weights, in 256ths, for the two
 * previous samples; the pairs are listed in the extra bytes of the format.
 *
 * Blocks go to the kernels ms_decode and ms_encode of dsp.h; block.c, encode.c and search.c are
 * their plain C.
 *
 * The prediction is divided, as in the published text, ffmpeg and Wine; sox and libsndfile shift,
 * and drift from them. */
#include <string.h>
#include "adpcm.h"
#include "adpcm_block.h"
#include "block.h"

enum { PREDICTORS = 7 };

static const struct tag tags[] = { { 2, 0, "Microsoft ADPCM (OmniACM)" }, { 0 } };

static const struct mode modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                     { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                     { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };

struct weights {
    int newer, older;
};

static const struct weights standard[PREDICTORS] = { { 256, 0 },   { 512, -256 }, { 0, 0 },
                                                     { 192, 64 },  { 240, 0 },    { 460, -208 },
                                                     { 392, -232 } };

/* The pairs of weights of a format, as in its extra bytes. The header of a block can name 256. */
struct own {
    uint16_t predictors; /* 0 for the standard pairs */
    uint8_t pairs[4 * (UINT8_MAX + 1)];
};
_Static_assert(sizeof(struct own) <= OWN_ROOM, "layout.own has room for every pair");

struct state {
    struct span block;
    uint16_t channels, predictors;
    uint8_t quality;
    const uint8_t *pairs; /* the layout's, or null for the standard pairs */
    const struct dsp *dsp;
};

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    adpcm_complete(format, mode, 4 + 4 * PREDICTORS);
    adpcm_complete_samples(format, ms_block_frames(format->block_align, format->channels, 4));
    store16_le(format->extra + 2, PREDICTORS);
    for (unsigned i = 0; i < PREDICTORS; i++) {
        store16_le(format->extra + 4 + 4 * i, (uint16_t)standard[i].newer);
        store16_le(format->extra + 6 + 4 * i, (uint16_t)standard[i].older);
    }
}

/* -128 becomes -32767/256, so that a prediction fits 32 bits: 2 * 32767 * 32768 < 2^31. */
static int weight(const uint8_t *p)
{
    int value = (int16_t)load16_le(p);

    return value == INT16_MIN ? -INT16_MAX : value;
}

/* A predictor beyond the table is replaced by the last one. */
static struct weights weights_of(const struct state *state, unsigned predictor)
{
    unsigned i = predictor < state->predictors ? predictor : state->predictors - 1u;

    return state->pairs
               ? (struct weights){ weight(state->pairs + 4 * i), weight(state->pairs + 4 * i + 2) }
               : standard[i];
}

static bool is_standard(const uint8_t *pairs, unsigned predictors)
{
    bool same = predictors == PREDICTORS;

    for (unsigned i = 0; same && i < PREDICTORS; i++)
        same = weight(pairs + 4 * i) == standard[i].newer &&
               weight(pairs + 4 * i + 2) == standard[i].older;
    return same;
}

/* A table that exceeds the extra bytes is unusable: the standard pairs replace it. */
static void parse_pairs(const struct wave_format *format, struct own *own)
{
    unsigned stated = format->extra_size >= 4 ? load16_le(format->extra + 2) : 0;

    own->predictors = 0;
    if (format->extra_size < 4 + 4 * stated || is_standard(format->extra + 4, stated))
        return;
    own->predictors = (uint16_t)(stated < UINT8_MAX + 1 ? stated : UINT8_MAX + 1);
    memcpy(own->pairs, format->extra + 4, 4 * own->predictors);
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = adpcm_block(format, &ms_shape, 4);
    parse_pairs(format, (struct own *)(void *)layout->own);
    return layout->block.frames != 0 && layout->channels <= 2 && adpcm_has_4_bits(format);
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;
    const struct own *own = (const struct own *)(const void *)layout->own;

    state->block = layout->block;
    state->dsp = options->dsp;
    state->channels = layout->channels;
    state->quality = options->quality;
    state->predictors = own->predictors ? own->predictors : PREDICTORS;
    state->pairs = own->predictors ? own->pairs : 0;
}

/* Fills in the weights of the predictors for the kernels, and returns their number. */
static unsigned table_of(const struct state *state, int16_t table[UINT8_MAX + 1][2])
{
    unsigned predictors = state->predictors < UINT8_MAX + 1 ? state->predictors : UINT8_MAX + 1;

    for (unsigned i = 0; i < predictors; i++) {
        struct weights weights = weights_of(state, i);

        table[i][0] = (int16_t)weights.newer;
        table[i][1] = (int16_t)weights.older;
    }
    return predictors;
}

static void decode_block(const struct state *state, const uint8_t *src, int16_t *pcm,
                         uint32_t samples)
{
    int16_t weights[UINT8_MAX + 1][2];
    unsigned predictors = table_of(state, weights);
    const struct ms_table table = { (const int16_t(*)[2])weights, predictors };

    for (unsigned channel = 0; channel < state->channels; channel++)
        ms_decode_channel(table, src, pcm, samples, channel, state->channels);
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };
    int16_t table[UINT8_MAX + 1][2];

    if (n != 0)
        state->dsp->ms_decode(&blocks, (const int16_t(*)[2])table, table_of(state, table), src,
                              pcm);
    return (struct progress){ n * blocks.bytes, n * blocks.samples * blocks.channels };
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t frames = ms_block_frames(bytes, layout->channels, 4);

    return frames < layout->block.frames ? frames : layout->block.frames;
}

static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    decode_block(state, src, pcm, block.frames);
}

/* The predictors among which the encoder may choose. Standard predictors 3 and 5 are left out,
 * because with these decoders that shift drift most. */
static unsigned choices(const struct state *state, struct ms_predictor predictors[UINT8_MAX + 1])
{
    unsigned n = 0;

    for (unsigned i = 0; i < state->predictors && i <= UINT8_MAX; i++) {
        struct weights weights = weights_of(state, i);

        if (state->pairs || (i != 3 && i != 5))
            predictors[n++] = (struct ms_predictor){
                (int32_t)((uint16_t)weights.newer | (uint32_t)(uint16_t)weights.older << 16),
                (uint8_t)i
            };
    }
    return n;
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;

    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };
    struct ms_predictor predictors[UINT8_MAX + 1];

    if (n != 0) {
        memset(dst, 0, n * state->block.bytes);
        state->dsp->ms_encode(&blocks, predictors, choices(state, predictors), state->quality, pcm,
                              dst);
    }
    return (struct progress){ n * samples, n * state->block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec ms_adpcm = {
    .name = "Microsoft ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
