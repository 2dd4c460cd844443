/* Runs of lines with one scale factor. */
#include "layer3.h"

void layer3_list_runs(unsigned rate, const struct layer3_granule *granule, struct layer3_runs *runs)
{
    const uint16_t *short_starts = mpeg_short_bands[rate];
    bool is_short = granule->block_type == MPEG_SHORT_TYPE;
    unsigned long_bands = MPEG_LONG_BANDS, run = 0;

    if (is_short)
        long_bands = !granule->mixed ? 0 : rate < 3 ? 8 : 6;
    for (; run < long_bands; run++)
        runs->ends[run] = mpeg_long_bands[rate][run + 1];
    runs->first_short = (uint8_t)run;
    for (unsigned band = long_bands ? 3 : 0; is_short && band < MPEG_SHORT_BANDS; band++)
        for (int window = 0; window < 3; window++, run++) {
            unsigned start = run ? runs->ends[run - 1] : 0;

            runs->ends[run] = (uint16_t)(start + short_starts[band + 1] - short_starts[band]);
        }
    runs->count = (uint8_t)run;
}
