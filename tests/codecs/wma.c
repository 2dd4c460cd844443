/* Windows Media Audio 1 and 2 against ffmpeg: real files, files of its encoder, and made blocks of
 * every kind; the bit reservoir in pieces; damaged packets. */
#include <math.h>
#include "support.h"
#include "stream.h"
#include "codecs/wma/wma.h"

extern const struct codec wma1, wma2;

enum {
    MADE_BYTES = 8192,
    MADE_FRAMES = 12,
    SPANNING_FRAMES = 60,
    LEAD = 2 /* frames that ffmpeg omits */
};

/* --- FFmpeg --- */

/* FFmpeg omits the first two frames, and adds one behind the last. */
static void compare_with_ffmpeg(const char *name, const struct wave_format *format,
                                struct bytes blocks)
{
    const struct codec *codec = format->tag == 0x160 ? &wma1 : &wma2;
    struct sound ours = decode_all(codec, format, 0, blocks);
    struct bytes wav = wav_make(format, blocks.data, blocks.size, 0),
                 theirs = peer_run("ffmpeg -v fatal -i - -f s16le -", wav.data, wav.size);
    size_t frame = (size_t)format->channels
                   << wma_frame_bits(format->tag == 0x160 ? 1 : 2, format->sample_rate);
    size_t count = ours.count - LEAD * frame;
    int peak = 0;

    for (size_t i = 0; i < ours.count; i++)
        peak = abs(ours.samples[i]) > peak ? abs(ours.samples[i]) : peak;
    assert_in_range(peak, 100, 32768);
    assert_true(ours.count > LEAD * frame);
    assert_int_equal(theirs.size, (count + frame) * sizeof(int16_t));
    check_near(name, ours.samples + LEAD * frame, (const int16_t *)(const void *)theirs.data,
               count);
    free(ours.samples);
    free(wav.data);
    free(theirs.data);
}

static void check_vector(const char *name)
{
    struct bytes file = vector_read(name), blocks;
    struct wave_format format;

    blocks = wav_open(file, &format);
    blocks.size -= blocks.size % format.block_align;
    compare_with_ffmpeg(name, &format, blocks);
    free(file.data);
}

static void real_files_decode_as_with_ffmpeg(void **unused)
{
    (void)unused;
    check_vector("wma/0160-made-22k.wav");
    check_vector("wma/0161-made-44k.wav");
    check_vector("wma/0161-options1-44k.wav");
    check_vector("wma/0161-options1F-48k-reservoir.wav");
}

static void check_encoder(unsigned version, unsigned rate, unsigned channels, unsigned kbits)
{
    struct sound sound = generated((size_t)rate / 2 * channels, rate + channels);
    struct bytes file, blocks;
    struct wave_format format;
    char command[160];

    snprintf(command, sizeof command,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i - -c:a wmav%u -b:a %uk -f wav -", rate,
             channels, version, kbits);
    file = peer_run(command, sound.samples, sound.count * sizeof(int16_t));
    blocks = wav_open(file, &format);
    blocks.size -= blocks.size % format.block_align;
    compare_with_ffmpeg(command, &format, blocks);
    free(file.data);
    free(sound.samples);
}

static void streams_of_ffmpeg_decode_the_same(void **unused)
{
    static const unsigned kinds[][3] = { { 8000, 1, 24 },  { 11025, 1, 24 }, { 16000, 2, 32 },
                                         { 22050, 1, 24 }, { 22050, 2, 32 }, { 32000, 2, 64 },
                                         { 44100, 1, 24 }, { 44100, 2, 32 }, { 44100, 2, 64 },
                                         { 48000, 1, 96 }, { 44100, 2, 192 } };

    (void)unused;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (unsigned version = 1; version <= 2; version++)
            check_encoder(version, kinds[i][0], kinds[i][1], kinds[i][2]);
}

/* --- Made blocks --- */

/* Writes valid blocks with random contents. */
struct maker {
    uint8_t *bytes;
    uint32_t at, seed;
    struct wma_setup setup;
    unsigned previous, current, next;
    bool begun, known[WMA_CHANNELS];
};

static unsigned random_below(struct maker *maker, unsigned n)
{
    return (draw(&maker->seed) >> 8) % n;
}

static void put(struct maker *maker, uint32_t value, unsigned count)
{
    for (; count-- > 0; maker->at++)
        if (value >> count & 1)
            maker->bytes[maker->at / 8] |= (uint8_t)(0x80 >> maker->at % 8);
}

static void put_code(struct maker *maker, const struct wma_prefix_code *code, unsigned symbol)
{
    uint64_t start = 0;
    unsigned i = 0;

    for (; code->symbols[i] != symbol; i++)
        start += 1ull << (32 - code->lengths[i]);
    put(maker, (uint32_t)(start >> (32 - code->lengths[i])), code->lengths[i]);
}

/* A size for a block that begins at a multiple of its length. */
static unsigned pick_size(struct maker *maker, unsigned at)
{
    unsigned size;

    do
        size = random_below(maker, maker->setup.sizes);
    while (at % (1u << (maker->setup.frame_bits - size)) != 0);
    return size;
}

static void put_sizes(struct maker *maker, unsigned at)
{
    unsigned length = 1u << maker->setup.frame_bits, bits = maker->setup.sizes > 2 ? 2 : 1;

    if (maker->setup.sizes == 1)
        return;
    if (maker->setup.sizes == 5)
        bits = 3;
    maker->previous = maker->current;
    maker->current = maker->begun ? maker->next : pick_size(maker, at);
    if (!maker->begun) {
        put(maker, maker->previous, bits);
        put(maker, maker->current, bits);
    }
    maker->begun = true;
    maker->next = pick_size(maker, (at + (length >> maker->current)) % length);
    put(maker, maker->next, bits);
}

static void put_exponents(struct maker *maker)
{
    const struct wma_setup *setup = &maker->setup;
    int value = 36;

    if (!(setup->format.options & WMA_EXPONENTS)) {
        for (int i = 0; i < WMA_LSP; i++)
            put(maker, random_below(maker, 16), i == 0 || i >= 8 ? 3 : 4);
        return;
    }
    for (unsigned i = 0; i < setup->band_count[maker->current]; i++) {
        int step = (int)random_below(maker, 9) - 4;

        if (i == 0 && setup->format.version == 1) {
            value = (int)random_below(maker, 32);
            put(maker, (uint32_t)value, 5);
            value += 10;
            continue;
        }
        value += step;
        put_code(maker, &wma_exponent_code, (unsigned)(60 + step));
    }
}

static void put_levels(struct maker *maker, unsigned channel, bool mid_side, unsigned count,
                       unsigned bits)
{
    const struct wma_prefix_code *code =
        &wma_coefficient_codes[2 * maker->setup.code + (channel == 1 && mid_side)];
    struct wma_pair pairs[WMA_CODES];
    unsigned at = 0;

    wma_open_pairs(pairs, code);
    while (at < count) {
        unsigned symbol = 2 + random_below(maker, 60), run = pairs[symbol].run;

        if (random_below(maker, 40) == 0)
            symbol = 0;
        if (symbol == 0)
            run = random_below(maker, 30);
        if (at + run >= count || random_below(maker, 200) == 0) {
            put_code(maker, code, 1);
            return;
        }
        put_code(maker, code, symbol);
        if (symbol == 0) {
            put(maker, random_below(maker, 10), bits);
            put(maker, run, maker->setup.frame_bits);
        }
        put(maker, random_below(maker, 2), 1);
        at += run + 1;
    }
}

/* Which high bands are noise, and how loud; returns how many coefficients have levels. */
static void put_noise(struct maker *maker, const bool coded[WMA_CHANNELS],
                      unsigned counts[WMA_CHANNELS])
{
    const struct wma_setup *setup = &maker->setup;
    bool noisy[WMA_CHANNELS][WMA_BANDS] = { { false } };
    unsigned size = maker->current;

    for (unsigned i = 0; i < setup->format.channels; i++) {
        counts[i] = (unsigned)setup->end[size] - setup->start;
        for (unsigned j = 0; coded[i] && setup->noise && j < setup->high_count[size]; j++) {
            noisy[i][j] = random_below(maker, 2) != 0;
            put(maker, noisy[i][j], 1);
            counts[i] -= noisy[i][j] ? setup->high[size][j] : 0;
        }
    }
    for (unsigned i = 0; i < setup->format.channels; i++) {
        bool first = true;

        for (unsigned j = 0; j < setup->high_count[size]; j++) {
            if (!noisy[i][j])
                continue;
            if (first)
                put(maker, (maker->setup.format.version == 1 ? 70 : 90) + random_below(maker, 20),
                    7);
            else
                put_code(maker, &wma_gain_code, 15 + random_below(maker, 7));
            first = false;
        }
    }
}

static void put_block(struct maker *maker)
{
    unsigned channels = maker->setup.format.channels,
             gain = maker->setup.format.version == 1 ? 45 : 8 * maker->setup.frame_bits;
    bool mid_side = channels == 2 && random_below(maker, 2),
         coded[WMA_CHANNELS] = { random_below(maker, 8) != 0,
                                 channels == 2 && random_below(maker, 8) != 0 },
         exponents = maker->current == 0 || random_below(maker, 2);
    unsigned counts[WMA_CHANNELS];

    gain += random_below(maker, 20);
    for (unsigned i = 0; i < channels; i++)
        exponents = exponents || (coded[i] && !maker->known[i]);
    if (channels == 2)
        put(maker, mid_side, 1);
    for (unsigned i = 0; i < channels; i++)
        put(maker, coded[i], 1);
    if (!coded[0] && !coded[1])
        return;
    put(maker, gain - 1, 7);
    put_noise(maker, coded, counts);
    if (maker->current != 0)
        put(maker, exponents, 1);
    for (unsigned i = 0; i < channels && exponents; i++)
        if (coded[i]) {
            put_exponents(maker);
            maker->known[i] = true;
        }
    for (unsigned i = 0; i < channels; i++) {
        if (coded[i])
            put_levels(maker, i, mid_side, counts[i], gain < 45 ? 10 : 9);
        if (maker->setup.format.version == 1 && channels == 2)
            maker->at = (maker->at + 7) / 8 * 8;
    }
}

static void check_made(unsigned version, unsigned rate, unsigned channels, unsigned options,
                       unsigned byte_rate)
{
    uint8_t extra[10] = { 0 };
    struct wave_format format = { .tag = (uint16_t)(version == 1 ? 0x160 : 0x161),
                                  .channels = (uint16_t)channels,
                                  .sample_rate = rate,
                                  .byte_rate = byte_rate,
                                  .block_align = MADE_BYTES,
                                  .bits_per_sample = 16,
                                  .extra_size = (uint16_t)(version == 1 ? 4 : 10),
                                  .extra = extra };
    struct wma_format parsed = { version, channels, options, rate, byte_rate, MADE_BYTES };
    struct bytes blocks = { calloc(MADE_FRAMES, MADE_BYTES), MADE_FRAMES * MADE_BYTES };
    struct maker maker = { .seed = rate + channels * 7 + options * 77 + byte_rate };
    char name[100];

    extra[version == 1 ? 2 : 4] = (uint8_t)options;
    wma_set_up(&maker.setup, &parsed);
    for (unsigned i = 0; i < MADE_FRAMES; i++) {
        unsigned length = 1u << maker.setup.frame_bits;

        maker.bytes = blocks.data + (size_t)i * MADE_BYTES;
        maker.at = 0;
        for (unsigned at = 0; at < length; at += length >> maker.current) {
            put_sizes(&maker, at);
            put_block(&maker);
        }
        assert_true(maker.at <= MADE_BYTES * 8);
    }
    snprintf(name, sizeof name, "version %u, %u Hz, %u channels, options %u, %u bytes/s, noise %d",
             version, rate, channels, options, byte_rate, maker.setup.noise);
    compare_with_ffmpeg(name, &format, blocks);
    free(blocks.data);
}

/* Every combination of exponents, noise, sizes and channels, at rates on both sides of each limit
 * of the formats; without OMNIACM_FULL, at every other rate. */
static void made_blocks_decode_as_with_ffmpeg(void **unused)
{
    static const unsigned rates[] = { 8000, 11025, 16000, 22050, 32000, 44100, 48000 };

    (void)unused;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (unsigned kind = 0; kind < 8; kind++) {
            unsigned channels = 1 + kind % 2,
                     options = kind / 2 % 2 + (kind / 4 ? WMA_VARIABLE + 8 * (kind % 4) : 0);

            if (!all_cases() && (i + kind / 2) % 2)
                continue;
            check_made(2, rates[i], channels, options, rates[i] * channels / 20);
            check_made(2, rates[i], channels, options, rates[i] * channels / 12);
            check_made(2, rates[i], channels, options, rates[i] * channels / 6);
            if (!(options & WMA_VARIABLE))
                check_made(1, rates[i], channels, options, rates[i] * channels / 16);
        }
}

/* --- The bit reservoir --- */

/* Writes frames across packets whose headers are completed as each packet ends. */
struct packer {
    struct bytes packets;
    unsigned block_bits, header_bits; /* of a packet that a frame ends in, up to the first frame */
    unsigned at, begun, ended, rest;  /* in the packet */
    bool tail;                        /* a frame began in the packet before */
};

/* Packets in which no frame ends lack the third field of the header. */
static unsigned start_of(const struct packer *packer, unsigned left)
{
    return left > packer->block_bits - packer->header_bits ? 8 : packer->header_bits;
}

static void end_packet(struct packer *packer, unsigned left)
{
    uint8_t *packet = packer->packets.data + packer->packets.size;
    struct maker header = { .bytes = packet, .at = 4 };

    put(&header, packer->ended + !packer->tail, 4);
    if (packer->ended != 0)
        put(&header, packer->rest, packer->header_bits - 8);
    packer->packets.size += packer->block_bits / 8;
    packer->at = start_of(packer, left);
    packer->begun = packer->ended = packer->rest = 0;
    packer->tail = left != 0;
}

static void pack_frame(struct packer *packer, const struct maker *frame)
{
    unsigned here = 0;

    if (packer->begun == 0 && !packer->tail)
        packer->at = start_of(packer, frame->at);
    packer->begun++;
    for (unsigned i = 0; i < frame->at; i++) {
        struct maker packet = { .bytes = packer->packets.data + packer->packets.size };

        packet.at = packer->at++;
        put(&packet, (uint32_t)(frame->bytes[i / 8] >> (7 - i % 8)) & 1, 1);
        here++;
        if (packer->at == packer->block_bits && i + 1 < frame->at) {
            end_packet(packer, frame->at - i - 1);
            here = 0;
        }
    }
    packer->rest = packer->begun == 0 ? here : packer->rest;
    packer->ended++;
    assert_in_range(packer->ended, 1, 14);
    if (packer->at == packer->block_bits)
        end_packet(packer, 0);
}

/* The first frame that begins in a packet has the sizes of three blocks. */
static void check_reservoir(unsigned rate, unsigned channels, unsigned options,
                            unsigned block_bytes)
{
    static uint8_t bits[MADE_BYTES];
    uint8_t extra[10] = { 0, 0, 0, 0, (uint8_t)(options | WMA_RESERVOIR) };
    unsigned byte_rate = rate * channels / 12;
    struct wave_format format = { .tag = 0x161,
                                  .channels = (uint16_t)channels,
                                  .sample_rate = rate,
                                  .byte_rate = byte_rate,
                                  .block_align = (uint16_t)block_bytes,
                                  .bits_per_sample = 16,
                                  .extra_size = sizeof extra,
                                  .extra = extra };
    struct wma_format parsed = { 2, channels, extra[4], rate, byte_rate, block_bytes };
    struct maker maker = { .bytes = bits, .seed = rate + block_bytes };
    struct packer packer = { .block_bits = 8 * block_bytes };
    char name[100];

    wma_set_up(&maker.setup, &parsed);
    packer.at = packer.header_bits = 8 + maker.setup.offset_bits + 3;
    packer.packets.data = calloc(SPANNING_FRAMES + 1, MADE_BYTES);
    for (unsigned i = 0; i < SPANNING_FRAMES; i++) {
        unsigned length = 1u << maker.setup.frame_bits;

        memset(bits, 0, sizeof bits);
        maker.at = 0;
        maker.begun = packer.begun != 0;
        for (unsigned at = 0; at < length; at += length >> maker.current) {
            put_sizes(&maker, at);
            put_block(&maker);
        }
        assert_true(maker.at <= MADE_BYTES * 8);
        pack_frame(&packer, &maker);
    }
    if (packer.ended != 0)
        end_packet(&packer, 0);
    snprintf(name, sizeof name, "%u Hz, %u channels, packets of %u bytes", rate, channels,
             block_bytes);
    compare_with_ffmpeg(name, &format, packer.packets);
    free(packer.packets.data);
}

/* No frame spans a whole packet, since FFmpeg 5.1 loses such frames. On average, packets have up to
 * 8 frames, for which stream_size_from_source provides. */
static void frames_span_packets_as_with_ffmpeg(void **unused)
{
    (void)unused;
    for (unsigned block_bytes = 60; block_bytes <= 130; block_bytes += 35)
        check_reservoir(16000, 1, 0, block_bytes);
    for (unsigned block_bytes = 300; block_bytes <= 1600; block_bytes += block_bytes / 2)
        check_reservoir(44100, 2, WMA_EXPONENTS | WMA_VARIABLE, block_bytes);
}

static struct plan plan_of(const struct wave_format *format)
{
    uint16_t align = (uint16_t)(2 * format->channels);
    struct wave_format pcm = {
        TAG_PCM, format->channels, format->sample_rate, format->sample_rate * align, align, 16, 0, 0
    };
    struct plan plan;

    assert_true(stream_plan(&plan, format, &pcm));
    return plan;
}

/* Pieces of any length of source and destination. */
static size_t convert_in_pieces(struct plan *plan, struct bytes blocks, uint8_t *out, uint32_t seed)
{
    struct options options = DEFAULT_OPTIONS;
    void *memory = calloc(1, stream_bytes(plan));
    struct stream *stream = stream_start(memory, plan, &options);
    size_t used = 0, made = 0;

    for (int idle = 0; idle < 20;) {
        size_t left = blocks.size - used, in = draw(&seed) % 3000, room = draw(&seed) % 9000 * 4;
        enum ending ending = in >= left ? END : WHOLE;
        struct progress step;

        in = in < left ? in : left;
        step = stream_convert(stream, blocks.data + used, out + made,
                              (struct offer){ in, room, ending });
        used += step.used;
        made += step.made;
        idle = ending == END && step.made == 0 ? idle + 1 : 0;
    }
    free(memory);
    return made;
}

static void check_pieces(const struct wave_format *format, struct bytes blocks)
{
    struct sound whole = decode_all(&wma2, format, 0, blocks);
    struct plan plan = plan_of(format);
    uint32_t room;
    uint8_t *out;

    assert_true(stream_size_from_source(&plan, (uint32_t)blocks.size, &room));
    assert_true(room >= whole.count * sizeof(int16_t));
    out = malloc(room + 65536);
    for (uint32_t seed = 1; seed <= 10; seed++) {
        size_t made = convert_in_pieces(&plan, blocks, out, seed);

        assert_int_equal(made, whole.count * sizeof(int16_t));
        assert_memory_equal(out, whole.samples, made);
    }
    free(out);
    free(whole.samples);
}

static void pieces_of_a_reservoir_equal_the_whole(void **unused)
{
    struct bytes file = vector_read("wma/0161-options1F-48k-reservoir.wav"), blocks;
    struct wave_format format;

    (void)unused;
    blocks = wav_open(file, &format);
    check_pieces(&format, blocks);
    free(file.data);
}

static void pieces_of_random_packets_equal_the_whole(void **unused)
{
    uint8_t extra[10] = { 0, 0, 0, 0, WMA_EXPONENTS | WMA_RESERVOIR };
    const struct wave_format format = { 0x161, 2, 44100, 8000, 743, 16, sizeof extra, extra };
    struct bytes packets = { malloc(20 * 743), 20 * 743 };
    uint32_t seed = 6;

    (void)unused;
    for (size_t i = 0; i < packets.size; i++)
        packets.data[i] = (uint8_t)(draw(&seed) >> 9);
    check_pieces(&format, packets);
    free(packets.data);
}

/* One frame of room at a time, all packets in each call, with PART, for which the stream carries
 * bytes while the decoder has frames left. */
static void frames_come_as_there_is_room(void **unused)
{
    enum { FRAME_BYTES = WMA_FRAME * 4 };
    struct bytes file = vector_read("wma/0161-options1F-48k-reservoir.wav"), blocks;
    struct options options = DEFAULT_OPTIONS;
    struct wave_format format;
    struct plan plan;
    struct sound whole;
    struct stream *stream;
    size_t used = 0, made = 0;
    uint8_t *out;
    void *memory;

    (void)unused;
    blocks = wav_open(file, &format);
    whole = decode_all(&wma2, &format, 0, blocks);
    plan = plan_of(&format);
    memory = calloc(1, stream_bytes(&plan));
    stream = stream_start(memory, &plan, &options);
    out = calloc(whole.count, sizeof(int16_t));
    while (made < whole.count * sizeof(int16_t)) {
        enum ending ending = used == blocks.size ? END : PART;
        struct progress step =
            stream_convert(stream, blocks.data + used, out + made,
                           (struct offer){ blocks.size - used, FRAME_BYTES, ending });

        assert_true(step.made == FRAME_BYTES || step.used > 0);
        used += step.used;
        made += step.made;
    }
    assert_memory_equal(out, whole.samples, made);
    free(out);
    free(memory);
    free(whole.samples);
    free(file.data);
}

/* --- Damage --- */

/* Packets of which bits are inverted, or that are random, in every kind of format. */
static void damaged_packets_do_no_harm(void **unused)
{
    struct bytes file = vector_read("wma/0161-options1F-48k-reservoir.wav"), blocks;
    struct wave_format format;
    uint32_t seed = 5;

    (void)unused;
    blocks = wav_open(file, &format);
    for (int round = 0; round < 30; round++) {
        struct sound sound;

        for (size_t i = 0; i < blocks.size; i++)
            if (round >= 15 || draw(&seed) % 997 == 0)
                blocks.data[i] ^= (uint8_t)(draw(&seed) >> 9);
        format.extra[4] = (uint8_t)(round % 2 ? 0x1F : round);
        format.channels = (uint16_t)(1 + round % 3 / 2);
        format.tag = (uint16_t)(round % 5 == 4 ? 0x160 : 0x161);
        sound = decode_all(format.tag == 0x160 ? &wma1 : &wma2, &format, 0, blocks);
        free(sound.samples);
    }
    free(file.data);
}

/* A block without channels after a loud one: the loud one fades, and then there is silence. */
static void silence_follows_a_damaged_frame(void **unused)
{
    struct bytes file = vector_read("wma/0161-options1-44k.wav"), blocks;
    struct wave_format format;
    struct sound sound;

    (void)unused;
    blocks = wav_open(file, &format);
    memset(blocks.data + 100 * format.block_align, 0xFF, (size_t)4 * format.block_align);
    blocks.size = (size_t)104 * format.block_align;
    sound = decode_all(&wma2, &format, 0, blocks);
    assert_int_equal(sound.count, 104 * 2048 * 2);
    for (size_t i = 102 * 2048 * 2; i < sound.count; i++)
        assert_int_equal(sound.samples[i], 0);
    free(sound.samples);
    free(file.data);
}

/* --- Tables --- */

static int32_t q(long double x, int bits) { return (int32_t)lroundl(ldexpl(x, bits)); }

static void check_code(const struct wma_prefix_code *code)
{
    uint64_t sum = 0;
    bool seen[WMA_CODES] = { false };

    for (unsigned i = 0; i < code->size; i++) {
        sum += 1ull << (32 - code->lengths[i]);
        assert_false(seen[code->symbols[i]]);
        seen[code->symbols[i]] = true;
    }
    assert_true(sum == 1ull << 32);
}

static void tables_follow_their_formulas(void **unused)
{
    const long double pi = 3.14159265358979323846L;

    (void)unused;
    for (int i = 0; i < 156; i++)
        assert_int_equal(wma_sixteenths[i], q(powl(10, -i / 16.L), 30));
    for (int i = 0; i < 20; i++)
        assert_int_equal(wma_twentieths[i], q(powl(10, i / 20.L), 27));
    for (int i = 0; i < 65; i++) {
        assert_int_equal(wma_coarse[i].sine, q(sinl(pi * i / 128), 30));
        assert_int_equal(wma_coarse[i].cosine, q(cosl(pi * i / 128), 30));
    }
    for (int i = 0; i < 64; i++) {
        assert_int_equal(wma_fine[i].sine, q(sinl(pi * i / 8192), 30));
        assert_int_equal(wma_fine[i].cosine, q(cosl(pi * i / 8192), 30));
    }
    for (int i = -4096; i <= 4096; i++)
        assert_true(fabsl(wma_sine(i) - ldexpl(sinl(pi * i / 8192), 30)) < 2);
    for (int i = 0; i < 6; i++)
        check_code(&wma_coefficient_codes[i]);
    check_code(&wma_exponent_code);
    check_code(&wma_gain_code);
}

static double value_of(struct wma_gain gain) { return ldexp(gain.m, gain.e - 30); }

static void gains(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (int i = -380; i <= 380; i++)
        assert_true(fabs(value_of(wma_twentieth(i)) / pow(10, i / 20.) - 1) < 1e-7);
    for (int i = 0; i < 1000; i++) {
        uint64_t a = (uint64_t)draw(&seed) << draw(&seed) % 30 | 1,
                 b = (uint64_t)draw(&seed) << draw(&seed) % 30 | 1;

        assert_true(fabs(value_of(wma_root_ratio(a, b)) / sqrt((double)a / (double)b) - 1) < 1e-8);
    }
}

/* --- Formats --- */

/* Of Windows XP's driver: rate, channels, block, bytes per second, samples per block, options. */
static void announced_formats_are_windows(void **unused)
{
    static const unsigned formats[][6] = {
        { 8000, 1, 48, 750, 512, 0 },     { 8000, 1, 64, 1000, 512, 0 },
        { 8000, 2, 96, 1500, 512, 0 },    { 11025, 1, 47, 1012, 512, 0 },
        { 11025, 1, 58, 1249, 512, 0 },   { 16000, 1, 64, 2000, 512, 0 },
        { 22050, 1, 117, 2519, 1024, 0 }, { 22050, 2, 117, 2519, 1024, 0 },
        { 22050, 2, 186, 4005, 1024, 1 }, { 44100, 2, 372, 8010, 2048, 1 }
    };

    (void)unused;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&wma2, wma2.modes[i], extra);

        assert_int_equal(format.sample_rate, formats[i][0]);
        assert_int_equal(format.channels, formats[i][1]);
        assert_int_equal(format.block_align, formats[i][2]);
        assert_int_equal(format.byte_rate, formats[i][3]);
        assert_int_equal(format.bits_per_sample, 16);
        assert_int_equal(format.extra_size, 47);
        assert_int_equal(extra[0] | extra[1] << 8, formats[i][4]);
        assert_int_equal(extra[4], formats[i][5]);
        assert_int_equal(extra[6] | extra[7] << 8, formats[i][2]);
        assert_string_equal((const char *)extra + 10, "F6DC9830-BC79-11d2-A9D0-006097926036");
    }
}

static void headers(void **unused)
{
    uint8_t extra[47] = { [4] = 7 };
    struct wave_format format = {
        .channels = 2, .sample_rate = 44100, .byte_rate = 8010, .block_align = 372, .extra = extra
    };
    struct layout layout;

    (void)unused;
    for (uint16_t size = 0; size <= sizeof extra; size++) {
        format.extra_size = size;
        assert_true(parses(&wma2, &format, &layout));
        assert_true(parses(&wma1, &format, &layout));
        assert_int_equal(layout.block.frames, 2048);
    }
    for (int i = 0; i < 32; i++) {
        format.byte_rate = i == 0 ? 0 : 1u << i;
        assert_true(parses(&wma2, &format, &layout));
    }
    format.channels = 3;
    assert_false(parses(&wma2, &format, &layout));
    format.channels = 1;
    format.sample_rate = 50001;
    assert_false(parses(&wma2, &format, &layout));
    format.sample_rate = 44100;
    format.block_align = 0;
    assert_false(parses(&wma2, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_files_decode_as_with_ffmpeg),
        cmocka_unit_test(streams_of_ffmpeg_decode_the_same),
        cmocka_unit_test(made_blocks_decode_as_with_ffmpeg),
        cmocka_unit_test(frames_span_packets_as_with_ffmpeg),
        cmocka_unit_test(pieces_of_a_reservoir_equal_the_whole),
        cmocka_unit_test(pieces_of_random_packets_equal_the_whole),
        cmocka_unit_test(frames_come_as_there_is_room),
        cmocka_unit_test(damaged_packets_do_no_harm),
        cmocka_unit_test(silence_follows_a_damaged_frame),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(gains),
        cmocka_unit_test(announced_formats_are_windows),
        cmocka_unit_test(headers),
    };

    return cmocka_run_group_tests_name("Windows Media Audio", tests, 0, 0);
}
