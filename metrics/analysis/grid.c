/* The metrical grid: the time-signature map unrolled into beats and bars.
 *
 * A time signature holds from its tick, where a new bar begins even if the bar before is then
 * short; of several at one tick the last counts; one whose numerator is 0 or whose denominator is
 * beyond 64 is ignored. A beat is never shorter than a tick. The last bar is the one in which the
 * last note ends, at its full length.
 */
#include <math.h>

#include "metrics/analysis/grid.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"

/* A day of music at 180 beats per minute; only damaged ticks or divisions get there. */
enum { MAX_BEATS = 1 << 18 };

static const struct attune_grid out_of_memory = {.why = "out of memory"};

struct meter {
    double start_tick, end_tick;
    double beat_ticks;
    uint32_t beats_per_bar;
    int numerator, denominator;
};

static struct meter meter_of(int numerator, int denominator, double start_tick, double quarter)
{
    const bool compound = denominator == 8 && numerator > 3 && numerator % 3 == 0;
    const int group = compound ? 3 : 1;
    return (struct meter){
        .start_tick = start_tick,
        .beat_ticks = fmax(4.0 * quarter * group / denominator, 1.0),
        .beats_per_bar = (uint32_t)(numerator / group),
        .numerator = numerator, .denominator = denominator,
    };
}

static bool is_valid(const struct attune_midi_event *event)
{
    return event->kind == ATTUNE_MIDI_TIME_SIGNATURE && event->a > 0 && event->b <= 6;
}

/* The meters of the piece in order. meters: room for one per signature and the default 4/4. */
static size_t list_meters(const struct attune_midi *midi, double end_tick, struct meter *meters)
{
    const bool smpte = midi->division == 0;
    const double quarter = smpte ? 0.5 / midi->smpte_tick_s : midi->division;
    size_t n = 0;
    meters[n++] = meter_of(4, 4, 0.0, quarter);
    for (size_t i = 0; i < midi->n_events && !smpte; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        if (is_valid(event) && event->tick < end_tick) {
            n -= meters[n - 1].start_tick == event->tick;
            meters[n++] = meter_of(event->a, 1 << event->b, event->tick, quarter);
        }
    }
    for (size_t i = 0; i < n; i++) {
        meters[i].end_tick = i + 1 < n ? meters[i + 1].start_tick : end_tick;
    }
    return n;
}

/* Bars that begin within the meter; beats are counted in whole bars, an upper bound of what is
 * kept. */
static double bars_in(const struct meter *meter)
{
    const double bar_ticks = meter->beat_ticks * meter->beats_per_bar;
    return ceil((meter->end_tick - meter->start_tick) / bar_ticks);
}

struct beats_and_bars {
    uint32_t *beat_tick, *bar_tick, *bar_beat;
    size_t n_beats, n_bars;
};

/* Appends the beats of one meter; those of its last bar stop where the next meter begins. */
static void unroll(const struct meter *meter, bool last, struct beats_and_bars *out)
{
    const size_t n_bars = (size_t)bars_in(meter);
    for (size_t bar = 0; bar < n_bars; bar++) {
        out->bar_beat[out->n_bars] = (uint32_t)out->n_beats;
        for (size_t k = 0; k < meter->beats_per_bar; k++) {
            const double beat = (double)(bar * meter->beats_per_bar + k);
            const double tick = meter->start_tick + floor(beat * meter->beat_ticks);
            if (tick >= meter->end_tick && !last) {
                break;
            }
            if (k == 0) {
                out->bar_tick[out->n_bars] = (uint32_t)tick;
            }
            out->beat_tick[out->n_beats++] = (uint32_t)tick;
        }
        out->n_bars++;
    }
    if (last) {
        const double end = meter->start_tick +
                           floor((double)n_bars * meter->beats_per_bar * meter->beat_ticks);
        out->beat_tick[out->n_beats] = (uint32_t)fmin(end, UINT32_MAX);
        out->bar_tick[out->n_bars] = out->beat_tick[out->n_beats];
        out->bar_beat[out->n_bars] = (uint32_t)out->n_beats;
    }
}

static double *seconds(struct attune_analysis *a, const uint32_t *tick, size_t n)
{
    const struct attune_tempo_map *map = attune_analysis_tempo_map(a);
    double *out = attune_arena_alloc(&a->arena, n, sizeof *out);
    if (!out || !map) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = attune_tempo_map_seconds(map, tick[i]);
    }
    return out;
}

static int fill(struct attune_analysis *a, struct attune_grid *grid, const struct meter *meters,
                size_t n_meters, size_t max_beats, size_t max_bars)
{
    struct beats_and_bars out = {
        .beat_tick = attune_arena_alloc(&a->arena, max_beats + 1, sizeof *out.beat_tick),
        .bar_tick = attune_arena_alloc(&a->arena, max_bars + 1, sizeof *out.bar_tick),
        .bar_beat = attune_arena_alloc(&a->arena, max_bars + 1, sizeof *out.bar_beat),
    };
    if (!out.beat_tick || !out.bar_tick || !out.bar_beat) {
        return 0;
    }
    for (size_t i = 0; i < n_meters; i++) {
        unroll(&meters[i], i + 1 == n_meters, &out);
    }
    grid->n_beats = out.n_beats;
    grid->n_bars = out.n_bars;
    grid->beat_tick = out.beat_tick;
    grid->bar_tick = out.bar_tick;
    grid->bar_beat = out.bar_beat;
    grid->beat_s = seconds(a, out.beat_tick, out.n_beats + 1);
    grid->bar_s = seconds(a, out.bar_tick, out.n_bars + 1);
    return grid->beat_s && grid->bar_s;
}

static const struct attune_grid *compute(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const struct attune_midi *midi = a->midi;
    struct attune_grid *grid = attune_arena_alloc(&a->arena, 1, sizeof *grid);
    if (!grid) {
        return NULL;
    }
    if (notes->why) {
        grid->why = notes->why;
        return grid;
    }
    if (midi->division == 0 && !(midi->smpte_tick_s > 0.0)) {
        grid->why = "the file has no time division";
        return grid;
    }
    size_t n_signatures = 0;
    for (size_t i = 0; i < midi->n_events; i++) {
        n_signatures += is_valid(&midi->events[i]);
    }
    struct meter *meters = attune_arena_alloc(&a->scratch, n_signatures + 1, sizeof *meters);
    if (!meters) {
        return NULL;
    }
    /* The last onset lies inside the grid even when its note has no length. */
    const double last_onset = notes->notes[notes->n_notes - 1].onset_tick;
    const double end_tick = fmax(notes->end_tick, last_onset + 1.0);
    const size_t n_meters = list_meters(midi, end_tick, meters);
    double max_beats = 0.0, max_bars = 0.0;
    for (size_t i = 0; i < n_meters; i++) {
        max_bars += bars_in(&meters[i]);
        max_beats += bars_in(&meters[i]) * meters[i].beats_per_bar;
    }
    if (max_beats > MAX_BEATS) {
        grid->why = "more than 262144 beats: damaged ticks or time division";
        return grid;
    }
    grid->numerator = meters[0].numerator;
    grid->denominator = meters[0].denominator;
    grid->beats_per_bar = (int)meters[0].beats_per_bar;
    return fill(a, grid, meters, n_meters, (size_t)max_beats, (size_t)max_bars) ? grid : NULL;
}

const struct attune_grid *attune_analysis_grid(struct attune_analysis *a)
{
    if (!a->grid) {
        a->grid = (struct attune_grid *)compute(a);
        attune_arena_reset(&a->scratch);
        if (!a->grid) {
            attune_analysis_oom(a);
            return &out_of_memory;
        }
    }
    return a->grid;
}
