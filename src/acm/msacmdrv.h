/* The ACM driver interface that mingw-w64 lacks: messages and structures between msacm32 and a
 * codec driver.
 *
 * On x64 Microsoft packs two of the structures to one byte and Wine aligns them naturally, so that
 * their members lie at other offsets; cbStruct tells which one it is. They are read by
 * `instance_of` and `suggestion_of` alone. */
#ifndef OMNIACM_MSACMDRV_H
#define OMNIACM_MSACMDRV_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>

enum {
    DRIVER_NOTIFY = ACMDM_BASE + 1,
    DRIVER_DETAILS = ACMDM_BASE + 10,
    DRIVER_ABOUT = ACMDM_BASE + 11,
    HARDWARE_WAVE_CAPS_INPUT = ACMDM_BASE + 20,
    HARDWARE_WAVE_CAPS_OUTPUT = ACMDM_BASE + 21,
    FORMATTAG_DETAILS = ACMDM_BASE + 25,
    FORMAT_DETAILS = ACMDM_BASE + 26,
    FORMAT_SUGGEST = ACMDM_BASE + 27,
    FILTERTAG_DETAILS = ACMDM_BASE + 50,
    FILTER_DETAILS = ACMDM_BASE + 51,
    STREAM_OPEN = ACMDM_BASE + 76,
    STREAM_CLOSE = ACMDM_BASE + 77,
    STREAM_SIZE = ACMDM_BASE + 78,
    STREAM_CONVERT = ACMDM_BASE + 79,
    STREAM_RESET = ACMDM_BASE + 80,
    STREAM_PREPARE = ACMDM_BASE + 81,
    STREAM_UNPREPARE = ACMDM_BASE + 82,
    STREAM_UPDATE = ACMDM_BASE + 83
};

#define ACM_VERSION(major, minor, build) \
    ((DWORD)(major) << 24 | (DWORD)(minor) << 16 | (DWORD)(build))

#define INSTANCE_MEMBERS \
    DWORD cbStruct; \
    WAVEFORMATEX *pwfxSrc, *pwfxDst; \
    WAVEFILTER *pwfltr; \
    DWORD_PTR dwCallback, dwInstance; \
    DWORD fdwOpen, fdwDriver; \
    DWORD_PTR dwDriver; \
    HANDLE has;

#define SUGGESTION_MEMBERS \
    DWORD cbStruct, fdwSuggest; \
    WAVEFORMATEX *pwfxSrc; \
    DWORD cbwfxSrc; \
    WAVEFORMATEX *pwfxDst; \
    DWORD cbwfxDst;

struct instance {
    INSTANCE_MEMBERS
};
struct suggestion {
    SUGGESTION_MEMBERS
};

#pragma pack(push, 1)
struct packed_instance {
    INSTANCE_MEMBERS
};
struct packed_suggestion {
    SUGGESTION_MEMBERS
};

struct open_description { /* ACMDRVOPENDESCW */
    DWORD cbStruct;
    FOURCC fccType, fccComp;
    DWORD dwVersion, dwFlags, dwError;
    const WCHAR *pszSectionName, *pszAliasName;
    DWORD dnDevNode;
};

struct stream_size { /* ACMDRVSTREAMSIZE */
    DWORD cbStruct, fdwSize, cbSrcLength, cbDstLength;
};

struct stream_header { /* ACMDRVSTREAMHEADER */
    DWORD cbStruct, fdwStatus;
    DWORD_PTR dwUser;
    BYTE *pbSrc;
    DWORD cbSrcLength, cbSrcLengthUsed;
    DWORD_PTR dwSrcUser;
    BYTE *pbDst;
    DWORD cbDstLength, cbDstLengthUsed;
    DWORD_PTR dwDstUser;
    DWORD fdwConvert;
    struct stream_header *padshNext;
    DWORD fdwDriver;
    DWORD_PTR dwDriver;
    DWORD fdwPrepared;
    DWORD_PTR dwPrepared;
    BYTE *pbPreparedSrc;
    DWORD cbPreparedSrcLength;
    BYTE *pbPreparedDst;
    DWORD cbPreparedDstLength;
};
#pragma pack(pop)

/* The structure behind a message's parameter, whichever layout it has; false where it is too short
 * to be either. */
BOOL instance_of(LPARAM parameter, struct instance *);
BOOL suggestion_of(LPARAM parameter, struct suggestion *);

/* dwDriver is the one member that the driver writes. */
void instance_set_driver(LPARAM parameter, DWORD_PTR);

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message,
                           DWORD_PTR user, DWORD_PTR first, DWORD_PTR second);

#endif
