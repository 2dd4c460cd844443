/* Tables of the DCT-IV. tests/dsp/mdct.c derives them anew. */
#include "mdct_tables.h"
#include "mdct_table.h"

const struct phasor mdct_fifths[2] = { { 331804471, 1021189159 }, { -868675383, 631129609 } };

static const struct mdct_plan plans[] = {
    { 128, 3, 1024, mdct_twist_128, mdct_roots_1024 },
    { 256, 4, 1024, mdct_twist_256, mdct_roots_1024 },
    { 320, 4, 160, mdct_twist_320, mdct_roots_160 },
    { 512, 4, 1024, mdct_twist_512, mdct_roots_1024 },
    { 1024, 5, 1024, mdct_twist_1024, mdct_roots_1024 },
    { 2048, 5, 1024, mdct_twist_2048, mdct_roots_1024 },
};

const struct mdct_plan *mdct_plan(unsigned n)
{
    const struct mdct_plan *plan = plans;

    while (plan->n < n)
        plan++;
    return plan;
}

static int bits_of(uint64_t x) { return x ? 64 - __builtin_clzll(x) : 0; }

int mdct_drop(uint32_t any) { return bits_of(any) > 25 ? bits_of(any) - 25 : 0; }

int mdct_up_of(uint32_t any, uint64_t energy)
{
    int up = MDCT_NORM_BITS - mdct_drop(any) - (bits_of(energy + (energy >> 8)) + 1) / 2;

    if (any == 0)
        return MDCT_SILENCE;
    return up < MDCT_UP_MOST ? up : MDCT_UP_MOST;
}

int mdct_up_32(uint32_t any, unsigned n)
{
    int up = MDCT_32_NORM_BITS - bits_of(any) - bits_of(n) / 2;

    if (any == 0)
        return MDCT_SILENCE;
    return up < MDCT_UP_MOST ? up : MDCT_UP_MOST;
}

int mdct_up(const int32_t *x, unsigned n)
{
    uint32_t any = 0;
    uint64_t energy = 0;
    int drop;

    for (unsigned k = 0; k < n; k++)
        any |= (uint32_t)(x[k] ^ x[k] >> 31) | (uint32_t)(x[k] != 0);
    drop = mdct_drop(any);
    for (unsigned k = 0; k < n; k++)
        energy += (uint64_t)((int64_t)(x[k] >> drop) * (x[k] >> drop));
    return mdct_up_of(any, energy);
}
