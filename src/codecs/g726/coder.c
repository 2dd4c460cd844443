#include <string.h>
#include "g726.h"
#include "fixed.h"
#include "predictor.h"
#include "scale.h"

void g726_start(struct adpcm *state, unsigned bits)
{
    static const struct floating zero = { 32, 0, 0 };

    memset(state, 0, sizeof *state);
    state->rate = g726_rate(bits);
    state->yl = 34816;
    state->yu = state->y = 544;
    for (int i = 0; i < ZEROS; i++)
        state->dq[i] = zero;
    for (int i = 0; i < POLES; i++)
        state->sr[i] = zero;
}

struct estimates {
    int32_t se, sez;                /* 15-bit two's complement */
};

static inline struct estimates estimate(const struct adpcm *s)
{
    int32_t sezi = estimate_zeros(s);

    return (struct estimates){ low16(sezi + estimate_poles(s)) >> 1, low16(sezi) >> 1 };
}

/* What coder and decoder do with a code; the reconstructed signal, 16-bit two's complement. */
static inline int32_t adapt(struct adpcm *s, unsigned code, struct estimates e)
{
    int32_t sign = -(int32_t)(code >> (s->rate->bits - 1)), exponent, sr_sign;
    int32_t magnitude = dequantize(s->rate, code, s->y, &exponent), dq = (magnitude ^ sign) - sign;
    int32_t sr = low16(dq + e.se), dqsez = low16(dq + e.sez), sr_magnitude;
    int32_t tr = is_transition(s, magnitude);

    adapt_poles(s, dqsez >> 31, dqsez == 0);
    adapt_zeros(s, s->signs ^ (uint32_t)sign, magnitude ? 128 : 0);
    s->td = s->a[1] < -11776;
    adapt_scale(s, code);           /* in this order: MIX takes what the others leave, FUNCTW the old y */
    adapt_speed(s, code, s->td, tr);
    s->y = mixed_scale(s);
    if (tr) {
        memset(s->a, 0, sizeof s->a);
        memset(s->b, 0, sizeof s->b);
        s->td = 0;
    }
    memmove(s->dq + 1, s->dq, (ZEROS - 1) * sizeof *s->dq);
    s->dq[0] = to_float(magnitude, exponent, sign);
    s->signs = s->signs << 1 | (sign & 1);
    sr_sign = sr >> 31;
    sr_magnitude = ((sr ^ sr_sign) - sr_sign) & 32767;
    s->sr[1] = s->sr[0];
    s->sr[0] = to_float(sr_magnitude, bit_length((uint32_t)sr_magnitude), sr_sign);
    s->pk[1] = s->pk[0];
    s->pk[0] = dqsez >> 31;
    return sr;
}

void g726_encode_samples(struct adpcm *state, const int16_t *pcm, uint8_t *codes, size_t n, size_t stride)
{
    struct adpcm s = *state;

    for (size_t i = 0; i < n; i++) {
        struct estimates e = estimate(&s);
        unsigned code = quantize(s.rate, low16((pcm[i * stride] >> 2) - e.se), s.y);

        codes[i * stride] = (uint8_t)code;
        adapt(&s, code, e);
    }
    *state = s;
}

struct reconstructed g726_reconstruct(struct adpcm *state, unsigned code)
{
    int32_t y = state->y;
    struct estimates e = estimate(state);

    return (struct reconstructed){ adapt(state, code, e), e.se, y };
}

/* LIMO, Annex A: 14 bits; and back to 16. */
static inline int16_t limited(int32_t sr)
{
    return (int16_t)(saturate(sr * 4) & ~3);
}

void g726_decode_samples(struct adpcm *state, const uint8_t *codes, int16_t *pcm, size_t n, size_t stride)
{
    struct adpcm s = *state;

    for (size_t i = 0; i < n; i++) {
        struct estimates e = estimate(&s);

        pcm[i * stride] = limited(adapt(&s, codes[i * stride], e));
    }
    *state = s;
}
