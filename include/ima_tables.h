/* IMA ADPCM's step sizes, in the forms that the scalar code and the kernels use. */
#ifndef OMNIACM_IMA_TABLES_H
#define OMNIACM_IMA_TABLES_H

#include <stdint.h>

enum { IMA_LAST_INDEX = 88 };

extern const int32_t ima_steps[IMA_LAST_INDEX + 1];

/* The low and the high bytes of the steps, padded to whole vectors of 16 bytes. */
extern const uint8_t ima_low_bytes[96], ima_high_bytes[96];

/* The change of the sample for each magnitude of a 4-bit code. */
extern const uint16_t ima_changes[IMA_LAST_INDEX + 1][8];

#endif
