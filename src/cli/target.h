/* The format of a result, and the stream that makes it. */
#ifndef OMNIACM_CLI_TARGET_H
#define OMNIACM_CLI_TARGET_H

#include "conversion.h"

/* Determines the tag of the result and job->side. Returns EXIT_SUCCESS, or EXIT_FAILURE after a
 * warning. */
int target_choose(struct conversion *job, DWORD *tag);

/* Opens job->stream for a format with this tag, job->target. */
bool target_open(struct conversion *job, DWORD tag);

/* Explains that no driver of any kind could be opened. Returns EXIT_FAILURE. */
int target_refuse(const struct conversion *job, DWORD tag);

/* Finds the format that a driver makes of `from`, with the same rate and channels. Returns false if
 * the driver suggests none. */
bool target_suggest(const WAVEFORMATEX *from, HACMDRIVER, DWORD tag, union format *target);

#endif
