/* The gains as the decoder reconstructs them: 3.9.1, 3.9.2, 4.1.5, 4.4.2, 4.4.3. */
#include <string.h>
#include "tables.h"
#include "oper_32b.h"
#include "mac.h"

enum { ERROR_MIN_Q10 = -14 * 1024 };

void g729_gain_init(struct g729_gain_memory *memory)
{
    for (int i = 0; i < 4; i++)
        memory->past_q10[i] = ERROR_MIN_Q10;
}

/* (66) to (71): the predicted energy minus that of the code vector, in dB, converted to a gain by
 * 10^(dB / 20). */
struct g729_scaled g729_gain_predict(const struct dsp_celp *dsp,
                                     const struct g729_gain_memory *memory,
                                     const int16_t code_q13[G729_SUBFRAME])
{
    int32_t energy = L_energy(0, dsp->energy(code_q13, G729_SUBFRAME));
    int32_t level_q14 =
        L_mac(Mpy_32_16(Log2(energy), -24660), 32588, 32); /* 127.298 - 3.0103 log2(energy) */
    int32_t level_q24 = L_shl(level_q14, 10), log2_q16;

    for (int i = 0; i < 4; i++)
        level_q24 = L_mac(level_q24, g729_gain_prediction_q13[i], memory->past_q10[i]);
    log2_q16 = L_mult(extract_h(level_q24), 5439) >> 8; /* 1 / (20 log10(2)), Q15 */
    return (struct g729_scaled){ extract_l(Pow2(14, dpf_lo(log2_q16))), 14 - extract_h(log2_q16) };
}

static void store_error(struct g729_gain_memory *memory, int16_t error_q10)
{
    memmove(memory->past_q10 + 1, memory->past_q10, 3 * sizeof *memory->past_q10);
    memory->past_q10[0] = error_q10;
}

/* (72), (73), (74) */
struct g729_gains g729_gain_reconstruct(struct g729_gain_memory *memory,
                                        struct g729_scaled predicted, unsigned index1,
                                        unsigned index2)
{
    const struct g729_gain_pair *first = &g729_gains1[index1], *second = &g729_gains2[index2];
    int32_t factor_q13 =
        first->code_q13 + second->code_q13; /* at most 41438: half of it fits in 16 bits */
    int32_t code = L_mult((int16_t)(factor_q13 >> 1), predicted.mantissa);
    int32_t error_q23 = L_shl(Log2(factor_q13) - 13 * 65536, 13);

    store_error(memory, mult(extract_h(error_q23), 24660)); /* 20 log10(2), Q12 */
    return (struct g729_gains){ add(first->pitch_q14, second->pitch_q14),
                                extract_h(L_shl(code, 4 - predicted.exponent)) };
}

struct g729_gains g729_gain_decode(const struct dsp_celp *dsp, struct g729_gain_memory *memory,
                                   const uint8_t codes[2], const int16_t code_q13[G729_SUBFRAME])
{
    return g729_gain_reconstruct(memory, g729_gain_predict(dsp, memory, code_q13),
                                 g729_gain_index1[codes[0]], g729_gain_index2[codes[1]]);
}

/* 0.9 and 0.98 times the previous gains. The prediction error falls by 4 dB, to at least -14 dB. */
struct g729_gains g729_gain_conceal(struct g729_gain_memory *memory, struct g729_gains last)
{
    int32_t sum_q10 = 0;
    int16_t pitch_q14 = mult(last.pitch_q14, 29491), error_q10;

    for (int i = 0; i < 4; i++)
        sum_q10 += memory->past_q10[i];
    error_q10 = sub((int16_t)(sum_q10 >> 2), 4096);
    store_error(memory, (int16_t)max_i32(error_q10, ERROR_MIN_Q10));
    return (struct g729_gains){ (int16_t)min_i32(pitch_q14, 29491), mult(last.code_q1, 32111) };
}

/* (47) */
int16_t g729_sharpness(int16_t pitch_q14)
{
    return (int16_t)clamp(pitch_q14, G729_SHARPENING_MIN_Q14, G729_SHARPENING_MAX_Q14);
}
