/* The tables of the format. Frequencies and gains are in millionths. */
#ifndef OMNIACM_ACELP_NET_TABLES_H
#define OMNIACM_ACELP_NET_TABLES_H

#include "acelp_net.h"

static inline int32_t acelp_net_fixed(int32_t millionths, int q)
{
    return (int32_t)((int64_t)millionths * ((int64_t)1 << q) / 1000000);
}

/* The codebooks of the line spectral frequencies: vectors of `size` neighbors. */
struct acelp_net_codebook {
    const int32_t *vectors;
    uint8_t size;
};
extern const struct acelp_net_codebook acelp_net_narrow_lsf[ACELP_NET_CODEBOOKS];
extern const struct acelp_net_codebook acelp_net_wide_lsf[ACELP_NET_CODEBOOKS];

/* The mean frequencies, to which a vector and its prediction are added. */
extern const int32_t acelp_net_narrow_mean[ACELP_NET_NARROW_ORDER];
extern const int32_t acelp_net_wide_mean[ACELP_NET_WIDE_ORDER];

extern const struct acelp_net_gains {
    int32_t pitch, code;
} acelp_net_narrow_gains[128];
extern const int32_t acelp_net_wide_pitch_gains[16], acelp_net_wide_gains[32];

/* The interpolation filter for lags of n + (i - 2) / 3, i = 0 to 2, n rounded up: a windowed sinc.
 */
extern const int32_t acelp_net_wide_taps[3][ACELP_NET_TAPS];

#endif
