/* Structureness: see structure.h. Ranges and the maximum over segments follow MusDr (Wu & Yang
 * 2020). */
#include "metrics/analysis/structure.h"

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

int attune_structure_of_matrix(const double *matrix, size_t n, double rate_hz,
                               struct attune_arena *scratch, struct attune_structure *out)
{
    *out = (struct attune_structure){.duration_s = (double)n / rate_hz};
    struct attune_scape scape;
    struct attune_scape_cell *cells = attune_arena_alloc(scratch, n, sizeof *cells);
    if (!cells || !attune_scape_init(&scape, matrix, n, scratch)) {
        return 0;
    }
    double best_of_all = 0.0;
    for (int r = 0; r < ATTUNE_N_STRUCTURE_RANGES; r++) {
        const double low = ranges[r].low_s * rate_hz, high = ranges[r].high_s * rate_hz;
        double best = 0.0;
        /* The bound falls with the length, so the first length that cannot win ends the search. */
        for (size_t length = (size_t)low; length <= n && (double)length <= high &&
                                          attune_scape_bound(n, length) > best;
             length++) {
            attune_scape_row(&scape, length, cells);
            for (size_t start = 0; start + length <= n; start++) {
                best = cells[start].fitness > best ? cells[start].fitness : best;
                if (cells[start].fitness > best_of_all) {
                    best_of_all = cells[start].fitness;
                    out->repetition = cells[start].coverage < 1.0 ? cells[start].coverage : 1.0;
                }
            }
        }
        out->fitness[r] = best;
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
