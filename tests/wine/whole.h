/* A WAV file, and all of its sound from one call, for programs that compare it with other calls. */
#ifndef OMNIACM_TESTS_WHOLE_H
#define OMNIACM_TESTS_WHOLE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

struct file {
    BYTE *bytes, *data;
    WAVEFORMATEX *format;
    DWORD size;
};

/* The format and data of a WAV file whose chunks are complete. */
static inline struct file file_read(const char *name)
{
    struct file file = { 0 };
    FILE *in = fopen(name, "rb");
    long length;

    if (!in)
        return file;
    fseek(in, 0, SEEK_END);
    length = ftell(in);
    rewind(in);
    file.bytes = malloc((size_t)length + 8);
    if (fread(file.bytes, 1, (size_t)length, in) != (size_t)length)
        length = 0;
    fclose(in);
    for (long at = 12; at + 8 <= length;) {
        DWORD size;

        memcpy(&size, file.bytes + at + 4, 4);
        if (memcmp(file.bytes + at, "fmt ", 4) == 0)
            file.format = (WAVEFORMATEX *)(void *)(file.bytes + at + 8);
        if (memcmp(file.bytes + at, "data", 4) == 0) {
            file.data = file.bytes + at + 8;
            file.size = min(size, (DWORD)(length - at - 8));
        }
        at += 8 + (long)size + (long)(size & 1);
    }
    return file;
}

/* The file that the program's only argument names; without one, the program ends. */
static inline struct file file_of(int argc, char **argv)
{
    struct file file = { 0 };

    if (argc == 2)
        file = file_read(argv[1]);
    if (!file.format || !file.data)
        exit(2);
    return file;
}

/* The format of the file as 16-bit PCM. */
static inline WAVEFORMATEX pcm_of(struct file file)
{
    WAVEFORMATEX pcm = { .wFormatTag = WAVE_FORMAT_PCM, .wBitsPerSample = 16 };

    pcm.nChannels = file.format->nChannels;
    pcm.nSamplesPerSec = file.format->nSamplesPerSec;
    pcm.nBlockAlign = (WORD)(2 * pcm.nChannels);
    pcm.nAvgBytesPerSec = pcm.nSamplesPerSec * pcm.nBlockAlign;
    return pcm;
}

struct sound {
    BYTE *data;
    DWORD size;
};

/* The whole file, decoded by our driver in one call. The size is 0 if it fails. */
static inline struct sound decode(struct file file)
{
    WAVEFORMATEX pcm = pcm_of(file);
    ACMSTREAMHEADER header = { .cbStruct = sizeof header };
    HACMSTREAM stream = 0;
    HACMDRIVERID id = 0;
    DWORD size = 0;

    CHECK(acmStreamOpen(&stream, 0, file.format, &pcm, 0, 0, 0, 0) == 0);
    CHECK(acmDriverID((HACMOBJ)stream, &id, 0) == 0 && is_ours(id));
    acmStreamSize(stream, file.size, &size, ACM_STREAMSIZEF_SOURCE);
    header.pbSrc = file.data;
    header.cbSrcLength = file.size;
    header.pbDst = malloc(size);
    header.cbDstLength = size;
    CHECK(acmStreamPrepareHeader(stream, &header, 0) == 0);
    CHECK(acmStreamConvert(stream, &header, ACM_STREAMCONVERTF_END) == 0);
    acmStreamUnprepareHeader(stream, &header, 0);
    acmStreamClose(stream, 0);
    return (struct sound){ header.pbDst, header.cbDstLengthUsed };
}

/* Whether a player that cannot tell the driver of the end of the stream receives all of it. Of MS
 * ADPCM, Wine prepares no header for a part of a block; if every media sample is one block, the
 * driver keeps less than two. */
static inline BOOL is_all(struct file file, DWORD sample, DWORD made, DWORD size)
{
    WORD block = file.format->nBlockAlign;

    if (file.format->wFormatTag == WAVE_FORMAT_ADPCM && sample == block)
        return made <= size && size - made < 2 * 2 * 2 * (DWORD)block;
    return made == size;
}

#endif
