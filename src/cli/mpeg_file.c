#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "../codecs/mpeg/format.h"
#include "../codecs/mpeg/sync.h"
#include "bits.h"
#include "mpeg_file.h"

enum { CHUNK = 65536 };

static void add_frame(struct frame_facts *facts, const struct mpeg_frame *frame)
{
    static const wchar_t *const layers[] = { L"", L"I", L"II", L"III" };
    static const wchar_t *const versions[] = { L"1", L"2", L"2.5" };
    const struct mpeg_header *header = &frame->header;
    uint32_t samples = mpeg_frame_samples(header), bit_rate = mpeg_bit_rate(header);

    if (bit_rate == 0) /* free format */
        bit_rate = (uint32_t)((uint64_t)(frame->size - mpeg_padding_bytes(header)) * 8 *
                              mpeg_sample_rate(header) / samples);
    if (facts->frames == 0) {
        swprintf(facts->name, sizeof facts->name / sizeof *facts->name, L"MPEG-%ls, Layer %ls",
                 versions[header->version], layers[header->layer]);
        facts->sample_rate = mpeg_sample_rate(header);
        facts->channels = (uint16_t)mpeg_channels(header);
    }
    frames_add(facts, frame->size, samples, bit_rate);
}

/* Also finds the layer of the first frame. */
static bool scan(const struct wav *wav, struct frame_facts *facts, unsigned *layer)
{
    const struct mpeg_header none = { .layer = 0 }; /* no first header is trusted */
    struct mpeg_sync *sync = malloc(sizeof *sync);
    uint8_t *bytes = malloc(CHUNK);
    struct mpeg_frame frame;
    uint64_t at = 0;
    size_t n = 1;

    if (sync)
        mpeg_sync_start(sync, &none);
    while (sync && bytes && n != 0) {
        n = wav_read(wav, at, bytes, CHUNK);
        at += n;
        for (size_t used = 0; used < n || n == 0;) {
            used += mpeg_sync_feed(sync, bytes + used, n - used);
            while (mpeg_sync_next(sync, n == 0, &frame)) {
                *layer = facts->frames == 0 ? frame.header.layer : *layer;
                add_frame(facts, &frame);
            }
            if (n == 0)
                break;
        }
    }
    free(sync);
    free(bytes);
    return facts->frames != 0;
}

void mpeg_scan(const struct wav *wav, struct frame_facts *facts)
{
    unsigned layer;

    scan(wav, facts, &layer);
}

/* As the codec completes it, but with frames of any length, and the average byte rate. */
static void set_format(struct wav *wav, const struct frame_facts *facts, unsigned layer)
{
    uint8_t extra[EXTRA_ROOM];
    struct mode mode = { facts->sample_rate, facts->channels, facts->most_bit_rate };
    struct wave_format format = { .tag = layer == 3 ? TAG_MPEGLAYER3 : TAG_MPEG, .extra = extra };
    bool constant = facts->least_bit_rate == facts->most_bit_rate;

    if (layer == 3) {
        mpeg_complete3(&format, &mode, 0);
        store32_le(extra + 2, 0); /* padded as the standard says */
        store16_le(extra + 6, 0); /* the block */
    } else {
        mpeg_complete2(&format, &mode, layer);
        store32_le(extra + 2, constant ? facts->most_bit_rate : 0);
    }
    format.block_align = 1;
    format.byte_rate = constant ? facts->most_bit_rate / 8
                                : (uint32_t)(facts->bytes * facts->sample_rate / facts->samples);
    frames_set_format(wav, &format);
}

bool mpeg_open(struct wav *wav, const struct wav_io *io)
{
    struct frame_facts facts = { .frames = 0 };
    unsigned layer = 0;

    frames_begin(wav, io);
    if (!scan(wav, &facts, &layer))
        return false;
    set_format(wav, &facts, layer);
    return true;
}
