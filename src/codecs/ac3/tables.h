/* Tables of AC-3. */
#ifndef OMNIACM_AC3_TABLES_H
#define OMNIACM_AC3_TABLES_H

#include "ac3.h"

extern const uint16_t ac3_bit_rates[AC3_RATES]; /* kbit/s */
extern const uint32_t ac3_sample_rates[3];
extern const uint8_t ac3_full_channels[8]; /* by channel mode */

extern const uint8_t ac3_band_starts[AC3_BANDS + 1];
extern const uint8_t ac3_log_add[256];
extern const uint16_t ac3_hearing[3][AC3_BANDS]; /* by sample rate */
extern const uint8_t ac3_width_of[64];
extern const uint8_t
    ac3_uniform_bits[16]; /* of a mantissa, by width; 0 if it has none of its own */

extern const uint8_t ac3_rematrix_starts[AC3_REMATRIX_BANDS + 1];

extern const int32_t ac3_levels_3[3], ac3_levels_5[5], ac3_levels_7[8], ac3_levels_11[11],
    ac3_levels_15[16]; /* Q30; unused codes are 0 */

extern const int32_t ac3_mix_levels[8];     /* +3 dB down to -6 dB, and none; Q30 */
extern const int32_t ac3_window[AC3_BLOCK]; /* Q30 */

#endif
