/* Every format that the driver writes, decoded by an independent program: as a WAV file, as the
 * program writes it, if the other reads its tag, or else the data alone. */
#include "codecs/adpcm_support.h"
#ifdef HAVE_SPANDSP
#include <spandsp.h>
#endif

enum { FRAMES = 9001, EXACT = 1000 }; /* EXACT: bit by bit, instead of a number of dB */

/* The way in which a peer gets a stream. */
enum input {
    FILE_OF_TAG, /* as a WAV file */
    FILE_AS_IMA, /* with the tag of IMA ADPCM, because the peer has another idea of the tag */
    BARE         /* without a header */
};

/* A peer decodes a stream to 16-bit samples. */
typedef struct sound decoder(const struct codec *, const struct coded *, enum input);

static struct sound sound_of(struct bytes pcm)
{
    return (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
}

static struct sound run_peer(const char *command, const struct coded *coded, enum input input)
{
    const struct bytes *bytes = input == BARE ? &coded->data : &coded->file;

    return sound_of(peer_run(command, bytes->data, bytes->size));
}

static struct sound ffmpeg(const struct codec *codec, const struct coded *coded, enum input input)
{
    (void)codec;
    return run_peer("ffmpeg -v error -i pipe:0 -f s16le -", coded, input);
}

static struct sound mpg123(const struct codec *codec, const struct coded *coded, enum input input)
{
    (void)codec;
    return run_peer("mpg123 -q -s -", coded, input);
}

static struct sound ffmpeg_g722(const struct codec *codec, const struct coded *coded,
                                enum input input)
{
    (void)codec;
    return run_peer("ffmpeg -v error -f g722 -i pipe:0 -f s16le -", coded, input);
}

static struct sound ffmpeg_g7231(const struct codec *codec, const struct coded *coded,
                                 enum input input)
{
    (void)codec;
    return run_peer("ffmpeg -v error -f g723_1 -i pipe:0 -f s16le -", coded, input);
}

static struct sound ffmpeg_g729(const struct codec *codec, const struct coded *coded,
                                enum input input)
{
    (void)codec;
    return run_peer("ffmpeg -v error -f g729 -i pipe:0 -f s16le -", coded, input);
}

/* A block of Xbox ADPCM is one of IMA ADPCM without its last frame. The fmt chunk is at byte 12. */
static struct sound sox(const struct codec *codec, const struct coded *coded, enum input input)
{
    size_t channels = coded->format.channels, count = 0;
    struct sound sound;

    (void)codec;
    if (input == FILE_AS_IMA) {
        store16_le(coded->file.data + 20, 0x11);
        store16_le(coded->file.data + 38, 65);
    }
    sound = run_peer("sox -t wav - -t s16 -", coded, input);
    for (size_t i = 0; input == FILE_AS_IMA && i < sound.count; i++)
        if (i / channels % 65 != 64)
            sound.samples[count++] = sound.samples[i];
    sound.count = input == FILE_AS_IMA ? count : sound.count;
    return sound;
}

static struct sound libsndfile(const struct codec *codec, const struct coded *coded,
                               enum input input)
{
    (void)input;
    return decoded_by_sndfile(codec, coded);
}

static struct sound spandsp(const struct codec *codec, const struct coded *coded, enum input input)
{
    struct sound sound = { 0, 0 };
#ifdef HAVE_SPANDSP
    int bits = coded->format.bits_per_sample;
    g726_state_t *state = g726_init(0, 8000 * bits, G726_ENCODING_LINEAR, G726_PACKING_LEFT);

    sound.samples = malloc(coded->data.size * 8 / (size_t)bits * 2 + 2);
    sound.count =
        (size_t)g726_decode(state, sound.samples, coded->data.data, (int)coded->data.size);
    g726_free(state);
#else
    print_message("libspandsp is not installed\n");
    skip();
#endif
    (void)codec;
    (void)coded;
    (void)input;
    return sound;
}

/* Some peers are not bit-exact; the number is the least SNR of their samples, with those of our
 * decoder as the signal. */
static const struct player {
    uint16_t tag;
    decoder *decode;
    enum input input;
    double db;
} players[] = {
    { 0x06, ffmpeg, FILE_OF_TAG, EXACT },     { 0x07, ffmpeg, FILE_OF_TAG, EXACT },
    { 0x11, sox, FILE_OF_TAG, EXACT },        { 0x11, ffmpeg, FILE_OF_TAG, 45 },
    { 0x02, ffmpeg, FILE_OF_TAG, EXACT },     { 0x31, sox, FILE_OF_TAG, EXACT },
    { 0x31, ffmpeg, FILE_OF_TAG, 20 },        { 0x22, ffmpeg, FILE_OF_TAG, EXACT },
    { 0x10, ffmpeg, FILE_OF_TAG, EXACT },     { 0x17, ffmpeg, FILE_OF_TAG, EXACT },
    { 0x38, libsndfile, FILE_OF_TAG, EXACT }, { 0x20, ffmpeg, FILE_OF_TAG, EXACT },
    { 0x200, ffmpeg, FILE_OF_TAG, EXACT },    { 0x69, sox, FILE_AS_IMA, EXACT },
    { 0x64, spandsp, BARE, EXACT },           { 0x45, spandsp, BARE, EXACT },
    { 0x65, ffmpeg_g722, BARE, 18 },          { 0x42, ffmpeg_g7231, BARE, EXACT },
    { 0x83, ffmpeg_g729, BARE, 15 },          { 0x61, ffmpeg, FILE_OF_TAG, 30 },
    { 0x62, ffmpeg, FILE_OF_TAG, 30 },        { 0x55, ffmpeg, FILE_OF_TAG, 60 },
    { 0x50, ffmpeg, FILE_OF_TAG, 60 },        { 0x55, mpg123, FILE_OF_TAG, 60 },
};
enum { PLAYERS = sizeof players / sizeof *players };

/* Nothing but Yamaha's driver of 2005 is known to read its blocks with headers, libsndfile has no
 * companded frames of NMS VBXADPCM, and libavcodec has the bands of 24 kHz from an early copy of
 * 13818-3, which the corrected one changed. */
static bool has_player(const struct player *player, const struct wave_format *format)
{
    return player->tag == format->tag && (format->tag != 0x20 || format->block_align == 1024) &&
           (format->tag != 0x38 || format->byte_rate < 8000) &&
           (player->tag != 0x55 || player->decode != ffmpeg || format->sample_rate != 24000);
}

/* Of a quarter of full scale: peers differ in how they saturate. */
static struct sound quiet(uint16_t channels)
{
    struct sound sound = generated((size_t)FRAMES * channels, 7);

    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] /= 4;
    return sound;
}

static void check_mode(const struct player *player, const struct codec *codec, struct mode mode)
{
    struct sound sound = quiet(mode.channels), ours, theirs;
    struct coded coded = coded_by_us(codec, mode, sound);
    double db;
    size_t n;

    ours = decoded_by_us(codec, &coded);
    theirs = player->decode(codec, &coded, player->input);
    n = ours.count < theirs.count ? ours.count : theirs.count;
    if (n < sound.count)
        fail_msg("0x%02X, %u Hz, %u channels: %zu samples of %zu", player->tag, mode.sample_rate,
                 mode.channels, theirs.count, sound.count);
    db = memcmp(ours.samples, theirs.samples, 2 * n) == 0 ? EXACT
                                                          : snr(ours.samples, theirs.samples, n);
    if (db < player->db)
        fail_msg("0x%02X, %u Hz, %u channels, %u bytes per second: %.1f dB", player->tag,
                 mode.sample_rate, mode.channels, coded.format.byte_rate, db);
    free(sound.samples);
    free(ours.samples);
    free(theirs.samples);
    free(coded.file.data);
}

/* Checks every format for which there is one of these peers. */
static void check_players(decoder *const *peers, size_t count)
{
    unsigned formats = 0;

    for (const struct player *player = players; player < players + PLAYERS; player++) {
        const struct codec *codec = codec_find(player->tag);
        size_t peer = 0;

        while (peer < count && peers[peer] != player->decode)
            peer++;
        assert_true(codec && codec->encoder);
        for (const struct mode *mode = codec->modes; mode->sample_rate && peer < count; mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(codec, *mode, extra);

            if (has_player(player, &format) && mode_is_selected(codec, mode)) {
                check_mode(player, codec, *mode);
                formats++;
            }
        }
    }
    print_message("%u formats\n", formats);
    assert_true(formats != 0);
}

static void ffmpeg_plays_what_we_write(void **unused)
{
    static decoder *const peers[] = { ffmpeg, ffmpeg_g722, ffmpeg_g7231, ffmpeg_g729 };

    (void)unused;
    check_players(peers, 4);
}

static void sox_plays_what_we_write(void **unused)
{
    static decoder *const peers[] = { sox };

    (void)unused;
    check_players(peers, 1);
}

static void mpg123_plays_what_we_write(void **unused)
{
    static decoder *const peers[] = { mpg123 };

    (void)unused;
    check_players(peers, 1);
}

static void libsndfile_plays_what_we_write(void **unused)
{
    static decoder *const peers[] = { libsndfile };

    (void)unused;
    check_players(peers, 1);
}

static void spandsp_plays_what_we_write(void **unused)
{
    static decoder *const peers[] = { spandsp };

    (void)unused;
    check_players(peers, 1);
}

/* Names the formats that no other program in Debian decodes. Those of the table cannot be among
 * them. */
static void the_others_are_named(void **unused)
{
    unsigned played = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate && (*codec)->encoder;
             mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra);
            size_t i = 0;

            while (i < PLAYERS && !has_player(&players[i], &format))
                i++;
            played += i < PLAYERS;
            if (i == PLAYERS)
                print_message("no other program is known to decode 0x%02X, %s, %u Hz, %u channels, "
                              "%u bytes per second\n",
                              format.tag, (*codec)->name, mode->sample_rate, mode->channels,
                              format.byte_rate);
        }
    print_message("%u formats have a player\n", played);
    assert_true(played >= 89);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ffmpeg_plays_what_we_write),
        cmocka_unit_test(sox_plays_what_we_write),
        cmocka_unit_test(mpg123_plays_what_we_write),
        cmocka_unit_test(libsndfile_plays_what_we_write),
        cmocka_unit_test(spandsp_plays_what_we_write),
        cmocka_unit_test(the_others_are_named),
    };

    return cmocka_run_group_tests_name("players", tests, 0, 0);
}
