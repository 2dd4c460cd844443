/* DRV_CONFIGURE: the formats on or off, and the settings of settings.h. */
#include "dialog.h"
#include "settings.h"

enum { ROWS_MOST = 64 }; /* codecs that a list of what is off has room for */

struct config {
    struct dialog dialog;
    BOOL written; /* something was, since the dialog opened */
};

/* A setting with a drop-down list: its words follow one another in the string table. */
static const struct choice {
    WORD control, words;
    uint8_t count, offset;
} choices[] = {
    { QUALITY, WORDS_QUALITY, 3, offsetof(struct settings, quality) },
    { BIT_ORDER, WORDS_BIT_ORDER, 3, offsetof(struct settings, bit_order) },
    { NIBBLE_ORDER, WORDS_NIBBLE_ORDER, 2, offsetof(struct settings, nibble_order) },
};
enum { CHOICES = sizeof choices / sizeof *choices };

static LRESULT tell(const struct dialog *dialog, int control, UINT message, WPARAM first,
                    LPARAM second)
{
    return dialog->calls.SendDlgItemMessageW(dialog->window, control, message, first, second);
}

static void put_cell(const struct dialog *dialog, int row, int column, const WCHAR *text)
{
    LVITEMW item = {
        .mask = LVIF_TEXT, .iItem = row, .iSubItem = column, .pszText = (WCHAR *)text
    };

    tell(dialog, FORMATS, column ? LVM_SETITEMW : LVM_INSERTITEMW, 0, (LPARAM)&item);
}

static void put_column(const struct dialog *dialog, int column, int width, UINT words)
{
    WCHAR text[WORDING_ROOM];
    LVCOLUMNW head = { .mask = LVCF_TEXT | LVCF_WIDTH | LVCF_SUBITEM,
                       .cx = width,
                       .iSubItem = column,
                       .pszText = (WCHAR *)dialog_wording(dialog, words, text) };

    tell(dialog, FORMATS, LVM_INSERTCOLUMNW, (WPARAM)column, (LPARAM)&head);
}

static void put_columns(const struct dialog *dialog)
{
    const DWORD style = LVS_EX_CHECKBOXES | LVS_EX_FULLROWSELECT | LVS_EX_LABELTIP;

    tell(dialog, FORMATS, LVM_SETEXTENDEDLISTVIEWSTYLE, style, (LPARAM)style);
    put_column(dialog, 0, 1, WORDS_FORMAT);
    put_column(dialog, 1, dialog_across(dialog, 54), WORDS_DIRECTIONS);
    put_column(dialog, 2, dialog_across(dialog, 82), WORDS_TAGS);
}

/* The first column gets what the others, and a scroll bar where there is one, leave. */
static void fit_columns(const struct dialog *dialog)
{
    RECT area = { 0 };

    dialog->calls.GetClientRect(dialog->calls.GetDlgItem(dialog->window, FORMATS), &area);
    tell(dialog, FORMATS, LVM_SETCOLUMNWIDTH, 0,
         area.right - dialog_across(dialog, 54) - dialog_across(dialog, 82));
}

static void put_rows(const struct dialog *dialog)
{
    const struct codec *codec;
    WCHAR text[WORDING_ROOM];

    for (int row = 0; (codec = codecs[row]) != 0; row++) {
        int n = 0;

        do
            text[n] = (WCHAR)codec->name[n];
        while (codec->name[n++]);
        put_cell(dialog, row, 0, text);
        put_cell(dialog, row, 1,
                 dialog_wording(dialog, codec->encoder ? WORDS_BOTH_WAYS : WORDS_READ_ONLY, text));
        n = dialog->calls.wsprintfW(text, L"0x%02X", codec->tags->tag);
        for (const struct tag *tag = codec->tags + 1; tag->tag && n + 8 < WORDING_ROOM; tag++)
            n += dialog->calls.wsprintfW(text + n, L", 0x%02X", tag->tag);
        put_cell(dialog, row, 2, text);
    }
}

static void set_row(const struct dialog *dialog, int row, BOOL on)
{
    LVITEMW item = { .stateMask = LVIS_STATEIMAGEMASK, .state = INDEXTOSTATEIMAGEMASK(on ? 2 : 1) };

    tell(dialog, FORMATS, LVM_SETITEMSTATE, (WPARAM)row, (LPARAM)&item);
}

static BOOL is_on(const struct dialog *dialog, int row)
{
    return tell(dialog, FORMATS, LVM_GETITEMSTATE, (WPARAM)row, LVIS_STATEIMAGEMASK) !=
           INDEXTOSTATEIMAGEMASK(1);
}

/* To apply or not: what was stored is what is shown, or may not be. */
static void set_pending(const struct dialog *dialog, BOOL pending)
{
    const struct calls *to = &dialog->calls;

    if (!pending) /* not to leave the keyboard with a button that is about to be disabled */
        to->SendMessageW(dialog->window, WM_NEXTDLGCTL,
                         (WPARAM)to->GetDlgItem(dialog->window, FORMATS), TRUE);
    to->EnableWindow(to->GetDlgItem(dialog->window, APPLY), pending);
}

static void put_settings(const struct dialog *dialog, const struct settings *settings)
{
    for (int i = 0; i < CHOICES; i++)
        tell(dialog, choices[i].control, CB_SETCURSEL,
             ((const uint8_t *)settings)[choices[i].offset], 0);
    dialog->calls.CheckDlgButton(dialog->window, DTX, settings->dtx ? BST_CHECKED : BST_UNCHECKED);
}

static struct settings settings_shown(const struct dialog *dialog)
{
    struct settings settings = DEFAULT_SETTINGS;

    for (int i = 0; i < CHOICES; i++)
        ((uint8_t *)&settings)[choices[i].offset] =
            (uint8_t)tell(dialog, choices[i].control, CB_GETCURSEL, 0, 0);
    settings.dtx = dialog->calls.IsDlgButtonChecked(dialog->window, DTX) == BST_CHECKED;
    return settings;
}

static void start(struct dialog *dialog)
{
    LVITEMW item = { .stateMask = LVIS_FOCUSED | LVIS_SELECTED,
                     .state = LVIS_FOCUSED | LVIS_SELECTED };
    WCHAR text[WORDING_ROOM];
    struct settings settings;

    for (int i = 0; i < CHOICES; i++)
        for (UINT n = 0; n < choices[i].count; n++)
            tell(dialog, choices[i].control, CB_ADDSTRING, 0,
                 (LPARAM)dialog_wording(dialog, choices[i].words + n, text));
    put_columns(dialog);
    put_rows(dialog);
    fit_columns(dialog);
    for (int row = 0; codecs[row]; row++)
        set_row(dialog, row, !settings_disable_stored(codecs[row]->tags->tag));
    tell(dialog, FORMATS, LVM_SETITEMSTATE, 0, (LPARAM)&item);
    settings_read_stored(&settings);
    put_settings(dialog, &settings);
    set_pending(dialog, FALSE);
}

static void restore(const struct dialog *dialog)
{
    for (int row = 0; codecs[row]; row++)
        set_row(dialog, row, TRUE);
    put_settings(dialog, &DEFAULT_SETTINGS);
    set_pending(dialog, TRUE);
}

/* Stores what is shown, and tells where that was not possible. */
static BOOL apply(struct dialog *dialog)
{
    const struct calls *to = &dialog->calls;
    struct settings settings = settings_shown(dialog);
    WCHAR text[WORDING_ROOM], title[WORDING_ROOM];
    uint16_t off[ROWS_MOST + 1];
    int count = 0;

    if (!to->IsWindowEnabled(to->GetDlgItem(dialog->window, APPLY)))
        return TRUE;
    for (int row = 0; codecs[row] && count < ROWS_MOST; row++)
        if (!is_on(dialog, row))
            off[count++] = codecs[row]->tags->tag;
    off[count] = 0;
    if (!settings_write(&settings, off)) {
        to->MessageBoxW(dialog->window, dialog_wording(dialog, WORDS_NOT_SAVED, text),
                        dialog_wording(dialog, WORDS_TITLE, title), MB_ICONERROR);
        return FALSE;
    }
    ((struct config *)dialog)->written = TRUE;
    set_pending(dialog, FALSE);
    return TRUE;
}

static void command(struct dialog *dialog, WORD control, WORD code)
{
    switch (control) {
    case IDOK:
        if (apply(dialog))
            dialog->calls.EndDialog(dialog->window, DRVCNF_OK);
        break;
    case IDCANCEL:
        dialog->calls.EndDialog(dialog->window,
                                ((struct config *)dialog)->written ? DRVCNF_OK : DRVCNF_CANCEL);
        break;
    case APPLY:
        apply(dialog);
        break;
    case DEFAULTS:
        restore(dialog);
        break;
    case ABOUT:
        about_show((LPARAM)dialog->window);
        break;
    case DTX:
        set_pending(dialog, TRUE);
        break;
    default:
        if (code == CBN_SELCHANGE)
            set_pending(dialog, TRUE);
    }
}

static void changed(struct dialog *dialog, const NMLISTVIEW *item)
{
    if (item->uChanged & LVIF_STATE && (item->uNewState ^ item->uOldState) & LVIS_STATEIMAGEMASK)
        set_pending(dialog, TRUE);
}

LRESULT config_show(LPARAM parent)
{
    struct config config = { .dialog = { .number = CONFIG_DIALOG,
                                         .start = start,
                                         .command = command,
                                         .changed = changed } };

    return parent == IS_THERE_ONE ? DRVCNF_OK : dialog_show(&config.dialog, parent);
}
