/* Streams: ACM's structures unpacked, and one call of stream.h each. */
#include "driver.h"
#include "settings.h"
#include "stream.h"

static BOOL plan_of(struct plan *plan, const struct instance *instance)
{
    struct wave_format from, to;

    return instance->pwfxSrc && instance->pwfxDst &&
           format_read(&from, instance->pwfxSrc, SIZE_MAX) &&
           format_read(&to, instance->pwfxDst, SIZE_MAX) && stream_plan(plan, &from, &to);
}

/* A host that asked for ASYNC waits for the header, or for its callback, though all is done when
 * the call returns. */
static void notify(const struct instance *instance, DWORD message, struct stream_header *header)
{
    if (!(instance->fdwOpen & ACM_STREAMOPENF_ASYNC))
        return;
    if (header)
        header->fdwStatus |= ACMSTREAMHEADER_STATUSF_DONE;
    if (instance->fdwOpen & CALLBACK_TYPEMASK)
        DriverCallback(instance->dwCallback, HIWORD(instance->fdwOpen), (HDRVR)instance->has,
                       message, instance->dwInstance, (DWORD_PTR)header, 0);
}

LRESULT stream_open(LPARAM parameter)
{
    struct settings settings;
    struct options options;
    struct instance instance;
    struct plan plan;
    void *memory;

    if (!instance_of(parameter, &instance))
        return MMSYSERR_INVALPARAM;
    instance_set_driver(parameter, 0); /* whatever stood there is no stream, if opening fails */
    if (instance.pwfltr || !plan_of(&plan, &instance) || settings_disable(plan.tag))
        return ACMERR_NOTPOSSIBLE;
    if (instance.fdwOpen & ACM_STREAMOPENF_QUERY)
        return MMSYSERR_NOERROR;
    memory = HeapAlloc(GetProcessHeap(), 0, stream_bytes(&plan));
    if (!memory)
        return MMSYSERR_NOMEM;
    settings_read(&settings);
    options = settings_options(&settings);
    instance_set_driver(parameter, (DWORD_PTR)stream_start(memory, &plan, &options));
    notify(&instance, MM_ACM_OPEN, 0);
    return MMSYSERR_NOERROR;
}

/* Wine closes what was only queried, so there may be no stream. */
LRESULT stream_close(LPARAM parameter)
{
    struct instance instance;

    if (!instance_of(parameter, &instance))
        return MMSYSERR_INVALPARAM;
    if (instance.fdwOpen & ACM_STREAMOPENF_QUERY || !instance.dwDriver)
        return MMSYSERR_NOERROR;
    HeapFree(GetProcessHeap(), 0, (void *)instance.dwDriver);
    instance_set_driver(parameter, 0);
    notify(&instance, MM_ACM_CLOSE, 0);
    return MMSYSERR_NOERROR;
}

LRESULT stream_size(LPARAM parameter, struct stream_size *size)
{
    struct instance instance;
    struct plan plan;
    uint32_t bytes;

    if (!instance_of(parameter, &instance) || !size || size->cbStruct < sizeof *size)
        return MMSYSERR_INVALPARAM;
    if (!plan_of(&plan, &instance))
        return ACMERR_NOTPOSSIBLE;
    if (size->fdwSize != ACM_STREAMSIZEF_SOURCE && size->fdwSize != ACM_STREAMSIZEF_DESTINATION)
        return MMSYSERR_NOTSUPPORTED;
    if (size->fdwSize == ACM_STREAMSIZEF_SOURCE &&
        stream_size_from_source(&plan, size->cbSrcLength, &bytes))
        size->cbDstLength = bytes;
    else if (size->fdwSize == ACM_STREAMSIZEF_DESTINATION &&
             stream_size_from_destination(&plan, size->cbDstLength, &bytes))
        size->cbSrcLength = bytes;
    else
        return ACMERR_NOTPOSSIBLE;
    return MMSYSERR_NOERROR;
}

static BOOL overlap(const struct stream_header *header)
{
    uintptr_t src = (uintptr_t)header->pbSrc, dst = (uintptr_t)header->pbDst;

    return src < dst ? dst - src < header->cbSrcLength && header->cbDstLength
                     : src - dst < header->cbDstLength && header->cbSrcLength;
}

static BOOL has_buffers(const struct stream_header *header)
{
    return (header->pbSrc || !header->cbSrcLength) && (header->pbDst || !header->cbDstLength) &&
           !overlap(header);
}

static enum ending ending_of(DWORD flags)
{
    return flags & ACM_STREAMCONVERTF_END          ? END
           : flags & ACM_STREAMCONVERTF_BLOCKALIGN ? WHOLE
                                                   : PART;
}

LRESULT stream_converts(LPARAM parameter, struct stream_header *header)
{
    struct instance instance;
    struct stream *stream;
    struct progress done;
    struct offer offer;

    if (!header || header->cbStruct < offsetof(struct stream_header, padshNext))
        return MMSYSERR_INVALPARAM;
    header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
    if (!instance_of(parameter, &instance) || !instance.dwDriver || !has_buffers(header))
        return MMSYSERR_INVALPARAM;
    stream = (struct stream *)instance.dwDriver;
    offer =
        (struct offer){ header->cbSrcLength, header->cbDstLength, ending_of(header->fdwConvert) };
    if (header->fdwConvert & ACM_STREAMCONVERTF_START)
        stream_reset(stream);
    done = stream_convert(stream, header->pbSrc, header->pbDst, offer);
    header->cbSrcLengthUsed = (DWORD)done.used;
    header->cbDstLengthUsed = (DWORD)done.made;
    if (done.used == 0 && done.made == 0 && stream_lacks_room(stream, offer))
        return ACMERR_NOTPOSSIBLE;
    notify(&instance, MM_ACM_DONE, header);
    return MMSYSERR_NOERROR;
}
