/* Frames of 80 and 15 bits, the most significant bit of each parameter and byte first: Table 8,
 * B.4.2, RFC 3551 4.5.6. */
#include <string.h>
#include "g729.h"

/* A frame is packed as two strings of 40 bits, from the top bit down. */
struct bits {
    uint64_t string;
    int left;
};

static uint32_t take(struct bits *bits, int count)
{
    bits->left -= count;
    return (uint32_t)(bits->string >> bits->left) & ((1u << count) - 1);
}

static void put(struct bits *bits, int count, uint32_t value)
{
    bits->left -= count;
    bits->string |= (uint64_t)value << bits->left;
}

static void load_half(const uint8_t *half, struct bits *bits)
{
    *bits = (struct bits){ 0, 40 };
    for (int i = 0; i < G729_FRAME_BYTES / 2; i++)
        bits->string = bits->string << 8 | half[i];
}

static void store_half(const struct bits *bits, uint8_t *half)
{
    for (int i = 0; i < G729_FRAME_BYTES / 2; i++)
        half[i] = (uint8_t)(bits->string >> (32 - 8 * i));
}

uint8_t g729_parity(uint8_t lag)
{
    unsigned bits = lag >> 2;

    bits ^= bits >> 3;
    return (~(bits ^ bits >> 1 ^ bits >> 2)) & 1;
}

/* The two halves meet between parameters, after C1. */
void g729_pack(const struct g729_parameters *in, uint8_t frame[G729_FRAME_BYTES])
{
    const struct g729_subframe *first = &in->subframes[0], *second = &in->subframes[1];
    struct bits bits = { 0, 40 };

    put(&bits, 1, in->lsf.predictor);
    put(&bits, 7, in->lsf.stage1);
    put(&bits, 5, in->lsf.stage2[0]);
    put(&bits, 5, in->lsf.stage2[1]);
    put(&bits, 8, first->lag);
    put(&bits, 1, in->parity);
    put(&bits, 13, first->positions);
    store_half(&bits, frame);
    bits = (struct bits){ 0, 40 };
    put(&bits, 4, first->signs);
    put(&bits, 3, first->gains[0]);
    put(&bits, 4, first->gains[1]);
    put(&bits, 5, second->lag);
    put(&bits, 13, second->positions);
    put(&bits, 4, second->signs);
    put(&bits, 3, second->gains[0]);
    put(&bits, 4, second->gains[1]);
    store_half(&bits, frame + G729_FRAME_BYTES / 2);
}

/* No encoder produces ten zero bytes, because the parity of P1 = 0 is 1. They mark an erased frame.
 */
static bool is_erased(const uint8_t frame[G729_FRAME_BYTES])
{
    static const uint8_t none[G729_FRAME_BYTES] = { 0 };

    return memcmp(frame, none, G729_FRAME_BYTES) == 0;
}

void g729_unpack(const uint8_t frame[G729_FRAME_BYTES], struct g729_parameters *out)
{
    struct g729_subframe *first = &out->subframes[0], *second = &out->subframes[1];
    struct bits bits;

    out->kind = is_erased(frame) ? G729_ERASED : G729_SPEECH;
    load_half(frame, &bits);
    out->lsf.predictor = (uint8_t)take(&bits, 1);
    out->lsf.stage1 = (uint8_t)take(&bits, 7);
    out->lsf.stage2[0] = (uint8_t)take(&bits, 5);
    out->lsf.stage2[1] = (uint8_t)take(&bits, 5);
    first->lag = (uint8_t)take(&bits, 8);
    out->parity = (uint8_t)take(&bits, 1);
    first->positions = (uint16_t)take(&bits, 13);
    load_half(frame + G729_FRAME_BYTES / 2, &bits);
    first->signs = (uint8_t)take(&bits, 4);
    first->gains[0] = (uint8_t)take(&bits, 3);
    first->gains[1] = (uint8_t)take(&bits, 4);
    second->lag = (uint8_t)take(&bits, 5);
    second->positions = (uint16_t)take(&bits, 13);
    second->signs = (uint8_t)take(&bits, 4);
    second->gains[0] = (uint8_t)take(&bits, 3);
    second->gains[1] = (uint8_t)take(&bits, 4);
}

void g729_pack_sid(const struct g729_sid *in, uint8_t frame[G729_SID_BYTES])
{
    frame[0] = (uint8_t)(in->predictor << 7 | in->stage1 << 2 | in->stage2 >> 2);
    frame[1] = (uint8_t)(in->stage2 << 6 | in->gain << 1);
}

void g729_unpack_sid(const uint8_t frame[G729_SID_BYTES], struct g729_parameters *out)
{
    out->kind = G729_SID;
    out->sid.predictor = frame[0] >> 7;
    out->sid.stage1 = frame[0] >> 2 & 31;
    out->sid.stage2 = (uint8_t)((frame[0] << 2 & 12) | frame[1] >> 6);
    out->sid.gain = frame[1] >> 1 & 31;
}
