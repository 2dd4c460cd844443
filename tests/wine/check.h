/* TAP output for programs that run in Wine. */
#ifndef OMNIACM_TESTS_CHECK_H
#define OMNIACM_TESTS_CHECK_H

#include <stdio.h>
#include <wchar.h>
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>
#include "pcm_like.h"

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

/* The tags that a codec converts from and to. */
static inline BOOL is_pcm(DWORD tag)
{
    return tag == WAVE_FORMAT_PCM || tag == WAVE_FORMAT_IEEE_FLOAT || tag == WAVE_FORMAT_EXTENSIBLE;
}

static inline BOOL is_ours(HACMDRIVERID id)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };

    return acmDriverDetailsW(id, &details, 0) == 0 && wcscmp(details.szShortName, L"OmniACM") == 0;
}

/* For acmDriverEnum: finds our driver. */
static inline BOOL CALLBACK find_driver(HACMDRIVERID id, DWORD_PTR found, DWORD support)
{
    (void)support;
    if (!is_ours(id))
        return TRUE;
    *(HACMDRIVERID *)found = id;
    return FALSE;
}

/* True if the driver encodes the format. Of a format that is only decoded, exactly the encoder is
 * refused. */
static inline BOOL encodes(HACMDRIVER driver, WAVEFORMATEX *pcm, WAVEFORMATEX *format)
{
    MMRESULT result = acmStreamOpen(0, driver, pcm, format, 0, 0, 0, ACM_STREAMOPENF_QUERY);

    CHECK(result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE);
    CHECK(acmStreamOpen(0, driver, format, pcm, 0, 0, 0, ACM_STREAMOPENF_QUERY) == 0);
    return result == MMSYSERR_NOERROR;
}

static inline int tests_end(void)
{
    printf("1..%d\n", checks);
    return failures != 0;
}

/* Whether the decoder of a tag searches for frames, which random bytes have not. */
static inline BOOL needs_frames(WORD tag) { return tag == 0x50 || tag == 0x55 || tag == 0x2000; }

#endif
