/* The dialogs, and what they need of Windows: loaded when one is shown, since the driver itself
 * imports none of it. */
#ifndef OMNIACM_DIALOG_H
#define OMNIACM_DIALOG_H

#include "driver.h"
#include <commctrl.h>
#include "dialog_names.h"

enum { IS_THERE_ONE = -1 }; /* a parent that asks only */

#define KERNEL32_CALLS(call) \
    call(CreateActCtxW) call(ActivateActCtx) call(DeactivateActCtx) call(ReleaseActCtx)
#define USER32_CALLS(call) \
    call(CheckDlgButton) call(DestroyIcon) call(DialogBoxParamW) call(EnableWindow) \
        call(EndDialog) call(GetClientRect) call(GetDlgItem) call(GetSystemMetrics) \
            call(IsDlgButtonChecked) call(IsWindow) call(IsWindowEnabled) call(LoadImageW) \
                call(LoadStringW) call(MapDialogRect) call(MessageBoxW) call(SendDlgItemMessageW) \
                    call(SendMessageW) call(SetDlgItemTextW) call(SetWindowLongPtrW) \
                        call(wsprintfW)
#define GDI32_CALLS(call) call(CreateFontIndirectW) call(DeleteObject) call(GetObjectW)
#define COMCTL32_CALLS(call) call(InitCommonControlsEx)

enum library { KERNEL32, USER32, GDI32, COMCTL32, LIBRARIES };

#define MEMBER(name) __typeof__(&name) name;
struct calls {
    KERNEL32_CALLS(MEMBER)
    USER32_CALLS(MEMBER)
    GDI32_CALLS(MEMBER)
    COMCTL32_CALLS(MEMBER)
};
#undef MEMBER

/* One dialog, from its template's number to its end. `start` fills its controls; `command` hears of
 * them, `changed` of items in a list. */
struct dialog {
    WORD number;
    void (*start)(struct dialog *);
    void (*command)(struct dialog *, WORD control, WORD code);
    void (*changed)(struct dialog *, const NMLISTVIEW *);

    struct calls calls;
    HMODULE libraries[LIBRARIES];
    HMODULE self;
    HWND window;
};

/* Shows it and waits; what EndDialog got, or 0 where Windows could not show it. */
INT_PTR dialog_show(struct dialog *, LPARAM parent);

enum { WORDING_ROOM = 160 }; /* characters of a text in the string table */
const WCHAR *dialog_wording(const struct dialog *, UINT number, WCHAR text[WORDING_ROOM]);

/* Dialog units across, as pixels. */
int dialog_across(const struct dialog *, int units);

#endif
