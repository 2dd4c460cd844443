/* The bits of a frame, the lowest first: clause 4. */
#include <string.h>
#include "bits.h"
#include "g7231.h"

enum { INFO_63 = 0, INFO_53 = 1, INFO_SILENCE = 2, INFO_UNTRANSMITTED = 3 };
enum { LAG_CODES = 124, TRAIN_BIT = 11 };

/* 2.15: the positions of the pulses, below 30 over 6 and 30 over 5, are split: the quotients by
 * 2^16 and 2^14, which are up to 9 and 8, share one number of 13 bits. */
enum { ODD_QUOTIENTS = 9, PAIR_QUOTIENTS = 90 };

struct cursor {
    uint8_t *bytes;
    unsigned at;
};

/* Up to 24 bits. Four bytes are readable from the first one on. */
static uint32_t get(struct cursor *cursor, unsigned bits)
{
    uint32_t value = load32_le(cursor->bytes + cursor->at / 8) >> cursor->at % 8;

    cursor->at += bits;
    return value & (((uint32_t)1 << bits) - 1);
}

/* The destination is zeroed. */
static void put(struct cursor *cursor, uint32_t value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++, cursor->at++)
        cursor->bytes[cursor->at / 8] |= (uint8_t)((value >> i & 1) << cursor->at % 8);
}

size_t g7231_frame_bytes(uint8_t first)
{
    static const uint8_t sizes[] = {
        [INFO_63] = 24, [INFO_53] = 20, [INFO_SILENCE] = 4, [INFO_UNTRANSMITTED] = 1
    };

    return sizes[first & 3];
}

/* By INFO_... */
static const enum g7231_kind kinds[] = { G7231_SPEECH, G7231_SPEECH, G7231_SID,
                                         G7231_UNTRANSMITTED };

static uint32_t info_of(const struct g7231_parameters *in)
{
    if (in->kind == G7231_UNTRANSMITTED)
        return INFO_UNTRANSMITTED;
    if (in->kind == G7231_SID)
        return INFO_SILENCE;
    return in->rate == G7231_RATE_53 ? INFO_53 : INFO_63;
}

static bool get_lags(struct cursor *cursor, struct g7231_parameters *out)
{
    bool legal = true;

    for (int i = 0; i < G7231_PAIRS; i++) {
        uint32_t code = get(cursor, 7);

        legal = legal && code < LAG_CODES;
        out->lags[i] = (int16_t)(G7231_LAG_MIN + code);
        out->subframes[2 * i].lag_offset = 1;
        out->subframes[2 * i + 1].lag_offset = (int16_t)get(cursor, 2);
    }
    return legal;
}

/* Taps and amplitude share one number. At the high rate, a short lag leaves one bit of it to the
 * train. */
static bool get_gains(struct cursor *cursor, struct g7231_parameters *out)
{
    bool legal = true;

    for (int i = 0; i < G7231_SUBFRAMES; i++) {
        struct g7231_subframe *sub = &out->subframes[i];
        bool train = out->rate == G7231_RATE_63 && out->lags[i / 2] < G7231_SHORT_LAG;
        uint32_t code = get(cursor, 12);

        sub->train = (int16_t)(train ? code >> TRAIN_BIT : 0);
        code &= train ? (1u << TRAIN_BIT) - 1 : 0xFFF;
        sub->taps = (int16_t)(code / G7231_FIXED_GAINS);
        sub->amplitude = (int16_t)(code % G7231_FIXED_GAINS);
        legal = legal && sub->taps < (train ? 85 : 170);
    }
    return legal;
}

static unsigned position_bits(int subframe) { return subframe % 2 ? 14 : 16; }

static void get_pulses_63(struct cursor *cursor, struct g7231_subframe subs[G7231_SUBFRAMES])
{
    uint32_t quotient, code;

    get(cursor, 1);
    code = get(cursor, 13);
    for (int i = 0; i < G7231_SUBFRAMES; i++) {
        uint32_t pair = i < 2 ? code / PAIR_QUOTIENTS : code % PAIR_QUOTIENTS;

        quotient = i % 2 ? pair % ODD_QUOTIENTS : pair / ODD_QUOTIENTS;
        subs[i].positions = (int32_t)(quotient << position_bits(i) | get(cursor, position_bits(i)));
    }
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        subs[i].signs = (int16_t)get(cursor, i % 2 ? 5 : 6);
}

static void get_pulses_53(struct cursor *cursor, struct g7231_subframe subs[G7231_SUBFRAMES])
{
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        subs[i].positions = (int32_t)get(cursor, 12);
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        subs[i].signs = (int16_t)get(cursor, 4);
}

bool g7231_unpack(const uint8_t *frame, struct g7231_parameters *out)
{
    uint8_t bytes[G7231_FRAME_BYTES + 3] = { 0 };
    struct cursor cursor = { bytes, 0 };
    uint32_t info;
    bool legal;

    memcpy(bytes, frame, g7231_frame_bytes(frame[0]));
    memset(out, 0, sizeof *out);
    info = get(&cursor, 2);
    out->kind = kinds[info];
    out->rate = info == INFO_53 ? G7231_RATE_53 : G7231_RATE_63;
    if (out->kind == G7231_UNTRANSMITTED)
        return true;
    out->lsp = get(&cursor, 24);
    if (out->kind == G7231_SID) {
        out->subframes[0].amplitude = (int16_t)get(&cursor, 6);
        return true;
    }
    legal = get_lags(&cursor, out);
    legal = get_gains(&cursor, out) && legal;
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        out->subframes[i].grid = (int16_t)get(&cursor, 1);
    (out->rate == G7231_RATE_63 ? get_pulses_63 : get_pulses_53)(&cursor, out->subframes);
    return legal;
}

static void put_pulses_63(struct cursor *cursor, const struct g7231_subframe subs[G7231_SUBFRAMES])
{
    uint32_t quotients[G7231_SUBFRAMES];

    for (int i = 0; i < G7231_SUBFRAMES; i++)
        quotients[i] = (uint32_t)subs[i].positions >> position_bits(i);
    put(cursor, 0, 1);
    put(cursor,
        (quotients[0] * ODD_QUOTIENTS + quotients[1]) * PAIR_QUOTIENTS +
            quotients[2] * ODD_QUOTIENTS + quotients[3],
        13);
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        put(cursor, (uint32_t)subs[i].positions, position_bits(i));
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        put(cursor, (uint32_t)subs[i].signs, i % 2 ? 5 : 6);
}

static void put_pulses_53(struct cursor *cursor, const struct g7231_subframe subs[G7231_SUBFRAMES])
{
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        put(cursor, (uint32_t)subs[i].positions, 12);
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        put(cursor, (uint32_t)subs[i].signs, 4);
}

static void put_speech(struct cursor *cursor, const struct g7231_parameters *in)
{
    for (int i = 0; i < G7231_PAIRS; i++) {
        put(cursor, (uint32_t)(in->lags[i] - G7231_LAG_MIN), 7);
        put(cursor, (uint32_t)in->subframes[2 * i + 1].lag_offset, 2);
    }
    for (int i = 0; i < G7231_SUBFRAMES; i++) {
        const struct g7231_subframe *sub = &in->subframes[i];

        put(cursor,
            (uint32_t)(sub->taps * G7231_FIXED_GAINS + sub->amplitude +
                       sub->train * (1 << TRAIN_BIT)),
            12);
    }
    for (int i = 0; i < G7231_SUBFRAMES; i++)
        put(cursor, (uint32_t)in->subframes[i].grid, 1);
    (in->rate == G7231_RATE_63 ? put_pulses_63 : put_pulses_53)(cursor, in->subframes);
}

size_t g7231_pack(const struct g7231_parameters *in, uint8_t frame[G7231_FRAME_BYTES])
{
    struct cursor cursor = { frame, 0 };

    memset(frame, 0, G7231_FRAME_BYTES);
    put(&cursor, info_of(in), 2);
    if (in->kind != G7231_UNTRANSMITTED)
        put(&cursor, in->lsp, 24);
    if (in->kind == G7231_SID)
        put(&cursor, (uint32_t)in->subframes[0].amplitude, 6);
    if (in->kind == G7231_SPEECH)
        put_speech(&cursor, in);
    return g7231_frame_bytes(frame[0]);
}
