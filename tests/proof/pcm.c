/* PCM: narrowing to integers of each width, and the numbers of IEEE 754 as bits. */
#include "proof.h"
#include "mix.c"

/* The range of samples between two widths: floating point is limited. */
static bool is_q47(int64_t x) { return is_between(x, -MOST_Q47, MOST_Q47); }

static void check_narrow(int64_t x, unsigned bits)
{
    int64_t unit = INT64_C(1) << (48 - bits), most = (INT64_C(1) << (bits - 1)) - 1;
    int64_t y = (int32_t)narrow(x, bits);

    PROVE(is_between(y, -most - 1, most));
    PROVE(y == most || y * unit > x - unit / 2 - 1);
    PROVE(y == -most - 1 || y * unit <= x + unit / 2);
}

void prove_narrow_8(int64_t x)
{
    ASSUME(is_q47(x));
    check_narrow(x, 8);
}

void prove_narrow_16(int64_t x)
{
    ASSUME(is_q47(x));
    check_narrow(x, 16);
}

void prove_narrow_24(int64_t x)
{
    ASSUME(is_q47(x));
    check_narrow(x, 24);
}

void prove_narrow_32(int64_t x)
{
    ASSUME(is_q47(x));
    check_narrow(x, 32);
}

void prove_double_of_float(uint32_t bits)
{
    union {
        uint64_t bits;
        double number;
    } wide = { double_of_float(bits) };
    union {
        uint32_t bits;
        float number;
    } narrow = { bits };

    PROVE(wide.number == (double)narrow.number || narrow.number != narrow.number);
    PROVE(float_of_double(wide.bits) == bits || narrow.number != narrow.number);
}

void prove_float_of_double(uint64_t bits)
{
    union {
        uint64_t bits;
        double number;
    } wide = { bits };
    union {
        uint32_t bits;
        float number;
    } narrow = { float_of_double(bits) };

    PROVE(narrow.number == (float)wide.number || wide.number != wide.number);
    PROVE((narrow.number != narrow.number) == (wide.number != wide.number));
}

void prove_q47_of_double(uint64_t bits) { PROVE(is_q47(q47_of_double(bits, MOST_Q47))); }

void prove_double_of_q47(int64_t x)
{
    ASSUME(is_q47(x));
    PROVE(q47_of_double(double_of_q47(x), MOST_Q47) == x);
}
