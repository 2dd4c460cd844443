/* The searches among the kernels of the CELP coders, and the table of all of them. celp_search_c.c
 * has the plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). Needs celp.tmpl.h. */
#include "celp_search.h"
#include "fixed.h"

/* (a b + 2^14) / 2^15 in lanes of 16 bits, rounded down; not for both -32768. */
#if VECTOR_BYTES == 32
KERNEL vec32 rounded_products(vec32 a, vec32 b)
{
    return (vec32)_mm256_mulhrs_epi16((simd)a, (simd)b);
}
#else
KERNEL vec32 rounded_products(vec32 a, vec32 b)
{
    __m128i low = _mm_mullo_epi16((simd)a, (simd)b), high = _mm_mulhi_epi16((simd)a, (simd)b);
    __m128i carry = _mm_srli_epi16(_mm_add_epi16(_mm_srli_epi16(low, 14), _mm_set1_epi16(1)), 1);

    return (vec32)_mm_add_epi16(_mm_add_epi16(high, high), carry);
}
#endif

static void celp_accumulate(const int16_t *a, const int16_t *b, int16_t gain, int16_t *out, int n)
{
    vec32 gains = set32(pair_of(gain, gain));

    for (int i = 0; i < n; i += WIDE) {
        int at = last_from(i, n, WIDE);
        simd sum = SIMD(adds_epi16)((simd)load_vector(a + at),
                                    (simd)rounded_products(load_vector(b + at), gains));

        memcpy(out + at, &sum, sizeof sum);
    }
}

/* --- Pulses --- */

/* Two pulses at a time, whose responses are interleaved; the second of the last two may be 0. */
static void celp_respond(const int16_t *h, const int *at, const int16_t *values, int count,
                         int16_t y[CELP_SUBFRAME])
{
    const int16_t *first[CELP_PULSES / 2], *second[CELP_PULSES / 2];
    vec32 gains[CELP_PULSES / 2];
    int pairs = (count + 1) / 2;

    for (int p = 0; p < pairs; p++) {
        bool two = 2 * p + 1 < count;

        first[p] = h - at[2 * p];
        second[p] = two ? h - at[2 * p + 1] : first[p];
        gains[p] = set32(pair_of(values[2 * p], (int16_t)(two ? values[2 * p + 1] : 0)));
    }
    for (int i = 0; i < CELP_SUBFRAME; i += WIDE) {
        uvec32 low = { 0 }, high = { 0 };
        simd sum;

        for (int p = 0; p < pairs; p++) {
            vec32 a = load_vector(first[p] + i), b = load_vector(second[p] + i);

            low += (uvec32)madd16(unpack_low16(a, b), gains[p]);
            high += (uvec32)madd16(unpack_high16(a, b), gains[p]);
        }
        sum = SIMD(packs_epi32)((simd)((vec32)low >> 13), (simd)((vec32)high >> 13));
        memcpy(y + i, &sum, sizeof sum);
    }
}

#if VECTOR_BYTES == 32
/* The places are in four registers so that packing restores their order: register r has those from
 * 4 r and from 16 + 4 r on. The chain from one pulse to the next is a tree of maxima, the search
 * for the largest by a mask, and a product: some 35 cycles, in which the next candidate's begins.
 */
struct places32 {
    vec32 of[4];
};

KERNEL struct places32 load_places(const int32_t *from)
{
    struct places32 x;

#pragma GCC unroll 4
    for (int r = 0; r < 4; r++)
        x.of[r] = load_halves(from + 4 * r, from + 16 + 4 * r);
    return x;
}

/* A bit for each place whose number is negative. */
KERNEL uint32_t negative_places(const struct places32 *x)
{
    __m256i first = _mm256_packs_epi32((simd)x->of[0], (simd)x->of[1]),
            second = _mm256_packs_epi32((simd)x->of[2], (simd)x->of[3]);

    return (uint32_t)_mm256_movemask_epi8(_mm256_packs_epi16(first, second));
}

KERNEL vec32 largest_everywhere(const struct places32 *x)
{
    vec32 max = max32(max32(x->of[0], x->of[1]), max32(x->of[2], x->of[3]));

    max = max32(max, (vec32)_mm256_permute2x128_si256((simd)max, (simd)max, 1));
    max = max32(max, (vec32)_mm256_shuffle_epi32((simd)max, 0x4E));
    return max32(max, (vec32)_mm256_shuffle_epi32((simd)max, 0xB1));
}

/* Takes 2 own[i] pulse away from place i. */
KERNEL void take_pulse(struct places32 *left, const int16_t *own, int pulse)
{
    vec32 none = { 0 }, twice = set32((uint16_t)(2 * pulse)), outer = load_halves(own, own + 16),
          inner = load_halves(own + 8, own + 24);

    left->of[0] -= madd16(unpack_low16(outer, none), twice);
    left->of[1] -= madd16(unpack_high16(outer, none), twice);
    left->of[2] -= madd16(unpack_low16(inner, none), twice);
    left->of[3] -= madd16(unpack_high16(inner, none), twice);
}

static void celp_place_pulses(const int16_t *own, const int32_t rest[CELP_PLACES],
                              struct celp_pulses *pulses)
{
    static const int32_t one[2 * CELP_PLACES] = { [CELP_PLACES] = -1 };
    static const int32_t beyond[CELP_PLACES] = { [CELP_PLACES - 2] = -1, -1 };
    struct places32 left = load_places(rest), taken = load_places(beyond);
    int at = pulses->places[0];

    for (int j = 0;; j++) {
        int pulse = negate_if(-(int)(negative_places(&left) >> at & 1), pulses->gain);
        struct places32 here = load_places(one + CELP_PLACES - at), magnitudes, largest;
        vec32 max;

        pulses->places[j] = (int16_t)at;
        pulses->values[j] = (int16_t)pulse;
        if (j == pulses->count - 1)
            break;
        take_pulse(&left, own - at, pulse);
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++) {
            taken.of[r] |= here.of[r];
            magnitudes.of[r] = abs32(left.of[r]) | taken.of[r];
        }
        max = largest_everywhere(&magnitudes);
#pragma GCC unroll 4
        for (int r = 0; r < 4; r++)
            largest.of[r] = magnitudes.of[r] == max;
        at = __builtin_ctz(negative_places(&largest));
    }
}
#else /* four lanes without 32-bit maxima do not pay off */
#define celp_place_pulses celp_place_pulses_c
#endif

/* --- Codebooks --- */

/* The products of c with four rows. */
KERNEL u32x4 four_products(const int16_t c[CELP_TERMS], const int16_t (*rows)[CELP_TERMS])
{
    u32x4 sums[4];

#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        sums[k] = (u32x4)pair_products(load8(c), load8(rows[k]));
        sums[k] += (u32x4)pair_products(load8(c + 8), load8(rows[k] + 8));
        sums[k] += (u32x4)pair_products(load8(c + 16), load8(rows[k] + 16));
    }
    return sums_of(sums[0], sums[1], sums[2], sums[3]);
}

static int celp_first_above(const int16_t c[CELP_TERMS], const int16_t (*rows)[CELP_TERMS],
                            int count, int32_t least)
{
    i32x4 least4 = same(least);
    int i = 0;

    for (; i + 4 <= count; i += 4) {
        i32x4 above = (i32x4)four_products(c, rows + i) > least4;
        int mask = _mm_movemask_ps((__m128)above);

        if (mask != 0)
            return i + __builtin_ctz((unsigned)mask);
    }
    return i + celp_first_above_c(c, rows + i, count - i, least);
}

/* The gains of LANES32 codes, in the order of `code_order`. */
#if VECTOR_BYTES == 32
static const int32_t code_order[LANES32] = { 0, 4, 1, 5, 2, 6, 3, 7 };
#else
static const int32_t code_order[LANES32] = { 0, 2, 1, 3 };
#endif

KERNEL vec32 halves_of_gains(vec32 codes, vec32 target, vec32 weights)
{
    return madd16((vec32)SIMD(sub_epi16)((simd)target, (simd)codes),
                  rounded_products(codes, weights));
}

KERNEL vec32 gains_of_codes(const int16_t (*codes)[4], vec32 target, vec32 weights)
{
    simd a = (simd)halves_of_gains(load_vector(codes), target, weights),
         b = (simd)halves_of_gains(load_vector(codes + LANES32 / 2), target, weights);
    vec32 even = (vec32)SIMD(unpacklo_epi32)(a, b), odd = (vec32)SIMD(unpackhi_epi32)(a, b);

    return (vec32)SIMD(unpacklo_epi64)((simd)even, (simd)odd) +
           (vec32)SIMD(unpackhi_epi64)((simd)even, (simd)odd);
}

static int celp_best_code(const int16_t (*codes)[4], int count, const int16_t target[4],
                          const int16_t weights[4])
{
    uint64_t targets, all_weights;
    vec32 t, w, best = { 0 }, indices = { 0 }, now = load_vector(code_order);
    int32_t max = 0, index = 0;

    memcpy(&targets, target, sizeof targets);
    memcpy(&all_weights, weights, sizeof all_weights);
    t = (vec32)((uvec64){ 0 } + targets);
    w = (vec32)((uvec64){ 0 } + all_weights);
    for (int i = 0; i < count; i += LANES32) {
        vec32 gains = gains_of_codes(codes + i, t, w), more = gains > best;

        best = blend32(more, gains, best);
        indices = blend32(more, now, indices);
        now += LANES32;
    }
    for (int l = 0; l < LANES32; l++)
        if (best[l] > max || (best[l] == max && indices[l] < index)) {
            max = best[l];
            index = indices[l];
        }
    return index;
}

static const struct dsp_celp celp_kernels = {
    celp_zeros,      celp_poles,        celp_two_poles, celp_correlate,   celp_dot,
    celp_energy,     celp_peak,         celp_narrow,    celp_scale,       celp_mix,
    celp_accumulate, celp_place_pulses, celp_respond,   celp_first_above, celp_best_code,
};
