/* Included in front of every source of the installation, whose calls of Windows fail on demand.
 * Those that cannot fail, and those whose failure is the answer to a question about the system, are
 * left alone. */
#ifndef OMNIACM_TESTS_FAULTS_H
#define OMNIACM_TESTS_FAULTS_H

#include <stdbool.h>
#include <windows.h>

/* Counts a call. Returns true, with a last error, if it is to fail; does not return if the power
 * fails before it. */
bool fault(const char *function);

/* As CopyFileW; if it is to fail or to be interrupted, half of the file remains. */
BOOL copy_or_fail(const wchar_t *from, const wchar_t *to, BOOL keep);

/* As GetProcAddress, but Wine can be made to look like Windows. */
FARPROC find_proc(HMODULE module, const char *name);

#ifndef FAULTS_THEMSELVES
#define CopyFileW copy_or_fail
#define GetProcAddress find_proc
#define Sleep(ms) ((void)(ms))
#define DeleteFileW(path) (fault("DeleteFileW") ? FALSE : DeleteFileW(path))
#define FindFirstFileW(path, found) \
    (fault("FindFirstFileW") ? INVALID_HANDLE_VALUE : FindFirstFileW(path, found))
#define FindNextFileW(search, found) (fault("FindNextFileW") ? FALSE : FindNextFileW(search, found))
#define GetFileAttributesW(path) \
    (fault("GetFileAttributesW") ? INVALID_FILE_ATTRIBUTES : GetFileAttributesW(path))
#define GetModuleFileNameW(module, path, room) \
    (fault("GetModuleFileNameW") ? 0 : GetModuleFileNameW(module, path, room))
#define MoveFileExW(from, to, flags) (fault("MoveFileExW") ? FALSE : MoveFileExW(from, to, flags))
#define SetFileAttributesW(path, attributes) \
    (fault("SetFileAttributesW") ? FALSE : SetFileAttributesW(path, attributes))
#define WritePrivateProfileStringW(section, name, text, file) \
    (fault("WritePrivateProfileStringW") ? FALSE \
                                         : WritePrivateProfileStringW(section, name, text, file))
#define REGISTRY(function, ...) (fault(#function) ? (LSTATUS)GetLastError() : function(__VA_ARGS__))
#define RegCreateKeyExW(...) REGISTRY(RegCreateKeyExW, __VA_ARGS__)
#define RegDeleteKeyExW(...) REGISTRY(RegDeleteKeyExW, __VA_ARGS__)
#define RegDeleteKeyW(...) REGISTRY(RegDeleteKeyW, __VA_ARGS__)
#define RegDeleteTreeW(...) REGISTRY(RegDeleteTreeW, __VA_ARGS__)
#define RegDeleteValueW(...) REGISTRY(RegDeleteValueW, __VA_ARGS__)
#define RegGetValueW(...) REGISTRY(RegGetValueW, __VA_ARGS__)
#define RegOpenKeyExW(...) REGISTRY(RegOpenKeyExW, __VA_ARGS__)
#define RegQueryInfoKeyW(...) REGISTRY(RegQueryInfoKeyW, __VA_ARGS__)
#define RegQueryValueExW(...) REGISTRY(RegQueryValueExW, __VA_ARGS__)
#define RegSetValueExW(...) REGISTRY(RegSetValueExW, __VA_ARGS__)
#endif

#endif
