/* Stands in for a test that cannot be built here. */
#include <stdio.h>

int main(void)
{
    puts("1..1\nok 1 - " TEST_NAME " # SKIP " REASON);
    return 0;
}
