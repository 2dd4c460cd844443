#include <stdlib.h>
#include <string.h>
#include "ac3_file.h"
#include "child.h"
#include "console.h"
#include "conversion.h"
#include "errors.h"
#include "formats.h"
#include "frames.h"
#include "header.h"
#include "target.h"
#include "trust.h"

static const WAVEFORMATEX *as_wfx(const void *bytes) { return bytes; }

/* Opens a file that is not a WAV file for `reason`. Without --raw, the extension counts only if the
 * file does not begin like another kind of file. */
static int open_raw(struct source *source, const wchar_t *path, const struct drivers *drivers,
                    const struct raw *raw, const char *reason)
{
    const struct wav_io io = source->wav.io;
    const wchar_t *text = raw ? 0 : raw_guess(path);
    uint8_t p[12] = { 0 };
    struct raw guess;

    if (!raw && frames_open(&source->wav, &io, path)) {
        source->frames = true;
        return EXIT_SUCCESS;
    }
    io.read(io.file, 0, p, sizeof p);
    if (io.size == 0 || (!raw && (!text || kind_is_known(p))))
        return fail(L"%ls: %hs", path, reason);
    if (!raw && !raw_parse(&guess, text))
        return EXIT_FAILURE;
    source->raw = raw ? raw->text : text;
    source->guessed = !raw;
    if (raw_open(&source->wav, &source->gsm, &io, drivers, raw ? raw : &guess))
        return EXIT_SUCCESS;
    return fail(L"%ls cannot be read as raw %ls", path, source->raw);
}

static bool may_have_bursts(const struct source *source)
{
    const WAVEFORMATEX *wfx = source->format;

    return wfx->wFormatTag == TAG_SPDIF ||
           (wfx->wFormatTag == WAVE_FORMAT_PCM && wfx->nChannels == 2 && wfx->wBitsPerSample == 16);
}

int source_open(struct source *source, const wchar_t *path, const struct drivers *drivers,
                const struct raw *raw)
{
    struct wav *wav = &source->wav;
    struct wav_io io;
    const char *reason;

    source->missing = 0;
    source->raw = 0;
    source->frames = source->bursts = false;
    if (!file_open(&source->file, path, &io))
        return fail(L"%ls: %ls", path, system_error_text(source->file.error));
    reason = wav_scan(wav, &io);
    if (source->file.error)
        return fail(L"%ls: %ls", path, system_error_text(source->file.error));
    if (raw && !reason)
        return fail(L"%ls is a WAV file; convert it without --raw", path);
    if (reason && open_raw(source, path, drivers, raw, reason) != EXIT_SUCCESS)
        return EXIT_FAILURE;
    source->format = as_wfx(wav->format);
    if (wav->data_said > wav->data_size && !(wav->notes & WAV_SIZE_UNKNOWN))
        source->missing = wav->data_said - wav->data_size;
    if (may_have_bursts(source) && spdif_open(&source->spdif, wav))
        source->frames = source->bursts = true;
    if (is_pcm(source->format) && source->format->nBlockAlign != 0)
        wav->data_size -= wav->data_size % source->format->nBlockAlign;
    return EXIT_SUCCESS;
}

void source_close(struct source *source) { file_close(&source->file); }

void source_remarks(const struct source *source, const wchar_t *path)
{
    const struct wav *wav = &source->wav;

    if (source->raw)
        warn(L"%ls has no header; read it as raw %ls%ls", path, source->raw,
             source->guessed ? L", by its extension; choose another format with --raw" : L"");
    if (source->bursts)
        warn(L"%ls is PCM that carries %ls as S/PDIF does (IEC 61937); read that", path,
             source->format->wFormatTag == TAG_AC3 ? L"AC-3" : L"MPEG audio");
    if (wav->notes & WAV_SIZE_UNKNOWN)
        warn(L"%ls does not give the size of its audio data, like a file that was written as a "
             L"stream; read it to the end of the file",
             path);
    if (wav->notes & WAV_EMPTY_DATA)
        warn(L"%ls has an empty data chunk before its audio data; read the next one", path);
    if (wav->notes & WAV_MORE_DATA)
        warn(L"%ls has more than one data chunk; read the first, but not the other %llu bytes",
             path, (unsigned long long)wav->more_data);
    if (source->missing)
        warn(L"%ls is %llu bytes shorter than its header says, perhaps because the recording was "
             L"cut off; read what is there",
             path, (unsigned long long)source->missing);
}

static size_t read_data(void *context, void *bytes, size_t count)
{
    struct conversion *job = context;
    size_t n = interrupted() ? 0 : wav_read(&job->in.wav, job->at, bytes, count);

    job->at += n;
    if (job->done)
        InterlockedExchange(job->done, (LONG)(job->at >> 10));
    return n;
}

static bool write_data(void *context, const void *bytes, size_t count)
{
    struct conversion *job = context;
    size_t skipped = job->skip < count ? (size_t)job->skip : count;

    job->skip -= skipped;
    return !interrupted() &&
           output_write(&job->out, (const uint8_t *)bytes + skipped, count - skipped);
}

static int explain_failure(const struct conversion *job, const struct convert_loop *loop,
                           enum convert_end end)
{
    if (interrupted())
        return fail(L"interrupted; %ls was not written", job->out_path);
    if (job->in.file.error)
        return fail(L"%ls: %ls", job->in_path, system_error_text(job->in.file.error));
    if (job->out.file.error)
        return fail(L"%ls: %ls", job->out_path, system_error_text(job->out.file.error));
    if (end == CONVERT_NO_MEMORY)
        return fail(L"out of memory");
    if (end == CONVERT_REFUSED)
        return fail(L"%ls: conversion failed after %llu bytes of audio data: %ls", job->in_path,
                    loop->used, acm_error_text(loop->error));
    return fail(L"%ls: the driver stopped accepting data after %llu bytes of audio data",
                job->in_path, loop->used);
}

static bool changes_rate(const struct conversion *job)
{
    return job->in.format->nSamplesPerSec != job->target.wfx.nSamplesPerSec;
}

/* The number of frames at the result's rate, rounded up, of as many at the source's. */
static uint64_t at_target_rate(const struct conversion *job, uint64_t frames)
{
    DWORD from = job->in.format->nSamplesPerSec, to = job->target.wfx.nSamplesPerSec;

    return frames / from * to + (frames % from * to + from - 1) / from;
}

/* The samples of the source's block, without those that a change of the rate adds. */
static uint64_t source_samples(const struct conversion *job)
{
    uint64_t samples = samples_per_block(job->stream, job->in.format, &job->target.wfx);

    if (!changes_rate(job))
        return samples;
    return samples * job->in.format->nSamplesPerSec / job->target.wfx.nSamplesPerSec;
}

/* If the rate changes: as many bytes as the driver says for a longer piece, in proportion. */
static uint64_t expected_in_proportion(const struct conversion *job)
{
    enum { BLOCKS = 4096 };
    DWORD piece = BLOCKS * (job->in.format->nBlockAlign ? job->in.format->nBlockAlign : 1u), made;

    if (acmStreamSize(job->stream, piece, &made, ACM_STREAMSIZEF_SOURCE) != MMSYSERR_NOERROR)
        made = piece;
    return (job->in.wav.data_size / piece + 1) * made;
}

/* An upper bound of the result's size: the blocks of the source, and one more. */
static uint64_t expected_bytes(const struct conversion *job)
{
    uint64_t samples = samples_per_block(job->stream, job->in.format, &job->target.wfx);
    uint64_t source_block = job->in.format->nBlockAlign ? job->in.format->nBlockAlign : 1;
    uint64_t target_block = job->target.wfx.nBlockAlign;
    uint64_t blocks = job->in.wav.data_size / source_block;

    if (changes_rate(job))
        return expected_in_proportion(job);
    if (is_pcm(&job->target.wfx))
        return (blocks + 1) * samples * target_block;
    return (blocks / samples + 1) * target_block;
}

/* The driver of the stream, or NULL. */
static const struct driver *stream_driver(const struct conversion *job)
{
    HACMDRIVERID id = 0;

    if (acmDriverID((HACMOBJ)job->stream, &id, 0) != MMSYSERR_NOERROR)
        return 0;
    return drivers_with_id(job->options->drivers, id);
}

/* The sound that a change of the rate delays is put in its place again. A compressed result keeps
 * the delay. */
static void measure_delay(struct conversion *job)
{
    const struct driver *driver = changes_rate(job) ? stream_driver(job) : 0;

    if (!driver)
        return;
    job->delay =
        rate_delay(driver->handle, job->in.format->nSamplesPerSec, job->target.wfx.nSamplesPerSec);
    if (is_pcm(&job->target.wfx))
        job->skip = (uint64_t)job->delay * job->target.wfx.nBlockAlign;
}

static double seconds(uint64_t bytes, const WAVEFORMATEX *wfx)
{
    return wfx->nAvgBytesPerSec ? (double)bytes / wfx->nAvgBytesPerSec : 0;
}

/* Compares the length of another driver's result with that of the source by the byte rates. More
 * than twice as much is no audio of this file, unless its fact chunk says the same. */
static int check_length(const struct conversion *job, uint64_t size, uint64_t samples)
{
    const double slack = 0.25;
    const struct driver *driver = stream_driver(job);
    const wchar_t *name = driver ? driver->details.szShortName : L"an unknown driver";
    const struct wav *wav = &job->in.wav;
    double before = seconds(wav->data_size, job->in.format);
    double after = seconds(size, &job->target.wfx);

    if (driver && driver->ours)
        return EXIT_SUCCESS;
    if (after > 2 * before + slack && !(wav->has_fact && samples <= wav->fact))
        return fail(
            L"%ls: %ls made %.2f s of audio of what are %.2f s by the header's %lu bytes per "
            L"second; the result was discarded",
            job->in_path, name, after, before, job->in.format->nAvgBytesPerSec);
    if (after < before / 2 - slack)
        warn(L"%ls: %ls made only %.2f s of audio of what are %.2f s by the header's %lu bytes per "
             L"second",
             job->in_path, name, after, before, job->in.format->nAvgBytesPerSec);
    return EXIT_SUCCESS;
}

/* The frames of a result in PCM: what was decoded, or fewer by the source's fact chunk. */
static uint64_t pcm_frames(const struct conversion *job, const struct convert_loop *loop)
{
    DWORD from = job->in.format->nSamplesPerSec, to = job->target.wfx.nSamplesPerSec;
    uint64_t made = loop->made / job->target.wfx.nBlockAlign;
    uint64_t frames = made > job->delay ? made - job->delay : 0, decoded = frames, samples;

    if (changes_rate(job))
        decoded = frames / to * from + frames % to * from / to;
    samples = wav_samples(&job->in.wav, decoded, source_samples(job));
    return samples < decoded ? at_target_rate(job, samples) : frames;
}

static int finish(struct conversion *job, const struct convert_loop *loop)
{
    const WAVEFORMATEX *to = &job->target.wfx;
    uint64_t samples, size = loop->made;

    if (is_pcm(to)) {
        samples = pcm_frames(job, loop);
        size = samples * to->nBlockAlign;
    } else {
        samples = job->in.wav.data_size / job->in.format->nBlockAlign;
        samples = at_target_rate(job, samples) + job->delay;
    }
    if (check_length(job, size, samples) != EXIT_SUCCESS)
        return EXIT_FAILURE;
    if (!output_finish(&job->out, size, samples))
        return explain_failure(job, loop, CONVERT_STOPPED);
    if (samples == 0)
        warn(L"%ls contains no audio data, so %ls is empty", job->in_path, job->out_path);
    if (loop->left != 0)
        warn(L"%ls: the last %lu bytes are an incomplete block and were skipped", job->in_path,
             (unsigned long)loop->left);
    return EXIT_SUCCESS;
}

static void report(const struct conversion *job)
{
    const struct driver *driver = stream_driver(job);

    print(L"%ls: %ls", job->out_path, format_text(job->options->drivers, &job->target.wfx));
    print(L", by %ls\n", driver ? driver->details.szShortName : L"an unknown driver");
    source_remarks(&job->in, job->in_path);
}

static int convert_stream(struct conversion *job)
{
    struct convert_loop loop = { .stream = job->stream,
                                 .from = job->in.format,
                                 .to = &job->target.wfx };
    const struct convert_io io = { job, job->in.wav.data_size, read_data, write_data };
    bool bare = frames_are_bare(job->out_path, job->target.wfx.wFormatTag);
    enum convert_end end;
    int result;

    if (!output_create(&job->out, job->out_path, job->options->overwrite,
                       bare ? 0 : job->target.bytes, expected_bytes(job))) {
        result = fail(L"%ls: %ls", job->out_path, system_error_text(job->out.file.error));
        output_drop(&job->out);
        return result;
    }
    LeaveCriticalSection(job->lock);
    end = convert_loop_run(&loop, &io);
    EnterCriticalSection(job->lock);
    if (end == CONVERT_DONE && !interrupted() && !job->in.file.error)
        result = finish(job, &loop);
    else
        result = explain_failure(job, &loop, end);
    if (result != EXIT_SUCCESS)
        output_drop(&job->out);
    else
        report(job);
    return result;
}

static int explain_child(const struct conversion *job, const struct child *child,
                         const wchar_t *names)
{
    if (interrupted())
        return fail(L"interrupted; %ls was not written", job->out_path);
    if (child_crashed(child))
        return fail(L"%ls: the driver crashed (%ls): %ls; %ls was not written", job->in_path,
                    child_reason(child), names, job->out_path);
    return EXIT_FAILURE;
}

/* Converts the file in a process of its own, with a driver that is not ours. */
static int convert_in_child(const struct conversion *job, const wchar_t *names)
{
    const struct convert_options *options = job->options;
    const wchar_t *args[24] = { L"convert", OPTION_ANY_DRIVER }, **next = args + 2;
    const wchar_t *const values[][2] = { { L"--to", options->to },
                                         { L"--bitrate", options->bitrate },
                                         { L"--rate", options->rate },
                                         { L"--channels", options->channels },
                                         { L"--bits", options->bits },
                                         { L"--driver", options->driver },
                                         { L"--raw", options->raw ? options->raw->text : 0 } };
    struct child child;
    bool started;
    int result = EXIT_SUCCESS;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (values[i][1]) {
            *next++ = values[i][0];
            *next++ = values[i][1];
        }
    if (options->overwrite)
        *next++ = L"--overwrite";
    *next++ = L"--";
    *next++ = job->in_path;
    *next = job->out_path;
    LeaveCriticalSection(job->lock);
    started = child_run(&child, args);
    EnterCriticalSection(job->lock);
    if (!started)
        return fail(L"%ls: cannot start a process for another driver: %ls", job->in_path,
                    system_error_text(GetLastError()));
    child_relay(&child);
    if (child.code != EXIT_SUCCESS) {
        output_remove_partial(job->out_path);
        result = explain_child(job, &child, names);
    }
    child_free(&child);
    return result;
}

/* Called if ours cannot convert the file. */
static int convert_by_others(const struct conversion *job, DWORD tag)
{
    const struct convert_options *options = job->options;
    const struct driver *only =
        options->driver ? drivers_choose(options->drivers, options->driver) : 0;
    const struct driver *ours = drivers_ours(options->drivers);
    const wchar_t *fault = trust_fault(job->in.format);
    wchar_t names[TRUST_NAMES_ROOM];
    ACMFORMATTAGDETAILSW listed;

    if (is_child() || (only && only->ours) ||
        trust_others(options->drivers, only, job->in.format->wFormatTag, tag, names) == 0)
        return target_refuse(job, tag);
    if (fault && ours && driver_lists(ours, job->in.format->wFormatTag, &listed))
        return target_refuse(job, tag);
    if (fault)
        return refuse_untrusted(options->drivers, job->in_path, job->in.format, fault, names);
    return convert_in_child(job, names);
}

static int convert(struct conversion *job)
{
    DWORD tag;
    int result = source_open(&job->in, job->in_path, job->options->drivers, job->options->raw);

    if (result == EXIT_SUCCESS)
        result = target_choose(job, &tag);
    if (result != EXIT_SUCCESS)
        return result;
    if (file_is(&job->in.file, job->out_path))
        return fail(L"%ls and %ls are the same file; choose another name for the result",
                    job->in_path, job->out_path);
    if (!job->options->overwrite && file_exists(job->out_path))
        return fail(L"%ls already exists; use --overwrite to replace it", job->out_path);
    if (!candidates_choose(&job->candidates, job->options->drivers, job->options->driver,
                           !is_child() || trust_fault(job->in.format)))
        return EXIT_FAILURE;
    if (!target_open(job, tag))
        return convert_by_others(job, tag);
    measure_delay(job);
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
