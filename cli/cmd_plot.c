/* attune plot KIND: figures by gnuplot, script and data kept beside each. */
#include "cli/plot_run.h"
#include "cli/plot_sample.h"
#include "cli/report_common.h"
#include "reports/equal_compute.h"
#include "reports/plots/plot.h"

struct options {
    const char *format, *out;
    struct attune_plot_choice choice;
};

static const struct options defaults = {
    .choice = {.by = "model", .served = ATTUNE_SERVED, .reward_tokens = ATTUNE_REWARD_TOKENS}};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "svg|pdf|png",
     .help = "svg, pdf or png (default: from the name of --out, else svg)"},
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help = "the picture; its script and data go beside it (default: KIND.svg)"},
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, choice.metrics), .metavar = "GLOB,...",
     .help = "metrics to draw (default: what the suite ranks by; heatmap: all with a direction)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, choice.run), .metavar = "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {"by", ATTUNE_OPT_CHOICE, offsetof(struct options, choice.by), .choices = "model|method",
     .help = "rows are models or methods (default: model)"},
    {"by-prompt", ATTUNE_OPT_FLAG, offsetof(struct options, choice.by_prompt),
     .help = "scatter: a point per prompt instead of one per model"},
    {"reference", ATTUNE_OPT_TEXT, offsetof(struct options, choice.reference), .metavar = "X,Y",
     .help = "pareto: the hypervolume's reference point (default: the worst mean in each metric)"},
    {"served", ATTUNE_OPT_NUMBER, offsetof(struct options, choice.served), .metavar = "N", .lo = 1,
     .hi = 1e15, .help = "frontier: pieces that training is spread over (default: 1000)"},
    {"reward-tokens", ATTUNE_OPT_NUMBER, offsetof(struct options, choice.reward_tokens),
     .metavar = "X", .lo = 0, .hi = 1e12,
     .help = "frontier: tokens that a reward call counts as (default: 1)"},
    {NULL},
};

/* ---- the command */

static enum attune_code find_kind(const char *name, const struct attune_plot_kind **out,
                                  struct attune_err *err)
{
    const char *names[32];
    size_t n = 0;
    for (const struct attune_plot_kind *k = attune_plot_kinds; k->name; k++) {
        if (strcmp(k->name, name) == 0) {
            *out = k;
            return ATTUNE_OK;
        }
        names[n++] = k->name;
    }
    const char *near = attune_nearest(name, names, n);
    attune_fail(err, ATTUNE_E_USAGE, "no figure '%s'", name);
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune plot --help` names the kinds",
                    near);
    return ATTUNE_E_USAGE;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    const struct attune_plot_kind *kind = NULL;
    struct attune_figure figure = {0};
    struct attune_buf name = ATTUNE_BUF_INIT, picture = ATTUNE_BUF_INIT;
    enum attune_code code = find_kind(args[0], &kind, err);
    if (!code && kind->of_sample && n_args != 2) {
        code = attune_fail(err, ATTUNE_E_USAGE, "'%s' needs a sample: a path or an id", kind->name);
    }
    if (code) {
        goto out;
    }
    attune_buf_addf(&name, "%s.%s", kind->name, o->format ? o->format : "svg");
    code = attune_figure_init(&figure, o->out ? o->out : attune_buf_text(&name), o->format, err);
    if (!code) {
        code =
            kind->of_sample
                ? attune_plot_sample(common->db, o->choice.run, kind->name, args[1], &figure, err)
                : attune_plot_run(common, &o->choice, kind, args + 1, n_args - 1, &figure, err);
    }
    if (!code) {
        code = attune_figure_write(&figure, &picture, err);
    }
    if (!code) {
        attune_say_warnings(&figure);
        printf("%s\n%s", attune_buf_text(&picture), attune_buf_text(&figure.notes));
    }
out:
    attune_figure_release(&figure);
    attune_buf_release(&name);
    attune_buf_release(&picture);
    return code;
}

const struct attune_command attune_command_plot = {
    .name = "plot",
    .usage = "KIND [MODEL... | SAMPLE]",
    .summary = "figures of a run or of one sample",
    .details =
        "`attune list plots` tells what each kind shows. Kinds of a run draw all models, or those "
        "named\n"
        "(globs too) in the order given; kinds of one metric take the first of --metrics. Kinds of "
        "one\n"
        "sample (a path, or an id from the database): ssm, scape, chromagram, tempogram,\n"
        "loudness.\n"
        "FILE.gp and FILE.dat are kept beside the picture: `gnuplot FILE.gp` in that folder\n"
        "draws it again.\n\n"
        "Examples:\n"
        "  attune plot leaderboard --out figures/main.pdf\n"
        "  attune plot heatmap --metrics 'harmonic.*,temporal.*' --format png\n"
        "  attune plot paired base base-dpo --metrics harmonic.key_clarity\n"
        "  attune plot scatter --metrics reward.score,harmonic.key_clarity\n"
        "  attune plot frontier --served 100000\n"
        "  attune plot pareto --metrics reward.gold,adherence.key --out pareto.pdf\n"
        "  attune plot ssm renders/p001.wav --out p001-ssm.svg",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
