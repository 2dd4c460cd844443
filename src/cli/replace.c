#include <stdio.h>
#include "replace.h"

enum { MAX_NAMES = 1000, MAX_RETRIES = 10, RETRY_MS = 100 };

static bool failed(struct replacement *replacement)
{
    replacement->error = GetLastError();
    return false;
}

static bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* Virus scanners and indexers briefly open a file that was just written: try again. */
static bool move(const wchar_t *from, const wchar_t *to)
{
    for (int i = 0; !MoveFileExW(from, to, 0); i++) {
        if (i == MAX_RETRIES || GetLastError() != ERROR_SHARING_VIOLATION)
            return false;
        Sleep(RETRY_MS);
    }
    return true;
}

bool replacement_stage(struct replacement *replacement, const wchar_t *source,
                       const wchar_t *folder, const wchar_t *name)
{
    *replacement = (struct replacement){ .removes = !source };
    swprintf(replacement->target, REPLACE_ROOM, L"%ls\\%ls", folder, name);
    swprintf(replacement->new_path, REPLACE_ROOM, L"%ls.new", replacement->target);
    for (int i = 0; i < MAX_NAMES && (i == 0 || exists(replacement->old_path)); i++)
        swprintf(replacement->old_path, REPLACE_ROOM, L"%ls.old%d", replacement->target, i);
    if (replacement->removes)
        return true;
    replacement->staged = true; /* a copy that fails may leave a part of the file */
    if (!CopyFileW(source, replacement->new_path, FALSE))
        return failed(replacement);
    SetFileAttributesW(replacement->new_path, FILE_ATTRIBUTE_NORMAL);
    return true;
}

bool replacement_commit(struct replacement *replacement)
{
    replacement->moved = move(replacement->target, replacement->old_path);
    if (!replacement->moved && GetLastError() != ERROR_FILE_NOT_FOUND)
        return failed(replacement);
    if (replacement->removes)
        return true;
    if (!move(replacement->new_path, replacement->target))
        return failed(replacement);
    replacement->placed = true;
    return true;
}

bool replacement_undo(struct replacement *replacement)
{
    bool undone = true;

    if (replacement->placed)
        undone = DeleteFileW(replacement->target);
    else if (replacement->staged)
        DeleteFileW(replacement->new_path);
    if (replacement->moved)
        undone = move(replacement->old_path, replacement->target);
    return undone;
}

/* Deletes a file now, or else when Windows restarts. */
static bool delete_file(const wchar_t *path)
{
    SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
    if (DeleteFileW(path))
        return true;
    MoveFileExW(path, 0, MOVEFILE_DELAY_UNTIL_REBOOT);
    return false;
}

bool replacement_finish(struct replacement *replacement)
{
    return !replacement->moved || delete_file(replacement->old_path);
}

void replacement_delete_old(const wchar_t *folder, const wchar_t *name)
{
    wchar_t path[REPLACE_ROOM];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(path, REPLACE_ROOM, L"%ls\\%ls.new", folder, name);
    DeleteFileW(path);
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
