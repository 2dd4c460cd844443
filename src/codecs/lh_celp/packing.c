/* The bits of a frame: 96 of them, from the lowest bit of each byte up. */
#include <stddef.h>
#include <string.h>
#include "bits.h"
#include "lh_celp.h"

/* clang-format off */
#define LSF(i) offsetof(struct lh_celp_parameters, lsf[i])
#define SUBFRAME(i, member) offsetof(struct lh_celp_parameters, subframes[i].member)

static const struct field {
    uint8_t offset, bits;
} fields[] = {
    { SUBFRAME(1, fixed_gain), 5 },
    { LSF(2), 4 }, { LSF(1), 4 }, { LSF(0), 3 },
    { SUBFRAME(0, code), 8 },
    { SUBFRAME(2, fixed_gain), 5 },
    { LSF(3), 3 }, { LSF(9), 1 }, { LSF(8), 3 }, { LSF(7), 2 },
    { LSF(6), 3 }, { LSF(5), 3 }, { LSF(4), 4 },
    { SUBFRAME(0, fixed_gain), 5 }, { SUBFRAME(0, adaptive_gain), 4 }, { SUBFRAME(0, lag), 7 },
    { SUBFRAME(1, code), 8 }, { SUBFRAME(1, adaptive_gain), 4 }, { SUBFRAME(1, lag), 4 },
    { SUBFRAME(2, code), 8 }, { SUBFRAME(2, adaptive_gain), 4 }, { SUBFRAME(2, lag), 4 },
};
/* clang-format on */
enum { FIELDS = sizeof fields / sizeof *fields };

void lh_celp_unpack(const uint8_t bytes[LH_CELP_FRAME_BYTES], struct lh_celp_parameters *out)
{
    for (int i = 0, at = 0; i < FIELDS; i++) {
        uint32_t word = bytes[at / 8]; /* no field crosses more than one boundary of bytes */

        if (at / 8 + 1 < LH_CELP_FRAME_BYTES)
            word |= (uint32_t)bytes[at / 8 + 1] << 8;
        ((uint8_t *)out)[fields[i].offset] =
            (uint8_t)(word >> at % 8 & ((1u << fields[i].bits) - 1));
        at += fields[i].bits;
    }
}

void lh_celp_pack(const struct lh_celp_parameters *in, uint8_t bytes[LH_CELP_FRAME_BYTES])
{
    uint32_t word = 0;

    for (int i = 0, bits = 0; i < FIELDS; i++) {
        word |= (uint32_t)((const uint8_t *)in)[fields[i].offset] << bits;
        for (bits += fields[i].bits; bits >= 8; bits -= 8) {
            *bytes++ = (uint8_t)word;
            word >>= 8;
        }
    }
}
