/* From the channels of a stream to the speakers of a format: A/52, 7.8. */
#include <string.h>
#include "channels.h"
#include "tables.h"

enum {
    ONE = 1 << AC3_GAIN_Q,
    ROOT_HALF = 759250125,
    FRONT = FRONT_LEFT | FRONT_RIGHT,
    BACK = BACK_LEFT | BACK_RIGHT,
    SIDE = SIDE_LEFT | SIDE_RIGHT,
    ROWS = 9 /* bits of speakers as far as BACK_CENTER */
};

/* Of the channels of full bandwidth, by mode. */
static const uint16_t speakers[8][AC3_FULL] = {
    { FRONT_LEFT, FRONT_RIGHT },
    { FRONT_CENTER },
    { FRONT_LEFT, FRONT_RIGHT },
    { FRONT_LEFT, FRONT_CENTER, FRONT_RIGHT },
    { FRONT_LEFT, FRONT_RIGHT, BACK_CENTER },
    { FRONT_LEFT, FRONT_CENTER, FRONT_RIGHT, BACK_CENTER },
    { FRONT_LEFT, FRONT_RIGHT, BACK_LEFT, BACK_RIGHT },
    { FRONT_LEFT, FRONT_CENTER, FRONT_RIGHT, BACK_LEFT, BACK_RIGHT },
};

/* Gains to the speaker of each bit, from a channel. */
typedef int32_t gains[ROWS][AC3_OUTPUTS];

static int32_t *row(gains to, unsigned speaker) { return to[__builtin_ctz(speaker)]; }

/* Surround speakers may be at the back or at the sides. */
static unsigned speaker_of(unsigned bit, uint32_t mask)
{
    return bit & SIDE && !(mask & BACK) ? bit / (SIDE_LEFT / BACK_LEFT) : bit;
}

/* The speakers of the mix, up to BACK_CENTER. One and two speakers are mono and
 * stereo, whatever they are called, unless the stream has exactly them. */
static unsigned target_of(const struct ac3_header *header, uint32_t mask)
{
    unsigned own = header->lfe ? LOW_FREQUENCY : 0, set = 0, count = 0;

    for (unsigned i = 0; i < header->full; i++)
        own |= speakers[header->mode][i];
    for (unsigned bit = 1; bit <= SIDE_RIGHT; bit *= 2)
        if (mask & bit) {
            set |= speaker_of(bit, mask);
            count++;
        }
    if (count > 2 || set == own)
        return set;
    return count == 2 ? FRONT : FRONT_CENTER;
}

static int32_t product(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << (AC3_GAIN_Q - 1))) >> AC3_GAIN_Q);
}

/* A channel without a speaker of its own. A single channel goes to both sides as it is, and LFE
 * nowhere. */
static void route(const struct ac3_header *header, unsigned set, unsigned channel, gains to)
{
    int32_t center = header->full == 1 ? ONE : ac3_mix_levels[header->center];
    int32_t surround = ac3_mix_levels[header->surround];

    switch (speakers[header->mode][channel]) {
    case FRONT_CENTER:
        row(to, FRONT_LEFT)[channel] = row(to, FRONT_RIGHT)[channel] = center;
        break;
    case BACK_LEFT:
        row(to, FRONT_LEFT)[channel] = surround;
        break;
    case BACK_RIGHT:
        row(to, FRONT_RIGHT)[channel] = surround;
        break;
    case BACK_CENTER:
        if ((set & BACK) == BACK)
            row(to, BACK_LEFT)[channel] = row(to, BACK_RIGHT)[channel] = ROOT_HALF;
        else
            row(to, FRONT_LEFT)[channel] = row(to, FRONT_RIGHT)[channel] =
                product(surround, ROOT_HALF);
        break;
    default:
        break;
    }
}

/* If gains add up to more than 1, all are reduced alike. */
static void normalize(gains to)
{
    int64_t most = ONE;

    for (unsigned i = 0; i < ROWS; i++) {
        int64_t sum = 0;

        for (unsigned j = 0; j < AC3_OUTPUTS; j++)
            sum += to[i][j];
        most = sum > most ? sum : most;
    }
    for (unsigned i = 0; i < ROWS; i++)
        for (unsigned j = 0; j < AC3_OUTPUTS && most > ONE; j++)
            to[i][j] = (int32_t)((((int64_t)to[i][j] << AC3_GAIN_Q) + most / 2) / most);
}

/* A single speaker gets a mix for two, reduced by 3 dB. */
static void plan_mono(gains to)
{
    const int32_t *left = row(to, FRONT_LEFT), *right = row(to, FRONT_RIGHT);

    for (unsigned j = 0; j < AC3_OUTPUTS; j++)
        row(to, FRONT_CENTER)[j] = product(left[j], ROOT_HALF) + product(right[j], ROOT_HALF);
}

void ac3_plan_mix(const struct ac3_header *header, uint32_t mask, struct ac3_mix *mix)
{
    unsigned set = target_of(header, mask), outputs = 0;
    bool mono = set == FRONT_CENTER && header->full > 1;
    gains to = { { 0 } };

    for (unsigned i = 0; i < header->full; i++) {
        unsigned speaker = speakers[header->mode][i];

        if ((mono ? FRONT : set) & speaker)
            row(to, speaker)[i] = ONE;
        else
            route(header, set, i, to);
    }
    if (header->lfe && set & LOW_FREQUENCY)
        row(to, LOW_FREQUENCY)[AC3_LFE] = ONE;
    normalize(to);
    if (mono)
        plan_mono(to);
    memset(mix, 0, sizeof *mix);
    if (set == FRONT || set == FRONT_CENTER)
        mask = set;
    for (unsigned bit = 1; bit <= SIDE_RIGHT && outputs < AC3_OUTPUTS; bit *= 2) {
        unsigned speaker = speaker_of(bit, mask);

        if (mask & bit && speaker <= BACK_CENTER)
            memcpy(mix->gain[outputs], row(to, speaker), sizeof mix->gain[0]);
        outputs += (mask & bit) != 0;
    }
}

bool ac3_find_mode(uint32_t mask, struct ac3_header *header, uint8_t source[AC3_OUTPUTS])
{
    unsigned set = 0, bits[ROWS] = { 0 };

    if (mask >= 2 * SIDE_RIGHT)
        return false;
    for (unsigned bit = 1, n = 0; bit <= SIDE_RIGHT; bit *= 2)
        if (mask & bit) {
            unsigned speaker = speaker_of(bit, mask);

            if (speaker > BACK_CENTER || set & speaker)
                return false;
            set |= speaker;
            bits[__builtin_ctz(speaker)] = n++;
        }
    header->lfe = (set & LOW_FREQUENCY) != 0;
    source[AC3_LFE] = (uint8_t)bits[__builtin_ctz(LOW_FREQUENCY)];
    for (unsigned mode = 1; mode < 8; mode++) {
        unsigned own = header->lfe ? LOW_FREQUENCY : 0;

        header->mode = (uint8_t)mode;
        header->full = ac3_full_channels[mode];
        for (unsigned i = 0; i < header->full; i++) {
            own |= speakers[mode][i];
            source[i] = (uint8_t)bits[__builtin_ctz(speakers[mode][i])];
        }
        if (own == set)
            return true;
    }
    return false;
}
