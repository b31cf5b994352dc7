/* attune regress: the gate in front of a release. */
#include "cli/report_common.h"
#include "reports/board.h"
#include "reports/gate.h"

struct options {
    const char *baseline, *candidate, *run, *metrics, *margin, *junit, *markdown, *format;
    double alpha;
};

static const struct options defaults = {.format = "table", .margin = "0.3sd", .alpha = 0.05};

static const struct attune_opt options_table[] = {
    {"baseline", ATTUNE_OPT_TEXT, offsetof(struct options, baseline), .metavar = "NAME",
     .help = "the baseline (`attune baseline set`)"},
    {"candidate", ATTUNE_OPT_TEXT, offsetof(struct options, candidate), .metavar = "MODEL",
     .help = "the model to be released"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "run of the candidate (default: the latest run)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "metrics that decide (default: what the suite ranks by)"},
    {"margin", ATTUNE_OPT_TEXT, offsetof(struct options, margin), .metavar = "MARGIN",
     .help = "what still passes: 0.3sd (default), 2%, 0.05, exact; per metric: GLOB=MARGIN,..."},
    {"alpha", ATTUNE_OPT_NUMBER, offsetof(struct options, alpha), .metavar = "X", .lo = 1e-6,
     .hi = 0.5,
     .help = "chance of a false alarm between equal models, over all metrics (default: 0.05)"},
    {"junit", ATTUNE_OPT_TEXT, offsetof(struct options, junit), .metavar = "FILE",
     .help = "also write JUnit XML"},
    {"markdown", ATTUNE_OPT_TEXT, offsetof(struct options, markdown), .metavar = "FILE",
     .help = "also write a summary for a pull request"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown", .help = "table, json, csv or markdown (default: table)"},
    {NULL},
};

/* The headline metrics of the candidate's run as a list of names, for --metrics. */
static enum attune_code headline(const struct attune_common *common, struct attune_store *store,
                                 const struct options *o, struct attune_buf *out,
                                 struct attune_err *err)
{
    struct attune_board board = {0};
    enum attune_code code =
        attune_board_read(&board, store, o->run, NULL, false, common->seed, common->jobs, err);
    if (code) {
        return code;
    }
    size_t *metrics = attune_alloc(board.metrics.n, sizeof *metrics);
    const size_t n = metrics ? attune_board_headline(&board, metrics) : 0;
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(out, "%s%s", i ? "," : "", board.metrics.items[metrics[i]].name);
    }
    if (!metrics || out->failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_release(metrics);
    attune_board_release(&board);
    return code;
}

static enum attune_code write_reports(const struct attune_common *common, const struct options *o,
                                      const struct attune_gate *gate, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = ATTUNE_OK;
    if (o->junit) {
        attune_gate_junit(gate, o->candidate, o->baseline, &text);
        code = attune_print_buf(&text, o->junit, err);
    }
    attune_buf_reset(&text);
    attune_gate_markdown(gate, o->candidate, o->baseline, &text);
    if (!code && o->markdown) {
        code = attune_print_buf(&text, o->markdown, err);
    }
    if (!code && strcmp(o->format, "markdown") == 0) {
        code = attune_print_buf(&text, NULL, err);
    } else if (!code) {
        attune_gate_sheet(gate, o->candidate, o->baseline, &sheet);
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    attune_sheet_release(&sheet);
    attune_buf_release(&text);
    return code;
}

/* The verdict as an exit code, with what to do about it. */
static int verdict(const struct attune_gate *gate)
{
    if (gate->verdict == ATTUNE_GATE_PASS) {
        return 0;
    }
    if (gate->verdict == ATTUNE_GATE_REGRESS) {
        return 1;
    }
    double needed = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < gate->n; i++) {
        const struct attune_gate_row *row = &gate->rows[i];
        if (row->verdict == ATTUNE_GATE_INCONCLUSIVE && row->n_needed < 1e9 &&
            row->n_needed > needed) {
            needed = row->n_needed;
            n = row->contrast->n;
        }
    }
    if (needed > (double)n) {
        fprintf(stderr,
                "inconclusive: %.0f prompts would be needed, there are %zu; or a wider --margin\n",
                needed, n);
    } else {
        fprintf(stderr, "inconclusive: more prompts, or a wider --margin\n");
    }
    return attune_exit_code(ATTUNE_E_INCONCLUSIVE);
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    if (!o->baseline || !o->candidate) {
        return attune_fail(err, ATTUNE_E_USAGE, "--baseline NAME and --candidate MODEL are needed");
    }
    struct attune_store *store = NULL;
    struct attune_margins margins = {0};
    struct attune_contrasts contrasts = {0};
    struct attune_gate gate = {0};
    struct attune_buf metrics = ATTUNE_BUF_INIT;
    char *model = NULL;
    struct attune_side candidate = {.model = o->candidate}, baseline = {0};
    enum attune_code code = attune_margins_parse(&margins, o->margin, err);
    if (!code) {
        code = attune_store_open_read(&store, common->db, err);
    }
    if (!code) {
        code = attune_read_baseline(store, o->baseline, &baseline.run, &model, err);
    }
    if (!code) {
        baseline.model = model;
        code = attune_read_run_id(store, o->run, &candidate.run, err);
    }
    if (!code && !o->metrics) {
        code = headline(common, store, o, &metrics, err);
    }
    if (!code) {
        const struct attune_contrast_options how = {.globs = o->metrics ? o->metrics
                                                                        : attune_buf_text(&metrics),
                                                    .alpha = o->alpha,
                                                    .seed = common->seed,
                                                    .n_threads = common->jobs};
        code = attune_contrasts_read(&contrasts, store, candidate, baseline, &how, err);
    }
    if (!code) {
        code = attune_gate_decide(&gate, &contrasts, &margins, common->seed, err);
    }
    if (!code) {
        code = write_reports(common, o, &gate, err);
    }
    if (!code) {
        *exit_code = verdict(&gate);
    }
    attune_gate_release(&gate);
    attune_contrasts_release(&contrasts);
    attune_buf_release(&metrics);
    attune_release(model);
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_regress = {
    .name = "regress",
    .usage = "",
    .summary = "hold a candidate against a baseline: pass, regress or inconclusive",
    .details =
        "Per metric, paired by prompt: pass, not worse by more than the margin (one-sided test);\n"
        "regress, worse for certain (Holm-corrected, so equal models raise a false alarm in at "
        "most\n"
        "--alpha of all weeks); inconclusive, too few prompts.\n"
        "Exit codes: 0 pass, 1 regress, 5 inconclusive, 6 no such baseline.\n\n"
        "Examples:\n"
        "  attune regress --baseline release-3 --candidate mine-dpo --junit gate.xml\n"
        "  attune regress --baseline b --candidate c --margin "
        "'temporal.*=0.2sd,symbolic.n_tracks=exact'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 0,
    .run = run,
};
