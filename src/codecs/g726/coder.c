/* The ITU-T G.726 coder: the loops of clause 4.2 over samples and codes. */
#include <string.h>
#include "g726.h"
#include "dsp_c.h"
#include "fixed.h"
#include "predictor.h"
#include "scale.h"

void g726_start(struct g726_coder *state, unsigned bits)
{
    static const struct g726_float zero = { 0, 32, 0 };

    memset(state, 0, sizeof *state);
    state->rate = g726_rate_for(bits);
    state->yl = 34816;
    state->yu = state->y = 544;
    state->dq = zero;
    for (int i = 0; i < G726_PAST; i++)
        state->past.doubled[i] = state->past.power[i] = 1;
    for (int i = 0; i < G726_POLES; i++)
        state->sr[i] = zero;
}

struct estimates {
    int32_t se, sez; /* 15 bits */
};

/* `at` is the index of the newest difference. Its product is computed apart from the others because
 * it is available last. */
static INLINED struct estimates estimate(const struct g726_coder *s, const struct g726_window *past,
                                         size_t at)
{
    int32_t sezi = g726_estimate_later_zeros(s->b, past, at) + g726_fmult(s->b0, s->dq);

    return (struct estimates){ g726_low16(sezi + g726_estimate_poles(s)) >> 1,
                               g726_low16(sezi) >> 1 };
}

/* Updates the state for a code, in the encoder and in the decoder alike. Returns the reconstructed
 * sample, which has 16 bits. The new difference is stored below the past ones. */
static INLINED int32_t adapt(struct g726_coder *s, unsigned code, struct estimates e,
                             struct g726_window *past, size_t at)
{
    int32_t sign = -(int32_t)(code >> (s->rate->bits - 1)), exponent;
    int32_t magnitude = g726_dequantize(s->rate, code, s->y, &exponent),
            dq = negate_if(sign, magnitude);
    int32_t sr = g726_low16(dq + e.se), dqsez = g726_low16(dq + e.sez);
    int32_t tr = g726_is_transition(s, magnitude);

    g726_append_sample(s, sr, dqsez);
    g726_adapt_zeros(s, past, at, sign, magnitude ? 128 : 0);
    /* The order matters: FUNCTW uses the old y, and MIX the results of the other two. */
    g726_adapt_scale(s, code);
    g726_adapt_speed(s, code, s->td, tr);
    s->y = g726_mix_scales(s);
    if (tr) {
        memset(s->a, 0, sizeof s->a);
        memset(s->b, 0, sizeof s->b);
        s->b0 = 0;
        s->td = 0;
    }
    s->dq = g726_to_float(magnitude, exponent, sign);
    past->sign[at - 1] = (int16_t)sign;
    past->power[at - 1] = (uint16_t)(1 << exponent);
    past->doubled[at - 1] = (uint16_t)(s->dq.mantissa << 1 << exponent >> 6);
    return sr;
}

static void open_window(struct g726_window *window, const struct g726_coder *s)
{
    /* cppcheck-suppress ctuuninitvar; the elements below these are written before they are read. */
    memcpy(window->doubled + G726_WINDOW, s->past.doubled, sizeof s->past.doubled);
    memcpy(window->power + G726_WINDOW, s->past.power, sizeof s->past.power);
    memcpy(window->sign + G726_WINDOW, s->past.sign, sizeof s->past.sign);
}

static void close_window(const struct g726_window *window, struct g726_coder *s, size_t n)
{
    memcpy(s->past.doubled, window->doubled + G726_WINDOW - n, sizeof s->past.doubled);
    memcpy(s->past.power, window->power + G726_WINDOW - n, sizeof s->past.power);
    memcpy(s->past.sign, window->sign + G726_WINDOW - n, sizeof s->past.sign);
}

/* The loops below work on copies of the state and of the rate's tables. Elsewhere, a table can be
 * at the window's addresses modulo 4096; processors then take loads for ones that depend on the
 * last stores, which was seen to cost a third of the speed. */
void g726_encode_c(struct g726_coder *state, const int16_t *pcm, uint8_t *codes, size_t n,
                   size_t stride)
{
    struct g726_coder s = *state;
    struct g726_rate rate = *state->rate;
    struct g726_window window;

    s.rate = &rate;
    for (size_t chunk; n != 0; n -= chunk) {
        chunk = n < G726_WINDOW ? n : G726_WINDOW;
        open_window(&window, &s);
        for (size_t at = G726_WINDOW; at > G726_WINDOW - chunk;
             at--, pcm += stride, codes += stride) {
            struct estimates e = estimate(&s, &window, at);
            unsigned code = g726_quantize(s.rate, g726_low16((*pcm >> 2) - e.se), s.y);

            *codes = (uint8_t)code;
            adapt(&s, code, e, &window, at);
        }
        close_window(&window, &s, chunk);
    }
    s.rate = state->rate;
    *state = s;
}

void g726_decode_c(struct g726_coder *state, const uint8_t *codes, int16_t *pcm, size_t n,
                   size_t stride)
{
    struct g726_coder s = *state;
    struct g726_rate rate = *state->rate;
    struct g726_window window;

    s.rate = &rate;
    for (size_t chunk; n != 0; n -= chunk) {
        chunk = n < G726_WINDOW ? n : G726_WINDOW;
        open_window(&window, &s);
        for (size_t at = G726_WINDOW; at > G726_WINDOW - chunk;
             at--, codes += stride, pcm += stride)
            *pcm = g726_limit_output(adapt(&s, *codes, estimate(&s, &window, at), &window, at));
        close_window(&window, &s, chunk);
    }
    s.rate = state->rate;
    *state = s;
}
