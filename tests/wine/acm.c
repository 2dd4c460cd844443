/* The driver behind msacm32, as applications use it. `acm installed` finds it among the installed
 * drivers, `acm local FILE` adds it from a file that is not registered. The last line is a checksum
 * of all output. */
#include <stdlib.h>
#include <string.h>
#include "check.h"

enum { SAMPLES = 6001, FORMAT_ROOM = 256, BLOCKS = 12 };

static HACMDRIVERID ours;
static DWORD encoded, only_decoded; /* listed formats */
static DWORD checksum = 2166136261u;

static void sum(const BYTE *bytes, DWORD n)
{
    while (n--)
        checksum = (checksum ^ *bytes++) * 16777619u;
}

/* Converts one buffer with an open stream, and returns the number of bytes made. */
static DWORD convert(HACMSTREAM stream, BYTE *src, DWORD src_size, BYTE *dst, DWORD dst_size,
                     DWORD flags)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                               .pbSrc = src,
                               .cbSrcLength = src_size,
                               .pbDst = dst,
                               .cbDstLength = dst_size };
    DWORD used = 0, made = 0;

    CHECK(acmStreamPrepareHeader(stream, &header, 0) == 0);
    if (acmStreamConvert(stream, &header, flags) == 0) {
        used = header.cbSrcLengthUsed;
        made = header.cbDstLengthUsed;
    }
    CHECK(used == src_size);
    CHECK(header.fdwStatus & ACMSTREAMHEADER_STATUSF_DONE);
    header.cbSrcLength = src_size;
    header.cbDstLength = dst_size;
    CHECK(acmStreamUnprepareHeader(stream, &header, 0) == 0);
    return made;
}

/* Converts everything in one call; the caller frees. If `driver` is null, msacm32 chooses one. */
static BYTE *through(HACMDRIVER driver, WAVEFORMATEX *from, WAVEFORMATEX *to, BYTE *src, DWORD size,
                     DWORD *made)
{
    HACMSTREAM stream = 0;
    HACMDRIVERID who = 0;
    DWORD room = 0;
    BYTE *dst;

    *made = 0;
    CHECK(acmStreamOpen(&stream, driver, from, to, 0, 0, 0, 0) == 0);
    if (!stream)
        return calloc(1, 1);
    CHECK(acmDriverID((HACMOBJ)stream, &who, 0) == 0 && who == ours);
    CHECK(acmStreamSize(stream, size, &room, ACM_STREAMSIZEF_SOURCE) == 0);
    dst = calloc(1, room + 64);
    *made =
        convert(stream, src, size, dst, room, ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END);
    CHECK(acmStreamClose(stream, 0) == 0);
    return dst;
}

static WAVEFORMATEXTENSIBLE pcm(WORD tag, WORD channels, DWORD rate, WORD bits)
{
    static const GUID subtype = { 0, 0, 0x10, { 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 } };
    DWORD align = channels * bits / 8u;
    WAVEFORMATEXTENSIBLE format = { .Format = { tag, channels, rate, rate * align, (WORD)align,
                                                bits, 0 } };

    if (tag == WAVE_FORMAT_EXTENSIBLE) {
        format.Format.cbSize = 22;
        format.Samples.wValidBitsPerSample = bits;
        format.SubFormat = subtype;
        format.SubFormat.Data1 = bits == 32 ? WAVE_FORMAT_IEEE_FLOAT : WAVE_FORMAT_PCM;
    }
    return format;
}

static short *sound(DWORD count)
{
    short *samples = malloc(count * sizeof *samples);
    DWORD seed = 1;
    int x = 0, y = 16000;

    for (DWORD i = 0; i < count; i++) {
        x += y / 8;
        y -= x / 8;
        seed = seed * 1664525u + 1013904223u;
        samples[i] = (short)(x / 2 + (int)(seed >> 22) - 512);
    }
    return samples;
}

/* Encodes a sound and decodes the result. */
static void there_and_back(HACMDRIVER driver, WAVEFORMATEX *side, WAVEFORMATEX *format)
{
    short *samples = sound(SAMPLES * format->nChannels);
    DWORD made;
    BYTE *code =
             through(driver, side, format, (BYTE *)samples, SAMPLES * format->nChannels * 2, &made),
         *decoded;

    CHECK(made != 0);
    sum(code, made);
    decoded = through(driver, format, side, code, made, &made);
    CHECK(made >= (SAMPLES - 400u) * format->nChannels * 2);
    sum(decoded, made);
    free(samples);
    free(code);
    free(decoded);
}

/* The decoders of MPEG audio and AC-3 look for frames, and random bytes have none. */
static BOOL looks_for_frames(WORD tag)
{
    return tag == WAVE_FORMAT_MPEG || tag == WAVE_FORMAT_MPEGLAYER3 || tag == 0x2000;
}

/* Decodes random bytes: without an encoder there is nothing better that is not in a file. */
static void back_alone(HACMDRIVER driver, WAVEFORMATEX *side, WAVEFORMATEX *format)
{
    DWORD size = BLOCKS * format->nBlockAlign, seed = 1, made;
    BYTE *code = malloc(size), *decoded;
    HACMSTREAM stream = 0;

    CHECK(acmStreamOpen(&stream, driver, side, format, 0, 0, 0, 0) == ACMERR_NOTPOSSIBLE &&
          !stream);
    for (DWORD i = 0; i < size; i++) {
        seed = seed * 1664525u + 1013904223u;
        code[i] = (BYTE)(seed >> 24);
    }
    decoded = through(driver, format, side, code, size, &made);
    CHECK((made != 0 || looks_for_frames(format->wFormatTag)) && made % side->nBlockAlign == 0);
    sum(decoded, made);
    free(code);
    free(decoded);
}

/* Converts 16-bit PCM to a format that the driver lists, and back. A format that is only decoded is
 * listed too. */
static BOOL CALLBACK round_trip(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR driver,
                                DWORD support)
{
    WAVEFORMATEX *format = details->pwfx;
    BYTE suggested[FORMAT_ROOM] = { 0 };
    WAVEFORMATEX *back = (WAVEFORMATEX *)suggested;

    (void)id, (void)support;
    CHECK(details->szFormat[0] != 0);
    if (is_pcm(details->dwFormatTag))
        return TRUE;
    back->wFormatTag = WAVE_FORMAT_PCM;
    CHECK(acmFormatSuggest((HACMDRIVER)driver, format, back, sizeof suggested,
                           ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    CHECK(back->nChannels == format->nChannels && back->nSamplesPerSec == format->nSamplesPerSec &&
          back->wBitsPerSample == 16);
    if (encodes((HACMDRIVER)driver, back, format)) {
        encoded++;
        there_and_back((HACMDRIVER)driver, back, format);
    } else {
        only_decoded++;
        back_alone((HACMDRIVER)driver, back, format);
    }
    return TRUE;
}

/* Hosts that never send END, and that expect of each call what it brings: block n comes out as
 * block n goes in, whatever the flags, and END makes at most one block more. */
static BOOL CALLBACK block_by_block(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR driver,
                                    DWORD support)
{
    static const DWORD flags[] = { ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_BLOCKALIGN,
                                   0,
                                   ACM_STREAMCONVERTF_BLOCKALIGN,
                                   0,
                                   ACM_STREAMCONVERTF_START,
                                   0 };
    WAVEFORMATEX *format = details->pwfx;
    WAVEFORMATEXTENSIBLE from = pcm(WAVE_FORMAT_PCM, format->nChannels, format->nSamplesPerSec, 16);
    DWORD block = format->nBlockAlign, bytes = 0, made, total = 0;
    HACMSTREAM stream = 0;
    BYTE *code;
    short *samples;

    (void)id, (void)support;
    /* The frames of G.723.1's two rates and of MPEG audio vary in size. */
    if (is_pcm(details->dwFormatTag) || details->dwFormatTag == WAVE_FORMAT_MSG723 ||
        details->dwFormatTag == WAVE_FORMAT_MPEGLAYER3 || details->dwFormatTag == WAVE_FORMAT_MPEG)
        return TRUE;
    if (!encodes((HACMDRIVER)driver, &from.Format, format))
        return TRUE;
    CHECK(acmStreamOpen(&stream, (HACMDRIVER)driver, &from.Format, format, 0, 0, 0, 0) == 0);
    code = malloc(4 * block);
    CHECK(acmStreamSize(stream, 2 * block, &bytes, ACM_STREAMSIZEF_DESTINATION) == 0 && bytes != 0);
    samples = sound(bytes);
    for (int i = 0; i < 6; i++) {
        made = convert(stream, (BYTE *)samples, bytes, code, 2 * block, flags[i]);
        CHECK(made == 2 * block);
        total += made;
        sum(code, made);
    }
    made = convert(stream, (BYTE *)samples, bytes, code, 4 * block, ACM_STREAMCONVERTF_END);
    CHECK(made == 2 * block || made == 3 * block);
    sum(code, made);
    CHECK(acmStreamClose(stream, 0) == 0);
    free(samples);
    free(code);
    return TRUE;
}

static void formats(HACMDRIVER driver)
{
    BYTE room[FORMAT_ROOM];
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    ACMDRIVERDETAILSW about = { .cbStruct = sizeof about };

    CHECK(acmDriverDetailsW(ours, &about, 0) == 0);
    for (DWORD i = 0; i < about.cFormatTags; i++) {
        memset(&tag, 0, sizeof tag);
        tag.cbStruct = sizeof tag;
        tag.dwFormatTagIndex = i;
        CHECK(acmFormatTagDetailsW(driver, &tag, ACM_FORMATTAGDETAILSF_INDEX) == 0);
        CHECK(tag.szFormatTag[0] != 0);
    }
    test_end("every tag has details");
    CHECK(acmFormatEnumW(driver, &details, round_trip, (DWORD_PTR)driver, 0) == 0);
    CHECK(encoded > 100);
    printf("# %lu formats are encoded and decoded, %lu only decoded\n", encoded, only_decoded);
    test_end("every listed format is decoded, and encoded unless exactly its encoder is refused");
    details = (ACMFORMATDETAILSW){ .cbStruct = sizeof details,
                                   .pwfx = (WAVEFORMATEX *)room,
                                   .cbwfx = sizeof room };
    memset(room, 0, sizeof room);
    CHECK(acmFormatEnumW(driver, &details, block_by_block, (DWORD_PTR)driver, 0) == 0);
    test_end("every call makes as many blocks as it brings");
}

/* With a tag that no driver of Wine has, msacm32 itself has to find this one. */
static void unnamed(void)
{
    static const struct {
        WORD tag, channels, bits;
    } widths[] = {
        { WAVE_FORMAT_PCM, 1, 8 },         { WAVE_FORMAT_PCM, 1, 16 },
        { WAVE_FORMAT_PCM, 2, 24 },        { WAVE_FORMAT_PCM, 1, 32 },
        { WAVE_FORMAT_IEEE_FLOAT, 1, 32 }, { WAVE_FORMAT_IEEE_FLOAT, 2, 32 },
        { WAVE_FORMAT_EXTENSIBLE, 1, 16 }, { WAVE_FORMAT_EXTENSIBLE, 2, 24 },
        { WAVE_FORMAT_EXTENSIBLE, 1, 32 },
    };
    short *samples = sound(4096);

    /* 4096 samples of 16 bits are a whole number of samples in every width. */
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        WAVEFORMATEXTENSIBLE side = pcm(widths[i].tag, widths[i].channels, 8000, widths[i].bits);
        WAVEFORMATEX law = { WAVE_FORMAT_MULAW,
                             widths[i].channels,
                             8000,
                             8000ul * widths[i].channels,
                             widths[i].channels,
                             8,
                             0 };
        DWORD size = 8184u / side.Format.nBlockAlign * side.Format.nBlockAlign, made;
        BYTE *code = through(0, &side.Format, &law, (BYTE *)samples, size, &made), *back;

        sum(code, made);
        CHECK(made == size / (widths[i].bits / 8));
        back = through(0, &law, &side.Format, code, made, &made);
        CHECK(made == size);
        sum(back, made);
        free(code);
        free(back);
        test_end("8 to 32 bits and float, without a named driver");
    }
    free(samples);
}

/* Counts the listed formats of WAVE_FORMAT_EXTENSIBLE by their channels. */
static BOOL CALLBACK count_channels(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR counts,
                                    DWORD support)
{
    const WAVEFORMATEXTENSIBLE *format = (const WAVEFORMATEXTENSIBLE *)details->pwfx;
    WORD channels = format->Format.nChannels;

    (void)id, (void)support;
    if (details->dwFormatTag != WAVE_FORMAT_EXTENSIBLE || channels > 8)
        return TRUE;
    ((DWORD *)counts)[channels]++;
    CHECK(format->Format.nBlockAlign == channels * format->Format.wBitsPerSample / 8);
    CHECK(channels <= 2 || wcsstr(details->szFormat, L" channels"));
    sum((const BYTE *)&format->dwChannelMask, 4);
    return TRUE;
}

static void list_of_channels(HACMDRIVER driver)
{
    BYTE room[FORMAT_ROOM] = { 0 };
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    DWORD counts[9] = { 0 };

    CHECK(acmFormatEnumW(driver, &details, count_channels, (DWORD_PTR)counts, 0) == 0);
    for (int i = 1; i <= 8; i++)
        CHECK(counts[i] == counts[1] && counts[i] != 0);
    test_end("WAVE_FORMAT_EXTENSIBLE is listed with 1 to 8 channels");
}

/* A codec's format of so many channels, also as WAVE_FORMAT_EXTENSIBLE with these speakers. */
static WAVEFORMATEXTENSIBLE law_of(WORD channels, BOOL extensible, DWORD mask)
{
    WAVEFORMATEXTENSIBLE law = pcm(WAVE_FORMAT_ALAW, channels, 48000, 8);

    if (extensible) {
        law = pcm(WAVE_FORMAT_EXTENSIBLE, channels, 48000, 8);
        law.SubFormat.Data1 = WAVE_FORMAT_ALAW;
        law.dwChannelMask = mask;
    }
    return law;
}

/* Without flags, a format of many channels becomes WAVE_FORMAT_EXTENSIBLE with its speakers; with
 * them, what they say. */
static void suggestions_of_channels(HACMDRIVER driver)
{
    static const DWORD masks[] = { 0, 4, 3, 7, 0x33, 0x37, 0x3F, 0x70F, 0x63F };

    for (WORD channels = 3; channels <= 8; channels++)
        for (int extensible = 0; extensible < 2; extensible++) {
            WAVEFORMATEXTENSIBLE law = law_of(channels, extensible, extensible ? 0x7FF : 0), to;
            BYTE room[FORMAT_ROOM] = { 0 };
            WAVEFORMATEX *stereo = (WAVEFORMATEX *)room;

            CHECK(acmFormatSuggest(driver, &law.Format, stereo, sizeof room, 0) == 0);
            memcpy(&to, room, sizeof to);
            CHECK(to.Format.wFormatTag == WAVE_FORMAT_EXTENSIBLE && to.Format.cbSize == 22 &&
                  to.Format.nChannels == channels && to.Format.wBitsPerSample == 16 &&
                  to.SubFormat.Data1 == WAVE_FORMAT_PCM);
            CHECK(to.dwChannelMask == (extensible ? (1u << channels) - 1 : masks[channels]));
            CHECK(acmStreamOpen(0, driver, &law.Format, &to.Format, 0, 0, 0,
                                ACM_STREAMOPENF_QUERY) == 0);
            stereo->nChannels = 2;
            CHECK(acmFormatSuggest(driver, &law.Format, stereo, sizeof room,
                                   ACM_FORMATSUGGESTF_NCHANNELS) == 0);
            CHECK(stereo->wFormatTag == WAVE_FORMAT_PCM && stereo->nChannels == 2 &&
                  stereo->wBitsPerSample == 16 && stereo->nBlockAlign == 4);
            CHECK(acmStreamOpen(0, driver, &law.Format, stereo, 0, 0, 0, ACM_STREAMOPENF_QUERY) ==
                  0);
        }
    test_end("more than two channels are suggested as WAVE_FORMAT_EXTENSIBLE");
}

/* Every number of channels in a codec's format to and from every number in PCM. */
static void conversions_of_channels(HACMDRIVER driver)
{
    static const WORD tags[] = { WAVE_FORMAT_ALAW, WAVE_FORMAT_MULAW, WAVE_FORMAT_IMA_ADPCM };
    short *samples = sound(8 * SAMPLES);

    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        for (WORD from = 1; from <= 8; from++)
            for (WORD to = 1; to <= 8; to++) {
                WAVEFORMATEXTENSIBLE first = pcm(WAVE_FORMAT_EXTENSIBLE, from, 48000, 16),
                                     last = pcm(WAVE_FORMAT_EXTENSIBLE, from, 48000, 32);
                BYTE room[FORMAT_ROOM] = { 0 }, *code, *decoded;
                WAVEFORMATEX *coded = (WAVEFORMATEX *)room;
                DWORD made;

                coded->wFormatTag = tags[i];
                coded->nChannels = to;
                CHECK(acmFormatSuggest(driver, &first.Format, coded, sizeof room,
                                       ACM_FORMATSUGGESTF_WFORMATTAG |
                                           ACM_FORMATSUGGESTF_NCHANNELS) == 0);
                CHECK(coded->nChannels == to);
                code =
                    through(driver, &first.Format, coded, (BYTE *)samples, 2048u * 2 * from, &made);
                sum(code, made);
                CHECK(tags[i] == WAVE_FORMAT_IMA_ADPCM || made == 2048u * to);
                decoded = through(driver, coded, &last.Format, code, made, &made);
                CHECK(made % (4u * from) == 0 && made >= 2000u * 4 * from);
                sum(decoded, made);
                free(code);
                free(decoded);
            }
    free(samples);
    test_end("any number of channels becomes any other");
}

/* One channel has the greatest value of A-law, 32256, and the others the least, 8. */
static void positions_of_channels(HACMDRIVER driver)
{
    static const struct {
        WORD channels;
        DWORD mask;
        WORD at;
        short left, right;
    } cases[] = {
        /* 5.1: a full left channel is 1 / (1 + 2 sqrt(1/2)) of 32256, and the center is 3 dB less.
         */
        { 6, 0x3F, 0, 13361, 0 },
        { 6, 0x3F, 1, 0, 13361 },
        { 6, 0x3F, 2, 9448, 9448 },
        { 6, 0x3F, 3, 0, 0 },
        { 6, 0x3F, 4, 9448, 0 },
        { 6, 0x3F, 5, 0, 9448 },
        /* The same with speakers at the sides, and with a mask that has too few or too many. */
        { 6, 0x60F, 5, 0, 9448 },
        { 6, 3, 3, 0, 0 },
        { 6, 0x7FF3F, 5, 0, 9448 },
        /* Without low frequency, the fourth is a back left or a back center. */
        { 4, 0x33, 2, 13361, 0 },
        { 4, 0x107, 3, 7317, 7317 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WAVEFORMATEXTENSIBLE law = law_of(cases[i].channels, TRUE, cases[i].mask),
                             stereo = pcm(WAVE_FORMAT_PCM, 2, 48000, 16);
        BYTE frame[8], *decoded;
        short *pair;
        DWORD made;

        memset(frame, 0xD5, sizeof frame);
        frame[cases[i].at] = 0xAA;
        decoded = through(driver, &law.Format, &stereo.Format, frame, cases[i].channels, &made);
        pair = (short *)decoded;
        CHECK(made == 4);
        CHECK(abs(pair[0] - cases[i].left) <= 12 && abs(pair[1] - cases[i].right) <= 12);
        sum(decoded, made);
        free(decoded);
    }
    test_end("channels are mixed by their speakers");
}

static void impossible_channels(HACMDRIVER driver)
{
    static const WORD counts[] = { 0, 9, 255, 65535 };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (int extensible = 0; extensible < 2; extensible++) {
            WAVEFORMATEXTENSIBLE good = pcm(WAVE_FORMAT_PCM, 1, 48000, 16),
                                 law = law_of(counts[i], extensible, 0x3F), fine = law_of(1, 0, 0),
                                 bad = pcm(WAVE_FORMAT_EXTENSIBLE, counts[i], 48000, 16);

            CHECK(acmStreamOpen(0, driver, &law.Format, &good.Format, 0, 0, 0,
                                ACM_STREAMOPENF_QUERY) != 0);
            CHECK(acmStreamOpen(0, driver, &good.Format, &law.Format, 0, 0, 0,
                                ACM_STREAMOPENF_QUERY) != 0);
            CHECK(acmStreamOpen(0, driver, &fine.Format, &bad.Format, 0, 0, 0,
                                ACM_STREAMOPENF_QUERY) != 0);
            CHECK(acmStreamOpen(0, driver, &bad.Format, &fine.Format, 0, 0, 0,
                                ACM_STREAMOPENF_QUERY) != 0);
        }
    test_end("no format has 0 or more than 8 channels");
}

/* msacm32 finds this driver for the PCM that its built-in converter refuses, and for 24 bits. */
static void other_pcm(void)
{
    static const struct {
        WORD tag, channels, bits, to_tag, to_channels, to_bits;
    } cases[] = {
        { WAVE_FORMAT_PCM, 2, 24, WAVE_FORMAT_PCM, 2, 16 },
        { WAVE_FORMAT_PCM, 1, 16, WAVE_FORMAT_PCM, 2, 24 },
        { WAVE_FORMAT_PCM, 2, 16, WAVE_FORMAT_PCM, 2, 32 },
        { WAVE_FORMAT_PCM, 1, 32, WAVE_FORMAT_PCM, 1, 8 },
        { WAVE_FORMAT_IEEE_FLOAT, 2, 32, WAVE_FORMAT_PCM, 2, 16 },
        { WAVE_FORMAT_PCM, 1, 16, WAVE_FORMAT_IEEE_FLOAT, 2, 32 },
        { WAVE_FORMAT_IEEE_FLOAT, 2, 64, WAVE_FORMAT_PCM, 1, 24 },
        { WAVE_FORMAT_EXTENSIBLE, 6, 16, WAVE_FORMAT_PCM, 2, 16 },
        { WAVE_FORMAT_PCM, 2, 16, WAVE_FORMAT_EXTENSIBLE, 8, 24 },
        { WAVE_FORMAT_EXTENSIBLE, 2, 16, WAVE_FORMAT_PCM, 2, 16 },
    };
    BYTE *samples = (BYTE *)sound(8 * 4096);
    DWORD made, frames = 1000;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        WAVEFORMATEXTENSIBLE from = pcm(cases[i].tag, cases[i].channels, 44100, cases[i].bits),
                             to = pcm(cases[i].to_tag, cases[i].to_channels, 44100,
                                      cases[i].to_bits);
        BYTE *result =
            through(0, &from.Format, &to.Format, samples, frames * from.Format.nBlockAlign, &made);

        CHECK(made == frames * to.Format.nBlockAlign);
        sum(result, made);
        free(result);
    }
    free(samples);
    test_end("PCM becomes PCM of another width and number of channels");
}

static void pcm_of_the_host(void)
{
    static const WORD kinds[][2] = { { 1, 8 }, { 1, 16 }, { 2, 8 }, { 2, 16 } };

    for (int i = 0; i < 16; i++) {
        WAVEFORMATEXTENSIBLE from = pcm(WAVE_FORMAT_PCM, kinds[i / 4][0], 8000, kinds[i / 4][1]),
                             to = pcm(WAVE_FORMAT_PCM, kinds[i % 4][0], 8000, kinds[i % 4][1]);
        HACMSTREAM stream = 0;
        HACMDRIVERID who = 0;

        CHECK(acmStreamOpen(&stream, 0, &from.Format, &to.Format, 0, 0, 0, 0) == 0);
        CHECK(acmDriverID((HACMOBJ)stream, &who, 0) == 0 && who != ours);
        CHECK(acmStreamClose(stream, 0) == 0);
        to = pcm(WAVE_FORMAT_PCM, kinds[i % 4][0], 11025, kinds[i % 4][1]);
        CHECK(acmStreamOpen(&stream, 0, &from.Format, &to.Format, 0, 0, 0, 0) == 0);
        CHECK(acmDriverID((HACMOBJ)stream, &who, 0) == 0);
        CHECK((who == ours) == (kinds[i / 4][1] == 16 || kinds[i % 4][1] == 16));
        CHECK(acmStreamClose(stream, 0) == 0);
    }
    test_end("mono and stereo of 8 and 16 bits stay with the built-in converter, between rates of "
             "8 bits");
}

/* Converts in the order of NAudio: each destination has the size that was given for its source, the
 * first call has START, each has BLOCKALIGN, and all of the source must be used. The last
 * has END, which NAudio never sends. The caller frees. */
static BYTE *in_pieces(WAVEFORMATEX *from, WAVEFORMATEX *to, BYTE *src, DWORD size, DWORD *made)
{
    DWORD flags = ACM_STREAMCONVERTF_BLOCKALIGN | ACM_STREAMCONVERTF_START, room = 0, seed = 3;
    BYTE *all = calloc(1, 1), *dst;
    HACMSTREAM stream = 0;

    *made = 0;
    CHECK(acmStreamOpen(&stream, 0, from, to, 0, 0, 0, 0) == 0);
    for (DWORD at = 0, n; stream && at < size; at += n) {
        seed = seed * 1664525u + 1013904223u;
        n = (1 + (seed >> 20) % 60) * from->nBlockAlign;
        n = n < size - at ? n : size - at;
        CHECK(acmStreamSize(stream, n, &room, ACM_STREAMSIZEF_SOURCE) == 0);
        dst = malloc(room);
        flags |= at + n == size ? ACM_STREAMCONVERTF_END : 0u;
        room = convert(stream, src + at, n, dst, room, flags);
        flags = ACM_STREAMCONVERTF_BLOCKALIGN;
        all = realloc(all, *made + room + 1);
        memcpy(all + *made, dst, room);
        *made += room;
        free(dst);
    }
    CHECK(acmStreamClose(stream, 0) == 0);
    return all;
}

/* A rate, and another at the other side of the stream. */
static void check_rates(HACMDRIVER driver, WAVEFORMATEX *from, WAVEFORMATEX *to)
{
    WAVEFORMATEXTENSIBLE source = pcm(WAVE_FORMAT_PCM, from->nChannels, from->nSamplesPerSec, 16);
    DWORD frames = 20000, size = frames * source.Format.nBlockAlign, made, again;
    short *samples = sound(frames * from->nChannels);
    BYTE *src = (BYTE *)samples, *whole, *pieces;

    if (memcmp(from, &source, sizeof *from) != 0)
        src = through(driver, &source.Format, from, src, size, &size);
    size -= size % from->nBlockAlign;
    whole = through(0, from, to, src, size, &made);
    pieces = in_pieces(from, to, src, size, &again);
    CHECK(made == again && memcmp(whole, pieces, made) == 0);
    if (is_pcm(to->wFormatTag)) {
        double wanted = (double)frames * to->nSamplesPerSec / from->nSamplesPerSec;

        CHECK(made / to->nBlockAlign >= wanted && made / to->nBlockAlign < wanted + 6000);
    }
    sum(whole, made);
    if (src != (BYTE *)samples)
        free(src);
    free(samples);
    free(whole);
    free(pieces);
}

/* One stream decodes and changes rate, width and channels; no driver is named. */
static void rates(HACMDRIVER driver)
{
    WAVEFORMATEXTENSIBLE cd = pcm(WAVE_FORMAT_PCM, 2, 44100, 16),
                         dat = pcm(WAVE_FORMAT_PCM, 2, 48000, 16),
                         phone = pcm(WAVE_FORMAT_PCM, 1, 8000, 16),
                         deep = pcm(WAVE_FORMAT_PCM, 2, 17896, 24),
                         real = pcm(WAVE_FORMAT_IEEE_FLOAT, 2, 44100, 32),
                         room = pcm(WAVE_FORMAT_EXTENSIBLE, 6, 48000, 16);
    WAVEFORMATEX law = { WAVE_FORMAT_MULAW, 1, 8000, 8000, 1, 8, 0 };
    BYTE gsm[FORMAT_ROOM] = { 0 }, ima[FORMAT_ROOM] = { 0 };
    WAVEFORMATEX *coded[] = { (WAVEFORMATEX *)gsm, (WAVEFORMATEX *)ima };

    coded[0]->wFormatTag = WAVE_FORMAT_GSM610;
    coded[1]->wFormatTag = WAVE_FORMAT_DVI_ADPCM;
    CHECK(acmFormatSuggest(driver, &phone.Format, coded[0], sizeof gsm,
                           ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    CHECK(acmFormatSuggest(driver, &cd.Format, coded[1], sizeof ima,
                           ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    check_rates(driver, coded[0], &real.Format);
    check_rates(driver, &real.Format, coded[0]);
    check_rates(driver, coded[1], &phone.Format);
    check_rates(driver, &dat.Format, coded[1]);
    check_rates(driver, &law, &cd.Format);
    check_rates(driver, &room.Format, &law);
    check_rates(driver, &cd.Format, &dat.Format);
    check_rates(driver, &deep.Format, &cd.Format);
    check_rates(driver, &room.Format, &real.Format);
    check_rates(driver, &phone.Format, &room.Format);
    test_end("one stream changes the rate too, and uses all source in pieces of any length");
}

static void refusals(HACMDRIVER driver)
{
    WAVEFORMATEXTENSIBLE a = pcm(WAVE_FORMAT_PCM, 1, 8000, 16),
                         b = pcm(WAVE_FORMAT_PCM, 1, 8000, 8);
    WAVEFORMATEX law = { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 }, other = law;
    HACMSTREAM stream;

    other.nSamplesPerSec = 128 * 8000;
    CHECK(acmStreamOpen(&stream, driver, &a.Format, &b.Format, 0, 0, 0, 0) == ACMERR_NOTPOSSIBLE);
    CHECK(acmStreamOpen(&stream, driver, &a.Format, &other, 0, 0, 0, 0) == ACMERR_NOTPOSSIBLE);
    CHECK(acmStreamOpen(&stream, driver, &law, &other, 0, 0, 0, 0) == ACMERR_NOTPOSSIBLE);
    CHECK(acmStreamOpen(0, driver, &a.Format, &law, 0, 0, 0, ACM_STREAMOPENF_QUERY) == 0);
    CHECK(acmStreamOpen(&stream, driver, &a.Format, &law, 0, 0, 0, ACM_STREAMOPENF_NONREALTIME) ==
          0);
    CHECK(acmStreamClose(stream, 0) == 0);
    test_end("impossible streams are refused, and queried ones can be opened");
}

/* .NET libraries ask for a suggestion with only the tag, and prepare one header whose later buffers
 * are shorter. */
static void reused_header(HACMDRIVER driver)
{
    WAVEFORMATEXTENSIBLE from = pcm(WAVE_FORMAT_PCM, 1, 8000, 16);
    BYTE suggested[FORMAT_ROOM] = { 0 }, dst[4096];
    WAVEFORMATEX *to = (WAVEFORMATEX *)suggested;
    short *samples = sound(2048);
    ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                               .pbSrc = (BYTE *)samples,
                               .cbSrcLength = 4096,
                               .pbDst = dst,
                               .cbDstLength = sizeof dst };
    HACMSTREAM stream = 0;

    to->wFormatTag = WAVE_FORMAT_MULAW;
    CHECK(acmFormatSuggest(driver, &from.Format, to, sizeof suggested,
                           ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    CHECK(acmStreamOpen(&stream, driver, &from.Format, to, 0, 0, 0, ACM_STREAMOPENF_NONREALTIME) ==
          0);
    CHECK(acmStreamPrepareHeader(stream, &header, 0) == 0);
    CHECK(acmStreamConvert(stream, &header, ACM_STREAMCONVERTF_START) == 0 &&
          header.cbDstLengthUsed == 2048);
    header.cbSrcLength = 1000;
    CHECK(acmStreamConvert(stream, &header, ACM_STREAMCONVERTF_BLOCKALIGN) == 0 &&
          header.cbDstLengthUsed == 500);
    header.cbSrcLength = 4096;
    CHECK(acmStreamUnprepareHeader(stream, &header, 0) == 0);
    CHECK(acmStreamClose(stream, 0) == 0);
    free(samples);
    test_end("one prepared header is used for buffers of several lengths");
}

/* The game Lost Horizon states a destination of 0xFFFFFFFC bytes. Windows succeeds, at least in 32
 * bits, wherever the source is. */
static void claimed_length(HACMDRIVER driver)
{
    WAVEFORMATEXTENSIBLE to = pcm(WAVE_FORMAT_PCM, 1, 8000, 16);
    WAVEFORMATEX from = { WAVE_FORMAT_MULAW, 1, 8000, 8000, 1, 8, 0 };
    BYTE memory[3000];
    HACMSTREAM stream = 0;

    CHECK(acmStreamOpen(&stream, driver, &from, &to.Format, 0, 0, 0, 0) == 0);
    for (int behind = 0; behind < 2; behind++) {
        BYTE *src = memory + (behind ? 2000 : 0), *dst = memory + (behind ? 0 : 1000);
        ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                                   .pbSrc = src,
                                   .cbSrcLength = 1000,
                                   .pbDst = dst,
                                   .cbDstLength = 0xFFFFFFFC };

        memset(memory, 0x55, sizeof memory);
        CHECK(acmStreamPrepareHeader(stream, &header, 0) == 0);
        CHECK(acmStreamConvert(stream, &header, ACM_STREAMCONVERTF_BLOCKALIGN) == 0);
        CHECK(header.cbSrcLengthUsed == 1000 && header.cbDstLengthUsed == 2000);
        CHECK(src[0] == 0x55 && src[999] == 0x55 && dst[1998] == dst[0] && dst[1999] == dst[1]);
        CHECK(acmStreamUnprepareHeader(stream, &header, 0) == 0);
    }
    CHECK(acmStreamClose(stream, 0) == 0);
    test_end("a destination of 0xFFFFFFFC bytes, before the source and behind it");
}

/* No suggestion has a byte rate of 0, by which programs divide. */
static void low_rates(HACMDRIVER driver)
{
    for (DWORD rate = 1; rate < 40; rate++)
        for (DWORD tag = 2; tag < 0x300; tag++) {
            WAVEFORMATEXTENSIBLE from = pcm(WAVE_FORMAT_PCM, 1, rate, 16);
            BYTE suggested[FORMAT_ROOM] = { 0 };
            WAVEFORMATEX *to = (WAVEFORMATEX *)suggested;

            to->wFormatTag = (WORD)tag;
            if (acmFormatSuggest(driver, &from.Format, to, sizeof suggested,
                                 ACM_FORMATSUGGESTF_WFORMATTAG) == 0)
                CHECK(to->nAvgBytesPerSec != 0 && to->nBlockAlign != 0);
        }
    test_end("no suggestion has a byte rate of 0");
}

int main(int argc, char **argv)
{
    HACMDRIVER driver = 0;

    if (argc > 2 && strcmp(argv[1], "local") == 0) {
        HMODULE module = LoadLibraryA(argv[2]);
        FARPROC proc = module ? GetProcAddress(module, "DriverProc") : 0;

        acmDriverEnum(find_driver, (DWORD_PTR)&ours, 0);
        CHECK(!ours);
        CHECK(proc && acmDriverAddW(&ours, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) == 0);
        test_end("a driver that is not installed is added by its function");
    } else {
        acmDriverEnum(find_driver, (DWORD_PTR)&ours, 0);
        CHECK(ours);
        test_end("the installed driver is found");
    }
    if (!ours || acmDriverOpen(&driver, ours, 0))
        return tests_end() | 1;
    CHECK(is_ours(ours));
    formats(driver);
    list_of_channels(driver);
    suggestions_of_channels(driver);
    conversions_of_channels(driver);
    positions_of_channels(driver);
    impossible_channels(driver);
    rates(driver);
    refusals(driver);
    reused_header(driver);
    claimed_length(driver);
    low_rates(driver);
    unnamed();
    other_pcm();
    pcm_of_the_host();
    CHECK(acmDriverClose(driver, 0) == 0);
    if (argc > 2)
        CHECK(acmDriverRemove(ours, 0) == 0);
    test_end("the driver is closed");
    printf("# checksum %08lX\n", checksum);
    return tests_end();
}
