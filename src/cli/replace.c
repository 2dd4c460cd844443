#include <stdio.h>
#include "replace.h"

enum { NAMES_AT_MOST = 1000, TRIES = 10, PAUSE = 100 };

static bool failed(struct replacement *it)
{
    it->error = GetLastError();
    return false;
}

static bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* Scanners of every kind open what was just written, for a moment. */
static bool move(const wchar_t *from, const wchar_t *to)
{
    for (int i = 0; !MoveFileExW(from, to, 0); i++) {
        if (i == TRIES || GetLastError() != ERROR_SHARING_VIOLATION)
            return false;
        Sleep(PAUSE);
    }
    return true;
}

bool replacement_stage(struct replacement *it, const wchar_t *source, const wchar_t *folder,
                       const wchar_t *name)
{
    *it = (struct replacement){ .removes = !source };
    swprintf(it->target, REPLACE_ROOM, L"%ls\\%ls", folder, name);
    swprintf(it->fresh, REPLACE_ROOM, L"%ls.new", it->target);
    for (int i = 0; i < NAMES_AT_MOST && (i == 0 || exists(it->old)); i++)
        swprintf(it->old, REPLACE_ROOM, L"%ls.old%d", it->target, i);
    if (it->removes)
        return true;
    if (!CopyFileW(source, it->fresh, FALSE))
        return failed(it);
    it->staged = true;
    SetFileAttributesW(it->fresh, FILE_ATTRIBUTE_NORMAL);
    return true;
}

bool replacement_commit(struct replacement *it)
{
    if (exists(it->target)) {
        if (!move(it->target, it->old))
            return failed(it);
        it->moved = true;
    }
    if (it->removes)
        return true;
    if (!move(it->fresh, it->target))
        return failed(it);
    it->placed = true;
    return true;
}

void replacement_undo(struct replacement *it)
{
    if (it->placed)
        DeleteFileW(it->target);
    else if (it->staged)
        DeleteFileW(it->fresh);
    if (it->moved)
        move(it->old, it->target);
}

/* Deletes a file, now or later. */
static bool dispose(const wchar_t *path)
{
    SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
    if (DeleteFileW(path))
        return true;
    MoveFileExW(path, 0, MOVEFILE_DELAY_UNTIL_REBOOT);
    return false;
}

bool replacement_settle(struct replacement *it) { return !it->moved || dispose(it->old); }

void replacements_sweep(const wchar_t *folder, const wchar_t *name)
{
    wchar_t path[REPLACE_ROOM];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(path, REPLACE_ROOM, L"%ls\\%ls.old*", folder, name);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        swprintf(path, REPLACE_ROOM, L"%ls\\%.30ls", folder, found.cFileName);
        DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}
