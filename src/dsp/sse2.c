/* The SSE2 set, which lacks a few kernels: see set.tmpl.h. */
#if defined __x86_64__ || defined __i386__
#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("sse2"))), apply_to = function)
#else
#pragma GCC target("sse2")
#endif

#define SET dsp_sse2
#define VECTOR_BYTES 16
#include "set.tmpl.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
