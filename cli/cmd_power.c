/* attune power: how many prompts a study needs, before it is run. */
#include "cli/report_common.h"
#include "reports/sheets/power_sheet.h"

struct options {
    const char *metrics, *format, *run, *margin;
    double alpha, power;
    uint64_t comparisons, simulate;
};

static const struct options defaults = {
    .format = "table", .alpha = 0.05, .power = 0.8, .comparisons = 1};

static const struct attune_opt options_table[] = {
    {"alpha", ATTUNE_OPT_NUMBER, offsetof(struct options, alpha), .metavar = "X", .lo = 1e-6,
     .hi = 0.5, .help = "two-sided level over all comparisons together (default: 0.05)"},
    {"power", ATTUNE_OPT_NUMBER, offsetof(struct options, power), .metavar = "X", .lo = 0.5,
     .hi = 0.999, .help = "chance to show an effect that is there (default: 0.8)"},
    {"comparisons", ATTUNE_OPT_COUNT, offsetof(struct options, comparisons), .metavar = "N",
     .lo = 1, .hi = 100000, .help = "tests that share alpha, without a pilot (default: 1)"},
    {"simulate", ATTUNE_OPT_COUNT, offsetof(struct options, simulate), .metavar = "N", .lo = 1,
     .hi = 10000000,
     .help = "the gate's false-alarm rate and power over N weeks of equal and worse models"},
    {"margin", ATTUNE_OPT_TEXT, offsetof(struct options, margin), .metavar = "MARGIN",
     .help = "with --simulate: the gate's margins (default: 0.3sd)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), .metavar = "GLOB,...",
     .help = "with a pilot: metrics (default: all that have a direction)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "the pilot (default: the latest run)"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format),
     .choices = "table|json|csv|markdown", .help = "table, json, csv or markdown (default: table)"},
    {NULL},
};

/* The gate against itself, at a few numbers of prompts and sizes of loss. */
static enum attune_code simulate(const struct attune_common *common, const struct options *o,
                                 const struct attune_contrasts *pilot, struct attune_sheet *sheet,
                                 struct attune_err *err)
{
    static const size_t prompts[] = {12, 24, 48, 96};
    static const double losses[] = {0.0, 0.3, 0.5, 1.0};
    enum { N_LOSSES = 4, N_TRIALS = 16 };
    struct attune_margins margins = {0};
    struct attune_gate_trial trials[N_TRIALS];
    const struct attune_gate_world world = {.pilot = pilot,
                                            .n_metrics = o->comparisons,
                                            .margins = &margins,
                                            .alpha = o->alpha,
                                            .seed = common->seed,
                                            .n_threads = common->jobs};
    enum attune_code code = attune_margins_parse(&margins, o->margin ? o->margin : "", err);
    for (size_t i = 0; i < N_TRIALS && !code; i++) {
        trials[i] = (struct attune_gate_trial){.n_prompts = prompts[i / N_LOSSES],
                                               .loss = losses[i % N_LOSSES],
                                               .n_repetitions = o->simulate};
        code = attune_gate_simulate(&world, &trials[i], err);
    }
    if (!code) {
        attune_gate_trials_sheet(&world, trials, N_TRIALS, sheet);
    }
    return code;
}

static enum attune_code read_pilot(const struct attune_common *common, const struct options *o,
                                   char **args, struct attune_contrasts *out,
                                   struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_side a = {.model = args[0]}, b = {.model = args[1]};
    const struct attune_contrast_options how = {
        .globs = o->metrics, .alpha = o->alpha, .seed = common->seed, .n_threads = common->jobs};
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    code = code ? code : attune_read_run_id(store, o->run, &a.run, err);
    b.run = a.run;
    code = code ? code : attune_contrasts_read(out, store, a, b, &how, err);
    attune_store_close(store);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    const struct attune_power_question question = {o->alpha, o->power, o->comparisons};
    struct attune_contrasts pilot = {0};
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    enum attune_code code = ATTUNE_OK;
    if (n_args == 1) {
        return attune_fail(err, ATTUNE_E_USAGE, "a pilot needs two models, A and B");
    }
    if (n_args == 2) {
        code = read_pilot(common, o, args, &pilot, err);
    }
    if (!code && o->simulate) {
        code = simulate(common, o, n_args ? &pilot : NULL, &sheet, err);
    } else if (!code && n_args) {
        attune_power_pilot_sheet(&question, &pilot, args[0], args[1], &sheet);
    } else if (!code) {
        attune_power_sheet(&question, &sheet);
    }
    if (!code) {
        code = attune_print_sheet(common, &sheet, o->format, NULL, err);
    }
    attune_sheet_release(&sheet);
    attune_contrasts_release(&pilot);
    return code;
}

const struct attune_command attune_command_power = {
    .name = "power",
    .usage = "[A B]",
    .summary = "how many prompts a comparison needs",
    .details = "Without models: prompts by size of the effect. With two models of a pilot run: the "
               "smallest\n"
               "difference that its prompts can show, and the prompts that the differences seen "
               "would need. With --simulate: how often `attune regress` raises a false alarm "
               "between equal\n"
               "models and how often it sees a loss, over N invented weeks or weeks resampled from "
               "the pilot.\n\n"
               "Examples:\n"
               "  attune power --comparisons 10\n"
               "  attune power --simulate 10000 --comparisons 6\n"
               "  attune power base base-dpo --db pilot.db --metrics 'harmonic.*'",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 2,
    .run = run,
};
