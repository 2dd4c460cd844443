#include "tables.h"

/* The bits of a magnitude weigh one step, half and a quarter of it; an eighth is always added, and
 * the sum truncated. The change of the index depends on the magnitude alone. Dialogic's note,
 * "ADPCM decoding" and table 1. */
#define CLAMPED(i) ((i) < 0 ? 0 : (i) >= OKI_STEPS ? OKI_STEPS - 1 : (i))
#define CHANGE(step, magnitude) ((2 * (magnitude) + 1) * (step) / 8 * 8)
#define OVER(step) (-(int32_t)(((int64_t)1 << 32) / (4 * (step)) + 1))
#define UP(i, step, magnitude, move, next) \
    { \
        OKI_BIAS + CHANGE(step, magnitude), CLAMPED(i + move) * OKI_STRIDE, OVER(next) \
    }
#define DOWN(i, step, magnitude, move, next) \
    { \
        OKI_BIAS - CHANGE(step, magnitude), CLAMPED(i + move) * OKI_STRIDE, OVER(next) \
    }
#define STEP(i, step, down, up2, up4, up6, up8) \
    DOWN(i, step, 7, 8, up8), DOWN(i, step, 6, 6, up6), DOWN(i, step, 5, 4, up4), \
        DOWN(i, step, 4, 2, up2), DOWN(i, step, 3, -1, down), DOWN(i, step, 2, -1, down), \
        DOWN(i, step, 1, -1, down), DOWN(i, step, 0, -1, down), UP(i, step, 0, -1, down), \
        UP(i, step, 1, -1, down), UP(i, step, 2, -1, down), UP(i, step, 3, -1, down), \
        UP(i, step, 4, 2, up2), UP(i, step, 5, 4, up4), UP(i, step, 6, 6, up6), \
        UP(i, step, 7, 8, up8)

/* Table 2 of the note, the steps of a 12-bit sample: 16 * 1.1^i, truncated. Behind each are the
 * steps to which it may change: the one before, and those 2, 4, 6 and 8 behind. */
const struct oki_effect oki_effects[OKI_STEPS * OKI_CODES] = {
    STEP(0, 16, 16, 19, 23, 28, 34),
    STEP(1, 17, 16, 21, 25, 31, 37),
    STEP(2, 19, 17, 23, 28, 34, 41),
    STEP(3, 21, 19, 25, 31, 37, 45),
    STEP(4, 23, 21, 28, 34, 41, 50),
    STEP(5, 25, 23, 31, 37, 45, 55),
    STEP(6, 28, 25, 34, 41, 50, 60),
    STEP(7, 31, 28, 37, 45, 55, 66),
    STEP(8, 34, 31, 41, 50, 60, 73),
    STEP(9, 37, 34, 45, 55, 66, 80),
    STEP(10, 41, 37, 50, 60, 73, 88),
    STEP(11, 45, 41, 55, 66, 80, 97),
    STEP(12, 50, 45, 60, 73, 88, 107),
    STEP(13, 55, 50, 66, 80, 97, 118),
    STEP(14, 60, 55, 73, 88, 107, 130),
    STEP(15, 66, 60, 80, 97, 118, 143),
    STEP(16, 73, 66, 88, 107, 130, 157),
    STEP(17, 80, 73, 97, 118, 143, 173),
    STEP(18, 88, 80, 107, 130, 157, 190),
    STEP(19, 97, 88, 118, 143, 173, 209),
    STEP(20, 107, 97, 130, 157, 190, 230),
    STEP(21, 118, 107, 143, 173, 209, 253),
    STEP(22, 130, 118, 157, 190, 230, 279),
    STEP(23, 143, 130, 173, 209, 253, 307),
    STEP(24, 157, 143, 190, 230, 279, 337),
    STEP(25, 173, 157, 209, 253, 307, 371),
    STEP(26, 190, 173, 230, 279, 337, 408),
    STEP(27, 209, 190, 253, 307, 371, 449),
    STEP(28, 230, 209, 279, 337, 408, 494),
    STEP(29, 253, 230, 307, 371, 449, 544),
    STEP(30, 279, 253, 337, 408, 494, 598),
    STEP(31, 307, 279, 371, 449, 544, 658),
    STEP(32, 337, 307, 408, 494, 598, 724),
    STEP(33, 371, 337, 449, 544, 658, 796),
    STEP(34, 408, 371, 494, 598, 724, 876),
    STEP(35, 449, 408, 544, 658, 796, 963),
    STEP(36, 494, 449, 598, 724, 876, 1060),
    STEP(37, 544, 494, 658, 796, 963, 1166),
    STEP(38, 598, 544, 724, 876, 1060, 1282),
    STEP(39, 658, 598, 796, 963, 1166, 1411),
    STEP(40, 724, 658, 876, 1060, 1282, 1552),
    STEP(41, 796, 724, 963, 1166, 1411, 1552),
    STEP(42, 876, 796, 1060, 1282, 1552, 1552),
    STEP(43, 963, 876, 1166, 1411, 1552, 1552),
    STEP(44, 1060, 963, 1282, 1552, 1552, 1552),
    STEP(45, 1166, 1060, 1411, 1552, 1552, 1552),
    STEP(46, 1282, 1166, 1552, 1552, 1552, 1552),
    STEP(47, 1411, 1282, 1552, 1552, 1552, 1552),
    STEP(48, 1552, 1411, 1552, 1552, 1552, 1552)
};

/* The first code's clamp, from 0 to the last index, is moved by the second code and clamped again.
 */
#define PAIR(one, first, other, second) \
    { \
        (one) + (other), (uint8_t)CLAMPED(other), (uint8_t)CLAMPED(OKI_STEPS - 1 + (other)), \
            16 * (first) + (second) \
    }
#define PAIRS(one, first) \
    PAIR(one, first, -1, 8), PAIR(one, first, -1, 9), PAIR(one, first, -1, 10), \
        PAIR(one, first, -1, 11), PAIR(one, first, 2, 12), PAIR(one, first, 4, 13), \
        PAIR(one, first, 6, 14), PAIR(one, first, 8, 15), PAIR(one, first, -1, 7), \
        PAIR(one, first, -1, 6), PAIR(one, first, -1, 5), PAIR(one, first, -1, 4), \
        PAIR(one, first, 2, 3), PAIR(one, first, 4, 2), PAIR(one, first, 6, 1), \
        PAIR(one, first, 8, 0)

const struct oki_moves oki_moves[OKI_PAIRS] = {
    PAIRS(-1, 8), PAIRS(-1, 9), PAIRS(-1, 10), PAIRS(-1, 11), PAIRS(2, 12), PAIRS(4, 13),
    PAIRS(6, 14), PAIRS(8, 15), PAIRS(-1, 7),  PAIRS(-1, 6),  PAIRS(-1, 5), PAIRS(-1, 4),
    PAIRS(2, 3),  PAIRS(4, 2),  PAIRS(6, 1),   PAIRS(8, 0)
};
