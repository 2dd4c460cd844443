/* Quantization of lines, and the choice of the Huffman tables: 11172-3, 2.4.2.7 and C.1.5.4. */
#include <string.h>
#include "layer3_encoder.h"
#include "quantizer_tables.h"
#include "fixed.h"
#include "quantizer.h"

/* The power of a mantissa of 7 bits, interpolated, times that of the exponent. */
void l3_find_powers(const int32_t x[MPEG_GRANULE], uint32_t powers[MPEG_GRANULE])
{
    for (int i = 0; i < MPEG_GRANULE; i++) {
        uint32_t v = (uint32_t)(x[i] < 0 ? -x[i] : x[i]), m, base;
        int exponent;

        v = v < 1u << 28 ? v : (1u << 28) - 1;
        if (v == 0) {
            powers[i] = 0;
            continue;
        }
        exponent = 31 - __builtin_clz(v);
        m = v << (31 - exponent);
        base = mpeg_power_mantissas[m >> 24 & 127];
        base += (uint32_t)((uint64_t)(mpeg_power_mantissas[(m >> 24 & 127) + 1] - base) *
                               (m >> 8 & 0xFFFF) >>
                           16);
        powers[i] = (uint32_t)((uint64_t)base * mpeg_power_exponents[exponent] >> 30);
    }
}

/* The steps are 2^(step/4) of a line's unit. A line of p^(4/3) becomes p 2^(-3 step/16) + 0.4054,
 * rounded down: what rounds |x| to nearest, on average. */
static uint32_t step_power(int step)
{
    return mpeg_step_powers[step & 15] >> (3 * (step >> 4) - 2);
}

/* Bands with scale factors have finer steps, which are equivalent to larger lines: `finer` is in
 * quarters of log2. All powers are shifted so that the largest fits 32 bits. */
void l3_scale_powers(struct l3_encoder *encoder, const struct mpeg_bands *bands,
                     const uint8_t finer[MPEG_BANDS_MOST])
{
    uint64_t most = 0;
    unsigned shift = 0;

    for (unsigned b = 0; b < bands->count; b++) {
        uint32_t peak = 0;
        uint64_t scaled;

        for (unsigned k = bands->start[b]; k < bands->start[b + 1]; k++)
            peak = encoder->powers[k] > peak ? encoder->powers[k] : peak;
        scaled = (uint64_t)peak << 3 * ((finer[b] + 15) / 16);
        most = scaled > most ? scaled : most;
    }
    while (most >> shift > UINT32_MAX)
        shift++;
    for (unsigned b = 0; b < bands->count; b++) {
        unsigned whole = (finer[b] + 15u) / 16;
        uint64_t factor = mpeg_step_powers[16 * whole - finer[b]];

        for (unsigned k = bands->start[b]; k < bands->start[b + 1]; k++)
            encoder->powers[k] =
                (uint32_t)((encoder->powers[k] * factor >> 31) << 3 * whole >> shift);
    }
    encoder->power_shift = shift;
}

/* The classes of tables: those for values of up to 1, 2, 3, 5, 7 and 15, and with linbits. */
static const uint8_t class_tables[L3_CLASSES][3] = { { 1 },       { 2, 3 },       { 5, 6 },
                                                     { 7, 8, 9 }, { 10, 11, 12 }, { 13, 15 },
                                                     { 16, 24 } };
static const uint8_t class_of[16] = { 0, 0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5 };

/* The lengths of a pair's codes in up to three tables, 16 bits apart, with signs, and 1 in the
 * highest field for each value that has linbits. */
void l3_init_lengths(uint64_t lengths[L3_CLASSES][256])
{
    memset(lengths, 0, sizeof(uint64_t) * L3_CLASSES * 256);
    for (unsigned class = 0; class < L3_CLASSES; class ++)
        for (unsigned i = 0; i < 3 && class_tables[class][i]; i++) {
            const struct mpeg_huffman *table = &mpeg_huffman[class_tables[class][i]];

            for (unsigned x = 0; x < table->width; x++)
                for (unsigned y = 0; y < table->width; y++) {
                    unsigned bits = mpeg_huffman_lengths[table->first + x * table->width + y];

                    bits += (unsigned)((x != 0) + (y != 0));
                    lengths[class][16 * x + y] |= (uint64_t)bits << 16 * i;
                }
        }
    for (unsigned v = 0; v < 256; v++)
        lengths[L3_CLASSES - 1][v] |= (uint64_t)((v >> 4 == 15) + ((v & 15) == 15)) << 48;
}

/* The least table of the 8 from `table` whose linbits hold `value` - 15. */
static unsigned escape_table(unsigned table, unsigned value)
{
    while (value - 15 >= 1u << mpeg_huffman[table].linbits)
        table++;
    return table;
}

/* The best table for lines from `from` to `to`, and its bits. */
static unsigned choose_table(const uint64_t (*lengths)[256], const uint16_t *q, unsigned from,
                             unsigned to, uint32_t *bits)
{
    unsigned most = 0, class, best = 0;
    const uint8_t *tables;
    uint64_t sum = 0;

    for (unsigned i = from; i < to; i++)
        most = q[i] > most ? q[i] : most;
    *bits = 0;
    if (most == 0)
        return 0;
    class = most > 15 ? L3_CLASSES - 1 : class_of[most];
    for (unsigned i = from; i < to; i += 2) {
        unsigned x = q[i] < 15 ? q[i] : 15, y = q[i + 1] < 15 ? q[i + 1] : 15;

        sum += lengths[class][16 * x + y];
    }
    tables = class_tables[class];
    if (class == L3_CLASSES - 1) {
        unsigned a = escape_table(16, most), b = escape_table(24, most);
        uint32_t escapes = (uint32_t)(sum >> 48);
        uint32_t in_a = (uint32_t)(sum & 0xFFFF) + escapes * mpeg_huffman[a].linbits;
        uint32_t in_b = (uint32_t)(sum >> 16 & 0xFFFF) + escapes * mpeg_huffman[b].linbits;

        *bits = in_a < in_b ? in_a : in_b;
        return in_a < in_b ? a : b;
    }
    for (unsigned i = 1; i < 3 && tables[i]; i++)
        if ((sum >> 16 * i & 0xFFFF) < (sum >> 16 * best & 0xFFFF))
            best = i;
    *bits = (uint32_t)(sum >> 16 * best & 0xFFFF);
    return tables[best];
}

/* Lines from the end whose values are at most 1 are coded in quadruples, after those in pairs. */
static void count_quadruples(const uint16_t *q, struct l3_code *code)
{
    const uint8_t *lengths = mpeg_huffman_lengths + mpeg_huffman[32].first;
    unsigned end = MPEG_GRANULE, big;
    uint32_t a = 0, b = 0;

    while (end > 0 && (q[end - 1] | q[end - 2]) == 0)
        end -= 2;
    for (big = end; big >= 4; big -= 4) {
        const uint16_t *v = q + big - 4;

        if ((v[0] | v[1] | v[2] | v[3]) > 1)
            break;
        a += lengths[8 * v[0] + 4 * v[1] + 2 * v[2] + v[3]];
        a += (uint32_t)(v[0] + v[1] + v[2] + v[3]);
        b += 4u + v[0] + v[1] + v[2] + v[3];
    }
    code->big_values = (uint16_t)big;
    code->quadruples = (uint16_t)((end - big) / 4);
    code->table1 = b < a;
    code->bits = b < a ? b : a;
}

/* Long blocks have three regions, each about a third of the bands; others have two, of which the
 * first is fixed. */
static void choose_regions(const struct l3_encoder *encoder, unsigned block_type,
                           struct l3_code *code)
{
    const uint16_t *start = encoder->base.masking.bands[0].start;
    unsigned used = 0, first, second;

    if (block_type != MPEG_LONG) {
        first = block_type == MPEG_SHORT ? encoder->base.masking.bands[1].start[9] : start[8];
        code->region_count[0] = block_type == MPEG_SHORT ? 8 : 7;
        code->region_count[1] = 0;
        code->edge[0] = code->big_values < first ? code->big_values : (uint16_t)first;
        code->edge[1] = code->big_values;
        return;
    }
    while (start[used] < code->big_values)
        used++;
    first = used < 3 ? 1 : used / 3;
    second = used < first + 2 ? 1 : (used - first) / 2;
    if (second > 8)
        second = 8;
    code->region_count[0] = (uint8_t)(first - 1);
    code->region_count[1] = (uint8_t)(second - 1);
    for (unsigned i = 0; i < 2; i++, first += second)
        code->edge[i] = start[first] < code->big_values ? start[first] : code->big_values;
}

void l3_choose_code(const struct l3_encoder *encoder, struct l3_part *part)
{
    struct l3_code *code = &part->code;
    unsigned from = 0;

    count_quadruples(part->q, code);
    choose_regions(encoder, part->block_type, code);
    for (unsigned i = 0; i < 3; i++) {
        unsigned to = i < 2 ? code->edge[i] : code->big_values;
        uint32_t bits;

        code->table[i] = (uint8_t)choose_table(encoder->lengths, part->q, from, to, &bits);
        code->bits += bits;
        from = to;
    }
}

static uint32_t try_step(const struct l3_encoder *encoder, struct l3_part *part, int step)
{
    encoder->base.dsp->quantize(encoder->powers, step_power(step) << encoder->power_shift, part->q,
                                encoder->cutoff);
    l3_choose_code(encoder, part);
    return part->code.bits;
}

/* The finest step at which no value is too large. */
static int least_step(const struct l3_encoder *encoder)
{
    uint32_t most = 0;
    int step = L3_STEP_LEAST;

    for (unsigned i = 0; i < encoder->cutoff; i++)
        most = encoder->powers[i] > most ? encoder->powers[i] : most;
    while ((uint64_t)step_power(step) << encoder->power_shift > UINT32_MAX ||
           mpeg_quantized(most, step_power(step) << encoder->power_shift) > L3_VALUE_MOST)
        step++;
    return step;
}

/* The finest step whose codes fit `bits`: by the secant of the last two tries, within a bracket. */
void l3_fit(struct l3_encoder *encoder, struct l3_part *part, uint32_t bits, int guess)
{
    int low = least_step(encoder) - 1, high = L3_STEP_MOST, step = guess, slope = 16;
    int best = -1;
    uint32_t last_bits = 0;
    int last_step = 0;

    memset(part->q + encoder->cutoff, 0, sizeof part->q - encoder->cutoff * sizeof part->q[0]);
    for (int tries = 0; high - low > 1; tries++) {
        uint32_t used;
        int move;

        step = step <= low ? low + 1 : step >= high ? high - 1 : step;
        used = try_step(encoder, part, step);
        if (tries > 0 && step != last_step) {
            slope = (int)(last_bits - used) / (step - last_step);
            slope = slope < 4 ? 4 : slope;
        }
        last_bits = used;
        last_step = step;
        if (used > bits) {
            low = step;
            move = ((int)(used - bits) + slope - 1) / slope;
            step += move > 0 ? move : 1;
        } else {
            high = best = step;
            move = (int)(bits - used) / slope;
            step -= move > 0 ? move : 1;
        }
    }
    if (high != last_step || best < 0)
        try_step(encoder, part, high);
    part->gain = (uint8_t)(high + L3_GAIN);
}
