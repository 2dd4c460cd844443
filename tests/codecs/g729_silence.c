/* G.729's Annex B: what is sent of a conversation with pauses, and what is heard of it where frames are lost. */
#include <math.h>
#include "silence_support.h"
#include "codecs/g729/g729.h"

enum { FRAMES = SECONDS * SECOND / FRAME };

/* Each frame behind its length: 10, 2, or 0 where nothing is sent. */
static const char stream[] = "tests/codecs/silence/g729";

static size_t send(const struct parameters *in, uint8_t *to)
{
    to[0] = in->kind == SPEECH ? FRAME_BYTES : in->kind == SID ? SID_BYTES : 0;
    if (in->kind == SPEECH)
        g729_pack(in, to + 1);
    else if (in->kind == SID)
        g729_pack_sid(&in->sid, to + 1);
    return 1u + to[0];
}

static size_t receive(const uint8_t *from, struct parameters *out)
{
    *out = (struct parameters){ .kind = UNTRANSMITTED };
    if (from[0] == FRAME_BYTES)
        g729_unpack(from + 1, out);
    else if (from[0] == SID_BYTES)
        g729_unpack_sid(from + 1, out);
    return 1u + from[0];
}

static struct bytes encode(unsigned simd, struct sound sound, size_t starts[])
{
    struct bytes out = { malloc(FRAMES * (1 + FRAME_BYTES)), 0 };
    struct encoder encoder;
    struct parameters made;

    g729_encoder_start(&encoder, true);
    encoder.dsp = dsp_set((uint8_t)simd)->speech;
    for (size_t i = 0; i < FRAMES; i++) {
        starts[i] = out.size;
        g729_encode_frame(&encoder, sound.samples + i * FRAME, DETECTED, &made);
        out.size += send(&made, out.data + out.size);
    }
    return out;
}

static void pauses_are_sent_as_ever(void **unused)
{
    struct sound sound = conversation(SECONDS * SECOND, SEED);

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++) {
        size_t starts[FRAMES];
        struct bytes made = encode(simd, sound, starts);

        compare_stream(stream, made, starts, FRAMES);
        free(made.data);
    }
    free(sound.samples);
}

/* A lossy line loses every fifth frame or so, and the first SID frame of every second pause. Of a lost SID frame the receiver
 * does not even know. */
static void decode(unsigned simd, bool lossy, const uint32_t known[SECONDS])
{
    struct bytes bytes = file_read(stream);
    int16_t *pcm = calloc(SECONDS * SECOND, sizeof *pcm);
    struct decoder decoder;
    struct parameters given;
    size_t at = 0, frames = 0;
    uint32_t seed = SEED;
    enum kind before = SPEECH;
    unsigned pauses = 0;

    g729_decoder_start(&decoder);
    decoder.dsp = dsp_set((uint8_t)simd)->speech;
    for (; at < bytes.size && frames < FRAMES; frames++) {
        bool lost = lossy && draw(&seed) % 5 == 0;

        at += receive(bytes.data + at, &given);
        if (given.kind == SID && before == SPEECH)
            lost |= lossy && pauses++ % 2 == 0;
        before = given.kind;
        if (lost)
            given.kind = given.kind == SPEECH ? ERASED : UNTRANSMITTED;
        g729_decode_frame(&decoder, &given, pcm + frames * FRAME);
    }
    assert_int_equal(at, bytes.size);
    assert_int_equal(frames, FRAMES);
    compare_sound(pcm, known);
    free(bytes.data);
    free(pcm);
}

static void pauses_are_heard_as_ever(void **unused)
{
    static const uint32_t whole[SECONDS] = {
        0x1525B1D2, 0xFEC8D224, 0x4E35DF41, 0xA177FC78, 0x998EBBD0, 0xEF1EDDAF,
        0xD5DD1237, 0x96294619, 0x28A6B518, 0xB3E1DBF2, 0x01404DD3, 0xC96D192F,
        0x93A0FFDB, 0x762ECBBB, 0x27D553F9, 0x98E1EE0C, 0x835ACF90, 0xD53068F7,
        0xBAAF8E79, 0x9BC30386,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, false, whole);
}

static void lost_frames_are_heard_as_ever(void **unused)
{
    static const uint32_t lossy[SECONDS] = {
        0x9DEDBB5D, 0x81523C8D, 0xB89A22DB, 0xE65EC397, 0x4F4E7052, 0x23C7381F,
        0x4210F3D6, 0xB3A9D2E9, 0x39146A94, 0x580A46D2, 0x69EBF4B4, 0x6F2DF537,
        0x68A444DE, 0x881164F0, 0x4755B2C6, 0xAE43DF0E, 0x3BEC2179, 0xF9B6B8EB,
        0x3AF2F4DB, 0xA416D553,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, true, lossy);
}

/* One block of noise over and over: a spectrum and a level that stay. `db` over a peak of 1000. */
static void room(int16_t pcm[FRAME], double db)
{
    uint32_t seed = 7;

    for (int i = 0; i < FRAME; i++)
        pcm[i] = (int16_t)lrint(((double)(draw(&seed) % 2001) - 1000) * pow(10, db / 20));
}

/* B.4.1.2: a SID frame is due when the level, which is counted in steps of 2 dB, is more than 2 dB away from the last one sent. */
static void a_slowly_falling_room_is_sent_every_4_db(void **unused)
{
    struct encoder encoder;
    int last = 0, count = 0;

    (void)unused;
    g729_encoder_start(&encoder, true);
    for (int frame = 0; frame < 400; frame++) {
        struct parameters made;
        int16_t pcm[FRAME];

        room(pcm, frame < 20 ? 0 : (20 - frame) * 0.05);
        g729_encode_frame(&encoder, pcm, NOISE, &made);
        assert_int_not_equal(made.kind, SPEECH);
        if (made.kind != SID)
            continue;
        assert_true(made.sid.gain >= 6);                        /* steps of 2 dB */
        if (frame >= 20 && count++ > 0)
            assert_int_equal(last - made.sid.gain, 2);
        last = made.sid.gain;
    }
    assert_in_range(count, 4, 6);
}

static void comfort_noise_is_as_loud_as_the_room(void **unused)
{
    (void)unused;
    for (double db = -20; db <= 10; db += 5) {
        struct encoder encoder;
        struct decoder decoder;
        int16_t heard[200 * FRAME], pcm[FRAME];
        double louder;

        g729_encoder_start(&encoder, true);
        g729_decoder_start(&decoder);
        room(pcm, db);
        for (int frame = 0; frame < 200; frame++) {
            struct parameters made;

            g729_encode_frame(&encoder, pcm, NOISE, &made);
            g729_decode_frame(&decoder, &made, heard + frame * FRAME);
        }
        louder = level_of(heard + 100 * FRAME, 100 * FRAME) - level_of(pcm, FRAME);
        print_message("%+.0f dB: %+.1f dB\n", db, louder);
        assert_true(fabs(louder) < 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_are_sent_as_ever),
        cmocka_unit_test(pauses_are_heard_as_ever),
        cmocka_unit_test(lost_frames_are_heard_as_ever),
        cmocka_unit_test(a_slowly_falling_room_is_sent_every_4_db),
        cmocka_unit_test(comfort_noise_is_as_loud_as_the_room),
    };

    return cmocka_run_group_tests_name("g729_silence", tests, 0, 0);
}
