/* DriverProc, the only export: the installable driver's messages, and the ACM's. */
#include "driver.h"

/* No instance is kept: msacm32 may hand back 32 bits of an id only, and nothing differs between
 * instances. */
enum { DRIVER_ID = 1, AUDIO_CODEC = 0x63647561 /* 'audc' */ };

static LRESULT open_driver(struct open_description *description)
{
    if (!description || description->cbStruct < offsetof(struct open_description, fccComp) ||
        description->fccType == AUDIO_CODEC)
        return DRIVER_ID;
    if (description->cbStruct >= offsetof(struct open_description, pszSectionName))
        description->dwError = MMSYSERR_NOTSUPPORTED;
    return 0;
}

static LRESULT acm_message(UINT message, LPARAM first, LPARAM second)
{
    switch (message) {
    case DRIVER_NOTIFY:
        return MMSYSERR_NOERROR;
    case DRIVER_DETAILS:
        return driver_details((ACMDRIVERDETAILSW *)first);
    case DRIVER_ABOUT:
        return about_show(first);
    case FORMATTAG_DETAILS:
        return format_tag_details((ACMFORMATTAGDETAILSW *)first, (DWORD)second);
    case FORMAT_DETAILS:
        return format_details((ACMFORMATDETAILSW *)first, (DWORD)second);
    case FORMAT_SUGGEST:
        return format_suggest(first);
    case STREAM_OPEN:
        return stream_open(first);
    case STREAM_CLOSE:
        return stream_close(first);
    case STREAM_SIZE:
        return stream_size(first, (struct stream_size *)second);
    case STREAM_CONVERT:
        return stream_converts(first, (struct stream_header *)second);
    case STREAM_RESET:
        return MMSYSERR_NOERROR; /* every buffer was done when its conversion returned */
    default:
        return MMSYSERR_NOTSUPPORTED; /* msacm32 prepares headers itself */
    }
}

LRESULT CALLBACK DriverProc(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);
LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second)
{
    switch (message) {
    case DRV_LOAD:
        return IsProcessorFeaturePresent(
            PF_XMMI64_INSTRUCTIONS_AVAILABLE); /* the least that kernels need */
    case DRV_FREE:
    case DRV_ENABLE:
    case DRV_DISABLE:
    case DRV_INSTALL:
    case DRV_REMOVE: /* DRVCNF_OK */
    case DRV_QUERYCONFIGURE:
    case DRV_CLOSE:
        return 1;
    case DRV_OPEN:
        return open_driver((struct open_description *)second);
    case DRV_CONFIGURE:
        return config_show(first);
    default:
        if (message >= ACMDM_USER && message <= ACMDM_RESERVED_HIGH)
            return acm_message(message, first, second);
        return DefDriverProc(id, driver, message, first, second);
    }
}
