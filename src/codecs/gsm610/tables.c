/* The tables of GSM 06.10; tables.h describes them. */
#include "tables.h"

const struct gsm610_lar_quantizer gsm610_lar_quantizers[GSM610_ORDER] = {
    { 20480, 0, 13107, -32, 31 },    { 20480, 0, 13107, -32, 31 },
    { 20480, 2048, 13107, -16, 15 }, { 20480, -2560, 13107, -16, 15 },
    { 13964, 94, 19223, -8, 7 },     { 15360, -1792, 17476, -8, 7 },
    { 8534, -341, 31454, -4, 3 },    { 9036, -1144, 29708, -4, 3 },
};

const int16_t gsm610_gain_thresholds_q15[3] = { 6554, 16384, 26214 };
const int16_t gsm610_gain_levels_q15[4] = { 3277, 11469, 21299, 32767 };

const int16_t gsm610_inverse_mantissas[8] = {
    29128, 26215, 23832, 21846, 20165, 18725, 17476, 16384
};
const int16_t gsm610_mantissas_q15[8] = { 18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767 };
