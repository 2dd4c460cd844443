/* Plays a file: `play sound FILE` with PlaySound, `play mci FILE` with MCI. */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <mmsystem.h>

int main(int argc, char **argv)
{
    char command[1024];
    MCIERROR error;

    if (argc != 3)
        return 2;
    if (strcmp(argv[1], "sound") == 0)
        return !PlaySoundA(argv[2], 0, SND_FILENAME | SND_SYNC | SND_NODEFAULT);
    snprintf(command, sizeof command, "open \"%s\" type waveaudio alias it", argv[2]);
    error = mciSendStringA(command, 0, 0, 0);
    if (!error)
        error = mciSendStringA("play it wait", 0, 0, 0);
    mciSendStringA("close it", 0, 0, 0);
    if (error)
        fprintf(stderr, "MCI error %lu\n", (unsigned long)error);
    return error != 0;
}
