#include "settings.h"

enum { TEXT_ROOM = 512 };           /* characters of OMNIACM_SETTINGS, and of the list of disabled tags */

static const WCHAR key[] = L"Software\\Microsoft\\Multimedia\\msacm.omniacm";

/* A setting by its two names, with the largest value that it takes and where it goes. */
static const struct setting {
    const char *name;               /* in OMNIACM_SETTINGS */
    const WCHAR *value;             /* in the registry; null where it is not the user's */
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

typedef LSTATUS(WINAPI *registry_reader)(HKEY, const WCHAR *, const WCHAR *, DWORD, DWORD *, void *, DWORD *);

/* kernel32 has it since Windows 7; before, and only then, another DLL is loaded for it. */
static BOOL registry_read(const WCHAR *value, DWORD type, void *data, DWORD size)
{
    HMODULE module = GetModuleHandleW(L"kernel32.dll");
    registry_reader read = module ? (registry_reader)(void *)GetProcAddress(module, "RegGetValueW") : 0;

    if (!read) {
        module = LoadLibraryW(L"advapi32.dll");
        read = module ? (registry_reader)(void *)GetProcAddress(module, "RegGetValueW") : 0;
    }
    return read && read(HKEY_CURRENT_USER, key, value, type, 0, data, &size) == ERROR_SUCCESS;
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
    enum { SSE2 = 10, AVX2 = 40 };      /* PF_XMMI64_INSTRUCTIONS_AVAILABLE, PF_AVX2_INSTRUCTIONS_AVAILABLE */

    return IsProcessorFeaturePresent(AVX2) ? 2 : IsProcessorFeaturePresent(SSE2) ? 1 : 0;
}

void settings_read(struct settings *settings)
{
    WCHAR text[TEXT_ROOM];
    uint8_t most;

    *settings = DEFAULT_SETTINGS;
    settings->simd = most = best_set();
    environment(text);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const WCHAR *own = find(text, table[i].name);
        DWORD value;

        if (own)
            value = number_at(&own);
        else if (!table[i].value || !registry_read(table[i].value, RRF_RT_REG_DWORD, &value, sizeof value))
            continue;
        if (value <= table[i].most)
            ((uint8_t *)settings)[table[i].offset] = (uint8_t)value;
    }
    settings->simd = settings->simd < most ? settings->simd : most;
}

/* Whether a tag is among the numbers at `list`, each after one separator; a 0 or `end` ends them. An alias goes with the tag
 * of its row. */
static BOOL lists(const WCHAR *list, WCHAR separator, WCHAR end, uint16_t tag)
{
    const struct codec *codec = codec_find(tag);

    while (*list && *list != end) {
        DWORD number = number_at(&list);

        if (number == tag || (codec && number == codec->tag))
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

    if (own)
        return lists(own, ' ', ',', tag);
    if (!registry_read(L"Disabled", RRF_RT_REG_MULTI_SZ, text, sizeof text))
        return FALSE;
    /* Strings one after another, an empty one at the end: as one list that spaces separate. */
    for (WCHAR *at = text; at[0] || at[1]; at++)
        *at = *at ? *at : ' ';
    return lists(text, ' ', ',', tag);
}
