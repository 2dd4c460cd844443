#include "tables.h"

/* The bits of a magnitude weigh one step, half and a quarter of it; an eighth is always added, and
 * the sum truncated. The change of the index depends on the magnitude alone. Dialogic's note,
 * "ADPCM decoding" and table 1. */
#define CLAMPED(i) ((i) < 0 ? 0 : (i) >= OKI_STEPS ? OKI_STEPS - 1 : (i))
#define UP(i, step, magnitude, move) \
    { \
        (2 * magnitude + 1) * step / 8, CLAMPED(i + move) * OKI_CODES \
    }
#define DOWN(i, step, magnitude, move) \
    { \
        -((2 * magnitude + 1) * step / 8), CLAMPED(i + move) * OKI_CODES \
    }
#define MAGNITUDES(to, i, step) \
    to(i, step, 0, -1), to(i, step, 1, -1), to(i, step, 2, -1), to(i, step, 3, -1), \
        to(i, step, 4, 2), to(i, step, 5, 4), to(i, step, 6, 6), to(i, step, 7, 8)
#define STEP(i, step) MAGNITUDES(UP, i, step), MAGNITUDES(DOWN, i, step)

/* Table 2 of the note, the steps of a 12-bit sample: 16 * 1.1^i, truncated. */
const struct oki_effect oki_effects[OKI_STEPS * OKI_CODES] = {
    STEP(0, 16),   STEP(1, 17),   STEP(2, 19),    STEP(3, 21),    STEP(4, 23),    STEP(5, 25),
    STEP(6, 28),   STEP(7, 31),   STEP(8, 34),    STEP(9, 37),    STEP(10, 41),   STEP(11, 45),
    STEP(12, 50),  STEP(13, 55),  STEP(14, 60),   STEP(15, 66),   STEP(16, 73),   STEP(17, 80),
    STEP(18, 88),  STEP(19, 97),  STEP(20, 107),  STEP(21, 118),  STEP(22, 130),  STEP(23, 143),
    STEP(24, 157), STEP(25, 173), STEP(26, 190),  STEP(27, 209),  STEP(28, 230),  STEP(29, 253),
    STEP(30, 279), STEP(31, 307), STEP(32, 337),  STEP(33, 371),  STEP(34, 408),  STEP(35, 449),
    STEP(36, 494), STEP(37, 544), STEP(38, 598),  STEP(39, 658),  STEP(40, 724),  STEP(41, 796),
    STEP(42, 876), STEP(43, 963), STEP(44, 1060), STEP(45, 1166), STEP(46, 1282), STEP(47, 1411),
    STEP(48, 1552)
};

#define OVER(step) (uint32_t)((((uint64_t)1 << 32) + 4 * step - 1) / (4 * step))

const uint32_t oki_reciprocals[OKI_STEPS] = {
    OVER(16),  OVER(17),  OVER(19),   OVER(21),   OVER(23),   OVER(25),   OVER(28),
    OVER(31),  OVER(34),  OVER(37),   OVER(41),   OVER(45),   OVER(50),   OVER(55),
    OVER(60),  OVER(66),  OVER(73),   OVER(80),   OVER(88),   OVER(97),   OVER(107),
    OVER(118), OVER(130), OVER(143),  OVER(157),  OVER(173),  OVER(190),  OVER(209),
    OVER(230), OVER(253), OVER(279),  OVER(307),  OVER(337),  OVER(371),  OVER(408),
    OVER(449), OVER(494), OVER(544),  OVER(598),  OVER(658),  OVER(724),  OVER(796),
    OVER(876), OVER(963), OVER(1060), OVER(1166), OVER(1282), OVER(1411), OVER(1552)
};
