/* The common part of the dialogs: loading user32 and its companions, visual styles, and the dialog
 * procedure. */
#include "dialogs.h"
#include "loader.h"

static const WCHAR *const libraries[LIBRARIES] = { L"kernel32.dll", L"user32.dll", L"gdi32.dll",
                                                   L"comctl32.dll" };

/* The extra macro expands names that are macros themselves, such as SetWindowLongPtrW on x86. */
#define NAME_OF(name) #name
#define FUNCTION(library, name) { library, offsetof(struct api, name), NAME_OF(name) },
#define KERNEL32_FUNCTION(name) FUNCTION(KERNEL32, name)
#define USER32_FUNCTION(name) FUNCTION(USER32, name)
#define GDI32_FUNCTION(name) FUNCTION(GDI32, name)
#define COMCTL32_FUNCTION(name) FUNCTION(COMCTL32, name)

/* clang-format off */
static const struct {
    enum library library;
    size_t offset;
    const char *name;
} functions[] = {
    KERNEL32_FUNCTIONS(KERNEL32_FUNCTION)
    USER32_FUNCTIONS(USER32_FUNCTION)
    GDI32_FUNCTIONS(GDI32_FUNCTION)
    COMCTL32_FUNCTIONS(COMCTL32_FUNCTION)
};
/* clang-format on */

/* Loads the libraries from the first to the last with their functions; false if any is missing. */
static BOOL load(struct dialog *dialog, enum library first, enum library last)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        enum library library = functions[i].library;
        HMODULE *module = &dialog->libraries[library];

        if (library < first || library > last)
            continue;
        if (!*module)
            *module = LoadLibraryW(libraries[library]);
        if (!load_function(*module, functions[i].name, (char *)&dialog->api + functions[i].offset))
            return FALSE;
    }
    return TRUE;
}

/* Finds a function of a library that is already loaded. */
static BOOL find_function(enum library library, const char *name, void *function)
{
    return load_function(GetModuleHandleW(libraries[library]), name, function);
}

/* The driver's module, found by an address in it; null on failure. */
static HMODULE self(void)
{
    const DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    __typeof__(&GetModuleHandleExW) find;
    HMODULE module;

    if (!find_function(KERNEL32, "GetModuleHandleExW", &find) ||
        !find(flags, (const WCHAR *)(const void *)libraries, &module))
        return 0;
    return module;
}

/* The driver has no global variables, so the function that reads the window's pointer is looked up
 * for each message. */
static struct dialog *dialog_of(HWND window)
{
    const char *name = sizeof(void *) == 8 ? "GetWindowLongPtrW" : "GetWindowLongW";
    __typeof__(&GetWindowLongPtrW) read;

    return find_function(USER32, name, &read) ? (struct dialog *)read(window, DWLP_USER) : 0;
}

static void set_icon(const struct dialog *dialog, WPARAM kind, int width, int height)
{
    const struct api *api = &dialog->api;
    HANDLE icon =
        api->LoadImageW(dialog->self, MAKEINTRESOURCEW(IDI_DRIVER), IMAGE_ICON,
                        api->GetSystemMetrics(width), api->GetSystemMetrics(height), LR_SHARED);

    api->SendMessageW(dialog->window, WM_SETICON, kind, (LPARAM)icon);
}

static INT_PTR CALLBACK procedure(HWND window, UINT message, WPARAM first, LPARAM second)
{
    struct dialog *dialog = message == WM_INITDIALOG ? (struct dialog *)second : dialog_of(window);

    switch (dialog ? message : WM_NULL) {
    case WM_INITDIALOG:
        dialog->window = window;
        dialog->api.SetWindowLongPtrW(window, DWLP_USER, second);
        set_icon(dialog, ICON_SMALL, SM_CXSMICON, SM_CYSMICON);
        set_icon(dialog, ICON_BIG, SM_CXICON, SM_CYICON);
        dialog->start(dialog);
        return TRUE;
    case WM_COMMAND:
        dialog->command(dialog, LOWORD(first), HIWORD(first));
        return TRUE;
    case WM_NOTIFY:
        if (dialog->item_changed && ((const NMHDR *)second)->code == LVN_ITEMCHANGED)
            dialog->item_changed(dialog, (const NMLISTVIEW *)second);
        return FALSE;
    default:
        return FALSE;
    }
}

/* The manifest requests version 6 of the common controls. Without it, the dialog has the controls
 * of the host. */
static INT_PTR show(struct dialog *dialog, HWND parent)
{
    struct api *api = &dialog->api;
    ACTCTXW request = { .cbSize = sizeof request,
                        .dwFlags = ACTCTX_FLAG_HMODULE_VALID | ACTCTX_FLAG_RESOURCE_NAME_VALID,
                        .lpResourceName = MAKEINTRESOURCEW(CONTROLS_MANIFEST),
                        .hModule = dialog->self };
    INITCOMMONCONTROLSEX classes = { sizeof classes, ICC_LISTVIEW_CLASSES };
    HANDLE context = api->CreateActCtxW(&request);
    ULONG_PTR cookie;
    BOOL active = context != INVALID_HANDLE_VALUE && api->ActivateActCtx(context, &cookie);
    INT_PTR result = 0;

    if (load(dialog, USER32, COMCTL32) && api->InitCommonControlsEx(&classes))
        result =
            api->DialogBoxParamW(dialog->self, MAKEINTRESOURCEW(dialog->number),
                                 api->IsWindow(parent) ? parent : 0, procedure, (LPARAM)dialog);
    if (active)
        api->DeactivateActCtx(0, cookie);
    if (context != INVALID_HANDLE_VALUE)
        api->ReleaseActCtx(context);
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

const WCHAR *dialog_string(const struct dialog *dialog, UINT number, WCHAR text[STRING_ROOM])
{
    text[dialog->api.LoadStringW(dialog->self, number, text, STRING_ROOM)] = 0;
    return text;
}

int dialog_units_to_pixels(const struct dialog *dialog, int units)
{
    RECT area = { 0, 0, units, 0 };

    return dialog->api.MapDialogRect(dialog->window, &area) ? area.right : units;
}

/* msacm32 imports user32, which is therefore loaded. */
HICON driver_icon(void)
{
    __typeof__(&LoadIconW) load_icon;
    HMODULE module = self();

    if (!module || !find_function(USER32, "LoadIconW", &load_icon))
        return 0;
    return load_icon(module, MAKEINTRESOURCEW(IDI_DRIVER));
}
