/* Why a conversion is refused, in words that a person can act on. */
#ifndef OMNIACM_CLI_REASONS_H
#define OMNIACM_CLI_REASONS_H

#include "drivers.h"

/* Nobody decodes `from`. */
int refuse_source(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from);

/* Nobody makes `tag` of `from`, which is PCM. */
int refuse_target(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from, DWORD tag);

/* Nobody makes `tag` of it at that bit rate. */
int refuse_rate(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from, DWORD tag,
                double kbits);

/* What an error of msacm32 means. */
const wchar_t *acm_words(MMRESULT);

#endif
