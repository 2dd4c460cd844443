/* The encoding of a frame. Several encodings of the first subframes compete, because the one with
 * the least error so far may not be the best past of the next subframe. */
#include "search.h"
#include "tables.h"

static const struct lh_celp_effort survey = {
    .predictions = 4, .paths = 1, .decoded = 1, .spectra = LH_CELP_SPECTRA_MAX
};
static const struct lh_celp_effort efforts[] = {
    { .predictions = 2, .paths = 1, .decoded = 2, .spectra = 1, .finalists = 1 },
    { .predictions = 4, .paths = 2, .decoded = 3, .spectra = 1, .finalists = 1 },
    { .predictions = 8, .paths = 6, .decoded = 8, .spectra = 8, .finalists = 2 },
};

/* An encoding of the first subframes. */
struct path {
    int16_t excitation[LH_CELP_HISTORY + LH_CELP_FRAME], enhanced[LH_CELP_HISTORY + LH_CELP_FRAME];
    struct lh_celp_synthesis synthesis;
    struct lh_celp_subframe subframes[LH_CELP_SUBFRAMES];
    int lag; /* of the last subframe */
    int64_t error;
};

/* A subframe that might continue a path. */
struct candidate {
    int path, lag;
    struct lh_celp_subframe subframe;
};

/* The best candidates of all paths, by their estimated errors, negated. */
struct candidates {
    struct ranking ranking;
    struct candidate best[RANKING_MAX];
};

/* A subframe to be encoded, through one filter. */
struct task {
    const struct lh_celp_effort *effort;
    const int16_t *a_q10;
    const struct lh_celp_response *response;
    const int16_t *x;
    int index, size;
};

static int position(const struct task *task)
{
    return LH_CELP_HISTORY + lh_celp_subframe_start(task->index);
}

/* The part of x that the excitation must provide: x less the ringing of the filters. */
static void target_of(const struct path *path, const struct task *task, int16_t t[LH_CELP_SUBFRAME])
{
    static const int16_t silence[LH_CELP_SUBFRAME] = { 0 };
    struct lh_celp_synthesis rest = path->synthesis;
    int32_t y_q14[LH_CELP_SUBFRAME];

    lh_celp_synthesize(&rest, task->a_q10, silence, task->size, y_q14);
    for (int i = 0; i < task->size; i++)
        t[i] = saturate(task->x[i] - (y_q14[i] >> 14));
}

static struct lh_celp_lags lags_of(const struct path *path, const struct task *task)
{
    int lowest = path->lag + LH_CELP_DELTA_MIN;

    if (task->index == 0)
        return (struct lh_celp_lags){ LH_CELP_LAG_MIN, LH_CELP_LAG_MAX };
    return (struct lh_celp_lags){ lowest, lowest + LH_CELP_DELTAS - 1 };
}

/* Completes a prediction with the best code for what it leaves of a target; returns the energy of
 * the error. Uses the path beyond its end. */
static int64_t complete(struct path *path, const struct task *task,
                        const int16_t t[LH_CELP_SUBFRAME], struct lh_celp_prediction prediction,
                        struct lh_celp_subframe *out)
{
    int16_t *enhanced = path->enhanced + position(task), e[LH_CELP_SUBFRAME], y[LH_CELP_SUBFRAME],
            gain = lh_celp_adaptive_gain(prediction.gain),
            enhancement = lh_celp_enhancement_gain(gain);

    lh_celp_long_term(path->excitation + position(task), prediction.lag, gain, task->size, e);
    lh_celp_enhance(e, prediction.lag, enhancement, task->size, enhanced);
    lh_celp_convolve(task->response, enhanced, y);
    for (int i = 0; i < task->size; i++)
        y[i] = saturate(t[i] - y[i]);
    out->adaptive_gain = prediction.gain;
    return energy_exact(y, task->size) -
           lh_celp_code_search(task->response, y, prediction.lag, enhancement, out);
}

/* Ranks the candidates that may continue path `number`. */
static void follow(struct path *path, int number, const struct task *task, struct candidates *out)
{
    struct lh_celp_past past = { path->excitation + position(task),
                                 path->enhanced + position(task) };
    struct lh_celp_lags lags = lags_of(path, task);
    struct lh_celp_prediction predictions[LH_CELP_PREDICTIONS_MAX];
    int16_t t[LH_CELP_SUBFRAME];
    int n;

    target_of(path, task, t);
    n = lh_celp_long_term_search(task->response, &past, t, lags, task->effort->predictions,
                                 predictions);
    for (int j = 0; j < n; j++) {
        struct candidate candidate = { .path = number, .lag = predictions[j].lag };
        int64_t error = path->error + complete(path, task, t, predictions[j], &candidate.subframe);
        int at = rank(&out->ranking, -error, out->best, sizeof *out->best);

        candidate.subframe.lag = (uint8_t)(candidate.lag - lags.lowest);
        if (at >= 0)
            out->best[at] = candidate;
    }
}

/* Continues the path exactly as a decoder will. */
static void extend(struct path *path, const struct candidate *candidate, const struct task *task)
{
    int16_t *enhanced = path->enhanced + position(task);
    int32_t y_q14[LH_CELP_SUBFRAME];

    path->lag = candidate->lag;
    path->subframes[task->index] = candidate->subframe;
    lh_celp_excite(path->excitation + position(task), enhanced, &candidate->subframe,
                   candidate->lag, task->size);
    lh_celp_synthesize(&path->synthesis, task->a_q10, enhanced, task->size, y_q14);
    for (int i = 0; i < task->size; i++) {
        int64_t error = task->x[i] - lh_celp_sample(y_q14[i]);

        path->error += error * error;
    }
}

/* Continues all paths by a subframe; returns how many survive. More candidates are decoded than
 * survive, because the estimates assume that nothing is rounded, clipped or wraps. */
static int step(struct path paths[LH_CELP_PATHS_MAX], int count, const struct task *task)
{
    struct candidates found = { .ranking = { .limit = task->effort->decoded } };
    struct ranking ranking = { .limit = task->effort->paths };
    struct path next[LH_CELP_PATHS_MAX], path;

    for (int n = 0; n < count; n++)
        follow(&paths[n], n, task, &found);
    for (int n = 0; n < found.ranking.count; n++) {
        int at;

        path = paths[found.best[n].path];
        extend(&path, &found.best[n], task);
        at = rank(&ranking, -path.error, next, sizeof *next);
        if (at >= 0)
            next[at] = path;
    }
    /* cppcheck-suppress uninitvar ; the first ranking.count are set */
    memcpy(paths, next, (size_t)ranking.count * sizeof *paths);
    return ranking.count;
}

/* The best encoding of the frame with these frequencies. */
static void encode_with(const struct lh_celp_encoder *state, const uint8_t codes[LH_CELP_ORDER],
                        const int16_t x[LH_CELP_FRAME], const struct lh_celp_effort *effort,
                        struct path *out)
{
    const struct lh_celp_decoder *from = &state->decoder;
    struct path paths[LH_CELP_PATHS_MAX];
    struct lh_celp_response response;
    int16_t lsf[LH_CELP_ORDER], between[LH_CELP_ORDER], a_q10[LH_CELP_ORDER];
    int count = 1;

    memcpy(paths[0].excitation, from->excitation, sizeof from->excitation);
    memcpy(paths[0].enhanced, from->enhanced, sizeof from->enhanced);
    paths[0].synthesis = from->synthesis;
    paths[0].error = 0;
    lh_celp_lsf(codes, lsf);
    for (int i = 0; i < LH_CELP_SUBFRAMES; i++) {
        struct task task = { effort,    a_q10,
                             &response, x + lh_celp_subframe_start(i),
                             i,         lh_celp_subframe_size(i) };

        lh_celp_interpolate(from->lsf, lsf, i, between);
        lh_celp_predictor(between, a_q10);
        lh_celp_response(state->dsp, a_q10, task.size, &response);
        count = step(paths, count, &task);
    }
    *out = paths[0];
}

/* Keeps the better of two encodings. */
static void try_set(const struct lh_celp_encoder *state, const uint8_t codes[LH_CELP_ORDER],
                    const int16_t x[LH_CELP_FRAME], struct path *best, uint8_t lsf[LH_CELP_ORDER])
{
    struct path path;

    encode_with(state, codes, x, &efforts[state->quality], &path);
    if (path.error < best->error) {
        *best = path;
        memcpy(lsf, codes, LH_CELP_ORDER);
    }
}

/* Surveys all sets of frequencies with little effort, then searches the best of them with full
 * effort.
 *
 * Filters that wrap, as loud low sounds make them, may go on wrapping. The error is larger than the
 * sound then, and equally spaced frequencies, with which 1/A is nearly 1, bring the filters to
 * rest. */
static void encode_delayed(struct lh_celp_encoder *state, const int16_t *pcm,
                           struct lh_celp_parameters *out)
{
    static const uint8_t flat[LH_CELP_ORDER] = { 5, 8, 10, 4, 11, 4, 5, 2, 5, 1 };
    int16_t x[LH_CELP_FRAME];
    const struct lh_celp_effort *effort = &efforts[state->quality];
    uint8_t codes[LH_CELP_SPECTRA_MAX][LH_CELP_ORDER];
    int64_t errors[LH_CELP_SPECTRA_MAX] = { 0 };
    struct path best = { .error = INT64_MAX }, path;

    lh_celp_highpass(pcm - LH_CELP_HIGHPASS_REACH, x);
    lh_celp_analyze(pcm + LH_CELP_CENTER, effort->spectra, state->lsf, codes);
    for (int set = 0; effort->finalists < effort->spectra && set < effort->spectra; set++) {
        encode_with(state, codes[set], x, &survey, &path);
        errors[set] = path.error;
    }
    for (int n = 0; n < effort->finalists; n++) {
        int set = index_of_minimum(errors, effort->spectra);

        try_set(state, codes[set], x, &best, out->lsf);
        errors[set] = INT64_MAX;
    }
    if (best.error > energy_exact(x, LH_CELP_FRAME))
        try_set(state, flat, x, &best, out->lsf);
    memcpy(out->subframes, best.subframes, sizeof out->subframes);
}

void lh_celp_encode_frame(struct lh_celp_encoder *state, const int16_t pcm[LH_CELP_FRAME],
                          struct lh_celp_parameters *out)
{
    enum { BEFORE = LH_CELP_PAST + LH_CELP_DELAY };
    int16_t x[BEFORE + LH_CELP_FRAME], decoded[LH_CELP_FRAME];

    memcpy(x, state->pcm, sizeof state->pcm);
    memcpy(x + BEFORE, pcm, LH_CELP_FRAME * sizeof *x);
    encode_delayed(state, x + LH_CELP_PAST, out);
    lh_celp_decode_frame(&state->decoder, out, decoded);
    memcpy(state->lsf, out->lsf, sizeof state->lsf);
    memcpy(state->pcm, x + LH_CELP_FRAME, sizeof state->pcm);
}
