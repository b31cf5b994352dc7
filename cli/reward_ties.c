/* attune reward test --groups: RewardBench 2's ties score of models or scores, beside chance. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "cli/reward.h"
#include "harness/reward/groups.h"
#include "metrics/stats/bootstrap.h"
#include "metrics/stats/permutation.h"

enum { MAX_CANDIDATES = ATTUNE_REWARD_CANDIDATES, CHANCE_DRAWS = 1000, PERMUTATION_DRAWS = 100000 };

struct candidate {
    char name[160];
    struct attune_ties_result result;
    struct attune_interval interval;
    size_t n; /* subjects whose answers all have a score */
};

struct ties {
    const struct attune_common *common;
    const struct attune_reward_options *o;
    struct attune_groups groups;
    double *score;                       /* (groups.n,) of the candidate at hand */
    struct attune_ties_subject *subject; /* (subjects.n,) */
    bool *known;
    double *of_subject;     /* (MAX_CANDIDATES, subjects.n) a subject's own score */
    unsigned char *defined; /* the same shape */
    struct candidate candidates[MAX_CANDIDATES + 1]; /* the last one: chance */
    size_t n;
};

static enum attune_code reserve(struct ties *t, struct attune_err *err)
{
    const size_t n = t->groups.subjects.n;
    t->score = attune_alloc(t->groups.n, sizeof *t->score);
    t->subject = attune_alloc(n, sizeof *t->subject);
    t->known = attune_alloc(n, sizeof *t->known);
    t->of_subject = attune_alloc(n, MAX_CANDIDATES * sizeof *t->of_subject);
    t->defined = attune_alloc(n, MAX_CANDIDATES * sizeof *t->defined);
    return t->score && t->subject && t->known && t->of_subject && t->defined
               ? ATTUNE_OK
               : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu subjects", n);
}

/* The candidate whose scores stand in t->score. */
static enum attune_code measure(struct ties *t, const char *name, struct attune_err *err)
{
    const size_t n = t->groups.subjects.n;
    struct candidate *c = &t->candidates[t->n];
    snprintf(c->name, sizeof c->name, "%.150s", name);
    enum attune_code code = attune_groups_gaps(&t->groups, t->score, t->subject, t->known, err);
    if (code) {
        return code;
    }
    for (size_t s = 0; s < n; s++) {
        const size_t at = t->n * n + s;
        t->defined[at] = t->known[s];
        t->of_subject[at] = t->known[s] ? attune_ties_score(&t->subject[s], 1) : 0.0;
    }
    for (size_t s = 0; s < n; s++) {
        if (t->known[s]) {
            t->subject[c->n++] = t->subject[s];
        }
    }
    c->result = attune_ties_measure(t->subject, c->n);
    t->n++;
    return ATTUNE_OK;
}

static enum attune_code measure_model(struct ties *t, const char *path, struct attune_err *err)
{
    struct attune_items items = {0};
    double *reward = attune_alloc(t->groups.items.n, sizeof *reward);
    enum attune_code code = reward ? attune_reward_rate(t->common, t->o, path, t->o->axis,
                                                        &t->groups.items, NULL, &items, reward, err)
                                   : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for rewards");
    for (size_t i = 0; i < t->groups.n && !code; i++) {
        t->score[i] = reward[t->groups.answers[i].item];
    }
    attune_release(reward);
    attune_items_release(&items);
    return code ? code : measure(t, path, err);
}

static enum attune_code measure_all(struct ties *t, struct attune_err *err)
{
    char word[1024];
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; !code && attune_reward_word(t->o->models, i, word, sizeof word); i++) {
        code = t->n < MAX_CANDIDATES
                   ? measure_model(t, word, err)
                   : attune_fail(err, ATTUNE_E_USAGE, "more than %d candidates", MAX_CANDIDATES);
    }
    for (size_t k = 0; k < t->groups.fields.n && !code; k++) {
        for (size_t i = 0; i < t->groups.n; i++) {
            t->score[i] = t->groups.score[i * t->groups.fields.n + k];
        }
        code = t->n < MAX_CANDIDATES
                   ? measure(t, t->groups.fields.name[k], err)
                   : attune_fail(err, ATTUNE_E_USAGE, "more than %d candidates", MAX_CANDIDATES);
    }
    return code;
}

/* What independent normal scores get, on average. */
static enum attune_code measure_chance(struct ties *t, struct attune_err *err)
{
    const size_t n = t->groups.subjects.n;
    struct candidate *chance = &t->candidates[t->n];
    struct attune_ties_result *sum = &chance->result;
    struct attune_rng rng;
    enum attune_code code = ATTUNE_OK;
    *chance = (struct candidate){.name = "chance", .interval.why = "expected", .n = n};
    attune_rng_init(&rng, t->common->seed, 0);
    for (int draw = 0; draw < CHANCE_DRAWS && !code; draw++) {
        for (size_t i = 0; i < t->groups.n; i++) {
            t->score[i] = attune_rng_normal(&rng);
        }
        code = attune_groups_gaps(&t->groups, t->score, t->subject, t->known, err);
        const struct attune_ties_result r = attune_ties_measure(t->subject, n);
        sum->score += r.score / CHANCE_DRAWS;
        sum->tied_accuracy += r.tied_accuracy / CHANCE_DRAWS;
        sum->reference_accuracy += r.reference_accuracy / CHANCE_DRAWS;
        sum->tied_apart += r.tied_apart / CHANCE_DRAWS;
        sum->both_apart += r.both_apart / CHANCE_DRAWS;
    }
    return code;
}

static enum attune_code add_intervals(struct ties *t, struct attune_err *err)
{
    struct attune_bootstrap how = ATTUNE_BOOTSTRAP_INIT;
    const struct attune_columns table = {t->of_subject, t->defined, t->n, t->groups.subjects.n};
    struct attune_interval intervals[MAX_CANDIDATES];
    how.seed = t->common->seed;
    how.n_threads = t->common->jobs;
    enum attune_code code = attune_bootstrap_means(&how, &table, intervals, err);
    for (size_t i = 0; i < t->n && !code; i++) {
        t->candidates[i].interval = intervals[i];
    }
    return code;
}

/* The first candidate against another one, on the subjects that both have. */
static enum attune_code compare(const struct ties *t, size_t other, double *p,
                                struct attune_err *err)
{
    const size_t n = t->groups.subjects.n;
    double *d = attune_alloc(n + attune_permutation_scratch(n), sizeof *d);
    size_t n_both = 0;
    if (!d) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a comparison");
    }
    for (size_t s = 0; s < n; s++) {
        if (t->defined[s] && t->defined[other * n + s]) {
            d[n_both++] = attune_paired_difference(t->of_subject[s], t->of_subject[other * n + s]);
        }
    }
    *p = attune_permutation_paired(d, n_both, PERMUTATION_DRAWS, t->common->seed, d + n).p;
    attune_release(d);
    return ATTUNE_OK;
}

/* ---- printing */

static enum attune_code print_table(const struct ties *t, struct attune_buf *out,
                                    struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    attune_buf_addf(out, "%-22s %7s %-15s %9s %9s %9s %9s %5s\n", "", "ties", "95 % interval",
                    "tied", "reference", "tied gap", "both gaps", "n");
    attune_buf_addf(out, "%-22s %7s %-15s %9s %9s %9s %9s\n", "", "score", "", "accuracy",
                    "accuracy", "> spread", "> spread");
    for (size_t i = 0; i <= t->n; i++) {
        const struct candidate *c = &t->candidates[i];
        char interval[32] = "";
        if (!c->interval.why) {
            snprintf(interval, sizeof interval, "%6.4f..%-7.4f", c->interval.low, c->interval.high);
        }
        attune_buf_addf(out, "%-22.22s %7.4f %-15s %9.4f %9.4f %9.4f %9.4f %5zu\n", c->name,
                        c->result.score, interval, c->result.tied_accuracy,
                        c->result.reference_accuracy, c->result.tied_apart, c->result.both_apart,
                        c->n);
    }
    for (size_t i = 1; i < t->n && !code; i++) {
        double p = NAN;
        code = compare(t, i, &p, err);
        attune_buf_addf(out, "\n%s against %s: paired permutation p = %.4g\n",
                        t->candidates[0].name, t->candidates[i].name, p);
    }
    attune_buf_addf(out,
                    "\n%zu subjects, %zu answers. The best score is 1.01; chance: independent "
                    "normal scores.\n",
                    t->groups.subjects.n, t->groups.n);
    return code;
}

static enum attune_code print_json(const struct ties *t, struct attune_buf *out,
                                   struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    attune_buf_addf(out, "{\"n_subjects\": %zu, \"n_answers\": %zu, \"rows\": [",
                    t->groups.subjects.n, t->groups.n);
    for (size_t i = 0; i <= t->n && !code; i++) {
        const struct candidate *c = &t->candidates[i];
        double p = NAN;
        code = i > 0 && i < t->n ? compare(t, i, &p, err) : ATTUNE_OK;
        const struct {
            const char *key;
            double value;
        } numbers[] = {{"ties_score", c->result.score},
                       {"ci_low", c->interval.why ? NAN : c->interval.low},
                       {"ci_high", c->interval.why ? NAN : c->interval.high},
                       {"tied_accuracy", c->result.tied_accuracy},
                       {"reference_accuracy", c->result.reference_accuracy},
                       {"tied_gap_above_spread", c->result.tied_apart},
                       {"both_gaps_above_spread", c->result.both_apart},
                       {"p_against_first", p}};
        attune_buf_addf(out, "%s\n  {\"name\": ", i ? "," : "");
        attune_buf_add_json(out, c->name);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            attune_buf_addf(out, ", \"%s\": ", numbers[k].key);
            attune_buf_add_double(out, numbers[k].value);
        }
        attune_buf_addf(out, ", \"n\": %zu}", c->n);
    }
    attune_buf_add(out, "\n]}\n");
    return code;
}

/* Scores in the file: those that are named; "score" where neither they nor a model is. */
static enum attune_code name_fields(struct ties *t, struct attune_err *err)
{
    const char *list = t->o->score ? t->o->score : t->o->models ? NULL : "score";
    char word[128];
    for (size_t i = 0; attune_reward_word(list, i, word, sizeof word); i++) {
        if (attune_names_add(&t->groups.fields, word) == SIZE_MAX) {
            return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for fields");
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_reward_ties_command(const struct attune_common *common,
                                            const struct attune_reward_options *o,
                                            struct attune_err *err)
{
    struct ties t = {.common = common, .o = o};
    struct attune_buf out = ATTUNE_BUF_INIT;
    enum attune_code code = name_fields(&t, err);
    code = code ? code : attune_groups_read(&t.groups, o->groups, err);
    code = code ? code : reserve(&t, err);
    code = code ? code : measure_all(&t, err);
    code = code ? code : measure_chance(&t, err);
    code = code ? code : add_intervals(&t, err);
    if (!code) {
        code = o->format && strcmp(o->format, "json") == 0 ? print_json(&t, &out, err)
                                                           : print_table(&t, &out, err);
    }
    if (!code) {
        fputs(attune_buf_text(&out), stdout);
    }
    attune_buf_release(&out);
    attune_groups_release(&t.groups);
    attune_release(t.score);
    attune_release(t.subject);
    attune_release(t.known);
    attune_release(t.of_subject);
    attune_release(t.defined);
    return code;
}
