/* Files in memory, and the other kernel functions that the program calls. */
#include <string.h>
#include "program.h"
#include "cli/child.h"

enum { NODES = 256, NAME = 400, HANDLES = 64 };

static struct node {
    wchar_t path[NAME];
    bool used, folder, link;
    uint8_t *bytes;
    size_t size;
} nodes[NODES];

static struct handle {
    struct node *node;
    bool writes, nested;
} handles[HANDLES];

static DWORD last_error;
size_t disk_room;

DWORD WINAPI GetLastError(void) { return last_error; }
void WINAPI SetLastError(DWORD error) { last_error = error; }

static BOOL fails(DWORD error)
{
    last_error = error;
    return FALSE;
}

/* --- Paths: the current folder is C:\work --- */

static const wchar_t here[] = L"C:\\work\\";

static void normalize(const wchar_t *path, wchar_t to[NAME])
{
    size_t n = 0;

    path += wcsncmp(path, L"\\\\?\\", 4) == 0 ? 4 : 0;
    path += _wcsnicmp(path, here, 8) == 0 ? 8 : 0;
    for (; *path && n < NAME - 1; path++)
        to[n++] = *path == '/' ? '\\' : *path;
    while (n && to[n - 1] == '\\')
        n--;
    to[n] = 0;
}

/* Without its prefix, Windows takes a path of MAX_PATH characters with the 0 at its end. */
static bool is_too_long(const wchar_t *path)
{
    return wcsncmp(path, L"\\\\?\\", 4) != 0 &&
           wcslen(path) + (path[0] && path[1] == ':' ? 0 : wcslen(here)) >= MAX_PATH;
}

static struct node *find_normal(const wchar_t *normal)
{
    for (struct node *node = nodes; node < nodes + NODES; node++)
        if (node->used && _wcsicmp(node->path, normal) == 0)
            return node;
    return 0;
}

static struct node *find(const wchar_t *path)
{
    wchar_t normal[NAME];

    normalize(path, normal);
    return is_too_long(path) ? 0 : find_normal(normal);
}

/* Returns true if the folder that a path is in exists. */
static bool has_parent(const wchar_t *path)
{
    wchar_t wanted[NAME], *end;
    const struct node *parent;

    if (is_too_long(path))
        return false;
    normalize(path, wanted);
    end = wcsrchr(wanted, L'\\');
    if (!end)
        return true;
    *end = 0;
    parent = find_normal(wanted);
    return parent && parent->folder;
}

static struct node *make(const wchar_t *path, bool folder)
{
    for (struct node *node = nodes; node < nodes + NODES; node++)
        if (!node->used) {
            *node = (struct node){ .used = true, .folder = folder };
            normalize(path, node->path);
            return node;
        }
    return 0;
}

static void remove_node(struct node *node)
{
    free(node->bytes);
    *node = (struct node){ 0 };
}

static const wchar_t *widened_path(const char *path)
{
    static wchar_t wide[NAME + 4];
    wchar_t *end = wide + wcslen(wcscpy(wide, L"\\\\?\\"));

    while (*path && end < wide + NAME - 1)
        *end++ = (unsigned char)*path++;
    *end = 0;
    return wide;
}

void disk_folder(const char *path)
{
    char parent[NAME];

    for (size_t n = 0; path[n]; n++)
        if (path[n] == '\\' || path[n] == '/') {
            memcpy(parent, path, n);
            parent[n] = 0;
            if (!find(widened_path(parent)))
                make(widened_path(parent), true);
        }
    if (!find(widened_path(path)))
        make(widened_path(path), true);
}

void disk_link(const char *path)
{
    disk_folder(path);
    find(widened_path(path))->link = true;
}

void disk_put(const char *path, const void *bytes, size_t size)
{
    struct node *node;

    disk_folder(path);
    node = find(widened_path(path));
    node->folder = false;
    free(node->bytes);
    node->bytes = memcpy(malloc(size + 1), bytes, size);
    node->size = size;
}

struct bytes disk_get(const char *path)
{
    const struct node *node = find(widened_path(path));

    return node && !node->folder
               ? (struct bytes){ node->bytes ? node->bytes : (uint8_t *)"", node->size }
               : (struct bytes){ 0, 0 };
}

unsigned disk_files(void)
{
    unsigned count = 0;

    for (int i = 0; i < NODES; i++)
        count += nodes[i].used && !nodes[i].folder;
    return count;
}

unsigned disk_handles(void)
{
    unsigned count = 0;

    for (int i = 0; i < HANDLES; i++)
        count += handles[i].node != 0;
    return count;
}

void disk_process_ended(void)
{
    for (int i = 0; i < HANDLES; i++)
        if (handles[i].nested)
            handles[i] = (struct handle){ 0 };
}

void disk_fresh(void)
{
    for (int i = 0; i < NODES; i++)
        remove_node(&nodes[i]);
    memset(handles, 0, sizeof handles);
    disk_room = (size_t)-1;
}

DWORD WINAPI GetFullPathNameW(LPCWSTR path, DWORD room, LPWSTR to, LPWSTR *name)
{
    wchar_t plain[NAME];
    bool full = path[0] && path[1] == ':';
    size_t n;

    (void)name;
    normalize(path, plain);
    n = wcslen(plain) + (full ? 0 : wcslen(here));
    if (n >= room)
        return (DWORD)n + 1;
    wcscat(wcscpy(to, full ? L"" : here), plain);
    return (DWORD)n;
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR path, DWORD room)
{
    (void)module;
    (void)room;
    wcscpy(path, L"C:\\work\\omniacm.exe");
    return (DWORD)wcslen(path);
}

/* --- Files --- */

static HANDLE invalid_handle(DWORD error)
{
    last_error = error;
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateFileW(LPCWSTR path, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD how, DWORD flags, HANDLE like)
{
    struct node *node = find(path);
    struct handle *handle = handles;

    (void)share;
    (void)security;
    (void)flags;
    (void)like;
    if (!node && how == OPEN_EXISTING)
        return invalid_handle(has_parent(path) ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND);
    if (!has_parent(path))
        return invalid_handle(ERROR_PATH_NOT_FOUND);
    if (node && node->folder)
        return invalid_handle(ERROR_ACCESS_DENIED);
    node = node ? node : make(path, false);
    if (how == CREATE_ALWAYS)
        node->size = 0;
    while (handle->node)
        handle++;
    *handle = (struct handle){ node, access & GENERIC_WRITE, is_child() };
    return handle;
}

BOOL WINAPI CloseHandle(HANDLE handle)
{
    ((struct handle *)handle)->node = 0;
    return TRUE;
}

BOOL WINAPI ReadFile(HANDLE handle, LPVOID to, DWORD count, LPDWORD read, LPOVERLAPPED place)
{
    const struct node *node = ((struct handle *)handle)->node;
    uint64_t at = place->Offset | (uint64_t)place->OffsetHigh << 32;

    *read = 0;
    if (at >= node->size)
        return fails(ERROR_HANDLE_EOF);
    *read = node->size - at < count ? (DWORD)(node->size - at) : count;
    memcpy(to, node->bytes + at, *read);
    return TRUE;
}

static void resize(struct node *node, size_t size)
{
    node->bytes = realloc(node->bytes, size + 1);
    if (size > node->size)
        memset(node->bytes + node->size, 0, size - node->size);
    node->size = size;
}

BOOL WINAPI WriteFile(HANDLE handle, LPCVOID from, DWORD count, LPDWORD written, LPOVERLAPPED place)
{
    struct node *node = ((struct handle *)handle)->node;
    size_t at = place->Offset;

    *written = 0;
    if (!((struct handle *)handle)->writes)
        return fails(ERROR_ACCESS_DENIED);
    if (at + count > node->size) {
        if (at + count - node->size > disk_room)
            return fails(ERROR_DISK_FULL);
        disk_room -= at + count - node->size;
        resize(node, at + count);
    }
    memcpy(node->bytes + at, from, count);
    *written = count;
    return TRUE;
}

static uint64_t end_at;

BOOL WINAPI SetFilePointerEx(HANDLE handle, LARGE_INTEGER place, PLARGE_INTEGER now, DWORD from)
{
    (void)handle;
    (void)now;
    (void)from;
    end_at = (uint64_t)place.QuadPart;
    return TRUE;
}

BOOL WINAPI SetEndOfFile(HANDLE handle)
{
    resize(((struct handle *)handle)->node, (size_t)end_at);
    return TRUE;
}

BOOL WINAPI GetFileSizeEx(HANDLE handle, PLARGE_INTEGER size)
{
    size->QuadPart = (LONGLONG)((struct handle *)handle)->node->size;
    return TRUE;
}

BOOL WINAPI GetFileInformationByHandle(HANDLE handle, BY_HANDLE_FILE_INFORMATION *about)
{
    *about = (BY_HANDLE_FILE_INFORMATION){ .nFileIndexLow =
                                               (DWORD)(((struct handle *)handle)->node - nodes) };
    return TRUE;
}

DWORD WINAPI GetFileAttributesW(LPCWSTR path)
{
    const struct node *node = find(path);

    if (!node) {
        last_error = ERROR_FILE_NOT_FOUND;
        return INVALID_FILE_ATTRIBUTES;
    }
    return node->folder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL;
}

BOOL WINAPI GetFileAttributesExW(LPCWSTR path, GET_FILEEX_INFO_LEVELS level, LPVOID data)
{
    const struct node *node = find(path);

    (void)level;
    if (!node)
        return fails(ERROR_FILE_NOT_FOUND);
    *(WIN32_FILE_ATTRIBUTE_DATA *)data =
        (WIN32_FILE_ATTRIBUTE_DATA){ .nFileSizeLow = (DWORD)node->size };
    return TRUE;
}

BOOL WINAPI CreateDirectoryW(LPCWSTR path, LPSECURITY_ATTRIBUTES security)
{
    (void)security;
    if (find(path))
        return fails(ERROR_ALREADY_EXISTS);
    if (!has_parent(path))
        return fails(ERROR_PATH_NOT_FOUND);
    make(path, true);
    return TRUE;
}

BOOL WINAPI DeleteFileW(LPCWSTR path)
{
    struct node *node = find(path);

    if (!node)
        return fails(ERROR_FILE_NOT_FOUND);
    remove_node(node);
    return TRUE;
}

BOOL WINAPI MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags)
{
    struct node *node = find(from), *other = find(to);

    if (!node)
        return fails(ERROR_FILE_NOT_FOUND);
    if (other && (other->folder || !(flags & MOVEFILE_REPLACE_EXISTING)))
        return fails(ERROR_ALREADY_EXISTS);
    if (other)
        remove_node(other);
    normalize(to, node->path);
    return TRUE;
}

/* --- Searching folders --- */

static struct search {
    wchar_t folder[NAME], pattern[NAME];
    int next;
} searches[8];
static unsigned searching;

static bool matches(const wchar_t *name, const wchar_t *pattern)
{
    if (*pattern == '*')
        return matches(name, pattern + 1) || (*name && matches(name + 1, pattern));
    if (!*pattern || !*name)
        return *pattern == *name;
    return (*pattern == '?' || _wcsnicmp(name, pattern, 1) == 0) && matches(name + 1, pattern + 1);
}

BOOL WINAPI FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW found)
{
    struct search *search = handle;
    size_t n = wcslen(search->folder);

    while (search->next < NODES) {
        const struct node *node = &nodes[search->next++];
        const wchar_t *name = node->path + (n ? n + 1 : 0);

        if (!node->used || _wcsnicmp(node->path, search->folder, n) != 0 ||
            (n && node->path[n] != '\\') || wcschr(name, '\\') || !matches(name, search->pattern))
            continue;
        *found = (WIN32_FIND_DATAW){
            .dwFileAttributes = (node->folder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_NORMAL) |
                                (node->link ? FILE_ATTRIBUTE_REPARSE_POINT : 0u)
        };
        wcscpy(found->cFileName, name);
        return TRUE;
    }
    return fails(ERROR_NO_MORE_FILES);
}

/* A search for everything finds ".." first. */
HANDLE WINAPI FindFirstFileW(LPCWSTR path, LPWIN32_FIND_DATAW found)
{
    struct search *search = &searches[searching++];
    wchar_t *end;

    *search = (struct search){ 0 };
    normalize(path, search->folder);
    end = wcsrchr(search->folder, '\\');
    wcscpy(search->pattern, end ? end + 1 : search->folder);
    search->folder[end ? end - search->folder : 0] = 0;
    if (wcscmp(search->pattern, L"*") == 0) {
        *found = (WIN32_FIND_DATAW){ .dwFileAttributes = FILE_ATTRIBUTE_DIRECTORY,
                                     .cFileName = { '.', '.' } };
        return search;
    }
    if (FindNextFileW(search, found))
        return search;
    searching--;
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindClose(HANDLE handle)
{
    (void)handle;
    searching--;
    return TRUE;
}

/* --- The rest of the kernel --- */

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    static char text[1024];
    size_t n = 0;

    (void)name;
    for (; value[n] && n < sizeof text - 1; n++)
        text[n] = (char)value[n];
    text[n] = 0;
    environment = text;
    return TRUE;
}

void WINAPI InitializeCriticalSection(CRITICAL_SECTION *lock) { memset(lock, 0, sizeof *lock); }
void WINAPI DeleteCriticalSection(CRITICAL_SECTION *lock) { assert_int_equal(lock->LockCount, 0); }
void WINAPI EnterCriticalSection(CRITICAL_SECTION *lock) { assert_int_equal(lock->LockCount++, 0); }
void WINAPI LeaveCriticalSection(CRITICAL_SECTION *lock) { assert_int_equal(--lock->LockCount, 0); }

/* There are no threads; the program then converts in its own. */
HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack,
                           LPTHREAD_START_ROUTINE start, LPVOID context, DWORD flags, LPDWORD id)
{
    (void)security;
    (void)stack;
    (void)start;
    (void)context;
    (void)flags;
    (void)id;
    return 0;
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *objects, BOOL all, DWORD time)
{
    (void)count;
    (void)objects;
    (void)all;
    (void)time;
    return WAIT_OBJECT_0;
}

void WINAPI GetSystemInfo(SYSTEM_INFO *info) { *info = (SYSTEM_INFO){ .dwNumberOfProcessors = 2 }; }
ULONGLONG WINAPI GetTickCount64(void) { return 1; }

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *frequency)
{
    frequency->QuadPart = 1000;
    return TRUE;
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *now)
{
    static LONGLONG count;

    now->QuadPart = count += 100;
    return TRUE;
}
