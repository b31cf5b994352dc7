/* Pitch-class entropy in windows of bars (Wu & Yang 2020). */
#ifndef ATTUNE_METRICS_SYMBOLIC_PITCH_CLASS_WINDOWS_H
#define ATTUNE_METRICS_SYMBOLIC_PITCH_CLASS_WINDOWS_H

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

/* Mean entropy, in bits, of the pitch classes whose notes begin in windows of n_bars bars, hop 1,
 * empty windows left out; a piece shorter than the window is undefined. */
struct attune_value attune_pitch_class_window_entropy(struct attune_analysis *analysis,
                                                      size_t n_bars);

#endif
