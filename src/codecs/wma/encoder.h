/* The stages of the encoder. A packet has one frame, and a frame one block. */
#ifndef OMNIACM_WMA_ENCODER_H
#define OMNIACM_WMA_ENCODER_H

#include "bit_writer.h"
#include "wma.h"

enum {
    WMA_LEVELS = 340,       /* of a code for coefficients */
    WMA_LEVEL_Q = 6,        /* of magnitudes relative to the quantizer's step */
    WMA_TOO_LOUD = 1 << 20, /* the bits of levels that have no code */
    WMA_INVERSE_Q = 16,     /* of 1 / WMA_RATIO */
    WMA_INVERSE_MOST = 1 << (14 + WMA_INVERSE_Q),
    WMA_SCALE_BITS = 14,          /* coefficients are 2^14 / n times the DCT-IV */
    WMA_RANGE = 59,               /* of exponents */
    WMA_POINTS = SPECTRUM_POINTS, /* of a frame, at which curves are compared */
    WMA_NEAR_LEVELS = 16,         /* most levels and runs are below these */
    WMA_NEAR_RUNS = 32
};

/* codebook.c: a prefix code by symbol. `first` has, for a code of coefficients, the symbol of each
 * level with a run of 0, from level 1 on, and then the number of symbols. `run_bits` has the bits
 * of level 1 after a run, with the sign; `near_bits` those of small levels after short runs, or 0
 * without a symbol. */
struct wma_codebook {
    unsigned levels, run_bits_least;
    uint8_t run_bits[WMA_FRAME], near_bits[WMA_NEAR_LEVELS][WMA_NEAR_RUNS];
    uint16_t first[WMA_LEVELS + 2];
    uint8_t lengths[WMA_CODES];
    uint32_t bits[WMA_CODES];
};

enum wma_symbol { WMA_ESCAPE, WMA_END, WMA_FIRST_PAIR };

void wma_fill_codebook(struct wma_codebook *, const struct wma_prefix_code *);

/* The symbol of a level and the run of zeros before it: WMA_ESCAPE if it has none. */
static inline unsigned wma_symbol_of(const struct wma_codebook *book, unsigned level, unsigned run)
{
    if (level <= book->levels && book->first[level] + run < book->first[level + 1])
        return book->first[level] + run;
    return WMA_ESCAPE;
}

static inline void wma_write_code(struct bit_writer *out, const struct wma_codebook *book,
                                  unsigned symbol)
{
    bits_write(out, book->bits[symbol], book->lengths[symbol]);
}

/* lsp.c: logarithms, Q8, at the points of a curve: those of the distance to the LSP of each index,
 * and half those of 2 + w and 2 - w. */
struct wma_lsp_logs {
    int16_t ends[2][WMA_POINTS];
    int16_t distances[WMA_LSP][16][WMA_POINTS];
};

void wma_open_lsp(struct wma_lsp_logs *);

/* How hard to search, and how many frames were encoded, so that searches may take turns. */
struct wma_effort {
    unsigned quality, frames;
};

/* Improves LSPs so that the logarithm of their curve, Q8, has the shape of a target. */
void wma_fit_lsp(const struct dsp_spectrum *, const struct wma_lsp_logs *,
                 const int target[WMA_POINTS], const struct wma_effort *, uint8_t lsp[WMA_LSP]);

/* inverse.c: tables by coefficient and, from WMA_FRAME on, of every eighth one, Q28 and Q30, and
 * fourth roots of 1 to 2, Q30. */
enum { WMA_KNOTS_APART = 8, WMA_KNOTS = WMA_FRAME / WMA_KNOTS_APART + 8 };

struct wma_inverse {
    int32_t cosines[WMA_FRAME + WMA_KNOTS], ends[2][WMA_FRAME + WMA_KNOTS];
    uint32_t roots[129];
};

struct wma_encoder;
void wma_open_inverse(struct wma_inverse *, unsigned frame_bits);

/* 1 / curve, WMA_INVERSE_Q, at most WMA_INVERSE_MOST. False if LSPs are so close to each other that
 * more precision is needed. */
bool wma_invert_lsp(const struct wma_encoder *, const uint8_t lsp[WMA_LSP],
                    uint32_t inverse[WMA_FRAME]);

/* Coefficients of one width, and the logarithm, Q8, of their mean square relative to the curve. */
struct wma_band {
    uint16_t width;
    int16_t log;
};

/* A channel of a frame. Magnitudes are relative to its curve, as the quantizer's step is. */
struct wma_channel {
    bool coded;
    const int32_t *x;
    const struct wma_codebook *codebook;
    int exponents[WMA_BANDS];
    uint8_t lsp[WMA_LSP];
    unsigned band_count;
    struct wma_band bands[WMA_POINTS];
    uint32_t inverse[WMA_FRAME]; /* 1 / curve, WMA_INVERSE_Q, by coded coefficient */
    uint16_t scaled[WMA_FRAME];  /* magnitudes, scaled for the steps that are tried */
    unsigned listed;             /* coefficients that may have levels above 0 */
    uint16_t at[WMA_FRAME + 1], levels[WMA_FRAME];
    int16_t margins[WMA_FRAME]; /* bits that levels are worth, less those that they take */
    unsigned bits;              /* of the levels */
};

struct wma_encoder {
    const struct dsp_mdct *dsp;
    const struct dsp_spectrum *spectrum;
    struct wma_setup setup;
    struct wma_effort effort;
    unsigned count;               /* coefficients that are coded */
    struct wma_gain inverse_unit; /* of the coefficients of the format, relative to x */
    unsigned gain, place;         /* of the last frame, and where the search found it */
    unsigned ratio;               /* of bits to those that were expected, Q8, on average */
    int unit_log;                 /* twice the logarithm of the unit, Q8 */
    bool mid_side;
    uint32_t inverse_sixteenths[WMA_RANGE + 1]; /* 10^(i/16), WMA_INVERSE_Q */
    struct wma_lsp_logs lsp_logs;
    struct wma_inverse inverse_curve;
    struct wma_codebook books[2], exponent_book;
    int32_t window[WMA_FRAME];              /* Q30 */
    int16_t last[WMA_CHANNELS * WMA_FRAME]; /* the last frame, one channel after the other */
    int32_t x[2 * WMA_CHANNELS][WMA_FRAME]; /* left, right, middle, side */
    struct wma_channel channels[WMA_CHANNELS];
};

/* transform.c: the spectra of a frame, and which ones are coded. */
void wma_analyze(struct wma_encoder *, const int16_t *pcm);
void wma_choose_parts(struct wma_encoder *);

/* curve.c: the curve of a channel. `bits` is its length when it is written. */
void wma_open_exponents(struct wma_encoder *);
void wma_find_curve(const struct wma_encoder *, struct wma_channel *);
unsigned wma_curve_bits(const struct wma_encoder *, const struct wma_channel *);
void wma_write_curve(const struct wma_encoder *, struct bit_writer *, const struct wma_channel *);

/* quantizer.c */
struct wma_step {
    struct wma_gain inverse; /* 1 / step */
    unsigned factor;         /* of scaled magnitudes, whose product has the Q WMA_LEVEL_Q + 16 */
    unsigned price;          /* of a bit, in 4096ths of the squared step */
    unsigned worth;          /* 1 / price */
    unsigned escape, most;   /* the bits of an escaped run and level, and the greatest level */
};

/* The shift with which magnitudes are scaled for this gain and up to WMA_GAINS - 1 above it. */
enum { WMA_GAINS = 19 };
unsigned wma_shift_of(const struct wma_encoder *, unsigned gain);
struct wma_step wma_step_of(const struct wma_encoder *, unsigned gain, unsigned price,
                            unsigned shift);

/* From here on, levels are computed with all bits: rounded to nearest, they may have no code. Then
 * the bits are WMA_TOO_LOUD and the decibels by which a level is too great, at least 1. */
enum { WMA_LOUD = 48 << WMA_LEVEL_Q };
unsigned wma_loud_level(const struct wma_channel *, const struct wma_step *, unsigned at);
unsigned wma_too_loud(unsigned level, const struct wma_step *);

/* The bits of a level above 0, with its sign. */
static inline unsigned wma_level_bits_of(const struct wma_codebook *book,
                                         const struct wma_step *step, unsigned level, unsigned run)
{
    unsigned symbol;

    if (level < WMA_NEAR_LEVELS && run < WMA_NEAR_RUNS && book->near_bits[level][run] != 0)
        return book->near_bits[level][run];
    symbol = wma_symbol_of(book, level, run);
    return book->lengths[symbol] + 1u + (symbol == WMA_ESCAPE ? step->escape : 0);
}

/* Lists the coefficients that may have a level if it costs at least `bits`, and behind them the
 * end. Returns how many there are. */
unsigned wma_list_candidates(const struct wma_encoder *, const struct wma_channel *,
                             const struct wma_step *, unsigned bits, uint16_t list[WMA_FRAME + 1]);

/* Returns the bits of the levels. trellis.c: the same, with the best levels. */
unsigned wma_quantize(const struct wma_encoder *, struct wma_channel *, const struct wma_step *);
unsigned wma_quantize_best(const struct wma_encoder *, struct wma_channel *,
                           const struct wma_step *);
void wma_write_levels(const struct wma_encoder *, struct bit_writer *, const struct wma_channel *);

/* adjust.c: drops levels of up to a margin, the highest frequencies first, until `excess` bits are
 * saved; adds levels from a margin on, the lowest frequencies first, that take up to `room` bits.
 */
void wma_drop_levels(const struct wma_encoder *, struct wma_channel *, const struct wma_step *,
                     int margin, int excess);
void wma_add_levels(const struct wma_encoder *, struct wma_channel *, const struct wma_step *,
                    int margin, int room);

/* rate.c: quantizes the channels with the finest step with which they and the gain fit the packet,
 * behind `used` bits. False if there is none. */
bool wma_fit(struct wma_encoder *, unsigned used);
unsigned wma_gain_bits(unsigned gain);

/* predict.c: the place of a gain and a price, near another one if possible, with which the levels
 * have about this many bits. With the other one, they have `known` bits, unless that is 0. */
enum { WMA_PLACES = 32, /* in a decibel */ WMA_GAIN_MOST = 200 };
unsigned wma_predict(const struct wma_encoder *, unsigned from, unsigned known, unsigned bits);
unsigned wma_next_ratio(const struct wma_encoder *, unsigned place, unsigned bits);

/* encoder.c */
void wma_init_encoder(struct wma_encoder *, const struct wma_format *, const struct dsp *,
                      unsigned quality);
void wma_encode(struct wma_encoder *, const int16_t *pcm, uint8_t *bytes);

#endif
