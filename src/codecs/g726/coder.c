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
    state->dq = zero;
    for (int i = 0; i < PAST; i++)
        state->past.doubled[i] = state->past.power[i] = 1;
    for (int i = 0; i < POLES; i++)
        state->sr[i] = zero;
}

struct estimates {
    int32_t se, sez; /* 15-bit two's complement */
};

/* at: where the last difference is. It takes another way, for it comes last. */
static INLINED struct estimates estimate(const struct adpcm *s, const struct window *past,
                                         size_t at)
{
    int32_t sezi = estimate_later_zeros(s->b, past, at) + fmult(s->b0, s->dq);

    return (struct estimates){ low16(sezi + estimate_poles(s)) >> 1, low16(sezi) >> 1 };
}

/* What coder and decoder do with a code; the reconstructed signal, 16-bit two's complement. The new
 * difference takes its place before the past ones. */
static INLINED int32_t adapt(struct adpcm *s, unsigned code, struct estimates e,
                             struct window *past, size_t at)
{
    int32_t sign = -(int32_t)(code >> (s->rate->bits - 1)), exponent;
    int32_t magnitude = dequantize(s->rate, code, s->y, &exponent), dq = negate_if(sign, magnitude);
    int32_t sr = low16(dq + e.se), dqsez = low16(dq + e.sez),
            sr_magnitude = negate_if(sr >> 31, sr) & 32767;
    int32_t tr = is_transition(s, magnitude);

    adapt_poles(s, dqsez >> 31, -(dqsez != 0));
    adapt_zeros(s, past, at, sign, magnitude ? 128 : 0);
    s->td = s->a[1] < -11776;
    adapt_scale(s, code); /* in this order: FUNCTW takes the old y, MIX what the others leave */
    adapt_speed(s, code, s->td, tr);
    s->y = mixed_scale(s);
    if (tr) {
        memset(s->a, 0, sizeof s->a);
        memset(s->b, 0, sizeof s->b);
        s->b0 = 0;
        s->td = 0;
    }
    s->dq = to_float(magnitude, exponent, sign);
    past->sign[at - 1] = (int16_t)sign;
    past->power[at - 1] = (uint16_t)(1 << exponent);
    past->doubled[at - 1] = (uint16_t)(s->dq.mantissa << 1 << exponent >> 6);
    s->sr[1] = s->sr[0];
    s->sr[0] = to_float(sr_magnitude, bit_length((uint32_t)sr_magnitude), sr >> 31);
    s->pk[1] = s->pk[0];
    s->pk[0] = dqsez >> 31;
    return sr;
}

static void open_window(struct window *window, const struct adpcm *s)
{
    /* cppcheck-suppress ctuuninitvar; filled from here to its end; what comes before is written
     * before it is read. */
    memcpy(window->doubled + WINDOW, s->past.doubled, sizeof s->past.doubled);
    memcpy(window->power + WINDOW, s->past.power, sizeof s->past.power);
    memcpy(window->sign + WINDOW, s->past.sign, sizeof s->past.sign);
}

static void close_window(const struct window *window, struct adpcm *s, size_t n)
{
    memcpy(s->past.doubled, window->doubled + WINDOW - n, sizeof s->past.doubled);
    memcpy(s->past.power, window->power + WINDOW - n, sizeof s->past.power);
    memcpy(s->past.sign, window->sign + WINDOW - n, sizeof s->past.sign);
}

void g726_encode_samples(struct adpcm *state, const int16_t *pcm, uint8_t *codes, size_t n,
                         size_t stride)
{
    struct adpcm s = *state;
    struct window window;

    for (size_t chunk; n != 0; n -= chunk) {
        chunk = n < WINDOW ? n : WINDOW;
        open_window(&window, &s);
        for (size_t at = WINDOW; at > WINDOW - chunk; at--, pcm += stride, codes += stride) {
            struct estimates e = estimate(&s, &window, at);
            unsigned code = quantize(s.rate, low16((*pcm >> 2) - e.se), s.y);

            *codes = (uint8_t)code;
            adapt(&s, code, e, &window, at);
        }
        close_window(&window, &s, chunk);
    }
    *state = s;
}

/* LIMO, Annex A: 14 bits; and back to 16. */
static inline int16_t limited(int32_t sr) { return (int16_t)(saturate(sr * 4) & ~3); }

void g726_decode_samples(struct adpcm *state, const uint8_t *codes, int16_t *pcm, size_t n,
                         size_t stride)
{
    struct adpcm s = *state;
    struct window window;

    for (size_t chunk; n != 0; n -= chunk) {
        chunk = n < WINDOW ? n : WINDOW;
        open_window(&window, &s);
        for (size_t at = WINDOW; at > WINDOW - chunk; at--, codes += stride, pcm += stride)
            *pcm = limited(adapt(&s, *codes, estimate(&s, &window, at), &window, at));
        close_window(&window, &s, chunk);
    }
    *state = s;
}
