#include <string.h>
#include "adpcm.h"
#include "adpcm_block.h"
#include "header.h"
#include "tags.h"
#include "wav.h"

static const struct kind {
    uint8_t at, size; /* of the first bytes by which it is recognized */
    char magic[9];
    const char *reason;
} kinds[] = {
    { 0, 4, "RIFX",
      "it is a big-endian WAV (RIFX) file, which is not supported; convert it with sox or ffmpeg" },
    { 0, 4, "FORM", "not a WAV file, but an AIFF or other IFF file" },
    { 0, 4, ".snd", "not a WAV file, but a Sun audio (.au) file" },
    { 0, 4, "OggS", "not a WAV file, but an Ogg file" },
    { 0, 4, "fLaC", "not a WAV file, but a FLAC file" },
    { 0, 4, "riff", "not a WAV file, but a Sony Wave64 file" },
    { 0, 4, "caff", "not a WAV file, but an Apple CAF file" },
    { 0, 4, "wvpk", "not a WAV file, but a WavPack file" },
    { 0, 4, "MAC ", "not a WAV file, but a Monkey's Audio file" },
    { 0, 4, "#!AM", "not a WAV file, but an AMR file" },
    { 0, 4, "#!SI", "not a WAV file, but a SILK file" },
    { 0, 4, "Crea", "not a WAV file, but a Creative .voc file" },
    { 0, 4, "MThd", "not a WAV file, but a MIDI file" },
    { 0, 4, "WAVC",
      "not a WAV file, but Interplay's WAVC (ACM audio of Baldur's Gate and other games of the "
      "Infinity Engine); GemRB and tools based on ffmpeg read it" },
    { 4, 4, "ftyp", "not a WAV file, but an MP4 or M4A file" },
    { 0, 4, "\x1A\x45\xDF\xA3", "not a WAV file, but a Matroska or WebM file" },
    { 0, 4, "\x30\x26\xB2\x75", "not a WAV file, but a Windows Media file" },
    { 0, 2, "\xFF\xFB", "not a WAV file, but an MP3 file" },
    { 0, 2, "\xFF\xFA", "not a WAV file, but an MP3 file" },
    { 0, 2, "\xFF\xF3", "not a WAV file, but an MP3 file" },
    { 0, 2, "\xFF\xF2", "not a WAV file, but an MP3 file" },
    { 0, 2, "\xFF\xE3", "not a WAV file, but an MP3 file" },
    { 0, 2, "\xFF\xF1", "not a WAV file, but an AAC file" },
};

const char *kind_not_riff(const uint8_t p[12], bool after_tag)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memcmp(p + kinds[i].at, kinds[i].magic, kinds[i].size) == 0)
            return kinds[i].reason;
    if (after_tag)
        return "not a WAV file: RIFF does not follow its ID3 tag, which MP3 files have";
    return "not a WAV file: it does not begin with RIFF";
}

bool kind_is_known(const uint8_t p[12])
{
    static const char wav[][5] = { "RIFF", "RF64", "BW64", "ID3\3", "ID3\4", "ID3\2" };

    for (size_t i = 0; i < sizeof wav / sizeof *wav; i++)
        if (memcmp(p, wav[i], 4) == 0)
            return true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].size >= 4 && memcmp(p + kinds[i].at, kinds[i].magic, kinds[i].size) == 0)
            return true;
    return false;
}

const char *kind_not_wave(const uint8_t form[4])
{
    if (memcmp(form, "AVI ", 4) == 0)
        return "it is an AVI video, not a WAV file";
    if (memcmp(form, "RMID", 4) == 0)
        return "it is a MIDI (RMID) file, not a WAV file";
    return "it is a RIFF file, but not a WAVE file";
}

/* Returns true for IMA ADPCM and GSM 6.10, whose extra bytes are the samples per block.
 * WAVE_FORMAT_EXTENSIBLE has these in a field of its own. */
static bool extra_is_samples(uint16_t tag) { return tag == TAG_IMA_ADPCM || tag == TAG_GSM610; }

/* The field of the samples per block means the valid bits of a sample if the number of bits is not
 * 0. A number that exceeds the bits can only be samples. */
void header_unwrap(uint8_t *p, size_t *size)
{
    uint16_t tag, bits = load16_le(p + 14), samples = load16_le(p + 18);
    size_t extra;

    if (load16_le(p) != TAG_EXTENSIBLE || *size < 40)
        return;
    tag = tag_of_guid(p + 24);
    if (tag == 0)
        return;
    if (load16_le(p + 2) > 2 && (tag == TAG_PCM || tag == TAG_IEEE_FLOAT))
        return; /* the speaker positions would be lost */
    extra = *size - 40;
    store16_le(p, tag);
    memmove(p + WAV_FORMAT_SIZE, p + 40, extra);
    if (extra == 0 && extra_is_samples(tag) && samples > bits) {
        store16_le(p + WAV_FORMAT_SIZE, samples);
        extra = 2;
    }
    store16_le(p + 16, (uint16_t)extra);
    *size = WAV_FORMAT_SIZE + extra;
}

/* The bits determine the block. One with room for more bits, up to 32, is believed if the byte rate
 * confirms it. */
static uint16_t pcm_block(const uint8_t *p, uint16_t channels, unsigned bits)
{
    unsigned align = load16_le(p + 12), bytes = (bits + 7) / 8;
    bool larger = align > bytes * channels && align <= 4u * channels && align % channels == 0;

    if (bits == 0 || (larger && load32_le(p + 8) == load32_le(p + 4) * align))
        return (uint16_t)align;
    return (uint16_t)(bytes * channels);
}

static void correct_pcm(uint8_t *p, uint16_t channels)
{
    unsigned bits = load16_le(p + 14), align;

    if (bits == 0)
        bits = load16_le(p + 12) / channels * 8u;
    align = pcm_block(p, channels, bits);
    store16_le(p + 14, (uint16_t)bits);
    store16_le(p + 12, (uint16_t)align);
    store32_le(p + 8, load32_le(p + 4) * align);
}

static void correct_law(uint8_t *p, uint16_t channels)
{
    store32_le(p + 8, load32_le(p + 4) * channels);
    store16_le(p + 12, channels);
    store16_le(p + 14, 8);
}

/* Stores the samples per block in the extra bytes, if they have room or can be added. */
static void store_samples(uint8_t *p, size_t *size, uint32_t samples, bool add)
{
    if (add && *size < WAV_FORMAT_SIZE + 2) {
        store16_le(p + 16, 2);
        *size = WAV_FORMAT_SIZE + 2;
    }
    if (*size >= WAV_FORMAT_SIZE + 2 && samples <= UINT16_MAX)
        store16_le(p + WAV_FORMAT_SIZE, (uint16_t)samples);
}

static void correct_adpcm(uint8_t *p, size_t *size, const struct wave_format *format)
{
    bool ima = format->tag == TAG_IMA_ADPCM;
    unsigned bits = ima ? ima_bits(format->bits_per_sample) : 4;
    bool known = ima ? bits == 3 || bits == 4 : adpcm_has_4_bits(format);
    struct span block = { 0, 0 };

    if (known)
        block = adpcm_block(format, ima ? &ima_shape : &ms_shape, bits);
    if (block.frames == 0)
        return;
    store16_le(p + 12, (uint16_t)block.bytes);
    store16_le(p + 14, (uint16_t)bits);
    store_samples(p, size, block.frames, ima);
    if (!adpcm_rate_agrees(format, block))
        store32_le(p + 8, (uint32_t)((uint64_t)format->sample_rate * block.bytes / block.frames));
}

static void correct_gsm(uint8_t *p, size_t *size, uint16_t channels)
{
    enum { BLOCK = 65, SAMPLES = 320 };

    if (channels != 1 || load16_le(p + 12) > 1)
        return;
    store32_le(p + 8, (uint32_t)((uint64_t)load32_le(p + 4) * BLOCK / SAMPLES));
    store16_le(p + 12, BLOCK);
    if (*size < WAV_FORMAT_SIZE + 2)
        store_samples(p, size, SAMPLES, true);
}

void header_correct(uint8_t *p, size_t *size)
{
    const struct wave_format format = { load16_le(p),      load16_le(p + 2),   load32_le(p + 4),
                                        load32_le(p + 8),  load16_le(p + 12),  load16_le(p + 14),
                                        load16_le(p + 16), p + WAV_FORMAT_SIZE };

    if (format.channels == 0)
        return;
    switch (format.tag) {
    case TAG_PCM:
    case TAG_IEEE_FLOAT:
        correct_pcm(p, format.channels);
        break;
    case TAG_ALAW:
    case TAG_ULAW:
        correct_law(p, format.channels);
        break;
    case TAG_MS_ADPCM:
    case TAG_IMA_ADPCM:
        correct_adpcm(p, size, &format);
        break;
    case TAG_GSM610:
        correct_gsm(p, size, format.channels);
        break;
    default:
        break;
    }
}
