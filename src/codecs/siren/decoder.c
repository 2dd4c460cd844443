/* The decoding of a frame. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

/* MSN's coefficients are 22 times the samples' scale; the powers of Vivo's frames begin 9 lower
 * instead, 27 dB. */
const struct siren_format siren_msn = {
    2, 4, 2, 15, { 48806447, 69022739 }, { 295279002, 208793784 }, 367477060
};
const struct siren_format siren_vivo = {
    0, 0, -7, 12, { 1073741824, 1518500250 }, { 13421773, 9490627 }, 759250
};

void siren_reset(struct siren_decoder *state)
{
    memset(state->good, 0, sizeof state->good);
    memset(state->last, 0, sizeof state->last);
    state->noise = (struct siren_noise){ { 1, 1, 1, 1 } };
}

/* All bits that are left must be 1. */
static bool padded(struct bit_reader *in)
{
    while (bits_left(in) > 0)
        if (bits_read(in, 1) == 0)
            return false;
    return true;
}

bool siren_read(struct siren_decoder *state, const uint8_t bytes[SIREN_BYTES],
                struct siren_frame *frame, int32_t x[SIREN_FRAME])
{
    const struct siren_format *format = state->format;
    struct bit_reader in = { bytes, SIREN_BITS - format->checksum_bits, format->header_bits };
    uint8_t next[SIREN_WAYS - 1];
    unsigned way;
    bool valid;

    if (!siren_read_powers(&in, format, frame->power))
        return false;
    way = bits_read(&in, 4);
    if (!siren_categorize(frame, (int)bits_left(&in), next))
        return false;
    for (unsigned i = 0; i < way; i++)
        frame->category[next[i]]++;
    siren_read_coefficients(&in, format, frame, &state->noise, x);
    valid = padded(&in);
    for (int i = 0; i < SIREN_REGIONS; i++)
        valid = valid && frame->power[i] <= SIREN_POWER_LOUDEST;
    return valid &&
           (format->checksum_bits == 0 || (bytes[SIREN_BYTES - 1] & 0xFu) == siren_checksum(bytes));
}

/* A damaged frame repeats the last one; the next damaged ones are silent. */
void siren_decode(struct siren_decoder *state, const uint8_t bytes[SIREN_BYTES],
                  int16_t pcm[SIREN_FRAME])
{
    const int half = 1 << (SIREN_PCM_Q - 1);
    struct siren_frame frame;
    int32_t x[SIREN_FRAME], out[SIREN_FRAME];

    if (siren_read(state, bytes, &frame, x)) {
        memcpy(state->good, x, sizeof x);
    } else {
        memcpy(x, state->good, sizeof x);
        memset(state->good, 0, sizeof x);
    }
    for (int i = 1; i < SIREN_FRAME; i += 2)
        x[i] = -x[i];
    state->dsp->dct4(x, x, SIREN_FRAME, state->format->fraction - SIREN_PCM_Q);
    state->dsp->overlap(x, state->last, siren_window, out, SIREN_FRAME);
    memcpy(state->last, x, sizeof state->last);
    for (int i = 0; i < SIREN_FRAME; i++)
        pcm[i] = saturate((int32_t)(((int64_t)out[i] + half) >> SIREN_PCM_Q));
}
