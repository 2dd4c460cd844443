/* The steps of IMA ADPCM, as in the standard's table: 7 to 14, then 16 * 1.1^(i - 8) truncated, and
 * 32767 at the end. */
#include "ima_tables.h"

#define STEPS(x) \
    x(7), x(8), x(9), x(10), x(11), x(12), x(13), x(14), x(16), x(17), x(19), x(21), x(23), x(25), \
        x(28), x(31), x(34), x(37), x(41), x(45), x(50), x(55), x(60), x(66), x(73), x(80), x(88), \
        x(97), x(107), x(118), x(130), x(143), x(157), x(173), x(190), x(209), x(230), x(253), \
        x(279), x(307), x(337), x(371), x(408), x(449), x(494), x(544), x(598), x(658), x(724), \
        x(796), x(876), x(963), x(1060), x(1166), x(1282), x(1411), x(1552), x(1707), x(1878), \
        x(2066), x(2272), x(2499), x(2749), x(3024), x(3327), x(3660), x(4026), x(4428), x(4871), \
        x(5358), x(5894), x(6484), x(7132), x(7845), x(8630), x(9493), x(10442), x(11487), \
        x(12635), x(13899), x(15289), x(16818), x(18500), x(20350), x(22385), x(24623), x(27086), \
        x(29794), x(32767)

#define ITSELF(step) step
const int32_t ima_steps[IMA_LAST_INDEX + 1] = { STEPS(ITSELF) };

#define LOW(step) (step) & 255
#define HIGH(step) (step) >> 8
const uint8_t ima_low_bytes[96] = { STEPS(LOW) }, ima_high_bytes[96] = { STEPS(HIGH) };

/* The sum of the weights of a magnitude's bits, each truncated, plus half of the lowest weight. */
#define CHANGE(step, m) \
    (((step) >> 3) + ((m)&4 ? (step) : 0) + ((m)&2 ? (step) >> 1 : 0) + ((m)&1 ? (step) >> 2 : 0))
#define CHANGES(step) \
    { \
        CHANGE(step, 0), CHANGE(step, 1), CHANGE(step, 2), CHANGE(step, 3), CHANGE(step, 4), \
            CHANGE(step, 5), CHANGE(step, 6), CHANGE(step, 7) \
    }
const uint16_t ima_changes[IMA_LAST_INDEX + 1][8] = { STEPS(CHANGES) };
