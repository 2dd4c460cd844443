/* The handlers of DriverProc's messages, by file. They return MMSYSERR_ or ACMERR_ values, except
 * settings_dialog_show. */
#ifndef OMNIACM_DRIVER_H
#define OMNIACM_DRIVER_H

#include "msacmdrv.h"
#include "codec.h"

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second);

/* formats.c */
LRESULT acm_driver_details(ACMDRIVERDETAILSW *);
LRESULT acm_format_tag_details(ACMFORMATTAGDETAILSW *, DWORD query);
LRESULT acm_format_details(ACMFORMATDETAILSW *, DWORD query);
LRESULT acm_format_suggest(LPARAM suggestion);

/* Reads the format in `size` bytes at `wfx`, or in as many as its cbSize implies if `size` is
 * SIZE_MAX. WAVE_FORMAT_EXTENSIBLE becomes the format that its GUID names. Extra bytes are not
 * copied. False if there is no format. */
BOOL format_read(struct wave_format *, const WAVEFORMATEX *wfx, size_t size);

/* streams.c */
LRESULT acm_stream_open(LPARAM instance);
LRESULT acm_stream_close(LPARAM instance);
LRESULT acm_stream_size(LPARAM instance, ACMDRVSTREAMSIZE *);
LRESULT acm_stream_convert(LPARAM instance, ACMDRVSTREAMHEADER *);

/* settings_dialog.c, which returns a DRVCNF_ value, and about.c. A parent of -1 asks whether the
 * driver has the dialog, and shows nothing. */
LRESULT settings_dialog_show(LPARAM parent);
LRESULT about_dialog_show(LPARAM parent);

/* dialogs.c. The icon is shared, so callers must not destroy it; null if user32 is not loaded. */
HICON driver_icon(void);

#endif
