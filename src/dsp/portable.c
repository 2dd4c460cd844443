/* The reference, and what every machine has. */
#include "ima_sets.h"
#include "ms_search.h"
#include "portable.h"
#include "yamaha_search.h"

const struct dsp dsp_portable = {
    .celp = &dsp_celp_c,
    .alaw_expand = portable_alaw_expand, .ulaw_expand = portable_ulaw_expand,
    .alaw_compress = portable_alaw_compress, .ulaw_compress = portable_ulaw_compress,
    .ima_decode = portable_ima_decode, .ima_greedy = portable_ima_greedy, .ima_search = portable_ima_search, .ms_encode = ms_encode,
    .yamaha_greedy = yamaha_greedy, .yamaha_search = yamaha_search,
};
