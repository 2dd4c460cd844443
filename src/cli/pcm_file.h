/* PCM files in memory, for measuring. */
#ifndef OMNIACM_CLI_PCM_FILE_H
#define OMNIACM_CLI_PCM_FILE_H

#include <windows.h>
#include <mmreg.h>
#include <stdbool.h>
#include <stdint.h>

struct pcm_file {
    WAVEFORMATEX wfx; /* 16-bit PCM */
    int16_t *samples;
    DWORD frames, bytes;
};

/* Loads a PCM file and converts it to 16 bits. Returns false after a warning. */
bool pcm_file_load(struct pcm_file *, const wchar_t *path);
void pcm_file_free(struct pcm_file *);

/* The signal-to-noise ratio of `count` decoded samples in dB, at the codec's delay, which is the
 * one of up to MAX_DELAY samples that gives the best ratio; infinite if the samples are equal. The
 * longest delay is that of WMA, 2048. */
enum { MAX_DELAY = 2400 };
double pcm_file_snr(const struct pcm_file *, const int16_t *decoded, DWORD count);

#endif
