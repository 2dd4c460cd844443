/* The speakers of a format's channels. */
#ifndef OMNIACM_CHANNELS_H
#define OMNIACM_CHANNELS_H

#include "codec.h"

/* The bits of dwChannelMask of WAVE_FORMAT_EXTENSIBLE, the SDK's SPEAKER_ constants. The channels
 * of a frame are in this order. */
enum speaker {
    FRONT_LEFT = 0x1,
    FRONT_RIGHT = 0x2,
    FRONT_CENTER = 0x4,
    LOW_FREQUENCY = 0x8,
    BACK_LEFT = 0x10,
    BACK_RIGHT = 0x20,
    FRONT_LEFT_OF_CENTER = 0x40,
    FRONT_RIGHT_OF_CENTER = 0x80,
    BACK_CENTER = 0x100,
    SIDE_LEFT = 0x200,
    SIDE_RIGHT = 0x400
};

/* The speakers of a format with 1 to CHANNELS_MOST channels, a bit per channel: those of its mask,
 * of which the highest are left out if there are more than channels, or the usual ones if there are
 * fewer. Those are FLAC's (RFC 9639, 9.1.3): up to six channels are left, right, center, low
 * frequency, back left and back right, of which four and five lack the low frequency, and four the
 * center; six have all; seven have a center in place of the back pair, and eight both sides as
 * well. */
uint32_t channel_mask(const struct wave_format *);

#endif
