/* Structureness: see structure.h. Ranges and the maximum over segments follow MusDr (Wu & Yang
 * 2020). */
#include "metrics/analysis/structure.h"

#include <math.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/scape.h"
#include "metrics/analysis/ssm.h"

enum { EXCERPT = 300, N_EXCERPTS = 3 };

static const struct {
    double low_s, high_s;
} ranges[ATTUNE_N_STRUCTURE_RANGES] = {{3.0, 8.0}, {8.0, 15.0}, {15.0, 1e9}};

double attune_structure_low_s(enum attune_structure_range range)
{
    return ranges[range].low_s;
}

/* What is known of the segments that begin at one frame: the score at the last length computed. */
struct known {
    size_t length;
    double score;
};

struct search {
    struct attune_scape scape;
    struct known *known; /* (n,) by start */
    double deepest;      /* the most that a cell can cost: minus the lowest entry, at least 0 */
};

/* Upper bound of the fitness of the segment at a start, from the score s of a shorter one of
 * length m.
 *
 * Cut the longer segment's optimal paths down to the first m columns: each of its K paths loses at
 * most one cell of value 1 per column, and where a step of two columns leaps over column m it gets
 * a cell there, of value -deepest or more. What is left is a path family of the shorter segment,
 * so that score <= s + K (length - m + deepest). A path over `length` columns needs length/2 rows
 * or more, hence K <= n / ceil(length / 2). With a score in hand, the family has at least that
 * many cells, which bounds the normalised score; coverage as in attune_scape_bound. */
static double bound_of(const struct search *search, size_t start, size_t length)
{
    const struct known *known = search->known + start;
    if (known->length == 0) {
        return INFINITY;
    }
    const size_t n = search->scape.n;
    const double n_paths = (double)(n / ((length + 1) / 2));
    const double more = (double)(length - known->length) + search->deepest;
    const double extra = known->score + n_paths * more - (double)length;
    if (extra <= 0.0) {
        return 0.0;
    }
    const double score = extra / (extra + (double)length);
    const double coverage = ((double)(n - length) + n_paths) / (double)n;
    return coverage > 0.0 ? 2.0 * score * coverage / (score + coverage) : 0.0;
}

/* The largest fitness of one length, as far as it beats *best; improves *overall and its coverage
 * too. */
static void search_length(struct search *search, size_t length, double *best, double *overall,
                          double *coverage)
{
    struct attune_scape_cell cells[ATTUNE_SCAPE_BLOCK];
    const double margin = 1e-9; /* beyond the rounding of the bound */
    for (size_t start = 0; start + length <= search->scape.n;) {
        if (bound_of(search, start, length) + margin <= *best) {
            start++;
            continue;
        }
        const size_t n_cells = attune_scape_block(&search->scape, length, start, cells);
        for (size_t i = 0; i < n_cells; i++) {
            search->known[start + i] = (struct known){length, cells[i].score};
            *best = cells[i].fitness > *best ? cells[i].fitness : *best;
            if (cells[i].fitness > *overall) {
                *overall = cells[i].fitness;
                *coverage = cells[i].coverage < 1.0 ? cells[i].coverage : 1.0;
            }
        }
        start += n_cells;
    }
}

int attune_structure_of_matrix(const double *matrix, size_t n, double rate_hz,
                               struct attune_arena *scratch, struct attune_structure *out)
{
    *out = (struct attune_structure){.duration_s = (double)n / rate_hz};
    struct search search = {.known = attune_arena_alloc(scratch, n, sizeof *search.known)};
    if (!search.known || !attune_scape_init(&search.scape, matrix, n, scratch)) {
        return 0;
    }
    for (size_t i = 0; i < n * n; i++) {
        search.deepest = -matrix[i] > search.deepest ? -matrix[i] : search.deepest;
    }
    double overall = 0.0;
    for (int r = 0; r < ATTUNE_N_STRUCTURE_RANGES; r++) {
        const double low = ranges[r].low_s * rate_hz, high = ranges[r].high_s * rate_hz;
        double *best = &out->fitness[r];
        /* The bound falls with the length, so the first length that cannot win ends the search. */
        for (size_t length = (size_t)low; length <= n && (double)length <= high &&
                                          attune_scape_bound(n, length) > *best;
             length++) {
            search_length(&search, length, best, &overall, &out->repetition);
        }
    }
    return 1;
}

static int of_excerpts(struct attune_analysis *analysis,
                       const struct attune_harmony_sequence *sequence, struct attune_structure *out)
{
    const struct attune_ssm_options options = attune_ssm_default_options();
    for (size_t e = 0; e < N_EXCERPTS; e++) {
        attune_arena_reset(&analysis->scratch);
        const size_t first = (sequence->n - EXCERPT) * e / (N_EXCERPTS - 1);
        double *matrix =
            attune_arena_alloc(&analysis->scratch, (size_t)EXCERPT * EXCERPT, sizeof *matrix);
        struct attune_structure one;
        if (!matrix || !attune_ssm_compute(sequence->rows + first * 12, EXCERPT, &options,
                                           &analysis->scratch, matrix)) {
            return 0;
        }
        attune_scape_quantise(matrix, (size_t)EXCERPT * EXCERPT);
        if (!attune_structure_of_matrix(matrix, EXCERPT, sequence->rate_hz, &analysis->scratch,
                                        &one)) {
            return 0;
        }
        for (int r = 0; r < ATTUNE_N_STRUCTURE_RANGES; r++) {
            out->fitness[r] += one.fitness[r] / N_EXCERPTS;
        }
        out->repetition += one.repetition / N_EXCERPTS;
    }
    return 1;
}

static struct attune_structure *compute(struct attune_analysis *analysis)
{
    struct attune_structure *structure =
        attune_arena_alloc(&analysis->arena, 1, sizeof *structure);
    if (!structure) {
        return NULL;
    }
    const struct attune_harmony_sequence *sequence = attune_analysis_harmony_sequence(analysis);
    if (sequence->why || sequence->n < ATTUNE_SCAPE_MIN) {
        structure->why = sequence->why ? sequence->why : "shorter than 1.5 s";
        return structure;
    }
    if (sequence->n > ATTUNE_SSM_MAX) {
        if (!of_excerpts(analysis, sequence, structure)) {
            return NULL;
        }
    } else {
        const struct attune_ssm *ssm = attune_analysis_ssm(analysis);
        attune_arena_reset(&analysis->scratch);
        if (ssm->why || !attune_structure_of_matrix(ssm->matrix, ssm->n, ssm->rate_hz,
                                                    &analysis->scratch, structure)) {
            return NULL;
        }
    }
    structure->duration_s = (double)sequence->n / sequence->rate_hz;
    return structure;
}

const struct attune_structure *attune_analysis_structure(struct attune_analysis *analysis)
{
    static const struct attune_structure none = {.why = "out of memory"};
    if (!analysis->structure) {
        analysis->structure = compute(analysis);
    }
    if (!analysis->structure) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->structure;
}
