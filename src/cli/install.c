/* Installs the driver in every width that this system has, and removes it. First everything that
 * can fail is tried, then it is done; where that fails after all, it is taken back. */
#include <stdio.h>
#include "commands.h"
#include "entries.h"
#include "replace.h"
#include "say.h"

#define DRIVER L"omniacm.acm"

enum { SOURCE_ROOM = 32768 };

struct setup {
    struct machine machine;
    struct entries entries;
    struct replacement files[WIDTHS_AT_MOST];
    void *redirection;
};

static const wchar_t nothing_changed[] = L"nothing was changed";

static bool lacks_rights(DWORD error)
{
    return error == ERROR_ACCESS_DENIED || error == ERROR_PRIVILEGE_NOT_HELD ||
           error == ERROR_WRITE_PROTECT;
}

static int refuse(const wchar_t *where, DWORD error)
{
    if (lacks_rights(error))
        return fail(L"%ls: %ls; this takes the rights of an administrator (start the prompt with "
                    L"'Run as administrator'); "
                    L"%ls",
                    where, system_words(error), nothing_changed);
    return fail(L"%ls: %ls; %ls", where, system_words(error), nothing_changed);
}

/* WIDTH\omniacm.acm in the folder of this program, or beside that folder. */
static bool find_source(const struct width *width, wchar_t path[SOURCE_ROOM])
{
    static const wchar_t *const ways[] = { L"", L"..\\" };
    DWORD n = GetModuleFileNameW(0, path, SOURCE_ROOM - 64);
    wchar_t *end = n != 0 && n < SOURCE_ROOM - 64 ? wcsrchr(path, L'\\') : 0;

    for (size_t i = 0; end && i < sizeof ways / sizeof *ways; i++) {
        swprintf(end + 1, 64, L"%ls%ls\\" DRIVER, ways[i], width->name);
        if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
            return true;
    }
    return false;
}

static int stage_new(struct setup *setup)
{
    static wchar_t source[SOURCE_ROOM];

    for (unsigned i = 0; i < setup->machine.count; i++) {
        const struct width *width = &setup->machine.widths[i];

        if (!find_source(width, source))
            return fail(L"%ls"
                        L"\\" DRIVER L" is neither in the folder of this program nor beside it, "
                        L"and this system needs it; "
                        L"%ls",
                        width->name, nothing_changed);
        if (!replacement_stage(&setup->files[i], source, width->folder, DRIVER))
            return refuse(setup->files[i].fresh, setup->files[i].error);
    }
    return EXIT_GOOD;
}

static int stage_removal(struct setup *setup)
{
    for (unsigned i = 0; i < setup->machine.count; i++)
        replacement_stage(&setup->files[i], 0, setup->machine.widths[i].folder, DRIVER);
    return EXIT_GOOD;
}

static int commit(struct setup *setup, bool installs)
{
    LSTATUS error;

    for (unsigned i = 0; i < setup->machine.count; i++)
        if (!replacement_commit(&setup->files[i]))
            return refuse(setup->files[i].target, setup->files[i].error);
    error = installs ? entries_add(&setup->entries) : entries_remove(&setup->entries);
    return error == ERROR_SUCCESS ? EXIT_GOOD : refuse(L"the list of drivers", (DWORD)error);
}

static void undo(struct setup *setup)
{
    for (unsigned i = 0; i < setup->machine.count; i++)
        replacement_undo(&setup->files[i]);
}

static void settle(struct setup *setup)
{
    bool used = false;

    for (unsigned i = 0; i < setup->machine.count; i++)
        used |= !replacement_settle(&setup->files[i]);
    entries_forget_cache(&setup->machine);
    if (used)
        note(L"programs that run have the old driver loaded: they keep it until they end; its file "
             L"goes when Windows starts "
             L"again");
}

/* All or nothing, from staging to the registry. */
static int change(struct setup *setup, bool installs)
{
    LSTATUS error = entries_open(&setup->entries, &setup->machine);
    int result;

    if (error != ERROR_SUCCESS)
        return refuse(L"the registry", (DWORD)error);
    machine_unveil(&setup->redirection);
    for (unsigned i = 0; i < setup->machine.count; i++)
        replacements_sweep(setup->machine.widths[i].folder, DRIVER);
    result = installs ? stage_new(setup) : stage_removal(setup);
    if (result == EXIT_GOOD)
        result = commit(setup, installs);
    if (result == EXIT_GOOD)
        settle(setup);
    else
        undo(setup);
    machine_veil(setup->redirection);
    return result;
}

static void prefer(bool first)
{
    LSTATUS error = priority_set(first);

    if (error != ERROR_SUCCESS)
        note(L"the order of the drivers stays as it was: %ls", system_words((DWORD)error));
}

int command_install(const struct drivers *drivers, int count, wchar_t **words)
{
    struct setup setup = { 0 };
    bool first = false, last = false;
    int result;

    (void)drivers;
    count = take_options(
        count, words,
        (const struct option[]){ { L"--prefer", 0, &first }, { L"--no-prefer", 0, &last }, { 0 } });
    if (count > 0)
        note(L"install takes no names, only options");
    if (count != 0)
        return EXIT_USAGE;
    machine_look(&setup.machine);
    result = change(&setup, true);
    entries_close(&setup.entries);
    if (result != EXIT_GOOD)
        return result;
    if (first || last)
        prefer(first);
    say(L"OmniACM %hs is installed in %ls%ls%ls\n", OMNIACM_VERSION, setup.machine.widths[0].folder,
        setup.machine.count > 1 ? L" and " : L"",
        setup.machine.count > 1 ? setup.machine.widths[1].folder : L"");
    return EXIT_GOOD;
}

int command_uninstall(const struct drivers *drivers, int count, wchar_t **words)
{
    struct setup setup = { 0 };
    bool installed;
    int result;

    (void)drivers;
    count = take_options(count, words, (const struct option[]){ { 0 } });
    if (count > 0)
        note(L"uninstall takes no names");
    if (count != 0)
        return EXIT_USAGE;
    machine_look(&setup.machine);
    installed = entries_exist(&setup.machine);
    result = change(&setup, false);
    entries_close(&setup.entries);
    if (result != EXIT_GOOD)
        return result;
    settings_forget();
    prefer(false);
    say(installed ? L"OmniACM is removed\n" : L"OmniACM was not installed\n");
    if (program_is_listed(&setup.machine))
        say(L"This program itself is removed by Programs and Features\n");
    return EXIT_GOOD;
}
