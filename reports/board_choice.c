/* Which metrics of a board to show, in which order its rows stand, which of them may be best. */
#include <math.h>

#include "base/text.h"
#include "metrics/metric.h"
#include "reports/board.h"

bool attune_standing_is_best(const struct attune_board *board, size_t metric, size_t row)
{
    size_t n_ranked = 0;
    for (size_t r = 0; r < board->n_rows; r++) {
        n_ranked += attune_board_cell(board, metric, r)->rank_low > 0;
    }
    return n_ranked > 1 && attune_board_cell(board, metric, row)->rank_low == 1;
}

bool attune_row_is_proxy(const struct attune_board_row *row, const char *metric)
{
    return row->selected_on && row->selected_on[0] && attune_glob_list(row->selected_on, metric);
}

/* Smaller is better; infinite where there is no mean. */
static double badness(const struct attune_board *board, size_t metric, size_t row)
{
    const struct attune_metric_info *m = &board->metrics.items[metric];
    const struct attune_standing *s = attune_board_cell(board, metric, row);
    if (!s->present || isnan(s->mean)) {
        return INFINITY;
    }
    return strcmp(m->direction, "down") == 0     ? s->mean
           : strcmp(m->direction, "target") == 0 ? fabs(s->mean - m->target)
                                                 : -s->mean;
}

void attune_board_order(const struct attune_board *board, size_t metric, size_t *order)
{
    for (size_t r = 0; r < board->n_rows; r++) {
        size_t at = r; /* insertion keeps the order of the suite among equals */
        for (; at > 0 && badness(board, metric, order[at - 1]) > badness(board, metric, r); at--) {
            order[at] = order[at - 1];
        }
        order[at] = r;
    }
}

/* Stand-ins for a pillar that was not measured itself, best known first. */
static const struct {
    const char *pillar, *metrics;
} stand_ins[] = {
    {"harmony", "harmonic.key_clarity,harmonic.chord_clarity,harmonic.in_scale_ratio"},
    {"coherence", "temporal.groove_consistency,temporal.structure_mid"},
    {"quality", "quality.clipping_ratio,quality.silence_ratio,quality.bandwidth_hz"},
    {"adherence", "adherence.key,adherence.chords,adherence.time_signature"},
    {"reward", "reward.*"},
    {"diversity", "set.*"},
};
enum { N_STAND_INS = sizeof stand_ins / sizeof *stand_ins, MAX_HEADLINE = 12 };

static bool shown(const size_t *index, size_t n, size_t metric)
{
    for (size_t i = 0; i < n; i++) {
        if (index[i] == metric) {
            return true;
        }
    }
    return false;
}

static size_t add_matching(const struct attune_board *board, const char *globs, size_t limit,
                           size_t *index, size_t n)
{
    size_t added = 0;
    for (size_t k = 0; k < board->metrics.n && added < limit; k++) {
        if (attune_metric_chosen(globs, board->metrics.items[k].name) && !shown(index, n, k)) {
            index[n++] = k;
            added++;
        }
    }
    return n;
}

/* One word of rank_by: a metric, a pillar, or a pillar's stand-ins. */
static size_t add_word(const struct attune_board *board, const char *word, size_t *index, size_t n)
{
    const size_t before = n;
    n = add_matching(board, word, board->metrics.n, index, n);
    for (size_t i = 0; n == before && i < N_STAND_INS; i++) {
        if (strcmp(stand_ins[i].pillar, word) == 0) {
            n = add_matching(board, stand_ins[i].metrics, 2, index, n);
        }
    }
    return n;
}

size_t attune_board_named(const struct attune_board *board, const char *words, size_t *index)
{
    size_t n = 0;
    static const char word_bytes[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*?-";
    while (*(words += strcspn(words, word_bytes))) {
        char word[128];
        const size_t length = strspn(words, word_bytes);
        if (length < sizeof word) {
            memcpy(word, words, length);
            word[length] = '\0';
            n = add_word(board, word, index, n);
        }
        words += length;
    }
    return n;
}

size_t attune_board_headline(const struct attune_board *board, size_t *index)
{
    size_t n = attune_board_named(board, board->run->rank_by, index);
    n = n < MAX_HEADLINE ? n : MAX_HEADLINE;
    for (size_t i = 0; n == 0 && i < N_STAND_INS; i++) {
        n = add_word(board, stand_ins[i].pillar, index, n);
    }
    if (n == 0) { /* nothing known: all of them */
        for (; n < board->metrics.n; n++) {
            index[n] = n;
        }
    }
    return n;
}
