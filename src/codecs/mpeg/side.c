/* The side information and the main data of a frame: 11172-3, 2.4.1.7; 13818-3, 2.4.1.7. */
#include <string.h>
#include "bit_writer.h"
#include "pending.h"
#include "side.h"

static void put_part(struct bit_writer *out, const struct l3_encoder *encoder,
                     const struct l3_part *part)
{
    const struct l3_code *code = &part->code;
    bool lsf = mpeg_is_lsf(&encoder->base.header);

    bits_write(out, code->bits + part->factor_bits, 12);
    bits_write(out, code->big_values / 2u, 9);
    bits_write(out, part->gain, 8);
    bits_write(out, part->compress, lsf ? 9 : 4);
    bits_write(out, part->block_type != MPEG_LONG, 1);
    if (part->block_type != MPEG_LONG) {
        bits_write(out, part->block_type, 2);
        bits_write(out, 0, 1);
        bits_write(out, code->table[0], 5);
        bits_write(out, code->table[1], 5);
        bits_write(out, 0, 9); /* subblock_gain */
    } else {
        for (int i = 0; i < 3; i++)
            bits_write(out, code->table[i], 5);
        bits_write(out, code->region_count[0], 4);
        bits_write(out, code->region_count[1], 3);
    }
    if (!lsf)
        bits_write(out, 0, 1); /* preflag */
    bits_write(out, 0, 1);     /* scalefac_scale */
    bits_write(out, code->table1, 1);
}

static void put_side(const struct l3_encoder *encoder, uint32_t main_data_begin, uint8_t *dst)
{
    const struct mpeg_header *header = &encoder->base.header;
    struct bit_writer out = { dst, 8 * mpeg_side_bytes(header), 0 };
    bool lsf = mpeg_is_lsf(header), mono = encoder->base.channels == 1;

    bits_write(&out, main_data_begin, lsf ? 8 : 9);
    if (lsf)
        bits_write(&out, 0, mono ? 1 : 2);
    else
        bits_write(&out, 0, mono ? 5 + 4 : 3 + 8); /* private bits, scfsi */
    for (unsigned g = 0; g < encoder->granules; g++)
        for (unsigned c = 0; c < encoder->base.channels; c++)
            put_part(&out, encoder, &encoder->part[g][c]);
}

static void put_pair(struct bit_writer *out, const struct mpeg_huffman *table, const uint16_t *q,
                     const int32_t *x)
{
    unsigned a = q[0] < 15 ? q[0] : 15, b = q[1] < 15 ? q[1] : 15;
    unsigned i = table->first + a * table->width + b;

    bits_write(out, mpeg_huffman_codes[i], mpeg_huffman_lengths[i]);
    if (a == 15 && table->linbits)
        bits_write(out, q[0] - 15u, table->linbits);
    if (a)
        bits_write(out, x[0] < 0, 1);
    if (b == 15 && table->linbits)
        bits_write(out, q[1] - 15u, table->linbits);
    if (b)
        bits_write(out, x[1] < 0, 1);
}

static void put_quadruple(struct bit_writer *out, const struct mpeg_huffman *table,
                          const uint16_t *q, const int32_t *x)
{
    unsigned i = table->first + 8u * q[0] + 4u * q[1] + 2u * q[2] + q[3];

    bits_write(out, mpeg_huffman_codes[i], mpeg_huffman_lengths[i]);
    for (int k = 0; k < 4; k++)
        if (q[k])
            bits_write(out, x[k] < 0, 1);
}

static void put_lines(struct bit_writer *out, const struct l3_part *part, const int32_t *x)
{
    const struct l3_code *code = &part->code;
    unsigned i = 0;

    for (unsigned region = 0; region < 3; region++) {
        unsigned end = region < 2 ? code->edge[region] : code->big_values;
        const struct mpeg_huffman *table = &mpeg_huffman[code->table[region]];

        if (code->table[region] == 0)
            i = end;
        for (; i < end; i += 2)
            put_pair(out, table, part->q + i, x + i);
    }
    for (unsigned n = 0; n < code->quadruples; n++, i += 4)
        put_quadruple(out, &mpeg_huffman[32 + code->table1], part->q + i, x + i);
}

static void put_factors(struct bit_writer *out, const struct l3_part *part)
{
    unsigned b = 0;

    for (unsigned group = 0; group < 4; group++)
        for (unsigned i = 0; i < part->group[group]; i++, b++)
            bits_write(out, part->factor[b], part->lengths[group]);
}

/* A frame of so many bytes, with its main data after that of the last frame. */
void l3_write_frame(struct l3_encoder *encoder, uint32_t bytes)
{
    struct bit_writer out = { encoder->main_data, 8 * sizeof encoder->main_data, 0 };
    uint32_t begin = encoder->base.pending.free;
    uint8_t *frame = mpeg_add_frame(&encoder->base, bytes);

    memset(encoder->main_data, 0, sizeof encoder->main_data);
    mpeg_write_header(&encoder->base.header, frame);
    put_side(encoder, begin, frame + MPEG_HEADER_BYTES);
    for (unsigned g = 0; g < encoder->granules; g++)
        for (unsigned c = 0; c < encoder->base.channels; c++) {
            put_factors(&out, &encoder->part[g][c]);
            put_lines(&out, &encoder->part[g][c], encoder->x[g][c]);
        }
    mpeg_put(&encoder->base, encoder->main_data, bits_bytes(&out));
}
