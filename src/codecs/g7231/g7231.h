/* The stages of G.723.1, dual rate speech at 6.3 and 5.3 kbit/s, and the data that they exchange.
 *
 * Clauses are numbered as in ITU-T recommendation G.723.1 (05/2006); A is its Annex A, silence
 * compression. Names in brackets are those of its ANSI C source, which is normative. */
#ifndef OMNIACM_G7231_H
#define OMNIACM_G7231_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"
#include "mac.h"

enum {
    G7231_FRAME = 240,
    G7231_SUBFRAME = 60,
    G7231_SUBFRAMES = G7231_FRAME / G7231_SUBFRAME,
    G7231_PAIRS = G7231_SUBFRAMES / 2,
    G7231_PAIR = 2 * G7231_SUBFRAME
};
enum { G7231_ORDER = 10, G7231_WINDOW = 180, G7231_LOOKAHEAD = G7231_SUBFRAME };

/* The pitch predictor has lags of 17 to 143, and two taps on each side. At 6.3 kbit/s, pair lags
 * below G7231_SHORT_LAG select the smaller code book of taps and allow pulse trains. */
enum {
    G7231_LAG_MIN = 18,
    G7231_SHORT_LAG = G7231_SUBFRAME - 2,
    G7231_HISTORY = G7231_LAG_MIN + 127,
    G7231_TAPS = 5
};
enum { G7231_PULSES = 6, G7231_GRID = G7231_SUBFRAME / 2, G7231_FIXED_GAINS = 24 };
enum { G7231_FRAME_BYTES = 24 }; /* of the longest kind */

enum g7231_rate { G7231_RATE_63, G7231_RATE_53 };

/* Ftyp: nothing was sent, a frame of speech, a silence descriptor. */
enum g7231_kind { G7231_UNTRANSMITTED, G7231_SPEECH, G7231_SID };

/* The parameters of a subframe. */
struct g7231_subframe {
    int16_t lag_offset; /* AcLg, 0 to 3: the lag is that of the pair - 1 + this; 1 if even */
    int16_t taps;       /* AcGn: index into the code book of taps */
    int16_t amplitude;  /* Mamp: index of the fixed gain; the first one of a SID is its gain */
    int16_t grid;       /* Grid: 1 if the pulses are at odd positions */
    int16_t train;      /* Tran: 1 if they repeat with the lag (6.3 kbit/s) */
    int16_t signs;      /* Pamp */
    int32_t positions;  /* Ppos */
};

/* The parameters of a frame. */
struct g7231_parameters {
    enum g7231_kind kind;
    enum g7231_rate rate;
    uint32_t lsp;              /* LspId: three codes of 8 bits, the lowest frequencies uppermost */
    int16_t lags[G7231_PAIRS]; /* Olp: 18 to 141 */
    struct g7231_subframe subframes[G7231_SUBFRAMES];
};

/* bitstream.c, clause 4. The first byte of a frame determines its size: 24, 20, 4 or 1. Unpacking
 * reads that many bytes and returns whether the frame is legal; packing returns the size. */
size_t g7231_frame_bytes(uint8_t first);
bool g7231_unpack(const uint8_t *frame, struct g7231_parameters *);
size_t g7231_pack(const struct g7231_parameters *, uint8_t frame[G7231_FRAME_BYTES]);

/* --- Arithmetic --- */

static inline int g7231_magnitude(int16_t x) { return x < 0 ? -x : x; }

/* The square root of a number in [0, 1) as an even Q15 number. [Sqrt_lbc] */
static inline int16_t g7231_sqrt(int32_t square_q31)
{
    return (int16_t)(isqrt((uint32_t)square_q31 / 2) & ~1u);
}

/* [Rand_lbc] */
static inline int16_t g7231_random(int16_t *seed)
{
    return *seed = wrap16((int32_t)((uint32_t)(uint16_t)*seed * 521 + 259));
}

/* normalize.c: scales a vector to a peak of 2048 to 4096; returns the left shift. [Vec_Norm] */
int16_t g7231_normalize(const struct dsp_celp *dsp, int16_t *s, int n);

/* filters.c: the two halves of a filter of order 10. They subtract the products of ten
 * coefficients with x from the sums of a subframe, or add their products with y, which is a quarter
 * of the sums, rounded. x and y are preceded by G7231_ORDER samples of their past. */
void g7231_zeros(const struct dsp_celp *dsp, int32_t sums[G7231_SUBFRAME],
                 const int16_t a[G7231_ORDER], const int16_t *x);
void g7231_poles(const struct dsp_celp *dsp, int32_t sums[G7231_SUBFRAME],
                 const int16_t a[G7231_ORDER], int16_t *y);

/* --- Linear prediction --- */

/* lpc.c, 2.4: the predictor 1 - sum of a[j] z^-(j+1), a in Q13. */
struct g7231_autocorrelation {
    int16_t r[G7231_ORDER + 1]; /* normalized: r[0] is 0, or at least 0x4000 */
    int16_t shift;              /* the left shift that normalized it; 40 if r[0] is 0 [ShAcf_sf] */
};
enum { G7231_PAST = G7231_WINDOW - G7231_LOOKAHEAD };

/* The top bit of `sine`: most of the last 15 subframes resemble a sine. */
enum { G7231_SINE = 0x8000 };
void g7231_lpc(const struct dsp_celp *dsp, const int16_t s[G7231_PAST + G7231_FRAME],
               int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER],
               struct g7231_autocorrelation[G7231_SUBFRAMES], uint16_t *sine);

/* Returns the energy of the residual. */
int16_t g7231_levinson(const int16_t r[G7231_ORDER + 1], int16_t lpc_q13[G7231_ORDER],
                       int16_t *second);

/* lsp.c: frequencies of line spectral pairs, 0x8000 = pi. `previous` is the last frame's. */
void g7231_lsp_from_lpc(const int16_t lpc_q13[G7231_ORDER], const int16_t previous[G7231_ORDER],
                        int16_t lsp[G7231_ORDER]); /* 2.5 */
uint32_t g7231_lsp_encode(const struct dsp_celp *dsp, const int16_t lsp[G7231_ORDER],
                          const int16_t previous[G7231_ORDER]); /* 2.5 */
void g7231_lsp_decode(uint32_t codes, bool erased, const int16_t previous[G7231_ORDER],
                      int16_t lsp[G7231_ORDER]); /* 2.6, 3.2, 3.10.1 */
void g7231_lsp_interpolate(const int16_t previous[G7231_ORDER], const int16_t now[G7231_ORDER],
                           int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER]); /* 2.7, 3.3 */

/* --- Excitation --- */

/* adaptive.c: the pitch predictor. `now` is preceded by G7231_HISTORY samples of excitation, which
 * are read as far back as the lag reaches. */
const int16_t *g7231_taps(enum g7231_rate, int16_t pair_lag, int16_t index);
void g7231_past(const int16_t *now, int lag,
                int16_t past[G7231_SUBFRAME + G7231_TAPS - 1]); /* [Get_Rez] */
void g7231_adaptive(const struct dsp_celp *dsp, const int16_t *now, enum g7231_rate,
                    int16_t pair_lag, const struct g7231_subframe *,
                    int16_t out[G7231_SUBFRAME]); /* 2.18, 3.4 */

/* 2 fixed + adaptive. */
void g7231_excitation(const struct dsp_celp *dsp, const int16_t fixed[G7231_SUBFRAME],
                      const int16_t adaptive[G7231_SUBFRAME], int16_t out[G7231_SUBFRAME]);

/* fixed.c: decodes the pulses of both rates, 2.17 and 3.5. */
void g7231_fixed(const struct g7231_parameters *, int subframe, int16_t out[G7231_SUBFRAME]);

/* The pulses of one grid, at 6.3 kbit/s, as `positions` and `signs`. */
void g7231_rank(const int16_t e[G7231_SUBFRAME], int grid, int pulses, struct g7231_subframe *);

/* Repeats `in` with the lag. [Gen_Trn] */
void g7231_train(const int16_t in[G7231_SUBFRAME], int lag, int16_t out[G7231_SUBFRAME]);

/* Filters by one tap of the pitch predictor (5.3 kbit/s); returns its lag. */
int g7231_echo(int16_t s[G7231_SUBFRAME], int16_t pair_lag, const struct g7231_subframe *);
extern const int8_t g7231_pulses[G7231_SUBFRAMES];

/* --- Decoder --- */

/* cng.c: comfort noise. */
struct g7231_noise {
    int16_t gain, target_gain; /* CurGain, SidGain: Q5 */
    int16_t lsp[G7231_ORDER];  /* LspSid */
    int16_t seed;
};
enum { G7231_NOISE_SEED = 12345 };
void g7231_noise_start(struct g7231_noise *);

/* Moves the gain to its target, at once in the first frame, else by an eighth of the way. */
void g7231_noise_approach(struct g7231_noise *, bool first);
int16_t g7231_noise_gain(int16_t index); /* 0 to 63 -> Q5 [Dec_SidGain] */

/* The index for twice a mean square. [the end of Qua_SidGain] */
int16_t g7231_noise_index(int32_t twice_energy);

/* A frame of excitation after G7231_HISTORY samples of it, and the parameters that describe it.
 * [Calc_Exc_Rand] */
void g7231_noise(const struct dsp_celp *dsp, struct g7231_noise *, enum g7231_rate,
                 int16_t excitation[G7231_HISTORY + G7231_FRAME], struct g7231_parameters *);

/* conceal.c: the concealment of lost frames, 3.10.2. */
struct g7231_concealment {
    int16_t lost; /* Ecount: consecutive lost frames, at most 3 */
    int16_t gain; /* InterGain */
    int16_t lag;  /* InterIndx: 0 if the last good frame was unvoiced */
    int16_t seed;
    int16_t energy, shift; /* of its last half, for silence whose descriptor is lost */
};
void g7231_conceal_learn(const struct dsp_celp *dsp, struct g7231_concealment *,
                         const struct g7231_parameters *,
                         const int16_t normal[G7231_HISTORY + G7231_FRAME], int16_t shift);
void g7231_conceal(struct g7231_concealment *, int16_t excitation[G7231_HISTORY + G7231_FRAME],
                   int16_t out[G7231_FRAME]);

/* synth.c, 3.7. s is preceded by G7231_ORDER samples of its past. */
void g7231_synthesize(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                      const int16_t e[G7231_SUBFRAME], int16_t *s);

/* postfilter.c. The pitch postfilter (3.6) takes the excitation of a frame both normalized and
 * unscaled. */
void g7231_pitch_postfilter(const struct dsp_celp *dsp, const struct g7231_parameters *,
                            const int16_t normal[G7231_HISTORY + G7231_FRAME],
                            const int16_t excitation[G7231_HISTORY + G7231_FRAME],
                            int16_t out[G7231_FRAME]);
struct g7231_postfilter {
    int16_t poles[G7231_ORDER]; /* PostIirDl, the latest last */
    int16_t tilt_q15;           /* Park */
    int16_t gain_q12;           /* Gain */
};

/* 3.8, 3.9. s is preceded by G7231_ORDER samples of its past. */
void g7231_postfilter(const struct dsp_celp *dsp, struct g7231_postfilter *,
                      const int16_t lpc_q13[G7231_ORDER], const int16_t *s,
                      int16_t out[G7231_SUBFRAME]);

/* --- Encoder --- */

/* weighting.c: the high-pass filter of the input, which also halves it, and the weighting filters.
 */
struct g7231_highpass {
    int16_t zero;
    int32_t pole;
};
struct g7231_weighting {
    int16_t zeros[G7231_ORDER], poles[G7231_ORDER]; /* Q13 */
};
struct g7231_harmonic {
    int16_t lag, gain_q15;
};
struct g7231_ringing {
    int16_t synthesis[G7231_ORDER];  /* RingFirDl, the latest last */
    int16_t weighted[G7231_HISTORY]; /* PrevErr, whose end is RingIirDl */
};
void g7231_highpass(struct g7231_highpass *, const int16_t pcm[G7231_FRAME],
                    int16_t s[G7231_FRAME]);                                        /* 2.3 */
void g7231_weighting(const int16_t lpc_q13[G7231_ORDER], struct g7231_weighting *); /* 2.8 */

/* A subframe; both s and out are preceded by G7231_ORDER samples of their past. */
void g7231_weight(const struct dsp_celp *dsp, const struct g7231_weighting *, const int16_t *s,
                  int16_t *out);
void g7231_impulse_response(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                            const struct g7231_weighting *, struct g7231_harmonic,
                            int16_t h_q13[G7231_SUBFRAME]); /* 2.12 */
void g7231_subtract_ringing(const struct dsp_celp *dsp, const struct g7231_ringing *,
                            const int16_t lpc_q13[G7231_ORDER], const struct g7231_weighting *,
                            struct g7231_harmonic, int16_t target[G7231_SUBFRAME]); /* 2.13 */
void g7231_ring(const struct dsp_celp *dsp, struct g7231_ringing *,
                const int16_t lpc_q13[G7231_ORDER], const struct g7231_weighting *,
                const int16_t e[G7231_SUBFRAME]); /* 2.19 */

/* pitch.c. `now` is preceded by G7231_HISTORY weighted samples. The open-loop lag of a pair of
 * subframes is 18 to 142; both searches take a normalized signal. */
int16_t g7231_open_loop(const struct dsp_celp *dsp, const int16_t *now); /* 2.9 */
struct g7231_harmonic g7231_harmonic(const struct dsp_celp *dsp, const int16_t *now,
                                     int16_t lag); /* 2.11 */
void g7231_shape(const int16_t *now, struct g7231_harmonic, int16_t out[G7231_SUBFRAME]);

/* closed_loop.c, 2.14: the search of the pitch predictor sets lag and taps, and subtracts their
 * contribution from the target. */
enum { G7231_TAMING_BLOCKS = 5 };
struct g7231_taming {
    int32_t error[G7231_TAMING_BLOCKS]; /* Err: the largest of each 30 samples, the latest first */
};
void g7231_taming_start(struct g7231_taming *);
void g7231_tame(struct g7231_taming *, enum g7231_rate, int16_t pair_lag,
                const struct g7231_subframe *);
struct g7231_encoder;
void g7231_closed_loop(const struct g7231_encoder *, const int16_t *now,
                       const int16_t h_q13[G7231_SUBFRAME], struct g7231_parameters *, int subframe,
                       int16_t target[G7231_SUBFRAME]);

/* multipulse.c (2.15) and algebraic.c (2.16): the searches of the pulses fill in the rest of the
 * subframe, and the excitation. */
struct g7231_pulse_search {
    const struct dsp_celp *dsp;
    const int16_t *target, *h_q13; /* of a subframe; the response is that of the filters */
    int16_t pair_lag;
};
void g7231_multipulse(const struct g7231_pulse_search *, int pulses, struct g7231_subframe *,
                      int16_t e[G7231_SUBFRAME]);
void g7231_algebraic(const struct g7231_pulse_search *, int *budget, struct g7231_subframe *,
                     int16_t e[G7231_SUBFRAME]);

/* vad.c, A.2: voice activity detection. */
struct g7231_activity {
    int16_t hangover, active;      /* Hcnt, Vcnt */
    int32_t energy, noise;         /* Penr, Nlev */
    int16_t adapting;              /* Aen: 0 if the noise may be learned */
    int16_t lags[2 * G7231_PAIRS]; /* Polp: the open-loop lags of the last frame and of this one */
    int16_t lpc_q13[G7231_ORDER];  /* NLpc: of the noise */
};
void g7231_activity_start(struct g7231_activity *);
bool g7231_is_active(struct g7231_activity *, const int16_t s[G7231_FRAME], uint16_t sine);

/* dtx.c, A.4: discontinuous transmission. */
enum { G7231_SILENCE_FRAMES = 3 };
struct g7231_silence {
    struct g7231_noise noise;
    struct g7231_autocorrelation
        acf[1 + G7231_SILENCE_FRAMES];      /* of this frame, and of those before [Acf, ShAcf] */
    struct g7231_autocorrelation reference; /* of the filter that was sent [RC, ShRC] */
    int16_t energy[G7231_SILENCE_FRAMES], frames; /* Ener, NbEner */
    int16_t index;                                /* IRef */
    enum g7231_kind last_kind;                    /* PastFtyp */
};
void g7231_silence_start(struct g7231_silence *);
void g7231_silence_learn(struct g7231_silence *,
                         const struct g7231_autocorrelation[G7231_SUBFRAMES]);
void g7231_silence(const struct dsp_celp *dsp, struct g7231_silence *, struct g7231_activity *,
                   const int16_t last_lsp[G7231_ORDER],
                   int16_t excitation[G7231_HISTORY + G7231_FRAME], struct g7231_parameters *);

/* encoder.c: clause 2. */
struct g7231_encoder {
    const struct dsp_celp *dsp;
    struct g7231_highpass highpass;
    struct g7231_ringing ringing;
    struct g7231_taming taming;
    struct g7231_activity activity;
    struct g7231_silence silence;
    bool no_highpass;                  /* QUIRK_NO_POSTFILTER */
    bool dtx;                          /* Annex A is in use */
    uint16_t sine;                     /* SinDet */
    int16_t lsp[G7231_ORDER];          /* PrevLsp */
    int16_t past[G7231_PAST];          /* PrevDat */
    int16_t weighted[G7231_HISTORY];   /* PrevWgt, whose end is WghtIirDl */
    int16_t excitation[G7231_HISTORY]; /* PrevExc */
};
void g7231_encoder_start(struct g7231_encoder *, const struct dsp_celp *);
void g7231_encode_frame(struct g7231_encoder *, const int16_t pcm[G7231_FRAME], enum g7231_rate,
                        struct g7231_parameters *);

/* decoder.c: clause 3, A.4. A null pointer stands for a lost or illegal frame. */
struct g7231_decoder {
    const struct dsp_celp *dsp;
    struct g7231_concealment concealment;
    struct g7231_noise noise;
    struct g7231_postfilter postfilter;
    enum g7231_kind last_kind;         /* PastFtyp */
    bool no_postfilter;                /* for the test vectors */
    int16_t lsp[G7231_ORDER];          /* PrevLsp */
    int16_t excitation[G7231_HISTORY]; /* PrevExc */
    int16_t synthesis[G7231_ORDER];    /* SyntIirDl, the latest last */
};
void g7231_decoder_start(struct g7231_decoder *, const struct dsp_celp *);
void g7231_decode_frame(struct g7231_decoder *, const struct g7231_parameters *,
                        int16_t pcm[G7231_FRAME]);

#endif
