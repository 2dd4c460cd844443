/* Decodes arbitrary bytes with any codec and any header, in pieces of any size. */
#include "row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct options options;
    struct conversion plan;

    if (conversion_take(&input, &plan, &options, true))
        conversion_run(&input, &plan, &options);
    return 0;
}
