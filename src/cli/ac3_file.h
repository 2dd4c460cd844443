/* .ac3 files, which have no header but those of their frames. */
#ifndef OMNIACM_CLI_AC3_FILE_H
#define OMNIACM_CLI_AC3_FILE_H

#include "wav.h"

enum { TAG_AC3 = 0x2000 };

/* Whether a path has the extension of AC-3. */
bool ac3_is_named(const wchar_t *path);

/* Makes `wav` the whole of such a file, with the format of its first frame; false if it has none
 * near its beginning. */
bool ac3_open(struct wav *, const struct wav_io *);

#endif
