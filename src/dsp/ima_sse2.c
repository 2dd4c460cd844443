/* IMA ADPCM with SSE2. */
#ifdef __SSE2__
#include "ima_sets.h"
#define IMA_SET(kernel) sse2_ima_##kernel
#define WORDS_SSE2
#include "ima_decode.h"
#include "ima_search.h"
#endif
