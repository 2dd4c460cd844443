/* Yamaha ADPCM in lanes, in blocks with headers: yamaha_adpcm.c has the format. Steps are below 2^15, weights and factors
 * below 2^10, so that their products are those of 16-bit halves. */
#ifndef OMNIACM_YAMAHA_H
#define OMNIACM_YAMAHA_H

#include "bits.h"
#include "lanes.h"
#include "yamaha_numbers.h"

struct yamaha_chain {
    lanes sample, step;
};

/* By a growth in Q8. */
KERNEL lanes yamaha_next_step(lanes step, lanes growth)
{
    return within(both_products(step, growth) >> 8, YAMAHA_STEP_LEAST, YAMAHA_STEP_MOST);
}

#endif
