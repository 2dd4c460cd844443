/* Microsoft ADPCM in 32-bit lanes: what decoding and encoding share. src/codecs/ms_adpcm has the
 * format, and the same in plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "gather.h"

enum { MS_HEADER = 7, MS_LEAST_DELTA = 16, MS_MOST_DELTA = INT32_MAX / 768 };

/* From a pair of samples by a pair of weights, the newer one in the same half. */
KERNEL vec32 ms_predict(vec32 pair, vec32 weights)
{
    return div_power_of_two(madd16(pair, weights), 8);
}
