/* What a sample itself says about the attributes that prompts ask for, both modalities. */
#ifndef ATTUNE_METRICS_ADHERENCE_SAMPLE_ATTRIBUTES_H
#define ATTUNE_METRICS_ADHERENCE_SAMPLE_ATTRIBUTES_H

#include <stdbool.h>

#include "metrics/analysis/analysis.h"
#include "metrics/value.h"

/* Tempo in quarter notes per minute. Symbolic: the tempo map's, the one that holds for the longest
 * time between the first and the last onset; audio: the tracked tempo (beats.h). */
struct attune_value attune_sample_tempo(struct attune_analysis *analysis);

/* Beats in a bar of the time signature asked for; a beat of 6/8, 9/8 and 12/8 is three eighths. */
int attune_asked_beats_per_bar(const struct attune_attributes *asked);

/* How many tempo bins (tempo_bins.h) the sample's tempo lies away from the one asked for. Undefined
 * when none is asked for or the sample has none. */
struct attune_value attune_tempo_bins_apart(struct attune_analysis *analysis);

/* 1 when the sample's estimated key is the one asked for or, with or_relative, its relative major
 * or minor, else 0. Undefined when none is asked for or none can be estimated. */
struct attune_value attune_key_is_asked(struct attune_analysis *analysis, bool or_relative);

/* The prompt's attributes, or NULL and the reason in *why. */
const struct attune_attributes *attune_asked(struct attune_analysis *analysis, const char **why);

#endif
