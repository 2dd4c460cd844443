/* What formats are called, and which of them a user means. */
#ifndef OMNIACM_CLI_FORMATS_H
#define OMNIACM_CLI_FORMATS_H

#include "drivers.h"

enum { NAME_ROOM = 128 };

/* A tag's name as a driver gives it, else as the world knows it, else "unregistered". */
const wchar_t *tag_name(const struct drivers *, DWORD tag, wchar_t name[NAME_ROOM]);

/* The word that --to takes for a tag, else a word made of `name`; good for file names. */
void tag_word(DWORD tag, const wchar_t *name, wchar_t word[NAME_ROOM]);

/* Why no driver may have a tag, and what a person can do; "" where there is nothing to say. */
const wchar_t *tag_remark(DWORD tag);

/* The tag that a word or a number means; false, and a note, where it means none or several. */
bool tag_parse(const struct drivers *, const wchar_t *text, DWORD *tag);

/* PCM and float, plain or as WAVE_FORMAT_EXTENSIBLE: what a codec takes, not what it makes. */
bool is_pcm(const WAVEFORMATEX *);
bool is_pcm_tag(DWORD tag);

/* "GSM 6.10 (0x0031), 8000 Hz, mono, 13.0 kbit/s". Good until the next call. */
const wchar_t *format_words(const struct drivers *, const WAVEFORMATEX *);

/* "mono", "stereo", "6 channels". Good until the next call. */
const wchar_t *channel_words(unsigned channels);

/* 16-bit PCM, or 32-bit float, of the same rate and channels. */
WAVEFORMATEX pcm_like(const WAVEFORMATEX *, DWORD tag);

#endif
