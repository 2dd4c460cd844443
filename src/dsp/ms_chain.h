/* What one step of Microsoft ADPCM does, in lanes: ms_adpcm.c has the format and the reference. */
#ifndef OMNIACM_MS_CHAIN_H
#define OMNIACM_MS_CHAIN_H

#include <stdbool.h>
#include "bits.h"
#include "chains.h"

enum { MS_HEADER = 7, MS_LEAST_DELTA = 16, MS_MOST_DELTA = INT32_MAX / 768 };

/* Two samples, or a predictor's two weights, in one number: the newer one in the low half. */
KERNEL lanes ms_pair(lanes newer, lanes older)
{
    return (newer & 0xFFFF) | (lanes)((ulanes)older << 16);
}

/* Division by 256 towards zero. */
KERNEL lanes ms_predict(lanes pair, lanes weights)
{
    lanes sum = both_products(pair, weights);

    return (sum + srl(sum >> 31, 24)) >> 8;
}

/* By a code of -8 to 7: of its low bits, one table for each sign. */
KERNEL lanes ms_growth(lanes code)
{
    static const int32_t below[8] = { 768, 614, 512, 409, 307, 230, 230, 230 };

    return blend(code >> 31, choose(below, code), choose(growths, code));
}

KERNEL lanes ms_delta_after(lanes delta, lanes code)
{
    return within(delta * ms_growth(code) >> 8, MS_LEAST_DELTA, MS_MOST_DELTA);
}

#endif
