/* Decodes as the ACM wrapper of Wine's DirectShow does (the documented behavior of its sink pin): a
 * destination of half a second, whatever the block; each call goes on behind what the previous one
 * used, and a sample is finished when nothing was used. The wrapper has no call for the end of the
 * stream; what is pending then is fetched here with one more call.
 *   acmwrapper FILE
 * FILE is decoded in media samples of several sizes, and compared with the output of one call that
 * has room for everything. Prints TAP. */
#include "whole.h"

enum { LIMIT_SECONDS = 120 };

struct player {
    HACMSTREAM stream;
    BYTE *room, *out;
    DWORD room_size, made, out_size, calls, errors;
};

/* Delivers what one call made. */
static void deliver(struct player *player, DWORD made)
{
    if (made > player->out_size - player->made)
        made = player->out_size - player->made;
    memcpy(player->out + player->made, player->room, made);
    player->made += made;
}

/* One media sample. As in the wrapper, an error does not end the loop; the number of calls does. */
static void receive(struct player *player, BYTE *data, DWORD size, DWORD flags)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header, .pbSrc = data, .cbSrcLength = size };

    while (header.cbSrcLength != 0 && player->errors < 1000) {
        MMRESULT result;

        header.pbDst = player->room;
        header.cbDstLength = player->room_size;
        header.fdwStatus = 0;
        header.cbSrcLengthUsed = header.cbDstLengthUsed = 0;
        result = acmStreamPrepareHeader(player->stream, &header, 0);
        if (result == 0)
            result = acmStreamConvert(player->stream, &header, flags);
        player->calls++;
        player->errors += result != 0;
        flags = 0;
        if (result == 0)
            deliver(player, header.cbDstLengthUsed);
        acmStreamUnprepareHeader(player->stream, &header, 0);
        if (result != 0)
            continue;
        if (header.cbSrcLengthUsed == 0)
            break;
        header.pbSrc += header.cbSrcLengthUsed;
        header.cbSrcLength -= header.cbSrcLengthUsed;
    }
}

/* Fetches what is pending at the end, and returns its size. Headers of MS ADPCM are prepared with a
 * block at least. */
static DWORD finish(struct player *player, BYTE *data, DWORD block)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header, .pbSrc = data, .cbSrcLength = block };
    DWORD before = player->made;

    do {
        header.pbDst = player->room;
        header.cbDstLength = player->room_size;
        header.fdwStatus = 0;
        CHECK(acmStreamPrepareHeader(player->stream, &header, 0) == 0);
        header.cbSrcLength = 0;
        CHECK(acmStreamConvert(player->stream, &header, ACM_STREAMCONVERTF_END) == 0);
        deliver(player, header.cbDstLengthUsed);
        header.cbSrcLength = block;
        acmStreamUnprepareHeader(player->stream, &header, 0);
    } while (header.cbDstLengthUsed == player->room_size);
    return player->made - before;
}

static void play(struct file file, struct sound expected, DWORD sample)
{
    WAVEFORMATEX pcm = pcm_of(file);
    struct player player = { 0 };
    DWORD made, rest = 0;
    char name[120];

    player.room_size = pcm.nAvgBytesPerSec / 2;
    player.room = malloc(player.room_size);
    player.out_size = expected.size + 100000;
    player.out = malloc(player.out_size);
    CHECK(acmStreamOpen(&player.stream, 0, file.format, &pcm, 0, 0, 0, 0) == 0);
    for (DWORD at = 0; at < file.size && player.stream; at += sample)
        receive(&player, file.data + at, min(sample, file.size - at),
                at == 0 ? ACM_STREAMCONVERTF_START : 0);
    made = player.made;
    CHECK(player.errors == 0);
    CHECK(made <= expected.size && memcmp(player.out, expected.data, made) == 0);
    if (player.stream)
        rest = finish(&player, file.data, file.format->nBlockAlign);
    printf("# %lu calls, %lu errors, %lu and %lu bytes of %lu\n", player.calls, player.errors, made,
           rest, expected.size);
    CHECK(is_all(file, sample, made, expected.size));
    CHECK(player.made == expected.size && memcmp(player.out, expected.data, player.made) == 0);
    acmStreamClose(player.stream, 0);
    free(player.room);
    free(player.out);
    snprintf(name, sizeof name, "blocks of %u bytes in samples of %lu are played to the end",
             file.format->nBlockAlign, sample);
    test_end(name);
}

static DWORD WINAPI time_limit(void *unused)
{
    (void)unused;
    Sleep(LIMIT_SECONDS * 1000);
    printf("not ok - the loop ends within %d s\n", LIMIT_SECONDS);
    fflush(stdout);
    ExitProcess(3);
}

int main(int argc, char **argv)
{
    struct file file = file_of(argc, argv);
    struct sound expected;

    CloseHandle(CreateThread(0, 0, time_limit, 0, 0, 0));
    expected = decode(file);
    CHECK(expected.size / file.size >= 3);
    for (DWORD blocks = 1; blocks <= 16; blocks *= 4)
        play(file, expected, blocks * file.format->nBlockAlign);
    free(file.bytes);
    free(expected.data);
    return tests_end();
}
