/* An ACM driver with the tag 0x7A7A, which divides by zero, never returns, or makes too much, as
 * the environment variable CRASH says: "open", "size", "convert", "loop", "talk". */
#include <stdbool.h>
#include <string.h>
#include <windows.h>
#include <mmreg.h>
#include <msacm.h>
#include "acm/msacmdrv.h"

enum { TAG = 0x7A7A, TALK = 99 };

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM a, LPARAM b);

static void crash_at(const char *step)
{
    char chosen[16] = "";
    volatile int zero = 0;

    GetEnvironmentVariableA("CRASH", chosen, sizeof chosen);
    if (strcmp(chosen, step) != 0)
        return;
    while (strcmp(step, "loop") == 0)
        Sleep(100);
    zero = 100 / zero;
}

static LRESULT driver_details(ACMDRIVERDETAILSW *details)
{
    ACMDRIVERDETAILSW own = { .cbStruct = sizeof own,
                              .fccType = ACMDRIVERDETAILS_FCCTYPE_AUDIOCODEC,
                              .wMid = MM_UNMAPPED,
                              .wPid = MM_PID_UNMAPPED,
                              .vdwACM = 0x03320000,
                              .vdwDriver = 0x01000000,
                              .fdwSupport = ACMDRIVERDETAILS_SUPPORTF_CODEC,
                              .cFormatTags = 2,
                              .szShortName = L"Crash",
                              .szLongName = L"A driver that crashes" };
    DWORD size = details->cbStruct < sizeof own ? details->cbStruct : (DWORD)sizeof own;

    memcpy(details, &own, size);
    details->cbStruct = size;
    return MMSYSERR_NOERROR;
}

static LRESULT tag_details(ACMFORMATTAGDETAILSW *details, DWORD flags)
{
    DWORD tag = details->dwFormatTag;

    if ((flags & ACM_FORMATTAGDETAILSF_QUERYMASK) == ACM_FORMATTAGDETAILSF_INDEX)
        tag = details->dwFormatTagIndex ? TAG : WAVE_FORMAT_PCM;
    if ((flags & ACM_FORMATTAGDETAILSF_QUERYMASK) == ACM_FORMATTAGDETAILSF_LARGESTSIZE)
        tag = TAG;
    if ((tag != TAG && tag != WAVE_FORMAT_PCM) || details->dwFormatTagIndex > 1)
        return ACMERR_NOTPOSSIBLE;
    details->dwFormatTag = tag;
    details->dwFormatTagIndex = tag == TAG;
    details->cbFormatSize = tag == TAG ? sizeof(WAVEFORMATEX) : sizeof(PCMWAVEFORMAT);
    details->fdwSupport = ACMDRIVERDETAILS_SUPPORTF_CODEC;
    details->cStandardFormats = 1;
    lstrcpyW(details->szFormatTag, tag == TAG ? L"Crash" : L"");
    return MMSYSERR_NOERROR;
}

static LRESULT format_details(ACMFORMATDETAILSW *details)
{
    bool pcm = details->dwFormatTag == WAVE_FORMAT_PCM;
    WORD bytes = pcm ? 2 : 1;
    PCMWAVEFORMAT format = { { (WORD)details->dwFormatTag, 1, 8000, 8000u * bytes, bytes },
                             (WORD)(8 * bytes) };

    if (details->dwFormatIndex != 0)
        return ACMERR_NOTPOSSIBLE;
    memcpy(details->pwfx, &format, sizeof format);
    if (!pcm)
        details->pwfx->cbSize = 0;
    details->fdwSupport = ACMDRIVERDETAILS_SUPPORTF_CODEC;
    return MMSYSERR_NOERROR;
}

static LRESULT suggest(ACMDRVFORMATSUGGEST *suggestion)
{
    const WAVEFORMATEX *from = suggestion->pwfxSrc;
    PCMWAVEFORMAT pcm = {
        { WAVE_FORMAT_PCM, from->nChannels, from->nSamplesPerSec, 2 * from->nSamplesPerSec, 2 }, 16
    };

    if (from->wFormatTag != TAG)
        return ACMERR_NOTPOSSIBLE;
    memcpy(suggestion->pwfxDst, &pcm, sizeof pcm);
    return MMSYSERR_NOERROR;
}

/* A byte becomes a sample. */
static LRESULT size(ACMDRVSTREAMSIZE *sizes)
{
    crash_at("size");
    if (sizes->fdwSize == ACM_STREAMSIZEF_SOURCE)
        sizes->cbDstLength = 2 * TALK * sizes->cbSrcLength;
    else
        sizes->cbSrcLength = sizes->cbDstLength / (2 * TALK);
    return MMSYSERR_NOERROR;
}

static LRESULT convert(ACMDRVSTREAMHEADER *header)
{
    char chosen[16] = "";
    DWORD made = 2 * header->cbSrcLength;

    crash_at("convert");
    crash_at("loop");
    GetEnvironmentVariableA("CRASH", chosen, sizeof chosen);
    made *= strcmp(chosen, "talk") == 0 ? TALK : 1;
    memset(header->pbDst, 0, made);
    header->cbSrcLengthUsed = header->cbSrcLength;
    header->cbDstLengthUsed = made;
    return MMSYSERR_NOERROR;
}

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM a, LPARAM b)
{
    const ACMDRVSTREAMINSTANCE *instance = (const void *)a;

    switch (message) {
    case DRV_LOAD:
    case DRV_ENABLE:
    case DRV_OPEN:
    case DRV_CLOSE:
    case DRV_DISABLE:
    case DRV_FREE:
        return 1;
    case ACMDM_DRIVER_DETAILS:
        return driver_details((void *)a);
    case ACMDM_FORMATTAG_DETAILS:
        return tag_details((void *)a, (DWORD)b);
    case ACMDM_FORMAT_DETAILS:
        return format_details((void *)a);
    case ACMDM_FORMAT_SUGGEST:
        return suggest((void *)a);
    case ACMDM_STREAM_OPEN:
        crash_at("open");
        return instance->pwfxSrc->wFormatTag == TAG ? MMSYSERR_NOERROR : ACMERR_NOTPOSSIBLE;
    case ACMDM_STREAM_CLOSE:
    case ACMDM_STREAM_PREPARE:
    case ACMDM_STREAM_UNPREPARE:
        return MMSYSERR_NOTSUPPORTED;
    case ACMDM_STREAM_SIZE:
        return size((void *)b);
    case ACMDM_STREAM_CONVERT:
        return convert((void *)b);
    default:
        return DefDriverProc(id, driver, message, a, b);
    }
}
