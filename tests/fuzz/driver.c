/* Sends DriverProc arbitrary messages in any order, with arbitrary contents in structures of both
 * layouts. The memory is valid, and the guarantees of the ACM apply: a format has as many bytes as
 * its cbSize says, and dwDriver is the value that the driver stored there. */
#include "fuzz.h"
#include "mock.h"
#include "codec.h"

LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second);

enum { SLOTS = 3, MESSAGES_MOST = 48, FORMAT_ROOM = 96, BUFFER_MOST = 4096 };

/* A stream instance in one of the layouts, and its formats. */
struct slot {
    bool packed;
    ACMDRVSTREAMINSTANCE natural;
    ACMDRVSTREAMINSTANCE_PACKED windows;
    BYTE from[FORMAT_ROOM], to[FORMAT_ROOM];
};

static LRESULT send_to(UINT message, void *first, LPARAM second)
{
    return DriverProc(1, 0, message, (LPARAM)first, second);
}

/* Makes a format, often PCM, with a known or an arbitrary tag. Its extra bytes fit its buffer. */
static void take_format(struct input *input, BYTE format[FORMAT_ROOM])
{
    uint32_t kind = take(input, 1);
    WORD tag = kind < 64    ? codec_tag(kind % 8)
               : kind < 200 ? WAVE_FORMAT_PCM
                            : (WORD)take(input, 2),
         extra;

    for (int i = 0; i < FORMAT_ROOM; i++)
        format[i] = (BYTE)take(input, kind & 1);
    memcpy(format, &tag, sizeof tag);
    if (kind % 4 == 0) { /* a valid format */
        WAVEFORMATEX usual = { tag, 1, 8000, 16000, 2, 16, 0 };

        memcpy(format, &usual, sizeof usual);
        if (tag != WAVE_FORMAT_PCM) {
            ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                          .dwFormatTag = tag,
                                          .pwfx = (WAVEFORMATEX *)(void *)format,
                                          .cbwfx = FORMAT_ROOM };

            send_to(ACMDM_FORMAT_DETAILS, &details, ACM_FORMATDETAILSF_INDEX);
        }
    }
    memcpy(&extra, format + 16, sizeof extra);
    extra %= FORMAT_ROOM - 18 + 1;
    memcpy(format + 16, &extra, sizeof extra);
}

static LPARAM parameter(struct slot *slot)
{
    return slot->packed ? (LPARAM)&slot->windows : (LPARAM)&slot->natural;
}

static DWORD_PTR opened(const struct slot *slot)
{
    return slot->packed ? slot->windows.dwDriver : slot->natural.dwDriver;
}

static void open_slot(struct input *input, struct slot *slot)
{
    DWORD flags = take(input, 1) &
                  (ACM_STREAMOPENF_QUERY | ACM_STREAMOPENF_ASYNC | ACM_STREAMOPENF_NONREALTIME);

    if (opened(slot))
        return;
    take_format(input, slot->from);
    take_format(input, slot->to);
    slot->packed = take(input, 1) & 1;
    slot->natural = (ACMDRVSTREAMINSTANCE){
        sizeof slot->natural, (void *)slot->from, (void *)slot->to, 0, 0, 0, flags, 0, 0, 0
    };
    slot->windows = (ACMDRVSTREAMINSTANCE_PACKED){
        sizeof slot->windows, (void *)slot->from, (void *)slot->to, 0, 0, 0, flags, 0, 0, 0
    };
    DriverProc(1, 0, ACMDM_STREAM_OPEN, parameter(slot), 0);
}

static void convert(struct input *input, struct slot *slot)
{
    DWORD in = take(input, 2) % BUFFER_MOST, out = take(input, 2);
    BYTE *src = malloc(in + 1), *dst = malloc(out + 1);
    ACMDRVSTREAMHEADER header = { sizeof header,
                                  0,
                                  0,
                                  src + (in & 1),
                                  in,
                                  77,
                                  0,
                                  dst + (out & 1),
                                  out,
                                  77,
                                  0,
                                  take(input, 1),
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0,
                                  0 };
    LRESULT result;

    for (DWORD i = 0; i < in; i++)
        header.pbSrc[i] = (BYTE)take(input, 1);
    result = DriverProc(1, 0, ACMDM_STREAM_CONVERT, parameter(slot), (LPARAM)&header);
    MUST(header.cbSrcLengthUsed <= in && header.cbDstLengthUsed <= out);
    MUST(result == MMSYSERR_NOERROR ||
         (header.cbSrcLengthUsed == 0 && header.cbDstLengthUsed == 0));
    free(src);
    free(dst);
}

static void details(struct input *input)
{
    BYTE room[FORMAT_ROOM];
    DWORD shorter = take(input, 2), room_size = take(input, 1) % (FORMAT_ROOM + 1);
    ACMDRIVERDETAILSW driver = { .cbStruct = shorter % (sizeof driver + 1) };
    ACMFORMATTAGDETAILSW tag = {
        shorter % (sizeof tag + 1), take(input, 4), take(input, 2), take(input, 4), 0, 0, { 0 }
    };
    ACMFORMATDETAILSW format = { shorter % (sizeof format + 1),
                                 take(input, 4),
                                 take(input, 2),
                                 0,
                                 (void *)room,
                                 room_size,
                                 { 0 } };

    take_format(input, room);
    MUST(driver.cbStruct >= 4 || send_to(ACMDM_DRIVER_DETAILS, &driver, 0) != 0 || shorter == 0);
    send_to(ACMDM_DRIVER_DETAILS, &driver, 0);
    send_to(ACMDM_FORMATTAG_DETAILS, &tag, (LPARAM)take(input, 1));
    send_to(ACMDM_FORMAT_DETAILS, &format, (LPARAM)take(input, 1));
}

static void suggest(struct input *input)
{
    BYTE from[FORMAT_ROOM], to[FORMAT_ROOM];
    DWORD flags = take(input, 1) << 16, to_size = take(input, 1) % (FORMAT_ROOM + 1);
    WORD extra;
    ACMDRVFORMATSUGGEST natural = { sizeof natural, flags, (void *)from, 0, (void *)to, to_size };
    ACMDRVFORMATSUGGEST_PACKED windows = { sizeof windows, flags,  (void *)from, 0,
                                           (void *)to,     to_size };

    take_format(input, from);
    take_format(input, to);
    memcpy(&extra, from + 16, sizeof extra);
    natural.cbwfxSrc = windows.cbwfxSrc =
        take(input, 1) & 1 ? 18u + extra : take(input, 1) % (FORMAT_ROOM + 1);
    send_to(ACMDM_FORMAT_SUGGEST, take(input, 1) & 1 ? (void *)&natural : (void *)&windows, 0);
}

static void message(struct input *input, struct slot *slot)
{
    ACMDRVSTREAMSIZE size = { sizeof size, take(input, 1) % 3, 0, 0 };

    switch (take(input, 1) % 8) {
    case 0:
        details(input);
        break;
    case 1:
        suggest(input);
        break;
    case 2:
        open_slot(input, slot);
        break;
    case 3:
        DriverProc(1, 0, ACMDM_STREAM_CLOSE, parameter(slot), 0);
        break;
    case 4:
        size.cbSrcLength = take(input, 4), size.cbDstLength = take(input, 4);
        DriverProc(1, 0, ACMDM_STREAM_SIZE, parameter(slot), (LPARAM)&size);
        break;
    case 5:
        DriverProc(1, 0, ACMDM_BASE + take(input, 1) % 10, 0, 0);
        break;
    default:
        convert(input, slot);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct slot slots[SLOTS];
    struct input input = { data, size };

    mock_fresh();
    memset(slots, 0, sizeof slots);
    for (int i = 0; i < SLOTS; i++)
        slots[i].natural.cbStruct = sizeof slots[i].natural,
        slots[i].windows.cbStruct = sizeof slots[i].windows;
    heap.failing = take(&input, 1) % 16;
    for (int i = 0; i < MESSAGES_MOST && input.size; i++)
        message(&input, &slots[take(&input, 1) % SLOTS]);
    for (int i = 0; i < SLOTS; i++)
        DriverProc(1, 0, ACMDM_STREAM_CLOSE, parameter(&slots[i]), 0);
    MUST(heap.live == 0);
    return 0;
}
