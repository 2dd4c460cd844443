/* What one step of Microsoft ADPCM does, in lanes: ms_adpcm.c has the format and the reference. */
#ifndef OMNIACM_MS_CHAIN_H
#define OMNIACM_MS_CHAIN_H

#include "chains.h"

enum { MS_HEADER = 7, MS_LEAST_DELTA = 16, MS_MOST_DELTA = INT32_MAX / 768 };

/* From two samples by two weights, the newer one's in the same half. */
KERNEL lanes ms_predict(lanes pair, lanes weights)
{
    return over_power_of_two(both_products(pair, weights), 8);
}

#endif
