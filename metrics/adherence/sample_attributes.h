/* What a sample itself says about the attributes that prompts ask for, both modalities. */
#ifndef ATTUNE_METRICS_ADHERENCE_SAMPLE_ATTRIBUTES_H
#define ATTUNE_METRICS_ADHERENCE_SAMPLE_ATTRIBUTES_H

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

/* Tempo in quarter notes per minute. Symbolic: the tempo map's, the one that holds for the longest
 * time between the first and the last onset; audio: the tracked tempo (beats.h). */
struct attune_value attune_sample_tempo(struct attune_analysis *analysis);

/* The prompt's attributes, or NULL and the reason in *why. */
const struct attune_attributes *attune_asked(struct attune_analysis *analysis, const char **why);

#endif
