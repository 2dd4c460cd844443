#include <stdlib.h>
#include <windows.h>
#include "files.h"
#include "names.h"
#include "say.h"

/* "a", separator, "b"; where one is empty, the other. The caller frees. */
static wchar_t *join(const wchar_t *a, const wchar_t *b)
{
    size_t n = wcslen(a);
    wchar_t *path = malloc((n + wcslen(b) + 2) * sizeof *path);
    bool separate = n != 0 && *b && !wcschr(L"\\/:", a[n - 1]);

    if (path)
        wcscat(wcscat(wcscpy(path, a), separate ? L"\\" : L""), b);
    return path;
}

/* Takes both paths. */
static bool add(struct names *names, wchar_t *in, wchar_t *out)
{
    struct name *list = realloc(names->list, (names->count + 1) * sizeof *list);

    if (list)
        names->list = list;
    if (!list || !in || !out) {
        free(in);
        free(out);
        note(L"memory is short");
        return false;
    }
    list[names->count++] = (struct name){ .in = in, .out = out, .kilobytes = file_kilobytes(in) };
    return true;
}

bool names_add_pair(struct names *names, const wchar_t *in, const wchar_t *out)
{
    return add(names, join(in, L""), join(out, L""));
}

static bool is_wav(const wchar_t *name)
{
    size_t n = wcslen(name);

    return n > 4 && _wcsicmp(name + n - 4, L".wav") == 0;
}

static bool add_folder(struct names *names, const wchar_t *folder, const wchar_t *out);

/* `folder` and the name of a file or a folder in it; only of files, where `pattern` found it. */
static bool add_found(struct names *names, const wchar_t *folder, const wchar_t *out,
                      const WIN32_FIND_DATAW *found, bool pattern)
{
    const wchar_t *name = found->cFileName;
    wchar_t *in, *inner;
    bool added;

    if (!(found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return (!pattern && !is_wav(name)) || add(names, join(folder, name), join(out, name));
    if (pattern || (found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) ||
        wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0)
        return true;
    in = join(folder, name);
    inner = join(out, name);
    added = in && inner && add_folder(names, in, inner);
    free(in);
    free(inner);
    return added;
}

/* What `search`, a path that ends with a pattern, finds in `folder`. */
static bool add_matches(struct names *names, const wchar_t *search, const wchar_t *folder,
                        const wchar_t *out, bool pattern)
{
    WIN32_FIND_DATAW found;
    HANDLE handle = FindFirstFileW(search, &found);
    bool added = true;

    if (handle == INVALID_HANDLE_VALUE)
        return true;
    do
        added = add_found(names, folder, out, &found, pattern);
    while (added && FindNextFileW(handle, &found));
    FindClose(handle);
    return added;
}

static bool add_folder(struct names *names, const wchar_t *folder, const wchar_t *out)
{
    wchar_t *search = join(folder, L"*");
    size_t before = names->count;
    bool added = search && add_matches(names, search, folder, out, false);

    if (added && names->count != before && !folder_make(out)) {
        note(L"%ls: %ls", out, system_words(GetLastError()));
        added = false;
    }
    free(search);
    return added;
}

static bool add_pattern(struct names *names, const wchar_t *pattern, const wchar_t *out)
{
    wchar_t *folder = join(pattern, L"");
    bool added;

    if (!folder)
        return false;
    folder[base_name(folder) - folder] = 0;
    added = add_matches(names, pattern, folder, out, true);
    free(folder);
    return added;
}

bool names_add(struct names *names, const wchar_t *word, const wchar_t *out)
{
    size_t before = names->count;
    bool added;

    if (wcspbrk(word, L"*?"))
        added = add_pattern(names, word, out);
    else if (folder_exists(word))
        added = add_folder(names, word, out);
    else
        added = add(names, join(word, L""), join(out, base_name(word)));
    if (added && names->count == before) {
        note(L"%ls: no file is there to convert", word);
        added = false;
    }
    return added;
}

void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->list[i].in);
        free(names->list[i].out);
    }
    free(names->list);
    *names = (struct names){ 0 };
}
