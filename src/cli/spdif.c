#include <string.h>
#include "../codecs/mpeg/frame.h"
#include "ac3_file.h"
#include "bits.h"
#include "mpeg_file.h"
#include "spdif.h"

enum {
    PREAMBLE = 8, /* bytes: two words of synchronization, the type, and the length in bits */
    HEAD = PREAMBLE + MPEG_HEADER_BYTES,
    CHUNK = 4096,        /* searched at once */
    BEGINNING = 1 << 18, /* bytes of a file in which the first burst is searched for */
    TYPE_BITS = 0x1F,
    AC3 = 1,
    LAYER1 = 4,
    LAYER23 = 5,
    LAYER1_HALF = 8, /* of half the sample rate */
    LAYER2_HALF = 9,
    LAYER3_HALF = 10
};

static bool is_mpeg(unsigned type)
{
    return type == LAYER1 || type == LAYER23 || (type >= LAYER1_HALF && type <= LAYER3_HALF);
}

static size_t read_pcm(const struct spdif *spdif, uint64_t at, uint8_t *bytes, size_t count)
{
    if (at >= spdif->size)
        return 0;
    if (count > spdif->size - at)
        count = (size_t)(spdif->size - at);
    return spdif->io.read(spdif->io.file, spdif->data_at + at, bytes, count);
}

/* Whether a burst begins with these bytes: of the stream's type, or of any that is known. */
static bool is_preamble(const struct spdif *spdif, const uint8_t *p)
{
    unsigned type = p[4] & TYPE_BITS;

    if (load16_le(p) != 0xF872 || load16_le(p + 2) != 0x4E1F || load16_le(p + 6) == 0)
        return false;
    return spdif->type != 0 ? type == spdif->type : type == AC3 || is_mpeg(type);
}

/* The bytes of the payload. Frames of MPEG audio of an odd length are padded to words. */
static uint32_t payload_bytes(const uint8_t *p)
{
    const uint8_t start[MPEG_HEADER_BYTES] = { p[9], p[8], p[11], p[10] };
    uint32_t bytes = (load16_le(p + 6) + 7u) / 8;
    struct mpeg_header header;

    if (is_mpeg(p[4] & TYPE_BITS) && mpeg_parse_header(start, &header) &&
        bytes == mpeg_frame_bytes(&header) + 1)
        bytes--;
    return bytes;
}

static void set_burst(struct spdif *spdif, uint64_t at, const uint8_t *p)
{
    spdif->now.at = at;
    spdif->now.bytes = payload_bytes(p);
    spdif->loaded = false;
}

/* Finds the first burst from `at` on, before `end`. Samples are aligned to two bytes. */
static bool search(struct spdif *spdif, uint64_t at, uint64_t end)
{
    uint8_t bytes[CHUNK + HEAD];

    for (; at < end; at += CHUNK) {
        size_t n = read_pcm(spdif, at, bytes, sizeof bytes);

        for (size_t i = 0; i < CHUNK && i + HEAD <= n; i += 2)
            if (is_preamble(spdif, bytes + i)) {
                set_burst(spdif, at + i, bytes + i);
                return true;
            }
        if (n < sizeof bytes)
            break;
    }
    return false;
}

/* Goes on to the next burst, which is usually as far away as the last one was. */
static bool advance(struct spdif *spdif)
{
    struct spdif_burst last = spdif->now;
    uint64_t behind = last.at + PREAMBLE + (last.bytes + 1u) / 2 * 2;
    uint8_t p[HEAD];

    spdif->now.begin = last.begin + last.bytes;
    if (last.at + spdif->step >= behind &&
        read_pcm(spdif, last.at + spdif->step, p, HEAD) == HEAD && is_preamble(spdif, p)) {
        set_burst(spdif, last.at + spdif->step, p);
        return true;
    }
    if (!search(spdif, behind, spdif->size)) {
        spdif->now = last;
        return false;
    }
    spdif->step = spdif->now.at - last.at;
    return true;
}

/* Words of the payload begin with the high byte, and samples with the low one. */
static void load(struct spdif *spdif)
{
    size_t n = (spdif->now.bytes + 1u) / 2 * 2, read;

    if (spdif->loaded)
        return;
    read = read_pcm(spdif, spdif->now.at + PREAMBLE, spdif->payload, n);
    memset(spdif->payload + read, 0, n - read);
    for (size_t i = 0; i < n; i += 2) {
        uint8_t low = spdif->payload[i];

        spdif->payload[i] = spdif->payload[i + 1];
        spdif->payload[i + 1] = low;
    }
    spdif->loaded = true;
}

static size_t read_stream(void *file, uint64_t at, void *bytes, size_t count)
{
    struct spdif *spdif = file;
    size_t done = 0;

    if (at < spdif->now.begin) {
        spdif->now = spdif->first;
        spdif->loaded = false;
    }
    while (done < count) {
        uint64_t offset = at + done - spdif->now.begin;
        size_t n = count - done;

        if (offset >= spdif->now.bytes) {
            if (!advance(spdif))
                break;
            continue;
        }
        load(spdif);
        n = n < spdif->now.bytes - offset ? n : (size_t)(spdif->now.bytes - offset);
        memcpy((uint8_t *)bytes + done, spdif->payload + offset, n);
        done += n;
    }
    return done;
}

bool spdif_open(struct spdif *spdif, struct wav *wav)
{
    const struct wav whole = *wav;
    struct wav_io io = { spdif, 0, read_stream, 0, 0 };
    uint8_t p[HEAD];
    bool found;

    memset(spdif, 0, sizeof *spdif);
    spdif->io = wav->io;
    spdif->data_at = wav->data_at;
    spdif->size = wav->data_size;
    if (!search(spdif, 0, BEGINNING) || read_pcm(spdif, spdif->now.at, p, HEAD) != HEAD)
        return false;
    spdif->type = p[4] & TYPE_BITS;
    spdif->first = spdif->now;
    for (bool more = true; more;)
        more = advance(spdif);
    io.size = spdif->now.begin + spdif->now.bytes;
    found = spdif->type == AC3 ? ac3_open(wav, &io) : mpeg_open(wav, &io);
    wav->notes = whole.notes;
    wav->more_data = whole.more_data;
    if (!found)
        *wav = whole;
    return found;
}
