/* A table for a paper, said in a small YAML file or by a preset's name.
 *
 *     rows: model                    # or method
 *     metrics: [harmony, harmonic.key_clarity, temporal.*]   # default: what the suite ranks by
 *     columns: [method, base, divergence, candidates, tokens, reward_calls, time]
 *     models: [base, "mine-*"]       # globs; default: all
 *     methods: [none, dpo]
 *     sort: harmonic.key_clarity     # or suite, candidates, divergence; default: the first metric
 *     baseline: base                 # marks what is better or worse than it, by paired tests
 *     intervals: true
 *     decimals: 2                    # default: chosen from the intervals
 *     caption: Main results
 *     label: tab:main
 *     run: my-study
 *
 * A preset is such a spec, with a function of its own where a table is more than columns of the
 * leaderboard (table_preset.h).
 */
#ifndef ATTUNE_REPORTS_TABLE_SPEC_H
#define ATTUNE_REPORTS_TABLE_SPEC_H

#include "reports/board.h"

struct attune_table_spec;

/* What a table that builds its own sheet starts from. */
struct attune_table_source {
    const struct attune_table_spec *spec;
    const struct attune_board *board;
    struct attune_store *store;
    uint64_t seed;
    size_t n_threads;
};

struct attune_table_spec {
    const char *metrics; /* words as in rank_by, in the order of the columns; NULL: rank_by */
    const char *models, *methods;                        /* globs; NULL: all */
    const char *sort, *baseline, *caption, *label, *run; /* NULL: not said */
    bool by_method, no_intervals;
    int decimals; /* 0: chosen; else decimals + 1 */
    struct attune_board_layout layout;
    /* Builds the sheet of a table that is more than columns of the board; NULL for the others. */
    enum attune_code (*build)(const struct attune_table_source *source, struct attune_sheet *sheet,
                              struct attune_err *err);
    bool builds_metrics; /* build looks at metrics; else metrics of the reader's replace it */
    struct attune_arena text;
};

/* Reads a spec; errors name file, line, key, and the nearest valid word. */
enum attune_code attune_table_spec_read(struct attune_table_spec *out, const char *path,
                                        struct attune_err *err);
void attune_table_spec_release(struct attune_table_spec *spec);

/* The table of a run. ATTUNE_E_USAGE where metrics, models, sort or baseline name nothing that the
 * run has. */
enum attune_code attune_table_make(const struct attune_table_spec *spec, struct attune_store *store,
                                   const char *run, uint64_t seed, size_t n_threads,
                                   struct attune_sheet *out, struct attune_err *err);

#endif
