/* ACMDM_DRIVER_ABOUT: what this is, and the driver's icon. */
#include "dialog.h"
#include "codec.h"
#include "version.h"

struct about {
    struct dialog dialog;
    HICON icon;
    HFONT font;
};

/* The dialog's own font, larger and bold. */
static HFONT title_font(const struct dialog *dialog)
{
    LOGFONTW font;

    if (!dialog->calls.GetObjectW(
            (HFONT)dialog->calls.SendMessageW(dialog->window, WM_GETFONT, 0, 0), sizeof font,
            &font))
        return 0;
    font.lfHeight = font.lfHeight * 7 / 4;
    font.lfWeight = FW_BOLD;
    return dialog->calls.CreateFontIndirectW(&font);
}

static void start(struct dialog *dialog)
{
    struct about *about = (struct about *)dialog;
    const struct calls *to = &dialog->calls;
    WCHAR pattern[WORDING_ROOM], text[2 * WORDING_ROOM];
    int width = dialog_across(dialog, 32), count = 0;

    while (codecs[count])
        count++;
    about->icon =
        to->LoadImageW(dialog->self, MAKEINTRESOURCEW(DRIVER_ICON), IMAGE_ICON, width, width, 0);
    about->font = title_font(dialog);
    to->SendDlgItemMessageW(dialog->window, PICTURE, STM_SETICON, (WPARAM)about->icon, 0);
    if (about->font)
        to->SendDlgItemMessageW(dialog->window, TITLE, WM_SETFONT, (WPARAM)about->font, FALSE);
    to->wsprintfW(text, dialog_wording(dialog, WORDS_VERSION, pattern), VERSION_MAJOR,
                  VERSION_MINOR, VERSION_PATCH, (int)(8 * sizeof(void *)), count);
    to->SetDlgItemTextW(dialog->window, VERSION_LINE, text);
}

static void command(struct dialog *dialog, WORD control, WORD code)
{
    struct about *about = (struct about *)dialog;

    (void)code;
    if (control != IDOK && control != IDCANCEL)
        return;
    dialog->calls.EndDialog(dialog->window, IDOK);
    dialog->calls.DestroyIcon(about->icon);
    dialog->calls.DeleteObject(about->font);
}

LRESULT about_show(LPARAM parent)
{
    struct about about = { .dialog = {
                               .number = ABOUT_DIALOG, .start = start, .command = command } };

    return parent == IS_THERE_ONE || dialog_show(&about.dialog, parent) ? MMSYSERR_NOERROR
                                                                        : MMSYSERR_NOTSUPPORTED;
}
