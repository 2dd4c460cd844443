/* Calls DriverProc directly, with the structures packed as in Windows and aligned as in Wine:
 * `layouts FILE`. Each tag is encoded, or decoded if it is only decoded. */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "acm/msacmdrv.h"

typedef LRESULT(CALLBACK *driver_proc)(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);

enum { FORMAT_ROOM = 256, SOURCE = 40000 /* bytes */, BLOCKS = 4 };

static driver_proc driver;

static LRESULT tell(UINT message, void *first, LPARAM second)
{
    return driver(1, 0, message, (LPARAM)first, second);
}

static DWORD sum(const BYTE *bytes, DWORD n)
{
    DWORD checksum = 2166136261u;

    while (n--)
        checksum = (checksum ^ *bytes++) * 16777619u;
    return checksum;
}

/* Suggests with `suggestion`, opens with `instance`, converts `bytes` bytes and closes. */
static DWORD drive(void *suggestion, void *instance, WAVEFORMATEX *from, WAVEFORMATEX *to,
                   DWORD bytes)
{
    static short src[SOURCE / 2];
    static BYTE dst[1 << 20];
    ACMDRVSTREAMSIZE size = { sizeof size, ACM_STREAMSIZEF_SOURCE, bytes, 0 };
    ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                  .pbSrc = (BYTE *)src,
                                  .cbSrcLength = bytes,
                                  .pbDst = dst,
                                  .fdwConvert = ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END };
    WORD tag = to->wFormatTag;

    for (int i = 0; i < SOURCE / 2; i++)
        src[i] = (short)(i * i / 5 % 20000 - 10000);
    CHECK(tell(ACMDM_FORMAT_SUGGEST, suggestion, 0) == 0);
    CHECK(to->wFormatTag == tag && to->nChannels == from->nChannels &&
          to->nSamplesPerSec == from->nSamplesPerSec);
    CHECK(tell(ACMDM_STREAM_OPEN, instance, 0) == 0);
    CHECK(tell(ACMDM_STREAM_SIZE, instance, (LPARAM)&size) == 0);
    CHECK(size.cbDstLength != 0 && size.cbDstLength <= sizeof dst);
    header.cbDstLength = size.cbDstLength <= sizeof dst ? size.cbDstLength : sizeof dst;
    CHECK(tell(ACMDM_STREAM_CONVERT, instance, (LPARAM)&header) == 0);
    CHECK(header.cbSrcLengthUsed == bytes &&
          (header.cbDstLengthUsed != 0 || needs_frames(from->wFormatTag)));
    CHECK(tell(ACMDM_STREAM_CLOSE, instance, 0) == 0);
    CHECK(tell(ACMDM_STREAM_CLOSE, instance, 0) == 0);
    return sum(dst, header.cbDstLengthUsed) ^ header.cbDstLengthUsed;
}

#define DRIVE(suggestion_type, instance_type, from, to, bytes) \
    drive(&(suggestion_type){ sizeof(suggestion_type), ACM_FORMATSUGGESTF_WFORMATTAG, from, \
                              18u + (from)->cbSize, to, FORMAT_ROOM }, \
          &(instance_type){ .cbStruct = sizeof(instance_type), .pwfxSrc = from, .pwfxDst = to }, \
          from, to, bytes)

/* Converts to `tag` in both layouts. */
static void compare(WAVEFORMATEX *from, WORD tag, DWORD bytes)
{
    BYTE room[FORMAT_ROOM];
    WAVEFORMATEX *to = (WAVEFORMATEX *)room;
    DWORD packed, natural;

    memset(room, 0xAA, sizeof room);
    to->wFormatTag = tag;
    packed = DRIVE(ACMDRVFORMATSUGGEST_PACKED, ACMDRVSTREAMINSTANCE_PACKED, from, to, bytes);
    memset(room, 0x55, sizeof room);
    to->wFormatTag = tag;
    natural = DRIVE(ACMDRVFORMATSUGGEST, ACMDRVSTREAMINSTANCE, from, to, bytes);
    CHECK(packed == natural);
    printf("# tag %04X checksum %08lX, %s\n", tag == WAVE_FORMAT_PCM ? from->wFormatTag : tag,
           packed, tag == WAVE_FORMAT_PCM ? "decoded" : "encoded");
}

/* The first format of a tag, and PCM of its rate and channels. Returns true if it is encoded. */
static BOOL both_layouts(DWORD tag)
{
    BYTE room[FORMAT_ROOM] = { 0 };
    WAVEFORMATEX *coded = (WAVEFORMATEX *)room, pcm;
    ACMFORMATDETAILSW details = {
        .cbStruct = sizeof details, .dwFormatTag = tag, .pwfx = coded, .cbwfx = sizeof room
    };
    ACMDRVSTREAMINSTANCE query = { .cbStruct = sizeof query,
                                   .pwfxSrc = &pcm,
                                   .pwfxDst = coded,
                                   .fdwOpen = ACM_STREAMOPENF_QUERY };
    LRESULT result;

    CHECK(tell(ACMDM_FORMAT_DETAILS, &details, ACM_FORMATDETAILSF_INDEX) == 0);
    pcm = pcm_like(coded);
    result = tell(ACMDM_STREAM_OPEN, &query, 0);
    CHECK(result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE);
    if (result == MMSYSERR_NOERROR)
        compare(&pcm, (WORD)tag, SOURCE);
    else
        compare(coded, WAVE_FORMAT_PCM, BLOCKS * coded->nBlockAlign);
    return result == MMSYSERR_NOERROR;
}

int main(int argc, char **argv)
{
    HMODULE module = argc > 1 ? LoadLibraryA(argv[1]) : 0;
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    DWORD encoded = 0;

    driver = module ? (driver_proc)(void *)GetProcAddress(module, "DriverProc") : 0;
    if (!driver)
        return 1;
    CHECK(sizeof(void *) == 4 ||
          (sizeof(ACMDRVSTREAMINSTANCE_PACKED) == 68 && sizeof(ACMDRVSTREAMINSTANCE) == 72));
    CHECK(sizeof(void *) == 4 ||
          (sizeof(ACMDRVFORMATSUGGEST_PACKED) == 32 && sizeof(ACMDRVFORMATSUGGEST) == 40));
    CHECK(sizeof(void *) == 8 ||
          (sizeof(ACMDRVSTREAMINSTANCE_PACKED) == 40 && sizeof(ACMDRVSTREAMINSTANCE) == 40));
    CHECK(sizeof(ACMDRVSTREAMHEADER) == (sizeof(void *) == 8 ? 124 : 84));
    test_end("the structures have the sizes of the contract");
    for (tag.dwFormatTagIndex = 3;
         tell(ACMDM_FORMATTAG_DETAILS, &tag, ACM_FORMATTAGDETAILSF_INDEX) == 0;
         tag.dwFormatTagIndex++) {
        tag.cbStruct = sizeof tag;
        if (tag.cStandardFormats == 0)
            continue;
        encoded += both_layouts(tag.dwFormatTag) ? 1 : 0;
        test_end("both layouts give the same bytes");
    }
    CHECK(encoded > 20);
    test_end("most tags are encoded");
    return tests_end();
}
