/* Chroma at 2 Hz, for the structure of a piece: short frames averaged under a Hann window of 2.2 s
 * (the smoothing of MusDr and FMP, 21 frames at 10 Hz), then of Euclidean norm 1. Where nothing
 * sounds within the window the vector is 0, which resembles nothing; the reference puts a flat
 * vector there. */
#include <math.h>

#include "metrics/analysis/chroma.h"
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/analysis/ssm.h"

#define PI 3.141592653589793
#define RATE_HZ 2.0
#define HALF_WINDOW_S 1.1
#define NOTE_FRAME_S 0.1
/* A damaged file may claim any length: its 10 Hz frames must not take the memory of a folder. */
#define MAX_NOTES_S 14400.0

/* Short frames: centre of frame i at (i + offset) * step_s. */
struct short_frames {
    const float *rows; /* (n, 12) */
    const bool *silent;
    size_t n;
    double step_s, offset;
};

static void average(const struct short_frames *frames, double centre_s, double row[12])
{
    const double first = (centre_s - HALF_WINDOW_S) / frames->step_s - frames->offset;
    const double last = (centre_s + HALF_WINDOW_S) / frames->step_s - frames->offset;
    double norm = 0.0;
    for (size_t i = first > 0.0 ? (size_t)ceil(first) : 0; i < frames->n && (double)i <= last;
         i++) {
        if (frames->silent[i]) {
            continue;
        }
        const double distance_s = ((double)i + frames->offset) * frames->step_s - centre_s;
        const double weight = 0.5 + 0.5 * cos(PI * distance_s / HALF_WINDOW_S);
        for (size_t c = 0; c < 12; c++) {
            row[c] += weight * (double)frames->rows[i * 12 + c];
        }
    }
    for (size_t c = 0; c < 12; c++) {
        norm += row[c] * row[c];
    }
    for (size_t c = 0; c < 12; c++) {
        row[c] = norm > 1e-12 ? row[c] / sqrt(norm) : 0.0;
    }
}

/* Frames of 0.1 s counted from the notes. Returns 0 when out of memory. */
static int frames_from_notes(struct attune_analysis *analysis, struct short_frames *frames)
{
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    const size_t n = (size_t)ceil(notes->end_s / NOTE_FRAME_S);
    attune_arena_reset(&analysis->scratch);
    float *rows = attune_arena_alloc(&analysis->scratch, n, 12 * sizeof *rows);
    bool *silent = attune_arena_alloc(&analysis->scratch, n, sizeof *silent);
    float *weight = attune_arena_alloc(&analysis->scratch, n, sizeof *weight);
    double *edges = attune_arena_alloc(&analysis->scratch, n + 1, sizeof *edges);
    if (!rows || !silent || !weight || !edges) {
        return 0;
    }
    for (size_t i = 0; i <= n; i++) {
        edges[i] = (double)i * NOTE_FRAME_S;
    }
    *frames = (struct short_frames){
        .rows = rows, .silent = silent, .n = n, .step_s = NOTE_FRAME_S, .offset = 0.5};
    return n == 0 || attune_chroma_count_notes(notes, edges, n, &analysis->scratch, rows, silent,
                                               weight);
}

static struct attune_harmony_sequence *compute(struct attune_analysis *analysis)
{
    struct attune_harmony_sequence *sequence =
        attune_arena_alloc(&analysis->arena, 1, sizeof *sequence);
    if (!sequence) {
        return NULL;
    }
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    const bool symbolic = analysis->modality == ATTUNE_SYMBOLIC;
    const double duration_s = chroma->why ? 0.0
                              : symbolic  ? attune_analysis_notes(analysis)->end_s
                                          : analysis->duration_s;
    if (chroma->why || (symbolic && duration_s > MAX_NOTES_S)) {
        sequence->why = chroma->why ? chroma->why : "notes over more than 4 hours";
        return sequence;
    }
    struct short_frames frames = {.rows = chroma->frames,
                                  .silent = chroma->silent,
                                  .n = chroma->n_frames,
                                  .step_s = (double)ATTUNE_HARMONIC_HOP / ATTUNE_ANALYSIS_RATE};
    const size_t n = (size_t)ceil(duration_s * RATE_HZ);
    double *rows = attune_arena_alloc(&analysis->arena, n, 12 * sizeof *rows);
    if (!rows || (symbolic && !frames_from_notes(analysis, &frames))) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        average(&frames, (double)i / RATE_HZ, rows + i * 12);
    }
    sequence->n = n;
    sequence->rate_hz = RATE_HZ;
    sequence->rows = rows;
    return sequence;
}

const struct attune_harmony_sequence *attune_analysis_harmony_sequence(
    struct attune_analysis *analysis)
{
    static const struct attune_harmony_sequence none = {.why = "out of memory"};
    if (!analysis->harmony_sequence) {
        analysis->harmony_sequence = compute(analysis);
    }
    if (!analysis->harmony_sequence) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->harmony_sequence;
}
