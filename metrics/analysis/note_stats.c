#include "metrics/analysis/note_stats.h"

#include <stdlib.h>

#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/symbolic/pitch_sweep.h"

enum { CHANNELS = 16, NONE = 0xff };

static const struct attune_note_stats out_of_memory = {.why = "out of memory"};

/* The latest notes of a line: the melody tone before, and the highest so far of those that now
 * begin. */
struct line {
    uint32_t onset_tick;
    uint8_t before, now;
    bool begun;
};

static void count_step(struct attune_note_stats *stats, const struct line *line)
{
    if (line->begun && line->before != NONE) {
        stats->n_intervals++;
        stats->interval[abs(line->now - line->before)]++;
        stats->transition[line->before % 12][line->now % 12]++;
    }
}

/* Notes come by onset, then pitch, so that the last of those that begin together is the highest. */
static void follow(struct attune_note_stats *stats, struct line *line,
                   const struct attune_note *note)
{
    if (line->begun && line->onset_tick == note->onset_tick) {
        line->now = note->pitch;
        return;
    }
    count_step(stats, line);
    line->before = line->begun ? line->now : NONE;
    line->now = note->pitch;
    line->onset_tick = note->onset_tick;
    line->begun = true;
}

static void count(struct attune_note_stats *stats, const struct attune_notes *notes,
                  struct line *lines, size_t n_lines)
{
    struct attune_pitch_sweep sweep = {0};
    double first_tick = 0.0, end_tick = 0.0;
    stats->lowest = 127;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (note->is_drum) {
            continue;
        }
        first_tick = stats->n_pitched == 0 ? note->onset_tick : first_tick;
        end_tick = note->end_tick > end_tick ? note->end_tick : end_tick;
        stats->n_pitched++;
        stats->pitch[note->pitch]++;
        stats->pitch_class[note->pitch % 12]++;
        stats->lowest = note->pitch < stats->lowest ? note->pitch : stats->lowest;
        stats->highest = note->pitch > stats->highest ? note->pitch : stats->highest;
        attune_pitch_sweep_note(&sweep, note->pitch, note->onset_tick, note->end_tick);
        follow(stats, &lines[(size_t)note->track * CHANNELS + note->channel], note);
    }
    attune_pitch_sweep_finish(&sweep);
    for (size_t k = 1; k < 129; k++) {
        stats->ticks_with[k] = sweep.ticks[k];
    }
    for (size_t i = 0; i < n_lines; i++) {
        count_step(stats, &lines[i]);
    }
    stats->span_ticks = end_tick - first_tick;
}

static struct attune_note_stats *compute(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    struct attune_note_stats *stats = attune_arena_alloc(&a->arena, 1, sizeof *stats);
    if (!stats) {
        return NULL;
    }
    if (notes->why || notes->n_drums == notes->n_notes) {
        stats->why = notes->why ? notes->why : "no pitched notes";
        return stats;
    }
    const size_t n_lines = (size_t)a->midi->n_tracks * CHANNELS;
    struct line *lines = attune_arena_alloc(&a->scratch, n_lines, sizeof *lines);
    if (!lines) {
        return NULL;
    }
    count(stats, notes, lines, n_lines);
    return stats;
}

const struct attune_note_stats *attune_analysis_note_stats(struct attune_analysis *a)
{
    if (!a->note_stats) {
        a->note_stats = compute(a);
        attune_arena_reset(&a->scratch);
        if (!a->note_stats) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
    }
    return a->note_stats;
}
