/* The DLL's own memcpy, memmove, memcmp and memset, under other names. The other tests use those of
 * the C library. */
#include "host.h"
#define memset runtime_memset
#define memcmp runtime_memcmp
#define memmove runtime_memmove
#define memcpy runtime_memcpy
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
void *memmove(void *, const void *, size_t);
void *memcpy(void *restrict, const void *restrict, size_t);
#include "acm/runtime.c"
#undef memset
#undef memcmp
#undef memmove
#undef memcpy

static unsigned thread_calls_disabled;

BOOL WINAPI DisableThreadLibraryCalls(HMODULE module)
{
    thread_calls_disabled++;
    return module != 0;
}

enum { SIZES = 70, ROOM = 3 * SIZES };

static void number(uint8_t *bytes)
{
    for (int i = 0; i < ROOM; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
}

/* Any size, and any distance between source and destination, overlapping or not. No other byte
 * changes. */
static void bytes_are_moved(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < SIZES; size++)
        for (size_t to = 0; to < ROOM - SIZES; to++) {
            uint8_t before[ROOM], after[ROOM];

            number(before);
            number(after);
            assert_ptr_equal(runtime_memmove(after + to, after + SIZES, size), after + to);
            for (size_t i = 0; i < ROOM; i++)
                assert_int_equal(after[i],
                                 i >= to && i < to + size ? before[i - to + SIZES] : before[i]);
        }
}

static void bytes_are_copied(void **unused)
{
    (void)unused;
    for (size_t size = 0; size < SIZES; size++) {
        uint8_t from[ROOM], to[ROOM] = { 0 };

        number(from);
        assert_ptr_equal(runtime_memcpy(to + 1, from + 2, size), to + 1);
        for (size_t i = 0; i < ROOM; i++)
            assert_int_equal(to[i], i >= 1 && i < 1 + size ? from[i + 1] : 0);
    }
}

static void bytes_are_set(void **unused)
{
    static const int values[] = { 0, 1, 0x7F, 0x80, 0xFF, 0x1A5, -1 };

    (void)unused;
    for (size_t size = 0; size < SIZES; size++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            uint8_t bytes[ROOM];

            number(bytes);
            assert_ptr_equal(runtime_memset(bytes + 3, values[v], size), bytes + 3);
            for (size_t i = 0; i < ROOM; i++)
                assert_int_equal(bytes[i], i >= 3 && i < 3 + size ? (uint8_t)values[v]
                                                                  : (uint8_t)(i * 37 + 1));
        }
}

static int sign(int x) { return (x > 0) - (x < 0); }

/* Bytes are unsigned, the first difference decides, and bytes beyond the size do not count. */
static void bytes_are_compared(void **unused)
{
    static const uint8_t values[] = { 0, 1, 0x7F, 0x80, 0xFE, 0xFF };

    (void)unused;
    for (size_t size = 0; size < SIZES; size++)
        for (size_t at = 0; at <= size; at++)
            for (size_t i = 0; i < 36; i++) {
                uint8_t a[SIZES + 2], b[SIZES + 2], x = values[i / 6], y = values[i % 6];

                memset(a, 0x55, sizeof a);
                memset(b, 0x55, sizeof b);
                a[at] = x, b[at] = y;
                a[at + 1] = 9, b[at + 1] = 8;
                if (x != y || at + 1 >= size)
                    assert_int_equal(sign(runtime_memcmp(a, b, size)), at < size ? sign(x - y) : 0);
                else
                    assert_int_equal(sign(runtime_memcmp(a, b, size)), 1);
            }
}

static void the_dll_disables_thread_notifications(void **unused)
{
    (void)unused;
    assert_true(entry((HINSTANCE)(void *)&thread_calls_disabled, DLL_PROCESS_ATTACH, 0));
    assert_int_equal(thread_calls_disabled, 1);
    assert_true(entry((HINSTANCE)(void *)&thread_calls_disabled, DLL_PROCESS_DETACH, 0));
    assert_int_equal(thread_calls_disabled, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_moved),
        cmocka_unit_test(bytes_are_copied),
        cmocka_unit_test(bytes_are_set),
        cmocka_unit_test(bytes_are_compared),
        cmocka_unit_test(the_dll_disables_thread_notifications),
    };

    return cmocka_run_group_tests_name("runtime", tests, 0, 0);
}
