#include <string.h>
#include "settings.h"
#include "dsp.h"
#include "loader.h"
#include "names.h"

static const struct setting {
    const char *name;   /* in OMNIACM_SETTINGS */
    const WCHAR *value; /* in the registry; null if the setting is never stored */
    uint8_t largest;
    uint8_t offset;
} table[] = {
    { "quality", L"Quality", 2, offsetof(struct settings, quality) },
    { "bitorder", L"BitOrder", 2, offsetof(struct settings, bit_order) },
    { "nibbleorder", L"NibbleOrder", 1, offsetof(struct settings, nibble_order) },
    { "dtx", L"Dtx", 1, offsetof(struct settings, dtx) },
    { "converter", L"Converter", 2, offsetof(struct settings, converter) },
    { "simd", 0, 2, offsetof(struct settings, simd) },
    { "interpolation", 0, 1, offsetof(struct settings, interpolation) },
    { "postfilter", 0, 1, offsetof(struct settings, postfilter) },
};

/* The user's stored settings. Most users have none, so the key may be missing. It is opened when
 * the first value is read. */
struct stored {
    LSTATUS(WINAPI *open)(HKEY, const WCHAR *, DWORD, REGSAM, HKEY *);
    LSTATUS(WINAPI *get)(HKEY, const WCHAR *, const WCHAR *, DWORD, DWORD *, void *, DWORD *);
    LSTATUS(WINAPI *close)(HKEY);
    HMODULE loaded;
    HKEY key;
    BOOL tried;
};

static BOOL load_readers(struct stored *stored, HMODULE module)
{
    return load_function(module, "RegOpenKeyExW", &stored->open) &&
           load_function(module, "RegGetValueW", &stored->get) &&
           load_function(module, "RegCloseKey", &stored->close);
}

/* kernel32 exports the functions since Windows 7. Older systems have them in advapi32 only, which
 * need not be loaded yet. */
static HKEY stored_open(struct stored *stored)
{
    HKEY opened;

    if (!load_readers(stored, GetModuleHandleW(L"kernel32.dll"))) {
        stored->loaded = LoadLibraryW(L"advapi32.dll");
        if (!load_readers(stored, stored->loaded))
            return 0;
    }
    if (stored->open(HKEY_CURRENT_USER, SETTINGS_KEY, 0, KEY_QUERY_VALUE, &opened) != ERROR_SUCCESS)
        return 0;
    return opened;
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

/* The value of a digit in bases up to 16; 16 or more if the character is not a digit. */
static DWORD digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - (DWORD)'0';
    return (DWORD)((c | 0x20) - 'a') + 10;
}

/* Reads a number, decimal or hexadecimal with 0x, and moves *text behind it. */
static DWORD number_at(const WCHAR **text)
{
    DWORD number = 0, base = 10;

    if ((*text)[0] == '0' && ((*text)[1] | 0x20) == 'x') {
        *text += 2;
        base = 16;
    }
    for (; digit_of(**text) < base; ++*text)
        number = number * base + digit_of(**text);
    return number;
}

/* Finds the value of `name` in a list of the form "a=1,b=2"; null if the name is missing. */
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

/* OMNIACM_SETTINGS; an empty text if it is missing or too long. */
static const WCHAR *environment(WCHAR text[TEXT_ROOM])
{
    DWORD n = GetEnvironmentVariableW(SETTINGS_VARIABLE, text, TEXT_ROOM);

    text[n < TEXT_ROOM ? n : 0] = 0;
    return text;
}

/* The best instruction set that the processor has, as a value of settings.simd. */
static uint8_t best_simd(void)
{
    enum { AVX2 = 40 }; /* PF_AVX2_INSTRUCTIONS_AVAILABLE, which older headers lack */

    if (IsProcessorFeaturePresent(AVX2))
        return 2;
    return IsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE) ? 1 : 0;
}

/* Reads the disabled tags as a list with spaces between them. In the text they end at a comma. In
 * the registry they are a sequence of strings that ends with an empty one. */
static void read_disabled(WCHAR list[TEXT_ROOM], const WCHAR *text, struct stored *stored)
{
    const WCHAR *found = find(text, "disabled");

    if (found) {
        while (*found && *found != ',')
            *list++ = *found++;
        *list = 0;
    } else if (stored_read(stored, L"Disabled", RRF_RT_REG_MULTI_SZ, list,
                           TEXT_ROOM * sizeof *list)) {
        for (; list[0] || list[1]; list++)
            *list = *list ? *list : ' ';
    } else {
        *list = 0; /* an attempt may have written a part */
    }
}

/* Reads the environment's text and, for what is missing there, the registry. */
static void read(struct settings *settings, const WCHAR *text)
{
    uint8_t best = best_simd();
    struct stored stored = { 0 };

    *settings = DEFAULT_SETTINGS;
    settings->simd = best;
    read_disabled(settings->disabled, text, &stored);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const WCHAR *found = find(text, table[i].name);
        DWORD value;

        if (found)
            value = number_at(&found);
        else if (!table[i].value ||
                 !stored_read(&stored, table[i].value, RRF_RT_REG_DWORD, &value, sizeof value))
            continue;
        if (value <= table[i].largest)
            ((uint8_t *)settings)[table[i].offset] = (uint8_t)value;
    }
    stored_close(&stored);
    settings->simd = settings->simd < best ? settings->simd : best;
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
    options.quirks |= settings->postfilter ? 0 : QUIRK_NO_POSTFILTER;
    return options;
}

/* True if the numbers at `list` include the tag, or the first tag of its codec. */
static BOOL lists(const WCHAR *list, uint16_t tag)
{
    const struct codec *codec = codec_find(tag);

    while (*list) {
        DWORD number = number_at(&list);

        if (number == tag || (codec && number == codec->tags->tag))
            return TRUE;
        while (*list && *list != ' ')
            list++;
        list += *list == ' ';
    }
    return FALSE;
}

BOOL settings_disable(const struct settings *settings, uint16_t tag)
{
    return lists(settings->disabled, tag);
}

BOOL tag_is_disabled(uint16_t tag)
{
    WCHAR text[TEXT_ROOM], list[TEXT_ROOM];
    struct stored stored = { 0 };

    read_disabled(list, environment(text), &stored);
    stored_close(&stored);
    return lists(list, tag);
}

/* The host's own converter, which comes after this driver in Wine, has 8 and 16 bits, mono and
 * stereo, and samples that programs may expect: Wine's tests assert those of Windows, at one rate,
 * and of 8 bits between rates. */
static BOOL has_host_converter(const WAVEFORMATEX *from, const WAVEFORMATEX *to)
{
    WORD most = from->nSamplesPerSec == to->nSamplesPerSec ? 16 : 8;

    return from->wFormatTag == WAVE_FORMAT_PCM && to->wFormatTag == WAVE_FORMAT_PCM &&
           from->nChannels <= 2 && to->nChannels <= 2 && from->wBitsPerSample <= most &&
           to->wBitsPerSample <= most;
}

BOOL settings_convert_pcm(const struct settings *settings, const WAVEFORMATEX *from,
                          const WAVEFORMATEX *to)
{
    return settings->converter >= (has_host_converter(from, to) ? 2 : 1);
}

BOOL settings_unwrap_pcm(const struct settings *settings, const WAVEFORMATEX *format)
{
    return format->wFormatTag != WAVE_FORMAT_PCM && settings_convert_pcm(settings, format, format);
}

/* Only the dialog writes. */
struct registry {
    __typeof__(&RegCreateKeyExW) create;
    __typeof__(&RegSetValueExW) set;
    __typeof__(&RegDeleteValueW) delete;
    __typeof__(&RegCloseKey) close;
};

static BOOL load_writers(struct registry *registry, HMODULE module)
{
    return load_function(module, "RegCreateKeyExW", &registry->create) &&
           load_function(module, "RegSetValueExW", &registry->set) &&
           load_function(module, "RegDeleteValueW", &registry->delete) &&
           load_function(module, "RegCloseKey", &registry->close);
}

/* Writes a value, or deletes it if its size is 0. */
static BOOL store(const struct registry *registry, HKEY at, const WCHAR *value, DWORD type,
                  const void *data, DWORD size)
{
    LSTATUS status =
        size ? registry->set(at, value, 0, type, data, size) : registry->delete (at, value);

    return status == ERROR_SUCCESS || (!size && status == ERROR_FILE_NOT_FOUND);
}

/* Writes tags as a REG_MULTI_SZ: "0x0031", 0, "0x0022", 0, 0. Returns its size in bytes, or 0 if
 * there are no tags. */
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

BOOL settings_write(const struct settings *settings, const uint16_t *disabled)
{
    HMODULE module = LoadLibraryW(L"advapi32.dll");
    struct settings standard = DEFAULT_SETTINGS;
    struct registry registry;
    WCHAR text[TEXT_ROOM];
    BOOL written = FALSE;
    HKEY at;

    if (load_writers(&registry, module) &&
        registry.create(HKEY_CURRENT_USER, SETTINGS_KEY, 0, 0, 0, KEY_SET_VALUE, 0, &at, 0) ==
            ERROR_SUCCESS) {
        written = store(&registry, at, L"Disabled", REG_MULTI_SZ, text, put_tags(text, disabled));
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
