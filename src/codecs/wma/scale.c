/* Gains and sines. */
#include "fixed.h"
#include "wma.h"

struct wma_gain wma_gain_of(uint64_t m, int e)
{
    int shift = 33 - __builtin_clzll(m);

    if (shift <= 0)
        return (struct wma_gain){ (uint32_t)(m << -shift), e + 30 + shift };
    m = (m >> shift) + (m >> (shift - 1) & 1);
    if (m >> 31)
        return (struct wma_gain){ (uint32_t)(m >> 1), e + 31 + shift };
    return (struct wma_gain){ (uint32_t)m, e + 30 + shift };
}

struct wma_gain wma_times(struct wma_gain a, struct wma_gain b)
{
    return wma_gain_of((uint64_t)a.m * b.m, a.e + b.e - 60);
}

/* Beyond 10^19 and 10^-19, nothing changes any more. */
struct wma_gain wma_twentieth(int n)
{
    const struct wma_gain ten = { 1342177280, 3 }, tenth = { 1717986918, -4 };
    int decades, part;
    struct wma_gain gain;

    n = clamp(n, -380, 380);
    decades = (n + 400) / 20 - 20;
    part = n - 20 * decades;
    gain = wma_gain_of((uint64_t)wma_twentieths[part], -27);
    for (; decades > 0; decades--)
        gain = wma_times(gain, ten);
    for (; decades < 0; decades++)
        gain = wma_times(gain, tenth);
    return gain;
}

struct wma_gain wma_root_ratio(uint64_t a, uint64_t b)
{
    struct wma_gain above = wma_gain_of(a, 0), below = wma_gain_of(b, 0);
    int e = above.e - below.e;
    uint64_t ratio = ((uint64_t)above.m << 32) / below.m; /* Q32, 1/2 to 2 */

    if (e % 2 != 0) {
        ratio *= 2;
        e--;
    }
    return wma_gain_of(isqrt64(ratio << 28), e / 2 - 30);
}

int32_t wma_sine(int i)
{
    int positive = i < 0 ? -i : i;
    struct wma_angle a = wma_coarse[positive / 64], b = wma_fine[positive % 64];
    int64_t sine = (int64_t)a.sine * b.cosine + (int64_t)a.cosine * b.sine;
    int32_t rounded = (int32_t)((sine + (1 << 29)) >> 30);

    return i < 0 ? -rounded : rounded;
}
