/* Seven pulses, placed one by one where they help most, then moved one by one. For a gain g,
 * amplitudes are in units of g, 1 and 3: a pulse of amplitude a at slot i lowers the error by
 * a (2 |D[i]| - a phi[i][i]), where D is the correlation of the remaining target with the response.
 */
#include <string.h>
#include "search.h"
#include "tables.h"

/* 9 TRUESPEECH_TAKEN and 6 D_MAX fit 31 bits. */
enum { D_MAX = 1 << 25 };

int32_t truespeech_best_slot(const int32_t d[TRUESPEECH_SLOT_HALF],
                             const int32_t diagonal[TRUESPEECH_SLOT_HALF])
{
    int32_t best = INT32_MIN;

    for (int i = 0; i < TRUESPEECH_SLOT_HALF; i++) {
        int32_t twice = 2 * (d[i] < 0 ? -d[i] : d[i]), more = twice - 4 * diagonal[i];
        int32_t gain = twice - diagonal[i] + 2 * (more > 0 ? more : 0),
                key = (gain & -(1 << TRUESPEECH_SLOT_BITS)) | i;

        best = key > best ? key : best;
    }
    return best;
}

/* Avoids a 32-bit multiplication, which SSE2 lacks. */
void truespeech_take_pulse(int32_t d[TRUESPEECH_WIDE], const int32_t phi[TRUESPEECH_WIDE],
                           int amplitude)
{
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

/* The best slot of a half, in the low bits of its gain. */
static int32_t best_slot(const struct truespeech_pulses *p,
                         const struct truespeech_response *response, int half)
{
    int first = TRUESPEECH_SLOT_HALF * half;

    return first + response->dsp->truespeech->best_slot(p->d + first, p->diagonal + first);
}

/* Puts pulse n at the slot that best_slot returned. */
static void put(struct truespeech_pulses *p, const struct truespeech_response *response, int n,
                int32_t key)
{
    int slot = key & (TRUESPEECH_WIDE - 1);
    int32_t d = p->d[slot], size = d < 0 ? -d : d, phi = p->diagonal[slot];
    int amplitude = size > 2 * phi ? 3 : 1;

    p->gain += amplitude * (2 * size - amplitude * phi);
    amplitude = d < 0 ? -amplitude : amplitude;
    p->slot[n] = (int8_t)slot;
    p->amplitude[n] = (int8_t)amplitude;
    p->diagonal[slot] = TRUESPEECH_TAKEN;
    response->dsp->truespeech->take_pulse(p->d, response->phi[slot], amplitude);
}

static void take(struct truespeech_pulses *p, const struct truespeech_response *response, int n)
{
    int slot = p->slot[n], amplitude = p->amplitude[n];

    response->dsp->truespeech->take_pulse(p->d, response->phi[slot], -amplitude);
    p->diagonal[slot] = response->diagonal[slot];
    p->gain -= 2 * amplitude * p->d[slot] - amplitude * amplitude * p->diagonal[slot];
}

static void place_all(struct truespeech_pulses *p, const struct truespeech_response *response)
{
    int left = 0;

    for (int n = 0; n < TRUESPEECH_PULSES; n++) {
        int32_t a = left < TRUESPEECH_PULSES_LEFT ? best_slot(p, response, 0) : INT32_MIN,
                b = n - left < TRUESPEECH_PULSES_RIGHT ? best_slot(p, response, 1) : INT32_MIN;

        left += a >= b;
        put(p, response, n, a >= b ? a : b);
    }
}

void truespeech_move_pulses(const struct truespeech_response *response, int rounds,
                            struct truespeech_pulses *p)
{
    int still = 0;

    for (int n = 0; rounds > 0 && still < TRUESPEECH_PULSES;
         n = (n + 1) % TRUESPEECH_PULSES, rounds -= n == 0) {
        int before = p->slot[n], size = p->amplitude[n];

        take(p, response, n);
        put(p, response, n, best_slot(p, response, before / TRUESPEECH_SLOT_HALF));
        still = before == p->slot[n] && size == p->amplitude[n] ? still + 1 : 0;
    }
}

/* The correlation of a target with the response in slots, divided by 2^down. */
struct correlation {
    int16_t d[TRUESPEECH_WIDE];
    int down; /* -36 or more */
};

static void correlate(const struct truespeech_response *response,
                      const int16_t t[TRUESPEECH_SUBFRAME], struct correlation *out)
{
    int32_t d[TRUESPEECH_SUBFRAME], peak = 0;
    int shift, fit;

    truespeech_correlate(response, t, d, &shift);
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        peak |= d[i] ^ d[i] >> 31;
    fit = max_i32(16 - norm_l(peak), 0);
    memset(out->d, 0, sizeof out->d);
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        out->d[truespeech_slot(i)] = (int16_t)(d[i] >> fit);
    out->down = TRUESPEECH_PHI_SHIFT - response->scale - shift - fit;
}

bool truespeech_start_pulses(const struct truespeech_start *in, int32_t d[TRUESPEECH_WIDE])
{
    int32_t low = 0;

    for (int i = 0; i < TRUESPEECH_WIDE; i++) {
        int32_t x = in->correlation[i] * in->inverse >> in->down;

        d[i] = clamp(x, -in->most, in->most) * (1 << in->up);
        low |= 9 * in->diagonal[i] - (d[i] < 0 ? -d[i] : d[i]);
    }
    return low < 0;
}

/* D in units of a gain, clamped: where that has an effect, the gain is far too low. Returns true if
 * the gain is not promising: its largest pulse, 3, reaches less than a third of the best single
 * pulse. */
static bool start(struct truespeech_pulses *p, const struct truespeech_response *response,
                  const struct correlation *in, int gain_code)
{
    enum { INVERSE_BITS = 14 };
    int level = truespeech_levels[gain_code][0], /* below 2^12 */
        bits = INVERSE_BITS + 30 - max_i32(norm_l(level), 19), down = min_i32(in->down + bits, 31),
        up = max_i32(-down, 0);
    struct truespeech_start task = {
        in->d, response->diagonal, (int16_t)((1 << bits) / level), max_i32(down, 0), up, D_MAX >> up
    };

    memcpy(p->diagonal, response->diagonal, sizeof p->diagonal);
    p->gain = 0;
    p->gain_code = gain_code;
    return response->dsp->truespeech->start_pulses(&task, p->d);
}

/* Stores the pulses by position, the first level in the highest bits. */
void truespeech_write_pulses(const struct truespeech_pulses *p, struct truespeech_subframe *out)
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

/* A gain that is not above the lowest promising one: for the slot of the peak alone. No product
 * exceeds 2^(36 + 15). */
static int first_gain(const struct truespeech_response *response, const struct correlation *in)
{
    int peak = 0, code = 0;
    int64_t size;

    for (int i = 0; i < TRUESPEECH_WIDE; i++)
        if (in->d[i] * in->d[i] > in->d[peak] * in->d[peak])
            peak = i;
    size = in->d[peak] < 0 ? -in->d[peak] : in->d[peak];
    size = in->down > 0 ? size >> in->down : size * ((int64_t)1 << -in->down);
    while (code < TRUESPEECH_GAINS - 1 &&
           size > 9 * truespeech_levels[code][0] * (int64_t)(response->diagonal[peak] + 1))
        code++;
    return code;
}

int64_t truespeech_gain_of(const struct truespeech_response *response,
                           const struct truespeech_pulses *p)
{
    int64_t g = truespeech_levels[p->gain_code][0];

    return p->gain * g * g >> (2 * response->scale - TRUESPEECH_PHI_SHIFT); /* 2^32 * 2^23 */
}

int truespeech_choose_pulses(const struct truespeech_response *response,
                             const int16_t t[TRUESPEECH_SUBFRAME], int limit,
                             struct truespeech_pulses best[TRUESPEECH_GAINS_MAX])
{
    struct ranking ranking = { .limit = limit };
    struct correlation correlation;
    int worse = 0;

    correlate(response, t, &correlation);
    for (int code = first_gain(response, &correlation); code < TRUESPEECH_GAINS && worse < 2;
         code++) {
        struct truespeech_pulses now;
        int at;

        if (start(&now, response, &correlation, code) && code < TRUESPEECH_GAINS - 1)
            continue;
        place_all(&now, response);
        at = rank(&ranking, truespeech_gain_of(response, &now), best, sizeof *best);
        worse = at == 0 ? 0 : worse + 1;
        if (at >= 0)
            best[at] = now;
    }
    return ranking.count;
}
