/* The MIDI half of `attune bench`: reading, muspy's metrics, the complete set, structure apart. */
#include "base/io/file.h"
#include "cli/bench.h"
#include "metrics/analysis/notes.h"
#include "metrics/compat/compat.h"
#include "metrics/metric.h"
#include "models/pieces/corpus.h"
#include "models/drivers/process.h"

static void drop_scalar(void *context, const char *name, double value)
{
}
static void drop_vector(void *context, const char *name, const double *values, size_t n)
{
}
static void drop_undefined(void *context, const char *name, const char *why)
{
}

static enum attune_code compose_files(const char *folder, struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    for (unsigned i = 0; i < ATTUNE_BENCH_PIECES && !code; i++) {
        struct attune_piece piece;
        char name[32], written[4096];
        attune_corpus_piece(&piece, 1, i);
        snprintf(name, sizeof name, "piece%03u", i);
        code = attune_piece_write(&piece, attune_path_join(&path, folder, name), written,
                                  sizeof written, err);
    }
    attune_buf_release(&path);
    return code;
}

/* What needs the fitness scape plot or COSIATEC, whose cost grows faster than the piece. */
static bool is_structure(const struct attune_metric *m)
{
    return strncmp(m->id, "pillar.", 7) == 0 ||
           strncmp(m->id, "temporal.structure_", 19) == 0 ||
           strcmp(m->id, "temporal.repetition") == 0 || strstr(m->id, "cosiatec") != NULL;
}

/* One pass over all files; files that cannot be read are left out of the count. */
static void midi_pass(struct attune_analysis *analysis, const struct attune_file_list *files,
                      struct attune_bench_midi *work)
{
    const struct attune_compat_sink sink = {NULL, drop_scalar, drop_vector, drop_undefined};
    double read = 0.0, muspy = 0.0, all = 0.0, structure = 0.0;
    work->n_files = work->n_notes = 0;
    for (size_t i = 0; i < files->n; i++) {
        struct attune_midi midi;
        const double t0 = attune_now_s();
        if (attune_midi_read(&midi, files->paths[i], NULL) != ATTUNE_OK) {
            continue;
        }
        attune_analysis_load_midi(analysis, &midi, NULL);
        const double t1 = attune_now_s();
        attune_compat_muspy(analysis, &sink);
        const double t2 = attune_now_s();
        for (size_t k = 0; k < attune_n_metrics; k++) {
            if (!is_structure(attune_metrics[k])) {
                attune_metric_eval(attune_metrics[k], analysis);
            }
        }
        const double t3 = attune_now_s();
        for (size_t k = 0; k < attune_n_metrics; k++) {
            if (is_structure(attune_metrics[k])) {
                attune_metric_eval(attune_metrics[k], analysis);
            }
        }
        structure += attune_now_s() - t3;
        read += t1 - t0;
        muspy += t2 - t1;
        all += t3 - t2;
        work->n_files++;
        work->n_notes += attune_analysis_notes(analysis)->n_notes;
        attune_midi_release(&midi);
    }
    attune_bench_record(&work->stages, "read", read);
    attune_bench_record(&work->stages, "read + muspy's metrics", read + muspy);
    attune_bench_record(&work->stages, "read + complete set", read + all);
    attune_bench_record(&work->stages, "structure, COSIATEC", structure);
}

enum attune_code attune_bench_midi(const char *folder, const char *files, uint64_t n_runs,
                                   struct attune_bench_midi *work, struct attune_err *err)
{
    struct attune_file_list list = {0};
    struct attune_analysis *analysis = attune_analysis_new(err);
    enum attune_code code = !analysis  ? ATTUNE_E_MEMORY
                            : files ? ATTUNE_OK
                                       : compose_files(folder, err);
    if (!code) {
        code = attune_file_walk(&list, files ? files : folder, err);
    }
    for (uint64_t run = 0; run < n_runs && !code; run++) {
        midi_pass(analysis, &list, work);
    }
    attune_file_list_release(&list);
    attune_analysis_free(analysis);
    return code;
}
