#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "../codecs/ac3/sync.h"
#include "../codecs/ac3/tables.h"
#include "ac3_file.h"

enum { CHUNK = 65536, PROBED = 2 * AC3_MOST_BYTES };

static void add_frame(struct frame_facts *facts, const uint8_t *bytes)
{
    struct ac3_header header = { 0 };
    struct bit_reader in = { bytes, 0, 0 };
    uint32_t rate;

    ac3_read_start(bytes, &header);
    in.size = header.bytes * 8u;
    ac3_read_header(&in, &header);
    rate = ac3_sample_rates[header.rate] >> header.halvings;
    if (facts->frames == 0) {
        swprintf(facts->name, sizeof facts->name / sizeof *facts->name, L"AC-3, %u.%u", header.full,
                 header.lfe);
        facts->sample_rate = rate;
        facts->channels = (uint16_t)(header.full + header.lfe);
    }
    frames_add(facts, header.bytes, AC3_FRAME,
               ac3_bit_rates[bytes[4] % 64 / 2] * 1000u >> header.halvings);
}

static void add_frames(struct ac3_sync *sync, struct frame_facts *facts, const uint8_t *bytes,
                       size_t count)
{
    unsigned size;

    while ((size = ac3_sync_find(sync, &bytes, &count)) != 0) {
        add_frame(facts, sync->bytes);
        ac3_sync_drop(sync, size);
    }
}

void ac3_scan(const struct wav *wav, struct frame_facts *facts)
{
    struct ac3_sync *sync = malloc(sizeof *sync);
    uint8_t *bytes = malloc(CHUNK);
    uint64_t at = 0;

    if (sync)
        ac3_sync_start(sync, true);
    for (size_t n = 1; sync && bytes && n != 0; at += n) {
        n = wav_read(wav, at, bytes, CHUNK);
        add_frames(sync, facts, bytes, n);
    }
    free(sync);
    free(bytes);
}

bool ac3_open(struct wav *wav, const struct wav_io *io)
{
    struct frame_facts facts = { .frames = 0 };
    struct wave_format format = { .tag = TAG_AC3, .extra = wav->format };
    struct ac3_sync sync;
    uint8_t bytes[PROBED];

    frames_begin(wav, io);
    ac3_sync_start(&sync, false);
    add_frames(&sync, &facts, bytes, wav_read(wav, 0, bytes, PROBED));
    if (facts.frames == 0)
        return false;
    ac3_complete(&format, &(struct mode){ facts.sample_rate, facts.channels, facts.least_bit_rate },
                 0);
    frames_set_format(wav, &format);
    return true;
}
