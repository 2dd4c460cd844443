/* One direction of one codec, ours or a peer's, over a whole sound. */
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
    struct sound sound;   /* interleaved */
    int16_t *planes[2];   /* the same, one array per channel, for peers that take planar samples */
    struct bytes code;    /* to decode */
    struct bytes file;    /* the same as a WAV file */
    struct bytes *output; /* collects the output; null while the time is measured */
};

/* Takes the output of a call. */
void task_output(const struct task *, const void *data, size_t size);

/* The codecs of each library; a null name ends the list. Without a decoder, ours decodes the peer's
 * output. */
struct peer {
    uint16_t tag;
    uint16_t bits;     /* per sample; 0 matches any */
    uint32_t bit_rate; /* of the mode; 0 matches any */
    uint16_t channels; /* at most */
    const char *name;
    void (*encode)(const struct task *), (*decode)(const struct task *);
    int id;
};
extern const struct peer libav_peers[], peers[];

void lame_encodes(const struct task *);

/* Encoders that search. They are far slower, and compared with ours only on request. */
extern const struct peer searching_peers[];

#endif
