/* The quantization of a region's coefficients. */
#include "encoder.h"
#include "fixed.h"

/* A coefficient and its two nearest levels. */
struct choice {
    int32_t value;    /* the magnitude */
    int32_t error[2]; /* squares of the differences, Q16 */
    uint8_t lower;    /* the index of the level below */
    uint8_t negative;
    uint8_t levels; /* 2, or 1 if the value is above the highest level */
};

static int32_t level_of(unsigned category, unsigned i)
{
    return (int32_t)(siren_levels[category][i] >> (27 - SIREN_LEVEL_Q));
}

static int32_t square(int32_t difference)
{
    return (int32_t)((int64_t)difference * difference >> SIREN_LEVEL_Q);
}

static void measure(unsigned category, struct choice *choice)
{
    for (unsigned i = 0; i < choice->levels; i++)
        choice->error[i] = square(choice->value - level_of(category, choice->lower + i));
}

static void choose(unsigned category, int32_t value, struct choice *out)
{
    unsigned highest = (1u << siren_magnitude_bits[category]) - 1;

    while (highest >= SIREN_LEVELS || siren_levels[category][highest] == 0)
        highest--;
    out->negative = value < 0;
    out->value = value < 0 ? -value : value;
    out->lower = 0;
    while (out->lower < highest && level_of(category, out->lower + 1u) <= out->value)
        out->lower++;
    out->levels = out->lower < highest ? 2 : 1;
    measure(category, out);
}

/* The rarest vectors have no code; that of zeros has one. */
static void choose_lower(unsigned category, struct choice *choices)
{
    for (unsigned j = 0; j < siren_dimension[category]; j++)
        if (choices[j].lower > 0) {
            choices[j].lower--;
            choices[j].levels = 2;
            measure(category, &choices[j]);
        }
}

/* One of the combinations of the nearest levels: bit j of `pick` is set for the upper one. */
struct combination {
    unsigned vector, bits; /* no bits: there is none, or it has no code */
    int64_t error;
};

static struct combination combine(const struct siren_code *codes, unsigned category,
                                  const struct choice *choices, unsigned pick)
{
    struct combination made = { 0, 0, 0 };

    for (unsigned j = 0; j < siren_dimension[category]; j++) {
        unsigned upper = pick >> j & 1, level = choices[j].lower + upper;

        if (upper >= choices[j].levels)
            return (struct combination){ 0, 0, 0 };
        made.error += choices[j].error[upper];
        made.vector |= level << j * siren_magnitude_bits[category];
        made.bits += level != 0;
    }
    made.bits = codes[made.vector].length ? made.bits + codes[made.vector].length : 0;
    return made;
}

/* The cheapest combination. */
static struct combination search(const struct siren_code *codes, unsigned category, int64_t price,
                                 const struct choice *choices)
{
    struct combination best = { 0, 0, 0 };

    for (unsigned pick = 0; pick < 1u << siren_dimension[category]; pick++) {
        struct combination made = combine(codes, category, choices, pick);

        if (made.bits != 0 &&
            (best.bits == 0 || made.error + price * made.bits < best.error + price * best.bits))
            best = made;
    }
    return best;
}

/* A region of noise has no bits. */
void siren_quantize(const struct siren_encoder *state, const int32_t y[SIREN_REGION], int power,
                    unsigned category, unsigned price, struct siren_region *out)
{
    bool noise = category >= SIREN_NOISE;
    unsigned at = noise ? SIREN_CODED - 1u : category, size = siren_dimension[at];
    unsigned bits = siren_magnitude_bits[at];
    int64_t worth = (int64_t)square(level_of(at, 1)) * price / 64;

    *out = (struct siren_region){ { 0 }, 0, 0 };
    for (unsigned i = 0; i < SIREN_REGION; i += size) {
        struct choice choices[SIREN_DIMENSION_MOST] = { { 0 } };
        struct combination best;

        for (unsigned j = 0; j < size; j++) {
            choose(at, siren_relative(y[i + j], power, state->format), &choices[j]);
            out->error += noise ? square(choices[j].value) : 0;
        }
        if (noise)
            continue;
        while ((best = search(state->codes.vectors[at], at, worth, choices)).bits == 0)
            choose_lower(at, choices);
        out->bits += best.bits;
        out->error += best.error;
        for (unsigned j = 0; j < size; j++) {
            int level = (int)(best.vector >> j * bits & ((1u << bits) - 1));

            out->index[i + j] = (int8_t)(choices[j].negative ? -level : level);
        }
    }
}

void siren_write_region(const struct siren_codes *codes, struct bit_writer *out, unsigned category,
                        const struct siren_region *region)
{
    const int8_t *index = region->index;
    unsigned size, bits;

    if (category >= SIREN_NOISE)
        return;
    size = siren_dimension[category];
    bits = siren_magnitude_bits[category];
    for (unsigned i = 0; i < SIREN_REGION; i += size) {
        const struct siren_code *code;
        unsigned vector = 0;

        for (unsigned j = 0; j < size; j++)
            vector |= (unsigned)(index[i + j] < 0 ? -index[i + j] : index[i + j]) << j * bits;
        code = &codes->vectors[category][vector];
        bits_write(out, code->bits, code->length);
        for (unsigned j = 0; j < size; j++)
            if (index[i + j] != 0)
                bits_write(out, index[i + j] > 0, 1);
    }
}
