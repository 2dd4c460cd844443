/* The program on the build machine: its main function with files in memory, and several drivers
 * that all run our code. */
#ifndef OMNIACM_TESTS_CLI_PROGRAM_H
#define OMNIACM_TESTS_CLI_PROGRAM_H

#include "wide.h"
#include "acm/host.h"

/* Start with no files and one driver, OmniACM; fail at the end if anything is still open. */
int program_begin(void **);
int program_end(void **);
#define PROGRAM_TEST(function) cmocka_unit_test_setup_teardown(function, program_begin, program_end)

/* Runs a command line of words separated by spaces. Returns its exit code; its output is in `out`
 * and `err`, in UTF-8. */
int run(const char *line);
extern char out[1 << 18], err[1 << 16];
bool says(const char *part); /* in `out` or in `err` */

/* --- files.c: takes the program's paths, and makes missing folders --- */

void disk_put(const char *path, const void *bytes, size_t size);
void disk_folder(const char *path);
void disk_link(const char *path);        /* a folder that is a reparse point */
struct bytes disk_get(const char *path); /* NULL data if there is none; not to be freed */
unsigned disk_files(void);
extern size_t disk_room; /* bytes that may still be written */
void disk_fresh(void);
unsigned disk_handles(void);   /* open ones */
void disk_process_ended(void); /* closes those that a nested run has opened */

/* --- msacm32.c: the drivers. Ours has all tags, the others have one. --- */

struct driver_made {
    const wchar_t *short_name, *long_name;
    WORD tag; /* and PCM; 0: all */
    bool opens, decodes_only;
    enum {
        SOUND,
        CRASHES_OPENING,
        CRASHES_CONVERTING,
        TALKATIVE,   /* makes 99 times as many samples */
        WHOLE_BLOCKS /* also at the end */
    } fault;
};
extern struct driver_made drivers_made[4];
extern unsigned drivers_count;
unsigned acm_open(void); /* drivers and streams that are open */
void acm_fresh(void);
void acm_process_ended(void); /* closes the streams and drivers that a nested run has opened */

/* --- child.c --- */

extern unsigned children; /* how many have been run */
void child_crash(void);   /* ends the nested run; the test fails if there is none */

#endif
