/* The widths of mantissas: A/52, 7.2. Powers are in units of 6/128 dB, from 0 to 3072. */
#include "fixed.h"
#include "tables.h"

enum { FULL_POWER = 3072, PER_EXPONENT = 128, RISE_END = 7, LOW_END = 22 };

/* 5.4.3.28 to 5.4.3.32. */
void ac3_set_model(struct ac3_model *model, unsigned codes)
{
    static const uint16_t slow_gains[4] = { 0x540, 0x4D8, 0x478, 0x410 },
                          knees[4] = { 0, 0x700, 0x900, 0xB00 };
    static const int16_t floors[8] = { 0x2F0, 0x2B0, 0x270, 0x230, 0x1F0, 0x170, 0xF0, -0x800 };

    model->slow_decay = (15 + 2 * (int)(codes >> 9 & 3)) >> model->halvings;
    model->fast_decay = (63 + 20 * (int)(codes >> 7 & 3)) >> model->halvings;
    model->slow_gain = slow_gains[codes >> 5 & 3];
    model->knee = knees[codes >> 3 & 3];
    model->floor = floors[codes & 7];
}

static int power_at(const struct ac3_channel *channel, unsigned i)
{
    return FULL_POWER - PER_EXPONENT * channel->exponents[i];
}

/* The power of a sum: 7.2.2.3. */
static int add_powers(int a, int b)
{
    int difference = a > b ? a - b : b - a;

    return max_i32(a, b) + ac3_log_add[min_i32(difference >> 1, 255)];
}

static unsigned end_of(unsigned band, const struct ac3_channel *channel)
{
    unsigned end = ac3_band_starts[band + 1];

    return end < channel->end ? end : channel->end;
}

static void integrate(const struct ac3_channel *channel, struct ac3_bands *bands)
{
    unsigned i = channel->start, band = 0;

    while (ac3_band_starts[band + 1] <= i)
        band++;
    bands->first = band;
    for (; i < channel->end; band++) {
        int power = power_at(channel, i++);

        while (i < end_of(band, channel))
            power = add_powers(power, power_at(channel, i++));
        bands->power[band] = (int16_t)power;
    }
    bands->end = band;
}

/* Less masking at low frequencies, below a steep rise: 7.2.2.4. */
static int low_compensation(int now, int power, int next, unsigned band)
{
    if (band >= 20)
        return max_i32(now - 128, 0);
    if (power + 2 * PER_EXPONENT == next)
        return band < RISE_END ? 384 : 320;
    return power > next ? max_i32(now - 64, 0) : now;
}

/* Noise leaks to the bands above at two rates: 7.2.2.4. At the beginning of a channel's spectrum,
 * as long as it falls, only the band itself counts. */
static void excite(const struct ac3_model *model, const struct ac3_channel *channel, bool lfe,
                   struct ac3_bands *bands)
{
    int gain = 128 + 128 * channel->fast_gain, low = 0;
    int fast = (model->fast_leak << 8) + 768, slow = (model->slow_leak << 8) + 768;
    bool leaking = bands->first > 0;

    for (unsigned band = bands->first; band < bands->end; band++) {
        int power = bands->power[band], loud_fast = power - gain;
        bool followed = band < LOW_END && !(lfe && band + 1 == bands->end);
        int next = followed ? bands->power[band + 1] : 0;

        if (band >= LOW_END)
            low = 0;
        else if (followed)
            low = low_compensation(low, power, next, band);
        leaking = leaking || band >= RISE_END;
        if (leaking) {
            fast = max_i32(fast - model->fast_decay, loud_fast);
            slow = max_i32(slow - model->slow_decay, power - model->slow_gain);
            bands->mask[band] = (int16_t)max_i32(fast - low, slow);
        } else {
            fast = loud_fast;
            slow = power - model->slow_gain;
            bands->mask[band] = (int16_t)(fast - low);
            leaking = band >= 2 && followed && power <= next;
        }
    }
}

/* 7.2.2.5 and 7.2.2.6. */
static void apply_thresholds(const struct ac3_model *model, const struct ac3_channel *channel,
                             struct ac3_bands *bands)
{
    for (unsigned band = bands->first; band < bands->end; band++) {
        int mask = bands->mask[band], below = model->knee - bands->power[band];

        if (below > 0)
            mask += below >> 2;
        mask = max_i32(mask, ac3_hearing[model->rate][band >> model->halvings]);
        if (channel->delta)
            mask += PER_EXPONENT * channel->deltas[band];
        bands->mask[band] = (int16_t)mask;
    }
}

void ac3_find_masks(const struct ac3_model *model, const struct ac3_channel *channel, bool lfe,
                    struct ac3_bands *bands)
{
    integrate(channel, bands);
    excite(model, channel, lfe, bands);
    apply_thresholds(model, channel, bands);
}

/* 7.2.2.7. */
int ac3_level(const struct ac3_model *model, const struct ac3_bands *bands, unsigned band, int snr)
{
    int mask = max_i32(bands->mask[band] - snr - model->floor, 0);

    return (FULL_POWER - (mask & 0x1FE0) - model->floor) >> 5;
}

void ac3_set_widths(const struct ac3_model *model, const struct ac3_bands *bands,
                    struct ac3_channel *channel)
{
    int snr = ac3_snr(model->coarse_snr, channel->fine_snr);
    unsigned i = channel->start;

    for (unsigned band = bands->first; band < bands->end; band++) {
        int level = ac3_level(model, bands, band, snr);
        unsigned end = end_of(band, channel);

        for (; i < end; i++)
            channel->widths[i] =
                ac3_width_of[clamp(level - AC3_LEVELS * channel->exponents[i], 0, 63)];
    }
}
