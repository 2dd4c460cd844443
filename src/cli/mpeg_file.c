#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "../codecs/mpeg/sync.h"
#include "bits.h"
#include "files.h"
#include "mpeg_file.h"

enum { CHUNK = 65536 };

static void add_frame(struct mpeg_facts *facts, const struct mpeg_frame *frame)
{
    const struct mpeg_header *header = &frame->header;
    uint32_t samples = mpeg_frame_samples(header), bit_rate = mpeg_bit_rate(header);

    if (bit_rate == 0) /* free format */
        bit_rate = (uint32_t)((uint64_t)(frame->size - mpeg_padding_bytes(header)) * 8 *
                              mpeg_sample_rate(header) / samples);
    if (facts->frames++ == 0) {
        facts->version = header->version;
        facts->layer = header->layer;
        facts->sample_rate = mpeg_sample_rate(header);
        facts->channels = (uint16_t)mpeg_channels(header);
        facts->least_bit_rate = facts->most_bit_rate = bit_rate;
    }
    if (bit_rate < facts->least_bit_rate)
        facts->least_bit_rate = bit_rate;
    if (bit_rate > facts->most_bit_rate)
        facts->most_bit_rate = bit_rate;
    facts->samples += samples;
    facts->bytes += frame->size;
}

bool mpeg_scan(const struct wav *wav, struct mpeg_facts *facts)
{
    const struct mpeg_header none = { .layer = 0 }; /* no first header is trusted */
    struct mpeg_sync *sync = malloc(sizeof *sync);
    uint8_t *bytes = malloc(CHUNK);
    struct mpeg_frame frame;
    uint64_t at = 0;
    size_t n = 1;

    *facts = (struct mpeg_facts){ 0 };
    if (sync)
        mpeg_sync_start(sync, &none);
    while (sync && bytes && n != 0) {
        n = wav_read(wav, at, bytes, CHUNK);
        at += n;
        for (size_t used = 0; used < n || n == 0;) {
            used += mpeg_sync_feed(sync, bytes + used, n - used);
            while (mpeg_sync_next(sync, n == 0, &frame))
                add_frame(facts, &frame);
            if (n == 0)
                break;
        }
    }
    free(sync);
    free(bytes);
    return facts->frames != 0;
}

bool mpeg_is_named(const wchar_t *path)
{
    static const wchar_t *const extensions[] = { L".mp3", L".mp2", L".mp1", L".mpa", L".m2a" };
    const wchar_t *extension = wcsrchr(base_name(path), L'.');

    for (size_t i = 0; extension && i < sizeof extensions / sizeof *extensions; i++)
        if (_wcsicmp(extension, extensions[i]) == 0)
            return true;
    return false;
}

/* MPEGLAYER3WAVEFORMAT or MPEG1WAVEFORMAT, with the average byte rate. */
static void write_format(struct wav *wav, const struct mpeg_facts *facts)
{
    bool layer3 = facts->layer == 3;
    uint32_t byte_rate = (uint32_t)(facts->bytes * facts->sample_rate / facts->samples);
    uint8_t *p = wav->format;

    store16_le(p, layer3 ? TAG_MPEGLAYER3 : TAG_MPEG);
    store16_le(p + 2, facts->channels);
    store32_le(p + 4, facts->sample_rate);
    store32_le(p + 8, facts->least_bit_rate == facts->most_bit_rate ? facts->most_bit_rate / 8
                                                                    : byte_rate);
    store16_le(p + 12, 1);
    store16_le(p + 14, 0);
    store16_le(p + 16, layer3 ? LAYER3_EXTRA : MPEG1_EXTRA);
    if (layer3) {
        store16_le(p + 18, LAYER3_ID_MPEG);
        store16_le(p + 26, 1); /* frames in a block */
        store16_le(p + 28, LAYER3_DELAY);
    } else {
        store16_le(p + 18, (uint16_t)(1 << (facts->layer - 1)));
        store32_le(p + 20,
                   facts->least_bit_rate == facts->most_bit_rate ? facts->most_bit_rate : 0);
        store16_le(p + 24, facts->channels == 1 ? MPEG1_MONO : MPEG1_STEREO);
        store16_le(p + 28, MPEG1_NO_EMPHASIS);
        store16_le(p + 30, facts->version == MPEG_1 ? MPEG1_ID : 0);
    }
    wav->format_size = WAV_FORMAT_SIZE + (size_t)load16_le(p + 16);
}

bool mpeg_open(struct wav *wav, const struct wav_io *io)
{
    struct mpeg_facts facts;

    memset(wav, 0, sizeof *wav);
    wav->io = *io;
    wav->data_size = wav->data_said = io->size;
    if (!mpeg_scan(wav, &facts))
        return false;
    write_format(wav, &facts);
    memcpy(wav->said, wav->format, sizeof wav->said);
    wav->said_tag = load16_le(wav->format);
    return true;
}
