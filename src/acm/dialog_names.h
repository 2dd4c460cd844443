/* Resource numbers, for the C and the resource compiler. */
#ifndef OMNIACM_DIALOG_NAMES_H
#define OMNIACM_DIALOG_NAMES_H

#define IDI_DRIVER 1
#define CONTROLS_MANIFEST 100

#define IDD_SETTINGS 200
#define IDC_FORMATS 201
#define IDC_QUALITY 202
#define IDC_BIT_ORDER 203
#define IDC_NIBBLE_ORDER 204
#define IDC_DTX 205
#define IDC_DEFAULTS 206
#define IDC_ABOUT 207
#define IDC_APPLY 208

#define IDD_ABOUT 300
#define IDC_PICTURE 301
#define IDC_TITLE 302
#define IDC_VERSION 303

#define IDS_FORMAT 400
#define IDS_DIRECTION 401
#define IDS_TAGS 402
#define IDS_READ_WRITE 403
#define IDS_READ_ONLY 404
#define IDS_NOT_SAVED 405
#define IDS_TITLE 406
#define IDS_VERSION 407
#define IDS_QUALITY 410
#define IDS_BIT_ORDER 420
#define IDS_NIBBLE_ORDER 430

#endif
