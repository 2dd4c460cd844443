/* G.729 against the ITU's test vectors: Annex A, and Annex B for silence. */
#include "support.h"
#include "bits.h"
#include "codecs/g729/g729.h"

enum { SYNC = 0x6B21, ONE = 0x81, HEADER = 4 };

/* Reads a frame of a .BIT file: a sync word, the number of bits, and a word per bit. A bit word of
 * 0 marks an erased frame. Returns the number of bytes read. */
static size_t read_frame(const uint8_t *bit, struct g729_parameters *out)
{
    unsigned count = load16_le(bit + 2);
    uint8_t frame[G729_FRAME_BYTES] = { 0 };
    bool erased = count == 0 && load16_le(bit) != SYNC;

    assert_true(count == 8 * G729_FRAME_BYTES || count == 8 * G729_SID_BYTES || count == 0);
    for (unsigned i = 0; i < count; i++) {
        unsigned word = load16_le(bit + HEADER + 2 * i);

        erased |= word == 0;
        frame[i / 8] = (uint8_t)(frame[i / 8] | (word == ONE) << (7 - i % 8));
    }
    if (count == 8 * G729_FRAME_BYTES)
        g729_unpack(frame, out);
    else if (count == 8 * G729_SID_BYTES)
        g729_unpack_sid(frame, out);
    else
        out->kind = G729_UNTRANSMITTED;
    if (erased)
        out->kind = G729_ERASED;
    return HEADER + 2 * count;
}

static void check_decoder_by(unsigned simd, const char *codes, const char *output)
{
    struct bytes bit = vector_read(codes), out = vector_read(output);
    struct g729_decoder state;
    size_t frame = 0;

    g729_decoder_init(&state, dsp_set(simd)->celp);
    for (size_t at = 0; at < bit.size; frame++) {
        struct g729_parameters parameters;
        int16_t pcm[G729_FRAME];

        at += read_frame(bit.data + at, &parameters);
        g729_decode_frame(&state, &parameters, pcm);
        assert_true((frame + 1) * sizeof pcm <= out.size);
        if (memcmp(pcm, out.data + frame * sizeof pcm, sizeof pcm) != 0)
            fail_msg("%s: frame %zu differs", output, frame);
    }
    assert_true(frame > 0 && frame == out.size / (2 * G729_FRAME));
    print_message("%s, set %u: %zu frames\n", output, simd, frame);
    free(bit.data);
    free(out.data);
}

/* Decodes with each instruction set. */
static void check_decoder(const char *codes, const char *output)
{
    for (unsigned simd = 0; simd <= best_set(); simd++)
        check_decoder_by(simd, codes, output);
}

/* Packs a frame, and returns its size. */
static size_t send(const struct g729_parameters *in, uint8_t frame[G729_FRAME_BYTES])
{
    if (in->kind == G729_UNTRANSMITTED)
        return 0;
    if (in->kind == G729_SPEECH)
        g729_pack(in, frame);
    else
        g729_pack_sid(&in->sid, frame);
    return in->kind == G729_SPEECH ? G729_FRAME_BYTES : G729_SID_BYTES;
}

static void check_encoder_by(unsigned simd, const char *input, const char *codes,
                             enum g729_activity activity)
{
    struct bytes in = vector_read(input), bit = vector_read(codes);
    struct g729_encoder state;
    size_t frame = 0;

    g729_encoder_init(&state, dsp_set(simd)->celp, activity == G729_DETECTED);
    for (size_t at = 0; at < bit.size; frame++) {
        struct g729_parameters parameters, expected;
        uint8_t ours[G729_FRAME_BYTES], theirs[G729_FRAME_BYTES];
        size_t size;

        assert_true((frame + 1) * 2 * G729_FRAME <= in.size);
        g729_encode_frame(&state, (int16_t *)(void *)in.data + frame * G729_FRAME, activity,
                          &parameters);
        at += read_frame(bit.data + at, &expected);
        size = send(&expected, theirs);
        if (send(&parameters, ours) != size || memcmp(ours, theirs, size) != 0)
            fail_msg("%s: frame %zu differs", codes, frame);
    }
    assert_true(frame > 0 && frame == in.size / (2 * G729_FRAME));
    print_message("%s, set %u: %zu frames\n", codes, simd, frame);
    free(in.data);
    free(bit.data);
}

static void check_encoder(const char *input, const char *codes, enum g729_activity activity)
{
    for (unsigned simd = 0; simd <= best_set(); simd++)
        check_encoder_by(simd, input, codes, activity);
}

static const char *file(const char *folder, const char *name, const char *end)
{
    static char names[2][64];
    static int turn;

    turn = !turn;
    snprintf(names[turn], sizeof names[turn], "%s/%s%s", folder, name, end);
    return names[turn];
}

static void annex_a_is_decoded(void **name)
{
    check_decoder(file("g729a", *name, ".BIT"), file("g729a", *name, ".PST"));
}

static void annex_a_is_encoded(void **name)
{
    check_encoder(file("g729a", *name, ".IN"), file("g729a", *name, ".BIT"), G729_VOICE);
}

static void annex_b_is_decoded(void **name)
{
    check_decoder(file("g729b", *name, "a.bit"), file("g729b", *name, "a.out"));
}

/* Decodes sequences that the main body's Annex B encoder produced. */
static void main_body_annex_b_is_decoded(void **name)
{
    check_decoder(file("g729b", *name, ".bit"), file("g729b", *name, "a.out"));
}

static void annex_b_is_encoded(void **name)
{
    check_encoder(file("g729b", *name, ".bin"), file("g729b", *name, "a.bit"), G729_DETECTED);
}

#define VECTOR(test, name) \
    { \
#test " " name, test, 0, 0, name \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        VECTOR(annex_a_is_decoded, "ALGTHM"),
        VECTOR(annex_a_is_decoded, "ERASURE"),
        VECTOR(annex_a_is_decoded, "FIXED"),
        VECTOR(annex_a_is_decoded, "LSP"),
        VECTOR(annex_a_is_decoded, "OVERFLOW"),
        VECTOR(annex_a_is_decoded, "PARITY"),
        VECTOR(annex_a_is_decoded, "PITCH"),
        VECTOR(annex_a_is_decoded, "SPEECH"),
        VECTOR(annex_a_is_decoded, "TAME"),
        VECTOR(annex_a_is_encoded, "ALGTHM"),
        VECTOR(annex_a_is_encoded, "FIXED"),
        VECTOR(annex_a_is_encoded, "LSP"),
        VECTOR(annex_a_is_encoded, "PITCH"),
        VECTOR(annex_a_is_encoded, "SPEECH"),
        VECTOR(annex_a_is_encoded, "TAME"),
        VECTOR(annex_b_is_decoded, "tstseq1"),
        VECTOR(annex_b_is_decoded, "tstseq2"),
        VECTOR(annex_b_is_decoded, "tstseq3"),
        VECTOR(annex_b_is_decoded, "tstseq4"),
        VECTOR(main_body_annex_b_is_decoded, "tstseq5"),
        VECTOR(main_body_annex_b_is_decoded, "tstseq6"),
        VECTOR(annex_b_is_encoded, "tstseq1"),
        VECTOR(annex_b_is_encoded, "tstseq2"),
        VECTOR(annex_b_is_encoded, "tstseq3"),
        VECTOR(annex_b_is_encoded, "tstseq4"),
    };

    return cmocka_run_group_tests_name("g729_vectors", tests, 0, 0);
}
