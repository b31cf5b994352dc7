/* Named times, and the time of every shared feature. */
#include "cli/bench.h"

#include <math.h>

#include "metrics/analysis/beats.h"
#include "metrics/analysis/chords.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/grid.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/notes.h"
#include "metrics/analysis/onset.h"
#include "metrics/analysis/structure.h"
#include "metrics/analysis/tonal.h"
#include "metrics/metric.h"
#include "models/drivers/process.h"

void attune_bench_record(struct attune_bench_stages *stages, const char *name, double s)
{
    for (size_t i = 0; i < stages->n; i++) {
        if (strcmp(stages->item[i].name, name) == 0) {
            stages->item[i].s = fmin(stages->item[i].s, s);
            return;
        }
    }
    if (stages->n < ATTUNE_BENCH_MAX_STAGES) {
        stages->item[stages->n++] = (struct attune_bench_stage){name, s};
    }
}

double attune_bench_seconds(const struct attune_bench_stages *stages, const char *name)
{
    for (size_t i = 0; i < stages->n; i++) {
        if (strcmp(stages->item[i].name, name) == 0) {
            return stages->item[i].s;
        }
    }
    return NAN;
}

/* The shared features in the order of their dependencies. */
static void get_notes(struct attune_analysis *a) { attune_analysis_notes(a); }
static void get_grid(struct attune_analysis *a) { attune_analysis_grid(a); }
static void get_onset(struct attune_analysis *a) { attune_analysis_onset(a); }
static void get_beats(struct attune_analysis *a) { attune_analysis_beats(a); }
static void get_chroma(struct attune_analysis *a) { attune_analysis_chroma(a); }
static void get_key(struct attune_analysis *a) { attune_analysis_key(a); }
static void get_chords(struct attune_analysis *a) { attune_analysis_chords(a); }
static void get_tonal(struct attune_analysis *a) { attune_analysis_tonal(a); }
static void get_structure(struct attune_analysis *a) { attune_analysis_structure(a); }

static const struct {
    const char *name;
    void (*get)(struct attune_analysis *a);
    unsigned inputs;
} features[] = {
    {"note table", get_notes, ATTUNE_SYMBOLIC},
    {"grid", get_grid, ATTUNE_SYMBOLIC},
    {"onset envelope", get_onset, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"beats", get_beats, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"chroma", get_chroma, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"key", get_key, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"chords", get_chords, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"tonal centroids", get_tonal, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
    {"structure", get_structure, ATTUNE_AUDIO | ATTUNE_SYMBOLIC},
};

void attune_bench_features(struct attune_analysis *a, struct attune_bench_stages *stages,
                           double *total)
{
    for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
        if (features[i].inputs & attune_analysis_modality(a)) {
            const double start = attune_now_s();
            features[i].get(a);
            const double s = attune_now_s() - start;
            *total += s;
            attune_bench_record(stages, features[i].name, s);
        }
    }
    const double start = attune_now_s();
    for (size_t i = 0; i < attune_n_metrics; i++) {
        attune_metric_eval(attune_metrics[i], a);
    }
    attune_bench_record(stages, "metrics", attune_now_s() - start);
    *total += attune_now_s() - start;
}
