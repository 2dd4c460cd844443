/* The headers and the tables of MPEG audio: every header, lengths that the standard states, codes
 * that are complete, bands that cover the spectrum, and a window that reconstructs. */
#include <math.h>
#include "support.h"
#include "bits.h"
#include "codecs/mpeg/layer3.h"
#include "codecs/mpeg/peek.h"
#include "codecs/mpeg/tables.h"

/* Writing a header restores its bytes, and nothing else is a header. */
static void every_header(void **unused)
{
    unsigned headers = 0;

    (void)unused;
    for (uint32_t i = 0; i < 1u << 24; i++) {
        uint8_t src[4] = { 0xFF, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i }, dst[4];
        struct mpeg_header header;

        if (!mpeg_parse_header(src, &header))
            continue;
        mpeg_write_header(&header, dst);
        assert_memory_equal(src, dst, 4);
        assert_true(mpeg_frame_bytes(&header) <= MPEG_FRAME_MOST);
        headers++;
    }
    /* Versions, layers, CRC; bit rates, sample rates, padding, private; the last byte. */
    assert_int_equal(headers, 3 * 3 * 2 * 15 * 3 * 4 * 256);
    assert_false(
        mpeg_parse_header((const uint8_t[4]){ 0xFE, 0xFB, 0x90, 0 }, &(struct mpeg_header){ 0 }));
}

struct length {
    uint8_t version, layer;
    uint32_t sample_rate, bit_rate;
    bool padding;
    unsigned bytes, samples;
};

static void lengths(void **unused)
{
    static const struct length expected[] = {
        { MPEG_1, 3, 44100, 128000, false, 417, 1152 },
        { MPEG_1, 3, 44100, 128000, true, 418, 1152 },
        { MPEG_1, 3, 48000, 320000, false, 960, 1152 },
        { MPEG_2, 3, 22050, 56000, false, 182, 576 },
        { MPEG_2_5, 3, 8000, 8000, false, 72, 576 },
        { MPEG_1, 2, 48000, 192000, false, 576, 1152 },
        { MPEG_2, 2, 24000, 160000, false, 960, 1152 },
        { MPEG_1, 1, 44100, 448000, true, 488, 384 },
        { MPEG_1, 1, 32000, 32000, false, 48, 384 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct length *of = &expected[i];
        struct mpeg_header header = { .layer = of->layer, .padding = of->padding };

        assert_true(mpeg_set_sample_rate(&header, of->sample_rate));
        assert_true(mpeg_set_bit_rate(&header, of->bit_rate));
        assert_int_equal(header.version, of->version);
        assert_int_equal(mpeg_sample_rate(&header), of->sample_rate);
        assert_int_equal(mpeg_bit_rate(&header), of->bit_rate);
        assert_int_equal(mpeg_frame_bytes(&header), of->bytes);
        assert_int_equal(mpeg_frame_samples(&header), of->samples);
        assert_false(mpeg_set_sample_rate(&header, 44101));
        assert_false(mpeg_set_bit_rate(&header, of->bit_rate + 1));
    }
}

/* By words of 19 bits, the longest code: the number of codes of a table that begin a word, and
 * which one does. */
enum { WORD_BITS = 19, QUADRUPLES = 32 };
static uint8_t seen[1 << WORD_BITS];
static uint16_t index_of[1 << WORD_BITS];

/* The magnitude of the value i of a pair or of a quadruple. */
static unsigned magnitude(const struct mpeg_huffman *table, unsigned n, unsigned index, unsigned i)
{
    if (n == 4)
        return index >> (3 - i) & 1;
    return i == 0 ? index / table->width : index % table->width;
}

static int read_value(const uint8_t *bytes, uint32_t *at, unsigned value, unsigned linbits)
{
    if (value == 15)
        value += mpeg_read(bytes, at, linbits);
    return value != 0 && mpeg_read(bytes, at, 1) ? -(int)value : (int)value;
}

/* The decoder reads the pair or quadruple that begins the word, its linbits and signs, and no
 * more. */
static void check_decoder(unsigned t, unsigned word, uint32_t rest)
{
    static struct layer3_lines lines;
    const struct mpeg_huffman *table = &mpeg_huffman[t];
    struct layer3_granule granule = { .count1_table = t == QUADRUPLES + 1 };
    uint8_t bytes[8 + LAYER3_PAST] = { 0 };
    unsigned index = index_of[word], n = t < QUADRUPLES ? 2 : 4, large = 0;
    uint32_t at = mpeg_huffman_lengths[table->first + index];
    struct layer3_bits in = { bytes, 0, 0 };
    int values[4];

    store64_be(bytes, (uint64_t)word << (64 - WORD_BITS) | (uint64_t)rest << (32 - WORD_BITS));
    for (unsigned i = 0; i < n; i++)
        values[i] = read_value(bytes, &at, magnitude(table, n, index, i), table->linbits);
    if (n == 2) {
        granule.pair_lines = granule.region_ends[0] = granule.region_ends[1] = 2;
        granule.tables[0] = (uint8_t)t;
    }
    in.end = at;
    layer3_read_lines(&in, &granule, &lines);
    assert_true(in.at == at && lines.count == n);
    for (unsigned i = 0; i < n; i++) {
        int size = abs(values[i]);
        int32_t power = (int32_t)lround(pow(size < 15 ? size : 15, 4 / 3.0) * (1 << 25));

        assert_int_equal(lines.q[i], values[i] < 0 ? -power : power);
        if (size > 15) {
            assert_int_equal(lines.large[large].line, i);
            assert_int_equal(lines.large[large++].value, values[i]);
        }
    }
    assert_int_equal(lines.large_count, large);
}

/* A complete prefix code covers every word exactly once. Tables that share their codes differ in
 * their linbits only. */
static void huffman_codes(void **unused)
{
    uint32_t seed = 8;

    (void)unused;
    for (unsigned t = 0; t < MPEG_HUFFMAN_TABLES; t++) {
        const struct mpeg_huffman *table = &mpeg_huffman[t];
        unsigned size = t >= 32 ? table->width : (unsigned)table->width * table->width;
        unsigned step = t > 0 && table->first == table[-1].first ? 97 : 1;

        memset(seen, 0, sizeof seen);
        for (unsigned i = 0; i < size; i++) {
            unsigned rest = 19u - mpeg_huffman_lengths[table->first + i],
                     start = (unsigned)mpeg_huffman_codes[table->first + i] << rest;

            for (unsigned word = start; word < start + (1u << rest); word++) {
                assert_int_equal(seen[word]++, 0);
                index_of[word] = (uint16_t)i;
            }
        }
        for (unsigned word = 0; size != 0 && word < sizeof seen; word++)
            assert_int_equal(seen[word], 1);
        for (unsigned word = 0; size != 0 && word < sizeof seen; word += step)
            check_decoder(t, word, draw(&seed));
    }
}

static void check_bands(const uint16_t *starts, unsigned bands, unsigned lines)
{
    assert_int_equal(starts[0], 0);
    for (unsigned i = 0; i < bands; i++) {
        assert_true(starts[i] < starts[i + 1]);
        assert_int_equal(starts[i] % 2, 0);
    }
    assert_int_equal(starts[bands], lines);
}

static void bands(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < MPEG_RATES; i++) {
        check_bands(mpeg_long_bands[i], MPEG_LONG_BANDS, MPEG_GRANULE);
        check_bands(mpeg_short_bands[i], MPEG_SHORT_BANDS, MPEG_GRANULE / 3);
    }
}

/* All scale factors of LSF have a length: 21 long ones, 36 short ones, or 6 and 27. */
static void lsf_counts(void **unused)
{
    static const unsigned sums[3] = { 21, 36, 33 };

    (void)unused;
    for (unsigned range = 0; range < 6; range++)
        for (unsigned kind = 0; kind < 3; kind++) {
            const uint8_t *counts = mpeg_lsf_counts[range][kind];

            assert_int_equal(counts[0] + counts[1] + counts[2] + counts[3], sums[kind]);
        }
}

static void layer2(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 17; i++) {
        const struct mpeg_quantizer *of = &mpeg_quantizers[i];
        unsigned n = of->levels, values = of->grouped ? n * n * n : n;

        assert_true(values <= 1u << of->bits && values > 1u << (of->bits - 1));
    }
    for (unsigned i = 0; i < MPEG_ALLOCATIONS; i++)
        for (unsigned k = 2; k < 1u << mpeg_allocations[i].bits; k++)
            assert_true(mpeg_allocations[i].quantizers[k] > mpeg_allocations[i].quantizers[k - 1]);
}

/* The prototype of a cosine-modulated filter bank of 32 bands reconstructs if the correlation of
 * its phases k and k + 32 with themselves, at multiples of 64 samples, is a constant at 0, and 0
 * elsewhere. Every second run of 64 coefficients of the window has the opposite sign. */
static void window(void **unused)
{
    double p[MPEG_WINDOW], sum = 0;

    (void)unused;
    for (int i = 0; i < MPEG_WINDOW; i++) {
        p[i] = (i / 64 % 2 ? -1 : 1) * mpeg_window[i] / 65536.0;
        sum += p[i] * p[i] / 32;
    }
    for (int i = 1; i < MPEG_WINDOW; i++)
        assert_true(p[i] == p[MPEG_WINDOW - i]);
    for (int k = 0; k < 32; k++)
        for (int distance = 0; distance < MPEG_WINDOW; distance += 64) {
            double product = 0;

            for (int i = k; i + distance < MPEG_WINDOW; i += 32)
                product += p[i] * p[i + distance];
            assert_true(fabs(product - (distance == 0 ? sum : 0)) < 1e-4);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_header),  cmocka_unit_test(lengths),
        cmocka_unit_test(huffman_codes), cmocka_unit_test(bands),
        cmocka_unit_test(lsf_counts),    cmocka_unit_test(layer2),
        cmocka_unit_test(window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
