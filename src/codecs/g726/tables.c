/* ITU-T G.726 (12/90), clause 4.2: QUAN, RECONST, FUNCTW and FUNCTF for each rate. Two codes that
 * differ only in sign are one's complements of each other, so that the tables list magnitudes and
 * mirror them. */
#include "g726.h"

#define MIRROR2(a, b) \
    { \
        a, b, b, a \
    }
#define MIRROR3(a, b, c, d) \
    { \
        a, b, c, d, d, c, b, a \
    }
#define MIRROR4(a, b, c, d, e, f, g, h) \
    { \
        a, b, c, d, e, f, g, h, h, g, f, e, d, c, b, a \
    }
#define MIRROR5(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
    { \
        a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, p, o, n, m, l, k, j, i, h, g, f, e, d, c, \
            b, a \
    }

/* QUAN's decision levels, and the range of logarithms from each level to the next. */
#define RANGE(first, last, code) [(first)-G726_LOG_MIN...(last) - G726_LOG_MIN] = code
#define CODES2(to) \
    { \
        RANGE(G726_LOG_MIN, 260, to(3, 0)), RANGE(261, G726_LOG_MAX, to(3, 1)) \
    }
#define CODES3(to) \
    { \
        RANGE(G726_LOG_MIN, 7, to(7, 0)), RANGE(8, 217, to(7, 1)), RANGE(218, 330, to(7, 2)), \
            RANGE(331, G726_LOG_MAX, to(7, 3)) \
    }
#define CODES4(to) \
    { \
        RANGE(G726_LOG_MIN, -125, to(15, 0)), RANGE(-124, 79, to(15, 1)), \
            RANGE(80, 177, to(15, 2)), RANGE(178, 245, to(15, 3)), RANGE(246, 299, to(15, 4)), \
            RANGE(300, 348, to(15, 5)), RANGE(349, 399, to(15, 6)), \
            RANGE(400, G726_LOG_MAX, to(15, 7)) \
    }
#define CODES5(to) \
    { \
        RANGE(G726_LOG_MIN, -123, to(31, 0)), RANGE(-122, -17, to(31, 1)), \
            RANGE(-16, 67, to(31, 2)), RANGE(68, 138, to(31, 3)), RANGE(139, 197, to(31, 4)), \
            RANGE(198, 249, to(31, 5)), RANGE(250, 297, to(31, 6)), RANGE(298, 338, to(31, 7)), \
            RANGE(339, 377, to(31, 8)), RANGE(378, 412, to(31, 9)), RANGE(413, 444, to(31, 10)), \
            RANGE(445, 474, to(31, 11)), RANGE(475, 501, to(31, 12)), RANGE(502, 527, to(31, 13)), \
            RANGE(528, 552, to(31, 14)), RANGE(553, G726_LOG_MAX, to(31, 15)) \
    }

/* The code of all zeros is not used, except at 16 kbit/s, which needs all four codes. */
#define POSITIVE(ones, magnitude) ((magnitude) || (ones) == 3 ? (magnitude) : (ones))
#define NEGATIVE(ones, magnitude) ((ones) - (magnitude))

static const uint8_t codes_2[2][G726_LOGS] = { CODES2(POSITIVE), CODES2(NEGATIVE) };
static const uint8_t codes_3[2][G726_LOGS] = { CODES3(POSITIVE), CODES3(NEGATIVE) };
static const uint8_t codes_4[2][G726_LOGS] = { CODES4(POSITIVE), CODES4(NEGATIVE) };
static const uint8_t codes_5[2][G726_LOGS] = { CODES5(POSITIVE), CODES5(NEGATIVE) };

static const struct g726_rate rates[] = {
    { .bits = 2,
      .leak = 8, /* 16 kbit/s */
      .codes = codes_2,
      .inverse = MIRROR2(116, 365),
      .scale = MIRROR2(-22, 439),
      .speed = MIRROR2(0, 7) },
    { .bits = 3,
      .leak = 8, /* 24 kbit/s */
      .codes = codes_3,
      .inverse = MIRROR3(G726_LOG_ZERO, 135, 273, 373),
      .scale = MIRROR3(-4, 30, 137, 582),
      .speed = MIRROR3(0, 1, 2, 7) },
    { .bits = 4,
      .leak = 8, /* 32 kbit/s */
      .codes = codes_4,
      .inverse = MIRROR4(G726_LOG_ZERO, 4, 135, 213, 273, 323, 373, 425),
      .scale = MIRROR4(-12, 18, 41, 64, 112, 198, 355, 1122),
      .speed = MIRROR4(0, 0, 0, 1, 1, 1, 3, 7) },
    { .bits = 5,
      .leak = 9, /* 40 kbit/s */
      .codes = codes_5,
      .inverse = MIRROR5(G726_LOG_ZERO, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488,
                         514, 539, 566),
      .scale = MIRROR5(14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696),
      .speed = MIRROR5(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6) },
};

const struct g726_rate *g726_rate_for(unsigned bits) { return &rates[bits - 2]; }
