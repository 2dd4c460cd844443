/* Regular pulse excitation: 4.2.13 to 4.2.17, 4.3.1. */
#include <string.h>
#include "tables.h"

/* The weighting filter uses 5 samples on either side. */
enum { REACH = 5 };

/* 4.2.13. The magnitudes of the coefficients add up to 24798, so that the sum stays below 2^30 for
 * any input. */
static void weigh(const int16_t e[GSM610_SUBFRAME], int16_t x[GSM610_SUBFRAME])
{
    const int16_t *h = gsm_weighting_q13;
    int16_t padded[REACH + GSM610_SUBFRAME + REACH] = { 0 };

    memcpy(padded + REACH, e, GSM610_SUBFRAME * sizeof *e);
    for (int k = 0; k < GSM610_SUBFRAME; k++) {
        const int16_t *p = padded + k;
        int32_t sum = 0x1000 + h[5] * p[5];

        sum += h[0] * (p[0] + p[10]) + h[1] * (p[1] + p[9]) + h[3] * (p[3] + p[7]) +
               h[4] * (p[4] + p[6]);
        x[k] = saturate(sum >> 13);
    }
}

static int32_t energy_of(int16_t x) { return (x >> 2) * (x >> 2); }

/* 4.2.14: selects the grid, every third sample from one of four offsets, with the most energy, and
 * the first of equal ones. A sum of 14 squares of values within 2^13 stays below 2^30. The last
 * grid is the first without its first sample and with one more at the end. */
static uint8_t select_grid(const int16_t x[GSM610_SUBFRAME])
{
    int32_t energies[4] = { 0 };
    uint8_t best = 0;

    for (int i = 0; i < 3 * GSM610_PULSES; i += 3) {
        energies[0] += energy_of(x[i]);
        energies[1] += energy_of(x[i + 1]);
        energies[2] += energy_of(x[i + 2]);
    }
    energies[3] = energies[0] - energy_of(x[0]) + energy_of(x[3 * GSM610_PULSES]);
    for (uint8_t grid = 1; grid < 4; grid++)
        best = energies[grid] > energies[best] ? grid : best;
    return best;
}

void gsm610_select(const int16_t e[GSM610_SUBFRAME], struct gsm_pulses *out)
{
    int16_t x[GSM610_SUBFRAME];

    weigh(e, x);
    memset(out, 0, sizeof *out);
    out->grid = select_grid(x);
    for (int i = 0; i < GSM610_PULSES; i++)
        out->values[i] = x[out->grid + 3 * i];
    out->peak = gsm610_peak(out->values, GSM610_PULSES);
}

/* The code of the peak is a small floating-point number: an exponent, and the index of a mantissa.
 */
struct coded_peak {
    int exponent, mantissa; /* -4 to 6, 0 to 7 */
};

static struct coded_peak split_peak(uint8_t code)
{
    int exponent = code > 15 ? (code >> 3) - 1 : 0;
    int mantissa = code - exponent * 8;

    for (; mantissa < 8; exponent--)
        mantissa = mantissa * 2 + 1;
    return (struct coded_peak){ exponent, mantissa - 8 };
}

struct gsm_peak gsm610_decode_peak(uint8_t code)
{
    struct coded_peak peak = split_peak(code);

    return (struct gsm_peak){ gsm610_mantissas_q15[peak.mantissa], (uint8_t)(6 - peak.exponent) };
}

static uint8_t encode_peak(int16_t peak)
{
    int exponent = peak < 512 ? 0 : 6 - norm_s(peak);

    return (uint8_t)((peak >> (exponent + 5)) + exponent * 8);
}

void gsm610_quantize(const struct gsm_pulses *pulses, int shift, int16_t inverse,
                     uint8_t codes[GSM_PULSES])
{
    for (int i = 0; i < GSM610_PULSES; i++)
        codes[i] = (uint8_t)((pulses->values[i] * (1 << shift) * inverse >> (15 + 12)) + 4);
}

/* 4.2.15. The shift depends on the peak so that a pulse times 2^shift fits 16 bits. No product
 * saturates. */
void gsm610_rpe_encode(const struct dsp_gsm *kernels, const int16_t e[GSM610_SUBFRAME],
                       struct gsm610_subframe *out)
{
    struct gsm_pulses pulses;
    struct coded_peak peak;

    kernels->select(e, &pulses);
    out->grid = pulses.grid;
    out->peak = encode_peak(pulses.peak);
    peak = split_peak(out->peak);
    kernels->quantize(&pulses, 6 - peak.exponent, gsm610_inverse_mantissas[peak.mantissa],
                      out->pulses);
}

/* 4.2.16. The factors of the mantissa are multiples of 2^12. */
static void levels_of(struct gsm_peak peak, int16_t levels[8])
{
    int half = 1 << peak.shift >> 1;

    for (int code = 0; code < 8; code++)
        levels[code] =
            (int16_t)((((peak.mantissa_q15 * (code * 2 - 7) + 4) >> 3) + half) >> peak.shift);
}

void gsm610_levels(uint8_t peak_code, int16_t levels[8])
{
    levels_of(gsm610_decode_peak(peak_code), levels);
}

/* 4.2.17. */
void gsm610_rpe_decode(const struct gsm610_subframe *in, int16_t e[GSM610_SUBFRAME])
{
    int16_t levels[8];

    gsm610_levels(in->peak, levels);
    memset(e, 0, GSM610_SUBFRAME * sizeof *e);
    for (int i = 0; i < GSM610_PULSES; i++)
        e[in->grid + 3 * i] = levels[in->pulses[i]];
}

void gsm610_excite(struct gsm_peak peak, const uint8_t codes[GSM_PULSES], unsigned grid,
                   const int16_t *past, int16_t gain_q15, int16_t *now)
{
    int16_t levels[8];

    levels_of(peak, levels);
    for (int k = 0; k < GSM610_SUBFRAME; k++)
        now[k] = (int16_t)gsm610_mult_r(gain_q15, past[k]);
    now += grid;
    for (int i = 0; i < GSM610_PULSES; i++)
        now[3 * i] = seldom_saturated(now[3 * i] + levels[codes[i]]);
}
