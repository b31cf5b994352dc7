/* attune distance --reference SET --candidate SET: set metrics of two sets of embeddings. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/embedding_choice.h"
#include "cli/set_result.h"
#include "harness/sets/set_source.h"
#include "metrics/set/compat.h"
#include "metrics/set/set_metric.h"

struct options {
    const char *reference, *candidate, *metrics, *format, *bandwidth, *embedding, *cache;
    uint64_t k, replicates, workers;
    bool compat;
};

enum { N_COMPAT = 4 }; /* values of legacy tools */

static const struct attune_opt options_table[] = {
    {"reference", ATTUNE_OPT_TEXT, offsetof(struct options, reference), .metavar = "SET",
     .help = "what the candidates are compared with"},
    {"candidate", ATTUNE_OPT_TEXT, offsetof(struct options, candidate), .metavar = "SET",
     .help = "the set under test"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "set metrics to compute (default: all)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "json|table",
     .help = "output format (default: table)"},
    {"k", ATTUNE_OPT_COUNT, offsetof(struct options, k), .metavar = "N", .lo = 1, .hi = 100,
     .help = "nearest neighbours of precision, recall, density, coverage (default: 5)"},
    {"bandwidth", ATTUNE_OPT_TEXT, offsetof(struct options, bandwidth), .metavar = "WHAT",
     .help = "kernel bandwidth: reference or candidate (median distance), or a number (default: "
             "reference)"},
    {"replicates", ATTUNE_OPT_COUNT, offsetof(struct options, replicates), .metavar = "N",
     .hi = 100000, .help = "bootstrap replicates of the intervals, 0 for none (default: 200)"},
    {"embedding", ATTUNE_OPT_TEXT, offsetof(struct options, embedding), .metavar = "NAME|CMD",
     .help = "of folders of music: " ATTUNE_EMBEDDING_HELP " (default: attune-1)"},
    {"workers", ATTUNE_OPT_COUNT, offsetof(struct options, workers), .metavar = "N", .lo = 1,
     .hi = 256, .help = "processes of the embedding worker (default: 1)"},
    {"cache", ATTUNE_OPT_TEXT, offsetof(struct options, cache), .metavar = "FILE",
     .help = ATTUNE_CACHE_HELP},
    {"compat", ATTUNE_OPT_FLAG, offsetof(struct options, compat),
     .help = "add the values of legacy tools (compat.fadtk, compat.kadtk, compat.mgeval)"},
    {NULL},
};

static const struct options defaults = {
    .format = "table", .k = 5, .bandwidth = "reference", .replicates = 200,
    .embedding = "attune-1", .workers = 1};

static enum attune_code take_bandwidth(const char *text, struct attune_set_options *options,
                                       struct attune_err *err)
{
    char *end;
    if (strcmp(text, "reference") == 0) {
        options->bandwidth = ATTUNE_BANDWIDTH_REFERENCE;
    } else if (strcmp(text, "candidate") == 0) {
        options->bandwidth = ATTUNE_BANDWIDTH_CANDIDATE;
    } else {
        options->bandwidth = ATTUNE_BANDWIDTH_FIXED;
        options->bandwidth_value = strtod(text, &end);
        if (end == text || *end || !(options->bandwidth_value > 0.0) ||
            isinf(options->bandwidth_value)) {
            return attune_fail(
                err, ATTUNE_E_USAGE,
                "--bandwidth '%s': allowed are reference, candidate or a positive number", text);
        }
    }
    return ATTUNE_OK;
}

static void print_source(struct attune_buf *out, const char *name,
                         const struct attune_set_source *source,
                         const struct attune_embedder *embedder)
{
    attune_buf_addf(out, "\"%s\": {\"n\": ", name);
    if (source->rows.v) {
        attune_buf_addf(out, "%zu", source->rows.n_rows);
    } else {
        attune_buf_add(out, "null");
    }
    attune_buf_addf(out, ", \"d\": %zu", source->d);
    if (source->embedded) {
        attune_buf_add(out, ", \"embedding\": ");
        attune_buf_add_json(out, attune_embedder_name(embedder));
        attune_buf_add(out, ", \"embedding_version\": ");
        attune_buf_add_json(out, attune_embedder_version(embedder));
        attune_buf_add(out, ", \"embedding_hash\": ");
        attune_buf_add_json(out, attune_embedder_identity(embedder));
    }
    attune_buf_add(out, "}");
}

/* The two values of mgeval, each with its features as details. */
static enum attune_code add_mgeval(struct attune_set_pair *pair, struct attune_set_result *results,
                                   size_t *n_results, struct attune_err *err)
{
    struct attune_set_result *kld = &results[(*n_results)++], *overlap = &results[(*n_results)++];
    *kld = (struct attune_set_result){.id = "compat.mgeval.kld", .show_details = true};
    *overlap = (struct attune_set_result){.id = "compat.mgeval.overlap_area", .show_details = true};
    return attune_set_compat_mgeval(pair, &kld->value, &overlap->value, err);
}

/* The chosen metrics, and those of legacy tools. */
static enum attune_code evaluate(const struct options *o, struct attune_set_pair *pair,
                                 struct attune_set_result *results, size_t *n_results,
                                 struct attune_err *err)
{
    enum attune_code code =
        attune_set_results_evaluate(o->metrics, pair, results, n_results, err);
    if (!code && o->compat) {
        results[*n_results].id = "compat.fadtk.fad";
        code = attune_set_compat_fadtk(pair, &results[(*n_results)++].value, err);
    }
    if (!code && o->compat) {
        results[*n_results].id = "compat.kadtk.kad";
        code = attune_set_compat_kadtk(pair, &results[(*n_results)++].value, err);
    }
    if (!code && o->compat && attune_set_results_need_features(o->metrics)) {
        code = add_mgeval(pair, results, n_results, err);
    }
    return code;
}

/* Of the notes, for the metrics that compare them. */
static enum attune_code load_features(struct attune_set_source *reference,
                                      struct attune_set_source *candidate, size_t n_threads,
                                      struct attune_err *err)
{
    enum attune_code code = attune_set_source_features(reference, n_threads, NULL, err);
    return code ? code : attune_set_source_features(candidate, n_threads, NULL, err);
}

static void print_all(const struct options *o, const struct attune_set_source *reference,
                      const struct attune_set_source *candidate,
                      const struct attune_embedder *embedder,
                      const struct attune_set_result *results, size_t n_results,
                      const char *warnings, struct attune_buf *out)
{
    if (strcmp(o->format, "table") == 0) {
        attune_set_results_table(out, results, n_results);
        return;
    }
    attune_buf_add(out, "{");
    print_source(out, "reference", reference, embedder);
    attune_buf_add(out, ",\n ");
    print_source(out, "candidate", candidate, embedder);
    attune_buf_add(out, ",\n  ");
    attune_set_results_json(out, results, n_results, reference->rows.n_rows,
                            candidate->rows.n_rows, "\n    ");
    attune_buf_add(out, ",\n  ");
    attune_set_warnings_json(out, warnings);
    attune_buf_add(out, "}\n");
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_set_source reference = {0}, candidate = {0};
    struct attune_embedding_choice embedding = {0};
    struct attune_set_pair *pair = NULL;
    struct attune_buf warnings = ATTUNE_BUF_INIT, out = ATTUNE_BUF_INIT;
    struct attune_set_result *results = NULL;
    size_t n_results;
    struct attune_set_options set_options = ATTUNE_SET_OPTIONS_INIT;
    set_options.k = o->k;
    set_options.n_replicates = o->replicates;
    set_options.seed = common->seed;
    set_options.n_threads = common->jobs;
    if (!o->reference || !o->candidate) {
        return attune_fail(err, ATTUNE_E_USAGE,
                           "both --reference SET and --candidate SET are needed");
    }
    enum attune_code code = take_bandwidth(o->bandwidth, &set_options, err);
    if (!code) {
        code = attune_embedding_choose(&embedding, o->embedding, o->cache, false, o->workers, err);
    }
    const struct attune_set_loader loader = {embedding.embedder, common->jobs, NULL};
    if (!code) {
        code = attune_set_source_load(&reference, o->reference, "reference", &loader, &warnings,
                                      err);
    }
    if (!code) {
        code = attune_set_source_load(&candidate, o->candidate, "candidate", &loader, &warnings,
                                      err);
    }
    if (!code && attune_set_results_need_features(o->metrics)) {
        code = load_features(&reference, &candidate, common->jobs, err);
    }
    if (!code) {
        const struct attune_set a = attune_set_source_view(&reference);
        const struct attune_set b = attune_set_source_view(&candidate);
        code = attune_set_pair_new(&pair, &a, &b, &set_options, err);
    }
    results = attune_alloc(attune_n_set_metrics + N_COMPAT, sizeof *results);
    if (!code && !results) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    if (!code) {
        code = evaluate(o, pair, results, &n_results, err);
    }
    if (!code) {
        print_all(o, &reference, &candidate, embedding.embedder, results, n_results,
                  attune_buf_text(&warnings), &out);
        code = out.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
        fputs(attune_buf_text(&out), stdout);
    }
    if (!common->quiet) {
        fputs(attune_buf_text(&warnings), stderr);
    }
    attune_release(results);
    attune_set_pair_free(pair);
    attune_set_source_release(&reference);
    attune_set_source_release(&candidate);
    attune_embedding_choice_release(&embedding);
    attune_buf_release(&warnings);
    attune_buf_release(&out);
    return code;
}

const struct attune_command attune_command_distance = {
    .name = "distance",
    .usage = "--reference SET --candidate SET [--metrics GLOB,...]",
    .summary = "distances between two sets of samples or embeddings",
    .details =
        "A SET is a .npy file of shape (n, d), a folder of .npy files, a folder with mu.npy and\n"
        "cov.npy, or a folder of audio or MIDI, embedded by the built-in attune-1 or by a worker\n"
        "(--embedding 'python3 clap.py').\n\n"
        "Two folders of MIDI also get set.overlap_area and set.kld: mgeval's comparison of the\n"
        "distances within the candidates and to the reference, per feature of the notes.\n\n"
        "Examples:\n"
        "  attune distance --reference real.npy --candidate fake.npy --format json\n"
        "  attune distance --reference corpus/ --candidate samples/ --metrics 'set.fad*,set.kad'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 0,
    .run = run,
};
