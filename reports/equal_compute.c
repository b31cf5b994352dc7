#include "reports/equal_compute.h"

#include <math.h>

#include "reports/gains.h"

static bool takes_part(const struct attune_equal_compute *ec, size_t row)
{
    return isfinite(attune_cost(ec, row)) && isfinite(attune_gold(ec, row));
}

double attune_cost(const struct attune_equal_compute *ec, size_t row)
{
    return ec->training[row] / ec->served + ec->per_piece[row];
}

double attune_gold(const struct attune_equal_compute *ec, size_t row)
{
    const struct attune_standing *s = attune_board_cell(ec->board, ec->metric, row);
    return s->present ? s->mean : NAN;
}

size_t attune_gold_metric(const struct attune_board *board, size_t *index)
{
    return attune_board_named(board, "reward.gold", index) || attune_board_headline(board, index)
               ? index[0]
               : 0;
}

static double or_zero(double x)
{
    return isnan(x) ? 0.0 : x;
}

/* Costs of all rows. A base's own training is common to all that is made from it. */
static void count_costs(struct attune_equal_compute *ec, double reward_tokens)
{
    for (size_t r = 0; r < ec->board->n_rows; r++) {
        const struct attune_model_info *m = &ec->board->models.items[r];
        ec->per_piece[r] = m->n_tokens + reward_tokens * or_zero(m->n_rewards);
        ec->training[r] = strcmp(m->method, "none") == 0 || strcmp(m->method, "inference") == 0
                              ? 0.0
                              : m->train_generated + m->train_processed +
                                    reward_tokens * or_zero(m->train_rewards);
    }
}

static void add_row(struct attune_equal_compute *ec, size_t row)
{
    const struct attune_model_info *m = &ec->board->models.items[row];
    const char *name = m->family ? m->family : m->name;
    size_t w = 0;
    while (w < ec->n_ways && !(m->family && strcmp(ec->ways[w].name, name) == 0)) {
        w++;
    }
    struct attune_way *way = &ec->ways[w];
    if (w == ec->n_ways) {
        ec->n_ways++;
        way->name = name;
        way->trained = ec->training[row] > 0.0;
        way->best = row;
    }
    size_t at = way->n++;
    for (; at > 0 && attune_cost(ec, way->rows[at - 1]) > attune_cost(ec, row); at--) {
        way->rows[at] = way->rows[at - 1];
    }
    way->rows[at] = row;
    way->best = attune_gold(ec, row) > attune_gold(ec, way->best) ? row : way->best;
}

enum attune_code attune_equal_compute_read(struct attune_equal_compute *ec,
                                           const struct attune_board *board, size_t metric,
                                           const size_t *rows, size_t n, double served,
                                           double reward_tokens, struct attune_err *err)
{
    *ec = (struct attune_equal_compute){.board = board, .metric = metric, .served = served};
    const struct attune_metric_info *m = &board->metrics.items[metric];
    if (strcmp(m->direction, "up") != 0) {
        attune_fail(err, ATTUNE_E_USAGE, "'%s' does not grow with quality", m->name);
        attune_err_hint(err, "--metrics NAME: a reward, or another metric with an upward arrow");
        return ATTUNE_E_USAGE;
    }
    enum attune_code code = ATTUNE_OK;
    ec->training = attune_arena_alloc(&ec->arena, board->n_rows, sizeof *ec->training);
    ec->per_piece = attune_arena_alloc(&ec->arena, board->n_rows, sizeof *ec->per_piece);
    ec->ways = attune_arena_alloc(&ec->arena, board->n_rows, sizeof *ec->ways);
    bool *wanted = attune_arena_alloc(&ec->arena, board->n_rows, sizeof *wanted);
    bool failed = !ec->training || !ec->per_piece || !ec->ways || !wanted;
    for (size_t w = 0; w < board->n_rows && !failed; w++) {
        ec->ways[w] = (struct attune_way){
            .rows = attune_arena_alloc(&ec->arena, board->n_rows, sizeof *ec->ways[w].rows)};
        failed = !ec->ways[w].rows;
    }
    if (failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for costs");
        goto out;
    }
    memset(wanted, 0, board->n_rows * sizeof *wanted);
    for (size_t i = 0; i < n; i++) { /* controls are neither bases nor made from one */
        const size_t base = attune_model_base(&board->models, rows[i]);
        if (base != SIZE_MAX) {
            wanted[rows[i]] = wanted[base] = true;
        }
    }
    count_costs(ec, reward_tokens);
    for (size_t r = 0; r < board->n_rows; r++) {
        if (wanted[r] && takes_part(ec, r)) {
            add_row(ec, r);
        }
    }
    if (ec->n_ways == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT, "run '%s' has no model of known cost",
                           board->run->name);
        attune_err_hint(err, "workers report `tokens`; reference models count what they cost");
    }
out:
    if (code) {
        attune_equal_compute_release(ec);
    }
    return code;
}

void attune_equal_compute_release(struct attune_equal_compute *ec)
{
    attune_arena_release(&ec->arena);
    *ec = (struct attune_equal_compute){0};
}

size_t attune_way_within(const struct attune_equal_compute *ec, const struct attune_way *way,
                         double budget)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < way->n && attune_cost(ec, way->rows[i]) <= budget * (1.0 + 1e-9); i++) {
        if (best == SIZE_MAX || attune_gold(ec, way->rows[i]) > attune_gold(ec, best)) {
            best = way->rows[i];
        }
    }
    return best;
}

double attune_way_reaches(const struct attune_equal_compute *ec, const struct attune_way *way,
                          double gold)
{
    const size_t base = attune_model_base(&ec->board->models, way->rows[0]);
    const bool from_base = base != SIZE_MAX && takes_part(ec, base);
    double cost = from_base ? attune_cost(ec, base) : attune_cost(ec, way->rows[0]);
    double at = from_base ? attune_gold(ec, base) : attune_gold(ec, way->rows[0]);
    for (size_t i = 0; i < way->n && at < gold; i++) {
        const double next_cost = attune_cost(ec, way->rows[i]);
        const double next = attune_gold(ec, way->rows[i]);
        if (next >= gold) {
            const double share = (gold - at) / (next - at);
            return exp(log(cost) + share * (log(next_cost) - log(cost)));
        }
        cost = next_cost;
        at = next;
    }
    return at >= gold ? cost : INFINITY;
}

bool attune_crossing_find(const struct attune_equal_compute *ec, size_t row,
                          const struct attune_way *inference, struct attune_crossing *out)
{
    const struct attune_model_list *models = &ec->board->models;
    const size_t base = attune_model_base(models, row);
    if (base == SIZE_MAX || base != attune_model_base(models, inference->rows[0])) {
        return false;
    }
    const double reached = attune_way_reaches(ec, inference, attune_gold(ec, row));
    out->above = isinf(reached);
    const double cost = out->above ? attune_cost(ec, inference->rows[inference->n - 1]) : reached;
    const double saved = cost - ec->per_piece[row]; /* by every piece that is served */
    out->pieces = saved > 0.0 ? fmax(1.0, ceil(ec->training[row] / saved)) : INFINITY;
    return true;
}

const struct attune_way *attune_way_search(const struct attune_equal_compute *ec)
{
    const struct attune_way *most = NULL;
    for (size_t w = 0; w < ec->n_ways; w++) {
        const char *method = ec->board->rows[ec->ways[w].rows[0]].method;
        if (strcmp(method, "inference") == 0 && (!most || ec->ways[w].n > most->n)) {
            most = &ec->ways[w];
        }
    }
    return most;
}

void attune_crossing_text(struct attune_buf *out, const struct attune_crossing *crossing,
                          const char *other)
{
    if (isinf(crossing->pieces)) {
        attune_buf_addf(out, "dearer than %s however many pieces are served", other);
    } else if (crossing->above) {
        attune_buf_addf(out, "above all of %s, cheaper than its largest from %.0f pieces on", other,
                        crossing->pieces);
    } else {
        attune_buf_addf(out, "overtakes %s from %.0f pieces on", other, crossing->pieces);
    }
}
