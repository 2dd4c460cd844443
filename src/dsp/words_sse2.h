/* SSE2's own operations on words. */
#include <emmintrin.h>

KERNEL words less(words a, words b) { return (words)_mm_subs_epu16((__m128i)a, (__m128i)b); }
KERNEL words more(words a, words b) { return (words)_mm_adds_epu16((__m128i)a, (__m128i)b); }
KERNEL words least(words a, words b) { return a - less(a, b); }
KERNEL pairs square(pairs x) { return (pairs)_mm_madd_epi16((__m128i)x, (__m128i)x); }
