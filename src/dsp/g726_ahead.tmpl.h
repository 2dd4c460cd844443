/* The encoder of G.726 with 16 registers of 32 bytes. A code moves each zero up, down or not at
 * all. For all zeros but the newest, the products are computed in the three cases before the code
 * is known, which then selects a sum. The newest zero, which multiplies the latest difference, is
 * scalar. That takes the lanes off the longest dependency chains: on Zen 5, a sample takes 81
 * cycles instead of 87.
 *
 * Parameter: VECTOR_BYTES, which must be 32. Include after g726.tmpl.h. */

/* The zeros after the newest, 0 to 4, by lane: all of them if they move up, 0 to 2 if they stay,
 * all if they move down, and the other two if they stay. The last lane has a difference that is
 * only part of the state. */
enum { G726_UP = 0, G726_STAY = 5, G726_DOWN = 8, G726_STAY_LATER = 13 };
static const uint8_t g726_places[16] = { 0, 1, 2, 3, 4, 0, 1, 2, 0, 1, 2, 3, 4, 3, 4, 5 };

/* By code: the sign of the change of zeros whose past differences are positive, and the lanes of
 * the products of the zeros 0 to 2 and of the other two. */
struct g726_choices {
    int16_t sign[32];
    uint8_t lanes[32][2];
};

/* The zeros, what they leak to, the steps by which the next code moves them up, and the differences
 * that they multiply after that. */
struct g726_ahead {
    vec16 b, leaked, steps, doubled, power, signs;
    __m128i leak;
    int16_t products[16];
};

KERNEL void g726_list_choices(struct g726_choices *choices, const struct g726_rate *rate)
{
    static const uint8_t lanes[3][2] = { { G726_DOWN, G726_DOWN + 3 },
                                         { G726_STAY, G726_STAY_LATER },
                                         { G726_UP, G726_UP + 3 } };

    for (unsigned code = 0; code < 1u << rate->bits; code++) {
        int16_t sign = code >> (rate->bits - 1) ? -1 : 1;

        if (rate->inverse[code] == G726_LOG_ZERO)
            sign = 0;
        choices->sign[code] = sign;
        memcpy(choices->lanes[code], lanes[sign + 1], sizeof lanes[0]);
    }
}

KERNEL vec16 g726_signed(vec16 x, vec16 sign)
{
    return (vec16)_mm256_sign_epi16((simd)x, (simd)sign);
}

/* As g726_reduced and g726_rounded, in twice as many lanes. */
KERNEL vec16 g726_reduced_wide(vec16 magnitude, vec16 *power)
{
    vec16 ones = magnitude, doubled = magnitude + magnitude - equal16(magnitude, set16(0));

    ones |= ones >> 1;
    ones |= ones >> 2;
    ones |= ones >> 4;
    ones |= ones >> 8;
    *power = ones + 1;
    return doubled & ~(ones >> 5);
}
KERNEL vec32 g726_rounded_wide(vec32 product, vec32 grain)
{
    grain = srl32(grain, 6);
    return srl32((product & -grain) + (grain + grain + grain), 13) & 32767;
}

KERNEL void g726_multiply(struct g726_ahead *x, vec16 b)
{
    vec16 power, cut, grain_low, grain_high, low, high;

    cut = g726_reduced_wide((vec16)_mm256_abs_epi16((simd)((ivec16)b >> 2)) & 8191, &power);
    grain_low = power * x->power;
    grain_high = (vec16)mulhi_u16((vec32)power, (vec32)x->power);
    low = cut * x->doubled;
    high = (vec16)mulhi_u16((vec32)cut, (vec32)x->doubled);
    low = (vec16)_mm256_packs_epi32(
        (simd)g726_rounded_wide(unpack_low16((vec32)low, (vec32)high),
                                unpack_low16((vec32)grain_low, (vec32)grain_high)),
        (simd)g726_rounded_wide(unpack_high16((vec32)low, (vec32)high),
                                unpack_high16((vec32)grain_low, (vec32)grain_high)));
    low = g726_signed(low, (x->signs ^ b) | 1);
    memcpy(x->products, &low, sizeof low);
}

KERNEL int32_t g726_sum(const int16_t products[16], const uint8_t lanes[2])
{
    const int16_t *first = products + lanes[0], *later = products + lanes[1];

    return first[0] + first[1] + first[2] + later[0] + later[1];
}

/* 128, with the sign of the difference. */
KERNEL vec16 g726_steps(vec16 signs) { return (set16(128) ^ signs) - signs; }

/* The products of the next sample. */
KERNEL void g726_multiply_ahead(struct g726_ahead *x)
{
    const simd cases = _mm256_setr_epi16(1, 1, 1, 1, 1, 0, 0, 0, -1, -1, -1, -1, -1, 0, 0, 0);

    x->leaked = x->b - (vec16)_mm256_sra_epi16((simd)x->b, x->leak);
    g726_multiply(x, x->leaked + g726_signed(x->steps, (vec16)cases));
}

/* Moves the differences to the next zeros, in each group of lanes. */
KERNEL vec16 g726_insert(vec16 x, int32_t newest)
{
    const simd from = _mm256_setr_epi8(-1, -1, 0, 1, 2, 3, 4, 5, 6, 7, -1, -1, 10, 11, 12, 13, -1,
                                       -1, 0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 6, 7, 8, 9);
    const simd heads = _mm256_setr_epi16(-1, 0, 0, 0, 0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0);
    simd all = _mm256_set1_epi16(wrap16(newest));

    return (vec16)(_mm256_shuffle_epi8((simd)x, from) | (all & heads));
}

/* Selects the differences, newest first, from number `from` on. */
KERNEL void g726_spread(const struct g726_past *past, int from, struct g726_ahead *x)
{
    for (int i = 0; i < 16; i++) {
        int place = g726_places[i] + from;

        x->doubled[i] = past->doubled[place];
        x->power[i] = past->power[place];
        x->signs[i] = (uint16_t)past->sign[place];
    }
}

KERNEL void g726_collect(const struct g726_ahead *x, struct g726_coder *state)
{
    for (int i = 0; i < 6; i++) {
        int lane = i < 5 ? G726_DOWN + i : 15;

        if (i < 5)
            state->b[i] = (int16_t)x->b[lane];
        state->past.doubled[i] = x->doubled[lane];
        state->past.power[i] = x->power[lane];
        state->past.sign[i] = (int16_t)x->signs[lane];
    }
}

/* `later` is the sum of the products of all zeros but the newest. Returns that of the next sample.
 */
KERNEL int32_t g726_adapt_ahead(struct g726_coder *s, struct g726_ahead *x, unsigned code,
                                struct g726_sums sums, const struct g726_choices *choices)
{
    int32_t se = g726_low16(sums.all) >> 1, sez = g726_low16(sums.zeros) >> 1;
    struct g726_difference d = g726_difference_of(s->rate, code, s->y);
    int32_t dq = negate_if(d.sign, d.magnitude), sr = g726_low16(dq + se);
    int32_t dqsez = g726_low16(dq + sez), tr = g726_is_transition(s, d.magnitude),
            exponent = g726_log2((uint32_t)d.power);
    int32_t later = g726_sum(x->products, choices->lanes[code]);

    g726_append_sample(s, sr, dqsez);
    x->b = x->leaked + g726_signed(x->steps, (vec16)_mm256_set1_epi16(choices->sign[code]));
    s->b0 =
        (int16_t)g726_adapt_zero(s->b0, s->dq.sign ^ d.sign, d.magnitude ? 128 : 0, s->rate->leak);
    x->steps = g726_steps(x->signs);
    x->doubled = g726_insert(x->doubled, d.doubled);
    x->power = g726_insert(x->power, d.power);
    x->signs = g726_insert(x->signs, d.sign);
    if (__builtin_expect(tr, 0)) {
        x->b = set16(0);
        s->b0 = 0;
        later = 0;
    }
    g726_multiply_ahead(x);
    g726_adapt_scale(s, code);
    g726_adapt_speed(s, code, s->td, tr);
    s->y = g726_mix_scales(s);
    if (__builtin_expect(tr, 0))
        s->a[0] = s->a[1] = s->td = 0;
    s->dq = (struct g726_float){ d.sign, d.doubled << 5 >> exponent, exponent };
    return later;
}

static void g726_encode(struct g726_coder *state, const int16_t *pcm, uint8_t *codes, size_t n,
                        size_t stride)
{
    struct g726_choices choices;
    struct g726_rate rate = *state->rate;
    struct g726_coder s = *state;
    struct g726_ahead x;
    int32_t later;

    s.rate = &rate;
    g726_list_choices(&choices, &rate);
    x.leak = _mm_cvtsi32_si128(rate.leak);
    for (int i = 0; i < 16; i++)
        x.b[i] = (uint16_t)(g726_places[i] < 5 ? s.b[g726_places[i]] : 0);
    g726_spread(&s.past, 1, &x);
    x.steps = g726_steps(x.signs);
    g726_multiply(&x, x.b);
    later = g726_sum(x.products, (const uint8_t[]){ G726_UP, G726_UP + 3 });
    g726_spread(&s.past, 0, &x);
    g726_multiply_ahead(&x);
    for (size_t at = 0; at < n * stride; at += stride) {
        int32_t zeros = later + g726_fmult(s.b0, s.dq);
        struct g726_sums sums = { zeros, zeros + g726_estimate_poles(&s) };
        int32_t difference = g726_low16((pcm[at] >> 2) - (g726_low16(sums.all) >> 1));
        unsigned code = g726_quantize(&rate, difference, s.y);

        codes[at] = (uint8_t)code;
        later = g726_adapt_ahead(&s, &x, code, sums, &choices);
    }
    s.rate = state->rate;
    *state = s;
    g726_collect(&x, state);
}
