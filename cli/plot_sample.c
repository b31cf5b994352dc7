/* Figures of one sample: from a file to its features to a picture. */
#include "cli/plot_sample.h"

#include <errno.h>

#include "base/io/file.h"
#include "harness/evaluate.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"

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
static enum attune_code find_sample(const char *db, const char *run_name, const char *name,
                                    struct attune_buf *path, struct attune_err *err)
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
    enum attune_code code = attune_store_open_read(&store, db, err);
    if (!code) {
        code = attune_read_run_id(store, run_name, &run, err);
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

static enum attune_code draw_ssm(struct attune_figure *figure, struct attune_buf *title,
                                 struct attune_analysis *analysis, const char **why,
                                 struct attune_err *err)
{
    const struct attune_ssm *ssm = attune_analysis_ssm(analysis);
    *why = ssm->why;
    return *why ? ATTUNE_OK
                : attune_plot_ssm(figure, attune_buf_text(title), ssm->matrix, ssm->n, ssm->rate_hz,
                                  0.0, err);
}

static enum attune_code draw_scape(struct attune_figure *figure, struct attune_buf *title,
                                   struct attune_analysis *analysis, const char **why,
                                   struct attune_err *err)
{
    const struct attune_ssm *ssm = attune_analysis_ssm(analysis);
    *why = ssm->why;
    if (*why) {
        return ATTUNE_OK;
    }
    struct attune_arena arena = ATTUNE_ARENA_INIT;
    enum attune_code code = ATTUNE_OK;
    double *fitness = attune_arena_alloc(&arena, ssm->n * ssm->n, sizeof *fitness);
    if (fitness && attune_scape_all(ssm->matrix, ssm->n, &arena, fitness)) {
        code =
            attune_plot_scape(figure, attune_buf_text(title), fitness, ssm->n, ssm->rate_hz, err);
    } else {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    attune_arena_release(&arena);
    return code;
}

static enum attune_code draw_chromagram(struct attune_figure *figure, struct attune_buf *title,
                                        struct attune_analysis *analysis, const char **why,
                                        struct attune_err *err)
{
    const struct attune_chroma *chroma = attune_analysis_chroma(analysis);
    const struct attune_key *key = attune_analysis_key(analysis);
    *why = chroma->why;
    if (!key->why) {
        attune_buf_addf(title, ": %s %s, clarity %.2f", attune_pitch_class_name(key->tonic),
                        key->mode == ATTUNE_MINOR ? "minor" : "major", key->clarity);
    }
    return *why ? ATTUNE_OK
                : attune_plot_chromagram(figure, attune_buf_text(title), chroma,
                                         attune_analysis_chords(analysis), err);
}

static enum attune_code draw_tempogram(struct attune_figure *figure, struct attune_buf *title,
                                       struct attune_analysis *analysis, const char **why,
                                       struct attune_err *err)
{
    const struct attune_onset *onset = attune_analysis_onset(analysis);
    const struct attune_beats *beats = attune_analysis_beats(analysis);
    *why = onset->why;
    if (!beats->why) {
        attune_buf_addf(title, ": %.1f BPM, bars of %d", beats->tempo_bpm, beats->beats_per_bar);
    }
    return *why ? ATTUNE_OK
                : attune_plot_tempogram(figure, attune_buf_text(title), onset, beats, err);
}

static enum attune_code draw_loudness(struct attune_figure *figure, struct attune_buf *title,
                                      struct attune_analysis *analysis, const char **why,
                                      struct attune_err *err)
{
    const struct attune_levels *levels = attune_analysis_levels(analysis);
    *why = levels->why ? levels->why : levels->integrated_why;
    if (!*why) {
        attune_buf_addf(title, ": %.1f LUFS integrated", levels->integrated_lufs);
    }
    return *why ? ATTUNE_OK : attune_plot_loudness(figure, attune_buf_text(title), levels, err);
}

/* A drawer puts what it knows of the sample behind its name in the title; *why: why there is
 * nothing to draw. */
static const struct drawer {
    const char *kind;
    enum attune_code (*draw)(struct attune_figure *, struct attune_buf *title,
                             struct attune_analysis *, const char **why, struct attune_err *);
    unsigned needs;
} drawers[] = {
    {"ssm", draw_ssm, ATTUNE_NEED_HARMONIC | ATTUNE_NEED_SPECTRAL},
    {"scape", draw_scape, ATTUNE_NEED_HARMONIC | ATTUNE_NEED_SPECTRAL},
    {"chromagram", draw_chromagram, ATTUNE_NEED_HARMONIC | ATTUNE_NEED_SPECTRAL},
    {"tempogram", draw_tempogram, ATTUNE_NEED_SPECTRAL},
    {"loudness", draw_loudness, ATTUNE_NEED_LOUDNESS},
};

static const struct drawer *find_drawer(const char *kind)
{
    size_t i = 0;
    while (i + 1 < sizeof drawers / sizeof *drawers && strcmp(drawers[i].kind, kind) != 0) {
        i++;
    }
    return drawers + i;
}

enum attune_code attune_plot_sample(const char *db, const char *run_name, const char *kind,
                                    const char *name, struct attune_figure *figure,
                                    struct attune_err *err)
{
    const struct drawer *drawer = find_drawer(kind);
    struct attune_buf path = ATTUNE_BUF_INIT, title = ATTUNE_BUF_INIT;
    struct attune_evaluator *evaluator = NULL;
    const char *why = NULL;
    enum attune_code code = find_sample(db, run_name, name, &path, err);
    if (code) {
        goto out;
    }
    evaluator = attune_evaluator_new(err);
    if (!evaluator) {
        code = ATTUNE_E_MEMORY;
        goto out;
    }
    /* No metric is asked for: the front end runs and the features are there. */
    const struct attune_selection features = {.needs = drawer->needs};
    code = attune_evaluate_file(evaluator, attune_buf_text(&path), NULL, &features, NULL, err);
    if (!code) {
        const char *slash = strrchr(attune_buf_text(&path), '/');
        attune_buf_add(&title, slash ? slash + 1 : attune_buf_text(&path));
        code = drawer->draw(figure, &title, attune_evaluator_analysis(evaluator), &why, err);
    }
    if (!code && why) {
        code = attune_fail(err, ATTUNE_E_INPUT, "nothing to draw of '%s': %s",
                           attune_buf_text(&path), why);
    }
out:
    attune_evaluator_free(evaluator);
    attune_buf_release(&path);
    attune_buf_release(&title);
    return code;
}
