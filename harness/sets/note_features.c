/* The features of the notes of a set of MIDI files, for set.overlap_area and set.kld. */
#include <math.h>

#include "base/mem.h"
#include "base/thread.h"
#include "harness/evaluate.h"
#include "harness/sets/set_source.h"
#include "metrics/symbolic/note_features.h"

struct extraction {
    struct attune_set_source *source;
    struct attune_evaluator **evaluators; /* (n_threads,) */
    const atomic_bool *cancelled;
    atomic_bool out_of_memory;
};

static void extract(void *context, size_t row, size_t worker)
{
    struct extraction *x = context;
    const struct attune_selection nothing_else = {0};
    float *features = x->source->features + row * ATTUNE_NOTE_FEATURE_COLUMNS;
    const char *path = x->source->files.paths[x->source->file[row]];
    struct attune_err err = ATTUNE_ERR_INIT;
    enum attune_code code = ATTUNE_E_INTERRUPTED;
    if (!x->cancelled || !atomic_load(x->cancelled)) {
        code = attune_evaluate_file(x->evaluators[worker], path, NULL, &nothing_else, NULL, &err);
    }
    if (code == ATTUNE_OK) {
        attune_note_features_fill(attune_evaluator_analysis(x->evaluators[worker]), features);
        return;
    }
    if (code == ATTUNE_E_MEMORY) {
        atomic_store(&x->out_of_memory, true);
    }
    for (size_t i = 0; i < ATTUNE_NOTE_FEATURE_COLUMNS; i++) {
        features[i] = NAN; /* the file became unreadable since it was embedded */
    }
}

static bool all_symbolic(const struct attune_set_source *source)
{
    for (size_t i = 0; i < source->rows.n_rows; i++) {
        if (strcmp(attune_file_modality(source->files.paths[source->file[i]]), "symbolic") != 0) {
            return false;
        }
    }
    return source->embedded && source->rows.n_rows > 0;
}

enum attune_code attune_set_source_features(struct attune_set_source *source, size_t n_threads,
                                            const atomic_bool *cancelled, struct attune_err *err)
{
    if (!source->file || !all_symbolic(source)) {
        return ATTUNE_OK;
    }
    n_threads = n_threads < 1 ? 1 : n_threads;
    const size_t n = source->rows.n_rows;
    struct extraction x = {.source = source, .cancelled = cancelled};
    x.evaluators = attune_alloc(n_threads, sizeof(struct attune_evaluator *));
    source->features = attune_alloc(n * ATTUNE_NOTE_FEATURE_COLUMNS, sizeof *source->features);
    enum attune_code code = x.evaluators && source->features
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features");
    for (size_t i = 0; i < n_threads && !code; i++) {
        x.evaluators[i] = attune_evaluator_new(err);
        code = x.evaluators[i] ? ATTUNE_OK : ATTUNE_E_MEMORY;
    }
    if (!code) {
        attune_parallel_for(n, n_threads, extract, &x);
        code = atomic_load(&x.out_of_memory)
                   ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features")
               : cancelled && atomic_load(cancelled)
                   ? attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted")
                   : ATTUNE_OK;
    }
    for (size_t i = 0; x.evaluators && i < n_threads; i++) {
        attune_evaluator_free(x.evaluators[i]);
    }
    attune_release(x.evaluators);
    return code;
}
