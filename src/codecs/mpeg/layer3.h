/* The stages of Layer III's decoder: ISO/IEC 11172-3 (1993), 2.4.1.7, 2.4.2.7 and 2.4.3.4, and
 * ISO/IEC 13818-3 (1998), 2.4, for LSF. */
#ifndef OMNIACM_MPEG_LAYER3_H
#define OMNIACM_MPEG_LAYER3_H

#include "dsp_mpeg.h"
#include "tables.h"

enum {
    LAYER3_RUNS = 39, /* most runs of lines with a scale factor of their own */
    LAYER3_RESERVOIR = 511,
    LAYER3_PAST = 16,     /* zeros behind the main data: a code, its linbits and signs */
    LAYER3_ILLEGAL = 0xFF /* an intensity position: the run is not in intensity stereo */
};

/* Main data: bits of `bytes` from `at` to `end`. LAYER3_PAST bytes behind the end can be read. */
struct layer3_bits {
    const uint8_t *bytes;
    uint32_t at, end;
};

/* The side information of a granule of one channel. */
struct layer3_granule {
    uint16_t bits; /* of scale factors and lines */
    uint16_t pair_lines, region_ends[2];
    uint16_t scale_compress;
    uint8_t global_gain, block_type, tables[3], subblock_gain[3], count1_table;
    bool mixed, preflag, coarse, damaged;
};

struct layer3_side {
    unsigned main_data_begin;
    uint8_t shared[2]; /* scfsi, by channel: the first of four groups of bands in the highest bit */
    struct layer3_granule granules[2][2];
};

/* side_info.c: reads MPEG-1's or LSF's side information, mpeg_side_bytes(). */
void layer3_read_side(const struct mpeg_header *, const uint8_t *src, struct layer3_side *);

/* runs.c: the runs of lines with one scale factor: bands of a long block; bands of a short block,
 * each three windows in turn; or the first few of the former and then the latter. */
struct layer3_runs {
    uint8_t count;
    uint8_t first_short; /* the first run of a short block, or `count` */
    uint16_t ends[LAYER3_RUNS];
};

void layer3_list_runs(unsigned rate, const struct layer3_granule *, struct layer3_runs *);

/* Scale factors by run; those of the last bands are 0. `positions` are those of intensity stereo.
 */
struct layer3_scales {
    uint8_t factors[LAYER3_RUNS], positions[LAYER3_RUNS];
};

/* scales.c: reads them; `shared` and the old ones matter to the second granule of MPEG-1.
 * `intensity`: this is the second channel of intensity stereo. */
void layer3_read_scales(struct layer3_bits *, const struct mpeg_header *,
                        const struct layer3_granule *, unsigned shared, bool intensity,
                        struct layer3_scales *);

/* huffman.c: values beyond 15, instead of which the lines have 15 until they are scaled. */
struct layer3_large {
    uint16_t line;
    int16_t value;
};

/* The quantized lines of a granule, as value^(4/3), Q25. */
struct layer3_lines {
    unsigned count; /* lines that were read; the next 8 are 0 */
    unsigned large_count;
    struct layer3_large large[MPEG_LINES];
    int32_t q[MPEG_LINES + 8];
};

void layer3_read_lines(struct layer3_bits *, const struct layer3_granule *, struct layer3_lines *);

/* stereo.c: how the lines of both channels are joined, by run. */
enum layer3_stereo { LAYER3_SEPARATE, LAYER3_MID_SIDE, LAYER3_INTENSITY };

/* requantize.c: the lines that were read, in Q26. Those of middle/side stereo are scaled by another
 * 1 / sqrt(2). */
void layer3_requantize(const struct dsp_mpeg *, const struct layer3_granule *,
                       const struct layer3_runs *, const struct layer3_scales *,
                       const uint8_t kinds[LAYER3_RUNS], const struct layer3_lines *, int32_t *x);

/* stereo.c */
/* The kinds of all runs of a granule in joint stereo; the channels have the same runs. */
void layer3_plan_stereo(const struct mpeg_header *, const struct layer3_runs *,
                        struct layer3_scales *right, const struct layer3_lines *right_lines,
                        uint8_t kinds[LAYER3_RUNS]);

/* Joins the channels, of which `lines` are not 0. */
void layer3_join(const struct mpeg_header *, const struct layer3_granule *right,
                 const struct layer3_runs *, const struct layer3_scales *right_scales,
                 const uint8_t kinds[LAYER3_RUNS], unsigned lines, int32_t *left_x,
                 int32_t *right_x);

/* layer3.c */
struct layer3_decoder {
    uint8_t main_data[LAYER3_RESERVOIR + 4096 + LAYER3_PAST];
    unsigned reservoir; /* bytes of earlier frames at its start */
    struct mpeg_overlap overlap[2];
    struct layer3_scales scales[2];
    struct layer3_lines lines[2];
    int32_t x[2][MPEG_LINES + 8];
};

/* Forgets the reservoir, after a gap in the stream. */
void layer3_interrupt(struct layer3_decoder *);

/* Decodes a frame to the subbands of its channels: 18 samples of each for a granule. */
void layer3_decode(struct layer3_decoder *, const struct dsp_mpeg *, const struct mpeg_header *,
                   const uint8_t *frame, unsigned bytes, mpeg_subbands *bands);

#endif
