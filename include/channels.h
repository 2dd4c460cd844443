/* The speakers of a format's channels, and mixing channels for other speakers. */
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
    SIDE_RIGHT = 0x400,
    TOP_CENTER = 0x800,
    TOP_FRONT_LEFT = 0x1000,
    TOP_FRONT_CENTER = 0x2000,
    TOP_FRONT_RIGHT = 0x4000,
    TOP_BACK_LEFT = 0x8000,
    TOP_BACK_CENTER = 0x10000,
    TOP_BACK_RIGHT = 0x20000
};

/* The speakers of a format with 1 to CHANNELS_MOST channels, a bit per channel: those of its mask,
 * of which the highest are left out if there are more than channels, or the usual ones if there are
 * fewer. One or two channels always have the usual ones, which are FLAC's (RFC 9639, 9.1.3):
 * center; left, right; both and center; left, right and back; all five; and low frequency; the same
 * with sides, and a center in place of the back; the same with the back. */
uint32_t channel_mask(const struct wave_format *);

struct channels {
    uint16_t count; /* 1 to CHANNELS_MOST */
    uint32_t mask;  /* as many speakers */
};

enum { GAIN_Q = 24, GAIN_ONE = 1 << GAIN_Q };

/* By how much each channel of the result consists of each channel of the source, in Q24. */
struct gains {
    int32_t q24[CHANNELS_MOST][CHANNELS_MOST]; /* [result][source], 0 to GAIN_ONE */
    bool copies; /* each channel of the result is a channel of the source, or silent */
};

/* Computes the gains for ITU-R BS.775-3, annex 4: a speaker that the result lacks goes to the
 * nearest ones that it has, 3 dB down from the center to a pair, from behind to the front, and from
 * a pair to the center. The low frequency is omitted. One channel is the center, or both of two;
 * speakers that the source lacks are silent. If a sum of gains exceeds 1, all are divided by the
 * greatest sum, so that nothing can saturate. Between as many channels, nothing is mixed. */
void channel_gains(struct gains *, struct channels from, struct channels to);

#endif
