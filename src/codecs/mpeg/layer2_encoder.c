/* The encoder of Layer II: 11172-3, C.1.5.2. layer2_allocation.c divides the bits. */
#include <string.h>
#include "bit_writer.h"
#include "fixed.h"
#include "layer2_allocation.h"
#include "mpeg.h"
#include "pending.h"

/* The scale factor of samples up to a magnitude, 2^(1 - index/3) of full scale: the least that is
 * not below them. */
static uint8_t scale_of(int32_t peak)
{
    uint32_t most = (uint32_t)max_i32(peak, 1), m;
    int exponent = 31 - __builtin_clz(most), index; /* most is m 2^exponent, 1 <= m < 2 */

    m = most << (30 - exponent);
    index = 3 * (L2_FULL_SCALE + 1 - exponent);
    for (unsigned i = 0; i < 3; i++) /* m = 1 needs 2^exponent, m = 2 needs three thirds more */
        index -= m > (uint32_t)l2_thirds[i];
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

static void quantize(struct l2_encoder *encoder, unsigned c)
{
    const mpeg_slot *slots = (const mpeg_slot *)encoder->base.slots[c] + MPEG_GRANULE_SLOTS;

    for (unsigned i = 0; i < 3; i++) {
        struct mpeg_steps steps = { { 0 }, { 0 }, { 0 } };

        for (unsigned b = 0; b < encoder->table->subbands; b++) {
            const struct l2_band *band = &encoder->band[c][b];

            if (!band->code)
                continue;
            steps.inverse[b] = l2_thirds[band->scale[i] % 3];
            steps.shift[b] = band->scale[i] / 3;
            steps.levels[b] = l2_quantizer(encoder, b, band->code)->levels;
        }
        encoder->base.dsp->quantize_bands(slots + MPEG_THIRD * i, &steps,
                                          encoder->codes[c] + MPEG_THIRD * i);
    }
}

/* Three codes in turn of a subband. */
static void put_samples(struct bit_writer *out, const struct mpeg_quantizer *quantizer,
                        const mpeg_slot *codes, unsigned b)
{
    uint32_t first = (uint32_t)codes[0][b], second = (uint32_t)codes[1][b],
             third = (uint32_t)codes[2][b];

    if (quantizer->grouped) {
        bits_write(out, (third * quantizer->levels + second) * quantizer->levels + first,
                   quantizer->bits);
        return;
    }
    bits_write(out, first << quantizer->bits | second, 2u * quantizer->bits);
    bits_write(out, third, quantizer->bits);
}

static void put_scales(struct bit_writer *out, const struct l2_band *band)
{
    bits_write(out, band->scale[0], 6);
    if (band->select == 0 || band->select == 3)
        bits_write(out, band->scale[1], 6);
    if (band->select == 0 || band->select == 1)
        bits_write(out, band->scale[2], 6);
}

/* The subbands that are not silent, in the order of the bitstream. */
struct coded {
    uint8_t channel, subband;
    const struct l2_band *band;
    const struct mpeg_quantizer *quantizer;
};

static unsigned list_coded(const struct l2_encoder *encoder, struct coded *list)
{
    unsigned count = 0;

    for (uint8_t b = 0; b < encoder->table->subbands; b++)
        for (uint8_t c = 0; c < encoder->base.channels; c++) {
            const struct l2_band *band = &encoder->band[c][b];

            if (band->code)
                list[count++] = (struct coded){ c, b, band, l2_quantizer(encoder, b, band->code) };
        }
    return count;
}

static void put_frame(const struct l2_encoder *encoder, uint8_t *frame, uint32_t bytes)
{
    struct bit_writer out = { frame + MPEG_HEADER_BYTES, 8 * (bytes - MPEG_HEADER_BYTES), 0 };
    unsigned channels = encoder->base.channels, subbands = encoder->table->subbands;
    struct coded list[2 * MPEG_SUBBANDS];
    unsigned count = list_coded(encoder, list);

    for (unsigned i = 0; i < subbands * channels; i++)
        bits_write(&out, encoder->band[i % channels][i / channels].code,
                   mpeg_allocations[encoder->table->allocation[i / channels]].bits);
    for (unsigned i = 0; i < count; i++)
        bits_write(&out, list[i].band->select, 2);
    for (unsigned i = 0; i < count; i++)
        put_scales(&out, list[i].band);
    for (unsigned t = 0; t < 3 * MPEG_THIRD; t += 3)
        for (unsigned i = 0; i < count; i++)
            put_samples(&out, list[i].quantizer, encoder->codes[list[i].channel] + t,
                        list[i].subband);
}

static void find_scales(struct l2_encoder *encoder, unsigned c)
{
    const mpeg_slot *slots = (const mpeg_slot *)encoder->base.slots[c] + MPEG_GRANULE_SLOTS;
    int32_t peaks[3][MPEG_SUBBANDS];
    uint64_t energies[MPEG_SUBBANDS] = { 0 };

    for (unsigned i = 0; i < 3; i++)
        encoder->base.dsp->measure(slots + MPEG_THIRD * i, peaks[i], energies);
    for (unsigned b = 0; b < encoder->table->subbands; b++) {
        struct l2_band *band = &encoder->band[c][b];

        for (unsigned i = 0; i < 3; i++)
            band->scale[i] = scale_of(peaks[i][b]);
        choose_scales(band);
        band->energy = log2_near(energies[b]);
    }
}

static void encode_frame(struct mpeg_encoder *base)
{
    struct l2_encoder *encoder = (struct l2_encoder *)(void *)base;
    uint32_t bytes = mpeg_next_frame(base), bits = 8 * (bytes - MPEG_HEADER_BYTES);
    uint8_t *frame;

    mpeg_analyze(base);
    for (unsigned c = 0; c < base->channels; c++)
        find_scales(encoder, c);
    for (unsigned b = 0; b < encoder->table->subbands; b++)
        bits -= base->channels * mpeg_allocations[encoder->table->allocation[b]].bits;
    l2_allocate(encoder, bits);
    for (unsigned c = 0; c < base->channels; c++)
        quantize(encoder, c);
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
    mpeg_encoder_init(&encoder->base, &own, options);
    encoder->base.encode = encode_frame;
    encoder->base.overhead = MPEG_HEADER_BYTES;
    encoder->base.delay = L2_DELAY;
    encoder->table = mpeg_layer2_of(header, mpeg_bit_rate(header));
    l2_allocation_init(encoder);
}

const struct codec_encoder mpeg_layer2_encoder = { sizeof(struct l2_encoder), init, mpeg_encode };
