/* Replaces or removes files that programs may have loaded, in steps, so that several files change
 * together or not at all.
 *
 * A loaded file can be neither overwritten nor deleted, but it can be renamed. So the new file is
 * written next to the old one, the old one is renamed, and the new one takes its name. Running
 * programs continue to use the old file; it is deleted at once if nobody uses it, otherwise when
 * Windows restarts. */
#ifndef OMNIACM_CLI_REPLACE_H
#define OMNIACM_CLI_REPLACE_H

#include <stdbool.h>
#include <windows.h>

enum { REPLACE_ROOM = MAX_PATH + 40 };

struct replacement {
    wchar_t target[REPLACE_ROOM], new_path[REPLACE_ROOM], old_path[REPLACE_ROOM];
    bool removes; /* without a new file */
    bool staged, moved, placed;
    DWORD error;
};

/* Writes the new file next to the target; a NULL source removes the target instead. After a
 * failure, replacement_undo() deletes what has been written. */
bool replacement_stage(struct replacement *, const wchar_t *source, const wchar_t *folder,
                       const wchar_t *name);

/* Puts the new file in place. After a failure, replacement_undo() restores the old one; it returns
 * false if it cannot. */
bool replacement_commit(struct replacement *);
bool replacement_undo(struct replacement *);

/* Deletes the old file. Returns false if it is in use and can only go when Windows restarts. */
bool replacement_finish(struct replacement *);

/* Deletes the files that earlier runs had to leave behind, or left when they were interrupted. */
void replacement_delete_old(const wchar_t *folder, const wchar_t *name);

#endif
