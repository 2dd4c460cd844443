/* One side of a telephone call, for voice activity detectors and comfort noise: phrases of
 * speech-like sound, and pauses in which only the room is heard. Integers alone make it, so it is
 * the same on every machine. */
#ifndef OMNIACM_TESTS_CONVERSATION_H
#define OMNIACM_TESTS_CONVERSATION_H

#include "support.h"

/* A resonator: y = x + a y[-1] - b y[-2], in Q14. */
struct formant {
    int32_t a, b;
};

enum utterance { VOWEL, HISS, BEEP, ROOM, NOTHING };

struct talker {
    uint32_t seed;
    size_t left; /* samples of this utterance */
    bool speaking;
    enum utterance now;
    int32_t level, pitch, phase; /* of the voice: its peak, its period in samples */
    const struct formant *formants;
    int32_t memory[2][2], sine[2];
    int32_t room, hum,
        dull; /* of the room: peak of its noise, of a hum, weight of its low pass in 16ths */
    int32_t room_memory, hum_sine[2];
};

/* Formants at 500 and 1500 Hz, 300 and 2200 Hz, 700 and 1100 Hz: radius 0.97 and 0.95. */
static const struct formant vowels[3][2] = {
    { { 29364, 15415 }, { 11912, 14787 } },
    { { 30907, 15415 }, { -4869, 14787 } },
    { { 27097, 15415 }, { 20204, 14787 } },
};

static uint32_t below(struct talker *talker, uint32_t limit)
{
    return (draw(&talker->seed) >> 8) % limit;
}

static int32_t noise(struct talker *talker, int32_t peak)
{
    return (int32_t)below(talker, 2 * (uint32_t)peak + 1) - peak;
}

/* A phrase of one to four sounds, then a pause of one to four rooms: most of the time is pause. */
static void next_utterance(struct talker *talker)
{
    static const enum utterance sounds[] = { VOWEL, VOWEL, VOWEL, VOWEL, HISS, BEEP };
    static const int16_t levels[] = { 150, 400, 1000, 2500, 6000, 12000 };
    static const int16_t rooms[] = { 3, 8, 14, 20, 25, 32, 40, 50, 80, 120 };

    talker->speaking = talker->speaking ? below(talker, 3) != 0 : below(talker, 4) == 0;
    if (talker->speaking) {
        talker->now = sounds[below(talker, 6)];
        talker->left = 300 + below(talker, 900);
        talker->level = levels[below(talker, 6)];
        talker->pitch = 30 + (int32_t)below(talker, 80);
        talker->formants = vowels[below(talker, 3)];
        return;
    }
    talker->now = below(talker, 12) == 0 ? NOTHING : ROOM;
    talker->left = 1200 + below(talker, 4800);
    if (below(talker, 2)) {
        talker->room = rooms[below(talker, 10)];
        talker->dull = 1 + (int32_t)below(talker, 16);
        talker->hum = below(talker, 3) == 0 ? talker->room * 2 : 0;
    }
}

/* A sine by two coupled additions, of which the first starts at `peak`. */
static int32_t turn(int32_t sine[2], int32_t peak, int32_t step)
{
    if (sine[0] == 0 && sine[1] == 0)
        sine[1] = peak * 16;
    sine[0] += sine[1] / step;
    sine[1] -= sine[0] / step;
    return sine[0] / 16;
}

static int32_t resonate(int32_t memory[2], const struct formant *formant, int32_t x)
{
    int64_t y = x + (formant->a * (int64_t)memory[0] - formant->b * (int64_t)memory[1]) / 16384;

    memory[1] = memory[0];
    memory[0] = (int32_t)(y > 32767 ? 32767 : y < -32767 ? -32767 : y);
    return memory[0];
}

static int32_t voice(struct talker *talker)
{
    bool pulse = ++talker->phase >= talker->pitch;
    int32_t x = noise(talker, talker->level / 64 + 1) + (pulse ? talker->level : 0);

    if (pulse) {
        talker->phase = 0;
        talker->pitch += noise(talker, 1);
    }
    for (int i = 0; i < 2; i++)
        x = resonate(talker->memory[i], &talker->formants[i], x / (i + 1));
    return x;
}

static int32_t said(struct talker *talker)
{
    switch (talker->now) {
    case VOWEL:
        return voice(talker);
    case HISS:
        return noise(talker, talker->level / 8) - noise(talker, talker->level / 8);
    case BEEP:
        return turn(talker->sine, talker->level, 2);
    default:
        return 0;
    }
}

static struct sound conversation(size_t count, uint32_t seed)
{
    struct sound sound = { malloc(count * sizeof(int16_t)), count };
    struct talker talker = { .seed = seed,
                             .left = 2000,
                             .speaking = true,
                             .now = VOWEL,
                             .level = 6000,
                             .pitch = 60,
                             .formants = vowels[0],
                             .room = 20,
                             .dull = 16 };

    for (size_t i = 0; i < count; i++) {
        int32_t x;

        if (talker.left-- == 0) {
            next_utterance(&talker);
            memset(talker.sine, 0, sizeof talker.sine);
        }
        talker.room_memory +=
            (4 * noise(&talker, talker.room) - talker.room_memory) * talker.dull / 16;
        x = said(&talker) + talker.room_memory / 4 +
            (talker.hum ? turn(talker.hum_sine, talker.hum, 12) : 0);
        x = talker.now == NOTHING ? 0 : x;
        sound.samples[i] = (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
    }
    return sound;
}

#endif
