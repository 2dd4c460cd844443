/* The names under which Windows knows the driver. src/setup's INF and NSIS script repeat them. */
#ifndef OMNIACM_NAMES_H
#define OMNIACM_NAMES_H

#define DRIVER_FILE L"omniacm.acm"
#define DRIVER_ALIAS L"msacm.omniacm"
#define DRIVER_DESCRIPTION L"OmniACM classic WAV codecs"

/* Below HKEY_CURRENT_USER. */
#define DRIVER_SETTINGS_KEY L"Software\\Microsoft\\Multimedia\\" DRIVER_ALIAS

#endif
