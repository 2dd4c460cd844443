/* The curves that scale coefficients. */
#include "fixed.h"
#include "wma.h"

enum { LOWEST = -60, HIGHEST = 95, FIRST = 36, CODE_ZERO = 60 };

/* Exponents of bands, in sixteenths of a decade; each is coded as the difference from the one
 * before. False if one is out of range. */
static bool read_bands(const struct wma_decoder *state, struct bit_reader *in, unsigned size,
                       int values[WMA_BANDS])
{
    unsigned count = state->setup.band_count[size];
    int value = FIRST;

    for (unsigned i = 0; i < count; i++) {
        if (i == 0 && state->setup.format.version == 1)
            value = (int)bits_read(in, 5) + 10;
        else
            value += (int)wma_read_code(in, &state->exponent_book) - CODE_ZERO;
        if (value < LOWEST || value > HIGHEST)
            return false;
        values[i] = value;
    }
    return true;
}

void wma_band_curve(const struct wma_setup *setup, unsigned size, const int values[WMA_BANDS],
                    int32_t *ratio)
{
    int highest = LOWEST;

    for (unsigned i = 0; i < setup->band_count[size]; i++)
        highest = max_i32(highest, values[i]);
    for (unsigned i = 0; i < setup->band_count[size]; i++)
        for (unsigned j = 0; j < setup->bands[size][i]; j++)
            *ratio++ = wma_sixteenths[highest - values[i]];
}

/* x^(-1/4), from a line near it for x from 1 to 2, by Newton's method: 7 bits become 12, 23 and
 * all 30. */
static struct wma_gain inverse_fourth_root(struct wma_gain x)
{
    static const uint32_t roots[4] = { 1073741824, 902905651, 759250125, 638450708 };
    const uint64_t five = 5ull << 30;
    unsigned rest = (unsigned)x.e & 3;
    uint64_t z = 1235384146u - (uint64_t)x.m * 170836173 / (1u << 30);

    for (int i = 0; i < 3; i++) {
        uint64_t square = z * z >> 30, fourth = square * square >> 30;

        z = z * (five - (x.m * fourth >> 30)) >> 32;
    }
    return wma_gain_of(z * roots[rest], -60 - (x.e - (int)rest) / 4);
}

static const struct wma_gain tiny = { 1u << 30, -126 };

static bool is_less(struct wma_gain a, struct wma_gain b)
{
    return a.e != b.e ? a.e < b.e : a.m < b.m;
}

static struct wma_gain sum_of(struct wma_gain a, struct wma_gain b)
{
    struct wma_gain big = is_less(a, b) ? b : a, small = is_less(a, b) ? a : b;
    int shift = big.e - small.e;

    if (shift > 31)
        return big;
    return wma_gain_of(((uint64_t)big.m << 31) + ((uint64_t)small.m << (31 - shift)), big.e - 61);
}

/* The product of w - lsp for every other LSP from `from` on, halved, squared, and times `last`, all
 * in Q28. */
static struct wma_gain product(const int32_t lsp[WMA_LSP], int from, int32_t w, int32_t last)
{
    struct wma_gain p = { 1u << 30, -1 };

    for (int i = from; i < WMA_LSP; i += 2) {
        int32_t factor = w - lsp[i];

        if (factor == 0)
            return tiny;
        p = wma_times(p, wma_gain_of((uint64_t)L_abs(factor), -28));
    }
    if (last <= 0)
        return tiny;
    return wma_times(wma_times(p, p), wma_gain_of((uint64_t)last, -28));
}

static struct wma_gain curve_at(const int32_t lsp[WMA_LSP], int angle)
{
    const int32_t two = 1 << 29;
    int32_t w = wma_sine(4096 - angle) / 2;
    struct wma_gain sum = sum_of(product(lsp, 1, w, two - w), product(lsp, 0, w, two + w));

    return inverse_fourth_root(is_less(sum, tiny) ? tiny : sum);
}

/* The curve is the response of a filter to the power -1/4. */
void wma_lsp_curve(const struct wma_setup *setup, unsigned size, const uint8_t indices[WMA_LSP],
                   int32_t ratio[WMA_FRAME])
{
    int length = 1 << (setup->frame_bits - size), step = 13 - (int)setup->frame_bits;
    struct wma_gain curve[WMA_FRAME], most = { 1u << 30, -1000 };
    int32_t lsp[WMA_LSP];
    uint64_t inverse;

    for (int i = 0; i < WMA_LSP; i++)
        lsp[i] = wma_lsp[i][indices[i]];
    for (int i = 0; i < length; i++) {
        curve[i] = curve_at(lsp, i << step);
        if (is_less(most, curve[i]))
            most = curve[i];
    }
    inverse = (1ull << 62) / most.m;
    for (int i = 0; i < length; i++) {
        int shift = 32 + most.e - curve[i].e;

        ratio[i] = shift > 63 ? 0 : (int32_t)(curve[i].m * inverse >> shift);
    }
}

bool wma_read_exponents(struct wma_decoder *state, struct bit_reader *in, unsigned size,
                        struct wma_exponents *exponents)
{
    int values[WMA_BANDS] = { 0 };
    uint8_t lsp[WMA_LSP];

    if (state->setup.format.options & WMA_EXPONENTS) {
        if (!read_bands(state, in, size, values))
            return false;
        wma_band_curve(&state->setup, size, values, exponents->ratio);
    } else {
        for (unsigned i = 0; i < WMA_LSP; i++)
            lsp[i] = (uint8_t)bits_read(in, wma_lsp_bits(i));
        wma_lsp_curve(&state->setup, size, lsp, exponents->ratio);
    }
    exponents->size = size;
    exponents->known = true;
    return true;
}
