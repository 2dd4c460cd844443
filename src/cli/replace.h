/* Files that are replaced, or removed, though programs may have them loaded, in steps: so that
 * several change together, or none does.
 *
 * What is loaded can be neither overwritten nor deleted, but renamed. So the new file is written
 * beside the old one; the old one is renamed away, and the new one takes its name. Programs that
 * run keep the old file; it is deleted when nobody uses it any more, at the next start of Windows
 * at the latest. */
#ifndef OMNIACM_CLI_REPLACE_H
#define OMNIACM_CLI_REPLACE_H

#include <stdbool.h>
#include <windows.h>

enum { REPLACE_ROOM = MAX_PATH + 40 };

struct replacement {
    wchar_t target[REPLACE_ROOM], fresh[REPLACE_ROOM], old[REPLACE_ROOM];
    bool removes; /* nothing comes in its place */
    bool staged, moved, placed;
    DWORD error;
};

/* Writes the new file beside its target; a null source removes. False: nothing has changed. */
bool replacement_stage(struct replacement *, const wchar_t *source, const wchar_t *folder,
                       const wchar_t *name);

/* Changes over. False: what has changed is taken back with replacement_undo. */
bool replacement_commit(struct replacement *);
void replacement_undo(struct replacement *);

/* After all else went well: deletes the old file. False: it is in use, and goes when Windows starts
 * again. */
bool replacement_settle(struct replacement *);

/* Deletes old files that an earlier run had to leave. */
void replacements_sweep(const wchar_t *folder, const wchar_t *name);

#endif
