/* Details of the driver, its format tags and their formats, and format suggestions. */
#include <string.h>
#include "driver.h"
#include "bits.h"
#include "channels.h"
#include "names.h"
#include "pcm.h"
#include "settings.h"
#include "version.h"

enum {
    PCM_SIZE = 16,        /* PCMWAVEFORMAT, which has no cbSize */
    EX_SIZE = 18,         /* WAVEFORMATEX */
    EXTENSIBLE_EXTRA = 22 /* valid bits, speakers, and a GUID that begins with the tag */
};

/* The tags of PCM, listed before the codecs' tags, and the channels and bits per sample of their
 * formats. msacm32 offers a driver only formats of tags that it lists, and has a name for PCM. */
static const struct pcm_tag {
    uint16_t tag, channels, widths, bits[2];
    const char *name;
} pcm_tags[] = { { TAG_PCM, 2, 2, { 8, 16 }, "" },
                 { TAG_IEEE_FLOAT, 2, 1, { 32 }, "IEEE Float" },
                 { TAG_EXTENSIBLE, CHANNELS_MOST, 2, { 16, 24 }, "Extensible" } };
enum { PCM_TAGS = sizeof pcm_tags / sizeof *pcm_tags };

/* PCM is enumerated at each rate of the codecs' modes, and at those of MPEG audio. A constant list,
 * since collecting it for every call would be slow; a test compares it with the codecs. */
static const uint32_t pcm_rates[] = { 8000,  11025, 22050, 44100, 6000,
                                      48000, 16000, 12000, 24000, 32000 };
enum { PCM_RATES = sizeof pcm_rates / sizeof *pcm_rates };

static const uint8_t subtype_tail[] = SUBTYPE_TAIL;

/* A format with room for its extra bytes. */
struct completed {
    struct wave_format format;
    uint8_t extra[EXTRA_ROOM];
};

/* Reads the members up to wBitsPerSample, which are the same in both structures. */
static struct wave_format fields_of(const uint8_t *bytes)
{
    struct wave_format format = { .extra = (uint8_t *)bytes + EX_SIZE };

    _Static_assert(offsetof(struct wave_format, extra_size) == PCM_SIZE, "no padding");
    memcpy(&format, bytes, PCM_SIZE);
    return format;
}

BOOL format_read(struct wave_format *format, const WAVEFORMATEX *wfx, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)wfx;

    if (!wfx || size < PCM_SIZE)
        return FALSE;
    *format = fields_of(bytes);
    if (format->tag == TAG_PCM || size < EX_SIZE)
        return TRUE;
    format->extra_size = load16_le(bytes + 16);
    if (format->extra_size > size - EX_SIZE)
        format->extra_size = (uint16_t)(size - EX_SIZE);
    if (format->tag == TAG_EXTENSIBLE) {
        format->tag = format->extra_size < EXTENSIBLE_EXTRA ? 0 : tag_of_guid(format->extra + 6);
        if (format->tag == 0)
            return FALSE;
        format->channel_mask = load32_le(format->extra + 2);
        format->extra += EXTENSIBLE_EXTRA;
        format->extra_size -= EXTENSIBLE_EXTRA;
    }
    return TRUE;
}

/* True if the format is PCM or a codec's. */
static BOOL is_known(const struct wave_format *format)
{
    const struct codec *codec = codec_find(format->tag);
    struct layout layout;

    return pcm_of(format) != PCM_NONE || (codec && codec_parse(codec, format, &layout));
}

/* Writes a format into `size` bytes; false if it does not fit. */
static BOOL format_write(const struct wave_format *format, WAVEFORMATEX *wfx, size_t size)
{
    const WAVEFORMATEX fields = { format->tag,       format->channels,    format->sample_rate,
                                  format->byte_rate, format->block_align, format->bits_per_sample,
                                  format->extra_size };

    if (!wfx || size < (format->tag == TAG_PCM ? PCM_SIZE : EX_SIZE + (size_t)format->extra_size))
        return FALSE;
    memcpy(wfx, &fields, size < EX_SIZE ? PCM_SIZE : EX_SIZE);
    if (size > EX_SIZE)
        memcpy((uint8_t *)wfx + EX_SIZE, format->extra, format->extra_size);
    return TRUE;
}

static void complete_codec(struct completed *completed, uint16_t tag, const struct codec *codec,
                           struct mode mode)
{
    *completed = (struct completed){ .format = { .tag = tag, .extra = completed->extra } };
    codec_complete(codec, &completed->format, &mode);
}

static void complete_pcm(struct completed *completed, uint16_t tag, uint32_t rate,
                         uint16_t channels, uint16_t bits)
{
    uint16_t frame = (uint16_t)(channels * (bits / 8));

    *completed = (struct completed){ .format = { tag, channels, rate, rate * frame, frame, bits, 0,
                                                 completed->extra } };
    if (tag == TAG_EXTENSIBLE) {
        completed->format.extra_size = EXTENSIBLE_EXTRA;
        store16_le(completed->extra, bits);
        store32_le(completed->extra + 2, channel_mask(&completed->format));
        store16_le(completed->extra + 6, TAG_PCM);
        memcpy(completed->extra + 8, subtype_tail, sizeof subtype_tail);
    }
}

/* The number of formats that are enumerated for a tag. */
static DWORD format_count(uint16_t tag)
{
    const struct codec *codec = codec_find(tag);
    DWORD count = 0;

    for (const struct pcm_tag *pcm = pcm_tags; pcm < pcm_tags + PCM_TAGS; pcm++)
        if (pcm->tag == tag)
            return (DWORD)PCM_RATES * pcm->channels * pcm->widths;
    while (codec && codec->tags->tag == tag && codec->modes[count].sample_rate)
        count++;
    return count;
}

/* Makes the format that is enumerated at `index`: a mode of PCM or of a codec. */
static BOOL standard_format(uint16_t tag, DWORD index, struct completed *completed)
{
    const struct codec *codec = codec_find(tag);

    if (index >= format_count(tag))
        return FALSE;
    if (codec)
        complete_codec(completed, tag, codec, codec->modes[index]);
    for (const struct pcm_tag *pcm = pcm_tags; pcm < pcm_tags + PCM_TAGS; pcm++)
        if (pcm->tag == tag) {
            DWORD mode = index / pcm->widths;
            uint16_t channels = (uint16_t)(mode % pcm->channels + 1);

            complete_pcm(completed, tag, pcm_rates[mode / pcm->channels], channels,
                         pcm->bits[index % pcm->widths]);
        }
    return TRUE;
}

/* The tag that is enumerated at `index`, or 0 beyond the last. */
static uint16_t tag_at(DWORD index)
{
    return index < PCM_TAGS ? pcm_tags[index].tag : codec_tag(index - PCM_TAGS);
}

/* The size of the formats of a tag, including the extra bytes. */
static DWORD format_size(uint16_t tag)
{
    const struct codec *codec = codec_find(tag);
    struct completed completed;

    if (codec)
        complete_codec(&completed, tag, codec, *codec->modes);
    else
        complete_pcm(&completed, tag, *pcm_rates, 1, 16);
    return tag == TAG_PCM ? PCM_SIZE : EX_SIZE + (DWORD)completed.format.extra_size;
}

static DWORD index_of_largest(void)
{
    DWORD largest = 0;

    for (DWORD index = 1; tag_at(index); index++)
        if (format_size(tag_at(index)) > format_size(tag_at(largest)))
            largest = index;
    return largest;
}

/* The index of a tag, or the number of tags if it is not listed. */
static DWORD index_of(DWORD tag)
{
    DWORD index = 0;

    while (tag_at(index) && tag_at(index) != tag)
        index++;
    return index;
}

static WCHAR *put_text(WCHAR *to, const char *from)
{
    while (*from)
        *to++ = (WCHAR)(unsigned char)*from++;
    *to = 0;
    return to;
}

static WCHAR *put_number(WCHAR *to, uint32_t number, unsigned digits)
{
    if (number >= 10 || digits > 1)
        to = put_number(to, number / 10, digits - (digits > 1));
    *to++ = (WCHAR)('0' + number % 10);
    *to = 0;
    return to;
}

/* Copies as much of a structure as the caller has room for. Both begin with cbStruct. */
static LRESULT answer(void *to, void *from, DWORD size)
{
    DWORD room, *from_size = from;

    memcpy(&room, to, sizeof room);
    if (room < sizeof room)
        return MMSYSERR_INVALPARAM;
    *from_size = room < size ? room : size;
    memcpy(to, from, *from_size);
    return MMSYSERR_NOERROR;
}

/* Only PCM becomes PCM; a codec's format does not become another of the same tag. */
static DWORD support_of(uint16_t tag)
{
    return ACMDRIVERDETAILS_SUPPORTF_CODEC |
           (codec_find(tag) ? 0u : ACMDRIVERDETAILS_SUPPORTF_CONVERTER);
}

LRESULT acm_driver_details(ACMDRIVERDETAILSW *to)
{
    ACMDRIVERDETAILSW details = {
        .fccType = ACMDRIVERDETAILS_FCCTYPE_AUDIOCODEC,
        .wMid = MM_UNMAPPED,
        .wPid = MM_PID_UNMAPPED,
        .vdwACM = MAKE_ACM_VERSION(3, 50, 0),
        .vdwDriver = MAKE_ACM_VERSION(VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH),
        .fdwSupport = ACMDRIVERDETAILS_SUPPORTF_CODEC, /* CONVERTER would be for every tag */
        .cFormatTags = index_of(WAVE_FORMAT_UNKNOWN),
        .hicon = to && to->cbStruct >= offsetof(ACMDRIVERDETAILSW, szShortName) ? driver_icon() : 0,
        .szShortName = L"OmniACM",
        .szLongName = DRIVER_DESCRIPTION,
        .szCopyright = L"Copyright (c) 2026 The OmniACM authors",
        .szLicensing = L"Free software under the MIT License",
    };
    WCHAR *at = details.szFeatures, *end = at + ACMDRIVERDETAILS_FEATURES_CHARS;

    if (!to)
        return MMSYSERR_INVALPARAM;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        if (end - at > ACMFORMATTAGDETAILS_FORMATTAG_CHARS + 2) /* no name is longer */
            at = put_text(put_text(at, at == details.szFeatures ? "" : ", "), (*codec)->name);
    return answer(to, &details, sizeof details);
}

LRESULT acm_format_tag_details(ACMFORMATTAGDETAILSW *to, DWORD query)
{
    ACMFORMATTAGDETAILSW details = { 0 };
    DWORD index;
    uint16_t tag;

    if (!to || to->cbStruct < offsetof(ACMFORMATTAGDETAILSW, cbFormatSize))
        return MMSYSERR_INVALPARAM;
    switch (query & ACM_FORMATTAGDETAILSF_QUERYMASK) {
    case ACM_FORMATTAGDETAILSF_INDEX:
        index = to->dwFormatTagIndex;
        break;
    case ACM_FORMATTAGDETAILSF_FORMATTAG:
        index = index_of(to->dwFormatTag);
        break;
    case ACM_FORMATTAGDETAILSF_LARGESTSIZE:
        index = to->dwFormatTag ? index_of(to->dwFormatTag) : index_of_largest();
        break;
    default:
        return MMSYSERR_NOTSUPPORTED;
    }
    tag = tag_at(index);
    if (!tag)
        return ACMERR_NOTPOSSIBLE;
    details.dwFormatTagIndex = index;
    details.dwFormatTag = tag;
    details.fdwSupport = support_of(tag);
    details.cbFormatSize = format_size(tag);
    details.cStandardFormats = tag_is_disabled(tag) ? 0 : format_count(tag);
    put_text(details.szFormatTag,
             index < PCM_TAGS ? pcm_tags[index].name : codec_find_tag(codec_find(tag), tag)->name);
    return answer(to, &details, sizeof details);
}

/* Describes a format as in "8.000 kHz, 13 kbit/s, Mono" if it has no number of bits or if formats
 * of its codec differ only in their bit rate, and any with more than two channels, as in "48.000
 * kHz, 16 Bit, 6 channels". For other formats the text stays empty, and msacm32 describes them by
 * their number of bits; it calls all of them mono or stereo. */
static void describe(WCHAR text[ACMFORMATDETAILS_FORMAT_CHARS], const struct wave_format *format)
{
    const struct codec *codec = codec_find(format->tag);
    static const char *const channels[] = { "Mono", "Stereo", " channels" };
    uint32_t hundreds = (format->byte_rate * 8 + 50) / 100;
    struct completed listed;

    if (format->channels <= 2 &&
        (!codec || (format->bits_per_sample != 0 && codec->modes->bit_rate == 0)))
        return;
    for (const struct mode *mode = codec ? codec->modes : 0; mode && mode->sample_rate; mode++) {
        complete_codec(&listed, format->tag, codec, *mode);
        if (mode->bit_rate && format->byte_rate == listed.format.byte_rate &&
            format->bits_per_sample == listed.format.bits_per_sample)
            hundreds = (mode->bit_rate + 50) / 100;
    }
    text = put_number(text, format->sample_rate / 1000, 1);
    text = put_number(put_text(text, "."), format->sample_rate % 1000, 3);
    text = put_number(put_text(text, " kHz, "), codec ? hundreds / 10 : format->bits_per_sample, 1);
    if (codec && hundreds % 10)
        text = put_number(put_text(text, "."), hundreds % 10, 1);
    text = put_text(text, codec ? " kbit/s, " : " Bit, ");
    if (format->channels > 2)
        text = put_number(text, format->channels, 1);
    put_text(text, channels[format->channels > 2 ? 2 : format->channels - 1]);
}

LRESULT acm_format_details(ACMFORMATDETAILSW *to, DWORD query)
{
    ACMFORMATDETAILSW details = { 0 };
    struct completed completed = { 0 };
    struct wave_format *format = &completed.format;

    if (!to || to->cbStruct < offsetof(ACMFORMATDETAILSW, szFormat))
        return MMSYSERR_INVALPARAM;
    memcpy(&details, to, offsetof(ACMFORMATDETAILSW, szFormat));
    switch (query & ACM_FORMATDETAILSF_QUERYMASK) {
    case ACM_FORMATDETAILSF_INDEX:
        if (to->dwFormatTag > UINT16_MAX ||
            !standard_format((uint16_t)to->dwFormatTag, to->dwFormatIndex, &completed))
            return ACMERR_NOTPOSSIBLE;
        if (!format_write(format, to->pwfx, to->cbwfx))
            return MMSYSERR_INVALPARAM;
        break;
    case ACM_FORMATDETAILSF_FORMAT:
        if (!format_read(format, to->pwfx, to->cbwfx))
            return to->pwfx ? ACMERR_NOTPOSSIBLE : MMSYSERR_INVALPARAM;
        if (to->dwFormatTag != load16_le((const uint8_t *)to->pwfx) || !is_known(format))
            return ACMERR_NOTPOSSIBLE;
        break;
    default:
        return MMSYSERR_NOTSUPPORTED;
    }
    if (tag_is_disabled(format->tag))
        return ACMERR_NOTPOSSIBLE;
    details.fdwSupport = support_of(format->tag);
    describe(details.szFormat, format);
    return answer(to, &details, sizeof details);
}

/* True if the codec encodes a completed format and it meets the caller's restrictions. */
static BOOL suits(const struct codec *codec, const struct wave_format *format, DWORD flags,
                  const struct wave_format *wanted, const struct settings *settings)
{
    struct layout layout;

    return codec->encoder && format->byte_rate != 0 && codec_parse(codec, format, &layout) &&
           (!(flags & ACM_FORMATSUGGESTF_WBITSPERSAMPLE) ||
            format->bits_per_sample == wanted->bits_per_sample) &&
           !layout.read_only && !settings_disable(settings, format->tag);
}

/* Suggests a format of the first codec that supports the rate and the channels, or of the wanted
 * tag's codec: one of the enumerated modes if possible, otherwise any that the codec completes. */
static BOOL suggest_codec(struct completed *completed, struct mode mode, DWORD flags,
                          const struct wave_format *wanted, const struct settings *settings)
{
    for (const struct codec *const *codec = codecs; *codec; codec++) {
        uint16_t tag = flags & ACM_FORMATSUGGESTF_WFORMATTAG ? wanted->tag : (*codec)->tags->tag;

        if (codec_find(tag) != *codec)
            continue;
        for (const struct mode *listed = (*codec)->modes; listed->sample_rate; listed++) {
            complete_codec(completed, tag, *codec, *listed);
            if (listed->sample_rate == mode.sample_rate && listed->channels == mode.channels &&
                suits(*codec, &completed->format, flags, wanted, settings))
                return TRUE;
        }
        complete_codec(completed, tag, *codec, mode);
        if (suits(*codec, &completed->format, flags, wanted, settings))
            return TRUE;
    }
    return FALSE;
}

/* More than two channels are WAVE_FORMAT_EXTENSIBLE, unless the caller wants another tag. */
static BOOL suggest_pcm(struct completed *completed, struct mode mode, DWORD flags,
                        const struct wave_format *wanted)
{
    uint16_t usual = mode.channels > 2 ? TAG_EXTENSIBLE : TAG_PCM;
    uint16_t tag = flags & ACM_FORMATSUGGESTF_WFORMATTAG ? wanted->tag : usual;
    uint16_t bits = flags & ACM_FORMATSUGGESTF_WBITSPERSAMPLE ? wanted->bits_per_sample
                    : tag == TAG_IEEE_FLOAT                   ? 32
                                                              : 16;
    struct wave_format unwrapped;

    complete_pcm(completed, tag, mode.sample_rate, mode.channels, bits);
    if (tag == TAG_EXTENSIBLE && wanted->channel_mask)
        store32_le(completed->extra + 2, wanted->channel_mask);
    unwrapped = completed->format;
    unwrapped.tag = tag == TAG_EXTENSIBLE ? TAG_PCM : tag;
    return pcm_of(&unwrapped) != PCM_NONE;
}

LRESULT acm_format_suggest(LPARAM parameter)
{
    ACMDRVFORMATSUGGEST suggest;
    struct wave_format from, wanted;
    struct completed completed;
    struct settings settings;
    struct mode mode;
    DWORD flags;
    BOOL coded;

    if (!suggest_read(parameter, &suggest) || !suggest.pwfxDst || suggest.cbwfxDst < PCM_SIZE)
        return MMSYSERR_INVALPARAM;
    flags = suggest.fdwSuggest & ACM_FORMATSUGGESTF_TYPEMASK;
    if (flags & ~(DWORD)(ACM_FORMATSUGGESTF_WFORMATTAG | ACM_FORMATSUGGESTF_NCHANNELS |
                         ACM_FORMATSUGGESTF_NSAMPLESPERSEC | ACM_FORMATSUGGESTF_WBITSPERSAMPLE))
        return MMSYSERR_NOTSUPPORTED;
    if (!format_read(&from, suggest.pwfxSrc, suggest.cbwfxSrc) || !is_known(&from))
        return ACMERR_NOTPOSSIBLE;
    settings_read(&settings);
    /* Only the members that the flags name are valid. */
    wanted = fields_of((const uint8_t *)suggest.pwfxDst);
    mode = (struct mode){ from.sample_rate, from.channels, 0 };
    if (flags & ACM_FORMATSUGGESTF_NCHANNELS)
        mode.channels = wanted.channels;
    wanted.channel_mask = mode.channels == from.channels ? channel_mask(&from) : 0;
    coded = pcm_of(&from) == PCM_NONE;
    /* Hosts expect a codec for plain PCM, and plain PCM for everything else. */
    if (mode.channels - 1u >= CHANNELS_MOST || settings_disable(&settings, from.tag) ||
        (flags & ACM_FORMATSUGGESTF_NSAMPLESPERSEC && wanted.sample_rate != mode.sample_rate) ||
        !(((coded || settings_unwrap_pcm(&settings, suggest.pwfxSrc)) &&
           suggest_pcm(&completed, mode, flags, &wanted)) ||
          (!coded && suggest_codec(&completed, mode, flags, &wanted, &settings))) ||
        !format_write(&completed.format, suggest.pwfxDst, suggest.cbwfxDst))
        return ACMERR_NOTPOSSIBLE;
    return MMSYSERR_NOERROR;
}
