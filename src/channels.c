#include <string.h>
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
    uint32_t rest = format->channels > 2 ? format->channel_mask : 0, mask = 0;
    unsigned n = 0;

    for (; rest != 0 && n < format->channels; n++) {
        mask |= rest & (0 - rest);
        rest &= rest - 1;
    }
    return n == format->channels ? mask : usual[format->channels];
}

/* 3 and 6 dB down: sqrt(1/2) and 1/2. */
enum { DOWN_3 = 11863283, DOWN_6 = GAIN_ONE / 2 };

/* Where a speaker goes that the result lacks: by the first line with speakers that it has. */
static const struct fold {
    uint32_t from, to;
    int32_t gain;
} folds[] = {
    { FRONT_LEFT, FRONT_CENTER, DOWN_3 },
    { FRONT_RIGHT, FRONT_CENTER, DOWN_3 },
    { FRONT_CENTER, STEREO, DOWN_3 },
    { FRONT_LEFT_OF_CENTER, FRONT_LEFT, GAIN_ONE },
    { FRONT_LEFT_OF_CENTER, FRONT_CENTER, DOWN_3 },
    { FRONT_RIGHT_OF_CENTER, FRONT_RIGHT, GAIN_ONE },
    { FRONT_RIGHT_OF_CENTER, FRONT_CENTER, DOWN_3 },
    { BACK_LEFT, SIDE_LEFT, GAIN_ONE },
    { BACK_LEFT, BACK_CENTER, DOWN_3 },
    { BACK_LEFT, FRONT_LEFT, DOWN_3 },
    { BACK_LEFT, FRONT_CENTER, DOWN_6 },
    { BACK_RIGHT, SIDE_RIGHT, GAIN_ONE },
    { BACK_RIGHT, BACK_CENTER, DOWN_3 },
    { BACK_RIGHT, FRONT_RIGHT, DOWN_3 },
    { BACK_RIGHT, FRONT_CENTER, DOWN_6 },
    { SIDE_LEFT, BACK_LEFT, GAIN_ONE },
    { SIDE_LEFT, BACK_CENTER, DOWN_3 },
    { SIDE_LEFT, FRONT_LEFT, DOWN_3 },
    { SIDE_LEFT, FRONT_CENTER, DOWN_6 },
    { SIDE_RIGHT, BACK_RIGHT, GAIN_ONE },
    { SIDE_RIGHT, BACK_CENTER, DOWN_3 },
    { SIDE_RIGHT, FRONT_RIGHT, DOWN_3 },
    { SIDE_RIGHT, FRONT_CENTER, DOWN_6 },
    { BACK_CENTER, BACK, DOWN_3 },
    { BACK_CENTER, SIDES, DOWN_3 },
    { BACK_CENTER, STEREO, DOWN_6 },
    { BACK_CENTER, FRONT_CENTER, DOWN_3 },
    { TOP_FRONT_LEFT | TOP_BACK_LEFT, FRONT_LEFT, DOWN_3 },
    { TOP_FRONT_RIGHT | TOP_BACK_RIGHT, FRONT_RIGHT, DOWN_3 },
    { TOP_FRONT_LEFT | TOP_BACK_LEFT, FRONT_CENTER, DOWN_6 },
    { TOP_FRONT_RIGHT | TOP_BACK_RIGHT, FRONT_CENTER, DOWN_6 },
    { TOP_CENTER | TOP_FRONT_CENTER | TOP_BACK_CENTER, STEREO, DOWN_6 },
    { TOP_CENTER | TOP_FRONT_CENTER | TOP_BACK_CENTER, FRONT_CENTER, DOWN_3 },
};

/* Where a speaker goes; nowhere if the result has no place for it. One from behind that meets the
 * source's own side, or the opposite, is 3 dB down. */
static struct fold place(uint32_t speaker, uint32_t from, uint32_t to)
{
    struct fold found = { speaker, to & speaker, GAIN_ONE };

    for (size_t i = 0; found.to == 0 && i < sizeof folds / sizeof *folds; i++)
        if (folds[i].from & speaker && (folds[i].to & to) == folds[i].to)
            found = folds[i];
    if (found.to != speaker && found.to & from & (BACK | SIDES))
        found.gain = DOWN_3;
    if (from == FRONT_CENTER)
        found.gain = GAIN_ONE;
    return found;
}

/* Divides the gains by the greatest sum, if that exceeds 1. */
static void normalize(struct gains *gains)
{
    int64_t greatest = GAIN_ONE, sum;

    for (unsigned result = 0; result < CHANNELS_MOST; result++) {
        sum = 0;
        for (unsigned source = 0; source < CHANNELS_MOST; source++)
            sum += gains->q24[result][source];
        greatest = sum > greatest ? sum : greatest;
    }
    for (unsigned result = 0; result < CHANNELS_MOST; result++)
        for (unsigned source = 0; source < CHANNELS_MOST; source++)
            gains->q24[result][source] =
                (int32_t)(gains->q24[result][source] * (int64_t)GAIN_ONE / greatest);
}

/* True if each channel of the result is a channel of the source, or silent. */
static bool only_copies(const struct gains *gains)
{
    for (unsigned result = 0; result < CHANNELS_MOST; result++) {
        int64_t sum = 0, whole = 0;

        for (unsigned source = 0; source < CHANNELS_MOST; source++) {
            sum += gains->q24[result][source];
            whole += gains->q24[result][source] == GAIN_ONE ? GAIN_ONE : 0;
        }
        if (sum != whole)
            return false;
    }
    return true;
}

void channel_gains(struct gains *gains, struct channels from, struct channels to)
{
    uint32_t sources = from.mask, results = to.count == from.count ? from.mask : to.mask;
    unsigned source = 0, result;

    memset(gains, 0, sizeof *gains);
    for (uint32_t left = sources; left != 0; left &= left - 1, source++) {
        struct fold at = place(left & (0 - left), sources, results);

        result = 0;
        for (uint32_t rest = results; rest != 0; rest &= rest - 1, result++)
            if (rest & (0 - rest) & at.to)
                gains->q24[result][source] = at.gain;
    }
    normalize(gains);
    gains->copies = only_copies(gains);
}
