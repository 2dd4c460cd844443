/* The pulses of the fixed codebook, all of them 1 or -1. */
#include "acelp_net.h"

/* Two pulses on a track; only the first one has a sign of its own, and the order of their positions
 * says whether the second one has the same. */
static void pair(int first, int second, bool negative, struct acelp_net_pulse out[2])
{
    int8_t sign = negative ? -1 : 1;

    out[0] = (struct acelp_net_pulse){ (int8_t)first, sign };
    out[1] = (struct acelp_net_pulse){ (int8_t)second, (int8_t)(second < first ? -sign : sign) };
}

/* Three tracks of 16 positions, every third sample. */
static int six(const uint16_t *fields, struct acelp_net_pulse *out)
{
    for (int i = 0; i < 3; i++)
        pair(3 * (fields[i] >> 4 & 15) + i, 3 * (fields[i] & 15) + i, fields[i] & 0x100,
             out + 2 * i);
    return 6;
}

static int three(const uint16_t *fields, struct acelp_net_pulse *out)
{
    for (int i = 0; i < 3; i++)
        out[i] = (struct acelp_net_pulse){ (int8_t)(3 * (fields[i] & 15) + i),
                                           fields[i] & 0x10 ? -1 : 1 };
    return 3;
}

/* Two pulses of opposite sign on neighboring tracks. */
static int two(unsigned field, struct acelp_net_pulse *out)
{
    unsigned track = field >> 8 & 1;
    int8_t sign = field & 0x200 ? -1 : 1;

    out[0] = (struct acelp_net_pulse){ (int8_t)(3 * (field >> 4 & 15) + track), sign };
    out[1] = (struct acelp_net_pulse){ (int8_t)(3 * (field & 15) + track + 1), (int8_t)-sign };
    return 2;
}

/* After a low pitch gain: three pulses at even positions, whose signs alternate with them. */
static int three_even(unsigned field, struct acelp_net_pulse *out)
{
    for (int i = 0; i < 3; i++) {
        unsigned at = (field >> 3 * i & 7) * 6 + 4 - 2 * (unsigned)i;
        bool negative = (at & 2) != (field & 0x200 ? 2u : 0u);

        out[i] = (struct acelp_net_pulse){ (int8_t)at, negative ? -1 : 1 };
    }
    return 3;
}

/* Five tracks of 16 positions, every fifth sample. The sign is with the second field. */
static int ten(const uint16_t *fields, struct acelp_net_pulse *out)
{
    for (int i = 0; i < 5; i++)
        pair(5 * (fields[2 * i + 1] & 15) + i, 5 * (fields[2 * i] & 15) + i,
             fields[2 * i + 1] & 0x10, out + 2 * i);
    return 10;
}

int acelp_net_pulses(enum acelp_net_pulses kind, bool low_gain, const uint16_t *fields,
                     struct acelp_net_pulse pulses[10])
{
    switch (kind) {
    case ACELP_NET_SIX:
        return six(fields, pulses);
    case ACELP_NET_THREE:
        return three(fields, pulses);
    case ACELP_NET_TEN:
        return ten(fields, pulses);
    default:
        return low_gain ? three_even(fields[0], pulses) : two(fields[0], pulses);
    }
}
