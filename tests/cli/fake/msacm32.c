/* The functions of msacm32 that the program calls. Every driver runs our code; the others have
 * other names and fewer tags. */
#include <string.h>
#include "program.h"
#include "cli/child.h"

enum { TALK = 99 };

struct driver_made drivers_made[4];
unsigned drivers_count;
static unsigned open_count, count_outside; /* count_outside: before a nested run */

unsigned acm_open(void) { return open_count; }

void acm_fresh(void)
{
    drivers_made[0] =
        (struct driver_made){ L"OmniACM", L"OmniACM, classic WAV formats", 0, true, false, SOUND };
    drivers_count = 1;
    open_count = 0;
}

static const struct driver_made *driver_of(const void *handle)
{
    return &drivers_made[(uintptr_t)handle - 1];
}

MMRESULT WINAPI acmDriverEnum(ACMDRIVERENUMCB each, DWORD_PTR context, DWORD flags)
{
    (void)flags;
    if (is_child())
        count_outside = open_count;
    for (uintptr_t i = 1; i <= drivers_count; i++)
        if (!each((HACMDRIVERID)i, context, ACMDRIVERDETAILS_SUPPORTF_CODEC))
            break;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmDriverDetailsW(HACMDRIVERID id, ACMDRIVERDETAILSW *details, DWORD flags)
{
    const struct driver_made *made = driver_of(id);

    (void)flags;
    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, details, 0), MMSYSERR_NOERROR);
    wcscpy(details->szShortName, made->short_name);
    wcscpy(details->szLongName, made->long_name);
    details->cFormatTags = made->tag ? 2 : details->cFormatTags;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmDriverOpen(HACMDRIVER *handle, HACMDRIVERID id, DWORD flags)
{
    (void)flags;
    if (!driver_of(id)->opens)
        return MMSYSERR_ERROR;
    *handle = (HACMDRIVER)id;
    open_count++;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmDriverClose(HACMDRIVER handle, DWORD flags)
{
    (void)handle, (void)flags;
    open_count--;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmDriverAddW(HACMDRIVERID *id, HINSTANCE module, LPARAM proc, DWORD priority,
                              DWORD flags)
{
    (void)id, (void)module, (void)proc, (void)priority, (void)flags;
    return MMSYSERR_ERROR;
}

MMRESULT WINAPI acmDriverRemove(HACMDRIVERID id, DWORD flags)
{
    (void)id, (void)flags;
    return MMSYSERR_NOERROR;
}

/* --- Formats --- */

MMRESULT WINAPI acmFormatTagDetailsW(HACMDRIVER handle, ACMFORMATTAGDETAILSW *details, DWORD flags)
{
    const struct driver_made *made = driver_of(handle);

    if (made->tag && (flags & ACM_FORMATTAGDETAILSF_QUERYMASK) == ACM_FORMATTAGDETAILSF_INDEX) {
        details->dwFormatTag = details->dwFormatTagIndex ? made->tag : WAVE_FORMAT_PCM;
        flags = ACM_FORMATTAGDETAILSF_FORMATTAG;
    }
    return (MMRESULT)ask(ACMDM_FORMATTAG_DETAILS, details, flags);
}

MMRESULT WINAPI acmFormatDetailsW(HACMDRIVER handle, ACMFORMATDETAILSW *details, DWORD flags)
{
    (void)handle;
    return (MMRESULT)ask(ACMDM_FORMAT_DETAILS, details, flags);
}

static bool has_tag(const struct driver_made *made, WORD tag)
{
    return !made->tag || tag == made->tag || tag == WAVE_FORMAT_PCM;
}

static const struct driver_made *last_of(HACMDRIVER handle)
{
    return handle ? driver_of(handle) : &drivers_made[drivers_count - 1];
}

static const struct driver_made *first_of(HACMDRIVER handle)
{
    return handle ? driver_of(handle) : drivers_made;
}

MMRESULT WINAPI acmFormatSuggest(HACMDRIVER handle, WAVEFORMATEX *from, WAVEFORMATEX *to,
                                 DWORD size, DWORD flags)
{
    for (const struct driver_made *made = first_of(handle); made <= last_of(handle); made++)
        if (made->opens && has_tag(made, from->wFormatTag) && has_tag(made, to->wFormatTag) &&
            !(made->decodes_only && from->wFormatTag == WAVE_FORMAT_PCM) &&
            suggest(WINDOWS, flags, from, (DWORD)wfx_size(from), to, size) == MMSYSERR_NOERROR)
            return MMSYSERR_NOERROR;
    return ACMERR_NOTPOSSIBLE;
}

/* --- Streams --- */

static struct stream_made {
    void *instance;
    const struct driver_made *driver;
    bool nested;
} * streams[8];

static void forget(const struct stream_made *stream)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i] == stream)
            streams[i] = 0;
}

void acm_process_ended(void)
{
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (streams[i] && streams[i]->nested)
            acmStreamClose((HACMSTREAM)(void *)streams[i], 0);
    open_count = count_outside;
}

MMRESULT WINAPI acmStreamOpen(HACMSTREAM *stream, HACMDRIVER handle, WAVEFORMATEX *from,
                              WAVEFORMATEX *to, WAVEFILTER *filter, DWORD_PTR callback,
                              DWORD_PTR context, DWORD flags)
{
    (void)filter, (void)callback, (void)context;
    for (const struct driver_made *made = first_of(handle); made <= last_of(handle); made++) {
        void *instance = instance_make(WINDOWS, from, to, flags);
        struct stream_made *opened;

        if (!made->opens || !has_tag(made, from->wFormatTag) || !has_tag(made, to->wFormatTag) ||
            (made->decodes_only && from->wFormatTag == WAVE_FORMAT_PCM))
            continue;
        if (made->fault == CRASHES_OPENING)
            child_crash();
        if (ask(ACMDM_STREAM_OPEN, instance, 0) != MMSYSERR_NOERROR)
            continue;
        if (flags & ACM_STREAMOPENF_QUERY)
            return MMSYSERR_NOERROR;
        opened = malloc(sizeof *opened);
        *opened = (struct stream_made){ instance, made, is_child() };
        for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
            if (!streams[i]) {
                streams[i] = opened;
                break;
            }
        *stream = (HACMSTREAM)(void *)opened;
        open_count++;
        return MMSYSERR_NOERROR;
    }
    return ACMERR_NOTPOSSIBLE;
}

MMRESULT WINAPI acmStreamClose(HACMSTREAM stream, DWORD flags)
{
    (void)flags;
    stream_closed(((struct stream_made *)(void *)stream)->instance);
    forget((struct stream_made *)(void *)stream);
    free(stream);
    open_count--;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmDriverID(HACMOBJ object, HACMDRIVERID *id, DWORD flags)
{
    (void)flags;
    *id = (HACMDRIVERID)(uintptr_t)(((struct stream_made *)(void *)object)->driver - drivers_made +
                                    1);
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmStreamSize(HACMSTREAM stream, DWORD in, DWORD *to, DWORD flags)
{
    ACMDRVSTREAMSIZE size = { sizeof size, flags, in, in };
    LRESULT result =
        ask(ACMDM_STREAM_SIZE, ((struct stream_made *)(void *)stream)->instance, (LPARAM)&size);

    *to = flags == ACM_STREAMSIZEF_SOURCE ? size.cbDstLength : size.cbSrcLength;
    if (((struct stream_made *)(void *)stream)->driver->fault == TALKATIVE)
        *to *= TALK;
    return (MMRESULT)result;
}

MMRESULT WINAPI acmStreamPrepareHeader(HACMSTREAM stream, ACMSTREAMHEADER *header, DWORD flags)
{
    (void)stream, (void)flags;
    header->fdwStatus |= ACMSTREAMHEADER_STATUSF_PREPARED;
    open_count++;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmStreamUnprepareHeader(HACMSTREAM stream, ACMSTREAMHEADER *header, DWORD flags)
{
    (void)stream, (void)flags;
    header->fdwStatus &= ~(DWORD)ACMSTREAMHEADER_STATUSF_PREPARED;
    open_count--;
    return MMSYSERR_NOERROR;
}

MMRESULT WINAPI acmStreamConvert(HACMSTREAM stream, ACMSTREAMHEADER *header, DWORD flags)
{
    const struct driver_made *driver = ((struct stream_made *)(void *)stream)->driver;
    struct conversion done;

    if (driver->fault == WHOLE_BLOCKS)
        flags = (flags & ~(DWORD)ACM_STREAMCONVERTF_END) | ACM_STREAMCONVERTF_BLOCKALIGN;
    done = convert(((struct stream_made *)(void *)stream)->instance, header->pbSrc,
                   header->cbSrcLength, header->pbDst, header->cbDstLength, flags);
    assert_true(header->fdwStatus & ACMSTREAMHEADER_STATUSF_PREPARED);
    if (driver->fault == CRASHES_CONVERTING)
        child_crash();
    if (driver->fault == TALKATIVE) {
        memset(header->pbDst, 1, done.made * TALK);
        done.made *= TALK;
    }
    header->cbSrcLengthUsed = done.used;
    header->cbDstLengthUsed = done.made;
    return (MMRESULT)done.result;
}
