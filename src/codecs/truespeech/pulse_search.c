/* Seven pulses: placed one by one where they help most, then moved one by one, for every gain that
 * comes into question.
 *
 * For one gain g all is counted in units of g: amplitudes are then 1 and 3, and a pulse of
 * amplitude a at slot i lowers the error by a (2 |D[i]| - a phi[i][i]), where D is the correlation
 * of what is left with the response. */
#include <string.h>
#include "search.h"
#include "tables.h"

enum {
    D_MAX = 1 << 25,
    TAKEN = 1 << 27,
    SLOT_BITS = 6
}; /* 9 TAKEN and 6 D_MAX fit 31 bits, and their sum is negative */

struct pulses {
    int32_t d[TRUESPEECH_WIDE],
        diagonal[TRUESPEECH_WIDE]; /* the diagonal is TAKEN where a pulse is, and on padding */
    int8_t slot[TRUESPEECH_PULSES], amplitude[TRUESPEECH_PULSES]; /* -3, -1, 1, 3 */
    int count, left; /* of pulses, and of those in the left half */
    int64_t gain;    /* the sum of their gains */
    int gain_code;
};

/* The best slot of a half, and what it brings in the upper bits: the slot number replaces the
 * lowest. */
static int32_t best_of(const struct pulses *p, int half)
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

/* Without a multiplication, which SSE2 lacks for 32 bits. */
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

/* Puts pulse n to the slot that best_of gave. */
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
        int32_t a = left < TRUESPEECH_PULSES_LEFT ? best_of(p, 0) : INT32_MIN,
                b = n - left < TRUESPEECH_PULSES_RIGHT ? best_of(p, 1) : INT32_MIN;

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
        put(p, response, n, best_of(p, before / TRUESPEECH_SLOT_HALF));
        still = before == p->slot[n] && size == p->amplitude[n] ? still + 1 : 0;
    }
}

/* D in units of a gain, clamped: where it is, the gain is far too low. `down` is
 * TRUESPEECH_PHI_SHIFT - scale
 * - shift, more than -20. */
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
        p->d[slot] = (int32_t)(x > D_MAX ? D_MAX : x < -D_MAX ? -D_MAX : x);
        p->diagonal[slot] = response->phi[slot][slot];
    }
    p->gain = 0;
    p->gain_code = gain_code;
}

/* As the frame has them: by position, the first level in the highest bits. */
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

/* The lowest gain worth a look: with it the highest pulse, 3, still reaches a third of what the
 * best single pulse would be. */
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

int64_t truespeech_pulse_search(const struct truespeech_response *response,
                                const int16_t t[TRUESPEECH_SUBFRAME],
                                const struct truespeech_effort *effort,
                                struct truespeech_subframe *out)
{
    enum { KEPT = 3 };
    struct pulses best[KEPT], now;
    int kept = 0, worse = 0, shift, down, code,
        wanted = effort->gains < KEPT ? effort->gains : KEPT;
    int32_t d[TRUESPEECH_SUBFRAME];

    truespeech_correlate(response, t, d, &shift);
    down = TRUESPEECH_PHI_SHIFT - response->scale - shift;
    code = lowest_gain(response, d, down);
    do {
        int at = kept;

        start(&now, response, d, code, down);
        place_all(&now, response);
        while (at > 0 && squared_units(&now) > squared_units(&best[at - 1]))
            at--;
        worse = at == 0 ? 0 : worse + 1;
        if (at == wanted)
            continue;
        kept += kept < wanted;
        memmove(best + at + 1, best + at, (size_t)(kept - 1 - at) * sizeof *best);
        best[at] = now;
    } while (++code < TRUESPEECH_GAINS && worse < 2);
    for (int i = 0; i < kept; i++)
        move_all(&best[i], response, effort->rounds);
    for (int i = 1; i < kept; i++)
        if (squared_units(&best[i]) > squared_units(&best[0]))
            best[0] = best[i];
    write(&best[0], out);
    return squared_units(&best[0]) >> (2 * response->scale - TRUESPEECH_PHI_SHIFT);
}
