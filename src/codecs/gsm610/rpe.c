/* Regular pulse excitation: 4.2.13 to 4.2.17, 4.3.1. */
#include <string.h>
#include "tables.h"

enum { REACH = 5 }; /* of the weighting filter, to either side */

/* 4.2.13. The coefficients' magnitudes add up to 24798: with any input the sum stays below 2^30. */
void gsm610_weigh(const int16_t e[SUBFRAME], int16_t x[SUBFRAME])
{
    const int16_t *h = gsm_weighting_q13;
    int16_t padded[REACH + SUBFRAME + REACH] = { 0 };

    memcpy(padded + REACH, e, SUBFRAME * sizeof *e);
    for (int k = 0; k < SUBFRAME; k++) {
        const int16_t *p = padded + k;
        int32_t sum = 0x1000 + h[5] * p[5];

        sum += h[0] * (p[0] + p[10]) + h[1] * (p[1] + p[9]) + h[3] * (p[3] + p[7]) +
               h[4] * (p[4] + p[6]);
        x[k] = saturate(sum >> 13);
    }
}

static int32_t energy_of(int16_t x) { return (x >> 2) * (x >> 2); }

/* 4.2.14: the one of four grids, every third sample, that holds most energy; of equals, the first.
 * 14 squares of numbers within 2^13 stay below 2^30. The last grid is the first, a pulse later. */
static uint8_t select_grid(const int16_t x[SUBFRAME])
{
    int32_t energies[4] = { 0 };
    uint8_t best = 0;

    for (int i = 0; i < 3 * PULSES; i += 3) {
        energies[0] += energy_of(x[i]);
        energies[1] += energy_of(x[i + 1]);
        energies[2] += energy_of(x[i + 2]);
    }
    energies[3] = energies[0] - energy_of(x[0]) + energy_of(x[3 * PULSES]);
    for (uint8_t grid = 1; grid < 4; grid++)
        best = energies[grid] > energies[best] ? grid : best;
    return best;
}

/* The peak's code is a small floating-point number. */
struct decoded_peak {
    int shift;         /* 6 - exponent: 0 to 10 */
    unsigned mantissa; /* 0 to 7 */
};

static struct decoded_peak decode_peak(uint8_t code)
{
    int exponent = code > 15 ? (code >> 3) - 1 : 0;
    int mantissa = code - exponent * 8;

    for (; mantissa < 8; exponent--)
        mantissa = mantissa * 2 + 1;
    return (struct decoded_peak){ 6 - exponent, (unsigned)mantissa - 8 };
}

static uint8_t encode_peak(int16_t peak)
{
    int exponent = peak < 512 ? 0 : 6 - norm_s(peak);

    return (uint8_t)((peak >> (exponent + 5)) + exponent * 8);
}

/* 4.2.15. The shift fits the peak: a pulse times 2^shift is within 16 bits. No product saturates.
 */
void gsm610_rpe_encode(const struct dsp_gsm *kernels, const int16_t e[SUBFRAME],
                       struct subframe *out)
{
    int16_t x[SUBFRAME], pulses[PULSES];
    struct decoded_peak peak;

    kernels->weigh(e, x);
    out->grid = select_grid(x);
    for (int i = 0; i < PULSES; i++)
        pulses[i] = x[out->grid + 3 * i];
    out->peak = encode_peak(peak_of(pulses, PULSES));
    peak = decode_peak(out->peak);
    for (int i = 0; i < PULSES; i++) {
        int scaled = pulses[i] * (1 << peak.shift);

        out->pulses[i] =
            (uint8_t)((scaled * gsm610_inverse_mantissas[peak.mantissa] >> (15 + 12)) + 4);
    }
}

/* 4.2.16, 4.2.17 */
void gsm610_rpe_decode(const struct subframe *in, int16_t e[SUBFRAME])
{
    struct decoded_peak peak = decode_peak(in->peak);
    int half = 1 << peak.shift >> 1;
    int16_t levels[8];

    for (int code = 0; code < 8; code++)
        levels[code] =
            (int16_t)((times(gsm610_mantissas_q15[peak.mantissa], (code * 2 - 7) * 4096) + half) >>
                      peak.shift);
    memset(e, 0, SUBFRAME * sizeof *e);
    for (int i = 0; i < PULSES; i++)
        e[in->grid + 3 * i] = levels[in->pulses[i]];
}
