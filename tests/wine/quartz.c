/* Plays a WAV file through a DirectShow graph: a source of ours, the ACM wrapper, a sample grabber
 * that collects the sound, and a null renderer, without a clock.
 *   quartz FILE
 * The sound is compared with the output of one call for the whole file. The wrapper does not tell
 * the driver of the end of the stream. Prints TAP. */
#include <initguid.h>
#include "wave_source.h"
#include <qedit.h>

DEFINE_GUID(CLSID_Grabber, 0xc1f400a0, 0x3f08, 0x11d3, 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e,
            0x37);
DEFINE_GUID(CLSID_Sink, 0xc1f400a4, 0x3f08, 0x11d3, 0x9f, 0x0b, 0x00, 0x60, 0x08, 0x03, 0x9e, 0x37);

enum { LIMIT_MS = 60000 };

/* The sound that the grabber has received. */
struct received {
    ISampleGrabberCB callback;
    struct sound room;
    DWORD made, samples;
};

static HRESULT STDMETHODCALLTYPE query(ISampleGrabberCB *self, REFIID id, void **out)
{
    *out = IsEqualIID(id, &IID_IUnknown) || IsEqualIID(id, &IID_ISampleGrabberCB) ? self : 0;
    return *out ? S_OK : E_NOINTERFACE;
}

/* The callback lives longer than the graph. */
static ULONG STDMETHODCALLTYPE reference(ISampleGrabberCB *self)
{
    (void)self;
    return 2;
}

static HRESULT STDMETHODCALLTYPE receive_sample(ISampleGrabberCB *self, double time,
                                                IMediaSample *sample)
{
    (void)self, (void)time, (void)sample;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE receive(ISampleGrabberCB *self, double time, BYTE *data, LONG size)
{
    struct received *received = (struct received *)self;

    (void)time;
    if ((DWORD)size > received->room.size - received->made)
        return E_FAIL;
    memcpy(received->room.data + received->made, data, (size_t)size);
    received->made += (DWORD)size;
    received->samples++;
    return S_OK;
}

static ISampleGrabberCBVtbl callbacks = { query, reference, reference, receive_sample, receive };

/* Makes a filter of Wine's, which the graph owns. */
static IBaseFilter *add(IGraphBuilder *graph, const GUID *class)
{
    IBaseFilter *filter = 0;

    if (CoCreateInstance(class, 0, CLSCTX_INPROC_SERVER, &IID_IBaseFilter, (void **)&filter) !=
        S_OK)
        return 0;
    CHECK(IGraphBuilder_AddFilter(graph, filter, 0) == S_OK);
    IBaseFilter_Release(filter);
    return filter;
}

/* The first pin of this direction, which the filter owns. */
static IPin *pin_of(IBaseFilter *filter, PIN_DIRECTION wanted)
{
    IEnumPins *all;
    PIN_DIRECTION direction;
    IPin *pin, *found = 0;

    CHECK(IBaseFilter_EnumPins(filter, &all) == S_OK);
    while (!found && IEnumPins_Next(all, 1, &pin, 0) == S_OK) {
        if (IPin_QueryDirection(pin, &direction) == S_OK && direction == wanted)
            found = pin;
        IPin_Release(pin);
    }
    IEnumPins_Release(all);
    return found;
}

static BOOL join(IGraphBuilder *graph, IBaseFilter *from, IBaseFilter *to)
{
    IPin *out = pin_of(from, PINDIR_OUTPUT), *in = pin_of(to, PINDIR_INPUT);

    return out && in && IGraphBuilder_ConnectDirect(graph, out, in, 0) == S_OK;
}

static BOOL collect(IBaseFilter *grabber, struct received *received)
{
    ISampleGrabber *self;
    HRESULT result;

    if (IBaseFilter_QueryInterface(grabber, &IID_ISampleGrabber, (void **)&self) != S_OK)
        return FALSE;
    result = ISampleGrabber_SetCallback(self, &received->callback, 1);
    ISampleGrabber_Release(self);
    return result == S_OK;
}

/* Connects all filters, of which the first is the source. */
static void build(IGraphBuilder *graph, IBaseFilter *source, struct received *received)
{
    IBaseFilter *wrapper, *grabber, *sink;

    CHECK(IGraphBuilder_AddFilter(graph, source, 0) == S_OK);
    wrapper = add(graph, &CLSID_ACMWrapper);
    grabber = add(graph, &CLSID_Grabber);
    sink = add(graph, &CLSID_Sink);
    CHECK(wrapper && grabber && sink);
    CHECK(!failed_line && collect(grabber, received));
    CHECK(!failed_line && join(graph, source, wrapper));
    CHECK(!failed_line && join(graph, wrapper, grabber));
    CHECK(!failed_line && join(graph, grabber, sink));
}

/* Runs the graph until it reports the end of the stream. */
static BOOL run(IGraphBuilder *graph)
{
    IMediaFilter *clock;
    IMediaControl *control;
    IMediaEvent *events;
    long code = 0;

    IGraphBuilder_QueryInterface(graph, &IID_IMediaFilter, (void **)&clock);
    IGraphBuilder_QueryInterface(graph, &IID_IMediaControl, (void **)&control);
    IGraphBuilder_QueryInterface(graph, &IID_IMediaEvent, (void **)&events);
    IMediaFilter_SetSyncSource(clock, 0);
    CHECK(SUCCEEDED(IMediaControl_Run(control)));
    CHECK(IMediaEvent_WaitForCompletion(events, LIMIT_MS, &code) == S_OK);
    CHECK(SUCCEEDED(IMediaControl_Stop(control)));
    IMediaEvent_Release(events);
    IMediaControl_Release(control);
    IMediaFilter_Release(clock);
    return code == EC_COMPLETE;
}

static void play(struct file file, struct sound expected, DWORD sample)
{
    struct wave_source source = { .file = file, .sample = sample };
    struct received received = { .callback = { &callbacks } };
    IGraphBuilder *graph = 0;
    char name[120];

    wave_source_init(&source);
    received.room = (struct sound){ malloc(expected.size + 100000), expected.size + 100000 };
    CHECK(CoCreateInstance(&CLSID_FilterGraph, 0, CLSCTX_INPROC_SERVER, &IID_IGraphBuilder,
                           (void **)&graph) == S_OK);
    if (graph) {
        build(graph, &source.filter, &received);
        CHECK(!failed_line && run(graph) && source.result == S_OK);
        IGraphBuilder_Release(graph);
    }
    printf("# %lu of %lu bytes in %lu samples\n", received.made, expected.size, received.samples);
    CHECK(is_all(file, sample, received.made, expected.size) &&
          memcmp(received.room.data, expected.data, received.made) == 0);
    snprintf(name, sizeof name, "tag 0x%02X, blocks of %u bytes in samples of %lu",
             file.format->wFormatTag, file.format->nBlockAlign, sample);
    free(received.room.data);
    test_end(name);
}

int main(int argc, char **argv)
{
    struct file file = file_of(argc, argv);
    struct sound expected;

    CoInitializeEx(0, COINIT_MULTITHREADED);
    expected = decode(file);
    /* A tenth of a second and two seconds, in whole blocks. */
    for (DWORD tenths = 1; tenths <= 20; tenths += 19) {
        DWORD blocks = file.format->nAvgBytesPerSec * tenths / 10 / file.format->nBlockAlign;

        play(file, expected, max(blocks, 1) * file.format->nBlockAlign);
    }
    CoUninitialize();
    free(expected.data);
    free(file.bytes);
    return tests_end();
}
