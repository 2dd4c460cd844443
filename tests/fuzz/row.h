/* A row of the table under a header: one that it completes, or any. */
#ifndef OMNIACM_TESTS_FUZZ_ROW_H
#define OMNIACM_TESTS_FUZZ_ROW_H

#include "fuzz.h"
#include "stream.h"

/* Fills both formats and the plan; false where the row refuses, or where a stream would be larger
 * than anyone has. */
bool row_take(struct input *, struct plan *, struct options *, bool decoding);

/* Converts in pieces that the input chooses, out of and into buffers of just their sizes. */
void row_convert(struct input *, const struct plan *, const struct options *);

#endif
