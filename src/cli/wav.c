#include <string.h>
#include "tags.h"
#include "bits.h"
#include "wav.h"

enum { CHUNK_HEADER = 8, RIFF_HEADER = 12, DS64 = 28 };

/* Bounds on the search of a damaged file: all chunks, and those after fmt and data. */
enum { MAX_CHUNKS = 4096, MAX_CHUNKS_AFTER_DATA = 64 };

/* A size that was never filled in, or is in the ds64 chunk of an RF64. */
static const uint32_t UNKNOWN = 0xFFFFFFFF;

/* Recognizes other kinds of files by their first bytes. */
static const char *not_riff(const uint8_t *p)
{
    static const struct {
        char magic[5];
        uint8_t size;
        const char *reason;
    } kinds[] = {
        { "RIFX", 4,
          "it is a big-endian WAV (RIFX) file, which is not supported; convert it with sox or "
          "ffmpeg" },
        { "FORM", 4, "not a WAV file, but an AIFF or other IFF file" },
        { ".snd", 4, "not a WAV file, but a Sun audio (.au) file" },
        { "OggS", 4, "not a WAV file, but an Ogg file" },
        { "fLaC", 4, "not a WAV file, but a FLAC file" },
        { "riff", 4, "not a WAV file, but a Sony Wave64 file" },
        { "caff", 4, "not a WAV file, but an Apple CAF file" },
        { "#!AM", 4, "not a WAV file, but an AMR file" },
        { "#!SI", 4, "not a WAV file, but a SILK file" },
        { "Crea", 4, "not a WAV file, but a Creative .voc file" },
        { "ID3", 3, "not a WAV file, but an MP3 file" },
        { "\xFF\xFB", 2, "not a WAV file, but an MP3 file" },
        { "\x30\x26\xB2\x75", 4, "not a WAV file, but a Windows Media file" },
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(p, kinds[i].magic, kinds[i].size) == 0)
            return kinds[i].reason;
    return "not a WAV file: it does not begin with RIFF";
}

static const char *not_wave(const uint8_t *form)
{
    if (memcmp(form, "AVI ", 4) == 0)
        return "it is an AVI video, not a WAV file";
    if (memcmp(form, "RMID", 4) == 0)
        return "it is a MIDI (RMID) file, not a WAV file";
    return "it is a RIFF file, but not a WAVE file";
}

struct scan {
    struct wav *wav;
    uint64_t at; /* position of the current chunk */
    uint64_t ds64_data, ds64_samples;
    bool has_ds64, has_fmt, has_data;
    bool complete; /* the RIFF size matches the file, so its writer has filled in the sizes */
};

/* Returns true for IMA ADPCM and GSM 6.10, whose extra bytes are the samples per block.
 * WAVE_FORMAT_EXTENSIBLE has these in a field of its own. */
static bool extra_is_samples(uint16_t tag) { return tag == TAG_IMA_ADPCM || tag == TAG_GSM610; }

/* Replaces WAVE_FORMAT_EXTENSIBLE by the tag inside it. */
static void unwrap_extensible(struct wav *wav)
{
    static const uint8_t base[] = SUBTYPE_TAIL;
    uint8_t *p = wav->format;
    uint16_t tag, samples = load16_le(p + 18);
    size_t extra;

    if (load16_le(p) != WAV_TAG_EXTENSIBLE || wav->format_size < 40 ||
        memcmp(p + 26, base, sizeof base) != 0)
        return;
    tag = load16_le(p + 24);
    if (load16_le(p + 2) > 2 && (tag == WAV_TAG_PCM || tag == WAV_TAG_FLOAT))
        return; /* the speaker positions would be lost */
    extra = wav->format_size - 40;
    store16_le(p, tag);
    memmove(p + WAV_FORMAT_SIZE, p + 40, extra);
    if (extra == 0 && extra_is_samples(tag) && samples != 0) {
        store16_le(p + WAV_FORMAT_SIZE, samples);
        extra = 2;
    }
    store16_le(p + 16, (uint16_t)extra);
    wav->format_size = WAV_FORMAT_SIZE + extra;
}

/* Corrects the redundant fields of a PCM header. */
static void correct_pcm(uint8_t *p)
{
    uint16_t tag = load16_le(p), channels = load16_le(p + 2);
    uint16_t align = load16_le(p + 12), bits = load16_le(p + 14);

    if ((tag != WAV_TAG_PCM && tag != WAV_TAG_FLOAT) || channels == 0)
        return;
    if (bits == 0)
        bits = (uint16_t)(align / channels * 8);
    if (align == 0 || align % channels != 0)
        align = (uint16_t)((bits + 7) / 8 * channels);
    store16_le(p + 14, bits);
    store16_le(p + 12, align);
    store32_le(p + 8, load32_le(p + 4) * align);
}

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
    if (n >= WAV_FORMAT_SIZE && load16_le(p) != WAV_TAG_PCM)
        extra = load16_le(p + 16);
    if (load16_le(p) == WAV_TAG_EXTENSIBLE && extra < 22)
        extra = 22;
    if (extra > available)
        extra = available;
    store16_le(p + 16, (uint16_t)extra);
    wav->format_size = WAV_FORMAT_SIZE + extra;
    scan->has_fmt = true;
    return 0;
}

static void read_ds64(struct scan *scan)
{
    const struct wav *wav = scan->wav;
    uint8_t p[24];

    if (wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, p, sizeof p) == sizeof p) {
        scan->ds64_data = load64_le(p + 8);
        scan->ds64_samples = load64_le(p + 16);
        scan->has_ds64 = true;
    }
}

static void read_fact(struct scan *scan)
{
    struct wav *wav = scan->wav;
    uint8_t p[4];

    if (wav->io.read(wav->io.file, scan->at + CHUNK_HEADER, p, sizeof p) == sizeof p) {
        wav->fact = load32_le(p);
        wav->has_fact = true;
    }
}

/* Finds the data size, which in an RF64 is in the ds64 chunk. A recording that was cut off has
 * none, or one that was written in advance. */
static uint64_t read_data(struct scan *scan, uint32_t said)
{
    struct wav *wav = scan->wav;
    uint64_t left = wav->io.size - scan->at - CHUNK_HEADER;
    bool filled_in = said == UNKNOWN ? scan->has_ds64 : said != 0 || scan->complete;

    wav->data_at = scan->at + CHUNK_HEADER;
    wav->data_said = said == UNKNOWN && scan->has_ds64 ? scan->ds64_data : said;
    wav->data_size = filled_in && wav->data_said < left ? wav->data_said : left;
    scan->has_data = true;
    return wav->data_size;
}

static const char *read_chunk(struct scan *scan, const uint8_t header[CHUNK_HEADER], uint64_t *size)
{
    if (memcmp(header, "fmt ", 4) == 0 && !scan->has_fmt)
        return read_format(scan, *size);
    if (memcmp(header, "ds64", 4) == 0)
        read_ds64(scan);
    else if (memcmp(header, "fact", 4) == 0 || memcmp(header, "FACT", 4) == 0)
        read_fact(scan);
    else if (memcmp(header, "data", 4) == 0 && !scan->has_data)
        *size = read_data(scan, load32_le(header + 4));
    return 0;
}

/* Scores how much four bytes look like a chunk ID. */
static int likeness(const uint8_t *p)
{
    static const char known[][5] = { "fmt ", "data", "fact", "LIST", "PEAK",
                                     "bext", "JUNK", "cue ", "smpl", "id3 " };

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

static const char *read_chunks(struct scan *scan)
{
    struct wav *wav = scan->wav;
    uint8_t header[CHUNK_HEADER];
    const char *reason = 0;
    int after = 0;

    scan->at = RIFF_HEADER;
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

const char *wav_scan(struct wav *wav, const struct wav_io *io)
{
    uint8_t p[RIFF_HEADER] = { 0 };
    struct scan scan = { .wav = wav };
    const char *reason;
    size_t n;

    memset(wav, 0, sizeof *wav);
    wav->io = *io;
    n = io->read(io->file, 0, p, sizeof p);
    if (n == 0)
        return "the file is empty";
    if (memcmp(p, "RIFF", 4) != 0 && memcmp(p, "RF64", 4) != 0 && memcmp(p, "BW64", 4) != 0)
        return not_riff(p);
    if (n < sizeof p)
        return "the file ends within its header";
    if (memcmp(p + 8, "WAVE", 4) != 0)
        return not_wave(p + 8);
    scan.complete = load32_le(p + 4) != 0 &&
                    load32_le(p + 4) + (uint64_t)CHUNK_HEADER <= io->size &&
                    load32_le(p + 4) + (uint64_t)CHUNK_HEADER + 1 >= io->size;
    reason = read_chunks(&scan);
    if (reason)
        return reason;
    if (!scan.has_fmt)
        return "it has no fmt chunk, so its format is unknown";
    if (!scan.has_data)
        return "it has no data chunk, and so no audio data";
    if (wav->has_fact && wav->fact == UNKNOWN && scan.has_ds64)
        wav->fact = scan.ds64_samples;
    wav->said_tag = load16_le(wav->format);
    wav->said_byte_rate = load32_le(wav->format + 8);
    wav->said_block_align = load16_le(wav->format + 12);
    wav->said_bits = load16_le(wav->format + 14);
    unwrap_extensible(wav);
    correct_pcm(wav->format);
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
    if (wav->has_fact && wav->fact != 0 && wav->fact < decoded && decoded - wav->fact < block)
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
    bool pcm = load16_le(format) == WAV_TAG_PCM, done;
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
