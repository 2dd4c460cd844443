/* The set for SSE2, which lacks a few kernels: set.tmpl.h says which. */
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
