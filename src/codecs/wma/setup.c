/* The parameters that a header determines. Ratios are compared exactly, since blocks are read
 * accordingly. */
#include <string.h>
#include "fixed.h"
#include "wma.h"

/* Bits per sample: of a channel, and as many as one channel alone would need for the same quality.
 * Both are hundredths times `unit`. */
struct density {
    uint64_t bits, adjusted, unit;
};

unsigned wma_frame_bits(unsigned version, uint32_t sample_rate)
{
    if (sample_rate <= 16000)
        return 9;
    return sample_rate <= 22050 || (sample_rate <= 32000 && version == 1) ? 10 : 11;
}

static struct density density_of(const struct wma_format *format)
{
    struct density density;

    density.unit = 10ull * format->channels * format->sample_rate;
    density.bits = 8000ull * format->byte_rate;
    density.adjusted = format->channels == 2 ? density.bits / 10 * 16 : density.bits;
    return density;
}

static bool below(uint64_t bits, const struct density *density, unsigned hundredths)
{
    return bits < density->unit * hundredths;
}

/* Version 2 treats similar rates alike. */
static uint32_t nominal_rate(const struct wma_format *format)
{
    static const uint32_t rates[] = { 44100, 22050, 16000, 11025, 8000 };

    for (int i = 0; i < 5 && format->version == 2; i++)
        if (format->sample_rate >= rates[i])
            return rates[i];
    return format->sample_rate;
}

/* The frequency above which bands may be noise, in hundredths of the highest; 0 without noise. */
static unsigned noise_from(const struct wma_format *format)
{
    struct density density = density_of(format);

    switch (nominal_rate(format)) {
    case 44100:
        return below(density.adjusted, &density, 61) ? 40 : 0;
    case 22050:
        if (below(density.adjusted, &density, 72))
            return 60;
        return below(density.adjusted, &density, 116) ? 70 : 0;
    case 16000:
        return density.bits > density.unit * 50 ? 50 : 30;
    case 11025:
        return 70;
    case 8000:
        if (density.bits * 2 <= density.unit * 125)
            return 50;
        return density.bits > density.unit * 75 ? 0 : 65;
    default:
        if (below(density.bits, &density, 60))
            return 50;
        return below(density.bits, &density, 80) ? 60 : 75;
    }
}

static const uint8_t *known_bands(const struct wma_format *format, unsigned bits)
{
    unsigned row = bits - WMA_LEAST_BITS;

    if (format->version == 1 || row >= 3 || format->sample_rate < 22050)
        return 0;
    return wma_bands[format->sample_rate >= 44100 ? 2 : format->sample_rate >= 32000][row];
}

/* Version 2 rounds edges to multiples of 4, and leaves out empty bands. */
static void make_bands(struct wma_setup *setup, unsigned size)
{
    uint32_t rate = setup->format.sample_rate, length = 1u << (setup->frame_bits - size), last = 0;
    unsigned count = 0;

    for (int i = 0; i < WMA_BANDS && last < length; i++) {
        uint32_t edge = length * 2 * wma_critical[i];

        edge = setup->format.version == 1 ? (edge + rate / 2) / rate
                                          : (edge + 2 * rate) / (4 * rate) * 4;
        edge = edge < length ? edge : length;
        if (setup->format.version == 1 || edge > last)
            setup->bands[size][count++] = (uint16_t)(edge - last);
        last = edge;
    }
    setup->band_count[size] = (uint8_t)count;
}

static void make_high_bands(struct wma_setup *setup, unsigned size)
{
    unsigned edge = 0, count = 0;

    for (int i = 0; i < setup->band_count[size]; i++) {
        unsigned from = edge, to = edge + setup->bands[size][i];

        edge = to;
        from = from > setup->high_start[size] ? from : setup->high_start[size];
        to = to < setup->end[size] ? to : setup->end[size];
        if (to > from && count < WMA_HIGH_BANDS)
            setup->high[size][count++] = (uint16_t)(to - from);
    }
    setup->high_count[size] = (uint8_t)count;
}

static unsigned count_sizes(const struct wma_setup *setup)
{
    const struct wma_format *format = &setup->format;
    unsigned count = (format->options >> WMA_SIZES_AT & 3) + 1,
             most = setup->frame_bits - WMA_LEAST_BITS;

    if (!(format->options & WMA_VARIABLE))
        return 1;
    if (format->byte_rate * 8ull >= 32000ull * format->channels)
        count += 2;
    return (count < most ? count : most) + 1;
}

static unsigned log2_of(uint64_t x) { return x == 0 ? 0 : 63u - (unsigned)__builtin_clzll(x); }

void wma_set_up(struct wma_setup *setup, const struct wma_format *format)
{
    struct density density = density_of(format);
    unsigned high = noise_from(format), length;
    uint64_t samples = (uint64_t)format->channels * format->sample_rate;

    memset(setup, 0, sizeof *setup);
    setup->format = *format;
    setup->frame_bits = wma_frame_bits(format->version, format->sample_rate);
    length = 1u << setup->frame_bits;
    setup->sizes = count_sizes(setup);
    setup->noise = high != 0;
    setup->start = format->version == 1 ? 3 : 0;
    setup->offset_bits = log2_of((2ull * format->byte_rate * length + samples) / (2 * samples)) + 2;
    setup->code = 2;
    if (format->sample_rate >= 32000 && below(density.adjusted, &density, 116))
        setup->code = below(density.adjusted, &density, 72) ? 0 : 1;
    for (unsigned size = 0; size < setup->sizes; size++) {
        const uint8_t *bands = known_bands(format, setup->frame_bits - size);

        if (!bands)
            make_bands(setup, size);
        for (int i = 0; bands && i < bands[0]; i++)
            setup->bands[size][i] = bands[i + 1];
        if (bands)
            setup->band_count[size] = bands[0];
        setup->end[size] = (uint16_t)((length - length * 9 / 100) >> size);
        setup->high_start[size] = (uint16_t)(((length >> size) * high + 50) / 100);
        make_high_bands(setup, size);
    }
}
