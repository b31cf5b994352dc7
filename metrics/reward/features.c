#include "metrics/reward/features.h"

#include "metrics/analysis/grid.h"
#include "metrics/analysis/notes.h"

#define FEATURES(X)                                                                                \
    X(KEY_CLARITY, harmonic_key_clarity, 2, 0.8788, 0.0747)                                        \
    X(KEY_STABILITY, harmonic_key_stability, 2, 0.8954, 0.1530)                                    \
    X(CHROMA_ENTROPY, harmonic_chroma_entropy, 2, 0.7353, 0.0457)                                  \
    X(TONAL_DISTANCE, harmonic_tonal_distance, 2, 1.2272, 0.1306)                                  \
    X(DISSONANCE, harmonic_tiv_dissonance, 2, 0.3733, 0.0354)                                      \
    X(CHORD_CLARITY, harmonic_chord_clarity, 2, 0.8699, 0.0430)                                    \
    X(GROOVE_CONSISTENCY, temporal_groove_consistency, 3, 0.9493, 0.0284)                          \
    X(GROOVE_SIMILARITY, temporal_groove_similarity, 3, 0.9275, 0.0556)                            \
    X(DRIFT_DENSITY, temporal_drift_density, 2, -0.0581, 0.1525)                                   \
    X(LOOPINESS, temporal_loopiness, 3, 0.0150, 0.0487)                                            \
    X(ENDING, temporal_ending, 1, 0.6811, 0.2754)

#define X(name, symbol, version, mean, sd) extern const struct attune_metric attune_metric_##symbol;
FEATURES(X)
#undef X

const struct attune_reward_feature_info attune_reward_features[ATTUNE_N_REWARD_FEATURES] = {
#define X(name, symbol, version, mean, sd)                                                         \
    [ATTUNE_REWARD_##name] = {&attune_metric_##symbol, version, mean, sd,                          \
                              "made for version " #version " of " #symbol                          \
                              ", which has changed since"},
    FEATURES(X)
#undef X
};

const char *attune_reward_feature_of(const struct attune_reward_feature_info *f,
                                     struct attune_analysis *analysis, double *z)
{
    if (f->metric->version != f->version) {
        return f->stale;
    }
    struct attune_value value = attune_metric_eval(f->metric, analysis);
    if (value.state != ATTUNE_DEFINED) {
        return value.why;
    }
    double x = (value.v - f->mean) / f->sd;
    *z = x < -4.0 ? -4.0 : x > 4.0 ? 4.0 : x;
    return NULL;
}

const char *attune_reward_features_of(struct attune_analysis *analysis,
                                      double z[ATTUNE_N_REWARD_FEATURES])
{
    const char *why = NULL;
    for (int k = 0; k < ATTUNE_N_REWARD_FEATURES && !why; k++) {
        why = attune_reward_feature_of(&attune_reward_features[k], analysis, &z[k]);
    }
    return why;
}

/* The track whose pitched notes lie highest on average; -1 when there is none. */
static int melody_track(const struct attune_notes *notes)
{
    enum { MAX_TRACKS = 256 };
    double sum[MAX_TRACKS] = {0}, best = -1.0;
    unsigned count[MAX_TRACKS] = {0};
    int track = -1;
    for (size_t i = 0; i < notes->n_notes; i++) {
        const struct attune_note *n = &notes->notes[i];
        if (!n->is_drum && n->track < MAX_TRACKS) {
            sum[n->track] += n->pitch;
            count[n->track]++;
        }
    }
    for (int t = 0; t < MAX_TRACKS; t++) {
        if (count[t] > 0 && sum[t] / count[t] > best) {
            best = sum[t] / count[t];
            track = t;
        }
    }
    return track;
}

const char *attune_reward_taste(struct attune_analysis *analysis, double *taste)
{
    const struct attune_notes *notes = attune_analysis_notes(analysis);
    const struct attune_grid *grid = attune_analysis_grid(analysis);
    if (notes->why || grid->why) {
        return notes->why ? notes->why : grid->why;
    }
    size_t n_phrases = grid->n_bars / 4, at = 0;
    int track = melody_track(notes);
    if (n_phrases == 0 || track < 0) {
        return n_phrases == 0 ? "no phrase of four bars" : "no melody";
    }
    double sum = 0.0;
    for (size_t phrase = 0; phrase < n_phrases; phrase++) {
        int top[4] = {-1, -1, -1, -1}, onsets[4] = {0};
        for (size_t bar = 0; bar < 4; bar++) {
            uint32_t end = grid->bar_tick[phrase * 4 + bar + 1];
            for (; at < notes->n_notes && notes->notes[at].onset_tick < end; at++) {
                const struct attune_note *n = &notes->notes[at];
                if (n->track == track) {
                    top[bar] = n->pitch > top[bar] ? n->pitch : top[bar];
                    onsets[bar]++;
                }
            }
        }
        int middle = top[1] > top[2] ? top[1] : top[2];
        sum += 0.5 * (middle > top[0] && middle > top[3]);
        sum += 0.5 * (onsets[3] > 0 && onsets[3] < onsets[0]);
    }
    *taste = sum / (double)n_phrases;
    return NULL;
}
