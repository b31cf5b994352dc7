/* Prompt attributes as JSON, in the keys and spellings of the prompt format: what workers are sent,
 * what is hashed, what the database keeps. Unset attributes are left out; the order of keys is
 * fixed. */
#ifndef ATTUNE_METRICS_ADHERENCE_ATTRIBUTES_JSON_H
#define ATTUNE_METRICS_ADHERENCE_ATTRIBUTES_JSON_H

#include "base/text.h"
#include "metrics/prompt.h"

/* {"key": "A minor", "tempo_bpm": 90, "time_signature": "3/4", "instruments": ["piano"],
 *  "chords": ["Am", "F"], "bars": 16, "mood": "calm"} */
void attune_attributes_json(struct attune_buf *out, const struct attune_attributes *attributes);

/* {"id": "p001", "text": "...", "attributes": {...}} */
void attune_prompt_json(struct attune_buf *out, const struct attune_prompt *prompt);

/* A chord symbol as in lead sheets: "Am", "Bb", "Cmaj7", "F#m7b5"; "N" for no chord. buf: at least
 * 16 bytes. */
const char *attune_chord_symbol(struct attune_chord chord, char *buf, size_t size);

#endif
