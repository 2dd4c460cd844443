#ifndef OMNIACM_TESTS_PCM_LIKE_H
#define OMNIACM_TESTS_PCM_LIKE_H

#include <windows.h>
#include <mmsystem.h>

/* 16-bit PCM with the sample rate and channels of a format. */
static inline WAVEFORMATEX pcm_like(const WAVEFORMATEX *format)
{
    WORD align = (WORD)(format->nChannels * 2);

    return (WAVEFORMATEX){ WAVE_FORMAT_PCM,
                           format->nChannels,
                           format->nSamplesPerSec,
                           format->nSamplesPerSec * align,
                           align,
                           16,
                           0 };
}

#endif
