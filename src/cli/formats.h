/* The names of formats, and the formats that a user may mean. */
#ifndef OMNIACM_CLI_FORMATS_H
#define OMNIACM_CLI_FORMATS_H

#include "drivers.h"

enum { NAME_ROOM = 128 };

/* The name of a tag: the one from tags_table.h, else the one a driver gives it, else "unknown". */
const wchar_t *tag_name(const struct drivers *, DWORD tag, wchar_t name[NAME_ROOM]);

/* The word that --to takes for a tag, else one made from `name`; suitable for file names. */
void tag_word(DWORD tag, const wchar_t *name, wchar_t word[NAME_ROOM]);

/* A clause on who can decode a tag for which there may be no driver; "" for common formats. */
const wchar_t *tag_remark(DWORD tag);

/* Finds the tag that a word, a number or part of a name means. Returns false after a warning if
 * there is none, or more than one. */
bool tag_parse(const struct drivers *, const wchar_t *text, DWORD *tag);

/* Integer and float PCM, also as WAVE_FORMAT_EXTENSIBLE. */
bool is_pcm(const WAVEFORMATEX *);
bool is_pcm_tag(DWORD tag);

/* Returns true if two formats have the same sample rate and number of channels. */
bool same_mode(const WAVEFORMATEX *, const WAVEFORMATEX *);

/* Returns true for the formats whose first extra bytes are the samples per block. */
bool extra_has_samples(DWORD tag);

/* Returns true if `samples` per block fit the header's byte rate, within a factor of 2. They do not
 * for codecs whose frames are not blocks of nBlockAlign bytes, such as MP3. */
bool fits_rate(const WAVEFORMATEX *, DWORD samples);

/* "GSM 6.10 (0x0031), 8000 Hz, mono, 13.0 kbit/s"; valid until the next call. */
const wchar_t *format_text(const struct drivers *, const WAVEFORMATEX *);

/* The GUID of a WAVE_FORMAT_EXTENSIBLE, which has at least 22 extra bytes; valid until the next
 * call. */
const wchar_t *subformat_text(const WAVEFORMATEX *);

/* "mono", "stereo", "6 channels"; valid until the next call. */
const wchar_t *channels_text(unsigned channels);

/* A mask of speakers as in "0x7 FL FR FC", the names being ffmpeg's; valid until the next call. */
const wchar_t *speakers_text(DWORD mask);

/* The mask that counts instead of one with fewer speakers than channels; NULL if there are enough.
 * Valid until the next call. */
const wchar_t *speakers_missing(DWORD mask, unsigned channels);

/* 16-bit PCM, or 32-bit float if `tag` says so, with the same rate and channels. */
WAVEFORMATEX pcm_like(const WAVEFORMATEX *, DWORD tag);

#endif
