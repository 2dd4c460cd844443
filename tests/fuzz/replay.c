/* Runs the corpus of a fuzzer as a regression test, without libFuzzer. The inputs are concatenated
 * in tests/fuzz/corpus/NAME, each after its length in 2 bytes, as tests/fuzz/pack writes them. */
#include <stdio.h>
#include "support.h"
#include "fuzz.h"

enum { CORPUS_BYTES_MAX = 2000000 };

static uint8_t corpus[CORPUS_BYTES_MAX];

static void corpus_is_replayed(void **state)
{
    FILE *file = fopen("tests/fuzz/corpus/" FUZZER, "rb");
    size_t size, at = 0, count = 0;

    (void)state;
    if (!file)
        skip();
    size = fread(corpus, 1, sizeof corpus, file);
    fclose(file);
    for (size_t length; at + 2 <= size; at += length, count++) {
        uint8_t *exact;

        length = corpus[at] | (size_t)corpus[at + 1] << 8;
        at += 2;
        assert_true(length <= size - at);
        exact = malloc(length); /* so that sanitizers detect a read past the end */
        memcpy(exact, corpus + at, length);
        LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    assert_int_equal(at, size);
    assert_true(count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { { FUZZER "_replays_its_corpus", corpus_is_replayed, NULL,
                                          NULL, NULL } };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
