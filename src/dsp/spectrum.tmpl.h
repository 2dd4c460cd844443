/* The loops over coefficients, with eight values of 32 bits or sixteen of 16 bits per register.
 *
 * Parameter: VECTOR_BYTES, which must be 32: SSE2 lacks magnitudes and products of signed values of
 * 32 bits. */
#include "dsp_spectrum.h"
#include "simd32.h"

KERNEL vec32 load32(const void *x) { return (vec32)_mm256_loadu_si256((const __m256i_u *)x); }
KERNEL void store32(void *to, vec32 x) { _mm256_storeu_si256((__m256i_u *)to, (__m256i)x); }

KERNEL uint32_t total32(uvec32 x)
{
    uint32_t sum = 0;

    for (int i = 0; i < LANES32; i++)
        sum += x[i];
    return sum;
}

static void spectrum_mid_side(const int32_t *left, const int32_t *right, int32_t *middle,
                              int32_t *side, unsigned n, uint32_t sums[4])
{
    uvec32 sum[4] = { { 0 }, { 0 }, { 0 }, { 0 } };

    for (unsigned i = 0; i < n; i += 8) {
        vec32 l = load32(left + i), r = load32(right + i), m = (l + r) >> 1, s = (l - r) >> 1;

        store32(middle + i, m);
        store32(side + i, s);
        sum[0] += (uvec32)abs32(l) >> 4;
        sum[1] += (uvec32)abs32(r) >> 4;
        sum[2] += (uvec32)abs32(m) >> 4;
        sum[3] += (uvec32)abs32(s) >> 4;
    }
    for (int i = 0; i < 4; i++)
        sums[i] = total32(sum[i]);
}

KERNEL __m256i odd32(__m256i x) { return _mm256_srli_epi64(x, 32); }

static uint64_t spectrum_energy(const int32_t *x, unsigned n)
{
    __m256i sum = _mm256_setzero_si256();
    uint64_t lanes[4], rest = 0;
    unsigned whole = n / 8 * 8;

    for (unsigned i = 0; i < whole; i += 8) {
        __m256i even = (__m256i)load32(x + i), odd = odd32(even);

        sum = _mm256_add_epi64(sum, _mm256_mul_epi32(even, even));
        sum = _mm256_add_epi64(sum, _mm256_mul_epi32(odd, odd));
    }
    for (unsigned i = whole; i < n; i++)
        rest += (uint64_t)((int64_t)x[i] * x[i]);
    _mm256_storeu_si256((__m256i_u *)(void *)lanes, sum);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest;
}

/* Eight values of `scale`, in lanes of 32 bits. */
KERNEL __m256i scaled8(const int32_t *x, const uint32_t *factors, __m128i shift)
{
    const __m256i most = _mm256_set1_epi64x(UINT16_MAX);
    __m256i a = (__m256i)abs32(load32(x)), by = (__m256i)load32(factors);
    __m256i even = _mm256_srl_epi64(_mm256_mul_epu32(a, by), shift);
    __m256i odd = _mm256_srl_epi64(_mm256_mul_epu32(odd32(a), odd32(by)), shift);

    even = _mm256_blendv_epi8(even, most, _mm256_cmpgt_epi64(even, most));
    odd = _mm256_blendv_epi8(odd, most, _mm256_cmpgt_epi64(odd, most));
    return _mm256_or_si256(even, _mm256_slli_epi64(odd, 32));
}

static void spectrum_scale(const int32_t *x, const uint32_t *factors, unsigned shift, uint16_t *y,
                           unsigned n)
{
    __m128i count = _mm_cvtsi32_si128((int)shift);
    unsigned whole = n / 16 * 16;

    for (unsigned i = 0; i < whole; i += 16) {
        __m256i first = scaled8(x + i, factors + i, count),
                second = scaled8(x + i + 8, factors + i + 8, count);
        __m256i both = _mm256_packus_epi32(first, second);

        store32(y + i, (vec32)_mm256_permute4x64_epi64(both, 0xD8));
    }
    dsp_spectrum_c.scale(x + whole, factors + whole, shift, y + whole, n - whole);
}

static void spectrum_distances(const int32_t *w, const int32_t *end,
                               const int32_t lsp[SPECTRUM_LSP], int32_t *y, unsigned n)
{
    for (unsigned i = 0; i < n; i += 8) {
        __m256i even = (__m256i)load32(end + i), odd = odd32(even);

        for (int j = 0; j < SPECTRUM_LSP; j++) {
            __m256i by = (__m256i)(load32(w + i) - set32(lsp[j]));

            even = _mm256_srli_epi64(_mm256_mul_epi32(even, by), 30);
            odd = _mm256_srli_epi64(_mm256_mul_epi32(odd, odd32(by)), 30);
        }
        store32(y + i, (vec32)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA));
    }
}

static void spectrum_above(const uint16_t *y, unsigned n, uint16_t least, uint32_t *mask)
{
    const __m256i zero = _mm256_setzero_si256(), bound = _mm256_set1_epi16((int16_t)(least - 1));

    for (unsigned i = 0; i < n; i += SPECTRUM_MASK) {
        __m256i a = _mm256_subs_epu16((__m256i)load32(y + i), bound),
                b = _mm256_subs_epu16((__m256i)load32(y + i + 16), bound);
        __m256i both = _mm256_packs_epi16(_mm256_cmpeq_epi16(a, zero), _mm256_cmpeq_epi16(b, zero));

        both = _mm256_permute4x64_epi64(both, 0xD8);
        mask[i / SPECTRUM_MASK] = ~(uint32_t)_mm256_movemask_epi8(both);
    }
}

static int64_t spectrum_lsp_error(const int16_t *a, const int16_t *added, const int16_t *b,
                                  const int16_t *target)
{
    const __m256i most_apart = _mm256_set1_epi16(1022), ones = _mm256_set1_epi16(-1),
                  one = _mm256_set1_epi16(1);
    __m256i sums = _mm256_setzero_si256(), squares = sums;
    __m128i totals;
    int64_t sum;

    for (int i = 0; i < SPECTRUM_POINTS; i += 16) {
        __m256i other = (__m256i)load32(b + i),
                now = _mm256_add_epi16((__m256i)load32(a + i), (__m256i)load32(added + i));
        __m256i most = _mm256_max_epi16(now, other),
                apart = _mm256_sub_epi16(most, _mm256_min_epi16(now, other));
        __m256i u = _mm256_andnot_si256(_mm256_cmpgt_epi16(apart, most_apart),
                                        _mm256_sub_epi16(ones, _mm256_slli_epi16(apart, 6)));
        __m256i square = _mm256_mulhi_epu16(u, u), more = _mm256_mulhi_epu16(square, square);
        __m256i log = _mm256_add_epi16(most, _mm256_srli_epi16(more, 9));
        __m256i difference =
            _mm256_srai_epi16(_mm256_sub_epi16(log, (__m256i)load32(target + i)), 2);

        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(difference, one));
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(difference, difference));
    }
    sums = _mm256_hadd_epi32(sums, squares);
    totals = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    totals = _mm_hadd_epi32(totals, totals);
    sum = _mm_cvtsi128_si32(totals);
    return (int64_t)(uint32_t)_mm_extract_epi32(totals, 1) * SPECTRUM_POINTS - sum * sum;
}

static const struct dsp_spectrum spectrum_kernels = { spectrum_mid_side, spectrum_energy,
                                                      spectrum_scale,    spectrum_distances,
                                                      spectrum_above,    spectrum_lsp_error };
