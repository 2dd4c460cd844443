/* Opens the driver's dialogs as a control panel or a format chooser does, and reports how a tag is
 * offered: `configure`, `about`, `choose`, `ask`, or `tag NUMBER`. */
#include <stddef.h>
#include <stdlib.h>
#include <wchar.h>
#include "check.h"

/* The window of an application, as the parent of the dialogs. */
static HWND parent(void) { return CreateWindowW(L"STATIC", L"", WS_POPUP, 0, 0, 1, 1, 0, 0, 0, 0); }

static int ask(HACMDRIVERID id, HACMDRIVER driver)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };
    ICONINFO icon;

    CHECK(acmDriverMessage(driver, DRV_QUERYCONFIGURE, 0, 0) == 1);
    CHECK(acmDriverMessage(driver, DRV_CONFIGURE, -1, 0) == DRVCNF_OK);
    CHECK(acmDriverMessage(driver, ACMDM_BASE + 11, -1, 0) == MMSYSERR_NOERROR);
    test_end("there is a dialog and an about box");
    CHECK(acmDriverDetailsW(id, &details, 0) == 0 && details.hicon);
    CHECK(GetIconInfo(details.hicon, &icon) && icon.hbmColor);
    test_end("the driver details have an icon that can be drawn");
    details.cbStruct = offsetof(ACMDRIVERDETAILSW, hicon);
    details.hicon = 0;
    CHECK(acmDriverDetailsW(id, &details, 0) == 0 && !details.hicon);
    test_end("short driver details have no icon");
    return failures != 0;
}

static int choose(void)
{
    BYTE room[256] = { 0 };
    ACMFORMATCHOOSEW choice = { .cbStruct = sizeof choice,
                                .pwfx = (WAVEFORMATEX *)room,
                                .cbwfx = sizeof room,
                                .pszTitle = L"Choose a format",
                                .fdwStyle = ACMFORMATCHOOSE_STYLEF_INITTOWFXSTRUCT };
    WAVEFORMATEX wanted = { WAVE_FORMAT_ALAW, 1, 8000, 8000, 1, 8, 0 };

    memcpy(room, &wanted, sizeof wanted);
    choice.hwndOwner = parent();
    printf("%u\n", acmFormatChooseW(&choice));
    return 0;
}

/* Prints whether a tag has standard formats, whether PCM is suggested for the first of them, and
 * whether a stream opens from it to PCM that was suggested while the environment enabled all tags.
 */
static int tag(HACMDRIVER driver, DWORD number)
{
    ACMFORMATTAGDETAILSW details = { .cbStruct = sizeof details, .dwFormatTag = number };
    BYTE room[256] = { 0 };
    WAVEFORMATEX *format = (WAVEFORMATEX *)room;
    WAVEFORMATEX pcm = { .wFormatTag = WAVE_FORMAT_PCM }, suggestion = pcm;
    ACMFORMATDETAILSW line = {
        .cbStruct = sizeof line, .dwFormatTag = number, .pwfx = format, .cbwfx = sizeof room
    };
    MMRESULT possible, found, suggested, opened;
    HACMSTREAM stream;

    format->wFormatTag = (WORD)number;
    SetEnvironmentVariableW(L"OMNIACM_SETTINGS", L"disabled=");
    possible = acmFormatDetailsW(driver, &line, ACM_FORMATDETAILSF_INDEX);
    if (possible == 0)
        possible =
            acmFormatSuggest(driver, format, &pcm, sizeof pcm, ACM_FORMATSUGGESTF_WFORMATTAG);
    SetEnvironmentVariableW(L"OMNIACM_SETTINGS", 0);
    found = acmFormatTagDetailsW(driver, &details, ACM_FORMATTAGDETAILSF_FORMATTAG);
    suggested = acmFormatSuggest(driver, format, &suggestion, sizeof suggestion,
                                 ACM_FORMATSUGGESTF_WFORMATTAG);
    opened = acmStreamOpen(&stream, driver, format, &pcm, 0, 0, 0, ACM_STREAMOPENF_QUERY);
    printf("possible %d, listed %d, formats %s, suggested %d, opened %d\n", possible == 0,
           found == 0, details.cStandardFormats ? "some" : "none", suggested == 0, opened == 0);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    HACMDRIVERID id = 0;
    HACMDRIVER driver = 0;

    acmDriverEnum(find_driver, (DWORD_PTR)&id, 0);
    if (!id || acmDriverOpen(&driver, id, 0) != 0) {
        puts("the driver is not installed");
        return 2;
    }
    if (strcmp(what, "ask") == 0)
        return ask(id, driver);
    if (strcmp(what, "choose") == 0)
        return choose();
    if (strcmp(what, "tag") == 0)
        return tag(driver, strtoul(argc > 2 ? argv[2] : "0", 0, 0));
    printf("%ld\n", (long)acmDriverMessage(
                        driver, strcmp(what, "about") == 0 ? ACMDM_BASE + 11 : DRV_CONFIGURE,
                        (LPARAM)parent(), 0));
    acmDriverClose(driver, 0);
    return 0;
}
