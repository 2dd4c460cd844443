#include "convert_loop.h"
#include "formats.h"
#include "measure.h"
#include "target.h"

enum { BEGINNING = 1 << 20 }; /* bytes of a large file */

struct reader {
    const struct wav *wav;
    uint64_t at;
};

static size_t read_data(void *context, void *bytes, size_t count)
{
    struct reader *reader = context;
    size_t n = wav_read(reader->wav, reader->at, bytes, count);

    reader->at += n;
    return n;
}

static bool ignore_data(void *context, const void *bytes, size_t count)
{
    (void)context;
    (void)bytes;
    (void)count;
    return true;
}

/* Decodes a part of the file. */
static bool count(const struct measure *measure, HACMSTREAM stream, const WAVEFORMATEX *formats[2],
                  uint64_t at, uint64_t size, uint64_t *samples)
{
    struct convert_loop loop = { .stream = stream, .from = formats[0], .to = formats[1] };
    struct reader reader = { measure->wav, at };
    const struct convert_io io = { &reader, size, read_data, ignore_data };
    enum convert_end end = convert_loop_run(&loop, &io);

    *samples = loop.made / formats[1]->nBlockAlign;
    return end == CONVERT_DONE || end == CONVERT_STUCK;
}

/* Decodes all of a small file. Of a large one, counts blocks and decodes what is left of the last.
 */
static bool count_all(struct measure *measure, HACMSTREAM stream, const WAVEFORMATEX *formats[2])
{
    uint64_t size = measure->wav->data_size, align = formats[0]->nBlockAlign, rest = 0;
    uint64_t beginning = BEGINNING - BEGINNING % align, whole = size / align;

    if (size <= BEGINNING)
        return count(measure, stream, formats, 0, size, &measure->decoded) &&
               (measure->decoded != 0 || whole == 0);
    if (!count(measure, stream, formats, 0, beginning, &measure->decoded) ||
        measure->decoded != beginning / align * measure->block)
        return false;
    if (size % align != 0 && !count(measure, stream, formats, whole * align, size % align, &rest))
        return false;
    measure->decoded = whole * measure->block + rest;
    return true;
}

bool measure_file(struct measure *measure, const WAVEFORMATEX *wfx)
{
    union format pcm;
    const WAVEFORMATEX *formats[2] = { wfx, &pcm.wfx };
    HACMSTREAM stream;

    if (!target_suggest(wfx, measure->driver, WAVE_FORMAT_PCM, &pcm) || pcm.wfx.nBlockAlign == 0 ||
        wfx->nBlockAlign == 0 ||
        acmStreamOpen(&stream, measure->driver, (WAVEFORMATEX *)wfx, &pcm.wfx, 0, 0, 0,
                      ACM_STREAMOPENF_NONREALTIME) != MMSYSERR_NOERROR)
        return false;
    measure->block = samples_per_block(stream, wfx, &pcm.wfx);
    measure->blocks = measure->wav->data_size / wfx->nBlockAlign;
    measure->counted = count_all(measure, stream, formats);
    acmStreamClose(stream, 0);
    return true;
}
