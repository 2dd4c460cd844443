/* The stages of G.723.1, dual rate speech at 6.3 and 5.3 kbit/s, and what they hand to each other.
 *
 * Clauses are numbered as in ITU-T recommendation G.723.1 (05/2006); A means its Annex A, silence
 * compression. Names in brackets are those of its ANSI-C source, which is normative. */
#ifndef OMNIACM_G7231_H
#define OMNIACM_G7231_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"
#include "mac.h"

enum {
    FRAME = 240,
    SUBFRAME = 60,
    SUBFRAMES = FRAME / SUBFRAME,
    PAIRS = SUBFRAMES / 2,
    PAIR = 2 * SUBFRAME
};
enum { ORDER = 10, WINDOW = 180, LOOKAHEAD = SUBFRAME };
enum {
    LAG_MIN = 18,
    HISTORY = LAG_MIN + 127,
    TAPS = 5
}; /* of the pitch predictor: lags 17 to 143, 2 taps around each */
enum { PULSES = 6, GRID = SUBFRAME / 2, FIXED_GAINS = 24 };
enum { FRAME_BYTES = 24 }; /* of the longest kind */

enum rate { RATE_63, RATE_53 };
enum kind {
    UNTRANSMITTED,
    SPEECH,
    SILENCE
}; /* Ftyp: nothing sent, a frame of speech, a silence descriptor */

/* What is sent of 240 samples. */
struct subframe {
    int16_t lag_offset; /* AcLg: the lag is that of the pair, less 1, plus this: 0 to 3; 1 in even
                           subframes */
    int16_t taps;       /* AcGn: index into the code book of taps */
    int16_t amplitude;  /* Mamp: index of the fixed gain. In a silence descriptor the first is the
                           index of its gain */
    int16_t grid;       /* Grid: 1 if the pulses stand at odd places */
    int16_t train;      /* Tran: 1 if they repeat with the lag (6.3 kbit/s) */
    int16_t signs;      /* Pamp */
    int32_t places;     /* Ppos */
};
struct parameters {
    enum kind kind;
    enum rate rate;
    uint32_t lsp;        /* LspId: three codes of 8 bits, the lowest frequencies uppermost */
    int16_t lags[PAIRS]; /* Olp: 18 to 141 */
    struct subframe subframes[SUBFRAMES];
};

/* Clause 4: frame.c. A frame's first byte tells its size: 24, 20, 4 or 1. Unpacking reads that many
 * bytes, and tells whether the frame is legal; packing writes them, and returns how many. */
size_t g7231_frame_bytes(uint8_t first);
bool g7231_unpack(const uint8_t *frame, struct parameters *);
size_t g7231_pack(const struct parameters *, uint8_t frame[FRAME_BYTES]);

/* What several stages need: numbers.c. */
int32_t g7231_dot(int32_t sum, const int16_t *a, const int16_t *b, int n); /* L_mac in turn */

/* g7231_dot from 0, by an exact sum where the vectors' energies allow it. */
static inline int32_t dot_by_energy(const int16_t *a, int64_t energy_a, const int16_t *b,
                                    int64_t energy_b, int n)
{
    return mac_is_exact(energy_a, energy_b) ? 2 * dot_exact(a, b, n) : g7231_dot(0, a, b, n);
}

static inline int magnitude(int16_t x) { return x < 0 ? -x : x; }

/* to a peak of 12 bits, 2048 to 4096; the left shift that did it [Vec_Norm] */
int16_t g7231_normalise(const struct dsp_celp *dsp, int16_t *s, int n);
int16_t g7231_sqrt(int32_t square_q31); /* Q15, its lowest bit 0 [Sqrt_lbc] */
void g7231_excitation(const struct dsp_celp *dsp, const int16_t fixed[SUBFRAME],
                      const int16_t past[SUBFRAME], int16_t out[SUBFRAME]); /* 2 fixed + past */

/* Sums of a subframe, less what ten zeros make of x, or more by what ten poles make of y, which is
 * a quarter of the sums, rounded: filters.c. x and y have ORDER samples of their past before them.
 */
void g7231_zeros(const struct dsp_celp *dsp, int32_t sums[SUBFRAME], const int16_t a[ORDER],
                 const int16_t *x);
void g7231_poles(const struct dsp_celp *dsp, int32_t sums[SUBFRAME], const int16_t a[ORDER],
                 int16_t *y);

static inline int16_t random16(int16_t *seed) /* [Rand_lbc] */
{
    return *seed = wrap16((int32_t)((uint32_t)(uint16_t)*seed * 521 + 259));
}

/* Linear prediction, 1 - sum of a[j] z^-(j+1), a in Q13: lpc.c. */
struct autocorrelation {
    int16_t r[ORDER + 1]; /* normalised: r[0] is 0 or 0x4000 and more */
    int16_t shift;        /* how far to the left; 40 where there is nothing [ShAcf_sf] */
};
enum { PAST = WINDOW - LOOKAHEAD };
void g7231_lpc(const struct dsp_celp *dsp, const int16_t s[PAST + FRAME],
               int16_t lpc_q13[SUBFRAMES][ORDER], struct autocorrelation[SUBFRAMES],
               uint16_t *sine); /* 2.4 */
int16_t g7231_levinson(const int16_t r[ORDER + 1], int16_t lpc_q13[ORDER],
                       int16_t *second); /* the residual's energy */

enum { SINE = 0x8000 }; /* of `sine`: most of the last 15 subframes look like one */

/* Frequencies of line spectral pairs, 0x8000 = pi: lsp.c. */
void g7231_lsp_from_lpc(const int16_t lpc_q13[ORDER], const int16_t before[ORDER],
                        int16_t lsp[ORDER]);                                      /* 2.5 */
uint32_t g7231_lsp_encode(const int16_t lsp[ORDER], const int16_t before[ORDER]); /* 2.5 */
void g7231_lsp_decode(uint32_t codes, bool erased, const int16_t before[ORDER],
                      int16_t lsp[ORDER]); /* 2.6, 3.2, 3.10.1 */
void g7231_lsp_interpolate(const int16_t before[ORDER], const int16_t now[ORDER],
                           int16_t lpc_q13[SUBFRAMES][ORDER]); /* 2.7, 3.3 */

/* The pitch predictor: adaptive.c. `now` stands in a buffer with HISTORY samples of excitation
 * before it, of which up to the lag's are read. */
const int16_t *g7231_taps(enum rate, int16_t pair_lag, int16_t index);
void g7231_past(const int16_t *now, int lag, int16_t past[SUBFRAME + TAPS - 1]); /* [Get_Rez] */
void g7231_adaptive(const struct dsp_celp *dsp, const int16_t *now, enum rate, int16_t pair_lag,
                    const struct subframe *, int16_t out[SUBFRAME]); /* 2.18, 3.4 */

/* Pulses: fixed.c decodes those of both rates. */
void g7231_fixed(const struct parameters *, int subframe, int16_t out[SUBFRAME]); /* 2.17, 3.5 */
void g7231_train(const int16_t in[SUBFRAME], int lag,
                 int16_t out[SUBFRAME]); /* repeated with the lag [Gen_Trn] */
int g7231_echo(int16_t s[SUBFRAME], int16_t pair_lag,
               const struct subframe *); /* low rate: one tap of the pitch predictor */
extern const int8_t g7231_pulses[SUBFRAMES];

/* Comfort noise: cng.c. */
struct noise {
    int16_t gain, target_gain; /* CurGain, SidGain: Q5 */
    int16_t lsp[ORDER];        /* LspSid */
    int16_t seed;
};
enum { NOISE_SEED = 12345 };
void g7231_noise_start(struct noise *);
void g7231_noise_approach(struct noise *,
                          bool first);   /* its gain the target's, at once or by an eighth */
int16_t g7231_noise_gain(int16_t index); /* 0 to 63 -> Q5 [Dec_SidGain] */
int16_t
g7231_noise_index(int32_t twice_energy); /* of twice a mean square [the end of Qua_SidGain] */
/* A frame of excitation behind HISTORY samples of it; what would have been sent is left in
 * `parameters`. */
void g7231_noise(const struct dsp_celp *dsp, struct noise *, enum rate,
                 int16_t excitation[HISTORY + FRAME], struct parameters *); /* [Calc_Exc_Rand] */

/* What a lost frame is made from: conceal.c. */
struct concealment {
    int16_t lost; /* Ecount: frames in a row, at most 3 */
    int16_t gain; /* InterGain */
    int16_t lag;  /* InterIndx: 0 if the last good frame was unvoiced */
    int16_t seed;
    int16_t energy, shift; /* of its last half; for silence that begins unseen */
};
void g7231_conceal_learn(const struct dsp_celp *dsp, struct concealment *,
                         const struct parameters *, const int16_t normal[HISTORY + FRAME],
                         int16_t shift);
void g7231_conceal(struct concealment *, int16_t excitation[HISTORY + FRAME],
                   int16_t out[FRAME]); /* 3.10.2 */

/* 3.7: synth.c. s has ORDER samples of its past before it. */
void g7231_synthesise(const struct dsp_celp *dsp, const int16_t lpc_q13[ORDER],
                      const int16_t e[SUBFRAME], int16_t *s);

/* postfilter.c. The pitch postfilter works on a frame's excitation, once normalised and once as it
 * is. */
void g7231_pitch_postfilter(const struct dsp_celp *dsp, const struct parameters *,
                            const int16_t normal[HISTORY + FRAME],
                            const int16_t excitation[HISTORY + FRAME],
                            int16_t out[FRAME]); /* 3.6 */
struct postfilter {
    int16_t poles[ORDER]; /* PostIirDl, the latest last */
    int16_t tilt_q15;     /* Park */
    int16_t gain_q12;     /* Gain */
};
/* s has ORDER samples of its past before it. */
void g7231_postfilter(const struct dsp_celp *dsp, struct postfilter *, const int16_t lpc_q13[ORDER],
                      const int16_t *s, int16_t out[SUBFRAME]); /* 3.8, 3.9 */

/* The input's high pass, which halves, and the weighting filters: weighting.c. */
struct highpass {
    int16_t zero;
    int32_t pole;
};
struct weighting {
    int16_t zeros[ORDER], poles[ORDER]; /* Q13 */
};
struct harmonic {
    int16_t lag, gain_q15;
};
struct ringing {
    int16_t synthesis[ORDER];  /* RingFirDl, the latest last */
    int16_t weighted[HISTORY]; /* PrevErr, whose last are RingIirDl */
};
void g7231_highpass(struct highpass *, const int16_t pcm[FRAME], int16_t s[FRAME]); /* 2.3 */
void g7231_weighting(const int16_t lpc_q13[ORDER], struct weighting *);             /* 2.8 */
void g7231_weight(const struct dsp_celp *dsp, const struct weighting *, const int16_t *s,
                  int16_t *out); /* a subframe, with ORDER before both */
void g7231_impulse_response(const struct dsp_celp *dsp, const int16_t lpc_q13[ORDER],
                            const struct weighting *, struct harmonic,
                            int16_t h_q13[SUBFRAME]); /* 2.12 */
void g7231_subtract_ringing(const struct dsp_celp *dsp, const struct ringing *,
                            const int16_t lpc_q13[ORDER], const struct weighting *, struct harmonic,
                            int16_t target[SUBFRAME]); /* 2.13 */
void g7231_ring(const struct dsp_celp *dsp, struct ringing *, const int16_t lpc_q13[ORDER],
                const struct weighting *, const int16_t e[SUBFRAME]); /* 2.19 */

/* The weighted signal, with HISTORY samples before `now`: pitch.c. */
/* of a pair of subframes, normalised: 18 to 142 */ /* 2.9 */
int16_t g7231_open_loop(const struct dsp_celp *dsp, const int16_t *now);
struct harmonic g7231_harmonic(const struct dsp_celp *dsp, const int16_t *now, int16_t lag);
/* likewise normalised */ /* 2.11 */
void g7231_shape(const int16_t *now, struct harmonic, int16_t out[SUBFRAME]);

/* The search of the pitch predictor: closed_loop.c. It sets lag and taps, and takes their share
 * from the target. */
enum { TAMING_BLOCKS = 5 };
struct taming {
    int32_t error[TAMING_BLOCKS]; /* Err: the worst of each 30 samples, the latest first */
};
void g7231_taming_start(struct taming *);
void g7231_tame(struct taming *, enum rate, int16_t pair_lag, const struct subframe *);
void g7231_closed_loop(const struct dsp_celp *dsp, const int16_t *now,
                       const int16_t h_q13[SUBFRAME], const struct taming *, uint16_t sine,
                       struct parameters *, int subframe, int16_t target[SUBFRAME]); /* 2.14 */

/* The searches of the pulses: multipulse.c, algebraic.c. They fill what is left of the subframe,
 * and the excitation. */
void g7231_multipulse(const int16_t target[SUBFRAME], const int16_t h_q13[SUBFRAME],
                      int16_t pair_lag, int pulses, struct subframe *,
                      int16_t e[SUBFRAME]); /* 2.15 */
void g7231_algebraic(const int16_t target[SUBFRAME], const int16_t h_q13[SUBFRAME],
                     int16_t pair_lag, int *budget, struct subframe *,
                     int16_t e[SUBFRAME]); /* 2.16 */

/* Whether there is speech: vad.c. */
struct activity {
    int16_t hangover, active; /* Hcnt, Vcnt */
    int32_t energy, noise;    /* Penr, Nlev */
    int16_t adapting;         /* Aen: 0 where the noise may be learnt */
    int16_t lags[2 * PAIRS];  /* Polp: the open loop's, of the frame before and of this */
    int16_t lpc_q13[ORDER];   /* NLpc: the noise's */
};
void g7231_activity_start(struct activity *);
bool g7231_is_active(struct activity *, const int16_t s[FRAME], uint16_t sine); /* A.2 */

/* What is sent of silence: dtx.c. */
enum { SILENCE_FRAMES = 3 };
struct silence {
    struct noise noise;
    struct autocorrelation
        acf[1 + SILENCE_FRAMES];            /* of this frame, and of those before [Acf, ShAcf] */
    struct autocorrelation reference;       /* of the filter that was sent [RC, ShRC] */
    int16_t energy[SILENCE_FRAMES], frames; /* Ener, NbEner */
    int16_t index;                          /* IRef */
    enum kind before;                       /* PastFtyp */
};
void g7231_silence_start(struct silence *);
void g7231_silence_learn(struct silence *, const struct autocorrelation[SUBFRAMES]);
void g7231_silence(const struct dsp_celp *dsp, struct silence *, struct activity *,
                   const int16_t before[ORDER], int16_t excitation[HISTORY + FRAME],
                   struct parameters *); /* A.4 */

/* 2: encoder.c. */
struct encoder {
    const struct dsp_celp *dsp;
    struct highpass highpass;
    struct ringing ringing;
    struct taming taming;
    struct activity activity;
    struct silence silence;
    bool plain, dtx;             /* without the high pass; with Annex A */
    uint16_t sine;               /* SinDet */
    int16_t lsp[ORDER];          /* PrevLsp */
    int16_t past[PAST];          /* PrevDat */
    int16_t weighted[HISTORY];   /* PrevWgt, whose last are WghtIirDl */
    int16_t excitation[HISTORY]; /* PrevExc */
};
void g7231_encoder_start(struct encoder *, const struct dsp_celp *);
void g7231_encode_frame(struct encoder *, const int16_t pcm[FRAME], enum rate, struct parameters *);

/* 3, A.4: decoder.c. A frame that is lost or illegal is a null pointer. */
struct decoder {
    const struct dsp_celp *dsp;
    struct concealment concealment;
    struct noise noise;
    struct postfilter postfilter;
    enum kind before;            /* PastFtyp */
    bool plain;                  /* without postfilters */
    int16_t lsp[ORDER];          /* PrevLsp */
    int16_t excitation[HISTORY]; /* PrevExc */
    int16_t synthesis[ORDER];    /* SyntIirDl, the latest last */
};
void g7231_decoder_start(struct decoder *, const struct dsp_celp *);
void g7231_decode_frame(struct decoder *, const struct parameters *, int16_t pcm[FRAME]);

#endif
