/* A host in msacm32's place: builds what msacm32 hands to a driver, in either layout, and sends it
 * to DriverProc. */
#ifndef OMNIACM_TESTS_ACM_HOST_H
#define OMNIACM_TESTS_ACM_HOST_H

#include "support.h"
#include "mock.h"
#include "driver.h"
#include "pcm.h"
#include "bits.h"

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second);
LRESULT ask(UINT message, const void *first, LPARAM second);

/* Every test begins with a fresh Windows and ends with nothing allocated; streams that it left
 * open, because it failed, are closed. */
int host_begin(void **);
int host_end(void **);
#define TEST(function) cmocka_unit_test_setup_teardown(function, host_begin, host_end)

/* Memory of exactly this size, so that the sanitizer guards its ends; full of garbage. `release`
 * frees all of it. */
void *lend(size_t size);
void *lend_copy(const void *from, size_t size);
void *lend_random(size_t size, uint32_t *seed);
void release(void);

/* Whether `n` bytes are still as `lend` left them. */
bool is_untouched(const void *from, size_t n);

/* ---- Structures as Microsoft's msacm32 lays them out on x64, and as Wine does */
enum abi { WINDOWS, WINE };

struct instance_layout {
    unsigned size, src, dst, filter, callback, user, open, driver_flags, driver, has;
};
struct suggestion_layout {
    unsigned size, flags, src, src_size, dst, dst_size;
};
extern const struct instance_layout instance_layouts[2];
extern const struct suggestion_layout suggestion_layouts[2];

enum { CALLBACK_ADDRESS = 0x7E57C0DE, CALLBACK_USER = 0x05E2, STREAM_HANDLE = 0x48 };

void put32(void *memory, size_t at, DWORD);
void put64(void *memory, size_t at, uint64_t);
uint32_t get32(const void *memory, size_t at);
uint64_t get64(const void *memory, size_t at);

/* ACMDRVSTREAMINSTANCE; which layout it has shows in its cbStruct. */
void *instance_make(enum abi, const WAVEFORMATEX *src, const WAVEFORMATEX *dst, DWORD open);
const struct instance_layout *layout_of(const void *instance);
DWORD_PTR instance_driver(const void *instance);

LRESULT suggest(enum abi, DWORD flags, const WAVEFORMATEX *src, DWORD src_size, WAVEFORMATEX *dst,
                DWORD dst_size);

/* ---- Formats, in memory of exactly their size */
WAVEFORMATEX *wfx_make(const struct wave_format *);
size_t wfx_size(const WAVEFORMATEX *);

/* The same format as WAVE_FORMAT_EXTENSIBLE. */
WAVEFORMATEX *wfx_wrapped(const WAVEFORMATEX *);

/* What PCM can look like. */
struct shape {
    const char *name;
    WORD tag, bits;
    bool extensible;
};
extern const struct shape shapes[];
enum { SHAPES = 10, SHAPE_S16 = 1 };

WAVEFORMATEX *pcm_make(const struct shape *, DWORD rate, WORD channels);

/* Arithmetic of the tests' own, in floating point: what becomes of samples on their way to 16 bits
 * and back. */
int16_t *narrowed(const struct shape *, const uint8_t *from, size_t samples);
uint8_t *widened(const struct shape *, const int16_t *from, size_t samples);

/* A tag that no codec has. */
WORD foreign_tag(void);

/* ---- Every tag, mode, direction and layout in turn; what was lent is released, and must have been
 * closed */
struct route {
    size_t number;
    bool own; /* of a row its own tag alone, and of the layouts one: the other for its next route */
    uint16_t tag;
    const struct codec *codec;
    struct mode mode;
    bool decoding;
    enum abi abi;
    struct wave_format format; /* the codec's side */
    uint8_t extra[EXTRA_ROOM];
    struct layout layout;
    WAVEFORMATEX *coded, *pcm;  /* 16 bits */
    WAVEFORMATEX *src, *dst;    /* one of them each */
    DWORD src_block, dst_block; /* bytes */
    char name[80];
};
bool route_next(struct route *);
#define EACH_ROUTE(route) for (struct route route = { 0 }; route_next(&route);)

/* What is asked of the conversion alone: a row's other tags and the other layout would convert the
 * same again. */
#define EACH_CONVERSION(route) for (struct route route = { .own = true }; route_next(&route);)

#define check(route, condition) \
    do { \
        if (!(condition)) \
            fail_msg("%s: %s", (route).name, #condition); \
    } while (0)

/* ---- Streams */
void *stream_opened(const struct route *, DWORD flags);
void stream_closed(void *instance);

struct conversion {
    LRESULT result;
    DWORD used, made;
};
struct conversion convert(void *instance, const void *src, DWORD size, void *dst, DWORD room,
                          DWORD flags);

/* ACMDM_STREAM_SIZE; fails the test where it is refused. */
DWORD size_from_source(void *instance, DWORD size);
DWORD size_from_destination(void *instance, DWORD size);

/* One conversion into as much as ACMDM_STREAM_SIZE asks for. */
struct bytes converted(void *instance, struct bytes src, DWORD flags);

/* Sound or codes for a route: `blocks` and a part of one more. */
struct bytes material(const struct route *, unsigned blocks, DWORD more, uint32_t seed);

#endif
