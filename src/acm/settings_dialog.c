/* DRV_CONFIGURE: the dialog that edits settings.h's settings and the list of formats. */
#include "dialogs.h"
#include "settings.h"

enum { MAX_DISABLED = 64 };

struct settings_dialog {
    struct dialog dialog;
    BOOL applied; /* settings were stored since the dialog was opened */
};

/* Settings with a drop-down list. The texts of a list have consecutive numbers from `strings`. */
static const struct choice {
    WORD control, strings;
    uint8_t count, offset;
} choices[] = {
    { IDC_QUALITY, IDS_QUALITY, 3, offsetof(struct settings, quality) },
    { IDC_BIT_ORDER, IDS_BIT_ORDER, 3, offsetof(struct settings, bit_order) },
    { IDC_NIBBLE_ORDER, IDS_NIBBLE_ORDER, 2, offsetof(struct settings, nibble_order) },
};
enum { CHOICES = sizeof choices / sizeof *choices };

enum { DIRECTION_WIDTH = 54, TAGS_WIDTH = 82 }; /* columns, in dialog units */

static LRESULT send(const struct dialog *dialog, int control, UINT message, WPARAM first,
                    LPARAM second)
{
    return dialog->api.SendDlgItemMessageW(dialog->window, control, message, first, second);
}

static void set_cell(const struct dialog *dialog, int row, int column, const WCHAR *text)
{
    LVITEMW item = {
        .mask = LVIF_TEXT, .iItem = row, .iSubItem = column, .pszText = (WCHAR *)text
    };

    send(dialog, IDC_FORMATS, column ? LVM_SETITEMW : LVM_INSERTITEMW, 0, (LPARAM)&item);
}

static void insert_column(const struct dialog *dialog, int column, int width, UINT string)
{
    WCHAR text[STRING_ROOM];
    LVCOLUMNW head = { .mask = LVCF_TEXT | LVCF_WIDTH | LVCF_SUBITEM,
                       .cx = width,
                       .iSubItem = column,
                       .pszText = (WCHAR *)dialog_string(dialog, string, text) };

    send(dialog, IDC_FORMATS, LVM_INSERTCOLUMNW, (WPARAM)column, (LPARAM)&head);
}

static void insert_columns(const struct dialog *dialog)
{
    const DWORD style = LVS_EX_CHECKBOXES | LVS_EX_FULLROWSELECT | LVS_EX_LABELTIP;

    send(dialog, IDC_FORMATS, LVM_SETEXTENDEDLISTVIEWSTYLE, style, (LPARAM)style);
    insert_column(dialog, 0, 1, IDS_FORMAT);
    insert_column(dialog, 1, dialog_units_to_pixels(dialog, DIRECTION_WIDTH), IDS_DIRECTION);
    insert_column(dialog, 2, dialog_units_to_pixels(dialog, TAGS_WIDTH), IDS_TAGS);
}

/* The first column gets the width that the others and the scroll bar leave. */
static void fit_columns(const struct dialog *dialog)
{
    RECT area = { 0 };

    dialog->api.GetClientRect(dialog->api.GetDlgItem(dialog->window, IDC_FORMATS), &area);
    send(dialog, IDC_FORMATS, LVM_SETCOLUMNWIDTH, 0,
         area.right - dialog_units_to_pixels(dialog, DIRECTION_WIDTH) -
             dialog_units_to_pixels(dialog, TAGS_WIDTH));
}

static void insert_rows(const struct dialog *dialog)
{
    const struct codec *codec;
    WCHAR text[STRING_ROOM];

    for (int row = 0; (codec = codecs[row]) != 0; row++) {
        int n = 0;

        do
            text[n] = (WCHAR)codec->name[n];
        while (codec->name[n++]);
        set_cell(dialog, row, 0, text);
        set_cell(dialog, row, 1,
                 dialog_string(dialog, codec->encoder ? IDS_READ_WRITE : IDS_READ_ONLY, text));
        n = dialog->api.wsprintfW(text, L"0x%02X", codec->tags->tag);
        for (const struct tag *tag = codec->tags + 1; tag->tag && n + 8 < STRING_ROOM; tag++)
            n += dialog->api.wsprintfW(text + n, L", 0x%02X", tag->tag);
        set_cell(dialog, row, 2, text);
    }
}

static void set_row(const struct dialog *dialog, int row, BOOL on)
{
    LVITEMW item = { .stateMask = LVIS_STATEIMAGEMASK, .state = INDEXTOSTATEIMAGEMASK(on ? 2 : 1) };

    send(dialog, IDC_FORMATS, LVM_SETITEMSTATE, (WPARAM)row, (LPARAM)&item);
}

static BOOL is_on(const struct dialog *dialog, int row)
{
    return send(dialog, IDC_FORMATS, LVM_GETITEMSTATE, (WPARAM)row, LVIS_STATEIMAGEMASK) !=
           INDEXTOSTATEIMAGEMASK(1);
}

/* Enables Apply if the controls may differ from the stored settings. */
static void set_pending(const struct dialog *dialog, BOOL pending)
{
    const struct api *api = &dialog->api;

    if (!pending) /* a disabled button must not have the focus */
        api->SendMessageW(dialog->window, WM_NEXTDLGCTL,
                          (WPARAM)api->GetDlgItem(dialog->window, IDC_FORMATS), TRUE);
    api->EnableWindow(api->GetDlgItem(dialog->window, IDC_APPLY), pending);
}

static void show_settings(const struct dialog *dialog, const struct settings *settings)
{
    for (int i = 0; i < CHOICES; i++)
        send(dialog, choices[i].control, CB_SETCURSEL,
             ((const uint8_t *)settings)[choices[i].offset], 0);
    dialog->api.CheckDlgButton(dialog->window, IDC_DTX,
                               settings->dtx ? BST_CHECKED : BST_UNCHECKED);
}

/* The converter has no control, and stays as it is. */
static struct settings shown_settings(const struct dialog *dialog)
{
    struct settings settings;

    settings_read_stored(&settings);
    for (int i = 0; i < CHOICES; i++)
        ((uint8_t *)&settings)[choices[i].offset] =
            (uint8_t)send(dialog, choices[i].control, CB_GETCURSEL, 0, 0);
    settings.dtx = dialog->api.IsDlgButtonChecked(dialog->window, IDC_DTX) == BST_CHECKED;
    return settings;
}

static void start(struct dialog *dialog)
{
    LVITEMW item = { .stateMask = LVIS_FOCUSED | LVIS_SELECTED,
                     .state = LVIS_FOCUSED | LVIS_SELECTED };
    WCHAR text[STRING_ROOM];
    struct settings settings;

    for (int i = 0; i < CHOICES; i++)
        for (UINT n = 0; n < choices[i].count; n++)
            send(dialog, choices[i].control, CB_ADDSTRING, 0,
                 (LPARAM)dialog_string(dialog, choices[i].strings + n, text));
    insert_columns(dialog);
    insert_rows(dialog);
    fit_columns(dialog);
    settings_read_stored(&settings);
    for (int row = 0; codecs[row]; row++)
        set_row(dialog, row, !settings_disable(&settings, codecs[row]->tags->tag));
    send(dialog, IDC_FORMATS, LVM_SETITEMSTATE, 0, (LPARAM)&item);
    show_settings(dialog, &settings);
    set_pending(dialog, FALSE);
}

static void show_defaults(const struct dialog *dialog)
{
    for (int row = 0; codecs[row]; row++)
        set_row(dialog, row, TRUE);
    show_settings(dialog, &DEFAULT_SETTINGS);
    set_pending(dialog, TRUE);
}

/* Stores what the dialog shows. False, after a message, if that fails. */
static BOOL apply(struct dialog *dialog)
{
    const struct api *api = &dialog->api;
    struct settings settings = shown_settings(dialog);
    WCHAR text[STRING_ROOM], title[STRING_ROOM];
    uint16_t disabled[MAX_DISABLED + 1];
    int count = 0;

    if (!api->IsWindowEnabled(api->GetDlgItem(dialog->window, IDC_APPLY)))
        return TRUE;
    for (int row = 0; codecs[row] && count < MAX_DISABLED; row++)
        if (!is_on(dialog, row))
            disabled[count++] = codecs[row]->tags->tag;
    disabled[count] = 0;
    if (!settings_write(&settings, disabled)) {
        api->MessageBoxW(dialog->window, dialog_string(dialog, IDS_NOT_SAVED, text),
                         dialog_string(dialog, IDS_TITLE, title), MB_ICONERROR);
        return FALSE;
    }
    ((struct settings_dialog *)dialog)->applied = TRUE;
    set_pending(dialog, FALSE);
    return TRUE;
}

static void command(struct dialog *dialog, WORD control, WORD code)
{
    switch (control) {
    case IDOK:
        if (apply(dialog))
            dialog->api.EndDialog(dialog->window, DRVCNF_OK);
        break;
    case IDCANCEL:
        dialog->api.EndDialog(dialog->window, ((struct settings_dialog *)dialog)->applied
                                                  ? DRVCNF_OK
                                                  : DRVCNF_CANCEL);
        break;
    case IDC_APPLY:
        apply(dialog);
        break;
    case IDC_DEFAULTS:
        show_defaults(dialog);
        break;
    case IDC_ABOUT:
        about_dialog_show((LPARAM)dialog->window);
        break;
    case IDC_DTX:
        set_pending(dialog, TRUE);
        break;
    default:
        if (code == CBN_SELCHANGE)
            set_pending(dialog, TRUE);
    }
}

static void item_changed(struct dialog *dialog, const NMLISTVIEW *item)
{
    if (item->uChanged & LVIF_STATE && (item->uNewState ^ item->uOldState) & LVIS_STATEIMAGEMASK)
        set_pending(dialog, TRUE);
}

LRESULT settings_dialog_show(LPARAM parent)
{
    struct settings_dialog window = { .dialog = { .number = IDD_SETTINGS,
                                                  .start = start,
                                                  .command = command,
                                                  .item_changed = item_changed } };

    return parent == QUERY_ONLY ? DRVCNF_OK : dialog_show(&window.dialog, parent);
}
