/* attune reward test: models or scores against votes, beside the baselines they have to beat. */
#include <math.h>

#include "base/mem.h"
#include "cli/reward.h"
#include "harness/prefs/record_reader.h"
#include "harness/reward/baselines.h"
#include "harness/reward/reward_test.h"

enum { MAX_CANDIDATES = ATTUNE_REWARD_CANDIDATES, MAX_ROWS = MAX_CANDIDATES + 6 };

/* A line of the table: margins and what came of them. */
struct row {
    char name[160];
    double *margin;   /* (votes.n,) */
    bool probability; /* whether sigma(margin) claims to be one */
    struct attune_calibration result;
};

struct test {
    const struct attune_common *common;
    const struct attune_reward_options *o;
    struct attune_vote_table votes;
    enum attune_tie_credit ties;
    struct row rows[MAX_ROWS]; /* candidates first */
    size_t n_rows, n_candidates;
    double *loudness;              /* (items.n,) or NULL */
    struct attune_stratum *strata; /* of the first candidate */
    size_t n_strata;
};

static struct row *add_row(struct test *t, const char *name, bool probability,
                           struct attune_err *err)
{
    struct row *row = &t->rows[t->n_rows];
    row->margin = attune_alloc(t->votes.n, sizeof *row->margin);
    if (!row->margin) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for margins");
        return NULL;
    }
    snprintf(row->name, sizeof row->name, "%.150s", name);
    row->probability = probability;
    t->n_rows++;
    return row;
}

/* ---- scores in the file */

static enum attune_code read_number(struct attune_records *records, const char *path,
                                    const char *name, double *value, struct attune_err *err)
{
    char *end;
    if (!attune_records_has(records, name)) {
        attune_fail_at(err, ATTUNE_E_INPUT, path, attune_records_line(records), "no field '%s'",
                       name);
        attune_err_hint(err, "--score-a and --score-b name the fields that hold the scores");
        return ATTUNE_E_INPUT;
    }
    const char *text = attune_records_get(records, name);
    *value = strtod(text, &end);
    return text[0] && !*end && isfinite(*value)
               ? ATTUNE_OK
               : attune_fail_at(err, ATTUNE_E_INPUT, path, attune_records_line(records),
                                "'%s' is '%.40s', not a number", name, text);
}

/* Joins the scores of a pair of fields to the votes by line; both run in the file's order. */
static enum attune_code read_scores(const struct test *t, const char *path, const char *field_a,
                                    const char *field_b, double *margin, struct attune_err *err)
{
    struct attune_records *records;
    bool has_record = true;
    size_t vote = 0;
    enum attune_code code = attune_records_open(&records, path, err);
    while (!code && has_record) {
        code = attune_records_next(records, &has_record, err);
        if (code || !has_record) {
            break;
        }
        double a = 0.0, b = 0.0;
        code = read_number(records, path, field_a, &a, err);
        code = code ? code : read_number(records, path, field_b, &b, err);
        for (; vote < t->votes.n && t->votes.rows[vote].line == attune_records_line(records);
             vote++) {
            margin[vote] = a - b;
        }
    }
    attune_records_close(records);
    return code;
}

static enum attune_code test_fields(struct test *t, char **files, int n_files,
                                    struct attune_err *err)
{
    const char *list_a = t->o->score_a ? t->o->score_a : "score_a";
    const char *list_b = t->o->score_b ? t->o->score_b : "score_b";
    char a[128], b[128];
    enum attune_code code = ATTUNE_OK;
    if (n_files != 1) {
        return attune_fail(err, ATTUNE_E_USAGE, "scores are read from one file of votes");
    }
    for (size_t i = 0; i < MAX_CANDIDATES && attune_reward_word(list_a, i, a, sizeof a) && !code;
         i++) {
        if (!attune_reward_word(list_b, i, b, sizeof b)) {
            return attune_fail(err, ATTUNE_E_USAGE, "--score-a names a field more than --score-b");
        }
        struct row *row = add_row(t, i || t->o->score_a ? a : "scores", true, err);
        code = row ? read_scores(t, files[0], a, b, row->margin, err) : ATTUNE_E_MEMORY;
    }
    return code;
}

/* ---- models */

static enum attune_code test_model(struct test *t, const char *path, struct attune_err *err)
{
    static const char loudness[] = "quality.loudness_lufs";
    struct attune_items items = {0};
    double *reward = attune_alloc(t->votes.items.n, sizeof *reward);
    struct row *row = add_row(t, path, true, err);
    enum attune_code code = row && reward ? ATTUNE_OK : ATTUNE_E_MEMORY;
    code = code ? code
                : attune_reward_rate(t->common, t->o, path, t->votes.axes.name[0], &t->votes.items,
                                     t->o->embeddings ? NULL : loudness, &items, reward, err);
    const size_t k = code ? SIZE_MAX : attune_names_find(&items.features, loudness);
    if (k != SIZE_MAX && !t->loudness) {
        t->loudness = attune_alloc(t->votes.items.n, sizeof *t->loudness);
        for (size_t i = 0; t->loudness && i < t->votes.items.n; i++) {
            t->loudness[i] = items.x[i * items.features.n + k];
        }
    }
    if (!code) {
        attune_baseline_value(&t->votes, reward, row->margin);
    }
    attune_release(reward);
    attune_items_release(&items);
    return code;
}

static enum attune_code test_models(struct test *t, struct attune_err *err)
{
    char path[1024];
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0;
         i < MAX_CANDIDATES && attune_reward_word(t->o->models, i, path, sizeof path) && !code;
         i++) {
        code = test_model(t, path, err);
    }
    return code;
}

/* ---- baselines */

static enum attune_code add_baselines(struct test *t, struct attune_err *err)
{
    static const char *const names[] = {"chance",      "prompt only",   "generator identity",
                                        "length only", "loudness only", "human ceiling"};
    double *margin[6];
    for (size_t i = 0; i < 6; i++) {
        struct row *row = add_row(t, names[i], i == 1 || i == 2, err);
        if (!row) {
            return ATTUNE_E_MEMORY;
        }
        margin[i] = row->margin;
    }
    enum attune_code code = attune_baseline_prompt(&t->votes, margin[1], err);
    code = code ? code : attune_baseline_generator(&t->votes, margin[2], err);
    attune_baseline_length(&t->votes, margin[3]);
    for (size_t i = 0; i < t->votes.n; i++) {
        margin[4][i] = NAN;
    }
    if (t->loudness) {
        attune_baseline_value(&t->votes, t->loudness, margin[4]);
    }
    return code ? code : attune_baseline_raters(&t->votes, margin[5], err);
}

static enum attune_code measure(struct test *t, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < t->n_rows && !code; i++) {
        code = attune_margins_test(&t->votes, t->rows[i].margin, t->ties, &t->rows[i].result, err);
    }
    return code ? code
                : attune_margins_strata(&t->votes, t->rows[0].margin, t->ties, &t->strata,
                                        &t->n_strata, err);
}

/* ---- printing */

static void print_row(struct attune_buf *out, const char *name, bool probability,
                      const struct attune_calibration *c)
{
    if (c->n == 0) {
        attune_buf_addf(out, "%-22.22s %9s  not in the data\n", name, "-");
        return;
    }
    attune_buf_addf(out, "%-22.22s %9.4f %6.4f..%-7.4f %6.4f", name, c->accuracy, c->accuracy_low,
                    c->accuracy_high, c->auc);
    if (probability) {
        attune_buf_addf(out, " %7.4f %7.4f %7.4f", c->nll, c->brier, c->ece);
    } else {
        attune_buf_addf(out, " %7s %7s %7s", "-", "-", "-");
    }
    attune_buf_addf(out, " %6zu\n", c->n);
}

static void print_strata(struct attune_buf *out, const struct test *t)
{
    int kind = -1;
    for (size_t i = 0; i < t->n_strata; i++) {
        const struct attune_stratum *s = &t->strata[i];
        if ((int)s->kind != kind) {
            kind = (int)s->kind;
            attune_buf_addf(out, "\nby %s\n", attune_stratum_names[kind]);
        }
        attune_buf_addf(out, "  %-20.20s %9.4f %6.4f..%-7.4f %30s %6zu\n", s->name,
                        s->result.accuracy, s->result.accuracy_low, s->result.accuracy_high, "",
                        s->result.n);
    }
}

static void print_comparison(struct attune_buf *out, const struct test *t)
{
    for (size_t i = 1; i < t->n_candidates; i++) {
        size_t n_first, n_second;
        const struct attune_test test = attune_margins_compare(
            &t->votes, t->rows[0].margin, t->rows[i].margin, &n_first, &n_second);
        attune_buf_addf(out,
                        "\n%s right where %s is wrong: %zu; the other way round: %zu; McNemar's "
                        "exact p = %.4g\n",
                        t->rows[0].name, t->rows[i].name, n_first, n_second, test.p);
    }
}

static void print_table(struct attune_buf *out, const struct test *t)
{
    double mean;
    const struct attune_stratum *worst;
    attune_strata_generators(t->strata, t->n_strata, &mean, &worst);
    if (worst) {
        attune_buf_addf(out,
                        "headline: %.4f, the mean over generators of the accuracy on their votes; "
                        "least %.4f (%s)\n\n",
                        mean, worst->result.accuracy, worst->name);
    }
    attune_buf_addf(out, "%-22s %9s %-15s %6s %7s %7s %7s %6s\n", "", "accuracy", "95 % interval",
                    "AUC", "NLL", "Brier", "ECE", "n");
    for (size_t i = 0; i < t->n_rows; i++) {
        print_row(out, t->rows[i].name, t->rows[i].probability, &t->rows[i].result);
    }
    print_comparison(out, t);
    print_strata(out, t);
    attune_buf_addf(
        out,
        "\n%zu votes, %zu ties, %llu both bad. Generator identity is Bradley-Terry on the names,\n"
        "fitted on these votes: scores below it know less than who made the clip. The human\n"
        "ceiling is what others said of the same two clips.\n",
        t->votes.n, t->rows[t->n_candidates].result.n_ties,
        (unsigned long long)t->votes.n_both_bad);
}

static void add_result(struct attune_buf *out, const struct attune_calibration *c)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"accuracy", c->accuracy},
                   {"accuracy_low", c->accuracy_low},
                   {"accuracy_high", c->accuracy_high},
                   {"n_right", c->n_right},
                   {"auc", c->auc},
                   {"nll", c->nll},
                   {"brier", c->brier},
                   {"ece", c->ece}};
    attune_buf_addf(out, ", \"n\": %zu, \"n_ties\": %zu", c->n, c->n_ties);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        attune_buf_addf(out, ", \"%s\": ", numbers[i].key);
        attune_buf_add_double(out, numbers[i].value);
    }
    attune_buf_add(out, "}");
}

static void print_json(struct attune_buf *out, const struct test *t)
{
    double mean;
    const struct attune_stratum *worst;
    attune_strata_generators(t->strata, t->n_strata, &mean, &worst);
    attune_buf_addf(out, "{\"n_votes\": %zu, \"headline\": ", t->votes.n);
    attune_buf_add_double(out, mean);
    attune_buf_add(out, ", \"rows\": [");
    for (size_t i = 0; i < t->n_rows; i++) {
        attune_buf_addf(out, "%s\n  {\"name\": ", i ? "," : "");
        attune_buf_add_json(out, t->rows[i].name);
        add_result(out, &t->rows[i].result);
    }
    attune_buf_add(out, "\n ],\n \"comparisons\": [");
    for (size_t i = 1; i < t->n_candidates; i++) {
        size_t n_first, n_second;
        const struct attune_test test = attune_margins_compare(
            &t->votes, t->rows[0].margin, t->rows[i].margin, &n_first, &n_second);
        attune_buf_addf(out, "%s\n  {\"first\": ", i > 1 ? "," : "");
        attune_buf_add_json(out, t->rows[0].name);
        attune_buf_add(out, ", \"second\": ");
        attune_buf_add_json(out, t->rows[i].name);
        attune_buf_addf(out, ", \"only_first\": %zu, \"only_second\": %zu, \"p\": ", n_first,
                        n_second);
        attune_buf_add_double(out, test.p);
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, "],\n \"strata\": [");
    for (size_t i = 0; i < t->n_strata; i++) {
        attune_buf_addf(out, "%s\n  {\"by\": \"%s\", \"name\": ", i ? "," : "",
                        attune_stratum_names[t->strata[i].kind]);
        attune_buf_add_json(out, t->strata[i].name);
        add_result(out, &t->strata[i].result);
    }
    attune_buf_add(out, "\n]}\n");
}

enum attune_code attune_reward_test_command(const struct attune_common *common,
                                            const struct attune_reward_options *o, char **files,
                                            int n_files, struct attune_err *err)
{
    struct test t = {.common = common, .o = o, .votes = {.axis = o->axis}};
    struct attune_buf out = ATTUNE_BUF_INIT;
    t.ties = strcmp(o->ties, "half") == 0      ? ATTUNE_TIE_HALF
             : strcmp(o->ties, "partial") == 0 ? ATTUNE_TIE_PARTIAL
                                               : ATTUNE_TIE_DROPPED;
    enum attune_code code = attune_reward_votes(common, o, files, n_files, &t.votes, err);
    code = code || !o->models ? code : test_models(&t, err);
    if (!code && (!o->models || o->score_a)) {
        code = test_fields(&t, files, n_files, err);
    }
    t.n_candidates = t.n_rows;
    code = code ? code : add_baselines(&t, err);
    code = code ? code : measure(&t, err);
    if (!code) {
        if (o->format && strcmp(o->format, "json") == 0) {
            print_json(&out, &t);
        } else {
            print_table(&out, &t);
        }
        fputs(attune_buf_text(&out), stdout);
    }
    attune_buf_release(&out);
    for (size_t i = 0; i < t.n_rows; i++) {
        attune_release(t.rows[i].margin);
    }
    attune_release(t.strata);
    attune_release(t.loudness);
    attune_vote_table_release(&t.votes);
    return code;
}
