/* One direction of one codec, by ourselves or by a peer, over a whole sound. */
#ifndef OMNIACM_BENCH_PEERS_H
#define OMNIACM_BENCH_PEERS_H

#include "support.h"

struct task {
    const char *name;
    void (*run)(const struct task *);
    const struct codec *codec;
    struct wave_format format;
    struct settings settings;
    struct sound sound;             /* interleaved */
    int16_t *planes[2];             /* the same, for peers that take a channel after the other */
    struct bytes code;              /* our encoder's */
    struct bytes file;              /* as a WAV file */
    int id;                         /* the peer's number for the codec */
};

/* So that no compiler finds that nobody looks. */
extern volatile int bench_sink;

/* The peers of a tag, in one direction: at most PEERS_MOST tasks with name, run and id; returns how many. */
enum { PEERS_MOST = 4 };
size_t peers_of(uint16_t tag, bool decoding, struct task peers[PEERS_MOST]);

/* What is not built in. */
void peers_missing(void);

#endif
