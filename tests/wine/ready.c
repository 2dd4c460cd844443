/* `ready TITLE BUTTON`: waits up to a minute until a window whose title begins with TITLE shows an
 * enabled button with this text and has the keyboard focus in it or in one of its controls. The
 * pages of an installer are all in one window with one title; only their buttons differ. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static const char *title, *button;

static BOOL CALLBACK is_button(HWND window, LPARAM found)
{
    char text[256] = "";

    if (!IsWindowVisible(window) || !IsWindowEnabled(window))
        return TRUE;
    SendMessageTimeoutA(window, WM_GETTEXT, sizeof text, (LPARAM)text, SMTO_ABORTIFHUNG, 1000, 0);
    *(BOOL *)found = *(BOOL *)found || strcmp(text, button) == 0;
    return TRUE;
}

static BOOL CALLBACK is_ready(HWND window, LPARAM found)
{
    GUITHREADINFO thread = { .cbSize = sizeof thread };
    char text[256] = "";
    BOOL has_button = FALSE;

    GetWindowTextA(window, text, sizeof text);
    if (!IsWindowVisible(window) || !IsWindowEnabled(window) ||
        strncmp(text, title, strlen(title)) != 0)
        return TRUE;
    EnumChildWindows(window, is_button, (LPARAM)&has_button);
    /* Messages are answered in order, so that the page is complete when this one is. */
    if (!has_button || !SendMessageTimeoutA(window, WM_NULL, 0, 0, SMTO_ABORTIFHUNG, 1000, 0) ||
        !GetGUIThreadInfo(GetWindowThreadProcessId(window, 0), &thread))
        return TRUE;
    *(BOOL *)found =
        thread.hwndFocus && (thread.hwndFocus == window || IsChild(window, thread.hwndFocus));
    return !*(BOOL *)found;
}

int main(int argc, char **argv)
{
    DWORD start = GetTickCount();
    BOOL found = FALSE;

    if (argc != 3)
        return 2;
    title = argv[1];
    button = argv[2];
    while (!found && GetTickCount() - start < 60000) {
        EnumWindows(is_ready, (LPARAM)&found);
        if (!found)
            Sleep(50);
    }
    return !found;
}
