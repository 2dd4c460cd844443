/* G.729 Annex B: stable noise filters, noise after a lost SID frame, and speech detection compared
 * with bcg729. */
#include <math.h>
#include "support.h"
#include "codecs/g729/g729.h"
#ifdef HAVE_BCG729
#include <bcg729/encoder.h>
#endif

/* The noise spectrum must be a stable filter for every SID frame after every other: its line
 * spectral pairs descend from 1 to -1. */
static void assert_descending(const int16_t lsp_q15[G729_ORDER])
{
    for (int i = 1; i < G729_ORDER; i++)
        assert_true(lsp_q15[i] < lsp_q15[i - 1]);
}

static struct g729_sid sid_of(unsigned code)
{
    return (struct g729_sid){ .predictor = code & 1,
                              .stage1 = code >> 1 & 31,
                              .stage2 = code >> 6 & 15 };
}

static void any_sid_frame_is_a_stable_filter(void **unused)
{
    int16_t lsp_q15[G729_ORDER];

    (void)unused;
    for (unsigned before = 0; before < 1024; before += 3) {
        struct g729_decoder state;

        g729_decoder_init(&state, dsp_set(0)->celp);
        for (int i = 0; i < 8; i++) {
            struct g729_sid sid = sid_of(before);

            g729_sid_lsp_decode(&state.lsf.memory, &sid, lsp_q15);
        }
        assert_descending(lsp_q15);
        for (unsigned code = 0; code < 1024; code++) {
            struct g729_lsf_memory memory = state.lsf.memory;
            struct g729_sid sid = sid_of(code);

            g729_sid_lsp_decode(&memory, &sid, lsp_q15);
            assert_descending(lsp_q15);
        }
    }
}

static double level(const int16_t *pcm, size_t n)
{
    double sum = 1;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return 10 * log10(sum / (double)n);
}

/* B.4.5: if the first SID frame is lost, the noise takes the level of the preceding speech. */
static void noise_after_a_lost_sid_frame_is_as_loud_as_the_speech(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int amplitude = 1000; amplitude <= 16000; amplitude *= 4) {
        int16_t pcm[G729_FRAME], speech[20 * G729_FRAME], noise[20 * G729_FRAME];
        struct g729_encoder encoder;
        struct g729_decoder decoder;
        double louder;

        g729_encoder_init(&encoder, dsp_set(0)->celp, false);
        g729_decoder_init(&decoder, dsp_set(0)->celp);
        for (int frame = 0; frame < 20; frame++) {
            struct g729_parameters parameters;

            for (int i = 0; i < G729_FRAME; i++)
                pcm[i] = (int16_t)((int32_t)(draw(&seed) % (2u * (unsigned)amplitude)) - amplitude);
            g729_encode_frame(&encoder, pcm, G729_VOICE, &parameters);
            g729_decode_frame(&decoder, &parameters, speech + G729_FRAME * frame);
        }
        for (int frame = 0; frame < 20; frame++)
            g729_decode_frame(&decoder, &(struct g729_parameters){ .kind = G729_UNTRANSMITTED },
                              noise + G729_FRAME * frame);
        louder = level(noise, 20 * G729_FRAME) - level(speech + 10 * G729_FRAME, 10 * G729_FRAME);
        print_message("amplitude %d: %.1f dB louder\n", amplitude, louder);
        assert_true(louder > -5 && louder < 5);
    }
}

#ifdef HAVE_BCG729
/* Speech with pauses, and noise 50 dB below full scale. */
static struct sound speech_with_noise(void)
{
    struct sound sound = speech();
    uint32_t seed = 9;

    sound.count -= sound.count % G729_FRAME;
    for (size_t i = 0; i < sound.count; i++) {
        int32_t x = sound.samples[i] + (int32_t)(draw(&seed) % 360) - 180;

        sound.samples[i] = saturate(x);
    }
    return sound;
}

/* bcg729 extends speech by six frames, as in Appendix II, so its silent frames must also be silent
 * here. */
static void silence_is_found_where_bcg729_finds_it(void **unused)
{
    struct sound sound = speech_with_noise();
    bcg729EncoderChannelContextStruct *peer = initBcg729EncoderChannel(1);
    size_t frames = sound.count / G729_FRAME, spoken = 0, sid = 0, silent = 0, missed = 0;
    struct g729_encoder state;

    (void)unused;
    g729_encoder_init(&state, dsp_set(0)->celp, true);
    for (size_t frame = 0; frame < frames; frame++) {
        struct g729_parameters parameters;
        uint8_t theirs[G729_FRAME_BYTES], length;

        g729_encode_frame(&state, sound.samples + frame * G729_FRAME, G729_DETECTED, &parameters);
        bcg729Encoder(peer, sound.samples + frame * G729_FRAME, theirs, &length);
        spoken += parameters.kind == G729_SPEECH;
        sid += parameters.kind == G729_SID;
        silent += length != G729_FRAME_BYTES;
        missed += parameters.kind == G729_SPEECH && length != G729_FRAME_BYTES;
    }
    closeBcg729EncoderChannel(peer);
    print_message(
        "%zu of %zu frames are speech, among them %zu of bcg729's %zu silent ones; %zu SID "
        "frames\n",
        spoken, frames, missed, silent, sid);
    assert_true(silent > 50 && missed * 50 <= silent);
    assert_true(sid > 0 && frames - spoken < silent + frames / 10);
    free(sound.samples);
}
#else
static void silence_is_found_where_bcg729_finds_it(void **unused)
{
    (void)unused;
    print_message("libbcg729 is not installed\n");
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sid_frame_is_a_stable_filter),
        cmocka_unit_test(noise_after_a_lost_sid_frame_is_as_loud_as_the_speech),
        cmocka_unit_test(silence_is_found_where_bcg729_finds_it),
    };

    return cmocka_run_group_tests_name("g729_noise", tests, 0, 0);
}
