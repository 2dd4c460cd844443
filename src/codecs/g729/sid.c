/* The gain of background noise, in SID frames: B.4.2.2. */
#include "tables.h"
#include "double_precision.h"

/* 10 log10 x by log2, in Q10 of log2. Level 66 dB is code 31, 16 dB code 6: 2 dB a step; below, 4 dB a step down to -8 dB;
 * code 0 is -12 dB. */
static struct sid_gain quantise(int32_t energy, int shift)
{
    int32_t log2_q16 = Log2(energy);
    int16_t level = add(shl((int16_t)(extract_h(log2_q16) - shift), 10), mult_r(low_part(log2_q16), 1024)), code;

    if (level <= -2721)
        return (struct sid_gain){ 0, -12 };
    if (level > 22111)
        return (struct sid_gain){ 31, 66 };
    if (level <= 4762) {
        code = mult(add(level, 3401), 24);
        code = code < 1 ? 1 : code;
        return (struct sid_gain){ (uint8_t)code, (int16_t)(4 * code - 8) };
    }
    code = (int16_t)((mult(sub(level, 340), 193) >> 2) - 1);
    code = code < 6 ? 6 : code;
    return (struct sid_gain){ (uint8_t)code, (int16_t)(2 * code + 4) };
}

/* Of a frame that was decoded as speech, whose excitation stands for the noise: 1 / 80 of its energy. */
struct sid_gain g729_sid_gain_of_speech(struct energy energy)
{
    return quantise(Mpy_32_16(L_shl(energy.mantissa, -energy.shift), 410), 0);
}

/* The mean of one or two residual energies. */
struct sid_gain g729_sid_gain(const struct energy *energies, int count)
{
    static const int16_t shares[3] = { 0, 26, 13 }, margins[3] = { 0, 0, 1 };
    int shift = energies[0].shift;
    int32_t sum = 0;

    for (int i = 1; i < count; i++)
        shift = energies[i].shift < shift ? energies[i].shift : shift;
    shift += 16 - margins[count];
    for (int i = 0; i < count; i++)
        sum = L_add(sum, L_shl(energies[i].mantissa, shift - energies[i].shift));
    return quantise(Mpy_32_16(sum, shares[count]), shift);
}
