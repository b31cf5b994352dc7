/* The formats of published ratings and scores as one table, and the reader that walks it. */
#include "harness/prefs/ratings.h"

#include <math.h>

#include "harness/prefs/id_set.h"
#include "harness/prefs/record_reader.h"

enum { MAX_AXES = 5, MAX_RATERS = 1000 };

/* How the ratings of a record are laid out. */
enum layout {
    LISTS,   /* a list of numbers per axis, one per rater */
    RATERS,  /* one field with an object of axes per rater */
    COLUMNS, /* a number per axis */
    WIDE,    /* every field that does not describe the item is an axis */
};

/* Where the generator's name is to be had. */
enum naming { NAMED, FOLDER, MOS_NAME };

static const struct format {
    const char *name;
    enum layout layout;
    enum naming naming;
    const char *items[6];        /* fields that may name the item */
    const char *raters;          /* RATERS: the field */
    const char *axes[MAX_AXES];  /* not for WIDE; MOS: the columns of a file without header */
    double lo, hi;
    bool is_score;
} formats[] = {
    {.name = "ratings", .layout = WIDE, .lo = -HUGE_VAL, .hi = HUGE_VAL,
     .items = {"item", "path", "file", "file_name", "filename", "name"}},
    {.name = "songeval", .layout = RATERS, .items = {"file_name"}, .raters = "annotation",
     .axes = {"Coherence", "Musicality", "Memorability", "Clarity", "Naturalness"}, .lo = 1,
     .hi = 5},
    {.name = "audiobox", .layout = LISTS, .naming = FOLDER, .items = {"data_path"}, .lo = 0,
     .hi = 10,
     .axes = {"Production_Quality", "Production_Complexity", "Content_Enjoyment",
              "Content_Usefulness"}},
    {.name = "mos-list", .layout = COLUMNS, .naming = MOS_NAME, .items = {"item"},
     .axes = {"overall", "textual"}, .lo = 1, .hi = 5},
    {.name = "scores", .layout = WIDE, .lo = -HUGE_VAL, .hi = HUGE_VAL, .is_score = true,
     .items = {"path", "item", "file", "file_name", "filename", "data_path"}},
};
enum { N_FORMATS = sizeof formats / sizeof *formats, N_ITEM_FIELDS = 6 };
static const char *const mos_columns[] = {"item", "overall", "textual"};

/* Fields of WIDE that describe the item. */
static const char *const described[] = {"system", "model", "prompt", "rater", "line", "id"};

void attune_ratings_formats(struct attune_buf *out)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        attune_buf_addf(out, "%s%s", i ? ", " : "", formats[i].name);
    }
}

static const struct format *find_format(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static const char *item_field(const struct format *f, const struct attune_records *r)
{
    for (size_t i = 0; i < N_ITEM_FIELDS && f->items[i]; i++) {
        if (attune_records_has(r, f->items[i])) {
            return f->items[i];
        }
    }
    return NULL;
}

static bool is_number(const char *text)
{
    char *end;
    return isfinite(strtod(text, &end)) && text[0] && !*end;
}

/* A MOS list has no header: its first row is an item and two numbers. */
static bool is_mos_list(const struct attune_records *r)
{
    const char *first = attune_records_field(r, 0), *second = attune_records_field(r, 1),
               *third = attune_records_field(r, 2);
    return third && !attune_records_field(r, 3) && strstr(first, ".wav") && is_number(second) &&
           is_number(third);
}

/* The columns Audiobox-Aesthetics writes; its rows name no file unless its user adds one. */
static bool is_audiobox_scores(const struct attune_records *r)
{
    return attune_records_has(r, "CE") && attune_records_has(r, "CU") &&
           attune_records_has(r, "PC") && attune_records_has(r, "PQ");
}

static bool fits(const struct format *f, const struct attune_records *r)
{
    bool fit = item_field(f, r) != NULL && (!f->raters || attune_records_has(r, f->raters));
    for (size_t i = 0; i < MAX_AXES && f->axes[i] && f->layout != RATERS; i++) {
        fit = fit && attune_records_has(r, f->axes[i]);
    }
    return fit;
}

const char *attune_ratings_recognise(const char *path, const char *format)
{
    if (format) {
        const struct format *f = find_format(format);
        return f ? f->name : NULL;
    }
    struct attune_records *r;
    bool has_record = false;
    const char *found = NULL;
    if (attune_records_open(&r, path, NULL)) {
        return NULL;
    }
    if (attune_records_next(r, &has_record, NULL) == ATTUNE_OK && has_record) {
        for (size_t i = 0; i < N_FORMATS && !found; i++) {
            found = formats[i].layout != WIDE && fits(&formats[i], r) ? formats[i].name : NULL;
        }
        found = found                   ? found
                : is_mos_list(r)        ? "mos-list"
                : is_audiobox_scores(r) ? "scores"
                : attune_records_key(r)[0] ? "scores"
                                        : NULL;
    } else if (is_mos_list(r)) {
        found = "mos-list"; /* of a single row, taken for the header */
    }
    attune_records_close(r);
    return found;
}

struct reading {
    const char *path;
    const struct format *format;
    struct attune_records *records;
    struct attune_id_set seen;
    attune_rating_fn *take;
    void *context;
    struct attune_ratings_account *account;
    struct attune_buf system, prompt, rater; /* made from names */
};

static enum attune_code bad(const struct reading *in, const char *axis, const char *what,
                            struct attune_err *err)
{
    const struct format *f = in->format;
    attune_fail_at(err, ATTUNE_E_INPUT, in->path, attune_records_line(in->records), "'%s' %s", axis,
                   what);
    if (isfinite(f->lo)) {
        attune_err_hint(err, "format %s takes numbers from %g to %g", f->name, f->lo, f->hi);
    }
    return ATTUNE_E_INPUT;
}

static enum attune_code take_value(struct reading *in, struct attune_rating *rating, double value,
                                   struct attune_err *err)
{
    if (!isfinite(value) || value < in->format->lo || value > in->format->hi) {
        char what[64];
        snprintf(what, sizeof what, "is %g, off its scale", value);
        return bad(in, rating->axis, what, err);
    }
    rating->value = value;
    in->account->n_ratings++;
    return in->take(in->context, rating, err);
}

static const char *rater_name(struct reading *in, size_t rater)
{
    attune_buf_reset(&in->rater);
    attune_buf_addf(&in->rater, "%zu", rater + 1);
    return attune_buf_text(&in->rater);
}

static void count_raters(struct attune_ratings_account *account, uint64_t n)
{
    account->raters_low = account->raters_low && account->raters_low < n ? account->raters_low : n;
    account->raters_high = account->raters_high > n ? account->raters_high : n;
}

static enum attune_code take_lists(struct reading *in, struct attune_rating *rating,
                                   struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < MAX_AXES && in->format->axes[i] && !code; i++) {
        const json_t *list = attune_records_json(in->records, in->format->axes[i]);
        const size_t n = json_array_size(list);
        rating->axis = in->format->axes[i];
        if (n == 0 || n > MAX_RATERS) {
            return bad(in, rating->axis, "must be a list of ratings", err);
        }
        for (size_t k = 0; k < n && !code; k++) {
            const json_t *value = json_array_get(list, k);
            rating->rater = rater_name(in, k);
            code = json_is_number(value)
                       ? take_value(in, rating, json_number_value(value), err)
                       : bad(in, rating->axis, "holds something that is no number", err);
        }
        count_raters(in->account, n);
    }
    return code;
}

static enum attune_code take_rater(struct reading *in, struct attune_rating *rating,
                                   const json_t *axes, struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < MAX_AXES && in->format->axes[i] && !code; i++) {
        const json_t *value = json_object_get(axes, in->format->axes[i]);
        rating->axis = in->format->axes[i];
        code = json_is_number(value)
                   ? take_value(in, rating, json_number_value(value), err)
                   : bad(in, rating->axis, "is missing for a rater, or no number", err);
    }
    return code;
}

static enum attune_code take_raters(struct reading *in, struct attune_rating *rating,
                                    struct attune_err *err)
{
    enum attune_code code = ATTUNE_OK;
    json_t *raters = (json_t *)attune_records_json(in->records, in->format->raters), *axes;
    const size_t n = json_is_object(raters) ? json_object_size(raters) : json_array_size(raters);
    if (n == 0 || n > MAX_RATERS) {
        return bad(in, in->format->raters, "must hold the ratings of one or more raters", err);
    }
    if (json_is_object(raters)) {
        const char *name;
        json_object_foreach(raters, name, axes) {
            rating->rater = name;
            code = code ? code : take_rater(in, rating, axes, err);
        }
    } else {
        for (size_t k = 0; k < n && !code; k++) {
            rating->rater = rater_name(in, k);
            code = take_rater(in, rating, json_array_get(raters, k), err);
        }
    }
    count_raters(in->account, n);
    return code;
}

static enum attune_code take_column(struct reading *in, struct attune_rating *rating,
                                    const char *column, struct attune_err *err)
{
    const char *text = attune_records_get(in->records, column);
    rating->axis = column;
    if (!text[0]) {
        in->account->n_empty++;
        return ATTUNE_OK;
    }
    if (!is_number(text)) {
        char what[80];
        snprintf(what, sizeof what, "is '%.40s', no number", text);
        return bad(in, column, what, err);
    }
    return take_value(in, rating, strtod(text, NULL), err);
}

static bool describes(const struct format *f, const char *field)
{
    for (size_t i = 0; i < N_ITEM_FIELDS && f->items[i]; i++) {
        if (strcmp(f->items[i], field) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof described / sizeof *described; i++) {
        if (strcmp(described[i], field) == 0) {
            return true;
        }
    }
    return false;
}

static enum attune_code take_columns(struct reading *in, struct attune_rating *rating,
                                     struct attune_err *err)
{
    const struct format *f = in->format;
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; f->layout == COLUMNS && i < MAX_AXES && f->axes[i] && !code; i++) {
        code = take_column(in, rating, f->axes[i], err);
    }
    const char *field;
    for (size_t i = 0; f->layout == WIDE && !code &&
                       (field = attune_records_field(in->records, i)) != NULL; i++) {
        code = describes(f, field) ? ATTUNE_OK : take_column(in, rating, field, err);
    }
    return code;
}

/* The part of a path between its last two slashes; "" where there is none. */
static void folder_of(const char *path, struct attune_buf *out)
{
    const char *end = strrchr(path, '/'), *begin = end;
    while (begin && begin > path && begin[-1] != '/') {
        begin--;
    }
    if (end) {
        attune_buf_add_bytes(out, begin, (size_t)(end - begin));
    }
}

static void stem_of(const char *path, struct attune_buf *out)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    attune_buf_add_bytes(out, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* "...S008_P008.wav": system S008, prompt P008. */
static bool split_mos_name(const char *name, struct attune_buf *system, struct attune_buf *prompt)
{
    for (const char *at = name; *at; at++) {
        int n = 0;
        unsigned s, p;
        if (sscanf(at, "S%9u_P%9u%n", &s, &p, &n) == 2 && n > 0) {
            const char *underscore = strchr(at, '_');
            attune_buf_add_bytes(system, at, (size_t)(underscore - at));
            attune_buf_add_bytes(prompt, underscore + 1, (size_t)(at + n - underscore - 1));
            return true;
        }
    }
    return false;
}

/* System and prompt of the record, from fields or from the item's name. */
static enum attune_code name_item(struct reading *in, struct attune_rating *rating,
                                  struct attune_err *err)
{
    attune_buf_reset(&in->system);
    attune_buf_reset(&in->prompt);
    if (in->format->naming == FOLDER) {
        folder_of(rating->item, &in->system);
        stem_of(rating->item, &in->prompt);
    } else if (in->format->naming == MOS_NAME) {
        if (!split_mos_name(rating->item, &in->system, &in->prompt)) {
            return attune_fail_at(err, ATTUNE_E_INPUT, in->path, rating->line,
                                  "'%.80s' names no system and prompt, as S008_P008 does",
                                  rating->item);
        }
    } else {
        const bool model = !attune_records_has(in->records, "system");
        attune_buf_add(&in->system, attune_records_get(in->records, model ? "model" : "system"));
        attune_buf_add(&in->prompt, attune_records_get(in->records, "prompt"));
    }
    rating->system = attune_buf_text(&in->system);
    rating->prompt = attune_buf_text(&in->prompt);
    return in->system.failed || in->prompt.failed
               ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
               : ATTUNE_OK;
}

static enum attune_code check_once(struct reading *in, const struct attune_rating *rating,
                                   struct attune_err *err)
{
    struct attune_buf id = ATTUNE_BUF_INIT;
    attune_buf_addf(&id, "%s\n%s", rating->item, rating->rater);
    const int added = id.failed ? -1 : attune_id_set_add(&in->seen, attune_buf_text(&id));
    attune_buf_release(&id);
    return added > 0   ? ATTUNE_OK
           : added < 0 ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                       : attune_fail_at(err, ATTUNE_E_INPUT, in->path, rating->line,
                                        "'%.80s' occurs a second time", rating->item);
}

static enum attune_code take_record(struct reading *in, struct attune_err *err)
{
    const char *key = attune_records_key(in->records), *field = item_field(in->format, in->records);
    struct attune_rating rating = {.line = attune_records_line(in->records),
                                   .rater = attune_records_get(in->records, "rater"),
                                   .is_score = in->format->is_score};
    rating.item = field ? attune_records_get(in->records, field) : key;
    if (!rating.item[0]) {
        attune_fail_at(err, ATTUNE_E_INPUT, in->path, rating.line,
                       "the record does not say which file it is about");
        attune_err_hint(err, "format %s wants it in the field '%s'; no row is matched by order",
                        in->format->name, in->format->items[0]);
        return ATTUNE_E_INPUT;
    }
    enum attune_code code = check_once(in, &rating, err);
    code = code ? code : name_item(in, &rating, err);
    if (code) {
        return code;
    }
    const uint64_t before = in->account->n_ratings;
    switch (in->format->layout) {
    case LISTS:
        code = take_lists(in, &rating, err);
        break;
    case RATERS:
        code = take_raters(in, &rating, err);
        break;
    case COLUMNS:
    case WIDE:
        code = take_columns(in, &rating, err);
        break;
    }
    if (!code && in->account->n_ratings == before) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, in->path, rating.line, "no rating of '%.80s'",
                              rating.item);
    }
    return code;
}

static enum attune_code read_all(struct reading *in, struct attune_err *err)
{
    bool has_record = true;
    enum attune_code code = ATTUNE_OK;
    while (!code && has_record) {
        code = attune_records_next(in->records, &has_record, err);
        if (!code && has_record) {
            in->account->n_rows++;
            code = take_record(in, err);
        }
    }
    return code;
}

enum attune_code attune_ratings_read(const char *path, const char *format, attune_rating_fn *take,
                                     void *context, struct attune_ratings_account *account,
                                     struct attune_err *err)
{
    const char *name = attune_ratings_recognise(path, format);
    struct reading in = {.path = path, .take = take, .context = context, .account = account};
    *account = (struct attune_ratings_account){.format = name};
    if (!name) {
        attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no format of ratings fits");
        attune_err_hint(err, "name it: --from ratings for people's, --from scores for a program's");
        return ATTUNE_E_INPUT;
    }
    in.format = find_format(name);
    enum attune_code code = in.format->naming == MOS_NAME
                                ? attune_records_open_named(&in.records, path, mos_columns, 3, err)
                                : attune_records_open(&in.records, path, err);
    code = code ? code : read_all(&in, err);
    if (!code && account->n_rows == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no ratings in the file");
    }
    attune_id_set_release(&in.seen);
    attune_buf_release(&in.system);
    attune_buf_release(&in.prompt);
    attune_buf_release(&in.rater);
    attune_records_close(in.records);
    return code;
}
