/* LAME, in a file of its own, because its header and shine's define the same names. */
#include "task.h"
#ifdef HAVE_LAME
#include <lame/lame.h>

enum { CHUNK = 32768 };

/* Without noise shaping at 7, with it at 5. */
void lame_encodes(const struct task *task)
{
    static uint8_t code[5 * CHUNK];
    lame_t state = lame_init();
    size_t channels = task->format.channels, left;

    lame_set_in_samplerate(state, (int)task->format.sample_rate);
    lame_set_out_samplerate(state, (int)task->format.sample_rate);
    lame_set_num_channels(state, (int)channels);
    lame_set_brate(state, (int)(task->format.byte_rate * 8 / 1000));
    lame_set_quality(state, task->id);
    lame_set_bWriteVbrTag(state, 0);
    assert_int_equal(lame_init_params(state), 0);
    for (size_t at = 0, n; at < task->sound.count; at += n) {
        short *samples = task->sound.samples + at;
        int made;

        left = task->sound.count - at;
        n = left < CHUNK ? left : CHUNK;
        made = channels == 2
                   ? lame_encode_buffer_interleaved(state, samples, (int)n / 2, code, sizeof code)
                   : lame_encode_buffer(state, samples, samples, (int)n, code, sizeof code);
        assert_true(made >= 0);
        task_output(task, code, (size_t)made);
    }
    lame_close(state);
}
#endif
