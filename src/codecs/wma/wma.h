/* The stages of Windows Media Audio 1 and 2, and the data that they exchange.
 *
 * The formats were never published. FFmpeg's decoder, whose authors recovered them, is the public
 * source. A frame of 512 to 2048 samples consists of blocks, each an MDCT, of one size or of
 * several. The coefficients of a block are quantized by one gain and by exponents, a curve over
 * the frequencies, which is coded in bands or as line spectral pairs. Noise takes the place of high
 * coefficients at low bit rates. A packet has one frame or, with a bit reservoir, several, of which
 * the first may have begun in the packet before. */
#ifndef OMNIACM_WMA_H
#define OMNIACM_WMA_H

#include <stdbool.h>
#include <stdint.h>
#include "bit_reader.h"
#include "dsp.h"

enum {
    WMA_CHANNELS = 2,
    WMA_FRAME = 2048, /* the longest */
    WMA_LEAST_BITS = 7,
    WMA_SIZES = 5,
    WMA_BANDS = 25,
    WMA_HIGH_BANDS = 16,
    WMA_LSP = 10,
    WMA_CODES = 1336,
    WMA_PACKET = 16384, /* the longest packet, in bytes */
    WMA_TAIL = 32768,   /* the longest beginning of a frame */
    WMA_X_Q = 13,       /* of coefficients */
    WMA_PCM_Q = 12,     /* of samples before they are rounded */
    WMA_RATIO_Q = 30    /* of exponents relative to the highest of their block */
};

/* The options of the header, and the number of block sizes in two bits above. */
enum wma_option { WMA_EXPONENTS = 1, WMA_RESERVOIR = 2, WMA_VARIABLE = 4, WMA_SIZES_AT = 3 };

/* setup.c: the parameters that a header determines. Arrays have an element for each block size, the
 * longest first. */
struct wma_format {
    unsigned version, channels, options;
    uint32_t sample_rate, byte_rate;
    unsigned block_bytes;
};

struct wma_setup {
    struct wma_format format;
    unsigned frame_bits, sizes; /* log2 of the frame's length, and the number of block sizes */
    bool noise;
    unsigned offset_bits; /* of the length of a frame's rest */
    unsigned start;       /* the first coefficient that is coded */
    unsigned code;        /* of the coefficients, 0 to 2 */
    uint16_t end[WMA_SIZES];
    uint8_t band_count[WMA_SIZES];
    uint16_t bands[WMA_SIZES][WMA_BANDS];
    uint16_t high_start[WMA_SIZES]; /* where bands begin that may be noise */
    uint8_t high_count[WMA_SIZES];
    uint16_t high[WMA_SIZES][WMA_BANDS];
};

unsigned wma_frame_bits(unsigned version, uint32_t sample_rate);
void wma_set_up(struct wma_setup *, const struct wma_format *);

/* codes.c: prefix codes, as code lengths and symbols in the order of the codes' values. */
struct wma_prefix_code {
    uint16_t size;
    const uint8_t *lengths;
    const uint16_t *symbols, *runs;
};

struct wma_book {
    const struct wma_prefix_code *code;
    uint32_t starts[WMA_CODES]; /* the codes, from the most significant bit on */
    uint16_t quick[257];        /* the last code that starts before the next 8 bits' */
};

struct wma_pair {
    uint16_t level, run;
};

void wma_open_book(struct wma_book *, const struct wma_prefix_code *);
unsigned wma_read_code(struct bit_reader *, const struct wma_book *);

/* Levels and runs of a code for coefficients, by symbol from 2 on. */
void wma_open_pairs(struct wma_pair pairs[WMA_CODES], const struct wma_prefix_code *);

/* scale.c: positive numbers m 2^(e - 30), m from 2^30 to 2^31. */
struct wma_gain {
    uint32_t m;
    int e;
};

struct wma_gain wma_gain_of(uint64_t m, int e); /* m 2^e, for m > 0 */
struct wma_gain wma_times(struct wma_gain, struct wma_gain);
struct wma_gain wma_twentieth(int n);                   /* 10^(n/20) */
struct wma_gain wma_root_ratio(uint64_t a, uint64_t b); /* sqrt(a / b) */
int32_t wma_sine(int i);                                /* sin(pi i / 8192), Q30 */

/* exponents.c: the curve of a channel, relative to its highest value. */
struct wma_exponents {
    bool known;
    unsigned size; /* the block size for which it was coded, as an index */
    int32_t ratio[WMA_FRAME];
};

/* From the exponents of bands, in sixteenths of a decade and at most 155 apart. */
void wma_band_curve(const struct wma_setup *, unsigned size, const int values[WMA_BANDS],
                    int32_t *ratio);

static inline unsigned wma_lsp_bits(unsigned i) { return i == 0 || i >= 8 ? 3 : 4; }
void wma_lsp_curve(const struct wma_setup *, unsigned size, const uint8_t indices[WMA_LSP],
                   int32_t ratio[WMA_FRAME]);

struct wma_decoder;
bool wma_read_exponents(struct wma_decoder *, struct bit_reader *, unsigned size,
                        struct wma_exponents *);

/* block.c: reads the coefficients of a block; false if it is damaged. */
struct wma_block {
    unsigned size, length;
    bool mid_side;
    bool coded[WMA_CHANNELS];
};

bool wma_read_block(struct wma_decoder *, struct bit_reader *, struct wma_block *);
unsigned wma_level_bits(unsigned gain); /* of an escaped level */

/* frame.c: decodes a frame to interleaved samples. A damaged one fades. */
bool wma_decode_frame(struct wma_decoder *, struct bit_reader *, int16_t *pcm);
void wma_lose_frame(struct wma_decoder *, int16_t *pcm);

/* packet.c: the bit reservoir. */
struct wma_reservoir {
    uint8_t packet[WMA_PACKET], tail[WMA_TAIL];
    struct bit_reader in;
    unsigned tail_bytes, tail_at; /* the frame that has begun, and its first bit */
    uint32_t tail_bits;           /* more bits of it in this packet */
    unsigned frames;              /* left in the packet */
    bool spanning;                /* the next one began in the packet before */
    bool lost;
};

void wma_take_packet(struct wma_decoder *, const uint8_t *src);
void wma_next_frame(struct wma_decoder *, int16_t *pcm);

struct wma_decoder {
    const struct dsp_mdct *dsp;
    struct wma_setup setup;
    struct wma_book exponent_book, gain_book, books[2]; /* the second one for sides */
    struct wma_pair pairs[2][WMA_CODES];
    int32_t windows[2 * WMA_FRAME]; /* of n samples from n on, Q30 */
    struct wma_exponents exponents[WMA_CHANNELS];
    int32_t x[WMA_CHANNELS][WMA_FRAME];       /* coefficients, and then their DCT-IV */
    int32_t out[WMA_CHANNELS][2 * WMA_FRAME]; /* this frame, and what it adds to the next */
    unsigned previous, current, next;         /* block sizes, as indices */
    bool reset;                               /* the next block gives all three */
    uint32_t seed;
    unsigned drawn; /* numbers since the seed was 1 */
    struct wma_reservoir reservoir;
};

void wma_init(struct wma_decoder *, const struct wma_format *, const struct dsp_mdct *);

/* tables.c */
struct wma_angle {
    int32_t sine, cosine;
};

extern const struct wma_prefix_code wma_coefficient_codes[6], wma_exponent_code, wma_gain_code;

/* Band widths for 22.05, 32 and 44.1 kHz, for blocks of 128, 256 and 512; the first number is how
 * many there are. */
extern const uint8_t wma_bands[3][3][25];
extern const uint16_t wma_critical[25];       /* band edges in Hz */
extern const int32_t wma_lsp[WMA_LSP][16];    /* Q28 */
extern const int32_t wma_sixteenths[156];     /* 10^(-i/16), Q30 */
extern const int32_t wma_twentieths[20];      /* 10^(i/20), Q27 */
extern const struct wma_angle wma_coarse[65]; /* of pi i / 128, Q30 */
extern const struct wma_angle wma_fine[64];   /* of pi i / 8192, Q30 */

#endif
