/* The search for the long-term prediction: every lag with every pair of taps. */
#include <string.h>
#include "search.h"
#include "tables.h"

/* 60 squares of SCAN_MAX stay below 2^30. */
enum { TARGET_BITS = 11, SCAN_MAX = 4095, HISTORY_BITS = 10 };

/* The products of the response at each lag with the target, itself, and the response at lag + 1. */
struct scan {
    int32_t target[TRUESPEECH_HISTORY + 1], energy[TRUESPEECH_HISTORY + 1],
        next[TRUESPEECH_HISTORY + 1];
};

static int peak_bits(const int16_t *x, int n)
{
    int32_t peak = 0;

    for (int i = 0; i < n; i++)
        peak = max_i32(peak, x[i] < 0 ? -x[i] : x[i]);
    return peak ? 31 - norm_l(peak) : 0;
}

/* The response to the last `lag` samples of excitation, repeated: the responses to the periods,
 * added up. */
static void repeat(const int32_t *cells, int lag, int32_t sum[TRUESPEECH_WIDE])
{
    memcpy(sum, cells, TRUESPEECH_SUBFRAME * sizeof *sum);
    for (int i = lag; i < TRUESPEECH_SUBFRAME; i++)
        sum[i] += sum[i - lag];
}

static void shorten(const int32_t *v, int shift, int16_t u[TRUESPEECH_WIDE])
{
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        u[i] = (int16_t)clamp(v[i] >> shift, -SCAN_MAX, SCAN_MAX);
    for (int i = TRUESPEECH_SUBFRAME; i < TRUESPEECH_WIDE; i++)
        u[i] = 0;
}

/* How the excitation, the target and the responses are scaled for the search. */
struct scaling {
    int fit;   /* right shift of the excitation */
    int down;  /* right shift of the target */
    int shift; /* right shift of a response */
};

/* The response to the last `lag` samples is the one to the last `lag - 1`, a sample later, plus the
 * one to a sample more: cells[n] moves with the start. |history >> fit| < 2^10 and the length of
 * the response < 2^15: 60 products stay below 2^28, and four repetitions of them below 2^30. */
static void scan_lags(const struct truespeech_response *response, const int16_t *now,
                      const int16_t target[TRUESPEECH_WIDE], const struct scaling *scaling,
                      struct truespeech_lags lags, struct scan *out)
{
    int32_t cells[TRUESPEECH_HISTORY + 1 + TRUESPEECH_WIDE] = { 0 }, sum[TRUESPEECH_WIDE] = { 0 };
    int16_t u[2][TRUESPEECH_WIDE] = { 0 };

    for (int lag = 1; lag <= lags.highest + 1; lag++) {
        int32_t *v = cells + TRUESPEECH_HISTORY + 1 - lag;
        int16_t x = (int16_t)(now[-lag] >> scaling->fit), *this = u[lag % 2];

        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            v[i] += x * response->h[i];
        if (lag < lags.lowest)
            continue;
        if (lag < TRUESPEECH_SUBFRAME)
            repeat(v, lag, sum);
        shorten(lag < TRUESPEECH_SUBFRAME ? sum : v, scaling->shift, this);
        out->target[lag] = dot_exact(target, this, TRUESPEECH_WIDE);
        out->energy[lag] = dot_exact(this, this, TRUESPEECH_WIDE);
        out->next[lag - 1] = dot_exact(this, u[(lag + 1) % 2], TRUESPEECH_WIDE);
    }
}

static struct scaling scaling_of(const struct truespeech_response *response, const int16_t *now,
                                 const int16_t t[TRUESPEECH_SUBFRAME])
{
    int bits = peak_bits(now - TRUESPEECH_HISTORY, TRUESPEECH_HISTORY);
    struct scaling out;

    out.fit = max_i32(bits - HISTORY_BITS, 0);
    out.down = max_i32(peak_bits(t, TRUESPEECH_SUBFRAME) - TARGET_BITS, out.fit - response->scale);
    out.shift = response->scale - out.fit + out.down;
    return out;
}

/* The reduction of the error by taps a and b at one lag, on the scale of the scan. */
static int64_t gain_of(const struct scan *scan, int lag, int64_t a, int64_t b)
{
    return a * (2 * 16384 * (int64_t)scan->target[lag + 1] - a * scan->energy[lag + 1]) +
           b * (2 * 16384 * (int64_t)scan->target[lag] - b * scan->energy[lag]) -
           2 * a * b * scan->next[lag];
}

int truespeech_long_term_search(const struct truespeech_response *response, const int16_t *now,
                                const int16_t t[TRUESPEECH_SUBFRAME], struct truespeech_lags lags,
                                int wanted,
                                struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX])
{
    struct ranking ranking = { .limit = wanted };
    struct scaling scaling = scaling_of(response, now, t);
    int16_t target[TRUESPEECH_WIDE] = { 0 };
    struct scan scan;

    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        target[i] =
            (int16_t)(scaling.down < 0 ? t[i] * (1 << -scaling.down) : t[i] >> scaling.down);
    scan_lags(response, now, target, &scaling, lags, &scan);
    for (int lag = lags.lowest; lag <= lags.highest; lag++)
        for (int taps = 0; taps < TRUESPEECH_TAPS; taps++) {
            const int16_t *tap = truespeech_taps[taps];
            int at = rank(&ranking, gain_of(&scan, lag, tap[0], tap[1]), codes, sizeof *codes);

            if (at >= 0)
                codes[at] = (struct truespeech_long_term_code){ (int16_t)lag, (uint8_t)taps };
        }
    return ranking.count;
}
