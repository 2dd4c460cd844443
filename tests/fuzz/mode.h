/* Chooses one of a codec's modes. */
#ifndef OMNIACM_TESTS_FUZZ_MODE_H
#define OMNIACM_TESTS_FUZZ_MODE_H

#include "codec.h"
#include "fuzz.h"

/* Takes the mode from the input, and completes the format for it. */
static inline void mode_take(struct input *input, const struct codec *codec,
                             struct wave_format *format)
{
    size_t count = 0;

    while (codec->modes[count].sample_rate)
        count++;
    MUST(count != 0);
    codec_complete(codec, format, &codec->modes[take(input, 1) % count]);
}

#endif
