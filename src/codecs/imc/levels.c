/* The amplitudes of the bands. */
#include "tables.h"

/* log2 in Q24 of 20000, the most that a band can start from, and of the steps of levels. */
enum {
    LOG_20000 = 239708037,
    LOG_FINE = 3178444,     /* .18945, the steps of an absolute level */
    LOG_QUARTER = 13933142, /* .83048, a quarter of a decade */
    LOG_RAW = 24383059      /* 1.4533435415 */
};

static unsigned read_symbol(struct bit_reader *in, const struct imc_prefix_code *code)
{
    uint32_t next = bits_peek32(in) >> 8, sum = 0;
    unsigned i = 0;

    for (; i < code->size - 1u; i++) {
        sum += 1u << (24 - code->lengths[i]);
        if (next < sum)
            break;
    }
    in->at += code->lengths[i];
    return code->symbols[i];
}

static void read_levels(struct imc_block *block)
{
    unsigned book = block->code >> 1;

    for (int i = 0; i < IMC_BANDS; i++) {
        unsigned level;

        if (i == 0 && block->code & IMC_ABSOLUTE) {
            block->levels[0] = (uint8_t)bits_read(&block->in, 7);
            continue;
        }
        level = read_symbol(&block->in, &imc_codes[book][imc_selection[book][i]]);
        if (level == IMC_ESCAPE)
            level += bits_read(&block->in, 4);
        block->levels[i] = (uint8_t)level;
    }
}

static void set_start(struct imc_channel *channel, unsigned band, unsigned level)
{
    channel->log_amplitude[band] = LOG_20000 - (int32_t)level * LOG_FINE;
    channel->amplitude[band] = real_exp2(channel->log_amplitude[band]);
}

/* Below the amplitude of the band `origin`, in steps of 0.4375 decades. */
static void raw(struct imc_block *block, struct imc_channel *channel)
{
    unsigned origin = bits_read(&block->in, 5), level;

    set_start(channel, origin, bits_read(&block->in, 7));
    for (unsigned i = 0; i < IMC_BANDS; i++) {
        if (i == origin)
            continue;
        level = bits_read(&block->in, 4);
        channel->log_amplitude[i] = channel->log_amplitude[origin] - (int64_t)level * LOG_RAW;
        channel->amplitude[i] =
            real_times(channel->amplitude[origin], real_exp2(-(int64_t)level * LOG_RAW));
    }
}

/* x 10^(quarters / 4), for quarters from -15 to 16. */
static struct real stepped(struct real x, int quarters)
{
    unsigned from_least = (unsigned)(quarters + 16);

    x = real_times(x, imc_quarter_decades[from_least % 4]);
    return real_times(x, imc_decades[from_least / 4]);
}

/* Levels from 17 on are the large steps. */
static int quarters_of(int level)
{
    return level < 17 ? level - 7 : level - (level <= 24 ? 32 : 16);
}

/* Each band relative to the band below. */
static void absolute(const struct imc_block *block, struct imc_channel *channel)
{
    struct real amplitude;
    int64_t log;

    set_start(channel, 0, block->levels[0]);
    amplitude = channel->amplitude[0];
    log = channel->log_amplitude[0];
    for (int i = 1; i < IMC_BANDS; i++) {
        int quarters = quarters_of(block->levels[i]);

        if (block->levels[i] == IMC_EMPTY) {
            channel->amplitude[i] = real_one;
            channel->log_amplitude[i] = 0;
            continue;
        }
        channel->amplitude[i] = amplitude = stepped(amplitude, quarters);
        channel->log_amplitude[i] = log += (int64_t)quarters * LOG_QUARTER;
    }
}

/* Each band relative to itself in the last block. */
static void relative(const struct imc_block *block, struct imc_channel *channel)
{
    for (int i = 0; i < IMC_BANDS; i++) {
        int quarters = block->levels[i] - 7;

        if (block->levels[i] >= IMC_EMPTY)
            continue;
        channel->amplitude[i] = stepped(channel->amplitude[i], quarters);
        channel->log_amplitude[i] += (int64_t)quarters * LOG_QUARTER;
    }
}

bool imc_levels(struct imc_block *block, struct imc_channel *channel)
{
    const struct real most = { 1u << 31, 0 };
    bool fit = true;

    if (block->code & IMC_RAW) {
        raw(block, channel);
    } else {
        read_levels(block);
        if (block->code & IMC_ABSOLUTE)
            absolute(block, channel);
        else
            relative(block, channel);
    }
    for (int i = 0; i < IMC_BANDS; i++)
        fit = fit && !real_above(channel->amplitude[i], most);
    return fit;
}
