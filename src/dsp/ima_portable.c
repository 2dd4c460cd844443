/* IMA ADPCM in whatever vectors the compiler has. */
#include "ima_sets.h"
#define IMA_SET(kernel) portable_ima_##kernel
#include "ima_decode.h"
#include "ima_search.h"
