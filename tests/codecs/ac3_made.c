/* AC-3: made streams with everything that the syntax allows: short blocks, every strategy of
 * exponents, coupling in all arrangements, delta bit allocation, skipped bytes, half rates and the
 * alternate header. liba52 and ffmpeg decode them like us. */
#include "ac3_peers.h"
#include "codecs/ac3/tables.h"

enum { FRAMES = 12, FRAME_BITS = 2560 * 8, CODE = 36 };

struct maker {
    struct ac3_frame frame; /* as our parser sees it */
    struct bit_reader in;   /* what is written is read from here */
    uint8_t *bytes;
    uint32_t at, seed;
    unsigned bsid, mode, quality;
    bool lfe, coupling, coupled[AC3_FULL];
    unsigned bands, start, end, ends[AC3_FULL]; /* of coupling, and of the channels */
};

static unsigned below(struct maker *maker, unsigned n) { return (draw(&maker->seed) >> 8) % n; }

/* Bits that do not fit a frame are counted, but not written. */
static void put(struct maker *maker, uint32_t value, unsigned count)
{
    for (; count-- > 0; maker->at++) {
        uint8_t bit = (uint8_t)(0x80 >> maker->at % 8);
        uint8_t *byte = &maker->bytes[maker->at % FRAME_BITS / 8];

        if (maker->at < FRAME_BITS)
            *byte = (uint8_t)(value >> count & 1 ? *byte | bit : *byte & ~bit);
    }
}

static unsigned put_random(struct maker *maker, unsigned count)
{
    unsigned value = below(maker, 1u << count);

    put(maker, value, count);
    return value;
}

/* A flag, and a field if it is set. */
static void put_option(struct maker *maker, unsigned count)
{
    if (put_random(maker, 1))
        put_random(maker, count);
}

static void put_header(struct maker *maker, unsigned rate)
{
    put(maker, 0x0B77, 16);
    put(maker, 0, 16);
    put(maker, rate << 6 | CODE, 8);
    put(maker, maker->bsid, 5);
    put(maker, 0, 3);
    put(maker, maker->mode, 3);
    if ((maker->mode & 1) && maker->mode != 1)
        put_random(maker, 2);
    if (maker->mode & 4)
        put_random(maker, 2);
    if (maker->mode == 2)
        put(maker, 0, 2);
    put(maker, maker->lfe, 1);
    for (int i = maker->mode ? 1 : 2; i > 0; i--) {
        put_random(maker, 5);
        put_option(maker, 8);
        put_option(maker, 8);
        put_option(maker, 7);
    }
    put_random(maker, 2);
    put_option(maker, 14);
    put_option(maker, 14);
    if (put_random(maker, 1)) {
        put(maker, 2, 6);
        put(maker, 0x5A5A5A, 24);
    }
}

/* FFmpeg 5.1 forgets the last block of some channels when channels first differ in the lengths of
 * their blocks. If the first block of all does, there is nothing to forget. */
static void put_flags(struct maker *maker, unsigned full, bool first, bool dither)
{
    for (unsigned i = 0; i < full; i++)
        put(maker, first ? i == 0 : below(maker, 4) == 0, 1);
    for (unsigned i = 0; i < full; i++)
        put(maker, dither && below(maker, 2), 1);
    for (int i = maker->mode ? 1 : 2; i > 0; i--)
        put(maker, 0, 1); /* no dynamic range control, which ffmpeg's integer decoder applies */
}

/* Returns whether the strategy is new. */
static bool put_coupling(struct maker *maker, unsigned full, bool first)
{
    bool fresh = first || below(maker, 3) == 0, phases = false;

    put(maker, fresh, 1);
    if (fresh) {
        unsigned begin = below(maker, 13), end = below(maker, 16);

        maker->coupling = maker->mode >= 2 && below(maker, 4) > 0;
        memset(maker->coupled, 0, sizeof maker->coupled);
        put(maker, maker->coupling, 1);
        if (!maker->coupling)
            return true;
        for (unsigned i = 0; i < full; i++) {
            maker->coupled[i] = maker->mode == 2 || i < 2 || below(maker, 2);
            put(maker, maker->coupled[i], 1);
        }
        if (maker->mode == 2)
            phases = put_random(maker, 1);
        end = end + 2 < begin ? begin : end;
        maker->start = 37 + 12 * begin;
        maker->end = 73 + 12 * end;
        put(maker, begin, 4);
        put(maker, end, 4);
        maker->bands = 1;
        for (unsigned i = begin + 1; i < end + 3; i++)
            maker->bands += !put_random(maker, 1);
    }
    if (!maker->coupling)
        return fresh;
    for (unsigned i = 0; i < full; i++) {
        if (!maker->coupled[i])
            continue;
        /* liba52 inverts bands again if only the first channel has new coordinates. */
        put(maker, fresh, 1);
        if (!fresh)
            continue;
        put_random(maker, 2);
        for (unsigned band = 0; band < maker->bands; band++)
            put_random(maker, 8);
    }
    for (unsigned band = 0; band < maker->bands && phases; band++)
        put_random(maker, 1);
    return fresh;
}

static void put_rematrixing(struct maker *maker, bool first)
{
    bool fresh = first || below(maker, 2);

    put(maker, fresh, 1);
    for (unsigned i = 0; i < AC3_REMATRIX_BANDS && fresh; i++)
        if (!maker->coupling || ac3_rematrix_starts[i] < maker->start)
            put_random(maker, 1);
}

/* Random steps, which stay between 5 and 23. */
static void put_exponents(struct maker *maker, unsigned first, unsigned groups)
{
    int exponent = (int)first;

    for (; groups > 0; groups--) {
        unsigned code = 0;

        for (int i = 0; i < 3; i++) {
            int step = (int)below(maker, 5) - 2;

            if (exponent + step < 5 || exponent + step > 23)
                step = exponent < 5 ? 1 : exponent > 23 ? -1 : 0;
            exponent += step;
            code = code * 5 + (unsigned)(step + 2);
        }
        put(maker, code, 7);
    }
}

/* Strategies, bandwidths and exponents of all channels. */
static void put_all_exponents(struct maker *maker, unsigned full, bool fresh_coupling, bool fresh)
{
    unsigned strategies[AC3_FULL], coupling = 0, lfe = fresh || below(maker, 2), end;

    if (maker->coupling) {
        coupling = fresh_coupling ? 1 + below(maker, 3) : below(maker, 4);
        put(maker, coupling, 2);
    }
    for (unsigned i = 0; i < full; i++) {
        strategies[i] = fresh ? 1 + below(maker, 3) : below(maker, 4);
        put(maker, strategies[i], 2);
    }
    if (maker->lfe)
        put(maker, lfe, 1);
    end = 73 + 3 * below(maker, 61);
    for (unsigned i = 0; i < full; i++) {
        if (strategies[i] == 0)
            continue;
        maker->ends[i] = maker->coupled[i] ? maker->start : end;
        if (!maker->coupled[i])
            put(maker, (end - 73) / 3, 6);
    }
    if (coupling) {
        unsigned first = 3 + below(maker, 8);

        put(maker, first, 4);
        put_exponents(maker, 2 * first, (maker->end - maker->start) / (3u << (coupling - 1)));
    }
    for (unsigned i = 0; i < full; i++) {
        unsigned group = 3u << strategies[i] >> 1, first = 5 + below(maker, 10);

        if (strategies[i] == 0)
            continue;
        put(maker, first, 4);
        put_exponents(maker, first, (maker->ends[i] + group - 4) / group);
        put(maker, 0, 2);
    }
    if (maker->lfe && lfe) {
        put(maker, 8, 4);
        put_exponents(maker, 8, 2);
    }
}

/* Decays, gains and levels, and SNR offsets. */
static void put_model(struct maker *maker, unsigned full, bool first)
{
    bool fresh = first || below(maker, 3) == 0, snr = first || below(maker, 3) == 0;

    put(maker, fresh, 1);
    if (fresh)
        put_random(maker, 11);
    put(maker, snr, 1);
    if (snr) {
        put(maker, 1 + below(maker, maker->quality), 6);
        for (unsigned i = maker->coupling ? 0 : 1; i <= full + maker->lfe; i++)
            put_random(maker, 7);
    }
    if (maker->coupling) {
        put(maker, fresh, 1);
        if (fresh)
            put_random(maker, 6);
    }
}

/* None for the coupling channel: liba52 counts its bands from 0, ffmpeg from its first band, as we
 * do. Deltas are reused only if there are some. */
static void put_deltas(struct maker *maker, unsigned full)
{
    unsigned strategies[AC3_FULL], any = put_random(maker, 1);

    if (!any)
        return;
    if (maker->coupling)
        put(maker, 2, 2);
    for (unsigned i = 0; i < full; i++) {
        strategies[i] = maker->frame.channels[i].delta ? below(maker, 3) : 1 + below(maker, 2);
        put(maker, strategies[i], 2);
    }
    for (unsigned i = 0; i < full; i++) {
        unsigned segments = 1 + below(maker, 4);

        if (strategies[i] != 1)
            continue;
        put(maker, segments - 1, 3);
        for (; segments > 0; segments--) {
            put(maker, below(maker, 8), 5);
            put(maker, below(maker, 5), 4);
            put_random(maker, 3);
        }
    }
}

/* Valid codes; groups have none left over, and rest over with their channel. */
struct left {
    unsigned of_3, of_5, of_11;
};

static void put_mantissas(struct maker *maker, const struct ac3_channel *channel, struct left *left)
{
    for (unsigned i = channel->start; i < channel->end; i++) {
        unsigned width = channel->widths[i];

        if (width == 1 && left->of_3++ % 3 == 0)
            put(maker, below(maker, 27), 5);
        else if (width == 2 && left->of_5++ % 3 == 0)
            put(maker, below(maker, 125), 7);
        else if (width == 4 && left->of_11++ % 2 == 0)
            put(maker, below(maker, 121), 7);
        else if (width == 3)
            put(maker, below(maker, 7), 3);
        else if (width == 5)
            put(maker, below(maker, 15), 4);
        else if (width > 5)
            put_random(maker, width < 14 ? width - 1 : 2 * width - 14);
    }
}

/* Our parser finds the widths of the mantissas. */
static void put_block(struct maker *maker, bool first, bool first_of_all, bool dither)
{
    unsigned full = ac3_full_channels[maker->mode];
    struct ac3_frame *frame = &maker->frame;
    struct left left = { 0 };
    bool fresh, coupled = false;

    put_flags(maker, full, first_of_all, dither);
    fresh = put_coupling(maker, full, first);
    if (maker->mode == 2)
        put_rematrixing(maker, first);
    put_all_exponents(maker, full, fresh, first || fresh);
    put_model(maker, full, first || fresh);
    put_deltas(maker, full);
    put(maker, 0, 1);
    maker->in.size = FRAME_BITS;
    if (maker->at > FRAME_BITS)
        return;
    assert_true(ac3_read_block(&maker->in, frame));
    assert_int_equal(maker->in.at, maker->at);
    for (unsigned i = 0; i < full; i++) {
        put_mantissas(maker, &frame->channels[i], &left);
        if (maker->coupled[i] && !coupled)
            put_mantissas(maker, &frame->channels[AC3_COUPLING], &left);
        coupled = coupled || maker->coupled[i];
    }
    if (maker->lfe)
        put_mantissas(maker, &frame->channels[AC3_LFE], &left);
    maker->in.at = maker->at;
}

/* Again with fewer mantissas until they fit. */
static void make_frame(struct maker *maker, unsigned rate, bool first_of_all, bool dither)
{
    for (maker->quality = 20; maker->quality > 0; maker->quality--) {
        maker->at = 0;
        maker->coupling = false;
        put_header(maker, rate);
        maker->in = (struct bit_reader){ maker->bytes, 0, 0 };
        assert_true(ac3_begin(&maker->frame, &maker->in));
        assert_int_equal(maker->in.at, maker->at);
        for (unsigned block = 0; block < AC3_BLOCKS && maker->at <= FRAME_BITS; block++)
            put_block(maker, block == 0, first_of_all && block == 0, dither);
        if (maker->at <= FRAME_BITS - 18)
            return;
    }
    fail_msg("mode %u does not fit", maker->mode);
}

static void check_made(unsigned mode, bool lfe, unsigned rate, unsigned bsid, bool dither)
{
    struct maker maker = { .seed = mode * 8 + rate * 100 + bsid * 1000 + lfe + 1,
                           .bsid = bsid,
                           .mode = mode,
                           .lfe = lfe };
    struct bytes stream = { 0, 0 };
    struct sound ours, theirs;
    char name[80];

    snprintf(name, sizeof name, "mode %u%s, rate %u, bsid %u, dither %d", mode, lfe ? " LFE" : "",
             rate, bsid, dither);
    stream.data = calloc(FRAMES, AC3_MOST_BYTES);
    for (unsigned i = 0; i < FRAMES; i++) {
        maker.bytes = stream.data + stream.size;
        make_frame(&maker, rate, i == 0, dither);
        stream.size += maker.frame.header.bytes;
    }
    ours = ac3_ours(stream);
    assert_int_equal(ours.count, FRAMES * AC3_FRAME * ac3_channels(stream.data));
#ifdef HAVE_A52
    theirs = ac3_liba52(stream);
    assert_int_equal(theirs.count, ours.count);
    check_near(name, ours.samples, theirs.samples, ours.count);
    free(theirs.samples);
#endif
    if (!dither) {
        theirs = ac3_ffmpeg("-c:a ac3", stream);
        ac3_check_ffmpeg(name, ours, theirs, 1);
    }
    free(ours.samples);
    free(stream.data);
}

static void made_streams_decode_as_with_peers(void **unused)
{
    (void)unused;
    for (unsigned mode = 0; mode < 8; mode++)
        for (unsigned i = 0; i < 4; i++)
            check_made(mode, i % 2, (mode + i) % 3, i < 2 ? 8 : 7 + i, i == 1);
}

/* D2.3: after the preferred mix and the levels for Lt/Rt come those for Lo/Ro, of which a surround
 * level above -1.5 dB is reserved. */
static void alternate_headers_have_levels_of_their_own(void **unused)
{
    (void)unused;
    for (unsigned center = 0; center < 8; center++)
        for (unsigned surround = 0; surround < 8; surround++) {
            uint8_t bytes[16] = { 0 };
            struct maker maker = { .bytes = bytes };
            struct ac3_header header = { .mode = 7 };
            struct bit_reader in = { bytes, 8 * sizeof bytes, 0 };

            maker.at = 40;
            put(&maker, 6, 5);             /* bsid */
            put(&maker, 7, 3 + 3);         /* bsmod, acmod */
            put(&maker, 0, 2 + 2 + 1 + 5); /* levels, LFE, loudness */
            put(&maker, 0, 3 + 2);         /* none of three options, copyright, original */
            put(&maker, 0x195, 1 + 2 + 6); /* xbsi1e, dmixmod, and 2 and 5 for Lt/Rt */
            put(&maker, center << 3 | surround, 6);
            put(&maker, 0, 2); /* no second part, no additional information */
            ac3_read_header(&in, &header);
            assert_int_equal(in.at, maker.at);
            assert_int_equal(header.center, center);
            assert_int_equal(header.surround, surround < 3 ? 3 : surround);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_streams_decode_as_with_peers),
        cmocka_unit_test(alternate_headers_have_levels_of_their_own),
    };

    return cmocka_run_group_tests_name("AC-3, made streams", tests, 0, 0);
}
