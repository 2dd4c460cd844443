/* The interface between msacm32 and a codec driver: the SDK's msacmdrv.h, which mingw-w64 lacks.
 *
 * On x64 Microsoft packs ACMDRVSTREAMINSTANCE and ACMDRVFORMATSUGGEST to one byte, and Wine aligns
 * them naturally, so that their members are at different offsets; cbStruct tells the layouts apart.
 * Only the functions below access these structures in the caller's memory. The driver itself works
 * on copies in the natural layout. On x86 both layouts are the same. */
#ifndef OMNIACM_MSACMDRV_H
#define OMNIACM_MSACMDRV_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>

/* ACMDM_DRIVER_ABOUT (11) is in msacm.h. */
enum {
    ACMDM_DRIVER_NOTIFY = ACMDM_BASE + 1,
    ACMDM_DRIVER_DETAILS = ACMDM_BASE + 10,
    ACMDM_HARDWARE_WAVE_CAPS_INPUT = ACMDM_BASE + 20,
    ACMDM_HARDWARE_WAVE_CAPS_OUTPUT = ACMDM_BASE + 21,
    ACMDM_FORMATTAG_DETAILS = ACMDM_BASE + 25,
    ACMDM_FORMAT_DETAILS = ACMDM_BASE + 26,
    ACMDM_FORMAT_SUGGEST = ACMDM_BASE + 27,
    ACMDM_FILTERTAG_DETAILS = ACMDM_BASE + 50,
    ACMDM_FILTER_DETAILS = ACMDM_BASE + 51,
    ACMDM_STREAM_OPEN = ACMDM_BASE + 76,
    ACMDM_STREAM_CLOSE = ACMDM_BASE + 77,
    ACMDM_STREAM_SIZE = ACMDM_BASE + 78,
    ACMDM_STREAM_CONVERT = ACMDM_BASE + 79,
    ACMDM_STREAM_RESET = ACMDM_BASE + 80,
    ACMDM_STREAM_PREPARE = ACMDM_BASE + 81,
    ACMDM_STREAM_UNPREPARE = ACMDM_BASE + 82,
    ACMDM_STREAM_UPDATE = ACMDM_BASE + 83
};

#define MAKE_ACM_VERSION(major, minor, build) \
    ((DWORD)(major) << 24 | (DWORD)(minor) << 16 | (DWORD)(build))

#define STREAMINSTANCE_MEMBERS \
    DWORD cbStruct; \
    WAVEFORMATEX *pwfxSrc, *pwfxDst; \
    WAVEFILTER *pwfltr; \
    DWORD_PTR dwCallback, dwInstance; \
    DWORD fdwOpen, fdwDriver; \
    DWORD_PTR dwDriver; \
    HANDLE has;

#define FORMATSUGGEST_MEMBERS \
    DWORD cbStruct, fdwSuggest; \
    WAVEFORMATEX *pwfxSrc; \
    DWORD cbwfxSrc; \
    WAVEFORMATEX *pwfxDst; \
    DWORD cbwfxDst;

/* Wine's layouts. */
typedef struct {
    STREAMINSTANCE_MEMBERS
} ACMDRVSTREAMINSTANCE;

typedef struct {
    FORMATSUGGEST_MEMBERS
} ACMDRVFORMATSUGGEST;

#pragma pack(push, 1)
/* Microsoft's layouts. */
typedef struct {
    STREAMINSTANCE_MEMBERS
} ACMDRVSTREAMINSTANCE_PACKED;

typedef struct {
    FORMATSUGGEST_MEMBERS
} ACMDRVFORMATSUGGEST_PACKED;

/* The others are packed in both. */
typedef struct {
    DWORD cbStruct;
    FOURCC fccType, fccComp;
    DWORD dwVersion, dwFlags, dwError;
    const WCHAR *pszSectionName, *pszAliasName;
    DWORD dnDevNode;
} ACMDRVOPENDESCW;

typedef struct {
    DWORD cbStruct, fdwSize, cbSrcLength, cbDstLength;
} ACMDRVSTREAMSIZE;

typedef struct ACMDRVSTREAMHEADER {
    DWORD cbStruct, fdwStatus;
    DWORD_PTR dwUser;
    BYTE *pbSrc;
    DWORD cbSrcLength, cbSrcLengthUsed;
    DWORD_PTR dwSrcUser;
    BYTE *pbDst;
    DWORD cbDstLength, cbDstLengthUsed;
    DWORD_PTR dwDstUser;
    DWORD fdwConvert;
    struct ACMDRVSTREAMHEADER *padshNext;
    DWORD fdwDriver;
    DWORD_PTR dwDriver;
    DWORD fdwPrepared;
    DWORD_PTR dwPrepared;
    BYTE *pbPreparedSrc;
    DWORD cbPreparedSrcLength;
    BYTE *pbPreparedDst;
    DWORD cbPreparedDstLength;
} ACMDRVSTREAMHEADER;
#pragma pack(pop)

/* Copies the structure that a message's parameter points to, in whichever layout it is. cbStruct is
 * unspecified in the copy. False if the structure is too short for both layouts. */
BOOL instance_read(LPARAM parameter, ACMDRVSTREAMINSTANCE *);
BOOL suggest_read(LPARAM parameter, ACMDRVFORMATSUGGEST *);

/* Writes dwDriver, the only member that belongs to the driver. */
void instance_set_driver(LPARAM parameter, DWORD_PTR);

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message,
                           DWORD_PTR user, DWORD_PTR first, DWORD_PTR second);

#endif
