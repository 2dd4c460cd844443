#include <stdlib.h>
#include <stdio.h>
#include "commands.h"
#include "conversion.h"
#include "formats.h"
#include "names.h"
#include "say.h"

enum { THREADS_AT_MOST = 64, REDRAW = 200 }; /* milliseconds */

/* Several conversions at a time; each worker takes the next file. */
struct crew {
    const struct wishes *wishes;
    struct names names;
    CRITICAL_SECTION lock;
    volatile LONG next; /* of the names */
    volatile LONG failed, ended;
    volatile LONG *done; /* kilobytes of each file */
};

static void convert_next(struct crew *crew, struct conversion *job, LONG index)
{
    const struct name *name = &crew->names.list[index];

    *job = (struct conversion){ .wishes = crew->wishes,
                                .in_path = name->in,
                                .out_path = name->out,
                                .lock = &crew->lock,
                                .done = &crew->done[index] };
    EnterCriticalSection(&crew->lock);
    if (conversion_run(job) != EXIT_GOOD)
        crew->failed++;
    crew->ended++;
    crew->done[index] = (LONG)name->kilobytes;
    LeaveCriticalSection(&crew->lock);
}

static DWORD WINAPI work(void *context)
{
    struct crew *crew = context;
    struct conversion *job = malloc(sizeof *job);
    LONG index;

    while (job && !interrupted() &&
           (index = InterlockedIncrement(&crew->next) - 1) < (LONG)crew->names.count)
        convert_next(crew, job, index);
    free(job);
    return 0;
}

static void draw(struct crew *crew, ULONGLONG began)
{
    double all = 1, done = 0, seconds = (double)(GetTickCount64() - began + 1) / 1000;
    wchar_t words[80];

    for (size_t i = 0; i < crew->names.count; i++) {
        all += crew->names.list[i].kilobytes;
        done += crew->done[i];
    }
    if (done > all)
        done = all;
    swprintf(words, sizeof words / sizeof *words, L"%ld of %u, %.1f MB/s, %.0f s left", crew->ended,
             (unsigned)crew->names.count, done / 1024 / seconds,
             done > 0 ? (all - done) * seconds / done : 0);
    EnterCriticalSection(&crew->lock);
    progress(done > 0 ? (unsigned)(done / all * 999) : 0, words);
    LeaveCriticalSection(&crew->lock);
}

static unsigned cores(const struct crew *crew)
{
    SYSTEM_INFO info;
    unsigned count;

    GetSystemInfo(&info);
    count =
        info.dwNumberOfProcessors < THREADS_AT_MOST ? info.dwNumberOfProcessors : THREADS_AT_MOST;
    return count < crew->names.count ? count : (unsigned)crew->names.count;
}

static int convert_all(struct crew *crew)
{
    HANDLE threads[THREADS_AT_MOST];
    ULONGLONG began = GetTickCount64();
    unsigned count = 0;

    crew->done = calloc(crew->names.count, sizeof *crew->done);
    if (!crew->done)
        return fail(L"memory is short");
    InitializeCriticalSection(&crew->lock);
    for (unsigned wanted = cores(crew); count < wanted; count++) {
        threads[count] = CreateThread(0, 0, work, crew, 0, 0);
        if (!threads[count])
            break;
    }
    if (count == 0)
        work(crew);
    while (count != 0 && WaitForMultipleObjects(count, threads, TRUE, REDRAW) == WAIT_TIMEOUT)
        draw(crew, began);
    for (unsigned i = 0; i < count; i++)
        CloseHandle(threads[i]);
    progress(1000, L"");
    DeleteCriticalSection(&crew->lock);
    free((void *)crew->done);
    if (crew->names.count > 1)
        say(L"%ld of %u files converted\n", crew->ended - crew->failed,
            (unsigned)crew->names.count);
    return crew->failed == 0 && crew->ended == (LONG)crew->names.count ? EXIT_GOOD : EXIT_BAD;
}

/* For this run only: the driver reads it before the registry whenever a stream is opened. */
static bool set_quality(const wchar_t *word)
{
    static const wchar_t *const words[] = { L"fast", L"standard", L"best" };
    wchar_t text[1024], older[900];
    DWORD n;

    for (int i = 0; i < 3; i++) {
        if (_wcsicmp(word, words[i]) != 0)
            continue;
        n = GetEnvironmentVariableW(L"OMNIACM_SETTINGS", older, sizeof older / sizeof *older);
        older[n < sizeof older / sizeof *older ? n : 0] = 0;
        swprintf(text, sizeof text / sizeof *text, L"quality=%d,%ls", i, older);
        return SetEnvironmentVariableW(L"OMNIACM_SETTINGS", text);
    }
    note(L"--quality is fast, standard or best, not '%ls'", word);
    return false;
}

/* kbit/s: from --rate, or behind an @ in --to, which is cut off there. */
static bool read_rate(struct wishes *wishes, wchar_t *to, const wchar_t *rate)
{
    size_t n = to ? wcscspn(to, L"@") : 0;
    wchar_t *end;

    if (to && to[n]) {
        to[n] = 0;
        rate = rate ? rate : to + n + 1;
    }
    if (!rate)
        return true;
    wishes->kbits = wcstod(rate, &end);
    if (wishes->kbits > 0 && wishes->kbits < 100000 && *end == 0)
        return true;
    note(L"'%ls' is no bit rate in kbit/s", rate);
    return false;
}

/* IN OUT, where OUT is no folder; else IN... and a folder, which is the last word or that of --out.
 */
static bool read_names(struct names *names, int count, wchar_t **words, const wchar_t *out)
{
    if (!out && count == 2 && !folder_exists(words[1]) && !folder_exists(words[0]) &&
        !wcspbrk(words[0], L"*?"))
        return names_add_pair(names, words[0], words[1]);
    if (!out)
        out = words[--count];
    if (!folder_make(out)) {
        note(L"%ls: %ls", out, system_words(GetLastError()));
        return false;
    }
    for (int i = 0; i < count; i++)
        if (!names_add(names, words[i], out))
            return false;
    return true;
}

int command_convert(const struct drivers *drivers, int count, wchar_t **words)
{
    struct wishes wishes = { .drivers = drivers };
    struct crew crew = { .wishes = &wishes };
    const wchar_t *to = 0, *rate = 0, *quality = 0, *out = 0;
    int result = EXIT_BAD;

    count = take_options(count, words,
                         (const struct option[]){ { L"--to", &to, 0 },
                                                  { L"--rate", &rate, 0 },
                                                  { L"--quality", &quality, 0 },
                                                  { L"--out", &out, 0 },
                                                  { L"--driver", &wishes.driver, 0 },
                                                  { L"--overwrite", 0, &wishes.overwrite },
                                                  { 0 } });
    if (count < (out ? 1 : 2)) {
        if (count >= 0)
            note(L"convert wants two names, IN.wav and OUT.wav, or files and a folder for the "
                 L"results");
        return EXIT_USAGE;
    }
    if (!read_rate(&wishes, (wchar_t *)to, rate) || (quality && !set_quality(quality)))
        return EXIT_USAGE;
    wishes.to = to;
    if (read_names(&crew.names, count, words, out))
        result = convert_all(&crew);
    names_free(&crew.names);
    return result;
}
