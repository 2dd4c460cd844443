/* Conversion between PCM of any two widths and numbers of channels, in integers only.
 *
 * Little-endian samples of any alignment. Full scale of floating point is 1. Whatever the result
 * can hold is exact. Narrowing to integers rounds to nearest, ties upward, and saturates, and NaN
 * becomes 0; a double is rounded to the nearest single, ties to even. Floating point that is mixed
 * is limited to 8 and has a resolution of 2^-35. */
#ifndef OMNIACM_MIX_H
#define OMNIACM_MIX_H

#include "channels.h"
#include "pcm.h"

/* A kind of PCM. */
struct pcm_shape {
    enum pcm pcm;
    struct channels channels;
};

struct mix {
    struct pcm_shape from, to;
    struct gains gains;
};

void mix_init(struct mix *, struct pcm_shape from, struct pcm_shape to);

/* Converts frames. The buffers do not overlap. */
void mix_convert(const struct mix *, const uint8_t *src, uint8_t *dst, size_t frames);

/* Converts as many frames as an offer has, in bytes of both sides. An incomplete frame is used, and
 * dropped, if it is alone; with WHOLE it is not used. */
struct progress mix_run(const struct mix *, const uint8_t *src, uint8_t *dst, struct offer);

/* Converts samples of one channel or several. */
void pcm_convert(enum pcm from, enum pcm to, const uint8_t *src, uint8_t *dst, size_t samples);

#endif
