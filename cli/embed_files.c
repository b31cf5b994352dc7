/* Files of music to rows of the built-in embedding, on several threads, in the order of the list.
 */
#include "base/io/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cli/set_source.h"
#include "harness/evaluate.h"
#include "metrics/set/embedding.h"

/* What became of one file. */
struct embedded {
    float *row;
    enum attune_modality modality;
    char *why; /* why there is no row */
};

struct job {
    const struct attune_file_list *files;
    struct attune_evaluator **evaluators; /* (n_threads,) */
    struct attune_selection nothing;      /* no metrics, only the features */
    struct embedded *results;             /* (files->n,) */
    int raw;
};

static void embed_item(void *context, size_t item, size_t worker)
{
    struct job *job = context;
    struct embedded *result = &job->results[item];
    struct attune_evaluator *evaluator = job->evaluators[worker];
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_evaluate_file(evaluator, job->files->paths[item], NULL, &job->nothing, NULL, &err)) {
        result->why = attune_strdup(err.message);
        return;
    }
    struct attune_analysis *analysis = attune_evaluator_analysis(evaluator);
    result->modality = attune_analysis_modality(analysis);
    result->row = attune_alloc(attune_embedding_size(result->modality), sizeof *result->row);
    const char *why =
        result->row ? attune_embedding_compute(analysis, job->raw, result->row) : "out of memory";
    if (why) {
        attune_release(result->row);
        result->row = NULL;
        result->why = attune_strdup(why);
    }
}

static enum attune_code prepare(struct job *job, size_t n_threads, struct attune_err *err)
{
    job->nothing.needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC;
    job->evaluators = attune_alloc(n_threads, sizeof(struct attune_evaluator *));
    job->results = attune_alloc(job->files->n, sizeof *job->results);
    if (!job->evaluators || !job->results) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu files", job->files->n);
    }
    for (size_t i = 0; i < n_threads; i++) {
        job->evaluators[i] = attune_evaluator_new(err);
        if (!job->evaluators[i]) {
            return ATTUNE_E_MEMORY;
        }
    }
    return ATTUNE_OK;
}

/* The rows that are there, in order. */
static enum attune_code gather(const struct job *job, struct attune_matrix *out, size_t **kept,
                               struct attune_buf *warnings, struct attune_err *err)
{
    const size_t n = job->files->n;
    enum attune_modality modality = 0;
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        const struct embedded *result = &job->results[i];
        if (!result->row) {
            attune_buf_addf(warnings, "%s: no embedding: %s\n", job->files->paths[i],
                            result->why ? result->why : "out of memory");
            continue;
        }
        if (modality && result->modality != modality) {
            attune_fail_at(err, ATTUNE_E_INPUT, job->files->paths[i], 0,
                           "audio and MIDI in one set: their embeddings do not compare");
            attune_err_hint(err, "keep them in separate folders, or render the MIDI files first");
            return ATTUNE_E_INPUT;
        }
        modality = result->modality;
        n_rows++;
    }
    if (n_rows == 0) {
        return ATTUNE_OK;
    }
    const size_t d = attune_embedding_size(modality);
    *out = (struct attune_matrix){attune_alloc_aligned(n_rows * d, sizeof(float)), n_rows, d};
    *kept = attune_alloc(n_rows, sizeof **kept);
    if (!out->v || !*kept) {
        attune_matrix_release(out);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu embeddings", n_rows);
    }
    for (size_t i = 0, row = 0; i < n; i++) {
        if (job->results[i].row) {
            memcpy(out->v + row * d, job->results[i].row, d * sizeof(float));
            (*kept)[row++] = i;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_embed_files(struct attune_matrix *out, size_t **kept,
                                    const struct attune_file_list *files, int raw, size_t n_threads,
                                    struct attune_buf *warnings, struct attune_err *err)
{
    struct job job = {.files = files, .raw = raw};
    *out = (struct attune_matrix){0};
    *kept = NULL;
    enum attune_code code = prepare(&job, n_threads, err);
    if (!code) {
        attune_parallel_for(files->n, n_threads, embed_item, &job);
        code = gather(&job, out, kept, warnings, err);
    }
    for (size_t i = 0; job.evaluators && i < n_threads; i++) {
        attune_evaluator_free(job.evaluators[i]);
    }
    for (size_t i = 0; job.results && i < files->n; i++) {
        attune_release(job.results[i].row);
        attune_release(job.results[i].why);
    }
    attune_release(job.evaluators);
    attune_release(job.results);
    return code;
}
