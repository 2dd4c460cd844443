/* The steps of OKI and Dialogic ADPCM. */
#include "proof.h"
#include "codecs/oki_adpcm/tables.c"
#include "codecs/oki_adpcm/oki_adpcm.c"

static bool is_sample(unsigned sample) { return sample <= SAMPLE_MAX && sample % 8 == 0; }

static bool is_offset(size_t offset)
{
    return offset % OKI_STRIDE == 0 && offset < OKI_STEPS * OKI_STRIDE;
}

/* The top bit tells sums that are out of range. */
void prove_changed(uint16_t sample, size_t place, size_t offset, bool flipped)
{
    const struct oki_effect *effect;
    int sum;

    ASSUME(is_sample(sample) && place < OKI_CODES && is_offset(offset));
    effect = effect_at(place, offset);
    sum = clamp(sample + effect->change - OKI_BIAS, 0, SAMPLE_MAX);
    PROVE(is_sample((unsigned)sum) && is_offset(effect->next));
    PROVE(changed((uint16_t)(sample + (flipped ? TOP_BIT : 0)), place, effect,
                  flipped ? 0 : TOP_BIT) == sum + (flipped ? 0 : TOP_BIT));
    PROVE(output((uint16_t)sum) == sum * 2 - 2 * SAMPLE_ZERO);
}

/* The codes are in range, and so is the sample, whatever the reciprocal is. */
void prove_track(struct channel channel, int16_t sample, int16_t next)
{
    struct tracker tracker;

    ASSUME(is_sample(channel.sample) && is_offset(channel.offset));
    ASSUME(is_between(channel.reciprocal, -(1 << 26) - 1, 0));
    tracker = opened(&channel, sample);
    PROVE(is_between(track(&tracker, sample, next), -OKI_RISES, OKI_RISES - 1));
    channel = closed(&tracker, next);
    PROVE(is_sample(channel.sample) && is_offset(channel.offset));
}
