/* A host in place of msacm32: builds the structures that msacm32 passes to a driver, in either
 * layout, and calls DriverProc. */
#ifndef OMNIACM_TESTS_ACM_HOST_H
#define OMNIACM_TESTS_ACM_HOST_H

#include "support.h"
#include "mock.h"
#include "driver.h"
#include "mix.h"
#include "bits.h"

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second);
LRESULT ask(UINT message, const void *first, LPARAM second);

/* Every test begins with a new Windows, and nothing may be allocated at its end. Streams that a
 * failed test left open are closed. */
int host_begin(void **);
int host_end(void **);
#define TEST(function) cmocka_unit_test_setup_teardown(function, host_begin, host_end)

/* Memory of exactly this size, so that the sanitizer guards its ends, filled with garbage.
 * `release` frees all of it. */
void *lend(size_t size);
void *lend_copy(const void *from, size_t size);
void *lend_random(size_t size, uint32_t *seed);
void release(void);

/* True if none of the `n` bytes from `lend` has been written. */
bool is_untouched(const void *from, size_t n);

/* ---- Structures as Microsoft's msacm32 and as Wine's lay them out on x64 */
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

/* ACMDRVSTREAMINSTANCE. Its cbStruct shows which layout it has. */
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

/* The forms of PCM. */
struct shape {
    const char *name;
    WORD tag, bits;
    bool extensible;
};
extern const struct shape shapes[];
enum { SHAPES = 12, SHAPE_S16 = 1 };

WAVEFORMATEX *pcm_make(const struct shape *, DWORD rate, WORD channels);

/* The same for mix.h, with the usual speakers. */
struct pcm_shape core_shape(const struct shape *, WORD channels);

/* Reference conversions of samples to and from 16 bits, in floating point. */
int16_t *narrowed(const struct shape *, const uint8_t *from, size_t samples);
uint8_t *widened(const struct shape *, const int16_t *from, size_t samples);

/* A tag that no codec has. */
WORD foreign_tag(void);

/* ---- Every tag, mode, direction and layout in turn. Each step releases the memory of the one
 * before, whose streams must be closed. */
struct route {
    size_t number;
    bool own; /* only the first tag and the selected modes of each codec, the layouts in turn */
    bool selected; /* whether this mode is */
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

/* For tests of the conversion itself: the other tags and the other layout of a codec would only
 * repeat it. */
#define EACH_CONVERSION(route) for (struct route route = { .own = true }; route_next(&route);)

#define check(route, condition) \
    do { \
        if (!(condition)) \
            fail_msg("%s: %s", (route).name, #condition); \
    } while (0)

/* Fails the test at the first byte that differs. */
void check_equal(const struct route *, struct bytes a, struct bytes b);

/* ---- Streams */
void *stream_opened(const struct route *, DWORD flags);
void stream_closed(void *instance);

struct conversion {
    LRESULT result;
    DWORD used, made;
};
struct conversion convert(void *instance, const void *src, DWORD size, void *dst, DWORD room,
                          DWORD flags);

/* Fails the test if the driver refuses the question. */
DWORD size_from_source(void *instance, DWORD size);
DWORD size_from_destination(void *instance, DWORD size);

/* One conversion, into as much room as size_from_source gives. */
struct bytes converted(void *instance, struct bytes src, DWORD flags);

/* Input for a route: `blocks` blocks and `more` bytes. */
struct bytes material(const struct route *, unsigned blocks, DWORD more, uint32_t seed);

#endif
