/* The table of codecs: a row is a word. */
#include "codec.h"

#define CODECS(row) \
    row(g711_alaw) row(g711_ulaw) row(ima_adpcm) row(ms_adpcm) row(gsm610) row(truespeech) row(oki_adpcm) \
    row(dialogic_adpcm) row(nms_adpcm) row(yamaha_adpcm) row(creative_adpcm) row(xbox_adpcm) row(g726) \
    row(g726_microsoft) row(g721) row(g723_adpcm) row(g722) row(g7231) row(g729a) row(g729_kelvin)

#define DECLARE(name) extern const struct codec name;
#define POINTER(name) &name,

CODECS(DECLARE)

const struct codec *const codecs[] = { CODECS(POINTER) 0 };

/* Tag n of a row: its own, then its aliases; 0 from the last on. */
static uint16_t tag_of(const struct codec *codec, size_t n)
{
    return n == 0 ? codec->tag : codec->aliases ? codec->aliases[n - 1] : 0;
}

const struct codec *codec_find(uint16_t tag)
{
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (size_t n = 0; tag_of(*codec, n); n++)
            if (tag_of(*codec, n) == tag)
                return *codec;
    return 0;
}

uint16_t codec_tag(size_t index)
{
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (size_t n = 0; tag_of(*codec, n); n++)
            if (index-- == 0)
                return tag_of(*codec, n);
    return 0;
}
