/* Line continuity: does each line go on across the bar line from where it was.
 *
 *     1 - mean |p_(b+1) - q_b| / mean |p_c - q_b| over all pairs of bars
 *
 * p_b is the first pitch of a line in bar b, q_b its last, the highest where several sound; a line
 * is the notes of one channel of one track, drums left out. Both means run over the lines together,
 * the second with as many pairs of each line as the first has. Melodies move by small intervals,
 * and the same notes in another order do not: the comparison with reordered melodies is von Hippel
 * & Huron's (2000). 0 is what any order of the bars would give. Undefined with fewer than 8 joins,
 * or where the pitch never changes. */
#include <math.h>

#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

enum { MAX_LINES = 64, N_PITCHES = 128, MIN_JOINS = 8 };

/* Where a line stands at both ends of a bar. */
struct ends {
    uint32_t first_tick;
    uint8_t first, last; /* pitches */
    bool sounds;
};

struct line {
    uint16_t track;
    uint8_t channel;
    struct ends *bars; /* (n_bars,) */
};

struct lines {
    struct line line[MAX_LINES];
    size_t n, n_bars;
};

/* NULL: one line too many, or out of memory, which is noted. */
static struct line *line_of(struct lines *lines, const struct attune_note *note,
                            struct attune_analysis *a)
{
    for (size_t i = 0; i < lines->n; i++) {
        if (lines->line[i].track == note->track && lines->line[i].channel == note->channel) {
            return &lines->line[i];
        }
    }
    if (lines->n == MAX_LINES) {
        return NULL;
    }
    struct line *line = &lines->line[lines->n];
    *line = (struct line){.track = note->track, .channel = note->channel};
    line->bars = attune_arena_alloc(&a->scratch, lines->n_bars, sizeof *line->bars);
    if (!line->bars) {
        attune_analysis_oom(a);
        return NULL;
    }
    lines->n++;
    return line;
}

/* Notes come by onset, then pitch: of those that begin together the highest is the last one. */
static void add_note(struct ends *bar, const struct attune_note *note)
{
    if (!bar->sounds || bar->first_tick == note->onset_tick) {
        bar->first = note->pitch;
        bar->first_tick = note->onset_tick;
    }
    bar->last = note->pitch;
    bar->sounds = true;
}

/* Adds the line's joins to *actual, and what they would be between any two bars to *any; returns
 * their number. */
static size_t compare(const struct line *line, size_t n_bars, double *actual, double *any)
{
    double firsts[N_PITCHES] = {0}, lasts[N_PITCHES] = {0}, n_pairs = 0.0, sum = 0.0;
    size_t n_joins = 0;
    for (size_t b = 0; b + 1 < n_bars; b++) {
        const struct ends *from = &line->bars[b], *to = from + 1;
        if (from->sounds && to->sounds) {
            *actual += abs(to->first - from->last);
            firsts[to->first] += 1.0;
            lasts[from->last] += 1.0;
            n_joins++;
        }
    }
    for (int p = 0; p < N_PITCHES; p++) {
        for (int q = 0; q < N_PITCHES && firsts[p] > 0.0; q++) {
            n_pairs += firsts[p] * lasts[q];
            sum += firsts[p] * lasts[q] * abs(p - q);
        }
    }
    *any += n_joins ? (double)n_joins * sum / n_pairs : 0.0;
    return n_joins;
}

static struct attune_value measure(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_grid *grid = attune_analysis_grid(a);
    struct lines lines = {.n_bars = grid->n_bars};
    if (notes->why || grid->why) {
        return attune_undefined(notes->why ? notes->why : grid->why);
    }
    for (size_t i = 0, bar = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        while (bar + 1 < grid->n_bars && grid->bar_tick[bar + 1] <= note->onset_tick) {
            bar++;
        }
        struct line *line = note->is_drum ? NULL : line_of(&lines, note, a);
        if (line) {
            add_note(&line->bars[bar], note);
        }
    }
    double actual = 0.0, any = 0.0;
    size_t n_joins = 0;
    for (size_t i = 0; i < lines.n; i++) {
        n_joins += compare(&lines.line[i], lines.n_bars, &actual, &any);
    }
    if (n_joins < MIN_JOINS) {
        return attune_undefined("no line goes on across eight bar lines");
    }
    return any > 0.0 ? attune_defined(1.0 - actual / any)
                     : attune_undefined("the pitch never changes");
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_value value = measure(a);
    attune_arena_reset(&a->scratch);
    return value;
}

const struct attune_metric attune_metric_temporal_line_continuity = {
    .id = "temporal.line_continuity",
    .version = 1,
    .title = "Line continuity",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = -INFINITY,
    .hi = 1,
    .inputs = ATTUNE_SYMBOLIC,
    .needs = 0,
    .responds_to = ATTUNE_DAMAGE_SHUFFLE | ATTUNE_DAMAGE_TRANSPOSED_BARS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "does each line go on across the bar line from where it was",
    .formula = "1 - mean |first pitch of the next bar - last pitch of this bar| over the mean"
               " between any two bars, lines pooled",
    .source = "comparison with reordered melodies: von Hippel & Huron 2000",
    .undefined_when = "fewer than 8 joins of a line across a bar line; one pitch only",
    .eval = eval,
};
