/* Microsoft ADPCM in 32-bit lanes: the functions that decoding and encoding share.
 * src/codecs/ms_adpcm explains the format, and has the plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "gather.h"

enum { MS_HEADER = 7, MS_DELTA_MIN = 16, MS_DELTA_MAX = INT32_MAX / 768 };

/* Predicts from a pair of samples and a pair of weights, with the newer sample's in the same
 * half. */
KERNEL vec32 ms_predict(vec32 pair, vec32 weights)
{
    return div_power_of_two(madd16(pair, weights), 8);
}
