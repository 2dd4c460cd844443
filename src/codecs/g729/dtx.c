/* Discontinuous transmission in the encoder: when a SID frame is sent, and its parameters: B.4.1.
 */
#include <string.h>
#include "tables.h"
#include "oper_32b.h"

enum {
    INTERVAL_MIN = 3,
    CURRENT_THRESHOLD_Q15 = 4855,
    PAST_THRESHOLD_Q15 = 3161,
    SILENT_SHIFT = 40
};

void g729_dtx_init(struct g729_dtx *dtx)
{
    memset(dtx, 0, sizeof *dtx);
    for (int i = 0; i < 2; i++)
        dtx->recent[i].shift = dtx->energies[i].shift = SILENT_SHIFT;
    for (int i = 0; i < 3; i++)
        dtx->past[i].shift = SILENT_SHIFT;
}

/* Adds up autocorrelations with a common exponent, and normalizes the sum. */
static struct g729_spectrum sum_spectra(const struct g729_spectrum *spectra, int count)
{
    struct g729_spectrum out;
    int32_t sums[G729_ORDER + 1] = { 0 };
    int shift = spectra[0].shift, up;

    for (int i = 1; i < count; i++)
        shift = min_i32(spectra[i].shift, shift);
    shift += 14;
    for (int i = 0; i < count; i++)
        for (int j = 0; j <= G729_ORDER; j++)
            sums[j] = L_add(sums[j], L_shl(spectra[i].r[j], shift - spectra[i].shift));
    up = norm_l(sums[0]);
    for (int j = 0; j <= G729_ORDER; j++)
        out.r[j] = extract_h(L_shl(sums[j], up));
    out.shift = (int16_t)(shift + up - 16);
    return out;
}

static void store_total(struct g729_dtx *dtx)
{
    memmove(dtx->past + 1, dtx->past, 2 * sizeof *dtx->past);
    dtx->past[0] = sum_spectra(dtx->recent, 2);
}

void g729_dtx_update(struct g729_dtx *dtx, const struct g729_autocorrelation *r, bool active)
{
    dtx->recent[1] = dtx->recent[0];
    for (int j = 0; j <= G729_ORDER; j++)
        dtx->recent[0].r[j] = extract_h(r->r[j]);
    dtx->recent[0].shift = (int16_t)(-16 - r->exponent);
    dtx->odd = !dtx->odd;
    if (!dtx->odd && active)
        store_total(dtx);
}

static bool predict(struct g729_predictor_memory *last, const struct g729_spectrum *spectrum,
                    struct g729_prediction *out)
{
    int32_t r[G729_ORDER + 1];

    for (int j = 0; j <= G729_ORDER; j++)
        r[j] = L_deposit_h(spectrum->r[j]);
    return g729_levinson(last, r, out);
}

/* (B.11): the autocorrelation of the coefficients of a filter. */
static struct g729_spectrum filter_spectrum(const int16_t a_q12[G729_ORDER + 1])
{
    struct g729_spectrum out;
    int32_t sums[G729_ORDER + 1] = { 0 };

    for (int i = 0; i <= G729_ORDER; i++)
        for (int j = 0; j <= G729_ORDER - i; j++)
            sums[i] = L_mac(sums[i], a_q12[j], a_q12[j + i]);
    out.shift = norm_l(sums[0]);
    for (int i = 0; i <= G729_ORDER; i++)
        out.r[i] = round_q15(L_shl(sums[i], out.shift));
    return out;
}

/* The residual energy of a signal with the given spectrum behind a filter. Like the standard,
 * scales down the two in turn until no step saturates; `lowered` counts the shifts. */
static int32_t filtered_energy(const struct g729_spectrum *filter,
                               const struct g729_spectrum *spectrum, int *lowered)
{
    for (*lowered = 0;; ++*lowered) {
        int down_filter = (*lowered + 1) / 2, down_spectrum = *lowered / 2;
        int64_t sum = (int64_t)(filter->r[0] >> down_filter) * (spectrum->r[0] >> down_spectrum);
        bool fits = true;

        for (int i = 1; i <= G729_ORDER; i++) {
            sum += (int64_t)2 * (filter->r[i] >> down_filter) * (spectrum->r[i] >> down_spectrum);
            fits &= sum == L_saturate(sum);
        }
        if (fits)
            return (int32_t)sum;
    }
}

/* (B.12): returns whether a spectrum's residual energy behind a filter exceeds that of its own
 * filter by more than the threshold, a factor of 1 + threshold_q15. */
static bool differs(const struct g729_spectrum *filter, const struct g729_spectrum *spectrum,
                    int16_t own, int16_t threshold_q15)
{
    int lowered;
    int32_t energy = filtered_energy(filter, spectrum, &lowered);

    return energy > L_shl(mult_r(own, threshold_q15) + own, filter->shift + 9 - lowered);
}

/* The filter of the average past spectrum; 1 if there was only digital silence. */
static void past_filter(const struct g729_dtx *dtx, struct g729_predictor_memory *last,
                        int16_t a_q12[G729_ORDER + 1])
{
    struct g729_spectrum sum = sum_spectra(dtx->past, 3);
    struct g729_prediction prediction = { .a_q12 = { 1 << 12 } };

    if (sum.r[0] != 0)
        predict(last, &sum, &prediction);
    memcpy(a_q12, prediction.a_q12, sizeof prediction.a_q12);
}

/* B.4.1.2: a SID frame is due at the start of a pause, then when the noise has changed, but no more
 * often than every third frame. Levels are even, so a change of more than 2 dB is at least 4 dB. */
static bool is_due(struct g729_dtx *dtx, const struct g729_spectrum *current,
                   struct g729_sid_gain gain, bool first)
{
    if (first) {
        dtx->since = 0;
        return true;
    }
    if (differs(&dtx->sent, current, dtx->energies[0].mantissa, CURRENT_THRESHOLD_Q15) ||
        gain.level - dtx->level > 2 || dtx->level - gain.level > 2)
        dtx->changed = true;
    if (dtx->since < INTERVAL_MIN)
        dtx->since++;
    return dtx->since == INTERVAL_MIN && dtx->changed;
}

/* B.4.1.3: replaces the current filter by that of the average past spectrum, unless they differ too
 * much. */
static void choose_filter(struct g729_dtx *dtx, struct g729_predictor_memory *last,
                          const struct g729_spectrum *current, int16_t a_q12[G729_ORDER + 1])
{
    int16_t past_q12[G729_ORDER + 1];

    past_filter(dtx, last, past_q12);
    dtx->sent = filter_spectrum(past_q12);
    if (differs(&dtx->sent, current, dtx->energies[0].mantissa, PAST_THRESHOLD_Q15))
        dtx->sent = filter_spectrum(a_q12);
    else
        memcpy(a_q12, past_q12, sizeof past_q12);
}

bool g729_dtx_encode(struct g729_dtx *dtx, bool first, struct g729_predictor_memory *last,
                     struct g729_lsf_memory *lsf, const int16_t previous_q15[G729_ORDER],
                     struct g729_sid *sid)
{
    struct g729_spectrum current = sum_spectra(dtx->recent, 2);
    struct g729_prediction prediction = { .a_q12 = { 1 << 12 } };
    struct g729_sid_gain gain;
    int16_t lsp_q15[G729_ORDER];
    bool due;

    dtx->energies[1] = dtx->energies[0];
    dtx->energies[0].shift = current.shift;
    if (current.r[0] == 0)
        dtx->energies[0].mantissa = 0;
    else if (predict(last, &current, &prediction))
        dtx->energies[0].mantissa = prediction.error;
    gain = g729_sid_gain(dtx->energies, !first);
    due = is_due(dtx, &current, gain, first);
    if (due) {
        choose_filter(dtx, last, &current, prediction.a_q12);
        g729_lpc_to_lsp(prediction.a_q12, previous_q15, lsp_q15);
        g729_sid_lsp_quantize(lsf, lsp_q15, sid, dtx->lsp_q15);
        sid->gain = gain.code;
        dtx->since = 0;
        dtx->changed = false;
        dtx->level = gain.level;
        dtx->sid_gain_q3 = g729_sid_gains_q3[gain.code];
    }
    dtx->gain_q3 = first ? dtx->sid_gain_q3 : g729_noise_gain(dtx->gain_q3, dtx->sid_gain_q3);
    if (!dtx->odd)
        store_total(dtx);
    return due;
}
