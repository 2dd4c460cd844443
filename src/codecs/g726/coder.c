#include <string.h>
#include "g726.h"
#include "fixed.h"
#include "predictor.h"
#include "scale.h"

void g726_start(struct adpcm *state, unsigned bits)
{
    static const struct floating zero = { 0, 32, 0 };

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

/* dq: the past differences, the last one first. */
static INLINED struct estimates estimate(const struct adpcm *s, const struct floating *dq)
{
    int32_t sezi = estimate_zeros(s, dq);

    return (struct estimates){ low16(sezi + estimate_poles(s)) >> 1, low16(sezi) >> 1 };
}

/* What coder and decoder do with a code; the reconstructed signal, 16-bit two's complement. The new difference takes its place
 * before the past ones. */
static INLINED int32_t adapt(struct adpcm *s, unsigned code, struct estimates e, struct floating *past)
{
    int32_t sign = -(int32_t)(code >> (s->rate->bits - 1)), exponent;
    int32_t magnitude = dequantize(s->rate, code, s->y, &exponent), dq = negate_if(sign, magnitude);
    int32_t sr = low16(dq + e.se), dqsez = low16(dq + e.sez), sr_magnitude = negate_if(sr >> 31, sr) & 32767;
    int32_t tr = is_transition(s, magnitude);

    adapt_poles(s, dqsez >> 31, -(dqsez != 0));
    adapt_zeros(s, past, sign, magnitude ? 128 : 0);
    s->td = s->a[1] < -11776;
    adapt_scale(s, code);           /* in this order: FUNCTW takes the old y, MIX what the others leave */
    adapt_speed(s, code, s->td, tr);
    s->y = mixed_scale(s);
    if (tr) {
        memset(s->a, 0, sizeof s->a);
        memset(s->b, 0, sizeof s->b);
        s->td = 0;
    }
    past[-1] = to_float(magnitude, exponent, sign);
    s->sr[1] = s->sr[0];
    s->sr[0] = to_float(sr_magnitude, bit_length((uint32_t)sr_magnitude), sr >> 31);
    s->pk[1] = s->pk[0];
    s->pk[0] = dqsez >> 31;
    return sr;
}

/* Differences go downwards through a window, so that none need move. */
enum { WINDOW = 64 };

void g726_encode_samples(struct adpcm *state, const int16_t *pcm, uint8_t *codes, size_t n, size_t stride)
{
    struct adpcm s = *state;
    struct floating window[WINDOW + ZEROS];

    for (size_t chunk; n != 0; n -= chunk) {
        struct floating *past = window + WINDOW;

        chunk = n < WINDOW ? n : WINDOW;
        memcpy(past, s.dq, sizeof s.dq);
        for (size_t i = 0; i < chunk; i++, past--, pcm += stride, codes += stride) {
            struct estimates e = estimate(&s, past);
            unsigned code = quantize(s.rate, low16((*pcm >> 2) - e.se), s.y);

            *codes = (uint8_t)code;
            adapt(&s, code, e, past);
        }
        memcpy(s.dq, past, sizeof s.dq);
    }
    *state = s;
}

struct reconstructed g726_reconstruct(struct adpcm *s, unsigned code)
{
    int32_t y = s->y;
    struct floating window[1 + ZEROS];
    struct estimates e = estimate(s, s->dq);
    struct reconstructed out = { 0, e.se, y };

    memcpy(window + 1, s->dq, sizeof s->dq);
    out.sr = adapt(s, code, e, window + 1);
    memcpy(s->dq, window, sizeof s->dq);
    return out;
}

/* LIMO, Annex A: 14 bits; and back to 16. */
static inline int16_t limited(int32_t sr)
{
    return (int16_t)(saturate(sr * 4) & ~3);
}

void g726_decode_samples(struct adpcm *state, const uint8_t *codes, int16_t *pcm, size_t n, size_t stride)
{
    struct adpcm s = *state;
    struct floating window[WINDOW + ZEROS];

    for (size_t chunk; n != 0; n -= chunk) {
        struct floating *past = window + WINDOW;

        chunk = n < WINDOW ? n : WINDOW;
        memcpy(past, s.dq, sizeof s.dq);
        for (size_t i = 0; i < chunk; i++, past--, codes += stride, pcm += stride)
            *pcm = limited(adapt(&s, *codes, estimate(&s, past), past));
        memcpy(s.dq, past, sizeof s.dq);
    }
    *state = s;
}
