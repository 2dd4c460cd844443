#include "bits.h"
#include "nms.h"

/* Each bit of a nibble, in all four. */
enum { TOP_3 = 0xEEEE, TOP_2 = 0xCCCC, LOW_2 = 0x3333, LOW_1 = 0x1111 };

/* Three words hold 16 codes: 12 in the upper bits of their nibbles; the row that follows gave its
 * signs to the first word's spare bits, its next bits to the second's and its last ones to the
 * third's. */
static void unpack_3(const uint8_t *src, uint16_t rows[4])
{
    unsigned spare = 0;

    for (int i = 0; i < 3; i++) {
        unsigned word = load16_le(src + 2 * i);

        rows[i] = (uint16_t)(word & TOP_3);
        spare |= (word & LOW_1) << (3 - i);
    }
    rows[3] = (uint16_t)spare;
}

static void pack_3(const uint16_t rows[4], uint8_t *dst)
{
    for (int i = 0; i < 3; i++)
        store16_le(dst + 2 * i, (uint16_t)(rows[i] | (rows[3] >> (3 - i) & LOW_1)));
}

void nms_unpack(const uint8_t *src, unsigned bits, uint16_t rows[ROWS])
{
    if (bits == 3)
        for (unsigned i = 0; i < ROWS / 4; i++)
            unpack_3(src + 6 * i, rows + 4 * i);
    else if (bits == 4)
        for (unsigned i = 0; i < ROWS; i++)
            rows[i] = load16_le(src + 2 * i);
    else
        for (unsigned i = 0; i < ROWS / 2; i++) {
            rows[2 * i] = (uint16_t)(load16_le(src + 2 * i) & TOP_2);
            rows[2 * i + 1] = (uint16_t)((load16_le(src + 2 * i) & LOW_2) << 2);
        }
}

void nms_pack(const uint16_t rows[ROWS], unsigned bits, uint8_t *dst)
{
    if (bits == 3)
        for (unsigned i = 0; i < ROWS / 4; i++)
            pack_3(rows + 4 * i, dst + 6 * i);
    else if (bits == 4)
        for (unsigned i = 0; i < ROWS; i++)
            store16_le(dst + 2 * i, rows[i]);
    else
        for (unsigned i = 0; i < ROWS / 2; i++)
            store16_le(dst + 2 * i, (uint16_t)(rows[2 * i] | rows[2 * i + 1] >> 2));
}
