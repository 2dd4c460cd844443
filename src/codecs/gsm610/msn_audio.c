/* MSN Audio, 8.2 to 13 kbit/s for 8 kHz: blocks of GSM 6.10 that are smaller in eight sizes,
 * because some of the pulses have 1 or 2 bits instead of 3. The format was never published; FFmpeg
 * decodes it. */
#include "gsm610.h"
#include "bits.h"

static const struct tag tags[] = { { 0x32, 0, "MSN Audio" }, { 0 } };

/* The formats that Microsoft's codec, msnaudio.acm, lists. */
static const struct mode modes[] = { { 8000, 1, 8200 },   { 8000, 1, 10000 },  { 11025, 1, 11301 },
                                     { 11025, 1, 12128 }, { 11025, 1, 13782 }, { 0 } };

/* The smallest one first; each has 12 more pulse bits in a frame than the one before. */
static const struct gsm610_packing packings[] = {
    { 41, { 21, 13, 13, 13 } }, { 44, { 26, 20, 13, 13 } }, { 47, { 26, 26, 19, 13 } },
    { 50, { 26, 26, 26, 18 } }, { 53, { 30, 26, 26, 26 } }, { 56, { 39, 29, 26, 26 } },
    { 59, { 39, 39, 28, 26 } }, { 62, { 39, 39, 39, 27 } }, { 65, { 39, 39, 39, 39 } },
};
enum { PACKINGS = sizeof packings / sizeof *packings };

static const struct gsm610_packing *packing_of(uint64_t block_bytes)
{
    for (int i = 0; i < PACKINGS; i++)
        if (packings[i].block_bytes == block_bytes)
            return &packings[i];
    return 0;
}

/* Rounded up, as in the names of msnaudio.acm's formats at 11025 Hz. */
static uint64_t bit_rate_of(const struct gsm610_packing *packing, uint32_t sample_rate)
{
    uint64_t bits = (uint64_t)sample_rate * packing->block_bytes * 8;

    return (bits + GSM610_BLOCK_SAMPLES - 1) / GSM610_BLOCK_SAMPLES;
}

/* The packing with this bit rate, which a header may have rounded to bytes, in either direction. */
static const struct gsm610_packing *packing_at(uint64_t bit_rate, uint32_t sample_rate)
{
    for (int i = 0; i < PACKINGS; i++) {
        uint64_t exact = bit_rate_of(&packings[i], sample_rate);

        if (bit_rate + 8 > exact && bit_rate < exact + 8)
            return &packings[i];
    }
    return 0;
}

/* The bit rate is the second of the extra words. If block_align is not the size of a block, the
 * rates tell the size: some programs write 0 or 1, others the size of several blocks. Headers
 * without any rate have blocks of 65 bytes, as FFmpeg assumes. */
static const struct gsm610_packing *identify(const struct wave_format *format)
{
    const struct gsm610_packing *packing = packing_of(format->block_align);

    if (!packing && format->extra_size >= 4)
        packing = packing_at(load16_le(format->extra + 2), format->sample_rate);
    if (!packing)
        packing = packing_at((uint64_t)format->byte_rate * 8, format->sample_rate);
    return packing ? packing : &packings[PACKINGS - 1];
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    const struct gsm610_packing *packing = identify(format);

    return gsm610_parse_blocks(packing, layout) &&
           (format->block_align == 1 || format->block_align % packing->block_bytes == 0);
}

/* A mode without a bit rate gets the smallest blocks. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    const struct gsm610_packing *packing = &packings[0];
    uint64_t bit_rate;

    (void)dialect;
    if (mode->bit_rate != 0)
        packing = packing_at(mode->bit_rate, mode->sample_rate);
    format->channels = packing ? mode->channels : 0;
    packing = packing ? packing : &packings[0];
    bit_rate = bit_rate_of(packing, mode->sample_rate);
    format->sample_rate = mode->sample_rate;
    format->byte_rate = (uint32_t)((bit_rate + 7) / 8);
    format->block_align = packing->block_bytes;
    format->bits_per_sample = 0;
    format->extra_size = 4;
    store16_le(format->extra, GSM610_BLOCK_SAMPLES);
    store16_le(format->extra + 2, (uint16_t)(bit_rate < UINT16_MAX ? bit_rate : UINT16_MAX));
}

const struct codec msn_audio = {
    .name = "MSN Audio",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &gsm610_block_decoder,
    .encoder = &gsm610_block_encoder,
};
