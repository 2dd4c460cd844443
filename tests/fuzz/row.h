/* A codec and a header for it: one that the codec completes, or an arbitrary one. */
#ifndef OMNIACM_TESTS_FUZZ_ROW_H
#define OMNIACM_TESTS_FUZZ_ROW_H

#include "fuzz.h"
#include "convert.h"

/* Chooses the formats, also PCM of another rate, the plan and the options. Returns false if the
 * codec refuses the format, or if the stream would need an unreasonable amount of memory. */
bool conversion_take(struct input *, struct conversion *, struct options *, bool decoding);

/* Converts in pieces that the input chooses. The buffers have exactly their sizes, so that
 * sanitizers detect an access beyond them. */
void conversion_run(struct input *, const struct conversion *, const struct options *);

#endif
