/* The bits of a frame: A/52, 5.3. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { SYNC = 0x0B77, CENTER_CODE = 1, SURROUND_CODE = 1 };

/* --- Everything but mantissas --- */

static void write_header(const struct ac3_encoder *state, struct bit_writer *out)
{
    const struct ac3_header *header = &state->target.header;

    bits_write(out, SYNC, 16);
    bits_write(out, 0, 16); /* the checksum of the first part */
    bits_write(out, header->rate, 2);
    bits_write(out, state->code, 6);
    bits_write(out, 8, 5); /* bsid */
    bits_write(out, 0, 3); /* bsmod: complete main */
    bits_write(out, header->mode, 3);
    if (header->mode & 1 && header->mode != 1)
        bits_write(out, CENTER_CODE, 2); /* -4.5 dB */
    if (header->mode & 4)
        bits_write(out, SURROUND_CODE, 2); /* -6 dB */
    if (header->mode == 2)
        bits_write(out, 0, 2); /* Dolby Surround is not indicated */
    bits_write(out, header->lfe, 1);
    bits_write(out, 31, 5); /* dialnorm: no attenuation */
    bits_write(out, 0, 3);  /* neither compression, language nor production */
    bits_write(out, 1, 2);  /* no copyright; original */
    bits_write(out, 0, 3);  /* no time codes, no more information */
}

/* Groups of three differences. */
static void write_exponents(struct bit_writer *out, const struct ac3_channel *set,
                            unsigned strategy)
{
    unsigned repeat = 1u << (strategy - 1), last = set->exponents[0];

    bits_write(out, last, 4);
    for (unsigned i = 1; i < set->end; i += 3 * repeat) {
        unsigned code = 0;

        for (unsigned j = 0; j < 3; j++) {
            unsigned at = i + j * repeat, e = at < set->end ? set->exponents[at] : last;

            code = 5 * code + e + 2 - last;
            last = e;
        }
        bits_write(out, code, 7);
    }
}

static void write_all_exponents(const struct ac3_encoder *state, unsigned block,
                                struct bit_writer *out)
{
    unsigned full = state->target.header.full;

    for (unsigned i = 0; i < full; i++)
        bits_write(out, state->strategies[i][block], 2);
    if (state->target.header.lfe)
        bits_write(out, state->strategies[AC3_LFE][block], 1);
    for (unsigned i = 0; i < full; i++)
        if (state->strategies[i][block] != AC3_REUSE)
            bits_write(out, (state->end[i] - 73u) / 3, 6);
    for (unsigned i = 0; i < state->count; i++) {
        unsigned channel = state->channels[i], strategy = state->strategies[channel][block];

        if (strategy == AC3_REUSE)
            continue;
        write_exponents(out, &state->sets[channel][block], strategy);
        if (channel != AC3_LFE)
            bits_write(out, 0, 2); /* gainrng */
    }
}

/* The first block has the parameters of allocation for all. */
static void write_model(const struct ac3_encoder *state, unsigned block, struct bit_writer *out)
{
    bits_write(out, block == 0, 1);
    if (block == 0)
        bits_write(out, AC3_MODEL_CODES, AC3_MODEL_BITS);
    bits_write(out, block == 0, 1);
    if (block == 0) {
        bits_write(out, (uint32_t)state->model.coarse_snr, 6);
        for (unsigned i = 0; i < state->count; i++) {
            const struct ac3_channel *set = &state->sets[state->channels[i]][0];

            bits_write(out, set->fine_snr, 4);
            bits_write(out, set->fast_gain, 3);
        }
    }
    bits_write(out, 0, 2); /* neither delta allocation nor unused bytes */
}

static void write_side(const struct ac3_encoder *state, unsigned block, struct bit_writer *out)
{
    unsigned full = state->target.header.full;

    for (unsigned i = 0; i < full; i++)
        bits_write(out, state->short_blocks[block], 1);
    bits_write(out, 0, full + 1); /* neither dither nor dynamic range control */
    bits_write(out, block == 0, 1);
    if (block == 0)
        bits_write(out, 0, 1); /* no coupling */
    if (state->target.header.mode == 2) {
        bits_write(out, block == 0, 1);
        for (unsigned i = 0; i < AC3_REMATRIX_BANDS && block == 0; i++)
            bits_write(out, state->rematrixed[i], 1);
    }
    write_all_exponents(state, block, out);
    write_model(state, block, out);
}

void ac3_count_side(const struct ac3_encoder *state, unsigned side[1 + AC3_BLOCKS])
{
    uint8_t bytes[AC3_MOST_BYTES];
    struct bit_writer out = { bytes, sizeof bytes * 8, 0 };

    memset(bytes, 0, sizeof bytes);
    write_header(state, &out);
    side[0] = out.at;
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        uint32_t start = out.at;

        write_side(state, block, &out);
        side[1 + block] = out.at - start;
    }
}

/* --- Mantissas: 7.3 --- */

struct code {
    uint16_t value;
    uint8_t bits;
};

/* The codes of a block, and those of them that hold mantissas of 3, 5 and 11 levels and have room
 * for more. */
struct codes {
    unsigned count;
    struct code *open[5]; /* by width */
    unsigned room[5];
    struct code list[AC3_OUTPUTS * AC3_BLOCK];
};

/* The nearest of an odd number of levels: 2i - (n - 1) n-ths. */
static unsigned level_of(int32_t mantissa, unsigned n)
{
    return (unsigned)(((int64_t)mantissa + (1 << AC3_X_Q)) * n >> (AC3_X_Q + 1));
}

/* A mantissa of `bits` bits. */
static unsigned uniform_of(int32_t mantissa, unsigned bits)
{
    unsigned shift = AC3_X_Q + 1 - bits;
    int32_t q = (mantissa + (1 << (shift - 1))) >> shift, most = (1 << (bits - 1)) - 1;

    return (unsigned)min_i32(q, most) & ((1u << bits) - 1);
}

/* The first mantissa of a group is the most significant digit. */
static void add_to_group(struct codes *codes, unsigned width, unsigned level)
{
    static const uint8_t levels[5] = { 0, 3, 5, 0, 11 }, lengths[5] = { 0, 3, 3, 0, 2 },
                         bits[5] = { 0, 5, 7, 0, 7 };
    unsigned weight = 1;

    if (codes->room[width] == 0) {
        codes->room[width] = lengths[width];
        codes->open[width] = &codes->list[codes->count++];
        *codes->open[width] = (struct code){ 0, bits[width] };
    }
    for (unsigned i = --codes->room[width]; i > 0; i--)
        weight *= levels[width];
    codes->open[width]->value = (uint16_t)(codes->open[width]->value + weight * level);
}

static void quantize(const struct ac3_channel *set, const int32_t *x, struct codes *codes)
{
    static const uint8_t levels[6] = { 0, 3, 5, 7, 11, 15 };

    for (unsigned i = 0; i < set->end; i++) {
        unsigned width = set->widths[i], bits = ac3_uniform_bits[width];
        int32_t mantissa = x[i] * (1 << set->exponents[i]);
        unsigned value;

        if (width == 0)
            continue;
        value = width < 6 ? level_of(mantissa, levels[width]) : uniform_of(mantissa, bits);
        if (bits == 0)
            add_to_group(codes, width, value);
        else
            codes->list[codes->count++] = (struct code){ (uint16_t)value, (uint8_t)bits };
    }
}

static void write_mantissas(const struct ac3_encoder *state, unsigned block,
                            const uint8_t set_of[AC3_OUTPUTS], struct bit_writer *out)
{
    struct codes codes;

    codes.count = 0;
    memset(codes.room, 0, sizeof codes.room);
    for (unsigned i = 0; i < state->count; i++) {
        unsigned channel = state->channels[i];

        quantize(&state->sets[channel][set_of[channel]], state->x[channel][block], &codes);
    }
    for (unsigned i = 0; i < codes.count; i++)
        bits_write(out, codes.list[i].value, codes.list[i].bits);
}

/* --- Checksums: 6.1.7 and 8.2.14 --- */

static unsigned checksum(const struct ac3_encoder *state, const uint8_t *bytes, unsigned from,
                         unsigned to)
{
    unsigned sum = 0;

    for (unsigned i = from; i < to; i++)
        sum = (sum << 8 ^ state->checksums[sum >> 8 ^ bytes[i]]) & 0xFFFF;
    return sum;
}

void ac3_init_checksums(struct ac3_encoder *state)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned sum = byte << 8;

        for (int bit = 0; bit < 8; bit++)
            sum = ac3_next_checksum(sum);
        state->checksums[byte] = (uint16_t)sum;
    }
}

/* Steps the checksum back by a bit. */
static unsigned step_back(unsigned sum)
{
    return sum & 1 ? (sum ^ AC3_POLYNOMIAL) >> 1 | 0x8000 : sum >> 1;
}

/* The product of two polynomials. */
static unsigned times(unsigned a, unsigned b)
{
    unsigned sum = 0;

    for (int bit = 15; bit >= 0; bit--) {
        sum = ac3_next_checksum(sum);
        if (b >> bit & 1)
            sum ^= a;
    }
    return sum;
}

/* The checksum that `bits` bits of 0 turn into `sum`. */
static unsigned before(unsigned sum, unsigned bits)
{
    for (unsigned power = step_back(1); bits > 0; bits /= 2, power = times(power, power))
        if (bits & 1)
            sum = times(sum, power);
    return sum;
}

/* The first checksum precedes what it is for, so that it has the value that the others need to end
 * at 0. The bit before the second one avoids that it looks like the beginning of a frame. */
static void write_checksums(const struct ac3_encoder *state, uint8_t *bytes)
{
    unsigned part = ac3_first_part(state->bytes), end = state->bytes - 2;
    unsigned first = before(checksum(state, bytes, 4, part), (part - 2) * 8), second;

    bytes[2] = (uint8_t)(first >> 8);
    bytes[3] = (uint8_t)first;
    second = checksum(state, bytes, part, end);
    if (second == SYNC) {
        bytes[end - 1] ^= 1;
        second = checksum(state, bytes, part, end);
    }
    bytes[end] = (uint8_t)(second >> 8);
    bytes[end + 1] = (uint8_t)second;
}

void ac3_write_frame(const struct ac3_encoder *state, uint8_t *bytes)
{
    struct bit_writer out = { bytes, state->bytes * 8, 0 };
    uint8_t set_of[AC3_OUTPUTS] = { 0 };

    write_header(state, &out);
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        for (unsigned i = 0; i < AC3_OUTPUTS; i++)
            if (state->strategies[i][block] != AC3_REUSE)
                set_of[i] = (uint8_t)block;
        write_side(state, block, &out);
        write_mantissas(state, block, set_of, &out);
    }
    write_checksums(state, bytes);
}
