#include "commands.h"
#include "console.h"
#include "errors.h"

static const struct command {
    const wchar_t *name;
    int (*run)(const struct drivers *, int, wchar_t **);
    bool needs_drivers;
} commands[] = {
    { L"list", command_list, true },
    { L"info", command_info, true },
    { L"convert", command_convert, true },
    { L"bench", command_bench, true },
    { L"selftest", command_selftest, true },
    { L"install", command_install, false },
    { L"uninstall", command_uninstall, false },
};

static const wchar_t usage[] =
    L"omniacm: converts and examines WAV files with the ACM codecs of this system, OmniACM first\n"
    L"\n"
    L"  omniacm list [--driver NAME]\n"
    L"      list the ACM drivers and their formats\n"
    L"  omniacm info FILE.wav... [--driver NAME]\n"
    L"      show the header, what it should be, and which drivers accept the file\n"
    L"  omniacm convert IN.wav OUT.wav [--to FORMAT[@KBITS]] [...]\n"
    L"  omniacm convert FILE|FOLDER|PATTERN... FOLDER [--to FORMAT[@KBITS]] [...]\n"
    L"      convert to another format; without --to, decode to 16-bit PCM\n"
    L"      --rate HZ                       sample rate of the result, such as 44100\n"
    L"      --channels N                    1 to 8 channels, mixed as in ITU-R BS.775\n"
    L"      --bits N                        PCM of 8, 16, 24 or 32 bits, or float\n"
    L"      --bitrate KBITS                 bit rate in kbit/s, same as @KBITS\n"
    L"      --quality fast|standard|best    quality of OmniACM's encoders, for this run\n"
    L"      --out FOLDER                    folder for the results, instead of the last argument\n"
    L"      --overwrite                     replace existing files\n"
    L"      --driver NAME                   use this driver only\n"
    L"      --raw FORMAT,RATE[,CHANNELS]    the inputs have no header, as in --raw vox,6000; "
    L"without\n"
    L"                                      it, .gsm .vox .ul .al .g722 .g729 .g726-32 .sln ... "
    L"are\n"
    L"                                      recognized by their extension\n"
    L"  omniacm bench FILE.wav... [--only FORMAT] [--keep FOLDER] [--driver NAME] [--no-header]\n"
    L"      size, SNR and speed of every format that accepts each PCM file;\n"
    L"      speeds are multiples of real time\n"
    L"  omniacm selftest [--print] [--driver NAME]\n"
    L"      compare the output of every OmniACM format with the expected results\n"
    L"  omniacm install [--prefer | --no-prefer]\n"
    L"      install the driver in every width; --prefer puts it ahead of other drivers\n"
    L"  omniacm uninstall\n"
    L"      remove the driver\n"
    L"  omniacm --help | --version\n"
    L"\n"
    L"FORMAT is a name (pcm, alaw, ulaw, ima, msadpcm, gsm), a tag (0x31), or part of a name that\n"
    L"'omniacm list' shows. NAME is the name of a driver, or part of it.\n"
    L"Exit codes: 0 success, 1 failure, 2 wrong usage.\n";

static const struct option *find_option(const struct option *options, const wchar_t *name,
                                        size_t length)
{
    for (; options->name; options++)
        if (wcslen(options->name) == length && wcsncmp(name, options->name, length) == 0)
            return options;
    return 0;
}

int take_options(int count, wchar_t **args, const struct option *options)
{
    int left = 0, i = 0;

    for (; i < count && wcscmp(args[i], L"--") != 0; i++) {
        size_t length = wcscspn(args[i], L"=");
        const wchar_t *value = args[i][length] ? args[i] + length + 1 : 0;
        const struct option *option;

        if (wcsncmp(args[i], L"--", 2) != 0) {
            args[left++] = args[i];
            continue;
        }
        option = find_option(options, args[i], length);
        if (!option) {
            warn(L"unknown option %ls", args[i]);
            return -1;
        }
        if (!option->value) {
            if (value) {
                warn(L"%ls takes no value", option->name);
                return -1;
            }
            if (option->on)
                *option->on = true;
            continue;
        }
        if (!value && i + 1 < count)
            value = args[++i];
        if (!value) {
            warn(L"missing value for %ls", option->name);
            return -1;
        }
        *option->value = value;
    }
    for (i++; i < count; i++)
        args[left++] = args[i];
    return left;
}

static int run(const struct command *command, int count, wchar_t **args)
{
    struct drivers drivers;
    MMRESULT error;
    int result;

    if (!command->needs_drivers)
        return command->run(0, count, args);
    error = drivers_open(&drivers);
    if (error != MMSYSERR_NOERROR)
        return fail(L"cannot list the ACM drivers of this system: %ls", acm_error_text(error));
    result = command->run(&drivers, count, args);
    drivers_close(&drivers);
    return result;
}

static bool asks_for_help(const wchar_t *word)
{
    return wcscmp(word, L"--help") == 0 || wcscmp(word, L"-h") == 0 || wcscmp(word, L"/?") == 0;
}

int wmain(int, wchar_t **);
int wmain(int count, wchar_t **args)
{
    console_start();
    if (count < 2) {
        warn(L"no command given\n\n%ls", usage);
        return EXIT_USAGE;
    }
    if (asks_for_help(args[1])) {
        print(L"%ls", usage);
        return EXIT_SUCCESS;
    }
    if (wcscmp(args[1], L"--version") == 0) {
        print(L"omniacm %hs (%u-bit)\n", OMNIACM_VERSION, (unsigned)sizeof(void *) * 8);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (wcscmp(args[1], commands[i].name) == 0) {
            int result = run(&commands[i], count - 2, args + 2);

            if (result == EXIT_USAGE)
                warn(L"see 'omniacm --help'");
            return result;
        }
    warn(L"unknown command '%ls'\n\n%ls", args[1], usage);
    return EXIT_USAGE;
}
