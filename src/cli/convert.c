#include <stdlib.h>
#include <stdio.h>
#include <wctype.h>
#include "child.h"
#include "commands.h"
#include "console.h"
#include "conversion.h"
#include "formats.h"
#include "inputs.h"
#include "names.h"

enum { MAX_THREADS = 64, REDRAW_MS = 200 };

/* A pool of workers; each takes the next file when it has finished one. */
struct pool {
    const struct convert_options *options;
    struct inputs inputs;
    CRITICAL_SECTION lock;
    volatile LONG next; /* index of the next input */
    volatile LONG failed, finished;
    volatile LONG *done; /* kilobytes read of each input */
};

static void convert_next(struct pool *pool, struct conversion *job, LONG index)
{
    const struct input *input = &pool->inputs.list[index];

    *job = (struct conversion){ .options = pool->options,
                                .in_path = input->path,
                                .out_path = input->result,
                                .lock = &pool->lock,
                                .done = &pool->done[index] };
    EnterCriticalSection(&pool->lock);
    if (conversion_run(job) != EXIT_SUCCESS)
        pool->failed++;
    pool->finished++;
    pool->done[index] = (LONG)input->kilobytes;
    LeaveCriticalSection(&pool->lock);
}

static DWORD WINAPI work(void *context)
{
    struct pool *pool = context;
    struct conversion *job = malloc(sizeof *job);
    LONG index;

    while (job && !interrupted() &&
           (index = InterlockedIncrement(&pool->next) - 1) < (LONG)pool->inputs.count)
        convert_next(pool, job, index);
    free(job);
    return 0;
}

static void draw(struct pool *pool, ULONGLONG start)
{
    double all = 1, done = 0, seconds = (double)(GetTickCount64() - start + 1) / 1000;
    wchar_t text[80];

    for (size_t i = 0; i < pool->inputs.count; i++) {
        all += pool->inputs.list[i].kilobytes;
        done += pool->done[i];
    }
    if (done > all)
        done = all;
    swprintf(text, sizeof text / sizeof *text, L"%ld of %u, %.1f MB/s, %.0f s left", pool->finished,
             (unsigned)pool->inputs.count, done / 1024 / seconds,
             done > 0 ? (all - done) * seconds / done : 0);
    EnterCriticalSection(&pool->lock);
    progress(done > 0 ? (unsigned)(done / all * 999) : 0, text);
    LeaveCriticalSection(&pool->lock);
}

static unsigned thread_count(const struct pool *pool)
{
    SYSTEM_INFO info;
    unsigned count = MAX_THREADS;

    GetSystemInfo(&info);
    if (count > info.dwNumberOfProcessors)
        count = info.dwNumberOfProcessors;
    return count < pool->inputs.count ? count : (unsigned)pool->inputs.count;
}

static int convert_all(struct pool *pool)
{
    HANDLE threads[MAX_THREADS];
    ULONGLONG start = GetTickCount64();
    unsigned count = 0;

    pool->done = calloc(pool->inputs.count, sizeof *pool->done);
    if (!pool->done)
        return fail(L"out of memory");
    InitializeCriticalSection(&pool->lock);
    for (unsigned wanted = thread_count(pool); count < wanted; count++) {
        threads[count] = CreateThread(0, 0, work, pool, 0, 0);
        if (!threads[count])
            break;
    }
    if (count == 0)
        work(pool);
    while (count != 0 && WaitForMultipleObjects(count, threads, TRUE, REDRAW_MS) == WAIT_TIMEOUT)
        draw(pool, start);
    for (unsigned i = 0; i < count; i++)
        CloseHandle(threads[i]);
    progress(1000, L"");
    DeleteCriticalSection(&pool->lock);
    free((void *)pool->done);
    if (pool->inputs.count > 1)
        print(L"%ld of %u files converted\n", pool->finished - pool->failed,
              (unsigned)pool->inputs.count);
    return pool->failed == 0 && pool->finished == (LONG)pool->inputs.count ? EXIT_SUCCESS
                                                                           : EXIT_FAILURE;
}

/* Puts settings before or behind those of the environment, so for this run only: the driver reads
 * the variable before the registry whenever a stream is opened, and uses the first value of a
 * name. */
static bool add_settings(const wchar_t *before, const wchar_t *after)
{
    wchar_t text[1024], users[900];
    DWORD n = GetEnvironmentVariableW(SETTINGS_VARIABLE, users, sizeof users / sizeof *users);

    users[n < sizeof users / sizeof *users ? n : 0] = 0;
    swprintf(text, sizeof text / sizeof *text, L"%ls%ls%ls", before, users, after);
    return SetEnvironmentVariableW(SETTINGS_VARIABLE, text);
}

static bool set_quality(const wchar_t *name)
{
    static const wchar_t *const names[] = { L"fast", L"standard", L"best" };
    static const wchar_t *const settings[] = { L"quality=0,", L"quality=1,", L"quality=2," };

    for (int i = 0; i < 3; i++)
        if (_wcsicmp(name, names[i]) == 0)
            return add_settings(settings[i], L"");
    warn(L"unknown quality '%ls'; use fast, standard or best", name);
    return false;
}

/* Reads the bit rate of --bitrate, or the one after the @ of --to, which is cut off there. */
static bool read_bitrate(struct convert_options *options, wchar_t *to)
{
    size_t n = to ? wcscspn(to, L"@") : 0;
    wchar_t *end;

    if (to && to[n]) {
        to[n] = 0;
        options->bitrate = options->bitrate ? options->bitrate : to + n + 1;
    }
    if (!options->bitrate)
        return true;
    options->kbits = wcstod(options->bitrate, &end);
    if (options->kbits > 0 && options->kbits < 100000 && *end == 0)
        return true;
    warn(L"invalid bit rate '%ls'; give a number of kbit/s, such as 32", options->bitrate);
    return false;
}

/* Reads a whole number, at most `most`; 0 if it is none. */
static DWORD number_of(const wchar_t *text, DWORD most)
{
    wchar_t *end;
    unsigned long number = wcstoul(text, &end, 10);

    return iswdigit(*text) && *end == 0 && number <= most ? number : 0;
}

static bool read_rate(struct convert_options *options)
{
    enum { LEAST = 1000, MOST = 10000000 }; /* Hz; an encoder's bit rate is mostly below */

    if (!options->rate)
        return true;
    options->pcm.rate = number_of(options->rate, MOST);
    if (options->pcm.rate >= LEAST)
        return true;
    warn(L"invalid sample rate '%ls'; give a number of Hz, such as 44100; a bit rate follows "
         L"--bitrate or @",
         options->rate);
    return false;
}

static bool read_channels(struct convert_options *options)
{
    if (!options->channels)
        return true;
    options->pcm.channels = (WORD)number_of(options->channels, 8);
    if (options->pcm.channels != 0)
        return true;
    warn(L"invalid number of channels '%ls'; give 1 to 8", options->channels);
    return false;
}

static bool read_bits(struct convert_options *options)
{
    struct pcm_wanted *pcm = &options->pcm;

    if (!options->bits)
        return true;
    pcm->is_float = _wcsicmp(options->bits, L"float") == 0;
    pcm->bits = pcm->is_float ? 32 : (WORD)number_of(options->bits, 32);
    if (pcm->bits != 0 && pcm->bits % 8 == 0)
        return true;
    warn(L"invalid width '%ls'; give 8, 16, 24, 32 or float", options->bits);
    return false;
}

/* PCM of other kinds comes from our driver, whatever it leaves to others by default. */
static bool read_pcm(struct convert_options *options)
{
    if (!read_rate(options) || !read_channels(options) || !read_bits(options))
        return false;
    if (options->rate || options->channels || options->bits)
        add_settings(L"", L",converter=2");
    return true;
}

/* The arguments are IN OUT, if neither is a folder or a pattern; else IN... and a folder, which is
 * the last argument or `out`. */
static bool read_inputs(struct inputs *inputs, int count, wchar_t **args, const wchar_t *out)
{
    if (is_child() || (!out && count == 2 && !folder_exists(args[1]) && !folder_exists(args[0]) &&
                       !wcspbrk(args[0], L"*?")))
        return inputs_add_pair(inputs, args[0], args[1]);
    if (!out)
        out = args[--count];
    if (!folder_make(out)) {
        warn(L"%ls: %ls", out, system_error_text(GetLastError()));
        return false;
    }
    for (int i = 0; i < count; i++)
        if (!inputs_add(inputs, args[i], out))
            return false;
    return true;
}

int command_convert(const struct drivers *drivers, int count, wchar_t **args)
{
    struct convert_options options = { .drivers = drivers };
    struct pool pool = { .options = &options };
    const wchar_t *to = 0, *quality = 0, *out = 0, *raw_text = 0;
    struct raw raw;
    bool any_driver = false;
    int result = EXIT_FAILURE;

    count = take_options(count, args,
                         (const struct option[]){ { L"--to", &to, 0 },
                                                  { L"--bitrate", &options.bitrate, 0 },
                                                  { L"--rate", &options.rate, 0 },
                                                  { L"--channels", &options.channels, 0 },
                                                  { L"--bits", &options.bits, 0 },
                                                  { L"--quality", &quality, 0 },
                                                  { L"--out", &out, 0 },
                                                  { L"--driver", &options.driver, 0 },
                                                  { L"--raw", &raw_text, 0 },
                                                  { L"--overwrite", 0, &options.overwrite },
                                                  { OPTION_ANY_DRIVER, 0, &any_driver },
                                                  { 0 } });
    if (any_driver)
        child_begin();
    if (count < (out ? 1 : 2)) {
        if (count >= 0)
            warn(L"convert needs an input and an output file, or input files and a folder");
        return EXIT_USAGE;
    }
    if (!read_bitrate(&options, (wchar_t *)to) || !read_pcm(&options) ||
        (quality && !set_quality(quality)))
        return EXIT_USAGE;
    if (raw_text && !raw_parse(&raw, raw_text))
        return EXIT_USAGE;
    options.to = to;
    options.raw = raw_text ? &raw : 0;
    pool.inputs.raw = raw_text != 0;
    if (read_inputs(&pool.inputs, count, args, out))
        result = convert_all(&pool);
    inputs_free(&pool.inputs);
    return result;
}
