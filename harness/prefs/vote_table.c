/* Preferences as rows of indices. */
#include "harness/prefs/vote_table.h"

#include <math.h>

#include "base/mem.h"

void attune_vote_table_release(struct attune_vote_table *table)
{
    attune_names_release(&table->items);
    attune_names_release(&table->models);
    attune_names_release(&table->prompts);
    attune_names_release(&table->raters);
    attune_names_release(&table->axes);
    attune_release(table->rows);
}

/* Civil months from days (Hinnant's algorithm, years from March). */
static int month_of_days(long days)
{
    const long z = days + 719468, era = z / 146097, day_of_era = z - era * 146097;
    const long year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const long day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const long march_month = (5 * day_of_year + 2) / 153;
    const long month = march_month < 10 ? march_month + 2 : march_month - 10;
    const long year = year_of_era + era * 400 + (month < 2);
    return (int)((year - 1970) * 12 + month);
}

int attune_month_of(const char *time)
{
    int year, month;
    char *end;
    if (sscanf(time, "%4d-%2d", &year, &month) == 2 && year >= 1970 && month >= 1 && month <= 12) {
        return (year - 1970) * 12 + month - 1;
    }
    const double seconds = strtod(time, &end);
    return time[0] && !*end && seconds >= 1e8 && seconds < 1e11
               ? month_of_days((long)(seconds / 86400.0))
               : -1;
}

static uint32_t item_index(struct attune_vote_table *table, const char *name, long line, char side)
{
    char own[48];
    snprintf(own, sizeof own, "line %ld %c", line, side);
    return (uint32_t)attune_names_add(&table->items, name[0] ? name : own);
}

enum attune_code attune_vote_table_take(void *context, const struct attune_preference *p,
                                        struct attune_err *err)
{
    struct attune_vote_table *table = context;
    if (table->axis && strcmp(table->axis, p->axis) != 0) {
        return ATTUNE_OK;
    }
    if (p->winner == ATTUNE_WINNER_BOTH_BAD) {
        table->n_both_bad++;
        return ATTUNE_OK;
    }
    void *items = table->rows;
    const size_t axis = attune_names_add(&table->axes, p->axis);
    if (axis != 0 && axis != SIZE_MAX && !table->all_axes) {
        attune_fail(err, ATTUNE_E_INPUT, "line %ld: votes on two axes, '%s' and '%s'", p->line,
                    table->axes.name[0], p->axis);
        attune_err_hint(err, "choose one with --axis");
        return ATTUNE_E_INPUT;
    }
    if (!attune_grow(&items, &table->capacity, table->n, sizeof *table->rows)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for comparisons");
    }
    table->rows = items;
    const struct attune_vote_row row = {
        .line = p->line,
        .item_a = item_index(table, p->sample_a, p->line, 'a'),
        .item_b = item_index(table, p->sample_b, p->line, 'b'),
        .model_a = (uint32_t)attune_names_add(&table->models, p->model_a),
        .model_b = (uint32_t)attune_names_add(&table->models, p->model_b),
        .prompt = (uint32_t)attune_names_add(&table->prompts, p->prompt),
        .rater = (uint32_t)attune_names_add(&table->raters, p->rater),
        .axis = (uint32_t)axis,
        .outcome = p->winner == ATTUNE_WINNER_A ? 1 : p->winner == ATTUNE_WINNER_B ? -1 : 0,
        .confidence = p->confidence,
        .length_a = p->length_a,
        .length_b = p->length_b,
        .month = attune_month_of(p->time),
    };
    if (row.item_a == UINT32_MAX || row.item_b == UINT32_MAX || row.model_a == UINT32_MAX ||
        row.model_b == UINT32_MAX || row.prompt == UINT32_MAX || row.rater == UINT32_MAX ||
        row.axis == UINT32_MAX) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for names");
    }
    table->rows[table->n++] = row;
    return ATTUNE_OK;
}
