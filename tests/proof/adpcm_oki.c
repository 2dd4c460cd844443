/* The steps of OKI and Dialogic ADPCM. */
#include "proof.h"
#include "codecs/oki_adpcm/tables.c"
#include "codecs/oki_adpcm/oki_adpcm.c"

static bool is_valid(struct channel channel)
{
    return is_between(channel.sample, SAMPLE_MIN, SAMPLE_MAX) && channel.offset % OKI_CODES == 0 &&
           channel.offset < OKI_CODES * OKI_STEPS;
}

void prove_after(struct channel channel, unsigned code)
{
    ASSUME(is_valid(channel) && code < OKI_CODES);
    channel = after(channel, code);
    PROVE(is_valid(channel));
    PROVE(output(channel) == channel.sample * SCALE);
}

/* The reciprocals yield the exact quotient. */
void prove_nearest(struct channel channel, int16_t sample)
{
    ASSUME(is_valid(channel));
    PROVE(nearest(channel, sample) < OKI_CODES);
}
