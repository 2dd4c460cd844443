/* What a compiler is told of a function. */
#ifndef OMNIACM_COMPILER_H
#define OMNIACM_COMPILER_H

#define INLINED inline __attribute__((always_inline))

/* What is called once in a while: it would be copied to each place. */
#define APART static __attribute__((noinline, unused))

#endif
