/* attune regress: the gate in front of a release. */
#include <limits.h>
#include <unistd.h>

#include "cli/report_common.h"
#include "reports/board.h"
#include "reports/gate.h"

struct options {
    const char *baseline, *candidate, *run, *metrics, *margin, *junit, *markdown, *format, *url;
    double alpha;
};

static const struct options defaults = {.format = "table"};

static const struct attune_opt options_table[] = {
    {"baseline", ATTUNE_OPT_TEXT, offsetof(struct options, baseline), .metavar = "NAME",
     .help = "the baseline (`attune baseline set`)"},
    {"candidate", ATTUNE_OPT_TEXT, offsetof(struct options, candidate), .metavar = "MODEL",
     .help = "the model to be released"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "run of the candidate (default: the latest run)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "metrics that decide (default: the suite's `gate`, else what it ranks by)"},
    {"margin", ATTUNE_OPT_TEXT, offsetof(struct options, margin), .metavar = "MARGIN",
     .help = "what still passes: 0.3sd, 2%, 0.05, exact; GLOB=MARGIN,... (before the suite's)"},
    {"alpha", ATTUNE_OPT_NUMBER, offsetof(struct options, alpha), .metavar = "X", .lo = 1e-6,
     .hi = 0.5,
     .help = "chance of a false alarm between equal models (default: the suite's, else 0.05)"},
    {"junit", ATTUNE_OPT_TEXT, offsetof(struct options, junit), .metavar = "FILE",
     .help = "also write JUnit XML"},
    {"markdown", ATTUNE_OPT_TEXT, offsetof(struct options, markdown), .metavar = "FILE",
     .help = "also write a summary for a pull request"},
    {"files-url", ATTUNE_OPT_TEXT, offsetof(struct options, url), .metavar = "URL",
     .help = "put before relative paths in the links of the summary"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown", .help = "table, json, csv or markdown (default: table)"},
    {NULL},
};

/* The metrics that decide, as a list of names: the suite's gate says which, else what it ranks
 * by. */
static enum attune_code deciding(const struct attune_common *common, struct attune_store *store,
                                 const struct options *o, struct attune_gate_rules *rules,
                                 struct attune_buf *out, struct attune_err *err)
{
    struct attune_board board = {0};
    enum attune_code code =
        attune_board_read(&board, store, o->run, NULL, false, common->seed, common->jobs, err);
    code =
        code ? code : attune_gate_rules_read(rules, board.run->suite_path, board.run->suite, err);
    size_t *metrics = code ? NULL : attune_alloc(board.metrics.n, sizeof *metrics);
    if (!code && !metrics) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    const size_t n = code                ? 0
                     : rules->metrics[0] ? attune_board_named(&board, rules->metrics, metrics)
                                         : attune_board_headline(&board, metrics);
    for (size_t i = 0; i < n; i++) {
        attune_buf_addf(out, "%s%s", i ? "," : "", board.metrics.items[metrics[i]].name);
    }
    if (!code && n == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "gate.metrics: none of '%s' was measured",
                           rules->metrics);
    }
    if (out->failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_release(metrics);
    attune_board_release(&board);
    return code;
}

static enum attune_code write_reports(const struct attune_common *common, const struct options *o,
                                      const struct attune_gate *gate, struct attune_err *err)
{
    char folder[PATH_MAX];
    const struct attune_gate_names names = {.candidate = o->candidate,
                                            .baseline = o->baseline,
                                            .folder = getcwd(folder, sizeof folder),
                                            .url = o->url};
    struct attune_buf text = ATTUNE_BUF_INIT;
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = ATTUNE_OK;
    if (o->junit) {
        attune_gate_junit(gate, &names, &text);
        code = attune_print_buf(&text, o->junit, err);
    }
    attune_buf_reset(&text);
    attune_gate_markdown(gate, &names, &text);
    if (!code && o->markdown) {
        code = attune_print_buf(&text, o->markdown, err);
    }
    if (!code && strcmp(o->format, "markdown") == 0) {
        code = attune_print_buf(&text, NULL, err);
    } else if (!code) {
        attune_gate_sheet(gate, &names, &sheet);
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    if (!code && strcmp(o->format, "table") == 0) {
        attune_buf_reset(&text);
        attune_gate_listen(gate, &names, &text);
        code = attune_print_buf(&text, NULL, err);
    }
    attune_sheet_release(&sheet);
    attune_buf_release(&text);
    return code;
}

/* The verdict as an exit code, with what to do about it. */
static int verdict(const struct attune_common *common, const struct attune_gate *gate)
{
    if (gate->verdict == ATTUNE_GATE_PASS) {
        return 0;
    }
    if (gate->verdict == ATTUNE_GATE_REGRESS) {
        if (!common->quiet) {
            fputs("next: attune report --out page --render   every prompt side by side\n", stderr);
        }
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
    struct attune_gate_rules rules = {0};
    struct attune_contrasts contrasts = {0};
    struct attune_gate gate = {0};
    struct attune_buf metrics = ATTUNE_BUF_INIT;
    char *model = NULL;
    struct attune_side candidate = {.model = o->candidate}, baseline = {0};
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    if (!code) {
        code = attune_read_baseline(store, o->baseline, &baseline.run, &model, err);
    }
    if (!code) {
        baseline.model = model;
        code = attune_read_run_id(store, o->run, &candidate.run, err);
    }
    if (!code) {
        code = deciding(common, store, o, &rules, &metrics, err);
    }
    if (!code && o->margin) {
        code = attune_margins_parse(&rules.margins, o->margin, err);
    }
    if (!code) {
        const double suite_alpha = rules.alpha > 0.0 ? rules.alpha : 0.05;
        const struct attune_contrast_options how = {
            .globs = o->metrics ? o->metrics : attune_buf_text(&metrics),
            .directions = &rules.directions,
            .alpha = o->alpha > 0.0 ? o->alpha : suite_alpha,
            .seed = common->seed,
            .n_threads = common->jobs};
        code = attune_contrasts_read(&contrasts, store, candidate, baseline, &how, err);
    }
    if (!code) {
        code = attune_gate_decide(&gate, &contrasts, &rules.margins, common->seed, err);
    }
    if (!code) {
        code = attune_gate_find_files(&gate, store, candidate, baseline, err);
    }
    if (!code) {
        code = write_reports(common, o, &gate, err);
    }
    if (!code) {
        *exit_code = verdict(common, &gate);
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
