/* G.723.1's Annex A: what is sent of a conversation with pauses, and what is heard of it where frames are lost. */
#include <math.h>
#include "silence_support.h"
#include "codecs/g7231/g7231.h"

enum { FRAMES = SECONDS * SECOND / FRAME };

static const char stream[] = "tests/codecs/silence/g7231";

/* Both rates in turn, as a sender may have them. */
static enum rate rate_of(size_t frame) { return frame / 25 % 2 ? RATE_53 : RATE_63; }

static struct bytes encode(unsigned simd, struct sound sound, size_t starts[])
{
    struct bytes out = { malloc(FRAMES * FRAME_BYTES), 0 };
    struct encoder encoder;
    struct parameters made;

    g7231_encoder_start(&encoder);
    encoder.dsp = dsp_set((uint8_t)simd)->speech;
    encoder.dtx = true;
    for (size_t i = 0; i < FRAMES; i++) {
        starts[i] = out.size;
        g7231_encode_frame(&encoder, sound.samples + i * FRAME, rate_of(i), &made);
        out.size += g7231_pack(&made, out.data + out.size);
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

/* A lossy line loses every fifth frame or so, and the first descriptor of every second pause. */
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

    g7231_decoder_start(&decoder);
    decoder.dsp = dsp_set((uint8_t)simd)->speech;
    for (; at < bytes.size && frames < FRAMES; frames++) {
        bool lost = lossy && draw(&seed) % 5 == 0;

        assert_true(g7231_unpack(bytes.data + at, &given));
        if (given.kind == SILENCE && before == SPEECH)
            lost |= lossy && pauses++ % 2 == 0;
        before = given.kind;
        g7231_decode_frame(&decoder, lost ? 0 : &given, pcm + frames * FRAME);
        at += g7231_frame_bytes(bytes.data[at]);
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
        0xDAE1AA0A, 0x6186C642, 0x6790A133, 0x91667B60, 0x75E090A6, 0x5AA4B8A9,
        0x0F61DC30, 0x73B4A35C, 0xC06C3D48, 0x9ED172B4, 0x210F0FDC, 0x0F18ED9B,
        0x82C388C3, 0xBF82ADDE, 0xD043A55C, 0xAC85DFEC, 0xABB7BD7B, 0x8C60EC94,
        0xA4A1658C, 0xC525118C,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, false, whole);
}

static void lost_frames_are_heard_as_ever(void **unused)
{
    static const uint32_t lossy[SECONDS] = {
        0x6FC148D0, 0x4E120280, 0x772CA4C9, 0xB4E8E0C6, 0x748AAB10, 0xD0DEFC8B,
        0x3C22621C, 0x79CD2982, 0x176A221F, 0x2B9E9941, 0x36947634, 0x50F0CFE0,
        0xD8356A68, 0x531001A7, 0xF690F434, 0x87F5A94B, 0x73EF8881, 0x16A18AC7,
        0x3518AA8C, 0x9490BE8E,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, true, lossy);
}

/* One block of noise over and over: a spectrum and a level that stay. `db` over a peak of 100. */
static void room(int16_t pcm[FRAME], double db)
{
    uint32_t seed = 7;

    for (int i = 0; i < FRAME; i++)
        pcm[i] = (int16_t)lrint(((double)(draw(&seed) % 201) - 100) * pow(10, db / 20));
}

/* A.4.3: a descriptor is due where the index of the level is more than 3 away from that of the last one, the spectrum staying. */
static void a_slowly_falling_room_is_described_every_4_steps(void **unused)
{
    struct encoder encoder;
    int last = 0, count = 0;

    (void)unused;
    g7231_encoder_start(&encoder);
    encoder.dtx = true;
    for (int frame = 0; frame < 400; frame++) {
        struct parameters made;
        int16_t pcm[FRAME];

        room(pcm, frame < 100 ? 10 : 10 - (frame - 100) * 0.05);
        g7231_encode_frame(&encoder, pcm, RATE_63, &made);
        if (frame < 100)
            last = made.kind == SILENCE ? made.subframes[0].amplitude : last;
        else if (made.kind == SILENCE) {
            assert_int_equal(last - made.subframes[0].amplitude, 4);
            last = made.subframes[0].amplitude;
            count++;
        } else {
            assert_int_equal(made.kind, UNTRANSMITTED);
            assert_in_range(last - made.subframes[0].amplitude, 0, 3);
        }
    }
    print_message("%d descriptors\n", count);
    assert_in_range(count, 4, 8);
}

static void comfort_noise_is_as_loud_as_the_room(void **unused)
{
    (void)unused;
    for (double db = -10; db <= 10; db += 5) {
        struct encoder encoder;
        struct decoder decoder;
        int16_t heard[200 * FRAME], pcm[FRAME];
        double louder;

        g7231_encoder_start(&encoder);
        encoder.dtx = true;
        g7231_decoder_start(&decoder);
        room(pcm, db);
        for (int frame = 0; frame < 200; frame++) {
            struct parameters made;

            g7231_encode_frame(&encoder, pcm, RATE_63, &made);
            assert_true(frame < 100 || made.kind != SPEECH);
            g7231_decode_frame(&decoder, &made, heard + frame * FRAME);
        }
        louder = level_of(heard + 100 * FRAME, 100 * FRAME) - level_of(pcm, FRAME);
        print_message("%+.0f dB: %+.1f dB\n", db, louder);
        assert_true(fabs(louder) < 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_are_sent_as_ever),
        cmocka_unit_test(pauses_are_heard_as_ever),
        cmocka_unit_test(lost_frames_are_heard_as_ever),
        cmocka_unit_test(a_slowly_falling_room_is_described_every_4_steps),
        cmocka_unit_test(comfort_noise_is_as_loud_as_the_room),
    };

    return cmocka_run_group_tests_name("g7231_silence", tests, 0, 0);
}
