/* The table of codecs. To add a codec, add it here; two that share a coder share a line. */
#include "channels.h"

/* clang-format off */
#define CODECS(X) \
    X(g711_alaw) X(g711_ulaw) \
    X(ima_adpcm) \
    X(ms_adpcm) \
    X(gsm610) X(msn_audio) \
    X(truespeech) \
    X(lh_celp) \
    X(lh_sbc) \
    X(intel_music) X(indeo_audio) \
    X(atrac3) \
    X(wma1) X(wma2) \
    X(siren) X(acelp_net) \
    X(ac3) \
    X(oki_adpcm) X(dialogic_adpcm) \
    X(nms_adpcm) \
    X(yamaha_adpcm) \
    X(creative_adpcm) \
    X(xbox_adpcm) \
    X(dk4_adpcm) X(dk3_adpcm) \
    X(sanyo_adpcm) \
    X(dv_audio) \
    X(g726) X(g726_microsoft) \
    X(g721) X(g723_adpcm) \
    X(g722) \
    X(g728) \
    X(g7231) \
    X(g729a) X(g729_kelvin) \
    X(mpeg_layer3) X(mpeg_layer2)
/* clang-format on */

#define DECLARE(name) extern const struct codec name;
#define POINTER(name) &name,

CODECS(DECLARE)

const struct codec *const codecs[] = { CODECS(POINTER) 0 };

const struct tag *codec_find_tag(const struct codec *codec, uint16_t tag)
{
    for (const struct tag *at = codec->tags; at->tag; at++)
        if (at->tag == tag)
            return at;
    return 0;
}

const struct codec *codec_find(uint16_t tag)
{
    for (const struct codec *const *codec = codecs; *codec; codec++)
        if (codec_find_tag(*codec, tag))
            return *codec;
    return 0;
}

uint16_t codec_tag(size_t index)
{
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct tag *at = (*codec)->tags; at->tag; at++)
            if (index-- == 0)
                return at->tag;
    return 0;
}

bool codec_parse(const struct codec *codec, const struct wave_format *format, struct layout *layout)
{
    const struct tag *tag = codec_find_tag(codec, format->tag);

    if (!tag || format->channels - 1u >= CHANNELS_MOST || format->sample_rate == 0)
        return false;
    *layout = (struct layout){ .sample_rate = format->sample_rate,
                               .channels = format->channels,
                               .channel_mask = channel_mask(format),
                               .dialect = tag->dialect };
    if (!codec->parse(format, layout))
        return false;
    if (layout->least_bytes == 0)
        layout->least_bytes = layout->block.bytes;
    return true;
}

void codec_complete(const struct codec *codec, struct wave_format *format, const struct mode *mode)
{
    const struct tag *tag = codec_find_tag(codec, format->tag);

    codec->complete(format, mode, tag ? tag->dialect : codec->tags->dialect);
}
