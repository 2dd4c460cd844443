/* The searches among the speech coders' kernels, in plain C. dsp_celp.h specifies them. */
#ifndef OMNIACM_CELP_SEARCH_H
#define OMNIACM_CELP_SEARCH_H

#include "dsp_celp.h"

void celp_place_pulses_c(const int16_t *own, const int32_t rest[CELP_PLACES], struct celp_pulses *);
void celp_respond_c(const int16_t *h, const int *at, const int16_t *values, int count,
                    int16_t y[CELP_SUBFRAME]);
int celp_first_above_c(const int16_t c[CELP_TERMS], const int16_t (*rows)[CELP_TERMS], int count,
                       int32_t least);
int celp_best_code_c(const int16_t (*codes)[4], int count, const int16_t target[4],
                     const int16_t weights[4]);
int celp_nearest_c(const int16_t (*rows)[CELP_ORDER], int count, const int16_t target[CELP_ORDER],
                   const int16_t *weights);
void celp_fill_phi_c(const int16_t h[CELP_POSITIONS], const int16_t sign[CELP_POSITIONS],
                     int16_t (*phi)[CELP_POSITIONS]);
void celp_best_pair_c(const struct celp_pairs *, struct celp_pair *best);

#endif
