/* This program run again in a process of its own, where a driver may crash: another driver than
 * ours is not trusted with a file. An exception handler would not do, because the crashed driver
 * may have damaged the heap, and holds locks of msacm32; and MinGW has no structured exceptions in
 * 32 bits. */
#ifndef OMNIACM_CLI_CHILD_H
#define OMNIACM_CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* The option of a command that runs in such a process, and asks all drivers itself. */
#define OPTION_ANY_DRIVER L"--any-driver"

struct child {
    unsigned long code; /* exit code, or that of the exception that ended the process */
    struct child_text {
        char *bytes;
        size_t size, room;
    } out, err;
};

/* Runs this program with these arguments, a NULL-terminated list, and waits for its end. Returns
 * false if it cannot be started; the system's error then says why. */
bool child_run(struct child *, const wchar_t *const *args);

/* Returns true if the process did not end by itself. */
bool child_crashed(const struct child *);

/* The kind of exception; valid until the next call. */
const wchar_t *child_reason(const struct child *);

/* Prints what the process printed. */
void child_relay(const struct child *);

void child_free(struct child *);

/* Makes this process such a one: an exception ends it, without a dialog or a debugger. */
void child_begin(void);

/* Returns true if this process may give a file to another driver than ours. */
bool is_child(void);

#endif
