/* The messages of the driver, by the file that answers them. Every answer is an MMSYSERR_ or
 * ACMERR_ value. */
#ifndef OMNIACM_DRIVER_H
#define OMNIACM_DRIVER_H

#include "msacmdrv.h"
#include "codec.h"

/* formats.c */
LRESULT driver_details(ACMDRIVERDETAILSW *);
LRESULT format_tag_details(ACMFORMATTAGDETAILSW *, DWORD query);
LRESULT format_details(ACMFORMATDETAILSW *, DWORD query);
LRESULT format_suggest(LPARAM suggestion);

/* The format in `size` bytes at `wfx` (SIZE_MAX: as many as it says), EXTENSIBLE unwrapped to what
 * it stands for; false where there is none. Extra bytes are pointed to, not copied. */
BOOL format_read(struct wave_format *, const WAVEFORMATEX *wfx, size_t size);

/* streams.c */
LRESULT stream_open(LPARAM instance);
LRESULT stream_close(LPARAM instance);
LRESULT stream_size(LPARAM instance, struct stream_size *);
LRESULT stream_converts(LPARAM instance, struct stream_header *);

/* config.c: a DRVCNF_ value; about.c. A parent of -1 asks whether there is a dialog, and shows
 * none. */
LRESULT config_show(LPARAM parent);
LRESULT about_show(LPARAM parent);

/* dialog.c: Windows' own, shared, so that nobody destroys it; null where it cannot be had. */
HICON driver_icon(void);

#endif
