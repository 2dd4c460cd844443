/* A fuzzer's kept inputs once more, by any compiler: nothing that was found comes back.
 * tests/fuzz/corpus/NAME has them one behind another, each after its length in 2 bytes, as
 * tests/fuzz/pack writes them. */
#include <stdio.h>
#include "support.h"
#include "fuzz.h"

enum { KEPT_MOST = 2000000 };

static uint8_t kept[KEPT_MOST];

static void kept_inputs_again(void **state)
{
    FILE *file = fopen("tests/fuzz/corpus/" FUZZER, "rb");
    size_t size, at = 0, count = 0;

    (void)state;
    if (!file)
        skip();
    size = fread(kept, 1, sizeof kept, file);
    fclose(file);
    for (size_t length; at + 2 <= size; at += length, count++) {
        uint8_t *exact;

        length = kept[at] | (size_t)kept[at + 1] << 8;
        at += 2;
        assert_true(length <= size - at);
        exact = malloc(length); /* so that a read behind it is seen */
        memcpy(exact, kept + at, length);
        LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    assert_int_equal(at, size);
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { { FUZZER "_takes_kept_inputs_again", kept_inputs_again,
                                          NULL, NULL, NULL } };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
