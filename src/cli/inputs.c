#include <stdlib.h>
#include <windows.h>
#include "console.h"
#include "files.h"
#include "frames.h"
#include "inputs.h"
#include "raw.h"

/* Joins two parts of a path with a backslash where one is needed. The caller frees the result. */
static wchar_t *join(const wchar_t *a, const wchar_t *b)
{
    size_t n = wcslen(a);
    wchar_t *path = malloc((n + wcslen(b) + 2) * sizeof *path);
    bool separate = n != 0 && *b && !wcschr(L"\\/:", a[n - 1]);

    if (path)
        wcscat(wcscat(wcscpy(path, a), separate ? L"\\" : L""), b);
    return path;
}

/* Takes ownership of both paths. */
static bool add(struct inputs *inputs, wchar_t *path, wchar_t *result)
{
    struct input *list = realloc(inputs->list, (inputs->count + 1) * sizeof *list);

    if (list)
        inputs->list = list;
    if (!list || !path || !result) {
        free(path);
        free(result);
        warn(L"out of memory");
        return false;
    }
    list[inputs->count++] = (struct input){ path, result, file_kilobytes(path) };
    return true;
}

bool inputs_add_pair(struct inputs *inputs, const wchar_t *path, const wchar_t *result)
{
    return add(inputs, join(path, L""), join(result, L""));
}

static bool is_wav(const wchar_t *name)
{
    size_t n = wcslen(name);

    return n > 4 && _wcsicmp(name + n - 4, L".wav") == 0;
}

static bool is_taken(const struct inputs *inputs, const wchar_t *result)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (_wcsicmp(inputs->list[i].result, result) == 0)
            return true;
    return false;
}

/* The path of a result in the folder `out`. The caller frees it. A raw file's .vox becomes .wav, or
 * .vox.wav if another file has that result: Asterisk leaves the same prompt in several formats. */
static wchar_t *result_path(const struct inputs *inputs, const wchar_t *name, const wchar_t *out)
{
    static const wchar_t wav[] = L".wav";
    bool raw = !is_wav(name) && (inputs->raw || raw_guess(name) || frames_are_named(name));
    wchar_t *path = join(out, name), *longer, *dot;

    if (!raw || !path)
        return path;
    longer = realloc(path, (wcslen(path) + 1) * sizeof *path + sizeof wav);
    if (!longer) {
        free(path);
        return 0;
    }
    dot = wcsrchr(base_name(longer), L'.');
    if (dot)
        *dot = 0;
    wcscat(longer, wav);
    if (dot && is_taken(inputs, longer))
        wcscat(wcscpy(dot, wcsrchr(name, L'.')), wav);
    return longer;
}

static bool add_folder(struct inputs *inputs, const wchar_t *folder, const wchar_t *out);

/* Adds a file found in `folder`, or the files below a folder found there. A pattern matches files
 * only; without one, only .wav files are added, or only others if they are raw. */
static bool add_found(struct inputs *inputs, const wchar_t *folder, const wchar_t *out,
                      const WIN32_FIND_DATAW *found, bool pattern)
{
    const wchar_t *name = found->cFileName;
    wchar_t *in, *inner;
    bool added;

    if (!(found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return (!pattern && is_wav(name) == inputs->raw) ||
               add(inputs, join(folder, name), result_path(inputs, name, out));
    if (pattern || (found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) ||
        wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0)
        return true;
    in = join(folder, name);
    inner = join(out, name);
    added = in && inner && add_folder(inputs, in, inner);
    free(in);
    free(inner);
    return added;
}

/* Adds the files and folders in `folder` that match `search`, a path that ends with a pattern. */
static bool add_matches(struct inputs *inputs, const wchar_t *search, const wchar_t *folder,
                        const wchar_t *out, bool pattern)
{
    WIN32_FIND_DATAW found;
    HANDLE handle = FindFirstFileW(search, &found);
    bool added = true;

    if (handle == INVALID_HANDLE_VALUE)
        return true;
    do
        added = add_found(inputs, folder, out, &found, pattern);
    while (added && FindNextFileW(handle, &found));
    FindClose(handle);
    return added;
}

static bool add_folder(struct inputs *inputs, const wchar_t *folder, const wchar_t *out)
{
    wchar_t *search = join(folder, L"*");
    size_t before = inputs->count;
    bool added = search && add_matches(inputs, search, folder, out, false);

    if (added && inputs->count != before && !folder_make(out)) {
        warn(L"%ls: %ls", out, system_error_text(GetLastError()));
        added = false;
    }
    free(search);
    return added;
}

static bool add_pattern(struct inputs *inputs, const wchar_t *pattern, const wchar_t *out)
{
    wchar_t *folder = join(pattern, L"");
    bool added;

    if (!folder)
        return false;
    folder[base_name(folder) - folder] = 0;
    added = add_matches(inputs, pattern, folder, out, true);
    free(folder);
    return added;
}

bool inputs_add(struct inputs *inputs, const wchar_t *argument, const wchar_t *out)
{
    size_t before = inputs->count;
    bool added;

    if (wcspbrk(argument, L"*?"))
        added = add_pattern(inputs, argument, out);
    else if (folder_exists(argument))
        added = add_folder(inputs, argument, out);
    else
        added = add(inputs, join(argument, L""), result_path(inputs, base_name(argument), out));
    if (added && inputs->count == before) {
        warn(L"%ls: no files to convert", argument);
        added = false;
    }
    return added;
}

void inputs_free(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        free(inputs->list[i].path);
        free(inputs->list[i].result);
    }
    free(inputs->list);
    *inputs = (struct inputs){ 0 };
}
