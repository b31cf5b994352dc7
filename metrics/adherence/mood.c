/* Mood: how far the cues for valence and arousal agree with the mood word asked for.
 *
 *     valence  (r_major - r_minor) / .2 clipped to -1..1: best correlations of the key estimate in
 * each mode arousal  mean of log2(tempo / 100 BPM) and log2(events per second / 4), each clipped to
 * -1..1 value    1 - mean over the axes that the word speaks of (moods.h) of |cue - asked| / 2
 *
 * Events are pitched notes and drums (symbolic) or peaks of the onset envelope (audio). Mode,
 * tempo and density are the cues with the best support in studies of listeners; this is a check
 * of cues, not a model of emotion. */
#include <math.h>

#include "metrics/adherence/moods.h"
#include "metrics/adherence/sample_attributes.h"
#include "metrics/analysis/key.h"
#include "metrics/analysis/notes.h"
#include "metrics/analysis/onset.h"
#include "metrics/metric.h"

static double clip(double x)
{
    return x < -1.0 ? -1.0 : x > 1.0 ? 1.0 : x;
}

static double valence_cue(const struct attune_key *key)
{
    double major = -1.0, minor = -1.0;
    for (int i = 0; i < 12; i++) {
        major = fmax(major, key->correlation[i]);
        minor = fmax(minor, key->correlation[12 + i]);
    }
    return clip((major - minor) / 0.2);
}

/* Events of any kind in the sample; audio: peaks above a tenth of the highest one. */
static double count_events(struct attune_analysis *a)
{
    if (attune_analysis_modality(a) == ATTUNE_SYMBOLIC) {
        return (double)attune_analysis_notes(a)->n_notes;
    }
    const struct attune_onset *onset = attune_analysis_onset(a);
    float highest = 0.0f;
    double n = 0.0;
    for (size_t i = 0; !onset->why && i < onset->n_frames; i++) {
        highest = onset->env[i] > highest ? onset->env[i] : highest;
    }
    for (size_t i = 1; !onset->why && i + 1 < onset->n_frames; i++) {
        n += onset->env[i] > 0.1f * highest && onset->env[i] > onset->env[i - 1] &&
             onset->env[i] >= onset->env[i + 1];
    }
    return n;
}

static struct attune_value eval(struct attune_analysis *a)
{
    const char *why;
    const struct attune_attributes *asked = attune_asked(a, &why);
    if (!asked) {
        return attune_undefined(why);
    }
    if (asked->mood[0] == '\0') {
        return attune_undefined("the prompt asks for no mood");
    }
    const struct attune_mood *mood = attune_mood_find(asked->mood);
    if (!mood) {
        return attune_undefined("the mood asked for is not in the table");
    }
    const struct attune_key *key = attune_analysis_key(a);
    const struct attune_value tempo = attune_sample_tempo(a);
    double distance = 0.0;
    int n_axes = 0;
    if (mood->valence != 0) {
        if (key->why) {
            return attune_undefined(key->why);
        }
        distance += fabs(valence_cue(key) - mood->valence);
        n_axes++;
    }
    if (mood->arousal != 0) {
        const double events = count_events(a), seconds = attune_analysis_duration_s(a);
        if (tempo.state != ATTUNE_DEFINED || events == 0.0 || !(seconds > 0.0)) {
            return tempo.state != ATTUNE_DEFINED ? tempo : attune_undefined("no events");
        }
        const double arousal =
            (clip(log2(tempo.v / 100.0)) + clip(log2(events / seconds / 4.0))) / 2.0;
        distance += fabs(arousal - mood->arousal);
        n_axes++;
    }
    return n_axes ? attune_defined(1.0 - distance / (2.0 * n_axes))
                  : attune_undefined("the mood speaks of neither valence nor arousal");
}

const struct attune_metric attune_metric_adherence_mood = {
    .id = "adherence.mood",
    .version = 3,
    .title = "Mood cues",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 1,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_SPECTRAL | ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_POLARITY | ATTUNE_INVARIANT_TRANSPOSE,
    .summary = "do mode, tempo and density fit the mood asked for",
    .formula =
        "1 - mean |cue - asked| / 2 over valence (mode) and arousal (tempo, events per "
        "second)",
    .source = "after Russell 1980 and Gabrielsson & Lindstrom 2010; constants ours",
    .undefined_when = "the prompt asks for no mood in the table, or the sample gives no cue",
    .eval = eval,
};
