/* The fixed codebook vector, four pulses per subframe: 3.8, 4.1.4. */
#include <string.h>
#include "g729.h"

/* Table 7: pulse i < 3 is at 5 m + i, the fourth at 5 m + 3 or 5 m + 4. */
void g729_fixed_codebook(const struct g729_subframe *in, int16_t code_q13[G729_SUBFRAME])
{
    unsigned positions = in->positions;
    int pulses[4] = { (int)(positions & 7) * 5, (int)(positions >> 3 & 7) * 5 + 1,
                      (int)(positions >> 6 & 7) * 5 + 2,
                      (int)(positions >> 10 & 7) * 5 + 3 + (int)(positions >> 9 & 1) };

    memset(code_q13, 0, G729_SUBFRAME * sizeof *code_q13);
    for (int i = 0; i < 4; i++)
        code_q13[pulses[i]] = in->signs >> i & 1 ? 8191 : -8192;
}

/* Also applied to the encoder's impulse response, where the sum may saturate. */
void g729_sharpen(int16_t x[G729_SUBFRAME], int16_t lag, int16_t gain_q14)
{
    for (int i = lag; i < G729_SUBFRAME; i++)
        x[i] = add(x[i], mult(x[i - lag], shl(gain_q14, 1)));
}
