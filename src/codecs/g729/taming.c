/* Limits how long the encoder lets the adaptive codebook feed on itself. After lost frames the
 * decoder's excitation differs from the encoder's, and with gains of 1 and more the difference
 * would grow without bound. The bound follows the standard's C code, TAMING.C, to stay bit exact.
 */
#include "g729.h"
#include "oper_32b.h"

enum { ONE_Q14 = 1 << 14, LIMIT_Q14 = 60000 * ONE_Q14 };

void g729_taming_init(struct g729_taming *taming)
{
    for (int i = 0; i < 4; i++)
        taming->error_q14[i] = ONE_Q14;
}

/* The past excitation is divided into zones of one subframe, the newest first. */
static int zone(int distance) { return clamp(distance, 0, 4 * G729_SUBFRAME - 1) / G729_SUBFRAME; }

bool g729_taming_needed(const struct g729_taming *taming, struct celp_lag lag)
{
    int whole = lag.third > 0 ? lag.whole + 1 : lag.whole;

    for (int i = zone(whole - G729_SUBFRAME - 10); i <= zone(whole + 8); i++)
        if (taming->error_q14[i] > LIMIT_Q14)
            return true;
    return false;
}

static int32_t propagated(int32_t error_q14, int16_t pitch_q14)
{
    return L_add(ONE_Q14, L_shl(Mpy_32_16(error_q14, pitch_q14), 1));
}

/* A lag shorter than a subframe repeats its own samples once. */
void g729_taming_update(struct g729_taming *taming, int16_t pitch_q14, int16_t lag)
{
    int32_t worst = -1;

    if (lag < G729_SUBFRAME) {
        int32_t once = propagated(taming->error_q14[0], pitch_q14),
                twice = propagated(once, pitch_q14);

        worst = max_i32(once, twice);
    } else {
        for (int i = zone(lag - G729_SUBFRAME); i <= zone(lag - 1); i++) {
            int32_t error = propagated(taming->error_q14[i], pitch_q14);

            worst = max_i32(error, worst);
        }
    }
    for (int i = 3; i > 0; i--)
        taming->error_q14[i] = taming->error_q14[i - 1];
    taming->error_q14[0] = worst;
}
