/* G.722, with both bands in one register.
 *
 * The arithmetic of clause 6.2 has 16 bits and saturates, which is what these operations do. From
 * one octet to the next, the longest dependency chain of the encoder goes from the estimate of the
 * low band through the quantizer (12 cycles on Zen 4), the tables and the step size (9), back into
 * a register (5), and through the zeros and their sum (20): about 50 cycles. The plain C needs 700
 * instructions for an octet, and 160 cycles. The chains of the poles (11), the estimate (12) and
 * the step sizes (7) are beside it; the decoder has only these.
 *
 * Parameters: none. The registers have 16 bytes in every set. */
#include "../codecs/g722/band.h"
#include "simd32.h"

/* Lanes 0 and 1 are the low and the high band, unless noted. */
struct g722_lanes {
    __m128i s, sz, a1, a2, r1, p1, p2;
    __m128i b[2], d[2]; /* of each band: all six zeros, and the past differences, newest first */
    struct g722_band low, high; /* nb and det alone */
    unsigned large;             /* for how many more octets a sum of FILTEZ might saturate */
};

KERNEL __m128i g722_pair(int32_t low, int32_t high)
{
    return _mm_cvtsi32_si128((int32_t)((uint32_t)low & 0xFFFF) | (int32_t)((uint32_t)high << 16));
}

/* Broadcasts lane 0. */
KERNEL __m128i g722_broadcast(__m128i x)
{
    x = _mm_shufflelo_epi16(x, 0);
    return _mm_unpacklo_epi64(x, x);
}

/* a * b >> 15. */
KERNEL __m128i g722_products(__m128i a, __m128i b)
{
    __m128i high = _mm_mulhi_epi16(a, b), low = _mm_srli_epi16(_mm_mullo_epi16(a, b), 15);

    return _mm_or_si128(_mm_add_epi16(high, high), low);
}

KERNEL __m128i g722_clamped(__m128i x, __m128i limit)
{
    return _mm_max_epi16(_mm_min_epi16(x, limit), _mm_sub_epi16(_mm_setzero_si128(), limit));
}

KERNEL void g722_load(struct g722_lanes *to, const struct g722_coder *from)
{
    const struct g722_band *bands[2] = { &from->low, &from->high };

    to->s = g722_pair(from->low.s, from->high.s);
    to->sz = g722_pair(from->low.sz, from->high.sz);
    to->a1 = g722_pair(from->low.a1, from->high.a1);
    to->a2 = g722_pair(from->low.a2, from->high.a2);
    to->r1 = g722_pair(from->low.r1, from->high.r1);
    to->p1 = g722_pair(from->low.p1, from->high.p1);
    to->p2 = g722_pair(from->low.p2, from->high.p2);
    for (int i = 0; i < 2; i++) {
        int16_t b[8] = { (int16_t)bands[i]->b1 };

        memcpy(b + 1, bands[i]->b, (G722_ORDER - 1) * sizeof *b);
        to->b[i] = load128(b);
        to->d[i] = load128(bands[i]->d);
    }
    to->low = from->low;
    to->high = from->high;
    to->large = G722_ORDER;
}

KERNEL int16_t g722_lane(__m128i x, int lane)
{
    return (int16_t)(_mm_cvtsi128_si32(x) >> 16 * lane);
}

KERNEL void g722_store(const struct g722_lanes *from, struct g722_coder *to)
{
    struct g722_band *bands[2] = { &to->low, &to->high };

    for (int i = 0; i < 2; i++) {
        struct g722_band *band = bands[i];
        int16_t b[8];

        store128(b, from->b[i]);
        store128(band->d, from->d[i]);
        band->b1 = b[0];
        memcpy(band->b, b + 1, (G722_ORDER - 1) * sizeof *b);
        band->sum = 0;
        for (int k = 0; k < G722_ORDER; k++)
            band->sum += band->d[k] < 0 ? -band->d[k] : band->d[k];
        band->s = g722_lane(from->s, i);
        band->sz = g722_lane(from->sz, i);
        band->a1 = g722_lane(from->a1, i);
        band->a2 = g722_lane(from->a2, i);
        band->r1 = g722_lane(from->r1, i);
        band->p1 = g722_lane(from->p1, i);
        band->p2 = g722_lane(from->p2, i);
    }
    to->low.nb = from->low.nb;
    to->low.det = from->low.det;
    to->high.nb = from->high.nb;
    to->high.det = from->high.det;
}

/* UPZERO for one band, and its history: d0 is broadcast, and `newest` is its double in lane 0. */
KERNEL void g722_adapt(struct g722_lanes *x, int band, __m128i d0, __m128i newest)
{
    const __m128i growth = _mm_setr_epi16(128, 128, 128, 128, 128, 128, 0, 0);
    __m128i b = x->b[band], unlike = _mm_srai_epi16(_mm_xor_si128(x->d[band], d0), 15);
    __m128i step = _mm_andnot_si128(_mm_cmpeq_epi16(d0, _mm_setzero_si128()), growth);
    __m128i odd = _mm_add_epi16(_mm_and_si128(b, _mm_set1_epi16(1)), _mm_set1_epi16(127));

    /* Half of a coefficient is rounded up first, so that -b >> 8 fits 16 bits. */
    b = _mm_sub_epi16(b, _mm_srai_epi16(_mm_add_epi16(_mm_srai_epi16(b, 1), odd), 7));
    x->b[band] = _mm_add_epi16(b, negate128_if(unlike, step));
    x->d[band] = _mm_or_si128(_mm_slli_si128(x->d[band], 2), newest);
}

/* Adds up the lanes of each band. */
KERNEL __m128i g722_sums(__m128i low, __m128i high)
{
    const __m128i ones = _mm_set1_epi16(1);
    __m128i a, b;

    low = _mm_madd_epi16(low, ones);
    high = _mm_madd_epi16(high, ones);
    a = _mm_unpacklo_epi32(low, high);
    b = _mm_add_epi32(a, _mm_unpackhi_epi32(low, high));
    return _mm_add_epi32(b, _mm_unpackhi_epi64(a, a));
}

/* FILTEZ where a sum can saturate: from the oldest term to the newest. */
OUTLINED __m128i g722_saturated_sums(__m128i low, __m128i high)
{
    int16_t terms[2][8];
    int32_t sums[2] = { 0, 0 };

    store128(terms[0], low);
    store128(terms[1], high);
    for (int i = 0; i < 2; i++)
        for (int k = G722_ORDER - 1; k >= 0; k--)
            sums[i] = saturate(sums[i] + terms[i][k]);
    return g722_pair(sums[0], sums[1]);
}

/* A term is at most as large as its difference, and a difference, doubled, at most 1.2485 or 0.4522
 * times the step size, plus 2, so that six of them fit 16 bits below these step sizes. */
enum { G722_LOW_MAX = 4372, G722_HIGH_MAX = 12075 };

/* FILTEZ. */
KERNEL __m128i g722_zeros(struct g722_lanes *x)
{
    __m128i low = g722_products(x->b[0], x->d[0]), high = g722_products(x->b[1], x->d[1]);

    if (__builtin_expect(x->large != 0, 0)) {
        __m128i zero = _mm_setzero_si128(), most;

        x->large--;
        most = g722_sums(_mm_max_epi16(low, _mm_subs_epi16(zero, low)),
                         _mm_max_epi16(high, _mm_subs_epi16(zero, high)));
        if (_mm_movemask_epi8(_mm_cmpgt_epi32(most, _mm_set1_epi32(32767))) & 255)
            return g722_saturated_sums(low, high);
    }
    low = g722_sums(low, high);
    return _mm_packs_epi32(low, low);
}

/* UPPOL2 and UPPOL1. p0 is the new sign, 0 or -1. */
KERNEL void g722_poles(struct g722_lanes *x, __m128i p0)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i unlike1 = _mm_xor_si128(p0, x->p1), unlike2 = _mm_xor_si128(p0, x->p2);
    __m128i like1 = _mm_xor_si128(unlike1, _mm_set1_epi16(-1)), wd2 = _mm_adds_epi16(x->a1, x->a1);
    __m128i a2 = _mm_add_epi16(x->a2, _mm_srai_epi16(_mm_sub_epi16(zero, x->a2), 7));
    __m128i a1 = _mm_add_epi16(x->a1, _mm_srai_epi16(_mm_sub_epi16(zero, x->a1), 8));

    wd2 = _mm_xor_si128(_mm_adds_epi16(wd2, wd2), like1);
    wd2 = _mm_srai_epi16(_mm_subs_epi16(wd2, like1), 7);
    a2 = _mm_add_epi16(a2, negate128_if(unlike2, _mm_set1_epi16(128)));
    x->a2 = g722_clamped(_mm_add_epi16(a2, wd2), _mm_set1_epi16(12288));
    a1 = _mm_add_epi16(a1, negate128_if(unlike1, _mm_set1_epi16(192)));
    x->a1 = g722_clamped(a1, _mm_sub_epi16(_mm_set1_epi16(15360), x->a2));
}

/* PARREC to PREDIC, for the differences of both bands. */
KERNEL void g722_predict(struct g722_lanes *x, __m128i d0)
{
    const __m128i first = _mm_setr_epi16(-1, 0, 0, 0, 0, 0, 0, 0);
    __m128i p0 = _mm_srai_epi16(_mm_adds_epi16(x->sz, d0), 15), r0 = _mm_adds_epi16(x->s, d0);
    __m128i doubled = _mm_add_epi16(d0, d0), high = _mm_srli_epi32(d0, 16), terms;

    g722_adapt(x, 0, g722_broadcast(d0), _mm_and_si128(doubled, first));
    g722_adapt(x, 1, g722_broadcast(high), _mm_srli_epi32(doubled, 16));
    x->sz = g722_zeros(x);
    g722_poles(x, p0);
    r0 = _mm_adds_epi16(r0, r0);
    terms = g722_products(_mm_unpacklo_epi32(x->a1, x->a2), _mm_unpacklo_epi32(r0, x->r1));
    terms = _mm_adds_epi16(terms, _mm_shuffle_epi32(terms, 1));
    x->s = _mm_adds_epi16(terms, x->sz);
    x->r1 = r0;
    x->p2 = x->p1;
    x->p1 = p0;
}

/* Both quadrature mirror filters for four pairs of samples, 5.2.1: the sums of the products with
 * each. */
KERNEL void g722_filters(const int16_t *x, __m128i *sum, __m128i *difference)
{
    *sum = *difference = _mm_setzero_si128();
#pragma GCC unroll 12
    for (int k = 0; k < G722_TAPS; k += 2) {
        __m128i pairs = load128(x + k);
        int32_t taps, mirrored;

        memcpy(&taps, g722_filter + k, sizeof taps);
        memcpy(&mirrored, g722_mirror + k, sizeof mirrored);
        *sum = _mm_add_epi32(*sum, _mm_madd_epi16(pairs, _mm_set1_epi32(taps)));
        *difference = _mm_add_epi32(*difference, _mm_madd_epi16(pairs, _mm_set1_epi32(mirrored)));
    }
}

KERNEL __m128i g722_limited(__m128i x)
{
    return _mm_max_epi16(_mm_min_epi16(x, _mm_set1_epi16(16383)), _mm_set1_epi16(-16384));
}

/* Octets that are converted together, and the filters' history. */
enum { G722_CHUNK = 64, G722_HISTORY = G722_TAPS - 2 };

/* Makes pairs of the two bands' samples. */
KERNEL void g722_split_pairs(const int16_t *x, int16_t *bands, size_t n)
{
    for (size_t i = 0; i < n; i += 4) {
        __m128i low, high, both;

        g722_filters(x + 2 * i, &low, &high);
        both = _mm_packs_epi32(_mm_srai_epi32(low, 14), _mm_srai_epi32(high, 14));
        both = g722_limited(both);
        store128(bands + 2 * i, _mm_unpacklo_epi16(both, _mm_unpackhi_epi64(both, both)));
    }
}

/* 5.2.2. */
KERNEL void g722_join_pairs(const int16_t *x, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i += 4) {
        __m128i sum, difference, even, odd;

        g722_filters(x + 2 * i, &sum, &difference);
        even = _mm_srai_epi32(_mm_add_epi32(sum, difference), 12);
        odd = _mm_srai_epi32(_mm_sub_epi32(sum, difference), 12);
        even = _mm_packs_epi32(even, odd);
        store128(pcm + 2 * i, _mm_unpacklo_epi16(even, _mm_unpackhi_epi64(even, even)));
    }
}

/* The output levels and the increments of nb in the low band, by the number of levels that a
 * magnitude reaches, for positive and for negative differences. */
struct g722_choices {
    int16_t inverse[2][G722_LEVELS], steps[2][G722_LEVELS];
};

KERNEL void g722_list_choices(struct g722_choices *choices)
{
    for (int sign = 0; sign < 2; sign++)
        for (int i = 0; i < G722_LEVELS; i++) {
            unsigned code4 = g722_low_codes[sign][i] >> 2u;

            choices->inverse[sign][i] = g722_inverse_4[code4];
            choices->steps[sign][i] = g722_low_steps[code4];
        }
}

/* The number of levels that a magnitude reaches, at most 31. Broadcast are the magnitude, which has
 * 15 bits, and the step size. */
KERNEL unsigned g722_reached(__m128i magnitude, __m128i det)
{
    __m128i above[4];
    unsigned mask;

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        above[i] = _mm_cmpgt_epi16(_mm_mulhi_epu16(load128(g722_levels + 8 * i), det), magnitude);
    mask = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(above[0], above[1]));
    mask |= (unsigned)_mm_movemask_epi8(_mm_packs_epi16(above[2], above[3])) << 16;
    return (unsigned)__builtin_ctz(mask | 1u << 31);
}

/* QUANTL, QUANTH and the adaptation for one pair of samples. Returns the octet. */
KERNEL unsigned g722_encode_pair(struct g722_lanes *x, const struct g722_choices *choices,
                                 const int16_t pair[2])
{
    int32_t samples, both, low, high, high_det = x->high.det;
    __m128i difference, magnitude;
    unsigned reached, negative, code;

    memcpy(&samples, pair, sizeof samples);
    difference = _mm_subs_epi16(_mm_cvtsi32_si128(samples), x->s);
    magnitude = _mm_xor_si128(difference, _mm_srai_epi16(difference, 15));
    both = _mm_cvtsi128_si32(difference);
    reached =
        g722_reached(g722_broadcast(magnitude), g722_broadcast(_mm_cvtsi32_si128(x->low.det)));
    negative = (unsigned)both >> 15 & 1;
    low = x->low.det * choices->inverse[negative][reached] >> 15;
    code = g722_high_code(both >> 16, high_det);
    high = high_det * g722_inverse_2[code] >> 15;
    if (__builtin_expect((x->low.det > G722_LOW_MAX) | (high_det > G722_HIGH_MAX), 0))
        x->large = G722_ORDER;
    g722_adapt_step(&x->low, choices->steps[negative][reached], 18432, 8);
    g722_adapt_step(&x->high, g722_high_steps[code], 22528, 10);
    g722_predict(x, g722_pair(low, high));
    return g722_low_codes[negative][reached] | code << 6;
}

static void g722_encode(struct g722_coder *state, const int16_t *pcm, uint8_t *octets, size_t n,
                        int mode)
{
    int16_t x[G722_HISTORY + 2 * G722_CHUNK + 8] = { 0 }, bands[2 * G722_CHUNK];
    unsigned used = 256u - (1u << (mode - 1));
    struct g722_choices choices;
    struct g722_lanes lanes;

    g722_list_choices(&choices);
    g722_load(&lanes, state);
    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, pcm += 2 * chunk, octets += chunk) {
        chunk = n < G722_CHUNK ? n : G722_CHUNK;
        memcpy(x + G722_HISTORY, pcm, 2 * chunk * sizeof *x);
        g722_split_pairs(x, bands, chunk);
        memmove(x, x + 2 * chunk, G722_HISTORY * sizeof *x);
        for (size_t i = 0; i < chunk; i++)
            octets[i] = (uint8_t)(g722_encode_pair(&lanes, &choices, bands + 2 * i) & used);
    }
    memcpy(state->past, x, sizeof state->past);
    g722_store(&lanes, state);
}

/* INVQAL, INVQAH and the adaptation for one octet. Returns the bands' samples. */
KERNEL __m128i g722_decode_octet(struct g722_lanes *x, unsigned octet, const int16_t *levels,
                                 int mode)
{
    unsigned low_code = octet & 63, high_code = octet >> 6;
    int32_t low = x->low.det * g722_inverse_4[low_code >> 2] >> 15;
    int32_t fine = x->low.det * levels[low_code >> (mode - 1)] >> 15;
    int32_t high = x->high.det * g722_inverse_2[high_code] >> 15;
    __m128i samples = g722_limited(_mm_adds_epi16(x->s, g722_pair(fine, high)));

    if (__builtin_expect((x->low.det > G722_LOW_MAX) | (x->high.det > G722_HIGH_MAX), 0))
        x->large = G722_ORDER;
    g722_adapt_step(&x->low, g722_low_steps[low_code >> 2], 18432, 8);
    g722_adapt_step(&x->high, g722_high_steps[high_code], 22528, 10);
    g722_predict(x, g722_pair(low, high));
    return samples;
}

/* Replaces pairs of the bands' samples by their sums and differences. */
KERNEL void g722_mix_pairs(int16_t *x, size_t n)
{
    const __m128i odd = _mm_set1_epi32(-65536);

    for (size_t i = 0; i < n; i += 4) {
        __m128i pairs = load128(x + 2 * i);
        __m128i swapped = _mm_or_si128(_mm_slli_epi32(pairs, 16), _mm_srli_epi32(pairs, 16));

        store128(x + 2 * i, _mm_add_epi16(negate128_if(odd, pairs), swapped));
    }
}

static void g722_decode(struct g722_coder *state, const uint8_t *octets, int16_t *pcm, size_t n,
                        int mode)
{
    int16_t x[G722_HISTORY + 2 * G722_CHUNK + 8] = { 0 }, made[2 * G722_CHUNK];
    const int16_t *levels = mode == 1   ? g722_inverse_6
                            : mode == 2 ? g722_inverse_5
                                        : g722_inverse_4;
    struct g722_lanes lanes;

    g722_load(&lanes, state);
    memcpy(x, state->past, sizeof state->past);
    for (size_t chunk; n != 0; n -= chunk, octets += chunk, pcm += 2 * chunk) {
        chunk = n < G722_CHUNK ? n : G722_CHUNK;
        for (size_t i = 0; i < chunk; i++) {
            int32_t pair = _mm_cvtsi128_si32(g722_decode_octet(&lanes, octets[i], levels, mode));

            memcpy(x + G722_HISTORY + 2 * i, &pair, sizeof pair);
        }
        g722_mix_pairs(x + G722_HISTORY, chunk);
        g722_join_pairs(x, made, chunk);
        memcpy(pcm, made, 2 * chunk * sizeof *pcm);
        memmove(x, x + 2 * chunk, G722_HISTORY * sizeof *x);
    }
    memcpy(state->past, x, sizeof state->past);
    g722_store(&lanes, state);
}
