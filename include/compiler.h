/* Inlining attributes. GCC limits the growth of a file by inlining, which a set of kernels exceeds:
 * what is not INLINED there, however small, becomes a call. */
#ifndef OMNIACM_COMPILER_H
#define OMNIACM_COMPILER_H

#define INLINED inline __attribute__((always_inline))

/* Out of line: otherwise GCC copies rarely called functions into every kernel. */
#define OUTLINED static __attribute__((noinline, unused))

#endif
