/* G.729 beside bcg729, in turn, and the medians.
 * Run it pinned to a core: taskset -c 1 build/bench/tests/bench/bench.g729 */
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <bcg729/encoder.h>
#include <bcg729/decoder.h>
#include "support.h"

extern const struct codec g729a;

enum { ROUNDS = 21, FRAME_BYTES = 10, FRAME = 80 };

static struct settings settings = { .quality = 1 };     /* with the processor's best set of instructions */

static const struct wave_format mono = { .channels = 1, .sample_rate = 8000, .block_align = FRAME_BYTES };

/* Processor time: another process on the same core does not count. */
static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

typedef double run(struct bytes code, struct sound sound);

static double we_decode(struct bytes code, struct sound sound)
{
    void *state = malloc(g729a.decoder.state_size);
    double start = now();

    g729a.decoder.start(state, &mono, &settings);
    g729a.decoder.run(state, code.data, sound.samples, (struct offer){ code.size, sound.count, WHOLE });
    start = now() - start;
    free(state);
    return start;
}

static double we_encode(struct bytes code, struct sound sound)
{
    void *state = malloc(g729a.encoder.state_size);
    double start = now();

    g729a.encoder.start(state, &mono, &settings);
    g729a.encoder.run(state, sound.samples, code.data, (struct offer){ sound.count, code.size, WHOLE });
    start = now() - start;
    free(state);
    return start;
}

static double bcg729_decodes(struct bytes code, struct sound sound)
{
    bcg729DecoderChannelContextStruct *peer = initBcg729DecoderChannel();
    double start = now();

    for (size_t i = 0; i < code.size / FRAME_BYTES; i++)
        bcg729Decoder(peer, code.data + i * FRAME_BYTES, FRAME_BYTES, 0, 0, 0, sound.samples + i * FRAME);
    start = now() - start;
    closeBcg729DecoderChannel(peer);
    return start;
}

static double bcg729_encodes(struct bytes code, struct sound sound)
{
    bcg729EncoderChannelContextStruct *peer = initBcg729EncoderChannel(0);
    uint8_t length;
    double start = now();

    for (size_t i = 0; i < code.size / FRAME_BYTES; i++)
        bcg729Encoder(peer, sound.samples + i * FRAME, code.data + i * FRAME_BYTES, &length);
    start = now() - start;
    closeBcg729EncoderChannel(peer);
    return start;
}

static void compare(const char *what, run *ours, run *theirs, struct bytes code, struct sound sound)
{
    double us[ROUNDS], them[ROUNDS], a, b;

    for (int i = 0; i < ROUNDS; i++) {
        us[i] = ours(code, sound);
        them[i] = theirs(code, sound);
    }
    a = median(us), b = median(them);
    printf("%s: %.2f, bcg729 %.2f million samples a second: %.2f times\n", what, 1e-6 * (double)sound.count / a,
           1e-6 * (double)sound.count / b, b / a);
}

int main(void)
{
    struct sound sound = speech(), out;
    struct bytes code;

    settings.simd = (uint8_t)best_set();
    sound.count -= sound.count % FRAME;
    code = encode_all(&g729a, &mono, 0, sound);
    out = (struct sound){ malloc(sound.count * sizeof(int16_t)), sound.count };
    compare("decode", we_decode, bcg729_decodes, code, out);
    compare("encode", we_encode, bcg729_encodes, (struct bytes){ malloc(code.size), code.size }, sound);
    return 0;
}
