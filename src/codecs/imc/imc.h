/* The stages of Intel Music Coder and of Indeo audio, and the data that they exchange.
 *
 * The formats were never published. FFmpeg's decoder, whose authors recovered them, is the only
 * public source. 256 coefficients of an MDCT are divided into 32 bands. A block gives an amplitude
 * for each band, absolutely or relative to the last block's; both sides derive from the amplitudes
 * how many bits each coefficient has, so that all blocks have 512 bits. This derivation must come
 * to the same lengths as the encoder's: logarithms have 24 fraction bits, though 14 are enough for
 * real files. */
#ifndef OMNIACM_IMC_H
#define OMNIACM_IMC_H

#include <stdbool.h>
#include <stdint.h>
#include "bit_reader.h"
#include "dsp.h"
#include "real.h"

enum {
    IMC_BLOCK_BYTES = 64,
    IMC_BLOCK_BITS = 512,
    IMC_FRAME = 256, /* coefficients, and samples */
    IMC_BANDS = 32,
    IMC_CHANNELS = 2,
    IMC_BITS_MOST = 6, /* of a coefficient */
    IMC_PCM_Q = 10     /* of the samples before they are rounded */
};

/* How the energy of a band spreads to its neighbors and masks them. */
struct imc_masking {
    int8_t end[IMC_BANDS];   /* a band masks at full strength up to this one, exclusive, ... */
    int8_t start[IMC_BANDS]; /* ... and down to this one, exclusive; then it decays by */
    struct real up[IMC_BANDS - 1], down[IMC_BANDS - 1]; /* from band i to i + 1, and back */
};

/* bark.c: for Intel Music Coder, a table; for Indeo audio, from the sample rate. */
void imc_masking_fixed(struct imc_masking *);
void imc_masking_of_rate(struct imc_masking *, uint32_t sample_rate);

/* The bits of the header. RAW: band amplitudes relative to one band's, and no masking. FIVE: the
 * first four bands have 5 bits a coefficient. ABSOLUTE: nothing depends on the last block. */
enum imc_code { IMC_RAW = 1, IMC_FIVE = 2, IMC_ABSOLUTE = 4 };

/* A level of 16 says that a band has no coefficients. */
enum { IMC_EMPTY = 16 };

/* A block while it is read. */
struct imc_block {
    uint8_t bytes[IMC_BLOCK_BYTES];
    struct bit_reader in;
    unsigned code; /* a set of enum imc_code */
    bool flag;     /* selects the adjustments of the allocation */
    uint8_t levels[IMC_BANDS];
    uint8_t width[IMC_BANDS];   /* coefficients of a band, or 0 */
    bool skipping[IMC_BANDS];   /* single coefficients of the band may be skipped */
    uint8_t bits[IMC_BANDS];    /* per coefficient of a band */
    uint8_t lengths[IMC_FRAME]; /* bits of each coefficient; 0 if it is skipped */
    bool skipped[IMC_FRAME];
    int64_t ratio[IMC_BANDS];         /* signal to mask, log2 of energies in Q24 */
    struct real amplitude[IMC_BANDS]; /* of coefficients: the band's, if none is skipped */
};

/* The state of a channel after a block. */
struct imc_channel {
    struct real amplitude[IMC_BANDS];
    int64_t log_amplitude[IMC_BANDS]; /* log2, Q24; not always that of `amplitude` */
    int32_t last[IMC_FRAME / 2];      /* the first half of the last DCT-IV, Q10 */
    bool reset;
};

/* levels.c: reads the band levels, and finds the new amplitudes of the channel; false if one is
 * out of range. */
bool imc_levels(struct imc_block *, struct imc_channel *);

/* allocation.c: the bits of each coefficient, from the amplitudes; false if that is impossible. The
 * block's reader is behind the flags of the bands; `reserved` bits are spoken for. */
bool imc_allocate(struct imc_block *, const struct imc_channel *, const struct imc_masking *,
                  int reserved);

/* Gives the bits of skipped coefficients to others. */
void imc_reallocate(struct imc_block *, int bits);

/* coefficients.c: reads which coefficients are skipped, and corrects amplitudes and lengths; reads
 * the coefficients, times sqrt(2), with as many fraction bits as it returns, 5 to 27. */
void imc_skip(struct imc_block *);
int imc_coefficients(struct imc_block *, int32_t x[IMC_FRAME]);

/* decoder.c. `imc_read` reads a block up to the coefficients; false if it is damaged. */
struct imc_decoder {
    const struct dsp_mdct *dsp;
    unsigned channels;
    bool indeo;
    struct imc_masking masking;
    struct imc_channel channel[IMC_CHANNELS];
};
void imc_reset(struct imc_decoder *);
bool imc_read(struct imc_decoder *, struct imc_channel *, const uint8_t bytes[IMC_BLOCK_BYTES],
              struct imc_block *);

/* Decodes one block of each channel to interleaved samples. */
void imc_decode(struct imc_decoder *, const uint8_t *src, int16_t *pcm);

#endif
