/* Reads ratings and scores record by record, whatever their layout. */
#include "harness/prefs/ratings.h"

#include <math.h>

#include "harness/prefs/id_set.h"
#include "harness/prefs/rating_formats.h"

enum { MAX_RATERS = 1000 };

struct reading {
    const char *path;
    const struct attune_rating_format *format;
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
    const struct attune_rating_format *f = in->format;
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
    for (size_t i = 0; i < ATTUNE_RATING_AXES && in->format->axes[i] && !code; i++) {
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
    for (size_t i = 0; i < ATTUNE_RATING_AXES && in->format->axes[i] && !code; i++) {
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
        json_object_foreach(raters, name, axes)
        {
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
    if (!attune_rating_is_number(text)) {
        char what[80];
        snprintf(what, sizeof what, "is '%.40s', no number", text);
        return bad(in, column, what, err);
    }
    return take_value(in, rating, strtod(text, NULL), err);
}

static enum attune_code take_columns(struct reading *in, struct attune_rating *rating,
                                     struct attune_err *err)
{
    const struct attune_rating_format *f = in->format;
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0;
         f->layout == ATTUNE_RATING_COLUMNS && i < ATTUNE_RATING_AXES && f->axes[i] && !code; i++) {
        code = take_column(in, rating, f->axes[i], err);
    }
    const char *field;
    for (size_t i = 0; f->layout == ATTUNE_RATING_WIDE && !code &&
                       (field = attune_records_field(in->records, i)) != NULL;
         i++) {
        code = attune_rating_describes(f, field) ? ATTUNE_OK : take_column(in, rating, field, err);
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
    if (in->format->naming == ATTUNE_RATING_FOLDER) {
        folder_of(rating->item, &in->system);
        stem_of(rating->item, &in->prompt);
    } else if (in->format->naming == ATTUNE_RATING_MOS_NAME) {
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
    const char *key = attune_records_key(in->records),
               *field = attune_rating_item_field(in->format, in->records);
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
    case ATTUNE_RATING_LISTS:
        code = take_lists(in, &rating, err);
        break;
    case ATTUNE_RATING_RATERS:
        code = take_raters(in, &rating, err);
        break;
    case ATTUNE_RATING_COLUMNS:
    case ATTUNE_RATING_WIDE:
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
    in.format = attune_rating_format_find(name);
    enum attune_code code = in.format->naming == ATTUNE_RATING_MOS_NAME
                                ? attune_records_open_named(&in.records, path, attune_mos_columns,
                                                            ATTUNE_MOS_COLUMNS, err)
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
