/* The ITU's vectors of G.723.1, frame by frame from a fresh state, with every set of instructions.
 */
#include "support.h"
#include "bits.h"
#include "codecs/g7231/g7231.h"

/* A letter in the name of a file stands for a filter that is in use: H for the high-pass filter, P
 * for the postfilters. */
struct vector {
    const char *input, *output, *flags; /* erasures of a decoder's frames, 16 bits each, or the
                                           rates of an encoder, a byte each */
    enum g7231_rate rate;
    bool unfiltered, dtx;
};

static struct bytes open_vector(const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "g7231/%s", name);
    return vector_read(path);
}

static void encode_by(const struct vector *vector, unsigned simd)
{
    struct bytes in = open_vector(vector->input), out = open_vector(vector->output),
                 rates = { 0, 0 };
    struct g7231_encoder encoder;
    struct g7231_parameters made;
    uint8_t frame[G7231_FRAME_BYTES];
    size_t at = 0, frames = in.size / (2 * G7231_FRAME);

    if (vector->flags)
        rates = open_vector(vector->flags);
    assert_true(frames > 0 && (!vector->flags || rates.size == frames));
    g7231_encoder_start(&encoder, dsp_set(simd)->celp);
    encoder.no_highpass = vector->unfiltered;
    encoder.dtx = vector->dtx;
    for (size_t i = 0; i < frames; i++) {
        size_t size;

        g7231_encode_frame(&encoder, (int16_t *)(void *)in.data + i * G7231_FRAME,
                           vector->flags ? (enum g7231_rate)rates.data[i] : vector->rate, &made);
        size = g7231_pack(&made, frame);
        assert_true(at + size <= out.size);
        if (memcmp(frame, out.data + at, size) != 0)
            fail_msg("%s: frame %zu differs", vector->output, i);
        at += size;
    }
    assert_int_equal(at, out.size);
    print_message("%s, set %u: %zu frames\n", vector->output, simd, frames);
    free(in.data);
    free(out.data);
    free(rates.data);
}

static void encodes(void **state)
{
    for (unsigned simd = 0; simd <= best_set(); simd++)
        encode_by(*state, simd);
}

static void decode_by(const struct vector *vector, unsigned simd)
{
    struct bytes in = open_vector(vector->input), out = open_vector(vector->output),
                 lost = { 0, 0 };
    struct g7231_decoder decoder;
    struct g7231_parameters given;
    int16_t pcm[G7231_FRAME];
    size_t at = 0, frames = out.size / sizeof pcm;

    if (vector->flags)
        lost = open_vector(vector->flags);
    assert_true(frames > 0 && (!vector->flags || lost.size == 2 * frames));
    g7231_decoder_start(&decoder, dsp_set(simd)->celp);
    decoder.no_postfilter = vector->unfiltered;
    for (size_t i = 0; i < frames; i++) {
        bool legal;

        assert_true(at < in.size && at + g7231_frame_bytes(in.data[at]) <= in.size);
        legal =
            g7231_unpack(in.data + at, &given) && !(vector->flags && load16_le(lost.data + 2 * i));
        g7231_decode_frame(&decoder, legal ? &given : 0, pcm);
        if (memcmp(pcm, out.data + i * sizeof pcm, sizeof pcm) != 0)
            fail_msg("%s: frame %zu differs", vector->output, i);
        at += g7231_frame_bytes(in.data[at]);
    }
    assert_int_equal(at, in.size);
    print_message("%s, set %u: %zu frames\n", vector->output, simd, frames);
    free(in.data);
    free(out.data);
    free(lost.data);
}

static void decodes(void **state)
{
    for (unsigned simd = 0; simd <= best_set(); simd++)
        decode_by(*state, simd);
}

#define ENCODE(i, ...) \
    { \
        "encodes " i, encodes, 0, 0, &(struct vector) { i, __VA_ARGS__ } \
    }
#define DECODE(i, ...) \
    { \
        "decodes " i, decodes, 0, 0, &(struct vector) { i, __VA_ARGS__ } \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENCODE("CODEC63.TIN", "CODEC63.RCO", .unfiltered = true),
        ENCODE("OVERC63.TIN", "OVERC63.RCO", .unfiltered = true),
        ENCODE("PATHC63H.TIN", "PATHC63H.RCO", .flags = 0),
        ENCODE("TAMEC63H.TIN", "TAMEC63H.RCO", .flags = 0),
        ENCODE("OVERC53H.TIN", "OVERC53H.RCO", .rate = G7231_RATE_53),
        ENCODE("INEQC53.TIN", "INEQC53.RCO", .rate = G7231_RATE_53, .unfiltered = true),
        ENCODE("PATHC53.TIN", "PATHC53.RCO", .rate = G7231_RATE_53, .unfiltered = true),
        ENCODE("DTX63.TIN", "DTX63.RCO", .dtx = true),
        ENCODE("DTX53MIX.TIN", "DTX53.RCO", .rate = G7231_RATE_53, .dtx = true),
        ENCODE("DTX53MIX.TIN", "DTXMIX.RCO", .flags = "DTXMIX.RAT", .dtx = true),
        DECODE("INEQD53.TCO", "INEQD53.ROU", .unfiltered = true),
        DECODE("PATHD53.TCO", "PATHD53.ROU", .unfiltered = true),
        DECODE("OVERD53.TCO", "OVERD53.ROU", .unfiltered = true),
        DECODE("OVERD63P.TCO", "OVERD63P.ROU", .flags = 0),
        DECODE("PATHD63P.TCO", "PATHD63P.ROU", .flags = "PATHD63P.CRC"),
        DECODE("TAMED63P.TCO", "TAMED63P.ROU", .flags = "TAMED63P.CRC"),
        DECODE("DTX63.RCO", "DTX63.ROU", .flags = 0),
        DECODE("DTX53.RCO", "DTX53.ROU", .flags = 0),
        DECODE("DTXMIX.RCO", "DTXMIX.ROU", .flags = 0),
        DECODE("DTX63E.TCO", "DTX63E.ROU", .flags = "DTX63E.CRC"),
        DECODE("DTX63B.TCO", "DTX63B.ROU", .flags = 0),
    };

    return cmocka_run_group_tests_name("g7231", tests, 0, 0);
}
