/* The calls that NAudio makes for a local driver, in their order: AcmDriver.AddLocalDriver,
 * FormatTags, AcmStream, and WaveFormatConversionStream with reading and repositioning. `naudio
 * FILE` runs while the driver is not installed. */
#include <stdlib.h>
#include <string.h>
#include "check.h"

enum { BLOCKS = 60, BLOCK = 65, BLOCK_PCM = 640, BUFFERS = 7, TAG = 0x32 };

static BOOL CALLBACK count_format(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR count,
                                  DWORD support)
{
    (void)id, (void)details, (void)support;
    ++*(int *)count;
    return TRUE;
}

static BOOL CALLBACK see_tag(HACMDRIVERID id, ACMFORMATTAGDETAILSW *tag, DWORD_PTR seen,
                             DWORD support)
{
    (void)id, (void)support;
    *(int *)seen |= tag->dwFormatTag == TAG;
    return TRUE;
}

static void details(HACMDRIVERID id, HACMDRIVER driver)
{
    ACMDRIVERDETAILSW about = { .cbStruct = sizeof about };
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    BYTE room[256] = { 0 };
    ACMFORMATDETAILSW format = { .cbStruct = sizeof format,
                                 .pwfx = (WAVEFORMATEX *)room,
                                 .cbwfx = sizeof room };
    int seen = 0, count = 0;

    CHECK(acmDriverDetailsW(id, &about, 0) == 0);
    CHECK(wcscmp(about.szShortName, L"OmniACM") == 0);
    CHECK(acmFormatTagEnumW(driver, &tag, see_tag, (DWORD_PTR)&seen, 0) == 0 && seen);
    memset(&tag, 0, sizeof tag);
    tag.cbStruct = sizeof tag;
    tag.dwFormatTag = 0x31;
    CHECK(acmFormatTagDetailsW(driver, &tag, ACM_FORMATTAGDETAILSF_FORMATTAG) == 0 &&
          tag.cStandardFormats == 4);
    format.dwFormatTag = format.pwfx->wFormatTag = 0x31;
    CHECK(acmFormatEnumW(driver, &format, count_format, (DWORD_PTR)&count,
                         ACM_FORMATENUMF_WFORMATTAG) == 0 &&
          count == 4);
    test_end("the driver's details, tags and formats");
}

/* Converts the sound in buffers of up to BUFFERS blocks. After a reposition, the first call has
 * START and BLOCKALIGN. */
static DWORD read_all(HACMSTREAM stream, ACMSTREAMHEADER *header, const BYTE *code, BYTE *sound)
{
    DWORD made = 0;

    for (DWORD at = 0, n; at < BLOCKS * BLOCK; at += n) {
        n = BLOCKS * BLOCK - at < BUFFERS * BLOCK ? BLOCKS * BLOCK - at : BUFFERS * BLOCK;
        memcpy(header->pbSrc, code + at, n);
        header->cbSrcLength = n;
        CHECK(acmStreamConvert(stream, header,
                               ACM_STREAMCONVERTF_BLOCKALIGN |
                                   (at ? 0u : ACM_STREAMCONVERTF_START)) == 0);
        CHECK(header->cbSrcLengthUsed == n && header->cbDstLengthUsed == n / BLOCK * BLOCK_PCM);
        memcpy(sound + made, header->pbDst, header->cbDstLengthUsed);
        made += header->cbDstLengthUsed;
    }
    return made;
}

/* No other driver has the tag 0x32, so that msacm32 has to find the added driver without its
 * handle. */
static void stream(void)
{
    static BYTE code[BLOCKS * BLOCK], first[BLOCKS * BLOCK_PCM], again[BLOCKS * BLOCK_PCM];
    static BYTE src[BUFFERS * BLOCK], dst[BUFFERS * BLOCK_PCM];
    struct {
        WAVEFORMATEX wfx;
        BYTE extra[2];
    } from = { { TAG, 1, 8000, 1625, BLOCK, 0, 2 }, { 0x40, 0x01 } };
    WAVEFORMATEX pcm = { .wFormatTag = WAVE_FORMAT_PCM };
    ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                               .pbSrc = src,
                               .cbSrcLength = sizeof src,
                               .pbDst = dst,
                               .cbDstLength = sizeof dst };
    HACMSTREAM it = 0;
    DWORD size = 0, seed = 1;

    for (size_t i = 0; i < sizeof code; i++)
        code[i] = (BYTE)((seed = seed * 1664525u + 1013904223u) >> 24);
    CHECK(acmFormatSuggest(0, &from.wfx, &pcm, sizeof pcm, ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    CHECK(pcm.nSamplesPerSec == 8000 && pcm.nChannels == 1 && pcm.wBitsPerSample == 16);
    CHECK(acmStreamOpen(&it, 0, &from.wfx, &pcm, 0, 0, 0, ACM_STREAMOPENF_NONREALTIME) == 0);
    test_end("a format is suggested for the tag alone, and a stream opens");
    if (!it)
        return;
    CHECK(acmStreamSize(it, sizeof src, &size, ACM_STREAMSIZEF_SOURCE) == 0 && size == sizeof dst);
    CHECK(acmStreamPrepareHeader(it, &header, 0) == 0);
    CHECK(read_all(it, &header, code, first) == sizeof first);
    CHECK(read_all(it, &header, code, again) == sizeof again);
    CHECK(memcmp(first, again, sizeof first) == 0);
    CHECK(memcmp(first, first + BLOCK_PCM, BLOCK_PCM) != 0);
    header.cbSrcLength = sizeof src;
    header.cbDstLength = sizeof dst;
    CHECK(acmStreamUnprepareHeader(it, &header, 0) == 0);
    CHECK(acmStreamClose(it, 0) == 0);
    test_end("one prepared buffer reads the same again after a reposition");
}

int main(int argc, char **argv)
{
    HMODULE module = argc == 2 ? LoadLibraryA(argv[1]) : 0;
    FARPROC proc = module ? GetProcAddress(module, "DriverProc") : 0;
    HACMDRIVERID id = 0;
    HACMDRIVER driver = 0;

    CHECK(proc && acmDriverAddW(&id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) == 0);
    CHECK(id && acmDriverOpen(&driver, id, 0) == 0);
    test_end("a local driver is added and opened");
    if (!driver)
        return tests_end() | 1;
    details(id, driver);
    stream();
    CHECK(acmDriverClose(driver, 0) == 0);
    CHECK(acmDriverRemove(id, 0) == 0);
    test_end("the driver is closed and removed");
    return tests_end();
}
