/* Points of loudness and brightness. */
#include "metrics/temporal/contour.h"

#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/temporal/slope.h"

static size_t from_frames(const struct attune_frames *frames, enum attune_contour_kind kind,
                          double *time_s, double *value)
{
    size_t n = 0;
    for (size_t i = 0; i < frames->n_frames; i++) {
        if (!frames->silent[i] && frames->centroid_hz[i] > 0.0f) {
            time_s[n] = (double)i / frames->rate_hz;
            value[n++] = kind == ATTUNE_CONTOUR_LOUDNESS ? (double)frames->level_db[i]
                                                         : log2((double)frames->centroid_hz[i]);
        }
    }
    return n;
}

static size_t from_notes(const struct attune_notes *notes, enum attune_contour_kind kind,
                         double *time_s, double *value)
{
    size_t n = 0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (kind == ATTUNE_CONTOUR_BRIGHTNESS && note->is_drum) {
            continue;
        }
        time_s[n] = note->onset_s;
        value[n++] = kind == ATTUNE_CONTOUR_LOUDNESS ? 40.0 * log10(note->velocity / 127.0)
                                                     : note->pitch / 12.0;
    }
    return n;
}

struct attune_contour attune_contour_make(struct attune_analysis *a,
                                          enum attune_contour_kind kind)
{
    const int is_audio = a->modality == ATTUNE_AUDIO;
    const struct attune_frames *frames = is_audio ? attune_analysis_frames(a) : NULL;
    const struct attune_notes *notes = is_audio ? NULL : attune_analysis_notes(a);
    struct attune_contour contour = {.why = is_audio ? frames->why : notes->why};
    if (contour.why) {
        return contour;
    }
    const size_t n_max = is_audio ? frames->n_frames : notes->n_notes;
    double *time_s = attune_arena_alloc(&a->scratch, n_max, sizeof *time_s);
    double *value = attune_arena_alloc(&a->scratch, n_max, sizeof *value);
    if (!time_s || !value) {
        attune_analysis_oom(a);
        contour.why = "out of memory";
        return contour;
    }
    contour.n = is_audio ? from_frames(frames, kind, time_s, value)
                         : from_notes(notes, kind, time_s, value);
    contour.time_s = time_s;
    contour.value = value;
    if (contour.n == 0 || time_s[contour.n - 1] - time_s[0] < 5.0) {
        contour.why = "less than 5 s of sound";
    }
    return contour;
}

struct attune_value attune_contour_drift(struct attune_analysis *a, enum attune_contour_kind kind)
{
    const struct attune_contour contour = attune_contour_make(a, kind);
    const double slope =
        contour.why ? 0.0 : attune_slope(contour.time_s, contour.value, contour.n);
    attune_arena_reset(&a->scratch);
    return contour.why ? attune_undefined(contour.why) : attune_defined(10.0 * slope);
}
