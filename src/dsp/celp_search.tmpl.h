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

/* The first eight of ten numbers, and the last two, four times. */
struct ten {
    i16x8 first, last;
};

KERNEL struct ten ten_of(const int16_t from[CELP_ORDER])
{
    return (struct ten){ load8(from), (i16x8)same(pair_of(from[8], from[9])) };
}

/* Products of differences and weighted ones, in pairs. A difference without a weight may wrap. */
KERNEL u32x4 weighted_squares(i16x8 target, i16x8 row, i16x8 weights, bool weighted)
{
    __m128i x = _mm_sub_epi16((__m128i)target, (__m128i)row), w = (__m128i)weights,
            low = _mm_srli_epi16(_mm_mullo_epi16(x, w), 15), high = _mm_mulhi_epi16(x, w);

    return (u32x4)_mm_madd_epi16(x, weighted ? _mm_or_si128(_mm_add_epi16(high, high), low) : x);
}

KERNEL i32x4 four_distances(const int16_t (*rows)[CELP_ORDER], const struct ten *target,
                            const struct ten *weights, bool weighted)
{
    i32x4 last;
    u32x4 sums[4];

#pragma GCC unroll 4
    for (int k = 0; k < 4; k++) {
        last[k] = pair_of(rows[k][8], rows[k][9]);
        sums[k] = weighted_squares(target->first, load8(rows[k]), weights->first, weighted);
    }
    return (i32x4)(sums_of(sums[0], sums[1], sums[2], sums[3]) +
                   weighted_squares(target->last, (i16x8)last, weights->last, weighted));
}

KERNEL int nearest_by(const int16_t (*rows)[CELP_ORDER], int count, const struct ten *target,
                      const struct ten *weights, bool weighted)
{
    i32x4 least = same(1 << 30), indices = { 0 }, now = { 0, 1, 2, 3 };
    int32_t min = 1 << 30, index = 0;

    for (int i = 0; i < count; i += 4, now += 4) {
        i32x4 distances = four_distances(rows + i, target, weights, weighted),
              less = distances < least;

        least = (distances & less) | (least & ~less);
        indices = (now & less) | (indices & ~less);
    }
    for (int l = 0; l < 4; l++)
        if (least[l] < min || (least[l] == min && indices[l] < index)) {
            min = least[l];
            index = indices[l];
        }
    return index;
}

static int celp_nearest(const int16_t (*rows)[CELP_ORDER], int count,
                        const int16_t target[CELP_ORDER], const int16_t *weights)
{
    struct ten t = ten_of(target), w = ten_of(weights ? weights : target);

    return weights ? nearest_by(rows, count, &t, &w, true) : nearest_by(rows, count, &t, &w, false);
}

/* --- Pairs of positions --- */

/* Sums of a row of phi for the positions of a track. */
struct track_sums {
    uvec32 of[CELP_TRACK / LANES32];
};

/* Moves all to the place before. */
KERNEL struct track_sums moved_sums(const struct track_sums *x)
{
    struct track_sums y;
#if VECTOR_BYTES == 32
    __m256i high = _mm256_permute2x128_si256((simd)x->of[0], (simd)x->of[0], 0x81);

    y.of[0] = (uvec32)_mm256_alignr_epi8(high, (simd)x->of[0], 4);
#else
    y.of[1] = (uvec32)_mm_srli_si128((simd)x->of[1], 4);
    y.of[0] =
        (uvec32)_mm_or_si128(_mm_srli_si128((simd)x->of[0], 4), _mm_slli_si128((simd)x->of[1], 12));
#endif
    return y;
}

/* The sums in 16 bits, with their signs. */
KERNEL void store_phi(const struct track_sums *sums, const int16_t *sign, int16_t own, int16_t *phi)
{
    struct track_sums y = *sums;
    i32x4 halves[2];
    i16x8 x, differ = load8(sign) ^ own;

    memcpy(halves, &y, sizeof halves);
    x = packed(halves[0] >> 15, halves[1] >> 15);
    x = ((x ^ differ) - differ) + (x > (i16x8)_mm_srli_epi16((__m128i)differ, 1));
    memcpy(phi, &x, sizeof x);
}

/* The sums of a row are those of the row below, one position further on, and a product more.
 * Within a row, the sums of a track are those of the next one; the last one's are the first one's,
 * a place further on. The chain from row to row is a sum, and two shuffles in every fifth row: the
 * number of instructions is the limit. */
static void celp_fill_phi(const int16_t h[CELP_POSITIONS], const int16_t sign[CELP_POSITIONS],
                          int16_t (*phi)[CELP_POSITIONS])
{
    struct track_sums sums[CELP_TRACKS] = { 0 }, first;
    int32_t backwards[CELP_TRACKS][CELP_TRACK]; /* in the order of the tracks */

    for (int t = 0; t < CELP_TRACKS; t++)
        for (int m = 0; m < CELP_TRACK; m++)
            backwards[t][m] = (uint16_t)h[CELP_POSITIONS - 1 - t - CELP_TRACKS * m];
    for (int i = CELP_POSITIONS - 1; i >= 0; i--, h++) {
        int row = CELP_TRACK * (i % CELP_TRACKS) + i / CELP_TRACKS;
        vec32 factor = set32((uint16_t)*h);

        first = moved_sums(&sums[0]);
#pragma GCC unroll 5
        for (int c = 0; c < CELP_TRACKS; c++) {
            sums[c] = c < CELP_TRACKS - 1 ? sums[c + 1] : first;
#pragma GCC unroll 2
            for (int k = 0; k < CELP_TRACK / LANES32; k++)
                sums[c].of[k] += (uvec32)madd16(load_vector(backwards[c] + LANES32 * k), factor);
            store_phi(&sums[c], sign + CELP_TRACK * c, sign[row], phi[row] + CELP_TRACK * c);
        }
    }
}

/* A pair per lane, of which the best ones have their number, 8 p + q: AVX2 has two rows in a
 * register. */
enum { ROWS = LANES16 / CELP_TRACK };
static const int16_t numbers8[CELP_TRACK] = { 0, 1, 2, 3, 4, 5, 6, 7 };
struct pairs {
    vec_i16 squares, energies, numbers;
};

KERNEL vec32 each_row(int32_t first, int32_t second)
{
    i32x4 low = same(first), high = same(second);

    return load_halves(&low, &high);
}

KERNEL struct pairs pairs_of(const struct celp_pairs *in, int p)
{
    int other = p + ROWS - 1;
    vec32 phi = load_halves(in->phi[p], in->phi[other]), none = { 0 },
          energy = each_row(in->energies[p], in->energies[other]);
    simd sums = SIMD(adds_epi16)((simd)each_row(pair_of(in->sums[p], in->sums[p]),
                                                pair_of(in->sums[other], in->sums[other])),
                                 (simd)load_halves(in->d, in->d));
    vec32 low = unpack_low16(none, phi) >> (16 - in->shift),
          high = unpack_high16(none, phi) >> (16 - in->shift);

    low += energy + load_halves(in->halves, in->halves);
    high += energy + load_halves(in->halves + 4, in->halves + 4);
    return (struct pairs){ (vec_i16)SIMD(mulhi_epu16)(sums, SIMD(add_epi16)(sums, sums)),
                           (vec_i16)SIMD(packs_epi32)((simd)(low >> 16), (simd)(high >> 16)),
                           (vec_i16)each_row(0x80008 * p, 0x80008 * other) +
                               (vec_i16)load_halves(numbers8, numbers8) };
}

/* -1 where x is better than the best: x.square best.energy - best.square x.energy > 0. */
KERNEL vec_i16 better_lanes(const struct pairs *x, const struct pairs *best)
{
    vec32 squares = (vec32)x->squares, energies = (vec32)x->energies,
          best_energies = (vec32)best->energies, minus = (vec32)-best->squares;
    vec32 low = madd16(unpack_low16(squares, energies), unpack_low16(best_energies, minus)),
          high = madd16(unpack_high16(squares, energies), unpack_high16(best_energies, minus));

    return (vec_i16)SIMD(packs_epi32)((simd)(low > 0), (simd)(high > 0));
}

/* Four pairs: square and energy, energy and -square, and the number in both halves. */
struct ranked4 {
    i32x4 of[3];
};

KERNEL i32x4 blend4(i32x4 mask, i32x4 yes, i32x4 no)
{
#if VECTOR_BYTES == 32
    return (i32x4)_mm_blendv_epi8((__m128i)no, (__m128i)yes, (__m128i)mask);
#else
    return (yes & mask) | (no & ~mask);
#endif
}

/* Of two, the better one; of equals, that with the smaller number. */
KERNEL struct ranked4 better_of(const struct ranked4 *x, const struct ranked4 *y)
{
    i32x4 ahead = pair_products((i16x8)x->of[0], (i16x8)y->of[1]),
          take = (ahead > 0) | ((ahead == 0) & (x->of[2] < y->of[2]));

    return (struct ranked4){ { blend4(take, x->of[0], y->of[0]), blend4(take, x->of[1], y->of[1]),
                               blend4(take, x->of[2], y->of[2]) } };
}

#define EXCHANGED(x, order) ((i32x4)_mm_shuffle_epi32((__m128i)(x), order))
#define BETTER_NEIGHBORS(x, order) \
    better_of(x, &(struct ranked4){ { EXCHANGED((x)->of[0], order), EXCHANGED((x)->of[1], order), \
                                      EXCHANGED((x)->of[2], order) } })

KERNEL void best_of_lanes(const struct pairs *lanes, struct celp_pair *best)
{
    i16x8 squares[ROWS], energies[ROWS], numbers[ROWS];
    struct ranked4 x;

    memcpy(squares, &lanes->squares, sizeof squares);
    memcpy(energies, &lanes->energies, sizeof energies);
    memcpy(numbers, &lanes->numbers, sizeof numbers);
#pragma GCC unroll 2
    for (int k = 0; k < ROWS; k++) {
        i16x8 s = squares[k], e = energies[k], n = numbers[k];
        struct ranked4 low = { { (i32x4)low_pairs(s, e), (i32x4)low_pairs(e, -s),
                                 (i32x4)low_pairs(n, n) } },
                       high = { { (i32x4)high_pairs(s, e), (i32x4)high_pairs(e, -s),
                                  (i32x4)high_pairs(n, n) } };

        x = k == 0 ? low : better_of(&x, &low);
        x = better_of(&x, &high);
    }
    x = BETTER_NEIGHBORS(&x, 0x4E);
    x = BETTER_NEIGHBORS(&x, 0xB1);
    if (x.of[2][0] >= 0)
        *best = (struct celp_pair){ (int16_t)x.of[0][0], x.of[0][0] >> 16,
                                    (x.of[2][0] & 0xFFFF) / CELP_TRACK,
                                    (x.of[2][0] & 0xFFFF) % CELP_TRACK };
}

/* Where all energies are positive, "better" orders the pairs, and each lane may have a best one of
 * its own. Otherwise the order of the comparisons matters. The chain from one comparison to the
 * next is two shuffles, a product, a comparison, and blending: nine cycles. */
static void celp_best_pair(const struct celp_pairs *in, struct celp_pair *best)
{
    vec_i16 none = { 0 }, least = none + (int16_t)best->energy;
    struct pairs lanes = { none + (int16_t)best->square, least, none - 1 };

    for (int p = 0; p < in->rows; p += ROWS) {
        struct pairs now = pairs_of(in, p);
        vec_i16 better = better_lanes(&now, &lanes);

        least = (vec_i16)SIMD(min_epi16)((simd)least, (simd)now.energies);
        lanes.squares = (vec_i16)blend32((vec32)better, (vec32)now.squares, (vec32)lanes.squares);
        lanes.energies =
            (vec_i16)blend32((vec32)better, (vec32)now.energies, (vec32)lanes.energies);
        lanes.numbers = (vec_i16)blend32((vec32)better, (vec32)now.numbers, (vec32)lanes.numbers);
    }
    if (SIMD(movemask_epi8)((simd)(least <= 0)) != 0)
        celp_best_pair_c(in, best);
    else
        best_of_lanes(&lanes, best);
}

static const struct dsp_celp celp_kernels = {
    celp_zeros,      celp_poles,        celp_two_poles, celp_correlate,   celp_dot,
    celp_energy,     celp_peak,         celp_narrow,    celp_scale,       celp_mix,
    celp_accumulate, celp_place_pulses, celp_respond,   celp_first_above, celp_best_code,
    celp_nearest,    celp_fill_phi,     celp_best_pair,
};
