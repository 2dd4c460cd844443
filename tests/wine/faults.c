/* Installs and removes the driver while each call of Windows fails in turn: once, or from then on,
 * as a full disk or a locked file does, or as if the power failed. A command that fails leaves
 * everything as it was, or says that it does not; no driver is ever incomplete under its name; and
 * the next run puts right whatever is left. The drivers are short files, x64\omniacm.acm and
 * x86\omniacm.acm in this program's folder, and the system is that of the Wine prefix. Without
 * OMNIACM_FULL=1, every seventh call is tried, and the registration as in Wine alone. */
#define FAULTS_THEMSELVES
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "faults.h"
#include "names.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/replace.h"
#include "cli/system.h"

enum { ROOM = 512, CALLS_MOST = 400 };
enum plan { NEVER, ONCE, FROM, POWER, PLANS };
enum content { MISSING, OLD, NEW, INCOMPLETE };
enum start { CLEAN, OLDER, PREFERRED };

/* The injected fault: at call number `at`, counted from 0. */
static struct {
    enum plan plan;
    unsigned at, calls;
    DWORD error;
    const char *function; /* that fails, from call `at` on */
    jmp_buf power;
} faults;

static bool looks_like_windows;
static wchar_t message[4 * ROOM]; /* the command's last error */
static struct system installed_on;
static const char old_text[] = "the older driver", new_text[] = "the newer driver, which is longer";

bool fault(const char *function)
{
    bool here = faults.plan != NEVER && faults.calls++ == faults.at;

    if (here && faults.plan == POWER)
        longjmp(faults.power, 1);
    if (here)
        faults.function = function;
    if (!here && !(faults.plan == FROM && faults.function && !strcmp(function, faults.function)))
        return false;
    SetLastError(faults.error);
    return true;
}

static void write_file(const wchar_t *path, const char *text, size_t size)
{
    FILE *file = _wfopen(path, L"wb");

    CHECK(file && fwrite(text, 1, size, file) == size);
    if (file)
        fclose(file);
}

BOOL copy_or_fail(const wchar_t *from, const wchar_t *to, BOOL keep)
{
    enum plan plan = faults.plan;
    bool fails;

    faults.plan = plan == POWER ? ONCE : plan;
    fails = fault("CopyFileW");
    faults.plan = plan;
    if (!fails)
        return CopyFileW(from, to, keep);
    write_file(to, new_text, sizeof new_text / 2);
    if (plan == POWER)
        longjmp(faults.power, 1);
    SetLastError(faults.error);
    return FALSE;
}

FARPROC find_proc(HMODULE module, const char *name)
{
    return looks_like_windows && strcmp(name, "wine_get_version") == 0
               ? 0
               : GetProcAddress(module, name);
}

/* The program's console and options. */
void print(const wchar_t *format, ...) { (void)format; }

void warn(const wchar_t *format, ...) { (void)format; }

int fail(const wchar_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vswprintf(message, sizeof message / sizeof *message, format, arguments);
    va_end(arguments);
    return EXIT_FAILURE;
}

const wchar_t *system_error_text(unsigned long error)
{
    static wchar_t text[24];

    swprintf(text, sizeof text / sizeof *text, L"error %lu", error);
    return text;
}

int take_options(int count, wchar_t **args, const struct option *options)
{
    for (; options->name; options++)
        for (int i = 0; i < count; i++)
            if (wcscmp(args[i], options->name) == 0)
                *options->on = true;
    return 0;
}

/* The parts of an installation. */
struct state {
    enum content drivers[MAX_WIDTHS];
    unsigned files;  /* beside the drivers */
    unsigned values; /* below Drivers32 and drivers.desc, of all views */
    bool in_ini, cached;
    wchar_t priorities[ROOM];
};

static enum content content_of(const wchar_t *path)
{
    char text[64];
    FILE *file = _wfopen(path, L"rb");
    size_t size = file ? fread(text, 1, sizeof text, file) : 0;

    if (!file)
        return MISSING;
    fclose(file);
    if (size == sizeof old_text && memcmp(text, old_text, size) == 0)
        return OLD;
    return size == sizeof new_text && memcmp(text, new_text, size) == 0 ? NEW : INCOMPLETE;
}

/* Counts the files whose names begin with the driver's and a period, and may delete them. */
static unsigned other_files(const wchar_t *folder, bool deletes)
{
    wchar_t path[2 * ROOM];
    WIN32_FIND_DATAW found;
    HANDLE search;
    unsigned count = 0;

    swprintf(path, 2 * ROOM, L"%ls\\" DRIVER_FILE L".*", folder);
    search = FindFirstFileW(path, &found);
    for (BOOL more = search != INVALID_HANDLE_VALUE; more; more = FindNextFileW(search, &found)) {
        if (wcscmp(found.cFileName, DRIVER_FILE) == 0)
            continue;
        count++;
        swprintf(path, 2 * ROOM, L"%ls\\%ls", folder, found.cFileName);
        if (deletes)
            DeleteFileW(path);
    }
    FindClose(search);
    return count;
}

static HKEY open_key(HKEY root, const wchar_t *path, REGSAM view)
{
    HKEY key = 0;

    CHECK(RegCreateKeyExW(root, path, 0, 0, 0, KEY_READ | KEY_WRITE | view, 0, &key, 0) == 0);
    return key;
}

static void set_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
    DWORD size = (DWORD)((wcslen(text) + 1) * sizeof *text);

    CHECK(RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text, size) == 0);
}

/* The values of the priority list, in order. */
static void read_priorities(wchar_t text[ROOM])
{
    HKEY key = open_key(HKEY_CURRENT_USER, PRIORITY_KEY, 0);

    text[0] = 0;
    for (unsigned i = 1;; i++) {
        wchar_t name[16], value[64];
        DWORD size = sizeof value;

        swprintf(name, sizeof name / sizeof *name, L"Priority%u", i);
        if (RegGetValueW(key, 0, name, RRF_RT_REG_SZ, 0, value, &size) != 0)
            break;
        wcscat(wcscat(text, value), L";");
    }
    RegCloseKey(key);
}

static struct state state_now(void)
{
    struct state state = { { MISSING } };
    wchar_t text[ROOM];

    for (unsigned i = 0; i < installed_on.count; i++) {
        const struct width *width = &installed_on.widths[i];
        HKEY drivers = open_key(HKEY_LOCAL_MACHINE, DRIVERS32_KEY, width->view);
        HKEY texts = open_key(HKEY_LOCAL_MACHINE, DRIVERS_DESC_KEY, width->view), cache = 0;

        swprintf(text, ROOM, L"%ls\\" DRIVER_FILE, width->folder);
        state.drivers[i] = content_of(text);
        state.files += other_files(width->folder, false);
        state.values += RegQueryValueExW(drivers, DRIVER_ALIAS, 0, 0, 0, 0) == 0;
        state.values += RegQueryValueExW(texts, DRIVER_FILE, 0, 0, 0, 0) == 0;
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, DRIVER_CACHE_KEY, 0, KEY_READ | width->view, &cache);
        state.cached |= cache != 0;
        RegCloseKey(cache);
        RegCloseKey(drivers);
        RegCloseKey(texts);
    }
    state.in_ini =
        GetPrivateProfileStringW(L"drivers32", DRIVER_ALIAS, L"", text, ROOM, L"system.ini") != 0;
    read_priorities(state.priorities);
    return state;
}

static void start_width(const struct width *width, enum start start)
{
    HKEY drivers = open_key(HKEY_LOCAL_MACHINE, DRIVERS32_KEY, width->view);
    HKEY texts = open_key(HKEY_LOCAL_MACHINE, DRIVERS_DESC_KEY, width->view);
    wchar_t path[ROOM];

    other_files(width->folder, true);
    swprintf(path, ROOM, L"%ls\\" DRIVER_FILE, width->folder);
    DeleteFileW(path);
    RegDeleteValueW(drivers, DRIVER_ALIAS);
    RegDeleteValueW(texts, DRIVER_FILE);
    if (start != CLEAN) {
        write_file(path, old_text, sizeof old_text);
        RegCloseKey(open_key(HKEY_LOCAL_MACHINE, DRIVER_CACHE_KEY, width->view));
    }
    if (start != CLEAN && looks_like_windows) {
        set_text(drivers, DRIVER_ALIAS, DRIVER_FILE);
        set_text(texts, DRIVER_FILE, DRIVER_DESCRIPTION);
    }
    RegCloseKey(drivers);
    RegCloseKey(texts);
}

static void start_from(enum start start)
{
    static const wchar_t *const lists[][4] = { { 0 },
                                               { L"1, msacm.one", L"0, msacm.two" },
                                               { L"1, " DRIVER_ALIAS, L"1, msacm.one",
                                                 L"0, msacm.two" } };
    HKEY key;

    for (unsigned i = 0; i < installed_on.count; i++)
        start_width(&installed_on.widths[i], start);
    CHECK(WritePrivateProfileStringW(L"drivers32", DRIVER_ALIAS,
                                     start == CLEAN || looks_like_windows ? 0 : DRIVER_FILE,
                                     L"system.ini"));
    RegDeleteTreeW(HKEY_CURRENT_USER, PRIORITY_KEY);
    key = open_key(HKEY_CURRENT_USER, PRIORITY_KEY, 0);
    for (unsigned i = 0; lists[start][i]; i++) {
        wchar_t name[16];

        swprintf(name, sizeof name / sizeof *name, L"Priority%u", i + 1);
        set_text(key, name, lists[start][i]);
    }
    RegCloseKey(key);
}

static int run(bool installs)
{
    wchar_t *args[] = { (wchar_t[]){ L"--prefer" } };

    message[0] = 0;
    return installs ? command_install(0, 1, args) : command_uninstall(0, 0, args);
}

/* Returns EXIT_FAILURE if the power fails. */
static int run_disturbed(bool installs)
{
    return setjmp(faults.power) == 0 ? run(installs) : EXIT_FAILURE;
}

/* The state after a command that nothing disturbs. */
static struct state state_after(bool installs, enum start start)
{
    struct state state = { { MISSING } };

    for (unsigned i = 0; i < installed_on.count && installs; i++)
        state.drivers[i] = NEW;
    state.values = installs && looks_like_windows ? 2 * installed_on.count : 0;
    state.in_ini = installs && !looks_like_windows;
    wcscpy(state.priorities, installs ? L"1, " DRIVER_ALIAS L";" : L"");
    if (start != CLEAN)
        wcscat(state.priorities, L"1, msacm.one;0, msacm.two;");
    return state;
}

static bool is_installed_as(const struct state *a, const struct state *b)
{
    return memcmp(a->drivers, b->drivers, sizeof a->drivers) == 0 && a->values == b->values &&
           a->in_ini == b->in_ini;
}

static bool same(const struct state *a, const struct state *b)
{
    return is_installed_as(a, b) && a->files == b->files && a->cached == b->cached &&
           wcscmp(a->priorities, b->priorities) == 0;
}

/* Checks the conditions that hold wherever a command stops. */
static void check_in_between(const struct state *state, enum start start)
{
    for (unsigned i = 0; i < installed_on.count; i++)
        CHECK(state->drivers[i] != INCOMPLETE);
    CHECK(start == CLEAN ||
          (wcsstr(state->priorities, L"msacm.one") && wcsstr(state->priorities, L"msacm.two")));
}

/* One command with one fault, and a second command without. Returns false if the first made fewer
 * calls. */
static bool disturb(bool installs, enum start start, enum plan plan, unsigned at, bool then)
{
    struct state before, after, expected = state_after(installs, start);
    bool reached;
    int result;

    start_from(start);
    before = state_now();
    faults.plan = plan;
    faults.at = at;
    faults.calls = 0;
    faults.function = 0;
    result = run_disturbed(installs);
    reached = faults.calls > at;
    faults.plan = NEVER;
    after = state_now();
    check_in_between(&after, start);
    if (result == EXIT_SUCCESS)
        CHECK(is_installed_as(&after, &expected));
    else if (plan == ONCE || wcsstr(message, L"nothing was changed"))
        CHECK(is_installed_as(&after, &before));
    if (result != EXIT_SUCCESS && plan == ONCE)
        CHECK(same(&after, &before) && wcsstr(message, L"nothing was changed"));
    expected = state_after(then, start);
    CHECK(run(then) == EXIT_SUCCESS);
    after = state_now();
    CHECK(same(&after, &expected));
    if (failed_line && reached)
        printf("# %s at call %u, %s\n", installs ? "install" : "uninstall", at,
               faults.function ? faults.function : "power");
    return reached;
}

static void each_call(bool installs, enum start start, const char *name, unsigned step)
{
    static const char *const plans[] = { 0, "fails once", "fails from then on",
                                         "is where the power fails" };
    static const DWORD errors[] = { ERROR_DISK_FULL, ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED };
    char text[200];

    for (enum plan plan = ONCE; plan < PLANS; plan++) {
        unsigned at = step == 1 ? 0 : plan, tried = 0;

        for (; at < CALLS_MOST && !failed_line; at += step, tried++) {
            faults.error = errors[at % 3];
            if (!disturb(installs, start, plan, at, installs) ||
                (plan == POWER && !disturb(installs, start, plan, at, !installs)))
                break;
        }
        CHECK(at > 10 && at < CALLS_MOST);
        snprintf(text, sizeof text, "%s, as in %s: each of %u calls %s", name,
                 looks_like_windows ? "Windows" : "Wine", tried, plans[plan]);
        test_end(text);
    }
}

static void write_sources(void)
{
    static const wchar_t *const names[] = { L"x64", L"x86" };
    wchar_t path[MAX_PATH + 64];
    DWORD length = GetModuleFileNameW(0, path, MAX_PATH);
    wchar_t *end = length != 0 ? wcsrchr(path, L'\\') + 1 : path;

    for (int i = 0; i < 2; i++) {
        wcscpy(end, names[i]);
        CreateDirectoryW(path, 0);
        wcscat(path, L"\\" DRIVER_FILE);
        write_file(path, new_text, sizeof new_text);
    }
}

int main(void)
{
    const char *full = getenv("OMNIACM_FULL");
    bool all = full && strcmp(full, "1") == 0;

    write_sources();
    system_detect(&installed_on);
    for (int i = 0; i < (all ? 2 : 1); i++) {
        looks_like_windows = i == 1;
        each_call(true, CLEAN, "installation", all ? 1 : 7);
        each_call(true, OLDER, "upgrade", all ? 1 : 7);
        each_call(false, PREFERRED, "removal", all ? 1 : 7);
    }
    looks_like_windows = false;
    start_from(CLEAN);
    return tests_end();
}
