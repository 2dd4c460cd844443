/* Seven pulses, placed one by one where they help most, then moved one by one, for every promising
 * gain. For a gain g, amplitudes are in units of g, 1 and 3: a pulse of amplitude a at slot i
 * lowers the error by a (2 |D[i]| - a phi[i][i]), where D is the correlation of the remaining
 * target with the response. */
#include <string.h>
#include "search.h"
#include "tables.h"

enum { RANKED = 3 }; /* gains whose pulses are moved, at most */

/* 9 TAKEN and 6 D_MAX fit 31 bits, and a gain with TAKEN is negative. */
enum { D_MAX = 1 << 25, TAKEN = 1 << 27, SLOT_BITS = 6 };

struct pulses {
    int32_t d[TRUESPEECH_WIDE];
    int32_t diagonal[TRUESPEECH_WIDE]; /* TAKEN at pulses and at padding */
    int8_t slot[TRUESPEECH_PULSES], amplitude[TRUESPEECH_PULSES]; /* -3, -1, 1, 3 */
    int64_t gain;                                                 /* the sum of their gains */
    int gain_code;
};

/* The best slot of a half, in the low bits of its gain. */
static int32_t best_slot(const struct pulses *p, int half)
{
    const int32_t *d = p->d + TRUESPEECH_SLOT_HALF * half,
                  *diagonal = p->diagonal + TRUESPEECH_SLOT_HALF * half;
    int32_t best = INT32_MIN;

    for (int i = 0; i < TRUESPEECH_SLOT_HALF; i++) {
        int32_t twice = 2 * (d[i] < 0 ? -d[i] : d[i]), more = twice - 4 * diagonal[i];
        int32_t gain = twice - diagonal[i] + 2 * (more > 0 ? more : 0),
                key = (gain & -(1 << SLOT_BITS)) | i;

        best = key > best ? key : best;
    }
    return best + (half ? TRUESPEECH_SLOT_HALF : 0);
}

/* Avoids a 32-bit multiplication, which SSE2 lacks. */
static void subtract(struct pulses *p, const int32_t phi[TRUESPEECH_WIDE], int amplitude)
{
    int32_t *d = p->d;

    if (amplitude == 1)
        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            d[i] -= phi[i];
    else if (amplitude == -1)
        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            d[i] += phi[i];
    else if (amplitude == 3)
        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            d[i] -= phi[i] + 2 * phi[i];
    else
        for (int i = 0; i < TRUESPEECH_WIDE; i++)
            d[i] += phi[i] + 2 * phi[i];
}

/* Puts pulse n at the slot that best_slot returned. */
static void put(struct pulses *p, const struct truespeech_response *response, int n, int32_t key)
{
    int slot = key & (TRUESPEECH_WIDE - 1);
    int32_t d = p->d[slot], size = d < 0 ? -d : d, phi = p->diagonal[slot];
    int amplitude = size > 2 * phi ? 3 : 1;

    p->gain += amplitude * (2 * size - amplitude * phi);
    amplitude = d < 0 ? -amplitude : amplitude;
    p->slot[n] = (int8_t)slot;
    p->amplitude[n] = (int8_t)amplitude;
    p->diagonal[slot] = TAKEN;
    subtract(p, response->phi[slot], amplitude);
}

static void take(struct pulses *p, const struct truespeech_response *response, int n)
{
    int slot = p->slot[n], amplitude = p->amplitude[n];

    subtract(p, response->phi[slot], -amplitude);
    p->diagonal[slot] = response->phi[slot][slot];
    p->gain -= 2 * amplitude * p->d[slot] - amplitude * amplitude * p->diagonal[slot];
}

static void place_all(struct pulses *p, const struct truespeech_response *response)
{
    int left = 0;

    for (int n = 0; n < TRUESPEECH_PULSES; n++) {
        int32_t a = left < TRUESPEECH_PULSES_LEFT ? best_slot(p, 0) : INT32_MIN,
                b = n - left < TRUESPEECH_PULSES_RIGHT ? best_slot(p, 1) : INT32_MIN;

        left += a >= b;
        put(p, response, n, a >= b ? a : b);
    }
}

static void move_all(struct pulses *p, const struct truespeech_response *response, int rounds)
{
    int still = 0;

    for (int n = 0; rounds > 0 && still < TRUESPEECH_PULSES;
         n = (n + 1) % TRUESPEECH_PULSES, rounds -= n == 0) {
        int before = p->slot[n], size = p->amplitude[n];

        take(p, response, n);
        put(p, response, n, best_slot(p, before / TRUESPEECH_SLOT_HALF));
        still = before == p->slot[n] && size == p->amplitude[n] ? still + 1 : 0;
    }
}

/* D in units of a gain, clamped: where that has an effect, the gain is far too low. `down` is
 * PHI_SHIFT - scale - shift, more than -20. */
static void start(struct pulses *p, const struct truespeech_response *response,
                  const int32_t d[TRUESPEECH_SUBFRAME], int gain_code, int down)
{
    int32_t inverse_q20 = (1 << 20) / truespeech_levels[gain_code][0];

    memset(p->d, 0, sizeof p->d);
    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        p->diagonal[i] = TAKEN;
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        int64_t x = (int64_t)d[i] * inverse_q20;
        int slot = truespeech_slot(i);

        x >>= down + 20;
        p->d[slot] = clamp(L_saturate(x), -D_MAX, D_MAX);
        p->diagonal[slot] = response->phi[slot][slot];
    }
    p->gain = 0;
    p->gain_code = gain_code;
}

/* Stores the pulses by position, the first level in the highest bits. */
static void write(const struct pulses *p, struct truespeech_subframe *out)
{
    int8_t amplitudes[TRUESPEECH_WIDE] = { 0 };
    uint8_t at[TRUESPEECH_PULSES];
    unsigned levels = 0;
    int n = 0;

    for (int i = 0; i < TRUESPEECH_PULSES; i++)
        amplitudes[p->slot[i]] = p->amplitude[i];
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        int a = amplitudes[truespeech_slot(i)];

        if (a != 0) {
            at[n++] = (uint8_t)i;
            levels = levels << 2 | (a < 0 ? 2u : 0) | (a == 3 || a == -3);
        }
    }
    out->gain = (uint8_t)p->gain_code;
    out->levels = (uint16_t)levels;
    out->positions = truespeech_positions(at);
}

static int64_t squared_units(const struct pulses *p)
{
    int64_t g = truespeech_levels[p->gain_code][0];

    return p->gain * g * g; /* 2^32 * 2^23 */
}

/* The lowest promising gain: its largest pulse, 3, still reaches a third of the best single pulse.
 */
static int lowest_gain(const struct truespeech_response *response,
                       const int32_t d[TRUESPEECH_SUBFRAME], int down)
{
    int64_t most = 0;
    int code = 0;

    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        int64_t size = d[i] < 0 ? -(int64_t)d[i] : d[i];

        size = (down > 0 ? size >> down : size * ((int64_t)1 << -down)) /
               (response->phi[truespeech_slot(i)][truespeech_slot(i)] + 1);
        most = size > most ? size : most;
    }
    while (code < TRUESPEECH_GAINS - 1 && 9 * truespeech_levels[code][0] < most)
        code++;
    return code;
}

/* The best pulses of rising gains, until two gains in a row do not improve on the best. */
static int place_by_gain(const struct truespeech_response *response,
                         const int32_t d[TRUESPEECH_SUBFRAME], int down, int limit,
                         struct pulses best[RANKED])
{
    struct ranking ranking = { .limit = limit };
    int worse = 0;

    for (int code = lowest_gain(response, d, down); code < TRUESPEECH_GAINS && worse < 2; code++) {
        struct pulses now;
        int at;

        start(&now, response, d, code, down);
        place_all(&now, response);
        at = rank(&ranking, squared_units(&now), best, sizeof *best);
        worse = at == 0 ? 0 : worse + 1;
        if (at >= 0)
            best[at] = now;
    }
    return ranking.count;
}

int64_t truespeech_pulse_search(const struct truespeech_response *response,
                                const int16_t t[TRUESPEECH_SUBFRAME],
                                const struct truespeech_effort *effort,
                                struct truespeech_subframe *out)
{
    struct pulses best[RANKED] = { 0 };
    int32_t d[TRUESPEECH_SUBFRAME];
    int count, shift, winner = 0;

    truespeech_correlate(response, t, d, &shift);
    count = place_by_gain(response, d, TRUESPEECH_PHI_SHIFT - response->scale - shift,
                          min_i32(effort->gains, RANKED), best);
    for (int i = 0; i < count; i++)
        move_all(&best[i], response, effort->rounds);
    for (int i = 1; i < count; i++)
        if (squared_units(&best[i]) > squared_units(&best[winner]))
            winner = i;
    write(&best[winner], out);
    return squared_units(&best[winner]) >> (2 * response->scale - TRUESPEECH_PHI_SHIFT);
}
