/* A process of the program: a nested run, which a crash ends. What the nested run has open is
 * closed, as the system does, and its memory is lost. */
#include <string.h>
#include "program.h"
#undef fail /* of cmocka; the program has its own */
#include "cli/child.h"
#include "cli/console.h"

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
static void __lsan_disable(void) {}
static void __lsan_enable(void) {}
#endif

int wmain(int count, wchar_t **args);

unsigned children;
static bool nested;
static jmp_buf crash;

bool is_child(void) { return nested; }

void child_begin(void) { assert_true(nested); }

void child_crash(void)
{
    assert_true(nested); /* a crash of a driver must not end the run of all files */
    longjmp(crash, 1);
}

static unsigned long nested_run(const wchar_t *const *args)
{
    static wchar_t text[16][512];
    wchar_t *words[17] = { L"omniacm" };
    int count = 1;

    for (; args[count - 1]; count++)
        words[count] = wcscpy(text[count - 1], args[count - 1]);
    return (unsigned long)wmain(count, words);
}

bool child_run(struct child *child, const wchar_t *const *args)
{
    assert_false(nested);
    nested = true;
    children++;
    __lsan_disable();
    if (setjmp(crash) == 0) {
        *child = (struct child){ .code = nested_run(args) };
    } else {
        *child = (struct child){ .code = 0xC0000094 };
        acm_process_ended();
        disk_process_ended();
    }
    __lsan_enable();
    nested = false;
    return true;
}

bool child_crashed(const struct child *child) { return child->code > 255; }

const wchar_t *child_reason(const struct child *child)
{
    return child->code == 0xC0000094 ? L"division by zero" : L"?";
}

/* The nested run has printed to the same place. */
void child_relay(const struct child *child) { (void)child; }
void child_free(struct child *child) { (void)child; }
