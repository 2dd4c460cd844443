/* Annex A of G.723.1: the frames that are sent for a conversation with pauses, and the output where
 * frames are lost. */
#include <math.h>
#include "silence_support.h"
#include "codecs/g7231/g7231.h"

enum { FRAMES = SECONDS * SECOND / G7231_FRAME };

static const char stream[] = "tests/codecs/silence/g7231";

/* Both rates in turn, as a sender may choose them. */
static enum g7231_rate rate_of(size_t frame)
{
    return frame / 25 % 2 ? G7231_RATE_53 : G7231_RATE_63;
}

static struct bytes encode(unsigned simd, struct sound sound, size_t starts[])
{
    struct bytes out = { malloc(FRAMES * G7231_FRAME_BYTES), 0 };
    struct g7231_encoder encoder;
    struct g7231_parameters made;

    g7231_encoder_start(&encoder, dsp_set((uint8_t)simd)->celp);
    encoder.dtx = true;
    for (size_t i = 0; i < FRAMES; i++) {
        starts[i] = out.size;
        g7231_encode_frame(&encoder, sound.samples + i * G7231_FRAME, rate_of(i), &made);
        out.size += g7231_pack(&made, out.data + out.size);
    }
    return out;
}

static void pauses_are_encoded_as_recorded(void **unused)
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

/* A lossy line loses about every fifth frame, and the first descriptor of every second pause. */
static void decode(unsigned simd, bool lossy, const uint32_t known[SECONDS])
{
    struct bytes bytes = file_read(stream);
    int16_t *pcm = calloc(SECONDS * SECOND, sizeof *pcm);
    struct g7231_decoder decoder;
    struct g7231_parameters given;
    size_t at = 0, frames = 0;
    uint32_t seed = SEED;
    enum g7231_kind before = G7231_SPEECH;
    unsigned pauses = 0;

    g7231_decoder_start(&decoder, dsp_set((uint8_t)simd)->celp);
    for (; at < bytes.size && frames < FRAMES; frames++) {
        bool lost = lossy && draw(&seed) % 5 == 0;

        assert_true(g7231_unpack(bytes.data + at, &given));
        if (given.kind == G7231_SID && before == G7231_SPEECH)
            lost |= lossy && pauses++ % 2 == 0;
        before = given.kind;
        g7231_decode_frame(&decoder, lost ? 0 : &given, pcm + frames * G7231_FRAME);
        at += g7231_frame_bytes(bytes.data[at]);
    }
    assert_int_equal(at, bytes.size);
    assert_int_equal(frames, FRAMES);
    compare_sound(pcm, known);
    free(bytes.data);
    free(pcm);
}

static void pauses_decode_as_recorded(void **unused)
{
    static const uint32_t whole[SECONDS] = {
        0xDAE1AA0A, 0x6186C642, 0x6790A133, 0x91667B60, 0x75E090A6, 0x5AA4B8A9, 0x0F61DC30,
        0x73B4A35C, 0xC06C3D48, 0x9ED172B4, 0x210F0FDC, 0x0F18ED9B, 0x82C388C3, 0xBF82ADDE,
        0xD043A55C, 0xAC85DFEC, 0xABB7BD7B, 0x8C60EC94, 0xA4A1658C, 0xC525118C,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, false, whole);
}

static void lost_frames_decode_as_recorded(void **unused)
{
    static const uint32_t lossy[SECONDS] = {
        0x6FC148D0, 0x4E120280, 0x772CA4C9, 0xB4E8E0C6, 0x748AAB10, 0xD0DEFC8B, 0x3C22621C,
        0x79CD2982, 0x176A221F, 0x2B9E9941, 0x36947634, 0x50F0CFE0, 0xD8356A68, 0x531001A7,
        0xF690F434, 0x87F5A94B, 0x73EF8881, 0x16A18AC7, 0x3518AA8C, 0x9490BE8E,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, true, lossy);
}

/* The same block of noise in every frame, so that spectrum and level are constant. `db` is relative
 * to a peak of 100. */
static void room(int16_t pcm[G7231_FRAME], double db)
{
    uint32_t seed = 7;

    for (int i = 0; i < G7231_FRAME; i++)
        pcm[i] = (int16_t)lrint(((double)(draw(&seed) % 201) - 100) * pow(10, db / 20));
}

/* A.4.3: with a constant spectrum, a descriptor is due when the index of the level differs by more
 * than 3 from that of the last one. */
static void a_slowly_falling_room_is_described_every_4_steps(void **unused)
{
    struct g7231_encoder encoder;
    int last = 0, count = 0;

    (void)unused;
    g7231_encoder_start(&encoder, dsp_set(0)->celp);
    encoder.dtx = true;
    for (int frame = 0; frame < 400; frame++) {
        struct g7231_parameters made;
        int16_t pcm[G7231_FRAME];

        room(pcm, frame < 100 ? 10 : 10 - (frame - 100) * 0.05);
        g7231_encode_frame(&encoder, pcm, G7231_RATE_63, &made);
        if (frame < 100)
            last = made.kind == G7231_SID ? made.subframes[0].amplitude : last;
        else if (made.kind == G7231_SID) {
            assert_int_equal(last - made.subframes[0].amplitude, 4);
            last = made.subframes[0].amplitude;
            count++;
        } else {
            assert_int_equal(made.kind, G7231_UNTRANSMITTED);
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
        struct g7231_encoder encoder;
        struct g7231_decoder decoder;
        int16_t heard[200 * G7231_FRAME], pcm[G7231_FRAME];
        double louder;

        g7231_encoder_start(&encoder, dsp_set(0)->celp);
        encoder.dtx = true;
        g7231_decoder_start(&decoder, dsp_set(0)->celp);
        room(pcm, db);
        for (int frame = 0; frame < 200; frame++) {
            struct g7231_parameters made;

            g7231_encode_frame(&encoder, pcm, G7231_RATE_63, &made);
            assert_true(frame < 100 || made.kind != G7231_SPEECH);
            g7231_decode_frame(&decoder, &made, heard + frame * G7231_FRAME);
        }
        louder =
            level_of(heard + 100 * G7231_FRAME, 100 * G7231_FRAME) - level_of(pcm, G7231_FRAME);
        print_message("%+.0f dB: %+.1f dB\n", db, louder);
        assert_true(fabs(louder) < 3);
    }
}

/* --- Stages --- */

static int32_t deviation(uint32_t *seed, int32_t most)
{
    return (int32_t)((draw(seed) >> 8) % (2 * (uint32_t)most + 1)) - most;
}

enum { WALKS = 20, STARTS = 10, WALK = 300 };

/* The lags of voiced frames are nearly multiples of one lag; those of noise are arbitrary. */
static void make_lags(uint32_t *seed, bool voiced, int16_t lags[G7231_PAIRS])
{
    for (int i = 0; i < G7231_PAIRS; i++) {
        int32_t lag = voiced ? 18 * (1 + (int32_t)(draw(seed) % 7)) + deviation(seed, 4)
                             : 18 + (int32_t)(draw(seed) % 124);

        lags[i] = (int16_t)lag;
    }
}

/* Noise with a level that changes at random, now and then in a jump, up to the highest level that
 * the detector follows. */
static unsigned walk(uint32_t seed, uint8_t *active)
{
    struct g7231_activity state;
    int32_t level = 2 + (int32_t)(draw(&seed) % 40), rise = 40 + (int32_t)(draw(&seed) % 60),
            burst = 0;
    unsigned count = 0;
    bool voiced = false;

    g7231_activity_start(&state);
    for (int i = 0; i < WALK; i++) {
        int16_t s[G7231_ORDER + G7231_FRAME] = { 0 };

        if (draw(&seed) % 32 == 0)
            burst = burst ? 0 : 100 + (int32_t)(draw(&seed) % 150);
        if (draw(&seed) % 16 == 0)
            voiced = !voiced;
        level = level * (int32_t)(draw(&seed) % 2 ? 64 + rise / 16 : 61) / 64 + 1;
        level = level > 1200 ? 1200 : level;
        for (int j = 0; j < G7231_FRAME; j++)
            s[G7231_ORDER + j] = (int16_t)deviation(&seed, level + level * burst / 100);
        for (int j = 0; j < G7231_ORDER; j++)
            state.lpc_q13[j] = (int16_t)(state.lpc_q13[j] + deviation(&seed, 40));
        make_lags(&seed, voiced, state.lags + G7231_PAIRS);
        active[i] =
            g7231_is_active(&state, s + G7231_ORDER, draw(&seed) % 40 == 0 ? G7231_SINE : 0);
        count += active[i];
    }
    return count;
}

static void voice_is_detected_as_recorded(void **unused)
{
    static const uint32_t known[WALKS] = {
        0x5E008F6C, 0xD92303A2, 0x51DC853C, 0x34E92287, 0x6158FBCD, 0x97591389, 0xB0E193F6,
        0x62599677, 0xC1DD6DEA, 0x8CB9C9B3, 0xC1176A83, 0xC0044B69, 0xCDD88B95, 0xDCD7FD27,
        0x80CC3B0D, 0xD479E84E, 0x861D150F, 0x4C231F44, 0x43395C9B, 0x151379A9,
    };
    static uint8_t active[STARTS * WALK];
    unsigned count = 0, wrong = 0;

    (void)unused;
    for (unsigned i = 0; i < WALKS; i++) {
        uint32_t sum;

        for (unsigned start = 0; start < STARTS; start++)
            count += walk(i * STARTS + start + 1, active + start * WALK);
        sum = golden_checksum(active, sizeof active);
        if (writing())
            print_message("0x%08X,%c", sum, i % 6 == 5 ? '\n' : ' ');
        wrong += sum != known[i];
    }
    print_message("%u of %u frames are voice\n", count, WALKS * STARTS * WALK);
    assert_int_equal(wrong, 0);
}

/* A.4.4: of 64 gains, the one whose square is nearest to the energy; of two equally near ones,
 * either. */
static void gains_are_the_nearest(void **unused)
{
    (void)unused;
    for (int32_t energy = 0; energy < 300000; energy += energy < 3000 ? 1 : 7) {
        int chosen = g7231_noise_index(energy);
        int32_t least = INT32_MAX, off = 0;

        for (int i = 0; i < 64; i++) {
            int32_t gain = g7231_noise_gain((int16_t)i) >> 5, apart = abs(2 * gain * gain - energy);

            least = apart < least ? apart : least;
            off = i == chosen ? apart : off;
        }
        if (off != least)
            fail_msg("%d: index %d is %d off, not %d", energy, chosen, off, least);
    }
}

/* A.4.5: the noise of a pair of subframes has the energy of its gain unless the past is louder. */
static void noise_has_the_energy_of_its_gain(void **unused)
{
    enum { GAINS = 64, ROUNDS = 20 };
    static int16_t made[GAINS * ROUNDS][G7231_FRAME];
    uint32_t seed = SEED;
    struct g7231_noise noise;
    double worst = 0;

    (void)unused;
    g7231_noise_start(&noise);
    for (int i = 0; i < GAINS * ROUNDS; i++) {
        int16_t excitation[G7231_HISTORY + G7231_FRAME];
        int32_t gain = g7231_noise_gain((int16_t)(i / ROUNDS)) >> 5;
        int32_t before = (int32_t)(draw(&seed) % (i % 4 == 0 ? 9000 : 2 * (uint32_t)gain + 1));
        struct g7231_parameters parameters;

        for (int j = 0; j < G7231_HISTORY + G7231_FRAME; j++)
            excitation[j] = (int16_t)deviation(&seed, before);
        noise.target_gain = g7231_noise_gain((int16_t)(i / ROUNDS));
        g7231_noise_approach(&noise, true);
        g7231_noise(dsp_set(best_set())->celp, &noise, G7231_RATE_63, excitation, &parameters);
        memcpy(made[i], excitation + G7231_HISTORY, sizeof made[i]);
        for (int k = 0; k < G7231_PAIRS && before <= gain && gain >= 20; k++) {
            double off = level_of(made[i] + k * G7231_PAIR, G7231_PAIR) - 20 * log10(gain);

            worst = fabs(off) > worst ? fabs(off) : worst;
        }
    }
    print_message("at most %.2f dB off\n", worst);
    assert_true(worst < 0.5);
    assert_int_equal(golden_checksum(made, sizeof made), 0xA4E77153);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses_are_encoded_as_recorded),
        cmocka_unit_test(pauses_decode_as_recorded),
        cmocka_unit_test(lost_frames_decode_as_recorded),
        cmocka_unit_test(a_slowly_falling_room_is_described_every_4_steps),
        cmocka_unit_test(comfort_noise_is_as_loud_as_the_room),
        cmocka_unit_test(voice_is_detected_as_recorded),
        cmocka_unit_test(gains_are_the_nearest),
        cmocka_unit_test(noise_has_the_energy_of_its_gain),
    };

    return cmocka_run_group_tests_name("g7231_silence", tests, 0, 0);
}
