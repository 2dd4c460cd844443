/* DriverProc called directly, with the structures as Windows packs them and as Wine aligns them:
 * `layouts FILE`. */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "acm/msacmdrv.h"

typedef LRESULT(CALLBACK *driver_proc)(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);

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

/* Suggests with `suggestion`, opens with `instance`, converts and closes. */
static DWORD drive(WORD tag, void *suggestion, void *instance, WAVEFORMATEX *from, WAVEFORMATEX *to)
{
    static short samples[20000];
    static BYTE dst[60000];
    ACMDRVSTREAMSIZE size = { sizeof size, ACM_STREAMSIZEF_SOURCE, sizeof samples, 0 };
    ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                    .pbSrc = (BYTE *)samples,
                                    .cbSrcLength = sizeof samples,
                                    .pbDst = dst,
                                    .fdwConvert =
                                        ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END };

    for (int i = 0; i < 20000; i++)
        samples[i] = (short)(i * i / 5 % 20000 - 10000);
    to->wFormatTag = tag;
    CHECK(tell(ACMDM_FORMAT_SUGGEST, suggestion, 0) == 0);
    CHECK(to->wFormatTag == tag && to->nChannels == 1 && to->nSamplesPerSec == 8000 &&
          from->nSamplesPerSec == 8000);
    CHECK(tell(ACMDM_STREAM_OPEN, instance, 0) == 0);
    CHECK(tell(ACMDM_STREAM_SIZE, instance, (LPARAM)&size) == 0);
    CHECK(size.cbDstLength != 0 && size.cbDstLength <= sizeof dst);
    header.cbDstLength = size.cbDstLength;
    CHECK(tell(ACMDM_STREAM_CONVERT, instance, (LPARAM)&header) == 0);
    CHECK(header.cbSrcLengthUsed == sizeof samples);
    CHECK(tell(ACMDM_STREAM_CLOSE, instance, 0) == 0);
    CHECK(tell(ACMDM_STREAM_CLOSE, instance, 0) == 0);
    return sum(dst, header.cbDstLengthUsed) ^ header.cbDstLengthUsed;
}

#define DRIVE(kind_of_suggestion, kind_of_instance, tag) \
    drive(tag, \
          &(kind_of_suggestion){ sizeof(kind_of_suggestion), \
                                        ACM_FORMATSUGGESTF_WFORMATTAG, &from, 18, to, \
                                        sizeof room }, \
          &(kind_of_instance){ \
              .cbStruct = sizeof(kind_of_instance), .pwfxSrc = &from, .pwfxDst = to }, \
          &from, to)

int main(int argc, char **argv)
{
    WAVEFORMATEX from = { WAVE_FORMAT_PCM, 1, 8000, 16000, 2, 16, 0 };
    BYTE room[256];
    WAVEFORMATEX *to = (WAVEFORMATEX *)room;
    HMODULE module = argc > 1 ? LoadLibraryA(argv[1]) : 0;
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };

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
    for (tag.dwFormatTagIndex = 3; tell(ACMDM_FORMATTAG_DETAILS, &tag, ACM_FORMATTAGDETAILSF_INDEX) == 0;
         tag.dwFormatTagIndex++) {
        DWORD packed, natural;

        if (tag.cStandardFormats == 0)
            continue;
        memset(room, 0xAA, sizeof room);
        packed = DRIVE(ACMDRVFORMATSUGGEST_PACKED, ACMDRVSTREAMINSTANCE_PACKED, (WORD)tag.dwFormatTag);
        memset(room, 0x55, sizeof room);
        natural = DRIVE(ACMDRVFORMATSUGGEST, ACMDRVSTREAMINSTANCE, (WORD)tag.dwFormatTag);
        CHECK(packed == natural);
        printf("# tag %04lX checksum %08lX\n", tag.dwFormatTag, packed);
        test_end("both layouts give the same bytes");
        tag.cbStruct = sizeof tag;
    }
    return tests_end();
}
