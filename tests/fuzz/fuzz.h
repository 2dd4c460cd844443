/* Shared by the fuzzers: reads values from the input, and zeros after its end. */
#ifndef OMNIACM_TESTS_FUZZ_H
#define OMNIACM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

/* Returns a big-endian number of up to 4 bytes. */
static inline uint32_t take(struct input *input, unsigned bytes)
{
    uint32_t value = 0;

    for (; bytes--; input->size -= input->size != 0)
        value = value << 8 | (input->size ? *input->data++ : 0);
    return value;
}

/* Aborts, which makes the fuzzer save the input, unless the condition is true. */
#define MUST(condition) \
    do { \
        if (!(condition)) \
            abort(); \
    } while (0)

#endif
