/* What attune hears in a file, as text: beats, tempo, key, chords, sections and the loudness
 * curve. */
#ifndef ATTUNE_CLI_ANALYZE_H
#define ATTUNE_CLI_ANALYZE_H

#include "base/text.h"
#include "metrics/analysis/analysis.h"

/* One JSON object of the contract, on one line; what cannot be had is null (beats, chords and
 * sections: empty), with the reason under "undefined". */
void attune_analyze_json(struct attune_buf *out, struct attune_analysis *analysis,
                         const char *path);

/* The same as a JAMS document (Humphrey et al. 2014) on one line: namespaces tempo, beat,
 * key_mode, chord_harte and segment_open. */
void attune_analyze_jams(struct attune_buf *out, struct attune_analysis *analysis,
                         const char *path);

#endif
