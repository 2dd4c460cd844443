/* Shared by the proofs, which CBMC reads: tests/proof/run. Each function prove_NAME holds for all
 * values of its parameters and locals that satisfy its assumptions: no signed number overflows, no
 * shift or division is undefined, no access is outside its object, and every PROVE is true. */
#ifndef OMNIACM_TESTS_PROOF_H
#define OMNIACM_TESTS_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void __CPROVER_assume(_Bool condition);
void __CPROVER_assert(_Bool condition, const char *text);

#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(condition) __CPROVER_assert(condition, #condition)

static inline bool is_between(int64_t x, int64_t low, int64_t high)
{
    return low <= x && x <= high;
}
static inline bool is_16_bit(int64_t x) { return is_between(x, INT16_MIN, INT16_MAX); }
static inline bool is_32_bit(int64_t x) { return is_between(x, INT32_MIN, INT32_MAX); }

#endif
