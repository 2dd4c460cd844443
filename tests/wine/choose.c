/* The format choosers. `choose lists` fills the lists of acmFormatChoose and of VirtualDub without
 * a window, and checks that each name and each line can be chosen. `choose dialog` chooses them in
 * the real dialog, and `choose dialog some` at most three lines of each name. The dialog is
 * operated by messages from a timer, which its own message loop dispatches when it is ready, so
 * that the test does not depend on the speed of the machine. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include "check.h"
#include <msacmdlg.h>

enum {
    NAMES = 128,
    LINES = 256,
    NAME_ROOM = ACMFORMATTAGDETAILS_FORMATTAG_CHARS,
    TEXT_ROOM = ACMFORMATDETAILS_FORMAT_CHARS + 32,
    FORMAT_ROOM = 2048 /* bytes */
};

/* The names in a chooser, and the lines of each. */
static struct name {
    WCHAR text[NAME_ROOM];
    DWORD count;
    WCHAR lines[LINES][TEXT_ROOM];
} names[NAMES];
static DWORD name_count;

/* Details of the format in line `line` of a tag, as acmFormatChoose asks for them. */
static MMRESULT details_at(HACMDRIVERID id, DWORD tag, DWORD line, ACMFORMATDETAILSW *details)
{
    HACMDRIVER driver;
    MMRESULT result = acmDriverOpen(&driver, id, 0);

    if (result)
        return result;
    details->cbStruct = sizeof *details;
    details->dwFormatTag = tag;
    details->dwFormatIndex = line;
    details->fdwSupport = 0;
    result = acmFormatDetailsW(driver, details, ACM_FORMATDETAILSF_INDEX);
    acmDriverClose(driver, 0);
    return result;
}

/* The answer of Wine's chooser for a line of a name: that of the last tag with this name. */
struct choice {
    const WCHAR *name;
    DWORD line, tags;
    MMRESULT result;
    ACMFORMATDETAILSW details;
};

static BOOL CALLBACK ask_tag(HACMDRIVERID id, ACMFORMATTAGDETAILSW *tag, DWORD_PTR choice,
                             DWORD support)
{
    struct choice *asked = (struct choice *)choice;

    (void)support;
    if (wcscmp(tag->szFormatTag, asked->name) != 0)
        return TRUE;
    asked->tags++;
    asked->result = details_at(id, tag->dwFormatTag, asked->line, &asked->details);
    return TRUE;
}

static struct choice chosen(const WCHAR *name, DWORD line, BYTE format[FORMAT_ROOM])
{
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    struct choice choice = { .name = name,
                             .line = line,
                             .result = MMSYSERR_ERROR,
                             .details = { .pwfx = (WAVEFORMATEX *)format, .cbwfx = FORMAT_ROOM } };

    memset(format, 0, FORMAT_ROOM);
    CHECK(acmFormatTagEnumW(0, &tag, ask_tag, (DWORD_PTR)&choice, 0) == 0);
    return choice;
}

/* ---- Without a window */

/* Adds a tag that has formats, as acmFormatChoose does. */
static BOOL CALLBACK add_name(HACMDRIVERID id, ACMFORMATTAGDETAILSW *tag, DWORD_PTR unused,
                              DWORD support)
{
    struct name *name = &names[name_count];
    BYTE format[FORMAT_ROOM];
    ACMFORMATDETAILSW details = { .pwfx = (WAVEFORMATEX *)format, .cbwfx = sizeof format };

    (void)unused, (void)support;
    if (tag->cStandardFormats == 0)
        return TRUE;
    CHECK(name_count < NAMES - 1 && tag->cStandardFormats <= LINES);
    wcscpy(name->text, tag->szFormatTag);
    for (name->count = 0; name->count < tag->cStandardFormats && name->count < LINES;
         name->count++) {
        CHECK(details_at(id, tag->dwFormatTag, name->count, &details) == 0);
        wcscpy(name->lines[name->count], details.szFormat);
    }
    name_count += name_count < NAMES - 1;
    return TRUE;
}

/* No name and no line is empty or occurs twice. */
static void check_lists(const char *test)
{
    for (DWORD i = 0; i < name_count; i++) {
        CHECK(names[i].text[0] && names[i].count != 0);
        for (DWORD earlier = 0; earlier < i; earlier++)
            CHECK(wcscmp(names[i].text, names[earlier].text) != 0);
        for (DWORD line = 0; line < names[i].count; line++) {
            CHECK(names[i].lines[line][0]);
            for (DWORD earlier = 0; earlier < line; earlier++)
                CHECK(wcscmp(names[i].lines[line], names[i].lines[earlier]) != 0);
        }
        if (failed_line)
            printf("# in the lines of %ls\n", names[i].text);
        test_end(test);
    }
}

static void check_choices(void)
{
    BYTE format[FORMAT_ROOM];

    for (DWORD i = 0; i < name_count; i++) {
        for (DWORD line = 0; line < names[i].count; line++) {
            struct choice choice = chosen(names[i].text, line, format);

            CHECK(choice.result == 0 && wcscmp(choice.details.szFormat, names[i].lines[line]) == 0);
            CHECK(choice.tags == 1);
        }
        if (failed_line)
            printf("# a line of %ls cannot be chosen\n", names[i].text);
        test_end("lists: every line can be chosen");
    }
}

static BOOL CALLBACK count_format(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR count,
                                  DWORD support)
{
    (void)id, (void)details, (void)support;
    ++*(DWORD *)count;
    return TRUE;
}

/* A tag for the formats of other tags, and how many of them are encoded and decoded with it. */
struct alias {
    HACMDRIVER driver;
    WORD tag;
    DWORD encoded, decoded;
};

static BOOL CALLBACK try_alias(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR alias,
                               DWORD support)
{
    struct alias *tried = (struct alias *)alias;
    BYTE room[FORMAT_ROOM] = { 0 };
    WAVEFORMATEX *format = (WAVEFORMATEX *)room, pcm;

    (void)id, (void)support;
    if (is_pcm(details->dwFormatTag))
        return TRUE;
    memcpy(room, details->pwfx, sizeof *format + details->pwfx->cbSize);
    format->wFormatTag = tried->tag;
    pcm = pcm_like(format);
    tried->encoded += acmStreamOpen(0, tried->driver, &pcm, format, 0, 0, 0,
                                    ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR;
    tried->decoded += acmStreamOpen(0, tried->driver, format, &pcm, 0, 0, 0,
                                    ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR;
    return TRUE;
}

/* True if the tag lists no format because it is another tag of formats that are only decoded: the
 * driver decodes formats of the other tag under this one, and encodes none. */
static BOOL is_only_decoded(HACMDRIVER driver, WORD tag)
{
    BYTE room[FORMAT_ROOM] = { 0 };
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    struct alias alias = { .driver = driver, .tag = tag };

    CHECK(acmFormatEnumW(driver, &details, try_alias, (DWORD_PTR)&alias, 0) == 0);
    return alias.decoded != 0 && alias.encoded == 0;
}

/* VirtualDub lists every tag but PCM of a driver, and the driver's suggestion for its source if no
 * listed format has the source's rate, channels and bits. */
static BOOL CALLBACK check_virtualdub(HACMDRIVERID id, ACMFORMATTAGDETAILSW *tag, DWORD_PTR driver,
                                      DWORD support)
{
    static const DWORD rates[] = { 8000, 16000, 11025 };
    HACMDRIVER had = (HACMDRIVER)driver;
    struct name *name = &names[name_count];
    BYTE room[FORMAT_ROOM] = { 0 };
    WAVEFORMATEX *format = (WAVEFORMATEX *)room;
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = format,
                                  .cbwfx = sizeof room,
                                  .dwFormatTag = tag->dwFormatTag };
    ACMFORMATTAGDETAILSW again = { .cbStruct = sizeof again, .dwFormatTag = tag->dwFormatTag };
    BOOL compressed = tag->dwFormatTag != WAVE_FORMAT_IEEE_FLOAT &&
                      tag->dwFormatTag != WAVE_FORMAT_EXTENSIBLE,
         suggested = FALSE;

    (void)id, (void)support;
    CHECK(acmFormatTagDetailsW(had, &again, ACM_FORMATTAGDETAILSF_FORMATTAG) == 0 &&
          wcscmp(again.szFormatTag, tag->szFormatTag) == 0);
    if (tag->dwFormatTag == WAVE_FORMAT_PCM)
        return TRUE;
    wcscpy(name->text, tag->szFormatTag);
    for (DWORD i = 0; i < name_count; i++)
        CHECK(wcscmp(names[i].text, name->text) != 0);
    CHECK(name->text[0]);
    format->wFormatTag = (WORD)tag->dwFormatTag;
    name->count = 0;
    CHECK(acmFormatEnumW(had, &details, count_format, (DWORD_PTR)&name->count,
                         ACM_FORMATENUMF_WFORMATTAG) == 0);
    CHECK(name->count == tag->cStandardFormats);
    for (size_t i = 0; i < 3 && compressed && !suggested; i++) {
        WAVEFORMATEX source = { WAVE_FORMAT_PCM, 1, rates[i], 2 * rates[i], 2, 16, 0 };

        memset(room, 0, sizeof room);
        details.fdwSupport = 0;
        *format = source;
        format->wFormatTag = (WORD)tag->dwFormatTag;
        suggested =
            acmFormatSuggest(had, &source, format, sizeof room,
                             ACM_FORMATSUGGESTF_NCHANNELS | ACM_FORMATSUGGESTF_NSAMPLESPERSEC |
                                 ACM_FORMATSUGGESTF_WFORMATTAG) == 0 &&
            acmFormatDetailsW(had, &details, ACM_FORMATDETAILSF_FORMAT) == 0 &&
            acmStreamOpen(0, had, &source, format, 0, 0, 0, ACM_STREAMOPENF_QUERY) == 0;
    }
    CHECK(name->count != 0 || suggested || is_only_decoded(had, (WORD)tag->dwFormatTag));
    if (failed_line)
        printf("# tag %04lX, %ls\n", tag->dwFormatTag, tag->szFormatTag);
    test_end("VirtualDub: the tag has a name of its own, and a format");
    name_count += name_count < NAMES - 1;
    return TRUE;
}

static void lists(HACMDRIVERID ours)
{
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    HACMDRIVER driver = 0;

    CHECK(acmFormatTagEnumW(0, &tag, add_name, 0, 0) == 0);
    CHECK(name_count > 1);
    test_end("lists: there are formats");
    check_lists("lists: a name, and lines, of which none is empty or double");
    check_choices();
    name_count = 0;
    CHECK(acmDriverOpen(&driver, ours, 0) == 0);
    CHECK(acmFormatTagEnumW(driver, &tag, check_virtualdub, (DWORD_PTR)driver, 0) == 0);
    CHECK(acmDriverClose(driver, 0) == 0);
    test_end("VirtualDub: all tags are listed");
}

/* ---- The dialog */

/* The line to be chosen in the dialog. Without a name, the dialog is read and canceled. */
static const WCHAR *wanted_name;
static DWORD wanted_line;
static HWND dialog;
static HHOOK hook;

static HWND control(int id) { return GetDlgItem(dialog, id); }

static void select_line(int id, DWORD line)
{
    CHECK(SendMessageW(control(id), CB_SETCURSEL, line, 0) == (LRESULT)line);
    SendMessageW(dialog, WM_COMMAND, MAKEWPARAM(id, CBN_SELCHANGE), (LPARAM)control(id));
}

static DWORD count_lines(int id) { return (DWORD)SendMessageW(control(id), CB_GETCOUNT, 0, 0); }

static void read_line(int id, DWORD line, WCHAR *text, int room)
{
    LRESULT length = SendMessageW(control(id), CB_GETLBTEXTLEN, line, 0);

    CHECK(length >= 0 && length < room);
    text[0] = 0;
    if (length >= 0 && length < room)
        SendMessageW(control(id), CB_GETLBTEXT, line, (LPARAM)text);
}

static void read_dialog(void)
{
    name_count = count_lines(IDD_ACMFORMATCHOOSE_CMB_FORMATTAG);
    CHECK(name_count > 1 && name_count < NAMES);
    for (DWORD i = 0; i < name_count && i < NAMES; i++) {
        read_line(IDD_ACMFORMATCHOOSE_CMB_FORMATTAG, i, names[i].text, NAME_ROOM);
        select_line(IDD_ACMFORMATCHOOSE_CMB_FORMATTAG, i);
        names[i].count = count_lines(IDD_ACMFORMATCHOOSE_CMB_FORMAT);
        CHECK(names[i].count <= LINES);
        for (DWORD line = 0; line < names[i].count && line < LINES; line++)
            read_line(IDD_ACMFORMATCHOOSE_CMB_FORMAT, line, names[i].lines[line], TEXT_ROOM);
    }
}

/* Runs once in the dialog's message loop. */
static void CALLBACK operate(HWND window, UINT message, UINT_PTR id, DWORD time)
{
    DWORD name = 0;

    (void)message, (void)time;
    KillTimer(window, id);
    if (!wanted_name) {
        read_dialog();
        PostMessageW(window, WM_COMMAND, IDCANCEL, 0);
        return;
    }
    while (name < name_count && names[name].text != wanted_name)
        name++;
    select_line(IDD_ACMFORMATCHOOSE_CMB_FORMATTAG, name);
    select_line(IDD_ACMFORMATCHOOSE_CMB_FORMAT, wanted_line);
    PostMessageW(window, WM_COMMAND, IDOK, 0);
}

/* Starts the timer when the dialog is created. */
static LRESULT CALLBACK window_created(int code, WPARAM window, LPARAM parameter)
{
    WCHAR class[16];

    if (code == HCBT_CREATEWND && !dialog && GetClassNameW((HWND)window, class, 16) &&
        wcscmp(class, L"#32770") == 0) {
        dialog = (HWND)window;
        SetTimer(dialog, 1, USER_TIMER_MINIMUM, operate);
    }
    return CallNextHookEx(hook, code, window, parameter);
}

/* Shows the dialog, and chooses a line of a name or cancels. */
static MMRESULT choose(const WCHAR *name, DWORD line, BYTE format[FORMAT_ROOM],
                       ACMFORMATCHOOSEW *choice)
{
    *choice = (ACMFORMATCHOOSEW){ .cbStruct = sizeof *choice,
                                  .pwfx = (WAVEFORMATEX *)format,
                                  .cbwfx = FORMAT_ROOM };
    memset(format, 0, FORMAT_ROOM);
    wanted_name = name;
    wanted_line = line;
    dialog = 0;
    return acmFormatChooseW(choice);
}

/* True for the first line, the last one, and one between, which differs from name to name. */
static BOOL is_sample(DWORD name, DWORD line)
{
    DWORD last = names[name].count - 1;

    return line == 0 || line == last || line == 1 + name % (last ? last : 1);
}

static void dialogs(BOOL all)
{
    static BYTE format[FORMAT_ROOM], expected[FORMAT_ROOM];
    ACMFORMATCHOOSEW choice;

    hook = SetWindowsHookExW(WH_CBT, window_created, 0, GetCurrentThreadId());
    CHECK(hook);
    CHECK(choose(0, 0, format, &choice) == ACMERR_CANCELED);
    test_end("dialog: it opens, and can be canceled");
    check_lists("dialog: a name, and lines, of which none is empty or double");
    for (DWORD i = 0; i < name_count; i++) {
        for (DWORD line = 0; line < names[i].count; line++) {
            if (!all && !is_sample(i, line))
                continue;
            CHECK(choose(names[i].text, line, format, &choice) == 0);

            struct choice known = chosen(names[i].text, line, expected);

            CHECK(known.result == 0 && memcmp(format, expected, sizeof format) == 0);
            CHECK(wcsncmp(names[i].lines[line], known.details.szFormat,
                          wcslen(known.details.szFormat)) == 0);
        }
        if (failed_line)
            printf("# a line of %ls cannot be chosen\n", names[i].text);
        test_end("dialog: every line of the name can be chosen");
    }
    CHECK(UnhookWindowsHookEx(hook));
}

/* Keeps a driver loaded: the choosers open every driver for every line, and loading it takes longer
 * than all that it is asked. */
static BOOL CALLBACK keep_open(HACMDRIVERID id, DWORD_PTR unused, DWORD support)
{
    HACMDRIVER driver;

    (void)unused, (void)support;
    CHECK(acmDriverOpen(&driver, id, 0) == 0);
    return TRUE;
}

int main(int argc, char **argv)
{
    HACMDRIVERID ours = 0;
    DWORD lines = 0;

    acmDriverEnum(find_driver, (DWORD_PTR)&ours, 0);
    CHECK(ours);
    CHECK(acmDriverEnum(keep_open, 0, 0) == 0);
    test_end("the installed driver is found");
    if (argc >= 2 && strcmp(argv[1], "dialog") == 0) {
        dialogs(argc == 2);
        for (DWORD i = 0; i < name_count; i++)
            lines += names[i].count;
        printf("# %lu names, %lu lines\n", name_count, lines);
    } else if (ours) {
        lists(ours);
    }
    return tests_end();
}
