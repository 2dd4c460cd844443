/* The AVX2 set. */
#if defined __x86_64__ || defined __i386__
#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define SET dsp_avx2
#define VECTOR_BYTES 32
#include "set.tmpl.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
