/* The user's settings. They are stored below HKCU\Software\Microsoft\Multimedia\msacm.omniacm:
 * DWORD values BitOrder, NibbleOrder, Quality, Dtx and Converter, and Disabled, a REG_MULTI_SZ of
 * tags. The environment variable OMNIACM_SETTINGS takes precedence for one process and its
 * children: "quality=2,dtx=1,bitorder=2,nibbleorder=1,converter=2,disabled=0x31 0x22". Only the
 * variable can have "interpolation=1", "postfilter=0" and "simd=0", which exist for comparisons. */
#ifndef OMNIACM_SETTINGS_H
#define OMNIACM_SETTINGS_H

#include "msacmdrv.h"
#include "codec.h"

enum { TEXT_ROOM = 512 }; /* characters of the variable, and of the list of disabled tags */

struct settings {
    uint8_t quality;       /* encoders and rates: 0 fast, 1 standard, 2 best */
    uint8_t bit_order;     /* G.726 decoder: 0 detect, 1 MSB first, 2 LSB first */
    uint8_t nibble_order;  /* OKI and Dialogic ADPCM: 0 high nibble first, 1 low nibble first */
    uint8_t dtx;           /* G.723.1 encoder: 1 sends silence frames */
    uint8_t converter;     /* of PCM and rates: 0 off, 1 what the host lacks, 2 all */
    uint8_t simd;          /* the best kernels to use: 0 and 1 SSE2, 2 AVX2 */
    uint8_t interpolation; /* 1: QUIRK_REVERSED_INTERPOLATION */
    uint8_t postfilter;    /* 0: QUIRK_NO_POSTFILTER */

    WCHAR disabled[TEXT_ROOM]; /* numbers of tags, separated by spaces; empty by default */
};
#define DEFAULT_SETTINGS ((struct settings){ .quality = 1, .converter = 1, .postfilter = 1 })

/* Reads the settings for a stream or a suggestion. Invalid values are ignored; simd is at most what
 * the processor has. The registry's key is opened once, or not at all if the variable has every
 * setting that can be stored. */
void settings_read(struct settings *);

/* Translates settings for codecs. */
struct options settings_options(const struct settings *);

/* True if the user has turned the tag off, or the first tag of its codec. */
BOOL settings_disable(const struct settings *, uint16_t tag);

/* True if the settings leave a conversion of PCM to PCM, or of the rate, to this driver. */
BOOL settings_convert_pcm(const struct settings *, const WAVEFORMATEX *from,
                          const WAVEFORMATEX *to);

/* True if this is PCM under another tag, and the settings let it be converted to tag 1. */
BOOL settings_unwrap_pcm(const struct settings *, const WAVEFORMATEX *);

/* settings_disable for messages that need no other setting: reads only the disabled tags. */
BOOL tag_is_disabled(uint16_t tag);

/* Reads the settings without the environment, for the dialog, which edits the registry. */
void settings_read_stored(struct settings *);

/* Stores the settings and, instead of their `disabled`, a zero-terminated list of disabled tags.
 * Defaults are not stored: their values are deleted. False if the registry could not be written. */
BOOL settings_write(const struct settings *, const uint16_t *disabled);

#endif
