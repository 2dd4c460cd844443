/* What the user chose: DWORD values BitOrder, NibbleOrder, Quality and Dtx, and Disabled, a
 * REG_MULTI_SZ of tags, below HKCU\Software\Microsoft\Multimedia\msacm.omniacm. The environment
 * variable OMNIACM_SETTINGS comes before them, for one process:
 * "quality=2,dtx=1,bitorder=2,nibbleorder=1,disabled=0x31 0x22"; and, for comparison,
 * "interpolation=1" and "simd=0", which holds back what the processor could. */
#ifndef OMNIACM_SETTINGS_H
#define OMNIACM_SETTINGS_H

#include "msacmdrv.h"
#include "codec.h"

/* What is stored and shown, a number each. */
struct settings {
    uint8_t quality;       /* of encoders: 0 fast, 1 standard, 2 best */
    uint8_t bit_order;     /* of G.726 that is read: 0 detected, 1 MSB first, 2 LSB first */
    uint8_t nibble_order;  /* of OKI and Dialogic ADPCM: 0 high nibble first, 1 low first */
    uint8_t dtx;           /* 1: silence may be sent as silence frames */
    uint8_t simd;          /* the best set of kernels that may run: 0, 1 SSE2, 2 AVX2 */
    uint8_t interpolation; /* 1: QUIRK_REVERSED_INTERPOLATION */
};
#define DEFAULT_SETTINGS ((struct settings){ .quality = 1 })

/* Every setting that a stream is opened with; a value that cannot be is passed over. */
void settings_read(struct settings *);

/* The same as codecs understand it. */
struct options settings_options(const struct settings *);

/* Whether the user switched a tag off. */
BOOL settings_disable(uint16_t tag);

/* The same of the registry alone, for the dialog that writes it. */
void settings_read_stored(struct settings *);
BOOL settings_disable_stored(uint16_t tag);

/* Stores the user's settings and the tags that are off, 0 at the end. What is the default leaves no
 * value behind. False where something could not be written. */
BOOL settings_write(const struct settings *, const uint16_t *off);

#endif
