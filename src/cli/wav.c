#include <string.h>
#include "bits.h"
#include "header.h"
#include "wav.h"

enum { CHUNK_HEADER = 8, RIFF_HEADER = 12, DS64 = 28 };

/* Bounds on the search of a damaged file: all chunks, and those after fmt and data. */
enum { MAX_CHUNKS = 4096, MAX_CHUNKS_AFTER_DATA = 64 };

/* A size that was never filled in, or is in the ds64 chunk of an RF64. */
static const uint32_t UNKNOWN = 0xFFFFFFFF;

struct scan {
    struct wav *wav;
    uint64_t at; /* position of the current chunk */
    uint64_t ds64_data, ds64_samples;
    bool has_ds64, has_fmt, has_data, has_wave_list;
};

/* The chunk is a WAVEFORMAT of 14 bytes, without the bits per sample; a PCMWAVEFORMAT of 16; or a
 * WAVEFORMATEX of at least 18, whose cbSize may be too large. */
static const char *read_format(struct scan *scan, uint64_t size)
{
    struct wav *wav = scan->wav;
    uint8_t *p = wav->format;
    size_t wanted = size < WAV_FORMAT_ROOM ? (size_t)size : WAV_FORMAT_ROOM;
    size_t n = wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, p, wanted);
    size_t extra = 0, available = n < WAV_FORMAT_SIZE ? 0 : n - WAV_FORMAT_SIZE;

    if (n < 14)
        return "its fmt chunk is truncated";
    if (n < 16)
        n = 14;
    memset(p + n, 0, WAV_FORMAT_ROOM - n);
    if (n >= WAV_FORMAT_SIZE && load16_le(p) != TAG_PCM)
        extra = load16_le(p + 16);
    if (load16_le(p) == TAG_EXTENSIBLE && extra < 22)
        extra = 22;
    if (extra > available)
        extra = available;
    store16_le(p + 16, (uint16_t)extra);
    wav->format_size = WAV_FORMAT_SIZE + extra;
    scan->has_fmt = true;
    return 0;
}

static void read_ds64(struct scan *scan, uint64_t size)
{
    const struct wav *wav = scan->wav;
    uint8_t p[24];

    if (size >= sizeof p &&
        wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, p, sizeof p) == sizeof p) {
        scan->ds64_data = load64_le(p + 8);
        scan->ds64_samples = load64_le(p + 16);
        scan->has_ds64 = true;
    }
}

static void read_fact(struct scan *scan, uint64_t size)
{
    struct wav *wav = scan->wav;
    uint8_t p[4];

    if (size >= sizeof p &&
        wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, p, sizeof p) == sizeof p) {
        wav->fact = load32_le(p);
        wav->has_fact = true;
    }
}

/* Scores how much four bytes look like a chunk ID. */
static int likeness(const uint8_t *p)
{
    static const char known[][5] = { "fmt ", "data", "fact", "LIST", "PEAK", "bext", "JUNK",
                                     "junk", "cue ", "smpl", "inst", "id3 ", "ID3 ", "iXML",
                                     "axml", "chna", "acid", "DISP", "FLLR", "PAD ", "_PMX" };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (memcmp(p, known[i], 4) == 0)
            return 2;
    for (int i = 0; i < 4; i++)
        if (p[i] < ' ' || p[i] > '~')
            return 0;
    return 1;
}

/* A chunk of odd size is padded, but some programs forget that. */
static uint64_t next_chunk(const struct wav *wav, uint64_t end, uint64_t size)
{
    uint8_t p[5];

    if (size % 2 == 0)
        return end;
    if (wav->io.read(wav->io.file, end, p, sizeof p) == sizeof p && likeness(p) > likeness(p + 1))
        return end;
    return end + 1;
}

/* Returns true if chunks follow instead of audio data: the first has a known ID, or all of them
 * together end where the file does. */
static bool chunks_follow(const struct wav *wav, uint64_t at)
{
    uint8_t header[CHUNK_HEADER];

    for (int i = 0; i < MAX_CHUNKS_AFTER_DATA; i++) {
        uint32_t size;

        if (at >= wav->io.size)
            return i > 0 && at <= wav->io.size + 1;
        if (wav->io.read(wav->io.file, at, header, CHUNK_HEADER) != CHUNK_HEADER ||
            likeness(header) == 0)
            return false;
        if (i == 0 && likeness(header) == 2)
            return true;
        size = load32_le(header + 4);
        at = next_chunk(wav, at + CHUNK_HEADER + size, size);
    }
    return false;
}

/* Returns true for sizes that programs write in advance, before they know the right one. A file
 * that really has so much data is read in the same way, to its end. */
static bool is_placeholder(uint64_t size)
{
    return (size >= 0x7FFF0000 && size <= 0x80000000) || (size >= 0xFFFF0000 && size <= UNKNOWN) ||
           size >= (uint64_t)INT64_MAX;
}

/* Reads the size of a data chunk, which in an RF64 is in the ds64 chunk, and finds out how much
 * data there is. Only the first data chunk that is not empty counts. */
static uint64_t read_data(struct scan *scan, uint32_t said)
{
    struct wav *wav = scan->wav;
    uint64_t at = scan->at + CHUNK_HEADER, left = wav->io.size - at, size = said;
    bool from_ds64 = scan->has_ds64 && (said == UNKNOWN || (said == 0 && scan->ds64_data != 0));
    bool unfilled;

    if (scan->has_data && wav->data_size != 0) {
        wav->notes |= WAV_MORE_DATA;
        wav->more_data += size < left ? size : left;
        return size;
    }
    if (scan->has_data && left != 0)
        wav->notes |= WAV_EMPTY_DATA;
    scan->has_data = true;
    if (from_ds64)
        size = scan->ds64_data;
    wav->data_at = at;
    wav->data_said = size;
    wav->data_size = size < left ? size : left;
    unfilled = size == 0 ? left != 0 && !chunks_follow(wav, at)
                         : is_placeholder(size) && (size > left || (size == UNKNOWN && !from_ds64));
    if (unfilled) {
        wav->notes |= WAV_SIZE_UNKNOWN;
        wav->data_size = left;
    }
    return wav->data_size;
}

static void read_list(struct scan *scan)
{
    const struct wav *wav = scan->wav;
    uint8_t form[4] = { 0 };

    wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, form, sizeof form);
    scan->has_wave_list = scan->has_wave_list || memcmp(form, "wavl", 4) == 0;
}

static const char *read_chunk(struct scan *scan, const uint8_t header[CHUNK_HEADER], uint64_t *size)
{
    if (memcmp(header, "fmt ", 4) == 0 && !scan->has_fmt)
        return read_format(scan, *size);
    if (memcmp(header, "ds64", 4) == 0)
        read_ds64(scan, *size);
    else if (memcmp(header, "fact", 4) == 0 || memcmp(header, "FACT", 4) == 0)
        read_fact(scan, *size);
    else if (memcmp(header, "LIST", 4) == 0)
        read_list(scan);
    else if (memcmp(header, "data", 4) == 0)
        *size = read_data(scan, load32_le(header + 4));
    return 0;
}

static const char *read_chunks(struct scan *scan)
{
    struct wav *wav = scan->wav;
    uint8_t header[CHUNK_HEADER];
    const char *reason = 0;
    int after = 0;

    for (int i = 0; i < MAX_CHUNKS && after < MAX_CHUNKS_AFTER_DATA && !reason; i++) {
        uint64_t size;

        if (scan->at >= wav->io.size ||
            wav->io.read(wav->io.file, scan->at, header, CHUNK_HEADER) != CHUNK_HEADER)
            break;
        size = load32_le(header + 4);
        reason = read_chunk(scan, header, &size);
        scan->at = next_chunk(wav, scan->at + CHUNK_HEADER + size, size);
        after += scan->has_fmt && scan->has_data;
    }
    return reason;
}

/* The number of samples is in the ds64 chunk if it does not fit into a fact chunk, or if there is
 * none. */
static void read_samples(struct scan *scan)
{
    struct wav *wav = scan->wav;

    if (!scan->has_ds64 || scan->ds64_samples == 0 || is_placeholder(scan->ds64_samples) ||
        (wav->has_fact && wav->fact != UNKNOWN))
        return;
    wav->fact = scan->ds64_samples;
    wav->notes |= wav->has_fact ? 0 : WAV_DS64_FACT;
    wav->has_fact = true;
}

/* Finds RIFF, possibly after ID3v2 tags: ID3, the version, flags, and a size of four times 7 bits,
 * without this header and the footer that a flag announces. Returns NULL, or the reason why this
 * cannot be a WAV file. */
static const char *find_riff(struct scan *scan)
{
    struct wav *wav = scan->wav;
    uint8_t p[RIFF_HEADER] = { 0 };
    size_t n = wav->io.read(wav->io.file, 0, p, sizeof p);
    uint64_t at = 0;

    while (n >= 10 && memcmp(p, "ID3", 3) == 0 && at < wav->io.size) {
        at += 10u + (uint32_t)((p[6] & 0x7F) << 21 | (p[7] & 0x7F) << 14 | (p[8] & 0x7F) << 7 |
                               (p[9] & 0x7F));
        at += p[5] & 0x10 ? 10 : 0;
        memset(p, 0, sizeof p);
        n = wav->io.read(wav->io.file, at, p, sizeof p);
        wav->notes |= WAV_ID3;
    }
    scan->at = at + RIFF_HEADER;
    if (at == 0 && n == 0)
        return "the file is empty";
    if (memcmp(p, "RIFF", 4) != 0 && memcmp(p, "RF64", 4) != 0 && memcmp(p, "BW64", 4) != 0)
        return kind_not_riff(p, at != 0);
    if (n < sizeof p)
        return "the file ends within its header";
    return memcmp(p + 8, "WAVE", 4) == 0 ? 0 : kind_not_wave(p + 8);
}

const char *wav_scan(struct wav *wav, const struct wav_io *io)
{
    struct scan scan = { .wav = wav };
    const char *reason;

    memset(wav, 0, sizeof *wav);
    wav->io = *io;
    reason = find_riff(&scan);
    if (!reason)
        reason = read_chunks(&scan);
    if (reason)
        return reason;
    if (!scan.has_fmt)
        return "it has no fmt chunk, so its format is unknown";
    if (!scan.has_data && scan.has_wave_list)
        return "its audio data is a wave list (LIST wavl), which is not supported";
    if (!scan.has_data)
        return "it has no data chunk, and so no audio data";
    read_samples(&scan);
    wav->said_tag = load16_le(wav->format);
    wav->channel_mask = wav->said_tag == TAG_EXTENSIBLE ? load32_le(wav->format + 20) : 0;
    header_unwrap(wav->format, &wav->format_size);
    memcpy(wav->said, wav->format, sizeof wav->said);
    header_correct(wav->format, &wav->format_size);
    return 0;
}

size_t wav_read(const struct wav *wav, uint64_t at, void *bytes, size_t count)
{
    if (at >= wav->data_size)
        return 0;
    if (count > wav->data_size - at)
        count = (size_t)(wav->data_size - at);
    return wav->io.read(wav->io.file, wav->data_at + at, bytes, count);
}

uint64_t wav_samples(const struct wav *wav, uint64_t decoded, uint64_t block)
{
    enum { LONGEST_DELAY = 140 }; /* TrueSpeech's; no codec with shorter blocks delays the sound */
    uint64_t slack = block > LONGEST_DELAY ? block + LONGEST_DELAY : block;

    if (wav->has_fact && wav->fact != 0 && wav->fact < decoded && decoded - wav->fact < slack)
        return wav->fact;
    return decoded;
}

static bool put(struct wav_writer *writer, const void *bytes, size_t count)
{
    bool done = writer->io.write(writer->io.file, writer->end, bytes, count);

    writer->end += count;
    return done;
}

static bool put_chunk(struct wav_writer *writer, const char *name, uint32_t size, const void *bytes)
{
    uint8_t header[CHUNK_HEADER];

    memcpy(header, name, 4);
    store32_le(header + 4, size);
    return put(writer, header, sizeof header) && put(writer, bytes, size) &&
           put(writer, "", size % 2);
}

bool wav_create(struct wav_writer *writer, const struct wav_io *io, const uint8_t *format,
                uint64_t expected)
{
    static const uint8_t zeros[DS64];
    bool pcm = load16_le(format) == TAG_PCM, done;
    uint32_t size = pcm ? 16u : WAV_FORMAT_SIZE + (uint32_t)load16_le(format + 16);

    *writer = (struct wav_writer){ .io = *io };
    writer->has_junk = expected > UNKNOWN - WAV_FORMAT_ROOM - 256u;
    done = put(writer, "RIFF\0\0\0\0WAVE", RIFF_HEADER) &&
           (!writer->has_junk || put_chunk(writer, "JUNK", DS64, zeros)) &&
           put_chunk(writer, "fmt ", size, format);
    writer->fact_at = pcm ? 0 : writer->end + CHUNK_HEADER;
    done =
        done && (pcm || put_chunk(writer, "fact", 4, zeros)) && put_chunk(writer, "data", 0, zeros);
    writer->data_at = writer->end;
    return done;
}

void wav_create_bare(struct wav_writer *writer, const struct wav_io *io)
{
    *writer = (struct wav_writer){ .io = *io };
}

bool wav_write(struct wav_writer *writer, const void *bytes, size_t count)
{
    return put(writer, bytes, count);
}

static bool patch(const struct wav_writer *writer, uint64_t at, uint64_t value)
{
    uint8_t p[4];

    store32_le(p, value > UNKNOWN ? UNKNOWN : (uint32_t)value);
    return writer->io.write(writer->io.file, at, p, sizeof p);
}

/* Turns the file into an RF64, and the reserved JUNK chunk after WAVE into a ds64. */
static bool make_rf64(const struct wav_writer *writer, uint64_t data_size, uint64_t samples)
{
    uint8_t p[CHUNK_HEADER + DS64] = "ds64";

    store32_le(p + 4, DS64);
    store64_le(p + CHUNK_HEADER, writer->end - CHUNK_HEADER);
    store64_le(p + CHUNK_HEADER + 8, data_size);
    store64_le(p + CHUNK_HEADER + 16, samples);
    return writer->io.write(writer->io.file, 0, "RF64", 4) &&
           writer->io.write(writer->io.file, RIFF_HEADER, p, sizeof p);
}

bool wav_finish(struct wav_writer *writer, uint64_t data_size, uint64_t samples)
{
    bool large;

    if (writer->data_at == 0)
        return writer->io.resize(writer->io.file, data_size);
    writer->end = writer->data_at + data_size;
    if (!put(writer, "", data_size % 2) || !writer->io.resize(writer->io.file, writer->end))
        return false;
    large = writer->end - CHUNK_HEADER > UNKNOWN;
    if (large && !(writer->has_junk && make_rf64(writer, data_size, samples)))
        return false;
    return patch(writer, 4, large ? UNKNOWN : writer->end - CHUNK_HEADER) &&
           patch(writer, writer->data_at - 4, large ? UNKNOWN : data_size) &&
           (writer->fact_at == 0 || patch(writer, writer->fact_at, samples));
}
