/* The encoding of a frame. Predictors are never blended (`blend` is 0): the predictor of a frame
 * acts on its subframes 2 and 3 and on subframes 0 and 1 of the next frame, so its choice takes
 * those into account. */
#include <string.h>
#include "search.h"
#include "tables.h"

const struct dsp_truespeech truespeech_kernels = {
    .start_pulses = truespeech_start_pulses,
    .best_slot = truespeech_best_slot,
    .take_pulse = truespeech_take_pulse,
    .scan = truespeech_scan,
};

/* The subframes of this frame, and those of the next one that its predictor reaches. */
enum { AHEAD = TRUESPEECH_SUBFRAMES + 2 };

static const struct truespeech_effort survey = {
    .codes = 4, .gains = 1, .trials = 2, .rounds = 1, .paths = 1, .spectra = TRUESPEECH_SPECTRA_MAX
};
static const struct truespeech_effort efforts[] = {
    { .codes = 2, .gains = 1, .trials = 3, .rounds = 1, .paths = 1, .spectra = 1, .finalists = 1 },
    { .codes = 8, .gains = 2, .trials = 8, .rounds = 3, .paths = 2, .spectra = 1, .finalists = 1 },
    { .codes = 8, .gains = 2, .trials = 16, .rounds = 3, .paths = 4, .spectra = 8, .finalists = 3 },
};

/* An encoding of the first subframes. */
struct path {
    int16_t history[TRUESPEECH_HISTORY + AHEAD * TRUESPEECH_SUBFRAME];
    struct truespeech_synthesis synthesis;
    struct truespeech_subframe subframes[AHEAD]; /* .ltp holds the taps */
    int16_t lags[AHEAD];                         /* 0: off */
    int64_t error;
};

/* A subframe that might continue a path: a long-term code, and pulses. */
struct trial {
    int path;
    int16_t lag; /* 0: off */
    uint8_t taps;
    int64_t energy; /* of the error without the pulses */
    struct truespeech_pulses pulses;
};

/* The best of all paths. */
struct trials {
    struct ranking ranking; /* by the error, negated */
    struct trial best[TRUESPEECH_TRIALS_MAX];
};

/* A subframe to be encoded, through one filter. */
struct task {
    const struct truespeech_effort *effort;
    const struct truespeech_synthesis_filter *filter;
    const struct truespeech_response *response;
    const int16_t *x;
    int index;
};

/* The part of x that the excitation must provide: x less the ringing of the filters. */
static void target_of(const struct path *path, const struct task *task,
                      int16_t t[TRUESPEECH_SUBFRAME])
{
    static const int16_t silence[TRUESPEECH_SUBFRAME] = { 0 };
    struct truespeech_synthesis rest = path->synthesis;

    truespeech_synthesize(&rest, task->filter, silence, t);
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        t[i] = saturate(task->x[i] - t[i]);
}

/* The lags of a pair share a base: they differ by less than TRUESPEECH_LAGS. */
static struct truespeech_lags lag_range(const struct path *path, int i)
{
    int other = i % 2 ? path->lags[i - 1] : 0;

    if (other == 0)
        return (struct truespeech_lags){ TRUESPEECH_LAG_MIN, TRUESPEECH_LAG_MAX };
    return (struct truespeech_lags){ max_i32(other - TRUESPEECH_LAGS + 1, TRUESPEECH_LAG_MIN),
                                     min_i32(other + TRUESPEECH_LAGS - 1, TRUESPEECH_LAG_MAX) };
}

static void predict(struct path *path, const struct task *task, int lag, int taps,
                    int16_t p[TRUESPEECH_SUBFRAME])
{
    int16_t *now = path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * task->index;

    memset(p, 0, TRUESPEECH_SUBFRAME * sizeof *p);
    if (lag)
        truespeech_long_term(task->filter->dsp, now, lag, truespeech_taps[taps], p);
}

/* Ranks the trials that may continue path `number`: the best long-term codes, and none, each with
 * the best pulses for it, which are not moved yet. */
static void follow(struct path *path, int number, const struct task *task, struct trials *out)
{
    const struct truespeech_response *response = task->response;
    struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX];
    struct truespeech_pulses pulses[TRUESPEECH_GAINS_MAX];
    int16_t t[TRUESPEECH_SUBFRAME], p[TRUESPEECH_SUBFRAME], y[TRUESPEECH_SUBFRAME];
    int16_t *now = path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * task->index;
    int n;

    target_of(path, task, t);
    n = truespeech_long_term_search(response, now, t, lag_range(path, task->index),
                                    task->effort->codes, codes);
    codes[n] = (struct truespeech_long_term_code){ 0, 0 };
    for (int j = 0; j <= n; j++) {
        int64_t energy;
        int count;

        predict(path, task, codes[j].lag, codes[j].taps, p);
        truespeech_convolve(response, p, y);
        for (int k = 0; k < TRUESPEECH_SUBFRAME; k++)
            y[k] = saturate(t[k] - y[k]);
        energy = path->error + energy_exact(y, TRUESPEECH_SUBFRAME);
        count = truespeech_choose_pulses(response, y, task->effort->gains, pulses);
        for (int i = 0; i < count; i++) {
            int at = rank(&out->ranking, truespeech_gain_of(response, &pulses[i]) - energy,
                          out->best, sizeof *out->best);

            if (at >= 0)
                out->best[at] =
                    (struct trial){ number, codes[j].lag, codes[j].taps, energy, pulses[i] };
        }
    }
}

/* Continues the path exactly as a decoder will. */
static void extend(struct path *path, const struct trial *trial, const struct task *task)
{
    struct truespeech_subframe *sub = &path->subframes[task->index];
    int16_t p[TRUESPEECH_SUBFRAME], e[TRUESPEECH_SUBFRAME], out[TRUESPEECH_SUBFRAME];
    int16_t *now = path->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * task->index;

    path->lags[task->index] = trial->lag;
    sub->ltp = trial->taps;
    truespeech_write_pulses(&trial->pulses, sub);
    predict(path, task, trial->lag, trial->taps, p);
    truespeech_place_pulses(sub, e);
    truespeech_excite(now, p, e);
    truespeech_synthesize(&path->synthesis, task->filter, e, out);
    for (int k = 0; k < TRUESPEECH_SUBFRAME; k++)
        path->error += (int64_t)(task->x[k] - out[k]) * (task->x[k] - out[k]);
}

/* Continues all paths by a subframe; returns how many survive. */
static int step(struct path paths[TRUESPEECH_PATHS_MAX], int count, const struct task *task)
{
    struct trials trials = { .ranking = { .limit = task->effort->trials } };
    struct ranking ranking = { .limit = task->effort->paths };
    int best[TRUESPEECH_PATHS_MAX] = { 0 };
    struct path next[TRUESPEECH_PATHS_MAX];

    for (int n = 0; n < count; n++)
        follow(&paths[n], n, task, &trials);
    for (int n = 0; n < trials.ranking.count; n++) {
        struct trial *trial = &trials.best[n];
        int at;

        truespeech_move_pulses(task->response, task->effort->rounds, &trial->pulses);
        at = rank(&ranking, truespeech_gain_of(task->response, &trial->pulses) - trial->energy,
                  best, sizeof *best);
        if (at >= 0)
            best[at] = n;
    }
    for (int n = 0; n < ranking.count; n++) {
        const struct trial *trial = &trials.best[best[n]];

        next[n] = paths[trial->path];
        extend(&next[n], trial, task);
    }
    for (int n = 0; n < ranking.count; n++)
        paths[n] = next[n];
    return ranking.count;
}

/* The best encoding of the frame with these reflection coefficients. */
static void encode_with(const struct dsp *dsp, const struct truespeech_decoder *from,
                        const uint8_t reflection[TRUESPEECH_ORDER], const int16_t *pcm,
                        const struct truespeech_effort *effort, struct path *out)
{
    struct path paths[TRUESPEECH_PATHS_MAX];
    struct truespeech_synthesis_filter filter;
    struct truespeech_response response;
    struct task task = { .effort = effort, .filter = &filter, .response = &response };
    int16_t a_q12[TRUESPEECH_ORDER], k_q15 = truespeech_reflections[0][reflection[0]];
    int count = 1, last = effort->spectra == 1 ? TRUESPEECH_SUBFRAMES : AHEAD;

    memcpy(paths[0].history, from->history, TRUESPEECH_HISTORY * sizeof *from->history);
    paths[0].synthesis = from->synthesis;
    paths[0].error = 0;
    truespeech_predictor(reflection, a_q12);
    for (int i = 0; i < last; i++) {
        if (i == 0 || i == 2) {
            truespeech_filter(from->dsp, i == 0 ? from->a_q12 : a_q12, k_q15, &filter);
            truespeech_response(dsp, &filter, &response);
        }
        task.x = pcm + TRUESPEECH_SUBFRAME * i;
        task.index = i;
        count = step(paths, count, &task);
    }
    *out = paths[0];
    for (int n = 1; n < count; n++)
        if (paths[n].error < out->error)
            *out = paths[n];
}

/* The base of a pair is its lowest lag. */
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

/* Surveys all sets of coefficients with little effort, then searches the best of them with full
 * effort. */
void truespeech_encode_frame(struct truespeech_encoder *state,
                             const int16_t pcm[TRUESPEECH_FRAME + TRUESPEECH_DELAY],
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
        encode_with(state->dsp, &state->decoder, reflection[set], pcm, &survey, &path);
        errors[set] = path.error;
    }
    for (int n = 0; n < effort->finalists; n++) {
        int set = index_of_minimum(errors, effort->spectra);

        encode_with(state->dsp, &state->decoder, reflection[set], pcm, effort, &path);
        errors[set] = INT64_MAX;
        if (path.error < best.error) {
            best = path;
            chosen = set;
        }
    }
    write(&best, reflection[chosen], out);
    truespeech_decode_frames(&state->decoder, out, 1, decoded);
}
