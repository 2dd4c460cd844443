/* The version as a string, from CMake's numbers. */
#ifndef OMNIACM_VERSION_H
#define OMNIACM_VERSION_H

#define VERSION_TEXT_OF(a, b, c) #a "." #b "." #c
#define VERSION_TEXT_(a, b, c) VERSION_TEXT_OF(a, b, c)
#define VERSION_TEXT VERSION_TEXT_(VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH)

#endif
