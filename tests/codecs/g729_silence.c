/* G.729 Annex B: the stream of a conversation with pauses, what it decodes to with and without lost
 * frames, and the stages of silence compression. */
#include <math.h>
#include "silence_support.h"
#include "codecs/g729/tables.h"

enum { FRAMES = SECONDS * SECOND / G729_FRAME };

/* Each frame is preceded by its length: 10, 2, or 0 if nothing is transmitted. */
static const char stream[] = "tests/codecs/silence/g729";

static size_t send(const struct g729_parameters *in, uint8_t *to)
{
    to[0] = in->kind == G729_SPEECH ? G729_FRAME_BYTES : in->kind == G729_SID ? G729_SID_BYTES : 0;
    if (in->kind == G729_SPEECH)
        g729_pack(in, to + 1);
    else if (in->kind == G729_SID)
        g729_pack_sid(&in->sid, to + 1);
    return 1u + to[0];
}

static size_t receive(const uint8_t *from, struct g729_parameters *out)
{
    *out = (struct g729_parameters){ .kind = G729_UNTRANSMITTED };
    if (from[0] == G729_FRAME_BYTES)
        g729_unpack(from + 1, out);
    else if (from[0] == G729_SID_BYTES)
        g729_unpack_sid(from + 1, out);
    return 1u + from[0];
}

static struct bytes encode(unsigned simd, struct sound sound, size_t starts[])
{
    struct bytes out = { malloc(FRAMES * (1 + G729_FRAME_BYTES)), 0 };
    struct g729_encoder encoder;
    struct g729_parameters made;

    g729_encoder_init(&encoder, dsp_set((uint8_t)simd)->celp, true);
    for (size_t i = 0; i < FRAMES; i++) {
        starts[i] = out.size;
        g729_encode_frame(&encoder, sound.samples + i * G729_FRAME, G729_DETECTED, &made);
        out.size += send(&made, out.data + out.size);
    }
    return out;
}

static void encoded_pauses_are_unchanged(void **unused)
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

/* A lossy line drops one frame in five, and the first SID frame of every second pause. The receiver
 * cannot know that a SID frame is lost. */
static void decode(unsigned simd, bool lossy, const uint32_t known[SECONDS])
{
    struct bytes bytes = file_read(stream);
    int16_t *pcm = calloc(SECONDS * SECOND, sizeof *pcm);
    struct g729_decoder decoder;
    struct g729_parameters given;
    size_t at = 0, frames = 0;
    uint32_t seed = SEED;
    enum g729_frame_kind before = G729_SPEECH;
    unsigned pauses = 0;

    g729_decoder_init(&decoder, dsp_set((uint8_t)simd)->celp);
    for (; at < bytes.size && frames < FRAMES; frames++) {
        bool lost = lossy && draw(&seed) % 5 == 0;

        at += receive(bytes.data + at, &given);
        if (given.kind == G729_SID && before == G729_SPEECH)
            lost |= lossy && pauses++ % 2 == 0;
        before = given.kind;
        if (lost)
            given.kind = given.kind == G729_SPEECH ? G729_ERASED : G729_UNTRANSMITTED;
        g729_decode_frame(&decoder, &given, pcm + frames * G729_FRAME);
    }
    assert_int_equal(at, bytes.size);
    assert_int_equal(frames, FRAMES);
    compare_sound(pcm, known);
    free(bytes.data);
    free(pcm);
}

static void decoded_pauses_are_unchanged(void **unused)
{
    static const uint32_t whole[SECONDS] = {
        0x1525B1D2, 0xFEC8D224, 0x4E35DF41, 0xA177FC78, 0x998EBBD0, 0xEF1EDDAF, 0xD5DD1237,
        0x96294619, 0x28A6B518, 0xB3E1DBF2, 0x01404DD3, 0xC96D192F, 0x93A0FFDB, 0x762ECBBB,
        0x27D553F9, 0x98E1EE0C, 0x835ACF90, 0xD53068F7, 0xBAAF8E79, 0x9BC30386,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, false, whole);
}

static void concealed_frames_are_unchanged(void **unused)
{
    static const uint32_t lossy[SECONDS] = {
        0x9DEDBB5D, 0x81523C8D, 0xB89A22DB, 0xE65EC397, 0x4F4E7052, 0x23C7381F, 0x4210F3D6,
        0xB3A9D2E9, 0x39146A94, 0x580A46D2, 0x69EBF4B4, 0x6F2DF537, 0x68A444DE, 0x881164F0,
        0x4755B2C6, 0xAE43DF0E, 0x3BEC2179, 0xF9B6B8EB, 0x3AF2F4DB, 0xA416D553,
    };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode(simd, true, lossy);
}

/* A repeated block of noise, so that spectrum and level are constant; `db` is relative to a peak of
 * 1000. */
static void noise_block(int16_t pcm[G729_FRAME], double db)
{
    uint32_t seed = 7;

    for (int i = 0; i < G729_FRAME; i++)
        pcm[i] = (int16_t)lrint(((double)(draw(&seed) % 2001) - 1000) * pow(10, db / 20));
}

/* B.4.1.2: a SID frame is due when the level, in steps of 2 dB, is more than 2 dB away from the
 * last one sent. */
static void slowly_falling_noise_is_sent_every_4_db(void **unused)
{
    struct g729_encoder encoder;
    int last = 0, count = 0;

    (void)unused;
    g729_encoder_init(&encoder, dsp_set(0)->celp, true);
    for (int frame = 0; frame < 400; frame++) {
        struct g729_parameters made;
        int16_t pcm[G729_FRAME];

        noise_block(pcm, frame < 20 ? 0 : (20 - frame) * 0.05);
        g729_encode_frame(&encoder, pcm, G729_NOISE, &made);
        assert_int_not_equal(made.kind, G729_SPEECH);
        if (made.kind != G729_SID)
            continue;
        assert_true(made.sid.gain >= 6); /* steps of 2 dB */
        if (frame >= 20 && count++ > 0)
            assert_int_equal(last - made.sid.gain, 2);
        last = made.sid.gain;
    }
    assert_in_range(count, 4, 6);
}

static void comfort_noise_has_the_level_of_the_noise(void **unused)
{
    (void)unused;
    for (double db = -20; db <= 10; db += 5) {
        struct g729_encoder encoder;
        struct g729_decoder decoder;
        int16_t observed[200 * G729_FRAME], pcm[G729_FRAME];
        double difference;

        g729_encoder_init(&encoder, dsp_set(0)->celp, true);
        g729_decoder_init(&decoder, dsp_set(0)->celp);
        noise_block(pcm, db);
        for (int frame = 0; frame < 200; frame++) {
            struct g729_parameters made;

            g729_encode_frame(&encoder, pcm, G729_NOISE, &made);
            g729_decode_frame(&decoder, &made, observed + frame * G729_FRAME);
        }
        difference =
            level_of(observed + 100 * G729_FRAME, 100 * G729_FRAME) - level_of(pcm, G729_FRAME);
        print_message("noise at %+.0f dB: comfort noise %+.1f dB louder\n", db, difference);
        assert_true(fabs(difference) < 4);
    }
}

/* --- The detector alone --- */

/* A background noise as the detector sees it: the features and their largest deviations per frame.
 */
struct background {
    int32_t energy, slope, crossings,
        lsf_q15[G729_ORDER]; /* log2 in 1/64; r[1] / r[0] in Q15; per 80 samples; Q15 */
    int32_t deviations[4];
};

static int32_t deviation(uint32_t *seed, int32_t most)
{
    return (int32_t)((draw(seed) >> 8) % (2 * (uint32_t)most + 1)) - most;
}

static void change_noise(struct background *background, uint32_t *seed)
{
    static const int16_t most[4][4] = {
        { 4, 10, 30, 90 }, { 60, 900, 4000, 12000 }, { 1, 4, 10, 25 }, { 10, 40, 120, 400 }
    };

    background->energy = 15 * 64 + (int32_t)(draw(seed) % (12 * 64));
    background->slope = deviation(seed, 30000);
    background->crossings = 5 + (int32_t)(draw(seed) % 60);
    for (int i = 0; i < G729_ORDER; i++)
        background->lsf_q15[i] = (i + 1) * 2979 + deviation(seed, 1000);
    for (int i = 0; i < 4; i++)
        background->deviations[i] = most[i][draw(seed) % 4];
}

/* The arguments of g729_vad for one frame. */
struct observed {
    struct g729_autocorrelation r;
    struct g729_prediction prediction;
    int16_t lsf_q15[G729_ORDER], s[G729_WINDOW];
};

static void observe(const struct background *background, uint32_t *seed, struct observed *out)
{
    int32_t energy = background->energy + deviation(seed, background->deviations[0]),
            slope = background->slope + deviation(seed, background->deviations[1]);
    int32_t crossings = background->crossings + deviation(seed, background->deviations[2]),
            flips = 0;

    memset(out, 0, sizeof *out);
    out->r.exponent = (int16_t)(energy / 64 - 28);
    out->r.r[0] = 0x40000000 + energy % 64 * 0x1000000;
    slope = slope > 32000 ? 32000 : slope < -32000 ? -32000 : slope;
    for (int i = 1; i <= G729_VAD_ORDER; i++)
        out->r.r[i] = (int32_t)(out->r.r[i - 1] * (int64_t)slope / 32768);
    for (int i = 0; i < G729_ORDER; i++)
        out->lsf_q15[i] =
            (int16_t)(background->lsf_q15[i] + deviation(seed, background->deviations[3]));
    out->prediction.reflection2_q15 = (int16_t)(draw(seed) >> 17);
    out->s[120] = 100;
    for (int i = 121; i <= 200; i++) {
        bool flip = flips < crossings;

        flips += flip;
        out->s[i] = (int16_t)(flip ? -out->s[i - 1] : out->s[i - 1]);
    }
}

enum { WALKS = 20, STARTS = 20, WALK = 200 };

/* Background noises that change now and then, with frames that deviate across the bounds of Table
 * B.1. Returns the number of frames detected as voice. */
static unsigned walk(uint32_t seed, uint8_t *voiced)
{
    struct g729_vad vad;
    struct background background;
    unsigned count = 0;

    g729_vad_init(&vad);
    change_noise(&background, &seed);
    for (int i = 0; i < WALK; i++) {
        struct observed observed;

        if (draw(&seed) % 100 == 0)
            change_noise(&background, &seed);
        observe(&background, &seed, &observed);
        voiced[i] = g729_vad(&vad, &observed.r, &observed.prediction, observed.lsf_q15, observed.s);
        count += voiced[i];
    }
    return count;
}

static void detected_voice_is_unchanged(void **unused)
{
    static const uint32_t known[WALKS] = {
        0x47739872, 0x89888E44, 0x5ADB8513, 0xFBB602D4, 0xEF7C0EEA, 0xBB652395, 0x573B4129,
        0xD9683981, 0xB6EF543B, 0x09131C87, 0xF0C94D0C, 0xCED30656, 0x54C214DC, 0x4DADE974,
        0x71C981C9, 0x24C87C16, 0xA12115E4, 0x7E2B15AA, 0x0598D98B, 0x2619FFF8,
    };
    unsigned count = 0, wrong = 0;

    (void)unused;
    for (unsigned i = 0; i < WALKS; i++) {
        static uint8_t voiced[STARTS * WALK];
        uint32_t sum;

        for (unsigned start = 0; start < STARTS; start++)
            count += walk(i * STARTS + start + 1, voiced + start * WALK);
        sum = golden_checksum(voiced, sizeof voiced);
        if (writing())
            print_message("0x%08X,%c", sum, i % 6 == 5 ? '\n' : ' ');
        wrong += sum != known[i];
    }
    print_message("%u of %u frames are voice\n", count, WALKS * STARTS * WALK);
    assert_int_equal(wrong, 0);
}

/* --- Comfort noise --- */

/* B.4.2.2: the level of a mean energy over 80 samples: 16 dB to 66 dB in steps of 2 dB, lower ones
 * in steps of 4 dB, -12 dB at least. */
static void levels_are_nearest(void **unused)
{
    double worst = 0;

    (void)unused;
    for (int shift = -22; shift < 14; shift++)
        for (int mantissa = 0x4000; mantissa < 0x8000; mantissa += 7) {
            const struct g729_energy energy = { (int16_t)mantissa, (int16_t)shift };
            double db = 10 * log10(mantissa * pow(2, -shift) * 26 / 32768);
            struct g729_sid_gain gain =
                g729_sid_gain((struct g729_energy[2]){ energy, energy }, false);
            double step = db > 16 ? 2 : db > -4 ? 4 : 8, off = fabs(db - gain.level) / step;

            assert_true(gain.level % 2 == 0 && gain.level >= -12 && gain.level <= 66);
            assert_int_equal(gain.code, gain.level > 16     ? (gain.level - 4) / 2
                                        : gain.level == -12 ? 0
                                        : gain.level == 16  ? 6
                                                            : (gain.level + 8) / 4);
            if (db > -12 && db < 66)
                worst = off > worst ? off : worst;
            else
                assert_int_equal(gain.level, db < 0 ? -12 : 66);
        }
    print_message("largest error: %.3f of a step\n", worst);
    assert_true(worst < 0.56);
}

/* B.4.4: a subframe of noise has the energy of its gain after any excitation, unless the pulses are
 * clamped at 5000. */
static void noise_has_the_energy_of_its_gain(void **unused)
{
    enum { CODES = 32, ROUNDS = 40 };
    static int16_t made[CODES * ROUNDS][G729_FRAME];
    uint32_t seed = SEED;
    uint16_t noise_seed = G729_NOISE_SEED;

    (void)unused;
    for (int i = 0; i < CODES * ROUNDS; i++) {
        int16_t excitation[G729_PAST + G729_FRAME], gain_q3 = g729_sid_gains_q3[i / ROUNDS],
                                                    *now = excitation + G729_PAST;
        int32_t before = (int32_t)(draw(&seed) % 12000);
        struct g729_noise_pitch pitch[G729_SUBFRAMES];

        for (int j = 0; j < G729_PAST + G729_FRAME; j++)
            excitation[j] = (int16_t)deviation(&seed, before);
        g729_noise_excitation(dsp_set(best_set())->celp, gain_q3, &noise_seed, now, pitch);
        for (int k = 0; k < G729_SUBFRAMES && gain_q3 >= 80 && gain_q3 < 8000; k++) {
            double off =
                level_of(now + k * G729_SUBFRAME, G729_SUBFRAME) - 20 * log10(gain_q3 / 8.0);

            if (fabs(off) > 1)
                fail_msg("gain %d: %+.2f dB", gain_q3, off);
        }
        memcpy(made[i], now, sizeof made[i]);
    }
    assert_int_equal(golden_checksum(made, sizeof made), 0x60201994);
}

/* B.4.4: where the past is too loud for the gain, a subframe of noise has no part of it, and says
 * so. Two pasts then make the same noise. */
static void noise_without_pitch_has_no_pitch_gain(void **unused)
{
    enum { ROUNDS = 400 };
    uint32_t seed = SEED;
    int without = 0;

    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        int16_t excitation[2][G729_PAST + G729_FRAME] = { { 0 } };
        struct g729_noise_pitch pitch[2][G729_SUBFRAMES];
        bool same;

        for (int past = 0; past < 2; past++) {
            uint16_t noise_seed = (uint16_t)i;

            for (int j = 0; j < G729_PAST; j++)
                excitation[past][j] = (int16_t)deviation(&seed, 20 * i);
            g729_noise_excitation(dsp_set(best_set())->celp, 2000, &noise_seed,
                                  excitation[past] + G729_PAST, pitch[past]);
        }
        same = memcmp(excitation[0] + G729_PAST, excitation[1] + G729_PAST,
                      G729_SUBFRAME * sizeof(int16_t)) == 0;
        if (i > 0)
            assert_int_equal(same, pitch[0][0].gain_q14 == 0 && pitch[1][0].gain_q14 == 0);
        without += same;
    }
    assert_true(without > ROUNDS / 10 && without < ROUNDS * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoded_pauses_are_unchanged),
        cmocka_unit_test(decoded_pauses_are_unchanged),
        cmocka_unit_test(concealed_frames_are_unchanged),
        cmocka_unit_test(slowly_falling_noise_is_sent_every_4_db),
        cmocka_unit_test(comfort_noise_has_the_level_of_the_noise),
        cmocka_unit_test(detected_voice_is_unchanged),
        cmocka_unit_test(levels_are_nearest),
        cmocka_unit_test(noise_has_the_energy_of_its_gain),
        cmocka_unit_test(noise_without_pitch_has_no_pitch_gain),
    };

    return cmocka_run_group_tests_name("g729_silence", tests, 0, 0);
}
