/* The memory and the handles of a program, for tests that nothing is left behind. */
#ifndef OMNIACM_TESTS_LEAKS_H
#define OMNIACM_TESTS_LEAKS_H

#include <windows.h>

/* The allocated bytes of the process heap. */
static inline size_t heap_bytes(void)
{
    PROCESS_HEAP_ENTRY entry = { 0 };
    size_t bytes = 0;

    HeapLock(GetProcessHeap());
    while (HeapWalk(GetProcessHeap(), &entry))
        bytes += entry.wFlags & PROCESS_HEAP_ENTRY_BUSY ? entry.cbData : 0;
    HeapUnlock(GetProcessHeap());
    return bytes;
}

/* The next free handle, which changes if handles leak. (Wine does not count them.) */
static inline DWORD_PTR next_handle(void)
{
    HANDLE event = CreateEventA(0, 0, 0, 0);

    CloseHandle(event);
    return (DWORD_PTR)event;
}

#endif
