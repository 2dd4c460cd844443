/* Reads unusual WAV files, and writes WAV files, in memory. */
#include "support.h"
#include "bits.h"
#include "cli/wav.h"

/* A file of any size whose first bytes are stored; the others are zeros. */
enum { STORED = 4096 };
struct memory {
    uint8_t bytes[STORED];
    uint64_t size;
};

static size_t memory_read(void *context, uint64_t at, void *bytes, size_t count)
{
    struct memory *memory = context;

    count = at >= memory->size          ? 0
            : memory->size - at < count ? (size_t)(memory->size - at)
                                        : count;
    for (size_t i = 0; i < count; i++)
        ((uint8_t *)bytes)[i] = at + i < STORED ? memory->bytes[at + i] : 0;
    return count;
}

static bool memory_write(void *context, uint64_t at, const void *bytes, size_t count)
{
    struct memory *memory = context;

    for (size_t i = 0; i < count && at + i < STORED; i++)
        memory->bytes[at + i] = ((const uint8_t *)bytes)[i];
    memory->size = at + count > memory->size ? at + count : memory->size;
    return true;
}

static bool memory_resize(void *context, uint64_t size)
{
    ((struct memory *)context)->size = size;
    return true;
}

static struct wav_io io_of(struct memory *memory)
{
    return (struct wav_io){ memory, memory->size, memory_read, memory_write, memory_resize };
}

static void add(struct memory *memory, const void *bytes, size_t count)
{
    memory_write(memory, memory->size, bytes, count);
}

static void add32(struct memory *memory, uint32_t value)
{
    uint8_t p[4];

    store32_le(p, value);
    add(memory, p, 4);
}

static void add_chunk(struct memory *memory, const char *name, const void *bytes, size_t count)
{
    add(memory, name, 4);
    add32(memory, (uint32_t)count);
    add(memory, bytes, count);
    add(memory, "", count % 2);
}

static void begin(struct memory *memory, const char *riff, uint32_t size)
{
    memset(memory, 0, sizeof *memory);
    add(memory, riff, 4);
    add32(memory, size);
    add(memory, "WAVE", 4);
}

static const uint8_t gsm[20] = { 0x31, 0, 1,  0, 0x40, 0x1F, 0, 0, 0x59, 6,
                                 0,    0, 65, 0, 0,    0,    2, 0, 0x40, 1 };
static const uint8_t pcm[16] = { 1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x80, 0x3E, 0, 0, 2, 0, 16, 0 };
static const uint8_t sound[65 * 4] = { 1, 2, 3 };

static const char *open_memory(struct wav *wav, struct memory *memory)
{
    struct wav_io io = io_of(memory);

    return wav_scan(wav, &io);
}

static void expect(struct memory *memory, uint64_t data_at, uint64_t data_size)
{
    static struct wav wav;

    assert_null(open_memory(&wav, memory));
    assert_int_equal(wav.data_at, data_at);
    assert_int_equal(wav.data_size, data_size);
}

static void test_plain(void **unused)
{
    static struct memory memory;
    static struct wav wav;
    uint8_t p[8];

    (void)unused;
    begin(&memory, "RIFF", 0);
    add_chunk(&memory, "fmt ", gsm, sizeof gsm);
    add_chunk(&memory, "fact", (uint8_t[]){ 0xFF, 4, 0, 0 }, 4);
    add_chunk(&memory, "data", sound, sizeof sound);
    expect(&memory, 60, 260);
    open_memory(&wav, &memory);
    assert_int_equal(wav.format_size, 20);
    assert_memory_equal(wav.format, gsm, 20);
    assert_true(wav.has_fact);
    assert_int_equal(wav.fact, 0x4FF);
    assert_int_equal(wav_read(&wav, 0, p, 3), 3);
    assert_memory_equal(p, sound, 3);
    assert_int_equal(wav_read(&wav, 258, p, 8), 2);
    assert_int_equal(wav_read(&wav, 260, p, 8), 0);
}

/* Sizes that were never filled in, or are wrong. */
static void test_truncated(void **unused)
{
    static const uint32_t sizes[] = { 0, 0xFFFFFFFF, 261, 1000000 };
    static struct memory memory;

    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        begin(&memory, "RIFF", 0);
        add_chunk(&memory, "fmt ", pcm, sizeof pcm);
        add_chunk(&memory, "data", sound, sizeof sound);
        store32_le(memory.bytes + 40, sizes[i]);
        expect(&memory, 44, 260);
    }
    store32_le(memory.bytes + 40, 0); /* although the RIFF size is right */
    store32_le(memory.bytes + 4, (uint32_t)memory.size - 8);
    expect(&memory, 44, 260);
    /* More than 4 GB without RF64. */
    store32_le(memory.bytes + 40, 0xFFFFFFFF);
    memory.size = 5000000044;
    expect(&memory, 44, 5000000000);
}

static void begin_ulaw(struct memory *memory, const char *riff, uint32_t size)
{
    static const uint8_t ulaw[18] = { 7, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0 };

    begin(memory, riff, size);
    add_chunk(memory, "fmt ", ulaw, sizeof ulaw);
}

static void expect_notes(struct memory *memory, unsigned notes)
{
    static struct wav wav;

    assert_null(open_memory(&wav, memory));
    if (wav.notes != notes)
        fail_msg("the notes are %u, not %u", wav.notes, notes);
}

/* The data is where the audio is: the first data chunk that is not empty. */
static void test_empty_data(void **unused)
{
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    begin_ulaw(&memory, "RIFF", 0); /* complete, and really empty */
    add_chunk(&memory, "data", "", 0);
    expect(&memory, 46, 0);
    expect_notes(&memory, 0);
    add_chunk(&memory, "LIST", "INFO", 4);
    expect(&memory, 46, 0);

    add_chunk(&memory, "data", sound, 65); /* an empty data chunk before a full one */
    expect(&memory, 46 + 12 + 8, 65);
    expect_notes(&memory, WAV_EMPTY_DATA);

    begin_ulaw(&memory, "RIFF", 0); /* with a chunk of an unknown name between them */
    add_chunk(&memory, "data", "", 0);
    add_chunk(&memory, "Abcd", "1", 1);
    add_chunk(&memory, "data", sound, 65);
    expect(&memory, 46 + 10 + 8, 65);

    add_chunk(&memory, "data", sound, 100); /* another one, which is not read */
    expect(&memory, 46 + 10 + 8, 65);
    expect_notes(&memory, WAV_EMPTY_DATA | WAV_MORE_DATA);
    assert_null(open_memory(&wav, &memory));
    assert_int_equal(wav.more_data, 100);

    begin_ulaw(&memory, "RIFF", 0); /* audio that looks like text, but not like chunks */
    add_chunk(&memory, "data", "", 0);
    add(&memory, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26);
    expect(&memory, 46, 26);
    expect_notes(&memory, WAV_SIZE_UNKNOWN);
}

static void test_placeholders(void **unused)
{
    static const uint32_t sizes[] = { 0x7FFFF000, 0x7FFF0024, 0x7FFFFFFF, 0x7FFFFFDB, 0x80000000,
                                      0xFFFFFFFF, 0xFFFFFFDB, 0xFFFFFFFE, 0xFFFFF000, 0 };
    static struct memory memory;

    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        begin_ulaw(&memory, "RIFF", sizes[i] + 36);
        add_chunk(&memory, "data", sound, 260);
        store32_le(memory.bytes + 42, sizes[i]);
        expect(&memory, 46, 260);
        expect_notes(&memory, WAV_SIZE_UNKNOWN);
    }
    store32_le(memory.bytes + 42, 300); /* this is a truncated file */
    expect(&memory, 46, 260);
    expect_notes(&memory, 0);
    store32_le(memory.bytes + 42, 0x7FFFF000); /* this is the real size */
    memory.size = 46 + 0x7FFFF000ull;
    expect_notes(&memory, 0);
}

/* RF64 files that were written to a pipe: their ds64 chunk was never filled in. */
static void test_unknown_rf64(void **unused)
{
    static const uint8_t ds64s[][28] = {
        { 0 },
        { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
          255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
        { 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127 },
    };
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    for (size_t i = 0; i < sizeof ds64s / sizeof *ds64s; i++) {
        begin(&memory, "RF64", 0xFFFFFFFF);
        add_chunk(&memory, "ds64", ds64s[i], 28);
        add_chunk(&memory, "fmt ", pcm, sizeof pcm);
        add_chunk(&memory, "data", sound, 260);
        store32_le(memory.bytes + 76, 0xFFFFFFFF);
        expect(&memory, 80, 260);
        expect_notes(&memory, WAV_SIZE_UNKNOWN);
        assert_null(open_memory(&wav, &memory));
        assert_false(wav.has_fact);
    }
    store64_le(memory.bytes + 20 + 8, 200); /* the right size, and a number of samples */
    store64_le(memory.bytes + 20 + 16, 77);
    expect(&memory, 80, 200);
    expect_notes(&memory, WAV_DS64_FACT);
    assert_null(open_memory(&wav, &memory));
    assert_true(wav.has_fact && wav.fact == 77);
    assert_false(wav.notes & WAV_SIZE_UNKNOWN);
    store32_le(memory.bytes + 76, 0); /* the 32-bit size may be 0 instead of the largest number */
    expect(&memory, 80, 200);
    store32_le(memory.bytes + 16, 20); /* too short for its fields */
    memcpy(memory.bytes + 40, "LIST\0\0\0\0", 8);
    store32_le(memory.bytes + 76, 0xFFFFFFFF);
    expect(&memory, 80, 260);
    begin(&memory, "RF64", 0xFFFFFFFF);
    add_chunk(&memory, "ds64", ds64s[0], 24); /* without its table */
    add_chunk(&memory, "fmt ", pcm, sizeof pcm);
    add_chunk(&memory, "data", sound, 260);
    store64_le(memory.bytes + 20 + 8, 200);
    store32_le(memory.bytes + 72, 0xFFFFFFFF);
    expect(&memory, 76, 200);
}

static void test_short_chunks(void **unused)
{
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    for (size_t size = 0; size < 5; size++) {
        begin_ulaw(&memory, "RIFF", 0);
        add_chunk(&memory, "fact", "\1\0\0\0", size);
        add_chunk(&memory, "data", sound, 260);
        assert_null(open_memory(&wav, &memory));
        assert_int_equal(wav.has_fact, size >= 4);
        assert_int_equal(wav.data_size, 260);
    }
}

/* Tags of music players in front of the file; a flag announces a footer. */
static void test_id3(void **unused)
{
    static struct memory memory, tagged;

    (void)unused;
    begin_ulaw(&memory, "RIFF", 0);
    add_chunk(&memory, "data", sound, 65);
    for (unsigned size = 0; size < 300; size += 149)
        for (unsigned footer = 0; footer < 2; footer++)
            for (unsigned tags = 1; tags < 3; tags++) {
                uint64_t at;

                memset(&tagged, 0, sizeof tagged);
                for (unsigned i = 0; i < tags; i++) {
                    add(&tagged, "ID3\3\0", 5);
                    add(&tagged, (uint8_t[]){ footer ? 0x10 : 0, 0, 0 }, 3);
                    add(&tagged, (uint8_t[]){ (uint8_t)(size >> 7), (uint8_t)(size & 0x7F) }, 2);
                    tagged.size += size + (footer ? 10 : 0);
                }
                at = tagged.size;
                add(&tagged, memory.bytes, memory.size);
                expect(&tagged, at + 46, 65);
                expect_notes(&tagged, WAV_ID3);
            }
    memcpy(tagged.bytes + tagged.size - memory.size, "\xFF\xFB", 2);
    assert_non_null(strstr(open_memory(&(struct wav){ 0 }, &tagged), "MP3"));
}

static void test_order_and_padding(void **unused)
{
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    begin(&memory, "RIFF", 0);
    add_chunk(&memory, "LIST", "odd", 3);
    add_chunk(&memory, "data", sound, 65);
    add_chunk(&memory, "fact", (uint8_t[]){ 1, 1, 0, 0 }, 4);
    add_chunk(&memory, "fmt ", gsm, sizeof gsm);
    expect(&memory, 12 + 12 + 8, 65);
    open_memory(&wav, &memory);
    assert_int_equal(wav.fact, 257);
    assert_int_equal(wav.format_size, 20);

    begin(&memory, "RIFF", 0); /* without padding, twice */
    add(&memory, "LIST\3\0\0\0odd", 11);
    add_chunk(&memory, "fmt ", gsm, sizeof gsm);
    add(&memory, "junk\1\0\0\0x", 9);
    add_chunk(&memory, "data", sound, 65);
    expect(&memory, 12 + 11 + 28 + 9 + 8, 65);

    begin(&memory, "RIFF", 0); /* a pad byte that is not zero */
    add(&memory, "LIST\3\0\0\0oddX", 12);
    add_chunk(&memory, "fmt ", gsm, sizeof gsm);
    add_chunk(&memory, "data", sound, 65);
    expect(&memory, 12 + 12 + 28 + 8, 65);
}

static void test_rf64(void **unused)
{
    static struct memory memory;
    static struct wav wav;
    uint8_t ds64[28] = { 0 };

    (void)unused;
    store32_le(ds64 + 8, 100);
    store32_le(ds64 + 12, 2); /* 8 GB and 100 bytes */
    store32_le(ds64 + 16, 77);
    begin(&memory, "RF64", 0xFFFFFFFF);
    add_chunk(&memory, "ds64", ds64, sizeof ds64);
    add_chunk(&memory, "fmt ", pcm, sizeof pcm);
    add_chunk(&memory, "fact", (uint8_t[]){ 255, 255, 255, 255 }, 4);
    add(&memory, "data\377\377\377\377", 8);
    memory.size += 0x300000000;
    expect(&memory, 12 + 36 + 24 + 12 + 8, 0x200000064);
    open_memory(&wav, &memory);
    assert_int_equal(wav.fact, 77);
}

static void test_short_formats(void **unused)
{
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    begin(&memory, "RIFF", 0);
    add_chunk(&memory, "fmt ", pcm, 14);
    add_chunk(&memory, "data", sound, 64);
    assert_null(open_memory(&wav, &memory));
    assert_memory_equal(wav.format, pcm, 16);
    assert_int_equal(wav.format_size, 18);

    begin(&memory, "RIFF", 0); /* cbSize is too large */
    add_chunk(&memory, "fmt ", gsm, 18);
    add_chunk(&memory, "data", sound, 64);
    assert_null(open_memory(&wav, &memory));
    assert_int_equal(wav.format_size, 18);
    assert_int_equal(load16_le(wav.format + 16), 0);

    begin(&memory, "RIFF", 0);
    add_chunk(&memory, "fmt ", gsm, 12);
    add_chunk(&memory, "data", sound, 64);
    assert_string_equal(open_memory(&wav, &memory), "its fmt chunk is truncated");

    begin(&memory, "RIFF", 0);
    add(&memory, "fmt \20\0\0\0\1\0", 10);
    assert_string_equal(open_memory(&wav, &memory), "its fmt chunk is truncated");
}

static void make_extensible(uint8_t p[42], uint16_t tag, uint16_t channels, uint16_t bits,
                            uint16_t samples)
{
    memcpy(p, (uint8_t[42]){ 0xFE, 0xFF, 0,    0, 0x40, 0x1F, 0, 0,    0, 0,    0,    0,   0, 0,
                             0,    0,    22,   0, 0,    0,    4, 0,    0, 0,    0,    0,   0, 0,
                             0,    0,    0x10, 0, 0x80, 0,    0, 0xAA, 0, 0x38, 0x9B, 0x71 },
           42);
    store16_le(p + 2, channels);
    store16_le(p + 12, (uint16_t)(channels * bits / 8));
    store16_le(p + 14, bits);
    store16_le(p + 18, samples);
    store16_le(p + 24, tag);
}

static void open_extensible(struct wav *wav, const uint8_t *format, size_t size)
{
    static struct memory memory;

    begin(&memory, "RIFF", 0);
    add_chunk(&memory, "fmt ", format, size);
    add_chunk(&memory, "data", sound, 60);
    assert_null(open_memory(wav, &memory));
}

static void test_extensible(void **unused)
{
    static struct wav wav;
    uint8_t p[42];

    (void)unused;
    make_extensible(p, TAG_PCM, 2, 24, 24);
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), TAG_PCM);
    assert_int_equal(wav.format_size, 18);
    assert_int_equal(load32_le(wav.format + 8), 8000 * 6);

    make_extensible(p, TAG_PCM, 6, 16, 16); /* the speaker positions matter */
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), TAG_EXTENSIBLE);
    assert_int_equal(wav.format_size, 40);

    make_extensible(p, 0x11, 1, 4, 4); /* the valid bits, which are not samples per block */
    store16_le(p + 12, 256);
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), 0x11);
    assert_int_equal(load16_le(wav.said + 16), 0);
    assert_int_equal(load16_le(wav.format + 18), 505);

    make_extensible(p, 0x11, 1, 0, 496); /* the samples of a short block */
    store16_le(p + 12, 256);
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.said + 18), 496);
    assert_int_equal(load16_le(wav.format + 18), 496);

    make_extensible(p, 0x31, 1, 0, 320); /* the samples per block in their own field */
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), 0x31);
    assert_int_equal(load16_le(wav.format + 16), 2);
    assert_int_equal(load16_le(wav.format + 18), 320);

    store16_le(p + 16, 24); /* or in the extra bytes */
    store16_le(p + 40, 321);
    open_extensible(&wav, p, 42);
    assert_int_equal(wav.format_size, 20);
    assert_int_equal(load16_le(wav.format + 18), 321);

    p[30]++; /* another GUID */
    open_extensible(&wav, p, 42);
    assert_int_equal(load16_le(wav.format), TAG_EXTENSIBLE);

    make_extensible(p, TAG_PCM, 2, 24, 24); /* that of B-format */
    memcpy(p + 28, (uint8_t[12]){ 0x21, 7, 0xD3, 0x11, 0x86, 0x44, 0xC8, 0xC1, 0xCA }, 12);
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), TAG_PCM);
    store16_le(p + 24, 0x31);
    open_extensible(&wav, p, 40);
    assert_int_equal(load16_le(wav.format), TAG_EXTENSIBLE);
}

static void refuse(const char *bytes, size_t size, const char *reason)
{
    static struct memory memory;
    static struct wav wav;
    const char *message;

    memset(&memory, 0, sizeof memory);
    add(&memory, bytes, size);
    message = open_memory(&wav, &memory);
    assert_non_null(message);
    if (!strstr(message, reason))
        fail_msg("'%s' does not contain '%s'", message, reason);
}

static void test_refusals(void **unused)
{
    (void)unused;
    refuse("", 0, "empty");
    refuse("RI", 2, "not a WAV");
    refuse("RIFF\0\0\0\0WA", 10, "ends within its header");
    refuse("RIFX\0\0\0\0WAVE", 12, "big-endian");
    refuse("RIFF\0\0\0\0AVI ", 12, "AVI");
    refuse("RIFF\0\0\0\0CDXA", 12, "not a WAVE file");
    refuse("RIFF\0\0\0\0WAVE", 12, "no fmt chunk");
    refuse("FORM\0\0\0\0AIFF", 12, "AIFF");
    refuse("WAVCV1.0\0\0\0\0", 12, "Interplay");
    refuse("\xFF\xF3\0\0\0\0\0\0\0\0\0\0", 12, "MP3");
    refuse("ID3\3\0\0\0\0\0\0\xFF\xFB\0\0\0\0\0\0\0\0\0\0", 22, "MP3");
    refuse("ID3\3\0\0\0\0\0\0fLaC\0\0\0\0\0\0\0\0", 22, "FLAC");
    refuse("ID3\3\0\0\0\177\177\177", 10, "ID3");
    refuse("RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0\100\37\0\0\200\76\0\0\2\0\20\0"
           "LIST\4\0\0\0wavl",
           48, "wave list");
    refuse("OggS\0\0\0\0\0\0\0\0", 12, "Ogg");
    refuse("MZ\0\0\0\0\0\0\0\0\0\0", 12, "does not begin with RIFF");
    refuse("RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0\100\37\0\0\200\76\0\0\2\0\20\0", 36,
           "no data chunk");
}

/* Reading damaged files ends, and the data is within the file. */
static void test_noise(void **unused)
{
    static struct memory good, memory;
    static struct wav wav;
    uint32_t seed = 1;

    (void)unused;
    begin(&good, "RIFF", 0);
    add_chunk(&good, "ds64", sound, 28);
    add_chunk(&good, "LIST", sound, 13);
    add_chunk(&good, "fmt ", gsm, sizeof gsm);
    add_chunk(&good, "fact", sound, 4);
    add_chunk(&good, "data", sound, 130);
    for (int round = 0; round < 20000; round++) {
        memory = good;
        for (unsigned n = draw(&seed) % 6; n != 0; n--)
            memory.bytes[draw(&seed) % good.size] = (uint8_t)(draw(&seed) >> 24);
        if (round % 3 == 0)
            memory.size = draw(&seed) % good.size;
        if (round % 7 == 0)
            memcpy(memory.bytes + 2, "64", 2);
        if (open_memory(&wav, &memory))
            continue;
        assert_true(wav.data_at <= memory.size && wav.data_size <= memory.size - wav.data_at);
        assert_true(wav.format_size == 18u + load16_le(wav.format + 16) &&
                    wav.format_size <= sizeof wav.format);
    }
}

static void test_samples(void **unused)
{
    struct wav wav = { .has_fact = true, .fact = 1000 };

    (void)unused;
    assert_int_equal(wav_samples(&wav, 1280, 320), 1000);
    assert_int_equal(wav_samples(&wav, 1459, 320), 1000); /* a block and the longest delay */
    assert_int_equal(wav_samples(&wav, 1460, 320), 1460); /* more is not padding */
    assert_int_equal(wav_samples(&wav, 1100, 100), 1100); /* codecs of short blocks have no delay */
    assert_int_equal(wav_samples(&wav, 960, 320), 960);
    assert_int_equal(wav_samples(&wav, 1000, 1), 1000);
    wav.fact = 0;
    assert_int_equal(wav_samples(&wav, 200, 320), 200);
    wav = (struct wav){ .fact = 1 };
    assert_int_equal(wav_samples(&wav, 200, 320), 200);
}

static void test_write(void **unused)
{
    static struct memory memory;
    static struct wav wav;
    struct wav_writer writer;
    struct wav_io io = io_of(&memory);

    (void)unused;
    memory_resize(&memory, 0);
    assert_true(wav_create(&writer, &io, gsm, 65));
    assert_true(wav_write(&writer, sound, 65));
    assert_true(wav_finish(&writer, 65, 300));
    assert_int_equal(memory.size, 12 + 28 + 12 + 8 + 66);
    assert_int_equal(load32_le(memory.bytes + 4), memory.size - 8);
    expect(&memory, 60, 65);
    open_memory(&wav, &memory);
    assert_int_equal(wav.fact, 300);
    assert_memory_equal(wav.format, gsm, 20);

    memory_resize(&memory, 0); /* PCM, truncated at the end */
    assert_true(wav_create(&writer, &io, pcm, 100));
    assert_true(wav_write(&writer, sound, 60) && wav_write(&writer, sound, 40));
    assert_true(wav_finish(&writer, 90, 45));
    assert_int_equal(memory.size, 44 + 90);
    assert_int_equal(load32_le(memory.bytes + 16), 16);
    expect(&memory, 44, 90);
}

static void test_write_large(void **unused)
{
    static struct memory memory;
    static struct wav wav;
    static uint8_t much[1 << 20];
    struct wav_writer writer;
    struct wav_io io = io_of(&memory);

    (void)unused;
    memory_resize(&memory, 0);
    assert_true(wav_create(&writer, &io, gsm, 5000000000));
    for (int i = 0; i < 4200; i++)
        assert_true(wav_write(&writer, much, sizeof much));
    assert_true(wav_finish(&writer, 4200ull << 20, 6000000000));
    assert_memory_equal(memory.bytes, "RF64\377\377\377\377WAVEds64", 16);
    io = io_of(&memory);
    assert_null(wav_scan(&wav, &io));
    assert_int_equal(wav.data_size, 4200ull << 20);
    assert_int_equal(wav.fact, 6000000000);

    memory_resize(&memory, 0); /* smaller than expected: still a RIFF file */
    assert_true(wav_create(&writer, &io, gsm, 5000000000));
    assert_true(wav_write(&writer, sound, 65));
    assert_true(wav_finish(&writer, 65, 320));
    assert_memory_equal(memory.bytes, "RIFF", 4);
    expect(&memory, 12 + 36 + 28 + 12 + 8, 65);

    memory_resize(&memory, 0); /* larger than expected */
    assert_true(wav_create(&writer, &io, gsm, 5));
    for (int i = 0; i < 4200; i++)
        assert_true(wav_write(&writer, much, sizeof much));
    assert_false(wav_finish(&writer, 4200ull << 20, 1));
}

/* The RIFF size has 32 bits, and 0xFFFFFFFF means RF64. Tests even and odd data sizes near it. */
static void test_write_at_the_limit(void **unused)
{
    static struct memory memory;
    static struct wav wav;

    (void)unused;
    for (uint64_t riff = 0xFFFFFFFB; riff <= 0x100000003; riff++) {
        struct wav_writer writer;
        struct wav_io io = io_of(&memory);
        uint64_t whole = riff + riff % 2, data;

        memory_resize(&memory, 0);
        assert_true(wav_create(&writer, &io, gsm, 5000000000));
        data = riff + 8 - writer.data_at;
        assert_true(wav_finish(&writer, data, data));
        assert_int_equal(memory.size, whole + 8);
        assert_memory_equal(memory.bytes, whole > 0xFFFFFFFE ? "RF64" : "RIFF", 4);
        assert_int_equal(load32_le(memory.bytes + 4), whole > 0xFFFFFFFE ? 0xFFFFFFFF : whole);
        assert_int_equal(load32_le(memory.bytes + writer.data_at - 4),
                         whole > 0xFFFFFFFE ? 0xFFFFFFFF : data);
        assert_memory_equal(memory.bytes + 12, whole > 0xFFFFFFFE ? "ds64" : "JUNK", 4);
        if (whole > 0xFFFFFFFE) {
            assert_int_equal(load64_le(memory.bytes + 20), whole);
            assert_int_equal(load64_le(memory.bytes + 28), data);
            assert_int_equal(load64_le(memory.bytes + 36), data);
        }
        assert_null(open_memory(&wav, &memory));
        assert_int_equal(wav.data_size, data);
        assert_int_equal(wav.fact, data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_empty_data),
        cmocka_unit_test(test_placeholders),
        cmocka_unit_test(test_unknown_rf64),
        cmocka_unit_test(test_short_chunks),
        cmocka_unit_test(test_id3),
        cmocka_unit_test(test_order_and_padding),
        cmocka_unit_test(test_rf64),
        cmocka_unit_test(test_short_formats),
        cmocka_unit_test(test_extensible),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_write_large),
        cmocka_unit_test(test_write_at_the_limit),
    };

    return cmocka_run_group_tests(tests, 0, 0);
}
