/* The tables that the decoders and the encoders of MPEG audio share. Numbers of tables without a
 * document are those of ISO/IEC 11172-3 (1993). */
#ifndef OMNIACM_MPEG_TABLES_H
#define OMNIACM_MPEG_TABLES_H

#include <stdint.h>
#include "frame.h"

enum {
    MPEG_RATES = 9,
    MPEG_BIT_RATES = 15,
    MPEG_LONG_BANDS = 22, /* the last one has no scale factor */
    MPEG_SHORT_BANDS = 13,
    MPEG_SUBBANDS = 32,
    MPEG_WINDOW = 512,
    MPEG_HUFFMAN_TABLES = 34,
    MPEG_HUFFMAN_CODES = 1410
};

/* Hz: MPEG-1, MPEG-2, MPEG-2.5. */
extern const uint16_t mpeg_sample_rates[MPEG_RATES];

/* kbit/s, of MPEG-1 and of LSF, by layer; 0 is free format. */
extern const uint16_t mpeg_bit_rates[2][3][MPEG_BIT_RATES];

/* The synthesis window D of table B.3, in 65536ths, which are exact. The analysis window C of table
 * C.1 is D / 32. */
extern const int32_t mpeg_window[MPEG_WINDOW];

/* Layer III: where the scale-factor bands of long blocks begin, of 576 lines, and those of each
 * short block, of 192: table B.8; 13818-3, table B.2. The last entry is the end. */
extern const uint16_t mpeg_long_bands[MPEG_RATES][MPEG_LONG_BANDS + 1];
extern const uint16_t mpeg_short_bands[MPEG_RATES][MPEG_SHORT_BANDS + 1];

/* Table B.6. */
extern const uint8_t mpeg_pretab[MPEG_LONG_BANDS];

/* 2.4.2.7, scalefac_compress: the bits of the lower and the upper scale factors. */
extern const uint8_t mpeg_slen[16][2];

/* 13818-3, 2.4.3.2: how many scale factors of LSF have each of four lengths. The first index is a
 * range of scalefac_compress: below 400, 500 and 512; for the second channel of intensity stereo,
 * of scalefac_compress / 2: below 180, 244 and 256. The second is 0 for long, 1 for short, and 2
 * for mixed blocks. */
extern const uint8_t mpeg_lsf_counts[6][3][4];

/* A Huffman table: 0 to 31 are table_select's, 32 and 33 those of quadruples (table A and B). The
 * value (x, y) of a pair is entry first + x * width + y of the lists of codes and lengths, the
 * value (v, w, x, y) of a quadruple entry first + 8v + 4w + 2x + y. Bits of linbits follow where x
 * or y is 15, and signs follow where they are not 0; the lengths do not include them. The width of
 * tables 0, 4 and 14 is 0. */
struct mpeg_huffman {
    uint16_t first;
    uint8_t width, linbits;
};

extern const struct mpeg_huffman mpeg_huffman[MPEG_HUFFMAN_TABLES];
extern const uint8_t mpeg_huffman_lengths[MPEG_HUFFMAN_CODES];
extern const uint16_t mpeg_huffman_codes[MPEG_HUFFMAN_CODES];

/* A quantizer of Layer II, table B.4. Three samples in a row share a code of `bits` if grouped;
 * otherwise each has its own. */
struct mpeg_quantizer {
    uint16_t levels;
    uint8_t bits;
    bool grouped;
};

extern const struct mpeg_quantizer mpeg_quantizers[17];

/* How a subband of Layer II is allocated: `bits` of a code, which is 0 for silence, and otherwise
 * the index in `quantizers`, which are indices in mpeg_quantizers. */
struct mpeg_allocation {
    uint8_t bits, quantizers[16];
};

/* Tables B.2a to B.2d, and 13818-3, table B.1: the number of subbands, and for each of them an
 * index in mpeg_allocations. */
struct mpeg_layer2 {
    uint8_t subbands, allocation[30];
};

enum { MPEG_LAYER2_TABLES = 5, MPEG_ALLOCATIONS = 8 };

extern const struct mpeg_allocation mpeg_allocations[MPEG_ALLOCATIONS];
extern const struct mpeg_layer2 mpeg_layer2_tables[MPEG_LAYER2_TABLES];

/* The table of a frame. `bit_rate`, in bit/s, is that of all channels. */
const struct mpeg_layer2 *mpeg_layer2_of(const struct mpeg_header *, uint32_t bit_rate);

#endif
