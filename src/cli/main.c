#include "commands.h"
#include "say.h"

static const struct command {
    const wchar_t *name;
    int (*run)(const struct drivers *, int, wchar_t **);
    bool alone; /* without drivers */
} commands[] = {
    { L"list", command_list, false },          { L"info", command_info, false },
    { L"convert", command_convert, false },    { L"bench", command_bench, false },
    { L"selftest", command_selftest, false },  { L"install", command_install, true },
    { L"uninstall", command_uninstall, true },
};

static const wchar_t usage[] =
    L"omniacm: WAV files through the ACM codecs of this system, OmniACM's first\n"
    L"\n"
    L"  omniacm list [--driver NAME]\n"
    L"      the drivers, their formats, as Windows sees them\n"
    L"  omniacm info FILE.wav... [--driver NAME]\n"
    L"      what the header says, what it should say, and which driver takes it\n"
    L"  omniacm convert IN.wav OUT.wav [--to FORMAT[@KBITS]] [...]\n"
    L"  omniacm convert FILE|FOLDER|PATTERN... FOLDER [--to FORMAT[@KBITS]] [...]\n"
    L"      to another format; a codec's file becomes 16-bit PCM when --to is not given; several "
    L"files at a time\n"
    L"      --rate KBITS                    bit rate in kbit/s, as behind the @\n"
    L"      --quality fast|standard|best    of OmniACM's encoders, for this run\n"
    L"      --out FOLDER                    for the results, instead of the last name\n"
    L"      --overwrite                     what has the result's name\n"
    L"      --driver NAME                   only this one is asked\n"
    L"  omniacm bench FILE.wav... [--only FORMAT] [--keep DIR] [--driver NAME] [--no-header]\n"
    L"      size, quality and speed of every format that takes each PCM file\n"
    L"  omniacm selftest [--print] [--driver NAME]\n"
    L"      every format of OmniACM against the results that it should give\n"
    L"  omniacm install [--prefer | --no-prefer]\n"
    L"      the driver into this system, in every width; --prefer: before other drivers for the "
    L"formats that they share\n"
    L"  omniacm uninstall\n"
    L"      out of this system again\n"
    L"  omniacm --help | --version\n"
    L"\n"
    L"FORMAT is a name (pcm, alaw, ulaw, ima, msadpcm, gsm), a tag (0x31), or a part of a name "
    L"that the list shows.\n"
    L"NAME is a driver's, or a part of it. Exit codes: 0 done, 1 failed, 2 not understood.\n";

int take_options(int count, wchar_t **words, const struct option *options)
{
    int kept = 0, i = 0;

    for (; i < count && wcscmp(words[i], L"--") != 0; i++) {
        const struct option *option = options;
        size_t n;

        if (wcsncmp(words[i], L"--", 2) != 0) {
            words[kept++] = words[i];
            continue;
        }
        n = wcscspn(words[i], L"=");
        while (option->name &&
               (wcslen(option->name) != n || wcsncmp(words[i], option->name, n) != 0))
            option++;
        if (!option->name || (option->on && words[i][n])) {
            note(L"unknown option %ls", words[i]);
            return -1;
        }
        if (!option->value)
            *option->on = true;
        else if (words[i][n])
            *option->value = words[i] + n + 1;
        else if (i + 1 < count)
            *option->value = words[++i];
        else {
            note(L"%ls wants a value", words[i]);
            return -1;
        }
    }
    for (i++; i < count; i++)
        words[kept++] = words[i];
    return kept;
}

static int run(const struct command *command, int count, wchar_t **words)
{
    struct drivers drivers;
    int result;

    if (command->alone)
        return command->run(0, count, words);
    if (!drivers_open(&drivers))
        return fail(L"the ACM (msacm32.dll) does not list its drivers");
    result = command->run(&drivers, count, words);
    drivers_close(&drivers);
    return result;
}

int wmain(int, wchar_t **);
int wmain(int count, wchar_t **words)
{
    say_start();
    if (count > 1 && (wcscmp(words[1], L"--help") == 0 || wcscmp(words[1], L"-h") == 0 ||
                      wcscmp(words[1], L"/?") == 0)) {
        say(L"%ls", usage);
        return EXIT_GOOD;
    }
    if (count > 1 && wcscmp(words[1], L"--version") == 0) {
        say(L"omniacm %hs (%u-bit)\n", OMNIACM_VERSION, (unsigned)sizeof(void *) * 8);
        return EXIT_GOOD;
    }
    for (size_t i = 0; count > 1 && i < sizeof commands / sizeof *commands; i++)
        if (wcscmp(words[1], commands[i].name) == 0) {
            int result = run(&commands[i], count - 2, words + 2);

            if (result == EXIT_USAGE)
                note(L"'omniacm --help' shows what may be said");
            return result;
        }
    if (count > 1)
        note(L"unknown command '%ls'\n\n%ls", words[1], usage);
    else
        note(L"a command is wanted\n\n%ls", usage);
    return EXIT_USAGE;
}
