/* Explanations of why a conversion is not possible, and what the user can do. */
#ifndef OMNIACM_CLI_ERRORS_H
#define OMNIACM_CLI_ERRORS_H

#include "drivers.h"

/* Each explains a failure with fail(), and returns its exit code. */

/* No driver decodes `from`. */
int refuse_source(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from);

/* Ours does not decode `from`, and its header is not given to the others, whose names these are,
 * because of this fault. */
int refuse_untrusted(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from,
                     const wchar_t *fault, const wchar_t *names);

/* No driver encodes `tag` from the PCM format `from`. */
int refuse_target(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from, DWORD tag);

/* No driver encodes `tag` from `from` at this bit rate. */
int refuse_bitrate(const struct drivers *, const wchar_t *path, const WAVEFORMATEX *from, DWORD tag,
                   double kbits);

/* The text of an msacm32 error code; valid until the next call. */
const wchar_t *acm_error_text(MMRESULT);

#endif
