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

/* -2048 stands for minus infinity. */
static const struct g726_rate rates[] = {
    { .bits = 2,
      .leak = 8, /* 16 kbit/s */
      .levels = { 261, INT16_MAX },
      .inverse = MIRROR2(116, 365),
      .scale = MIRROR2(-22, 439),
      .speed = MIRROR2(0, 7) },
    { .bits = 3,
      .leak = 8, /* 24 kbit/s */
      .levels = { 8, 218, 331, INT16_MAX },
      .inverse = MIRROR3(-2048, 135, 273, 373),
      .scale = MIRROR3(-4, 30, 137, 582),
      .speed = MIRROR3(0, 1, 2, 7) },
    { .bits = 4,
      .leak = 8, /* 32 kbit/s */
      .levels = { -124, 80, 178, 246, 300, 349, 400, INT16_MAX },
      .inverse = MIRROR4(-2048, 4, 135, 213, 273, 323, 373, 425),
      .scale = MIRROR4(-12, 18, 41, 64, 112, 198, 355, 1122),
      .speed = MIRROR4(0, 0, 0, 1, 1, 1, 3, 7) },
    { .bits = 5,
      .leak = 9, /* 40 kbit/s */
      .levels = { -122, -16, 68, 139, 198, 250, 298, 339, 378, 413, 445, 475, 502, 528, 553,
                  INT16_MAX },
      .inverse =
          MIRROR5(-2048, -66, 28, 104, 169, 224, 274, 318, 358, 395, 429, 459, 488, 514, 539, 566),
      .scale = MIRROR5(14, 14, 24, 39, 40, 41, 58, 100, 141, 179, 219, 280, 358, 440, 529, 696),
      .speed = MIRROR5(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6) },
};

const struct g726_rate *g726_rate_for(unsigned bits) { return &rates[bits - 2]; }
