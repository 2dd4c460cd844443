/* Shared by the tests of silence compression: a stream in the repository, and checksums of its
 * decoded sound. Both were made when every conformance vector of the ITU that can be downloaded
 * passed. By them, a clone without those vectors notices a change in a detector, a descriptor or
 * comfort noise. OMNIACM_WRITE=1 writes the stream anew and prints the checksums. */
#ifndef OMNIACM_TESTS_SILENCE_SUPPORT_H
#define OMNIACM_TESTS_SILENCE_SUPPORT_H

#include "conversation.h"
#include "cli/golden.h"

enum { SECONDS = 20, SECOND = 8000, SEED = 3 };

static bool writing(void) { return getenv("OMNIACM_WRITE") != 0; }

/* Compares a stream with the file. `frame_starts` has the offset of each frame, for the message. */
static void compare_stream(const char *path, struct bytes made, const size_t *frame_starts,
                           size_t frames)
{
    struct bytes known;
    size_t i = 0, frame = 0;

    if (writing()) {
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        assert_int_equal(fwrite(made.data, 1, made.size, file), made.size);
        fclose(file);
    }
    known = file_read(path);
    while (i < made.size && i < known.size && made.data[i] == known.data[i])
        i++;
    while (frame + 1 < frames && frame_starts[frame + 1] <= i)
        frame++;
    if (i < made.size || i < known.size)
        fail_msg("%s: byte %zu differs, in frame %zu of %zu", path, i, frame, frames);
    free(known.data);
}

/* Compares the checksum of each second. */
static void compare_sound(const int16_t *pcm, const uint32_t known[SECONDS])
{
    unsigned wrong = SECONDS;

    for (unsigned second = SECONDS; second-- > 0;) {
        uint32_t sum = golden_checksum(pcm + second * SECOND, SECOND * sizeof *pcm);

        if (sum != known[second])
            wrong = second;
    }
    for (unsigned second = 0; second < SECONDS && writing(); second++)
        print_message("0x%08X,%c", golden_checksum(pcm + second * SECOND, SECOND * sizeof *pcm),
                      second % 6 == 5 ? '\n' : ' ');
    if (wrong < SECONDS)
        fail_msg("second %u is the first that differs", wrong);
}

/* 10 log10 of the mean square. */
static double level_of(const int16_t *pcm, size_t n)
{
    double sum = 1e-9;

    for (size_t i = 0; i < n; i++)
        sum += (double)pcm[i] * pcm[i];
    return 10 * log10(sum / (double)n);
}

#endif
