#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include "child.h"
#include "console.h"

enum {
    PATH_ROOM = 32768,
    PIPE_ROOM = 1 << 16,
    POLL_MS = 50,
    PATIENCE_MS = 5000, /* after Ctrl+C */
    HIGHEST_EXIT_CODE = 255
};

static bool begun;

bool is_child(void) { return begun; }

static LONG WINAPI end_process(EXCEPTION_POINTERS *pointers)
{
    TerminateProcess(GetCurrentProcess(), pointers->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

void child_begin(void)
{
    begun = true;
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    SetUnhandledExceptionFilter(end_process);
}

/* Appends an argument as the C library parses it: in quotes, in which a backslash counts as itself
 * except before another quote. Returns false if the command line is too long. */
static bool append(wchar_t *line, const wchar_t *text)
{
    size_t n = wcslen(line), backslashes = 0;

    if (n + 2 * wcslen(text) + 4 > PATH_ROOM)
        return false;
    if (n != 0)
        line[n++] = L' ';
    line[n++] = L'"';
    for (; *text; text++) {
        if (*text == L'"')
            for (backslashes++; backslashes != 0; backslashes--)
                line[n++] = L'\\';
        backslashes = *text == L'\\' ? backslashes + 1 : 0;
        line[n++] = *text;
    }
    for (; backslashes != 0; backslashes--)
        line[n++] = L'\\';
    line[n++] = L'"';
    line[n] = 0;
    return true;
}

static bool make_line(wchar_t *line, const wchar_t *program, const wchar_t *const *args)
{
    bool fits = append(line, program);

    for (; *args && fits; args++)
        fits = append(line, *args);
    if (!fits)
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
    return fits;
}

/* A pipe whose writing end the new process inherits. */
static bool make_pipe(HANDLE ends[2])
{
    SECURITY_ATTRIBUTES inherited = { .nLength = sizeof inherited, .bInheritHandle = TRUE };

    return CreatePipe(&ends[0], &ends[1], &inherited, PIPE_ROOM) &&
           SetHandleInformation(ends[0], HANDLE_FLAG_INHERIT, 0);
}

/* Reads what is in a pipe now. */
static void drain(HANDLE pipe, struct child_text *text)
{
    DWORD n = 0;

    while (PeekNamedPipe(pipe, 0, 0, 0, &n, 0) && n != 0) {
        if (text->size + n > text->room) {
            size_t room = 2 * (text->size + n);
            char *bytes = realloc(text->bytes, room);

            if (!bytes)
                return;
            text->bytes = bytes;
            text->room = room;
        }
        if (!ReadFile(pipe, text->bytes + text->size, n, &n, 0) || n == 0)
            return;
        text->size += n;
    }
}

/* A process that does not end by itself after Ctrl+C, which it gets as well, is stuck in a driver.
 */
static void wait_for(struct child *child, HANDLE process, HANDLE out, HANDLE err)
{
    DWORD patience = PATIENCE_MS;

    while (WaitForSingleObject(process, POLL_MS) == WAIT_TIMEOUT) {
        drain(out, &child->out);
        drain(err, &child->err);
        if (interrupted() && (patience -= POLL_MS) == 0)
            TerminateProcess(process, EXIT_FAILURE);
    }
    drain(out, &child->out);
    drain(err, &child->err);
    GetExitCodeProcess(process, &child->code);
}

static void close_all(HANDLE *handles, int count)
{
    for (int i = 0; i < count; i++)
        if (handles[i])
            CloseHandle(handles[i]);
}

static bool start(wchar_t *line, HANDLE out, HANDLE err, HANDLE *process)
{
    STARTUPINFOW startup = { .cb = sizeof startup,
                             .dwFlags = STARTF_USESTDHANDLES,
                             .hStdInput = GetStdHandle(STD_INPUT_HANDLE),
                             .hStdOutput = out,
                             .hStdError = err };
    PROCESS_INFORMATION information;

    if (!CreateProcessW(0, line, 0, 0, TRUE, 0, 0, 0, &startup, &information))
        return false;
    CloseHandle(information.hThread);
    *process = information.hProcess;
    return true;
}

bool child_run(struct child *child, const wchar_t *const *args)
{
    /* Processes of other threads inherit no pipe of this one, which would keep it open. */
    static SRWLOCK one_at_a_time = SRWLOCK_INIT;
    wchar_t *line = calloc(2 * PATH_ROOM, sizeof *line), *program = line ? line + PATH_ROOM : 0;
    HANDLE handles[5] = { 0 }, *out = handles, *err = handles + 2, *process = handles + 4;
    bool started;

    *child = (struct child){ .code = EXIT_FAILURE };
    AcquireSRWLockExclusive(&one_at_a_time);
    started = line && GetModuleFileNameW(0, program, PATH_ROOM) != 0 &&
              make_line(line, program, args) && make_pipe(out) && make_pipe(err) &&
              start(line, out[1], err[1], process);
    close_all(out + 1, 1);
    close_all(err + 1, 1);
    ReleaseSRWLockExclusive(&one_at_a_time);
    if (started)
        wait_for(child, *process, out[0], err[0]);
    close_all(out, 1);
    close_all(err, 1);
    close_all(process, 1);
    free(line);
    return started;
}

bool child_crashed(const struct child *child) { return child->code > HIGHEST_EXIT_CODE; }

const wchar_t *child_reason(const struct child *child)
{
    static wchar_t text[64];
    const wchar_t *name = L"exception";

    if (child->code == EXCEPTION_INT_DIVIDE_BY_ZERO)
        name = L"division by zero, exception";
    if (child->code == EXCEPTION_ACCESS_VIOLATION)
        name = L"invalid memory access, exception";
    if (child->code == EXCEPTION_STACK_OVERFLOW)
        name = L"stack overflow, exception";
    swprintf(text, sizeof text / sizeof *text, L"%ls 0x%08lX", name, child->code);
    return text;
}

void child_relay(const struct child *child)
{
    progress(1000, L"");
    fwrite(child->out.bytes, 1, child->out.size, stdout);
    fflush(stdout);
    fwrite(child->err.bytes, 1, child->err.size, stderr);
    fflush(stderr);
}

void child_free(struct child *child)
{
    free(child->out.bytes);
    free(child->err.bytes);
    *child = (struct child){ 0 };
}
