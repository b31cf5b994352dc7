/* Reads prompts with several acceptable answers, and sets scores against them. */
#include "harness/reward/groups.h"

#include <math.h>

#include "base/mem.h"
#include "harness/prefs/record_reader.h"

void attune_groups_release(struct attune_groups *g)
{
    attune_names_release(&g->fields);
    attune_names_release(&g->subjects);
    attune_names_release(&g->items);
    attune_release(g->answers);
    attune_release(g->score);
    *g = (struct attune_groups){0};
}

struct reading {
    struct attune_groups *g;
    struct attune_records *records;
    const char *path;
};

static enum attune_code wrong(const struct reading *r, const char *field, const char *text,
                              const char *allowed, struct attune_err *err)
{
    return attune_fail_at(err, ATTUNE_E_INPUT, r->path, attune_records_line(r->records),
                          "'%s' is '%.60s', not %s", field, text, allowed);
}

static bool word_in(const char *word, const char *const *list)
{
    while (*list && strcmp(*list, word) != 0) {
        list++;
    }
    return *list != NULL;
}

static enum attune_code add_answer(const struct reading *r, const char *subject, const char *item,
                                   bool tied, bool right, struct attune_err *err)
{
    struct attune_groups *g = r->g;
    void *answers = g->answers, *score = g->score;
    if (!subject[0] || !item[0]) {
        return attune_fail_at(err, ATTUNE_E_INPUT, r->path, attune_records_line(r->records),
                              "an answer without %s", subject[0] ? "path" : "subject");
    }
    const size_t s = attune_names_add(&g->subjects, subject);
    const size_t i = attune_names_add(&g->items, item);
    if (s == SIZE_MAX || i == SIZE_MAX ||
        !attune_grow(&answers, &g->capacity, g->n, sizeof *g->answers)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for answers");
    }
    g->answers = answers;
    if (g->fields.n &&
        !attune_grow(&score, &g->score_capacity, g->n, g->fields.n * sizeof *g->score)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for scores");
    }
    g->score = score;
    g->answers[g->n++] = (struct attune_answer){(uint32_t)s, (uint32_t)i, tied, right};
    return ATTUNE_OK;
}

/* ---- one answer per record */

static enum attune_code read_answer(const struct reading *r, struct attune_err *err)
{
    static const char *const yes[] = {"1", "true", "right", "yes", NULL};
    static const char *const no[] = {"0", "false", "wrong", "no", NULL};
    static const char *const needed[] = {"subject", "set", "right", "path"};
    char text[4][1024];
    for (size_t i = 0; i < 4; i++) {
        if (!attune_records_has(r->records, needed[i])) {
            attune_fail_at(err, ATTUNE_E_INPUT, r->path, attune_records_line(r->records),
                           "no field '%s'", needed[i]);
            attune_err_hint(err, "an answer has subject, set (ref or tied), right (1 or 0), path; "
                                 "a prompt has id (ref:NAME or tied:NAME), chosen, rejected");
            return ATTUNE_E_INPUT;
        }
        snprintf(text[i], sizeof text[i], "%s", attune_records_get(r->records, needed[i]));
    }
    const bool tied = strcmp(text[1], "tied") == 0, right = word_in(text[2], yes);
    if (!tied && strcmp(text[1], "ref") != 0) {
        return wrong(r, "set", text[1], "ref or tied", err);
    }
    if (!right && !word_in(text[2], no)) {
        return wrong(r, "right", text[2], "1 or 0", err);
    }
    enum attune_code code = add_answer(r, text[0], text[3], tied, right, err);
    for (size_t k = 0; k < r->g->fields.n && !code; k++) {
        const char *field = r->g->fields.name[k], *number = attune_records_get(r->records, field);
        char *end;
        if (!attune_records_has(r->records, field)) {
            attune_fail_at(err, ATTUNE_E_INPUT, r->path, attune_records_line(r->records),
                           "no field '%s'", field);
            attune_err_hint(err, "--score names the fields that hold scores, --model a model");
            return ATTUNE_E_INPUT;
        }
        const double value = strtod(number, &end);
        code = !number[0] || *end || !isfinite(value) ? wrong(r, field, number, "a number", err)
                                                      : ATTUNE_OK;
        r->g->score[(r->g->n - 1) * r->g->fields.n + k] = value;
    }
    return code;
}

/* ---- one prompt per record */

static enum attune_code read_list(const struct reading *r, const char *subject, bool tied,
                                  const char *key, struct attune_err *err)
{
    const json_t *list = attune_records_json(r->records, key);
    const size_t n = json_array_size(list);
    enum attune_code code = ATTUNE_OK;
    if (n == 0) {
        return wrong(r, key, "", "a list of paths", err);
    }
    for (size_t i = 0; i < n && !code; i++) {
        const char *item = json_string_value(json_array_get(list, i));
        code = add_answer(r, subject, item ? item : "", tied, strcmp(key, "chosen") == 0, err);
    }
    return code;
}

static enum attune_code read_prompt(const struct reading *r, struct attune_err *err)
{
    struct attune_groups *g = r->g;
    const char *id = attune_records_get(r->records, "id");
    const bool tied = strncmp(id, "tied:", 5) == 0;
    const size_t first = g->n;
    if (!tied && strncmp(id, "ref:", 4) != 0) {
        return wrong(r, "id", id, "ref:NAME or tied:NAME", err);
    }
    const char *subject = strchr(id, ':') + 1;
    enum attune_code code = read_list(r, subject, tied, "chosen", err);
    code = code ? code : read_list(r, subject, tied, "rejected", err);
    for (size_t k = 0; k < g->fields.n && !code; k++) {
        const json_t *list = attune_records_json(r->records, g->fields.name[k]);
        if (json_array_size(list) != g->n - first) {
            return wrong(r, g->fields.name[k], "another number of scores",
                         "one per answer, chosen first", err);
        }
        for (size_t i = first; i < g->n && !code; i++) {
            const json_t *value = json_array_get(list, i - first);
            code = json_is_number(value)
                       ? code
                       : wrong(r, g->fields.name[k], "", "a list of numbers", err);
            g->score[i * g->fields.n + k] = json_number_value(value);
        }
    }
    return code;
}

/* ---- both */

/* Answers of a subject's prompts: [tied][right]. */
typedef size_t tally[2][2];

static enum attune_code check(const struct attune_groups *g, const char *path,
                              struct attune_err *err)
{
    tally *count = attune_alloc(g->subjects.n, sizeof *count);
    enum attune_code code =
        count ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for subjects");
    for (size_t i = 0; i < g->n && !code; i++) {
        count[g->answers[i].subject][g->answers[i].tied][g->answers[i].right]++;
    }
    for (size_t s = 0; s < g->subjects.n && !code; s++) {
        const size_t *ref = count[s][0], *tied = count[s][1];
        if (ref[1] != 1 || ref[0] < 1 || tied[1] < 2 || tied[0] < 1) {
            code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0,
                                  "subject '%.80s' has %zu right and %zu wrong answers to its "
                                  "reference prompt, %zu and %zu to its tied one",
                                  g->subjects.name[s], ref[1], ref[0], tied[1], tied[0]);
            attune_err_hint(err, "a reference prompt has one right answer, a tied one several; "
                                 "both have wrong ones");
        }
    }
    attune_release(count);
    return code;
}

enum attune_code attune_groups_read(struct attune_groups *g, const char *path,
                                    struct attune_err *err)
{
    struct reading r = {.g = g, .path = path};
    bool has_record = true;
    enum attune_code code = attune_records_open(&r.records, path, err);
    while (!code && has_record) {
        code = attune_records_next(r.records, &has_record, err);
        if (!code && has_record) {
            code = attune_records_json(r.records, "chosen") ? read_prompt(&r, err)
                                                            : read_answer(&r, err);
        }
    }
    attune_records_close(r.records);
    if (!code && g->n == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no answers");
    }
    return code ? code : check(g, path, err);
}

/* A subject's scores, running. */
struct extent {
    double right_least[2], right_largest[2], wrong_largest[2]; /* [tied] */
};

enum attune_code attune_groups_gaps(const struct attune_groups *g, const double *score,
                                    struct attune_ties_subject *subject, bool *known,
                                    struct attune_err *err)
{
    struct extent *extent = attune_alloc(g->subjects.n, sizeof *extent);
    if (!extent) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for subjects");
    }
    for (size_t s = 0; s < g->subjects.n; s++) {
        known[s] = true;
        for (int tied = 0; tied < 2; tied++) {
            extent[s].right_least[tied] = INFINITY;
            extent[s].right_largest[tied] = extent[s].wrong_largest[tied] = -INFINITY;
        }
    }
    for (size_t i = 0; i < g->n; i++) {
        const struct attune_answer *a = &g->answers[i];
        struct extent *e = &extent[a->subject];
        known[a->subject] = known[a->subject] && isfinite(score[i]);
        if (a->right) {
            e->right_least[a->tied] = fmin(e->right_least[a->tied], score[i]);
            e->right_largest[a->tied] = fmax(e->right_largest[a->tied], score[i]);
        } else {
            e->wrong_largest[a->tied] = fmax(e->wrong_largest[a->tied], score[i]);
        }
    }
    for (size_t s = 0; s < g->subjects.n; s++) {
        const struct extent *e = &extent[s];
        subject[s] = (struct attune_ties_subject){
            .gap_ref = e->right_least[0] - e->wrong_largest[0],
            .gap_tied = e->right_least[1] - e->wrong_largest[1],
            .spread = e->right_largest[1] - e->right_least[1],
        };
    }
    attune_release(extent);
    return ATTUNE_OK;
}
