/* The implementation of memmove. */
#ifndef OMNIACM_MOVE_BYTES_H
#define OMNIACM_MOVE_BYTES_H

#include <stddef.h>
#include <stdint.h>

typedef uint8_t bytes16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t bytes8 __attribute__((aligned(1), may_alias));
typedef uint32_t bytes4 __attribute__((aligned(1), may_alias));

/* From the beginning and to the end, which may overlap. */
#define MOVE_ENDS(type) \
    do { \
        type head = *(const type *)f, tail = *(const type *)(f + n - sizeof(type)); \
        *(type *)t = head; \
        *(type *)(t + n - sizeof(type)) = tail; \
    } while (0)

/* Codecs move a few bytes at a time: up to 32 take no loop. The first and the last 16 bytes are
 * read before others are written, since the two areas may overlap. */
static inline void move_bytes(uint8_t *t, const uint8_t *f, size_t n)
{
    bytes16 first, last;

    if (n < 16) {
        if (n >= 8)
            MOVE_ENDS(bytes8);
        else if (n >= 4)
            MOVE_ENDS(bytes4);
        else if (n != 0) {
            uint8_t middle = f[n / 2];

            MOVE_ENDS(uint8_t);
            t[n / 2] = middle;
        }
        return;
    }
    first = *(const bytes16 *)f;
    last = *(const bytes16 *)(f + n - 16);
    if ((uintptr_t)t - (uintptr_t)f < n) { /* `t` begins within `f` */
        for (size_t i = n - 16; i > 16; i -= 16)
            *(bytes16 *)(t + i - 16) = *(const bytes16 *)(f + i - 16);
    } else {
        for (size_t i = 16; i < n - 16; i += 16)
            *(bytes16 *)(t + i) = *(const bytes16 *)(f + i);
    }
    *(bytes16 *)t = first;
    *(bytes16 *)(t + n - 16) = last;
}

#endif
