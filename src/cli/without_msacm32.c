/* The ACM's functions where there is no msacm32.dll. They send our driver the messages that msacm32
 * would send: one driver, next to this program or in System32, and synchronous conversions. Its
 * handles are all the driver itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../acm/msacmdrv.h"
#include "acm.h"
#include "names.h"

static struct our_driver {
    DRIVERPROC proc;
    DWORD_PTR id; /* what the driver returns for DRV_OPEN */
} our;

struct our_stream {
    ACMDRVSTREAMINSTANCE instance;
    BYTE *formats; /* copies of both */
};

static LRESULT ask(UINT message, void *first, DWORD_PTR second)
{
    return our.proc ? our.proc(our.id, (HDRVR)&our, message, (LPARAM)first, (LPARAM)second)
                    : (LRESULT)MMSYSERR_NODRIVER;
}

static MMRESULT WINAPI driver_add(HACMDRIVERID *id, HINSTANCE module, LPARAM proc, DWORD priority,
                                  DWORD flags)
{
    ACMDRVOPENDESCW description = { .cbStruct = sizeof description,
                                    .fccType = ACMDRIVERDETAILS_FCCTYPE_AUDIOCODEC };

    (void)module, (void)priority;
    if (our.proc || !proc || !(flags & ACM_DRIVERADDF_FUNCTION))
        return MMSYSERR_INVALPARAM;
    our.proc = (DRIVERPROC)proc;
    if (ask(DRV_LOAD, 0, 0) && ask(DRV_ENABLE, 0, 0))
        our.id = (DWORD_PTR)ask(DRV_OPEN, 0, (DWORD_PTR)&description);
    if (!our.id) {
        our.proc = 0;
        return MMSYSERR_ERROR;
    }
    *id = (HACMDRIVERID)&our;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI driver_remove(HACMDRIVERID id, DWORD flags)
{
    (void)id, (void)flags;
    ask(DRV_CLOSE, 0, 0);
    ask(DRV_DISABLE, 0, 0);
    ask(DRV_FREE, 0, 0);
    our = (struct our_driver){ 0 };
    return MMSYSERR_NOERROR;
}

/* Adds the driver that is installed. */
static void find_installed(void)
{
    wchar_t path[MAX_PATH + sizeof DRIVER_FILE];
    UINT n = GetSystemDirectoryW(path, MAX_PATH);
    HMODULE module;
    FARPROC proc;
    HACMDRIVERID id;

    if (n == 0 || n >= MAX_PATH)
        return;
    path[n] = L'\\';
    wcscpy(path + n + 1, DRIVER_FILE);
    module = LoadLibraryW(path);
    proc = module ? GetProcAddress(module, "DriverProc") : 0;
    if (proc)
        driver_add(&id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION);
}

static MMRESULT WINAPI driver_enum(ACMDRIVERENUMCB each, DWORD_PTR context, DWORD flags)
{
    (void)flags;
    if (!our.proc)
        find_installed();
    if (our.proc)
        each((HACMDRIVERID)&our, context, ACMDRIVERDETAILS_SUPPORTF_CODEC);
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI driver_details(HACMDRIVERID id, ACMDRIVERDETAILSW *details, DWORD flags)
{
    (void)id, (void)flags;
    return (MMRESULT)ask(ACMDM_DRIVER_DETAILS, details, 0);
}

static MMRESULT WINAPI driver_open(HACMDRIVER *driver, HACMDRIVERID id, DWORD flags)
{
    (void)flags;
    *driver = (HACMDRIVER)id;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI driver_close(HACMDRIVER driver, DWORD flags)
{
    (void)driver, (void)flags;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI driver_id(HACMOBJ object, HACMDRIVERID *id, DWORD flags)
{
    (void)object, (void)flags;
    *id = (HACMDRIVERID)&our;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI tag_details(HACMDRIVER driver, ACMFORMATTAGDETAILSW *details, DWORD flags)
{
    MMRESULT error = (MMRESULT)ask(ACMDM_FORMATTAG_DETAILS, details, flags);

    (void)driver;
    if (error == MMSYSERR_NOERROR && details->dwFormatTag == WAVE_FORMAT_PCM)
        wcscpy(details->szFormatTag, L"PCM"); /* named by msacm32 */
    return error;
}

/* Names a format as Wine's msacm32 does. */
static void name_format(const WAVEFORMATEX *wfx, wchar_t name[ACMFORMATDETAILS_FORMAT_CHARS])
{
    wchar_t bits[16] = L"", channels[24];

    if (wfx->wBitsPerSample)
        swprintf(bits, sizeof bits / sizeof *bits, L"; %u bits", wfx->wBitsPerSample);
    swprintf(channels, sizeof channels / sizeof *channels, L"; %u channels", wfx->nChannels);
    if (wfx->nChannels <= 2)
        wcscpy(channels, wfx->nChannels == 1 ? L"; Mono" : L"; Stereo");
    swprintf(name, ACMFORMATDETAILS_FORMAT_CHARS, L"%lu Hz%ls%ls",
             (unsigned long)wfx->nSamplesPerSec, bits, channels);
}

/* msacm32 names the formats that a driver leaves without a name. */
static MMRESULT WINAPI format_details(HACMDRIVER driver, ACMFORMATDETAILSW *details, DWORD flags)
{
    MMRESULT error = (MMRESULT)ask(ACMDM_FORMAT_DETAILS, details, flags);

    (void)driver;
    if (error == MMSYSERR_NOERROR && !details->szFormat[0])
        name_format(details->pwfx, details->szFormat);
    return error;
}

static DWORD format_bytes(const WAVEFORMATEX *wfx)
{
    return wfx->wFormatTag == WAVE_FORMAT_PCM ? (DWORD)sizeof(PCMWAVEFORMAT)
                                              : (DWORD)sizeof *wfx + wfx->cbSize;
}

static MMRESULT WINAPI format_suggest(HACMDRIVER driver, WAVEFORMATEX *from, WAVEFORMATEX *to,
                                      DWORD size, DWORD flags)
{
    ACMDRVFORMATSUGGEST suggest = { sizeof suggest, flags, from, format_bytes(from), to, size };

    (void)driver;
    return (MMRESULT)ask(ACMDM_FORMAT_SUGGEST, &suggest, 0);
}

static WAVEFORMATEX *copy_format(BYTE *to, const WAVEFORMATEX *wfx)
{
    memset(to, 0, sizeof *wfx);
    memcpy(to, wfx, format_bytes(wfx));
    return (WAVEFORMATEX *)to;
}

static MMRESULT WINAPI stream_close(HACMSTREAM handle, DWORD flags)
{
    struct our_stream *stream = (struct our_stream *)handle;
    MMRESULT error = (MMRESULT)ask(ACMDM_STREAM_CLOSE, &stream->instance, 0);

    (void)flags;
    free(stream->formats);
    free(stream);
    return error;
}

static MMRESULT WINAPI stream_open(HACMSTREAM *handle, HACMDRIVER driver, WAVEFORMATEX *from,
                                   WAVEFORMATEX *to, WAVEFILTER *filter, DWORD_PTR callback,
                                   DWORD_PTR context, DWORD flags)
{
    struct our_stream *stream = calloc(1, sizeof *stream);
    DWORD room = format_bytes(from) + (DWORD)sizeof *from;
    MMRESULT error;

    (void)driver;
    if (stream)
        stream->formats = malloc(room + format_bytes(to) + sizeof *to);
    if (!stream || !stream->formats) {
        free(stream);
        return MMSYSERR_NOMEM;
    }
    stream->instance = (ACMDRVSTREAMINSTANCE){ .cbStruct = sizeof stream->instance,
                                               .pwfxSrc = copy_format(stream->formats, from),
                                               .pwfxDst = copy_format(stream->formats + room, to),
                                               .pwfltr = filter,
                                               .dwCallback = callback,
                                               .dwInstance = context,
                                               .fdwOpen = flags,
                                               .has = (HANDLE)stream };
    error = (MMRESULT)ask(ACMDM_STREAM_OPEN, &stream->instance, 0);
    if (error == MMSYSERR_NOERROR && !(flags & ACM_STREAMOPENF_QUERY)) {
        *handle = (HACMSTREAM)stream;
        return error;
    }
    free(stream->formats);
    free(stream);
    return error;
}

static MMRESULT WINAPI stream_size(HACMSTREAM handle, DWORD from, DWORD *to, DWORD flags)
{
    ACMDRVSTREAMSIZE size = { sizeof size, flags, from, from };
    MMRESULT error = (MMRESULT)ask(ACMDM_STREAM_SIZE, &((struct our_stream *)handle)->instance,
                                   (DWORD_PTR)&size);

    *to = flags == ACM_STREAMSIZEF_SOURCE ? size.cbDstLength : size.cbSrcLength;
    return error;
}

static MMRESULT WINAPI stream_prepare(HACMSTREAM handle, ACMSTREAMHEADER *header, DWORD flags)
{
    (void)handle, (void)flags;
    header->fdwStatus |= ACMSTREAMHEADER_STATUSF_PREPARED;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI stream_unprepare(HACMSTREAM handle, ACMSTREAMHEADER *header, DWORD flags)
{
    (void)handle, (void)flags;
    header->fdwStatus &= ~(DWORD)ACMSTREAMHEADER_STATUSF_PREPARED;
    return MMSYSERR_NOERROR;
}

static MMRESULT WINAPI stream_convert(HACMSTREAM handle, ACMSTREAMHEADER *header, DWORD flags)
{
    ACMDRVSTREAMHEADER job = { .cbStruct = sizeof job,
                               .fdwStatus = header->fdwStatus,
                               .pbSrc = header->pbSrc,
                               .cbSrcLength = header->cbSrcLength,
                               .pbDst = header->pbDst,
                               .cbDstLength = header->cbDstLength,
                               .fdwConvert = flags };
    MMRESULT error = (MMRESULT)ask(ACMDM_STREAM_CONVERT, &((struct our_stream *)handle)->instance,
                                   (DWORD_PTR)&job);

    header->cbSrcLengthUsed = job.cbSrcLengthUsed;
    header->cbDstLengthUsed = job.cbDstLengthUsed;
    if (error == MMSYSERR_NOERROR)
        header->fdwStatus |= ACMSTREAMHEADER_STATUSF_DONE;
    return error;
}

const struct acm acm_without_msacm32 = {
    .acmDriverAddW = driver_add,
    .acmDriverClose = driver_close,
    .acmDriverDetailsW = driver_details,
    .acmDriverEnum = driver_enum,
    .acmDriverID = driver_id,
    .acmDriverOpen = driver_open,
    .acmDriverRemove = driver_remove,
    .acmFormatDetailsW = format_details,
    .acmFormatSuggest = format_suggest,
    .acmFormatTagDetailsW = tag_details,
    .acmStreamClose = stream_close,
    .acmStreamConvert = stream_convert,
    .acmStreamOpen = stream_open,
    .acmStreamPrepareHeader = stream_prepare,
    .acmStreamSize = stream_size,
    .acmStreamUnprepareHeader = stream_unprepare,
};
