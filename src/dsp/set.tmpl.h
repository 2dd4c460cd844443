/* All kernels for one instruction set. A file per set selects the compiler's target and includes
 * this one, which is the only place that names the templates.
 *
 * Parameters: SET, the name of the table; VECTOR_BYTES, 16 for SSE2 or 32 for AVX2. The templates
 * read VECTOR_BYTES alone. Each set is a file of its own, because types have one size per file. */
#include "dsp_c.h"
#include "simd16.h"
#include "gather.h"

#include "costs.tmpl.h"

/* With AVX2, GCC 12 reassociates the sums of IMA's short dependency chains, which costs 5 % more
 * instructions. */
#if VECTOR_BYTES == 32 && !defined __clang__
#pragma GCC push_options
#pragma GCC optimize("no-tree-reassoc")
#endif
#include "ima.tmpl.h"
#include "ima_decode.tmpl.h"
#include "ima_greedy.tmpl.h"
#include "ima_search.tmpl.h"
#include "duck_decode.tmpl.h"
#if VECTOR_BYTES == 32 && !defined __clang__
#pragma GCC pop_options
#endif

#include "ms.tmpl.h"
#include "ms_greedy.tmpl.h"
#include "ms_search.tmpl.h"
#include "yamaha.tmpl.h"
#include "yamaha_greedy.tmpl.h"
#include "yamaha_search.tmpl.h"
#include "g722.tmpl.h"
#include "g726.tmpl.h"
#if VECTOR_BYTES == 32 && defined __x86_64__
#include "g726_ahead.tmpl.h"
#endif
#include "gsm.tmpl.h"
#include "gsm_lag.tmpl.h"
#include "gsm_lattice.tmpl.h"
#include "gsm_stages.tmpl.h"
#include "celp.tmpl.h"
#include "celp_search.tmpl.h"
#include "fir.tmpl.h"

/* GCC 12 would move all products of the window before their sums, and then it lacks registers. */
#ifndef __clang__
#pragma GCC push_options
#pragma GCC optimize("no-tree-reassoc", "no-tree-ter")
#endif
#if VECTOR_BYTES == 32
#include "mpeg.tmpl.h"
#else
#include "mpeg_sse2.tmpl.h"
#endif
#ifndef __clang__
#pragma GCC pop_options
#endif

#if VECTOR_BYTES == 32
#include "g711.tmpl.h"
#include "mdct32.tmpl.h"
#include "mpeg_encoder.tmpl.h"
#include "spectrum.tmpl.h"
#include "truespeech.tmpl.h"
#include "ms_decode.tmpl.h"
#include "yamaha_decode.tmpl.h"
#else
#include "mpeg_encoder_sse2.tmpl.h"
#endif

const struct dsp SET = {
#if VECTOR_BYTES == 32
    .alaw_expand = alaw_expand_all,
    .ulaw_expand = ulaw_expand_all,
    .alaw_compress = alaw_compress_all,
    .ulaw_compress = ulaw_compress_all,
    .ms_decode = ms_decode,
    .yamaha_decode = yamaha_decode,
    .mdct = &mdct_kernels,
    .spectrum = &spectrum_kernels,
    .truespeech = &truespeech_lanes,
#else /* four lanes do not pay off for these */
    .alaw_expand = alaw_expand_c,
    .ulaw_expand = ulaw_expand_c,
    .alaw_compress = alaw_compress_c,
    .ulaw_compress = ulaw_compress_c,
    .ms_decode = ms_decode_c,
    .yamaha_decode = yamaha_decode_c,
    .mdct = &dsp_mdct_c,
    .spectrum = &dsp_spectrum_c,
    .truespeech = &truespeech_kernels,
#endif
    .ima_decode = ima_decode,
    .ima_greedy = ima_greedy,
    .ima_search = ima_search,
    .dk4_decode = dk4_decode,
    .dk3_decode = dk3_decode,
    .ms_encode = ms_encode,
    .yamaha_greedy = yamaha_greedy,
    .yamaha_search = yamaha_search,
    .g722_encode = g722_encode,
    .g722_decode = g722_decode,
    .g726_encode = g726_encode,
    .g726_decode = g726_decode,
    .fir = fir,
    .gsm = &gsm_kernels,
    .celp = &celp_kernels,
    .mpeg = &mpeg_kernels,
    .mpeg_encoder = &mpeg_encoder_kernels,
};
