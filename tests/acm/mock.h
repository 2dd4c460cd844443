/* The little of Windows that the driver calls, played by the tests: an account of what is
 * allocated, and of what is told. */
#ifndef OMNIACM_TESTS_ACM_MOCK_H
#define OMNIACM_TESTS_ACM_MOCK_H

#include <stddef.h>
#include "msacmdrv.h"

struct heap {
    size_t live, made, largest; /* blocks alive, blocks ever made, bytes of the largest */
    size_t failing;             /* the block whose making fails: 1 is the next; 0 is none */
    unsigned char fill;         /* what fresh memory holds */
};
extern struct heap heap;

/* A block larger than this is not had; a header of 65535 channels may ask for more. */
enum { HEAP_MOST = 1 << 24 };

/* The last calls of DriverCallback, and what a stream's header held at that moment. */
struct told {
    DWORD_PTR callback, user, first, second;
    DWORD flags, message;
    HDRVR device;
    DWORD status, used, made;
};
extern struct told told[4];
extern unsigned told_count;

/* The last call of DefDriverProc, which answers DEFAULT_ANSWER. */
struct passed {
    DWORD_PTR id;
    HDRVR driver;
    UINT message;
    LPARAM first, second;
};
extern struct passed passed;
extern unsigned passed_count;
enum { DEFAULT_ANSWER = 0x5EED };

/* OMNIACM_SETTINGS, or a null pointer; and the values below the driver's key. */
extern const char *environment;
struct registered {
    const char *value; /* a null pointer ends them */
    DWORD type;        /* REG_DWORD or REG_MULTI_SZ */
    DWORD number;
    const char *strings; /* each with its 0, one more at the end */
};
extern struct registered registered[8];
extern unsigned registry_reads;    /* keys that were looked for */
extern DWORD64 processor_features; /* bit n: IsProcessorFeaturePresent(n) */
extern BOOL registry_is_closed;    /* nothing can be written */
extern BOOL kernel_has_registry; /* RegGetValueW in kernel32, as since Windows 7, or in advapi32 */

/* A handle that user32 lends while it is loaded, or null: then there is no user32 to be had. */
extern HICON icon_lent;

extern long libraries_loaded; /* and not freed again */
extern long keys_open;

/* What is asked of Windows that it may not have: memory, libraries, functions, values and keys of
 * the registry. One of these requests can fail: 1 is the next, 0 is none. */
extern unsigned requests, request_failing;

/* Forgets everything. */
void mock_fresh(void);

#endif
