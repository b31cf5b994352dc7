/* attune reward probe: how a reward answers to changes that make no better music. */
#include <math.h>
#include <unistd.h>

#include "base/io/audio.h"
#include "base/io/file.h"
#include "base/io/temp_folder.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/thread.h"
#include "cli/collect.h"
#include "cli/reward.h"
#include "harness/reward/probe.h"
#include "metrics/stats/association.h"
#include "metrics/stats/order.h"

static const double Z95 = 1.959963984540054;
static const char trivial_metrics[] = "quality.loudness_lufs,quality.silence_ratio,"
                                      "quality.true_peak_dbtp,symbolic.note_density,"
                                      "symbolic.n_notes";

/* What a probe did to the reward of the pieces that have one before and after. */
struct effect {
    const struct attune_probe *probe;
    size_t n, n_undefined;      /* pieces; changed ones without a reward */
    double change, low, high;   /* mean, in standard deviations of the music's rewards */
    double up;                  /* share that gained */
    size_t n_above;             /* of a null: not below the 1st percentile of music */
};

struct probing {
    const struct attune_common *common;
    const struct attune_reward_options *o;
    struct attune_reward_model model;
    struct attune_names music;
    double *reward;             /* (music.n,) */
    double *changed;            /* (music.n,) of the probe at hand */
    double *scratch;            /* (music.n,) */
    double sd, percentile;      /* of the defined rewards */
    size_t n_defined;
    char folder[ATTUNE_TEMP_FOLDER_SIZE];
    const struct attune_probe *probe;
    struct attune_evaluator **evaluators; /* (jobs,) */
    struct effect effects[32];
    size_t n_effects;
    struct attune_items heard;  /* the music's own features, trivial ones among them */
};

static enum attune_code rewards(struct probing *p, const struct attune_names *names,
                                struct attune_items *items, double *reward, struct attune_err *err)
{
    const struct attune_reward_voice voice = attune_reward_voice_of(p->o);
    const size_t axis = p->o->axis ? attune_names_find(&p->model.axes, p->o->axis) : 0;
    if (axis == SIZE_MAX) {
        return attune_fail(err, ATTUNE_E_USAGE, "the model has no head for axis '%s'", p->o->axis);
    }
    enum attune_code code =
        attune_reward_items(p->common, p->o, names, &p->model, trivial_metrics, items, err);
    return code ? code
                : attune_reward_model_score(&p->model, axis, &voice, items, reward, err);
}

static void probe_path(const struct probing *p, size_t i, char *path, size_t size)
{
    snprintf(path, size, "%s/%zu.%s", p->folder, i,
             p->probe->modality == ATTUNE_AUDIO ? "wav" : "mid");
}

static void write_one(void *context, size_t item, size_t worker)
{
    struct probing *p = context;
    char path[ATTUNE_TEMP_FOLDER_SIZE + 32];
    probe_path(p, item, path, sizeof path);
    attune_probe_write(p->probe, p->music.name[item], path,
                       attune_mix64(p->common->seed, item), p->evaluators[worker], NULL);
}

/* Changed copies of all music, their rewards into p->changed; NAN where there is no copy. */
static enum attune_code reward_changed(struct probing *p, size_t *n_written, struct attune_err *err)
{
    struct attune_names names = {0};
    struct attune_items items = {0};
    double *reward = attune_alloc(p->music.n, sizeof *reward);
    char path[ATTUNE_TEMP_FOLDER_SIZE + 32];
    enum attune_code code =
        reward ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    attune_parallel_for(p->music.n, p->common->jobs, write_one, p);
    for (size_t i = 0; i < p->music.n && !code; i++) {
        probe_path(p, i, path, sizeof path);
        if (attune_file_exists(path) && attune_names_add(&names, path) == SIZE_MAX) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names");
        }
    }
    *n_written = names.n;
    code = code || names.n == 0 ? code : rewards(p, &names, &items, reward, err);
    for (size_t i = 0; i < p->music.n; i++) {
        probe_path(p, i, path, sizeof path);
        const size_t at = attune_names_find(&names, path);
        p->changed[i] = code || at == SIZE_MAX ? NAN : reward[at];
        unlink(path);
    }
    attune_items_release(&items);
    attune_names_release(&names);
    attune_release(reward);
    return code;
}

static void summarise(struct probing *p, size_t n_written)
{
    struct effect *e = &p->effects[p->n_effects++];
    *e = (struct effect){.probe = p->probe, .change = NAN, .low = NAN, .high = NAN};
    size_t n_changed = 0;
    double up = 0.0;
    for (size_t i = 0; i < p->music.n; i++) {
        n_changed += isfinite(p->changed[i]);
        e->n_above += isfinite(p->changed[i]) && p->changed[i] >= p->percentile;
        if (isfinite(p->changed[i]) && isfinite(p->reward[i])) {
            p->scratch[e->n++] = (p->changed[i] - p->reward[i]) / p->sd;
            up += p->changed[i] > p->reward[i];
        }
    }
    e->n_undefined = n_written - n_changed;
    if (e->n) {
        const double half = Z95 * attune_sd(p->scratch, e->n) / sqrt((double)e->n);
        e->change = attune_mean(p->scratch, e->n);
        e->low = e->n > 1 ? e->change - half : NAN;
        e->high = e->n > 1 ? e->change + half : NAN;
        e->up = up / (double)e->n;
    }
}

static enum attune_code probe_all(struct probing *p, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < attune_n_probes && !code; i++) {
        size_t n_written = 0;
        p->probe = &attune_probes[i];
        code = reward_changed(p, &n_written, err);
        if (!code && n_written) {
            summarise(p, n_written);
        }
    }
    return code;
}

/* The music itself: rewards, their spread and 1st percentile. */
static enum attune_code hear_music(struct probing *p, struct attune_err *err)
{
    enum attune_code code = rewards(p, &p->music, &p->heard, p->reward, err);
    for (size_t i = 0; i < p->music.n && !code; i++) {
        if (isfinite(p->reward[i])) {
            p->scratch[p->n_defined++] = p->reward[i];
        }
    }
    p->sd = code ? 0.0 : attune_sd(p->scratch, p->n_defined);
    if (!code && (p->n_defined < 2 || !(p->sd > 0.0))) {
        code = attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                           "%zu pieces have a reward, two different ones are needed at least",
                           p->n_defined);
    }
    p->percentile = code ? 0.0 : attune_quantile(p->scratch, p->n_defined, 0.01);
    return code;
}

static enum attune_code print_correlations(struct attune_buf *out, const struct probing *p,
                                           bool json, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    size_t n_printed = 0;
    double *other = attune_alloc(p->music.n, sizeof *other);
    for (size_t k = 0; other && k < p->heard.features.n && !code; k++) {
        const char *name = p->heard.features.name[k];
        size_t n = 0;
        double rho = NAN;
        if (!attune_glob_list(trivial_metrics, name)) {
            continue;
        }
        for (size_t i = 0; i < p->music.n; i++) {
            const double value = p->heard.x[i * p->heard.features.n + k];
            if (isfinite(value) && isfinite(p->reward[i])) {
                p->scratch[n] = p->reward[i];
                other[n++] = value;
            }
        }
        code = attune_spearman(p->scratch, other, n, &rho, err);
        if (json) {
            attune_buf_addf(out, "%s\n  {\"metric\": \"%s\", \"n\": %zu, \"rho\": ",
                            n_printed++ ? "," : "", name, n);
            attune_buf_add_double(out, rho);
            attune_buf_add(out, "}");
        } else if (isfinite(rho)) {
            attune_buf_addf(out, "  %-34s %7.3f %17s %6zu\n", name, rho, "", n);
        }
    }
    attune_release(other);
    return other ? code : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
}

static bool fooled(const struct probing *p)
{
    bool any = false;
    for (size_t i = 0; i < p->n_effects; i++) {
        any = any || (p->effects[i].probe->is_null && p->effects[i].n_above > 0);
    }
    return any;
}

static enum attune_code print_table(struct attune_buf *out, const struct probing *p,
                                    struct attune_err *err)
{
    attune_buf_addf(out, "%zu pieces with a reward\n\n%-36s %7s  %-15s %6s %6s %s\n", p->n_defined,
                    "change", "in sd", "95 % interval", "gain", "n", "undefined");
    for (size_t i = 0; i < p->n_effects; i++) {
        const struct effect *e = &p->effects[i];
        attune_buf_addf(out, "  %-34s", e->probe->title);
        if (e->n) {
            attune_buf_addf(out, " %7.2f  %6.2f..%-7.2f %4.0f %% %6zu", e->change, e->low, e->high,
                            100.0 * e->up, e->n);
        } else {
            attune_buf_addf(out, " %7s  %-15s %6s %6zu", "-", "", "", e->n);
        }
        attune_buf_addf(out, " %zu\n", e->n_undefined);
    }
    attune_buf_add(out, "\nSpearman's correlation with what is trivially had\n");
    enum attune_code code = print_correlations(out, p, false, err);
    attune_buf_add(out, "\n");
    for (size_t i = 0; i < p->n_effects; i++) {
        const struct effect *e = &p->effects[i];
        if (e->probe->is_null) {
            attune_buf_addf(out,
                            "%s: %zu of %zu at or above the 1st percentile of music (%.4g)%s\n",
                            e->probe->title, e->n_above, e->n + e->n_undefined, p->percentile,
                            e->n_above ? ": FOOLED" : "");
        }
    }
    return code;
}

static enum attune_code print_json(struct attune_buf *out, const struct probing *p,
                                   struct attune_err *err)
{
    attune_buf_addf(out, "{\"pieces\": %zu, \"percentile_1\": ", p->n_defined);
    attune_buf_add_double(out, p->percentile);
    attune_buf_addf(out, ", \"fooled\": %s,\n \"probes\": [", fooled(p) ? "true" : "false");
    for (size_t i = 0; i < p->n_effects; i++) {
        const struct effect *e = &p->effects[i];
        const struct {
            const char *key;
            double value;
        } numbers[] = {{"change_sd", e->change}, {"ci_low", e->low}, {"ci_high", e->high},
                       {"share_up", e->n ? e->up : NAN}};
        attune_buf_addf(out, "%s\n  {\"probe\": \"%s\", \"n\": %zu, \"n_undefined\": %zu",
                        i ? "," : "", e->probe->id, e->n, e->n_undefined);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            attune_buf_addf(out, ", \"%s\": ", numbers[k].key);
            attune_buf_add_double(out, numbers[k].value);
        }
        if (e->probe->is_null) {
            attune_buf_addf(out, ", \"n_not_below_percentile_1\": %zu", e->n_above);
        }
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, "\n ],\n \"correlations\": [");
    enum attune_code code = print_correlations(out, p, true, err);
    attune_buf_add(out, "\n ]}\n");
    return code;
}

static enum attune_code prepare(struct probing *p, char **args, int n_args, struct attune_err *err)
{
    struct attune_file_list files = {0};
    enum attune_code code = attune_reward_model_load(&p->model, args[0], err);
    if (!code && (p->model.embedding[0] || p->o->features || p->o->embeddings)) {
        code = attune_fail(err, ATTUNE_E_USAGE, "probes are heard, not looked up");
        attune_err_hint(err, "a model of metrics, and the pieces' files");
    }
    code = code ? code : attune_collect_files(p->common, args + 1, n_args - 1, &files, err);
    for (size_t i = 0; i < files.n && !code; i++) {
        if (attune_names_add(&p->music, files.paths[i]) == SIZE_MAX) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names");
        }
    }
    attune_file_list_release(&files);
    p->reward = attune_alloc(3 * p->music.n, sizeof *p->reward);
    p->evaluators = attune_alloc(p->common->jobs, sizeof(struct attune_evaluator *));
    if (!code && (!p->reward || !p->evaluators)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for probes");
    }
    for (size_t i = 0; i < p->common->jobs && !code; i++) {
        p->evaluators[i] = attune_evaluator_new(err);
        code = p->evaluators[i] ? ATTUNE_OK : ATTUNE_E_MEMORY;
    }
    if (!code) {
        p->changed = p->reward + p->music.n;
        p->scratch = p->reward + 2 * p->music.n;
        code = attune_temp_folder_make(p->folder, "probe", err);
    }
    return code;
}

enum attune_code attune_reward_probe_command(const struct attune_common *common,
                                             const struct attune_reward_options *o, char **args,
                                             int n_args, int *exit_code, struct attune_err *err)
{
    struct probing p = {.common = common, .o = o};
    struct attune_buf out = ATTUNE_BUF_INIT;
    enum attune_code code = prepare(&p, args, n_args, err);
    code = code ? code : hear_music(&p, err);
    code = code ? code : probe_all(&p, err);
    code = code ? code
           : o->format && strcmp(o->format, "json") == 0 ? print_json(&out, &p, err)
                                                         : print_table(&out, &p, err);
    if (!code) {
        fputs(attune_buf_text(&out), stdout);
        *exit_code = fooled(&p) ? 1 : 0;
    }
    attune_temp_folder_remove(p.folder);
    for (size_t i = 0; p.evaluators && i < common->jobs; i++) {
        attune_evaluator_free(p.evaluators[i]);
    }
    attune_release(p.evaluators);
    attune_release(p.reward);
    attune_buf_release(&out);
    attune_items_release(&p.heard);
    attune_names_release(&p.music);
    attune_reward_model_release(&p.model);
    return code;
}
