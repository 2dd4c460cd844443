/* The encoder of Layer II: 11172-3, C.1.5.2. layer2_allocation.c divides the bits. */
#include <string.h>
#include "bit_writer.h"
#include "fixed.h"
#include "layer2_allocation.h"
#include "mpeg.h"
#include "pending.h"

/* The scale factor of 12 samples, 2^(1 - index/3) of full scale: the least that is not below them.
 */
static uint8_t scale_of(const mpeg_slot *slots, unsigned band)
{
    uint32_t most = 1, m;
    int exponent, index;

    for (unsigned t = 0; t < 12; t++) {
        int32_t x = slots[t][band];

        most = (uint32_t)max_i32((int32_t)most, x < 0 ? -x : x);
    }
    exponent = 31 - __builtin_clz(most); /* most is m 2^exponent, 1 <= m < 2 */
    m = most << (30 - exponent);
    index = 3 * (L2_FULL_SCALE + 1 - exponent);
    for (unsigned i = 0; i < 3; i++)
        index -=
            m > (uint32_t)l2_thirds[i]; /* m = 1 needs 2^exponent, m = 2 needs three thirds more */
    return (uint8_t)clamp(index, 0, 62);
}

/* Table C.4: which of the three scale factors, from 1 on, each part uses, by the classes of the two
 * differences; 4 is the largest. */
static const uint8_t patterns[5][5][3] = {
    { { 1, 2, 3 }, { 1, 2, 2 }, { 1, 2, 2 }, { 1, 3, 3 }, { 1, 2, 3 } },
    { { 1, 1, 3 }, { 1, 1, 1 }, { 1, 1, 1 }, { 4, 4, 4 }, { 1, 1, 3 } },
    { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 }, { 3, 3, 3 }, { 1, 1, 3 } },
    { { 2, 2, 2 }, { 2, 2, 2 }, { 2, 2, 2 }, { 3, 3, 3 }, { 1, 2, 3 } },
    { { 1, 2, 3 }, { 1, 2, 2 }, { 1, 2, 2 }, { 1, 3, 3 }, { 1, 2, 3 } }
};

static unsigned class_of(int difference)
{
    return difference <= -3 ? 0 : difference < 0 ? 1 : difference == 0 ? 2 : difference < 3 ? 3 : 4;
}

static void choose_scales(struct l2_band *band)
{
    uint8_t *scale = band->scale, largest = scale[0];
    uint8_t old[3] = { scale[0], scale[1], scale[2] };
    const uint8_t *pattern = patterns[class_of(scale[0] - scale[1])][class_of(scale[1] - scale[2])];
    bool first, second;

    for (int i = 1; i < 3; i++)
        largest = scale[i] < largest ? scale[i] : largest;
    for (int i = 0; i < 3; i++)
        scale[i] = pattern[i] == 4 ? largest : old[pattern[i] - 1];
    first = pattern[0] == pattern[1];
    second = pattern[1] == pattern[2];
    band->select = (uint8_t)(first && second ? 2 : first ? 1 : second ? 3 : 0);
    band->scale_bits = first && second ? 6 : first || second ? 12 : 18;
}

/* The values are floor((x / scale + 1) n / 2), for n levels. */
static uint32_t quantize(int32_t x, unsigned scale, uint32_t levels)
{
    int64_t y = (int64_t)x * l2_thirds[scale % 3] >> 30;

    y = ((y * levels * ((int64_t)1 << scale / 3)) >> (L2_FULL_SCALE + 1)) + levels;
    y >>= 1;
    return (uint32_t)(y < 0 ? 0 : y >= levels ? levels - 1 : y);
}

static void put_samples(const struct l2_encoder *encoder, struct bit_writer *out, unsigned c,
                        unsigned b, unsigned t)
{
    const struct l2_band *band = &encoder->band[c][b];
    const struct mpeg_quantizer *quantizer = l2_quantizer(encoder, b, band->code);
    uint32_t v[3];

    for (unsigned i = 0; i < 3; i++)
        v[i] = quantize(encoder->base.slots[c][MPEG_GRANULE_SLOTS + t + i][b], band->scale[t / 12],
                        quantizer->levels);
    if (quantizer->grouped) {
        bits_write(out, (v[2] * quantizer->levels + v[1]) * quantizer->levels + v[0],
                   quantizer->bits);
        return;
    }
    for (unsigned i = 0; i < 3; i++)
        bits_write(out, v[i], quantizer->bits);
}

static void put_scales(struct bit_writer *out, const struct l2_band *band)
{
    bits_write(out, band->scale[0], 6);
    if (band->select == 0 || band->select == 3)
        bits_write(out, band->scale[1], 6);
    if (band->select == 0 || band->select == 1)
        bits_write(out, band->scale[2], 6);
}

static void put_frame(const struct l2_encoder *encoder, uint8_t *frame, uint32_t bytes)
{
    struct bit_writer out = { frame + MPEG_HEADER_BYTES, 8 * (bytes - MPEG_HEADER_BYTES), 0 };
    unsigned channels = encoder->base.channels, subbands = encoder->table->subbands;

    for (unsigned i = 0; i < subbands * channels; i++)
        bits_write(&out, encoder->band[i % channels][i / channels].code,
                   mpeg_allocations[encoder->table->allocation[i / channels]].bits);
    for (unsigned i = 0; i < subbands * channels; i++)
        if (encoder->band[i % channels][i / channels].code)
            bits_write(&out, encoder->band[i % channels][i / channels].select, 2);
    for (unsigned i = 0; i < subbands * channels; i++)
        if (encoder->band[i % channels][i / channels].code)
            put_scales(&out, &encoder->band[i % channels][i / channels]);
    for (unsigned t = 0; t < 36; t += 3)
        for (unsigned i = 0; i < subbands * channels; i++)
            if (encoder->band[i % channels][i / channels].code)
                put_samples(encoder, &out, i % channels, i / channels, t);
}

static void encode_frame(struct mpeg_encoder *base)
{
    struct l2_encoder *encoder = (struct l2_encoder *)(void *)base;
    uint32_t bytes = mpeg_next_frame(base), bits = 8 * (bytes - MPEG_HEADER_BYTES);
    uint8_t *frame;

    mpeg_analyze(base);
    for (unsigned b = 0; b < encoder->table->subbands; b++)
        for (unsigned c = 0; c < base->channels; c++) {
            struct l2_band *band = &encoder->band[c][b];
            const mpeg_slot *slots = (const mpeg_slot *)base->slots[c] + MPEG_GRANULE_SLOTS;

            for (unsigned i = 0; i < 3; i++)
                band->scale[i] = scale_of(slots + 12 * i, b);
            choose_scales(band);
            bits -= mpeg_allocations[encoder->table->allocation[b]].bits;
        }
    l2_allocate(encoder, bits);
    frame = mpeg_add_frame(base, bytes);
    mpeg_write_header(&base->header, frame);
    put_frame(encoder, frame, bytes);
    mpeg_put(base, 0, base->pending.free);
}

static void init(void *state, const struct layout *layout, const struct options *options)
{
    struct l2_encoder *encoder = state;
    const struct mpeg_header *header;
    struct mpeg_own own;

    memcpy(&own, layout->own, sizeof own);
    header = &own.encoded;
    memset(encoder, 0, sizeof *encoder);
    mpeg_encoder_init(&encoder->base, header, own.padding, options);
    encoder->base.encode = encode_frame;
    encoder->base.overhead = MPEG_HEADER_BYTES;
    encoder->base.delay = L2_DELAY;
    encoder->table = mpeg_layer2_of(header, mpeg_bit_rate(header));
    l2_allocation_init(encoder);
}

const struct codec_encoder mpeg_layer2_encoder = { sizeof(struct l2_encoder), init, mpeg_encode };
