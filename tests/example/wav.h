/* WAV files for the examples, as short as they can be: no sizes beyond 4 GB, no fact chunk. */
#ifndef EXAMPLE_WAV_H
#define EXAMPLE_WAV_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <mmreg.h>

/* Returns the data of a chunk and its size, or a null pointer if the file has no such chunk. */
static BYTE *find_chunk(BYTE *file, DWORD size, const char *name, DWORD *found)
{
    for (DWORD at = 12; at + 8 <= size; at += 8 + *found + *found % 2) {
        memcpy(found, file + at + 4, 4);
        if (*found > size - at - 8)
            *found = size - at - 8;
        if (memcmp(file + at, name, 4) == 0)
            return file + at + 8;
    }
    return 0;
}

static int write_wav(const wchar_t *path, const WAVEFORMATEX *pcm, const BYTE *sound, DWORD size)
{
    DWORD riff = 36 + size, fmt = 16;
    FILE *file = _wfopen(path, L"wb");

    if (!file)
        return 0;
    fwrite("RIFF", 4, 1, file);
    fwrite(&riff, 4, 1, file);
    fwrite("WAVEfmt ", 8, 1, file);
    fwrite(&fmt, 4, 1, file);
    fwrite(pcm, 16, 1, file);
    fwrite("data", 4, 1, file);
    fwrite(&size, 4, 1, file);
    fwrite(sound, size, 1, file);
    return fclose(file) == 0;
}

static BYTE *read_file(const wchar_t *path, DWORD *size)
{
    FILE *file = _wfopen(path, L"rb");
    BYTE *bytes;

    if (!file)
        return 0;
    fseek(file, 0, SEEK_END);
    *size = (DWORD)ftell(file);
    rewind(file);
    bytes = malloc(*size + 1);
    *size = (DWORD)fread(bytes, 1, *size, file);
    fclose(file);
    return bytes;
}

#endif
