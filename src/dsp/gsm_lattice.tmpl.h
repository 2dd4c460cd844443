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
    return _mm_sub_epi16(_mm_xor_si128(r, sign), sign);
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
        before = delayed_by_one(last[i], backward);
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

/* 4.3.4. Each sample needs the output of the previous one from all stages: one number per register,
 * where additions saturate for free. */
KERNEL void synthesized(__m128i v[GSM_ORDER], __m128i *emphasis,
                        const int16_t reflection[GSM_ORDER], int16_t *s, int n)
{
    const __m128i factor = _mm_set1_epi16(GSM_EMPHASIS_Q15);
    __m128i r[GSM_ORDER];

    for (int i = 0; i < GSM_ORDER; i++)
        r[i] = _mm_cvtsi32_si128(reflection[i]);
    for (int k = 0; k < n; k++) {
        __m128i forward =
            _mm_subs_epi16(_mm_cvtsi32_si128(s[k]), product(r[GSM_ORDER - 1], v[GSM_ORDER - 1]));

#pragma GCC unroll 8
        for (int i = GSM_ORDER - 2; i >= 0; i--) {
            forward = _mm_subs_epi16(forward, product(r[i], v[i]));
            v[i + 1] = _mm_adds_epi16(v[i], product(r[i], forward));
        }
        v[0] = forward;
        *emphasis = _mm_adds_epi16(forward, product(*emphasis, factor));
        s[k] = (int16_t)_mm_cvtsi128_si32(*emphasis);
    }
}

static void gsm_synthesize(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                           const int16_t reflection[GSM_SECTIONS][GSM_ORDER], int16_t s[GSM_FRAME])
{
    __m128i v[GSM_ORDER], last = _mm_cvtsi32_si128(*emphasis);

    for (int i = 0; i < GSM_ORDER; i++)
        v[i] = _mm_cvtsi32_si128(delayed[i]);
    for (int section = 0; section < GSM_SECTIONS; section++)
        synthesized(v, &last, reflection[section], s + gsm_sections[section],
                    gsm_sections[section + 1] - gsm_sections[section]);
    for (int i = 0; i < GSM_ORDER; i++)
        delayed[i] = (int16_t)_mm_cvtsi128_si32(v[i]);
    *emphasis = (int16_t)_mm_cvtsi128_si32(last);
    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR) {
        __m128i x = load128(s + at);

        store128(s + at, _mm_and_si128(_mm_adds_epi16(x, x), _mm_set1_epi16(~7)));
    }
}
