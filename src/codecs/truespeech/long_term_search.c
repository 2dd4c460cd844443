/* The search for the long-term prediction: every lag with every pair of taps. */
#include <string.h>
#include "search.h"
#include "tables.h"

/* 60 squares of SCAN_MAX stay below 2^30. */
enum { TARGET_BITS = 11, SCAN_MAX = 4095, HISTORY_BITS = 10 };

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

/* The response to the last `lag` samples is the one to the last `lag - 1`, a sample later, plus the
 * one to a sample more: cells[n] moves with the start. 60 products of the excitation and the
 * response stay below 2^28, and four repetitions of them below 2^30. */
void truespeech_scan(const struct truespeech_scan *in,
                     struct truespeech_products rows[TRUESPEECH_HISTORY + 1])
{
    int32_t cells[TRUESPEECH_HISTORY + 1 + TRUESPEECH_WIDE] = { 0 }, sum[TRUESPEECH_WIDE] = { 0 };
    int16_t u[2][TRUESPEECH_WIDE] = { 0 };

    for (int lag = 1; lag <= in->lags.highest + 1; lag++) {
        int32_t *v = cells + TRUESPEECH_HISTORY + 1 - lag;
        int16_t x = (int16_t)(in->now[-lag] >> in->fit), *this = u[lag % 2];

        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            v[i] += x * in->h[i];
        if (lag < in->lags.lowest)
            continue;
        if (lag < TRUESPEECH_SUBFRAME)
            repeat(v, lag, sum);
        shorten(lag < TRUESPEECH_SUBFRAME ? sum : v, in->shift, this);
        rows[lag].target = dot_exact(in->target, this, TRUESPEECH_WIDE);
        rows[lag].energy = dot_exact(this, this, TRUESPEECH_WIDE);
        rows[lag].below = dot_exact(this, u[(lag + 1) % 2], TRUESPEECH_WIDE);
    }
}

/* How the excitation, the target and the responses are scaled for the search. */
struct scaling {
    int fit;   /* right shift of the excitation */
    int down;  /* right shift of the target */
    int shift; /* right shift of a response */
};

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

/* The reduction of the error by the taps a at lag + 1 and b at lag, on the scale of the scan. */
static int64_t gain_of(const struct truespeech_products row[2], int64_t a, int64_t b)
{
    return a * (2 * 16384 * (int64_t)row[1].target - a * row[1].energy) +
           b * (2 * 16384 * (int64_t)row[0].target - b * row[0].energy) - 2 * a * b * row[1].below;
}

/* False if no taps at all reduce the error by more than the score: with any two, the most is
 * (T1^2 E0 - 2 T1 T0 N + T0^2 E1) / (E1 E0 - N^2), here of numbers of 15 bits. A sixteenth more
 * makes up for those that they lose. */
static bool may_exceed(const struct truespeech_products row[2], int64_t score)
{
    int32_t most = row[0].energy | row[1].energy | (row[0].target ^ row[0].target >> 31) |
                   (row[1].target ^ row[1].target >> 31);
    int shift = max_i32(16 - norm_l(most), 0);
    int64_t t0 = row[0].target >> shift, t1 = row[1].target >> shift, e0 = row[0].energy >> shift,
            e1 = row[1].energy >> shift, n = row[1].below >> shift,
            reduction = t1 * t1 * e0 - 2 * t1 * t0 * n + t0 * t0 * e1;

    return reduction + (reduction >> 4) >= (e1 * e0 - n * n) * (score >> (28 + shift));
}

int truespeech_long_term_search(const struct truespeech_response *response, const int16_t *now,
                                const int16_t t[TRUESPEECH_SUBFRAME], struct truespeech_lags lags,
                                int wanted,
                                struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX])
{
    struct truespeech_products rows[TRUESPEECH_HISTORY + 1];
    struct ranking ranking = { .limit = wanted };
    struct scaling scaling = scaling_of(response, now, t);
    int16_t target[TRUESPEECH_WIDE] = { 0 };

    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        target[i] =
            (int16_t)(scaling.down < 0 ? t[i] * (1 << -scaling.down) : t[i] >> scaling.down);
    response->dsp->truespeech->scan(
        &(struct truespeech_scan){ response->h, now, target, scaling.fit, scaling.shift, lags },
        rows);
    for (int lag = lags.lowest; lag <= lags.highest; lag++) {
        if (ranking.count == wanted && !may_exceed(rows + lag, ranking.scores[wanted - 1]))
            continue;
        for (int taps = 0; taps < TRUESPEECH_TAPS; taps++) {
            const int16_t *tap = truespeech_taps[taps];
            int at = rank(&ranking, gain_of(rows + lag, tap[0], tap[1]), codes, sizeof *codes);

            if (at >= 0)
                codes[at] = (struct truespeech_long_term_code){ (int16_t)lag, (uint8_t)taps };
        }
    }
    return ranking.count;
}
