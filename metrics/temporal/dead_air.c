/* Dead air: share of the time in gaps of silence longer than one second.
 *
 *     sum of gaps > 1 s / duration
 *
 * Audio: runs of silent frames (60 dB below the loudest, or below -90 dBFS). Symbolic: time in
 * which no note sounds, from the start of the file to the end of the last note. Complete silence
 * gives 1. */
#include "metrics/analysis/frontend.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static const double MIN_GAP_S = 1.0;

static struct attune_value of_frames(const struct attune_frames *frames)
{
    double dead = 0.0;
    size_t run = 0;
    for (size_t i = 0; i <= frames->n_frames; i++) {
        if (i < frames->n_frames && frames->silent[i]) {
            run++;
            continue;
        }
        dead += (double)run > MIN_GAP_S * frames->rate_hz ? (double)run : 0.0;
        run = 0;
    }
    return attune_defined(dead / (double)frames->n_frames);
}

static struct attune_value of_notes(const struct attune_notes *notes)
{
    double dead_s = 0.0, sounding_to_s = 0.0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const double gap_s = notes->notes[i].onset_s - sounding_to_s;
        dead_s += gap_s > MIN_GAP_S ? gap_s : 0.0;
        sounding_to_s =
            notes->notes[i].end_s > sounding_to_s ? notes->notes[i].end_s : sounding_to_s;
    }
    return notes->end_s > 0.0 ? attune_defined(dead_s / notes->end_s)
                              : attune_undefined("no time passes");
}

static struct attune_value eval(struct attune_analysis *a)
{
    if (attune_analysis_modality(a) == ATTUNE_AUDIO) {
        const struct attune_frames *frames = attune_analysis_frames(a);
        return frames->why ? attune_undefined(frames->why) : of_frames(frames);
    }
    const struct attune_notes *notes = attune_analysis_notes(a);
    return notes->why ? attune_undefined(notes->why) : of_notes(notes);
}

const struct attune_metric attune_metric_temporal_dead_air = {
    .id = "temporal.dead_air",
    .version = 1,
    .title = "Dead air",
    .unit = "1",
    .direction = ATTUNE_DOWN,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_DROPOUT | ATTUNE_DAMAGE_DELETE,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "share of the time in long gaps of silence",
    .formula = "sum of the gaps of silence longer than 1 s over the duration",
    .source = "definition",
    .undefined_when = "symbolic: no notes",
    .eval = eval,
};
