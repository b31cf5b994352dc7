/* Chord progression: share of the chords' time that agrees with the progression asked for, best
 * aligned.
 *
 * The tracked chord spans (metrics/analysis/chords.h) are walked once; at each span the place in
 * the progression stays, moves to the next chord or skips one, round and round. The best walk
 * (dynamic programming) is
 *
 *     sum over spans of duration times overlap / sum of durations
 *     overlap = |A and B| / |A or B| over pitch classes when the roots agree, else 0
 *
 * so that a seventh asked for and a triad played agree by 3/4. Spans without a chord agree with
 * an asked "N" only. */
#include <math.h>

#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/chords.h"
#include "metrics/metric.h"

static double overlap(struct attune_chord a, struct attune_chord b)
{
    if (a.root != b.root) {
        return 0.0;
    }
    if (a.root < 0) {
        return 1.0;
    }
    const unsigned p = attune_chord_pitch_classes(a), q = attune_chord_pitch_classes(b);
    return (double)__builtin_popcount(p & q) / (double)__builtin_popcount(p | q);
}

/* The best walk's weight at each place of the progression, span by span. */
static double best_walk(const struct attune_chords *chords, const struct attune_attributes *asked)
{
    const size_t n = asked->n_chords;
    double weight[ATTUNE_MAX_PROMPT_CHORDS] = {0.0}, next[ATTUNE_MAX_PROMPT_CHORDS];
    double best = 0.0;
    for (size_t s = 0; s < chords->n_spans; s++) {
        const struct attune_chord_span *span = &chords->spans[s];
        for (size_t j = 0; j < n; j++) {
            const double stay = weight[j], step = weight[(j + n - 1) % n];
            const double skip = weight[(j + 2 * n - 2) % n];
            const double before = fmax(stay, fmax(step, skip));
            next[j] =
                before + (span->end_s - span->start_s) * overlap(span->chord, asked->chords[j]);
            best = fmax(best, next[j]);
        }
        for (size_t j = 0; j < n; j++) {
            weight[j] = next[j];
        }
    }
    return best;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (asked->n_chords == 0) {
        return attune_undefined("the prompt asks for no chords");
    }
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (chords->why) {
        return attune_undefined(chords->why);
    }
    double total = 0.0;
    for (size_t s = 0; s < chords->n_spans; s++) {
        total += chords->spans[s].end_s - chords->spans[s].start_s;
    }
    return total > 0.0 ? attune_defined(best_walk(chords, asked) / total)
                       : attune_undefined("no chords");
}

const struct attune_metric attune_metric_adherence_chords = {
    .id = "adherence.chords",
    .version = 2,
    .title = "Chord progression",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "share of the time that follows the chords asked for",
    .formula =
        "max over walks of sum duration x overlap / sum duration; stay, step or skip one, "
        "cyclic",
    .source = "house definition",
    .undefined_when = "the prompt asks for no chords, or none can be tracked",
    .eval = eval,
};
