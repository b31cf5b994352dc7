/* The metric descriptor and the registry.
 *
 * A per-sample metric is one file whose last definition is a const struct attune_metric named
 * attune_metric_<group>_<name>; metrics/metrics.def lists it once. Help, documentation, database
 * rows, table headers and axis labels are made from the descriptor.
 */
#ifndef ATTUNE_METRICS_METRIC_H
#define ATTUNE_METRICS_METRIC_H

#include <stddef.h>

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

enum attune_direction {
    ATTUNE_NONE,   /* descriptive */
    ATTUNE_UP,     /* higher is better */
    ATTUNE_DOWN,   /* lower is better */
    ATTUNE_TARGET, /* best at .target */
};

/* What a metric must respond to in the audit (metrics.md section 8). */
enum attune_damage {
    ATTUNE_DAMAGE_PITCH = 1 << 0,           /* notes moved to wrong pitches */
    ATTUNE_DAMAGE_ONSET = 1 << 1,           /* onset jitter */
    ATTUNE_DAMAGE_SHUFFLE = 1 << 2,         /* bars or blocks in another order */
    ATTUNE_DAMAGE_TRANSPOSED_BARS = 1 << 3, /* random bars transposed; detuned blocks */
    ATTUNE_DAMAGE_DELETE = 1 << 4,
    ATTUNE_DAMAGE_RANDOM_NOTES = 1 << 5,
    ATTUNE_DAMAGE_TEMPO = 1 << 6,           /* tempo wander, speed wobble */
    ATTUNE_DAMAGE_FREEZE = 1 << 7,          /* one bar for ever */
    ATTUNE_DAMAGE_SPLICE = 1 << 8,          /* bars of another piece */
    ATTUNE_DAMAGE_NOISE = 1 << 9,
    ATTUNE_DAMAGE_CLIPPING = 1 << 10,
    ATTUNE_DAMAGE_LOWPASS = 1 << 11,
    ATTUNE_DAMAGE_DROPOUT = 1 << 12,
    ATTUNE_DAMAGE_CUT = 1 << 13,            /* early end */
    ATTUNE_DAMAGE_DETUNE = 1 << 14,         /* pitch off the equal-tempered grid */
};

/* Changes that must leave the value as it is (within 1e-6 relative unless the test says why not).
 */
enum attune_invariance {
    ATTUNE_INVARIANT_GAIN = 1 << 0, /* audio: -12 .. +6 dB unclipped; symbolic: velocities scaled */
    ATTUNE_INVARIANT_POLARITY = 1 << 1,   /* audio: sign */
    ATTUNE_INVARIANT_TRANSPOSE = 1 << 2,  /* symbolic: all pitches moved by up to +-5 semitones */
    ATTUNE_INVARIANT_TIME_SHIFT = 1 << 3, /* symbolic: the piece begins whole bars later */
};

struct attune_metric {
    const char *id;    /* "harmonic.key_clarity" */
    int version;       /* grows with any change that can move a value */
    const char *title; /* "Key clarity" */
    const char *unit;  /* "1" for pure numbers, else "BPM", "LUFS", "dB", "Hz", "bit", "s", ... */
    enum attune_direction direction;
    double target;     /* for ATTUNE_TARGET */
    double lo, hi;     /* range; -INFINITY / INFINITY where open */
    unsigned inputs;   /* ATTUNE_AUDIO | ATTUNE_SYMBOLIC */
    unsigned needs;    /* ATTUNE_NEED_*: what the audio front end must keep; 0 for the base set */
    unsigned responds_to; /* enum attune_damage */
    unsigned symbolic_only; /* of responds_to, what is claimed for symbolic samples only */
    unsigned invariant;   /* enum attune_invariance */
    const char *summary;  /* one sentence for `describe` */
    const char *formula;  /* plain text, constants included */
    const char *source;   /* citation */
    const char *undefined_when; /* conditions in words */
    struct attune_value (*eval)(struct attune_analysis *analysis);
};

/* All per-sample metrics in the order of metrics.def. */
extern const struct attune_metric *const attune_metrics[];
extern const size_t attune_n_metrics;

/* By id, or NULL. */
const struct attune_metric *attune_metric_find(const char *id);

/* Whether id matches one of the comma-separated globs (NULL or empty: all do). A pillar goes by its
 * bare name too: "harmony" is "pillar.harmony". */
bool attune_metric_chosen(const char *globs, const char *id);

/* Index in attune_metrics of a metric returned by attune_metric_find. */
size_t attune_metric_index(const struct attune_metric *metric);

/* "up", "down", "none", or "=x" with the target. buf holds at least 32 bytes. */
const char *attune_direction_text(const struct attune_metric *metric, char *buf, size_t size);

/* Evaluates one metric: NOT_APPLICABLE when the modality does not match; checks the declared range.
 */
struct attune_value attune_metric_eval(const struct attune_metric *metric,
                                       struct attune_analysis *analysis);

#endif
