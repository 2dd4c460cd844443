/* An example of a program that uses the driver without the ACM: `direct IN.wav OUT.wav` decodes a
 * WAV file in any of the driver's formats to 16-bit PCM. It sends DriverProc the messages that
 * msacm32.dll would send, and so runs where Windows has no msacm32.dll. Build it with
 * x86_64-w64-mingw32-gcc -municode -I../../src/acm direct.c -o direct.exe
 *
 * src/acm/msacmdrv.h declares the messages and structures, as the SDK's msacmdrv.h does. */
#include "wav.h"
#include "msacmdrv.h"

enum { FORMAT_BYTES_MAX = 1024 };

static DRIVERPROC driver_proc;
static DWORD_PTR driver; /* what DRV_OPEN returns */

/* Every message goes to the driver with the same first two parameters. */
static LRESULT ask(UINT message, void *first, void *second)
{
    return driver_proc(driver, 0, message, (LPARAM)first, (LPARAM)second);
}

/* Loads the driver in this program's folder, which has to match the program's 32 or 64 bits. */
static BOOL open_driver(void)
{
    ACMDRVOPENDESCW description = { .cbStruct = sizeof description,
                                    .fccType = ACMDRIVERDETAILS_FCCTYPE_AUDIOCODEC };
    wchar_t path[MAX_PATH] = L"";
    HMODULE module;

    GetModuleFileNameW(0, path, MAX_PATH - 16);
    wcscpy(wcsrchr(path, L'\\') + 1, L"omniacm.acm");
    module = LoadLibraryW(path);
    if (module)
        driver_proc = (DRIVERPROC)(void *)GetProcAddress(module, "DriverProc");
    if (!driver_proc || !ask(DRV_LOAD, 0, 0) || !ask(DRV_ENABLE, 0, 0))
        return FALSE;
    driver = (DWORD_PTR)ask(DRV_OPEN, 0, &description);
    return driver != 0;
}

static void close_driver(void)
{
    ask(DRV_CLOSE, 0, 0);
    ask(DRV_DISABLE, 0, 0);
    ask(DRV_FREE, 0, 0);
}

/* The PCM format that the driver suggests for `from`. */
static MMRESULT suggest(WAVEFORMATEX *from, WAVEFORMATEX *pcm)
{
    ACMDRVFORMATSUGGEST suggestion = { .cbStruct = sizeof suggestion,
                                       .fdwSuggest = ACM_FORMATSUGGESTF_WFORMATTAG,
                                       .pwfxSrc = from,
                                       .cbwfxSrc = (DWORD)sizeof *from + from->cbSize,
                                       .pwfxDst = pcm,
                                       .cbwfxDst = sizeof *pcm };

    *pcm = (WAVEFORMATEX){ .wFormatTag = WAVE_FORMAT_PCM };
    return (MMRESULT)ask(ACMDM_FORMAT_SUGGEST, &suggestion, 0);
}

/* Decodes all data in one call. The instance and both formats have to stay where they are until the
 * stream is closed. */
static MMRESULT decode(WAVEFORMATEX *from, WAVEFORMATEX *pcm, BYTE *sound, DWORD size,
                       BYTE **result, DWORD *made)
{
    ACMDRVSTREAMINSTANCE instance = { .cbStruct = sizeof instance,
                                      .pwfxSrc = from,
                                      .pwfxDst = pcm,
                                      .fdwOpen = ACM_STREAMOPENF_NONREALTIME };
    ACMDRVSTREAMSIZE room = { .cbStruct = sizeof room,
                              .fdwSize = ACM_STREAMSIZEF_SOURCE,
                              .cbSrcLength = size };
    ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                  .pbSrc = sound,
                                  .cbSrcLength = size,
                                  .fdwConvert = ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END };
    MMRESULT error = suggest(from, pcm);

    if (!error)
        error = (MMRESULT)ask(ACMDM_STREAM_OPEN, &instance, 0);
    if (error)
        return error;
    error = (MMRESULT)ask(ACMDM_STREAM_SIZE, &instance, &room);
    header.cbDstLength = room.cbDstLength;
    *result = header.pbDst = malloc(room.cbDstLength + 1);
    if (!error)
        error = (MMRESULT)ask(ACMDM_STREAM_CONVERT, &instance, &header);
    *made = header.cbDstLengthUsed;
    ask(ACMDM_STREAM_CLOSE, &instance, 0);
    return error;
}

int wmain(int argc, wchar_t **argv)
{
    WAVEFORMATEX pcm;
    BYTE from[FORMAT_BYTES_MAX] = { 0 }, *file, *fmt, *data, *sound = 0;
    DWORD size, fmt_size, data_size, made = 0;
    MMRESULT error;

    file = argc == 3 ? read_file(argv[1], &size) : 0;
    fmt = file ? find_chunk(file, size, "fmt ", &fmt_size) : 0;
    data = fmt ? find_chunk(file, size, "data", &data_size) : 0;
    if (!data) {
        fprintf(stderr, "usage: direct IN.wav OUT.wav\n");
        return 2;
    }
    memcpy(from, fmt, fmt_size < FORMAT_BYTES_MAX ? fmt_size : FORMAT_BYTES_MAX);
    if (!open_driver()) {
        fprintf(stderr, "omniacm.acm is not in the folder of this program\n");
        return 1;
    }
    error = decode((WAVEFORMATEX *)from, &pcm, data, data_size, &sound, &made);
    if (error)
        fprintf(stderr, "ACM error %u\n", error);
    else if (!write_wav(argv[2], &pcm, sound, made))
        error = 1;
    close_driver();
    return error != 0;
}
