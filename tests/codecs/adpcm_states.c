/* ADPCM from every state: each index or step, predictor and code is compared with the standards'
 * formulas, written a second time. OMNIACM_FULL=1 tries every predictor; otherwise, every 61st one
 * and those near the limits are tried. The formulas are compiled with optimization and without
 * sanitizers, the codecs as usual. */
#include <math.h>
#include "codecs/creative_adpcm/creative.h"
#include "support.h"
#include "bits.h"
#include "fixed.h"

extern const struct codec ima_adpcm, xbox_adpcm, oki_adpcm, dialogic_adpcm, yamaha_adpcm;

/* A sample, and the step or its index. */
struct model {
    int sample, step;
};

/* Lists the predictors to try, in order, and returns their number. */
static size_t predictors(int16_t all[65536])
{
    size_t n = 0;

    for (int x = INT16_MIN; x <= INT16_MAX; x++)
        if (all_cases() || x % 61 == 0 || x < INT16_MIN + 20 || x > INT16_MAX - 20)
            all[n++] = (int16_t)x;
    return n;
}

/* ---- IMA and Xbox: IMA's Recommended Practices, 1992, 6: the bits of a magnitude weigh one step,
 * half and a quarter of it ---- */

static int ima_step(int index)
{
    return index < 8 ? 7 + index : min_i32((int)floor(16 * pow(1.1, index - 8)), 32767);
}

static struct model ima_after(struct model model, const int steps[89], unsigned code)
{
    static const int moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    int step = steps[model.step], change = step >> 3;

    change += (code & 4 ? step : 0) + (code & 2 ? step >> 1 : 0) + (code & 1 ? step >> 2 : 0);
    return (struct model){ clamp(model.sample + (code & 8 ? -change : change), -32768, 32767),
                           clamp(model.step + moves[code & 7], 0, 88) };
}

/* A block of 4 bytes of codes: the first one is the code under test, the next one shows the step
 * that it leads to. */
static uint32_t codes_from(unsigned code, size_t number)
{
    return code | (~code & 15) << 4 | (uint32_t)(number * 2654435761u) << 8;
}

/* Checks one index and code with all predictors at once, in every instruction set. */
static void check_ima(unsigned index, unsigned code, const int16_t *from, size_t n,
                      const int steps[89], unsigned set)
{
    struct wave_format format = { 0x11, 1, 8000, 0, 8, 4, 0, 0 };
    const struct options options = { .quality = 1, .dsp = dsp_set(set) };
    struct sound sound;
    struct bytes data = { malloc(8 * n), 8 * n };

    for (size_t i = 0; i < n; i++) {
        store16_le(data.data + 8 * i, (uint16_t)from[i]);
        store16_le(data.data + 8 * i + 2, (uint16_t)index);
        store32_le(data.data + 8 * i + 4, codes_from(code, i));
    }
    sound = decode_all(&ima_adpcm, &format, &options, data);
    assert_int_equal(sound.count, 9 * n);
    for (size_t i = 0; i < n; i++) {
        struct model model = { from[i], (int)index };
        uint32_t codes = codes_from(code, i);

        for (size_t k = 1; k < 9; k++, codes >>= 4) {
            model = ima_after(model, steps, codes & 15);
            if (sound.samples[9 * i + k] != model.sample)
                fail_msg("set %u, index %u, predictor %d, code %u: sample %zu", set, index, from[i],
                         code, k);
        }
    }
    free(data.data);
    free(sound.samples);
}

/* Checks a truncated block, because the Xbox's whole blocks are long. */
static void check_xbox(unsigned index, unsigned code, const int16_t *from, size_t n,
                       const int steps[89], void *state)
{
    uint8_t block[5] = { 0, 0, (uint8_t)index, 0, (uint8_t)codes_from(code, 0) };

    for (size_t i = 0; i < n; i++) {
        struct model first = ima_after((struct model){ from[i], (int)index }, steps, code),
                     second = ima_after(first, steps, ~code & 15);
        int16_t pcm[3];

        store16_le(block, (uint16_t)from[i]);
        xbox_adpcm.decoder->run_truncated(state, block, (struct span){ 5, 3 }, pcm);
        if (pcm[0] != from[i] || pcm[1] != first.sample || pcm[2] != second.sample)
            fail_msg("index %u, predictor %d, code %u", index, from[i], code);
    }
}

static void ima_and_xbox_follow_the_standard(void **unused)
{
    static int16_t from[65536];
    size_t n = predictors(from);
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&xbox_adpcm, (struct mode){ 22050, 1, 0 }, extra);
    void *state = malloc(xbox_adpcm.decoder->state_size);
    int steps[89];

    (void)unused;
    for (int index = 0; index < 89; index++)
        steps[index] = ima_step(index);
    decoder_init(&xbox_adpcm, state, &format, 0);
    for (unsigned index = 0; index < 89; index++)
        for (unsigned code = 0; code < 16; code++) {
            for (unsigned set = 0; set <= best_set(); set++)
                check_ima(index, code, from, n, steps, set);
            check_xbox(index, code, from, n, steps, state);
        }
    free(state);
    print_message("%zu states in %u sets\n", 89 * 16 * n, best_set() + 1);
}

/* ---- OKI and Dialogic: there are no headers, so that every state has to be reached from the first
 * one ---- */

enum { OKI_STEPS = 49, OKI_SAMPLES = 4096 };

static struct model oki_after(struct model model, unsigned code)
{
    static const int moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    static int steps[OKI_STEPS];
    int change;

    for (int i = 0; !steps[OKI_STEPS - 1] && i < OKI_STEPS; i++)
        steps[i] = (int)floor(16 * pow(1.1, i));
    /* The sum in eighths of the step, truncated. */
    change = (int)(((code & 4 ? 8u : 0) + (code & 2 ? 4u : 0) + (code & 1 ? 2u : 0) + 1) *
                   (unsigned)steps[model.step] / 8);
    return (struct model){ clamp(model.sample + (code & 8 ? -change : change), -2048, 2047),
                           clamp(model.step + moves[code & 7], 0, OKI_STEPS - 1) };
}

static size_t oki_number(struct model model)
{
    return (size_t)(model.sample + 2048) * OKI_STEPS + (size_t)model.step;
}

/* Visits every reachable state, by following all codes from each. In stereo with equal channels, a
 * byte is one code; in mono it is two, and only OMNIACM_FULL=1 tries all pairs. */
static void follow_oki(const struct codec *codec, uint16_t channels)
{
    size_t size = codec->decoder->state_size, queued = 1, states = 0;
    unsigned stride = channels == 2 || !all_cases() ? 17 : 1;
    uint8_t extra[EXTRA_ROOM], *blobs = malloc(OKI_SAMPLES * OKI_STEPS * size), *now = malloc(size);
    bool *known = calloc(OKI_SAMPLES * OKI_STEPS, sizeof *known);
    struct model *queue = malloc(OKI_SAMPLES * OKI_STEPS * sizeof *queue);
    struct wave_format format = format_of(codec, (struct mode){ 8000, channels, 0 }, extra);

    queue[0] = (struct model){ 0, 0 };
    memset(blobs + oki_number(queue[0]) * size, 0, size);
    decoder_init(codec, blobs + oki_number(queue[0]) * size, &format, 0);
    known[oki_number(queue[0])] = true;
    for (; states < queued; states++)
        for (unsigned byte = 0; byte < 256; byte += stride) {
            struct model first = oki_after(queue[states], byte >> 4),
                         last = channels == 2 ? first : oki_after(first, byte & 15);
            size_t number = oki_number(last);
            uint8_t code = (uint8_t)byte;
            int16_t pcm[2];
            struct progress done;

            memcpy(now, blobs + oki_number(queue[states]) * size, size);
            done = codec->decoder->run(now, &code, pcm, (struct offer){ 1, 2, WHOLE });
            if (done.used != 1 || done.made != 2 || pcm[0] != 16 * first.sample ||
                pcm[1] != 16 * last.sample ||
                (known[number] && memcmp(blobs + number * size, now, size) != 0))
                fail_msg("sample %d, index %d, byte %02X", queue[states].sample, queue[states].step,
                         byte);
            if (!known[number]) {
                memcpy(blobs + number * size, now, size);
                known[number] = true;
                queue[queued++] = last;
            }
        }
    print_message("tag %02X, %u channels: %zu states of %d\n", codec->tags->tag, channels, states,
                  OKI_SAMPLES * OKI_STEPS);
    assert_true(states > 100000);
    free(blobs);
    free(now);
    free(known);
    free(queue);
}

static void oki_and_dialogic_follow_the_note(void **unused)
{
    (void)unused;
    follow_oki(&oki_adpcm, 2);
    follow_oki(&oki_adpcm, 1);
    follow_oki(&dialogic_adpcm, 1);
}

/* ---- Yamaha and Creative: multiplied steps, of which there are tens of thousands. Sample and step
 * change independently, so that it suffices to try every step with a few samples, and every sample
 * with a few steps ---- */

static struct model multiplied(struct model model, unsigned code, int remaining, int low, int high)
{
    static const int factors[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };
    int magnitude = (int)(code & 7), change = model.step * (2 * magnitude + 1) / 8;

    /* The sample decays by 256ths, rounded down. */
    int sample = (int)floor(model.sample * remaining / 256.0) + (code & 8 ? -change : change);

    return (struct model){ clamp(sample, -32768, 32767),
                           clamp(model.step * factors[magnitude] / 256, low, high) };
}

typedef void check_state(struct model from, unsigned code, void *decoder);

/* Checks blocks of one byte of codes, which a rate of 60 Hz has; the header holds the state. */
static void check_yamaha(struct model from, unsigned code, void *decoder)
{
    struct model first = multiplied(from, code, 256, 127, 24576),
                 second = multiplied(first, ~code & 15, 256, 127, 24576);
    uint8_t block[5];
    int16_t pcm[2];
    struct progress done;

    store16_le(block, (uint16_t)from.sample);
    store16_le(block + 2, (uint16_t)from.step);
    block[4] = (uint8_t)codes_from(code, 0);
    done = yamaha_adpcm.decoder->run(decoder, block, pcm, (struct offer){ 5, 2, WHOLE });
    if (done.used != 5 || done.made != 2 || pcm[0] != first.sample || pcm[1] != second.sample)
        fail_msg("Yamaha: sample %d, step %d, code %u", from.sample, from.step, code);
}

static void check_creative(struct model from, unsigned code, void *unused)
{
    struct model expected = multiplied(from, code, 254, 511, 32767);
    struct creative_state state =
        creative_next((struct creative_state){ from.sample, from.step }, code);

    (void)unused;
    if (state.sample != expected.sample || state.step != expected.step)
        fail_msg("Creative: sample %d, step %d, code %u", from.sample, from.step, code);
}

static void check_multiplied(check_state *check, void *decoder, int low, int high)
{
    static const int samples[] = {
        -32768, -32767, -20000, -257, -1, 0, 1, 255, 12345, 32766, 32767
    };
    static int16_t from[65536];
    size_t n = predictors(from), states = 0;
    int stride = all_cases() ? 509 : 4999;

    for (unsigned code = 0; code < 16; code++) {
        for (int step = low; step <= high; step++)
            for (size_t i = 0; i < sizeof samples / sizeof *samples; i++, states++)
                check((struct model){ samples[i], step }, code, decoder);
        for (int step = low; step <= high;
             step = step < high ? min_i32(step + stride, high) : step + 1)
            for (size_t i = 0; i < n; i++, states++)
                check((struct model){ from[i], step }, code, decoder);
    }
    print_message("%zu states\n", states);
}

static void yamaha_follows_its_chips(void **unused)
{
    struct wave_format format = { 0x20, 1, 60, 0, 5, 4, 0, 0 };
    void *state = malloc(yamaha_adpcm.decoder->state_size);
    struct layout layout;

    (void)unused;
    assert_true(parses(&yamaha_adpcm, &format, &layout) && layout.block.bytes == 5 &&
                layout.block.frames == 2);
    decoder_init(&yamaha_adpcm, state, &format, 0);
    check_multiplied(check_yamaha, state, 127, 24576);
    free(state);
}

static void creative_multiplies_and_decays(void **unused)
{
    (void)unused;
    check_multiplied(check_creative, 0, CREATIVE_STEP_MIN, CREATIVE_STEP_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ima_and_xbox_follow_the_standard),
        cmocka_unit_test(oki_and_dialogic_follow_the_note),
        cmocka_unit_test(yamaha_follows_its_chips),
        cmocka_unit_test(creative_multiplies_and_decays),
    };

    return cmocka_run_group_tests_name("adpcm_states", tests, 0, 0);
}
