/* The synthesis filter: clause 3.7. */
#include "g7231.h"

void g7231_synthesise(const int16_t lpc_q13[ORDER], const int16_t e[SUBFRAME], int16_t *s)
{
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t sum = L_deposit_h(e[i]) >> 3;

        for (int j = 0; j < ORDER; j++)
            sum = L_mac(sum, lpc_q13[j], s[i - 1 - j]);
        s[i] = round_q15(L_shl(sum, 2));
    }
}
