/* attune plot KIND: figures by gnuplot, script and data kept beside each. */
#include <errno.h>

#include "base/io/file.h"
#include "cli/plot_run.h"
#include "harness/evaluate.h"
#include "metrics/analysis/chroma.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"
#include "reports/plots/plot.h"

struct options {
    const char *format, *out;
    struct attune_plot_choice choice;
};

static const struct options defaults = {.choice.by = "model"};

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
    {NULL},
};

/* ---- figures of a sample */

struct wanted {
    int64_t id;
    struct attune_buf *path;
};

static bool match_sample(void *context, const struct attune_sample_row *row)
{
    const struct wanted *wanted = context;
    if (row->id != wanted->id) {
        return true;
    }
    attune_buf_add(wanted->path, row->path ? row->path : "");
    return false;
}

/* A file that is there, or the id of a sample in the database. */
static enum attune_code find_sample(const struct attune_common *common, const struct options *o,
                                    const char *name, struct attune_buf *path,
                                    struct attune_err *err)
{
    if (attune_file_exists(name)) {
        attune_buf_add(path, name);
        return ATTUNE_OK;
    }
    char *end = NULL;
    errno = 0;
    struct wanted wanted = {.id = strtoll(name, &end, 10), .path = path};
    if (errno || end == name || *end) {
        attune_fail(err, ATTUNE_E_INPUT, "no such file: '%s'", name);
        attune_err_hint(err, "a path, or the id of a sample from the table `sample`");
        return ATTUNE_E_INPUT;
    }
    struct attune_store *store = NULL;
    int64_t run = 0;
    enum attune_code code = attune_store_open_read(&store, common->db, err);
    if (!code) {
        code = attune_read_run_id(store, o->choice.run, &run, err);
    }
    if (!code) {
        code = attune_read_samples(store, run, NULL, match_sample, &wanted, err);
    }
    attune_store_close(store);
    if (!code && path->n_bytes == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE, "no finished sample %s in the run", name);
    }
    return code;
}

static enum attune_code draw_scape(struct attune_figure *figure, const char *title,
                                   const struct attune_ssm *ssm, struct attune_err *err)
{
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    enum attune_code code = ATTUNE_OK;
    double *fitness = attune_arena_alloc(&arena, ssm->n * ssm->n, sizeof *fitness);
    if (fitness && attune_scape_all(ssm->matrix, ssm->n, &arena, fitness)) {
        code = attune_plot_scape(figure, title, fitness, ssm->n, ssm->rate_hz, err);
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_arena_release(&arena);
    return code;
}

static enum attune_code draw_features(const char *kind, const char *path,
                                      struct attune_analysis *analysis,
                                      struct attune_figure *figure, struct attune_err *err)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct attune_buf title = ATTUNE_BUF_INIT;
    attune_buf_add(&title, name);
    const char *why = NULL;
    enum attune_code code = ATTUNE_OK;
    if (strcmp(kind, "ssm") == 0) {
        const struct attune_ssm *ssm = attune_analysis_ssm(analysis);
        why = ssm->why;
        if (!why) {
            code = attune_plot_ssm(figure, attune_buf_text(&title), ssm->matrix, ssm->n,
                                   ssm->rate_hz, 0.0, err);
        }
    } else if (strcmp(kind, "scape") == 0) {
        const struct attune_ssm *ssm = attune_analysis_ssm(analysis);
        why = ssm->why;
        if (!why) {
            code = draw_scape(figure, attune_buf_text(&title), ssm, err);
        }
    } else {
        const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
        const struct attune_key *key = attune_analysis_key(analysis);
        why = chroma->why;
        if (!key->why) {
            attune_buf_addf(&title, ": %s %s, clarity %.2f", attune_pitch_class_name(key->tonic),
                            key->mode == ATTUNE_MINOR ? "minor" : "major", key->clarity);
        }
        if (!why) {
            code = attune_plot_chromagram(figure, attune_buf_text(&title), chroma->frames,
                                          chroma->time_s, chroma->n_frames, err);
        }
    }
    attune_buf_release(&title);
    return why ? attune_fail(err, ATTUNE_E_INPUT, "nothing to draw of '%s': %s", path, why) : code;
}

static enum attune_code plot_sample(const struct attune_common *common, const struct options *o,
                                    const char *kind, const char *name,
                                    struct attune_figure *figure, struct attune_err *err)
{
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_evaluator *evaluator = NULL;
    enum attune_code code = find_sample(common, o, name, &path, err);
    if (code) {
        goto out;
    }
    evaluator = attune_evaluator_new(err);
    if (!evaluator) {
        code = ATTUNE_E_MEMORY;
        goto out;
    }
    /* No metric is asked for: the front end runs and the features are there. */
    const struct attune_selection features = {.needs = ATTUNE_NEED_HARMONIC | ATTUNE_NEED_SPECTRAL};
    code = attune_evaluate_file(evaluator, attune_buf_text(&path), NULL, &features, NULL, err);
    if (!code) {
        code = draw_features(kind, attune_buf_text(&path), attune_evaluator_analysis(evaluator),
                             figure, err);
    }
out:
    attune_evaluator_free(evaluator);
    attune_buf_release(&path);
    return code;
}

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
        code = kind->of_sample
                   ? plot_sample(common, o, kind->name, args[1], &figure, err)
                   : attune_plot_run(common, &o->choice, kind, args + 1, n_args - 1, &figure, err);
    }
    if (!code) {
        code = attune_figure_write(&figure, &picture, err);
    }
    if (!code) {
        printf("%s\n", attune_buf_text(&picture));
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
        "sample (a path, or an id from the database): ssm, scape, chromagram.\n"
        "FILE.gp and FILE.dat are kept beside the picture: `gnuplot FILE.gp` in that folder\n"
        "draws it again.\n\n"
        "Examples:\n"
        "  attune plot leaderboard --out figures/main.pdf\n"
        "  attune plot heatmap --metrics 'harmonic.*,temporal.*' --format png\n"
        "  attune plot paired base base-dpo --metrics harmonic.key_clarity\n"
        "  attune plot scatter --metrics reward.score,harmonic.key_clarity\n"
        "  attune plot ssm renders/p001.wav --out p001-ssm.svg",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
