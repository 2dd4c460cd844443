/* IMA ADPCM with AVX2. */
#ifdef __AVX2__
#include "ima_sets.h"
#define IMA_SET(kernel) avx2_ima_##kernel
#define WORDS 16
#define WORDS_AVX2
#include "ima_decode.h"
#include "ima_search.h"
#endif
