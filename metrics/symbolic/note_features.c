/* mgeval's features as one row of numbers, from the metrics and counts of symbolic.*. */
#include "metrics/symbolic/note_features.h"

#include <math.h>

#include "metrics/analysis/note_stats.h"
#include "metrics/metric.h"
#include "metrics/symbolic/note_lengths.h"

enum { N_SCALARS = 7, CLASSES = 12, STEPS = 144 };

const struct attune_note_feature attune_note_features[ATTUNE_N_NOTE_FEATURES] = {
    {"total_used_note", 0, 1},
    {"total_used_pitch", 1, 1},
    {"bar_used_note", 2, 1},
    {"bar_used_pitch", 3, 1},
    {"pitch_range", 4, 1},
    {"avg_pitch_shift", 5, 1},
    {"avg_ioi", 6, 1},
    {"pitch_class_histogram", N_SCALARS, CLASSES},
    {"note_length_histogram", N_SCALARS + CLASSES, CLASSES},
    {"pitch_class_transition_matrix", N_SCALARS + 2 * CLASSES, STEPS},
    {"note_length_transition_matrix", N_SCALARS + 2 * CLASSES + STEPS, STEPS},
};

/* The first seven features, in their order. */
static const char *const scalars[N_SCALARS] = {
    "symbolic.total_used_note", "symbolic.n_pitches_used",  "symbolic.bar_used_note",
    "symbolic.bar_used_pitch",  "symbolic.pitch_range",     "symbolic.avg_pitch_shift",
    "symbolic.avg_ioi",
};

/* Counts as shares; NaN where nothing was counted. */
static void fill_shares(const struct attune_note_feature *feature, const uint32_t *count,
                        float *row)
{
    double total = 0.0;
    for (size_t i = 0; i < feature->n; i++) {
        total += count[i];
    }
    for (size_t i = 0; i < feature->n; i++) {
        row[feature->column + i] = total > 0.0 ? (float)(count[i] / total) : NAN;
    }
}

void attune_note_features_fill(struct attune_analysis *analysis, float *row)
{
    const struct attune_note_stats *stats = attune_analysis_note_stats(analysis);
    const struct attune_note_lengths lengths = attune_note_lengths(analysis);
    const struct attune_note_feature *feature = attune_note_features + N_SCALARS;
    for (size_t i = 0; i < N_SCALARS; i++) {
        const struct attune_value value =
            attune_metric_eval(attune_metric_find(scalars[i]), analysis);
        row[i] = value.state == ATTUNE_DEFINED ? (float)value.v : NAN;
    }
    fill_shares(feature++, stats->pitch_class, row);
    fill_shares(feature++, lengths.count, row);
    fill_shares(feature++, &stats->transition[0][0], row);
    fill_shares(feature, &lengths.step[0][0], row);
}
