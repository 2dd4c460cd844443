#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "files.h"
#include "formats.h"
#include "pump.h"
#include "reasons.h"
#include "say.h"

struct conversion {
    const struct drivers *drivers;
    const wchar_t *in_path, *out_path, *to, *driver;
    struct candidates candidates;
    struct file file;
    struct wav in;
    const WAVEFORMATEX *from;       /* in.format */
    union format target;
    HACMSTREAM stream;
    struct output out;
    uint64_t at;                    /* bytes of sound read */
    uint64_t missing;               /* that the header promises and the file lacks */
};

static const WAVEFORMATEX *as_wfx(const void *bytes) { return bytes; }

static int open_source(struct conversion *job)
{
    struct wav_io io;
    const char *reason;

    if (!file_open(&job->file, job->in_path, &io))
        return fail(L"%ls: %ls", job->in_path, system_words(job->file.error));
    reason = wav_scan(&job->in, &io);
    if (job->file.error)
        return fail(L"%ls: %ls", job->in_path, system_words(job->file.error));
    if (reason)
        return fail(L"%ls: %hs", job->in_path, reason);
    job->from = as_wfx(job->in.format);
    if (job->in.data_said > job->in.data_size && job->in.data_said != 0xFFFFFFFF)
        job->missing = job->in.data_said - job->in.data_size;
    if (is_pcm(job->from) && job->from->nBlockAlign != 0)
        job->in.data_size -= job->in.data_size % job->from->nBlockAlign;
    return EXIT_GOOD;
}

/* What to convert to: `to`, or PCM for a codec's file. */
static int choose_tag(const struct conversion *job, DWORD *tag)
{
    *tag = WAVE_FORMAT_PCM;
    if (job->to && !tag_parse(job->drivers, job->to, tag))
        return EXIT_BAD;
    if (!job->to && is_pcm(job->from))
        return fail(L"%ls is %ls: --to FORMAT has to say what it shall become", job->in_path,
                    format_words(job->drivers, job->from));
    if (!is_pcm(job->from) && !is_pcm_tag(*tag))
        return fail(L"%ls is %ls, and a codec's file converts to PCM only: do that first, then convert the result",
                    job->in_path, format_words(job->drivers, job->from));
    return EXIT_GOOD;
}

/* What a driver would make of the source. Some suggest nothing for PCM, or for a source that they do take. */
static bool suggest(const struct conversion *job, HACMDRIVER driver, DWORD tag, union format *target)
{
    DWORD flags = ACM_FORMATSUGGESTF_WFORMATTAG | (tag == WAVE_FORMAT_PCM ? ACM_FORMATSUGGESTF_WBITSPERSAMPLE : 0);

    memset(target, 0, sizeof *target);
    target->wfx.wFormatTag = (WORD)tag;
    target->wfx.wBitsPerSample = tag == WAVE_FORMAT_PCM ? 16 : 0;
    if (acmFormatSuggest(driver, (WAVEFORMATEX *)job->from, &target->wfx, sizeof *target, flags) == MMSYSERR_NOERROR &&
        target->wfx.nSamplesPerSec == job->from->nSamplesPerSec && target->wfx.nChannels == job->from->nChannels)
        return true;
    if (!is_pcm(&target->wfx))
        return false;
    target->wfx = pcm_like(job->from, tag);
    return true;
}

static bool try_open(struct conversion *job, HACMDRIVER driver)
{
    if (acmStreamOpen(&job->stream, driver, (WAVEFORMATEX *)job->from, &job->target.wfx, 0, 0, 0,
                      ACM_STREAMOPENF_NONREALTIME) == MMSYSERR_NOERROR)
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
        if (job->target.wfx.nSamplesPerSec == job->from->nSamplesPerSec &&
            job->target.wfx.nChannels == job->from->nChannels && try_open(job, driver->handle))
            return true;
    return false;
}

static bool open_stream(struct conversion *job, DWORD tag)
{
    const struct candidates *asked = &job->candidates;

    for (size_t i = 0; i < asked->count; i++)
        if (suggest(job, asked->handles[i], tag, &job->target) && try_open(job, asked->handles[i]))
            return true;
    for (size_t i = 0; i < job->drivers->count && !is_pcm_tag(tag); i++)
        if ((asked->any || job->drivers->list[i].handle == asked->handles[0]) &&
            open_listed(job, &job->drivers->list[i], tag))
            return true;
    return false;
}

static size_t read_sound(void *context, void *bytes, size_t count)
{
    struct conversion *job = context;
    size_t n = interrupted() ? 0 : wav_read(&job->in, job->at, bytes, count);

    job->at += n;
    progress(job->in.data_size ? (unsigned)(job->at / (job->in.data_size / 999 + 1)) : 0);
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
    if (job->file.error)
        return fail(L"%ls: %ls", job->in_path, system_words(job->file.error));
    if (job->out.file.error)
        return fail(L"%ls: %ls", job->out_path, system_words(job->out.file.error));
    if (end == PUMP_NO_MEMORY)
        return fail(L"memory is short");
    if (end == PUMP_REFUSED)
        return fail(L"%ls: the conversion fails after %llu bytes of sound: %ls", job->in_path, pump->used,
                    acm_words(pump->error));
    return fail(L"%ls: the driver takes no more after %llu bytes of sound", job->in_path, pump->used);
}

/* Bytes that may come out: as many blocks as the source has, and one more. */
static uint64_t expected_bytes(const struct conversion *job)
{
    uint64_t block = pump_block(job->stream, job->from, &job->target.wfx), source = job->in.data_size;
    uint64_t from = job->from->nBlockAlign ? job->from->nBlockAlign : 1, to = job->target.wfx.nBlockAlign;

    return is_pcm(&job->target.wfx) ? (source / from + 1) * block * to : (source / from / block + 1) * to;
}

static int finish(struct conversion *job, const struct pump *pump)
{
    const WAVEFORMATEX *to = &job->target.wfx;
    uint64_t samples, size = pump->made;

    if (is_pcm(to)) {
        samples = wav_samples(&job->in, pump->made / to->nBlockAlign, pump_block(job->stream, job->from, to));
        size = samples * to->nBlockAlign;
    } else {
        samples = job->in.data_size / job->from->nBlockAlign;
    }
    if (!output_finish(&job->out, size, samples))
        return explain(job, pump, PUMP_STOPPED);
    progress(1000);
    if (pump->left != 0)
        note(L"%ls: no sound was made of its last %lu bytes, less than a block", job->in_path, (unsigned long)pump->left);
    return EXIT_GOOD;
}

static void report(const struct conversion *job)
{
    HACMDRIVERID id = 0;
    const struct driver *driver =
        acmDriverID((HACMOBJ)job->stream, &id, 0) == MMSYSERR_NOERROR ? drivers_with_id(job->drivers, id) : 0;

    say(L"%ls: %ls", job->out_path, format_words(job->drivers, &job->target.wfx));
    say(L", by %ls\n", driver ? driver->details.szShortName : L"a driver of this system");
    if (job->missing)
        note(L"%ls ends %llu bytes before what its header says, as if its recording had broken off: what is there was "
             L"converted",
             job->in_path, job->missing);
}

static int convert_stream(struct conversion *job)
{
    struct pump pump = { .stream = job->stream, .from = job->from, .to = &job->target.wfx };
    const struct flow flow = { job, job->in.data_size, read_sound, write_sound };
    enum pump_end end;
    int result;

    if (!output_create(&job->out, job->out_path, job->target.bytes, expected_bytes(job))) {
        result = fail(L"%ls: %ls", job->out_path, system_words(job->out.file.error));
        output_drop(&job->out);
        return result;
    }
    progress(0);
    end = pump_run(&pump, &flow);
    result = end == PUMP_DONE && !interrupted() && !job->file.error ? finish(job, &pump) : explain(job, &pump, end);
    if (result != EXIT_GOOD)
        output_drop(&job->out);
    else
        report(job);
    return result;
}

static int convert(struct conversion *job)
{
    DWORD tag;
    int result = open_source(job);

    if (result == EXIT_GOOD)
        result = choose_tag(job, &tag);
    if (result != EXIT_GOOD)
        return result;
    if (file_is(&job->file, job->out_path))
        return fail(L"%ls and %ls are one file: the result needs a name of its own", job->in_path, job->out_path);
    if (!candidates_choose(&job->candidates, job->drivers, job->driver))
        return EXIT_BAD;
    if (!open_stream(job, tag))
        return is_pcm(job->from) ? refuse_target(job->drivers, job->in_path, job->from, tag)
                                 : refuse_source(job->drivers, job->in_path, job->from);
    result = convert_stream(job);
    acmStreamClose(job->stream, 0);
    return result;
}

int command_convert(const struct drivers *drivers, int count, wchar_t **words)
{
    struct conversion *job = calloc(1, sizeof *job);
    int result;

    if (!job)
        return fail(L"memory is short");
    job->drivers = drivers;
    count = take_options(count, words,
                         (const struct option[]){ { L"--to", &job->to, 0 }, { L"--driver", &job->driver, 0 }, { 0 } });
    if (count == 2) {
        job->in_path = words[0];
        job->out_path = words[1];
        result = convert(job);
        file_close(&job->file);
    } else {
        if (count >= 0)
            note(L"convert wants two names, IN.wav and OUT.wav");
        result = EXIT_USAGE;
    }
    free(job);
    return result;
}
