/* A DirectShow source filter with one pin, which delivers the data of a WAV file as it is. Wine's
 * own WAVE parser offers PCM only. */
#ifndef OMNIACM_TESTS_WAVE_SOURCE_H
#define OMNIACM_TESTS_WAVE_SOURCE_H

#define COBJMACROS
#include <dshow.h>
#include "whole.h"

struct wave_source {
    IBaseFilter filter;
    IPin pin;
    struct file file;
    DWORD sample; /* bytes of a media sample */
    IFilterGraph *graph;
    FILTER_STATE state;
    IPin *peer;
    IMemInputPin *input;
    IMemAllocator *allocator;
    HANDLE thread;
    HRESULT result; /* of the delivery */
};

/* The structure has to live longer than the graph. Its file and sample are the caller's. */
void wave_source_init(struct wave_source *source);

#endif
