#include <stddef.h>
#include <string.h>
#include "msacmdrv.h"

/* On x86 both layouts are the same one. */
static BOOL is_packed(LPARAM parameter, DWORD natural, DWORD packed, BOOL *is)
{
    DWORD size;

    if (parameter == 0)
        return FALSE;
    memcpy(&size, (const void *)parameter, sizeof size);
    *is = size < natural;
    return size >= packed;
}

BOOL instance_of(LPARAM parameter, struct instance *instance)
{
    const struct packed_instance *packed = (const void *)parameter;
    BOOL is;

    if (!is_packed(parameter, sizeof *instance, sizeof *packed, &is))
        return FALSE;
    if (!is) {
        memcpy(instance, (const void *)parameter, sizeof *instance);
        return TRUE;
    }
    /* Nothing but cbStruct has padding behind it. */
    memcpy(&instance->pwfxSrc, &packed->pwfxSrc,
           sizeof *packed - offsetof(struct packed_instance, pwfxSrc));
    return TRUE;
}

void instance_set_driver(LPARAM parameter, DWORD_PTR driver)
{
    BOOL is;

    if (is_packed(parameter, sizeof(struct instance), sizeof(struct packed_instance), &is))
        memcpy((BYTE *)parameter + (is ? offsetof(struct packed_instance, dwDriver)
                                       : offsetof(struct instance, dwDriver)),
               &driver, sizeof driver);
}

BOOL suggestion_of(LPARAM parameter, struct suggestion *suggestion)
{
    const struct packed_suggestion *packed = (const void *)parameter;
    BOOL is;

    if (!is_packed(parameter, sizeof *suggestion, sizeof *packed, &is))
        return FALSE;
    if (!is) {
        memcpy(suggestion, (const void *)parameter, sizeof *suggestion);
        return TRUE;
    }
    /* Nothing but cbwfxSrc has padding between it and the next member. */
    memcpy(suggestion, packed, offsetof(struct packed_suggestion, pwfxDst));
    memcpy(&suggestion->pwfxDst, &packed->pwfxDst,
           sizeof *packed - offsetof(struct packed_suggestion, pwfxDst));
    return TRUE;
}
