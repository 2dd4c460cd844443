/* ACMDM_DRIVER_ABOUT: the about box. */
#include "dialogs.h"
#include "codec.h"
#include "version.h"

struct about {
    struct dialog dialog;
    HICON icon;
    HFONT font;
};

/* The dialog's font, larger and bold; null if it cannot be created. */
static HFONT title_font(const struct dialog *dialog)
{
    LOGFONTW font;

    if (!dialog->api.GetObjectW((HFONT)dialog->api.SendMessageW(dialog->window, WM_GETFONT, 0, 0),
                                sizeof font, &font))
        return 0;
    font.lfHeight = font.lfHeight * 7 / 4;
    font.lfWeight = FW_BOLD;
    return dialog->api.CreateFontIndirectW(&font);
}

static void start(struct dialog *dialog)
{
    struct about *about = (struct about *)dialog;
    const struct api *api = &dialog->api;
    WCHAR format[STRING_ROOM], text[2 * STRING_ROOM];
    int width = dialog_units_to_pixels(dialog, 32);
    int count = 0;

    while (codecs[count])
        count++;
    about->icon =
        api->LoadImageW(dialog->self, MAKEINTRESOURCEW(IDI_DRIVER), IMAGE_ICON, width, width, 0);
    about->font = title_font(dialog);
    api->SendDlgItemMessageW(dialog->window, IDC_PICTURE, STM_SETICON, (WPARAM)about->icon, 0);
    if (about->font)
        api->SendDlgItemMessageW(dialog->window, IDC_TITLE, WM_SETFONT, (WPARAM)about->font, FALSE);
    api->wsprintfW(text, dialog_string(dialog, IDS_VERSION, format), VERSION_MAJOR, VERSION_MINOR,
                   VERSION_PATCH, (int)(8 * sizeof(void *)), count);
    api->SetDlgItemTextW(dialog->window, IDC_VERSION, text);
}

static void command(struct dialog *dialog, WORD control, WORD code)
{
    struct about *about = (struct about *)dialog;

    (void)code;
    if (control != IDOK && control != IDCANCEL)
        return;
    dialog->api.EndDialog(dialog->window, IDOK);
    dialog->api.DestroyIcon(about->icon);
    dialog->api.DeleteObject(about->font);
}

LRESULT about_dialog_show(LPARAM parent)
{
    struct about about = { .dialog = { .number = IDD_ABOUT, .start = start, .command = command } };

    return parent == QUERY_ONLY || dialog_show(&about.dialog, parent) ? MMSYSERR_NOERROR
                                                                      : MMSYSERR_NOTSUPPORTED;
}
