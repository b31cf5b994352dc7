/* attune eval PATH...: evaluates files and folders, one result per file, in input order.
 *
 * Files are evaluated on several threads and printed in the order in which they were given; JSON
 * Lines come out as soon as their turn comes, the other formats at the end. */
#include <pthread.h>

#include "base/io/file.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/eval_reference.h"
#include "cli/eval_result.h"
#include "harness/evaluate.h"
#include "harness/suite/prompts.h"
#include "metrics/compat/compat.h"

struct options {
    const char *metrics, *format, *soundfont, *prompt, *reference;
    bool compat, render;
};

static const struct attune_opt options_table[] = {
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "metrics to compute (default: all that apply)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "jsonl|csv|table",
     .help = "output format (default: jsonl)"},
    {"prompt", ATTUNE_OPT_TEXT, offsetof(struct options, prompt), .metavar = "FILE",
     .help = "prompts of the files, by name (p001.wav, p001__s2.mid); one prompt: of all"},
    {"reference", ATTUNE_OPT_TEXT, offsetof(struct options, reference), .metavar = "SET",
     .help = "also compare all files together with a reference (see attune distance)"},
    {"compat", ATTUNE_OPT_FLAG, offsetof(struct options, compat),
     .help = "add the values of legacy tools (compat.*)"},
    {"render", ATTUNE_OPT_FLAG, offsetof(struct options, render),
     .help = "render MIDI to audio and evaluate that"},
    {"soundfont", ATTUNE_OPT_TEXT, offsetof(struct options, soundfont), .metavar = "FILE",
     .help = "sound font for --render (default: $ATTUNE_SOUNDFONT, else the system's)"},
    {NULL},
};

static const struct options defaults = {.format = "jsonl"};

struct job {
    const struct options *options;
    struct attune_selection selection;
    struct attune_file_list files;
    struct attune_prompt_set prompts; /* empty without --prompt */
    struct attune_evaluator **evaluators;  /* (n_workers,) */
    struct attune_value **values;          /* (n_workers,) scratch rows (selection.n,) */
    struct attune_eval_result *results;    /* (files.n,) */
    bool *finished;                        /* (files.n,) */
    size_t n_printed, n_failed;
    bool streaming;
    pthread_mutex_t mutex;                 /* guards the three lines above and stdout */
    bool unheard; /* rendering was asked for, and there is no sound font */
};

static void sink_scalar(void *context, const char *name, double value)
{
    attune_eval_result_add(context, name, &value, 1, false, NULL);
}

static void sink_vector(void *context, const char *name, const double *values, size_t n)
{
    attune_eval_result_add(context, name, values, n, true, NULL);
}

static void sink_undefined(void *context, const char *name, const char *why)
{
    attune_eval_result_add(context, name, NULL, 0, false, why);
}

static void add_compat(struct attune_eval_result *result, struct attune_analysis *analysis)
{
    const struct attune_compat_sink sink = {result, sink_scalar, sink_vector, sink_undefined};
    attune_compat_all(analysis, &sink);
}

static void fill(struct job *job, struct attune_eval_result *result, size_t worker)
{
    struct attune_evaluator *evaluator = job->evaluators[worker];
    struct attune_value *values = job->values[worker];
    struct attune_err err = ATTUNE_ERR_INIT;
    const struct attune_prompt *prompt = attune_prompts_for_file(&job->prompts, result->path);
    if (attune_evaluate_file(evaluator, result->path, prompt, &job->selection, values, &err)) {
        result->modality = attune_file_modality(result->path);
        result->error = attune_strdup(err.message); /* the path stands beside it */
        return;
    }
    struct attune_analysis *analysis = attune_evaluator_analysis(evaluator);
    result->modality =
        attune_analysis_modality(analysis) == ATTUNE_AUDIO ? "audio" : "symbolic";
    result->duration_s = attune_analysis_duration_s(analysis);
    const bool unheard = job->unheard && attune_analysis_modality(analysis) == ATTUNE_SYMBOLIC;
    for (size_t i = 0; i < job->selection.n; i++) {
        const char *id = attune_metrics[job->selection.index[i]]->id;
        if (values[i].state != ATTUNE_NOT_APPLICABLE) {
            attune_eval_result_add(result, id, &values[i].v, 1, false, values[i].why);
        } else if (unheard) {
            attune_eval_result_add(result, id, NULL, 0, false, "not rendered: no sound font");
        }
    }
    if (job->options->compat) {
        add_compat(result, analysis);
    }
    result->ok = !result->out_of_memory;
}

/* Prints every result whose turn has come. Called with the mutex held. */
static void print_ready(struct job *job)
{
    struct attune_buf line = ATTUNE_BUF_INIT;
    while (job->n_printed < job->files.n && job->finished[job->n_printed]) {
        struct attune_eval_result *result = &job->results[job->n_printed++];
        attune_buf_reset(&line);
        attune_eval_print_json(&line, result);
        fputs(attune_buf_text(&line), stdout);
        attune_eval_result_release(result);
    }
    attune_buf_release(&line);
}

static void evaluate_item(void *context, size_t item, size_t worker)
{
    struct job *job = context;
    struct attune_eval_result result = {.path = job->files.paths[item], .modality = ""};
    fill(job, &result, worker);
    pthread_mutex_lock(&job->mutex);
    job->results[item] = result;
    job->finished[item] = true;
    job->n_failed += !result.ok;
    if (job->streaming) {
        print_ready(job);
    }
    pthread_mutex_unlock(&job->mutex);
}

/* --metrics without those of sets, which --reference takes; those of sets alone: no metrics. */
static enum attune_code select_metrics(struct job *job, struct attune_err *err)
{
    struct attune_buf globs = ATTUNE_BUF_INIT;
    const char *given = job->options->reference ? job->options->metrics : NULL;
    for (const char *p = given ? given : ""; *p;) {
        const size_t n = strcspn(p, ",");
        if (strncmp(p, "set.", 4) != 0) {
            attune_buf_add(&globs, globs.n_bytes ? "," : "");
            attune_buf_add_bytes(&globs, p, n);
        }
        p += n + (p[n] == ',');
    }
    enum attune_code code = globs.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                                         : ATTUNE_OK;
    if (!code && (!given || globs.n_bytes)) {
        code = attune_selection_init(&job->selection,
                                     given ? attune_buf_text(&globs) : job->options->metrics, err);
    }
    attune_buf_release(&globs);
    return code;
}

static enum attune_code prepare(struct job *job, size_t n_workers, struct attune_err *err)
{
    const char *soundfont = NULL;
    enum attune_code code = select_metrics(job, err);
    if (code) {
        return code;
    }
    if (job->options->prompt) {
        code = attune_prompts_read(&job->prompts, job->options->prompt, err);
        if (code) {
            return code;
        }
    }
    if (job->options->compat) {
        job->selection.needs = ATTUNE_NEED_ALL;
    }
    if (job->options->render) {
        struct attune_err missing = ATTUNE_ERR_INIT;
        soundfont = attune_soundfont_find(job->options->soundfont, &missing);
        job->unheard = !soundfont;
        if (job->unheard) {
            fprintf(stderr, "attune: not rendered, MIDI is evaluated as notes: %s%s%s\nhint: %s\n",
                    missing.file, missing.file[0] ? ": " : "", missing.message, missing.hint);
        }
    }
    job->results = attune_alloc(job->files.n, sizeof *job->results);
    job->finished = attune_alloc(job->files.n, sizeof *job->finished);
    job->evaluators = attune_alloc(n_workers, sizeof(struct attune_evaluator *));
    job->values = attune_alloc(n_workers, sizeof(struct attune_value *));
    if (!job->results || !job->finished || !job->evaluators || !job->values) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t w = 0; w < n_workers; w++) {
        job->values[w] = attune_alloc(job->selection.n, sizeof **job->values);
        job->evaluators[w] = attune_evaluator_new(err);
        if (!job->values[w] || !job->evaluators[w]) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
        code = attune_evaluator_render(job->evaluators[w], soundfont, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

static void release(struct job *job, size_t n_workers)
{
    for (size_t w = 0; w < n_workers; w++) {
        if (job->evaluators) {
            attune_evaluator_free(job->evaluators[w]);
        }
        if (job->values) {
            attune_release(job->values[w]);
        }
    }
    for (size_t i = 0; job->results && i < job->files.n; i++) {
        attune_eval_result_release(&job->results[i]);
    }
    attune_release(job->evaluators);
    attune_release(job->values);
    attune_release(job->results);
    attune_release(job->finished);
    attune_selection_release(&job->selection);
    attune_prompts_release(&job->prompts);
    attune_file_list_release(&job->files);
    pthread_mutex_destroy(&job->mutex);
}

static enum attune_code print_rest(struct job *job, struct attune_err *err)
{
    if (job->streaming) {
        return ATTUNE_OK;
    }
    struct attune_buf out = ATTUNE_BUF_INIT;
    if (strcmp(job->options->format, "csv") == 0) {
        attune_eval_print_csv(&out, job->results, job->files.n);
    } else {
        attune_eval_print_table(&out, job->results, job->files.n);
    }
    const bool failed = out.failed;
    fputs(attune_buf_text(&out), stdout);
    attune_buf_release(&out);
    return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    struct job job = {.options = options, .mutex = PTHREAD_MUTEX_INITIALIZER};
    job.streaming = strcmp(job.options->format, "jsonl") == 0;
    size_t n_workers = common->jobs;
    if (job.options->reference && strcmp(job.options->format, "csv") == 0) {
        return attune_fail(err, ATTUNE_E_USAGE, "--reference is for --format jsonl and table: it "
                                                "adds what is no row per file");
    }
    enum attune_code code = attune_collect_files(common, args, n_args, &job.files, err);
    n_workers = n_workers > job.files.n ? job.files.n : n_workers;
    if (!code) {
        code = prepare(&job, n_workers, err);
    }
    if (!code) {
        attune_parallel_for(job.files.n, n_workers, evaluate_item, &job);
        code = print_rest(&job, err);
    }
    if (!code && job.options->reference) {
        const struct attune_eval_reference against = {
            .path = job.options->reference, .globs = job.options->metrics,
            .soundfont = job.options->render ? attune_soundfont_find(job.options->soundfont, NULL)
                                             : NULL,
            .json = job.streaming};
        code = attune_eval_against(common, &against, &job.files, err);
    }
    if (!code) {
        *exit_code = job.n_failed ? 1 : 0;
        if (job.n_failed && !common->quiet) {
            fprintf(stderr, "attune: %zu of %zu files failed\n", job.n_failed, job.files.n);
        }
    }
    release(&job, n_workers);
    return code;
}

const struct attune_command attune_command_eval = {
    .name = "eval",
    .usage = "PATH...",
    .summary = "measure audio and MIDI files",
    .details =
        "Folders are walked in sorted order; what is neither audio nor MIDI by content is "
        "named on\n"
        "standard error and left out. One result per file, in input order. A damaged file "
        "is a result\n"
        "with status failed; the others go on, and the exit code is 1.\n\n"
        "With --reference all files are embedded (attune-1) and compared as a set, as by\n"
        "attune distance; a last object, or a second table, holds the set metrics and every\n"
        "file's nearest reference. --metrics may name set metrics, too.\n\n"
        "Examples:\n"
        "  attune eval renders/ > scores.jsonl\n"
        "  attune eval --metrics 'harmonic.*' --format table a.mid b.wav\n"
        "  attune eval renders/ --reference refs/ --metrics 'harmonic.*,set.*'\n"
        "  attune eval --render --format csv midi/       audio metrics of rendered MIDI",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
