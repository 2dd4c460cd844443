/* Format tags (wFormatTag) that are needed outside their codec's folder, and the GUIDs that
 * WAVE_FORMAT_EXTENSIBLE makes of tags. */
#ifndef OMNIACM_TAGS_H
#define OMNIACM_TAGS_H

#include <string.h>
#include "bits.h"

enum {
    TAG_PCM = 1,
    TAG_MS_ADPCM = 2,
    TAG_IEEE_FLOAT = 3,
    TAG_ALAW = 6,
    TAG_ULAW = 7,
    TAG_IMA_ADPCM = 0x11,
    TAG_GSM610 = 0x31,
    TAG_EXTENSIBLE = 0xFFFE
};

/* The GUIDs of WAVE_FORMAT_EXTENSIBLE: the first two of the 16 bytes are the tag, and these are the
 * others: of KSDATAFORMAT_SUBTYPE_WAVEFORMATEX, and of B-format, which is PCM. */
/* clang-format off */
#define SUBTYPE_TAIL { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 }
#define B_FORMAT_TAIL { 0, 0, 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA, 0, 0, 0 }
/* clang-format on */

/* The tag of a GUID, or 0 if it has none. */
static inline uint16_t tag_of_guid(const uint8_t guid[16])
{
    static const uint8_t tails[][14] = { SUBTYPE_TAIL, B_FORMAT_TAIL };
    uint16_t tag = load16_le(guid);

    if (memcmp(guid + 2, tails[0], sizeof tails[0]) == 0)
        return tag;
    return memcmp(guid + 2, tails[1], sizeof tails[1]) == 0 &&
                   (tag == TAG_PCM || tag == TAG_IEEE_FLOAT)
               ? tag
               : 0;
}

#endif
