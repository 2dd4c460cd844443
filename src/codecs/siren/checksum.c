/* MSN's checksum: four parities of the frame's words, each rotated by its position. */
#include "siren.h"

unsigned siren_checksum(const uint8_t bytes[SIREN_BYTES])
{
    static const uint32_t masks[4] = { 0x7F80, 0x7878, 0x6666, 0x5555 };
    uint32_t sum = 0;
    unsigned checksum = 0;

    for (unsigned i = 0; i < SIREN_BYTES / 2; i++) {
        uint32_t last = i == SIREN_BYTES / 2 - 1 ? 0xF : 0;

        sum ^= (((uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1]) & ~last) << i % 15;
    }
    sum = (sum >> 15 ^ sum) & 0x7FFF;
    for (int i = 0; i < 4; i++)
        checksum = checksum << 1 | ((unsigned)__builtin_popcount(sum & masks[i]) & 1);
    return checksum;
}
