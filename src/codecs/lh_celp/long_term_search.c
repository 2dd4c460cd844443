/* The search for the long-term prediction: every lag with every gain. A gain belongs to the
 * excitation, another one to the enhanced excitation of the same lag. */
#include "search.h"
#include "tables.h"

/* 56 products of SCAN_MAX stay below 2^30. */
enum { TARGET_BITS = 11, SCAN_MAX = 4095, HISTORY_BITS = 10, CELLS = LH_CELP_HISTORY };

/* The products of the target and the responses to both histories, at one lag. */
struct products {
    int64_t target[2], energy[2], cross;
};

/* How the excitation, the target and the responses are scaled for the search: right shifts. */
struct scaling {
    int fit, down, shift;
};

static int peak_bits(const int16_t *x, int n)
{
    int32_t peak = peak_of(x, n);

    return peak ? 31 - norm_l(peak) : 0;
}

static struct scaling scaling_of(const struct lh_celp_response *response,
                                 const struct lh_celp_past *past, const int16_t t[LH_CELP_SUBFRAME])
{
    int bits = max_i32(peak_bits(past->excitation - LH_CELP_HISTORY, LH_CELP_HISTORY),
                       peak_bits(past->enhanced - LH_CELP_HISTORY, LH_CELP_HISTORY));
    struct scaling out;

    out.fit = max_i32(bits - HISTORY_BITS, 0);
    out.down = max_i32(peak_bits(t, response->size) - TARGET_BITS, out.fit - response->scale);
    out.shift = response->scale - out.fit + out.down;
    return out;
}

/* The response to the last `lag` samples of a history is the one to the last `lag - 1`, a sample
 * later, plus the one to a sample more: the cells of a lag begin one before those of the lag below.
 * |history >> fit| < 2^10 and the length of the response < 2^14: 54 products stay below 2^27, and
 * nine repetitions of them below 2^31. */
static void add_sample(int32_t *cells, const int16_t h[LH_CELP_WIDE], int16_t x)
{
    for (int i = 0; i < LH_CELP_WIDE; i++)
        cells[i] += x * h[i];
}

/* The response to the last `lag` samples, repeated: the responses to the periods, added up. The
 * enhancement of the repetitions is neglected. */
static void repeat(const int32_t *cells, int lag, const struct scaling *scaling, int size,
                   int16_t u[LH_CELP_WIDE])
{
    int32_t sum[LH_CELP_WIDE];

    memcpy(sum, cells, sizeof sum);
    for (int i = lag; i < size; i++)
        sum[i] += sum[i - lag];
    for (int i = 0; i < LH_CELP_WIDE; i++)
        u[i] = (int16_t)clamp(sum[i] >> scaling->shift, -SCAN_MAX, SCAN_MAX);
    for (int i = size; i < LH_CELP_WIDE; i++)
        u[i] = 0;
}

static void multiply(const struct dsp_celp *dsp, const int16_t target[LH_CELP_WIDE],
                     int16_t u[2][LH_CELP_WIDE], struct products *out)
{
    for (int j = 0; j < 2; j++) {
        out->target[j] = dsp->dot(target, u[j], LH_CELP_WIDE);
        out->energy[j] = dsp->dot(u[j], u[j], LH_CELP_WIDE);
    }
    out->cross = dsp->dot(u[0], u[1], LH_CELP_WIDE);
}

/* The reduction of the error by gains a and b, Q26. */
static int64_t reduction(const struct products *p, int64_t a, int64_t b)
{
    return a * (2 * 8192 * p->target[0] - a * p->energy[0]) +
           b * (2 * 8192 * p->target[1] - b * p->energy[1]) - 2 * a * b * p->cross;
}

/* The gains of a code: of the excitation and of the enhanced excitation, Q13. */
struct gains {
    int16_t a[LH_CELP_ADAPTIVE_GAINS], b[LH_CELP_ADAPTIVE_GAINS];
};

static void set_gains(struct gains *gains)
{
    for (unsigned code = 0; code < LH_CELP_ADAPTIVE_GAINS; code++) {
        gains->a[code] = lh_celp_adaptive_gain(code);
        gains->b[code] = lh_celp_enhancement_gain(gains->a[code]);
    }
}

static void rank_gains(const struct products *products, const struct gains *gains, int lag,
                       struct ranking *ranking,
                       struct lh_celp_prediction out[LH_CELP_PREDICTIONS_MAX])
{
    for (int code = 0; code < LH_CELP_ADAPTIVE_GAINS; code++) {
        int64_t score = reduction(products, gains->a[code], gains->b[code]);
        int at = rank(ranking, score, out, sizeof *out);

        if (at >= 0)
            out[at] = (struct lh_celp_prediction){ (int16_t)lag, (uint8_t)code };
    }
}

int lh_celp_long_term_search(const struct lh_celp_response *response,
                             const struct lh_celp_past *past, const int16_t t[LH_CELP_SUBFRAME],
                             struct lh_celp_lags lags, int wanted,
                             struct lh_celp_prediction out[LH_CELP_PREDICTIONS_MAX])
{
    const int16_t *const from[2] = { past->excitation, past->enhanced };
    struct ranking ranking = { .limit = wanted };
    struct scaling scaling = scaling_of(response, past, t);
    int32_t cells[2][CELLS + LH_CELP_WIDE] = { { 0 } };
    int16_t target[LH_CELP_WIDE] = { 0 }, u[2][LH_CELP_WIDE];
    struct products products;
    struct gains gains;

    set_gains(&gains);
    for (int i = 0; i < response->size; i++)
        target[i] =
            (int16_t)(scaling.down < 0 ? t[i] * (1 << -scaling.down) : t[i] >> scaling.down);
    for (int lag = 1; lag <= lags.highest; lag++) {
        for (int j = 0; j < 2; j++) {
            add_sample(cells[j] + CELLS - lag, response->h,
                       (int16_t)(from[j][-lag] >> scaling.fit));
            if (lag >= lags.lowest)
                repeat(cells[j] + CELLS - lag, lag, &scaling, response->size, u[j]);
        }
        if (lag < lags.lowest)
            continue;
        multiply(response->dsp, target, u, &products);
        rank_gains(&products, &gains, lag, &ranking, out);
    }
    return ranking.count;
}
