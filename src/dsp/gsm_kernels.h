/* GSM 06.10's kernels, for a set that names them. */
#include "gsm_lag.h"
#include "gsm_lattice.h"
#include "gsm_stages.h"

static const struct dsp_gsm gsm_kernels = {
    .emphasise = gsm_emphasise, .autocorrelate = gsm_autocorrelate, .interpolate = gsm_interpolate, .analyse = gsm_analyse,
    .search = gsm_search, .subtract = gsm_subtract, .weigh = gsm_weigh, .add = gsm_add, .synthesise = gsm_synthesise,
};
