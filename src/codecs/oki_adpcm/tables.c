#include "tables.h"

/* The magnitude's bits weigh a step, half and a quarter of it, and an eighth is always added; the
 * sum is truncated. The index moves by a table of the magnitude alone. Dialogic's note, "ADPCM
 * decoding" and its table 1. */
#define HELD(i) ((i) < 0 ? 0 : (i) >= STEPS ? STEPS - 1 : (i))
#define UP(i, step, magnitude, move) \
    { \
        (2 * magnitude + 1) * step / 8, CODES *HELD(i + move) \
    }
#define DOWN(i, step, magnitude, move) \
    { \
        -((2 * magnitude + 1) * step / 8), CODES *HELD(i + move) \
    }
#define MAGNITUDES(to, i, step) \
    to(i, step, 0, -1), to(i, step, 1, -1), to(i, step, 2, -1), to(i, step, 3, -1), \
        to(i, step, 4, 2), to(i, step, 5, 4), to(i, step, 6, 6), to(i, step, 7, 8)
#define ROW(i, step) MAGNITUDES(UP, i, step), MAGNITUDES(DOWN, i, step)

/* The note's table 2, steps of a 12-bit sample: 16 * 1.1^i, truncated. */
const struct effect oki_effects[STEPS * CODES] = {
    ROW(0, 16),   ROW(1, 17),   ROW(2, 19),    ROW(3, 21),    ROW(4, 23),    ROW(5, 25),
    ROW(6, 28),   ROW(7, 31),   ROW(8, 34),    ROW(9, 37),    ROW(10, 41),   ROW(11, 45),
    ROW(12, 50),  ROW(13, 55),  ROW(14, 60),   ROW(15, 66),   ROW(16, 73),   ROW(17, 80),
    ROW(18, 88),  ROW(19, 97),  ROW(20, 107),  ROW(21, 118),  ROW(22, 130),  ROW(23, 143),
    ROW(24, 157), ROW(25, 173), ROW(26, 190),  ROW(27, 209),  ROW(28, 230),  ROW(29, 253),
    ROW(30, 279), ROW(31, 307), ROW(32, 337),  ROW(33, 371),  ROW(34, 408),  ROW(35, 449),
    ROW(36, 494), ROW(37, 544), ROW(38, 598),  ROW(39, 658),  ROW(40, 724),  ROW(41, 796),
    ROW(42, 876), ROW(43, 963), ROW(44, 1060), ROW(45, 1166), ROW(46, 1282), ROW(47, 1411),
    ROW(48, 1552)
};

#define OVER(step) (uint32_t)((((uint64_t)1 << 32) + 4 * step - 1) / (4 * step))

const uint32_t oki_reciprocals[STEPS] = {
    OVER(16),  OVER(17),  OVER(19),   OVER(21),   OVER(23),   OVER(25),   OVER(28),
    OVER(31),  OVER(34),  OVER(37),   OVER(41),   OVER(45),   OVER(50),   OVER(55),
    OVER(60),  OVER(66),  OVER(73),   OVER(80),   OVER(88),   OVER(97),   OVER(107),
    OVER(118), OVER(130), OVER(143),  OVER(157),  OVER(173),  OVER(190),  OVER(209),
    OVER(230), OVER(253), OVER(279),  OVER(307),  OVER(337),  OVER(371),  OVER(408),
    OVER(449), OVER(494), OVER(544),  OVER(598),  OVER(658),  OVER(724),  OVER(796),
    OVER(876), OVER(963), OVER(1060), OVER(1166), OVER(1282), OVER(1411), OVER(1552)
};
