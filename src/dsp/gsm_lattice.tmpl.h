/* The lattice filters of GSM 06.10. No coefficient is -1.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h. */

/* 4.2.9, one ratio per lane. */
KERNEL __m128i reflection_of(__m128i lar)
{
    __m128i sign = _mm_srai_epi16(lar, 15), zero = _mm_setzero_si128(), r, steep, flat;

    lar = _mm_max_epi16(lar, _mm_subs_epi16(zero, lar));
    steep = _mm_cmplt_epi16(lar, _mm_set1_epi16(GSM_LAR1_Q14));
    flat = _mm_cmplt_epi16(_mm_set1_epi16(GSM_LAR2_Q14 - 1), lar);
    r = _mm_add_epi16(lar, _mm_or_si128(_mm_and_si128(steep, lar),
                                        _mm_andnot_si128(steep, _mm_set1_epi16(GSM_LAR1_Q14))));
    r = _mm_or_si128(_mm_andnot_si128(flat, r),
                     _mm_and_si128(flat, _mm_adds_epi16(_mm_srai_epi16(lar, 2),
                                                        _mm_set1_epi16(GSM_OFFSET_Q12))));
    return negate128_if(sign, r);
}

static void gsm_interpolate(const int16_t before_q14[GSM_ORDER], const int16_t now_q14[GSM_ORDER],
                            int16_t reflection[GSM_SECTIONS][GSM_ORDER])
{
    __m128i before = load128(before_q14), now = load128(now_q14);
    __m128i before2 = _mm_srai_epi16(before, 1), now2 = _mm_srai_epi16(now, 1);
    __m128i quarters = _mm_adds_epi16(_mm_srai_epi16(before, 2), _mm_srai_epi16(now, 2));

    store128(reflection[0], reflection_of(_mm_adds_epi16(quarters, before2)));
    store128(reflection[1], reflection_of(_mm_adds_epi16(before2, now2)));
    store128(reflection[2], reflection_of(_mm_adds_epi16(quarters, now2)));
    store128(reflection[3], reflection_of(now));
}

/* 4.2.10: filters a vector of eight samples through all stages. `last` is the previous vector of
 * each stage. */
KERNEL __m128i analysed(const __m128i r[GSM_ORDER], __m128i last[GSM_ORDER], __m128i s)
{
    __m128i forward = s, backward = s, before;

#pragma GCC unroll 8
    for (int i = 0; i < GSM_ORDER; i++) {
        before = SAMPLES_FROM(7, last[i], backward);
        last[i] = backward;
        backward = _mm_adds_epi16(before, product(r[i], forward));
        forward = _mm_adds_epi16(forward, product(r[i], before));
    }
    return forward;
}

/* The coefficients of each sample of a vector. A later section may begin within it. */
KERNEL void coefficients_at(int at, const int16_t reflection[GSM_SECTIONS][GSM_ORDER],
                            __m128i r[GSM_ORDER])
{
    const __m128i place = _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7);
    int section = 0, later;
    __m128i here;

    while (gsm_sections[section + 1] <= at)
        section++;
    later = section + 1 < GSM_SECTIONS ? section + 1 : section;
    here = _mm_cmplt_epi16(place, _mm_set1_epi16((int16_t)(gsm_sections[section + 1] - at)));
    for (int i = 0; i < GSM_ORDER; i++)
        r[i] = _mm_or_si128(_mm_and_si128(here, _mm_set1_epi16(reflection[section][i])),
                            _mm_andnot_si128(here, _mm_set1_epi16(reflection[later][i])));
}

static void gsm_analyze(int16_t delayed[GSM_ORDER],
                        const int16_t reflection[GSM_SECTIONS][GSM_ORDER], int16_t s[GSM_FRAME])
{
    __m128i r[GSM_ORDER], last[GSM_ORDER];

    for (int i = 0; i < GSM_ORDER; i++)
        last[i] = newest(delayed[i]);
    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR) {
        if (at <= gsm_sections[GSM_SECTIONS - 1])
            coefficients_at(at, reflection, r);
        store128(s + at, analysed(r, last, load128(s + at)));
    }
    for (int i = 0; i < GSM_ORDER; i++)
        delayed[i] = newest_of(last[i]);
}

/* 4.3.4. Each sample needs the output of the previous one from all stages. Two samples are in
 * progress: while the low half of the registers takes a sample through the stages 7 to 4, the high
 * half takes the one before through 3 to 0. Only the lowest lane of each half counts.
 *
 * The longest chain from a sample to the next is two products, three sums and two moves between the
 * halves: forward of stage 3, v[4], forward of stage 4. It takes 11 cycles on Zen 4, or 14 with
 * saturating sums, which need 2 cycles instead of 1, and 15 on Skylake. */
enum { STAGE_PAIRS = GSM_ORDER / 2 };

KERNEL __m128i halves(__m128i low, __m128i high) { return _mm_unpacklo_epi64(low, high); }
KERNEL __m128i samples_of(int16_t low, int16_t high)
{
    return halves(_mm_cvtsi32_si128(low), _mm_cvtsi32_si128(high));
}
KERNEL int16_t low_half(__m128i x) { return (int16_t)_mm_extract_epi16(x, 0); }
KERNEL int16_t high_half(__m128i x) { return (int16_t)_mm_extract_epi16(x, GSM_VECTOR / 2); }

/* The low half of one, and the high half of the other. */
KERNEL __m128i combined(__m128i low, __m128i high)
{
    return _mm_castpd_si128(_mm_move_sd(_mm_castsi128_pd(high), _mm_castsi128_pd(low)));
}

/* Sums without saturation are faster. They leave in `changed` what saturation would change; if it
 * is null, they saturate. */
KERNEL __m128i sum_in_chain(__m128i a, __m128i b, __m128i *changed)
{
    __m128i saturated = _mm_adds_epi16(a, b), sum = _mm_add_epi16(a, b);

    if (!changed)
        return saturated;
    *changed = _mm_or_si128(*changed, _mm_xor_si128(saturated, sum));
    return sum;
}

KERNEL __m128i difference_in_chain(__m128i a, __m128i b, __m128i *changed)
{
    __m128i saturated = _mm_subs_epi16(a, b), difference = _mm_sub_epi16(a, b);

    if (!changed)
        return saturated;
    *changed = _mm_or_si128(*changed, _mm_xor_si128(saturated, difference));
    return difference;
}

/* v[0] to v[2] are the inputs of the stages 7 and 3, 6 and 2, and 5 and 1. v[3] is the last result:
 * its high half is the output, which is the input of stage 0 too. Returns it. */
KERNEL __m128i synthesis_step(const __m128i r[STAGE_PAIRS], __m128i v[STAGE_PAIRS], __m128i forward,
                              __m128i *changed)
{
    forward = difference_in_chain(forward, product(r[0], v[0]), changed);
    v[0] = sum_in_chain(v[0], product(r[0], forward), changed);
    v[3] = _mm_unpackhi_epi64(v[0], v[3]);
    forward = _mm_subs_epi16(forward, product(r[1], v[1]));
    v[0] = _mm_adds_epi16(v[1], product(r[1], forward));
    forward = difference_in_chain(forward, product(r[2], v[2]), changed);
    v[1] = _mm_adds_epi16(v[2], product(r[2], forward));
    forward = difference_in_chain(forward, product(r[3], v[3]), changed);
    v[2] = _mm_adds_epi16(v[3], product(r[3], forward));
    v[3] = forward;
    return forward;
}

/* Reads four samples, and writes four, of which the first counts. */
KERNEL __m128i next_input(const int16_t in[4], __m128i forward)
{
    return halves(_mm_loadl_epi64((const __m128i_u *)in), forward);
}

KERNEL void emphasized(__m128i *emphasis, __m128i forward, int16_t out[4])
{
    __m128i old = product(*emphasis, _mm_set1_epi16(GSM_EMPHASIS_Q15));

    *emphasis = _mm_adds_epi16(forward, old);
    _mm_storeh_pi((__m64 *)out, _mm_castsi128_ps(*emphasis));
}

/* The coefficients of a section, and those at its first sample, when the high half is still in the
 * section before. The half without a sample, at the first step and at the last, has coefficients of
 * 0, which moves the inputs of its stages as the other steps do. */
KERNEL void enter_section(const int16_t reflection[GSM_SECTIONS][GSM_ORDER], int section,
                          __m128i r[STAGE_PAIRS], __m128i entering[STAGE_PAIRS])
{
    for (int i = 0; i < STAGE_PAIRS; i++) {
        __m128i before = r[i];

        r[i] = section == GSM_SECTIONS
                   ? _mm_setzero_si128()
                   : samples_of(reflection[section][7 - i], reflection[section][3 - i]);
        entering[i] = combined(r[i], before);
    }
}

KERNEL void synthesized(int16_t delayed[GSM_ORDER], __m128i *emphasis,
                        const int16_t reflection[GSM_SECTIONS][GSM_ORDER], const int16_t *in,
                        int16_t *out, __m128i *changed)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i r[STAGE_PAIRS] = { zero, zero, zero, zero }, entering[STAGE_PAIRS], first = zero;
    __m128i forward = _mm_cvtsi32_si128(delayed[0]);
    __m128i v[STAGE_PAIRS] = { samples_of(delayed[7], delayed[4]),
                               samples_of(delayed[6], delayed[3]),
                               samples_of(delayed[5], delayed[2]), samples_of(0, delayed[1]) };

    for (int section = 0; section <= GSM_SECTIONS; section++) {
        int at = gsm_sections[section],
            end = section < GSM_SECTIONS ? gsm_sections[section + 1] : at;

        enter_section(reflection, section, r, entering);
        first = v[0];
        forward = synthesis_step(entering, v, next_input(in + at, forward), changed);
        if (section > 0)
            emphasized(emphasis, forward, out + at - 1);
        for (at++; at < end; at++) {
            forward = synthesis_step(r, v, next_input(in + at, forward), changed);
            emphasized(emphasis, forward, out + at - 1);
        }
    }
    delayed[7] = low_half(first);
    for (int i = 0; i < 3; i++) {
        delayed[6 - i] = low_half(v[i]);
        delayed[3 - i] = high_half(v[i]);
    }
    delayed[0] = high_half(v[3]);
}

/* Saturation is rare: the frame is filtered again where it occurs. */
static void gsm_synthesize(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                           const int16_t reflection[GSM_SECTIONS][GSM_ORDER], int16_t s[GSM_FRAME])
{
    enum { ROOM = 4 };
    __m128i last = samples_of(0, *emphasis), changed = _mm_setzero_si128();
    __m128i before = load128(delayed);
    int16_t in[GSM_FRAME + ROOM], out[GSM_FRAME + ROOM];

    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR)
        store128(in + at, load128(s + at));
    memset(in + GSM_FRAME, 0, ROOM * sizeof *in);
    synthesized(delayed, &last, reflection, in, out, &changed);
    if (_mm_movemask_epi8(_mm_cmpeq_epi16(changed, _mm_setzero_si128())) != 0xFFFF) {
        store128(delayed, before);
        last = samples_of(0, *emphasis);
        synthesized(delayed, &last, reflection, in, out, 0);
    }
    *emphasis = high_half(last);
    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR) {
        __m128i x = load128(out + at);

        store128(s + at, _mm_and_si128(_mm_adds_epi16(x, x), _mm_set1_epi16(~7)));
    }
}
