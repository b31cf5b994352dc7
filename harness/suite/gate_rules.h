/* What a gate is asked: which metrics decide, which way is worse, and how much worse still passes.
 *
 * From the suite:
 *
 *     gate:
 *       alpha: 0.05                  # false alarms between equal models, over all metrics
 *       metrics: [harmony, temporal.*]
 *       margin: 0.3sd                # for every metric ...
 *       margins: {harmonic.key_clarity: 0.02, temporal.*: 2%, symbolic.n_tracks: exact}
 *       directions: {quality.loudness_lufs: -14, symbolic.note_density: none}
 *
 * A margin is one of
 *     0.3sd   of the standard deviation of the baseline's prompt means (the default: between
 *             Cohen's small and medium)
 *     2%      of the absolute value of the baseline's mean
 *     0.05    in the metric's unit
 *     exact   any difference on any prompt, better or worse, is a regression: for metrics that
 *             must not move
 * Where several margins or directions name a metric, the last one holds.
 */
#ifndef ATTUNE_HARNESS_GATE_RULES_H
#define ATTUNE_HARNESS_GATE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum attune_margin_kind {
    ATTUNE_MARGIN_SD,
    ATTUNE_MARGIN_SHARE,
    ATTUNE_MARGIN_UNITS,
    ATTUNE_MARGIN_EXACT
};

struct attune_gate_margin {
    char glob[128]; /* metrics it holds for; "" all */
    enum attune_margin_kind kind;
    double amount;
};

struct attune_margins {
    struct attune_gate_margin items[64];
    size_t n;
};

/* Appends "0.3sd" or "GLOB=MARGIN,GLOB=MARGIN,...". ATTUNE_E_USAGE quotes what can't be read. */
enum attune_code attune_margins_parse(struct attune_margins *out, const char *text,
                                      struct attune_err *err);

/* The margin of a metric. */
struct attune_gate_margin attune_margin_for(const struct attune_margins *margins,
                                            const char *metric);

struct attune_direction_rule {
    char glob[128];
    const char *direction; /* "up", "down", "target" or "none"; static */
    double target;
};

struct attune_directions {
    struct attune_direction_rule items[64];
    size_t n;
};

/* The rule for a metric, or NULL: its own direction. */
const struct attune_direction_rule *attune_direction_for(const struct attune_directions *directions,
                                                         const char *metric);

struct attune_gate_rules {
    double alpha; /* 0: not said */
    char
        metrics[2048]; /* comma-separated metrics, globs and pillars; "": what the suite ranks by */
    struct attune_margins margins;
    struct attune_directions directions;
};

/* Reads the section `gate` of a suite's text; without one, nothing is said. The metrics named may
 * be of another version of attune. ATTUNE_E_INPUT with file and line. */
enum attune_code attune_gate_rules_read(struct attune_gate_rules *out, const char *file,
                                        const char *text, struct attune_err *err);

#endif
