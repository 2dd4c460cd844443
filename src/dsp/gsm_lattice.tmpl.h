/* The lattice filters of GSM 06.10. No coefficient is -1.
 *
 * Parameter: VECTOR_BYTES. Include after gsm.tmpl.h. */
#include <stdbool.h>

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

KERNEL int16_t lowest(__m128i x) { return (int16_t)_mm_extract_epi16(x, 0); }

/* Sums without saturation are faster. They are exact as long as nothing exceeds 16 bits, which a
 * bound shows afterwards: see exact_limit. */
struct extremes {
    __m128i least, most;
};

KERNEL void extend(struct extremes *extremes, __m128i x)
{
    extremes->least = _mm_min_epi16(extremes->least, x);
    extremes->most = _mm_max_epi16(extremes->most, x);
}

KERNEL __m128i lattice_sum(__m128i a, __m128i b, bool saturating)
{
    return saturating ? _mm_adds_epi16(a, b) : _mm_add_epi16(a, b);
}

KERNEL __m128i lattice_difference(__m128i a, __m128i b, bool saturating)
{
    return saturating ? _mm_subs_epi16(a, b) : _mm_sub_epi16(a, b);
}

#if VECTOR_BYTES == 32 && defined __x86_64__
KERNEL void store_lowest(int16_t out[4], __m128i x) { _mm_storel_epi64((__m128i_u *)out, x); }

/* 4.3.4, in the lowest lanes, with 16 registers. A stage needs results of the next stage for the
 * sample before: f[i], v[i + 1], then f[i + 1] and f[i] of the next sample are a chain of two
 * products and three sums, which takes 9 cycles on Zen 4, 12 on Zen 5 and 13 on Skylake. All stages
 * have this chain at once, and wait for each other's units: Zen 5 takes 13.3. The de-emphasis is
 * scalar, because the units for vectors are busy: a product, a sum and a shift, 5 cycles.
 *
 * The extremes are found after each piece, while the samples of the next one wait. */
KERNEL void synthesized(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                        const int16_t reflection[GSM_SECTIONS][GSM_ORDER], const int16_t *in,
                        int16_t *out, struct extremes *extremes)
{
    enum { SIGNALS = 3, PIECES = 6 }; /* f[4], v[4] and f[0] */
    static const uint8_t pieces[PIECES + 1] = { 0, 13, 27, 40, 80, 120, GSM_FRAME };
    int16_t seen[SIGNALS][GSM_FRAME + 4];
    __m128i v[GSM_ORDER], r[GSM_ORDER];
    int32_t sum = *emphasis;
    int done = 0;
    bool saturating = !extremes;

    for (int i = 0; i < GSM_ORDER; i++)
        v[i] = _mm_cvtsi32_si128(delayed[i]);
    for (int piece = 0; piece < PIECES; piece++) {
        int section = min_i32(piece, GSM_SECTIONS - 1), end = pieces[piece + 1];

        for (int i = 0; i < GSM_ORDER; i++)
            r[i] = _mm_cvtsi32_si128(reflection[section][i]);
        for (int at = pieces[piece]; at < end; at++) {
            __m128i forward = _mm_loadl_epi64((const __m128i_u *)(in + at));

            forward = lattice_difference(forward, product(r[7], v[7]), saturating);
#pragma GCC unroll 8
            for (int i = GSM_ORDER - 2; i >= 0; i--) {
                if (i == 3 && extremes)
                    store_lowest(seen[0] + at, forward);
                forward = lattice_difference(forward, product(r[i], v[i]), saturating);
                v[i + 1] = lattice_sum(v[i], product(r[i], forward), saturating);
            }
            v[0] = forward;
            if (extremes)
                store_lowest(seen[1] + at, v[4]);
            store_lowest(seen[2] + at, forward);
            sum = seldom_saturated((sum * GSM_EMPHASIS_Q15 + seen[2][at] * 0x8000 + 0x4000) >> 15);
            out[at] = (int16_t)sum;
        }
        for (; extremes && done + GSM_VECTOR <= end; done += GSM_VECTOR) {
            extend(extremes, load128(in + done));
            for (int i = 0; i < SIGNALS; i++)
                extend(extremes, load128(seen[i] + done));
        }
    }
    for (int i = 0; i < GSM_ORDER; i++)
        delayed[i] = lowest(v[i]);
    *emphasis = (int16_t)sum;
}
#else
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
KERNEL int16_t high_half(__m128i x) { return (int16_t)_mm_extract_epi16(x, GSM_VECTOR / 2); }

/* The low half of one, and the high half of the other. */
KERNEL __m128i combined(__m128i low, __m128i high)
{
    return _mm_castpd_si128(_mm_move_sd(_mm_castsi128_pd(high), _mm_castsi128_pd(low)));
}

/* One stage in each half: v is its delayed input, and becomes the delayed input of the stage above.
 * Returns the input of the stage below. */
KERNEL __m128i synthesis_stage(__m128i r, __m128i *v, __m128i forward, bool saturating)
{
    forward = lattice_difference(forward, product(r, *v), saturating);
    *v = lattice_sum(*v, product(r, forward), saturating);
    return forward;
}

/* v[0] to v[2] are the inputs of the stages 7 and 3, 6 and 2, and 5 and 1. v[3] is the last result:
 * its high half is the output, which is the input of stage 0 too. Returns it. If `extremes` is
 * null, the sums saturate. */
KERNEL __m128i synthesis_step(const __m128i r[STAGE_PAIRS], __m128i v[STAGE_PAIRS], __m128i forward,
                              struct extremes *extremes)
{
    bool saturating = !extremes;
    __m128i first = v[0];

    if (extremes)
        extend(extremes, forward);
    forward = synthesis_stage(r[0], &first, forward, saturating);
    v[3] = _mm_unpackhi_epi64(first, v[3]);
    if (extremes)
        extend(extremes, v[3]);
#pragma GCC unroll 3
    for (int i = 1; i < STAGE_PAIRS; i++) {
        v[i - 1] = v[i];
        forward = synthesis_stage(r[i], &v[i - 1], forward, saturating);
    }
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

KERNEL void synthesized(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                        const int16_t reflection[GSM_SECTIONS][GSM_ORDER], const int16_t *in,
                        int16_t *out, struct extremes *extremes)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i r[STAGE_PAIRS] = { zero, zero, zero, zero }, entering[STAGE_PAIRS], first = zero;
    __m128i sum = samples_of(0, *emphasis);
    __m128i forward = _mm_cvtsi32_si128(delayed[0]);
    __m128i v[STAGE_PAIRS] = { samples_of(delayed[7], delayed[4]),
                               samples_of(delayed[6], delayed[3]),
                               samples_of(delayed[5], delayed[2]), samples_of(0, delayed[1]) };

    for (int section = 0; section <= GSM_SECTIONS; section++) {
        int at = gsm_sections[section],
            end = section < GSM_SECTIONS ? gsm_sections[section + 1] : at;

        enter_section(reflection, section, r, entering);
        first = v[0];
        forward = synthesis_step(entering, v, next_input(in + at, forward), extremes);
        if (section > 0)
            emphasized(&sum, forward, out + at - 1);
        for (at++; at < end; at++) {
            forward = synthesis_step(r, v, next_input(in + at, forward), extremes);
            emphasized(&sum, forward, out + at - 1);
        }
    }
    delayed[7] = lowest(first);
    for (int i = 0; i < 3; i++) {
        delayed[6 - i] = lowest(v[i]);
        delayed[3 - i] = high_half(v[i]);
    }
    delayed[0] = high_half(v[3]);
    *emphasis = high_half(sum);
}
#endif

/* The product of 1 + |r| over four stages in Q10, rounded up: less than 2^15. */
KERNEL int32_t gain_of_stages(const int16_t r[4])
{
    int32_t gain = 1024;

    for (int i = 0; i < 4; i++)
        gain = (gain * (1024 + 1 + (r[i] >> 5)) >> 10) + 1;
    return gain;
}

/* Returns the greatest p with which no sum exceeds 16 bits. Let p be the greatest magnitude of the
 * input of stage 7, the output of stage 4, which is the input of stage 3, and the output of stage 0
 * (f[8], f[4], f[0]), of the delayed values v[4] and v[0], and of all delayed values at the start.
 * In each half of the stages, from bottom to top,
 *
 *     |f[i + 1]| <= |f[i]| + |r[i] v[i]| + 1/2,  |v[i + 1]| <= |v[i]| + |r[i] f[i]| + 1/2,
 *
 * so that both are at most p times the product of 1 + |r| of the stages below in this half, and at
 * most 8 from rounding. The stages compute f from top to bottom, and the same holds: the sum of all
 * |r[i] v[i]| of a half is at most p times the product of all four, less p. Coefficients change
 * within a frame; the greatest magnitude of each counts. */
KERNEL int32_t exact_limit(const int16_t reflection[GSM_SECTIONS][GSM_ORDER])
{
    __m128i zero = _mm_setzero_si128(), greatest = zero;
    int16_t r[GSM_ORDER];

    for (int i = 0; i < GSM_SECTIONS; i++) {
        __m128i x = load128(reflection[i]);

        greatest = _mm_max_epi16(greatest, _mm_max_epi16(x, _mm_subs_epi16(zero, x)));
    }
    store128(r, greatest);
    return ((INT16_MAX - 8) << 10) / max_i32(gain_of_stages(r), gain_of_stages(r + 4));
}

KERNEL bool is_exact(const struct extremes *extremes, int32_t limit)
{
    int16_t values[2 * GSM_VECTOR];

    store128(values, extremes->least);
    store128(values + GSM_VECTOR, extremes->most);
    return peak_of_vectors(values, 2) <= limit;
}

/* GCC 12 would subtract the sum of two products from the input of the next stage, which makes the
 * chain longer. */
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("no-tree-reassoc")
#endif

/* Large values are rare: the frame is filtered again where they occur. */
static void gsm_synthesize(int16_t delayed[GSM_ORDER], int16_t *emphasis,
                           const int16_t reflection[GSM_SECTIONS][GSM_ORDER], int16_t s[GSM_FRAME])
{
    enum { ROOM = 4 };
    __m128i before = load128(delayed);
    struct extremes extremes = { before, before };
    int16_t in[GSM_FRAME + ROOM], out[GSM_FRAME + ROOM], last = *emphasis;
    int32_t limit = exact_limit(reflection);
    bool exact = is_exact(&extremes, limit);

    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR)
        store128(in + at, load128(s + at));
    memset(in + GSM_FRAME, 0, ROOM * sizeof *in);
    if (exact) {
        synthesized(delayed, &last, reflection, in, out, &extremes);
        exact = is_exact(&extremes, limit);
    }
    if (!exact) {
        store128(delayed, before);
        last = *emphasis;
        synthesized(delayed, &last, reflection, in, out, 0);
    }
    *emphasis = last;
    for (int at = 0; at < GSM_FRAME; at += GSM_VECTOR) {
        __m128i x = load128(out + at);

        store128(s + at, _mm_and_si128(_mm_adds_epi16(x, x), _mm_set1_epi16(~7)));
    }
}
#ifndef __clang__
#pragma GCC pop_options
#endif
