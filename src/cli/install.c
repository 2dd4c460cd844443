/* Installs or removes the driver in every width of this system. The steps that are likely to fail
 * come first, while nothing has changed yet; if a later step fails, the earlier ones are undone. */
#include <stdio.h>
#include "commands.h"
#include "console.h"
#include "names.h"
#include "registry.h"
#include "replace.h"
#include "user_registry.h"

enum { SOURCE_ROOM = 32768 };

struct installation {
    struct system system;
    struct registry registry;
    struct replacement files[MAX_WIDTHS];
    void *redirection;
};

static const wchar_t nothing_changed[] = L"nothing was changed";

static bool lacks_rights(DWORD error)
{
    return error == ERROR_ACCESS_DENIED || error == ERROR_PRIVILEGE_NOT_HELD ||
           error == ERROR_WRITE_PROTECT;
}

static bool undo(struct installation *installation)
{
    bool undone = true;

    for (unsigned i = 0; i < installation->system.count; i++)
        undone &= replacement_undo(&installation->files[i]);
    return undone;
}

/* Undoes what has been done, and prints an error. */
static int refuse(struct installation *installation, const wchar_t *where, DWORD error)
{
    const wchar_t *outcome =
        undo(installation) ? nothing_changed : L"the driver is incomplete: run this again";

    if (lacks_rights(error))
        return fail(L"%ls: %ls; run this from an administrator's command prompt "
                    L"('Run as administrator'); %ls",
                    where, system_error_text(error), outcome);
    return fail(L"%ls: %ls; %ls", where, system_error_text(error), outcome);
}

/* Finds NAME\omniacm.acm in this program's folder, or next to that folder. */
static bool find_file(const wchar_t *name, wchar_t path[SOURCE_ROOM])
{
    static const wchar_t *const places[] = { L"", L"..\\" };
    DWORD n = GetModuleFileNameW(0, path, SOURCE_ROOM - 64);
    wchar_t *end = n != 0 && n < SOURCE_ROOM - 64 ? wcsrchr(path, L'\\') : 0;

    for (size_t i = 0; end && i < sizeof places / sizeof *places; i++) {
        swprintf(end + 1, 64, L"%ls%ls\\" DRIVER_FILE, places[i], name);
        if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
            return true;
    }
    return false;
}

/* Finds the best file for a width, or prints an error. */
static int find_source(const struct width *width, wchar_t path[SOURCE_ROOM])
{
    const wchar_t *name = 0;

    for (unsigned i = 0; width->names[i]; i++) {
        name = width->names[i];
        if (find_file(name, path))
            return EXIT_SUCCESS;
    }
    return fail(L"cannot find %ls\\" DRIVER_FILE L", which this system needs, in or next to this "
                L"program's folder; %ls",
                name, nothing_changed);
}

static int stage_files(struct installation *installation)
{
    static wchar_t source[SOURCE_ROOM];

    for (unsigned i = 0; i < installation->system.count; i++) {
        const struct width *width = &installation->system.widths[i];
        struct replacement *file = &installation->files[i];

        if (find_source(width, source) != EXIT_SUCCESS) {
            undo(installation);
            return EXIT_FAILURE;
        }
        if (!replacement_stage(file, source, width->folder, DRIVER_FILE))
            return refuse(installation, file->new_path, file->error);
    }
    return EXIT_SUCCESS;
}

static int stage_removal(struct installation *installation)
{
    for (unsigned i = 0; i < installation->system.count; i++)
        replacement_stage(&installation->files[i], 0, installation->system.widths[i].folder,
                          DRIVER_FILE);
    return EXIT_SUCCESS;
}

static int commit(struct installation *installation, bool installs)
{
    LSTATUS error;

    for (unsigned i = 0; i < installation->system.count; i++)
        if (!replacement_commit(&installation->files[i]))
            return refuse(installation, installation->files[i].target,
                          installation->files[i].error);
    error =
        installs ? registry_add(&installation->registry) : registry_remove(&installation->registry);
    if (error == ERROR_SUCCESS)
        return EXIT_SUCCESS;
    return refuse(installation,
                  installs ? L"cannot register the driver" : L"cannot unregister the driver",
                  (DWORD)error);
}

static void finish(struct installation *installation)
{
    bool in_use = false;

    for (unsigned i = 0; i < installation->system.count; i++)
        in_use |= !replacement_finish(&installation->files[i]);
    registry_delete_cache(&installation->system);
    if (in_use)
        warn(L"running programs still use the old driver until they exit; its file will be deleted "
             L"when Windows restarts");
}

/* Changes all files and the registry, or nothing. */
static int change(struct installation *installation, bool installs)
{
    LSTATUS error = registry_open(&installation->registry, &installation->system);
    int result;

    if (error != ERROR_SUCCESS)
        return refuse(installation, L"cannot open the registry", (DWORD)error);
    wow64_redirection_disable(&installation->redirection);
    for (unsigned i = 0; i < installation->system.count; i++)
        replacement_delete_old(installation->system.widths[i].folder, DRIVER_FILE);
    result = installs ? stage_files(installation) : stage_removal(installation);
    if (result == EXIT_SUCCESS)
        result = commit(installation, installs);
    if (result == EXIT_SUCCESS)
        finish(installation);
    wow64_redirection_restore(installation->redirection);
    return result;
}

static void set_priority(bool first)
{
    LSTATUS error = user_priority_set(first);

    if (error != ERROR_SUCCESS)
        warn(L"could not change the order of the drivers: %ls", system_error_text((DWORD)error));
}

int command_install(const struct drivers *drivers, int count, wchar_t **args)
{
    struct installation installation = { 0 };
    const struct system *system = &installation.system;
    bool prefer = false, no_prefer = false;
    int result;

    (void)drivers;
    count =
        take_options(count, args,
                     (const struct option[]){
                         { L"--prefer", 0, &prefer }, { L"--no-prefer", 0, &no_prefer }, { 0 } });
    if (count > 0)
        warn(L"install takes no arguments");
    if (count != 0)
        return EXIT_USAGE;
    system_detect(&installation.system);
    result = change(&installation, true);
    registry_close(&installation.registry);
    if (result != EXIT_SUCCESS)
        return result;
    if (prefer || no_prefer)
        set_priority(prefer);
    if (system->count > 1)
        print(L"installed OmniACM %hs in %ls and %ls\n", OMNIACM_VERSION, system->widths[0].folder,
              system->widths[1].folder);
    else
        print(L"installed OmniACM %hs in %ls\n", OMNIACM_VERSION, system->widths[0].folder);
    return EXIT_SUCCESS;
}

int command_uninstall(const struct drivers *drivers, int count, wchar_t **args)
{
    struct installation installation = { 0 };
    bool installed;
    int result;

    (void)drivers;
    count = take_options(count, args, (const struct option[]){ { 0 } });
    if (count > 0)
        warn(L"uninstall takes no arguments");
    if (count != 0)
        return EXIT_USAGE;
    system_detect(&installation.system);
    installed = registry_has_driver(&installation.system);
    result = change(&installation, false);
    registry_close(&installation.registry);
    if (result != EXIT_SUCCESS)
        return result;
    user_settings_delete();
    set_priority(false);
    print(installed ? L"OmniACM has been removed\n" : L"OmniACM was not installed\n");
    if (program_is_installed(&installation.system))
        print(L"To remove this program too, use Programs and Features\n");
    return EXIT_SUCCESS;
}
