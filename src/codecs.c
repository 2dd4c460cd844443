/* The table of codecs: a row is a word. */
#include "codec.h"

#define CODECS(row) \
    row(g711_alaw) \
    row(g711_ulaw) \
    row(ima_adpcm) \
    row(ms_adpcm)

#define DECLARE(name) extern const struct codec name;
#define POINTER(name) &name,

CODECS(DECLARE)

const struct codec *const codecs[] = { CODECS(POINTER) 0 };

const struct codec *codec_find(uint16_t tag)
{
    for (const struct codec *const *codec = codecs; *codec; codec++)
        if ((*codec)->tag == tag)
            return *codec;
    return 0;
}
