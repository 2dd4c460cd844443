/* TAP output for programs that run in Wine. */
#ifndef OMNIACM_TESTS_CHECK_H
#define OMNIACM_TESTS_CHECK_H

#include <stdio.h>
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>

static int checks, failures;

/* Records the first failed condition of a test, which test_end reports with its line. */
#define CHECK(condition) \
    do { \
        if (!(condition) && !failed_line) { \
            failed_line = __LINE__; \
            failed_text = #condition; \
        } \
    } while (0)
static int failed_line;
static const char *failed_text;

static inline void test_end(const char *name)
{
    printf("%s %d - %s\n", failed_line ? "not ok" : "ok", ++checks, name);
    if (failed_line)
        printf("# line %d: %s\n", failed_line, failed_text);
    failures += failed_line != 0;
    failed_line = 0;
}

static inline int tests_end(void)
{
    printf("1..%d\n", checks);
    return failures != 0;
}

#endif
