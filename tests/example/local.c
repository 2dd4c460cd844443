/* An example of a program that ships with the driver: `local IN.wav OUT.wav` decodes a WAV file in
 * any of the driver's formats to 16-bit PCM. It loads omniacm.acm from its own folder, which
 * requires no installation and no administrator. Build it with x86_64-w64-mingw32-gcc -municode
 * local.c -o local.exe -lmsacm32 */
#include "wav.h"
#include <msacm.h>

enum { FORMAT_BYTES_MAX = 1024 };

/* Adds the driver in this program's folder, which has to match the program's 32 or 64 bits. */
static HACMDRIVERID add_driver(void)
{
    wchar_t path[MAX_PATH] = L"";
    HMODULE module;
    HACMDRIVERID id = 0;

    GetModuleFileNameW(0, path, MAX_PATH - 16);
    wcscpy(wcsrchr(path, L'\\') + 1, L"omniacm.acm");
    module = LoadLibraryW(path);
    if (module)
        acmDriverAddW(&id, module, (LPARAM)GetProcAddress(module, "DriverProc"), 0,
                      ACM_DRIVERADDF_FUNCTION);
    return id;
}

/* Decodes all data in one call. The ACM chooses among all drivers that have been added, so that no
 * call here has to name one. */
static MMRESULT decode(WAVEFORMATEX *from, WAVEFORMATEX *pcm, BYTE *sound, DWORD size,
                       BYTE **result, DWORD *made)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header, .pbSrc = sound, .cbSrcLength = size };
    HACMSTREAM stream;
    MMRESULT error;

    *pcm = (WAVEFORMATEX){ .wFormatTag = WAVE_FORMAT_PCM };
    error = acmFormatSuggest(0, from, pcm, sizeof *pcm, ACM_FORMATSUGGESTF_WFORMATTAG);
    if (!error)
        error = acmStreamOpen(&stream, 0, from, pcm, 0, 0, 0, ACM_STREAMOPENF_NONREALTIME);
    if (error)
        return error;
    error = acmStreamSize(stream, size, &header.cbDstLength, ACM_STREAMSIZEF_SOURCE);
    *result = header.pbDst = malloc(header.cbDstLength + 1);
    if (!error)
        error = acmStreamPrepareHeader(stream, &header, 0);
    if (!error) {
        error =
            acmStreamConvert(stream, &header, ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END);
        *made = header.cbDstLengthUsed;
        acmStreamUnprepareHeader(stream, &header, 0);
    }
    acmStreamClose(stream, 0);
    return error;
}

int wmain(int argc, wchar_t **argv)
{
    HACMDRIVERID id = add_driver();
    WAVEFORMATEX pcm;
    BYTE from[FORMAT_BYTES_MAX] = { 0 }, *file, *fmt, *data, *sound = 0;
    DWORD size, fmt_size, data_size, made = 0;
    MMRESULT error = MMSYSERR_NODRIVER;

    file = argc == 3 ? read_file(argv[1], &size) : 0;
    fmt = file ? find_chunk(file, size, "fmt ", &fmt_size) : 0;
    data = fmt ? find_chunk(file, size, "data", &data_size) : 0;
    if (!data) {
        fprintf(stderr, "usage: local IN.wav OUT.wav\n");
        return 2;
    }
    memcpy(from, fmt, fmt_size < FORMAT_BYTES_MAX ? fmt_size : FORMAT_BYTES_MAX);
    if (id)
        error = decode((WAVEFORMATEX *)from, &pcm, data, data_size, &sound, &made);
    if (error)
        fprintf(stderr,
                id ? "ACM error %u\n" : "omniacm.acm is not in the folder of this program\n",
                error);
    else if (!write_wav(argv[2], &pcm, sound, made))
        error = 1;
    if (id)
        acmDriverRemove(id, 0);
    return error != 0;
}
