/* Streams of AC-3. */
#ifndef OMNIACM_CLI_AC3_FILE_H
#define OMNIACM_CLI_AC3_FILE_H

#include "frames.h"

enum { TAG_AC3 = 0x2000 };

/* As frames_scan and frames_open. Only the beginning of a file is searched for its first frame. */
void ac3_scan(const struct wav *, struct frame_facts *);
bool ac3_open(struct wav *, const struct wav_io *);

#endif
