/* The block arithmetic of src/stream.c. */
#include "proof.h"
#include "stream.c"

/* Sizes that no format exceeds: block_align and channels have 16 bits, and frames per block are
 * bits of a block. */
enum { FRAMES_MOST = 8 * UINT16_MAX };

static const unsigned pcm_sizes[] = {
    [PCM_U8] = 1, [PCM_S16] = 2, [PCM_S24] = 3, [PCM_S32] = 4, [PCM_F32] = 4, [PCM_F64] = 8
};

unsigned pcm_bytes(enum pcm pcm) { return pcm_sizes[pcm]; }

static void assume_pcm(const struct pcm_shape *shape)
{
    ASSUME(shape->pcm == PCM_U8 || shape->pcm == PCM_S16 || shape->pcm == PCM_S24 ||
           shape->pcm == PCM_S32 || shape->pcm == PCM_F32 || shape->pcm == PCM_F64);
    ASSUME(is_between(shape->channels.count, 1, CHANNELS_MOST));
}

static void assume_plan(const struct plan *plan)
{
    const struct layout *layout = &plan->layout;

    assume_pcm(&plan->mix.from);
    assume_pcm(&plan->mix.to);
    ASSUME(is_between(layout->channels, 1, CHANNELS_MOST));
    ASSUME(is_between(layout->block.bytes, 1, UINT16_MAX));
    ASSUME(is_between(layout->block.frames, 1, FRAMES_MOST));
    ASSUME(is_between(layout->least_bytes, 1, layout->block.bytes));
    ASSUME(layout->delay <= FRAMES_MOST);
}

void prove_sizes(struct plan plan, uint32_t size)
{
    uint32_t other;

    assume_plan(&plan);
    stream_size_from_source(&plan, size, &other);
    stream_size_from_destination(&plan, size, &other);
}

void prove_scratch(struct plan plan)
{
    size_t samples;

    assume_plan(&plan);
    samples = scratch_samples(&plan);
    PROVE(samples >= SCRATCH_BLOCKS * block_samples(&plan));
    PROVE(samples >= SCRATCH_SAMPLES);
    PROVE(samples <= SCRATCH_SAMPLES + (SCRATCH_BLOCKS + 1) * block_samples(&plan));
}
