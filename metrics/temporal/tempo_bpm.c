/* Tempo: the beats per minute of the beat that attune tracks.
 *
 *     audio: 60 / period; period = argmax of the mean autocorrelation tempogram, summed over
 *     multiples of
 *     the lag, under a log-normal prior around 120 BPM (one octave), settled by the beats found
 *     symbolic: 60 / median beat of the tempo map
 *
 * See metrics/analysis/beats_audio.c. Sources: Grosche & Mueller 2011 (tempograms), Ellis 2007. */
#include "metrics/analysis/beats.h"
#include "metrics/metric.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_beats *beats = attune_analysis_beats(a);
    return beats->why ? attune_undefined(beats->why) : attune_defined(beats->tempo_bpm);
}

const struct attune_metric attune_metric_temporal_tempo_bpm = {
    .id = "temporal.tempo_bpm",
    .version = 3,
    .title = "Tempo",
    .unit = "BPM",
    .direction = ATTUNE_NONE,
    .lo = 0,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .invariant = ATTUNE_INVARIANT_GAIN |
                 ATTUNE_INVARIANT_POLARITY |
                 ATTUNE_INVARIANT_TRANSPOSE |
                 ATTUNE_INVARIANT_TIME_SHIFT,
    .summary = "tempo of the tracked beat",
    .formula =
        "audio: argmax of the mean autocorrelation tempogram under a log-normal prior around "
        "120 BPM; symbolic: 60 over the median beat of the tempo map",
    .source = "Ellis 2007; Grosche & Mueller 2011",
    .undefined_when = "no onsets, or shorter than 3 s",
    .eval = eval,
};
