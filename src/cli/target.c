#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bits.h"
#include "channels.h"
#include "console.h"
#include "errors.h"
#include "formats.h"
#include "tags.h"
#include "target.h"

static bool is_changed(const struct pcm_wanted *pcm)
{
    return pcm->rate != 0 || pcm->channels != 0 || pcm->bits != 0;
}

/* The target is --to; without it, PCM for a compressed file, or for PCM with other properties. */
static int choose_tag(const struct conversion *job, DWORD *tag)
{
    const struct convert_options *options = job->options;

    *tag = WAVE_FORMAT_PCM;
    if (options->to && !tag_parse(options->drivers, options->to, tag))
        return EXIT_FAILURE;
    if (!options->to && !is_changed(&options->pcm) && is_pcm(job->in.format))
        return fail(L"%ls is %ls; choose what to convert it to with --to FORMAT, or --rate, "
                    L"--channels and --bits",
                    job->in_path, format_text(options->drivers, job->in.format));
    if (!is_pcm(job->in.format) && !is_pcm_tag(*tag))
        return fail(
            L"%ls is %ls, which can only be converted to PCM; convert it to PCM first, then "
            L"convert the result",
            job->in_path, format_text(options->drivers, job->in.format));
    if (options->pcm.bits != 0 && !is_pcm_tag(*tag))
        return fail(L"--bits is for PCM, not for %ls; leave it out", options->to);
    return EXIT_SUCCESS;
}

int target_choose(struct conversion *job, DWORD *tag)
{
    const struct pcm_wanted *wanted = &job->options->pcm;
    WAVEFORMATEX side = pcm_like(job->in.format, WAVE_FORMAT_PCM);

    side.nSamplesPerSec = wanted->rate ? wanted->rate : side.nSamplesPerSec;
    side.nChannels = wanted->channels ? wanted->channels : side.nChannels;
    job->side = pcm_like(&side, WAVE_FORMAT_PCM);
    return choose_tag(job, tag);
}

/* Some drivers suggest nothing for PCM, or for a source that they do accept. PCM of more than two
 * channels has its speakers in the header, if the driver knows them. */
bool target_suggest(const WAVEFORMATEX *from, HACMDRIVER driver, DWORD tag, union format *target)
{
    bool pcm = tag == WAVE_FORMAT_PCM, speakers = pcm && from->nChannels > 2;
    DWORD flags = ACM_FORMATSUGGESTF_WFORMATTAG | (pcm ? ACM_FORMATSUGGESTF_WBITSPERSAMPLE : 0);

    memset(target, 0, sizeof *target);
    target->wfx.wFormatTag = speakers ? WAVE_FORMAT_EXTENSIBLE : (WORD)tag;
    target->wfx.wBitsPerSample = pcm ? 16 : 0;
    if (acmFormatSuggest(driver, (WAVEFORMATEX *)from, &target->wfx, sizeof *target, flags) ==
            MMSYSERR_NOERROR &&
        same_mode(&target->wfx, from))
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

/* The source of an encoder: the file's format, or the PCM that it becomes first. */
static const WAVEFORMATEX *encoded_from(const struct conversion *job)
{
    return is_changed(&job->options->pcm) ? &job->side : job->in.format;
}

/* A driver whose suggestion fails may still accept one of the formats that it lists. */
static bool open_listed(struct conversion *job, const struct driver *driver, DWORD tag)
{
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;

    if (!driver_lists(driver, tag, &listed))
        return false;
    for (DWORD i = 0; driver_format(driver, &listed, i, &job->target, &details); i++)
        if (same_mode(&job->target.wfx, &job->side) && try_open(job, driver->handle))
            return true;
    return false;
}

static bool is_candidate(const struct candidates *candidates, const struct driver *driver)
{
    return candidates->any || (candidates->count != 0 && driver->handle == candidates->handles[0]);
}

/* The distance of a format from the requested bit rate, in kbit/s. */
static double distance(const struct conversion *job, const WAVEFORMATEX *wfx)
{
    return fabs(wfx->nAvgBytesPerSec * 8 / 1000.0 - job->options->kbits);
}

/* Makes the listed format with the nearest bit rate, at most a tenth away, the target. */
static bool choose_bitrate(struct conversion *job, const struct driver *driver, DWORD tag)
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
        if (same_mode(&format->wfx, &job->side) &&
            distance(job, &format->wfx) <= job->options->kbits / 10 &&
            (!found || distance(job, &format->wfx) < distance(job, &job->target.wfx))) {
            job->target = *format;
            found = true;
        }
    free(format);
    return found;
}

/* Tries our driver first. */
static bool open_at_bitrate(struct conversion *job, DWORD tag)
{
    const struct drivers *drivers = job->options->drivers;

    for (int ours = 1; ours >= 0; ours--)
        for (size_t i = 0; i < drivers->count; i++) {
            const struct driver *driver = &drivers->list[i];

            if (driver->ours == ours && is_candidate(&job->candidates, driver) &&
                choose_bitrate(job, driver, tag) && try_open(job, driver->handle))
                return true;
        }
    return false;
}

/* The header of the source may state other speakers than the usual ones. */
static void keep_speakers(struct conversion *job)
{
    WORD channels = job->target.wfx.nChannels;
    bool same = channels == job->in.format->nChannels;
    const struct wave_format format = { .channels = channels,
                                        .channel_mask = same ? job->in.wav.channel_mask : 0 };

    if (job->target.wfx.wFormatTag == WAVE_FORMAT_EXTENSIBLE && channels <= CHANNELS_MOST)
        store32_le(job->target.bytes + 20, channel_mask(&format));
}

static bool is_float(const WAVEFORMATEX *pcm)
{
    return pcm->wFormatTag == TAG_IEEE_FLOAT ||
           (pcm->wFormatTag == WAVE_FORMAT_EXTENSIBLE && ((const BYTE *)pcm)[24] == TAG_IEEE_FLOAT);
}

/* PCM as the options say. Without --bits and --to, PCM keeps its width. */
static void make_pcm(struct conversion *job, DWORD tag)
{
    static const BYTE subtype[] = SUBTYPE_TAIL;
    const struct pcm_wanted *wanted = &job->options->pcm;
    const WAVEFORMATEX *from = job->in.format;
    WAVEFORMATEX *to = &job->target.wfx;

    memset(&job->target, 0, sizeof job->target);
    *to = pcm_like(&job->side, tag == TAG_IEEE_FLOAT ? tag : (DWORD)WAVE_FORMAT_PCM);
    if (wanted->bits != 0) {
        to->wFormatTag = wanted->is_float ? TAG_IEEE_FLOAT : WAVE_FORMAT_PCM;
        to->wBitsPerSample = wanted->bits;
    } else if (!job->options->to && is_pcm(from)) {
        to->wFormatTag = is_float(from) ? TAG_IEEE_FLOAT : WAVE_FORMAT_PCM;
        to->wBitsPerSample = from->wBitsPerSample;
    }
    to->nBlockAlign = (WORD)(to->nChannels * to->wBitsPerSample / 8);
    to->nAvgBytesPerSec = to->nSamplesPerSec * to->nBlockAlign;
    if (to->nChannels <= 2)
        return;
    store16_le(job->target.bytes + 18, to->wBitsPerSample);
    store16_le(job->target.bytes + 24, to->wFormatTag);
    memcpy(job->target.bytes + 26, subtype, sizeof subtype);
    to->wFormatTag = WAVE_FORMAT_EXTENSIBLE;
    to->cbSize = 22;
    keep_speakers(job);
}

static bool open_pcm(struct conversion *job, DWORD tag)
{
    make_pcm(job, tag);
    for (size_t i = 0; i < job->candidates.count; i++)
        if (try_open(job, job->candidates.handles[i]))
            return true;
    return false;
}

bool target_open(struct conversion *job, DWORD tag)
{
    const struct candidates *candidates = &job->candidates;

    if (is_pcm_tag(tag) && is_changed(&job->options->pcm))
        return open_pcm(job, tag);
    if (job->options->kbits != 0 && !is_pcm_tag(tag))
        return open_at_bitrate(job, tag);
    for (size_t i = 0; i < candidates->count; i++)
        if (target_suggest(encoded_from(job), candidates->handles[i], tag, &job->target)) {
            keep_speakers(job);
            if (try_open(job, candidates->handles[i]))
                return true;
        }
    for (size_t i = 0; i < job->options->drivers->count && !is_pcm_tag(tag); i++)
        if (is_candidate(candidates, &job->options->drivers->list[i]) &&
            open_listed(job, &job->options->drivers->list[i], tag))
            return true;
    return false;
}

/* True if a driver decodes the source to PCM of its own rate and channels. */
static bool is_decoded(const struct conversion *job)
{
    WAVEFORMATEX pcm = pcm_like(job->in.format, WAVE_FORMAT_PCM);

    for (size_t i = 0; i < job->candidates.count; i++)
        if (acmStreamOpen(0, job->candidates.handles[i], (WAVEFORMATEX *)job->in.format, &pcm, 0, 0,
                          0, ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR)
            return true;
    return is_pcm(job->in.format);
}

int target_refuse(const struct conversion *job, DWORD tag)
{
    const struct convert_options *options = job->options;
    wchar_t from[NAME_ROOM + 96];

    if (is_pcm_tag(tag) && is_changed(&options->pcm) && is_decoded(job)) {
        wcscpy(from, format_text(options->drivers, job->in.format));
        return fail(L"%ls: no driver on this system converts %ls to %ls", job->in_path, from,
                    format_text(options->drivers, &job->target.wfx));
    }
    if (!is_pcm(job->in.format))
        return refuse_source(options->drivers, job->in_path, job->in.format);
    if (options->kbits != 0)
        return refuse_bitrate(options->drivers, job->in_path, encoded_from(job), tag,
                              options->kbits);
    return refuse_target(options->drivers, job->in_path, encoded_from(job), tag);
}
