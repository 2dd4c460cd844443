#include <stddef.h>
#include <string.h>
#include "msacmdrv.h"

enum abi { ABI_NONE, ABI_MICROSOFT, ABI_WINE };

/* Chooses the layout by cbStruct. */
static enum abi abi_of(LPARAM parameter, DWORD natural_size, DWORD packed_size)
{
    DWORD size;

    if (parameter == 0)
        return ABI_NONE;
    memcpy(&size, (const void *)parameter, sizeof size);
    if (size >= natural_size)
        return ABI_WINE;
    return size >= packed_size ? ABI_MICROSOFT : ABI_NONE;
}

BOOL instance_read(LPARAM parameter, ACMDRVSTREAMINSTANCE *instance)
{
    const ACMDRVSTREAMINSTANCE_PACKED *packed = (const void *)parameter;
    enum abi abi = abi_of(parameter, sizeof *instance, sizeof *packed);

    /* The natural layout has padding only after cbStruct. */
    if (abi == ABI_WINE)
        memcpy(instance, (const void *)parameter, sizeof *instance);
    else if (abi == ABI_MICROSOFT)
        memcpy(&instance->pwfxSrc, &packed->pwfxSrc,
               sizeof *packed - offsetof(ACMDRVSTREAMINSTANCE_PACKED, pwfxSrc));
    return abi != ABI_NONE;
}

void instance_set_driver(LPARAM parameter, DWORD_PTR driver)
{
    BYTE *at = (BYTE *)parameter;
    enum abi abi =
        abi_of(parameter, sizeof(ACMDRVSTREAMINSTANCE), sizeof(ACMDRVSTREAMINSTANCE_PACKED));

    if (abi == ABI_WINE)
        memcpy(at + offsetof(ACMDRVSTREAMINSTANCE, dwDriver), &driver, sizeof driver);
    else if (abi == ABI_MICROSOFT)
        memcpy(at + offsetof(ACMDRVSTREAMINSTANCE_PACKED, dwDriver), &driver, sizeof driver);
}

BOOL suggest_read(LPARAM parameter, ACMDRVFORMATSUGGEST *suggest)
{
    const ACMDRVFORMATSUGGEST_PACKED *packed = (const void *)parameter;
    enum abi abi = abi_of(parameter, sizeof *suggest, sizeof *packed);

    /* The natural layout has padding only before pwfxDst and at its end. */
    if (abi == ABI_WINE) {
        memcpy(suggest, (const void *)parameter, sizeof *suggest);
    } else if (abi == ABI_MICROSOFT) {
        memcpy(suggest, packed, offsetof(ACMDRVFORMATSUGGEST_PACKED, pwfxDst));
        memcpy(&suggest->pwfxDst, &packed->pwfxDst,
               sizeof *packed - offsetof(ACMDRVFORMATSUGGEST_PACKED, pwfxDst));
    }
    return abi != ABI_NONE;
}
