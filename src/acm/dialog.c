/* What the dialogs share: Windows' functions, the look of its controls, and the one window
 * procedure. */
#include <string.h>
#include "dialog.h"

static const WCHAR *const libraries[LIBRARIES] = { L"kernel32.dll", L"user32.dll", L"gdi32.dll",
                                                   L"comctl32.dll" };

/* In two steps, since on x86 some names are macros for others. */
#define NAME_OF(name) #name
#define CALL(library, name) { library, offsetof(struct calls, name), NAME_OF(name) },
#define KERNEL32_CALL(name) CALL(KERNEL32, name)
#define USER32_CALL(name) CALL(USER32, name)
#define GDI32_CALL(name) CALL(GDI32, name)
#define COMCTL32_CALL(name) CALL(COMCTL32, name)

static const struct {
    enum library library;
    size_t offset;
    const char *name;
} calls[] = { KERNEL32_CALLS(KERNEL32_CALL) USER32_CALLS(USER32_CALL) GDI32_CALLS(GDI32_CALL)
                  COMCTL32_CALLS(COMCTL32_CALL) };

/* Loads the functions of the libraries from the first to the last; false where any is missing. */
static BOOL load(struct dialog *dialog, enum library first, enum library last)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        HMODULE *module = &dialog->libraries[calls[i].library];
        FARPROC call;

        if (calls[i].library < first || calls[i].library > last)
            continue;
        if (!*module)
            *module = LoadLibraryW(libraries[calls[i].library]);
        call = *module ? GetProcAddress(*module, calls[i].name) : 0;
        if (!call)
            return FALSE;
        memcpy((char *)&dialog->calls + calls[i].offset, &call, sizeof call);
    }
    return TRUE;
}

/* A function of a library that is loaded already, put at `to`; null where it is not. */
static BOOL look_up(enum library library, const char *name, void *to)
{
    HMODULE module = GetModuleHandleW(libraries[library]);
    FARPROC call = module ? GetProcAddress(module, name) : 0;

    memcpy(to, &call, sizeof call);
    return call != 0;
}

/* The driver's own module, which nothing keeps. */
static HMODULE self(void)
{
    const DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    __typeof__(&GetModuleHandleExW) find;
    HMODULE module;

    return look_up(KERNEL32, "GetModuleHandleExW", &find) &&
                   find(flags, (const WCHAR *)(const void *)libraries, &module)
               ? module
               : 0;
}

/* No state but a window's own: the function that reads it is looked up anew. */
static struct dialog *dialog_of(HWND window)
{
    __typeof__(&GetWindowLongPtrW) read;
    BOOL can = look_up(USER32, sizeof(void *) == 8 ? "GetWindowLongPtrW" : "GetWindowLongW", &read);

    return can ? (struct dialog *)read(window, DWLP_USER) : 0;
}

static void set_icon(const struct dialog *dialog, WPARAM kind, int width, int height)
{
    const struct calls *to = &dialog->calls;
    HANDLE icon =
        to->LoadImageW(dialog->self, MAKEINTRESOURCEW(DRIVER_ICON), IMAGE_ICON,
                       to->GetSystemMetrics(width), to->GetSystemMetrics(height), LR_SHARED);

    to->SendMessageW(dialog->window, WM_SETICON, kind, (LPARAM)icon);
}

static INT_PTR CALLBACK procedure(HWND window, UINT message, WPARAM first, LPARAM second)
{
    struct dialog *dialog = message == WM_INITDIALOG ? (struct dialog *)second : dialog_of(window);

    switch (dialog ? message : WM_NULL) {
    case WM_INITDIALOG:
        dialog->window = window;
        dialog->calls.SetWindowLongPtrW(window, DWLP_USER, second);
        set_icon(dialog, ICON_SMALL, SM_CXSMICON, SM_CYSMICON);
        set_icon(dialog, ICON_BIG, SM_CXICON, SM_CYICON);
        dialog->start(dialog);
        return TRUE;
    case WM_COMMAND:
        dialog->command(dialog, LOWORD(first), HIWORD(first));
        return TRUE;
    case WM_NOTIFY:
        if (dialog->changed && ((const NMHDR *)second)->code == LVN_ITEMCHANGED)
            dialog->changed(dialog, (const NMLISTVIEW *)second);
        return FALSE;
    default:
        return FALSE;
    }
}

/* With the controls of version 6, which our manifest asks for, where Windows has them; else with
 * the host's. */
static INT_PTR show(struct dialog *dialog, HWND parent)
{
    struct calls *to = &dialog->calls;
    ACTCTXW wanted = { .cbSize = sizeof wanted,
                       .dwFlags = ACTCTX_FLAG_HMODULE_VALID | ACTCTX_FLAG_RESOURCE_NAME_VALID,
                       .lpResourceName = MAKEINTRESOURCEW(CONTROLS_MANIFEST),
                       .hModule = dialog->self };
    INITCOMMONCONTROLSEX classes = { sizeof classes, ICC_LISTVIEW_CLASSES };
    HANDLE context = to->CreateActCtxW(&wanted);
    ULONG_PTR cookie;
    BOOL active = context != INVALID_HANDLE_VALUE && to->ActivateActCtx(context, &cookie);
    INT_PTR result = 0;

    if (load(dialog, USER32, COMCTL32) && to->InitCommonControlsEx(&classes))
        result = to->DialogBoxParamW(dialog->self, MAKEINTRESOURCEW(dialog->number),
                                     to->IsWindow(parent) ? parent : 0, procedure, (LPARAM)dialog);
    if (active)
        to->DeactivateActCtx(0, cookie);
    if (context != INVALID_HANDLE_VALUE)
        to->ReleaseActCtx(context);
    return result < 0 ? 0 : result;
}

INT_PTR dialog_show(struct dialog *dialog, LPARAM parent)
{
    INT_PTR result = 0;

    dialog->self = self();
    if (dialog->self && load(dialog, KERNEL32, KERNEL32))
        result = show(dialog, (HWND)parent);
    for (int i = LIBRARIES; i-- > 0;)
        if (dialog->libraries[i])
            FreeLibrary(dialog->libraries[i]);
    return result;
}

const WCHAR *dialog_wording(const struct dialog *dialog, UINT number, WCHAR text[WORDING_ROOM])
{
    text[dialog->calls.LoadStringW(dialog->self, number, text, WORDING_ROOM)] = 0;
    return text;
}

int dialog_across(const struct dialog *dialog, int units)
{
    RECT area = { 0, 0, units, 0 };

    return dialog->calls.MapDialogRect(dialog->window, &area) ? area.right : units;
}

HICON driver_icon(void)
{
    __typeof__(&LoadIconW) read;
    HMODULE module = self();

    /* Wherever msacm32 is, user32 is: it imports it. */
    return module && look_up(USER32, "LoadIconW", &read)
               ? read(module, MAKEINTRESOURCEW(DRIVER_ICON))
               : 0;
}
