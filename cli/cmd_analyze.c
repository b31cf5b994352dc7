/* attune analyze PATH...: what is heard in each file, one JSON or JAMS object per file, in input
 * order. */
#include <pthread.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cli/analyze.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "harness/evaluate.h"

struct options {
    const char *format;
};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "json|jams",
     .help = "output format (default: json)"},
    {NULL},
};

static const struct options defaults = {.format = "json"};

struct job {
    bool jams;
    struct attune_file_list files;
    struct attune_evaluator **evaluators; /* (n_workers,) */
    struct attune_buf *texts;             /* (files.n,) */
    bool *finished;                       /* (files.n,) */
    size_t n_printed, n_failed;
    pthread_mutex_t mutex; /* guards the two lines above and stdout */
};

static void failure(struct attune_buf *text, const char *path, const char *error)
{
    attune_buf_reset(text);
    attune_buf_add(text, "{\"path\": ");
    attune_buf_add_json(text, path);
    attune_buf_add(text, ", \"status\": \"failed\", \"error\": ");
    attune_buf_add_json(text, error);
    attune_buf_add(text, "}\n");
}

/* Returns whether the file could be analysed; text is one line in any case. */
static bool analyze_file(struct job *job, const char *path, struct attune_evaluator *evaluator,
                         struct attune_buf *text)
{
    const struct attune_selection features = {
        .needs = ATTUNE_NEED_LOUDNESS | ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC};
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_evaluate_file(evaluator, path, NULL, &features, NULL, &err)) {
        char message[1200];
        failure(text, path, attune_err_text(&err, message, sizeof message));
        return false;
    }
    struct attune_analysis *analysis = attune_evaluator_analysis(evaluator);
    if (job->jams) {
        attune_analyze_jams(text, analysis, path);
    } else {
        attune_analyze_json(text, analysis, path);
    }
    if (attune_analysis_out_of_memory(analysis) || text->failed) {
        attune_buf_release(text);
        failure(text, path, "out of memory");
        return false;
    }
    return true;
}

static void analyze_item(void *context, size_t item, size_t worker)
{
    struct job *job = context;
    struct attune_buf text = ATTUNE_BUF_INIT;
    const bool ok = analyze_file(job, job->files.paths[item], job->evaluators[worker], &text);
    pthread_mutex_lock(&job->mutex);
    job->texts[item] = text;
    job->finished[item] = true;
    job->n_failed += !ok;
    while (job->n_printed < job->files.n && job->finished[job->n_printed]) {
        struct attune_buf *next = &job->texts[job->n_printed++];
        fputs(attune_buf_text(next), stdout);
        attune_buf_release(next);
    }
    pthread_mutex_unlock(&job->mutex);
}

static enum attune_code prepare(struct job *job, size_t n_workers, struct attune_err *err)
{
    job->evaluators = attune_alloc(n_workers, sizeof(struct attune_evaluator *));
    job->texts = attune_alloc(job->files.n, sizeof *job->texts);
    job->finished = attune_alloc(job->files.n, sizeof *job->finished);
    if (!job->evaluators || !job->texts || !job->finished) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t w = 0; w < n_workers; w++) {
        job->evaluators[w] = attune_evaluator_new(err);
        if (!job->evaluators[w]) {
            return ATTUNE_E_MEMORY;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *chosen = options;
    struct job job = {.jams = strcmp(chosen->format, "jams") == 0,
                      .mutex = PTHREAD_MUTEX_INITIALIZER};
    size_t n_workers = 0;
    enum attune_code code = attune_collect_files(common, args, n_args, &job.files, err);
    if (code) {
        goto out;
    }
    n_workers = common->jobs < job.files.n ? common->jobs : job.files.n;
    code = prepare(&job, n_workers, err);
    if (code) {
        goto out;
    }
    attune_parallel_for(job.files.n, n_workers, analyze_item, &job);
    *exit_code = job.n_failed ? 1 : 0;
    if (job.n_failed && !common->quiet) {
        fprintf(stderr, "attune: %zu of %zu files failed\n", job.n_failed, job.files.n);
    }
out:
    for (size_t w = 0; job.evaluators && w < n_workers; w++) {
        attune_evaluator_free(job.evaluators[w]);
    }
    attune_release(job.evaluators);
    attune_release(job.texts);
    attune_release(job.finished);
    attune_file_list_release(&job.files);
    pthread_mutex_destroy(&job.mutex);
    return code;
}

const struct attune_command attune_command_analyze = {
    .name = "analyze",
    .usage = "PATH...",
    .summary = "print beats, tempo, key, chords, sections and loudness of audio and MIDI files",
    .details =
        "One object per file and line, in input order. Chord labels are in Harte's syntax; "
        "sections\n"
        "with one label sound alike. JAMS documents can be read by mir_eval and other tools.\n\n"
        "Examples:\n"
        "  attune analyze song.wav\n"
        "  attune analyze --format jams song.mid > song.jams",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
