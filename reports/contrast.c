/* Paired comparison of two models. */
#include "reports/contrast_gather.h"

#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "base/thread.h"
#include "metrics/metric.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/effect.h"
#include "metrics/stats/equivalence.h"
#include "metrics/stats/multiplicity.h"
#include "metrics/stats/order.h"
#include "metrics/stats/permutation.h"

enum { N_DRAWS = 20000 };
static const double power = 0.8;

static enum attune_code out_of_memory(struct attune_err *err)
{
    return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a comparison");
}

void attune_contrasts_release(struct attune_contrasts *contrasts)
{
    attune_arena_release(&contrasts->arena);
    *contrasts = (struct attune_contrasts){0};
}

static const char *copy(struct attune_contrasts *out, const char *text)
{
    const size_t n = strlen(text) + 1;
    char *to = attune_arena_alloc(&out->arena, n, 1);
    return to ? memcpy(to, text, n) : "";
}

enum attune_code attune_contrast_model(const struct attune_model_list *models, const char *name,
                                       size_t *out, struct attune_err *err)
{
    const char *names[256];
    for (size_t m = 0; m < models->n; m++) {
        if (strcmp(models->items[m].name, name) == 0) {
            *out = m;
            return ATTUNE_OK;
        }
        if (m < 256) {
            names[m] = models->items[m].name;
        }
    }
    const char *near = attune_nearest(name, names, models->n < 256 ? models->n : 256);
    attune_fail(err, ATTUNE_E_USAGE, "no model '%s' in the run", name);
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune leaderboard` shows the models",
                    near);
    return ATTUNE_E_USAGE;
}

/* Prompts of both runs, matched by name and text. */
static enum attune_code match_prompts(struct attune_contrast_pair *pair, struct attune_err *err)
{
    const struct attune_prompt_list *a = &pair->left->prompts, *b = &pair->right->prompts;
    struct attune_contrasts *out = pair->out;
    out->n_prompts_a = a->n;
    out->n_prompts_b = b->n;
    out->prompts = attune_arena_alloc(&out->arena, a->n + 1, sizeof *out->prompts);
    pair->prompt_a = attune_arena_alloc(&out->arena, a->n + 1, sizeof *pair->prompt_a);
    pair->prompt_b = attune_arena_alloc(&out->arena, a->n + 1, sizeof *pair->prompt_b);
    if (!out->prompts || !pair->prompt_a || !pair->prompt_b) {
        return out_of_memory(err);
    }
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            const size_t j = (i + k) % b->n; /* usually the same position */
            if (strcmp(a->items[i].name, b->items[j].name) == 0 &&
                strcmp(a->items[i].text, b->items[j].text) == 0) {
                out->prompts[out->n_prompts] = copy(out, a->items[i].name);
                pair->prompt_a[out->n_prompts] = i;
                pair->prompt_b[out->n_prompts++] = j;
                break;
            }
        }
    }
    return out->n_prompts
               ? ATTUNE_OK
               : attune_fail(err, ATTUNE_E_INPUT,
                             "the two runs have no prompt in common (%zu and %zu prompts)", a->n,
                             b->n);
}

bool attune_contrast_unchanged(const struct attune_contrast *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->better[i] != 0.0) {
            return false;
        }
    }
    return true;
}

/* The interval of mean_a - mean_b from that of the turned differences; for a target it is one of
 * the distances. */
static enum attune_code interval(const struct attune_contrast_options *options,
                                 struct attune_contrast *c)
{
    unsigned char *defined = attune_alloc(c->n, 1);
    if (!defined) {
        return ATTUNE_E_MEMORY;
    }
    memset(defined, 1, c->n);
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    how.seed = options->seed;
    const struct attune_columns table = {c->better, defined, 1, c->n};
    struct attune_interval found;
    enum attune_code code = attune_bootstrap_means(&how, &table, &found, NULL);
    const bool down = strcmp(c->direction, "down") == 0;
    c->ci_low = down ? -found.high : found.low;
    c->ci_high = down ? -found.low : found.high;
    attune_release(defined);
    return code;
}

double attune_contrast_margin(const struct attune_contrast *c, struct attune_gate_margin margin)
{
    switch (margin.kind) {
    case ATTUNE_MARGIN_SD:
        return margin.amount * c->sd_b;
    case ATTUNE_MARGIN_SHARE:
        return margin.amount * fabs(c->mean_b);
    case ATTUNE_MARGIN_UNITS:
        return margin.amount;
    case ATTUNE_MARGIN_EXACT:
        break;
    }
    return 0.0;
}

static void test_metric(void *context, size_t item, size_t worker)
{
    struct attune_contrast_pair *pair = context;
    struct attune_contrast *c = &pair->out->items[item];
    if (c->skipped) {
        return;
    }
    const size_t k_a = attune_contrast_metric(&pair->left->metrics, c->metric);
    const size_t k_b = attune_contrast_metric(&pair->right->metrics, c->metric);
    const size_t n_ranks = attune_wilcoxon_scratch(pair->out->n_prompts);
    const size_t n_sums = attune_permutation_scratch(pair->out->n_prompts);
    double *scratch = attune_alloc(n_ranks > n_sums ? n_ranks : n_sums, sizeof *scratch);
    if (!scratch || !attune_contrast_gather(pair, k_a, k_b, c)) {
        pair->code[item] = ATTUNE_E_MEMORY;
        attune_release(scratch);
        return;
    }
    if (c->n < 2) {
        c->verdict = ATTUNE_VERDICT_NO_DATA;
        c->ci_low = c->ci_high = c->dz = c->improvement = NAN;
        c->p = c->p_wilcoxon = c->p_equivalent = 1.0;
        c->n_needed = INFINITY;
        attune_release(scratch);
        return;
    }
    const uint64_t stream = attune_mix64(pair->options->seed, attune_mix64_text(c->metric));
    c->p = attune_permutation_paired(c->better, c->n, N_DRAWS, stream, scratch).p;
    if (pair->options->margins) {
        c->margin = attune_contrast_margin(c, attune_margin_for(pair->options->margins, c->metric));
        c->p_equivalent =
            c->margin > 0.0
                ? attune_equivalence_paired(c->better, c->n, c->margin, N_DRAWS, stream, scratch).p
                : 1.0;
    }
    c->p_wilcoxon = attune_wilcoxon(c->better, c->n, scratch).p;
    c->dz = attune_cohen_dz(c->better, c->n);
    c->improvement = attune_improvement(c->better, c->n);
    c->verdict = attune_contrast_unchanged(c) ? ATTUNE_VERDICT_IDENTICAL : ATTUNE_VERDICT_OPEN;
    pair->code[item] = interval(pair->options, c);
    attune_release(scratch);
}

/* Gives metrics the directions of the rules. */
static void turn(struct attune_metric_list *metrics, const struct attune_directions *directions)
{
    for (size_t k = 0; k < metrics->n; k++) {
        const struct attune_direction_rule *rule =
            attune_direction_for(directions, metrics->items[k].name);
        if (rule) {
            metrics->items[k].direction = rule->direction;
            metrics->items[k].target = rule->target;
        }
    }
}

static enum attune_code prepare(struct attune_contrast_pair *pair, struct attune_err *err)
{
    struct attune_contrasts *out = pair->out;
    out->items = attune_arena_alloc(&out->arena, pair->left->metrics.n + 1, sizeof *out->items);
    pair->code = attune_arena_alloc(&out->arena, pair->left->metrics.n + 1, sizeof *pair->code);
    if (!out->items || !pair->code) {
        return out_of_memory(err);
    }
    for (size_t k = 0; k < pair->left->metrics.n; k++) {
        const struct attune_metric_info *m = &pair->left->metrics.items[k];
        if (pair->options->globs ? !attune_metric_chosen(pair->options->globs, m->name)
                                 : strcmp(m->direction, "none") == 0) {
            continue;
        }
        struct attune_contrast *c = &out->items[out->n++];
        *c = (struct attune_contrast){
            .metric = copy(out, m->name),
            .title = copy(out, m->title),
            .unit = copy(out, m->unit),
            .direction = copy(out, m->direction),
            .target = m->target,
            .better = attune_arena_alloc(&out->arena, out->n_prompts, sizeof *c->better),
            .prompt = attune_arena_alloc(&out->arena, out->n_prompts, sizeof *c->prompt),
            .worst_seed = attune_arena_alloc(&out->arena, out->n_prompts, sizeof *c->worst_seed)};
        if (!c->better || !c->prompt || !c->worst_seed) {
            return out_of_memory(err);
        }
        const size_t other = attune_contrast_metric(&pair->right->metrics, m->name);
        const struct attune_metric_info *n =
            other < SIZE_MAX ? &pair->right->metrics.items[other] : NULL;
        c->skipped = !n                                      ? "not measured in the other run"
                     : n->version != m->version              ? "another version of the metric"
                     : strcmp(n->identity, m->identity) != 0 ? "another version of the scorer"
                                                             : NULL;
    }
    return ATTUNE_OK;
}

static bool compared(const struct attune_contrast *c)
{
    return !c->skipped && c->verdict != ATTUNE_VERDICT_NO_DATA;
}

static void decide(struct attune_contrast *c, double alpha, size_t n_compared)
{
    c->n_needed = attune_prompts_needed(c->dz, alpha / (double)n_compared, power);
    c->within_margin = c->margin > 0.0 && c->p_equivalent <= alpha;
    if (c->verdict == ATTUNE_VERDICT_OPEN && c->p_holm <= alpha) {
        c->verdict = c->dz > 0.0 ? ATTUNE_VERDICT_A : ATTUNE_VERDICT_B;
    } else if (c->verdict == ATTUNE_VERDICT_OPEN && c->within_margin) {
        c->verdict = ATTUNE_VERDICT_ALIKE;
    }
}

/* Differences and equivalences are two questions; each is corrected over the metrics. */
static enum attune_code correct(struct attune_contrasts *out, struct attune_err *err)
{
    double *p = attune_arena_alloc(&out->arena, out->n + 1, sizeof *p);
    double *q = attune_arena_alloc(&out->arena, out->n + 1, sizeof *q);
    if (!p || !q) {
        return out_of_memory(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (compared(&out->items[i])) {
            p[n] = out->items[i].p;
            q[n++] = out->items[i].p_equivalent;
        }
    }
    enum attune_code code = attune_holm(p, n, err);
    code = code ? code : attune_holm(q, n, err);
    out->n_compared = n;
    n = 0;
    for (size_t i = 0; !code && i < out->n; i++) {
        struct attune_contrast *c = &out->items[i];
        c->p_holm = 1.0;
        if (compared(c)) {
            c->p_holm = p[n];
            c->p_equivalent = q[n++];
            decide(c, out->alpha, out->n_compared);
        }
    }
    return code;
}

enum attune_code attune_contrasts_of(struct attune_contrasts *out,
                                     const struct attune_score_table *a, const char *model_a,
                                     const struct attune_score_table *b, const char *model_b,
                                     const struct attune_contrast_options *options,
                                     struct attune_err *err)
{
    *out = (struct attune_contrasts){.alpha = options->alpha};
    struct attune_contrast_pair pair = {.left = a, .right = b, .options = options, .out = out};
    enum attune_code code = attune_contrast_model(&a->models, model_a, &pair.model_a, err);
    code = code ? code : attune_contrast_model(&b->models, model_b, &pair.model_b, err);
    code = code ? code : match_prompts(&pair, err);
    code = code ? code : prepare(&pair, err);
    if (!code && out->n == 0 && options->globs) {
        code = attune_fail(err, ATTUNE_E_USAGE, "no metric of the run matches '%s'",
                           options->globs);
    }
    if (!code) {
        attune_parallel_for(out->n, options->n_threads, test_metric, &pair);
        for (size_t i = 0; i < out->n && !code; i++) {
            code = pair.code[i] ? out_of_memory(err) : ATTUNE_OK;
        }
    }
    code = code ? code : correct(out, err);
    if (code) {
        attune_contrasts_release(out);
    }
    return code;
}

/* The scores of the two models alone; a model that is not there is named with what is. */
static enum attune_code read_side(struct attune_store *store, int64_t run,
                                  const char *const *models, size_t n_models, const char *globs,
                                  struct attune_score_table *out, struct attune_err *err)
{
    enum attune_code code = attune_read_scores_of(store, run, models, n_models, globs, out, err);
    for (size_t i = 0; i < n_models && !code; i++) {
        size_t found = 0;
        while (found < out->models.n && strcmp(out->models.items[found].name, models[i]) != 0) {
            found++;
        }
        if (found == out->models.n) {
            struct attune_model_list all = {0};
            code = attune_read_models(store, run, &all, err);
            code = code ? code : attune_contrast_model(&all, models[i], &found, err);
            attune_model_list_release(&all);
        }
    }
    return code;
}

enum attune_code attune_contrasts_read(struct attune_contrasts *out, struct attune_store *store,
                                       struct attune_side a, struct attune_side b,
                                       const struct attune_contrast_options *options,
                                       struct attune_err *err)
{
    struct attune_score_table left = {0}, other = {0};
    const bool one_run = a.run == b.run;
    const char *const models[] = {a.model, b.model};
    *out = (struct attune_contrasts){0};
    enum attune_code code =
        read_side(store, a.run, models, one_run ? 2 : 1, options->globs, &left, err);
    if (!code && !one_run) {
        code = read_side(store, b.run, models + 1, 1, options->globs, &other, err);
    }
    if (!code) {
        turn(&left.metrics, options->directions);
        turn(&other.metrics, options->directions);
        code = attune_contrasts_of(out, &left, a.model, one_run ? &left : &other, b.model, options,
                                   err);
    }
    attune_score_table_release(&left);
    attune_score_table_release(&other);
    return code;
}

const char *attune_contrast_words(const struct attune_contrast *c, const char *name_a,
                                  const char *name_b, char *buf, size_t size)
{
    const bool none = strcmp(c->direction, "none") == 0;
    if (c->skipped) {
        snprintf(buf, size, "%s", c->skipped);
        return buf;
    }
    switch (c->verdict) {
    case ATTUNE_VERDICT_A:
    case ATTUNE_VERDICT_B:
        snprintf(buf, size, "%s %s%s", c->verdict == ATTUNE_VERDICT_A ? name_a : name_b,
                 none ? "larger" : "better", c->within_margin ? ", within the margin" : "");
        break;
    case ATTUNE_VERDICT_ALIKE:
        snprintf(buf, size, "alike within \xc2\xb1%.2g", c->margin);
        break;
    case ATTUNE_VERDICT_IDENTICAL:
        snprintf(buf, size, "identical");
        break;
    case ATTUNE_VERDICT_NO_DATA:
        snprintf(buf, size, c->n ? "one prompt only" : "no common value");
        break;
    case ATTUNE_VERDICT_OPEN:
        if (c->n_needed - (double)c->n > 99999.0) {
            snprintf(buf, size, "open, no effect in sight");
        } else if (c->n_needed > (double)c->n) {
            snprintf(buf, size, "open, %.0f more prompts", c->n_needed - (double)c->n);
        } else {
            snprintf(buf, size, "open, a little more data");
        }
        break;
    }
    return buf;
}
