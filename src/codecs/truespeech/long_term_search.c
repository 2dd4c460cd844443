/* The long-term prediction: every lag with every pair of taps. */
#include <string.h>
#include "search.h"
#include "tables.h"

enum {
    TARGET_BITS = 11,
    SCAN_MAX = 4095,
    HISTORY_BITS = 10
}; /* 60 squares of SCAN_MAX stay below 2^30 */

struct scan {
    int32_t target[TRUESPEECH_HISTORY + 1], energy[TRUESPEECH_HISTORY + 1],
        next[TRUESPEECH_HISTORY + 1]; /* of a lag: with the target, itself, and lag + 1 */
};

static int peak_bits(const int16_t *x, int n)
{
    int32_t peak = 0;

    for (int i = 0; i < n; i++) {
        int32_t size = x[i] < 0 ? -x[i] : x[i];

        peak = size > peak ? size : peak;
    }
    return peak ? 31 - norm_l(peak) : 0;
}

/* What the last `lag` samples of excitation, repeated, become: the response to one period, added
 * up. */
static void repeat(const int32_t *cells, int lag, int32_t sum[TRUESPEECH_WIDE])
{
    memcpy(sum, cells, TRUESPEECH_SUBFRAME * sizeof *sum);
    for (int i = lag; i < TRUESPEECH_SUBFRAME; i++)
        sum[i] += sum[i - lag];
}

static void shorten(const int32_t *v, int shift, int16_t u[TRUESPEECH_WIDE])
{
    for (int i = 0; i < TRUESPEECH_WIDE; i++) {
        int32_t x = v[i] >> shift;

        x = x > SCAN_MAX ? SCAN_MAX : x;
        u[i] = (int16_t)(x < -SCAN_MAX ? -SCAN_MAX : x);
    }
    for (int i = TRUESPEECH_SUBFRAME; i < TRUESPEECH_WIDE; i++)
        u[i] = 0;
}

/* The response to the last `lag` samples is that to the last `lag - 1` a sample later, and that to
 * one sample more: cells[n] moves by moving the start. |history >> fit| < 2^10 and the response's
 * length < 2^15: 60 products stay below 2^28, and four repetitions of them below 2^30. */
static void scan_lags(const struct truespeech_response *response, const int16_t *now,
                      const int16_t target[TRUESPEECH_WIDE], int fit, int shift, int lowest,
                      int highest, struct scan *out)
{
    int32_t cells[TRUESPEECH_HISTORY + 1 + TRUESPEECH_WIDE] = { 0 }, sum[TRUESPEECH_WIDE] = { 0 };
    int16_t u[2][TRUESPEECH_WIDE] = { 0 };

    for (int lag = 1; lag <= highest + 1; lag++) {
        int32_t *v = cells + TRUESPEECH_HISTORY + 1 - lag;
        int16_t x = (int16_t)(now[-lag] >> fit), *this = u[lag % 2];

        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            v[i] += x * response->h[i];
        if (lag < lowest)
            continue;
        if (lag < TRUESPEECH_SUBFRAME)
            repeat(v, lag, sum);
        shorten(lag < TRUESPEECH_SUBFRAME ? sum : v, shift, this);
        out->target[lag] = dot_exact(target, this, TRUESPEECH_WIDE);
        out->energy[lag] = dot_exact(this, this, TRUESPEECH_WIDE);
        out->next[lag - 1] = dot_exact(this, u[(lag + 1) % 2], TRUESPEECH_WIDE);
    }
}

static void insert(struct truespeech_long_term_code *codes, int *count, int wanted,
                   struct truespeech_long_term_code code)
{
    int at = *count;

    while (at > 0 && codes[at - 1].gain < code.gain)
        at--;
    if (at == wanted)
        return;
    *count += *count < wanted;
    memmove(codes + at + 1, codes + at, (size_t)(*count - 1 - at) * sizeof *codes);
    codes[at] = code;
}

int truespeech_long_term_search(const struct truespeech_response *response, const int16_t *now,
                                const int16_t t[TRUESPEECH_SUBFRAME], int lowest, int highest,
                                int wanted,
                                struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX])
{
    struct scan scan;
    int16_t target[TRUESPEECH_WIDE] = { 0 };
    int bits = peak_bits(now - TRUESPEECH_HISTORY, TRUESPEECH_HISTORY),
        fit = bits > HISTORY_BITS ? bits - HISTORY_BITS : 0;
    int down = peak_bits(t, TRUESPEECH_SUBFRAME) - TARGET_BITS, count = 0;

    down = down < fit - response->scale ? fit - response->scale : down;
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        target[i] = (int16_t)(down < 0 ? t[i] * (1 << -down) : t[i] >> down);
    scan_lags(response, now, target, fit, response->scale - fit + down, lowest, highest, &scan);
    for (int lag = lowest; lag <= highest; lag++)
        for (int taps = 0; taps < TRUESPEECH_TAPS; taps++) {
            int64_t a = truespeech_taps[taps][0], b = truespeech_taps[taps][1];
            int64_t gain =
                a * (2 * 16384 * (int64_t)scan.target[lag + 1] - a * scan.energy[lag + 1]) +
                b * (2 * 16384 * (int64_t)scan.target[lag] - b * scan.energy[lag]) -
                2 * a * b * scan.next[lag];

            insert(codes, &count, wanted,
                   (struct truespeech_long_term_code){ gain, (int16_t)lag, (uint8_t)taps });
        }
    return count;
}
