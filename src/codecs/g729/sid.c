/* The gain of the background noise in SID frames: B.4.2.2. */
#include "tables.h"
#include "oper_32b.h"

/* Quantizes 10 log10(energy), computed as log2 in Q10. Codes 6 to 31 are 16 dB to 66 dB in steps of
 * 2 dB, codes 1 to 5 are -4 dB to 12 dB in steps of 4 dB, and code 0 is -12 dB. */
static struct g729_sid_gain quantize(int32_t energy, int shift)
{
    int32_t log2_q16 = Log2(energy);
    int16_t level = add(shl((int16_t)(extract_h(log2_q16) - shift), 10),
                        mult_r(dpf_lo(log2_q16), 1024)),
            code;

    if (level <= -2721)
        return (struct g729_sid_gain){ 0, -12 };
    if (level > 22111)
        return (struct g729_sid_gain){ 31, 66 };
    if (level <= 4762) {
        code = mult(add(level, 3401), 24);
        code = code < 1 ? 1 : code;
        return (struct g729_sid_gain){ (uint8_t)code, (int16_t)(4 * code - 8) };
    }
    code = (int16_t)((mult(sub(level, 340), 193) >> 2) - 1);
    code = code < 6 ? 6 : code;
    return (struct g729_sid_gain){ (uint8_t)code, (int16_t)(2 * code + 4) };
}

/* The gain of a frame that was decoded as speech, from 1 / 80 of the energy of its excitation. */
struct g729_sid_gain g729_sid_gain_of_speech(struct g729_energy energy)
{
    return quantize(Mpy_32_16(L_shl(energy.mantissa, -energy.shift), 410), 0);
}

/* From one residual energy, or from the mean of two, whose sum needs one more bit. */
struct g729_sid_gain g729_sid_gain(const struct g729_energy energies[2], bool both)
{
    int shift = both ? min_i32(energies[0].shift, energies[1].shift) : energies[0].shift;
    int32_t sum;

    shift += both ? 15 : 16;
    sum = L_shl(energies[0].mantissa, shift - energies[0].shift);
    if (both)
        sum = L_add(sum, L_shl(energies[1].mantissa, shift - energies[1].shift));
    return quantize(Mpy_32_16(sum, both ? 13 : 26), shift);
}
