/* Inlining attributes. */
#ifndef OMNIACM_COMPILER_H
#define OMNIACM_COMPILER_H

#define INLINED inline __attribute__((always_inline))

/* Out of line: otherwise GCC copies rarely called functions into every kernel. */
#define APART static __attribute__((noinline, unused))

#endif
