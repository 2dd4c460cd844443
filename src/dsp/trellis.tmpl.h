/* The walk through a trellis of codes; a search supplies its steps.
 *
 * A survivor is the best path to one state. Decisions are stored for two segments, and each
 * survivor stores its origin, its state when the last segment began. At the end of a segment,
 * the best survivor decides the segment before, and those with another origin are terminated, so
 * that no later decision contradicts an earlier one.
 *
 * Two encoders decide by other rules, and have walks of their own: Creative's, which delays each
 * code by a fixed number of samples, and Yamaha's, which continues each stretch from one
 * survivor alone.
 *
 * Parameters, which are undefined at the end:
 *   TRELLIS(name)        `name` with the codec's prefix
 *   TRELLIS_VECTOR       vec16 or vec32: samples, states and codes
 *   TRELLIS_LANES        the chains: struct gather16 or gather32
 *   TRELLIS_SEGMENT      codes of a segment, a multiple of 8
 *   TRELLIS_DECISIONS    vectors of decisions per sample
 *   TRELLIS_NORMALIZED   samples after which costs are reduced, 4 or 8
 * Types: struct TRELLIS(shape), which is constant, TRELLIS(start), TRELLIS(survivors) and
 * TRELLIS(codes). Functions, as they are called below: begin, load, advance, normalize, best,
 * begin_segment, step_back; and prepend_code and store_eight, for the codes of up to eight
 * samples. */

struct TRELLIS(decisions) {
    TRELLIS_VECTOR made[2 * TRELLIS_SEGMENT][TRELLIS_DECISIONS];
};

/* Writes the codes [from, to) of the path to a state, and returns the state before them. `from` is
 * a multiple of 8. */
KERNEL TRELLIS_VECTOR TRELLIS(trace)(const struct TRELLIS_LANES *lanes, struct TRELLIS(shape) shape,
                                     TRELLIS_VECTOR state,
                                     const struct TRELLIS(decisions) * decisions, uint32_t from,
                                     uint32_t to)
{
    struct TRELLIS(codes) codes = { 0 };

    for (uint32_t t = to; t-- > from;) {
        TRELLIS_VECTOR code =
            TRELLIS(step_back)(&state, shape, decisions->made[t % (2 * TRELLIS_SEGMENT)]);

        TRELLIS(prepend_code)(&codes, code);
        if (t % 8 == 0) {
            TRELLIS(store_eight)(lanes, t, to - t < 8 ? to - t : 8, &codes);
            codes = (struct TRELLIS(codes)){ 0 };
        }
    }
    return state;
}

/* Encodes n samples, and returns the state in which the path begins. */
KERNEL TRELLIS_VECTOR TRELLIS(walk)(const struct TRELLIS_LANES *lanes, struct TRELLIS(shape) shape,
                                    const struct TRELLIS(start) * start, uint32_t n)
{
    TRELLIS_VECTOR samples[8], state, origin, first = { 0 };
    struct TRELLIS(survivors) now;
    struct TRELLIS(decisions) decisions;
    uint32_t written = 0;

    TRELLIS(begin)(&now, shape, start);
    for (uint32_t t = 0; t < n;) {
        uint32_t end = n - t < 8 ? n : t + 8;

        TRELLIS(load)(lanes, t, n, samples);
        for (unsigned i = 0; t < end; i++, t++) {
            TRELLIS_VECTOR *made = decisions.made[t % (2 * TRELLIS_SEGMENT)];

            TRELLIS(advance)(&now, shape, start, samples[i], made);
            if (TRELLIS_NORMALIZED == 4 && t % 4 == 3)
                TRELLIS(normalize)(&now, shape);
        }
        if (TRELLIS_NORMALIZED == 8)
            TRELLIS(normalize)(&now, shape);
        if (t % TRELLIS_SEGMENT != 0 || t == n)
            continue;
        TRELLIS(best)(&now, shape, &origin);
        if (t != TRELLIS_SEGMENT) {
            state = TRELLIS(trace)(lanes, shape, origin, &decisions, written,
                                   written + TRELLIS_SEGMENT);
            first = written == 0 ? state : first;
            written += TRELLIS_SEGMENT;
        }
        TRELLIS(begin_segment)(&now, shape, origin);
    }
    state = TRELLIS(best)(&now, shape, &origin);
    state = TRELLIS(trace)(lanes, shape, state, &decisions, written, n);
    return written == 0 ? state : first;
}

#undef TRELLIS
#undef TRELLIS_VECTOR
#undef TRELLIS_LANES
#undef TRELLIS_SEGMENT
#undef TRELLIS_DECISIONS
#undef TRELLIS_NORMALIZED
