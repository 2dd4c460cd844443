#include "bits.h"
#include "nms.h"

/* Masks of the same bits in all four nibbles. */
enum { TOP_3 = 0xEEEE, TOP_2 = 0xCCCC, LOW_2 = 0x3333, LOW_1 = 0x1111 };

/* Three words hold 16 codes of 3 bits. Each word has a group of four codes in the upper bits of its
 * nibbles. The spare bits of the first word are the signs of the fourth group, those of the second
 * its next bits, those of the third its lowest bits. */
static void unpack_3(const uint8_t *src, uint16_t groups[4])
{
    unsigned spare = 0;

    for (int i = 0; i < 3; i++) {
        unsigned word = load16_le(src + 2 * i);

        groups[i] = (uint16_t)(word & TOP_3);
        spare |= (word & LOW_1) << (3 - i);
    }
    groups[3] = (uint16_t)spare;
}

static void pack_3(const uint16_t groups[4], uint8_t *dst)
{
    for (int i = 0; i < 3; i++)
        store16_le(dst + 2 * i, (uint16_t)(groups[i] | (groups[3] >> (3 - i) & LOW_1)));
}

void nms_unpack(const uint8_t *src, unsigned bits, uint16_t groups[NMS_GROUPS])
{
    if (bits == 3)
        for (unsigned i = 0; i < NMS_GROUPS / 4; i++)
            unpack_3(src + 6 * i, groups + 4 * i);
    else if (bits == 4)
        for (unsigned i = 0; i < NMS_GROUPS; i++)
            groups[i] = load16_le(src + 2 * i);
    else
        for (unsigned i = 0; i < NMS_GROUPS / 2; i++) {
            groups[2 * i] = (uint16_t)(load16_le(src + 2 * i) & TOP_2);
            groups[2 * i + 1] = (uint16_t)((load16_le(src + 2 * i) & LOW_2) << 2);
        }
}

void nms_pack(const uint16_t groups[NMS_GROUPS], unsigned bits, uint8_t *dst)
{
    if (bits == 3)
        for (unsigned i = 0; i < NMS_GROUPS / 4; i++)
            pack_3(groups + 4 * i, dst + 6 * i);
    else if (bits == 4)
        for (unsigned i = 0; i < NMS_GROUPS; i++)
            store16_le(dst + 2 * i, groups[i]);
    else
        for (unsigned i = 0; i < NMS_GROUPS / 2; i++)
            store16_le(dst + 2 * i, (uint16_t)(groups[2 * i] | groups[2 * i + 1] >> 2));
}
