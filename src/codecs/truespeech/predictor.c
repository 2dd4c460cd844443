/* The predictor from reflection coefficients. */
#include "tables.h"

void truespeech_predictor_from(const int16_t k_q15[TRUESPEECH_ORDER],
                               int16_t a_q12[TRUESPEECH_ORDER])
{
    int16_t before[TRUESPEECH_ORDER] = { 0 };

    for (int i = 0; i < TRUESPEECH_ORDER; i++) {
        for (int j = 0; j < i; j++)
            a_q12[j] = wrap16(before[j] + ((before[i - 1 - j] * k_q15[i] + 0x4000) >> 15));
        a_q12[i] = (int16_t)((8 - k_q15[i]) >> 3);
        for (int j = 0; j <= i; j++)
            before[j] = a_q12[j];
    }
    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        a_q12[i] = (int16_t)(a_q12[i] * truespeech_decay_994[i] >> 15);
}

void truespeech_predictor(const uint8_t reflection[TRUESPEECH_ORDER],
                          int16_t a_q12[TRUESPEECH_ORDER])
{
    int16_t k_q15[TRUESPEECH_ORDER];

    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        k_q15[i] = truespeech_reflections[i][reflection[i]];
    truespeech_predictor_from(k_q15, a_q12);
}

void truespeech_blend(const int16_t near_q12[TRUESPEECH_ORDER],
                      const int16_t far_q12[TRUESPEECH_ORDER], int16_t a_q12[TRUESPEECH_ORDER])
{
    /* 2/3 and 1/3 in Q15 add up to slightly more than 1: 32769 * 32768 + 16384 is still below 2^31.
     */
    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        a_q12[i] = wrap16((near_q12[i] * 21846 + far_q12[i] * 10923 + 16384) >> 15);
}
