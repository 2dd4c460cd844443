/* A frame, encoded. Predictors are never blended (`blend` 0): a frame's acts on its subframes 2 and
 * 3 and on the next frame's 0 and 1, which the choice of one counts in. */
#include <string.h>
#include "search.h"
#include "tables.h"

enum { AHEAD = TRUESPEECH_SUBFRAMES + 2 }; /* subframes that a frame's predictor reaches */

static const struct truespeech_effort survey = {
    .codes = 4, .gains = 1, .rounds = 1, .paths = 1, .spectra = TRUESPEECH_SPECTRA_MAX
};
static const struct truespeech_effort efforts[] = {
    { .codes = 2, .gains = 1, .rounds = 1, .paths = 1, .spectra = 1, .finalists = 1 },
    { .codes = 8, .gains = 2, .rounds = 3, .paths = 1, .spectra = 1, .finalists = 1 },
    { .codes = 8, .gains = 2, .rounds = 3, .paths = 4, .spectra = 8, .finalists = 3 },
};

/* A beginning of the frame. */
struct path {
    int16_t history[TRUESPEECH_HISTORY + AHEAD * TRUESPEECH_SUBFRAME];
    struct truespeech_synthesis synthesis;
    struct truespeech_subframe subframes[AHEAD]; /* .ltp holds the taps */
    int16_t lags[AHEAD];                         /* 0: off */
    int64_t error;
};

/* A subframe that might follow a path. */
struct candidate {
    int64_t error;
    int path;
    int16_t lag;
    struct truespeech_subframe subframe;
};

/* What is left for a subframe's excitation to do. */
static void target_of(const struct path *path, const struct truespeech_synthesis_filter *filter,
                      const int16_t *x, int16_t t[TRUESPEECH_SUBFRAME])
{
    static const int16_t silence[TRUESPEECH_SUBFRAME] = { 0 };
    struct truespeech_synthesis rest = path->synthesis;

    truespeech_synthesize(&rest, filter, silence, t);
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        t[i] = saturate(x[i] - t[i]);
}

/* The lags of a pair share a base: they differ by less than TRUESPEECH_LAGS. */
static void lag_range(const struct path *path, int i, int *lowest, int *highest)
{
    int other = i % 2 ? path->lags[i - 1] : 0;

    *lowest = other && other - TRUESPEECH_LAGS + 1 > TRUESPEECH_LAG_MIN
                  ? other - TRUESPEECH_LAGS + 1
                  : TRUESPEECH_LAG_MIN;
    *highest = other && other + TRUESPEECH_LAGS - 1 < TRUESPEECH_LAG_MAX
                   ? other + TRUESPEECH_LAGS - 1
                   : TRUESPEECH_LAG_MAX;
}

static void insert(struct candidate *best, int *count, int wanted,
                   const struct candidate *candidate)
{
    int at = *count;

    while (at > 0 && best[at - 1].error > candidate->error)
        at--;
    if (at == wanted)
        return;
    *count += *count < wanted;
    memmove(best + at + 1, best + at, (size_t)(*count - 1 - at) * sizeof *best);
    best[at] = *candidate;
}

static void predict(const struct dsp_celp *dsp, struct path *path, int i, int lag, int taps,
                    int16_t p[TRUESPEECH_SUBFRAME])
{
    memset(p, 0, TRUESPEECH_SUBFRAME * sizeof *p);
    if (lag)
        truespeech_long_term(dsp, path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * i, lag,
                             truespeech_taps[taps], p);
}

/* Everything worth a look that may follow a path. */
static void follow(struct path *path, int number, int i, const struct truespeech_response *response,
                   const struct truespeech_synthesis_filter *filter, const int16_t *x,
                   const struct truespeech_effort *effort,
                   struct candidate best[TRUESPEECH_PATHS_MAX], int *count)
{
    struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX];
    int16_t t[TRUESPEECH_SUBFRAME], p[TRUESPEECH_SUBFRAME], y[TRUESPEECH_SUBFRAME];
    int lowest, highest, n;

    target_of(path, filter, x, t);
    lag_range(path, i, &lowest, &highest);
    n = truespeech_long_term_search(response,
                                    path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * i, t,
                                    lowest, highest, effort->codes, codes);
    codes[n].lag = 0;
    for (int j = 0; j <= n; j++) {
        struct candidate candidate = { .path = number, .lag = codes[j].lag };

        predict(filter->dsp, path, i, codes[j].lag, codes[j].taps, p);
        truespeech_convolve(response, p, y);
        for (int k = 0; k < TRUESPEECH_SUBFRAME; k++)
            y[k] = saturate(t[k] - y[k]);
        candidate.error = path->error + energy_exact(y, TRUESPEECH_SUBFRAME) -
                          truespeech_pulse_search(response, y, effort, &candidate.subframe);
        candidate.subframe.ltp = codes[j].taps;
        insert(best, count, effort->paths, &candidate);
    }
}

/* The path goes on, exactly as a decoder will. */
static void extend(struct path *path, const struct candidate *candidate, int i,
                   const struct truespeech_synthesis_filter *filter, const int16_t *x)
{
    int16_t p[TRUESPEECH_SUBFRAME], e[TRUESPEECH_SUBFRAME], out[TRUESPEECH_SUBFRAME];

    path->lags[i] = candidate->lag;
    path->subframes[i] = candidate->subframe;
    predict(filter->dsp, path, i, candidate->lag, candidate->subframe.ltp, p);
    truespeech_place_pulses(&candidate->subframe, e);
    truespeech_excite(path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * i, p, e);
    truespeech_synthesize(&path->synthesis, filter, e, out);
    for (int k = 0; k < TRUESPEECH_SUBFRAME; k++)
        path->error += (int64_t)(x[k] - out[k]) * (x[k] - out[k]);
}

/* A subframe of every path. */
static int step(struct path paths[TRUESPEECH_PATHS_MAX], int count, int i,
                const struct truespeech_response *response,
                const struct truespeech_synthesis_filter *filter, const int16_t *x,
                const struct truespeech_effort *effort)
{
    struct candidate best[TRUESPEECH_PATHS_MAX];
    struct path next[TRUESPEECH_PATHS_MAX];
    int found = 0;

    for (int n = 0; n < count; n++)
        follow(&paths[n], n, i, response, filter, x, effort, best, &found);
    for (int n = 0; n < found; n++) {
        next[n] = paths[best[n].path];
        extend(&next[n], &best[n], i, filter, x);
    }
    for (int n = 0; n < found; n++)
        paths[n] = next[n];
    return found;
}

/* The best way through the frame with these coefficients. */
static void walk(const struct truespeech_decoder *from, const uint8_t reflection[TRUESPEECH_ORDER],
                 const int16_t *pcm, const struct truespeech_effort *effort, struct path *out)
{
    struct path paths[TRUESPEECH_PATHS_MAX];
    struct truespeech_synthesis_filter filter;
    struct truespeech_response response;
    int16_t a_q12[TRUESPEECH_ORDER], k_q15 = truespeech_reflections[0][reflection[0]];
    int count = 1, last = effort->paths == 1 && effort->spectra == 1 ? TRUESPEECH_SUBFRAMES : AHEAD;

    memcpy(paths[0].history, from->history, TRUESPEECH_HISTORY * sizeof *from->history);
    paths[0].synthesis = from->synthesis;
    paths[0].error = 0;
    truespeech_predictor(reflection, a_q12);
    for (int i = 0; i < last; i++) {
        if (i == 0 || i == 2) {
            truespeech_filter(from->dsp, i == 0 ? from->a_q12 : a_q12, k_q15, &filter);
            truespeech_response(&filter, &response);
        }
        count = step(paths, count, i, &response, &filter, pcm + TRUESPEECH_SUBFRAME * i, effort);
    }
    *out = paths[0];
    for (int n = 1; n < count; n++)
        if (paths[n].error < out->error)
            *out = paths[n];
}

/* A pair's base is its lowest lag. */
static void write(const struct path *path, const uint8_t reflection[TRUESPEECH_ORDER],
                  struct truespeech_parameters *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->reflection, reflection, TRUESPEECH_ORDER);
    for (int pair = 0; pair < 2; pair++) {
        const int16_t *lags = path->lags + 2 * pair;
        int lowest = lags[1] == 0 || (lags[0] != 0 && lags[0] < lags[1]) ? lags[0] : lags[1];

        out->base[pair] = (uint8_t)(lowest ? lowest - TRUESPEECH_LAG_MIN : 0);
        for (int i = 0; i < 2; i++) {
            struct truespeech_subframe *sub = &out->subframes[2 * pair + i];

            *sub = path->subframes[2 * pair + i];
            sub->ltp = (uint8_t)(lags[i] ? (lags[i] - lowest) * TRUESPEECH_TAPS + sub->ltp
                                         : TRUESPEECH_LTP_OFF);
        }
    }
}

static int least_of(const int64_t *errors, int n)
{
    int least = 0;

    for (int i = 1; i < n; i++)
        if (errors[i] < errors[least])
            least = i;
    return least;
}

/* All sets of coefficients with the effort of a survey; then the best of them with all of it. */
void truespeech_encode_frame(struct truespeech_encoder *state,
                             const int16_t pcm[2 * TRUESPEECH_FRAME],
                             struct truespeech_parameters *out)
{
    const struct truespeech_effort *effort = &efforts[state->quality];
    uint8_t reflection[TRUESPEECH_SPECTRA_MAX][TRUESPEECH_ORDER];
    int64_t errors[TRUESPEECH_SPECTRA_MAX] = { 0 };
    struct path best = { .error = INT64_MAX }, path;
    int16_t decoded[TRUESPEECH_FRAME];
    int chosen = 0;

    truespeech_analyze(pcm + TRUESPEECH_FRAME, effort->spectra, reflection);
    for (int set = 0; effort->finalists < effort->spectra && set < effort->spectra; set++) {
        walk(&state->decoder, reflection[set], pcm, &survey, &path);
        errors[set] = path.error;
    }
    for (int n = 0; n < effort->finalists; n++) {
        int set = least_of(errors, effort->spectra);

        walk(&state->decoder, reflection[set], pcm, effort, &path);
        errors[set] = INT64_MAX;
        if (path.error < best.error) {
            best = path;
            chosen = set;
        }
    }
    write(&best, reflection[chosen], out);
    truespeech_decode_frame(&state->decoder, out, decoded);
}
