/* Prompt attributes out of JSON: the `attributes` of our own format, strictly, and what MidiCaps
 * gives, as far as it can be read. */
#ifndef ATTUNE_HARNESS_PROMPT_ATTRIBUTES_H
#define ATTUNE_HARNESS_PROMPT_ATTRIBUTES_H

#include <jansson.h>

#include "base/err.h"
#include "metrics/prompt.h"

/* object: {"key": "A minor", "tempo_bpm": 90, "time_signature": "3/4", "instruments": [...],
 * "chords": [...], "bars": 16, "mood": "calm"}. An unknown key or an unreadable value is
 * ATTUNE_E_INPUT at file:line. */
enum attune_code attune_prompt_attributes(struct attune_attributes *out, const json_t *object,
                                          const char *file, long line, struct attune_err *err);

/* Overwrites what `out` holds with what the MidiCaps record states; values that name nothing known
 * are left out, as its authors' extraction is automatic. */
void attune_midicaps_attributes(struct attune_attributes *out, const json_t *record);

#endif
