/* WORDS chains in one variable, a 16-bit number of each, without sign where nothing else is said; what takes 32 bits goes in
 * two `pairs`, of the even chains and of the odd. Written with the compiler's vectors; a set that has instructions for the
 * operations that those lack gives its own.
 *
 * A comparison's words are 0 or all ones. */
#ifndef OMNIACM_WORDS_H
#define OMNIACM_WORDS_H

#include <stdint.h>
#include <string.h>
#include "bits.h"
#include "compiler.h"
#include "dsp.h"

#ifndef WORDS
#define WORDS 8
#endif

typedef uint16_t words __attribute__((vector_size(2 * WORDS)));
typedef int16_t signed_words __attribute__((vector_size(2 * WORDS)));
typedef int32_t pairs __attribute__((vector_size(2 * WORDS)));
typedef uint32_t unsigned_pairs __attribute__((vector_size(2 * WORDS)));
typedef int64_t quads __attribute__((vector_size(2 * WORDS)));

#define KERNEL static INLINED

KERNEL words every(uint16_t x)
{
    return x - (words){ 0 };
}

KERNEL pairs every_pair(int32_t x)
{
    return x - (pairs){ 0 };
}

/* The top bit in all places. */
KERNEL words spread(words x)
{
    return (words)((signed_words)x >> 15);
}

KERNEL words pick(words mask, words yes, words no)
{
    return (mask & yes) | (~mask & no);
}

#if defined WORDS_AVX2
#include "words_avx2.h"
#elif defined WORDS_SSE2
#include "words_sse2.h"
#else
KERNEL words least(words a, words b)
{
    return pick((words)(a < b), a, b);
}

/* A difference or a sum, held at 0 or at 65535. */
KERNEL words less(words a, words b)
{
    return (a - b) & (words)(a > b);
}

KERNEL words more(words a, words b)
{
    return (a + b) | (words)(a + b < a);
}

/* Squares of what is below 2^15. */
KERNEL pairs square(pairs x)
{
    return x * x;
}
#endif

#ifndef WORDS_AVX2
KERNEL pairs least_pair(pairs a, pairs b)
{
    pairs mask = a < b;

    return (mask & a) | (~mask & b);
}

/* The low halves of one, the high halves of the other. */
KERNEL words joined(pairs even, pairs odd)
{
    return (words)((even & 0xFFFF) | (odd & ~0xFFFF));
}

KERNEL words load_row(const uint8_t *low, const uint8_t *high)
{
    words x;

    (void)high;
    memcpy(&x, low, sizeof x);
    return x;
}

KERNEL void store_row(words x, uint8_t *low, uint8_t *high)
{
    (void)high;
    memcpy(low, &x, sizeof x);
}

/* One more than the index moves by a magnitude, or by a code of 4 bits. */
KERNEL words ima_growth(words magnitude)
{
    words above = less(magnitude, every(3));

    return above + above + least(above, every(1));
}

KERNEL words ima_growth_by(words code)
{
    return ima_growth(code & 7);
}

/* What a code adds, or takes where it is negative. */
KERNEL words ima_change(words code, words step)
{
    return (step >> 3) + (step & spread(code << 13)) + (step >> 1 & spread(code << 14)) + (step >> 2 & spread(code << 15));
}

KERNEL void ima_steps_of(words a, words b, words *steps_a, words *steps_b)
{
    for (int i = 0; i < WORDS; i++) {
        (*steps_a)[i] = (uint16_t)ima_steps[a[i]];
        (*steps_b)[i] = (uint16_t)ima_steps[b[i]];
    }
}
#endif

KERNEL words distance_of(words a, words b)
{
    return less(a, b) | less(b, a);
}

KERNEL pairs even_of(words x)
{
    return (pairs)x & 0xFFFF;
}

KERNEL pairs odd_of(words x)
{
    return (pairs)((unsigned_pairs)x >> 16);
}

#if WORDS >= 8
#ifdef __clang__
#define INTERLEAVE(type, a, b, ...) (words) __builtin_shufflevector((type)(a), (type)(b), __VA_ARGS__)
#else
#define INTERLEAVE(type, a, b, ...) (words) __builtin_shuffle((type)(a), (type)(b), (type){ __VA_ARGS__ })
#endif

/* In each 16 bytes. */
#if WORDS == 8
KERNEL words low16(words a, words b) { return INTERLEAVE(words, a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
KERNEL words high16(words a, words b) { return INTERLEAVE(words, a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
KERNEL words low32(words a, words b) { return INTERLEAVE(pairs, a, b, 0, 4, 1, 5); }
KERNEL words high32(words a, words b) { return INTERLEAVE(pairs, a, b, 2, 6, 3, 7); }
KERNEL words low64(words a, words b) { return INTERLEAVE(quads, a, b, 0, 2); }
KERNEL words high64(words a, words b) { return INTERLEAVE(quads, a, b, 1, 3); }
#else
KERNEL words low16(words a, words b) { return INTERLEAVE(words, a, b, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27); }
KERNEL words high16(words a, words b) { return INTERLEAVE(words, a, b, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31); }
KERNEL words low32(words a, words b) { return INTERLEAVE(pairs, a, b, 0, 8, 1, 9, 4, 12, 5, 13); }
KERNEL words high32(words a, words b) { return INTERLEAVE(pairs, a, b, 2, 10, 3, 11, 6, 14, 7, 15); }
KERNEL words low64(words a, words b) { return INTERLEAVE(quads, a, b, 0, 4, 2, 6); }
KERNEL words high64(words a, words b) { return INTERLEAVE(quads, a, b, 1, 5, 3, 7); }
#endif

/* Row i of column j becomes row j of column i: 4 by 4 pairs, or 8 by 8 words, in each 16 bytes. */
KERNEL void transpose_pairs(words r[4])
{
    words a = low32(r[0], r[1]), b = high32(r[0], r[1]), c = low32(r[2], r[3]), d = high32(r[2], r[3]);

    r[0] = low64(a, c), r[1] = high64(a, c), r[2] = low64(b, d), r[3] = high64(b, d);
}

KERNEL void transpose_words(words r[8])
{
    words a[4] = { low16(r[0], r[1]), low16(r[2], r[3]), low16(r[4], r[5]), low16(r[6], r[7]) };
    words b[4] = { high16(r[0], r[1]), high16(r[2], r[3]), high16(r[4], r[5]), high16(r[6], r[7]) };

    transpose_pairs(a), transpose_pairs(b);
    memcpy(r, a, sizeof a), memcpy(r + 4, b, sizeof b);
}

#endif

/* Where WORDS chains read and write, from a common offset on. Those of one block follow one another, and they begin with its
 * first where there are two of them. */
struct chains {
    const uint8_t *in[WORDS];
    uint8_t *out[WORDS];
    unsigned channels;
};

/* The group that begins with chain `first`: `in_bytes` of a block and `in_width` of a channel in its first row, likewise
 * `out`. Words without a chain repeat the last block. */
APART struct chains chains_at(const struct adpcm_blocks *blocks, size_t first, const void *in, size_t in_bytes, size_t in_width,
                               void *out, size_t out_bytes, size_t out_width)
{
    size_t all = blocks->count * blocks->channels;
    struct chains chains;

    chains.channels = blocks->channels;
    for (size_t i = 0; i < WORDS; i++) {
        size_t channel = (first + i) % blocks->channels, chain = first + i < all ? first + i : all - 1;

        chains.in[i] = (const uint8_t *)in + chain / blocks->channels * in_bytes + channel * in_width;
        chains.out[i] = (uint8_t *)out + chain / blocks->channels * out_bytes + channel * out_width;
    }
    return chains;
}

/* The most channels of a block that are read and written by rows. */
enum { ROW_CHANNELS = WORDS < 8 ? 1 : 2 };

#if WORDS < 8
KERNEL void load_words(words r[8], const struct chains *chains, size_t at, unsigned channels)
{
    (void)channels;
    for (int i = 0; i < 8; i++)
        for (int l = 0; l < WORDS; l++)
            r[i][l] = load16_le(chains->in[l] + at + 2 * i);
}

KERNEL void store_words(words r[8], const struct chains *chains, size_t at, unsigned channels)
{
    (void)channels;
    for (int i = 0; i < 8; i++)
        for (int l = 0; l < WORDS; l++)
            store16_le(chains->out[l] + at + 2 * i, r[i][l]);
}
#else
/* Eight words of each chain, one or two channels of words in turn, `at` bytes on: r[i] holds word i of all. */
KERNEL void load_words(words r[8], const struct chains *chains, size_t at, unsigned channels)
{
    if (channels == 1) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            r[i] = load_row(chains->in[i] + at, chains->in[i + WORDS - 8] + at);
        transpose_words(r);
    } else {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            r[i] = load_row(chains->in[2 * i] + at, chains->in[2 * i + WORDS - 8] + at);
            r[i + 4] = load_row(chains->in[2 * i] + at + 16, chains->in[2 * i + WORDS - 8] + at + 16);
        }
        transpose_pairs(r), transpose_pairs(r + 4);
    }
}

KERNEL void store_words(words r[8], const struct chains *chains, size_t at, unsigned channels)
{
    if (channels == 1) {
        transpose_words(r);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            store_row(r[i], chains->out[i] + at, chains->out[i + WORDS - 8] + at);
    } else {
        transpose_pairs(r), transpose_pairs(r + 4);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            store_row(r[i], chains->out[2 * i] + at, chains->out[2 * i + WORDS - 8] + at);
            store_row(r[i + 4], chains->out[2 * i] + at + 16, chains->out[2 * i + WORDS - 8] + at + 16);
        }
    }
}

#endif

/* The last of `samples` is repeated where there are fewer than 8. */
APART void load_few_samples(words r[8], const struct chains *chains, uint32_t at, uint32_t samples)
{
    uint16_t copy[8][WORDS];

    for (uint32_t i = 0; i < 8; i++)
#pragma GCC unroll 1
        for (int l = 0; l < WORDS; l++)
            copy[i][l] = load16_le(chains->in[l] + 2 * (size_t)(at + i < samples ? at + i : samples - 1) * chains->channels);
    memcpy(r, copy, sizeof copy);
}

/* Word i of the chains' samples from `at` on, above -32768. */
KERNEL void load_samples(words r[8], const struct chains *chains, uint32_t at, uint32_t samples)
{
    if (samples - at < 8 || chains->channels > ROW_CHANNELS)
        load_few_samples(r, chains, at, samples);
    else if (chains->channels == 1)
        load_words(r, chains, 2 * (size_t)at, 1);
    else
        load_words(r, chains, 4 * (size_t)at, 2);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r[i] ^= 0x8000;
}

#endif
