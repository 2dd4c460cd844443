/* Reads arbitrary bytes as a WAV file. */
#include "fuzz.h"
#include "cli/wav.h"

static size_t read_input(void *file, uint64_t at, void *bytes, size_t count)
{
    const struct input *input = file;
    size_t left = at < input->size ? input->size - (size_t)at : 0;

    count = count < left ? count : left;
    memcpy(bytes, input->data + (left ? at : 0), count);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wav wav;
    struct input input = { data, size };
    struct wav_io io = { &input, size, read_input, 0, 0 };
    uint8_t bytes[64];

    if (wav_scan(&wav, &io))
        return 0;
    MUST(wav.format_size >= WAV_FORMAT_SIZE && wav.format_size <= WAV_FORMAT_ROOM);
    MUST(wav.data_at <= size && wav.data_size <= size - wav.data_at);
    for (uint64_t at = 0; at < wav.data_size; at += wav.data_size / 7 + 1)
        MUST(wav_read(&wav, at, bytes, sizeof bytes) <= wav.data_size - at);
    MUST(wav_samples(&wav, 1000, 100) <= 1000);
    return 0;
}
