/* A mock of the few Windows functions that the driver calls. It counts allocations, and records
 * calls of the callbacks. */
#ifndef OMNIACM_TESTS_ACM_MOCK_H
#define OMNIACM_TESTS_ACM_MOCK_H

#include <stddef.h>
#include "msacmdrv.h"

struct heap {
    size_t live, made, largest; /* allocated blocks, all blocks so far, bytes of the largest */
    size_t failing;             /* the allocation that fails: 1 is the next, 0 is none */
    unsigned char fill;         /* the contents of new memory */
};
extern struct heap heap;

/* Larger allocations fail; a format with 65535 channels may need more. */
enum { HEAP_MOST = 1 << 24 };

/* The last calls of DriverCallback, with the contents of the stream's header at that time. */
struct callback {
    DWORD_PTR callback, user, first, second;
    DWORD flags, message;
    HDRVR device;
    DWORD status, used, made;
};
extern struct callback callbacks[4];
extern unsigned callback_count;

/* The last call of DefDriverProc, which returns DEFAULT_ANSWER. */
struct passed {
    DWORD_PTR id;
    HDRVR driver;
    UINT message;
    LPARAM first, second;
};
extern struct passed passed;
extern unsigned passed_count;
enum { DEFAULT_ANSWER = 0x5EED };

/* OMNIACM_SETTINGS or a null pointer, and the values of the driver's registry key. */
extern const char *environment;
struct registered {
    const char *value; /* a null pointer after the last */
    DWORD type;        /* REG_DWORD or REG_MULTI_SZ */
    DWORD number;
    const char *strings; /* REG_MULTI_SZ: an empty string ends the list */
};
extern struct registered registered[8];
extern unsigned registry_reads;    /* attempts to open a key */
extern unsigned registry_queries;  /* attempts to read a value */
extern DWORD64 processor_features; /* bit n: IsProcessorFeaturePresent(n) */
extern BOOL registry_is_closed;    /* writing fails */
extern BOOL kernel_has_registry;   /* RegGetValueW in kernel32 (since Windows 7) or in advapi32 */

/* The icon that LoadIconW returns, or null: then user32 cannot be loaded. */
extern HICON icon_lent;

extern long libraries_loaded; /* and not yet freed */
extern long keys_open;

/* Requests that can fail in Windows: memory, libraries, functions, keys and values of the registry.
 * `request_failing` selects the one that does: 1 is the next, 0 is none. */
extern unsigned requests, request_failing;

/* Resets everything. */
void mock_fresh(void);

#endif
