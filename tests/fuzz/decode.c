/* Every row, decoding any bytes under any header, in pieces of any size. */
#include "row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct options options;
    struct plan plan;

    if (row_take(&input, &plan, &options, true))
        row_convert(&input, &plan, &options);
    return 0;
}
