/* The commands, and the parser for their options. */
#ifndef OMNIACM_CLI_COMMANDS_H
#define OMNIACM_CLI_COMMANDS_H

#include <stdbool.h>
#include "drivers.h"

/* Each command takes the arguments after its name and returns an exit code. */
int command_list(const struct drivers *, int count, wchar_t **args);
int command_info(const struct drivers *, int count, wchar_t **args);
int command_convert(const struct drivers *, int count, wchar_t **args);
int command_bench(const struct drivers *, int count, wchar_t **args);
int command_selftest(const struct drivers *, int count, wchar_t **args);

/* These two get NULL instead of the drivers: an open driver would lock the files they replace. */
int command_install(const struct drivers *, int count, wchar_t **args);
int command_uninstall(const struct drivers *, int count, wchar_t **args);

/* An option has either a value, as in "--name value" or "--name=value", or a switch. A list of
 * options ends with a NULL name. */
struct option {
    const wchar_t *name;
    const wchar_t **value;
    bool *on;
};

/* Parses the options and removes them from `args`. Returns the number of arguments left, or -1
 * after a warning if an option is unknown or lacks its value. "--" ends the options. */
int take_options(int count, wchar_t **args, const struct option *options);

#endif
