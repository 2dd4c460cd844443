#include <string.h>
#include <wchar.h>
#include "../codecs/ac3/tables.h"
#include "ac3_file.h"
#include "bits.h"
#include "files.h"

enum { PROBED = 2 * AC3_MOST_BYTES, SYNC = 2 };

bool ac3_is_named(const wchar_t *path)
{
    const wchar_t *extension = wcsrchr(base_name(path), L'.');

    return extension && _wcsicmp(extension, L".ac3") == 0;
}

/* The first frame whose checksum is correct, or that another one follows; null if there is none. */
static const uint8_t *first_frame(const uint8_t *bytes, size_t size, struct ac3_header *header)
{
    for (size_t at = 0; at + AC3_HEADER_BYTES <= size; at++) {
        size_t left = size - at;

        if (!ac3_read_start(bytes + at, header) || header->bytes > left)
            continue;
        if (ac3_checksum_fits(bytes + at, header->bytes) ||
            (left >= (size_t)header->bytes + SYNC &&
             memcmp(bytes + at, bytes + at + header->bytes, SYNC) == 0))
            return bytes + at;
    }
    return 0;
}

/* As in AVI files. */
static void write_format(struct wav *wav, const struct ac3_header *header)
{
    uint32_t rate = ac3_sample_rates[header->rate] >> header->halvings;
    uint8_t *p = wav->format;

    store16_le(p, TAG_AC3);
    store16_le(p + 2, (uint16_t)(header->full + header->lfe));
    store32_le(p + 4, rate);
    store32_le(p + 8, (header->bytes * rate + AC3_FRAME / 2) / AC3_FRAME);
    store16_le(p + 12, header->bytes);
    store16_le(p + 14, 0);
    store16_le(p + 16, 0);
    wav->format_size = WAV_FORMAT_SIZE;
}

bool ac3_open(struct wav *wav, const struct wav_io *io)
{
    uint8_t bytes[PROBED];
    size_t size = io->read(io->file, 0, bytes, io->size < PROBED ? (size_t)io->size : PROBED);
    struct ac3_header header = { 0 };
    struct bit_reader in = { first_frame(bytes, size, &header), 0, 0 };

    if (!in.bytes)
        return false;
    in.size = header.bytes * 8u;
    ac3_read_header(&in, &header);
    memset(wav, 0, sizeof *wav);
    wav->io = *io;
    wav->data_size = wav->data_said = io->size;
    write_format(wav, &header);
    memcpy(wav->said, wav->format, sizeof wav->said);
    wav->said_tag = TAG_AC3;
    return true;
}
