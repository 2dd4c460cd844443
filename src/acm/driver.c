/* DriverProc, the only export: the messages of an installable driver and those of the ACM. */
#include "driver.h"

/* Every instance has the same id, because instances have no state; Wine's msacm32 truncates ids to
 * 32 bits, so it could not be a pointer anyway. */
enum { DRIVER_ID = 1 };

static LRESULT open_driver(ACMDRVOPENDESCW *description)
{
    if (!description || description->cbStruct < offsetof(ACMDRVOPENDESCW, fccComp) ||
        description->fccType == ACMDRIVERDETAILS_FCCTYPE_AUDIOCODEC)
        return DRIVER_ID;
    if (description->cbStruct >= offsetof(ACMDRVOPENDESCW, pszSectionName))
        description->dwError = MMSYSERR_NOTSUPPORTED;
    return 0;
}

static LRESULT acm_message(UINT message, LPARAM first, LPARAM second)
{
    switch (message) {
    case ACMDM_DRIVER_NOTIFY:
        return MMSYSERR_NOERROR;
    case ACMDM_DRIVER_DETAILS:
        return acm_driver_details((ACMDRIVERDETAILSW *)first);
    case ACMDM_DRIVER_ABOUT:
        return about_dialog_show(first);
    case ACMDM_FORMATTAG_DETAILS:
        return acm_format_tag_details((ACMFORMATTAGDETAILSW *)first, (DWORD)second);
    case ACMDM_FORMAT_DETAILS:
        return acm_format_details((ACMFORMATDETAILSW *)first, (DWORD)second);
    case ACMDM_FORMAT_SUGGEST:
        return acm_format_suggest(first);
    case ACMDM_STREAM_OPEN:
        return acm_stream_open(first);
    case ACMDM_STREAM_CLOSE:
        return acm_stream_close(first);
    case ACMDM_STREAM_SIZE:
        return acm_stream_size(first, (ACMDRVSTREAMSIZE *)second);
    case ACMDM_STREAM_CONVERT:
        return acm_stream_convert(first, (ACMDRVSTREAMHEADER *)second);
    case ACMDM_STREAM_RESET:
        return MMSYSERR_NOERROR; /* conversions are synchronous: no buffer is pending */
    default:
        return MMSYSERR_NOTSUPPORTED; /* msacm32 prepares headers itself */
    }
}

LRESULT CALLBACK DriverProc(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);
LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second)
{
    switch (message) {
    case DRV_LOAD:
#if defined __x86_64__ || defined __i386__ /* their kernels need SSE2 */
        return IsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE);
#endif
    case DRV_FREE:
    case DRV_ENABLE:
    case DRV_DISABLE:
    case DRV_INSTALL:
    case DRV_REMOVE: /* DRVCNF_OK */
    case DRV_QUERYCONFIGURE:
    case DRV_CLOSE:
        return 1;
    case DRV_OPEN:
        return open_driver((ACMDRVOPENDESCW *)second);
    case DRV_CONFIGURE:
        return settings_dialog_show(first);
    default:
        if (message >= ACMDM_USER && message <= ACMDM_RESERVED_HIGH)
            return acm_message(message, first, second);
        return DefDriverProc(id, driver, message, first, second);
    }
}
