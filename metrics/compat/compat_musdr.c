/* compat.musdr.*: the measures of MusDr (Wu & Yang 2020) as its functions give them.
 *
 *   h1, h4   mean pitch-class entropy (bits) over windows of 1 and 4 bars, hop 1, empty windows
 *            left out; a shorter piece is one window
 *   gs       1 - mean over all pairs of bars of (A xor B) / 64, empty bars included
 *   cpi      different chord trigrams / (n - 3) for n chords: the last trigram is left out of both
 *   si_*     compat_musdr_si.c
 *
 * Bars are those of the earliest time signature for the whole file, cut into 64 slots; an onset
 * goes to slot floor(64 t / bar + 1/2), so that one shortly before a bar line counts for the next
 * bar. Drums are left out. MusDr reads chords from tokens that MIDI files do not have: here they
 * are the tracked ones. metrics/symbolic holds the corrected values.
 */
#include "metrics/analysis/chords.h"
#include "metrics/analysis/internal.h"
#include "metrics/analysis/notes.h"
#include "metrics/compat/compat.h"
#include "metrics/symbolic/chord_trigrams.h"
#include "metrics/symbolic/histogram.h"

enum { SLOTS = 64, MAX_BARS = 1 << 18 };

struct bar {
    uint32_t pitch_class[12];
    uint64_t slots;
};

struct bars {
    const char *why;
    size_t n;
    struct bar *bar;
};

static double bar_ticks(const struct attune_midi *midi)
{
    for (size_t i = 0; i < midi->n_events; i++) {
        const struct attune_midi_event *event = &midi->events[i];
        if (event->kind == ATTUNE_MIDI_TIME_SIGNATURE) {
            return 4.0 * midi->division * event->a / exp2(event->b);
        }
    }
    return 4.0 * midi->division;
}

static struct bars read_bars(struct attune_analysis *a)
{
    const struct attune_notes *notes = attune_analysis_notes(a);
    const double length = bar_ticks(a->midi);
    double last_slot = -1.0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        if (!notes->notes[i].is_drum) {
            last_slot = floor(SLOTS * (notes->notes[i].onset_tick / length) + 0.5);
        }
    }
    if (!(length > 0.0)) {
        return (struct bars){.why = "a bar has no length"};
    }
    if (last_slot < 0.0) {
        return (struct bars){.why = "no pitched notes"};
    }
    if (last_slot / SLOTS >= MAX_BARS) {
        return (struct bars){.why = "more than 262144 bars"};
    }
    struct bars out = {.n = (size_t)last_slot / SLOTS + 1};
    out.bar = attune_arena_alloc(&a->scratch, out.n, sizeof *out.bar);
    if (!out.bar) {
        attune_analysis_oom(a);
        out.why = "out of memory";
        return out;
    }
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *note = &notes->notes[i];
        if (!note->is_drum) {
            const size_t slot = (size_t)floor(SLOTS * (note->onset_tick / length) + 0.5);
            struct bar *bar = &out.bar[slot / SLOTS];
            bar->pitch_class[note->pitch % 12]++;
            bar->slots |= UINT64_C(1) << slot % SLOTS;
        }
    }
    return out;
}

/* NaN where no window holds a note. A piece shorter than the window is one window. */
static double window_entropy(const struct bars *bars, size_t n_bars)
{
    n_bars = n_bars < bars->n ? n_bars : bars->n;
    double sum = 0.0;
    size_t n_windows = 0;
    for (size_t b = 0; b + n_bars <= bars->n; b++) {
        uint32_t count[12] = {0}, n_notes = 0;
        for (size_t k = 0; k < n_bars; k++) {
            for (size_t c = 0; c < 12; c++) {
                count[c] += bars->bar[b + k].pitch_class[c];
                n_notes += bars->bar[b + k].pitch_class[c];
            }
        }
        if (n_notes > 0) {
            sum += attune_entropy_bits(count, 12);
            n_windows++;
        }
    }
    return n_windows > 0 ? sum / (double)n_windows : NAN;
}

/* The differing pairs of a slot are those of a bar that fills it and one that does not, so that
 * pairs need not be listed. */
static double groove_similarity(const struct bars *bars)
{
    if (bars->n < 2) {
        return NAN;
    }
    double differing = 0.0;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        size_t filled = 0;
        for (size_t b = 0; b < bars->n; b++) {
            filled += bars->bar[b].slots >> slot & 1;
        }
        differing += (double)filled * (double)(bars->n - filled);
    }
    const double n_pairs = (double)bars->n * (double)(bars->n - 1) / 2.0;
    return 1.0 - differing / (SLOTS * n_pairs);
}

static void emit(const struct attune_compat_sink *sink, const char *name, const char *why,
                 double value)
{
    if (why || isnan(value)) {
        sink->undefined(sink->context, name, why ? why : "too few bars with notes");
    } else {
        sink->scalar(sink->context, name, value);
    }
}

static void emit_bars(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const bool smpte = a->midi->division == 0;
    const struct bars bars =
        smpte ? (struct bars){.why = "no bars in SMPTE time"} : read_bars(a);
    emit(sink, "compat.musdr.h1", bars.why, bars.why ? 0.0 : window_entropy(&bars, 1));
    emit(sink, "compat.musdr.h4", bars.why, bars.why ? 0.0 : window_entropy(&bars, 4));
    emit(sink, "compat.musdr.gs", bars.why, bars.why ? 0.0 : groove_similarity(&bars));
    attune_arena_reset(&a->scratch);
}

static void emit_cpi(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    const struct attune_chords *chords = attune_analysis_chords(a);
    const char *why = chords->why;
    if (!why && chords->n_chords < 4) {
        why = "fewer than four chords";
    }
    const size_t n_trigrams = why ? 1 : chords->n_chords - 3;
    emit(sink, "compat.musdr.cpi", why,
         why ? 0.0 : (double)attune_chord_trigrams(a, n_trigrams) / (double)n_trigrams);
}

void attune_compat_musdr(struct attune_analysis *a, const struct attune_compat_sink *sink)
{
    if (a->modality == ATTUNE_SYMBOLIC) {
        emit_bars(a, sink);
        emit_cpi(a, sink);
    }
}
