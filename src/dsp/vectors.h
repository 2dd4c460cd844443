/* The compiler's vectors that the kernels use. */
#ifndef OMNIACM_VECTORS_H
#define OMNIACM_VECTORS_H

#include "compiler.h"
#include "dsp.h"

/* Chains side by side: as many as a register has 32-bit numbers. */
#ifndef LANES
#define LANES 4
#endif

typedef int32_t lanes __attribute__((vector_size(4 * LANES), may_alias));
typedef int16_t row __attribute__((vector_size(16), may_alias));        /* 8 samples */

#define KERNEL static INLINED

#endif
