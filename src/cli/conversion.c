#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "conversion.h"
#include "formats.h"
#include "reasons.h"
#include "say.h"

static const WAVEFORMATEX *as_wfx(const void *bytes) { return bytes; }

int source_open(struct source *source, const wchar_t *path)
{
    struct wav *wav = &source->wav;
    struct wav_io io;
    const char *reason;

    if (!file_open(&source->file, path, &io))
        return fail(L"%ls: %ls", path, system_words(source->file.error));
    reason = wav_scan(wav, &io);
    if (source->file.error)
        return fail(L"%ls: %ls", path, system_words(source->file.error));
    if (reason)
        return fail(L"%ls: %hs", path, reason);
    source->format = as_wfx(wav->format);
    source->missing = wav->data_said > wav->data_size && wav->data_said != 0xFFFFFFFF
                          ? wav->data_said - wav->data_size
                          : 0;
    if (is_pcm(source->format) && source->format->nBlockAlign != 0)
        wav->data_size -= wav->data_size % source->format->nBlockAlign;
    return EXIT_GOOD;
}

void source_close(struct source *source) { file_close(&source->file); }

/* What to convert to: `to`, or PCM for a codec's file. */
static int choose_tag(const struct conversion *job, DWORD *tag)
{
    *tag = WAVE_FORMAT_PCM;
    if (job->wishes->to && !tag_parse(job->wishes->drivers, job->wishes->to, tag))
        return EXIT_BAD;
    if (!job->wishes->to && is_pcm(job->in.format))
        return fail(L"%ls is %ls: --to FORMAT has to say what it shall become", job->in_path,
                    format_words(job->wishes->drivers, job->in.format));
    if (!is_pcm(job->in.format) && !is_pcm_tag(*tag))
        return fail(L"%ls is %ls, and a codec's file converts to PCM only: do that first, then "
                    L"convert the result",
                    job->in_path, format_words(job->wishes->drivers, job->in.format));
    return EXIT_GOOD;
}

/* Some suggest nothing for PCM, or for a source that they do take. */
bool conversion_suggest(const WAVEFORMATEX *from, HACMDRIVER driver, DWORD tag,
                        union format *target)
{
    DWORD flags = ACM_FORMATSUGGESTF_WFORMATTAG |
                  (tag == WAVE_FORMAT_PCM ? ACM_FORMATSUGGESTF_WBITSPERSAMPLE : 0);

    memset(target, 0, sizeof *target);
    target->wfx.wFormatTag = (WORD)tag;
    target->wfx.wBitsPerSample = tag == WAVE_FORMAT_PCM ? 16 : 0;
    if (acmFormatSuggest(driver, (WAVEFORMATEX *)from, &target->wfx, sizeof *target, flags) ==
            MMSYSERR_NOERROR &&
        target->wfx.nSamplesPerSec == from->nSamplesPerSec &&
        target->wfx.nChannels == from->nChannels)
        return true;
    if (!is_pcm(&target->wfx))
        return false;
    target->wfx = pcm_like(from, tag);
    return true;
}

static bool try_open(struct conversion *job, HACMDRIVER driver)
{
    if (acmStreamOpen(&job->stream, driver, (WAVEFORMATEX *)job->in.format, &job->target.wfx, 0, 0,
                      0, ACM_STREAMOPENF_NONREALTIME) == MMSYSERR_NOERROR)
        return true;
    job->stream = 0;
    return false;
}

/* A codec that suggests badly still lists what it makes. */
static bool open_listed(struct conversion *job, const struct driver *driver, DWORD tag)
{
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;

    if (!driver_lists(driver, tag, &listed))
        return false;
    for (DWORD i = 0; driver_format(driver, &listed, i, &job->target, &details); i++)
        if (job->target.wfx.nSamplesPerSec == job->in.format->nSamplesPerSec &&
            job->target.wfx.nChannels == job->in.format->nChannels && try_open(job, driver->handle))
            return true;
    return false;
}

static bool is_asked(const struct candidates *asked, const struct driver *driver)
{
    return asked->any || driver->handle == asked->handles[0];
}

/* How far a listed format is from the bit rate that is wanted. */
static double distance(const struct conversion *job, const WAVEFORMATEX *wfx)
{
    return fabs(wfx->nAvgBytesPerSec * 8 / 1000.0 - job->wishes->kbits);
}

/* The driver's listed format of the nearest bit rate, a tenth away at the most, becomes the target.
 */
static bool choose_rate(struct conversion *job, const struct driver *driver, DWORD tag)
{
    union format *format = malloc(sizeof *format);
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;
    bool found = false;

    if (!format || !driver_lists(driver, tag, &listed)) {
        free(format);
        return false;
    }
    for (DWORD i = 0; driver_format(driver, &listed, i, format, &details); i++)
        if (format->wfx.nSamplesPerSec == job->in.format->nSamplesPerSec &&
            format->wfx.nChannels == job->in.format->nChannels &&
            distance(job, &format->wfx) <= job->wishes->kbits / 10 &&
            (!found || distance(job, &format->wfx) < distance(job, &job->target.wfx))) {
            job->target = *format;
            found = true;
        }
    free(format);
    return found;
}

/* Ours first. */
static bool open_at_rate(struct conversion *job, DWORD tag)
{
    const struct drivers *drivers = job->wishes->drivers;

    for (int ours = 1; ours >= 0; ours--)
        for (size_t i = 0; i < drivers->count; i++) {
            const struct driver *driver = &drivers->list[i];

            if (driver->ours == ours && is_asked(&job->candidates, driver) &&
                choose_rate(job, driver, tag) && try_open(job, driver->handle))
                return true;
        }
    return false;
}

static bool open_stream(struct conversion *job, DWORD tag)
{
    const struct candidates *asked = &job->candidates;

    if (job->wishes->kbits != 0 && !is_pcm_tag(tag))
        return open_at_rate(job, tag);
    for (size_t i = 0; i < asked->count; i++)
        if (conversion_suggest(job->in.format, asked->handles[i], tag, &job->target) &&
            try_open(job, asked->handles[i]))
            return true;
    for (size_t i = 0; i < job->wishes->drivers->count && !is_pcm_tag(tag); i++)
        if (is_asked(asked, &job->wishes->drivers->list[i]) &&
            open_listed(job, &job->wishes->drivers->list[i], tag))
            return true;
    return false;
}

static size_t read_sound(void *context, void *bytes, size_t count)
{
    struct conversion *job = context;
    size_t n = interrupted() ? 0 : wav_read(&job->in.wav, job->at, bytes, count);

    job->at += n;
    if (job->done)
        InterlockedExchange(job->done, (LONG)(job->at >> 10));
    return n;
}

static bool write_sound(void *context, const void *bytes, size_t count)
{
    struct conversion *job = context;

    return !interrupted() && output_write(&job->out, bytes, count);
}

static int explain(const struct conversion *job, const struct pump *pump, enum pump_end end)
{
    if (interrupted())
        return fail(L"interrupted: %ls is not written", job->out_path);
    if (job->in.file.error)
        return fail(L"%ls: %ls", job->in_path, system_words(job->in.file.error));
    if (job->out.file.error)
        return fail(L"%ls: %ls", job->out_path, system_words(job->out.file.error));
    if (end == PUMP_NO_MEMORY)
        return fail(L"memory is short");
    if (end == PUMP_REFUSED)
        return fail(L"%ls: the conversion fails after %llu bytes of sound: %ls", job->in_path,
                    pump->used, acm_words(pump->error));
    return fail(L"%ls: the driver takes no more after %llu bytes of sound", job->in_path,
                pump->used);
}

/* Bytes that may come out: as many blocks as the source has, and one more. */
static uint64_t expected_bytes(const struct conversion *job)
{
    uint64_t block = pump_block(job->stream, job->in.format, &job->target.wfx),
             source = job->in.wav.data_size;
    uint64_t from = job->in.format->nBlockAlign ? job->in.format->nBlockAlign : 1,
             to = job->target.wfx.nBlockAlign;

    return is_pcm(&job->target.wfx) ? (source / from + 1) * block * to
                                    : (source / from / block + 1) * to;
}

static int finish(struct conversion *job, const struct pump *pump)
{
    const WAVEFORMATEX *to = &job->target.wfx;
    uint64_t samples, size = pump->made;

    if (is_pcm(to)) {
        samples = wav_samples(&job->in.wav, pump->made / to->nBlockAlign,
                              pump_block(job->stream, job->in.format, to));
        size = samples * to->nBlockAlign;
    } else {
        samples = job->in.wav.data_size / job->in.format->nBlockAlign;
    }
    if (!output_finish(&job->out, size, samples))
        return explain(job, pump, PUMP_STOPPED);
    if (pump->left != 0)
        note(L"%ls: no sound was made of its last %lu bytes, less than a block", job->in_path,
             (unsigned long)pump->left);
    return EXIT_GOOD;
}

static void report(const struct conversion *job)
{
    HACMDRIVERID id = 0;
    const struct driver *driver = acmDriverID((HACMOBJ)job->stream, &id, 0) == MMSYSERR_NOERROR
                                      ? drivers_with_id(job->wishes->drivers, id)
                                      : 0;

    say(L"%ls: %ls", job->out_path, format_words(job->wishes->drivers, &job->target.wfx));
    say(L", by %ls\n", driver ? driver->details.szShortName : L"a driver of this system");
    if (job->in.missing)
        note(L"%ls ends %llu bytes before what its header says, as if its recording had broken "
             L"off: what is there was "
             L"converted",
             job->in_path, job->in.missing);
}

static int convert_stream(struct conversion *job)
{
    struct pump pump = { .stream = job->stream, .from = job->in.format, .to = &job->target.wfx };
    const struct flow flow = { job, job->in.wav.data_size, read_sound, write_sound };
    enum pump_end end;
    int result;

    if (!output_create(&job->out, job->out_path, job->wishes->overwrite, job->target.bytes,
                       expected_bytes(job))) {
        result = fail(L"%ls: %ls", job->out_path, system_words(job->out.file.error));
        output_drop(&job->out);
        return result;
    }
    LeaveCriticalSection(job->lock);
    end = pump_run(&pump, &flow);
    EnterCriticalSection(job->lock);
    result = end == PUMP_DONE && !interrupted() && !job->in.file.error ? finish(job, &pump)
                                                                       : explain(job, &pump, end);
    if (result != EXIT_GOOD)
        output_drop(&job->out);
    else
        report(job);
    return result;
}

static int refuse(const struct conversion *job, DWORD tag)
{
    const struct wishes *wishes = job->wishes;

    if (!is_pcm(job->in.format))
        return refuse_source(wishes->drivers, job->in_path, job->in.format);
    if (wishes->kbits != 0)
        return refuse_rate(wishes->drivers, job->in_path, job->in.format, tag, wishes->kbits);
    return refuse_target(wishes->drivers, job->in_path, job->in.format, tag);
}

static int convert(struct conversion *job)
{
    DWORD tag;
    int result = source_open(&job->in, job->in_path);

    if (result == EXIT_GOOD)
        result = choose_tag(job, &tag);
    if (result != EXIT_GOOD)
        return result;
    if (file_is(&job->in.file, job->out_path))
        return fail(L"%ls and %ls are one file: the result needs a name of its own", job->in_path,
                    job->out_path);
    if (!job->wishes->overwrite && file_exists(job->out_path))
        return fail(L"%ls exists; --overwrite replaces it", job->out_path);
    if (!candidates_choose(&job->candidates, job->wishes->drivers, job->wishes->driver))
        return EXIT_BAD;
    if (!open_stream(job, tag))
        return refuse(job, tag);
    result = convert_stream(job);
    acmStreamClose(job->stream, 0);
    return result;
}

int conversion_run(struct conversion *job)
{
    int result = convert(job);

    source_close(&job->in);
    return result;
}
