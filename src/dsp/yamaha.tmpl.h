/* Yamaha ADPCM in 32-bit lanes, in blocks with headers: what decoding and encoding share.
 * src/codecs/yamaha_adpcm has the format, and the same in plain C. Steps are below 2^15, weights
 * and factors below 2^10, so that 16-bit products do.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "gather.h"
#include "yamaha_constants.h"

struct yamaha_chain {
    vec32 sample, step;
};

/* By a growth in Q8. */
KERNEL vec32 yamaha_next_step(vec32 step, vec32 growth)
{
    return clamp32(madd16(step, growth) >> 8, YAMAHA_STEP_LEAST, YAMAHA_STEP_MOST);
}
