/* attune prefs import|rank|export: human (or simulated) votes in, ratings of models out. rank and
 * agree have files of their own. */
#include <math.h>

#include "cli/prefs.h"
#include "harness/prefs/prefs_store.h"
#include "harness/prefs/ratings_store.h"
#include "metrics/stats/elo.h"

#define FIELD(name) offsetof(struct attune_prefs_options, name)

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_TEXT, FIELD(format), .metavar = "table|json|csv",
     .help = "output format (default: table); import: the same as --from"},
    {"from", ATTUNE_OPT_TEXT, FIELD(from), .metavar = "NAME",
     .help = "format of the files (default: recognised)"},
    {"ties", ATTUNE_OPT_CHOICE, FIELD(ties),
     .choices = "split|half|drop|davidson|rao-kupper",
     .help = "what a tie says (default: half a win for each; split is the same)"},
    {"both-bad", ATTUNE_OPT_CHOICE, FIELD(both_bad), .choices = "drop|tie",
     .help = "votes against both (default: drop, and count them)"},
    {"ridge", ATTUNE_OPT_NUMBER, FIELD(ridge), .metavar = "X", .lo = 0,
     .hi = 1e6, .help = "penalty X |theta|^2; 0 for none (default: .5)"},
    {"replicates", ATTUNE_OPT_COUNT, FIELD(replicates), .metavar = "N", .lo = 0,
     .hi = 1e6, .help = "bootstrap replicates; 0: no intervals (default: 1000)"},
    {"ci", ATTUNE_OPT_CHOICE, FIELD(ci), .choices = "percentile|normal|sandwich",
     .help = "kind of interval (default: percentile)"},
    {"axis", ATTUNE_OPT_TEXT, FIELD(axis), .metavar = "NAME",
     .help = "axis of the votes, where a file has several"},
    {"control", ATTUNE_OPT_TEXT, FIELD(control), .metavar = "NAME,...",
     .help = "rank: hold the clips' difference constant in: length, loudness, density, columns of "
             "--features"},
    {"plot", ATTUNE_OPT_TEXT, FIELD(plot), .metavar = "FILE",
     .help = "rank: ratings with intervals; agree: accuracies (svg, pdf, png)"},
    {"plot-wins", ATTUNE_OPT_TEXT, FIELD(plot_wins),
     .metavar = "FILE", .help = "rank: how often each model beats each other"},
    {"history", ATTUNE_OPT_TEXT, FIELD(history), .metavar = "FILE.csv",
     .help = "rank: Elo ratings after every vote, in the order of its time"},
    {"plot-history", ATTUNE_OPT_TEXT, FIELD(plot_history), .metavar = "FILE",
     .help = "rank: the same as a figure"},
    {"k", ATTUNE_OPT_NUMBER, FIELD(k), .metavar = "X", .lo = 0, .hi = 1e3,
     .help = "history: most points that a vote moves (default: 4)"},
    {"features", ATTUNE_OPT_TEXT, FIELD(features),
     .metavar = "FILE",
     .help = "rank, agree: values by path, as `attune eval` and scorers write them"},
    {"folder", ATTUNE_OPT_TEXT, FIELD(folder), .metavar = "DIR",
     .help = "agree: the samples' files, every metric computed"},
    {"metrics", ATTUNE_OPT_TEXT, FIELD(metrics),
     .metavar = "GLOB,...", .help = "agree: which metrics and scores (default: all)"},
    {"model", ATTUNE_OPT_TEXT, FIELD(models),
     .metavar = "FILE,...", .help = "agree: reward models as well"},
    {NULL},
};

static const struct attune_prefs_options defaults = {
    .format = "table", .ties = "half", .both_bad = "drop", .ci = "percentile", .ridge = 0.5,
    .replicates = 1000, .k = ATTUNE_ELO_K,
};

void attune_prefs_say_account(const char *path, const struct attune_prefs_account *account)
{
    fprintf(stderr,
            "attune: %s: %s, %llu records, %llu votes (%llu ties, %llu both bad), %llu axes "
            "without a vote\n",
            path, account->format, (unsigned long long)account->n_rows,
            (unsigned long long)account->n_kept, (unsigned long long)account->n_ties,
            (unsigned long long)account->n_both_bad, (unsigned long long)account->n_no_vote);
}

static void say_ratings(const char *path, const struct attune_ratings_account *account)
{
    fprintf(stderr, "attune: %s: %s, %llu records, %llu ratings, %llu empty cells", path,
            account->format, (unsigned long long)account->n_rows,
            (unsigned long long)account->n_ratings, (unsigned long long)account->n_empty);
    if (account->raters_high) {
        fprintf(stderr, ", %llu..%llu raters each", (unsigned long long)account->raters_low,
                (unsigned long long)account->raters_high);
    }
    fputc('\n', stderr);
}

/* Comparisons or ratings, whichever the file holds. */
static enum attune_code import_file(const struct attune_common *common, const char *format,
                                    struct attune_store *store, const char *path,
                                    struct attune_err *err)
{
    struct attune_prefs_account votes;
    struct attune_ratings_account ratings;
    uint64_t n_new = 0;
    const bool is_ratings = attune_ratings_recognise(path, format) != NULL;
    enum attune_code code =
        is_ratings ? attune_ratings_import(store, path, format, &ratings, &n_new, err)
                   : attune_prefs_import(store, path, format, &votes, &n_new, err);
    if (!code && !common->quiet) {
        if (is_ratings) {
            say_ratings(path, &ratings);
        } else {
            attune_prefs_say_account(path, &votes);
        }
        fprintf(stderr, "attune: %s: %llu new in %s\n", path, (unsigned long long)n_new,
                common->db);
    }
    return code;
}

static enum attune_code import(const struct attune_common *common,
                               const struct attune_prefs_options *o, char **files, int n_files,
                               struct attune_err *err)
{
    struct attune_store *store = NULL;
    enum attune_code code = attune_store_open(&store, common->db, ATTUNE_STORE_CREATE, err);
    for (int i = 0; i < n_files && !code; i++) {
        code = import_file(common, o->from, store, files[i], err);
    }
    attune_store_close(store);
    return code;
}

static enum attune_code print_pair(void *context, const struct attune_preference *p,
                                   struct attune_err *err)
{
    const char *const fields[] = {p->prompt, p->model_a, p->model_b, attune_winner_names[p->winner],
                                  p->sample_a, p->sample_b, p->rater, p->axis, p->time};
    struct attune_buf *out = context;
    attune_buf_reset(out);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        attune_buf_add(out, i ? "," : "");
        attune_buf_add_csv(out, fields[i]);
    }
    const double numbers[] = {p->confidence, p->length_a,  p->length_b, p->loudness_a,
                              p->loudness_b, p->density_a, p->density_b};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        attune_buf_add(out, ",");
        if (isfinite(numbers[i])) {
            attune_buf_add_double(out, numbers[i]);
        }
    }
    puts(attune_buf_text(out));
    return out->failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
}

static enum attune_code export(const struct attune_common *common, struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_buf line = ATTUNE_BUF_INIT;
    enum attune_code code = attune_store_open(&store, common->db, ATTUNE_STORE_READ, err);
    if (!code) {
        puts("prompt,model_a,model_b,winner,sample_a,sample_b,rater,axis,time,confidence,length_a,"
             "length_b,loudness_a,loudness_b,density_a,density_b");
        code = attune_prefs_each(store, print_pair, &line, err);
        attune_store_close(store);
    }
    attune_buf_release(&line);
    return code;
}

/* `import --format NAME` names the file's format, elsewhere --format is that of the output. */
static enum attune_code check_format(struct attune_prefs_options *o, const char *command,
                                     struct attune_err *err)
{
    const bool output = strcmp(o->format, "table") == 0 || strcmp(o->format, "json") == 0 ||
                        strcmp(o->format, "csv") == 0;
    if (strcmp(command, "import") == 0) {
        o->from = o->from || output ? o->from : o->format;
        return ATTUNE_OK;
    }
    return output ? ATTUNE_OK
                  : attune_fail(err, ATTUNE_E_USAGE, "--format '%s': table, json or csv",
                                o->format);
}

static enum attune_code run(const struct attune_common *common, const void *given, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    struct attune_prefs_options chosen = *(const struct attune_prefs_options *)given;
    const struct attune_prefs_options *options = &chosen;
    if (check_format(&chosen, args[0], err)) {
        return ATTUNE_E_USAGE;
    }
    if (strcmp(args[0], "rank") == 0) {
        return attune_prefs_rank_command(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "import") == 0 && n_args > 1) {
        return import(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "agree") == 0) {
        return attune_prefs_agree_command(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "export") == 0 && n_args == 1) {
        return export(common, err);
    }
    attune_fail(err, ATTUNE_E_USAGE, "`attune prefs %s` with %d files is not known", args[0],
                n_args - 1);
    attune_err_hint(err, "`attune prefs --help` shows import, rank, agree and export");
    return ATTUNE_E_USAGE;
}

const struct attune_command attune_command_prefs = {
    .name = "prefs",
    .usage = "import FILE... | rank [FILE...] | agree [FILE...] | export",
    .summary = "human preferences: import, rank models, compare metrics with people",
    .details = "Formats of comparisons, recognised by their fields: pairs, fastchat, music-arena, "
               "cmi-pref,\n"
               "musicprefs, aime; of ratings: songeval, audiobox, mos-list; any table of an item "
               "and numbers is\n"
               "ratings (of people) or scores (of a program) with --from. Rows name their item; "
               "none is\n"
               "matched by order.\n"
               "Ratings are Bradley-Terry on the Elo scale (400 theta / ln 10, centre 1000). Ranks "
               "that a 95 %\n"
               "interval of the difference cannot separate are shown as a range. Without files, "
               "rank takes what the\n"
               "database holds; the same file imported twice adds nothing; export writes the pairs "
               "format. agree sets every metric, score and reward model beside the labels: "
               "accuracy, AUC,\n"
               "correlations with intervals, per sample and per system, Holm-corrected, and how "
               "far raters agree.\n\n"
               "Examples:\n"
               "  attune prefs rank votes.csv\n"
               "  attune prefs rank battles.jsonl --ties davidson --format json\n"
               "  attune prefs rank battles.jsonl --control length,loudness --plot ratings.svg\n"
               "  attune prefs rank votes.csv --control quality.loudness_lufs --features m.csv\n"
               "  attune prefs rank battles.jsonl --history elo.csv --plot-history elo.svg\n"
               "  attune prefs agree ratings.csv --from ratings --features metrics.csv",
    .options = options_table,
    .options_size = sizeof(struct attune_prefs_options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
