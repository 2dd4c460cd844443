#include "tables.h"

/* The bits of a magnitude weigh one step, half and a quarter of it; an eighth is always added, and
 * the sum truncated. The change of the index depends on the magnitude alone. Dialogic's note,
 * "ADPCM decoding" and table 1. */
#define CLAMPED(i) ((i) < 0 ? 0 : (i) >= OKI_STEPS ? OKI_STEPS - 1 : (i))
#define CHANGE(step, magnitude) ((2 * (magnitude) + 1) * (step) / 8)
#define OVER(step) (uint32_t)((((uint64_t)1 << 32) + 4 * (step)-1) / (4 * (step)))
#define UP(i, step, magnitude, move, next) \
    { \
        CHANGE(step, magnitude), CLAMPED(i + move) * OKI_CODES, OVER(next) \
    }
#define DOWN(i, step, magnitude, move, next) \
    { \
        -CHANGE(step, magnitude), CLAMPED(i + move) * OKI_CODES, OVER(next) \
    }
#define MAGNITUDES(to, i, step, down, up2, up4, up6, up8) \
    to(i, step, 0, -1, down), to(i, step, 1, -1, down), to(i, step, 2, -1, down), \
        to(i, step, 3, -1, down), to(i, step, 4, 2, up2), to(i, step, 5, 4, up4), \
        to(i, step, 6, 6, up6), to(i, step, 7, 8, up8)
#define STEP(i, ...) MAGNITUDES(UP, i, __VA_ARGS__), MAGNITUDES(DOWN, i, __VA_ARGS__)

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
#define PAIR(one, other) \
    { \
        ((one) + (other)) * OKI_CODES, CLAMPED(other) * OKI_CODES, \
            CLAMPED(OKI_STEPS - 1 + (other)) * OKI_CODES, 0 \
    }
#define NONE \
    { \
        0, 0, 0, 0 \
    }
#define PAIRS(one) \
    PAIR(one, -1), PAIR(one, -1), PAIR(one, -1), PAIR(one, -1), PAIR(one, 2), PAIR(one, 4), \
        PAIR(one, 6), PAIR(one, 8)
#define UNUSED NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE

const struct oki_moves oki_moves[OKI_PAIRS] = { PAIRS(-1), UNUSED, PAIRS(-1), UNUSED,
                                                PAIRS(-1), UNUSED, PAIRS(-1), UNUSED,
                                                PAIRS(2),  UNUSED, PAIRS(4),  UNUSED,
                                                PAIRS(6),  UNUSED, PAIRS(8) };
