/* Format tags (wFormatTag) that are needed outside their codec's folder, and the GUIDs that
 * WAVE_FORMAT_EXTENSIBLE makes of tags. */
#ifndef OMNIACM_TAGS_H
#define OMNIACM_TAGS_H

enum {
    TAG_PCM = 1,
    TAG_MS_ADPCM = 2,
    TAG_IEEE_FLOAT = 3,
    TAG_ALAW = 6,
    TAG_ULAW = 7,
    TAG_IMA_ADPCM = 0x11,
    TAG_GSM610 = 0x31,
    TAG_CREATIVE_ADPCM = 0x200,
    TAG_EXTENSIBLE = 0xFFFE
};

/* KSDATAFORMAT_SUBTYPE_WAVEFORMATEX: the first two of a GUID's 16 bytes are the tag, and these are
 * the others. */
/* clang-format off */
#define SUBTYPE_TAIL { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 }
/* clang-format on */

#endif
