/* The portable set: plain C. */
#include "dsp_c.h"

const struct dsp dsp_portable = {
    .alaw_expand = alaw_expand_c,
    .ulaw_expand = ulaw_expand_c,
    .alaw_compress = alaw_compress_c,
    .ulaw_compress = ulaw_compress_c,
    .ima_decode = ima_decode_c,
    .ima_greedy = ima_greedy_c,
    .ima_search = ima_search_c,
    .dk4_decode = dk4_decode_c,
    .dk3_decode = dk3_decode_c,
    .ms_decode = ms_decode_c,
    .ms_encode = ms_encode_c,
    .yamaha_decode = yamaha_decode_c,
    .yamaha_greedy = yamaha_greedy_c,
    .yamaha_search = yamaha_search_c,
    .g722_encode = g722_encode_c,
    .g722_decode = g722_decode_c,
    .fir = fir_c,
    .gsm = &gsm610_kernels,
    .celp = &dsp_celp_c,
    .mdct = &dsp_mdct_c,
    .mpeg = &dsp_mpeg_c,
    .mpeg_encoder = &dsp_mpeg_encoder_c,
    .spectrum = &dsp_spectrum_c,
};
