/* Novelty, boundaries, sections.
 *
 * Kernel half-width 8 s (16 frames at 2 Hz), Gaussian variance parameter .5 as in FMP. A boundary
 * is the largest value within 4 s to either side, at least .03 and at least twice the median, 4 s
 * away from both ends. Two sections bear one label when their feature sequences, laid side by side
 * at the best lag of up to 1 s, have a mean cosine of at least .9; labels go in order of
 * appearance. The constants are ours. */
#include "metrics/analysis/novelty.h"

#include <math.h>
#include <string.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/ssm.h"

enum { RADIUS = 16, MAX_RADIUS = 64, NEIGHBOURS = 8, MAX_LAG = 2 };

#define MIN_PEAK 0.03
#define MIN_OVER_MEDIAN 2.0
#define SAME_SECTION 0.9
#define MIN_DURATION_S 16.0

void attune_novelty_curve(const double *rows, size_t n, size_t radius, int padded, double *curve)
{
    double weight[MAX_RADIUS + 1], total = 0.0;
    radius = radius < MAX_RADIUS ? radius : MAX_RADIUS;
    for (size_t k = 1; k <= radius; k++) {
        /* exp(-(k taper)^2), taper = sqrt(1/2) / (radius * .5) */
        const double x = (double)k / ((double)radius * 0.5);
        weight[k] = exp(-0.5 * x * x);
        total += 2.0 * weight[k];
    }
    for (size_t i = 0; i < n; i++) {
        double difference[12] = {0.0};
        for (size_t k = 1; k <= radius; k++) {
            const size_t left = i >= k ? i - k : 0, right = i + k < n ? i + k : n - 1;
            const double left_weight = padded && i < k ? 0.0 : weight[k];
            const double right_weight = padded && i + k >= n ? 0.0 : weight[k];
            for (size_t c = 0; c < 12; c++) {
                difference[c] += right_weight * rows[right * 12 + c] -
                                 left_weight * rows[left * 12 + c];
            }
        }
        double sum = 0.0;
        for (size_t c = 0; c < 12; c++) {
            sum += difference[c] * difference[c];
        }
        curve[i] = sum / (total * total);
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(const double *values, size_t n, double *sorted)
{
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, by_value);
    return n % 2 ? sorted[n / 2] : 0.5 * (sorted[n / 2 - 1] + sorted[n / 2]);
}

static size_t pick_boundaries(const struct attune_novelty *novelty, size_t *boundary)
{
    size_t n = 0;
    const double *curve = novelty->curve;
    for (size_t i = NEIGHBOURS; i + NEIGHBOURS < novelty->n; i++) {
        int peak = curve[i] >= MIN_PEAK && curve[i] >= MIN_OVER_MEDIAN * novelty->median;
        for (size_t j = i - NEIGHBOURS; j <= i + NEIGHBOURS && peak; j++) {
            peak = j < i ? curve[j] < curve[i] : curve[j] <= curve[i];
        }
        if (peak) {
            boundary[n++] = i;
        }
    }
    return n;
}

/* Mean cosine of two stretches of rows at the best small lag. */
static double alikeness(const double *rows, size_t a, size_t a_end, size_t b, size_t b_end)
{
    double best = 0.0;
    for (int lag = -MAX_LAG; lag <= MAX_LAG; lag++) {
        double sum = 0.0;
        size_t n = 0;
        const size_t skip_a = lag > 0 ? (size_t)lag : 0, skip_b = lag < 0 ? (size_t)-lag : 0;
        for (size_t i = a + skip_a, j = b + skip_b; i < a_end && j < b_end; i++, j++) {
            for (size_t c = 0; c < 12; c++) {
                sum += rows[i * 12 + c] * rows[j * 12 + c];
            }
            n++;
        }
        best = n > 0 && sum / (double)n > best ? sum / (double)n : best;
    }
    return best;
}

static void label_sections(const struct attune_novelty *novelty, const double *rows,
                           double duration_s, struct attune_section *sections)
{
    char next = 'a';
    for (size_t s = 0; s < novelty->n_sections; s++) {
        const size_t first = s ? novelty->boundary[s - 1] : 0;
        const size_t end = s < novelty->n_boundaries ? novelty->boundary[s] : novelty->n;
        sections[s].start_s = (double)first / novelty->rate_hz;
        sections[s].end_s = s < novelty->n_boundaries ? (double)end / novelty->rate_hz : duration_s;
        double best = SAME_SECTION;
        for (size_t o = 0; o < s; o++) {
            const size_t o_first = o ? novelty->boundary[o - 1] : 0;
            const double alike = alikeness(rows, o_first, novelty->boundary[o], first, end);
            if (alike > best) {
                best = alike;
                sections[s].label = sections[o].label;
            }
        }
        if (!sections[s].label) {
            sections[s].label = next;
            next = next < 'z' ? (char)(next + 1) : 'z';
        }
    }
}

static struct attune_novelty *compute(struct attune_analysis *analysis)
{
    struct attune_novelty *novelty = attune_arena_alloc(&analysis->arena, 1, sizeof *novelty);
    if (!novelty) {
        return NULL;
    }
    const struct attune_harmony_sequence *sequence = attune_analysis_harmony_sequence(analysis);
    if (sequence->why || (double)sequence->n < MIN_DURATION_S * sequence->rate_hz) {
        novelty->why = sequence->why ? sequence->why : "shorter than 16 s";
        return novelty;
    }
    const size_t n = sequence->n;
    attune_arena_reset(&analysis->scratch);
    double *sorted = attune_arena_alloc(&analysis->scratch, n, sizeof *sorted);
    double *curve = attune_arena_alloc(&analysis->arena, n, sizeof *curve);
    size_t *boundary = attune_arena_alloc(&analysis->arena, n, sizeof *boundary);
    if (!sorted || !curve || !boundary) {
        return NULL;
    }
    attune_novelty_curve(sequence->rows, n, RADIUS, 0, curve);
    novelty->n = n;
    novelty->rate_hz = sequence->rate_hz;
    novelty->curve = curve;
    novelty->median = median(curve, n, sorted);
    novelty->boundary = boundary;
    novelty->n_boundaries = pick_boundaries(novelty, boundary);
    novelty->n_sections = novelty->n_boundaries + 1;
    struct attune_section *sections =
        attune_arena_alloc(&analysis->arena, novelty->n_sections, sizeof *sections);
    if (!sections) {
        return NULL;
    }
    label_sections(novelty, sequence->rows, analysis->duration_s, sections);
    novelty->sections = sections;
    return novelty;
}

const struct attune_novelty *attune_analysis_novelty(struct attune_analysis *analysis)
{
    static const struct attune_novelty none = {.why = "out of memory"};
    if (!analysis->novelty) {
        analysis->novelty = compute(analysis);
    }
    if (!analysis->novelty) {
        attune_analysis_oom(analysis);
        return &none;
    }
    return analysis->novelty;
}
