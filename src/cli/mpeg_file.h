/* Streams of MPEG audio. */
#ifndef OMNIACM_CLI_MPEG_FILE_H
#define OMNIACM_CLI_MPEG_FILE_H

#include "frames.h"

enum { TAG_MPEG = 0x50, TAG_MPEGLAYER3 = 0x55 };

/* As frames_scan and frames_open. */
void mpeg_scan(const struct wav *, struct frame_facts *);
bool mpeg_open(struct wav *, const struct wav_io *);

#endif
