/* The table of formats, and which one a file is in. */
#include "harness/prefs/rating_formats.h"

#include <math.h>

#include "harness/prefs/ratings.h"

static const struct attune_rating_format formats[] = {
    {.name = "ratings",
     .layout = ATTUNE_RATING_WIDE,
     .lo = -HUGE_VAL,
     .hi = HUGE_VAL,
     .items = {"item", "path", "file", "file_name", "filename", "name"}},
    {.name = "songeval",
     .layout = ATTUNE_RATING_RATERS,
     .items = {"file_name"},
     .raters = "annotation",
     .axes = {"Coherence", "Musicality", "Memorability", "Clarity", "Naturalness"},
     .lo = 1,
     .hi = 5},
    {.name = "audiobox",
     .layout = ATTUNE_RATING_LISTS,
     .naming = ATTUNE_RATING_FOLDER,
     .items = {"data_path"},
     .lo = 0,
     .hi = 10,
     .axes = {"Production_Quality", "Production_Complexity", "Content_Enjoyment",
              "Content_Usefulness"}},
    {.name = "mos-list",
     .layout = ATTUNE_RATING_COLUMNS,
     .naming = ATTUNE_RATING_MOS_NAME,
     .items = {"item"},
     .axes = {"overall", "textual"},
     .lo = 1,
     .hi = 5},
    {.name = "scores",
     .layout = ATTUNE_RATING_WIDE,
     .lo = -HUGE_VAL,
     .hi = HUGE_VAL,
     .is_score = true,
     .items = {"path", "item", "file", "file_name", "filename", "data_path"}},
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

const char *const attune_mos_columns[ATTUNE_MOS_COLUMNS] = {"item", "overall", "textual"};

/* Fields of WIDE that describe the item. */
static const char *const described[] = {"system", "model", "prompt", "rater", "line", "id"};

void attune_ratings_formats(struct attune_buf *out)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        attune_buf_addf(out, "%s%s", i ? ", " : "", formats[i].name);
    }
}

const struct attune_rating_format *attune_rating_format_find(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

const char *attune_rating_item_field(const struct attune_rating_format *f,
                                     const struct attune_records *r)
{
    for (size_t i = 0; i < ATTUNE_RATING_ITEM_FIELDS && f->items[i]; i++) {
        if (attune_records_has(r, f->items[i])) {
            return f->items[i];
        }
    }
    return NULL;
}

bool attune_rating_is_number(const char *text)
{
    char *end;
    return isfinite(strtod(text, &end)) && text[0] && !*end;
}

/* A MOS list has no header: its first row is an item and two numbers. */
static bool is_mos_list(const struct attune_records *r)
{
    const char *first = attune_records_field(r, 0), *second = attune_records_field(r, 1),
               *third = attune_records_field(r, 2);
    return third && !attune_records_field(r, 3) && strstr(first, ".wav") &&
           attune_rating_is_number(second) && attune_rating_is_number(third);
}

/* The columns Audiobox-Aesthetics writes; its rows name no file unless its user adds one. */
static bool is_audiobox_scores(const struct attune_records *r)
{
    return attune_records_has(r, "CE") && attune_records_has(r, "CU") &&
           attune_records_has(r, "PC") && attune_records_has(r, "PQ");
}

static bool fits(const struct attune_rating_format *f, const struct attune_records *r)
{
    bool fit =
        attune_rating_item_field(f, r) != NULL && (!f->raters || attune_records_has(r, f->raters));
    for (size_t i = 0; i < ATTUNE_RATING_AXES && f->axes[i] && f->layout != ATTUNE_RATING_RATERS;
         i++) {
        fit = fit && attune_records_has(r, f->axes[i]);
    }
    return fit;
}

const char *attune_ratings_recognise(const char *path, const char *format)
{
    if (format) {
        const struct attune_rating_format *f = attune_rating_format_find(format);
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
            found = formats[i].layout != ATTUNE_RATING_WIDE && fits(&formats[i], r)
                        ? formats[i].name
                        : NULL;
        }
        found = found                      ? found
                : is_mos_list(r)           ? "mos-list"
                : is_audiobox_scores(r)    ? "scores"
                : attune_records_key(r)[0] ? "scores"
                                           : NULL;
    } else if (is_mos_list(r)) {
        found = "mos-list"; /* of a single row, taken for the header */
    }
    attune_records_close(r);
    return found;
}

bool attune_rating_describes(const struct attune_rating_format *f, const char *field)
{
    for (size_t i = 0; i < ATTUNE_RATING_ITEM_FIELDS && f->items[i]; i++) {
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
