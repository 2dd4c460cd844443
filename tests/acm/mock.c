#include <stdlib.h>
#include <string.h>
#include "mock.h"

struct heap heap;
struct told told[4];
unsigned told_count;
struct passed passed;
unsigned passed_count;

void mock_fresh(void)
{
    heap = (struct heap){ .fill = 0xA5 };
    memset(told, 0, sizeof told);
    memset(&passed, 0, sizeof passed);
    told_count = passed_count = 0;
}

HANDLE WINAPI GetProcessHeap(void) { return &heap; }

LPVOID WINAPI HeapAlloc(HANDLE of, DWORD flags, SIZE_T size)
{
    void *block;

    if (of != &heap || size > HEAP_MOST || (heap.failing && --heap.failing == 0))
        return 0;
    block = malloc(size);
    memset(block, flags & HEAP_ZERO_MEMORY ? 0 : heap.fill, size);
    heap.live++;
    heap.made++;
    heap.largest = size > heap.largest ? size : heap.largest;
    return block;
}

BOOL WINAPI HeapFree(HANDLE of, DWORD flags, LPVOID block)
{
    (void)flags;
    if (of != &heap || !block)
        return FALSE;
    heap.live--;
    free(block);
    return TRUE;
}

LRESULT WINAPI DefDriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second)
{
    passed = (struct passed){ id, driver, message, first, second };
    passed_count++;
    return DEFAULT_ANSWER;
}

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message, DWORD_PTR user, DWORD_PTR first,
                           DWORD_PTR second)
{
    const struct stream_header *header = (const void *)first;
    struct told *call = &told[told_count++ % (sizeof told / sizeof *told)];

    *call = (struct told){ callback, user, first, second, flags, message, device, 0, 0, 0 };
    if (header) {
        call->status = header->fdwStatus;
        call->used = header->cbSrcLengthUsed;
        call->made = header->cbDstLengthUsed;
    }
    return TRUE;
}
