/* The details of the driver, of its tags and of their formats, and its suggestions. */
#include <math.h>
#include <stddef.h>
#include "host.h"

/* ---- The driver */

static size_t length_of(const WCHAR *text, size_t room)
{
    size_t n = 0;

    while (n < room && text[n])
        n++;
    assert_true(n < room);
    return n;
}

static bool contains(const WCHAR *text, const char *part)
{
    for (; *text; text++) {
        size_t n = 0;

        while (part[n] && text[n] == (WCHAR)(unsigned char)part[n])
            n++;
        if (!part[n])
            return true;
    }
    return !*part;
}

static bool equals(const WCHAR *text, const char *other)
{
    return contains(text, other) && length_of(text, 512) == strlen(other);
}

enum { CODEC = 1, CONVERTER = 2 }; /* ACMDRIVERDETAILS_SUPPORTF_... */

static void the_driver_describes_itself(void **unused)
{
    ACMDRIVERDETAILSW details;

    (void)unused;
    memset(&details, 0xCD, sizeof details);
    details.cbStruct = sizeof details;
    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, &details, 0), MMSYSERR_NOERROR);
    assert_int_equal(details.cbStruct, sizeof details);
    assert_int_equal(details.fccType, 0x63647561);
    assert_int_equal(details.fccComp, 0);
    assert_int_equal(details.wMid, 0xFFFF);
    assert_int_equal(details.wPid, 0xFFFF);
    assert_int_equal(details.vdwACM, 0x03320000);
    assert_true(details.vdwDriver != 0);
    assert_int_equal(details.fdwSupport, CODEC);
    assert_int_equal(details.cFilterTags, 0);
    assert_null(details.hicon);
    assert_true(equals(details.szShortName, "OmniACM"));
    assert_true(length_of(details.szLongName, 128) > 0 && contains(details.szLongName, "OmniACM"));
    assert_true(length_of(details.szCopyright, 80) > 0);
    assert_true(contains(details.szLicensing, "MIT") && length_of(details.szLicensing, 128) > 0);
    assert_true(length_of(details.szFeatures, 512) > 0);
    assert_true(contains(details.szFeatures, codecs[0]->name));
}

static void short_details_are_a_prefix(void **unused)
{
    enum { FULL = sizeof(ACMDRIVERDETAILSW) };
    uint8_t full[FULL];

    (void)unused;
    put32(full, 0, FULL);
    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, full, 0), MMSYSERR_NOERROR);
    for (DWORD size = 4; size <= FULL + 16; size++) {
        DWORD filled = size < FULL ? size : FULL;
        uint8_t *details = lend(FULL + 32), *exact = lend(size);

        put32(details, 0, size);
        put32(exact, 0, size);
        assert_int_equal(ask(ACMDM_DRIVER_DETAILS, details, 0), MMSYSERR_NOERROR);
        assert_int_equal(ask(ACMDM_DRIVER_DETAILS, exact, 0), MMSYSERR_NOERROR);
        assert_int_equal(get32(details, 0), filled);
        assert_memory_equal(details + 4, full + 4, filled - 4);
        assert_true(is_untouched(details + filled, FULL + 32 - filled));
        release();
    }
}

static void no_room_for_details_is_an_error(void **unused)
{
    (void)unused;
    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, 0, 0), MMSYSERR_INVALPARAM);
    for (DWORD size = 0; size < 4; size++) {
        uint8_t *details = lend(4);

        put32(details, 0, size);
        assert_int_equal(ask(ACMDM_DRIVER_DETAILS, details, 0), MMSYSERR_INVALPARAM);
        assert_int_equal(get32(details, 0), size);
    }
}

/* ---- Tags */

/* Members that the query does not use contain garbage. */
static ACMFORMATTAGDETAILSW *tag_query(DWORD index, DWORD tag)
{
    ACMFORMATTAGDETAILSW *details = lend(sizeof *details);

    details->cbStruct = sizeof *details;
    details->dwFormatTagIndex = index;
    details->dwFormatTag = tag;
    return details;
}

enum { GARBAGE = 0xCDCDCDCD };

static ACMFORMATTAGDETAILSW *tag_at(DWORD index)
{
    ACMFORMATTAGDETAILSW *details = tag_query(index, GARBAGE);

    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, details, ACM_FORMATTAGDETAILSF_INDEX),
                     MMSYSERR_NOERROR);
    return details;
}

static ACMFORMATTAGDETAILSW *tag_of(DWORD tag)
{
    ACMFORMATTAGDETAILSW *details = tag_query(GARBAGE, tag);

    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, details, ACM_FORMATTAGDETAILSF_FORMATTAG),
                     MMSYSERR_NOERROR);
    return details;
}

static DWORD tag_count(void)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };

    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, &details, 0), MMSYSERR_NOERROR);
    return details.cFormatTags;
}

static DWORD mode_count(const struct codec *codec)
{
    DWORD count = 0;

    while (codec->modes[count].sample_rate)
        count++;
    return count;
}

static void tags_are_listed_by_index(void **unused)
{
    DWORD count = tag_count(), ours = 0;

    (void)unused;
    while (codec_tag(ours))
        ours++;
    assert_int_equal(count, ours + 3);
    for (DWORD index = 0; index < count; index++) {
        ACMFORMATTAGDETAILSW *details = tag_at(index);
        const struct codec *codec = codec_find((uint16_t)details->dwFormatTag);

        assert_int_equal(details->cbStruct, sizeof *details);
        assert_int_equal(details->dwFormatTagIndex, index);
        assert_true(details->dwFormatTag != 0 && details->dwFormatTag <= 0xFFFF);
        assert_int_equal(details->fdwSupport, codec ? CODEC : CODEC | CONVERTER);
        assert_true(codec || details->dwFormatTag == 1 || details->dwFormatTag == 3 ||
                    details->dwFormatTag == 0xFFFE);
        if (codec)
            assert_int_equal(details->cStandardFormats,
                             details->dwFormatTag == codec->tags->tag ? mode_count(codec) : 0);
        for (DWORD earlier = 0; earlier < index; earlier++)
            assert_true(tag_at(earlier)->dwFormatTag != details->dwFormatTag);
    }
    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, tag_query(count, 1), ACM_FORMATTAGDETAILSF_INDEX),
                     ACMERR_NOTPOSSIBLE);
    assert_int_equal(
        ask(ACMDM_FORMATTAG_DETAILS, tag_query(0xFFFFFFFF, 1), ACM_FORMATTAGDETAILSF_INDEX),
        ACMERR_NOTPOSSIBLE);
}

static void tags_are_found_by_tag(void **unused)
{
    (void)unused;
    for (DWORD index = 0; index < tag_count(); index++) {
        const ACMFORMATTAGDETAILSW *details = tag_at(index);

        assert_memory_equal(details, tag_of(details->dwFormatTag), sizeof *details);
    }
}

/* A name is that of one tag, and has characters that every code page has. A chooser shows two tags
 * of one name as one line, and a tag without a name as an empty line. msacm32 names PCM itself. */
static void every_tag_has_a_name_of_its_own(void **unused)
{
    /* The names in Wine's own drivers. */
    static const char *const others[] = { "PCM",    "IMA ADPCM", "Microsoft ADPCM", "A-Law",
                                          "U-Law",  "GSM 6.10",  "MPeg3",           "MPeg",
                                          "MPEG-3", "MPEG" };
    size_t length;

    (void)unused;
    assert_int_equal(tag_of(TAG_PCM)->szFormatTag[0], 0);
    for (DWORD i = 1; i < tag_count(); i++) {
        const WCHAR *name = tag_at(i)->szFormatTag;

        for (length = 0; name[length]; length++)
            assert_true(name[length] >= ' ' && name[length] <= '~');
        assert_true(length > 0 && length < ACMFORMATTAGDETAILS_FORMATTAG_CHARS);
        assert_true(name[0] != ' ' && name[length - 1] != ' ');
        for (size_t k = 0; k < sizeof others / sizeof *others; k++)
            assert_false(equals(name, others[k]));
        for (DWORD earlier = 1; earlier < i; earlier++)
            assert_memory_not_equal(name, tag_at(earlier)->szFormatTag,
                                    (length + 1) * sizeof *name);
    }
    for (size_t i = 0; codec_tag(i); i++)
        assert_true(equals(tag_of(codec_tag(i))->szFormatTag,
                           codec_find_tag(codec_find(codec_tag(i)), codec_tag(i))->name));
}

static void every_form_of_pcm_is_listed(void **unused)
{
    DWORD modes = tag_of(TAG_IEEE_FLOAT)->cStandardFormats;

    (void)unused;
    assert_true(modes > 0);
    assert_int_equal(tag_of(TAG_PCM)->cStandardFormats, 2 * modes);
    assert_int_equal(tag_of(TAG_PCM)->cbFormatSize, 16);
    assert_int_equal(tag_of(TAG_IEEE_FLOAT)->cbFormatSize, 18);
    assert_int_equal(tag_of(TAG_EXTENSIBLE)->cStandardFormats, 2 * modes / 2 * CHANNELS_MOST);
    assert_int_equal(tag_of(TAG_EXTENSIBLE)->cbFormatSize, 40);
}

static void the_largest_size_is_found(void **unused)
{
    ACMFORMATTAGDETAILSW *largest = tag_query(GARBAGE, WAVE_FORMAT_UNKNOWN), *of_tag;
    DWORD most = 0;

    (void)unused;
    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, largest, ACM_FORMATTAGDETAILSF_LARGESTSIZE),
                     MMSYSERR_NOERROR);
    for (DWORD index = 0; index < tag_count(); index++) {
        const ACMFORMATTAGDETAILSW *details = tag_at(index);

        most = details->cbFormatSize > most ? details->cbFormatSize : most;
        of_tag = tag_query(GARBAGE, details->dwFormatTag);
        assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, of_tag, ACM_FORMATTAGDETAILSF_LARGESTSIZE),
                         MMSYSERR_NOERROR);
        assert_memory_equal(of_tag, details, sizeof *details);
    }
    assert_int_equal(largest->cbFormatSize, most);
    assert_memory_equal(largest, tag_of(largest->dwFormatTag), sizeof *largest);
}

static void assert_no_tag(ACMFORMATTAGDETAILSW *details, DWORD query, LRESULT expected)
{
    void *before = lend_copy(details, sizeof *details);

    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, details, (LPARAM)query), expected);
    assert_memory_equal(details, before, sizeof *details);
}

static void unknown_tags_and_queries_are_refused(void **unused)
{
    const DWORD unknown[] = { foreign_tag(), 0x10001, 0xFFFF0001, 0xFFFFFFFF, 0xFFFF };

    (void)unused;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_no_tag(tag_query(0, unknown[i]), ACM_FORMATTAGDETAILSF_FORMATTAG,
                      ACMERR_NOTPOSSIBLE);
        assert_no_tag(tag_query(0, unknown[i]), ACM_FORMATTAGDETAILSF_LARGESTSIZE,
                      ACMERR_NOTPOSSIBLE);
    }
    assert_no_tag(tag_query(0, 0), ACM_FORMATTAGDETAILSF_FORMATTAG, ACMERR_NOTPOSSIBLE);
    for (DWORD query = 3; query < 16; query++)
        assert_no_tag(tag_query(0, 1), query, MMSYSERR_NOTSUPPORTED);
    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, 0, 0), MMSYSERR_INVALPARAM);
}

static void short_tag_details_are_a_prefix(void **unused)
{
    const ACMFORMATTAGDETAILSW *full = tag_at(0);

    (void)unused;
    for (DWORD size = 0; size <= sizeof *full; size++) {
        uint8_t *exact = lend(size < 4 ? 4 : size);
        bool has_input = size >= offsetof(ACMFORMATTAGDETAILSW, cbFormatSize);

        put32(exact, 0, size);
        if (has_input)
            put32(exact, 4, 0);
        assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, exact, ACM_FORMATTAGDETAILSF_INDEX),
                         has_input ? MMSYSERR_NOERROR : MMSYSERR_INVALPARAM);
        assert_int_equal(get32(exact, 0), size);
        if (has_input)
            assert_memory_equal(exact + 4, (const uint8_t *)full + 4, size - 4);
        else
            assert_true(is_untouched(exact + 4, size < 4 ? 0 : size - 4));
    }
}

/* ---- Formats */

static ACMFORMATDETAILSW *format_query(DWORD tag, DWORD index, void *wfx, DWORD size)
{
    ACMFORMATDETAILSW *details = lend(sizeof *details);

    details->cbStruct = sizeof *details;
    details->dwFormatIndex = index;
    details->dwFormatTag = tag;
    details->pwfx = wfx;
    details->cbwfx = size;
    return details;
}

static LRESULT fill(DWORD tag, DWORD index, void *wfx, size_t size)
{
    return ask(ACMDM_FORMAT_DETAILS, format_query(tag, index, wfx, (DWORD)size),
               ACM_FORMATDETAILSF_INDEX);
}

static ACMFORMATDETAILSW *format_at(DWORD tag, DWORD index)
{
    DWORD size = tag_of(tag)->cbFormatSize;
    ACMFORMATDETAILSW *details = format_query(tag, index, lend(size), size);

    assert_int_equal(ask(ACMDM_FORMAT_DETAILS, details, ACM_FORMATDETAILSF_INDEX),
                     MMSYSERR_NOERROR);
    return details;
}

static LRESULT is_format_of(DWORD tag, void *wfx, size_t size)
{
    return ask(ACMDM_FORMAT_DETAILS, format_query(tag, GARBAGE, wfx, (DWORD)size),
               ACM_FORMATDETAILSF_FORMAT);
}

static LRESULT is_format(WAVEFORMATEX *wfx, size_t size)
{
    return is_format_of(wfx->wFormatTag, wfx, size);
}

static void standard_formats_are_valid(void **unused)
{
    (void)unused;
    for (DWORD i = 0; i < tag_count(); i++) {
        const ACMFORMATTAGDETAILSW *tag = tag_at(i);

        for (DWORD index = 0; index < tag->cStandardFormats; index++) {
            ACMFORMATDETAILSW *listed = format_at(tag->dwFormatTag, index), *asked;
            size_t size = wfx_size(listed->pwfx);
            void *before = lend_copy(listed->pwfx, size);

            assert_int_equal(listed->cbStruct, sizeof *listed);
            assert_true(listed->dwFormatTag == tag->dwFormatTag && listed->dwFormatIndex == index);
            assert_int_equal(listed->fdwSupport, tag->fdwSupport);
            assert_int_equal(listed->pwfx->wFormatTag, tag->dwFormatTag);
            assert_true(size <= tag->cbFormatSize);
            asked = format_query(tag->dwFormatTag, index, listed->pwfx, (DWORD)size);
            assert_int_equal(ask(ACMDM_FORMAT_DETAILS, asked, ACM_FORMATDETAILSF_FORMAT),
                             MMSYSERR_NOERROR);
            assert_memory_equal(asked->szFormat, listed->szFormat, sizeof listed->szFormat);
            assert_true(asked->dwFormatTag == tag->dwFormatTag &&
                        asked->fdwSupport == tag->fdwSupport);
            assert_memory_equal(listed->pwfx, before, size);
            for (DWORD earlier = 0; earlier < index; earlier++)
                assert_memory_not_equal(format_at(tag->dwFormatTag, earlier)->pwfx, before, size);
        }
        release();
    }
}

static void there_is_no_format_after_the_last(void **unused)
{
    static const DWORD beyond[] = { 0, 1, 1000, 0x7FFFFFFF, 0xFFFFFFFF };
    uint8_t *room = lend(256);

    (void)unused;
    for (DWORD i = 0; i < tag_count(); i++)
        for (size_t k = 0; k < sizeof beyond / sizeof *beyond; k++) {
            const ACMFORMATTAGDETAILSW *tag = tag_at(i);
            DWORD index = beyond[k] < 2 ? tag->cStandardFormats + beyond[k] : beyond[k];

            assert_int_equal(fill(tag->dwFormatTag, index, room, 256), ACMERR_NOTPOSSIBLE);
        }
    assert_int_equal(fill(foreign_tag(), 0, room, 256), ACMERR_NOTPOSSIBLE);
    assert_int_equal(fill(0x10001, 0, room, 256), ACMERR_NOTPOSSIBLE);
    assert_true(is_untouched(room, 256));
}

/* The rates of MPEG audio count, too. */
static bool some_codec_has(DWORD rate)
{
    static const DWORD mpegs[] = { 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000 };

    for (size_t i = 0; i < sizeof mpegs / sizeof *mpegs; i++)
        if (mpegs[i] == rate)
            return true;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate; mode++)
            if (mode->sample_rate == rate)
                return true;
    return false;
}

/* Exactly the rates of the codecs, each with these numbers of bits and up to so many channels. */
static void check_rates_of_pcm(WORD tag, WORD bits, WORD other_bits, WORD most_channels)
{
    DWORD count = tag_of(tag)->cStandardFormats;

    for (DWORD index = 0; index < count; index++) {
        const WAVEFORMATEX *wfx = format_at(tag, index)->pwfx;

        assert_int_equal(wfx->wBitsPerSample, index % 2 ? other_bits : bits);
        assert_int_equal(wfx->nBlockAlign, wfx->nChannels * wfx->wBitsPerSample / 8);
        assert_int_equal(wfx->nAvgBytesPerSec, wfx->nSamplesPerSec * wfx->nBlockAlign);
        assert_true(some_codec_has(wfx->nSamplesPerSec));
        assert_in_range(wfx->nChannels, 1, most_channels);
    }
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate; mode++)
            for (WORD channels = 1; channels <= most_channels; channels++) {
                unsigned found = 0;

                for (DWORD index = 0; index < count; index++) {
                    const WAVEFORMATEX *wfx = format_at(tag, index)->pwfx;

                    found += wfx->nSamplesPerSec == mode->sample_rate && wfx->nChannels == channels;
                }
                assert_int_equal(found, tag == TAG_IEEE_FLOAT ? 1 : 2);
                release();
            }
}

static void pcm_is_enumerated_for_the_rates_of_codecs(void **unused)
{
    (void)unused;
    check_rates_of_pcm(TAG_PCM, 8, 16, 2);
    check_rates_of_pcm(TAG_IEEE_FLOAT, 32, 32, 2);
    check_rates_of_pcm(TAG_EXTENSIBLE, 16, 24, CHANNELS_MOST);
}

/* As in FLAC, which also has the order of the SDK's constants. */
static const DWORD masks[] = { 0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F };

/* The members of WAVEFORMATEXTENSIBLE: the valid bits, the speakers, and PCM's GUID. */
static void check_extensible(const WAVEFORMATEX *wfx, DWORD mask)
{
    static const uint8_t guid[16] = { 1,    0, 0, 0,    0, 0,    0x10, 0,
                                      0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 };
    const uint8_t *extra = (const uint8_t *)wfx + 18;

    assert_int_equal(wfx->wFormatTag, TAG_EXTENSIBLE);
    assert_int_equal(wfx->cbSize, 22);
    assert_int_equal(load16_le(extra), wfx->wBitsPerSample);
    assert_int_equal(load32_le(extra + 2), mask);
    assert_memory_equal(extra + 6, guid, sizeof guid);
}

static void extensible_formats_have_the_speakers_of_their_channels(void **unused)
{
    (void)unused;
    for (DWORD index = 0; index < tag_of(TAG_EXTENSIBLE)->cStandardFormats; index++) {
        const ACMFORMATDETAILSW *details = format_at(TAG_EXTENSIBLE, index);
        const WAVEFORMATEX *wfx = details->pwfx;
        char text[64];

        check_extensible(wfx, masks[wfx->nChannels]);
        snprintf(text, sizeof text, "%.3f kHz, %u Bit, %u channels", wfx->nSamplesPerSec / 1000.0,
                 wfx->wBitsPerSample, wfx->nChannels);
        assert_true(equals(details->szFormat, wfx->nChannels > 2 ? text : ""));
    }
}

/* PCMWAVEFORMAT has no cbSize, so that cbSize is written only if there is room for it. */
static void pcm_takes_16_bytes(void **unused)
{
    (void)unused;
    for (DWORD size = 16; size <= 20; size++) {
        uint8_t *wfx = lend(24), *exact = lend(size);
        DWORD written = size < 18 ? 16 : 18;

        assert_int_equal(fill(TAG_PCM, 0, wfx, size), MMSYSERR_NOERROR);
        assert_int_equal(fill(TAG_PCM, 0, exact, size), MMSYSERR_NOERROR);
        if (written == 18)
            assert_int_equal(load16_le(wfx + 16), 0);
        assert_true(is_untouched(wfx + written, 24 - written));
        assert_int_equal(is_format((WAVEFORMATEX *)(void *)exact, size), MMSYSERR_NOERROR);
    }
}

static void formats_need_their_whole_size(void **unused)
{
    (void)unused;
    for (DWORD i = 0; i < tag_count(); i++)
        for (DWORD index = 0; index < tag_at(i)->cStandardFormats; index++) {
            DWORD tag = tag_at(i)->dwFormatTag,
                  needed = (DWORD)wfx_size(format_at(tag, index)->pwfx);

            for (DWORD size = 0; size < needed; size++) {
                uint8_t *wfx = lend(size + 32);
                ACMFORMATDETAILSW *details = format_query(tag, index, wfx, size);

                assert_true(ask(ACMDM_FORMAT_DETAILS, details, ACM_FORMATDETAILSF_INDEX) !=
                            MMSYSERR_NOERROR);
                assert_true(is_untouched(wfx, size + 32));
            }
            assert_true(fill(tag, index, 0, needed) != MMSYSERR_NOERROR);
            release();
        }
}

/* Formats of any size with a tag of the driver and zeros in all other fields. */
static void formats_of_zeros_are_refused(void **unused)
{
    (void)unused;
    for (DWORD i = 0; i < tag_count(); i++)
        for (size_t size = 16; size <= 18 + EXTRA_ROOM; size++) {
            WAVEFORMATEX *wfx = lend(size), *dst = lend(128);

            memset(wfx, 0, size);
            wfx->wFormatTag = (WORD)tag_at(i)->dwFormatTag;
            assert_int_equal(is_format(wfx, size), ACMERR_NOTPOSSIBLE);
            assert_int_equal(suggest(WINE, 0, wfx, (DWORD)size, dst, 128), ACMERR_NOTPOSSIBLE);
            assert_int_equal(suggest(WINDOWS, 0, wfx, (DWORD)size, dst, 128), ACMERR_NOTPOSSIBLE);
            assert_true(is_untouched(dst, 128));
            release();
        }
}

static void formats_of_other_drivers_are_refused(void **unused)
{
    WAVEFORMATEX *wfx = pcm_make(&shapes[SHAPE_S16], 8000, 1);
    uint8_t *short_one = lend(16);

    (void)unused;
    for (DWORD size = 0; size < 16; size++)
        assert_true(is_format_of(TAG_PCM, lend_copy(wfx, size), size) != 0);
    assert_int_equal(is_format_of(foreign_tag(), wfx, 16), ACMERR_NOTPOSSIBLE);
    assert_int_equal(is_format_of(TAG_PCM, 0, 16), MMSYSERR_INVALPARAM);
    for (DWORD query = 2; query < 16; query++)
        assert_int_equal(
            ask(ACMDM_FORMAT_DETAILS, format_query(TAG_PCM, 0, wfx, 16), (LPARAM)query),
            MMSYSERR_NOTSUPPORTED);
    assert_int_equal(ask(ACMDM_FORMAT_DETAILS, 0, 0), MMSYSERR_INVALPARAM);
    memcpy(short_one, wfx, 16);
    store16_le(short_one, foreign_tag());
    assert_int_equal(is_format((WAVEFORMATEX *)(void *)short_one, 16), ACMERR_NOTPOSSIBLE);
}

static void pcm_of_unsupported_widths_is_refused(void **unused)
{
    static const struct wave_format strange[] = {
        { TAG_PCM, 1, 8000, 16000, 2, 12, 0, 0 },
        { TAG_PCM, 1, 8000, 16000, 4, 16, 0, 0 },
        { TAG_PCM, 0, 8000, 16000, 2, 16, 0, 0 },
        { TAG_PCM, 1, 0, 16000, 2, 16, 0, 0 },
        { TAG_PCM, 1, 8000, 64000, 8, 64, 0, 0 },
        { TAG_PCM, 1, 8000, 0, 0, 0, 0, 0 },
        { TAG_IEEE_FLOAT, 1, 8000, 80000, 10, 80, 0, 0 },
        { TAG_IEEE_FLOAT, 1, 8000, 16000, 2, 16, 0, 0 },
        { TAG_PCM, 65535, 8000, 0, 65534, 16, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        WAVEFORMATEX *wfx = wfx_make(&strange[i]), *wrapped = wfx_wrapped(wfx);

        assert_int_equal(is_format(wfx, wfx_size(wfx)), ACMERR_NOTPOSSIBLE);
        assert_int_equal(is_format(wrapped, wfx_size(wrapped)), ACMERR_NOTPOSSIBLE);
    }
}

static void short_format_details_are_a_prefix(void **unused)
{
    WAVEFORMATEX *wfx = lend(16);
    ACMFORMATDETAILSW *full = format_query(TAG_PCM, 0, wfx, 16);

    (void)unused;
    assert_int_equal(ask(ACMDM_FORMAT_DETAILS, full, ACM_FORMATDETAILSF_INDEX), MMSYSERR_NOERROR);
    for (DWORD size = 0; size <= sizeof *full; size++) {
        bool has_input = size >= offsetof(ACMFORMATDETAILSW, szFormat);
        uint8_t *exact = lend_copy(format_query(TAG_PCM, 0, wfx, 16), size < 4 ? 4 : size);
        uint8_t *before;

        put32(exact, 0, size);
        before = lend_copy(exact, size);
        for (DWORD query = ACM_FORMATDETAILSF_INDEX; query <= ACM_FORMATDETAILSF_FORMAT; query++) {
            assert_int_equal(ask(ACMDM_FORMAT_DETAILS, exact, (LPARAM)query),
                             has_input ? MMSYSERR_NOERROR : MMSYSERR_INVALPARAM);
            if (has_input)
                assert_memory_equal(exact + 4, (uint8_t *)full + 4, size - 4);
            else
                assert_memory_equal(exact, before, size);
            assert_int_equal(get32(exact, 0), size);
        }
    }
}

/* Real files have wrong byte rates, missing or surplus extra bytes, or no cbSize. */
static void reading_is_lenient(void **unused)
{
    static const uint32_t wrong_rates[] = { 0, 1, 16000, 0xFFFFFFFF };

    (void)unused;
    EACH_ROUTE(route) {
        struct wave_format format = route.format;
        uint8_t extra[EXTRA_ROOM + 2] = { 0 };
        WAVEFORMATEX *wfx;

        if (format.tag == 0x7A) /* which also is Voxware's */
            continue;
        for (size_t i = 0; i < sizeof wrong_rates / sizeof *wrong_rates; i++) {
            format.byte_rate = wrong_rates[i];
            wfx = wfx_make(&format);
            check(route, is_format(wfx, wfx_size(wfx)) == MMSYSERR_NOERROR);
        }
        format = route.format;
        format.extra_size = 0;
        wfx = wfx_make(&format);
        check(route, is_format(wfx, wfx_size(wfx)) == MMSYSERR_NOERROR);
        check(route, is_format(lend_copy(wfx, 16), 16) == MMSYSERR_NOERROR);
        memcpy(extra, route.extra, route.format.extra_size);
        format.extra = extra;
        format.extra_size = (uint16_t)(route.format.extra_size + 2);
        wfx = wfx_make(&format);
        check(route, is_format(wfx, wfx_size(wfx)) == MMSYSERR_NOERROR);
    }
}

static void an_extensible_format_is_the_one_it_contains(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        WAVEFORMATEX *wrapped = wfx_wrapped(route.coded);

        check(route, is_format(wrapped, wfx_size(wrapped)) == MMSYSERR_NOERROR);
        for (size_t i = 0; i < SHAPES; i++) {
            WAVEFORMATEX *pcm = pcm_make(&shapes[i], route.mode.sample_rate, route.mode.channels);

            check(route, is_format(pcm, wfx_size(pcm)) == MMSYSERR_NOERROR);
        }
    }
}

static void other_extensible_formats_are_refused(void **unused)
{
    WAVEFORMATEX *pcm = pcm_make(&shapes[SHAPE_S16], 8000, 1), *wrapped = wfx_wrapped(pcm),
                 *twice = wfx_wrapped(wrapped), *broken;
    WAVEFORMATEX *foreign = lend_copy(pcm, 16);

    (void)unused;
    assert_int_equal(is_format(twice, wfx_size(twice)), ACMERR_NOTPOSSIBLE);
    foreign->wFormatTag = foreign_tag();
    foreign =
        wfx_wrapped(wfx_make(&(struct wave_format){ foreign_tag(), 1, 8000, 16000, 2, 16, 0, 0 }));
    assert_int_equal(is_format(foreign, wfx_size(foreign)), ACMERR_NOTPOSSIBLE);
    for (size_t at = 26; at < 40; at++) {
        broken = lend_copy(wrapped, 40);
        ((uint8_t *)broken)[at] ^= 1;
        assert_int_equal(is_format(broken, 40), ACMERR_NOTPOSSIBLE);
    }
    for (WORD extra = 0; extra < 22; extra++) {
        broken = lend_copy(wrapped, 18u + extra);
        broken->cbSize = extra;
        assert_int_equal(is_format(broken, 18u + extra), ACMERR_NOTPOSSIBLE);
    }
    /* cbSize counts all of the extra bytes, but cbwfx shows that they are not there. */
    for (size_t size = 16; size < 40; size++)
        assert_int_equal(is_format(lend_copy(wrapped, size), size), ACMERR_NOTPOSSIBLE);
    assert_int_equal(is_format_of(TAG_PCM, wrapped, 40), ACMERR_NOTPOSSIBLE);
}

/* The GUID 00000001-0721-11D3-8644-C8C1CA000000 of Ambisonic files. */
static void b_format_is_pcm(void **unused)
{
    static const uint8_t tail[14] = { 0, 0, 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA };
    WAVEFORMATEX *wrapped = wfx_wrapped(pcm_make(&shapes[SHAPE_S16], 8000, 2)), *other;

    (void)unused;
    memcpy((uint8_t *)wrapped + 26, tail, sizeof tail);
    assert_int_equal(is_format(wrapped, 40), MMSYSERR_NOERROR);
    other = lend_copy(wrapped, 40);
    ((uint8_t *)other)[24] = TAG_GSM610;
    assert_int_equal(is_format(other, 40), ACMERR_NOTPOSSIBLE);
    ((uint8_t *)wrapped)[39]++;
    assert_int_equal(is_format(wrapped, 40), ACMERR_NOTPOSSIBLE);
}

static const char *channels_text(WORD channels)
{
    static char text[16];

    snprintf(text, sizeof text, "%u channels", channels);
    if (channels == 1)
        return "Mono";
    return channels == 2 ? "Stereo" : text;
}

/* msacm32 describes a format by its bits per sample. A format that has none, or a codec with
 * several bit rates, needs a description by the driver. */
static void formats_without_bits_have_a_description(void **unused)
{
    unsigned seen = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (DWORD index = 0; index < mode_count(*codec); index++) {
            const ACMFORMATDETAILSW *details = format_at((*codec)->tags->tag, index);

            length_of(details->szFormat, 128);
            if (details->pwfx->wBitsPerSample != 0 && (*codec)->modes->bit_rate == 0)
                continue;
            seen++;
            assert_true(contains(details->szFormat, " kHz, ") &&
                        contains(details->szFormat, " kbit/s, "));
            assert_true(contains(details->szFormat, channels_text(details->pwfx->nChannels)));
            for (DWORD earlier = 0; earlier < index; earlier++)
                assert_memory_not_equal(format_at((*codec)->tags->tag, earlier)->szFormat,
                                        details->szFormat, sizeof details->szFormat);
        }
    if (!seen)
        skip();
}

/* Such a description has the sample rate to 1 Hz, and the nominal bit rate of a codec with several
 * bit rates, or else the actual one. */
static void descriptions_have_the_right_numbers(void **unused)
{
    unsigned seen = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (DWORD index = 0; index < mode_count(*codec); index++) {
            const ACMFORMATDETAILSW *details = format_at((*codec)->tags->tag, index);
            const WAVEFORMATEX *wfx = details->pwfx;
            double bits = (*codec)->modes[index].bit_rate ? (*codec)->modes[index].bit_rate
                                                          : wfx->nAvgBytesPerSec * 8.0;
            char rate[16], text[128];

            if (wfx->wBitsPerSample != 0 && (*codec)->modes->bit_rate == 0)
                continue;
            seen++;
            snprintf(rate, sizeof rate, "%.1f", floor(bits / 100 + 0.5) / 10);
            if (strstr(rate, ".0"))
                *strstr(rate, ".0") = 0;
            snprintf(text, sizeof text, "%.3f kHz, %s kbit/s, %s", wfx->nSamplesPerSec / 1000.0,
                     rate, channels_text(wfx->nChannels));
            if (!equals(details->szFormat, text))
                fail_msg("tag %04X: the description is not \"%s\"", wfx->wFormatTag, text);
        }
    if (!seen)
        skip();
}

/* ---- The formats of Windows' own codecs, as XP SP3 and 7 SP1 enumerate them */

struct expected {
    DWORD rate;
    WORD channels, block_align, bits;
    DWORD byte_rate;
    WORD samples; /* per block, if the extra bytes begin with that */
};

static void check_windows_formats(WORD tag, const char *name, const struct expected *expected,
                                  DWORD count, const uint8_t *rest, WORD rest_size)
{
    if (!codec_find(tag))
        skip();
    assert_true(equals(tag_of(tag)->szFormatTag, name));
    assert_int_equal(tag_of(tag)->cStandardFormats, count);
    for (DWORD index = 0; index < count; index++) {
        const struct expected *one = &expected[index];
        const WAVEFORMATEX *wfx = format_at(tag, index)->pwfx;
        const uint8_t *extra = (const uint8_t *)wfx + 18;

        assert_int_equal(wfx->wFormatTag, tag);
        assert_int_equal(wfx->nSamplesPerSec, one->rate);
        assert_int_equal(wfx->nChannels, one->channels);
        assert_int_equal(wfx->nBlockAlign, one->block_align);
        assert_int_equal(wfx->wBitsPerSample, one->bits);
        assert_int_equal(wfx->nAvgBytesPerSec, one->byte_rate);
        assert_int_equal(wfx->cbSize, one->samples ? 2 + rest_size : 0);
        if (one->samples) {
            assert_int_equal(load16_le(extra), one->samples);
            assert_memory_equal(extra + 2, rest, rest_size);
        }
    }
}

static const struct expected g711_formats[] = {
    { 8000, 1, 1, 8, 8000, 0 },   { 8000, 2, 2, 8, 16000, 0 },  { 11025, 1, 1, 8, 11025, 0 },
    { 11025, 2, 2, 8, 22050, 0 }, { 22050, 1, 1, 8, 22050, 0 }, { 22050, 2, 2, 8, 44100, 0 },
    { 44100, 1, 1, 8, 44100, 0 }, { 44100, 2, 2, 8, 88200, 0 },
};

static void alaw_is_enumerated_as_by_windows(void **unused)
{
    (void)unused;
    check_windows_formats(6, "CCITT A-Law", g711_formats, 8, 0, 0);
}

static void ulaw_is_enumerated_as_by_windows(void **unused)
{
    (void)unused;
    check_windows_formats(7, "CCITT u-Law", g711_formats, 8, 0, 0);
}

static void ima_adpcm_is_enumerated_as_by_windows(void **unused)
{
    static const struct expected formats[] = {
        { 8000, 1, 256, 4, 4055, 505 },     { 8000, 2, 512, 4, 8110, 505 },
        { 11025, 1, 256, 4, 5588, 505 },    { 11025, 2, 512, 4, 11177, 505 },
        { 22050, 1, 512, 4, 11100, 1017 },  { 22050, 2, 1024, 4, 22201, 1017 },
        { 44100, 1, 1024, 4, 22125, 2041 }, { 44100, 2, 2048, 4, 44251, 2041 },
    };

    (void)unused;
    check_windows_formats(0x11, "IMA ADPCM (OmniACM)", formats, 8, 0, 0);
}

static void ms_adpcm_is_enumerated_as_by_windows(void **unused)
{
    static const struct expected formats[] = {
        { 8000, 1, 256, 4, 4096, 500 },     { 8000, 2, 512, 4, 8192, 500 },
        { 11025, 1, 256, 4, 5644, 500 },    { 11025, 2, 512, 4, 11289, 500 },
        { 22050, 1, 512, 4, 11155, 1012 },  { 22050, 2, 1024, 4, 22311, 1012 },
        { 44100, 1, 1024, 4, 22179, 2036 }, { 44100, 2, 2048, 4, 44359, 2036 },
    };
    static const int16_t coefficients[14] = { 256, 0,   512, -256, 0,    0,   192,
                                              64,  240, 0,   460,  -208, 392, -232 };
    uint8_t rest[30] = { 7 };

    (void)unused;
    memcpy(rest + 2, coefficients, sizeof coefficients);
    check_windows_formats(2, "Microsoft ADPCM (OmniACM)", formats, 8, rest, sizeof rest);
}

static void gsm_is_enumerated_as_by_windows(void **unused)
{
    static const struct expected formats[] = {
        { 8000, 1, 65, 0, 1625, 320 },
        { 11025, 1, 65, 0, 2239, 320 },
        { 22050, 1, 65, 0, 4478, 320 },
        { 44100, 1, 65, 0, 8957, 320 },
    };

    (void)unused;
    check_windows_formats(0x31, "GSM 6.10 (OmniACM)", formats, 4, 0, 0);
    assert_true(equals(format_at(0x31, 0)->szFormat, "8.000 kHz, 13 kbit/s, Mono"));
    assert_true(equals(format_at(0x31, 1)->szFormat, "11.025 kHz, 17.9 kbit/s, Mono"));
}

/* ---- Suggestions */

enum { FLAG_TAG = 0x10000, FLAG_CHANNELS = 0x20000, FLAG_RATE = 0x40000, FLAG_BITS = 0x80000 };

/* A destination of garbage except for the members that the flags select. */
static WAVEFORMATEX *wanted_make(size_t size, DWORD flags, WORD tag, WORD channels, DWORD rate,
                                 WORD bits)
{
    uint8_t *wfx = lend(size);

    if (flags & FLAG_TAG)
        store16_le(wfx, tag);
    if (flags & FLAG_CHANNELS)
        store16_le(wfx + 2, channels);
    if (flags & FLAG_RATE)
        store32_le(wfx + 4, rate);
    if (flags & FLAG_BITS)
        store16_le(wfx + 14, bits);
    return (WAVEFORMATEX *)(void *)wfx;
}

/* Suggests a destination for the source of the route. */
static LRESULT suggest_dst(const struct route *route, DWORD flags, WAVEFORMATEX *dst, size_t size)
{
    return suggest(route->abi, flags, route->src, (DWORD)wfx_size(route->src), dst, (DWORD)size);
}

/* A suggested format can be opened. */
static void check_convertible(const struct route *route, WAVEFORMATEX *src, WAVEFORMATEX *dst)
{
    check(*route, dst->nChannels == src->nChannels && dst->nSamplesPerSec == src->nSamplesPerSec);
    check(*route, is_format(dst, wfx_size(dst)) == MMSYSERR_NOERROR);
    check(*route, ask(ACMDM_STREAM_OPEN, instance_make(route->abi, src, dst, ACM_STREAMOPENF_QUERY),
                      0) == MMSYSERR_NOERROR);
}

static void pcm_is_suggested_for_codecs(void **unused)
{
    static const WORD widths[] = { 8, 16, 24, 32 };

    (void)unused;
    EACH_ROUTE(route)
        for (DWORD flags = 0; flags <= 0xF0000 && route.decoding; flags += 0x10000)
            for (size_t i = 0; i < 4; i++)
                for (size_t size = 16; size <= 18; size += 2) {
                    WAVEFORMATEX *dst = wanted_make(size, flags, TAG_PCM, route.mode.channels,
                                                    route.mode.sample_rate, widths[i]);
                    WORD bits = flags & FLAG_BITS ? widths[i] : 16;

                    if (route.mode.channels > 2 && !(flags & FLAG_TAG))
                        continue;
                    check(route, suggest_dst(&route, flags, dst, size) == 0);
                    check(route, dst->wFormatTag == TAG_PCM && dst->wBitsPerSample == bits);
                    check(route, dst->nBlockAlign == bits / 8 * route.mode.channels);
                    check(route, dst->nAvgBytesPerSec == dst->nBlockAlign * route.mode.sample_rate);
                    check(route, size < 18 || load16_le((uint8_t *)dst + 16) == 0);
                    check_convertible(&route, route.src, dst);
                }
}

static void other_pcm_is_suggested_when_wanted(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        WAVEFORMATEX *real = wanted_make(18, FLAG_TAG, TAG_IEEE_FLOAT, 0, 0, 0);
        WAVEFORMATEX *extensible = wanted_make(40, FLAG_TAG | FLAG_BITS, TAG_EXTENSIBLE, 0, 0, 24);

        if (!route.decoding)
            continue;
        check(route, suggest_dst(&route, FLAG_TAG, real, 18) == MMSYSERR_NOERROR);
        check(route, real->wFormatTag == TAG_IEEE_FLOAT && real->wBitsPerSample == 32 &&
                         real->cbSize == 0);
        check_convertible(&route, route.src, real);
        check(route, suggest_dst(&route, FLAG_TAG | FLAG_BITS, extensible, 40) == MMSYSERR_NOERROR);
        check(route, extensible->wFormatTag == TAG_EXTENSIBLE && extensible->wBitsPerSample == 24 &&
                         extensible->cbSize == 22);
        check_convertible(&route, route.src, extensible);
        check(route, suggest_dst(&route, FLAG_TAG,
                                 wanted_make(17, FLAG_TAG, TAG_IEEE_FLOAT, 0, 0, 0), 17) != 0);
        check(route, suggest_dst(&route, FLAG_TAG,
                                 wanted_make(39, FLAG_TAG, TAG_EXTENSIBLE, 0, 0, 0), 39) != 0);
    }
}

/* The source has 16 bytes, or 18 as sent by Wine; the destination has more room than needed. */
static void codecs_are_suggested_for_pcm(void **unused)
{
    enum { ROOM = 18 + EXTRA_ROOM };

    (void)unused;
    EACH_ROUTE(route)
        for (DWORD flags = 0; flags <= 0xF0000 && !route.decoding; flags += 0x10000)
            for (size_t size = 16; size <= 18; size += 2) {
                WAVEFORMATEX *src = lend(size), *dst;

                /* At this rate only an alias may have these bits, and its tag is not requested. */
                if (flags & FLAG_BITS && !(flags & FLAG_TAG) && route.tag != route.codec->tags->tag)
                    continue;
                memcpy(src, route.src, 16);
                dst = wanted_make(ROOM, flags, route.tag, route.mode.channels,
                                  route.mode.sample_rate, route.format.bits_per_sample);
                check(route,
                      suggest(route.abi, flags, src, (DWORD)size, dst, ROOM) == MMSYSERR_NOERROR);
                check(route, codec_find(dst->wFormatTag) != 0);
                check(route, !(flags & FLAG_TAG) || dst->wFormatTag == route.tag);
                check(route,
                      !(flags & FLAG_BITS) || dst->wBitsPerSample == route.format.bits_per_sample);
                check_convertible(&route, src, dst);
                check(route, is_untouched((uint8_t *)dst + wfx_size(dst), ROOM - wfx_size(dst)));
                if (flags & FLAG_TAG && route.mode.bit_rate == 0)
                    check(route, memcmp(dst, route.dst, wfx_size(dst)) == 0);
            }
}

static void codecs_are_suggested_for_every_form_of_pcm(void **unused)
{
    enum { ROOM = 18 + EXTRA_ROOM };

    (void)unused;
    EACH_ROUTE(route)
        for (size_t i = 0; i < SHAPES && !route.decoding; i++) {
            WAVEFORMATEX *src = pcm_make(&shapes[i], route.mode.sample_rate, route.mode.channels);
            WAVEFORMATEX *dst = wanted_make(ROOM, FLAG_TAG, route.tag, 0, 0, 0);

            check(route, suggest(route.abi, FLAG_TAG, src, (DWORD)wfx_size(src), dst, ROOM) ==
                             MMSYSERR_NOERROR);
            check(route, dst->wFormatTag == route.tag);
            check_convertible(&route, src, dst);
        }
}

/* ---- More channels than two */

static WAVEFORMATEX *coded_make(const struct codec *codec, WORD channels)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, (struct mode){ 48000, channels, 0 }, extra);

    return wfx_make(&format);
}

/* The codecs that take any number of channels. */
static bool has_channels(const struct codec *codec, WORD channels)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, (struct mode){ 48000, channels, 0 }, extra);
    struct layout layout;

    return codec->decoder && codec->encoder && parses(codec, &format, &layout);
}

/* A suggestion for `src`, which can be opened. The caller's other members are garbage. */
static WAVEFORMATEX *suggested(WAVEFORMATEX *src, DWORD flags, WORD tag, WORD channels, DWORD size)
{
    WAVEFORMATEX *dst = wanted_make(size, flags, tag, channels, 0, 0);

    assert_int_equal(suggest(WINE, flags, src, (DWORD)wfx_size(src), dst, size), MMSYSERR_NOERROR);
    assert_int_equal(is_format(dst, wfx_size(dst)), MMSYSERR_NOERROR);
    assert_int_equal(
        ask(ACMDM_STREAM_OPEN, instance_make(WINE, src, dst, ACM_STREAMOPENF_QUERY), 0),
        MMSYSERR_NOERROR);
    return dst;
}

static void check_pcm(const WAVEFORMATEX *wfx, WORD channels)
{
    assert_true(wfx->wFormatTag == TAG_PCM && wfx->nChannels == channels &&
                wfx->nSamplesPerSec == 48000 && wfx->wBitsPerSample == 16 &&
                wfx->nBlockAlign == 2 * channels && wfx->nAvgBytesPerSec == 96000u * channels);
}

static void many_channels_become_extensible_or_what_is_wanted(void **unused)
{
    unsigned seen = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (WORD channels = 3; channels <= CHANNELS_MOST; channels++) {
            WAVEFORMATEX *src, *wrapped, *dst;

            if (!has_channels(*codec, channels))
                continue;
            seen++;
            src = coded_make(*codec, channels);
            dst = suggested(src, 0, 0, 0, 40);
            assert_int_equal(dst->nChannels, channels);
            assert_int_equal(dst->wBitsPerSample, 16);
            check_extensible(dst, masks[channels]);
            check_pcm(suggested(src, FLAG_TAG, TAG_PCM, 0, 18), channels);
            check_pcm(suggested(src, FLAG_CHANNELS, 0, 2, 18), 2);
            check_pcm(suggested(src, FLAG_CHANNELS | FLAG_TAG, TAG_PCM, 1, 18), 1);
            check_extensible(suggested(src, FLAG_CHANNELS, 0, 8, 40), masks[8]);
            assert_int_not_equal(suggest(WINE, 0, src, (DWORD)wfx_size(src), lend(39), 39), 0);
            wrapped = wfx_wrapped(src);
            check_extensible(suggested(wrapped, 0, 0, 0, 40), masks[channels]);
            store32_le((uint8_t *)wrapped + 20, 0x607FF);
            check_extensible(suggested(wrapped, 0, 0, 0, 40), (1u << channels) - 1);
            check_extensible(suggested(wrapped, FLAG_CHANNELS, 0, channels == 8 ? 7 : 8, 40),
                             masks[channels == 8 ? 7 : 8]);
            release();
        }
    if (!seen)
        skip();
}

/* For plain PCM of many channels, a codec that takes them all; for another number, if the caller
 * states it. For other tags of PCM, 16-bit PCM. */
static void codecs_are_suggested_for_many_channels(void **unused)
{
    (void)unused;
    for (WORD channels = 1; channels <= CHANNELS_MOST; channels++)
        for (size_t i = 0; i < SHAPES; i++) {
            WAVEFORMATEX *src = pcm_make(&shapes[i], 48000, channels), *dst;

            dst = suggested(src, 0, 0, 0, 18 + EXTRA_ROOM);
            assert_true(dst->nChannels == channels && dst->nSamplesPerSec == 48000);
            if (src->wFormatTag == TAG_PCM)
                assert_non_null(codec_find(dst->wFormatTag));
            else if (channels <= 2)
                check_pcm(dst, channels);
            else
                assert_int_equal(dst->wFormatTag, TAG_EXTENSIBLE);
            for (const struct codec *const *codec = codecs; *codec; codec++)
                for (WORD wanted = 1; wanted <= CHANNELS_MOST; wanted++) {
                    if (!has_channels(*codec, wanted))
                        continue;
                    dst = suggested(src, FLAG_TAG | FLAG_CHANNELS, (*codec)->tags->tag, wanted,
                                    18 + EXTRA_ROOM);
                    assert_true(dst->nChannels == wanted && dst->nSamplesPerSec == 48000);
                }
            release();
        }
}

/* Neither the formats nor the requirements may have other numbers of channels. */
static void impossible_numbers_of_channels_are_refused(void **unused)
{
    static const WORD numbers[] = { 0, 9, 16, 17, 255, 256, 0x7FFF, 0x8001, 65535 };

    (void)unused;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        for (size_t k = 0; k < SHAPES; k++) {
            WAVEFORMATEX *pcm = pcm_make(&shapes[k], 48000, numbers[i]);
            uint8_t *room = lend(100);

            assert_int_equal(is_format(pcm, wfx_size(pcm)), ACMERR_NOTPOSSIBLE);
            assert_int_equal(
                suggest(WINE, 0, pcm, (DWORD)wfx_size(pcm), (WAVEFORMATEX *)(void *)room, 100),
                ACMERR_NOTPOSSIBLE);
        }
        for (const struct codec *const *codec = codecs; *codec; codec++) {
            WAVEFORMATEX *good = coded_make(*codec, 1), *bad;

            if (!has_channels(*codec, 1))
                continue;
            assert_int_equal(suggest(WINE, FLAG_CHANNELS, good, (DWORD)wfx_size(good),
                                     wanted_make(100, FLAG_CHANNELS, 0, numbers[i], 0, 0), 100),
                             ACMERR_NOTPOSSIBLE);
            bad = lend_copy(good, wfx_size(good));
            bad->nChannels = numbers[i];
            assert_int_equal(is_format(bad, wfx_size(bad)), ACMERR_NOTPOSSIBLE);
            bad = wfx_wrapped(bad);
            assert_int_equal(is_format(bad, wfx_size(bad)), ACMERR_NOTPOSSIBLE);
        }
        release();
    }
}

/* The other members that the flags select are right. */
static void impossible_requirements_are_refused(void **unused)
{
    enum { ROOM = 18 + EXTRA_ROOM };

    (void)unused;
    EACH_ROUTE(route)
        for (DWORD flags = 0x10000; flags <= 0xF0000; flags += 0x10000)
            for (DWORD wrong = FLAG_TAG; wrong <= FLAG_BITS; wrong <<= 1) {
                WORD tag = wrong == FLAG_TAG ? route.src->wFormatTag : route.dst->wFormatTag;
                WORD channels = wrong == FLAG_CHANNELS ? CHANNELS_MOST + 1 : route.mode.channels;
                DWORD rate = route.mode.sample_rate + (wrong == FLAG_RATE);
                WORD bits = wrong == FLAG_BITS ? 13 : route.dst->wBitsPerSample;
                WAVEFORMATEX *dst = wanted_make(ROOM, flags, tag, channels, rate, bits);
                uint8_t *before = lend_copy(dst, ROOM);

                if (!(flags & wrong))
                    continue;
                check(route, suggest_dst(&route, flags, dst, ROOM) == ACMERR_NOTPOSSIBLE);
                if (flags & FLAG_TAG) {
                    store16_le((uint8_t *)dst, foreign_tag());
                    store16_le(before, foreign_tag());
                    check(route, suggest_dst(&route, flags, dst, ROOM) == ACMERR_NOTPOSSIBLE);
                }
                check(route, memcmp(dst, before, ROOM) == 0);
            }
}

static void suggestions_need_their_whole_size(void **unused)
{
    (void)unused;
    EACH_ROUTE(route)
        for (size_t size = 0; size < wfx_size(route.dst); size++) {
            WAVEFORMATEX *dst = lend(size + 32);
            uint8_t *before;

            dst->wFormatTag = route.dst->wFormatTag;
            before = lend_copy(dst, size + 32);
            check(route, suggest_dst(&route, FLAG_TAG, dst, size) != MMSYSERR_NOERROR);
            check(route, memcmp(dst, before, size + 32) == 0);
        }
}

static void nothing_is_suggested_for_other_formats(void **unused)
{
    WAVEFORMATEX *pcm = pcm_make(&shapes[SHAPE_S16], 8000, 1), *dst = lend(128),
                 *strange = lend_copy(pcm, 16);

    (void)unused;
    strange->wFormatTag = foreign_tag();
    for (enum abi abi = WINDOWS; abi <= WINE; abi++) {
        assert_int_equal(suggest(abi, 0, strange, 16, dst, 128), ACMERR_NOTPOSSIBLE);
        for (DWORD size = 0; size < 16; size++)
            assert_true(suggest(abi, 0, lend_copy(pcm, size), size, dst, 128) != MMSYSERR_NOERROR);
        assert_true(suggest(abi, 0, 0, 16, dst, 128) != MMSYSERR_NOERROR);
        assert_true(suggest(abi, 0, pcm, 16, 0, 128) != MMSYSERR_NOERROR);
        for (DWORD flag = 0x100000; flag <= 0x800000; flag <<= 1)
            assert_int_equal(suggest(abi, flag, pcm, 16, dst, 128), MMSYSERR_NOTSUPPORTED);
    }
    assert_true(is_untouched(dst, 128));
}

static void short_suggestions_are_refused(void **unused)
{
    (void)unused;
    assert_int_equal(ask(ACMDM_FORMAT_SUGGEST, 0, 0), MMSYSERR_INVALPARAM);
    for (DWORD size = 0; size < 32; size++) {
        void *suggestion = lend(size < 4 ? 4 : size);

        put32(suggestion, 0, size);
        assert_int_equal(ask(ACMDM_FORMAT_SUGGEST, suggestion, 0), MMSYSERR_INVALPARAM);
    }
}

/* ---- Garbage: random bytes in valid memory */

static WORD tag_drawn(uint32_t *seed)
{
    DWORD index = draw(seed) % (tag_count() + 1);

    return index < tag_count() ? (WORD)tag_at(index)->dwFormatTag : (WORD)draw(seed);
}

static WAVEFORMATEX *format_drawn(size_t size, uint32_t *seed)
{
    uint8_t *wfx = lend_random(size, seed);

    if (size >= 2)
        store16_le(wfx, tag_drawn(seed));
    if (size >= 4 && draw(seed) % 2)
        store16_le(wfx + 2, (uint16_t)(draw(seed) % 3));
    if (size >= 18 && draw(seed) % 2)
        store16_le(wfx + 16, (uint16_t)(draw(seed) % 40));
    if (size >= 40 && draw(seed) % 2)
        memcpy(wfx + 26, "\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
    return (WAVEFORMATEX *)(void *)wfx;
}

static void garbage_does_no_harm(void **unused)
{
    static const UINT messages[] = { ACMDM_DRIVER_DETAILS, ACMDM_FORMATTAG_DETAILS,
                                     ACMDM_FORMAT_DETAILS };
    uint32_t seed = 20;

    (void)unused;
    for (unsigned round = 0; round < 20000; round++) {
        UINT message = messages[draw(&seed) % 3];
        uint8_t *memory = lend_random(sizeof(ACMDRIVERDETAILSW), &seed);
        DWORD size = draw(&seed) % 80;
        LRESULT result;

        if (draw(&seed) % 4)
            put32(memory, 0, draw(&seed) % 300);
        if (message == ACMDM_FORMAT_DETAILS) {
            WAVEFORMATEX *wfx = format_drawn(size, &seed);
            const ACMFORMATDETAILSW pointers = { .pwfx = wfx, .cbwfx = size };

            memcpy(memory + 16, (const uint8_t *)&pointers + 16, 12);
            if (draw(&seed) % 2)
                put32(memory, 8, size >= 2 ? wfx->wFormatTag : tag_drawn(&seed));
            if (draw(&seed) % 2)
                put32(memory, 4, draw(&seed) % 12);
        }
        result = ask(message, memory, draw(&seed) % 4);
        assert_true(result >= 0 && result <= ACMERR_CANCELED);
        release();
    }
}

static void suggestions_for_garbage_are_valid(void **unused)
{
    uint32_t seed = 21;
    unsigned suggested = 0;

    (void)unused;
    for (unsigned round = 0; round < 20000; round++) {
        DWORD src_size = draw(&seed) % 80, dst_size = draw(&seed) % 100;
        WAVEFORMATEX *src = format_drawn(src_size, &seed), *dst = format_drawn(dst_size, &seed);
        DWORD flags = draw(&seed) % 16 << 16;
        WORD wanted = dst_size >= 4 ? dst->nChannels : 0;
        LRESULT result = suggest(draw(&seed) % 2, flags, src, src_size, dst, dst_size);

        assert_true(result >= 0 && result <= ACMERR_CANCELED);
        if (result == MMSYSERR_NOERROR) {
            suggested++;
            assert_int_equal(is_format(dst, dst_size), MMSYSERR_NOERROR);
            assert_int_equal(dst->nChannels, flags & FLAG_CHANNELS ? wanted : src->nChannels);
            assert_int_equal(dst->nSamplesPerSec, src->nSamplesPerSec);
        }
        release();
    }
    assert_true(suggested > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_driver_describes_itself),
        TEST(short_details_are_a_prefix),
        TEST(no_room_for_details_is_an_error),
        TEST(tags_are_listed_by_index),
        TEST(tags_are_found_by_tag),
        TEST(every_tag_has_a_name_of_its_own),
        TEST(every_form_of_pcm_is_listed),
        TEST(the_largest_size_is_found),
        TEST(unknown_tags_and_queries_are_refused),
        TEST(short_tag_details_are_a_prefix),
        TEST(standard_formats_are_valid),
        TEST(there_is_no_format_after_the_last),
        TEST(pcm_is_enumerated_for_the_rates_of_codecs),
        TEST(extensible_formats_have_the_speakers_of_their_channels),
        TEST(pcm_takes_16_bytes),
        TEST(formats_need_their_whole_size),
        TEST(formats_of_zeros_are_refused),
        TEST(formats_of_other_drivers_are_refused),
        TEST(pcm_of_unsupported_widths_is_refused),
        TEST(short_format_details_are_a_prefix),
        TEST(reading_is_lenient),
        TEST(an_extensible_format_is_the_one_it_contains),
        TEST(other_extensible_formats_are_refused),
        TEST(b_format_is_pcm),
        TEST(formats_without_bits_have_a_description),
        TEST(descriptions_have_the_right_numbers),
        TEST(alaw_is_enumerated_as_by_windows),
        TEST(ulaw_is_enumerated_as_by_windows),
        TEST(ima_adpcm_is_enumerated_as_by_windows),
        TEST(ms_adpcm_is_enumerated_as_by_windows),
        TEST(gsm_is_enumerated_as_by_windows),
        TEST(pcm_is_suggested_for_codecs),
        TEST(other_pcm_is_suggested_when_wanted),
        TEST(codecs_are_suggested_for_pcm),
        TEST(codecs_are_suggested_for_every_form_of_pcm),
        TEST(many_channels_become_extensible_or_what_is_wanted),
        TEST(codecs_are_suggested_for_many_channels),
        TEST(impossible_numbers_of_channels_are_refused),
        TEST(impossible_requirements_are_refused),
        TEST(suggestions_need_their_whole_size),
        TEST(nothing_is_suggested_for_other_formats),
        TEST(short_suggestions_are_refused),
        TEST(garbage_does_no_harm),
        TEST(suggestions_for_garbage_are_valid),
    };

    return cmocka_run_group_tests_name("acm.formats", tests, 0, 0);
}
