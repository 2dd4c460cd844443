/* The promises that every codec makes, checked for each codec in each mode and in both
 * directions. Arguments are the tags of the codecs that are tested. */
#include "support.h"
#include "mpeg_frames.h"
#include "stream.h"
#include "cli/golden.h"

enum { SAMPLES = 9001 }; /* per channel; not a multiple of any block */

/* A codec in one of its modes, and the PCM format of the other side. */
struct subject {
    const struct codec *codec;
    struct wave_format format, pcm;
    struct layout layout;
    uint8_t extra[EXTRA_ROOM];
};

/* The options of every stream, and the number of its set of kernels. The bit order of G.726 is
 * given, since the first piece may be too short to detect it. */
static struct options options;
static uint8_t set;

static void check_format(void (*check)(const struct subject *), struct subject *subject)
{
    const struct wave_format *format = &subject->format;

    subject->pcm = (struct wave_format){
        TAG_PCM, format->channels, format->sample_rate, 0, (uint16_t)(2 * format->channels), 16, 0,
        0
    };
    if (!parses(subject->codec, format, &subject->layout))
        fail_msg("%s refuses a format at %u Hz", subject->codec->name,
                 (unsigned)format->sample_rate);
    check(subject);
}

/* The portable kernels at the default quality are tested in every selected mode, other sets and
 * qualities in some of them, or in all with OMNIACM_FULL. */
static bool sampled(void) { return !all_cases() && (set != 0 || options.quality != 1); }

/* Every selected mode, or one per codec: the first with some options, the last with the others. */
static void each_mode(void (*check)(const struct subject *))
{
    bool first = (set + options.quality) % 2;

    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate; mode++) {
            struct subject subject = { .codec = *codec };

            if (!codec_is_selected(*codec) || !mode_is_selected(*codec, mode) ||
                (sampled() && (first ? mode != (*codec)->modes : mode[1].sample_rate != 0)))
                continue;
            subject.format = format_of(*codec, *mode, subject.extra);
            check_format(check, &subject);
        }
}

/* Formats that no mode has: frames of several sizes, and blocks that end in silence. */
static void each_unlisted(void (*check)(const struct subject *))
{
    for (const struct golden_format *golden = golden_silence;
         golden < golden_silence + GOLDEN_SILENCE_FORMATS; golden++) {
        struct subject subject = { .codec = codec_find(golden->tag) };

        subject.format = (struct wave_format){ golden->tag,
                                               golden->channels,
                                               golden->sample_rate,
                                               golden->byte_rate,
                                               golden->block_align,
                                               golden->bits_per_sample,
                                               0,
                                               subject.extra };
        if (codec_is_selected(subject.codec))
            check_format(check, &subject);
    }
}

/* Codecs that take any number of channels list no more than two. */
static void each_number_of_channels(void (*check)(const struct subject *))
{
    static const uint16_t numbers[] = { 3, 6, 8 };

    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            const struct mode mode = { (*codec)->modes->sample_rate, numbers[i], 0 };
            struct subject subject = { .codec = *codec };

            subject.format = format_of(*codec, mode, subject.extra);
            if (codec_is_selected(*codec) && parses(*codec, &subject.format, &subject.layout))
                check_format(check, &subject);
        }
}

static void each_subject(void (*check)(const struct subject *))
{
    for (uint8_t simd = 0; simd <= best_set(); simd++)
        for (uint8_t quality = 0; quality <= 2; quality++) {
            if (quality != 1 && simd != best_set() && !all_cases())
                continue;
            set = simd;
            options = (struct options){ quality, QUIRK_MSB_FIRST, dsp_set(simd) };
            each_mode(check);
            if (quality == 1)
                each_number_of_channels(check);
            options.quirks |= QUIRK_DTX;
            each_unlisted(check);
        }
}

/* A stream and its memory. */
struct running {
    struct plan plan;
    struct stream *stream;
};

static struct running run(const struct subject *subject, bool decoding)
{
    struct running running;

    assert_true(stream_plan(&running.plan, decoding ? &subject->format : &subject->pcm,
                            decoding ? &subject->pcm : &subject->format));
    assert_true(running.plan.decoding == decoding);
    running.stream = stream_start(malloc(stream_bytes(&running.plan)), &running.plan, &options);
    return running;
}

/* Converts between buffers of exactly the offered sizes, so that the sanitizer sees every access
 * beyond them. */
static struct progress convert(struct stream *stream, const uint8_t *src, struct bytes *out,
                               struct offer offer)
{
    uint8_t *from = malloc(offer.in + 1), *to = malloc(offer.out + 1);
    uint8_t *tight_from = from + 1, *tight_to = to + 1;
    struct progress done;

    /* malloc aligns its blocks, so a buffer that begins one byte later ends with the block and has
     * unaligned samples. With even sizes the buffers are aligned, as 16-bit samples usually are. */
    if (offer.in % 2 == 0 && offer.out % 2 == 0) {
        tight_from = from = realloc(from, offer.in ? offer.in : 1);
        tight_to = to = realloc(to, offer.out ? offer.out : 1);
    }
    memcpy(tight_from, src, offer.in);
    done = stream_convert(stream, tight_from, tight_to, offer);
    assert_true(done.used <= offer.in);
    assert_true(done.made <= offer.out);
    out->data = realloc(out->data, out->size + done.made + 1);
    memcpy(out->data + out->size, tight_to, done.made);
    out->size += done.made;
    free(from);
    free(to);
    return done;
}

static uint32_t promised(const struct running *running, size_t src)
{
    uint32_t bytes;

    assert_true(stream_size_from_source(&running->plan, (uint32_t)src, &bytes));
    return bytes;
}

/* Converts everything in one call, into as much room as STREAM_SIZE asks for; more calls fetch what
 * the codec withholds. */
static struct bytes convert_all(struct running *running, struct bytes src, enum ending ending)
{
    struct bytes out = { 0, 0 };
    size_t used = 0;
    struct progress step;

    do {
        step =
            convert(running->stream, src.data + used, &out,
                    (struct offer){ src.size - used,
                                    promised(running, src.size) + running->plan.layout.block.bytes,
                                    ending });
        used += step.used;
    } while (step.used || step.made);
    assert_true(ending == WHOLE || used == src.size);
    return out;
}

/* Converts in pieces of any size into destinations of any size, and offers again what was not used.
 * A piece with PART ends where a block does if the blocks have a fixed size: an incomplete one
 * would be taken for the last. */
static struct bytes convert_in_pieces(struct running *running, struct bytes src, uint32_t seed)
{
    struct bytes out = { 0, 0 };
    uint64_t pcm_block =
        (uint64_t)running->plan.layout.block.frames * running->plan.layout.channels * 2;
    size_t in_block = running->plan.decoding ? running->plan.layout.block.bytes : (size_t)pcm_block;
    size_t out_block =
        running->plan.decoding ? (size_t)pcm_block : running->plan.layout.block.bytes;
    size_t used = 0;
    bool fixed = !running->plan.decoding || !running->plan.layout.self_delimiting;
    unsigned idle = 0;

    while (idle < 200) {
        size_t end = used + draw(&seed) % (5 * in_block);
        size_t room = draw(&seed) % (5 * out_block);
        enum ending ending = draw(&seed) % 2 ? PART : WHOLE;
        struct progress step;

        /* The previous call may have used part of a block. */
        if (ending == PART && fixed)
            end = end / in_block * in_block < used ? used : end / in_block * in_block;
        if (end >= src.size) {
            end = src.size;
            ending = END;
        }
        step = convert(running->stream, src.data + used, &out,
                       (struct offer){ end - used, room, ending });
        used += step.used;
        idle = step.used || step.made ? 0 : idle + 1;
    }
    assert_int_equal(used, src.size);
    return out;
}

/* If a search is slow, as many blocks as the widest set has lanes and part of one more. */
static size_t samples_of(const struct subject *subject)
{
    size_t few = 8 * subject->layout.block.frames + 101;

    return sampled() && few < SAMPLES ? few : SAMPLES;
}

static struct bytes sound_bytes(const struct subject *subject)
{
    struct sound sound = generated(samples_of(subject) * subject->format.channels, 7);

    return (struct bytes){ (uint8_t *)sound.samples, sound.count * 2 };
}

static struct bytes random_bytes(size_t size, uint32_t seed)
{
    struct bytes bytes = { malloc(size + 1), size };

    for (size_t i = 0; i < size; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 11);
    return bytes;
}

/* The input of a direction: sound for an encoder; for a decoder the output of the codec's own
 * encoder, or random bytes if it has none. */
static struct bytes source_of(const struct subject *subject, bool decoding)
{
    struct bytes sound = sound_bytes(subject), bytes;
    struct running encoder;

    if (!decoding)
        return sound;
    if (!subject->codec->encoder) {
        free(sound.data);
        if (is_mpeg(subject->format.tag))
            return mpeg_frames_of(&subject->format, 40 * subject->layout.block.bytes + 17, 3);
        return random_bytes(40 * subject->layout.block.bytes + 17, 3);
    }
    encoder = run(subject, false);
    bytes = convert_all(&encoder, sound, END);
    free(encoder.stream);
    free(sound.data);
    return bytes;
}

static bool exists(const struct subject *subject, bool decoding)
{
    return decoding ? subject->codec->decoder != 0 : subject->codec->encoder != 0;
}

static void assert_same(const struct subject *subject, struct bytes a, struct bytes b)
{
    if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0)
        fail_msg("%s: %u and %u bytes, or their contents differ", subject->codec->name,
                 (unsigned)a.size, (unsigned)b.size);
}

/* The energy of the error of encoded sound. */
static double error_of(const struct subject *subject, struct bytes sound, struct bytes code)
{
    struct running decoder = run(subject, true);
    struct bytes back = convert_all(&decoder, code, END);
    double sum = 0;

    for (size_t i = 0; i < sound.size / 2; i++) {
        double difference = ((int16_t *)(void *)sound.data)[i] - ((int16_t *)(void *)back.data)[i];

        sum += difference * difference;
    }
    free(decoder.stream);
    free(back.data);
    return sum;
}

/* Pieces convert to the same bytes as the whole. At quality 2, an encoder whose blocks are single
 * bytes may search all the sound that a call brings: it makes as many bytes, which are at most 0.4
 * dB worse than those of quality 1, however small the pieces. */
static void assert_equivalent(const struct subject *subject, bool decoding, struct bytes src,
                              struct bytes whole, struct bytes pieces)
{
    struct bytes standard;
    struct running encoder;

    if (decoding || options.quality != 2 || subject->layout.block.bytes != 1 ||
        (whole.size == pieces.size && memcmp(whole.data, pieces.data, whole.size) == 0)) {
        assert_same(subject, whole, pieces);
        return;
    }
    assert_int_equal(whole.size, pieces.size);
    options.quality = 1;
    encoder = run(subject, false);
    options.quality = 2;
    standard = convert_all(&encoder, src, END);
    assert_true(error_of(subject, src, pieces) <= 1.1 * error_of(subject, src, standard));
    free(encoder.stream);
    free(standard.data);
}

static void check_formats(const struct subject *subject)
{
    const struct wave_format zero = { .tag = subject->format.tag };
    struct layout layout;

    assert_ptr_equal(codec_find(subject->format.tag), subject->codec);
    assert_true(subject->layout.block.bytes != 0 && subject->layout.block.frames != 0);
    assert_true(subject->layout.least_bytes != 0 &&
                subject->layout.least_bytes <= subject->layout.block.bytes);
    assert_true(subject->format.extra_size <= EXTRA_ROOM);
    assert_true(subject->format.byte_rate != 0 && subject->format.block_align != 0);
    assert_false(parses(subject->codec, &zero, &layout));
    assert_true(subject->codec->decoder != 0);
}

/* A format is completed in the same way, whatever its fields were. */
static void completing_sets_every_field(void **unused)
{
    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate; mode++) {
            uint8_t extra[EXTRA_ROOM], other_extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra), other;

            memset(&other, 0xA5, sizeof other);
            memset(other_extra, 0xA5, sizeof other_extra);
            other.tag = format.tag;
            other.extra = other_extra;
            codec_complete(*codec, &other, mode);
            assert_same_header(&format, &other);
            assert_memory_equal(extra, other_extra, format.extra_size);
        }
}

static void every_completed_format_is_accepted(void **unused)
{
    size_t tags = 0;

    (void)unused;
    each_subject(check_formats);
    for (const struct codec *const *codec = codecs; *codec; codec++)
        assert_true((*codec)->modes->sample_rate != 0 && codec_find((*codec)->tags->tag) == *codec);
    for (; codec_tag(tags); tags++)
        for (size_t earlier = 0; earlier < tags; earlier++)
            assert_int_not_equal(codec_tag(tags), codec_tag(earlier));
    assert_true(tags > 2);
}

static void check_pieces(const struct subject *subject)
{
    for (int decoding = 0; decoding < 2; decoding++) {
        struct bytes src, whole, pieces;
        struct running one, many;

        if (!exists(subject, decoding))
            continue;
        src = source_of(subject, decoding);
        one = run(subject, decoding);
        many = run(subject, decoding);
        whole = convert_all(&one, src, END);
        for (uint32_t seed = 1; seed < (sampled() ? 2 : 4); seed++) {
            stream_reset(many.stream);
            pieces = convert_in_pieces(&many, src, seed);
            assert_equivalent(subject, decoding, src, whole, pieces);
            free(pieces.data);
        }
        free(one.stream);
        free(many.stream);
        free(src.data);
        free(whole.data);
    }
}

static void pieces_convert_like_the_whole(void **unused)
{
    (void)unused;
    each_subject(check_pieces);
}

/* A last call with END converts what calls with WHOLE leave over, into as much room as STREAM_SIZE
 * asks for that remainder alone. */
static void check_end(const struct subject *subject)
{
    for (int decoding = 0; decoding < 2; decoding++) {
        struct bytes src, whole, out = { 0, 0 };
        struct running one, two;
        struct progress step;
        size_t used;

        if (!exists(subject, decoding))
            continue;
        src = source_of(subject, decoding);
        one = run(subject, decoding);
        two = run(subject, decoding);
        whole = convert_all(&one, src, END);
        used = convert(two.stream, src.data, &out,
                       (struct offer){ src.size, promised(&two, src.size), WHOLE })
                   .used;
        step = convert(two.stream, src.data + used, &out,
                       (struct offer){ src.size - used, promised(&two, src.size - used + 1), END });
        assert_int_equal(used + step.used, src.size);
        assert_equivalent(subject, decoding, src, whole, out);
        free(one.stream);
        free(two.stream);
        free(src.data);
        free(whole.data);
        free(out.data);
    }
}

static void the_end_fits_into_the_size_of_its_source(void **unused)
{
    (void)unused;
    each_subject(check_end);
}

static void check_reset(const struct subject *subject)
{
    for (int decoding = 0; decoding < 2; decoding++) {
        struct bytes src, first, second;
        struct running running;

        if (!exists(subject, decoding))
            continue;
        src = source_of(subject, decoding);
        running = run(subject, decoding);
        first = convert_all(&running, src, END);
        stream_reset(running.stream);
        second = convert_all(&running, src, END);
        assert_same(subject, first, second);
        free(running.stream);
        free(src.data);
        free(first.data);
        free(second.data);
    }
}

static void a_reset_stream_is_like_a_new_one(void **unused)
{
    (void)unused;
    each_subject(check_reset);
}

/* Random bytes of any length are used completely, and never make more than was promised. */
static void check_random(const struct subject *subject)
{
    for (uint32_t seed = 1; seed < 12; seed++) {
        uint32_t draws = seed, size = draw(&draws) % (20 * subject->layout.block.bytes + 100);
        uint32_t ending = PART + draw(&draws) % 2;
        struct bytes src = random_bytes(size, seed), out;
        struct running decoder = run(subject, true);

        out = convert_all(&decoder, src, (enum ending)ending);
        free(decoder.stream);
        free(src.data);
        free(out.data);
    }
}

static void any_bytes_decode(void **unused)
{
    (void)unused;
    each_subject(check_random);
}

/* An encoder that has no room for a block does nothing and does not change its state. */
static void check_small_code(const struct subject *subject)
{
    struct bytes src, whole, after, none = { 0, 0 };
    size_t block = subject->layout.block.bytes;
    struct running one, other;

    if (!exists(subject, false))
        return;
    src = source_of(subject, false);
    one = run(subject, false);
    other = run(subject, false);
    whole = convert_all(&one, src, END);
    for (size_t room = 0; room < block; room += 1 + block / 5) {
        struct offer offer = { src.size, room, WHOLE };
        struct progress step = convert(other.stream, src.data, &none, offer);

        assert_true(step.used == 0 && step.made == 0 && stream_lacks_room(other.stream, offer));
    }
    after = convert_all(&other, src, END);
    assert_same(subject, whole, after);
    free(one.stream);
    free(other.stream);
    free(src.data);
    free(whole.data);
    free(after.data);
    free(none.data);
}

static void encoding_without_room_for_a_block_changes_nothing(void **unused)
{
    (void)unused;
    each_subject(check_small_code);
}

/* Converts with the same room in every call, and offers the rest of the source each time. Hosts
 * stop at a call that uses nothing, so a call uses some of its source unless it delivers pending
 * samples: with WHOLE, with self-delimiting frames, which are short, where the room is so tiny that
 * a block takes more calls than it has bytes, since each call but the last uses one, and before a
 * part of a block of MS ADPCM, of which Wine offers whole blocks only. */
static struct bytes convert_into_rooms(struct running *running, struct bytes src,
                                       enum ending ending, size_t room)
{
    const struct span *block = &running->plan.layout.block;
    size_t used = 0, frames = room / (2u * running->plan.layout.channels);
    size_t least = running->plan.tag == TAG_MS_ADPCM ? block->bytes : 1;
    bool always = ending != WHOLE && !running->plan.layout.self_delimiting &&
                  block->frames / frames + 3 < block->bytes;
    struct bytes out = { 0, 0 };
    struct progress step;

    do {
        struct offer offer = { src.size - used, room, ending };

        step = convert(running->stream, src.data + used, &out, offer);
        assert_true(step.used != 0 || offer.in < least || !always);
        assert_true(step.used != 0 || step.made != 0 || !stream_lacks_room(running->stream, offer));
        used += step.used;
        if (step.used == 0 && step.made == 0 && ending != END) {
            ending = END;
            step.made = 1;
        }
    } while (step.used != 0 || step.made != 0);
    assert_int_equal(used, src.size);
    return out;
}

/* Decoding loses nothing in destinations of many sizes, from one PCM frame to above a block. */
static void check_small_sound(const struct subject *subject)
{
    size_t frame = 2u * subject->format.channels, block = subject->layout.block.frames, step;
    struct running one = run(subject, true), other = run(subject, true);
    struct bytes src = source_of(subject, true), whole, out;

    if (src.size > 2 * subject->layout.block.bytes + subject->layout.block.bytes / 2 + 2)
        src.size = 2 * subject->layout.block.bytes + subject->layout.block.bytes / 2 + 2;
    whole = convert_all(&one, src, END);
    for (size_t frames = 1; frames <= block + 1; frames += step) {
        enum ending ending = (enum ending)(frames % 3);

        stream_reset(other.stream);
        out = convert_into_rooms(&other, src, ending, frames * frame + frames % frame);
        assert_same(subject, whole, out);
        free(out.data);
        /* The next reset has pending samples to discard. */
        out = (struct bytes){ 0, 0 };
        convert(other.stream, src.data, &out, (struct offer){ src.size, frames * frame, PART });
        free(out.data);
        step = frames < 10 || frames + 2 > block ? 1 : 1 + frames / (all_cases() ? 12 : 6);
        step = frames < block && frames + step > block ? block - frames : step;
    }
    free(one.stream);
    free(other.stream);
    free(src.data);
    free(whole.data);
}

static void small_destinations_lose_nothing(void **unused)
{
    (void)unused;
    each_subject(check_small_sound);
}

/* The source size that STREAM_SIZE gives for a destination does fit into it. */
static void check_sizes(const struct subject *subject)
{
    for (int decoding = 0; decoding < 2; decoding++) {
        const struct span *block = &subject->layout.block;
        uint32_t delayed =
            (subject->layout.delay + block->frames - 1) / block->frames * block->bytes;
        struct running running;
        uint32_t seed = 5;

        if (!exists(subject, decoding))
            continue;
        running = run(subject, decoding);
        for (int i = 0; i < 20; i++) {
            uint32_t room = draw(&seed) % 100000, fits, again;

            assert_true(stream_size_from_destination(&running.plan, room, &fits));
            assert_true(stream_size_from_source(&running.plan, fits, &again));
            /* An encoder with a delay needs more in the end. */
            if (subject->layout.least_bytes == subject->layout.block.bytes)
                assert_true(again <= room + delayed);
            if (subject->layout.least_bytes == subject->layout.block.bytes && !decoding)
                assert_int_equal(fits, room / block->bytes * block->frames * 2 *
                                           subject->format.channels);
        }
        assert_true(stream_size_from_destination(&running.plan, 0, &seed) && seed == 0);
        assert_true(stream_size_from_source(&running.plan, 0, &seed) && seed == 0);
        assert_true(promised(&running, 1) != 0);
        free(running.stream);
    }
}

static void sizes_agree_in_both_directions(void **unused)
{
    (void)unused;
    each_subject(check_sizes);
}

/* Every call that brings whole blocks makes as many blocks, whatever its flags, and END makes at
 * most one more, for sound that the encoder delays. Encoders that delay it by more than a block
 * have a bit reservoir. */
static void check_blocks(const struct subject *subject)
{
    size_t pcm_block = (size_t)subject->layout.block.frames * subject->format.channels * 2;
    struct bytes src, out = { 0, 0 };
    struct running encoder;
    size_t used = 0;
    uint32_t seed = 9;

    if (!exists(subject, false) || subject->layout.least_bytes != subject->layout.block.bytes ||
        subject->layout.delay > subject->layout.block.frames)
        return;
    src = source_of(subject, false);
    encoder = run(subject, false);
    while (src.size - used >= pcm_block) {
        size_t blocks = 1 + draw(&seed) % 3, left = (src.size - used) / pcm_block;
        enum ending ending = draw(&seed) >> 8 & 1 ? PART : WHOLE;
        struct progress step;

        blocks = blocks < left ? blocks : left;
        if (draw(&seed) % 5 == 0)
            stream_reset(encoder.stream);
        step = convert(
            encoder.stream, src.data + used, &out,
            (struct offer){ blocks * pcm_block, blocks * subject->layout.block.bytes, ending });
        assert_int_equal(step.used, blocks * pcm_block);
        assert_int_equal(step.made, blocks * subject->layout.block.bytes);
        used += step.used;
    }
    for (size_t call = 0; call < 2; call++) {
        struct progress step = convert(encoder.stream, src.data, &out,
                                       (struct offer){ 0, 4 * subject->layout.block.bytes, END });

        assert_true(step.made == 0 || (call == 0 && subject->layout.delay != 0 &&
                                       step.made == subject->layout.block.bytes));
    }
    free(encoder.stream);
    free(src.data);
    free(out.data);
}

static void blocks_come_out_as_they_go_in(void **unused)
{
    (void)unused;
    each_subject(check_blocks);
}

static uint32_t size_from_source(const struct running *running, uint32_t src)
{
    uint32_t dst;

    assert_true(stream_size_from_source(&running->plan, src, &dst));
    return dst;
}

/* The size of whole blocks is exact: AVIFile takes it for the length of a stream, and sizes that
 * are converted there and back again do not grow. Only a stream of frames of several sizes needs
 * more; of the listed formats, L&H SBC is the only one. */
static void check_exact_sizes(const struct subject *subject)
{
    const struct span block = subject->layout.block;
    uint32_t pcm_block = block.frames * subject->format.channels * 2;
    struct running decoder = run(subject, true), encoder = { 0 };

    if (subject->layout.least_bytes != block.bytes) {
        assert_true(subject->format.block_align < block.bytes || subject->layout.self_delimiting);
        free(decoder.stream);
        return;
    }
    if (subject->codec->encoder)
        encoder = run(subject, false);
    for (uint32_t blocks = 0; blocks < 1000; blocks += 1 + blocks / 8) {
        uint32_t code = blocks * block.bytes, pcm = size_from_source(&decoder, code), room;

        assert_int_equal(pcm, blocks * pcm_block);
        assert_true(stream_size_from_destination(&decoder.plan, pcm, &room));
        assert_int_equal(room, code);
        if (!encoder.stream)
            continue;
        if (subject->layout.delay == 0)
            assert_int_equal(size_from_source(&encoder, pcm), code);
        assert_true(stream_size_from_destination(&encoder.plan, code, &room));
        assert_int_equal(room, pcm);
    }
    free(decoder.stream);
    free(encoder.stream);
}

static void sizes_of_whole_blocks_are_exact(void **unused)
{
    (void)unused;
    each_subject(check_exact_sizes);
}

int main(int count, char **args)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completing_sets_every_field),
        cmocka_unit_test(every_completed_format_is_accepted),
        cmocka_unit_test(pieces_convert_like_the_whole),
        cmocka_unit_test(the_end_fits_into_the_size_of_its_source),
        cmocka_unit_test(a_reset_stream_is_like_a_new_one),
        cmocka_unit_test(any_bytes_decode),
        cmocka_unit_test(encoding_without_room_for_a_block_changes_nothing),
        cmocka_unit_test(small_destinations_lose_nothing),
        cmocka_unit_test(sizes_agree_in_both_directions),
        cmocka_unit_test(blocks_come_out_as_they_go_in),
        cmocka_unit_test(sizes_of_whole_blocks_are_exact),
    };

    select_tags(count, args);
    return cmocka_run_group_tests_name("contract", tests, 0, 0);
}
