/* AC-3 encoding: the ratio of noise to the mask beside ffmpeg's encoder, decoding by ffmpeg and
 * liba52, channels in their places, attacks, sounds at the limits, and streams in pieces. */
#include "ac3_peers.h"
#include "channels.h"
#include "hard_sounds.h"
#include "nmr.h"
#include "stream.h"
#include "codecs/ac3/encoder.h"

/* --- Quality --- */

static double nmr_of(struct sound sound, struct bytes stream, unsigned channels, uint32_t rate)
{
    struct sound back = ac3_ours(stream);
    size_t skipped = (size_t)AC3_BLOCK * channels, n = sound.count;
    double ratio;

    n = n < back.count - skipped ? n : back.count - skipped;
    ratio = nmr(sound.samples, back.samples + skipped, n / channels, channels, rate);
    free(back.samples);
    return ratio;
}

/* The margin is in decibels. */
static void compare(const struct mode *mode, struct sound sound, double margin)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&ac3, *mode, extra);
    struct options options = { .quality = 1, .dsp = dsp_set(best_set()) };
    struct bytes stream = encode_all(&ac3, &format, &options, sound), other;
    char command[160];
    double ours = nmr_of(sound, stream, mode->channels, mode->sample_rate), theirs;

    snprintf(command, sizeof command,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i - -c:a ac3_fixed -b:a %u -f ac3 -",
             mode->sample_rate, mode->channels, mode->bit_rate);
    other = peer_run(command, sound.samples, sound.count * sizeof(int16_t));
    assert_true(stream.size <= other.size + AC3_MOST_BYTES);
    theirs = nmr_of(sound, other, mode->channels, mode->sample_rate);
    print_message("# %u Hz, %u channels, %u kbit/s: NMR %.2f dB; ffmpeg's %.2f dB\n",
                  mode->sample_rate, mode->channels, mode->bit_rate / 1000, ours, theirs);
    assert_true(ours < theirs - margin);
    free(stream.data);
    free(other.data);
}

/* Six channels that have parts of each other; the fourth one is below 120 Hz. */
static struct sound surround(struct sound stereo)
{
    struct sound sound = { malloc(stereo.count * 3 * sizeof(int16_t)), 0 };
    size_t n = stereo.count / 4;
    int32_t low = 0;

    for (size_t i = 0; i < n; i++) {
        const int16_t *front = stereo.samples + i * 2, *back = front + n * 2;
        int16_t *to = sound.samples + sound.count;

        low += (front[0] + front[1] - low) / 64;
        to[0] = (int16_t)((3 * front[0] + back[0]) / 4);
        to[1] = (int16_t)((3 * front[1] + back[1]) / 4);
        to[2] = (int16_t)((front[0] + front[1]) / 2);
        to[3] = (int16_t)(low / 2);
        to[4] = (int16_t)((back[0] + front[0]) / 4);
        to[5] = (int16_t)((back[1] + front[1]) / 4);
        sound.count += 6;
    }
    return sound;
}

static void noise_is_not_above_ffmpegs(void **unused)
{
    struct sound slow = music(), fast = fast_music(), six = surround(fast);

    (void)unused;
    compare(&(struct mode){ 44100, 2, 192000 }, slow, 1);
    compare(&(struct mode){ 44100, 2, 192000 }, fast, 0);
    compare(&(struct mode){ 48000, 2, 128000 }, fast, 0);
    compare(&(struct mode){ 48000, 6, 384000 }, six, 0.5);
    compare(&(struct mode){ 48000, 6, 448000 }, six, 0.5);
    free(slow.samples);
    free(fast.samples);
    free(six.samples);
}

/* An attack has short blocks: the noise is quieter before it than with long ones, which spread it
 * over 512 samples. */
static void attacks_have_short_blocks(void **unused)
{
    enum { COUNT = 4 * AC3_FRAME, ATTACK = 3000 };
    static int16_t x[COUNT];
    struct wave_format format = {
        .tag = 0x2000, .channels = 1, .sample_rate = 48000, .byte_rate = 12000, .block_align = 384
    };
    struct bytes stream;
    struct sound back;
    uint32_t seed = 6;
    int early = 0, late = 0;

    (void)unused;
    for (int i = ATTACK; i < COUNT; i++)
        x[i] = (int16_t)(draw(&seed) >> 18);
    stream = encode_all(&ac3, &format, 0, (struct sound){ x, COUNT });
    back = decode_all(&ac3, &format, 0, stream);
    for (int i = ATTACK + AC3_BLOCK - 512; i < ATTACK + AC3_BLOCK - 256; i++)
        early = abs(back.samples[i]) > early ? abs(back.samples[i]) : early;
    for (int i = ATTACK; i < COUNT - AC3_BLOCK; i++)
        late = abs(back.samples[i + AC3_BLOCK]) > late ? abs(back.samples[i + AC3_BLOCK]) : late;
    print_message("# peaks of %d before the attack, and %d after it\n", early, late);
    assert_int_equal(early, 0);
    assert_true(late > 8000);
    free(stream.data);
    free(back.samples);
}

/* --- Streams --- */

/* All blocks are valid, the first two end in the first part, the last one before the checksum, and
 * both checksums fit. Returns the number of frames. */
static size_t check_frames(struct bytes stream)
{
    struct ac3_decoder *state = calloc(1, sizeof *state);
    static int32_t x[AC3_OUTPUTS][AC3_BLOCK];
    uint16_t noise = 1;
    size_t count = 0;

    for (size_t at = 0; at < stream.size; at += state->frame.header.bytes, count++) {
        const uint8_t *frame = stream.data + at;
        struct bit_reader in = { frame, 0, 0 };
        unsigned bytes, sum = 0;

        assert_true(at + AC3_LEAST_BYTES <= stream.size && ac3_begin(&state->frame, &in));
        bytes = state->frame.header.bytes;
        assert_true(at + bytes <= stream.size);
        for (unsigned block = 0; block < AC3_BLOCKS; block++) {
            assert_true(ac3_read_block(&in, &state->frame));
            ac3_read_coefficients(&in, &state->frame, &noise, x);
            assert_true(block > 1 || in.at <= 8 * ac3_first_part(bytes));
        }
        assert_true(in.at + 18 <= in.size);
        assert_true(ac3_checksum_fits(frame, bytes));
        for (unsigned i = 2; i < bytes; i++) {
            sum ^= (unsigned)frame[i] << 8;
            for (int bit = 0; bit < 8; bit++)
                sum = (sum << 1 ^ (sum & 0x8000 ? 0x8005 : 0)) & 0xFFFF;
        }
        assert_int_equal(sum, 0);
    }
    free(state);
    return count;
}

static struct wave_format format_with(uint32_t rate, unsigned channels, unsigned kbits,
                                      uint32_t mask)
{
    return (struct wave_format){ .tag = 0x2000,
                                 .channels = (uint16_t)channels,
                                 .sample_rate = rate,
                                 .byte_rate = kbits * 125,
                                 .block_align = 1,
                                 .channel_mask = mask };
}

/* FFmpeg must not complain, with all its checks; it does not know the duration. */
static void check_warnings(const char *name, struct bytes stream)
{
    struct bytes said = peer_run("ffmpeg -v warning -xerror -err_detect crccheck+bitstream -f ac3 "
                                 "-i - -f null - 2>&1",
                                 stream.data, stream.size);
    char *text = calloc(1, said.size + 1);

    memcpy(text, said.data, said.size);
    for (char *line = strtok(text, "\n"); line; line = strtok(0, "\n"))
        if (!strstr(line, "Estimating duration"))
            fail_msg("%s: %s", name, line);
    free(text);
    free(said.data);
}

/* FFmpeg and liba52 make what our decoder makes. */
static void check_with_peers(const struct wave_format *format)
{
    struct sound sound = generated((size_t)10000 * format->channels, format->byte_rate), ours,
                 theirs;
    struct bytes stream = encode_all(&ac3, format, 0, sound);
    char name[80];

    snprintf(name, sizeof name, "%u Hz, %u channels, mask 0x%X, %u kbit/s", format->sample_rate,
             format->channels, format->channel_mask, format->byte_rate / 125);
    check_frames(stream);
    check_warnings(name, stream);
    ours = ac3_ours(stream);
    assert_true(ours.count >= sound.count + (size_t)AC3_BLOCK * format->channels);
    theirs = ac3_ffmpeg("-c:a ac3 -drc_scale 0", stream);
    ac3_check_ffmpeg(name, ours, theirs, 1);
#ifdef HAVE_A52
    theirs = ac3_liba52(stream);
    assert_int_equal(ours.count, theirs.count);
    check_near(name, ours.samples, theirs.samples, ours.count);
    free(theirs.samples);
#endif
    free(ours.samples);
    free(stream.data);
    free(sound.samples);
}

static void peers_decode_every_format(void **unused)
{
    static const uint32_t masks[][2] = { { 3, 0x103 }, { 3, 0xB },   { 4, 0x107 }, { 4, 0xF },
                                         { 4, 0x603 }, { 5, 0x10F }, { 5, 0x3B },  { 6, 0x60F } };
    uint8_t extra[EXTRA_ROOM];

    (void)unused;
    for (const struct mode *mode = ac3.modes; mode->sample_rate; mode++) {
        struct wave_format format = format_of(&ac3, *mode, extra);

        check_with_peers(&format);
    }
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        struct wave_format format =
            format_with(ac3_sample_rates[i % 3], masks[i][0], 320, masks[i][1]);

        check_with_peers(&format);
    }
}

/* Each channel of PCM has a tone of its own, which is in the same channel of ffmpeg's PCM. */
static void channels_are_in_their_places(void **unused)
{
    enum { COUNT = 12 * AC3_FRAME };

    (void)unused;
    for (uint16_t channels = 3; channels <= 6; channels++) {
        struct wave_format format = format_with(48000, channels, 448, 0);
        struct sound sound = { malloc(COUNT * channels * sizeof(int16_t)), COUNT * channels };
        struct sound theirs;
        struct bytes stream;
        double db;

        for (size_t i = 0; i < sound.count; i++)
            sound.samples[i] =
                (int16_t)(10000 * sin(0.002 * (double)(1 + i % channels) * (double)(i / channels)));
        stream = encode_all(&ac3, &format, 0, sound);
        theirs = ac3_ffmpeg("-c:a ac3 -drc_scale 0", stream);
        db = snr(sound.samples + (size_t)AC3_FRAME * channels,
                 theirs.samples + (size_t)(AC3_FRAME + AC3_BLOCK) * channels,
                 (size_t)(COUNT - 2 * AC3_FRAME) * channels);
        print_message("# %u channels: SNR %.1f dB\n", channels, db);
        assert_true(db > 40);
        free(stream.data);
        free(theirs.samples);
        free(sound.samples);
    }
}

/* Noise at every bit rate, of which exponents alone could fill low ones. */
static void every_bit_rate_has_valid_frames(void **unused)
{
    struct sound sound = { malloc(AC3_FRAME * 40 * sizeof(int16_t)), AC3_FRAME * 40 };
    uint32_t seed = 5;

    (void)unused;
    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] = (int16_t)(draw(&seed) >> (16 + i / 500 % 13));
    for (unsigned code = 0; code < AC3_RATES; code++)
        for (unsigned channels = 1; channels <= 6; channels++) {
            struct wave_format format =
                format_with(ac3_sample_rates[code % 3], channels, ac3_bit_rates[code], 0);
            struct layout layout;
            struct bytes stream;

            assert_true(parses(&ac3, &format, &layout));
            assert_int_equal(layout.read_only,
                             ac3_bit_rates[code] < 32 * (channels == 6 ? 5 : channels));
            if (layout.read_only)
                continue;
            stream = encode_all(&ac3, &format, 0, sound);
            assert_true(check_frames(stream) >= 40 / channels);
            free(stream.data);
        }
    free(sound.samples);
}

static void check_hard_sound(const char *name, const int16_t *x, size_t count)
{
    (void)name;
    for (unsigned channels = 1; channels <= 2; channels++) {
        struct wave_format format = format_with(48000, channels, 96 * channels, 0);
        struct sound sound = { (int16_t *)(uintptr_t)x, count };
        struct bytes stream = encode_all(&ac3, &format, 0, sound);

        check_frames(stream);
        free(stream.data);
    }
}

static void hard_sounds(void **unused)
{
    (void)unused;
    each_hard_sound(check_hard_sound);
}

/* At 44.1 kHz, an exact byte rate has frames of two sizes. AC3ACM's has the shorter ones only. */
static void frames_keep_the_byte_rate(void **unused)
{
    static const uint32_t cases[][3] = { { 24000, 834, 836 }, { 23945, 834, 834 } };
    struct sound sound = generated((size_t)2 * 200 * AC3_FRAME, 3);

    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct wave_format format = format_with(44100, 2, 0, 0);
        struct layout layout;
        struct bytes stream;
        size_t frames;

        format.byte_rate = cases[i][0];
        assert_true(parses(&ac3, &format, &layout));
        assert_int_equal(layout.least_bytes, cases[i][1]);
        assert_int_equal(layout.block.bytes, cases[i][2]);
        stream = encode_all(&ac3, &format, 0, sound);
        frames = check_frames(stream);
        assert_in_range(frames, 200, 201);
        assert_true(fabs((double)stream.size -
                         (double)frames * AC3_FRAME / 44100 * (double)cases[i][0]) < 3);
        free(stream.data);
    }
    free(sound.samples);
}

/* Pieces of 1 to 5000 samples of each channel under any flag, and narrow destinations, make the
 * same as the whole. */
static void pieces_equal_the_whole(void **unused)
{
    struct wave_format format = format_with(48000, 6, 384, 0);
    struct sound sound = generated((size_t)6 * 20000, 4);
    struct bytes whole = encode_all(&ac3, &format, 0, sound);
    uint8_t *out = malloc(whole.size + 1);
    uint32_t seed = 8;

    (void)unused;
    for (uint32_t longest = 1; longest <= 5000; longest = longest * 9 + 3) {
        void *state = calloc(1, ac3.encoder->state_size);
        size_t used = 0, made = 0;

        encoder_init(&ac3, state, &format, 0);
        while (made < whole.size) {
            size_t left = (sound.count - used) / 6, in = draw(&seed) % longest + 1,
                   room = draw(&seed) % 4000;
            enum ending ending = draw(&seed) >> 8 & 1 && in >= AC3_FRAME ? WHOLE : PART;
            struct progress step;

            in = in < left ? in : left;
            room = room < whole.size - made ? room : whole.size - made;
            step = ac3.encoder->run(state, sound.samples + used, out + made,
                                    (struct offer){ in * 6, room, left == in ? END : ending });
            assert_true(step.used <= in * 6 && step.made <= room);
            used += step.used;
            made += step.made;
        }
        assert_int_equal(used, sound.count);
        assert_memory_equal(out, whole.data, whole.size);
        free(state);
    }
    free(out);
    free(whole.data);
    free(sound.samples);
}

static void every_set_makes_the_same_bytes(void **unused)
{
    struct wave_format format = format_with(48000, 6, 448, 0);
    struct sound sound = generated((size_t)6 * 20000, 9);

    (void)unused;
    check_encoder_in_sets(&ac3, &format, 1, sound);
    free(sound.samples);
}

/* Halved sample rates, other byte rates and speakers that no mode has are only decoded. */
static void other_formats_are_refused(void **unused)
{
    struct wave_format pcm = { .tag = 1, .channels = 2, .block_align = 4, .bits_per_sample = 16 };
    struct wave_format formats[] = { format_with(48000, 2, 192, 0), format_with(24000, 2, 96, 0),
                                     format_with(48000, 2, 200, 0),
                                     format_with(48000, 3, 192, 0x301),
                                     format_with(48000, 3, 192, 0x7) };
    static const bool encoded[] = { true, false, false, false, true };
    struct plan plan;

    (void)unused;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        pcm.sample_rate = formats[i].sample_rate;
        pcm.channels = formats[i].channels;
        pcm.block_align = (uint16_t)(2 * pcm.channels);
        assert_true(stream_plan(&plan, &formats[i], &pcm));
        assert_int_equal(stream_plan(&plan, &pcm, &formats[i]), encoded[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_not_above_ffmpegs),
        cmocka_unit_test(attacks_have_short_blocks),
        cmocka_unit_test(peers_decode_every_format),
        cmocka_unit_test(channels_are_in_their_places),
        cmocka_unit_test(every_bit_rate_has_valid_frames),
        cmocka_unit_test(hard_sounds),
        cmocka_unit_test(frames_keep_the_byte_rate),
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(every_set_makes_the_same_bytes),
        cmocka_unit_test(other_formats_are_refused),
    };

    return cmocka_run_group_tests_name("AC-3 encoding", tests, 0, 0);
}
