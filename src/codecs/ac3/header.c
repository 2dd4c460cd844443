/* The header of a frame: A/52, 5.3.1, 5.3.2 and annex D. */
#include "tables.h"

enum { SYNC = 0x0B77, BSID_MOST = 10, ALTERNATE_BSID = 6, CODES = 2 * AC3_RATES };

/* 5.4.1.4: at 44.1 kHz, frames of odd codes have a word more. */
unsigned ac3_frame_bytes(unsigned rate, unsigned code)
{
    unsigned kbits = ac3_bit_rates[code / 2];

    if (rate == 1)
        return 2 * (kbits * 320 / 147 + code % 2);
    return kbits * (AC3_FRAME / 8) * 1000 / ac3_sample_rates[rate];
}

bool ac3_read_start(const uint8_t bytes[AC3_HEADER_BYTES], struct ac3_header *header)
{
    unsigned rate = bytes[4] >> 6, code = bytes[4] & 0x3F, bsid = bytes[5] >> 3;

    if ((bytes[0] << 8 | bytes[1]) != SYNC || rate == 3 || code >= CODES || bsid > BSID_MOST)
        return false;
    header->bytes = (uint16_t)ac3_frame_bytes(rate, code);
    header->rate = (uint8_t)rate;
    header->halvings = (uint8_t)(bsid > 8 ? bsid - 8 : 0);
    header->mode = bytes[6] >> 5;
    header->full = ac3_full_channels[header->mode];
    return true;
}

/* Levels, compression, language and production of a program. */
static void skip_program(struct bit_reader *in)
{
    bits_read(in, 5);
    if (bits_read(in, 1))
        bits_read(in, 8);
    if (bits_read(in, 1))
        bits_read(in, 8);
    if (bits_read(in, 1))
        bits_read(in, 7);
}

/* D2.3: the levels of mixing replace those before. */
static void read_alternate(struct bit_reader *in, struct ac3_header *header)
{
    if (bits_read(in, 1)) {
        bits_read(in, 2 + 3 + 3);
        header->center = (uint8_t)bits_read(in, 3);
        header->surround = (uint8_t)bits_read(in, 3);
        if (header->surround < 3)
            header->surround = 3;
    }
    if (bits_read(in, 1))
        bits_read(in, 14);
}

void ac3_read_header(struct bit_reader *in, struct ac3_header *header)
{
    static const uint8_t centers[4] = { 4, 5, 6, 5 }, surrounds[4] = { 4, 6, 7, 6 };
    unsigned bsid;

    in->at = 40;
    bsid = bits_read(in, 5);
    bits_read(in, 3 + 3);
    header->center = 5;
    header->surround = 6;
    if ((header->mode & 1) && header->mode != 1)
        header->center = centers[bits_read(in, 2)];
    if (header->mode & 4)
        header->surround = surrounds[bits_read(in, 2)];
    if (header->mode == 2)
        bits_read(in, 2);
    header->lfe = bits_read(in, 1);
    for (int programs = header->mode == 0 ? 2 : 1; programs > 0; programs--)
        skip_program(in);
    bits_read(in, 2);
    if (bsid == ALTERNATE_BSID) {
        read_alternate(in, header);
    } else {
        for (int codes = 2; codes > 0; codes--)
            if (bits_read(in, 1))
                bits_read(in, 14);
    }
    if (bits_read(in, 1))
        in->at += 8 + 8 * bits_read(in, 6);
}

/* 6.1.7. */
unsigned ac3_first_part(unsigned bytes)
{
    unsigned words = bytes / 2;

    return 2 * ((words >> 1) + (words >> 3));
}

bool ac3_checksum_fits(const uint8_t *frame, unsigned bytes)
{
    unsigned end = ac3_first_part(bytes), sum = 0;

    for (unsigned i = 2; i < end; i++) {
        sum ^= (unsigned)frame[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            sum = ac3_next_checksum(sum);
    }
    return sum == 0;
}
