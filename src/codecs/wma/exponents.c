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

static bool read_exponents(const struct wma_decoder *state, struct bit_reader *in, unsigned size,
                           int32_t *ratio)
{
    int values[WMA_BANDS] = { 0 }, highest = LOWEST;

    if (!read_bands(state, in, size, values))
        return false;
    for (unsigned i = 0; i < state->setup.band_count[size]; i++)
        highest = max_i32(highest, values[i]);
    for (unsigned i = 0; i < state->setup.band_count[size]; i++)
        for (unsigned j = 0; j < state->setup.bands[size][i]; j++)
            *ratio++ = wma_sixteenths[highest - values[i]];
    return true;
}

static struct wma_gain root_of(struct wma_gain x)
{
    uint64_t m = x.e % 2 == 0 ? x.m : 2ull * x.m;
    int e = x.e % 2 == 0 ? x.e : x.e - 1;

    return wma_gain_of(wma_root(m << 32), e / 2 - 31);
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

/* The curve is the response of a filter to the power -1/4. */
static void read_lsp(const struct wma_decoder *state, struct bit_reader *in, unsigned size,
                     int32_t ratio[WMA_FRAME])
{
    int length = 1 << (state->setup.frame_bits - size), step = 13 - (int)state->setup.frame_bits;
    struct wma_gain curve[WMA_FRAME], least = { 1u << 30, 1000 };
    int32_t lsp[WMA_LSP];

    for (int i = 0; i < WMA_LSP; i++)
        lsp[i] = wma_lsp[i][bits_read(in, i == 0 || i >= 8 ? 3 : 4)];
    for (int i = 0; i < length; i++) {
        int32_t w = wma_sine(4096 - (i << step)) / 2;
        const int32_t two = 1 << 29;

        curve[i] = sum_of(product(lsp, 1, w, two - w), product(lsp, 0, w, two + w));
        if (is_less(curve[i], tiny))
            curve[i] = tiny;
        if (is_less(curve[i], least))
            least = curve[i];
    }
    for (int i = 0; i < length; i++) {
        struct wma_gain quotient =
            wma_gain_of(((uint64_t)least.m << 32) / curve[i].m, least.e - curve[i].e - 32);
        struct wma_gain root = root_of(root_of(quotient));

        ratio[i] = root.e < -30 ? 0 : (int32_t)(root.m >> -root.e);
    }
}

bool wma_read_exponents(struct wma_decoder *state, struct bit_reader *in, unsigned size,
                        struct wma_exponents *exponents)
{
    if (!(state->setup.format.options & WMA_EXPONENTS))
        read_lsp(state, in, size, exponents->ratio);
    else if (!read_exponents(state, in, size, exponents->ratio))
        return false;
    exponents->size = size;
    exponents->known = true;
    return true;
}
