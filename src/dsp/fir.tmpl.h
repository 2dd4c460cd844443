/* Filter banks: four outputs at a time, whose sums take few shuffles. dsp.h specifies the kernel;
 * fir_c.c has the plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). Uses the sums of celp.tmpl.h. */
#include "simd32.h"

/* Four outputs: their samples, and the upper and lower parts of their coefficients. */
struct fir_four {
    const int16_t *x[4], *upper[4], *lower[4];
};

/* The sums of the products of taps from `t` to `end`, Q14. */
KERNEL u32x4 fir_section(const struct fir_four *four, unsigned t, unsigned end)
{
    uvec32 upper[4] = { { 0 } }, lower[4] = { { 0 } };

    for (; t < end; t += LANES16) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            vec32 x = load_vector(four->x[i] + t);

            upper[i] += (uvec32)madd16(x, load_vector(four->upper[i] + t));
            lower[i] += (uvec32)madd16(x, load_vector(four->lower[i] + t));
        }
    }
    return sums_of(folded(upper[0]), folded(upper[1]), folded(upper[2]), folded(upper[3])) +
           (u32x4)((i32x4)sums_of(folded(lower[0]), folded(lower[1]), folded(lower[2]),
                                  folded(lower[3])) >>
                   8);
}

/* If fewer than four outputs are left, the first of them is repeated. */
static void fir(const int16_t *x, const int16_t *rows, unsigned taps, const struct fir_place *place,
                size_t n, int32_t *sums)
{
    for (size_t done = 0; done < n; done += 4) {
        size_t count = n - done < 4 ? n - done : 4;
        struct fir_four four;
        u32x4 total = { 0 };

        for (size_t i = 0; i < 4; i++) {
            const struct fir_place *at = place + done + (i < count ? i : 0);

            four.x[i] = x + at->at;
            four.upper[i] = rows + at->row;
            four.lower[i] = four.upper[i] + taps;
        }
        for (unsigned t = 0; t < taps; t += FIR_SECTION)
            total += fir_section(&four, t, taps - t < FIR_SECTION ? taps : t + FIR_SECTION);
        if (count == 4)
            memcpy(sums + done, &total, sizeof total);
        else
            memcpy(sums + done, &total, count * sizeof *sums);
    }
}
