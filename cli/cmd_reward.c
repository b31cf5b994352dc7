/* attune reward test FILE: how well scores of pairs of clips predict the votes on them, with the
 * baselines that a reward model has to beat. */
#include <math.h>

#include "base/mem.h"
#include "cli/command.h"
#include "harness/prefs/prefs_rank.h"
#include "harness/prefs/record_reader.h"
#include "metrics/stats/calibration.h"

struct options {
    const char *format, *from, *score_a, *score_b, *ties, *axis;
};

static const struct attune_opt options_table[] = {
    {"score-a", ATTUNE_OPT_TEXT, offsetof(struct options, score_a), .metavar = "FIELD",
     .help = "field with the score of clip a (default: score_a)"},
    {"score-b", ATTUNE_OPT_TEXT, offsetof(struct options, score_b), .metavar = "FIELD",
     .help = "field with the score of clip b (default: score_b)"},
    {"ties", ATTUNE_OPT_CHOICE, offsetof(struct options, ties), .choices = "drop|half|partial",
     .help = "what listeners' ties count in the accuracy (default: drop)"},
    {"from", ATTUNE_OPT_TEXT, offsetof(struct options, from), .metavar = "NAME",
     .help = "format of the file (default: recognised)"},
    {"axis", ATTUNE_OPT_TEXT, offsetof(struct options, axis), .metavar = "NAME",
     .help = "axis of the votes, where a file has several"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "table|json",
     .help = "output format (default: table)"},
    {NULL},
};

static const struct options defaults = {.format = "table", .ties = "drop", .score_a = "score_a",
                                        .score_b = "score_b"};

/* The rows of a test: the scores under test and what they are measured against. */
enum row { ROW_SCORES, ROW_CHANCE, ROW_GENERATOR, ROW_LENGTH, N_ROWS };
static const char *const row_names[N_ROWS] = {
    "scores", "chance", "generator identity", "length only",
};

struct trial {
    const struct options *options;
    struct attune_ballot ballot;     /* every vote in file order, for the generator baseline */
    double *scores;                  /* (n_scores,) score(a) - score(b) by record */
    size_t n_scores, score_capacity;
    struct attune_margin *pairs[N_ROWS]; /* (ballot.votes.n_rows,) */
    size_t n_pairs[N_ROWS];
    double *lengths;                 /* (n,) length difference or NAN */
    size_t *record;                  /* (n,) record of each vote */
    size_t n_votes, length_capacity, record_capacity;
    long *lines;                     /* (n_scores,) line of each record */
    size_t line_capacity;
    struct attune_calibration result[N_ROWS];
};

static enum attune_code push(void **items, size_t *capacity, size_t n, size_t size,
                             const void *value, struct attune_err *err)
{
    if (!attune_grow(items, capacity, n, size)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    memcpy((char *)*items + n * size, value, size);
    return ATTUNE_OK;
}

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
    if (!text[0] || *end || !isfinite(*value)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, attune_records_line(records),
                              "'%s' is '%.40s', not a number", name, text);
    }
    return ATTUNE_OK;
}

/* First pass: the scores of every record. */
static enum attune_code read_scores(struct trial *t, const char *path, struct attune_err *err)
{
    struct attune_records *records;
    enum attune_code code = attune_records_open(&records, path, err);
    bool has_record = true;
    while (!code && has_record) {
        code = attune_records_next(records, &has_record, err);
        if (!code && has_record) {
            double a, b;
            const long line = attune_records_line(records);
            code = read_number(records, path, t->options->score_a, &a, err);
            code = code ? code : read_number(records, path, t->options->score_b, &b, err);
            const double margin = code ? 0.0 : a - b;
            code = code ? code : push((void **)&t->scores, &t->score_capacity, t->n_scores,
                                      sizeof margin, &margin, err);
            code = code ? code
                        : push((void **)&t->lines, &t->line_capacity, t->n_scores, sizeof line,
                               &line, err);
            t->n_scores++;
        }
    }
    attune_records_close(records);
    return code;
}

/* Second pass, an attune_preference_fn: the votes, joined to the scores by line. */
static enum attune_code take_vote(void *context, const struct attune_preference *p,
                                  struct attune_err *err)
{
    struct trial *t = context;
    const size_t before = t->ballot.votes.n_rows;
    enum attune_code code = attune_ballot_take(&t->ballot, p, err);
    if (code || t->ballot.votes.n_rows == before) {
        return code;
    }
    size_t record = t->n_votes ? t->record[t->n_votes - 1] : 0;
    while (record < t->n_scores && t->lines[record] != p->line) {
        record++;
    }
    const double length = p->length_a - p->length_b;
    code = push((void **)&t->record, &t->record_capacity, t->n_votes, sizeof record, &record, err);
    code = code ? code : push((void **)&t->lengths, &t->length_capacity, t->n_votes, sizeof length,
                              &length, err);
    t->n_votes++;
    return code;
}

static void add_pair(struct trial *t, enum row row, double margin, int outcome)
{
    if (isfinite(margin)) {
        t->pairs[row][t->n_pairs[row]++] = (struct attune_margin){margin, outcome};
    }
}

static enum attune_code measure(struct trial *t, struct attune_err *err)
{
    const struct attune_bt_options ridge = {.ties = ATTUNE_TIES_HALF, .ridge = 0.5};
    const enum attune_tie_credit ties = strcmp(t->options->ties, "half") == 0 ? ATTUNE_TIE_HALF
                                        : strcmp(t->options->ties, "partial") == 0
                                            ? ATTUNE_TIE_PARTIAL
                                            : ATTUNE_TIE_DROPPED;
    struct attune_bt_fit fit = {0};
    enum attune_code code = attune_bt_fit(&t->ballot.votes, &ridge, 0, &fit, err);
    for (int row = 0; row < N_ROWS && !code; row++) {
        t->pairs[row] = attune_alloc(t->n_votes, sizeof **t->pairs);
        code = t->pairs[row] ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < t->n_votes && !code; i++) {
        const struct attune_vote *v = &t->ballot.votes.rows[i];
        add_pair(t, ROW_SCORES, t->scores[t->record[i]], v->outcome);
        add_pair(t, ROW_CHANCE, 0.0, v->outcome);
        add_pair(t, ROW_GENERATOR, fit.theta[v->a] - fit.theta[v->b], v->outcome);
        add_pair(t, ROW_LENGTH, t->lengths[i], v->outcome);
    }
    for (int row = 0; row < N_ROWS && !code; row++) {
        code = attune_calibrate(t->pairs[row], t->n_pairs[row], ties, &t->result[row], err);
    }
    attune_bt_fit_release(&fit);
    return code;
}

static void print_table(struct attune_buf *out, const struct trial *t)
{
    attune_buf_addf(out, "%-20s %9s %-15s %6s %7s %7s %7s %6s\n", "", "accuracy", "95 % interval",
                    "AUC", "NLL", "Brier", "ECE", "n");
    for (int row = 0; row < N_ROWS; row++) {
        const struct attune_calibration *c = &t->result[row];
        if (c->n == 0) {
            attune_buf_addf(out, "%-20s %9s  not in the data\n", row_names[row], "-");
            continue;
        }
        attune_buf_addf(out, "%-20s %9.4f %6.4f..%-7.4f %6.4f", row_names[row], c->accuracy,
                        c->accuracy_low, c->accuracy_high, c->auc);
        if (row == ROW_SCORES || row == ROW_GENERATOR) {
            attune_buf_addf(out, " %7.4f %7.4f %7.4f", c->nll, c->brier, c->ece);
        } else {
            attune_buf_addf(out, " %7s %7s %7s", "-", "-", "-");
        }
        attune_buf_addf(out, " %6zu\n", c->n);
    }
    attune_buf_addf(
        out,
        "\n%zu votes, %llu ties, %llu both bad. Generator identity is Bradley-Terry on the "
        "names,\nfitted on these votes: scores below it know less than who made the clip.\n",
        t->n_votes, (unsigned long long)t->ballot.n_ties, (unsigned long long)t->ballot.n_both_bad);
}

static void print_json(struct attune_buf *out, const struct trial *t)
{
    attune_buf_addf(out, "{\"n_votes\": %zu, \"rows\": [", t->n_votes);
    for (int row = 0; row < N_ROWS; row++) {
        const struct attune_calibration *c = &t->result[row];
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
        attune_buf_addf(out, "%s\n  {\"name\": \"%s\", \"n\": %zu, \"n_ties\": %zu", row ? "," : "",
                        row_names[row], c->n, c->n_ties);
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            attune_buf_addf(out, ", \"%s\": ", numbers[i].key);
            attune_buf_add_double(out, numbers[i].value);
        }
        attune_buf_add(out, "}");
    }
    attune_buf_add(out, "\n]}\n");
}

static enum attune_code test(const struct options *o, const char *path, struct attune_err *err)
{
    struct trial t = {.options = o, .ballot = {.axis = o->axis, .n_merge = SIZE_MAX}};
    struct attune_prefs_account account;
    struct attune_buf out = ATTUNE_BUF_INIT;
    enum attune_code code = read_scores(&t, path, err);
    code = code ? code : attune_prefs_read(path, o->from, take_vote, &t, &account, err);
    code = code ? code : measure(&t, err);
    if (!code) {
        if (strcmp(o->format, "json") == 0) {
            print_json(&out, &t);
        } else {
            print_table(&out, &t);
        }
        fputs(attune_buf_text(&out), stdout);
    }
    attune_buf_release(&out);
    for (int row = 0; row < N_ROWS; row++) {
        attune_release(t.pairs[row]);
    }
    attune_release(t.scores);
    attune_release(t.lines);
    attune_release(t.lengths);
    attune_release(t.record);
    attune_ballot_release(&t.ballot);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    if (strcmp(args[0], "test") != 0) {
        return attune_fail(err, ATTUNE_E_USAGE, "`attune reward %s`: allowed is test", args[0]);
    }
    return test(options, args[1], err);
}

const struct attune_command attune_command_reward = {
    .name = "reward",
    .usage = "test FILE",
    .summary = "test a reward model's scores against human votes",
    .details =
        "FILE holds votes in one of the formats of `attune prefs`, with the two clips' scores in\n"
        "fields of their own.\n\n"
        "Example:\n"
        "  attune reward test scored.csv --score-a clap_a --score-b clap_b",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
