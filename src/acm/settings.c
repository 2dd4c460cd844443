#include <string.h>
#include "settings.h"
#include "dsp.h"

enum { TEXT_ROOM = 512 }; /* characters of OMNIACM_SETTINGS, and of the list of disabled tags */

static const WCHAR key[] = L"Software\\Microsoft\\Multimedia\\msacm.omniacm";

/* A setting by its two names, with the largest value that it takes and where it goes. */
static const struct setting {
    const char *name;   /* in OMNIACM_SETTINGS */
    const WCHAR *value; /* in the registry; null where it is not the user's */
    uint8_t most;
    uint8_t offset;
} table[] = {
    { "quality", L"Quality", 2, offsetof(struct settings, quality) },
    { "bitorder", L"BitOrder", 2, offsetof(struct settings, bit_order) },
    { "nibbleorder", L"NibbleOrder", 1, offsetof(struct settings, nibble_order) },
    { "dtx", L"Dtx", 1, offsetof(struct settings, dtx) },
    { "simd", 0, 2, offsetof(struct settings, simd) },
    { "interpolation", 0, 1, offsetof(struct settings, interpolation) },
};

static BOOL calls_load(void *calls, HMODULE module, const char (*names)[16], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        FARPROC call = module ? GetProcAddress(module, names[i]) : 0;

        if (!call)
            return FALSE;
        memcpy((char *)calls + i * sizeof call, &call, sizeof call);
    }
    return TRUE;
}

/* What the user stored: a key that is opened when the first value is wanted, and is missing for
 * most users. */
struct stored {
    LSTATUS(WINAPI *open)(HKEY, const WCHAR *, DWORD, REGSAM, HKEY *);
    LSTATUS(WINAPI *get)(HKEY, const WCHAR *, const WCHAR *, DWORD, DWORD *, void *, DWORD *);
    LSTATUS(WINAPI *close)(HKEY);
    HMODULE loaded;
    HKEY key;
    BOOL tried;
};

/* kernel32 has the calls since Windows 7; before, and only then, another DLL is loaded for them. */
static HKEY stored_open(struct stored *stored)
{
    static const char names[][16] = { "RegOpenKeyExW", "RegGetValueW", "RegCloseKey" };
    enum { COUNT = sizeof names / sizeof *names };
    HKEY opened;

    if ((calls_load(stored, GetModuleHandleW(L"kernel32.dll"), names, COUNT) ||
         calls_load(stored, stored->loaded = LoadLibraryW(L"advapi32.dll"), names, COUNT)) &&
        stored->open(HKEY_CURRENT_USER, key, 0, KEY_QUERY_VALUE, &opened) == ERROR_SUCCESS)
        return opened;
    return 0;
}

static BOOL stored_read(struct stored *stored, const WCHAR *value, DWORD type, void *data,
                        DWORD size)
{
    if (!stored->tried)
        stored->key = stored_open(stored);
    stored->tried = TRUE;
    return stored->key && stored->get(stored->key, 0, value, type, 0, data, &size) == ERROR_SUCCESS;
}

static void stored_close(struct stored *stored)
{
    if (stored->key)
        stored->close(stored->key);
    if (stored->loaded)
        FreeLibrary(stored->loaded);
}

/* The number at *text, decimal or 0x and hexadecimal, and what follows it. */
static DWORD number_at(const WCHAR **text)
{
    const WCHAR *at = *text;
    DWORD number = 0, base = 10, digit;

    if (at[0] == '0' && (at[1] | 0x20) == 'x')
        at += 2, base = 16;
    for (;; at++, number = number * base + digit) {
        digit = *at >= '0' && *at <= '9' ? *at - (DWORD)'0' : (DWORD)((*at | 0x20) - 'a') + 10;
        if (digit >= base)
            break;
    }
    *text = at;
    return number;
}

/* What follows "name=" in a list of them, or a null pointer. */
static const WCHAR *find(const WCHAR *list, const char *name)
{
    for (size_t n; *list; list += *list == ',') {
        for (n = 0; name[n] && list[n] == (WCHAR)name[n]; n++)
            ;
        if (!name[n] && list[n] == '=')
            return list + n + 1;
        while (*list && *list != ',')
            list++;
    }
    return 0;
}

/* OMNIACM_SETTINGS; nothing where it is missing or too long. */
static const WCHAR *environment(WCHAR text[TEXT_ROOM])
{
    DWORD n = GetEnvironmentVariableW(L"OMNIACM_SETTINGS", text, TEXT_ROOM);

    text[n < TEXT_ROOM ? n : 0] = 0;
    return text;
}

/* The best set of instructions that the processor has. */
static uint8_t best_set(void)
{
    enum {
        SSE2 = 10,
        AVX2 = 40
    }; /* PF_XMMI64_INSTRUCTIONS_AVAILABLE, PF_AVX2_INSTRUCTIONS_AVAILABLE */

    return IsProcessorFeaturePresent(AVX2) ? 2 : IsProcessorFeaturePresent(SSE2) ? 1 : 0;
}

static void read(struct settings *settings, const WCHAR *text)
{
    uint8_t most = best_set();
    struct stored stored = { 0 };

    *settings = DEFAULT_SETTINGS;
    settings->simd = most;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const WCHAR *own = find(text, table[i].name);
        DWORD value;

        if (own)
            value = number_at(&own);
        else if (!table[i].value ||
                 !stored_read(&stored, table[i].value, RRF_RT_REG_DWORD, &value, sizeof value))
            continue;
        if (value <= table[i].most)
            ((uint8_t *)settings)[table[i].offset] = (uint8_t)value;
    }
    stored_close(&stored);
    settings->simd = settings->simd < most ? settings->simd : most;
}

void settings_read(struct settings *settings)
{
    WCHAR text[TEXT_ROOM];

    read(settings, environment(text));
}

void settings_read_stored(struct settings *settings) { read(settings, L""); }

struct options settings_options(const struct settings *settings)
{
    static const uint8_t orders[] = { 0, QUIRK_MSB_FIRST, QUIRK_LSB_FIRST };
    struct options options = { .quality = settings->quality, .dsp = dsp_set(settings->simd) };

    options.quirks = orders[settings->bit_order];
    options.quirks |= settings->nibble_order ? QUIRK_LOW_NIBBLE_FIRST : 0;
    options.quirks |= settings->dtx ? QUIRK_DTX : 0;
    options.quirks |= settings->interpolation ? QUIRK_REVERSED_INTERPOLATION : 0;
    return options;
}

/* Whether a tag is among the numbers at `list`, each after one separator; a 0 or `end` ends them.
 * An alias goes with the tag of its row. */
static BOOL lists(const WCHAR *list, WCHAR separator, WCHAR end, uint16_t tag)
{
    const struct codec *codec = codec_find(tag);

    while (*list && *list != end) {
        DWORD number = number_at(&list);

        if (number == tag || (codec && number == codec->tags->tag))
            return TRUE;
        while (*list && *list != separator && *list != end)
            list++;
        list += *list == separator;
    }
    return FALSE;
}

BOOL settings_disable(uint16_t tag)
{
    WCHAR text[TEXT_ROOM];
    const WCHAR *own = find(environment(text), "disabled");

    return own ? lists(own, ' ', ',', tag) : settings_disable_stored(tag);
}

BOOL settings_disable_stored(uint16_t tag)
{
    WCHAR text[TEXT_ROOM];
    struct stored stored = { 0 };
    BOOL found = stored_read(&stored, L"Disabled", RRF_RT_REG_MULTI_SZ, text, sizeof text);

    stored_close(&stored);
    if (!found)
        return FALSE;
    /* Strings one after another, an empty one at the end: as one list that spaces separate. */
    for (WCHAR *at = text; at[0] || at[1]; at++)
        *at = *at ? *at : ' ';
    return lists(text, ' ', ',', tag);
}

/* What only a dialog calls, and so is loaded for it. */
struct registry {
    __typeof__(&RegCreateKeyExW) create;
    __typeof__(&RegSetValueExW) set;
    __typeof__(&RegDeleteValueW) delete;
    __typeof__(&RegCloseKey) close;
};

/* A value, or none where there are no bytes of it. */
static BOOL store(const struct registry *registry, HKEY at, const WCHAR *value, DWORD type,
                  const void *data, DWORD size)
{
    LSTATUS status =
        size ? registry->set(at, value, 0, type, data, size) : registry->delete (at, value);

    return status == ERROR_SUCCESS || (!size && status == ERROR_FILE_NOT_FOUND);
}

/* Tags as a REG_MULTI_SZ: "0x0031", 0, "0x0022", 0, 0. Returns its bytes, none where there is no
 * tag. */
static DWORD put_tags(WCHAR text[TEXT_ROOM], const uint16_t *tags)
{
    WCHAR *to = text;

    for (; *tags && to + 8 <= text + TEXT_ROOM; tags++) {
        *to++ = '0';
        *to++ = 'x';
        for (int shift = 12; shift >= 0; shift -= 4)
            *to++ = (WCHAR) "0123456789ABCDEF"[*tags >> shift & 15];
        *to++ = 0;
    }
    *to = 0;
    return to == text ? 0 : (DWORD)((size_t)(to + 1 - text) * sizeof *to);
}

BOOL settings_write(const struct settings *settings, const uint16_t *off)
{
    static const char names[][16] = { "RegCreateKeyExW", "RegSetValueExW", "RegDeleteValueW",
                                      "RegCloseKey" };
    HMODULE module = LoadLibraryW(L"advapi32.dll");
    struct settings standard = DEFAULT_SETTINGS;
    struct registry registry;
    WCHAR text[TEXT_ROOM];
    BOOL written = FALSE;
    HKEY at;

    if (calls_load(&registry, module, names, sizeof names / sizeof *names) &&
        registry.create(HKEY_CURRENT_USER, key, 0, 0, 0, KEY_SET_VALUE, 0, &at, 0) ==
            ERROR_SUCCESS) {
        written = store(&registry, at, L"Disabled", REG_MULTI_SZ, text, put_tags(text, off));
        for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
            DWORD value = ((const uint8_t *)settings)[table[i].offset];
            BOOL is_default = value == ((const uint8_t *)&standard)[table[i].offset];

            if (table[i].value && !store(&registry, at, table[i].value, REG_DWORD, &value,
                                         is_default ? 0 : sizeof value))
                written = FALSE;
        }
        registry.close(at);
    }
    if (module)
        FreeLibrary(module);
    return written;
}
