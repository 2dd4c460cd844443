/* A conversion between two formats of which at most one is a codec's: decoding or encoding
 * (stream.h), the sample rate (resample.h), and the width and channels of PCM (mix.h), in one.
 *
 * A change of the rate goes through 16-bit samples, and delays the sound (resample.h). A decoder's
 * output, or the PCM, is mixed to the fewer channels of both formats before, and to the others
 * after. An encoder then gets whole blocks only; END gives the last one. */
#ifndef OMNIACM_CONVERT_H
#define OMNIACM_CONVERT_H

#include "resample.h"
#include "stream.h"

struct conversion {
    uint16_t tag; /* of the codec's format, or of the source */
    bool decodes, encodes, resamples;
    struct plan stream;            /* if it decodes or encodes */
    struct mix before, after;      /* of a PCM source, and of a PCM destination */
    uint32_t src_frame, dst_frame; /* bytes of PCM */
    struct resample_plan rate;     /* if it resamples */
};

/* Determines how to convert `from` to `to`; false if that is impossible. */
bool conversion_plan(struct conversion *, const struct wave_format *from,
                     const struct wave_format *to);

/* Sets the quality of the change of the rate, 0 to 2, before the converter starts. Without, it is
 * 2, for which sizes are greatest. */
void conversion_set_quality(struct conversion *, unsigned quality);

/* As in stream.h. */
bool conversion_size_from_source(const struct conversion *, uint32_t src, uint32_t *dst);
bool conversion_size_from_destination(const struct conversion *, uint32_t dst, uint32_t *src);

struct converter;

/* `memory` has converter_bytes() bytes, aligned for any type. */
size_t converter_bytes(const struct conversion *);
struct converter *converter_start(void *memory, const struct conversion *, const struct options *);
void converter_reset(struct converter *);
struct progress converter_run(struct converter *, const uint8_t *src, uint8_t *dst, struct offer);
bool converter_lacks_room(const struct converter *, struct offer);

#endif
