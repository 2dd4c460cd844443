#include <string.h>
#include <wchar.h>
#include "ac3_file.h"
#include "bits.h"
#include "files.h"
#include "frames.h"
#include "mpeg_file.h"

static const struct {
    const wchar_t *extension;
    bool (*open)(struct wav *, const struct wav_io *);
    uint16_t written; /* the tag whose files with this extension have no header, or 0 */
} kinds[] = { { L".mp3", mpeg_open, TAG_MPEGLAYER3 },
              { L".mp2", mpeg_open, TAG_MPEG },
              { L".mp1", mpeg_open, 0 },
              { L".mpa", mpeg_open, 0 },
              { L".m2a", mpeg_open, 0 },
              { L".ac3", ac3_open, TAG_AC3 } };

enum { KINDS = sizeof kinds / sizeof *kinds };

/* KINDS if there is none. */
static size_t kind_of(const wchar_t *path)
{
    const wchar_t *extension = wcsrchr(base_name(path), L'.');

    for (size_t i = 0; extension && i < KINDS; i++)
        if (_wcsicmp(extension, kinds[i].extension) == 0)
            return i;
    return KINDS;
}

bool frames_are_named(const wchar_t *path) { return kind_of(path) < KINDS; }

bool frames_are_bare(const wchar_t *path, uint16_t tag)
{
    size_t kind = kind_of(path);

    return kind < KINDS && kinds[kind].written == tag;
}

bool frames_open(struct wav *wav, const struct wav_io *io, const wchar_t *path)
{
    size_t kind = kind_of(path);

    return kind < KINDS && kinds[kind].open(wav, io);
}

void frames_add(struct frame_facts *facts, uint32_t bytes, uint32_t samples, uint32_t bit_rate)
{
    if (facts->frames++ == 0)
        facts->least_bit_rate = facts->most_bit_rate = bit_rate;
    if (bit_rate < facts->least_bit_rate)
        facts->least_bit_rate = bit_rate;
    if (bit_rate > facts->most_bit_rate)
        facts->most_bit_rate = bit_rate;
    facts->samples += samples;
    facts->bytes += bytes;
}

bool frames_scan(const struct wav *wav, struct frame_facts *facts)
{
    *facts = (struct frame_facts){ .frames = 0 };
    switch (load16_le(wav->format)) {
    case TAG_MPEG:
    case TAG_MPEGLAYER3:
        mpeg_scan(wav, facts);
        return true;
    case TAG_AC3:
        ac3_scan(wav, facts);
        return true;
    default:
        return false;
    }
}

void frames_begin(struct wav *wav, const struct wav_io *io)
{
    memset(wav, 0, sizeof *wav);
    wav->io = *io;
    wav->data_size = wav->data_said = io->size;
}

void frames_set_format(struct wav *wav, const struct wave_format *format)
{
    uint8_t *p = wav->format;

    store16_le(p, format->tag);
    store16_le(p + 2, format->channels);
    store32_le(p + 4, format->sample_rate);
    store32_le(p + 8, format->byte_rate);
    store16_le(p + 12, format->block_align);
    store16_le(p + 14, format->bits_per_sample);
    store16_le(p + 16, format->extra_size);
    memcpy(p + WAV_FORMAT_SIZE, format->extra, format->extra_size);
    wav->format_size = WAV_FORMAT_SIZE + (size_t)format->extra_size;
    memcpy(wav->said, wav->format, sizeof wav->said);
    wav->said_tag = format->tag;
}
