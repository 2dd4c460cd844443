/* The search for frames in a stream of bytes, and the format of their files. */
#include <string.h>
#include "fixed.h"
#include "sync.h"
#include "tables.h"

void ac3_sync_start(struct ac3_sync *sync, bool synchronized)
{
    sync->count = 0;
    sync->synchronized = synchronized;
}

static void drop(struct ac3_sync *sync, unsigned bytes)
{
    sync->count = (uint16_t)(sync->count - bytes);
    memmove(sync->bytes, sync->bytes + bytes, sync->count);
}

void ac3_sync_drop(struct ac3_sync *sync, unsigned bytes)
{
    sync->synchronized = true;
    drop(sync, bytes);
}

/* Drops what cannot begin a frame. */
static void resynchronize(struct ac3_sync *sync)
{
    unsigned at = 1;

    while (at < sync->count && sync->bytes[at] != 0x0B)
        at++;
    sync->synchronized = false;
    drop(sync, at);
}

/* Takes bytes until there are `wanted`; false if the source ends before. A frame that is searched
 * for begins with the first byte of its synchronization. */
static bool take(struct ac3_sync *sync, unsigned wanted, const uint8_t **src, size_t *left)
{
    size_t n;

    for (; sync->count == 0 && !sync->synchronized && *left != 0 && **src != 0x0B; --*left)
        ++*src;
    n = sync->count < wanted ? min_size(wanted - sync->count, *left) : 0;
    memcpy(sync->bytes + sync->count, *src, n);
    sync->count = (uint16_t)(sync->count + n);
    *src += n;
    *left -= n;
    return sync->count >= wanted;
}

unsigned ac3_sync_find(struct ac3_sync *sync, const uint8_t **src, size_t *left)
{
    while (take(sync, AC3_HEADER_BYTES, src, left)) {
        struct ac3_header header;

        if (!ac3_read_start(sync->bytes, &header)) {
            resynchronize(sync);
            continue;
        }
        if (!take(sync, header.bytes, src, left))
            return 0;
        if (sync->synchronized || ac3_checksum_fits(sync->bytes, header.bytes))
            return header.bytes;
        if (!take(sync, header.bytes + AC3_SYNC_BYTES, src, left))
            return 0;
        if (memcmp(sync->bytes + header.bytes, sync->bytes, AC3_SYNC_BYTES) == 0)
            return header.bytes;
        resynchronize(sync);
    }
    return 0;
}

unsigned ac3_rate_of(uint32_t sample_rate)
{
    for (unsigned i = 0; i < 3; i++)
        for (unsigned halvings = 0; halvings < 3; halvings++)
            if (sample_rate == ac3_sample_rates[i] >> halvings)
                return i;
    return 3;
}

void ac3_complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    unsigned rate = ac3_rate_of(mode->sample_rate) % 3, code = 0;
    uint32_t kbits = mode->bit_rate ? mode->bit_rate / 1000 : 64u * mode->channels + 64;

    (void)dialect;
    if (mode->sample_rate != 0) /* a halved sample rate halves the bit rate of a code */
        kbits *= ac3_sample_rates[rate] / mode->sample_rate;
    while (code < 2 * (AC3_RATES - 1) && ac3_bit_rates[code / 2] < kbits)
        code += 2;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)ac3_frame_bytes(rate, code);
    format->byte_rate = (format->block_align * mode->sample_rate + AC3_FRAME / 2) / AC3_FRAME;
    format->bits_per_sample = 0;
    format->extra_size = 0;
}
