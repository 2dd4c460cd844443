/* How MPEG audio is found in a stream: in pieces of any length, with tags and junk around it, in
 * headers that contradict it, and in damaged frames. The frames are those of mpeg_frames.h. */
#include "support.h"
#include "codecs/mpeg/sync.h"
#include "stream.h"
#include "mpeg_frames.h"

extern const struct codec mpeg_layer3, mpeg_layer2;

enum { FRAMES = 24 };

static struct mpeg_header header_of(unsigned layer, unsigned rate, unsigned mode)
{
    struct mpeg_header header = { .layer = (uint8_t)layer, .mode = (uint8_t)mode };

    mpeg_set_sample_rate(&header, rate);
    header.bit_rate_index = 9;
    return header;
}

static struct bytes joined(struct bytes a, struct bytes b)
{
    struct bytes both = { malloc(a.size + b.size + 1), a.size + b.size };

    memcpy(both.data, a.data, a.size);
    memcpy(both.data + a.size, b.data, b.size);
    return both;
}

/* --- Decoding through stream.c --- */

struct request {
    uint32_t sample_rate;
    uint16_t tag, channels;
    size_t piece;       /* bytes of a call; 0: all, SIZE_MAX: random */
    enum ending ending; /* of all calls but the last */
    size_t room;        /* bytes of destination; 0: as many as stream_size_from_source */
};

static struct sound convert(const struct request *request, struct bytes bytes)
{
    struct wave_format from = { .tag = request->tag,
                                .channels = request->channels,
                                .sample_rate = request->sample_rate },
                       to = { .tag = 1,
                              .channels = request->channels,
                              .sample_rate = request->sample_rate,
                              .block_align = (uint16_t)(2 * request->channels),
                              .bits_per_sample = 16 };
    struct options options = { .quality = 1, .dsp = dsp_set(best_set()) };
    size_t used = 0, made = 0, most = (bytes.size / 24 + 40) * 1152 * 4;
    struct plan plan;
    struct stream *stream;
    uint8_t *pcm = malloc(most);
    uint32_t seed = 7;

    assert_true(stream_plan(&plan, &from, &to));
    stream = stream_start(malloc(stream_bytes(&plan)), &plan, &options);
    for (bool more = true; more;) {
        size_t left = bytes.size - used, n = request->piece;
        uint32_t room = 0;
        struct progress step;
        uint8_t *src;

        if (n == SIZE_MAX)
            n = 1 + draw(&seed) % 5000;
        n = n == 0 || n > left ? left : n;
        assert_true(stream_size_from_source(&plan, (uint32_t)n, &room));
        if (request->room != 0)
            room = (uint32_t)request->room;
        src = malloc(n + 1);
        memcpy(src, bytes.data + used, n);
        step = stream_convert(stream, src, pcm + made,
                              (struct offer){ n, room < most - made ? room : most - made,
                                              n == left ? END : request->ending });
        free(src);
        if (request->room == 0 && request->piece != 0)
            assert_int_equal(step.used, n);
        used += step.used;
        made += step.made;
        more = used < bytes.size || step.made != 0;
        assert_true(step.used != 0 || step.made != 0 || !more);
    }
    free(stream);
    return (struct sound){ (int16_t *)(void *)pcm, made / 2 };
}

static void assert_same_sound(struct sound a, struct sound b)
{
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.samples, b.samples, a.count * sizeof(int16_t));
}

static bool is_heard(struct sound sound)
{
    size_t loud = 0;

    for (size_t i = 0; i < sound.count; i++)
        loud += abs(sound.samples[i]) > 50;
    return loud > sound.count / 20;
}

/* --- Pieces --- */

static const struct made {
    unsigned layer, rate, mode;
    bool variable;
} streams[] = {
    { 3, 44100, MPEG_STEREO, false }, { 3, 48000, MPEG_JOINT, true },
    { 3, 32000, MPEG_MONO, false },   { 3, 22050, MPEG_JOINT, true },
    { 3, 16000, MPEG_MONO, true },    { 3, 8000, MPEG_STEREO, false },
    { 2, 44100, MPEG_STEREO, false }, { 2, 48000, MPEG_JOINT, true },
    { 2, 24000, MPEG_MONO, false },   { 1, 44100, MPEG_JOINT, false },
    { 1, 32000, MPEG_STEREO, true },
};

enum { STREAMS = sizeof streams / sizeof *streams };

static struct bytes made_stream(unsigned i)
{
    return mpeg_frames(header_of(streams[i].layer, streams[i].rate, streams[i].mode), FRAMES,
                       streams[i].variable ? MPEG_VARIABLE : MPEG_PADDED, i + 1);
}

static struct request request_of(unsigned i)
{
    return (struct request){ streams[i].rate,
                             streams[i].layer == 3 ? 0x55 : 0x50,
                             streams[i].mode == MPEG_MONO ? 1 : 2,
                             0,
                             WHOLE,
                             0 };
}

/* Every frame makes its samples, whatever the length of the pieces, the flags and the room. */
static void pieces_do_not_matter(void **unused)
{
    static const size_t pieces[] = { 1, 3, 100, 417, 522, 2048, 4999, SIZE_MAX };

    (void)unused;
    for (unsigned i = 0; i < STREAMS; i++) {
        struct bytes bytes = made_stream(i);
        struct request request = request_of(i);
        struct sound whole = convert(&request, bytes);
        struct mpeg_header header = header_of(streams[i].layer, streams[i].rate, streams[i].mode);

        assert_int_equal(whole.count,
                         FRAMES * mpeg_frame_samples(&header) * mpeg_channels(&header));
        assert_true(is_heard(whole));
        for (unsigned k = 0; k < sizeof pieces / sizeof *pieces; k++)
            for (int part = 0; part < 2; part++)
                for (size_t room = 0; room < 3; room++) {
                    struct sound sound;

                    request.piece = pieces[k];
                    request.ending = part ? PART : WHOLE;
                    request.room = room == 0 ? 0 : room == 1 ? 4608 : 1000;
                    if (room == 2 && pieces[k] < 100)
                        continue;
                    sound = convert(&request, bytes);
                    assert_same_sound(sound, whole);
                    free(sound.samples);
                }
        free(whole.samples);
        free(bytes.data);
    }
}

/* A host that gives one frame after the other, each with room for two, gets one for each. */
static void one_frame_makes_one(void **unused)
{
    struct bytes bytes = mpeg_frames(header_of(3, 44100, MPEG_STEREO), FRAMES, MPEG_PADDED, 3);
    struct wave_format from = { .tag = 0x55, .channels = 2, .sample_rate = 44100 }, to = {
        .tag = 1, .channels = 2, .sample_rate = 44100, .block_align = 4, .bits_per_sample = 16
    };
    struct options options = { .quality = 1, .dsp = dsp_set(0) };
    uint8_t pcm[2 * 4608];
    struct plan plan;
    struct stream *stream;

    (void)unused;
    assert_true(stream_plan(&plan, &from, &to));
    stream = stream_start(malloc(stream_bytes(&plan)), &plan, &options);
    for (size_t at = 0; at < bytes.size;) {
        struct mpeg_header header;
        struct progress step;
        unsigned size;

        assert_true(mpeg_parse_header(bytes.data + at, &header));
        size = mpeg_frame_bytes(&header);
        step =
            stream_convert(stream, bytes.data + at, pcm, (struct offer){ size, sizeof pcm, WHOLE });
        assert_int_equal(step.used, size);
        assert_int_equal(step.made, 4608);
        at += size;
    }
    for (int i = 0; i < 2; i++) { /* END without data, twice */
        struct progress step = stream_convert(stream, 0, pcm, (struct offer){ 0, 4608, END });

        assert_true(step.used == 0 && step.made == 0);
    }
    free(stream);
    free(bytes.data);
}

/* Headers are wrong about the channels and the rate: the length is right, and both channels are
 * the mean, or the one channel is in both. */
static void the_header_can_be_wrong(void **unused)
{
    struct bytes stereo = mpeg_frames(header_of(3, 44100, MPEG_STEREO), FRAMES, MPEG_PADDED, 4),
                 mono = mpeg_frames(header_of(3, 44100, MPEG_MONO), FRAMES, MPEG_PADDED, 4);
    struct request request = { 44100, 0x55, 2, 0, WHOLE, 0 },
                   other = { 44100, 0x55, 1, 0, WHOLE, 0 };
    struct request rate = { 22050, 0x55, 2, 522, WHOLE, 0 }, tag = { 44100, 0x50, 2, 0, WHOLE, 0 };
    struct sound expected = convert(&request, stereo), mixed = convert(&other, stereo);

    (void)unused;
    assert_int_equal(mixed.count * 2, expected.count);
    for (size_t i = 0; i < mixed.count; i++)
        assert_int_equal(mixed.samples[i],
                         (expected.samples[2 * i] + expected.samples[2 * i + 1] + 1) >> 1);
    free(mixed.samples);
    mixed = convert(&rate, stereo);
    assert_same_sound(mixed, expected);
    free(mixed.samples);
    mixed = convert(&tag, stereo);
    assert_same_sound(mixed, expected);
    free(mixed.samples);
    free(expected.samples);
    expected = convert(&other, mono);
    mixed = convert(&request, mono);
    assert_int_equal(mixed.count, 2 * expected.count);
    for (size_t i = 0; i < expected.count; i++)
        assert_true(mixed.samples[2 * i] == expected.samples[i] &&
                    mixed.samples[2 * i + 1] == expected.samples[i]);
    free(mixed.samples);
    free(expected.samples);
    free(stereo.data);
    free(mono.data);
}

/* --- Tags and junk --- */

/* An ID3v2 tag with false headers in it. */
static struct bytes id3v2(size_t size)
{
    struct bytes tag = { calloc(size + 10, 1), size + 10 };

    memcpy(tag.data, "ID3\3\0\0", 6);
    for (int i = 0; i < 4; i++)
        tag.data[6 + i] = (uint8_t)(size >> (21 - 7 * i) & 0x7F);
    for (size_t i = 0; i < size; i++)
        tag.data[10 + i] = i % 417 < 4 ? (const uint8_t[4]){ 0xFF, 0xFB, 0x90, 0 }[i % 417] : 0x5A;
    return tag;
}

static struct bytes text(const char *start, size_t size)
{
    struct bytes bytes = { calloc(size, 1), size };

    memcpy(bytes.data, start, strlen(start));
    return bytes;
}

/* Decodes with something in front or behind, in pieces, to the same sound. */
static void check_surroundings(struct bytes front, struct bytes back)
{
    for (unsigned i = 0; i < STREAMS; i++) {
        struct bytes bytes = made_stream(i), with = joined(front, bytes), all = joined(with, back);
        struct request request = request_of(i);
        struct sound expected = convert(&request, bytes), sound;

        request.piece = 522;
        sound = convert(&request, all);
        assert_same_sound(sound, expected);
        free(sound.samples);
        free(expected.samples);
        free(bytes.data);
        free(with.data);
        free(all.data);
    }
    free(front.data);
    free(back.data);
}

static void tags_are_skipped(void **unused)
{
    struct bytes ape = text("APETAGEX", 32 + 100 + 32), junk = text("junk", 300);

    (void)unused;
    memcpy(ape.data + 8, "\xD0\7\0\0\x84\0\0\0\1\0\0\0\0\0\0\xA0", 16);
    check_surroundings(id3v2(102400), text("", 1));
    check_surroundings(id3v2(0), text("TAG", 128));
    check_surroundings(id3v2(1000), ape);
    check_surroundings(text("RIFF....WAVEfmt ", 470), text("", 1));
    check_surroundings(junk, text("TAG", 128));
}

/* After junk within the stream, the sound is the same again from the third whole frame on. */
static void the_stream_is_found_again(void **unused)
{
    uint32_t seed = 11;

    (void)unused;
    for (unsigned round = 0; round < 200; round++) {
        unsigned i = round % STREAMS;
        struct mpeg_header header = header_of(streams[i].layer, streams[i].rate, streams[i].mode);
        struct bytes bytes = made_stream(i), junk = { malloc(4000), 1 + draw(&seed) % 4000 }, with,
                     all;
        size_t at = bytes.size / 4 + draw(&seed) % (bytes.size / 2);
        struct request request = request_of(i);
        struct sound expected = convert(&request, bytes), sound;
        size_t after = 0, tail;

        for (size_t k = 0; k < junk.size; k++)
            junk.data[k] = (uint8_t)draw(&seed);
        with = joined((struct bytes){ bytes.data, at }, junk);
        all = joined(with, (struct bytes){ bytes.data + at, bytes.size - at });
        request.piece = SIZE_MAX;
        sound = convert(&request, all);
        for (size_t start = 0; start < bytes.size; after++) {
            if (start >= at)
                break;
            mpeg_parse_header(bytes.data + start, &header);
            start += mpeg_frame_bytes(&header);
        }
        tail = (FRAMES - after - 2) * mpeg_frame_samples(&header) * mpeg_channels(&header);
        assert_true(FRAMES > after + 2 && sound.count > tail);
        assert_memory_equal(sound.samples + sound.count - tail,
                            expected.samples + expected.count - tail, tail * sizeof(int16_t));
        free(sound.samples);
        free(expected.samples);
        free(bytes.data);
        free(junk.data);
        free(with.data);
        free(all.data);
    }
}

/* A stream of one frame, at its start or behind junk. */
static void one_frame_is_enough(void **unused)
{
    struct bytes frame = mpeg_frames(header_of(3, 44100, MPEG_STEREO), 1, MPEG_PADDED, 5),
                 junk = text("junk", 1000), both = joined(junk, frame);
    struct request request = { 44100, 0x55, 2, 0, WHOLE, 0 };
    struct sound sound = convert(&request, frame);

    (void)unused;
    assert_int_equal(sound.count, 2304);
    free(sound.samples);
    sound = convert(&request, both);
    assert_int_equal(sound.count, 2304);
    free(sound.samples);
    free(frame.data);
    free(junk.data);
    free(both.data);
}

/* Random bytes make at most a frame of every 24, and the pieces do not matter. */
static void random_bytes_make_few_frames(void **unused)
{
    uint32_t seed = 13;

    (void)unused;
    for (int round = 0; round < (all_cases() ? 2000 : 40); round++) {
        struct bytes bytes = { malloc(20000), 20000 };
        struct request request = { 44100, 0x55, 2, 0, WHOLE, 0 };
        struct sound sound, pieces;

        for (size_t i = 0; i < bytes.size; i++) /* with many headers */
            bytes.data[i] = (uint8_t)(draw(&seed) % 8 == 0 ? 0xFF : draw(&seed));
        sound = convert(&request, bytes);
        request.piece = SIZE_MAX;
        pieces = convert(&request, bytes);
        assert_same_sound(sound, pieces);
        assert_true(sound.count <= bytes.size / 24 * 2304);
        free(sound.samples);
        free(pieces.samples);
        free(bytes.data);
    }
}

/* The third header can decide about a frame in free format, and Layer I has the longest padding. */
static void the_longest_search_ends(void **unused)
{
    struct request request = { 44100, 0x50, 2, 0, WHOLE, 0 };
    struct bytes bytes = { calloc(20000, 1), 20000 };

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        uint8_t *header = bytes.data + i * SYNC_FREE_MOST;

        header[0] = header[1] = 0xFF;
        header[2] = i == 0 ? 0 : 2; /* padding */
    }
    free(convert(&request, bytes).samples);
    free(bytes.data);
}

/* Damaged frames: the same bytes in every set, and no byte outside is read. */
static void damaged_frames_are_survived(void **unused)
{
    uint32_t seed = 17;

    (void)unused;
    for (unsigned round = 0; round < (all_cases() ? 5000u : 300u); round++) {
        struct bytes bytes = made_stream(round % STREAMS);
        struct request request = request_of(round % STREAMS);
        struct options options = { .quality = 1, .dsp = dsp_set(0) };
        struct wave_format format = { .channels = request.channels,
                                      .sample_rate = request.sample_rate };
        const struct codec *codec = request.tag == 0x55 ? &mpeg_layer3 : &mpeg_layer2;
        struct sound sound, other;

        for (unsigned i = 0; i < 1 + round % 200; i++)
            bytes.data[draw(&seed) % bytes.size] = (uint8_t)draw(&seed);
        sound = decode_all(codec, &format, &options, bytes);
        options.dsp = dsp_set(best_set());
        other = decode_all(codec, &format, &options, bytes);
        assert_same_sound(sound, other);
        free(sound.samples);
        free(other.samples);
        free(bytes.data);
    }
}

/* --- Formats --- */

/* No field but the rate and the channels matters, and none is divided by. */
static void formats_are_read_leniently(void **unused)
{
    static const uint32_t byte_rates[] = { 0, 1, 16000, 16384, 40000, UINT32_MAX };
    static const uint16_t aligns[] = { 0, 1, 576, 1152, 65535 };
    struct layout layout;

    (void)unused;
    for (size_t i = 0; i < sizeof byte_rates / sizeof *byte_rates; i++)
        for (size_t k = 0; k < sizeof aligns / sizeof *aligns; k++)
            for (uint16_t bits = 0; bits <= 16; bits += 16) {
                struct wave_format format = { .channels = 2,
                                              .sample_rate = 44100,
                                              .byte_rate = byte_rates[i],
                                              .block_align = aligns[k],
                                              .bits_per_sample = bits };

                assert_true(parses(&mpeg_layer3, &format, &layout));
                assert_int_equal(layout.block.frames, 1152);
                assert_in_range(layout.block.bytes, 104, MPEG_FRAME_MOST);
                assert_true(parses(&mpeg_layer2, &format, &layout));
                format.channels = 3;
                assert_false(parses(&mpeg_layer3, &format, &layout));
                format.channels = 1;
                format.sample_rate = 44000;
                assert_false(parses(&mpeg_layer3, &format, &layout));
            }
}

/* Eight times these byte rates are 18 and 20 kbit/s in 32 bits. */
static void large_byte_rates_are_the_highest(void **unused)
{
    static const uint32_t byte_rates[] = { 20000, 2250 + (1u << 29), 2500 + (1u << 31) };
    struct layout layout;

    (void)unused;
    for (size_t i = 0; i < sizeof byte_rates / sizeof *byte_rates; i++) {
        struct wave_format format = {
            .channels = 1, .sample_rate = 16000, .byte_rate = byte_rates[i], .block_align = 1
        };

        assert_true(parses(&mpeg_layer3, &format, &layout));
        assert_int_equal(layout.block.frames, 576);
        assert_int_equal(layout.block.bytes, 720);
    }
}

/* Room for two frames in small pieces, and not much more than necessary in large ones. */
static void sizes_suffice(void **unused)
{
    struct wave_format from = { .tag = 0x55,
                                .channels = 2,
                                .sample_rate = 44100,
                                .byte_rate = 16000 },
                       to = { .tag = 1,
                              .channels = 2,
                              .sample_rate = 44100,
                              .block_align = 4,
                              .bits_per_sample = 16 };
    struct plan plan;
    uint32_t room;

    (void)unused;
    assert_true(stream_plan(&plan, &from, &to));
    assert_true(stream_size_from_source(&plan, 522, &room));
    assert_true(room >= 9216);
    assert_true(stream_size_from_source(&plan, 65536, &room));
    assert_in_range(room, 65536 / 417 * 4608, 1200000);
    assert_true(stream_size_from_source(&plan, 0, &room));
    assert_int_equal(room, 0);
    from.byte_rate = 0;
    assert_true(stream_plan(&plan, &from, &to));
    assert_true(stream_size_from_source(&plan, 522, &room) && room >= 9216);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(one_frame_makes_one),
        cmocka_unit_test(the_header_can_be_wrong),
        cmocka_unit_test(tags_are_skipped),
        cmocka_unit_test(the_stream_is_found_again),
        cmocka_unit_test(one_frame_is_enough),
        cmocka_unit_test(random_bytes_make_few_frames),
        cmocka_unit_test(the_longest_search_ends),
        cmocka_unit_test(damaged_frames_are_survived),
        cmocka_unit_test(formats_are_read_leniently),
        cmocka_unit_test(large_byte_rates_are_the_highest),
        cmocka_unit_test(sizes_suffice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
