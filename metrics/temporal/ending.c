/* Ending: does the music come to an end, or is it cut off.
 *
 *     audio: clamp((d - 3 dB) / 17 dB, 0, 1),  d = level of 3 s - level of the 0.5 s after them
 *     symbolic: clamp(1 - (e_end / 0.5 s) / (e_before / 3 s), 0, 1)
 *
 * Audio: power means up to the last sounding frame, so that silence after a cut does not excuse it;
 * the last two frames are left out, their windows reach beyond the end. A fade or a last chord
 * dying away gives 1, music that stops at full level 0. Symbolic: e is the sum of squared
 * velocities of the notes that begin in that stretch before the end of the last note: a last chord
 * held for half a second or more is an ending, notes that go on to the last moment are not.
 * Undefined below 3.5 s of music. */
#include <math.h>

#include "metrics/analysis/frontend.h"
#include "metrics/analysis/notes.h"
#include "metrics/metric.h"

static const double END_S = 0.5, BEFORE_S = 3.0;
static const double CUT_DB = 3.0, DECAYED_DB = 20.0;

static double clamp(double x)
{
    return x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
}

static double mean_power(const struct attune_frames *frames, size_t first, size_t n)
{
    double sum = 0.0;
    for (size_t i = first; i < first + n; i++) {
        sum += pow(10.0, (double)frames->level_db[i] / 10.0);
    }
    return sum / (double)n;
}

static struct attune_value of_frames(const struct attune_frames *frames)
{
    enum { REACH = ATTUNE_FRAME_SIZE / 2 / ATTUNE_FRAME_HOP };
    size_t end = frames->n_frames;
    while (end > 0 && frames->silent[end - 1]) {
        end--;
    }
    const size_t n_end = (size_t)round(END_S * frames->rate_hz);
    const size_t n_before = (size_t)round(BEFORE_S * frames->rate_hz);
    if (end < n_end + n_before + REACH) {
        return attune_undefined("less than 3.5 s of sound");
    }
    end -= REACH;
    const double fall_db = 10.0 * log10(mean_power(frames, end - n_end - n_before, n_before) /
                                        mean_power(frames, end - n_end, n_end));
    return attune_defined(clamp((fall_db - CUT_DB) / (DECAYED_DB - CUT_DB)));
}

static struct attune_value of_notes(const struct attune_notes *notes)
{
    if (notes->end_s < END_S + BEFORE_S) {
        return attune_undefined("less than 3.5 s of music");
    }
    double end = 0.0, before = 0.0;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const double energy = (double)notes->notes[i].velocity * (double)notes->notes[i].velocity;
        const double to_end_s = notes->end_s - notes->notes[i].onset_s;
        end += to_end_s < END_S ? energy : 0.0;
        before += to_end_s >= END_S && to_end_s < END_S + BEFORE_S ? energy : 0.0;
    }
    if (!(end > 0.0)) {
        return attune_defined(1.0); /* a last note or chord, held */
    }
    return attune_defined(before > 0.0 ? clamp(1.0 - (end / END_S) / (before / BEFORE_S)) : 0.0);
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

const struct attune_metric attune_metric_temporal_ending = {
    .id = "temporal.ending",
    .version = 1,
    .title = "Ending",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_CUT,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "whether the music ends or is cut off",
    .formula =
        "audio: fall of the level from 3 s to the 0.5 s after them, 3 dB -> 0, 20 dB -> 1; "
        "symbolic: 1 minus the density of note energy in the last 0.5 s over that of the 3 s "
        "before",
    .source = "definition",
    .undefined_when = "less than 3.5 s of music",
    .eval = eval,
};
