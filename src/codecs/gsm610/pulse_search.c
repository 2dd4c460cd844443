/* The search for reduced pulses, by which the encoder of MSN Audio differs from GSM 6.10: analysis
 * by synthesis through the short-term filter.
 *
 * Of 2 or 4 levels, the nearest one to each pulse is a poor choice, because the response to a pulse
 * reaches the next ones, and the largest pulse is no measure of the others. The search weighs all
 * grids and peaks, and minimizes the energy of the error after the filter 1/A(z/g) 1/(1 - bz^-1),
 * where A is the short-term predictor and b stands for de-emphasis. The factors are those with the
 * best SNR and segmental SNR of speech; without b, the SNR is 2 to 4 dB lower. */
#include <string.h>
#include "tables.h"

enum {
    BANDWIDTH_Q15 = 30474, /* g: 0.93 */
    EMPHASIS_Q15 = 22000,  /* b: 0.67 */
    LENGTH_BITS = 10,      /* the energy of a response is below 2^(2 LENGTH_BITS) */
    IMPULSE = 1 << 14,
    SAMPLE_MAX = 1 << 24, /* of a response before it is scaled */
    GRIDS = 4,
    PEAKS = 64,
    STRIDE = 4, /* of the peaks that are tried on every grid; the others near the best one follow */
    ROUNDS = 3
};

static int64_t energy_of(const int32_t h[GSM610_RESPONSE])
{
    int64_t sum = 0;

    for (int i = 0; i < GSM610_RESPONSE; i++)
        sum += (int64_t)h[i] * h[i];
    return sum;
}

/* The response of 1/A(z/g) to an impulse is that of 1/A, times the powers of g. Coefficients are
 * below 1, so that the lattice is stable and 64 bits are ample. */
void gsm610_respond(const int16_t lars_q14[GSM610_ORDER], int32_t h[GSM610_RESPONSE])
{
    int16_t reflection[GSM_SECTIONS][GSM610_ORDER];
    int64_t v[GSM610_ORDER + 1] = { 0 }, power_q15 = 1 << 15, y = 0;
    int shift = 0;

    gsm610_interpolate(lars_q14, lars_q14, reflection);
    for (int n = 0; n < GSM610_RESPONSE; n++) {
        int64_t x = n == 0 ? IMPULSE : 0;

        for (int i = GSM610_ORDER - 1; i >= 0; i--) {
            x -= reflection[0][i] * v[i] >> 15;
            v[i + 1] = v[i] + (reflection[0][i] * x >> 15);
        }
        v[0] = x;
        y = (y * EMPHASIS_Q15 >> 15) + (x * power_q15 >> 15);
        h[n] = y > SAMPLE_MAX ? SAMPLE_MAX : max_i32(-SAMPLE_MAX, L_saturate(y));
        power_q15 = power_q15 * BANDWIDTH_Q15 >> 15;
    }
    while (energy_of(h) >> 2 * shift >= 1 << 2 * LENGTH_BITS)
        shift++;
    for (int n = 0; n < GSM610_RESPONSE; n++)
        h[n] >>= shift;
}

/* The target of the pulses: the filtered residual, and the rest of the filtered errors of the
 * previous subframe. The length of a residual of 80 samples is below 2^18.2, so that a product
 * with the response stays below 2^28.2. */
static void filter(const int32_t h[GSM610_RESPONSE], const int16_t error[GSM610_SUBFRAME],
                   const int16_t d[GSM610_SUBFRAME], int32_t t[GSM610_SUBFRAME])
{
    for (int n = 0; n < GSM610_SUBFRAME; n++) {
        t[n] = 0;
        for (int i = 0; i <= n; i++)
            t[n] += h[n - i] * d[i];
        for (int i = 0; i < GSM610_SUBFRAME; i++)
            t[n] += h[n + GSM610_SUBFRAME - i] * error[i];
    }
}

/* The products of the responses to the pulses of a grid with the target, below 2^41, and with each
 * other, at most 2^20. */
struct grid {
    int64_t target[GSM610_PULSES];
    int32_t phi[GSM610_PULSES][GSM610_PULSES];
};

static void correlate(const int32_t h[GSM610_RESPONSE], const int32_t t[GSM610_SUBFRAME],
                      int offset, struct grid *out)
{
    for (int i = 0; i < GSM610_PULSES; i++) {
        const int32_t *here = t + offset + 3 * i;
        int left = GSM610_SUBFRAME - offset - 3 * i;

        out->target[i] = 0;
        for (int n = 0; n < left; n++)
            out->target[i] += (int64_t)here[n] * h[n];
        for (int j = 0; j <= i; j++) {
            int32_t sum = 0;

            for (int n = 0; n < left; n++)
                sum += h[n] * h[n + 3 * (i - j)];
            out->phi[i][j] = out->phi[j][i] = sum;
        }
    }
}

/* The best level for a pulse if `r` remains of the target without it. */
static uint8_t choose(const int16_t levels[8], unsigned bits, int64_t r, int32_t phi)
{
    int64_t least = INT64_MAX;
    uint8_t best = 0;

    for (unsigned i = 0; i < 1u << bits; i++) {
        uint8_t code = gsm610_pulse_codes[bits][i];
        int64_t error = levels[code] * (levels[code] * (int64_t)phi - 2 * r);

        if (error < least) {
            least = error;
            best = code;
        }
    }
    return best;
}

/* Chooses pulse by pulse, and again with regard to the later ones. Returns by how much they lower
 * the energy of the error. Levels are below 2^15, so that what remains of the target stays below
 * 2^42, and the sums below 2^62. */
static int64_t fit(const struct grid *grid, const int16_t levels[8], unsigned pulse_bits,
                   uint8_t codes[GSM610_PULSES])
{
    int64_t rest[GSM610_PULSES], gain = 0;
    int32_t a[GSM610_PULSES] = { 0 };
    bool changed = true;

    memcpy(rest, grid->target, sizeof rest);
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (unsigned i = 0; i < GSM610_PULSES; i++) {
            int64_t r = rest[i] + (int64_t)a[i] * grid->phi[i][i];
            int32_t before = a[i];

            codes[i] = choose(levels, gsm610_pulse_bits(pulse_bits, i), r, grid->phi[i][i]);
            a[i] = levels[codes[i]];
            for (unsigned j = 0; j < GSM610_PULSES && a[i] != before; j++)
                rest[j] -= (int64_t)(a[i] - before) * grid->phi[i][j];
            changed = changed || a[i] != before;
        }
    }
    for (int i = 0; i < GSM610_PULSES; i++)
        gain += a[i] * (grid->target[i] + rest[i]);
    return gain;
}

/* The best subframe so far. */
struct best {
    int64_t gain;
    int grid, peak;
    uint8_t pulses[GSM610_PULSES];
};

static void try_peak(const struct grid *grid, int offset, int peak, unsigned pulse_bits,
                     struct best *best)
{
    uint8_t pulses[GSM610_PULSES];
    int16_t levels[8];
    int64_t gain;

    gsm610_levels((uint8_t)peak, levels);
    gain = fit(grid, levels, pulse_bits, pulses);
    if (gain <= best->gain)
        return;
    *best = (struct best){ .gain = gain, .grid = offset, .peak = peak };
    memcpy(best->pulses, pulses, sizeof pulses);
}

void gsm610_pulse_search(const int32_t h[GSM610_RESPONSE], const int16_t error[GSM610_SUBFRAME],
                         const int16_t d[GSM610_SUBFRAME], unsigned pulse_bits,
                         struct gsm610_subframe *out)
{
    struct grid grids[GRIDS];
    struct best best = { .gain = INT64_MIN };
    int32_t t[GSM610_SUBFRAME];
    int middle;

    filter(h, error, d, t);
    for (int grid = 0; grid < GRIDS; grid++) {
        correlate(h, t, grid, &grids[grid]);
        for (int peak = 0; peak < PEAKS; peak += STRIDE)
            try_peak(&grids[grid], grid, peak, pulse_bits, &best);
    }
    middle = best.peak;
    for (int peak = max_i32(middle - STRIDE + 1, 0); peak < min_i32(middle + STRIDE, PEAKS); peak++)
        try_peak(&grids[best.grid], best.grid, peak, pulse_bits, &best);
    out->grid = (uint8_t)best.grid;
    out->peak = (uint8_t)best.peak;
    memcpy(out->pulses, best.pulses, sizeof best.pulses);
}
