/* The stream messages: each unpacks the ACM's structures and calls convert.h. */
#include "driver.h"
#include "convert.h"
#include "settings.h"

static BOOL make_plan(struct conversion *plan, const ACMDRVSTREAMINSTANCE *instance)
{
    struct wave_format from, to;

    return instance->pwfxSrc && instance->pwfxDst &&
           format_read(&from, instance->pwfxSrc, SIZE_MAX) &&
           format_read(&to, instance->pwfxDst, SIZE_MAX) && conversion_plan(plan, &from, &to);
}

/* False if the user has turned the format off, or this conversion of PCM or of the rate. */
static BOOL is_offered(const struct settings *settings, const struct conversion *plan,
                       const ACMDRVSTREAMINSTANCE *instance)
{
    return !settings_disable(settings, plan->tag) &&
           (((plan->decodes || plan->encodes) && !plan->resamples) ||
            settings_convert_pcm(settings, instance->pwfxSrc, instance->pwfxDst));
}

/* Conversions are synchronous, but a host that opened the stream with ASYNC still waits for the
 * header's DONE flag or for its callback. */
static void notify(const ACMDRVSTREAMINSTANCE *instance, DWORD message, ACMDRVSTREAMHEADER *header)
{
    if (!(instance->fdwOpen & ACM_STREAMOPENF_ASYNC))
        return;
    if (header)
        header->fdwStatus = (header->fdwStatus & ~(DWORD)ACMSTREAMHEADER_STATUSF_INQUEUE) |
                            ACMSTREAMHEADER_STATUSF_DONE;
    if (instance->fdwOpen & CALLBACK_TYPEMASK)
        DriverCallback(instance->dwCallback, HIWORD(instance->fdwOpen), (HDRVR)instance->has,
                       message, instance->dwInstance, (DWORD_PTR)header, 0);
}

LRESULT acm_stream_open(LPARAM parameter)
{
    struct settings settings;
    struct options options;
    ACMDRVSTREAMINSTANCE instance;
    struct conversion plan;
    void *memory;

    if (!instance_read(parameter, &instance))
        return MMSYSERR_INVALPARAM;
    instance_set_driver(parameter, 0); /* no stale pointer remains if opening fails */
    if (instance.pwfltr || !make_plan(&plan, &instance))
        return ACMERR_NOTPOSSIBLE;
    settings_read(&settings);
    if (!is_offered(&settings, &plan, &instance))
        return ACMERR_NOTPOSSIBLE;
    if (instance.fdwOpen & ACM_STREAMOPENF_QUERY)
        return MMSYSERR_NOERROR;
    options = settings_options(&settings);
    conversion_set_quality(&plan, options.quality);
    memory = HeapAlloc(GetProcessHeap(), 0, converter_bytes(&plan));
    if (!memory)
        return MMSYSERR_NOMEM;
    instance_set_driver(parameter, (DWORD_PTR)converter_start(memory, &plan, &options));
    notify(&instance, MM_ACM_OPEN, 0);
    return MMSYSERR_NOERROR;
}

/* Wine also closes after a query, so there may be no stream. */
LRESULT acm_stream_close(LPARAM parameter)
{
    ACMDRVSTREAMINSTANCE instance;

    if (!instance_read(parameter, &instance))
        return MMSYSERR_INVALPARAM;
    if (instance.fdwOpen & ACM_STREAMOPENF_QUERY || !instance.dwDriver)
        return MMSYSERR_NOERROR;
    HeapFree(GetProcessHeap(), 0, (void *)instance.dwDriver);
    instance_set_driver(parameter, 0);
    notify(&instance, MM_ACM_CLOSE, 0);
    return MMSYSERR_NOERROR;
}

LRESULT acm_stream_size(LPARAM parameter, ACMDRVSTREAMSIZE *size)
{
    ACMDRVSTREAMINSTANCE instance;
    struct conversion plan;
    uint32_t bytes;

    if (!instance_read(parameter, &instance) || !size || size->cbStruct < sizeof *size)
        return MMSYSERR_INVALPARAM;
    if (!make_plan(&plan, &instance))
        return ACMERR_NOTPOSSIBLE;
    if (size->fdwSize != ACM_STREAMSIZEF_SOURCE && size->fdwSize != ACM_STREAMSIZEF_DESTINATION)
        return MMSYSERR_NOTSUPPORTED;
    if (size->fdwSize == ACM_STREAMSIZEF_SOURCE &&
        conversion_size_from_source(&plan, size->cbSrcLength, &bytes))
        size->cbDstLength = bytes;
    else if (size->fdwSize == ACM_STREAMSIZEF_DESTINATION &&
             conversion_size_from_destination(&plan, size->cbDstLength, &bytes))
        size->cbSrcLength = bytes;
    else
        return ACMERR_NOTPOSSIBLE;
    return MMSYSERR_NOERROR;
}

/* False if a buffer is missing, or if the buffers overlap. The room of the destination ends where a
 * source behind it begins: the game Lost Horizon states a length of 0xFFFFFFFC. They overlap if the
 * source can make more. */
static BOOL has_valid_buffers(const ACMDRVSTREAMINSTANCE *instance,
                              const ACMDRVSTREAMHEADER *header, DWORD *room)
{
    uintptr_t src = (uintptr_t)header->pbSrc, dst = (uintptr_t)header->pbDst;
    struct conversion plan;
    uint32_t made;

    *room = header->cbDstLength;
    if ((!src && header->cbSrcLength) || (!dst && *room))
        return FALSE;
    if (header->cbSrcLength == 0 || src < dst || src - dst >= *room)
        return src >= dst || dst - src >= header->cbSrcLength || *room == 0;
    *room = (DWORD)(src - dst);
    return make_plan(&plan, instance) &&
           conversion_size_from_source(&plan, header->cbSrcLength, &made) && made <= *room;
}

static enum ending ending_of(DWORD flags)
{
    return flags & ACM_STREAMCONVERTF_END          ? END
           : flags & ACM_STREAMCONVERTF_BLOCKALIGN ? WHOLE
                                                   : PART;
}

LRESULT acm_stream_convert(LPARAM parameter, ACMDRVSTREAMHEADER *header)
{
    ACMDRVSTREAMINSTANCE instance;
    struct converter *converter;
    struct progress done;
    struct offer offer;
    DWORD room;

    if (!header || header->cbStruct < offsetof(ACMDRVSTREAMHEADER, padshNext))
        return MMSYSERR_INVALPARAM;
    header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
    if (!instance_read(parameter, &instance) || !instance.dwDriver ||
        !has_valid_buffers(&instance, header, &room))
        return MMSYSERR_INVALPARAM;
    converter = (struct converter *)instance.dwDriver;
    offer = (struct offer){ header->cbSrcLength, room, ending_of(header->fdwConvert) };
    if (header->fdwConvert & ACM_STREAMCONVERTF_START)
        converter_reset(converter);
    done = converter_run(converter, header->pbSrc, header->pbDst, offer);
    header->cbSrcLengthUsed = (DWORD)done.used;
    header->cbDstLengthUsed = (DWORD)done.made;
    if (done.used == 0 && done.made == 0 && converter_lacks_room(converter, offer))
        return ACMERR_NOTPOSSIBLE;
    notify(&instance, MM_ACM_DONE, header);
    return MMSYSERR_NOERROR;
}
