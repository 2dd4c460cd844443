/* The stages of the encoder. */
#ifndef OMNIACM_SIREN_ENCODER_H
#define OMNIACM_SIREN_ENCODER_H

#include "bit_writer.h"
#include "tables.h"

enum {
    SIREN_MLT_Q = 12,       /* of the encoder's coefficients */
    SIREN_LEVEL_Q = 16,     /* of coefficients relative to the root mean square of their region */
    SIREN_PACKED = 1 << 12, /* vectors of any category */
    SIREN_DIMENSION_MOST = 5
};

/* A prefix code; length 0 if there is none. */
struct siren_code {
    uint16_t bits;
    uint8_t length;
};

struct siren_codes {
    struct siren_code powers[SIREN_REGIONS - 1][SIREN_STEPS];
    struct siren_code vectors[SIREN_CODED][SIREN_PACKED];
};

struct siren_encoder {
    const struct dsp_mdct *dsp;
    const struct siren_format *format;
    unsigned quality;
    int16_t pcm[SIREN_FRAME]; /* the last frame */
    struct siren_codes codes;
};

/* A region as it is quantized. */
struct siren_region {
    int8_t index[SIREN_REGION]; /* of levels, with signs */
    unsigned bits;
    int64_t error; /* the sum of squares, relative to the region's power, SIREN_LEVEL_Q */
};

/* codes.c: derives the codes from the trees. */
void siren_codes(struct siren_codes *);

/* quantizer.c: quantizes the coefficients y of a region, which have the scale of siren_encode's
 * transform. A bit is worth `price` 64ths of the squared lowest level. */
void siren_quantize(const struct siren_encoder *, const int32_t y[SIREN_REGION], int power,
                    unsigned category, unsigned price, struct siren_region *);
void siren_write_region(const struct siren_codes *, struct bit_writer *, unsigned category,
                        const struct siren_region *);

/* envelope.c: the powers of the regions of y, as far as they can be coded. Returns their bits. */
unsigned siren_find_powers(const struct siren_encoder *, const int32_t y[SIREN_FRAME],
                           int8_t power[SIREN_REGIONS]);
void siren_write_powers(const struct siren_encoder *, struct bit_writer *,
                        const int8_t power[SIREN_REGIONS]);

/* The ratio of a coefficient to 2^(power / 2), with SIREN_LEVEL_Q bits. */
int32_t siren_relative(int32_t y, int power, const struct siren_format *);

/* encoder.c: encodes the frame `pcm`, which the frame `next` follows; it overlaps both. */
void siren_encode(const struct siren_encoder *, const int16_t pcm[SIREN_FRAME],
                  const int16_t next[SIREN_FRAME], uint8_t bytes[SIREN_BYTES]);

#endif
