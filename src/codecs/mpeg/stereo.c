/* Joint stereo: 11172-3, 2.4.3.4.9; 13818-3, 2.4.3.2. */
#include <string.h>
#include "layer3.h"

enum { MPEG1_CENTER = 3 };

/* tan(p pi/12) / (1 + tan(p pi/12)), Q31: the share of the left channel in intensity stereo. */
static const int64_t shares[7] = { 0,          453816693,  786033569, 1073741824,
                                   1361450079, 1693666955, 2147483648 };

/* 2^(-i/4), Q31. */
static const int64_t quarters[4] = { 2147483648, 1805811301, 1518500250, 1276901417 };

static bool is_silent(const struct layer3_lines *lines, unsigned from, unsigned to)
{
    if (to > lines->count)
        to = lines->count;
    for (unsigned i = from; i < to; i++)
        if (lines->q[i] != 0)
            return false;
    return true;
}

/* Which runs are above the last line of the right channel that is not 0: in a short block for each
 * window, and in the long bands below it only if all windows are silent. */
static void find_silence(const struct layer3_runs *runs, const struct layer3_lines *lines,
                         bool silent[LAYER3_RUNS])
{
    bool heard[3] = { false, false, false };

    for (unsigned run = runs->count; run-- > 0;) {
        unsigned from = run ? runs->ends[run - 1] : 0, window = 0;

        if (run >= runs->first_short)
            window = (run - runs->first_short) % 3;
        else
            heard[0] = heard[0] || heard[1] || heard[2];
        heard[window] = heard[window] || !is_silent(lines, from, runs->ends[run]);
        silent[run] = !heard[window];
    }
}

/* The last bands have no position of their own, but that of the band before, or the center if that
 * one is not in intensity stereo, as in the reference of ISO's stream test45. */
static void find_intensity(const struct layer3_runs *runs, const struct layer3_lines *lines,
                           uint8_t center, struct layer3_scales *right, uint8_t *kinds)
{
    unsigned step = runs->first_short < runs->count ? 3 : 1;
    bool silent[LAYER3_RUNS];

    find_silence(runs, lines, silent);
    for (unsigned run = 0; run < runs->count; run++) {
        uint8_t *position = &right->positions[run];

        if (run + step >= runs->count)
            *position = silent[run - step] ? right->positions[run - step] : center;
        if (silent[run] && *position != LAYER3_ILLEGAL)
            kinds[run] = LAYER3_INTENSITY;
    }
}

void layer3_plan_stereo(const struct mpeg_header *header, const struct layer3_runs *runs,
                        struct layer3_scales *right, const struct layer3_lines *right_lines,
                        uint8_t kinds[LAYER3_RUNS])
{
    bool mid_side = (header->mode_extension & MPEG_MID_SIDE) != 0;

    memset(kinds, mid_side ? LAYER3_MID_SIDE : LAYER3_SEPARATE, LAYER3_RUNS);
    if (header->mode_extension & MPEG_INTENSITY)
        find_intensity(runs, right_lines, mpeg_is_lsf(header) ? 0 : MPEG1_CENTER, right, kinds);
}

static int32_t times(int32_t x, int64_t q31) { return (int32_t)((x * q31 + (1 << 30)) >> 31); }

/* The factors of both channels. LSF lowers one of them in steps of 2^(1/4) or 2^(1/2). */
static void factors_of(const struct mpeg_header *header, unsigned position, bool coarse,
                       int64_t factors[2])
{
    if (!mpeg_is_lsf(header)) {
        factors[0] = shares[position < 7 ? position : 6];
        factors[1] = shares[position < 7 ? 6 - position : 0];
    } else {
        unsigned steps = (position + 1) / 2 * (coarse ? 2 : 1), lowered = position % 2 ? 0 : 1;

        factors[lowered] = quarters[steps % 4] >> steps / 4;
        factors[!lowered] = quarters[0];
    }
}

static void join_run(enum layer3_stereo kind, const int64_t factors[2], unsigned count,
                     int32_t *left, int32_t *right)
{
    for (unsigned i = 0; i < count; i++) {
        int32_t a = left[i], b = right[i];

        if (kind == LAYER3_MID_SIDE) {
            left[i] = (int32_t)((uint32_t)a + (uint32_t)b);
            right[i] = (int32_t)((uint32_t)a - (uint32_t)b);
        } else {
            left[i] = times(a, factors[0]);
            right[i] = times(a, factors[1]);
        }
    }
}

void layer3_join(const struct mpeg_header *header, const struct layer3_granule *right,
                 const struct layer3_runs *runs, const struct layer3_scales *right_scales,
                 const uint8_t kinds[LAYER3_RUNS], unsigned lines, int32_t *left_x,
                 int32_t *right_x)
{
    int64_t factors[2] = { 0, 0 };
    unsigned from = 0, run = 0;

    if ((header->mode_extension & MPEG_INTENSITY) == 0) {
        if (kinds[0] == LAYER3_MID_SIDE)
            join_run(LAYER3_MID_SIDE, factors, lines, left_x, right_x);
        return;
    }
    for (; run < runs->count && from < lines; from = runs->ends[run++]) {
        if (kinds[run] == LAYER3_INTENSITY)
            factors_of(header, right_scales->positions[run], right->scale_compress & 1, factors);
        if (kinds[run] != LAYER3_SEPARATE)
            join_run(kinds[run], factors, runs->ends[run] - from, left_x + from, right_x + from);
    }
}
