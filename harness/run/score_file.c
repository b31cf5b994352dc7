/* A file of scores, held by path. */
#include "harness/run/score_file.h"

#include "base/text.h"
#include "harness/prefs/names.h"
#include "harness/prefs/ratings.h"

struct entry {
    size_t item, axis;
    double value;
};

/* The entries of an item follow each other: the reader hands on a record at a time. */
struct attune_score_file {
    char *path;
    struct attune_names items, axes;
    struct entry *entries; /* (n,) */
    size_t n, capacity;
    size_t *first; /* (items.n,) its first entry */
    size_t first_capacity;
};

void attune_score_name_add(struct attune_buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                           (*c >= '0' && *c <= '9') || *c == '-';
        attune_buf_add_bytes(out, plain ? c : "_", 1);
    }
}

static enum attune_code keep(void *context, const struct attune_rating *rating,
                             struct attune_err *err)
{
    struct attune_score_file *f = context;
    const char *path = rating->item;
    while (strncmp(path, "./", 2) == 0) {
        path += 2;
    }
    const size_t n_items = f->items.n;
    const struct entry entry = {attune_names_add(&f->items, path),
                                attune_names_add(&f->axes, rating->axis), rating->value};
    if (entry.item == SIZE_MAX || entry.axis == SIZE_MAX ||
        !attune_grow((void **)&f->entries, &f->capacity, f->n, sizeof *f->entries) ||
        !attune_grow((void **)&f->first, &f->first_capacity, n_items, sizeof *f->first)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for scores");
    }
    if (entry.item == n_items) {
        f->first[n_items] = f->n;
    } else if (f->entries[f->n - 1].item != entry.item) {
        return attune_fail_at(err, ATTUNE_E_INPUT, f->path, rating->line, "'%s' stands twice",
                              rating->item);
    }
    f->entries[f->n++] = entry;
    return ATTUNE_OK;
}

enum attune_code attune_score_file_read(struct attune_score_file **out, const char *path,
                                        struct attune_err *err)
{
    struct attune_ratings_account account;
    struct attune_score_file *f = attune_alloc(1, sizeof *f);
    if (f) {
        f->path = attune_strdup(path);
    }
    enum attune_code code = f && f->path
                                ? attune_ratings_read(path, "scores", keep, f, &account, err)
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for scores");
    if (!code && f->n == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no scores");
    }
    if (code) {
        attune_score_file_free(f);
        return code;
    }
    *out = f;
    return ATTUNE_OK;
}

void attune_score_file_free(struct attune_score_file *f)
{
    if (f) {
        attune_release(f->path);
        attune_names_release(&f->items);
        attune_names_release(&f->axes);
        attune_release(f->entries);
        attune_release(f->first);
        attune_release(f);
    }
}

/* The path as seen from a folder that it lies in. */
static size_t find_below(const struct attune_score_file *f, const char *path, const char *folder)
{
    const size_t n = strlen(folder);
    return n && strncmp(path, folder, n) == 0 && path[n] == '/'
               ? attune_names_find(&f->items, path + n + 1)
               : SIZE_MAX;
}

enum attune_code attune_score_file_ask(const struct attune_score_file *f,
                                       const struct attune_score_question *question,
                                       struct attune_record *record, struct attune_err *err)
{
    size_t item = attune_names_find(&f->items, record->path);
    item = item != SIZE_MAX ? item : find_below(f, record->path, question->folder);
    item = item != SIZE_MAX ? item : find_below(f, record->path, record->files);
    if (item == SIZE_MAX) {
        return attune_fail_at(err, ATTUNE_E_INPUT, f->path, 0, "no scores of '%.300s'",
                              record->path);
    }
    enum attune_code code = ATTUNE_OK;
    for (size_t i = f->first[item]; i < f->n && f->entries[i].item == item && !code; i++) {
        struct attune_buf name = ATTUNE_BUF_INIT;
        attune_buf_addf(&name, "scorer.%s.", question->scorer_name);
        attune_score_name_add(&name, f->axes.name[f->entries[i].axis]);
        const struct attune_record_score score = {.name = attune_buf_text(&name),
                                                  .scorer = question->scorer,
                                                  .value = f->entries[i].value};
        if (name.failed || !attune_record_add(record, score)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
        }
        attune_buf_release(&name);
    }
    return code;
}
