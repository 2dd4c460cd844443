/* G.726, with the products of the zeros in one register.
 *
 * Of the plain C's 480 instructions per sample, over 300 are scalar, which take 80 cycles on Zen 4
 * on their own; here, 200 are. From one code to the next, the encoder has two longest dependency
 * chains, of about 65 cycles: that of the zeros, through their adaptation (8), the reduction to six
 * bits (12), the products and their sum (23), the way to a scalar register (4) and the quantizer
 * (18); and that of the poles, through the quantized difference (15), their adaptation (10), the
 * product (17) and the quantizer. What is on them comes first in the code: processors prefer older
 * operations. In the decoder, the chain of the reconstructed sample has 30 cycles. On Zen 5, most
 * operations in lanes take two cycles, and a sample takes 90 in the encoder and 62 in the decoder.
 *
 * Parameters: VECTOR_BYTES, 32 for AVX2; the registers have 16 bytes in every set. */
#include <stdbool.h>
#include "../codecs/g726/predictor.h"
#include "../codecs/g726/scale.h"
#include "simd32.h"

/* Lanes 0 to 5 are the zeros and the differences that they multiply, newest first; the other
 * two are not used. The values are in the form of struct g726_past. */
struct g726_lanes {
    __m128i coefficients, doubled, power, signs;
    __m128i leak; /* of struct g726_rate */
};

KERNEL __m128i g726_abs(__m128i x)
{
#if VECTOR_BYTES == 32
    return _mm_abs_epi16(x);
#else
    return negate128_if(_mm_srai_epi16(x, 15), x);
#endif
}

/* Reduces magnitudes to their six highest bits, doubled, or 1 for zero, and finds the power of two
 * above each: the form of struct g726_past. */
KERNEL __m128i g726_reduced(__m128i magnitude, __m128i *power)
{
    __m128i ones = magnitude, cut;

    ones = _mm_or_si128(ones, _mm_srli_epi16(ones, 1));
    ones = _mm_or_si128(ones, _mm_srli_epi16(ones, 2));
    ones = _mm_or_si128(ones, _mm_srli_epi16(ones, 4));
    ones = _mm_or_si128(ones, _mm_srli_epi16(ones, 8));
    *power = _mm_add_epi16(ones, _mm_set1_epi16(1));
    cut = _mm_andnot_si128(_mm_srli_epi16(ones, 6), magnitude);
    return _mm_sub_epi16(_mm_add_epi16(cut, cut), _mm_cmpeq_epi16(magnitude, _mm_setzero_si128()));
}

/* FMULT, without the sign, for four lanes: see g726_estimate_later_zeros. */
KERNEL __m128i g726_rounded(__m128i product, __m128i grain)
{
    grain = _mm_srli_epi32(grain, 6);
    product = _mm_and_si128(product, _mm_sub_epi32(_mm_setzero_si128(), grain));
    product = _mm_add_epi32(product, _mm_add_epi32(grain, _mm_add_epi32(grain, grain)));
    return _mm_and_si128(_mm_srli_epi32(product, 13), _mm_set1_epi32(32767));
}

struct g726_sums {
    int32_t zeros, all;
};

/* The products of the poles are scalar: new poles are known too late for the lanes. */
KERNEL struct g726_sums g726_estimate(const struct g726_coder *s, const struct g726_lanes *x)
{
    __m128i b = x->coefficients, power, cut, values, sums, zeros;
    __m128i magnitude = g726_abs(_mm_srai_epi16(b, 2));
    __m128i grain_low, grain_high, low, high;
    struct g726_sums result;

    cut = g726_reduced(_mm_and_si128(magnitude, _mm_set1_epi16(8191)), &power);
    grain_low = _mm_mullo_epi16(power, x->power);
    grain_high = _mm_mulhi_epu16(power, x->power);
    low = _mm_mullo_epi16(cut, x->doubled);
    high = _mm_mulhi_epu16(cut, x->doubled);
    values = _mm_packs_epi32(
        g726_rounded(_mm_unpacklo_epi16(low, high), _mm_unpacklo_epi16(grain_low, grain_high)),
        g726_rounded(_mm_unpackhi_epi16(low, high), _mm_unpackhi_epi16(grain_low, grain_high)));
    values = negate128_if(_mm_srai_epi16(_mm_xor_si128(x->signs, b), 15), values);
    sums = _mm_madd_epi16(values, _mm_set1_epi16(1));
    zeros = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 1));
    zeros = _mm_add_epi32(zeros, _mm_shuffle_epi32(sums, 2));
    result.zeros = _mm_cvtsi128_si32(zeros);
    result.all = result.zeros + g726_estimate_poles(s);
    return result;
}

/* A quantized difference in the form of struct g726_past. The six highest bits of a magnitude are
 * those of its logarithm's fraction, with the implied bit. */
struct g726_difference {
    int32_t magnitude, sign, doubled, power;
};

KERNEL struct g726_difference g726_difference_of(const struct g726_rate *rate, unsigned code,
                                                 int32_t y)
{
    int32_t dql = rate->inverse[code] + (y >> 2), positive = ~(dql >> 31);
    uint32_t fraction = ((uint32_t)dql & 127) + 128;
    int dex = dql >> 7 & 15;

    return (struct g726_difference){
        .magnitude = (int32_t)(fraction << dex >> 7) & positive,
        .sign = -(int32_t)(code >> (rate->bits - 1)),
        .doubled = ((int32_t)((fraction & 252) << dex >> 6) & -2 & positive) - ~positive,
        .power = ((2 << dex) & positive) - ~positive
    };
}

/* The change of zeros whose past differences are positive, by code and in all lanes: 128, -128 or,
 * where the difference is 0, 0. */
struct g726_growths {
    int16_t of[32][8];
};

KERNEL void g726_list_growths(struct g726_growths *growths, const struct g726_rate *rate)
{
    for (unsigned code = 0; code < 1u << rate->bits; code++) {
        int16_t growth = code >> (rate->bits - 1) ? -128 : 128;

        if (rate->inverse[code] == G726_LOG_ZERO)
            growth = 0;
        store128(growths->of[code], _mm_set1_epi16(growth));
    }
}

/* Adapts the zeros to a difference, and inserts it. */
KERNEL void g726_advance(struct g726_lanes *x, struct g726_difference dq, __m128i growth)
{
    __m128i b = _mm_sub_epi16(x->coefficients, _mm_sra_epi16(x->coefficients, x->leak));

    x->coefficients = _mm_add_epi16(b, negate128_if(_mm_srai_epi16(x->signs, 15), growth));
    x->doubled = _mm_insert_epi16(_mm_slli_si128(x->doubled, 2), wrap16(dq.doubled), 0);
    x->power = _mm_insert_epi16(_mm_slli_si128(x->power, 2), wrap16(dq.power), 0);
    x->signs = _mm_insert_epi16(_mm_slli_si128(x->signs, 2), dq.sign, 0);
}

/* The adaptation to a code, as in the plain C. Returns the reconstructed sample. */
KERNEL int32_t g726_adapt(struct g726_coder *s, struct g726_lanes *x, unsigned code,
                          struct g726_sums sums, const struct g726_growths *growths)
{
    int32_t se = g726_low16(sums.all) >> 1, sez = g726_low16(sums.zeros) >> 1;
    struct g726_difference difference = g726_difference_of(s->rate, code, s->y);
    int32_t dq = negate_if(difference.sign, difference.magnitude), sr = g726_low16(dq + se);
    int32_t dqsez = g726_low16(dq + sez), tr = g726_is_transition(s, difference.magnitude);

    g726_advance(x, difference, load128(growths->of[code]));
    g726_append_sample(s, sr, dqsez);
    g726_adapt_scale(s, code);
    g726_adapt_speed(s, code, s->td, tr);
    s->y = g726_mix_scales(s);
    if (__builtin_expect(tr, 0)) {
        x->coefficients = _mm_setzero_si128();
        s->a[0] = s->a[1] = s->td = 0;
    }
    return sr;
}

/* Copies the scalar state, which stays in registers, and the rate: see coder.c. */
KERNEL void g726_open(const struct g726_coder *state, struct g726_rate *rate, struct g726_coder *s,
                      struct g726_lanes *lanes, struct g726_growths *growths)
{
    int16_t b[8];

    *rate = *state->rate;
    *s = *state;
    s->rate = rate;
    g726_list_growths(growths, rate);
    memcpy(b + 1, state->b, 7 * sizeof *b);
    b[0] = state->b0;
    lanes->coefficients = load128(b);
    lanes->doubled = load128(state->past.doubled);
    lanes->power = load128(state->past.power);
    lanes->signs = load128(state->past.sign);
    lanes->leak = _mm_cvtsi32_si128(rate->leak);
}

KERNEL void g726_close(struct g726_coder *state, const struct g726_coder *s,
                       const struct g726_lanes *lanes)
{
    const struct g726_rate *rate = state->rate;
    int16_t b[8];
    int32_t exponent;

    *state = *s;
    state->rate = rate;
    store128(b, lanes->coefficients);
    store128(state->past.doubled, lanes->doubled);
    store128(state->past.power, lanes->power);
    store128(state->past.sign, lanes->signs);
    memcpy(state->b, b + 1, 7 * sizeof *b);
    state->b0 = b[0];
    exponent = g726_log2(state->past.power[0]);
    state->dq = (struct g726_float){ state->past.sign[0], state->past.doubled[0] << 5 >> exponent,
                                     exponent };
}

KERNEL uint8_t g726_encode_sample(struct g726_coder *s, struct g726_lanes *x,
                                  const struct g726_growths *growths, int16_t sample)
{
    struct g726_sums sums = g726_estimate(s, x);
    int32_t se = g726_low16(sums.all) >> 1;
    unsigned code = g726_quantize(s->rate, g726_low16((sample >> 2) - se), s->y);

    g726_adapt(s, x, code, sums, growths);
    return (uint8_t)code;
}

KERNEL int16_t g726_decode_code(struct g726_coder *s, struct g726_lanes *x,
                                const struct g726_growths *growths, unsigned code)
{
    return g726_limit_output(g726_adapt(s, x, code, g726_estimate(s, x), growths));
}

/* The first two for the encoder, the others for the decoder. */
struct g726_buffers {
    const int16_t *samples;
    uint8_t *made;
    const uint8_t *codes;
    int16_t *pcm;
};

KERNEL void g726_convert(struct g726_coder *state, struct g726_buffers buffers, size_t n,
                         size_t stride, bool encoding)
{
    struct g726_growths growths;
    struct g726_lanes lanes;
    struct g726_rate rate;
    struct g726_coder s;

    g726_open(state, &rate, &s, &lanes, &growths);
    for (size_t at = 0; at < n * stride; at += stride)
        if (encoding)
            buffers.made[at] = g726_encode_sample(&s, &lanes, &growths, buffers.samples[at]);
        else
            buffers.pcm[at] = g726_decode_code(&s, &lanes, &growths, buffers.codes[at]);
    g726_close(state, &s, &lanes);
}

#if VECTOR_BYTES != 32 || !defined __x86_64__
static void g726_encode(struct g726_coder *state, const int16_t *pcm, uint8_t *codes, size_t n,
                        size_t stride)
{
    g726_convert(state, (struct g726_buffers){ .samples = pcm, .made = codes }, n, stride, true);
}
#endif

static void g726_decode(struct g726_coder *state, const uint8_t *codes, int16_t *pcm, size_t n,
                        size_t stride)
{
    g726_convert(state, (struct g726_buffers){ .codes = codes, .pcm = pcm }, n, stride, false);
}
