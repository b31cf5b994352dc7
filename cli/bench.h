/* The parts of `attune bench`: named times, and the measurements that fill them. */
#ifndef ATTUNE_CLI_BENCH_H
#define ATTUNE_CLI_BENCH_H

#include "base/err.h"
#include "metrics/analysis/analysis.h"

enum { ATTUNE_BENCH_CLIP_S = 30, ATTUNE_BENCH_PIECES = 100, ATTUNE_BENCH_MAX_STAGES = 32,
       ATTUNE_BENCH_PAIRS = 1024 };

/* Named times in order of first appearance; the minimum over the runs is kept. */
struct attune_bench_stages {
    struct attune_bench_stage {
        const char *name;
        double s;
    } item[ATTUNE_BENCH_MAX_STAGES];
    size_t n;
};

void attune_bench_record(struct attune_bench_stages *stages, const char *name, double s);

/* NAN for a name that was not recorded. */
double attune_bench_seconds(const struct attune_bench_stages *stages, const char *name);

/* Times the shared features in the order of their dependencies, then all metrics; adds to *total.
 */
void attune_bench_features(struct attune_analysis *analysis, struct attune_bench_stages *stages,
                           double *total);

/* A 30 s clip written into folder, evaluated n_runs times. ATTUNE_E_MISSING without a sound font.
 */
enum attune_code attune_bench_audio(const char *folder, uint64_t n_runs,
                                    struct attune_bench_stages *stages, struct attune_err *err);

struct attune_bench_midi {
    size_t n_files, n_notes;
    struct attune_bench_stages stages;
};

/* The MIDI files below `files`, or composed ones written into folder when that is NULL. */
enum attune_code attune_bench_midi(const char *folder, const char *files, uint64_t n_runs,
                                   struct attune_bench_midi *out, struct attune_err *err);

/* One epoch of a reward head 2048-1024-512-256-128-1 over ATTUNE_BENCH_PAIRS pairs, and the bare
 * matrix products of it, on one core. */
enum attune_code attune_bench_reward(uint64_t n_runs, struct attune_bench_stages *stages,
                                     struct attune_err *err);

/* Set metrics on 10,000 rows and the bare library calls under them. */
enum attune_code attune_bench_sets(uint64_t n_runs, struct attune_bench_stages *stages,
                                   struct attune_err *err);

#endif
