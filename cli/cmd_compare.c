/* attune compare A B: is one really better, prompt by prompt, or is that noise? */
#include "cli/report_common.h"
#include "reports/set_contrast.h"
#include "reports/sheets/contrast_sheet.h"

struct options {
    const char *metrics, *format, *run, *run_b, *out, *margin;
    double alpha;
    bool sets;
};

static const struct options defaults = {.format = "table", .alpha = 0.05};

static const struct attune_opt options_table[] = {
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "metrics to compare (default: all that have a direction)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown|latex|html",
     .help = "table, json, csv, markdown, latex or html (default: table)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {"run-b", ATTUNE_OPT_TEXT, offsetof(struct options, run_b), .metavar = "RUN",
     .help = "run of B where it is another one (default: that of A)"},
    {"alpha", ATTUNE_OPT_NUMBER, offsetof(struct options, alpha), .metavar = "X", .lo = 1e-6,
     .hi = 0.5, .help = "chance of any false verdict, over all metrics together (default: 0.05)"},
    {"margin", ATTUNE_OPT_TEXT, offsetof(struct options, margin), .metavar = "MARGIN",
     .help = "also test for equivalence: 0.3sd, 2%, 0.05; per metric: GLOB=MARGIN,..."},
    {"sets", ATTUNE_OPT_FLAG, offsetof(struct options, sets),
     .help = "only whether the two sets of samples come from one distribution"},
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help = "write there instead of printing"},
    {NULL},
};

static void hint(const struct attune_common *common, const struct attune_contrasts *contrasts)
{
    size_t n_open = 0;
    for (size_t i = 0; i < contrasts->n; i++) {
        n_open +=
            contrasts->items[i].verdict == ATTUNE_VERDICT_OPEN && !contrasts->items[i].skipped;
    }
    if (!common->quiet && n_open > 0 && contrasts->n_compared > 1) {
        fprintf(stderr,
                "next: fewer metrics are tested more sharply: attune compare ... --metrics GLOB\n");
    }
}

struct sides {
    struct attune_store *store;
    struct attune_side a, b;
    struct attune_contrast_options how;
};

/* Prompt by prompt. */
static enum attune_code compare_paired(const struct attune_common *common, const struct options *o,
                                       const struct sides *s, struct attune_err *err)
{
    struct attune_contrasts contrasts = {0};
    struct attune_margins margins = {0};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    struct attune_contrast_options how = s->how;
    enum attune_code code =
        o->margin ? attune_margins_parse(&margins, o->margin, err) : ATTUNE_OK;
    if (!code) {
        how.margins = o->margin ? &margins : NULL;
        code = attune_contrasts_read(&contrasts, s->store, s->a, s->b, &how, err);
    }
    if (!code) {
        const bool data = strcmp(o->format, "json") == 0 || strcmp(o->format, "csv") == 0;
        (data ? attune_contrast_data : attune_contrast_sheet)(&contrasts, s->a.model, s->b.model,
                                                              &sheet);
        code = attune_print_sheet(common, &sheet, o->format, o->out, err);
    }
    if (!code && contrasts.n_compared == 0) {
        code = attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                           "no metric has values of both models on two prompts or more");
    }
    if (!code && strcmp(o->format, "table") == 0) {
        hint(common, &contrasts);
    }
    attune_sheet_release(&sheet);
    attune_contrasts_release(&contrasts);
    return code;
}

/* As sets, over the embeddings that the run has kept. wanted: their absence is an error. */
static enum attune_code compare_sets(const struct attune_common *common, const struct options *o,
                                     const struct sides *s, bool wanted, struct attune_err *err)
{
    struct attune_set_contrasts contrasts = {0};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code =
        attune_set_contrasts_read(&contrasts, s->store, s->a, s->b, &s->how, err);
    if (!code && contrasts.n > 0) {
        attune_set_contrast_sheet(&contrasts, s->a.model, s->b.model, &sheet);
        code = attune_print_sheet(common, &sheet, o->format, o->out, err);
    } else if (!code && wanted) {
        code = attune_fail(err, ATTUNE_E_INPUT, "the run has kept no embeddings");
        attune_err_hint(err, "`metrics: [\"set.*\"]` in the suite, then `attune run`, makes them");
    }
    attune_sheet_release(&sheet);
    attune_set_contrasts_release(&contrasts);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    const bool only_sets = o->sets || (o->metrics && strncmp(o->metrics, "set.", 4) == 0);
    struct sides s = {.a = {.model = args[0]},
                      .b = {.model = args[1]},
                      .how = {.globs = o->metrics,
                              .alpha = o->alpha,
                              .seed = common->seed,
                              .n_threads = common->jobs}};
    enum attune_code code = attune_store_open_read(&s.store, common->db, err);
    if (!code) {
        code = attune_read_run_id(s.store, o->run, &s.a.run, err);
    }
    if (!code) {
        s.b.run = s.a.run;
        code = o->run_b ? attune_read_run_id(s.store, o->run_b, &s.b.run, err) : ATTUNE_OK;
    }
    if (!code && !only_sets) {
        code = compare_paired(common, o, &s, err);
    }
    /* A second table is for people; files and programs ask for it by itself. */
    const bool both = strcmp(o->format, "table") == 0 && !o->metrics && !o->out;
    if (!code && (only_sets || both)) {
        code = compare_sets(common, o, &s, only_sets, err);
    }
    attune_store_close(s.store);
    return code;
}

const struct attune_command attune_command_compare = {
    .name = "compare",
    .usage = "A B",
    .summary = "two models, paired by prompt: differences, tests, verdicts",
    .details =
        "Seeds are averaged within a prompt, prompts are paired. p: exact or Monte Carlo "
        "sign-change test\n"
        "of the mean difference, Holm-corrected over the metrics shown; d: Cohen's d of the "
        "paired\n"
        "differences, positive where A is better; intervals: 95 % bootstrap over prompts. With\n"
        "--margin, models that are not separated may be shown to be alike (two one-sided "
        "tests).\n\n"
        "Where the run has kept embeddings (metrics: set.*), a second table tests whether the two\n"
        "sets of samples come from one distribution: labels are shuffled freely, and within pairs\n"
        "of one prompt and seed (999 times, 199 for the Frechet distance).\n\n"
        "Examples:\n"
        "  attune compare base-dpo base-rlhf\n"
        "  attune compare base-dpo base-rlhf --sets --format json\n"
        "  attune compare base base-int8 --margin 0.2sd\n"
        "  attune compare new old --run this-week --run-b last-week --metrics 'harmonic.*'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
