/* The dialogs. The driver imports neither user32 nor the other libraries that they need; these are
 * loaded while a dialog is open. */
#ifndef OMNIACM_DIALOGS_H
#define OMNIACM_DIALOGS_H

#include "driver.h"
#include <commctrl.h>
#include "dialog_names.h"

enum { QUERY_ONLY = -1 }; /* in place of a parent: is there a dialog? */

/* clang-format off */
#define KERNEL32_FUNCTIONS(X) \
    X(CreateActCtxW) X(ActivateActCtx) X(DeactivateActCtx) X(ReleaseActCtx)
#define USER32_FUNCTIONS(X) \
    X(CheckDlgButton) X(DestroyIcon) X(DialogBoxParamW) X(EnableWindow) X(EndDialog) \
    X(GetClientRect) X(GetDlgItem) X(GetSystemMetrics) X(IsDlgButtonChecked) X(IsWindow) \
    X(IsWindowEnabled) X(LoadImageW) X(LoadStringW) X(MapDialogRect) X(MessageBoxW) \
    X(SendDlgItemMessageW) X(SendMessageW) X(SetDlgItemTextW) X(SetWindowLongPtrW) X(wsprintfW)
#define GDI32_FUNCTIONS(X) X(CreateFontIndirectW) X(DeleteObject) X(GetObjectW)
#define COMCTL32_FUNCTIONS(X) X(InitCommonControlsEx)
/* clang-format on */

enum library { KERNEL32, USER32, GDI32, COMCTL32, LIBRARIES };

#define MEMBER(name) __typeof__(&name) name;
struct api {
    KERNEL32_FUNCTIONS(MEMBER)
    USER32_FUNCTIONS(MEMBER)
    GDI32_FUNCTIONS(MEMBER)
    COMCTL32_FUNCTIONS(MEMBER)
};
#undef MEMBER

/* A dialog: the number of its template, and handlers. `start` is called on WM_INITDIALOG, `command`
 * on WM_COMMAND, and `item_changed`, if not null, on LVN_ITEMCHANGED. dialog_show sets the other
 * members. */
struct dialog {
    WORD number;
    void (*start)(struct dialog *);
    void (*command)(struct dialog *, WORD control, WORD code);
    void (*item_changed)(struct dialog *, const NMLISTVIEW *);

    struct api api;
    HMODULE libraries[LIBRARIES];
    HMODULE self;
    HWND window;
};

/* Shows a modal dialog. Returns the result of EndDialog, or 0 if the dialog could not be shown. */
INT_PTR dialog_show(struct dialog *, LPARAM parent);

enum { STRING_ROOM = 160 }; /* characters of a string resource */
const WCHAR *dialog_string(const struct dialog *, UINT number, WCHAR text[STRING_ROOM]);

/* Converts a horizontal distance from dialog units to pixels. */
int dialog_units_to_pixels(const struct dialog *, int units);

#endif
