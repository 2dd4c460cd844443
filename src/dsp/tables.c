/* IMA ADPCM's steps - the standard's table: 7 to 14, then 16 * 1.1^(i - 8) truncated, and 32767 at the end. */
#include "dsp.h"

#define STEPS(row) \
    row(7), row(8), row(9), row(10), row(11), row(12), row(13), row(14), row(16), row(17), row(19), row(21), row(23), row(25), \
    row(28), row(31), row(34), row(37), row(41), row(45), row(50), row(55), row(60), row(66), row(73), row(80), row(88), \
    row(97), row(107), row(118), row(130), row(143), row(157), row(173), row(190), row(209), row(230), row(253), row(279), \
    row(307), row(337), row(371), row(408), row(449), row(494), row(544), row(598), row(658), row(724), row(796), row(876), \
    row(963), row(1060), row(1166), row(1282), row(1411), row(1552), row(1707), row(1878), row(2066), row(2272), row(2499), \
    row(2749), row(3024), row(3327), row(3660), row(4026), row(4428), row(4871), row(5358), row(5894), row(6484), row(7132), \
    row(7845), row(8630), row(9493), row(10442), row(11487), row(12635), row(13899), row(15289), row(16818), row(18500), \
    row(20350), row(22385), row(24623), row(27086), row(29794), row(32767)

#define ITSELF(step) step
const int32_t ima_steps[IMA_LAST_INDEX + 1] = { STEPS(ITSELF) };

#define LOW(step) (step) & 255
#define HIGH(step) (step) >> 8
const uint8_t ima_low_bytes[96] = { STEPS(LOW) }, ima_high_bytes[96] = { STEPS(HIGH) };

/* Of a step by a magnitude: the weights of its bits, each truncated, and always half of the lowest. */
#define CHANGE(step, m) (((step) >> 3) + ((m) & 4 ? (step) : 0) + ((m) & 2 ? (step) >> 1 : 0) + ((m) & 1 ? (step) >> 2 : 0))
#define CHANGES(step) \
    { CHANGE(step, 0), CHANGE(step, 1), CHANGE(step, 2), CHANGE(step, 3), CHANGE(step, 4), CHANGE(step, 5), CHANGE(step, 6), \
      CHANGE(step, 7) }
const uint16_t ima_changes[IMA_LAST_INDEX + 1][8] = { STEPS(CHANGES) };
