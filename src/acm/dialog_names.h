/* Numbers of the resources, for the compilers of C and of resources alike. */
#ifndef OMNIACM_DIALOG_NAMES_H
#define OMNIACM_DIALOG_NAMES_H

#define DRIVER_ICON 1
#define CONTROLS_MANIFEST 100

#define CONFIG_DIALOG 200
#define FORMATS 201
#define QUALITY 202
#define BIT_ORDER 203
#define NIBBLE_ORDER 204
#define DTX 205
#define DEFAULTS 206
#define ABOUT 207
#define APPLY 208

#define ABOUT_DIALOG 300
#define PICTURE 301
#define TITLE 302
#define VERSION_LINE 303

#define WORDS_FORMAT 400
#define WORDS_DIRECTIONS 401
#define WORDS_TAGS 402
#define WORDS_BOTH_WAYS 403
#define WORDS_READ_ONLY 404
#define WORDS_NOT_SAVED 405
#define WORDS_TITLE 406
#define WORDS_VERSION 407
#define WORDS_QUALITY 410
#define WORDS_BIT_ORDER 420
#define WORDS_NIBBLE_ORDER 430

#endif
