#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include "files.h"

enum { MAX_STEP = 1 << 20 }; /* bytes per call */

static DWORD step_size(size_t left) { return left < MAX_STEP ? (DWORD)left : MAX_STEP; }

static OVERLAPPED overlapped_at(uint64_t at)
{
    OVERLAPPED overlapped = { 0 };

    overlapped.Offset = (DWORD)at;
    overlapped.OffsetHigh = (DWORD)(at >> 32);
    return overlapped;
}

static void set_error(struct file *file, DWORD error)
{
    if (!file->error)
        file->error = error;
}

static size_t read_at(void *context, uint64_t at, void *bytes, size_t count)
{
    struct file *file = context;
    size_t done = 0;
    DWORD n = 1;

    while (done < count && n != 0) {
        OVERLAPPED overlapped = overlapped_at(at + done);

        if (!ReadFile(file->handle, (char *)bytes + done, step_size(count - done), &n,
                      &overlapped)) {
            if (GetLastError() != ERROR_HANDLE_EOF)
                set_error(file, GetLastError());
            break;
        }
        done += n;
    }
    return done;
}

static bool write_at(void *context, uint64_t at, const void *bytes, size_t count)
{
    struct file *file = context;

    for (size_t done = 0; done < count;) {
        OVERLAPPED overlapped = overlapped_at(at + done);
        DWORD n = 0;

        if (!WriteFile(file->handle, (const char *)bytes + done, step_size(count - done), &n,
                       &overlapped) ||
            n == 0) {
            set_error(file, n == 0 && GetLastError() == 0 ? ERROR_DISK_FULL : GetLastError());
            return false;
        }
        done += n;
    }
    return true;
}

static bool resize(void *context, uint64_t size)
{
    struct file *file = context;
    LARGE_INTEGER place;

    place.QuadPart = (LONGLONG)size;
    if (SetFilePointerEx(file->handle, place, 0, FILE_BEGIN) && SetEndOfFile(file->handle))
        return true;
    set_error(file, GetLastError());
    return false;
}

/* The prefix \\?\ lifts the limit of 260 characters, but disables relative paths and forward
 * slashes, so it is added only to long paths. The caller frees the result. */
static wchar_t *path_for_windows(const wchar_t *path)
{
    enum { PREFIX = 4, UNC_PREFIX = 7 };
    enum { MARGIN = 12 }; /* the limit of folders is lower than MAX_PATH: they need room for 8.3 */
    DWORD n = GetFullPathNameW(path, 0, 0, 0);
    wchar_t *real = malloc((n + wcslen(path) + UNC_PREFIX + 1) * sizeof *real), *full;

    if (!real)
        return 0;
    if (n < MAX_PATH - MARGIN || wcsncmp(path, L"\\\\?\\", PREFIX) == 0)
        return wcscpy(real, path);
    full = real + UNC_PREFIX - 1;
    GetFullPathNameW(path, n, full, 0);
    if (wcsncmp(full, L"\\\\", 2) == 0) { /* \\server becomes \\?\UNC\server */
        memcpy(real, L"\\\\?\\UNC", UNC_PREFIX * sizeof *real);
    } else {
        memmove(real + PREFIX, full, (wcslen(full) + 1) * sizeof *real);
        memcpy(real, L"\\\\?\\", PREFIX * sizeof *real);
    }
    return real;
}

static bool open_file(struct file *file, const wchar_t *path, DWORD access, DWORD share, DWORD how)
{
    wchar_t *real = path_for_windows(path);

    *file = (struct file){ 0 };
    SetLastError(0);
    file->handle = real ? CreateFileW(real, access, share, 0, how, FILE_ATTRIBUTE_NORMAL, 0)
                        : INVALID_HANDLE_VALUE;
    if (file->handle == INVALID_HANDLE_VALUE) {
        file->handle = 0;
        set_error(file, real ? GetLastError() : ERROR_NOT_ENOUGH_MEMORY);
    }
    free(real);
    return file->handle != 0;
}

bool file_open(struct file *file, const wchar_t *path, struct wav_io *io)
{
    LARGE_INTEGER size;

    if (!open_file(file, path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING))
        return false;
    if (!GetFileSizeEx(file->handle, &size)) {
        set_error(file, GetLastError());
        file_close(file);
        return false;
    }
    *io = (struct wav_io){ file, (uint64_t)size.QuadPart, read_at, 0, 0 };
    return true;
}

bool file_create(struct file *file, const wchar_t *path, struct wav_io *io)
{
    *io = (struct wav_io){ file, 0, 0, write_at, resize };
    return open_file(file, path, GENERIC_READ | GENERIC_WRITE, 0, CREATE_ALWAYS);
}

void file_close(struct file *file)
{
    if (file->handle)
        CloseHandle(file->handle);
    file->handle = 0;
}

bool file_is(const struct file *file, const wchar_t *path)
{
    BY_HANDLE_FILE_INFORMATION a, b;
    struct file other;
    bool same;

    if (!open_file(&other, path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                   OPEN_EXISTING))
        return false;
    same = GetFileInformationByHandle(file->handle, &a) &&
           GetFileInformationByHandle(other.handle, &b) &&
           a.dwVolumeSerialNumber == b.dwVolumeSerialNumber &&
           a.nFileIndexHigh == b.nFileIndexHigh && a.nFileIndexLow == b.nFileIndexLow;
    file_close(&other);
    return same;
}

/* Cuts the last name off a path. Returns false if nothing is left. */
static bool cut_name(wchar_t *path)
{
    size_t n = wcslen(path);

    while (n > 0 && path[n - 1] != L'\\' && path[n - 1] != L'/')
        n--;
    while (n > 0 && (path[n - 1] == L'\\' || path[n - 1] == L'/'))
        n--;
    path[n] = 0;
    return n != 0;
}

bool folder_make(const wchar_t *path)
{
    wchar_t *real = path_for_windows(path), *parent = real ? _wcsdup(real) : 0;
    bool made = real && (CreateDirectoryW(real, 0) || GetLastError() == ERROR_ALREADY_EXISTS);

    if (!made && parent && GetLastError() == ERROR_PATH_NOT_FOUND && cut_name(parent) &&
        folder_make(parent))
        made = CreateDirectoryW(real, 0);
    free(real);
    free(parent);
    return made;
}

static DWORD attributes_of(const wchar_t *path)
{
    wchar_t *real = path_for_windows(path);
    DWORD attributes = real ? GetFileAttributesW(real) : INVALID_FILE_ATTRIBUTES;

    free(real);
    return attributes;
}

bool file_exists(const wchar_t *path) { return attributes_of(path) != INVALID_FILE_ATTRIBUTES; }

bool folder_exists(const wchar_t *path)
{
    DWORD attributes = attributes_of(path);

    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY);
}

unsigned long file_kilobytes(const wchar_t *path)
{
    wchar_t *real = path_for_windows(path);
    WIN32_FILE_ATTRIBUTE_DATA data;
    bool known = real && GetFileAttributesExW(real, GetFileExInfoStandard, &data);

    free(real);
    return known ? (data.nFileSizeLow >> 10) | (data.nFileSizeHigh << 22) : 0;
}

const wchar_t *base_name(const wchar_t *path)
{
    const wchar_t *name = path;

    for (; *path; path++)
        if (*path == L'\\' || *path == L'/' || *path == L':')
            name = path + 1;
    return name;
}

/* The temporary name of a result. The caller frees it. */
static wchar_t *partial_path(const wchar_t *path)
{
    static const wchar_t end[] = L".partial";
    wchar_t *partial = malloc((wcslen(path) + 1) * sizeof *path + sizeof end);

    if (partial)
        wcscat(wcscpy(partial, path), end);
    return partial;
}

bool output_create(struct output *output, const wchar_t *path, bool overwrite, const void *format,
                   uint64_t expected)
{
    struct wav_io io;
    size_t n = wcslen(path);

    *output =
        (struct output){ .path = malloc((n + 1) * sizeof *path), .partial = partial_path(path) };
    if (!output->path || !output->partial) {
        output->file.error = ERROR_NOT_ENOUGH_MEMORY;
        return false;
    }
    output->overwrite = overwrite;
    wcscpy(output->path, path);
    output->created = file_create(&output->file, output->partial, &io);
    if (!output->created)
        return false;
    if (format)
        return wav_create(&output->writer, &io, format, expected);
    wav_create_bare(&output->writer, &io);
    return true;
}

bool output_write(struct output *output, const void *bytes, size_t count)
{
    return wav_write(&output->writer, bytes, count);
}

static void reset(struct output *output)
{
    free(output->path);
    free(output->partial);
    output->path = output->partial = 0;
    output->created = false;
}

static bool rename_to(const wchar_t *from, const wchar_t *to, bool overwrite)
{
    wchar_t *real_from = path_for_windows(from), *real_to = path_for_windows(to);
    bool done = real_from && real_to &&
                MoveFileExW(real_from, real_to, overwrite ? MOVEFILE_REPLACE_EXISTING : 0);

    free(real_from);
    free(real_to);
    return done;
}

bool output_finish(struct output *output, uint64_t data_size, uint64_t samples)
{
    if (!wav_finish(&output->writer, data_size, samples)) {
        set_error(&output->file, ERROR_FILE_TOO_LARGE);
        return false;
    }
    file_close(&output->file);
    if (!rename_to(output->partial, output->path, output->overwrite)) {
        set_error(&output->file, GetLastError());
        return false;
    }
    reset(output);
    return true;
}

void output_remove_partial(const wchar_t *path)
{
    wchar_t *partial = partial_path(path), *real = partial ? path_for_windows(partial) : 0;

    if (real)
        DeleteFileW(real);
    free(real);
    free(partial);
}

void output_drop(struct output *output)
{
    wchar_t *real = output->created ? path_for_windows(output->partial) : 0;

    file_close(&output->file);
    if (real)
        DeleteFileW(real);
    free(real);
    reset(output);
}
