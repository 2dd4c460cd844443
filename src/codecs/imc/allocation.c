/* The number of bits of each coefficient: half the binary logarithm of each band's ratio of signal
 * to mask, less an offset that is the same for all bands and makes use of all bits of the block. */
#include "tables.h"

enum {
    UNIT = 1 << REAL_LOG_Q,
    TWO = 2 * UNIT,
    RAISE_BIAS = 6962545, /* .415 */
    LOWER_BIAS = 26591887 /* 1.585 */
};

enum { ROUNDS = 16, CLOSE = 8 };

/* The ratio of a band that receives no bits; no sum of ratios reaches half of it. */
#define BARRED (-((int64_t)1 << 60))

/* The energies of bands, one hundredth of the sum over their coefficients. */
static void measure(const struct imc_block *block, const struct imc_channel *channel,
                    struct real energy[IMC_BANDS])
{
    const struct real hundredth = { 2748779069u, -38 }, least = { 2722258935u, -131 };

    for (int i = 0; i < IMC_BANDS; i++) {
        struct real square = real_times(channel->amplitude[i], channel->amplitude[i]);

        energy[i] = real_times(real_times(square, real_from(block->width[i], 0)), hundredth);
        if (!real_above(energy[i], least))
            energy[i] = real_zero;
    }
}

/* Adds the energies of all bands that mask each one. */
static void spread(const struct real energy[IMC_BANDS], const struct imc_masking *masking,
                   struct real mask[IMC_BANDS])
{
    struct real up[IMC_BANDS], down[IMC_BANDS], sum = real_zero;
    int at;

    for (int i = 0; i < IMC_BANDS; i++)
        mask[i] = up[i] = down[i] = real_zero;
    for (int i = 0; i < IMC_BANDS; i++) {
        for (at = i; at < masking->end[i]; at++)
            mask[at] = real_plus(mask[at], energy[i]);
        up[at - 1] = real_plus(up[at - 1], energy[i]);
    }
    for (int i = 1; i < IMC_BANDS; i++) {
        sum = real_times(real_plus(up[i - 1], sum), masking->up[i - 1]);
        mask[i] = real_plus(mask[i], sum);
    }
    for (int i = 0; i < IMC_BANDS; i++) {
        for (at = i - 1; at > masking->start[i]; at--)
            mask[at] = real_plus(mask[at], energy[i]);
        down[at + 1] = real_plus(down[at + 1], energy[i]);
    }
    sum = real_zero;
    for (int i = IMC_BANDS - 2; i >= 0; i--) {
        sum = real_times(real_plus(down[i + 1], sum), masking->down[i]);
        mask[i] = real_plus(mask[i], sum);
    }
}

/* False if nothing masks a band, as the logarithm would be infinite. The highest band is never
 * coded. */
static bool find_ratios(struct imc_block *block, const struct imc_channel *channel,
                        const struct imc_masking *masking)
{
    struct real energy[IMC_BANDS], mask[IMC_BANDS], highest = real_zero;
    bool raw = (block->code & IMC_RAW) != 0, audible = true;

    measure(block, channel, energy);
    spread(energy, masking, mask);
    for (int i = 0; i < IMC_BANDS; i++)
        highest = real_above(channel->amplitude[i], highest) ? channel->amplitude[i] : highest;
    highest.e -= 2;
    for (int i = 0; i < IMC_BANDS - 1; i++) {
        bool empty = block->width[i] == 0, low = real_above(highest, channel->amplitude[i]);
        int64_t signal = empty ? -30000 * (int64_t)UNIT : 2 * channel->log_amplitude[i];

        audible = audible && (raw || mask[i].m != 0);
        block->ratio[i] = signal + imc_adjustments[empty][low][block->flag];
        if (audible && !raw)
            block->ratio[i] -= real_log2(mask[i]);
    }
    block->ratio[IMC_BANDS - 1] = BARRED;
    for (int i = 0; i < 4 && block->code & IMC_FIVE; i++)
        block->ratio[i] = BARRED;
    return audible;
}

/* Distributes bits with this offset, and returns their sum. `coded` is the number of coefficients
 * that have any. */
static int distribute(struct imc_block *block, int first, int64_t offset, int *coded)
{
    int sum = 0;

    *coded = 0;
    for (int i = first; i < IMC_BANDS; i++) {
        int64_t bits = (block->ratio[i] / 2 - offset + UNIT / 2) >> REAL_LOG_Q;

        block->bits[i] = (uint8_t)(bits < 0 ? 0 : bits > IMC_BITS_MOST ? IMC_BITS_MOST : bits);
        sum += block->width[i] * block->bits[i];
        *coded += block->bits[i] > 0 ? block->width[i] : 0;
    }
    return sum;
}

/* Comes within 8 bits as a rule. The steps get smaller each time that the sum passes `bits`. */
static int approach(struct imc_block *block, int first, int64_t offset, int bits)
{
    int sum = 0, passed = 0, side = 0, coded;

    for (int round = 0; round < ROUNDS && (sum < bits - CLOSE || sum > bits + CLOSE); round++) {
        int last = side;

        sum = distribute(block, first, offset, &coded);
        side = bits < sum ? -1 : 1;
        passed += round > 0 && side != last;
        if (coded > 0)
            offset += (sum - bits) * (int64_t)UNIT / ((passed + 1) * coded);
        else
            offset = bits > 0 ? BARRED / 4 : -(BARRED / 4);
    }
    return sum;
}

/* Adds bits to the bands whose ratio is the highest above what their bits cover, until all of them
 * are used or no coefficient can have more. */
static void raise(struct imc_block *block, int bits)
{
    int64_t rest[IMC_BANDS];

    for (int i = 0; i < IMC_BANDS; i++)
        rest[i] = block->bits[i] == IMC_BITS_MOST
                      ? BARRED
                      : block->ratio[i] - block->bits[i] * TWO - RAISE_BIAS;
    while (bits > 0) {
        int best = 0;

        for (int i = 1; i < IMC_BANDS; i++)
            best = rest[i] > rest[best] ? i : best;
        if (rest[best] <= BARRED / 2)
            return;
        rest[best] = ++block->bits[best] == IMC_BITS_MOST ? BARRED : rest[best] - TWO;
        for (int j = imc_edges[best]; j < imc_edges[best + 1] && bits > 0; j++)
            if (!block->skipped[j] && block->lengths[j] < IMC_BITS_MOST) {
                block->lengths[j]++;
                bits--;
            }
    }
}

/* Takes bits from the bands with the lowest ratios; false if there are none left. */
static bool lower(struct imc_block *block, int first, int bits)
{
    int64_t rest[IMC_BANDS];

    for (int i = 0; i < IMC_BANDS; i++)
        rest[i] = i < first || block->bits[i] == 0
                      ? -BARRED
                      : block->ratio[i] - block->bits[i] * TWO + LOWER_BIAS;
    while (bits > 0) {
        int best = 0;

        for (int i = 1; i < IMC_BANDS; i++)
            best = rest[i] < rest[best] ? i : best;
        if (rest[best] >= -(BARRED / 2))
            return false;
        rest[best] = --block->bits[best] == 0 ? -BARRED : rest[best] + TWO;
        for (int j = imc_edges[best]; j < imc_edges[best + 1] && bits > 0; j++)
            if (block->lengths[j] > 0) {
                block->lengths[j]--;
                bits--;
            }
    }
    return true;
}

bool imc_allocate(struct imc_block *block, const struct imc_channel *channel,
                  const struct imc_masking *masking, int reserved)
{
    int first = block->code & IMC_FIVE ? 4 : 0, count = 0, sum;
    int bits = IMC_BLOCK_BITS - reserved - (int)block->in.at;
    int64_t offset = 0;

    if (!find_ratios(block, channel, masking))
        return false;
    for (int i = first; i < IMC_BANDS - 1; i++) {
        count += block->width[i];
        offset += block->width[i] * block->ratio[i];
    }
    if (count == 0)
        return false;
    block->width[IMC_BANDS - 1] = 0;
    sum = approach(block, first, (offset / 2 - bits * (int64_t)UNIT) / count, bits);
    for (int i = first; i < IMC_BANDS; i++)
        for (int j = imc_edges[i]; j < imc_edges[i + 1]; j++)
            block->lengths[j] = block->bits[i];
    raise(block, bits - sum);
    return lower(block, first, sum - bits);
}

void imc_reallocate(struct imc_block *block, int bits) { raise(block, bits); }
