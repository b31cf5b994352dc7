/* The table of samples and features, whatever it was loaded from. */
#include "harness/reward/items.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/metric.h"

void attune_items_release(struct attune_items *items)
{
    attune_names_release(&items->features);
    attune_release(items->version);
    attune_release(items->x);
    *items = (struct attune_items){0};
}

enum attune_code attune_items_make_rows(struct attune_items *items, struct attune_err *err)
{
    const size_t n = items->names->n * items->features.n;
    items->x = attune_alloc_aligned(items->names->n, items->features.n * sizeof *items->x);
    items->version = attune_alloc(items->features.n, sizeof *items->version);
    if (!items->x || !items->version) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for features of %zu samples",
                           items->names->n);
    }
    for (size_t i = 0; i < n; i++) {
        items->x[i] = NAN;
    }
    for (size_t k = 0; k < items->features.n; k++) {
        const struct attune_metric *metric = attune_metric_find(items->features.name[k]);
        items->version[k] = metric ? metric->version : 0;
    }
    return ATTUNE_OK;
}

bool attune_items_complete(const struct attune_items *items, size_t item)
{
    const size_t d = items->features.n;
    for (size_t k = 0; k < d; k++) {
        if (!isfinite(items->x[item * d + k])) {
            return false;
        }
    }
    return d > 0;
}

static bool found(const struct attune_items *items, size_t item)
{
    const size_t d = items->features.n;
    for (size_t k = 0; k < d; k++) {
        if (isfinite(items->x[item * d + k])) {
            return true;
        }
    }
    return false;
}

/* Keeps feature k at position to of every row; rows stay d wide until all have moved. */
static void compact(struct attune_items *items, const bool *keep, size_t n_kept)
{
    const size_t d = items->features.n;
    float *to = items->x;
    for (size_t i = 0; i < items->names->n; i++) {
        for (size_t k = 0; k < d; k++) {
            if (keep[k]) {
                *to++ = items->x[i * d + k];
            }
        }
    }
    struct attune_names kept = {0};
    for (size_t k = 0; k < d; k++) {
        if (keep[k]) {
            items->version[kept.n] = items->version[k];
            attune_names_add(&kept, items->features.name[k]);
        }
    }
    if (kept.n == n_kept) { /* else out of memory: nothing is left */
        attune_names_release(&items->features);
        items->features = kept;
    } else {
        attune_names_release(&kept);
        attune_names_release(&items->features);
    }
}

void attune_items_thin(struct attune_items *items, double share, struct attune_buf *dropped)
{
    const size_t d = items->features.n;
    bool *keep = attune_alloc(d, sizeof *keep);
    size_t n_found = 0, n_kept = 0;
    for (size_t i = 0; i < items->names->n; i++) {
        n_found += found(items, i);
    }
    for (size_t k = 0; keep && k < d; k++) {
        size_t n = 0;
        for (size_t i = 0; i < items->names->n; i++) {
            n += isfinite(items->x[i * d + k]);
        }
        keep[k] = n > 0 && (double)n >= share * (double)n_found;
        n_kept += keep[k];
        if (!keep[k] && dropped) {
            attune_buf_addf(dropped, "%s%s", dropped->n_bytes ? ", " : "",
                            items->features.name[k]);
        }
    }
    if (keep && n_kept < d) {
        compact(items, keep, n_kept);
    }
    attune_release(keep);
}

static bool is_tail(const char *path, const char *tail)
{
    const size_t n = strlen(path), m = strlen(tail);
    return m < n && path[n - m - 1] == '/' && strcmp(path + n - m, tail) == 0;
}

size_t attune_items_match(const struct attune_names *names, const char *path)
{
    size_t match = attune_names_find(names, path);
    for (const char *at = strchr(path, '/'); at && match == SIZE_MAX; at = strchr(at + 1, '/')) {
        match = attune_names_find(names, at + 1); /* the longest end that is a name */
    }
    for (size_t i = 0; i < names->n && match == SIZE_MAX; i++) {
        if (is_tail(names->name[i], path)) {
            match = i;
        }
    }
    for (size_t i = match + 1; match != SIZE_MAX && i < names->n; i++) {
        if (is_tail(names->name[match], path) && is_tail(names->name[i], path)) {
            return SIZE_MAX;
        }
    }
    return match;
}
