/* The names under which Windows and Wine know the driver and the program. src/setup's INF and NSIS
 * script repeat them. */
#ifndef OMNIACM_NAMES_H
#define OMNIACM_NAMES_H

#define DRIVER_FILE L"omniacm.acm"
#define DRIVER_ALIAS L"msacm.omniacm"
#define DRIVER_SHORT_NAME L"OmniACM"
#define DRIVER_DESCRIPTION L"OmniACM classic WAV codecs"

/* Below HKEY_LOCAL_MACHINE. */
#define DRIVERS32_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Drivers32"
#define DRIVERS_DESC_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\drivers.desc"
#define DRIVER_CACHE_KEY L"SOFTWARE\\Microsoft\\AudioCompressionManager\\DriverCache\\" DRIVER_ALIAS
#define UNINSTALL_KEY L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\OmniACM"

/* Below HKEY_CURRENT_USER. */
#define PRIORITY_KEY L"Software\\Microsoft\\Multimedia\\Audio Compression Manager\\Priority v4.00"
#define SETTINGS_KEY L"Software\\Microsoft\\Multimedia\\" DRIVER_ALIAS

/* The environment variable that overrides the user's settings. */
#define SETTINGS_VARIABLE L"OMNIACM_SETTINGS"

#endif
