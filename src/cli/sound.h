/* PCM in memory, for measuring. */
#ifndef OMNIACM_CLI_SOUND_H
#define OMNIACM_CLI_SOUND_H

#include <windows.h>
#include <mmreg.h>
#include <stdbool.h>
#include <stdint.h>

struct sound {
    WAVEFORMATEX wfx; /* 16 bits */
    int16_t *samples;
    DWORD frames, bytes;
};

/* The sound of a PCM file, made 16 bits wide; false, and a note, where it cannot be. */
bool sound_load(struct sound *, const wchar_t *path);
void sound_free(struct sound *);

/* The signal-to-noise ratio in dB of `count` decoded samples, at the delay of up to DELAY_AT_MOST
 * samples that gives the best; infinite where they are equal. */
enum { DELAY_AT_MOST = 400 };
double sound_snr(const struct sound *, const int16_t *decoded, DWORD count);

#endif
