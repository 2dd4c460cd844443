/* Sounds that are unlike speech, on which an encoder that predicts from its own output may become
 * unstable. */
#ifndef OMNIACM_TESTS_CODECS_HARD_SOUNDS_H
#define OMNIACM_TESTS_CODECS_HARD_SOUNDS_H

#include <math.h>
#include "support.h"
#include "fixed.h"

static inline void each_hard_sound(void (*check)(const char *name, const int16_t *x, size_t count))
{
    enum { COUNT = 2000 };
    static int16_t x[COUNT];
    uint32_t seed = 4;

    check("silence", x, COUNT);
    for (int level = -32768; level < 32768; level += 16383) {
        for (int i = 0; i < COUNT; i++)
            x[i] = (int16_t)level;
        check("a constant", x, COUNT);
    }
    for (int period = 3; period < 400; period = period * 3 + 1) {
        for (int i = 0; i < COUNT; i++)
            x[i] = i / period % 2 ? INT16_MIN : INT16_MAX;
        check("a square wave", x, COUNT);
        for (int i = 0; i < COUNT; i++)
            x[i] = i % (4 * period) == 0 ? INT16_MAX : 0;
        check("clicks", x, COUNT);
        for (int i = 0; i < COUNT; i++)
            x[i] = (int16_t)lround(32767 * sin(3.1415926 * i / period));
        check("a tone", x, COUNT);
        for (int i = 0; i < COUNT; i++)
            x[i] = saturate(x[i] * 4);
        check("an overdriven tone", x, COUNT);
    }
    for (int i = 0; i < COUNT; i++)
        x[i] = (int16_t)(draw(&seed) >> 16);
    check("noise", x, COUNT);
}

#endif
