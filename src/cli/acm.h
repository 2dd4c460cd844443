/* The functions of msacm32.dll that the program calls. The library is loaded on the first call to
 * one of them. `install` and `uninstall` never do: when a program ends, msacm32 writes its cache of
 * the drivers' formats, ours included. If the system has no msacm32.dll, as Windows Server Core,
 * functions of our own take its place. */
#ifndef OMNIACM_CLI_ACM_H
#define OMNIACM_CLI_ACM_H

#include <windows.h>
#include <mmreg.h>
#include <msacm.h>

/* ACM_FUNCTION(name, parameters, arguments) */
#define ACM_FUNCTIONS \
    ACM_FUNCTION(acmDriverAddW, \
                 (HACMDRIVERID * id, HINSTANCE module, LPARAM proc, DWORD priority, DWORD flags), \
                 (id, module, proc, priority, flags)) \
    ACM_FUNCTION(acmDriverClose, (HACMDRIVER driver, DWORD flags), (driver, flags)) \
    ACM_FUNCTION(acmDriverDetailsW, (HACMDRIVERID id, ACMDRIVERDETAILSW * details, DWORD flags), \
                 (id, details, flags)) \
    ACM_FUNCTION(acmDriverEnum, (ACMDRIVERENUMCB each, DWORD_PTR context, DWORD flags), \
                 (each, context, flags)) \
    ACM_FUNCTION(acmDriverID, (HACMOBJ object, HACMDRIVERID * id, DWORD flags), \
                 (object, id, flags)) \
    ACM_FUNCTION(acmDriverOpen, (HACMDRIVER * driver, HACMDRIVERID id, DWORD flags), \
                 (driver, id, flags)) \
    ACM_FUNCTION(acmDriverRemove, (HACMDRIVERID id, DWORD flags), (id, flags)) \
    ACM_FUNCTION(acmFormatDetailsW, (HACMDRIVER driver, ACMFORMATDETAILSW * details, DWORD flags), \
                 (driver, details, flags)) \
    ACM_FUNCTION( \
        acmFormatSuggest, \
        (HACMDRIVER driver, WAVEFORMATEX * from, WAVEFORMATEX * to, DWORD size, DWORD flags), \
        (driver, from, to, size, flags)) \
    ACM_FUNCTION(acmFormatTagDetailsW, \
                 (HACMDRIVER driver, ACMFORMATTAGDETAILSW * details, DWORD flags), \
                 (driver, details, flags)) \
    ACM_FUNCTION(acmStreamClose, (HACMSTREAM stream, DWORD flags), (stream, flags)) \
    ACM_FUNCTION(acmStreamConvert, (HACMSTREAM stream, ACMSTREAMHEADER * header, DWORD flags), \
                 (stream, header, flags)) \
    ACM_FUNCTION(acmStreamOpen, \
                 (HACMSTREAM * stream, HACMDRIVER driver, WAVEFORMATEX * from, WAVEFORMATEX * to, \
                  WAVEFILTER * filter, DWORD_PTR callback, DWORD_PTR context, DWORD flags), \
                 (stream, driver, from, to, filter, callback, context, flags)) \
    ACM_FUNCTION(acmStreamPrepareHeader, \
                 (HACMSTREAM stream, ACMSTREAMHEADER * header, DWORD flags), \
                 (stream, header, flags)) \
    ACM_FUNCTION(acmStreamSize, (HACMSTREAM stream, DWORD from, DWORD * to, DWORD flags), \
                 (stream, from, to, flags)) \
    ACM_FUNCTION(acmStreamUnprepareHeader, \
                 (HACMSTREAM stream, ACMSTREAMHEADER * header, DWORD flags), \
                 (stream, header, flags))

struct acm {
#define ACM_FUNCTION(name, parameters, arguments) MMRESULT(WINAPI *name) parameters;
    ACM_FUNCTIONS
#undef ACM_FUNCTION
};

/* The same functions for our driver alone, without msacm32. */
extern const struct acm acm_without_msacm32;

#endif
