/* The excitation: past excitation at a lag, and pulses with a predicted gain. */
#include <string.h>
#include "acelp_net.h"
#include "real.h"

enum { MILLION = 1000000, FIRST_GAIN_Q24 = -39012894 }; /* -14 dB */

/* Sample by sample: short lags repeat what the subframe itself has begun. The magnitudes of the
 * taps add up to less than 2. */
void acelp_net_interpolate(const int32_t taps_q23[ACELP_NET_TAPS], int lag, int32_t *excitation,
                           int n)
{
    const int32_t *x = excitation - lag - (CELP_HALF_TAPS - 1);

    for (int i = 0; i < n; i++) {
        int64_t sum = 1 << 22;

        for (int j = 0; j < ACELP_NET_TAPS; j++)
            sum += (int64_t)taps_q23[j] * x[i + j];
        excitation[i] = acelp_net_limit(sum >> 23, ACELP_NET_LIMIT);
    }
}

void acelp_net_first_gains(int32_t past_q24[4])
{
    for (int i = 0; i < 4; i++)
        past_q24[i] = FIRST_GAIN_Q24;
}

/* The mean energy of the vector, which has at most ACELP_NET_SUBFRAME_MAX samples of at most 2^28:
 * the sum stays below 2^63. 0.01 is added to the sum. */
static int32_t log_energy_q24(const int32_t *code, int n)
{
    const int64_t hundredth = ((int64_t)1 << 2 * ACELP_NET_CODE_Q) / 100;
    uint64_t energy = (uint64_t)hundredth;

    for (int i = 0; i < n; i++)
        energy += (uint64_t)((int64_t)code[i] * code[i]);
    return real_log2(real_from(energy, -2 * ACELP_NET_CODE_Q)) -
           real_log2(real_from((uint64_t)n, 0));
}

int32_t acelp_net_gain(const struct acelp_net_prediction *prediction, int32_t past_q24[4],
                       int32_t gain, const int32_t *code, int n)
{
    int32_t log_q24 = real_log2(real_from((uint64_t)gain, 0)) - real_log2(real_from(MILLION, 0));
    int64_t sum_q24 = prediction->mean_q24 + log_q24 - log_energy_q24(code, n) / 2;

    for (int i = 0; i < 4; i++)
        sum_q24 += ((int64_t)prediction->weights_q24[i] * past_q24[i]) >> 24;
    memmove(past_q24 + 1, past_q24, 3 * sizeof *past_q24);
    past_q24[0] = log_q24;
    return real_integer(real_exp2(sum_q24 + ((int64_t)ACELP_NET_GAIN_Q << REAL_LOG_Q)));
}

void acelp_net_mix(int32_t *excitation, int32_t pitch_gain, const int32_t *code, int32_t gain,
                   int n)
{
    for (int i = 0; i < n; i++) {
        int64_t sum = (int64_t)pitch_gain * excitation[i] + (int64_t)gain * code[i];

        excitation[i] = acelp_net_limit((sum + (1 << (ACELP_NET_PITCH_Q - 1))) >> ACELP_NET_PITCH_Q,
                                        ACELP_NET_LIMIT);
    }
}
