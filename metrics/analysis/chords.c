/* Chords by template matching and Viterbi smoothing.
 *
 * States: major and minor triads, dominant, major and minor sevenths on 12 roots, and no chord. A
 * state's score in a frame is the cosine between the chroma and a binary template (Fujishima 1999;
 * Müller 2015, ch. 5); "no chord" is the flat vector, and all there is in a silent frame. Sevenths
 * pay a small price, because their templates hold a triad of another root. The decoded sequence
 * maximises the sum of scores less a constant cost per change; change costs and prices are ours,
 * chosen on synthesised triads. */
#include "metrics/analysis/chords.h"

#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/key.h"

enum { N_TYPES = 5, NO_CHORD = 12 * N_TYPES, N_STATES = NO_CHORD + 1 };

#define SEVENTH_PRICE 0.06f
#define NO_CHORD_PRICE 0.1f
#define AUDIO_CHANGE_COST 0.8
#define SYMBOLIC_CHANGE_COST 0.15

static const enum attune_chord_quality type_quality[N_TYPES] = {
    ATTUNE_CHORD_MAJ, ATTUNE_CHORD_MIN, ATTUNE_CHORD_DOM7, ATTUNE_CHORD_MAJ7, ATTUNE_CHORD_MIN7,
};

static const struct {
    const char *label;
    unsigned pitch_classes; /* bit 0 = root */
} qualities[ATTUNE_N_CHORD_QUALITIES] = {
    [ATTUNE_CHORD_MAJ] = {"maj", 1u << 0 | 1u << 4 | 1u << 7},
    [ATTUNE_CHORD_MIN] = {"min", 1u << 0 | 1u << 3 | 1u << 7},
    [ATTUNE_CHORD_DIM] = {"dim", 1u << 0 | 1u << 3 | 1u << 6},
    [ATTUNE_CHORD_AUG] = {"aug", 1u << 0 | 1u << 4 | 1u << 8},
    [ATTUNE_CHORD_DOM7] = {"7", 1u << 0 | 1u << 4 | 1u << 7 | 1u << 10},
    [ATTUNE_CHORD_MAJ7] = {"maj7", 1u << 0 | 1u << 4 | 1u << 7 | 1u << 11},
    [ATTUNE_CHORD_MIN7] = {"min7", 1u << 0 | 1u << 3 | 1u << 7 | 1u << 10},
    [ATTUNE_CHORD_HDIM7] = {"hdim7", 1u << 0 | 1u << 3 | 1u << 6 | 1u << 10},
    [ATTUNE_CHORD_DIM7] = {"dim7", 1u << 0 | 1u << 3 | 1u << 6 | 1u << 9},
    [ATTUNE_CHORD_SUS2] = {"sus2", 1u << 0 | 1u << 2 | 1u << 7},
    [ATTUNE_CHORD_SUS4] = {"sus4", 1u << 0 | 1u << 5 | 1u << 7},
};

const char *attune_chord_label(struct attune_chord chord, char buf[ATTUNE_CHORD_LABEL_SIZE])
{
    if (chord.root < 0) {
        snprintf(buf, ATTUNE_CHORD_LABEL_SIZE, "N");
    } else {
        snprintf(buf, ATTUNE_CHORD_LABEL_SIZE, "%s:%s", attune_pitch_class_name(chord.root),
                 qualities[chord.quality].label);
    }
    return buf;
}

unsigned attune_chord_pitch_classes(struct attune_chord chord)
{
    if (chord.root < 0) {
        return 0;
    }
    const unsigned set = qualities[chord.quality].pitch_classes << chord.root;
    return (set | set >> 12) & 0xfffu;
}

bool attune_chord_equal(struct attune_chord a, struct attune_chord b)
{
    return a.root == b.root && (a.root < 0 || a.quality == b.quality);
}

static struct attune_chord state_chord(int state)
{
    if (state == NO_CHORD) {
        return (struct attune_chord){.root = -1};
    }
    return (struct attune_chord){.root = state % 12, .quality = type_quality[state / 12]};
}

/* Unit-length templates of the chord states, transposed so that states are contiguous. */
static void make_templates(float out[12][N_STATES])
{
    for (int s = 0; s < N_STATES; s++) {
        const unsigned set = s == NO_CHORD ? 0xfffu : attune_chord_pitch_classes(state_chord(s));
        const float value = 1.0f / sqrtf((float)__builtin_popcount(set));
        for (int c = 0; c < 12; c++) {
            out[c][s] = set >> c & 1u ? value : 0.0f;
        }
    }
}

/* Cosines of one frame with all states. */
static void match(float templates[12][N_STATES], const float *chroma, float score[N_STATES])
{
    float norm = 0.0f;
    for (int s = 0; s < N_STATES; s++) {
        score[s] = 0.0f;
    }
    for (int c = 0; c < 12; c++) {
        norm += chroma[c] * chroma[c];
        for (int s = 0; s < N_STATES; s++) {
            score[s] += chroma[c] * templates[c][s];
        }
    }
    const float scale = 1.0f / sqrtf(norm);
    for (int s = 0; s < N_STATES; s++) {
        score[s] *= scale;
    }
}

static float best_chord(const float score[N_STATES])
{
    float best = score[0];
    for (int s = 1; s < NO_CHORD; s++) {
        best = score[s] > best ? score[s] : best;
    }
    return best;
}

static void apply_prices(float score[N_STATES])
{
    for (int s = 24; s < NO_CHORD; s++) {
        score[s] -= SEVENTH_PRICE;
    }
    score[NO_CHORD] -= NO_CHORD_PRICE;
}

/* One Viterbi step: back[s] is the state before s. */
static void advance(double total[N_STATES], const float score[N_STATES], double change_cost,
                    unsigned char back[N_STATES])
{
    int best = 0;
    for (int s = 1; s < N_STATES; s++) {
        best = total[s] > total[best] ? s : best;
    }
    const double switched = total[best] - change_cost, offset = total[best];
    for (int s = 0; s < N_STATES; s++) {
        const bool stay = total[s] >= switched;
        back[s] = (unsigned char)(stay ? s : best);
        total[s] = (stay ? total[s] : switched) - offset + (double)score[s];
    }
}

int attune_chords_track(const float *chroma, const bool *silent, size_t n,
                        struct attune_chord_tracking tracking, struct attune_arena *scratch,
                        struct attune_chord *out, double *clarity, size_t *n_sounding)
{
    unsigned char(*back)[N_STATES] = attune_arena_alloc(scratch, n, sizeof *back);
    if (!back) {
        return 0;
    }
    float templates[12][N_STATES];
    make_templates(templates);
    double total[N_STATES] = {0.0}, sum = 0.0;
    size_t sounding = 0;
    for (size_t i = 0; i < n; i++) {
        float score[N_STATES] = {[NO_CHORD] = 1.0f};
        if (!silent[i]) {
            match(templates, chroma + i * 12, score);
            sum += (double)best_chord(score);
            sounding++;
            apply_prices(score);
        }
        advance(total, score, i == 0 ? 0.0 : tracking.change_cost, back[i]);
    }
    int state = 0;
    for (int s = 1; s < N_STATES; s++) {
        state = total[s] > total[state] ? s : state;
    }
    for (size_t i = n; i-- > 0;) {
        out[i] = state_chord(state);
        state = back[i][state];
    }
    if (clarity) {
        *clarity = sounding ? sum / (double)sounding : 0.0;
    }
    if (n_sounding) {
        *n_sounding = sounding;
    }
    return 1;
}

/* Runs of equal chords become spans; chords without the gaps between them become the sequence. */
static int collect(struct attune_analysis *analysis, const struct attune_chroma *chroma,
                   const struct attune_chord *frame_chord, struct attune_chords *chords)
{
    size_t n_spans = 0;
    for (size_t i = 0; i < chroma->n_frames; i++) {
        n_spans += i == 0 || !attune_chord_equal(frame_chord[i], frame_chord[i - 1]);
    }
    struct attune_chord_span *spans = attune_arena_alloc(&analysis->arena, n_spans, sizeof *spans);
    struct attune_chord *sequence =
        attune_arena_alloc(&analysis->arena, n_spans, sizeof *sequence);
    if (!spans || !sequence) {
        return 0;
    }
    size_t n = 0, n_chords = 0;
    for (size_t first = 0; first < chroma->n_frames;) {
        size_t end = first + 1;
        while (end < chroma->n_frames && attune_chord_equal(frame_chord[end], frame_chord[first])) {
            end++;
        }
        const struct attune_chord chord = frame_chord[first];
        spans[n++] = (struct attune_chord_span){.start_s = chroma->time_s[first],
                                                .end_s = chroma->time_s[end],
                                                .first_frame = first,
                                                .end_frame = end,
                                                .chord = chord};
        if (chord.root >= 0 &&
            (n_chords == 0 || !attune_chord_equal(sequence[n_chords - 1], chord))) {
            sequence[n_chords++] = chord;
        }
        first = end;
    }
    chords->spans = spans;
    chords->n_spans = n;
    chords->sequence = sequence;
    chords->n_chords = n_chords;
    return 1;
}

static struct attune_chords *compute(struct attune_analysis *analysis)
{
    struct attune_chords *chords = attune_arena_alloc(&analysis->arena, 1, sizeof *chords);
    if (!chords) {
        return NULL;
    }
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    if (chroma->why) {
        chords->why = chroma->why;
        return chords;
    }
    attune_arena_reset(&analysis->scratch);
    struct attune_chord *frame_chord =
        attune_arena_alloc(&analysis->scratch, chroma->n_frames, sizeof *frame_chord);
    const struct attune_chord_tracking tracking = {
        .change_cost =
            analysis->modality == ATTUNE_AUDIO ? AUDIO_CHANGE_COST : SYMBOLIC_CHANGE_COST,
    };
    if (!frame_chord ||
        !attune_chords_track(chroma->frames, chroma->silent, chroma->n_frames, tracking,
                             &analysis->scratch, frame_chord, &chords->clarity,
                             &chords->n_clear_frames) ||
        !collect(analysis, chroma, frame_chord, chords)) {
        return NULL;
    }
    return chords;
}

const struct attune_chords *attune_analysis_chords(struct attune_analysis *analysis)
{
    static const struct attune_chords none = {.why = "out of memory"};
    if (!analysis->chords) {
        analysis->chords = compute(analysis);
    }
    if (!analysis->chords) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->chords;
}
