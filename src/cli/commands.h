/* The commands, and how they take their options. */
#ifndef OMNIACM_CLI_COMMANDS_H
#define OMNIACM_CLI_COMMANDS_H

#include <stdbool.h>
#include "drivers.h"

/* Each returns an EXIT_. `words` are those behind the command's name. */
int command_list(const struct drivers *, int count, wchar_t **words);
int command_info(const struct drivers *, int count, wchar_t **words);
int command_convert(const struct drivers *, int count, wchar_t **words);
int command_bench(const struct drivers *, int count, wchar_t **words);
int command_selftest(const struct drivers *, int count, wchar_t **words);

/* Without drivers: a null pointer, for the files that they would have open are about to change. */
int command_install(const struct drivers *, int count, wchar_t **words);
int command_uninstall(const struct drivers *, int count, wchar_t **words);

/* "--name value" or "--name=value"; a switch has no value. A null name ends the list. */
struct option {
    const wchar_t *name;
    const wchar_t **value;
    bool *on;
};

/* Takes the options out and leaves the other words, whose number it returns; -1, and a note, where
 * an option is unknown or lacks its value. "--" ends the options. */
int take_options(int count, wchar_t **words, const struct option *options);

#endif
