/* One direction of one codec, by ourselves or by a peer, over a whole sound. */
#ifndef OMNIACM_BENCH_TASK_H
#define OMNIACM_BENCH_TASK_H

#include "support.h"

struct task {
    const char *name;
    void (*run)(const struct task *);
    int id; /* the peer's number for the codec */
    const struct codec *codec;
    struct wave_format format;
    struct options options;
    struct sound sound; /* interleaved */
    int16_t *planes[2]; /* the same, for peers that take a channel after the other */
    struct bytes code;  /* to decode */
    struct bytes file;  /* the same as a WAV file */
    struct bytes *kept; /* where what is made stays; null while time counts */
};

/* What a piece of the work made. */
void task_made(const struct task *, const void *data, size_t size);

/* Each library's codecs, a null name at the end. Without a decoder of its own, ours decodes what it
 * made. */
struct peer {
    uint16_t tag;
    uint16_t bits;     /* of a sample; 0 is any */
    uint32_t bit_rate; /* of the mode; 0 is any */
    uint16_t channels; /* at most */
    const char *name;
    void (*encode)(const struct task *), (*decode)(const struct task *);
    int id;
};
extern const struct peer libav_peers[], peers[];

/* Those that are far slower, and are asked only where encoders are compared that search. */
extern const struct peer searching_peers[];

#endif
