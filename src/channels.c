#include "channels.h"

enum {
    STEREO = FRONT_LEFT | FRONT_RIGHT,
    BACK = BACK_LEFT | BACK_RIGHT,
    SIDES = SIDE_LEFT | SIDE_RIGHT,
    THREE = STEREO | FRONT_CENTER
};

uint32_t channel_mask(const struct wave_format *format)
{
    static const uint16_t usual[CHANNELS_MOST + 1] = {
        0,
        FRONT_CENTER,
        STEREO,
        THREE,
        STEREO | BACK,
        THREE | BACK,
        THREE | LOW_FREQUENCY | BACK,
        THREE | LOW_FREQUENCY | BACK_CENTER | SIDES,
        THREE | LOW_FREQUENCY | BACK | SIDES,
    };
    uint32_t rest = format->channel_mask, mask = 0;
    unsigned n = 0;

    for (; rest != 0 && n < format->channels; n++) {
        mask |= rest & (0 - rest);
        rest &= rest - 1;
    }
    return n == format->channels ? mask : usual[format->channels];
}
