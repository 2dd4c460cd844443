/* Yamaha ADPCM in 32-bit lanes, in blocks with headers: the functions that decoding and encoding
 * share. src/codecs/yamaha_adpcm explains the format, and has the plain C. Steps are below 2^15,
 * weights and factors below 2^10, so that 16-bit products suffice.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "gather.h"
#include "yamaha_constants.h"

struct yamaha_state {
    vec32 sample, step;
};

/* The growth is in Q8. */
KERNEL vec32 yamaha_next_step(vec32 step, vec32 growth)
{
    return clamp32(madd16(step, growth) >> 8, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
}
