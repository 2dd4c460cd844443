#include "wave_source.h"

static struct wave_source *of_filter(IBaseFilter *filter)
{
    return CONTAINING_RECORD(filter, struct wave_source, filter);
}

static struct wave_source *of_pin(IPin *pin)
{
    return CONTAINING_RECORD(pin, struct wave_source, pin);
}

static BOOL is_one_of(REFIID id, const IID *const *ids)
{
    while (*ids && !IsEqualIID(id, *ids))
        ids++;
    return *ids != 0;
}

/* An enumeration of the one pin. */
struct enumeration {
    IEnumPins pins;
    LONG references;
    BOOL done;
    IPin *pin;
};

static HRESULT STDMETHODCALLTYPE pins_query(IEnumPins *self, REFIID id, void **out)
{
    static const IID *const ids[] = { &IID_IUnknown, &IID_IEnumPins, 0 };

    *out = is_one_of(id, ids) ? self : 0;
    if (!*out)
        return E_NOINTERFACE;
    IEnumPins_AddRef(self);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE pins_add(IEnumPins *self)
{
    return (ULONG)InterlockedIncrement(&((struct enumeration *)self)->references);
}

static ULONG STDMETHODCALLTYPE pins_release(IEnumPins *self)
{
    LONG left = InterlockedDecrement(&((struct enumeration *)self)->references);

    if (left == 0)
        free(self);
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE pins_next(IEnumPins *self, ULONG count, IPin **pins,
                                           ULONG *fetched)
{
    struct enumeration *all = (struct enumeration *)self;
    ULONG given = count != 0 && !all->done;

    if (given)
        *pins = all->pin;
    all->done = all->done || given;
    if (fetched)
        *fetched = given;
    return given == count ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pins_skip(IEnumPins *self, ULONG count)
{
    IPin *pin;

    return count == 0 ? S_OK : pins_next(self, count, &pin, 0);
}

static HRESULT STDMETHODCALLTYPE pins_reset(IEnumPins *self)
{
    ((struct enumeration *)self)->done = FALSE;
    return S_OK;
}

static IEnumPins *pins_make(IPin *pin, BOOL done);

static HRESULT STDMETHODCALLTYPE pins_clone(IEnumPins *self, IEnumPins **out)
{
    struct enumeration *all = (struct enumeration *)self;

    *out = pins_make(all->pin, all->done);
    return S_OK;
}

static IEnumPinsVtbl pins_methods = { pins_query, pins_add,   pins_release, pins_next,
                                      pins_skip,  pins_reset, pins_clone };

static IEnumPins *pins_make(IPin *pin, BOOL done)
{
    struct enumeration *all = malloc(sizeof *all);

    *all = (struct enumeration){ { &pins_methods }, 1, done, pin };
    return &all->pins;
}

static HRESULT STDMETHODCALLTYPE filter_query(IBaseFilter *self, REFIID id, void **out)
{
    static const IID *const ids[] = { &IID_IUnknown, &IID_IPersist, &IID_IMediaFilter,
                                      &IID_IBaseFilter, 0 };

    *out = is_one_of(id, ids) ? self : 0;
    return *out ? S_OK : E_NOINTERFACE;
}

/* The caller owns the structure, so that references are not counted. */
static ULONG STDMETHODCALLTYPE filter_reference(IBaseFilter *self)
{
    (void)self;
    return 2;
}

static HRESULT STDMETHODCALLTYPE filter_class(IBaseFilter *self, CLSID *class)
{
    (void)self;
    *class = (CLSID){ 0 };
    return S_OK;
}

/* Fills and delivers one media sample. */
static HRESULT deliver(struct wave_source *source, DWORD at, DWORD size)
{
    IMediaSample *sample;
    BYTE *data;
    HRESULT result = IMemAllocator_GetBuffer(source->allocator, &sample, 0, 0, 0);

    if (result != S_OK)
        return result;
    IMediaSample_GetPointer(sample, &data);
    memcpy(data, source->file.data + at, size);
    IMediaSample_SetActualDataLength(sample, (LONG)size);
    IMediaSample_SetSyncPoint(sample, TRUE);
    result = IMemInputPin_Receive(source->input, sample);
    IMediaSample_Release(sample);
    return result;
}

static DWORD WINAPI stream(void *context)
{
    struct wave_source *source = context;
    DWORD size = source->file.size;

    source->result = IPin_NewSegment(source->peer, 0, 0, 1);
    for (DWORD at = 0; at < size && source->result == S_OK; at += source->sample)
        source->result = deliver(source, at, min(source->sample, size - at));
    if (source->result == S_OK)
        source->result = IPin_EndOfStream(source->peer);
    return 0;
}

/* The filters behind this one stop first, so that no delivery waits. */
static HRESULT STDMETHODCALLTYPE filter_stop(IBaseFilter *self)
{
    struct wave_source *source = of_filter(self);

    source->state = State_Stopped;
    if (!source->thread)
        return S_OK;
    IMemAllocator_Decommit(source->allocator);
    WaitForSingleObject(source->thread, INFINITE);
    CloseHandle(source->thread);
    source->thread = 0;
    return S_OK;
}

static HRESULT start(struct wave_source *source, FILTER_STATE state)
{
    source->state = state;
    if (source->thread || !source->peer)
        return S_OK;
    IMemAllocator_Commit(source->allocator);
    source->thread = CreateThread(0, 0, stream, source, 0, 0);
    return source->thread ? S_OK : E_FAIL;
}

static HRESULT STDMETHODCALLTYPE filter_pause(IBaseFilter *self)
{
    return start(of_filter(self), State_Paused);
}

static HRESULT STDMETHODCALLTYPE filter_run(IBaseFilter *self, REFERENCE_TIME at)
{
    (void)at;
    return start(of_filter(self), State_Running);
}

static HRESULT STDMETHODCALLTYPE filter_state(IBaseFilter *self, DWORD timeout, FILTER_STATE *state)
{
    (void)timeout;
    *state = of_filter(self)->state;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_set_clock(IBaseFilter *self, IReferenceClock *clock)
{
    (void)self, (void)clock;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_clock(IBaseFilter *self, IReferenceClock **clock)
{
    (void)self;
    *clock = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_pins(IBaseFilter *self, IEnumPins **out)
{
    *out = pins_make(&of_filter(self)->pin, FALSE);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_find(IBaseFilter *self, LPCWSTR name, IPin **pin)
{
    (void)self, (void)name;
    *pin = 0;
    return VFW_E_NOT_FOUND;
}

static HRESULT STDMETHODCALLTYPE filter_info(IBaseFilter *self, FILTER_INFO *info)
{
    *info = (FILTER_INFO){ .pGraph = of_filter(self)->graph };
    if (info->pGraph)
        IFilterGraph_AddRef(info->pGraph);
    return S_OK;
}

/* The graph counts no reference of its filters to itself. */
static HRESULT STDMETHODCALLTYPE filter_join(IBaseFilter *self, IFilterGraph *graph, LPCWSTR name)
{
    (void)name;
    of_filter(self)->graph = graph;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE filter_vendor(IBaseFilter *self, LPWSTR *vendor)
{
    (void)self, (void)vendor;
    return E_NOTIMPL;
}

static IBaseFilterVtbl filter_methods = { filter_query, filter_reference, filter_reference,
                                          filter_class, filter_stop,      filter_pause,
                                          filter_run,   filter_state,     filter_set_clock,
                                          filter_clock, filter_pins,      filter_find,
                                          filter_info,  filter_join,      filter_vendor };

static HRESULT STDMETHODCALLTYPE pin_query(IPin *self, REFIID id, void **out)
{
    static const IID *const ids[] = { &IID_IUnknown, &IID_IPin, 0 };

    *out = is_one_of(id, ids) ? self : 0;
    return *out ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE pin_reference(IPin *self)
{
    (void)self;
    return 2;
}

static AM_MEDIA_TYPE type_of(struct file file)
{
    AM_MEDIA_TYPE type = { .majortype = MEDIATYPE_Audio, .subtype = MEDIATYPE_Audio };

    type.subtype.Data1 = file.format->wFormatTag;
    type.formattype = FORMAT_WaveFormatEx;
    type.lSampleSize = file.format->nBlockAlign;
    type.bFixedSizeSamples = TRUE;
    type.cbFormat = sizeof(WAVEFORMATEX) + file.format->cbSize;
    type.pbFormat = (BYTE *)file.format;
    return type;
}

static HRESULT STDMETHODCALLTYPE pin_connect(IPin *self, IPin *peer, const AM_MEDIA_TYPE *asked)
{
    struct wave_source *source = of_pin(self);
    AM_MEDIA_TYPE type = type_of(source->file);
    ALLOCATOR_PROPERTIES wanted = { 2, (LONG)source->sample, 1, 0 }, actual;
    HRESULT result = IPin_ReceiveConnection(peer, self, &type);

    (void)asked;
    if (result != S_OK)
        return result;
    source->peer = peer;
    IPin_AddRef(peer);
    result = IPin_QueryInterface(peer, &IID_IMemInputPin, (void **)&source->input);
    if (result == S_OK)
        result = CoCreateInstance(&CLSID_MemoryAllocator, 0, CLSCTX_INPROC_SERVER,
                                  &IID_IMemAllocator, (void **)&source->allocator);
    if (result == S_OK)
        result = IMemAllocator_SetProperties(source->allocator, &wanted, &actual);
    if (result == S_OK)
        result = IMemInputPin_NotifyAllocator(source->input, source->allocator, FALSE);
    return result;
}

static HRESULT STDMETHODCALLTYPE pin_receive(IPin *self, IPin *from, const AM_MEDIA_TYPE *type)
{
    (void)self, (void)from, (void)type;
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE pin_disconnect(IPin *self)
{
    struct wave_source *source = of_pin(self);

    if (!source->peer)
        return S_FALSE;
    if (source->allocator)
        IMemAllocator_Release(source->allocator);
    if (source->input)
        IMemInputPin_Release(source->input);
    IPin_Release(source->peer);
    source->allocator = 0;
    source->input = 0;
    source->peer = 0;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_peer(IPin *self, IPin **peer)
{
    *peer = of_pin(self)->peer;
    if (!*peer)
        return VFW_E_NOT_CONNECTED;
    IPin_AddRef(*peer);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_type(IPin *self, AM_MEDIA_TYPE *type)
{
    AM_MEDIA_TYPE own = type_of(of_pin(self)->file);

    if (!of_pin(self)->peer)
        return VFW_E_NOT_CONNECTED;
    *type = own;
    type->pbFormat = CoTaskMemAlloc(own.cbFormat);
    memcpy(type->pbFormat, own.pbFormat, own.cbFormat);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_info(IPin *self, PIN_INFO *info)
{
    *info = (PIN_INFO){ &of_pin(self)->filter, PINDIR_OUTPUT, { 0 } };
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_direction(IPin *self, PIN_DIRECTION *direction)
{
    (void)self;
    *direction = PINDIR_OUTPUT;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE pin_id(IPin *self, LPWSTR *id)
{
    (void)self, (void)id;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE pin_accept(IPin *self, const AM_MEDIA_TYPE *type)
{
    (void)self, (void)type;
    return S_FALSE;
}

static HRESULT STDMETHODCALLTYPE pin_types(IPin *self, IEnumMediaTypes **types)
{
    (void)self, (void)types;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE pin_internal(IPin *self, IPin **pins, ULONG *count)
{
    (void)self, (void)pins, (void)count;
    return E_NOTIMPL;
}

static HRESULT STDMETHODCALLTYPE pin_no_input(IPin *self)
{
    (void)self;
    return E_UNEXPECTED;
}

static HRESULT STDMETHODCALLTYPE pin_segment(IPin *self, REFERENCE_TIME start, REFERENCE_TIME end,
                                             double rate)
{
    (void)self, (void)start, (void)end, (void)rate;
    return E_UNEXPECTED;
}

static IPinVtbl pin_methods = { pin_query,    pin_reference,  pin_reference, pin_connect,
                                pin_receive,  pin_disconnect, pin_peer,      pin_type,
                                pin_info,     pin_direction,  pin_id,        pin_accept,
                                pin_types,    pin_internal,   pin_no_input,  pin_no_input,
                                pin_no_input, pin_segment };

void wave_source_init(struct wave_source *source)
{
    source->filter.lpVtbl = &filter_methods;
    source->pin.lpVtbl = &pin_methods;
}
