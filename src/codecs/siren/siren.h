/* The stages of Siren, as MSN Messenger and Vivo use it, and the data that they exchange.
 *
 * Siren is PictureTel's predecessor of ITU-T G.722.1, and was never published; its tables are in
 * FFmpeg's decoder. 320 coefficients of an MDCT of 16 kHz sound are divided into regions of 20, the
 * last two of which are not coded. A frame has
 *
 *     [2 bits: the rate] | the power of each region | 4 bits: the categorization
 *     | the coefficients of each region | ones | [4 bits: a checksum]
 *
 * where MSN alone has the parts in brackets. The category of a region says how finely its
 * coefficients are quantized, 0 to 6, or that they are noise, 7. It follows from the powers, in one
 * of 16 ways, of which the encoder chooses the finest that fits. */
#ifndef OMNIACM_SIREN_H
#define OMNIACM_SIREN_H

#include <stdbool.h>
#include <stdint.h>
#include "bit_reader.h"
#include "dsp.h"

enum {
    SIREN_BYTES = 40,
    SIREN_BITS = 320,
    SIREN_FRAME = 320, /* coefficients, and samples */
    SIREN_REGIONS = 14,
    SIREN_REGION = 20, /* coefficients */
    SIREN_CODED = 7,   /* categories of coefficients; the next one is noise */
    SIREN_NOISE = 7,
    SIREN_WAYS = 16, /* of categorization */
    SIREN_PCM_Q = 10 /* of the samples before they are rounded */
};

/* Powers are in steps of 3 dB: 2^(power / 2) is the root mean square of a region. */
enum {
    SIREN_POWER_MIN = -24,
    SIREN_POWER_MAX = 39,
    SIREN_POWER_LOUDEST = 33, /* of a valid frame */
    SIREN_STEPS = 24,         /* differences to the region below, from -12 */
    SIREN_STEP_MIN = -12
};

/* How MSN's frames differ from Vivo's. */
struct siren_format {
    uint8_t header_bits, checksum_bits;
    int8_t lowest;    /* power of the first region */
    uint8_t fraction; /* bits below the point of the coefficients */
    int32_t gain[2];  /* Q30, of coefficients with an even and an odd power */

    /* For the encoder, whose coefficients are 5/4 those of the decoder: 4/5 / gain, Q24, and
     * sqrt(2) / 20 times its square, Q24. */
    uint32_t inverse[2], energy;
};
extern const struct siren_format siren_msn, siren_vivo;

struct siren_frame {
    int8_t power[SIREN_REGIONS];
    uint8_t category[SIREN_REGIONS];
};

/* categories.c: the categories in the finest way for so many bits, and the regions whose category
 * increases by one with each further way. False if the powers allow no 16 ways. */
bool siren_categorize(struct siren_frame *, int bits, uint8_t next[SIREN_WAYS - 1]);

/* envelope.c: false if the bits end. */
bool siren_read_powers(struct bit_reader *, const struct siren_format *,
                       int8_t power[SIREN_REGIONS]);

/* coefficients.c. The noise has a state of four words. Coefficients have an order and signs of
 * their own: those of the DCT-IV with every other one negated. */
struct siren_noise {
    uint16_t words[4];
};
void siren_read_coefficients(struct bit_reader *, const struct siren_format *, struct siren_frame *,
                             struct siren_noise *, int32_t x[SIREN_FRAME]);

/* Such a quantized value is `level` 2^(power/2), with `fraction` bits; `level` has Q27. */
int32_t siren_scaled(int64_t level, int power, const struct siren_format *);

/* checksum.c: of the frame without its last four bits. */
unsigned siren_checksum(const uint8_t bytes[SIREN_BYTES]);

/* decoder.c */
struct siren_decoder {
    const struct dsp_mdct *dsp;
    const struct siren_format *format;
    struct siren_noise noise;
    int32_t good[SIREN_FRAME];     /* the coefficients of the last frame, if it was valid, or 0 */
    int32_t last[SIREN_FRAME / 2]; /* the first half of the last DCT-IV */
};
void siren_reset(struct siren_decoder *);
void siren_decode(struct siren_decoder *, const uint8_t bytes[SIREN_BYTES],
                  int16_t pcm[SIREN_FRAME]);

/* Reads a frame; false if it is damaged. */
bool siren_read(struct siren_decoder *, const uint8_t bytes[SIREN_BYTES], struct siren_frame *,
                int32_t x[SIREN_FRAME]);

#endif
